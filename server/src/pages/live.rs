//! `GET /live/…`: server-sent events for open pages. A stream ends with its session.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use tokio::{sync::broadcast, time::interval};
use tokio_stream::{
    StreamExt as _,
    wrappers::{BroadcastStream, IntervalStream, WatchStream, errors::BroadcastStreamRecvError},
};

use crate::{auth::session, pages::Visit, state::AppState};

/// The id that stands for missed ids, or for an event without a profile. The page then reloads everything.
const MISSED: i64 = 0;

/// `/live/sandbox`: the id of each message that reaches the sandbox.
pub(crate) async fn sandbox(visit: Visit) -> Response {
    let ids = visit.state().sandbox.listen();
    answer(visit, ids, |_| true).await
}

/// `/live/profiles/{id}`: the profile's id, whenever one of its events or deliveries changes.
pub(crate) async fn profile(Path(id): Path<String>, visit: Visit) -> Response {
    // The path is parsed here, because axum's rejection of a typed path would quote it, also in the log.
    let Ok(id) = id.parse::<i64>() else { return StatusCode::NOT_FOUND.into_response() };
    let ids = visit.state().changes.listen();
    answer(visit, ids, move |about| about == id).await
}

/// `/live/deliveries`: the profile's id, or 0 if there is none, whenever any event or delivery changes.
pub(crate) async fn deliveries(visit: Visit) -> Response {
    let ids = visit.state().changes.listen();
    answer(visit, ids, |_| true).await
}

/// A counter that grows with each change notification to pages.
pub(super) fn changes(state: &AppState) -> u64 {
    state.changes.count().wrapping_add(state.sandbox.count())
}

/// Streams each id as `event: message`, `data: ID`; [`MISSED`] stands for missed ids.
async fn answer<F>(visit: Visit, ids: broadcast::Receiver<i64>, concerns: F) -> Response
where
    F: Fn(i64) -> bool + Send + 'static,
{
    let Ok(own) = visit.session().map(|session| session.hash.clone()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let (state, user) = (visit.state().clone(), visit.account().id);
    // The stream already listens, so this finds all changes between the page and the stream.
    let seen = visit.asked("since").and_then(|since| since.parse::<u64>().ok());
    let missed = seen.filter(|seen| *seen != changes(&state)).map(|_| Some(MISSED));
    let ids = BroadcastStream::new(ids).filter_map(move |id| match id {
        Ok(id) => concerns(id).then_some(Some(id)),
        Err(BroadcastStreamRecvError::Lagged(_)) => Some(Some(MISSED)),
    });
    // The stream must end with the server, because an open browser would otherwise delay the shutdown.
    let end = WatchStream::new(state.shutdown.clone()).filter(|stopped| *stopped).map(|_| None);
    // The store announces a session that this process ends. The interval's first check finds a session that ended
    // before this stream listened; later checks find a session that expired or that the command line ended.
    let announced = BroadcastStream::new(state.store.accounts.ended_sessions());
    let announced = announced.filter(move |ended| ended.as_ref().map_or(true, |ended| *ended == user)).map(drop);
    let looks = announced.merge(IntervalStream::new(interval(state.config.patience.look)).map(drop));
    let over = looks
        .then(move |()| {
            let (state, own) = (state.clone(), own.clone());
            async move { !session::is_open(&state, &own).await }
        })
        .filter(|over| *over)
        .map(|_| None);
    let events = over
        .merge(tokio_stream::iter(missed).chain(ids))
        .merge(end)
        .take_while(Option::is_some)
        .filter_map(|id| id)
        .map(|id| Ok::<_, Infallible>(Event::default().event("message").data(id.to_string())));
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)));
    ([(header::CACHE_CONTROL, "no-store")], events).into_response()
}
