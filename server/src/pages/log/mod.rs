//! `/deliveries…`: the log, one event, what can be done with deliveries, and the log as a file.

pub(super) mod act;
mod csv;
pub(super) mod export;
pub(super) mod work;

use app::{
    error::AppError,
    pages::{LogView, PayloadView, ServerPage},
    ports::Ports,
};
use axum::{
    extract::{Path, Query},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use hookgram::{log_query::LogQuery, values::TimeZone};

use super::{Operator, Permission, Visit, or_refuse};
use crate::ports::{self, Asking, personal};

impl<P: Permission> Visit<P> {
    /// The parameters of its address.
    pub(super) fn asked(&self, name: &str) -> Option<String> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&self.parts.uri).ok()?;
        pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn log_query(&self) -> LogQuery {
        LogQuery::of(|name| self.asked(name))
    }

    pub(super) fn zone(&self) -> TimeZone {
        self.clock().zone()
    }

    pub(super) fn ports(&self) -> Ports {
        let (client, session) = (self.client.clone(), self.session.clone());
        let zone = app::preferences::zone(&self.parts.headers);
        ports::ports(&self.state, Asking { client, session, language: self.language, zone })
    }
}

/// `GET /deliveries`
pub(super) async fn list(visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let (ports, zone, mut query) = (visit.ports(), visit.zone(), visit.log_query());
    let mut fault = None;
    let page = match ports.deliveries.log(&viewer, &query, zone).await {
        Err(AppError::Invalid(faults)) => {
            // What was typed is shown again, and what was asked for without it.
            fault = faults.into_iter().next().map(|fault| (fault.field, fault.sentence));
            let without = LogQuery { from: String::new(), to: String::new(), ..query.clone() };
            or_refuse!(visit, ports.deliveries.log(&viewer, &without, zone).await)
        }
        page => or_refuse!(visit, page),
    };
    let typed = query.clone();
    if fault.is_some() {
        query = LogQuery { from: String::new(), to: String::new(), ..query };
    }
    let chart = or_refuse!(visit, ports.deliveries.chart(&viewer, &query, zone).await);
    let open = match visit.asked("open") {
        Some(id) => match ports.deliveries.event(&viewer, &id).await {
            Err(AppError::NotFound) => None,
            event => Some(Box::new(or_refuse!(visit, event))),
        },
        None => None,
    };
    let profiles = or_refuse!(visit, visit.state.store.profile_names().await.map_err(super::internal));
    let may_act = visit.may::<Operator>();
    let sees_data = personal::is_shown(&visit.state, visit.account());
    let view = LogView { query: typed, fault, page, chart, profiles, open, may_act, sees_data };
    visit.show(StatusCode::OK, ServerPage::Log(Box::new(view))).await
}

/// `GET /deliveries/{id}`
pub(super) async fn event(Path(id): Path<String>, visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let event = or_refuse!(visit, visit.ports().deliveries.event(&viewer, &id).await);
    let may_act = visit.may::<Operator>();
    visit.show(StatusCode::OK, ServerPage::Event(Box::new(event), may_act)).await
}

/// `GET /deliveries/{id}/payload`
pub(super) async fn payload(Path(id): Path<String>, visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let body = or_refuse!(visit, visit.ports().deliveries.body(&viewer, &id).await);
    let body = body.map(|body| String::from_utf8_lossy(&body).into_owned());
    visit.show(StatusCode::OK, ServerPage::Payload(PayloadView { public_id: id, body })).await
}

/// `GET /deliveries/{id}/payload.json`
pub(super) async fn payload_file(Path(id): Path<String>, visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let body = or_refuse!(visit, visit.ports().deliveries.body(&viewer, &id).await);
    let body = or_refuse!(visit, body.ok_or(AppError::NotFound));
    let name = format!("attachment; filename=\"event-{id}.json\"");
    let name = or_refuse!(visit, HeaderValue::from_str(&name).map_err(super::internal));
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json), (header::CONTENT_DISPOSITION, name)], body).into_response()
}
