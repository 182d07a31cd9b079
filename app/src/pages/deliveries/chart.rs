//! The chart of outcomes over time: each bar shows delivered messages at the bottom and failed ones on top, and links
//! to its rows.

use hookgram::{
    log_query::{LogQuery, local_minute},
    profile_list::Day,
};
use leptos::prelude::*;

use super::super::{
    moment::{Clock, clock},
    units::span,
};
use crate::{
    i18n::{LogWords, language, words},
    views::{Chart, ChartBar},
};

/// In SVG units: a bar's width, the distance between bars, and the chart's height.
const WIDTH: u64 = 8;
const STEP: u64 = 10;
const HEIGHT: u64 = 56;

#[component]
pub(super) fn Outcomes(chart: Chart, query: LogQuery) -> impl IntoView {
    let w = words::<LogWords>();
    let Chart { bars, latency } = chart;
    let all = bars.iter().fold(Day::default(), |sum, bar| sum.and(bar.outcomes));
    if all.total() == 0 {
        return view! { <p class="chart-none soft" data-fresh="chart">{w.nothing}</p> }.into_any();
    }
    let most = bars.iter().map(|bar| bar.outcomes.total()).max().unwrap_or_default().max(1);
    let clock = clock();
    let width = u64::try_from(bars.len()).unwrap_or_default() * STEP;
    let drawn = (0_u64..).zip(&bars).map(|(index, bar)| column(index, bar, most, &query, clock)).collect_view();
    let latency = latency.map(|([half, most, nearly_all], count)| {
        let told = |millis| span(language(), millis);
        view! {
            <span>
                {w.half_within} " " <b>{told(half)}</b> ", " {w.most_within} " " <b>{told(most)}</b> ", "
                {w.nearly_all_within} " " <b>{told(nearly_all)}</b> " (" {w.of_last} " " {count} ")"
            </span>
        }
    });
    let table = bars
        .iter()
        .filter(|bar| bar.outcomes.total() > 0)
        .map(|bar| {
            view! {
                <tr>
                    <th scope="row">{title(clock, bar)}</th>
                    <td>{bar.outcomes.delivered}</td>
                    <td>{bar.outcomes.failed}</td>
                    <td>{bar.outcomes.skipped}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="chart" aria-label=w.chart data-fresh="chart">
            <svg viewBox=format!("0 0 {width} {}", HEIGHT + 2) preserveAspectRatio="none" role="group" aria-label=w.chart>
                {drawn}
                <path class="ground" d=format!("M0 {}h{width}", HEIGHT + 1) />
            </svg>
            <p class="chart-sum">
                <span class="mark ok">{all.delivered} " " {w.delivered}</span>
                <span class="mark bad" title=w.failed_are>
                    {all.failed}
                    " "
                    {w.failed}
                </span>
                <span class="mark soft">{all.skipped} " " {w.skipped}</span>
                {latency}
            </p>
            <details class="chart-table">
                <summary>{w.chart_table}</summary>
                <div class="scrolls" tabindex="0" role="region" aria-label=w.chart_table>
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">{w.time}</th>
                                <th scope="col">{w.delivered}</th>
                                <th scope="col">{w.failed}</th>
                                <th scope="col">{w.skipped}</th>
                            </tr>
                        </thead>
                        <tbody>{table}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
    .into_any()
}

fn column(index: u64, bar: &ChartBar, most: u32, query: &LogQuery, clock: Clock) -> AnyView {
    let Day { delivered, failed, skipped } = bar.outcomes;
    if bar.outcomes.total() == 0 {
        return ().into_any();
    }
    // Any count above 0 gets a visible height.
    let height = |count: u32| match count {
        0 => 0,
        _ => (u64::from(count) * (HEIGHT - 6) / u64::from(most)).max(2),
    };
    let mut foot = HEIGHT + 1;
    let mut outline = |class: &'static str, count: u32| {
        let tall = height(count);
        if tall == 0 {
            return None;
        }
        let top = foot.saturating_sub(tall);
        // A gap separates the segments of a bar, so that colour is not the only difference.
        foot = top.saturating_sub(1);
        Some(view! { <path class=class d=format!("M{} {top}h{WIDTH}v{tall}h-{WIDTH}z", index * STEP + 1) /> })
    };
    let (ok, none, bad) = (outline("ok", delivered), outline("none", skipped), outline("bad", failed));
    let query = LogQuery {
        period: None,
        behind: None,
        from: local_minute(bar.from, clock.zone()),
        to: local_minute(bar.to, clock.zone()),
        ..query.clone()
    };
    let title = title(clock, bar);
    let w = words::<LogWords>();
    let told = format!("{title}: {delivered} {}, {failed} {}, {skipped} {}", w.delivered, w.failed, w.skipped);
    let label = told.clone();
    view! {
        <a href=query.address("/deliveries") aria-label=label>
            <title>{told}</title>
            <path class="hit" d=format!("M{} 0h{STEP}v{}h-{STEP}z", index * STEP, HEIGHT + 2) />
            {ok}
            {none}
            {bad}
        </a>
    }
    .into_any()
}

fn title(clock: Clock, bar: &ChartBar) -> String {
    let language = language();
    if bar.to - bar.from < 23 * 3_600_000 {
        return format!("{} – {}", clock.text(language, bar.from, false), clock.text(language, bar.to, false));
    }
    let last = bar.to - 1;
    let (first, last) = (clock.day(language, bar.from), clock.day(language, last));
    if first == last { first } else { format!("{first} – {last}") }
}
