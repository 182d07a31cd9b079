//! `/audit`

use app::{
    pages::{AuditRow, AuditView, ServerPage},
    session::Admin,
};
use axum::{http::StatusCode, response::Response};
use hookgram::{
    audit::{AuditObject, AuditQuery, COMMAND_LINE},
    log_query::{day_begin, day_end},
};

use super::{Visit, internal, or_refuse};
use crate::store::{AuditFilter, audit::AuditRecord};

const SHOWN: usize = 50;

/// `GET /audit`
pub(super) async fn page(visit: Visit<Admin>) -> Response {
    let query = AuditQuery::of(|name| visit.asked(name));
    let zone = visit.zone();
    let (from, to) = (day_begin(&query.from, zone), day_end(&query.to, zone));
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let filter = AuditFilter {
        who: some(&query.who).map(|who| if who == COMMAND_LINE { String::new() } else { who }),
        action: query.action,
        kind: query.kind,
        object: some(&query.object),
        since: from.unwrap_or_default(),
        until: to.unwrap_or_default(),
        behind: query.behind,
        // One more entry than the page shows tells whether there is a next page.
        limit: i64::try_from(SHOWN + 1).unwrap_or(i64::MAX),
    };
    let mut found = or_refuse!(visit, visit.state.store.audit.audited(&filter).await.map_err(internal));
    let is_last = found.len() <= SHOWN;
    found.truncate(SHOWN);
    let next = found.last().filter(|_| !is_last).map(|entry| entry.id);
    let users = or_refuse!(visit, visit.state.store.accounts.users().await.map_err(internal));
    let faults = (from.is_err(), to.is_err());
    let view = AuditView {
        query,
        faults,
        rows: found.into_iter().map(row).collect(),
        next,
        people: users.into_iter().map(|user| user.account.email).collect(),
        kept: visit.state.settings.now().audit.as_secs() / 86_400,
    };
    let status = if faults.0 || faults.1 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.show(status, ServerPage::Audit(Box::new(view))).await
}

fn row(entry: AuditRecord) -> AuditRow {
    let href = match (entry.kind, entry.object_id) {
        (Some(AuditObject::Profile), Some(id)) => Some(format!("/profiles/{id}")),
        (Some(AuditObject::Account | AuditObject::Invitation), _) => Some("/users".to_owned()),
        (Some(AuditObject::Settings), _) => Some("/settings".to_owned()),
        (Some(AuditObject::Deliveries), Some(id)) => Some(format!("/deliveries?profile={id}")),
        _ => None,
    };
    AuditRow {
        id: entry.id,
        at: entry.at,
        who: entry.by.who,
        address: entry.by.address,
        action: entry.action,
        object: entry.object,
        href,
        changes: entry.changes.into_iter().map(|change| (change.what, change.from, change.to)).collect(),
    }
}
