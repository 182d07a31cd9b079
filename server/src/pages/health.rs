//! `/health`

use app::quiet::QuietPage;
use axum::{http::StatusCode, response::Response};

use super::{Visit, internal, or_refuse};
use crate::health;

/// `GET /health`
pub(super) async fn page(visit: Visit) -> Response {
    let view = or_refuse!(visit, health::report(&visit.state).await.map_err(internal));
    visit.show(StatusCode::OK, QuietPage::Health(Box::new(view))).await
}
