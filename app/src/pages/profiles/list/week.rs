//! The last 7 days of a profile as bars: delivered messages at the bottom, failed ones on top.

use hookgram::profile_list::Day;
use leptos::prelude::*;

use crate::i18n::{ProfilesWords, failures, language, week, words};

/// In SVG units: a bar's width, the distance between bars, and the chart's height.
const WIDTH: u32 = 8;
const STEP: u32 = 11;
const HEIGHT: u32 = 28;

/// The chart with its numbers beside it.
pub(super) fn week_chart(days: &[Day; 7]) -> AnyView {
    let w = words::<ProfilesWords>();
    let all = days.iter().fold(Day::default(), |sum, day| sum.and(*day));
    if all.total() == 0 {
        return view! { <span class="soft">{w.quiet_week}</span> }.into_any();
    }
    let [delivered, failed, skipped] = bars(days);
    view! {
        <span class="week">
            <svg viewBox="0 0 74 30" role="img" aria-label=week(language(), all)>
                <path class="ground" d="M0 29.5h74" />
                <path class="ok" d=delivered />
                <path class="none" d=skipped />
                <path class="bad" d=failed />
            </svg>
            <span class="stack">
                <b>{all.delivered}</b>
                {(all.failed > 0).then(|| view! { <span class="mark bad">{failures(language(), all.failed)}</span> }.into_any())}
            </span>
        </span>
    }
    .into_any()
}

/// The SVG paths of delivered, failed and skipped messages.
fn bars(days: &[Day; 7]) -> [String; 3] {
    let most = days.iter().map(|day| day.total()).max().unwrap_or_default().max(1);
    // Any count above 0 gets a visible height.
    let height = |count: u32| match count {
        0 => 0,
        _ => u32::try_from(u64::from(count) * u64::from(HEIGHT - 6) / u64::from(most)).unwrap_or(HEIGHT).max(2),
    };
    let mut outlines = [String::new(), String::new(), String::new()];
    for (index, day) in (0_u32..).zip(days) {
        let mut foot = HEIGHT + 1;
        for (which, count) in [(0, day.delivered), (2, day.skipped), (1, day.failed)] {
            let tall = height(count);
            if tall > 0
                && let Some(outline) = outlines.get_mut(which)
            {
                let (x, top) = (index * STEP, foot.saturating_sub(tall));
                outline.push_str(&format!("M{x} {top}h{WIDTH}v{tall}h-{WIDTH}z"));
                // A gap separates the segments of a bar, so that colour is not the only difference.
                foot = top.saturating_sub(1);
            }
        }
    }
    outlines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_start_at_the_bottom_and_small_counts_stay_visible() {
        let mut days = [Day::default(); 7];
        days[0] = Day { delivered: 1_000_000, failed: 1, skipped: 0 };
        days[6] = Day { delivered: 1, failed: 0, skipped: 0 };
        let [delivered, failed, skipped] = bars(&days);
        assert_eq!(delivered, "M0 8h8v21h-8zM66 27h8v2h-8z");
        assert_eq!(failed, "M0 5h8v2h-8z");
        assert_eq!(skipped, "");
    }
}
