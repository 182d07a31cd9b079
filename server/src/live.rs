//! `GET /live/sandbox`: the ids of messages as they reach the sandbox, as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::header,
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use tokio_stream::{
    Stream, StreamExt as _,
    wrappers::{BroadcastStream, WatchStream, errors::BroadcastStreamRecvError},
};

use crate::state::AppState;

/// `event: message`, `data:` the message's id; where some were missed, `data: 0` says to look anew.
pub async fn sandbox(State(state): State<AppState>) -> impl IntoResponse {
    let events = Sse::new(stream(&state)).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)));
    ([(header::CACHE_CONTROL, "no-store")], events)
}

fn stream(state: &AppState) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    let ids = BroadcastStream::new(state.sandbox.subscribe()).map(|id| match id {
        Ok(id) => Some(id),
        Err(BroadcastStreamRecvError::Lagged(_)) => Some(0),
    });
    // The stream must end with the server, or a browser left open would hold the shutdown up.
    let end = WatchStream::new(state.shutdown.clone()).filter(|stopped| *stopped).map(|_| None);
    ids.merge(end)
        .take_while(Option::is_some)
        .filter_map(|id| id)
        .map(|id| Ok(Event::default().event("message").data(id.to_string())))
}
