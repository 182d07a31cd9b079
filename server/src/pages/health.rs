//! `/health`

use app::{
    pages::{ServerPage, Trouble},
    session::Admin,
};
use axum::{http::StatusCode, response::Response};

use super::{Visit, internal, or_refuse};
use crate::health;

/// `GET /health`
pub(super) async fn page(visit: Visit) -> Response {
    let mut view = or_refuse!(visit, health::report(&visit.state).await.map_err(internal));
    view.may_set = visit.may::<Admin>();
    if !view.may_set {
        view.troubles.retain(|trouble: &Trouble| !trouble.is_for_admins());
    }
    visit.show(StatusCode::OK, ServerPage::Health(Box::new(view))).await
}
