//! `GET /live/…`: what pages that stay open are told, as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use tokio::sync::broadcast;
use tokio_stream::{
    Stream, StreamExt as _,
    wrappers::{BroadcastStream, WatchStream, errors::BroadcastStreamRecvError},
};

use crate::{pages::Visit, state::AppState};

/// What stands for those that were missed, and for an event without a profile: it says to look anew.
const MISSED: i64 = 0;

/// `/live/sandbox`: the ids of messages as they reach the sandbox.
pub(crate) async fn sandbox(visit: Visit) -> impl IntoResponse {
    let state = visit.state();
    answer(stream(state, state.sandbox.subscribe(), |_| true))
}

/// `/live/profiles/{id}`: the profile's id, whenever something becomes of one of its events.
pub(crate) async fn profile(Path(id): Path<String>, visit: Visit) -> Response {
    // Read here: the refusal of a typed path would quote it, also in the log.
    let Ok(id) = id.parse::<i64>() else { return StatusCode::NOT_FOUND.into_response() };
    let state = visit.state();
    answer(stream(state, state.news.subscribe(), move |about| about == id)).into_response()
}

/// `/live/deliveries`: the profile's id, or 0 for none, whenever something becomes of any event.
pub(crate) async fn deliveries(visit: Visit) -> impl IntoResponse {
    let state = visit.state();
    answer(stream(state, state.news.subscribe(), |_| true))
}

/// `event: message`, `data:` an id; where some were missed, [`MISSED`].
fn answer<S>(events: S) -> impl IntoResponse + use<S>
where
    S: Stream<Item = Result<Event, Infallible>> + Send + 'static,
{
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)));
    ([(header::CACHE_CONTROL, "no-store")], events)
}

fn stream<F>(
    state: &AppState,
    ids: broadcast::Receiver<i64>,
    concerns: F,
) -> impl Stream<Item = Result<Event, Infallible>> + use<F>
where
    F: Fn(i64) -> bool + Send + 'static,
{
    let ids = BroadcastStream::new(ids).filter_map(move |id| match id {
        Ok(id) => concerns(id).then_some(Some(id)),
        Err(BroadcastStreamRecvError::Lagged(_)) => Some(Some(MISSED)),
    });
    // The stream must end with the server, or a browser left open would hold the shutdown up.
    let end = WatchStream::new(state.shutdown.clone()).filter(|stopped| *stopped).map(|_| None);
    ids.merge(end)
        .take_while(Option::is_some)
        .filter_map(|id| id)
        .map(|id| Ok(Event::default().event("message").data(id.to_string())))
}
