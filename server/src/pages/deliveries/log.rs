//! `/deliveries`: the log, with a chart of the same span.

use app::{
    error::AppError,
    i18n::{LogWords, Words as _},
    pages::{LogView, ServerPage},
    session::Viewer,
    views::{Chart, LogDelivery, LogPage, LogRow, ProfileFilter, full_name},
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use hookgram::{
    channel::ChannelKind,
    delivery::Outcome,
    log_query::LogQuery,
    person::Person,
    values::{Language, TimeZone},
};

use super::{chart, event::event_detail, personal};
use crate::{
    pages::{Operator, PageRequest, Visit, internal, or_refuse},
    store::{LogFilter, LogRows, Logged, Reason},
    time::{Millis, now},
};

const SHOWN: i64 = 50;
/// The most names of profiles in the page. If there are more, the script requests matching ones.
const MOST_NAMES: i64 = 100;
/// The most suggested names.
const SUGGESTED: i64 = 10;

/// `GET /deliveries`
pub(in crate::pages) async fn page(visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let (request, mut query) = (visit.request(), visit.log_query());
    let profile = match or_refuse!(visit, profile_filter(&visit, &query).await) {
        Wanted::Profile(id) => {
            // The address contains the id, because a profile may be renamed.
            let query = LogQuery { profile: Some(id), behind: None, ..query };
            return Redirect::to(&query.address("/deliveries")).into_response();
        }
        Wanted::Unclear(filter) => filter,
    };
    let mut fault = None;
    let page = match log_page(&request, &viewer, &query).await {
        Err(AppError::Invalid(faults)) => {
            // The form shows the unreadable times again. The page and the chart ignore them.
            fault = faults.into_iter().next().map(|fault| (fault.field, fault.sentence));
            let without = LogQuery { from: String::new(), to: String::new(), ..query.clone() };
            or_refuse!(visit, log_page(&request, &viewer, &without).await)
        }
        page => or_refuse!(visit, page),
    };
    let typed = query.clone();
    if fault.is_some() {
        query = LogQuery { from: String::new(), to: String::new(), ..query };
    }
    let chart = or_refuse!(visit, chart(&request, &query).await);
    let open = match visit.asked("open") {
        Some(id) => match event_detail(&request, &viewer, &id).await {
            Err(AppError::NotFound) => None,
            event => Some(Box::new(or_refuse!(visit, event))),
        },
        None => None,
    };
    let may_act = visit.may::<Operator>();
    let sees_data = personal::is_shown(&visit.state, visit.account());
    let view = LogView { query: typed, fault, page, chart, profile, open, may_act, sees_data };
    visit.show(StatusCode::OK, ServerPage::Log(Box::new(view))).await
}

/// The profile whose name was typed, or the filter to show.
enum Wanted {
    Profile(i64),
    Unclear(ProfileFilter),
}

/// Finds the profile of the form's `named`: the one with this name, else the only one whose name contains it.
async fn profile_filter(visit: &Visit, query: &LogQuery) -> Result<Wanted, AppError> {
    let profiles = &visit.state.store.profiles;
    let typed = visit.asked("named").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let all = profiles.named_like("", MOST_NAMES + 1).await.map_err(internal)?;
    let is_short = i64::try_from(all.len()).is_ok_and(|count| count <= MOST_NAMES);
    let names = if is_short { all.into_iter().map(|(_, name)| name).collect() } else { Vec::new() };
    let Some(text) = typed else {
        let chosen = match query.profile {
            Some(id) => profiles.name_of(id).await.map_err(internal)?,
            None => None,
        };
        return Ok(Wanted::Unclear(ProfileFilter {
            text: chosen.unwrap_or_default(),
            names,
            ..ProfileFilter::default()
        }));
    };
    let found = profiles.named_like(&text, SUGGESTED).await.map_err(internal)?;
    let same = |name: &str| name.to_lowercase() == text.to_lowercase();
    let w = LogWords::of(visit.language);
    let fault = match found.as_slice() {
        [] => w.no_such_profile,
        [(id, _)] => return Ok(Wanted::Profile(*id)),
        [(id, name), (_, next), ..] if *name == text || same(name) && !same(next) => return Ok(Wanted::Profile(*id)),
        _ => w.which_profile,
    };
    Ok(Wanted::Unclear(ProfileFilter { text, fault: Some(fault), candidates: found, names }))
}

/// `GET /profiles/names`: the names that contain a text, as a JSON list, for the filter's suggestions.
pub(in crate::pages) async fn names(visit: Visit) -> Response {
    let text = visit.asked("q").unwrap_or_default();
    let found = visit.state.store.profiles.named_like(text.trim(), SUGGESTED).await;
    let found = or_refuse!(visit, found.map_err(internal));
    Json(found.into_iter().map(|(_, name)| name).collect::<Vec<_>>()).into_response()
}

/// A page of the log, newest first.
///
/// # Errors
/// [`AppError::Invalid`] if the query's times cannot be read, [`AppError::Forbidden`] if it asks for personal data that
/// the reader may not see.
pub async fn log_page(request: &PageRequest, viewer: &Viewer, query: &LogQuery) -> Result<LogPage, AppError> {
    let is_shown = personal::is_shown(&request.state, viewer.account());
    let asks_for_it = !query.chat.is_empty() || !query.text.is_empty();
    if asks_for_it && !is_shown {
        // Searching must not reveal data that the reader may not see.
        return Err(AppError::Forbidden);
    }
    let filter = filter(request, query, SHOWN)?;
    let LogRows { rows, next, unfinished } = request.state.store.log.page(&filter).await.map_err(internal)?;
    let rows = rows.into_iter().map(|logged| row(logged, request.language)).collect();
    let page = LogPage { rows, next, unfinished };
    Ok(if is_shown { page } else { personal::of_page(page) })
}

/// The outcomes within the query's times, or within the last week if it names none, of its profile or of all profiles.
async fn chart(request: &PageRequest, query: &LogQuery) -> Result<Chart, AppError> {
    let (from, to) = times(query, request.clock().zone(), request.language)?;
    let span = chart::span(from, to, now());
    let (store, hours) = (&request.state.store, chart::hours(span));
    let outcomes = store.log.outcomes(query.profile, hours.0, hours.1).await.map_err(internal)?;
    let latencies = store.log.latencies(query.profile, span.0, span.1).await.map_err(internal)?;
    Ok(Chart { bars: chart::bars(&outcomes, span, request.clock().zone()), latency: chart::percentiles(&latencies) })
}

fn filter(request: &PageRequest, query: &LogQuery, limit: i64) -> Result<LogFilter, AppError> {
    let (since, until) = times(query, request.clock().zone(), request.language)?;
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Ok(LogFilter {
        profile: query.profile,
        bot: query.bot,
        outcome: query.outcome,
        cause: query.cause,
        chat: some(&query.chat),
        order: some(&query.order),
        text: some(&query.text),
        since,
        until,
        behind: query.behind,
        limit,
    })
}

/// The query's start and end, or the faults of those that cannot be read.
fn times(query: &LogQuery, zone: TimeZone, language: Language) -> Result<(Option<Millis>, Option<Millis>), AppError> {
    query.within(zone, now()).map_err(|name| AppError::field(name, LogWords::of(language).time_unreadable))
}

pub(super) fn row(logged: Logged, language: Language) -> LogRow {
    let bot = logged.bot_id;
    let number = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).unwrap_or_default();
    let delivery = logged.delivery.map(|id| LogDelivery {
        id,
        channel: logged.channel.unwrap_or(ChannelKind::Telegram),
        chat: logged.chat,
        customer: logged.customer.as_deref().and_then(known_name),
        parts: (number(logged.part_count), number(logged.parts_sent)),
        attempts: number(logged.attempts),
        cause: logged.cause,
        last_error: logged.last_error,
        unsure: logged.unsure.unwrap_or_default(),
        next_attempt_at: logged.next_attempt_at,
        finished_at: logged.finished_at,
        replay_of: logged.replay_of,
        replaced_by: logged.replaced_by,
    });
    LogRow {
        event: logged.event,
        public_id: logged.public_id,
        received_at: logged.received_at,
        order_number: logged.order_number,
        event_type: logged.event_type,
        profile: logged.profile_id.zip(logged.profile),
        bot: bot.or(logged.bot_of_event),
        outcome: logged.state.map_or(logged.outcome.into(), Outcome::from),
        http_status: logged.http_status,
        reason: logged.reason.as_deref().and_then(|json| reason(json, language)),
        duplicate_of: logged.duplicate_of.zip(logged.first_public_id),
        replayed_as: logged.replayed_as,
        replayed_event: logged.replayed_event,
        person: Person { name: logged.person, phone: logged.phone },
        delivery,
    }
}

/// The name of a customer as one line; `None` if it has no visible text.
pub(super) fn known_name(stored: &str) -> Option<String> {
    Some(full_name(stored, "")).filter(|name| !name.is_empty())
}

fn reason(json: &str, language: Language) -> Option<String> {
    let reason: Reason = serde_json::from_str(json).ok()?;
    Some(reason.of(language).to_owned())
}
