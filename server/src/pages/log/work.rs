//! What is done to all that were found.

use app::{error::AppError, pages::ServerPage};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};

use super::super::{Operator, Visit, or_refuse};

fn number(id: &str) -> Result<i64, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}

/// `GET /deliveries/work`
pub(in super::super) async fn all(visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let all = or_refuse!(visit, visit.ports().deliveries.bulks(&viewer).await);
    let may_act = visit.may::<Operator>();
    visit.show(StatusCode::OK, ServerPage::Works(all, may_act)).await
}

/// `GET /deliveries/work/{id}`
pub(in super::super) async fn one(Path(id): Path<String>, visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let id = or_refuse!(visit, number(&id));
    let progress = or_refuse!(visit, visit.ports().deliveries.bulk(&viewer, id).await);
    let may_act = visit.may::<Operator>();
    visit.show(StatusCode::OK, ServerPage::Work(Box::new(progress), may_act)).await
}

/// `POST /deliveries/work/{id}/stop`
pub(in super::super) async fn stop(Path(id): Path<String>, visit: Visit<Operator>) -> Response {
    let operator = visit.who.clone();
    let id = or_refuse!(visit, number(&id));
    match visit.ports().deliveries.stop_bulk(&operator, id).await {
        // It has come to its end by itself.
        Ok(()) | Err(AppError::NotFound) => Redirect::to(&format!("/deliveries/work/{id}")).into_response(),
        Err(error) => visit.refuse(error).await,
    }
}
