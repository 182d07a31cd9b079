//! `/deliveries/act`, `/deliveries/all`: confirming an action on deliveries, and its result.

use hookgram::{
    delivery::Outcome,
    log_query::LogQuery,
    replay::{Handled, ReplayError},
};
use leptos::prelude::*;

use crate::i18n::{ActWords, LogWords, PageWords, deliveries_and_events, language, replays, words};

/// The deliveries and events to act on.
#[derive(Clone, Debug)]
pub enum Chosen {
    /// Those with these ids.
    These {
        /// The deliveries.
        deliveries: Vec<i64>,
        /// The events without deliveries, which can only be replayed.
        events: Vec<i64>,
    },
    /// All rows that the query finds, and their number. They are events if the query is for refused ones.
    Found(Box<LogQuery>, u64),
}

impl Chosen {
    fn counts(&self) -> (u64, u64) {
        match self {
            Self::These { deliveries, events } => (count(deliveries), count(events)),
            Self::Found(query, n) if query.outcome == Some(Outcome::Rejected) => (0, *n),
            Self::Found(_, n) => (*n, 0),
        }
    }
}

/// The results of an action.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// The results for deliveries.
    pub deliveries: Vec<Handled>,
    /// The results for events.
    pub events: Vec<Handled>,
}

impl Results {
    /// The number of deliveries and events on which the action succeeded.
    #[must_use]
    pub fn done(&self) -> usize {
        self.deliveries.iter().chain(&self.events).filter(|handled| handled.done.is_ok()).count()
    }

    /// The deliveries and events that were left unchanged, with the reason.
    pub fn refused(&self) -> impl Iterator<Item = (i64, ReplayError)> {
        self.deliveries.iter().chain(&self.events).filter_map(|handled| Some((handled.id, handled.done.err()?)))
    }
}

fn count<T>(of: &[T]) -> u64 {
    u64::try_from(of.len()).unwrap_or(u64::MAX)
}

/// An action on deliveries, before or after it is carried out.
#[derive(Clone, Debug)]
pub struct ActView {
    /// Whether the action cancels; otherwise it replays.
    pub cancels: bool,
    /// The deliveries.
    pub chosen: Chosen,
    /// The results; `None` before the action is carried out.
    pub results: Option<Results>,
    /// The page to return to.
    pub back: String,
}

impl ActView {
    /// The page's title.
    #[must_use]
    pub fn title(&self) -> &'static str {
        let w = words::<ActWords>();
        if self.cancels { w.cancel_title } else { w.replay_title }
    }
}

#[component]
pub(in crate::pages) fn Act(view: ActView) -> impl IntoView {
    let title = view.title();
    let ActView { cancels, chosen, results, back } = view;
    let body = match (results, chosen) {
        (Some(results), _) => view! { <Outcomes results cancels back /> }.into_any(),
        (None, chosen) => view! { <Question chosen cancels back /> }.into_any(),
    };
    view! {
        <div class="narrow">
            <p class="crumbs">
                <a href="/deliveries">{words::<LogWords>().title}</a>
            </p>
            <h1>{title}</h1>
            {body}
        </div>
    }
}

#[component]
fn Question(chosen: Chosen, cancels: bool, back: String) -> impl IntoView {
    let w = words::<ActWords>();
    let counts = chosen.counts();
    if counts == (0, 0) {
        let why = if matches!(chosen, Chosen::These { .. }) { w.nothing_selected } else { w.nothing_matches };
        return view! {
            <div class="card">
                <p>{why}</p>
                <p class="actions form-end">
                    <a class="button primary" href=back>
                        {w.to_log}
                    </a>
                </p>
            </div>
        }
        .into_any();
    }
    let all = matches!(chosen, Chosen::Found(..));
    let (action, hidden) = match chosen {
        Chosen::These { deliveries, events } => {
            let deliveries = deliveries.into_iter().map(|id| format!("d-{id}"));
            let ids = deliveries.chain(events.into_iter().map(|id| format!("e-{id}")));
            let ids = ids.map(|name| view! { <input type="hidden" name=name value="on" /> });
            ("/deliveries/act".to_owned(), ids.collect_view().into_any())
        }
        Chosen::Found(query, _) => (query.address("/deliveries/all"), ().into_any()),
    };
    let question = if cancels {
        replays::cancel_question(language(), counts.0)
    } else {
        replays::replay_question(language(), counts)
    };
    let consequence = match (cancels, all) {
        (true, _) => w.cancel_gone,
        (false, _) if counts.0 == 0 => w.events_anew,
        (false, true) => w.arrived_not,
        (false, false) => w.arrived_too,
    };
    view! {
        <form class="card" method="post" action=action>
            {hidden}
            <input type="hidden" name="do" value=if cancels { "cancel" } else { "replay" } />
            <input type="hidden" name="back" value=back.clone() />
            <h2>{question}</h2>
            <p class="why">{consequence}</p>
            {(!cancels && counts.0 > 0)
                .then(|| {
                    view! {
                        <fieldset class="choices key-choices">
                            <legend>{w.how}</legend>
                            <label class="choice">
                                <input type="radio" name="how" value="was" checked />
                                <span>
                                    {w.as_was} <span class="help">{w.as_was_help}</span>
                                </span>
                            </label>
                            <label class="choice">
                                <input type="radio" name="how" value="is" />
                                <span>
                                    {w.as_is} <span class="help">{w.as_is_help}</span>
                                </span>
                            </label>
                        </fieldset>
                    }
                })}
            <div class="actions form-end">
                <button class=if cancels { "button danger" } else { "button primary" } name="sure" value="yes">
                    {if cancels { w.cancel_do } else { w.replay_do }}
                </button>
                <a class="button" href=back>
                    {w.back}
                </a>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Outcomes(results: Results, cancels: bool, back: String) -> impl IntoView {
    let w = words::<ActWords>();
    let (deliveries, events) = split(&results, true);
    let sentence = match cancels {
        true => replays::cancelled(language(), deliveries),
        false => replays::replayed(language(), (deliveries, events)),
    };
    let row = |title: &'static str, handled: &Handled| {
        let refusal = handled.done.err()?;
        Some(view! {
            <li>
                <b>{title} " " {handled.id}</b>
                ": "
                {replays::refusal(language(), refusal)}
            </li>
        })
    };
    let rows = results.deliveries.iter().filter_map(|handled| row(w.delivery, handled));
    let rows = rows.chain(results.events.iter().filter_map(|handled| row(w.event, handled))).collect_view();
    let refused = split(&results, false);
    let some = refused != (0, 0);
    view! {
        <div class="card" role="status" tabindex="-1" autofocus>
            <h2>{w.results}</h2>
            <p>{sentence}</p>
            {some
                .then(|| {
                    view! {
                        <h3>{w.refused} ": " {deliveries_and_events(language(), refused)}</h3>
                        <ul class="faults">{rows}</ul>
                    }
                })}
            <p class="actions form-end">
                <a class="button primary" href=back>
                    {words::<PageWords>().go_back}
                </a>
            </p>
        </div>
    }
}

/// The numbers of deliveries and of events that were changed (`done`) or left unchanged.
fn split(results: &Results, done: bool) -> (u64, u64) {
    let n =
        |all: &[Handled]| u64::try_from(all.iter().filter(|one| one.done.is_ok() == done).count()).unwrap_or(u64::MAX);
    (n(&results.deliveries), n(&results.events))
}
