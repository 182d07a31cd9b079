//! `/deliveries`: the log, and beside it the selected event.

mod act;
mod chart;
mod filters;
mod payload;
mod people;
mod rows;
mod trace;
mod work;

use hookgram::{delivery::Outcome, log_query::LogQuery};
use leptos::prelude::*;

pub(super) use self::{
    act::Act,
    payload::Payload,
    people::{Erase, Unreachable},
    trace::EventPage,
    work::{Work, Works},
};
pub use self::{
    act::{ActView, Chosen, Results},
    payload::PayloadView,
    people::{EraseView, ErasureView, StoredView, UnreachableRow, UnreachableView},
};
use self::{chart::Outcomes, filters::Filters, rows::Rows, trace::Trace};
use super::LiveTitle;
use crate::{
    i18n::{LogWords, words},
    views::{Chart, EventDetail, LogPage, ProfileFilter},
};

/// The log for a query.
#[derive(Clone, Debug)]
pub struct LogView {
    /// The query.
    pub query: LogQuery,
    /// The fault of a time: its parameter and the sentence.
    pub fault: Option<(String, String)>,
    /// The matching rows.
    pub page: LogPage,
    /// The outcomes within the query's time range.
    pub chart: Chart,
    /// The profile filter.
    pub profile: ProfileFilter,
    /// The event beside the list.
    pub open: Option<Box<EventDetail>>,
    /// Whether the reader may replay and cancel.
    pub may_act: bool,
    /// Whether the reader may see customers' personal data.
    pub sees_data: bool,
}

#[component]
pub(super) fn Log(view: LogView) -> impl IntoView {
    let w = words::<LogWords>();
    let LogView { query, fault, page, chart, profile, open, may_act, sees_data } = view;
    let is_first = query.behind.is_none();
    let export = |path: &str| LogQuery { behind: None, ..query.clone() }.address(path);
    let all = may_act.then(|| everything(&query)).flatten();
    let has_open = open.is_some();
    view! {
        <div class="page-head">
            <div>
                <LiveTitle title=w.title />
                <p class="why">{w.why}</p>
            </div>
            <div class="actions">
                {sees_data
                    .then(|| {
                        view! {
                            <details class="menu">
                                <summary class="button small">{w.download}</summary>
                                <div class="menu-body">
                                    <a class="button plain" href=export("/deliveries/export.csv") download>
                                        {w.csv}
                                    </a>
                                    <a class="button plain" href=export("/deliveries/export.jsonl") download>
                                        {w.jsonl}
                                    </a>
                                </div>
                            </details>
                        }
                    })}
                <a class="button small" href="/deliveries/unreachable">
                    {w.unreachable}
                </a>
                <a class="button small" href="/deliveries/work">
                    {w.work}
                </a>
                {all.map(|(href, title)| view! { <a class="button small" href=href>{title}</a> })}
            </div>
        </div>
        <Outcomes chart query=query.clone() />
        <Filters query=query.clone() profile fault sees_data />
        <div class="log" class:has-open=has_open data-listen=is_first.then(|| super::live("/live/deliveries"))>
            <Rows query=query.clone() page may_act open=open.as_ref().map(|open| open.row.public_id.clone()) />
            {open
                .map(|event| {
                    let back = query.address("/deliveries");
                    view! {
                        <aside class="trace-pane" id="event" aria-label=w.details>
                            <Trace event=*event may_act back=Some(back) />
                        </aside>
                    }
                })}
        </div>
    }
}

/// The bulk action for all deliveries that the query finds: its address and its label.
fn everything(query: &LogQuery) -> Option<(String, &'static str)> {
    let w = words::<LogWords>();
    let (what, outcome, title) = match query.outcome {
        None => ("replay", Outcome::Failed, w.replay_failed),
        Some(outcome @ (Outcome::Failed | Outcome::Uncertain | Outcome::Cancelled | Outcome::Rejected)) => {
            ("replay", outcome, w.replay_matching)
        }
        Some(outcome @ (Outcome::Waiting | Outcome::Retrying | Outcome::Suspended)) => {
            let outcome = if outcome == Outcome::Suspended { outcome } else { Outcome::Waiting };
            ("cancel", outcome, w.cancel_matching)
        }
        _ => return None,
    };
    let query = LogQuery { outcome: Some(outcome), behind: None, ..query.clone() };
    Some((format!("/deliveries/all?do={what}&{}", query.parameters()), title))
}
