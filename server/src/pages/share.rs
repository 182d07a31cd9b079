//! What a profile is connected with: its address, and the chat for its tests.

use app::{
    error::AppError,
    pages::{ServerPage, ShareView},
    ports::{ChatSearch, ChatTrouble},
};
use axum::{extract::Path, http::StatusCode, response::Response};

use super::{Operator, Visit, or_refuse};

/// `GET /profiles/{id}/share`
pub(super) async fn page(Path(id): Path<String>, visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let id = or_refuse!(visit, id.parse().map_err(|_| AppError::NotFound));
    let sharing = visit.ports().sharing;
    let shared = or_refuse!(visit, sharing.shared(&viewer, id).await);
    let newest = or_refuse!(visit, sharing.last_event(&viewer, id).await);
    let view = ShareView { shared, newest, may_change: visit.may::<Operator>() };
    visit.show(StatusCode::OK, ServerPage::Share(Box::new(view))).await
}

/// `GET /find-chat/{code}`: how a search stands; instead of a code it may be why there is none.
pub(super) async fn find_chat(Path(code): Path<String>, visit: Visit<Operator>) -> Response {
    let operator = visit.who.clone();
    let search = match ChatTrouble::parse(&code) {
        Some(why) => ChatSearch::Failed { why, links: None },
        None => or_refuse!(visit, visit.ports().chats.look(&operator, &code, false).await),
    };
    visit.show(StatusCode::OK, ServerPage::FindChat(search)).await
}
