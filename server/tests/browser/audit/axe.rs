//! Runs axe-core on every page in every state: in both languages, on a desktop and on phones, in light and dark.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use hookgram::values::Language;
use serde_json::Value;

use super::{is_wanted, npm};
use crate::{driver::Browser, scenes::walk};

/// Widths and heights in pixels: a desktop, a phone, and the narrowest that WCAG requires (1.4.10).
const WIDTHS: [(u32, u32); 3] = [(1280, 900), (390, 844), (320, 640)];

/// Runs every rule of WCAG 2.2 A and AA and axe's best practices, and returns one line per finding. Elements behind
/// an open menu are left out: axe would report them as targets that are too small.
const RUN: &str = "
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const rules = { 'target-size': { enabled: !document.querySelector('.menu[open]') } };
    return axe.run(document, { runOnly: tags, rules, resultTypes: ['violations'] }).then(({ violations }) =>
        violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
            `${id}: ${target.join(' ')}: ${failureSummary.replace(/\\s+/g, ' ')}`)));";

/// Finds what reaches beyond the sides of the window: the page itself, or a control or text in it that is not within
/// a part that scrolls by itself.
const CUT_OFF: &str = "
    const scrolls = element => element && element !== document.body
        && (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const wider = document.documentElement.scrollWidth - innerWidth;
    const out = [...document.querySelectorAll('a, button, input, select, textarea, summary, h1, h2, p, td, li')]
        .filter(element => element.checkVisibility() && !element.closest('.skip, .visually-hidden, thead'))
        .filter(element => {
            const { left, right, width } = element.getBoundingClientRect();
            return width > 1 && (left < -1 || right > innerWidth + 1) && !scrolls(element.parentElement);
        })
        .map(element => `cut off: ${element.tagName} ${element.className} “${element.textContent.trim().slice(0, 30)}”`);
    return (wider > 0 ? [`sideways scroll: ${wider} px`] : []).concat(out);";

#[tokio::test]
#[ignore = "`cargo xtask audit` runs it"]
async fn axe_finds_nothing() -> Result<()> {
    let axe = fs::read_to_string(npm()?.join("axe-core/axe.min.js"))?;
    let mut findings: Vec<(String, Vec<String>)> = Vec::new();
    let mut count = 0;
    for language in [Language::Ru, Language::En] {
        walk(language, is_wanted, async |browser, scene| {
            browser.script(&axe).await?;
            for (width, height) in WIDTHS {
                browser.screen(width, height, width < 600).await?;
                for dark in [false, true] {
                    browser.dark(dark).await?;
                    let place = format!("{} {language:?} {width}{}", scene.name, if dark { " dark" } else { "" });
                    for finding in judged(browser).await? {
                        match findings.iter_mut().find(|(known, _)| *known == finding) {
                            Some((_, places)) => places.push(place.clone()),
                            None => findings.push((finding, vec![place.clone()])),
                        }
                    }
                    count += 1;
                }
            }
            browser.dark(false).await
        })
        .await?;
    }
    for (finding, places) in &findings {
        println!("\n{finding}\n    {} times, first: {}", places.len(), places.first().map_or("", String::as_str));
    }
    println!("\naxe looked {count} times and found {}", findings.len());
    ensure!(findings.is_empty(), "axe has findings");
    Ok(())
}

/// Returns axe's findings, sideways scrolling and script errors.
async fn judged(browser: &Browser) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for script in [RUN, CUT_OFF] {
        let said = browser.script(script).await?;
        all.extend(said.as_array().context("a list")?.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    // A form with faults is answered 422 and a missing page 404, and Chromium logs both as errors.
    let errors = browser.console().await?.into_iter();
    all.extend(
        errors.filter(|line| line.starts_with("SEVERE") && !line.contains("the server responded with a status of")),
    );
    Ok(all)
}
