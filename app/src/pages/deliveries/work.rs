//! `/deliveries/work`: bulk actions and their progress.

use hookgram::{
    delivery::Outcome,
    log_query::LogQuery,
    replay::{BulkKind, BulkProgress, ReplayAs},
};
use leptos::prelude::*;

use super::super::moment::At;
use crate::{
    components::{EmptyState, outcome_word},
    i18n::{ActWords, AuditWords, LogWords, deliveries_and_events, language, replays, words},
};

/// The page of one bulk action. It reloads itself until the action is finished.
#[component]
pub(in crate::pages) fn Work(progress: BulkProgress, may_act: bool) -> impl IntoView {
    let w = words::<ActWords>();
    view! {
        <div class="narrow">
            <p class="crumbs">
                <a href="/deliveries/work">{w.work_title}</a>
            </p>
            <h1>{title(progress.kind)}</h1>
            <One progress may_act />
        </div>
    }
}

#[component]
pub(in crate::pages) fn Works(all: Vec<BulkProgress>, may_act: bool) -> impl IntoView {
    let w = words::<ActWords>();
    let none = all.is_empty().then(|| {
        view! {
            <EmptyState title=w.none_title why=w.none_why href="/deliveries" action=w.to_log />
        }
    });
    let all = all
        .into_iter()
        .map(|progress| {
            let href = format!("/deliveries/work/{}", progress.id);
            view! {
                <h2 class="work-title">
                    <a href=href>{title(progress.kind)}</a>
                </h2>
                <One progress may_act />
            }
        })
        .collect_view();
    view! {
        <div class="narrow">
            <p class="crumbs">
                <a href="/deliveries">{words::<LogWords>().title}</a>
            </p>
            <h1>{w.work_title}</h1>
            <p class="why">{w.work_why}</p>
            {all}
            {none}
        </div>
    }
}

fn title(kind: BulkKind) -> &'static str {
    let w = words::<ActWords>();
    match kind {
        BulkKind::Replay(ReplayAs::ItWas) => w.replay_kind_was,
        BulkKind::Replay(ReplayAs::ItIs) => w.replay_kind_is,
        BulkKind::Cancel => w.cancel_kind,
    }
}

#[component]
fn One(progress: BulkProgress, may_act: bool) -> impl IntoView {
    let w = words::<ActWords>();
    let left = progress.left();
    let (class, state) = match (progress.finished_at, progress.stopped) {
        (None, _) => ("warn", w.running),
        (Some(_), true) => ("soft", w.stopped),
        (Some(_), false) => ("ok", w.finished),
    };
    let running = progress.finished_at.is_none();
    let refused = progress
        .refused
        .iter()
        .map(|(refusal, count)| view! { <li>{*count} " — " {replays::refusal(language(), *refusal)}</li> })
        .collect_view();
    let some = !progress.refused.is_empty();
    let matching = &progress.matching;
    let which = LogQuery {
        outcome: Some(matching.outcome),
        profile: matching.profile,
        cause: matching.cause,
        ..LogQuery::default()
    };
    view! {
        <section class="card" data-running=running.then_some("")>
            <p class="trace-outcome">
                <span class=format!("mark {class}")>{state}</span>
                <span class="soft">{w.began} " " <At at=progress.created_at /> ", " {asked_by(&progress.asked_by)}</span>
            </p>
            <progress class="progress" max=progress.total.max(1).to_string() value=(progress.total - left.min(progress.total)).to_string() aria-label=state></progress>
            <p>
                <b>{progress.done}</b>
                " "
                {w.of}
                " "
                {of(&progress)}
                {running.then(|| format!(", {} {left}", w.left))}
                " · "
                <a href=which.address("/deliveries")>{outcome_word(matching.outcome)}</a>
            </p>
            {some
                .then(|| {
                    view! {
                        <h3>{w.refused}</h3>
                        <ul class="advice">{refused}</ul>
                    }
                })}
            {(running && may_act)
                .then(|| {
                    view! {
                        <form class="form-end" method="post" action=format!("/deliveries/work/{}/stop", progress.id)>
                            <button class="button">{w.stop}</button>
                        </form>
                    }
                })}
        </section>
    }
}

/// The number of deliveries, or of events if the action replays refused ones.
fn of(progress: &BulkProgress) -> String {
    let counts = match progress.matching.outcome {
        Outcome::Rejected => (0, progress.total),
        _ => (progress.total, 0),
    };
    deliveries_and_events(language(), counts)
}

/// The user who started the action. Actions of the command line are stored without an address.
fn asked_by(who: &str) -> String {
    if who.is_empty() { words::<AuditWords>().command_line.to_owned() } else { who.to_owned() }
}
