//! Bulk operations: replaying or cancelling all deliveries of a query.

use app::{error::AppError, pages::ServerPage};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    pages::{Operator, Visit, internal, or_refuse},
    store::StoreError,
    time::now,
};

fn number(id: &str) -> Result<i64, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}

/// `GET /deliveries/work`
pub(in crate::pages) async fn all(visit: Visit) -> Response {
    let all = or_refuse!(visit, visit.state.store.queue.bulks().await.map_err(internal));
    let may_act = visit.may::<Operator>();
    visit.show(StatusCode::OK, ServerPage::Works(all, may_act)).await
}

/// `GET /deliveries/work/{id}`
pub(in crate::pages) async fn one(Path(id): Path<String>, visit: Visit) -> Response {
    let id = or_refuse!(visit, number(&id));
    let progress = or_refuse!(visit, visit.state.store.queue.bulk(id).await.map_err(internal));
    let progress = or_refuse!(visit, progress.ok_or(AppError::NotFound));
    let may_act = visit.may::<Operator>();
    visit.show(StatusCode::OK, ServerPage::Work(Box::new(progress), may_act)).await
}

/// `POST /deliveries/work/{id}/stop`
pub(in crate::pages) async fn stop(Path(id): Path<String>, visit: Visit<Operator>) -> Response {
    let id = or_refuse!(visit, number(&id));
    match visit.state.store.queue.stop_bulk(id, &visit.by(), now()).await {
        // `NotFound` means that the operation has already finished.
        Ok(()) | Err(StoreError::NotFound) => Redirect::to(&format!("/deliveries/work/{id}")).into_response(),
        Err(error) => visit.refuse(internal(error)).await,
    }
}
