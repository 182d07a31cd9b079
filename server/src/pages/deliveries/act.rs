//! Replaying and cancelling deliveries: a page asks for confirmation, then the form carries out the action.

use app::{
    error::AppError,
    pages::{ActView, Chosen, Results, ServerPage},
    session::Viewer,
};
use axum::{
    body::Body,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use hookgram::{
    delivery::Outcome,
    log_query::LogQuery,
    replay::{BulkKind, Matching, ReplayAs},
    values::Language,
};

use super::log::log_page;
use crate::{
    pages::{Fields, Operator, Permission, Visit, internal, or_refuse},
    time::now,
};

/// The most deliveries that one form can name.
const MOST: usize = 200;

/// `POST /deliveries/act`: replays or cancels the deliveries that the form names.
pub(in crate::pages) async fn act(visit: Visit<Operator>, body: Body) -> Response {
    let fields = or_refuse!(visit, visit.form(body).await);
    let (ids, events) = (named(&fields, "d-"), named(&fields, "e-"));
    let (cancels, back) = (cancels(&fields), back(&fields));
    if !fields.contains_key("sure") {
        let events = if cancels { Vec::new() } else { events };
        let view = ActView { cancels, chosen: Chosen::These { deliveries: ids, events }, results: None, back };
        return visit.show(StatusCode::OK, ServerPage::Act(view)).await;
    }
    if ids.len().saturating_add(events.len()) > MOST {
        let sentence = match visit.language {
            Language::Ru => format!("За один раз можно выбрать не больше {MOST} доставок."),
            Language::En => format!("At most {MOST} deliveries can be selected at once."),
        };
        return visit.refuse(AppError::field("", sentence)).await;
    }
    let (replays, by) = (&visit.state.replays, visit.by());
    let handled = if cancels { replays.cancel(&ids, &by).await } else { replays.replay(&ids, how(&fields), &by).await };
    let handled = or_refuse!(visit, handled.map_err(internal));
    let chosen_events = if cancels { &[][..] } else { &events };
    let handled_events = or_refuse!(visit, replays.replay_events(chosen_events, &by).await.map_err(internal));
    let results = Results { deliveries: handled, events: handled_events };
    let what = if cancels { "cancelled" } else { "replayed" };
    tracing::info!(
        by = visit.account().id,
        done = results.done(),
        left = results.refused().count(),
        "deliveries were {what}"
    );
    let view = ActView { cancels, chosen: Chosen::These { deliveries: ids, events }, results: Some(results), back };
    visit.show(StatusCode::OK, ServerPage::Act(view)).await
}

/// `GET /deliveries/all`: asks for confirmation of an action on all deliveries that a query finds, and shows their
/// number.
pub(in crate::pages) async fn question(visit: Visit<Operator>) -> Response {
    let viewer = visit.who.viewer();
    let query = visit.log_query();
    let cancels = visit.asked("do").as_deref() == Some("cancel");
    let back = query.address("/deliveries");
    let chosen = if is_for_all(&query) {
        let matching = or_refuse!(visit, matching(&visit, &query));
        let count = or_refuse!(visit, visit.state.store.queue.count_matching(&matching).await.map_err(internal));
        Chosen::Found(Box::new(query), count)
    } else {
        or_refuse!(visit, found(&visit, &viewer, query).await)
    };
    let view = ActView { cancels, chosen, results: None, back };
    visit.show(StatusCode::OK, ServerPage::Act(view)).await
}

/// `POST /deliveries/all`: starts the bulk operation, and redirects to its progress.
pub(in crate::pages) async fn begin(visit: Visit<Operator>, body: Body) -> Response {
    let matching = or_refuse!(visit, matching(&visit, &visit.log_query()));
    let fields = or_refuse!(visit, visit.form(body).await);
    let kind = match (cancels(&fields), matching.outcome) {
        (true, _) => BulkKind::Cancel,
        (false, Outcome::Rejected) => BulkKind::Replay(ReplayAs::ItIs),
        (false, _) => BulkKind::Replay(how(&fields)),
    };
    let begun = or_refuse!(visit, visit.state.replays.begin(kind, &matching, &visit.by()).await.map_err(internal));
    tracing::info!(by = visit.account().id, bulk = begun, ?kind, ?matching, "bulk action started");
    let Some(id) = begun else {
        let sentence =
            visit.say("С такими доставками этого сделать нельзя.", "This cannot be done to these deliveries.");
        return visit.refuse(AppError::field("", sentence)).await;
    };
    Redirect::to(&format!("/deliveries/work/{id}")).into_response()
}

/// Whether the query uses only conditions that a bulk operation can evaluate for each delivery, step by step.
fn is_for_all(query: &LogQuery) -> bool {
    query.chat.is_empty() && query.order.is_empty() && query.text.is_empty() && query.bot.is_none()
}

fn matching(visit: &Visit<Operator>, query: &LogQuery) -> Result<Matching, AppError> {
    let (since, until) = query.within(visit.zone(), now()).map_err(|_| AppError::NotFound)?;
    let outcome = query.outcome.filter(|_| is_for_all(query)).ok_or(AppError::NotFound)?;
    Ok(Matching { outcome, profile: query.profile, cause: query.cause, since, until })
}

/// The deliveries and events of a query that a bulk operation cannot evaluate, up to the most that one form can name.
async fn found(visit: &Visit<Operator>, viewer: &Viewer, query: LogQuery) -> Result<Chosen, AppError> {
    let request = visit.request();
    let mut query = LogQuery { behind: None, ..query };
    query.outcome.ok_or(AppError::NotFound)?;
    let (mut ids, mut events) = (Vec::new(), Vec::new());
    loop {
        let page = log_page(&request, viewer, &query).await?;
        let deliveries = page.rows.iter().filter_map(|row| row.delivery.as_ref());
        ids.extend(deliveries.filter(|delivery| delivery.replaced_by.is_none()).map(|delivery| delivery.id));
        events.extend(page.rows.iter().filter(|row| row.is_replayable()).map(|row| row.event));
        query.behind = page.next;
        if query.behind.is_none() || ids.len() + events.len() >= MOST {
            ids.truncate(MOST);
            events.truncate(MOST - ids.len());
            return Ok(Chosen::These { deliveries: ids, events });
        }
    }
}

/// The ids in the names of fields that start with `prefix`.
fn named(fields: &Fields, prefix: &str) -> Vec<i64> {
    let mut ids: Vec<i64> = fields.keys().filter_map(|name| name.strip_prefix(prefix)?.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn cancels(fields: &Fields) -> bool {
    fields.get("do").is_some_and(|what| what == "cancel")
}

fn how(fields: &Fields) -> ReplayAs {
    if fields.get("how").is_some_and(|how| how == "is") { ReplayAs::ItIs } else { ReplayAs::ItWas }
}

/// The page to return to, if the form names one of these pages.
fn back(fields: &Fields) -> String {
    let back = fields.get("back").map(String::as_str).unwrap_or_default();
    let ours = back == "/deliveries" || back.starts_with("/deliveries?") || back.starts_with("/deliveries/");
    if ours { back.to_owned() } else { "/deliveries".to_owned() }
}
