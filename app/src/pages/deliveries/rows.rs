//! The rows of the log.

use hookgram::{
    delivery::{FailureCause, Outcome},
    event::EventType,
    log_query::LogQuery,
    values::Language,
    webhook::WebhookError,
};
use leptos::prelude::*;

use super::super::{customers::recipient, moment::At, units::span};
use crate::{
    components::{EmptyState, OutcomeMark},
    i18n::{LogWords, booking_number, causes, endpoints, event_type, language, words},
    views::{LogDelivery, LogPage, LogRow},
};

#[component]
pub(super) fn Rows(query: LogQuery, page: LogPage, may_act: bool, open: Option<String>) -> impl IntoView {
    let w = words::<LogWords>();
    let LogPage { rows, next, unfinished } = page;
    if rows.is_empty() && !unfinished {
        return view! { <Nothing is_narrowed=query.is_narrowed() is_first=query.behind.is_none() /> }.into_any();
    }
    let older = next.map(|place| LogQuery { behind: Some(place), ..query.clone() }.address("/deliveries"));
    let newest = query.behind.is_some().then(|| LogQuery { behind: None, ..query.clone() }.address("/deliveries"));
    let base = query.parameters();
    let back = query.address("/deliveries");
    let rows = rows.into_iter().map(|row| self::row(row, &base, may_act, open.as_deref())).collect_view();
    view! {
        <form class="log-list" method="post" action="/deliveries/act" data-fresh="rows">
            <input type="hidden" name="back" value=back />
            <div class="card table-card">
                <table class="table log-table" aria-label=w.title>
                    <thead>
                        <tr>
                            {may_act
                                .then(|| {
                                    view! {
                                        <th scope="col" class="pick">
                                            <input type="checkbox" data-all="" aria-label=w.select_all hidden />
                                            <span class="visually-hidden">{w.select}</span>
                                        </th>
                                    }
                                })}
                            <th scope="col">{w.outcome}</th>
                            <th scope="col">{w.time}</th>
                            <th scope="col">{w.booking}</th>
                            <th scope="col">{w.profile}</th>
                            <th scope="col">{w.details}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {unfinished.then(|| view! { <p class="help">{w.searched}</p> })}
            <div class="log-foot">
                {may_act
                    .then(|| {
                        view! {
                            <span class="actions">
                                <button class="button small" name="do" value="replay">
                                    {w.replay_selected}
                                </button>
                                <button class="button small" name="do" value="cancel">
                                    {w.cancel_selected}
                                </button>
                            </span>
                        }
                    })}
                <span class="actions">
                    {newest.map(|href| view! { <a class="button small" href=href>{w.newest}</a> })}
                    {older
                        .map(|href| {
                            let title = if unfinished { w.go_on } else { w.older };
                            view! { <a class="button small" rel="next" href=href>{title}</a> }
                        })}
                </span>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Nothing(is_narrowed: bool, is_first: bool) -> impl IntoView {
    let w = words::<LogWords>();
    let (title, why, href, action) = if is_narrowed || !is_first {
        (w.no_match_title, w.no_match_why, "/deliveries", w.reset)
    } else {
        (w.none_title, w.none_why, "/", w.none_action)
    };
    view! {
        <div data-fresh="rows">
            <EmptyState title why href action />
        </div>
    }
}

fn row(row: LogRow, base: &str, may_act: bool, open: Option<&str>) -> AnyView {
    let w = words::<LogWords>();
    let is_open = open == Some(row.public_id.as_str());
    let and = if base.is_empty() { "" } else { "&" };
    let href = format!("/deliveries?{base}{and}open={}#event", row.public_id);
    let number = row.order_number.clone().map_or_else(|| w.no_number.to_owned(), |number| booking_number(&number));
    let kind = row.event_type.map(|kind| event_type(language(), EventType(kind)));
    let pick = may_act.then(|| {
        let name = match &row.delivery {
            Some(delivery) => Some(format!("d-{}", delivery.id)),
            None => row.is_replayable().then(|| format!("e-{}", row.event)),
        };
        let pick = name.map(|name| {
            let label = format!("{} {number}", w.select);
            view! { <input type="checkbox" name=name value="on" aria-label=label /> }
        });
        view! { <td class="pick">{pick}</td> }
    });
    let details = details(&row);
    let profile = profile(&row);
    let delivery = row.delivery.as_ref();
    let (chat, customer) =
        (delivery.and_then(|delivery| delivery.chat.clone()), delivery.and_then(|delivery| delivery.customer.clone()));
    let recipient = recipient(chat, customer, row.person.clone(), |_| None);
    view! {
        <tr aria-current=is_open.then_some("true") data-event=row.public_id.clone()>
            {pick}
            <td data-title=w.outcome class="log-outcome">
                <OutcomeMark outcome=row.outcome />
            </td>
            <td data-title=w.time class="log-time whole">
                <At at=row.received_at seconds=true />
            </td>
            <th scope="row">
                <a href=href>{number}</a>
                {kind.map(|kind| view! { <span class="row-sub">{kind}</span> })}
                {recipient.map(|recipient| view! { <span class="row-sub">{recipient}</span> })}
            </th>
            <td data-title=w.profile class="log-profile">
                {profile}
            </td>
            <td data-title=w.details class="log-details">
                {details}
            </td>
        </tr>
    }
    .into_any()
}

/// The profile of a row, or the bot whose token the event contained.
pub(super) fn profile(row: &LogRow) -> AnyView {
    let w = words::<LogWords>();
    match (&row.profile, row.bot) {
        (Some((id, name)), _) if !name.is_empty() => {
            view! { <a class="quiet-link" href=format!("/profiles/{id}")>{name.clone()}</a> }.into_any()
        }
        (Some(_), _) => view! { <span class="soft">{w.gone_profile}</span> }.into_any(),
        (None, Some(bot)) => view! {
            <a class="quiet-link" href=format!("/deliveries?bot={bot}")>
                {w.bot_number}
                " "
                {bot}
            </a>
            <span class="row-sub">{w.stateless}</span>
        }
        .into_any(),
        (None, None) => view! { <span class="soft">{w.stateless}</span> }.into_any(),
    }
}

/// The reason in a few words, or the duration.
pub(super) fn details(row: &LogRow) -> AnyView {
    let w = words::<LogWords>();
    let Some(delivery) = &row.delivery else {
        return match &row.duplicate_of {
            Some((_, first)) => view! {
                <a class="quiet-link" href=format!("/deliveries/{first}")>
                    {w.same_as}
                    " "
                    {first.chars().take(8).collect::<String>()}
                    "…"
                </a>
            }
            .into_any(),
            None => {
                let why = reason(row.reason.clone().unwrap_or_default(), None);
                let replayed = row.replayed_as.is_some().then(|| view! { <span class="tag">{w.replayed}</span> });
                view! { <span class="pieces">{why} {replayed}</span> }.into_any()
            }
        };
    };
    let mut pieces: Vec<AnyView> = Vec::new();
    match row.outcome {
        Outcome::Delivered => {
            if let Some(finished) = delivery.finished_at.filter(|_| delivery.replay_of.is_none()) {
                pieces.push(span(language(), finished - row.received_at).into_any());
            }
        }
        Outcome::Waiting => pieces.push(w.queue.into_any()),
        Outcome::Retrying => pieces.push(match delivery.next_attempt_at {
            Some(at) => view! { <span>{w.next_try} " " <At at seconds=true /></span> }.into_any(),
            None => w.queue.into_any(),
        }),
        Outcome::Failed | Outcome::Uncertain | Outcome::Suspended => pieces.push(why(row.outcome, delivery)),
        Outcome::Skipped => pieces.push(reason(nobody(delivery).to_owned(), None)),
        Outcome::Cancelled | Outcome::Rejected | Outcome::Duplicate => {}
    }
    if delivery.replay_of.is_some() || row.replayed_event.is_some() {
        pieces.push(view! { <span class="tag">{w.is_replay}</span> }.into_any());
    }
    if delivery.replaced_by.is_some() {
        pieces.push(view! { <span class="tag">{w.replayed}</span> }.into_any());
    }
    if delivery.unsure && row.outcome == Outcome::Delivered {
        pieces.push(view! { <span class="tag warn">{w.maybe_twice}</span> }.into_any());
    }
    view! { <span class="pieces">{pieces}</span> }.into_any()
}

fn why(outcome: Outcome, delivery: &LogDelivery) -> AnyView {
    let cause = delivery.cause;
    let cause = cause.or((outcome == Outcome::Suspended).then_some(FailureCause::TokenRefused));
    match cause {
        Some(cause) => reason(causes::cause(language(), cause).to_owned(), None),
        None => reason(delivery.last_error.clone().unwrap_or_default(), Some("en")),
    }
}

/// A reason. A wide table cuts it to one line, so the tooltip contains all of it.
fn reason(text: String, language: Option<&'static str>) -> AnyView {
    view! {
        <span class="reason" lang=language title=text.clone()>
            {text.clone()}
        </span>
    }
    .into_any()
}

/// Why a participant was skipped. The row stores the reason in English.
pub(super) fn nobody(delivery: &LogDelivery) -> &'static str {
    let w = words::<LogWords>();
    if let Some(cause) = delivery.cause {
        return causes::cause(language(), cause);
    }
    let why = delivery.last_error.as_deref().unwrap_or_default();
    if endpoints::is_about_code(why) {
        return w.wrong_code;
    }
    let nothing_to_say = endpoints::endpoint(Language::En, &WebhookError::NothingToSay);
    if why == nothing_to_say { w.nothing_to_say } else { w.no_id }
}
