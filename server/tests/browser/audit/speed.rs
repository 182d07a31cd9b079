//! Measures the time from a key press to the changed preview.

use anyhow::{Context as _, Result, ensure};
use hookgram::values::Language;

use crate::scenes::walk;

const KEYS: usize = 200;

/// Presses keys one after another, each in an idle page. Returns the milliseconds until the bubble has changed and is
/// laid out again.
const MEASURE: &str = "
    const [keys, field] = [KEYS, document.querySelector('#field-message')];
    const preview = document.querySelector('.panels');
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    const idle = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const press = letter => new Promise(done => {
        const watch = new MutationObserver(() => {
            watch.disconnect();
            const changed = performance.now() - start;
            preview.getBoundingClientRect();
            done([changed, performance.now() - start]);
        });
        watch.observe(preview, { subtree: true, childList: true, characterData: true });
        const start = performance.now();
        document.execCommand('insertText', false, letter);
    });
    return (async () => {
        const times = [];
        for (let key = 0; key < keys; key++) {
            await idle();
            times.push(await press('abcdefghij'[key % 10]));
        }
        return times;
    })();";

#[tokio::test]
#[ignore = "`cargo xtask audit` runs it"]
async fn measure_the_time_from_a_key_press_to_the_preview() -> Result<()> {
    walk(Language::Ru, |name| name == "builder", async |browser, _| {
        let times = browser.script(&MEASURE.replace("KEYS", &KEYS.to_string())).await?;
        let times = times.as_array().context("a list")?;
        ensure!(times.len() == KEYS, "{} keys were answered", times.len());
        for (column, what) in ["changed", "changed and laid out"].into_iter().enumerate() {
            let mut times: Vec<f64> = times.iter().filter_map(|time| time[column].as_f64()).collect();
            times.sort_by(f64::total_cmp);
            let at = |percent: usize| times.get((KEYS * percent / 100).min(KEYS - 1)).copied().unwrap_or_default();
            println!(
                "from a key to the preview {what}, {KEYS} keys: {:.1} ms in the middle, {:.1} ms at the 95th percentile, \
                 {:.1} ms at most (aim: 16 ms)",
                at(50),
                at(95),
                at(100)
            );
        }
        Ok(())
    })
    .await
}
