//! The log as a file: all rows of the query, streamed page by page, so that its size is unlimited.

use std::{convert::Infallible, iter};

use app::{
    error::AppError,
    views::{LogPage, LogRow},
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use chrono::DateTime;
use hookgram::log_query::LogQuery;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{csv, log::log_page, personal};
use crate::{
    auth::session::is_open,
    pages::{Visit, internal, or_refuse},
    time::Millis,
};

#[derive(Clone, Copy)]
enum Form {
    /// One row a line, for spreadsheets: RFC 4180 with a byte order mark, and this separator.
    Csv(u8),
    /// One JSON object a line.
    Lines,
}

const COLUMNS: [&str; 19] = [
    "received_at",
    "event",
    "outcome",
    "order_number",
    "event_type",
    "profile",
    "bot",
    "http_status",
    "reason",
    "delivery",
    "chat",
    "attempts",
    "cause",
    "telegram",
    "finished_at",
    "replay_of",
    "customer",
    "name",
    "phone",
];

/// `GET /deliveries/export.csv`
pub(in crate::pages) async fn table(visit: Visit) -> Response {
    let separator = csv::separator(visit.language);
    export(visit, Form::Csv(separator), "text/csv; charset=utf-8", "deliveries.csv").await
}

/// `GET /deliveries/export.jsonl`
pub(in crate::pages) async fn lines(visit: Visit) -> Response {
    export(visit, Form::Lines, "application/jsonl; charset=utf-8", "deliveries.jsonl").await
}

async fn export(visit: Visit, form: Form, content_type: &'static str, name: &'static str) -> Response {
    let viewer = visit.who.clone();
    or_refuse!(visit, personal::ask(&visit.state, visit.account()));
    let request = visit.request();
    let mut query = LogQuery { behind: None, ..visit.log_query() };
    // The first page is read before the response starts, so that a refused query gets an error page.
    let mut page = or_refuse!(visit, log_page(&request, &viewer, &query).await);
    // The audit entry masks the chat and omits the searched text, so that nothing about an erased person remains here.
    let chat = if query.chat.is_empty() { String::new() } else { personal::masked(&query.chat) };
    let asked = LogQuery { chat, text: String::new(), ..query.clone() };
    let asked = percent_decode_str(&asked.parameters()).collect::<Vec<u8>>();
    let noted = visit.state.store.audit.note_log_export(name, &String::from_utf8_lossy(&asked), &visit.by()).await;
    or_refuse!(visit, noted.map_err(internal));
    let (state, session) = (visit.state.clone(), or_refuse!(visit, visit.session()).hash.clone());
    let (send, receive) = mpsc::channel::<Result<Bytes, Infallible>>(2);
    tokio::spawn(async move {
        let mut text = match form {
            Form::Csv(separator) => {
                ["\u{feff}".as_bytes(), &csv::lines(separator, iter::once(COLUMNS.map(Value::from)))].concat()
            }
            Form::Lines => Vec::new(),
        };
        loop {
            let LogPage { rows, next, .. } = page;
            text.extend(lines_of(form, &rows));
            // The client has disconnected.
            if send.send(Ok(Bytes::from(std::mem::take(&mut text)))).await.is_err() {
                return;
            }
            let Some(next) = next else { return };
            query.behind = Some(next);
            let next_page = if is_open(&state, &session).await {
                log_page(&request, &viewer, &query).await
            } else {
                Err(AppError::SignedOut)
            };
            page = match next_page {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(?error, "an export failed before it was complete");
                    // Marks the file as incomplete.
                    _ = send.send(Ok(Bytes::from("…"))).await;
                    return;
                }
            };
        }
    });
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let disposition = or_refuse!(visit, disposition.map_err(internal));
    let content_type = HeaderValue::from_static(content_type);
    let body = Body::from_stream(ReceiverStream::new(receive));
    ([(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, disposition)], body).into_response()
}

fn lines_of(form: Form, rows: &[LogRow]) -> Vec<u8> {
    let rows = rows.iter().map(values);
    match form {
        Form::Csv(separator) => csv::lines(separator, rows),
        Form::Lines => rows.flat_map(object).collect(),
    }
}

fn object(values: [Value; 19]) -> Vec<u8> {
    let named = COLUMNS.iter().zip(values).filter(|(_, value)| !value.is_null());
    let object: Map<String, Value> = named.map(|(name, value)| ((*name).to_owned(), value)).collect();
    format!("{}\n", Value::Object(object)).into_bytes()
}

/// The values in the order of [`COLUMNS`]; null for a missing one.
fn values(row: &LogRow) -> [Value; 19] {
    let delivery = row.delivery.as_ref();
    [
        json!(moment(row.received_at)),
        json!(row.public_id),
        json!(row.outcome.name()),
        json!(row.order_number),
        json!(row.event_type),
        json!(row.profile.as_ref().map(|(_, name)| name)),
        json!(row.bot),
        json!(row.http_status),
        json!(row.reason),
        json!(delivery.map(|delivery| delivery.id)),
        json!(delivery.and_then(|delivery| delivery.chat.clone())),
        json!(delivery.map(|delivery| delivery.attempts)),
        json!(delivery.and_then(|delivery| delivery.cause)),
        json!(delivery.and_then(|delivery| delivery.last_error.clone())),
        json!(delivery.and_then(|delivery| delivery.finished_at).map(moment)),
        json!(delivery.and_then(|delivery| delivery.replay_of)),
        json!(delivery.and_then(|delivery| delivery.customer.clone())),
        json!(row.person.name),
        json!(row.person.phone),
    ]
}

/// A time as RFC 3339 with milliseconds.
pub(in crate::pages) fn moment(at: Millis) -> String {
    let at = DateTime::from_timestamp_millis(at).unwrap_or_default();
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
