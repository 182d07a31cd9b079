//! `/deliveries/{id}`: one event with its deliveries, and its body.

use app::{
    error::AppError,
    pages::{PayloadView, ServerPage},
    session::Viewer,
    views::{AttemptView, DeliveryDetail, EventBody, EventDetail},
};
use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use hookgram::delivery::AttemptClass;

use super::{log::row, personal};
use crate::{
    pages::{Operator, PageRequest, Visit, internal, or_refuse},
    store::{Attempt, LogFilter, Logged, StoreError},
};

/// The most shown events of the same booking, newest first.
const RELATED: i64 = 20;

/// `GET /deliveries/{id}`
pub(in crate::pages) async fn page(Path(id): Path<String>, visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let event = or_refuse!(visit, event_detail(&visit.request(), &viewer, &id).await);
    let may_act = visit.may::<Operator>();
    visit.show(StatusCode::OK, ServerPage::Event(Box::new(event), may_act)).await
}

/// `GET /deliveries/{id}/payload`
pub(in crate::pages) async fn payload(Path(id): Path<String>, visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let body = or_refuse!(visit, body(&visit.request(), &viewer, &id).await);
    let body = body.map(|body| String::from_utf8_lossy(&body).into_owned());
    visit.show(StatusCode::OK, ServerPage::Payload(PayloadView { public_id: id, body })).await
}

/// `GET /deliveries/{id}/payload.json`
pub(in crate::pages) async fn payload_file(Path(id): Path<String>, visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let body = or_refuse!(visit, body(&visit.request(), &viewer, &id).await);
    let body = or_refuse!(visit, body.ok_or(AppError::NotFound));
    let name = format!("attachment; filename=\"event-{id}.json\"");
    let name = or_refuse!(visit, HeaderValue::from_str(&name).map_err(internal));
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json), (header::CONTENT_DISPOSITION, name)], body).into_response()
}

/// One event with its deliveries and their attempts, by its public id.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such event.
pub async fn event_detail(request: &PageRequest, viewer: &Viewer, public_id: &str) -> Result<EventDetail, AppError> {
    let store = &request.state.store;
    let logged = store.log.logged_event(public_id).await.map_err(internal)?;
    let first = logged.first().cloned().ok_or(AppError::NotFound)?;
    let order = first.order_number.clone();
    let related = match order {
        Some(order) => {
            let filter = LogFilter { order: Some(order), limit: RELATED, ..LogFilter::default() };
            store.log.page(&filter).await.map_err(internal)?.rows
        }
        None => Vec::new(),
    };
    // Booking numbers are unique only within one service. Another profile's events may have the same number.
    let same = |other: &Logged| {
        other.event != first.event && other.profile_id == first.profile_id && other.bot_of_event == first.bot_of_event
    };
    let related = related.into_iter().filter(same).map(|logged| row(logged, request.language)).collect();
    let mut deliveries = Vec::new();
    for logged in logged {
        if let Some(id) = logged.delivery {
            deliveries.push(detail(request, id, logged).await?);
        }
    }
    let body = store.events.payload(first.event).await.or_else(unreadable)?;
    let body = body.map_or(EventBody::Gone, |body| EventBody::Kept(body.len()));
    let event =
        EventDetail { field: first.field_name.clone(), row: row(first, request.language), body, deliveries, related };
    let is_shown = personal::is_shown(&request.state, viewer.account());
    Ok(if is_shown { event } else { personal::of_event(event, request.language) })
}

/// The body of an event as it was received; `None` if it is not stored.
async fn body(request: &PageRequest, viewer: &Viewer, public_id: &str) -> Result<Option<Vec<u8>>, AppError> {
    personal::ask(&request.state, viewer.account())?;
    let logged = request.state.store.log.logged_event(public_id).await.map_err(internal)?;
    let event = logged.first().ok_or(AppError::NotFound)?.event;
    request.state.store.events.payload(event).await.or_else(unreadable)
}

async fn detail(request: &PageRequest, id: i64, logged: Logged) -> Result<DeliveryDetail, AppError> {
    let attempts = request.state.store.queue.attempts(id).await.map_err(internal)?;
    let parts = request.state.store.events.parts(id).await.map_err(internal)?;
    let attempts = attempts.into_iter().map(attempt).collect();
    Ok(DeliveryDetail { row: row(logged, request.language), parts, attempts })
}

/// A body that cannot be unpacked counts as one that is not stored.
fn unreadable(error: StoreError) -> Result<Option<Vec<u8>>, AppError> {
    match error {
        StoreError::Corrupt(what) => {
            tracing::warn!(%what, "an event's body cannot be read");
            Ok(None)
        }
        error => Err(internal(error)),
    }
}

fn attempt(attempt: Attempt) -> AttemptView {
    AttemptView {
        part: attempt.part,
        started_at: attempt.started_at,
        latency: attempt.latency,
        http_status: attempt.http_status,
        sent: attempt.class == AttemptClass::Sent,
        asked: !matches!(attempt.class, AttemptClass::NoToken | AttemptClass::TokenLocked),
        description: attempt.description,
    }
}
