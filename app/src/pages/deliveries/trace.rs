//! One event: its steps, the reasons, and the available actions.

use hookgram::{
    channel::ChannelKind,
    delivery::{FailureCause, Outcome},
    event::EventType,
    log_query::LogQuery,
    message::Part,
    person::Person,
    values::Language,
};
use leptos::prelude::*;

use super::{
    super::{
        customers::recipient,
        moment::At,
        units::{bytes, span},
    },
    rows::{details, nobody, profile},
};
use crate::{
    components::{Bubble, OutcomeMark},
    i18n::{LogWords, TraceWords, booking_number, causes, event_type, in_quotes, language, words},
    views::{AttemptView, DeliveryDetail, EventBody, EventDetail, LogRow},
};

/// `/deliveries/{id}`
#[component]
pub(in crate::pages) fn EventPage(event: EventDetail, may_act: bool) -> impl IntoView {
    let w = words::<TraceWords>();
    view! {
        <p class="crumbs">
            <a href="/deliveries">{words::<LogWords>().title}</a>
        </p>
        <div class="trace-page">
            <Trace event may_act back=None />
        </div>
        <p class="actions">
            <a class="button" href="/deliveries">
                {w.back}
            </a>
        </p>
    }
}

/// The event. Beside the list it has a link back to the list; otherwise it is a page of its own.
#[component]
pub(super) fn Trace(event: EventDetail, may_act: bool, back: Option<String>) -> impl IntoView {
    let w = words::<TraceWords>();
    let EventDetail { row, field, body, deliveries, related } = event;
    let is_kept = matches!(body, EventBody::Kept(_));
    let kind = row.event_type.map(|kind| event_type(language(), EventType(kind)));
    let number = row.order_number.clone().map(|number| booking_number(&number));
    let title: Vec<String> = number.into_iter().chain(kind).collect();
    let title = if title.is_empty() { w.title.to_owned() } else { title.join(" · ") };
    let address = format!("/deliveries/{}", row.public_id);
    let beside = back.is_some();
    let endpoint = Acceptance { received: received(&row, body), answered: answered(&row) };
    let first = row.clone();
    let fates = if deliveries.is_empty() {
        ended_at_the_endpoint(&row, may_act && is_kept)
    } else {
        deliveries
            .into_iter()
            .map(|delivery| {
                let field = field.clone();
                view! { <DeliverySummary delivery received_at=first.received_at field=field.unwrap_or_default() may_act beside endpoint=endpoint.clone() /> }
            })
            .collect_view()
            .into_any()
    };
    let head = if beside { view! { <h2>{title}</h2> }.into_any() } else { view! { <h1>{title}</h1> }.into_any() };
    let erase = row.delivery.as_ref().and_then(|delivery| delivery.chat.clone()).filter(|_| may_act);
    let order = row.order_number.clone();
    view! {
        <section class="card trace">
            <div class="trace-head">
                {head}
                <p class="why">{profile(&row)} " · " <At at=row.received_at seconds=true /></p>
                <p class="trace-links">
                    {back
                        .map(|back| {
                            view! {
                                <a class="to-list" href=back>
                                    {w.back}
                                </a>
                            }
                        })}
                    {beside.then(|| view! { <a href=address.clone()>{w.own_page}</a> })}
                    {is_kept.then(|| view! { <a href=format!("{address}/payload")>{w.body}</a> })}
                    {erase
                        .map(|chat| {
                            let href = format!("/deliveries/erase?chat={}", hookgram::query::encode(&chat));
                            view! { <a href=href>{w.erase}</a> }
                        })}
                </p>
            </div>
            {fates}
        </section>
        {(!related.is_empty())
            .then(|| {
                let all = LogQuery { order: order.unwrap_or_default(), ..LogQuery::default() }.address("/deliveries");
                view! { <Related rows=related all /> }
            })}
    }
}

/// The first steps, which all deliveries of an event share.
#[derive(Clone)]
struct Acceptance {
    received: Small,
    answered: Small,
}

fn received(row: &LogRow, body: EventBody) -> Small {
    let w = words::<TraceWords>();
    let endpoint = if row.profile.is_some() { w.at_short } else { w.at_stateless };
    match body {
        EventBody::Kept(size) => {
            format!("{endpoint}, {}", bytes(language(), u64::try_from(size).unwrap_or(u64::MAX))).into()
        }
        EventBody::Gone => format!("{endpoint}, {}", w.not_kept).into(),
        EventBody::Hidden => endpoint.to_owned().into(),
    }
}

fn answered(row: &LogRow) -> Small {
    Small { before: format!("{} · ", row.http_status), id: Some(row.public_id.clone()), ..Small::default() }
}

/// The outcome of an event without deliveries, with the button that replays it.
fn ended_at_the_endpoint(row: &LogRow, may_replay: bool) -> AnyView {
    let w = words::<TraceWords>();
    let (class, why) = match row.outcome {
        Outcome::Duplicate => ("warn", w.duplicate.to_owned()),
        Outcome::Skipped => ("warn", w.skipped_type.to_owned()),
        _ => ("bad", row.reason.clone().unwrap_or_default()),
    };
    let first = row.duplicate_of.clone().map(|(_, first)| {
        view! {
            " "
            <a href=format!("/deliveries/{first}")>{w.first_copy}</a>
        }
    });
    view! {
        <p class="trace-outcome">
            <OutcomeMark outcome=row.outcome />
            {recipient(None, None, row.person.clone(), |_| None)}
            <span class="soft">{w.answered} ": " {row.http_status}</span>
        </p>
        <div class=format!("notice {class}")>
            {why}
            {first}
        </div>
        {row.replayed_as.as_deref().map(|id| other(w.event_replaced, id))}
        {(may_replay && row.is_replayable())
            .then(|| {
                view! {
                    <form class="actions" method="post" action="/deliveries/act">
                        <input type="hidden" name=format!("e-{}", row.event) value="on" />
                        <input type="hidden" name="back" value=format!("/deliveries/{}", row.public_id) />
                        <button class="button primary" name="do" value="replay">
                            {w.replay}
                        </button>
                    </form>
                }
            })}
    }
    .into_any()
}

/// A sentence with a link to another event.
fn other(sentence: &'static str, public_id: &str) -> impl IntoView + use<> {
    view! {
        <p class="help">
            <a href=format!("/deliveries/{public_id}")>{sentence}</a>
        </p>
    }
}

#[component]
fn DeliverySummary(
    delivery: DeliveryDetail,
    received_at: i64,
    field: String,
    may_act: bool,
    beside: bool,
    endpoint: Acceptance,
) -> impl IntoView {
    let w = words::<TraceWords>();
    let DeliveryDetail { row, parts, attempts } = delivery;
    let Some(fate) = row.delivery.clone() else { return ().into_any() };
    let outcome = row.outcome;
    let chat = fate.chat.clone();
    let mut list = vec![step("ok", w.received.to_owned(), endpoint.received, Some(received_at), received_at)];
    match &chat {
        Some(chat) => {
            let to = match row.person.name.as_ref().or(fate.customer.as_ref()) {
                Some(name) => format!("{name} · {chat}"),
                None => format!("{} {chat}", w.chat),
            };
            let found = format!("{} {field} → {to}", w.field);
            let made = crate::i18n::messages(language(), parts.len());
            list.push(step("ok", w.found.to_owned(), found, None, received_at));
            list.push(step("ok", w.rendered.to_owned(), made, None, received_at));
        }
        None => list.push(step("bad", w.not_found.to_owned(), format!("{} {field}", w.field), None, received_at)),
    }
    list.push(step("ok", w.queued.to_owned(), Small::default(), None, received_at));
    list.push(step("ok", w.answered.to_owned(), endpoint.answered, None, received_at));
    let many = parts.len() > 1;
    let is_sandbox = fate.channel == ChannelKind::Sandbox;
    // The sandbox accepts all parts at once, which is one step.
    let shown = attempts.iter().filter(|attempt| !(is_sandbox && attempt.sent));
    list.extend(shown.map(|attempt| tried(attempt, many, received_at)));
    if is_sandbox && outcome == Outcome::Delivered {
        list.push(step("ok", w.in_sandbox.to_owned(), String::new(), fate.finished_at, received_at));
    }
    match (outcome, fate.next_attempt_at) {
        (Outcome::Waiting, _) => list.push(step("soft", w.waits.to_owned(), String::new(), None, received_at)),
        (Outcome::Suspended, _) => list.push(step("warn", w.suspended.to_owned(), String::new(), None, received_at)),
        (Outcome::Retrying, Some(at)) => {
            list.push(step("warn", w.next_try.to_owned(), String::new(), Some(at), received_at));
        }
        (Outcome::Cancelled, _) => {
            list.push(step("soft", w.cancelled.to_owned(), String::new(), fate.finished_at, received_at));
        }
        _ => {}
    }
    let finished = fate.finished_at.is_some();
    let id = fate.id;
    // A shortened chat cannot be searched for, so it has no link.
    let all = chat
        .filter(|chat| !chat.starts_with('…'))
        .map(|chat| LogQuery { chat, ..LogQuery::default() }.address("/deliveries"));
    let is_named = fate.customer.is_some() || row.person != Person::default();
    let label = (fate.chat.is_some() && !is_named).then(|| view! { <span class="soft">{w.chat} " "</span> });
    let act = may_act.then(|| {
        let waits = matches!(outcome, Outcome::Waiting | Outcome::Retrying | Outcome::Suspended);
        let can_replay = finished && fate.replaced_by.is_none();
        view! {
            <form class="actions" method="post" action="/deliveries/act">
                <input type="hidden" name=format!("d-{id}") value="on" />
                <input type="hidden" name="back" value=format!("/deliveries/{}", row.public_id) />
                {can_replay
                    .then(|| {
                        view! {
                            <button class="button primary" name="do" value="replay">
                                {w.replay}
                            </button>
                        }
                    })}
                {waits
                    .then(|| {
                        view! {
                            <button class="button" name="do" value="cancel">
                                {w.cancel}
                            </button>
                        }
                    })} {all.map(|href| view! { <a class="button" href=href>{w.this_chat}</a> })}
            </form>
        }
    });
    view! {
        <div class="fate">
            <p class="trace-outcome">
                <OutcomeMark outcome=outcome />
                {label} {recipient(fate.chat.clone(), fate.customer.clone(), row.person.clone(), |_| None)}
            </p>
            {told(&row)}
            <ol class="trace-steps">{list}</ol>
            {act}
            <Message parts beside />
        </div>
    }
    .into_any()
}

/// The small text of a step, which may quote Telegram.
#[derive(Clone, Default)]
struct Small {
    before: String,
    id: Option<String>,
    telegram: Option<String>,
    after: String,
}

impl From<String> for Small {
    fn from(before: String) -> Self {
        Self { before, ..Self::default() }
    }
}

/// Quotes Telegram's text and marks it as English.
fn quoted(words: String) -> AnyView {
    view! { <span lang="en">{words}</span> }.into_any()
}

/// A step: its title, its small text, and its time, either absolute or relative to the event.
fn step(class: &'static str, title: String, small: impl Into<Small>, at: Option<i64>, received_at: i64) -> AnyView {
    let when = at.map(|at| {
        if at == received_at {
            view! { <At at seconds=true /> }.into_any()
        } else {
            view! { <span>{format!("+{}", span(language(), at - received_at))}</span> }.into_any()
        }
    });
    let Small { before, id, telegram, after } = small.into();
    view! {
        <li class=format!("trace-step {class}")>
            <span class="trace-title">{title}</span>
            <span class="trace-when">{when}</span>
            <small>{before} {id.map(|id| view! { <code>{id}</code> })} {telegram.map(quoted)} {after}</small>
        </li>
    }
    .into_any()
}

fn tried(attempt: &AttemptView, many: bool, received_at: i64) -> AnyView {
    let w = words::<TraceWords>();
    let part = attempt.part + 1;
    let (class, title) = match (attempt.sent, attempt.http_status) {
        (true, _) if many => ("ok", format!("{} {part}", w.sent_part)),
        (true, _) => ("ok", w.sent.to_owned()),
        (false, Some(_)) => ("bad", w.refused.to_owned()),
        (false, None) if !attempt.asked => ("bad", w.not_asked.to_owned()),
        (false, None) => ("warn", w.unreachable.to_owned()),
    };
    let status = attempt.http_status.filter(|_| !attempt.sent).map(|status| format!("{status} · "));
    // Without an answer of Telegram the description is a network error in English, and the title says what it means.
    let is_readable = attempt.http_status.is_some() || language() == Language::En;
    let telegram = attempt.description.clone().filter(|_| !attempt.sent && attempt.asked && is_readable);
    let telegram = telegram.map(|words| in_quotes(language(), &words));
    let latency = span(language(), attempt.latency);
    let after = if telegram.is_some() { format!(" · {latency}") } else { latency };
    let small = Small { before: status.unwrap_or_default(), telegram, after, id: None };
    step(class, title, small, Some(attempt.started_at), received_at)
}

/// The explanation of an outcome: the cause, who must act, and the available actions.
fn told(row: &LogRow) -> AnyView {
    let w = words::<TraceWords>();
    let Some(fate) = &row.delivery else { return ().into_any() };
    let cause = match row.outcome {
        Outcome::Suspended => Some(fate.cause.unwrap_or(FailureCause::TokenRefused)),
        Outcome::Failed | Outcome::Uncertain => fate.cause,
        _ => None,
    };
    let why = cause.map(|cause| {
        let class = if row.outcome == Outcome::Failed { "bad" } else { "warn" };
        view! {
            <div class=format!("notice {class}")>
                <b class="cause">{causes::cause(language(), cause)}</b>
                <p>{causes::advice(language(), cause)}</p>
            </div>
        }
    });
    let note = match row.outcome {
        Outcome::Retrying => Some(w.retrying.into_any()),
        Outcome::Skipped => Some(nobody(fate).into_any()),
        Outcome::Failed if cause.is_none() => fate.last_error.clone().map(quoted),
        _ => None,
    };
    let unsure = fate.unsure && row.outcome != Outcome::Uncertain;
    view! {
        {why}
        {note.map(|note| view! { <div class="notice warn">{note}</div> })}
        {unsure.then(|| view! { <div class="notice warn">{w.unsure}</div> })}
        {fate.replaced_by.map(|_| view! { <p class="help">{w.replaced}</p> })}
        {fate.replay_of.map(|_| view! { <p class="help">{w.replay_of}</p> })}
        {row.replayed_event.as_deref().map(|id| other(w.event_replay, id))}
    }
    .into_any()
}

#[component]
fn Message(parts: Vec<Part>, beside: bool) -> impl IntoView {
    let w = words::<TraceWords>();
    if parts.is_empty() {
        return view! { <p class="soft">{w.no_message}</p> }.into_any();
    }
    let bubbles =
        parts.into_iter().map(|part| view! { <Bubble part sender=String::new() /> }.into_any()).collect::<Vec<_>>();
    // One level below the heading of the event.
    let title = if beside {
        view! { <h3 class="trace-message">{w.message}</h3> }.into_any()
    } else {
        view! { <h2 class="trace-message">{w.message}</h2> }.into_any()
    };
    view! {
        {title}
        <div class="chat">{bubbles}</div>
    }
    .into_any()
}

#[component]
fn Related(rows: Vec<LogRow>, all: String) -> impl IntoView {
    let w = words::<TraceWords>();
    let rows = rows
        .into_iter()
        .map(|row| {
            let kind = row.event_type.map(|kind| event_type(language(), EventType(kind)));
            let details = details(&row);
            view! {
                <li>
                    <a href=format!("/deliveries/{}", row.public_id)>{kind.unwrap_or_else(|| w.title.to_owned())}</a>
                    <At at=row.received_at />
                    <OutcomeMark outcome=row.outcome />
                    <span class="soft">{details}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card related">
            <h2>{w.related}</h2>
            <ul>{rows}</ul>
            <p>
                <a href=all>{w.all_related}</a>
            </p>
        </section>
    }
}
