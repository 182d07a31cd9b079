//! `/deliveries/unreachable` and `/deliveries/erase`: chats that bots cannot reach, and erasing data about a chat.

use hookgram::{Millis, delivery::FailureCause, log_query::LogQuery, person::Person};
use leptos::prelude::*;

use crate::{
    components::EmptyState,
    i18n::{EraseWords, LogWords, UnreachableWords, causes, language, words},
    pages::{Fault, customers::recipient, moment::At},
};

/// A chat that a bot cannot reach.
#[derive(Clone, Debug)]
pub struct UnreachableRow {
    /// The chat.
    pub chat: String,
    /// The name of the customer whose chat it is, if it is known.
    pub customer: Option<String>,
    /// The participant as the newest event for the chat names them.
    pub person: Person,
    /// The bot's `@name`, or its id.
    pub bot: String,
    /// Why the bot cannot reach it.
    pub cause: Option<FailureCause>,
    /// Since when the bot cannot reach the chat.
    pub since: Millis,
    /// When the last attempt was made.
    pub last_at: Millis,
    /// The number of failed messages.
    pub failures: i64,
    /// The profile's id and name.
    pub profile: Option<(i64, String)>,
}

/// The chats that no bot can reach.
#[derive(Clone, Debug)]
pub struct UnreachableView {
    /// The latest of these chats, or the ones found.
    pub rows: Vec<UnreachableRow>,
    /// The total number of these chats.
    pub count: u64,
    /// The text that was searched for; empty for all.
    pub text: String,
    /// Whether the reader may see customers' personal data.
    pub sees_data: bool,
}

/// The amount of data stored about a chat.
#[derive(Clone, Copy, Debug, Default)]
pub struct StoredView {
    /// The number of events.
    pub events: i64,
    /// The number of messages.
    pub messages: i64,
    /// The number of messages that are not sent yet.
    pub waiting: i64,
    /// The number of bookings.
    pub bookings: i64,
    /// Whether it is the chat of a customer of a booking bot.
    pub is_customer: bool,
}

/// A completed erasure.
#[derive(Clone, Debug)]
pub struct ErasureView {
    /// The chat's last three digits.
    pub chat_end: String,
    /// The number of erased events.
    pub events: i64,
    /// The number of erased messages.
    pub messages: i64,
    /// The user who requested it.
    pub asked_by: String,
    /// When it was carried out.
    pub at: Millis,
}

/// Erasing a person: first the form for the chat, then the data found.
#[derive(Clone, Debug, Default)]
pub struct EraseView {
    /// The chat, as typed.
    pub chat: String,
    /// The name of the customer whose chat it is, if it is known.
    pub customer: Option<String>,
    /// The fault of the chat.
    pub fault: Option<String>,
    /// The data found; `None` before the search.
    pub stored: Option<StoredView>,
    /// The recent erasures.
    pub past: Vec<ErasureView>,
}

#[component]
pub(in crate::pages) fn Unreachable(view: UnreachableView) -> impl IntoView {
    let w = words::<UnreachableWords>();
    let UnreachableView { rows, count, text, sees_data } = view;
    let is_search = !text.is_empty();
    let shown = u64::try_from(rows.len()).unwrap_or_default();
    let causes: Vec<FailureCause> = [FailureCause::Blocked, FailureCause::NeverStarted, FailureCause::Deactivated]
        .into_iter()
        .filter(|cause| rows.iter().any(|row| row.cause == Some(*cause)))
        .collect();
    let body = if rows.is_empty() && is_search {
        let log = words::<LogWords>();
        view! {
            <EmptyState title=log.no_match_title why=w.no_match_why href="/deliveries/unreachable" action=log.reset />
        }
        .into_any()
    } else if rows.is_empty() {
        view! {
            <EmptyState title=w.none_title why=w.none_why href="/deliveries" action=w.to_log />
        }
        .into_any()
    } else {
        let rows = rows.into_iter().map(unreachable).collect_view();
        let advice = causes
            .into_iter()
            .map(|cause| {
                view! {
                    <li>
                        <b class="cause">{causes::cause(language(), cause)}</b>
                        ". "
                        {causes::advice(language(), cause)}
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="card table-card">
                <table class="table log-table people-table" aria-label=w.title>
                    <thead>
                        <tr>
                            <th scope="col">{w.customer}</th>
                            <th scope="col">{w.cause}</th>
                            <th scope="col">{w.since}</th>
                            <th scope="col">{w.last}</th>
                            <th scope="col">{w.failures}</th>
                            <th scope="col">{w.bot}</th>
                            <th scope="col">{w.profile}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {(shown < count && !is_search).then(|| view! { <p class="help">{w.shown} " " {shown} " " {w.of} " " {count}</p> })}
            <section class="card">
                <h2>{w.advice}</h2>
                <ul class="consequences">{advice}</ul>
            </section>
        }
        .into_any()
    };
    view! {
        <div class="page-head">
            <div>
                <p class="crumbs">
                    <a href="/deliveries">{w.to_log}</a>
                </p>
                <h1>{w.title}</h1>
                <p class="why">{w.why}</p>
            </div>
        </div>
        {(sees_data && (count > 0 || is_search)).then(|| view! { <Search text /> })}
        {body}
    }
}

#[component]
fn Search(text: String) -> impl IntoView {
    let (w, log) = (words::<UnreachableWords>(), words::<LogWords>());
    let reset = (!text.is_empty())
        .then(|| view! { <a class="button plain reset" href="/deliveries/unreachable">{log.reset}</a> });
    view! {
        <form class="log-filters" method="get" action="/deliveries/unreachable" role="search">
            <input
                class="input"
                type="search"
                name="q"
                value=text
                aria-label=log.search
                placeholder=w.search_hint
                autocomplete="off"
                spellcheck="false"
            />
            <button class="button">{log.find}</button>
            {reset}
        </form>
    }
}

fn unreachable(row: UnreachableRow) -> AnyView {
    let w = words::<UnreachableWords>();
    // A shortened chat cannot be searched for, so it has no link.
    let href = |chat: &str| {
        let query = LogQuery { chat: chat.to_owned(), ..LogQuery::default() };
        (!chat.starts_with('…')).then(|| query.address("/deliveries"))
    };
    view! {
        <tr>
            <th scope="row">
                {recipient(Some(row.chat), row.customer, row.person, href)}
            </th>
            <td data-title=w.cause>{row.cause.map(|cause| causes::cause(language(), cause))}</td>
            <td data-title=w.since>
                <At at=row.since />
            </td>
            <td data-title=w.last>
                <At at=row.last_at />
            </td>
            <td data-title=w.failures>{row.failures}</td>
            <td data-title=w.bot>{row.bot}</td>
            <td data-title=w.profile>
                {row
                    .profile
                    .map(|(id, name)| view! { <a class="quiet-link" href=format!("/profiles/{id}")>{name}</a> })}
            </td>
        </tr>
    }
    .into_any()
}

#[component]
pub(in crate::pages) fn Erase(view: EraseView) -> impl IntoView {
    let w = words::<EraseWords>();
    let EraseView { chat, customer, fault, stored, past } = view;
    let body = match stored {
        Some(stored) => view! { <Question chat customer stored /> }.into_any(),
        None => view! { <Which chat fault /> }.into_any(),
    };
    let past_rows = past
        .iter()
        .map(|erasure| {
            view! {
                <li>
                    <At at=erasure.at />
                    " · "
                    {w.ends_in}
                    {erasure.chat_end.clone()}
                    " · "
                    {w.events}
                    ": "
                    {erasure.events}
                    ", "
                    {w.messages.to_lowercase()}
                    ": "
                    {erasure.messages}
                    " · "
                    {erasure.asked_by.clone()}
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="narrow">
            <p class="crumbs">
                <a href="/deliveries">{words::<UnreachableWords>().to_log}</a>
            </p>
            <h1>{w.title}</h1>
            <p class="why">{w.why}</p>
            {body}
            {(!past.is_empty())
                .then(|| {
                    view! {
                        <section class="card">
                            <h2>{w.done}</h2>
                            <ul class="consequences">{past_rows}</ul>
                        </section>
                    }
                })}
        </div>
    }
}

#[component]
fn Which(chat: String, fault: Option<String>) -> impl IntoView {
    let w = words::<EraseWords>();
    let is_bad = fault.is_some();
    view! {
        <Fault sentence=fault />
        <form class="card" method="get" action="/deliveries/erase">
            <div class="field">
                <label for="chat">{w.chat}</label>
                <input
                    class="input"
                    id="chat"
                    name="chat"
                    value=chat
                    required
                    inputmode="numeric"
                    autocomplete="off"
                    aria-describedby="chat-help"
                    aria-invalid=is_bad.then_some("true")
                />
                <p class="help" id="chat-help">
                    {w.chat_help}
                </p>
            </div>
            <div class="actions form-end">
                <button class="button primary">{w.look}</button>
            </div>
        </form>
    }
}

#[component]
fn Question(chat: String, customer: Option<String>, stored: StoredView) -> impl IntoView {
    let w = words::<EraseWords>();
    let named = customer.map_or_else(|| chat.clone(), |name| format!("{name} · {chat}"));
    if stored.events == 0 && stored.messages == 0 && stored.bookings == 0 && !stored.is_customer {
        // An event without a message may still contain the chat.
        return view! {
            <form class="card" method="post" action="/deliveries/erase">
                <p>{w.nothing.replace("{}", &chat)}</p>
                <p class="actions form-end">
                    <a class="button primary" href="/deliveries/erase">
                        {w.other}
                    </a>
                    <button class="button" name="chat" value=chat>
                        {w.do_it}
                    </button>
                </p>
            </form>
        }
        .into_any();
    }
    view! {
        <form class="card" method="post" action="/deliveries/erase">
            <h2>{w.question.replace("{}", &named)}</h2>
            <dl class="facts">
                <div>
                    <dt>{w.events}</dt>
                    <dd>{stored.events}</dd>
                </div>
                <div>
                    <dt>{w.messages}</dt>
                    <dd>{stored.messages}</dd>
                </div>
                <div>
                    <dt>{w.waiting}</dt>
                    <dd>{stored.waiting}</dd>
                </div>
                <div>
                    <dt>{w.bookings}</dt>
                    <dd>{stored.bookings}</dd>
                </div>
            </dl>
            <ul class="consequences">
                {stored.is_customer.then(|| view! { <li>{w.is_customer}</li> })}
                <li>{w.others}</li>
                <li>{w.backups}</li>
                <li>{w.for_good}</li>
            </ul>
            <div class="actions form-end">
                <button class="button danger" name="chat" value=chat>
                    {w.do_it}
                </button>
                <a class="button" href="/deliveries">
                    {w.back}
                </a>
            </div>
        </form>
    }
    .into_any()
}
