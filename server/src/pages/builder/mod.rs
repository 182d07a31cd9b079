//! `/profiles/new` and `/profiles/{id}`: the builder.

mod backend;
mod preview;
mod test;

use app::{
    error::AppError,
    pages::{ServerPage, load_builder},
};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};

use super::{Operator, Permission, Visit, internal, or_refuse};

/// `GET /profiles/new`
pub(in crate::pages) async fn new(visit: Visit<Operator>) -> Response {
    show(visit, None).await
}

/// `GET /profiles/{id}`. An account that may not change profiles is redirected to the profile's share page.
pub(in crate::pages) async fn edit(Path(id): Path<String>, visit: Visit) -> Response {
    let id: i64 = or_refuse!(visit, id.parse().map_err(|_| AppError::NotFound));
    if !visit.may::<Operator>() {
        return Redirect::to(&format!("/profiles/{id}/share")).into_response();
    }
    show(visit, Some(id)).await
}

async fn show<P: Permission>(visit: Visit<P>, id: Option<i64>) -> Response {
    let draft = visit.asked("draft");
    let mut data = or_refuse!(visit, visit.within(load_builder(id, draft)).await);
    data.saved = visit.asked("saved").is_some();
    data.bot = visit.asked("bot").and_then(|id| id.parse().ok());
    if let Some(bot) = data.bot {
        let booking = or_refuse!(visit, visit.state.store.booking.get(bot).await.map_err(internal));
        data.field = booking.map(|booking| booking.settings.field.into());
    }
    data.old_url_first = visit.asked("from").is_some_and(|from| from == "url");
    // Leptos sets these parameters if a form that was submitted without scripts is refused as a whole.
    let error = visit.asked("__path").zip(visit.asked("__err"));
    visit.show(StatusCode::OK, ServerPage::Builder(Box::new(data), error)).await
}
