//! `/deliveries/act`, `/deliveries/all`: confirming an action on deliveries, and its result.

use hookgram::{log_query::LogQuery, replay::Handled};
use leptos::prelude::*;

use crate::i18n::{ActWords, LogWords, PageWords, deliveries, language, replays, words};

/// The deliveries to act on.
#[derive(Clone, Debug)]
pub enum Chosen {
    /// The deliveries with these ids.
    These(Vec<i64>),
    /// All that the query finds, and their number.
    Found(Box<LogQuery>, u64),
}

/// An action on deliveries, before or after it is done.
#[derive(Clone, Debug)]
pub struct ActView {
    /// Whether it cancels; otherwise it replays.
    pub cancels: bool,
    /// The deliveries.
    pub chosen: Chosen,
    /// The results; `None` before it is done.
    pub results: Option<Vec<Handled>>,
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

/// The page.
#[component]
pub(in crate::pages) fn Act(view: ActView) -> impl IntoView {
    let title = view.title();
    let ActView { cancels, chosen, results, back } = view;
    let body = match (results, chosen) {
        (Some(results), _) => view! { <Results results cancels back /> }.into_any(),
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
    let count = match &chosen {
        Chosen::These(ids) => u64::try_from(ids.len()).unwrap_or(u64::MAX),
        Chosen::Found(_, count) => *count,
    };
    if count == 0 {
        let why = if matches!(chosen, Chosen::These(_)) { w.nothing_selected } else { w.nothing_matches };
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
        Chosen::These(ids) => {
            let ids = ids.into_iter().map(|id| view! { <input type="hidden" name=format!("d-{id}") value="on" /> });
            ("/deliveries/act".to_owned(), ids.collect_view().into_any())
        }
        Chosen::Found(query, _) => (query.address("/deliveries/all"), ().into_any()),
    };
    let question =
        if cancels { replays::cancel_question(language(), count) } else { replays::replay_question(language(), count) };
    let consequence = match (cancels, all) {
        (true, _) => w.cancel_gone,
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
            {(!cancels)
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
fn Results(results: Vec<Handled>, cancels: bool, back: String) -> impl IntoView {
    let w = words::<ActWords>();
    let done = u64::try_from(results.iter().filter(|handled| handled.done.is_ok()).count()).unwrap_or(u64::MAX);
    let refused: Vec<&Handled> = results.iter().filter(|handled| handled.done.is_err()).collect();
    let sentence = if cancels { replays::cancelled(language(), done) } else { replays::replayed(language(), done) };
    let rows = refused
        .iter()
        .filter_map(|handled| {
            let refusal = handled.done.err()?;
            Some(view! {
                <li>
                    <b>{w.delivery} " " {handled.id}</b>
                    ": "
                    {replays::refusal(language(), refusal)}
                </li>
            })
        })
        .collect_view();
    let some = !refused.is_empty();
    view! {
        <div class="card" role="status" tabindex="-1" autofocus>
            <h2>{w.results}</h2>
            <p>{sentence}</p>
            {some
                .then(|| {
                    view! {
                        <h3>{w.refused} ": " {deliveries(language(), u64::try_from(refused.len()).unwrap_or(u64::MAX))}</h3>
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
