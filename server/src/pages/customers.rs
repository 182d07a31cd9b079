//! `/customers`: the customers of booking bots; `/customers/{id}`: one of them.

use std::{collections::HashMap, convert::Infallible};

use app::{
    error::AppError,
    notices::Notice,
    pages::{CustomerPage, CustomersView, ServerPage},
    views::{CustomerBookingView, CustomerBot, CustomerPlace, CustomerQuery, CustomerView, Reach, full_name},
};
use axum::{
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use hookgram::delivery::FailureCause;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Operator, PageRequest, Visit,
    deliveries::{export::moment, personal},
    internal, or_refuse,
};
use crate::{
    auth::session::is_open,
    store::{BookingRow, CustomerBooking, CustomerDelivery, CustomerFilter, CustomerRow, StoreError, Subscription},
    time::now,
};

const SHOWN: usize = 50;
/// The number of deliveries that an export reads at once.
const STEP: i64 = 50;

/// `GET /customers`
pub(super) async fn list(visit: Visit) -> Response {
    let query = CustomerQuery::of(|name| visit.asked(name));
    let sees_data = personal::is_shown(&visit.state, visit.account());
    if !query.text.is_empty() {
        // Searching must not reveal data that the reader may not see.
        or_refuse!(visit, personal::ask(&visit.state, visit.account()));
    }
    let filter = CustomerFilter {
        text: Some(query.text.clone()).filter(|text| !text.is_empty()),
        bot: query.bot,
        behind: query.behind.map(|place| (place.at, place.skipped)),
        // One more row than the page shows tells whether there is a next page.
        limit: i64::try_from(SHOWN + 1).unwrap_or(i64::MAX),
    };
    let store = &visit.state.store.customers;
    let mut rows = or_refuse!(visit, store.page(&filter).await.map_err(internal));
    let has_next = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let next = has_next.then(|| CustomerQuery { behind: place(&rows, query.behind), ..query.clone() });
    let bots = or_refuse!(visit, store.bots().await.map_err(internal));
    let rows = or_refuse!(visit, views(&visit.request(), rows).await);
    let rows = if sees_data { rows } else { rows.into_iter().map(personal::of_customer).collect() };
    let bots = bots.into_iter().map(|(id, username)| (id, bot_title(id, Some(&username)))).collect();
    let view = CustomersView { query, rows, next, bots, sees_data };
    visit.show(StatusCode::OK, ServerPage::Customers(Box::new(view))).await
}

/// The position after these rows. The rows begin at `begin`.
fn place(rows: &[CustomerRow], begin: Option<CustomerPlace>) -> Option<CustomerPlace> {
    let at = rows.last()?.place;
    let before = begin.filter(|begin| begin.at == at).map_or(0, |begin| begin.skipped);
    let here = rows.iter().filter(|row| row.place == at).count();
    Some(CustomerPlace { at, skipped: before.saturating_add(i64::try_from(here).unwrap_or(i64::MAX)) })
}

/// `GET /customers/{id}`
pub(super) async fn page(Path(id): Path<String>, visit: Visit) -> Response {
    // This is checked before the search, so that the response does not reveal whether the customer exists.
    or_refuse!(visit, personal::ask(&visit.state, visit.account()));
    let row = or_refuse!(visit, customer(&visit.request(), &id).await);
    let bookings = visit.state.store.customers.all_bookings(row.id).await.map_err(internal);
    let bookings = or_refuse!(visit, bookings).into_iter().map(booking).collect();
    let views = or_refuse!(visit, views(&visit.request(), vec![row]).await);
    let customer = or_refuse!(visit, views.into_iter().next().ok_or(AppError::NotFound));
    let may_act = visit.may::<Operator>();
    let view = CustomerPage { customer, bookings, may_act };
    visit.show(StatusCode::OK, ServerPage::Customer(Box::new(view))).await
}

/// `POST /customers/{id}/stop`: stops the messages of the bot that the form names.
pub(super) async fn stop(Path(id): Path<String>, visit: Visit<Operator>, body: Body) -> Response {
    let fields = or_refuse!(visit, visit.form(body).await);
    let row = or_refuse!(visit, customer(&visit.request(), &id).await);
    let bot = fields.get("bot").and_then(|bot| bot.parse().ok());
    let bot: i64 = or_refuse!(visit, bot.ok_or(AppError::NotFound));
    match visit.state.store.customers.stop_by(bot, row.id, now(), &visit.by()).await {
        Ok(()) => visit.done(&Notice::Stopped, &format!("/customers/{}", row.id)),
        Err(StoreError::NotFound) => visit.refuse(AppError::NotFound).await,
        Err(error) => visit.refuse(internal(error)).await,
    }
}

/// `GET /customers/{id}/export.json`: everything stored about a customer.
pub(super) async fn export(Path(id): Path<String>, visit: Visit<Operator>) -> Response {
    let row = or_refuse!(visit, customer(&visit.request(), &id).await);
    let store = visit.state.store.customers.clone();
    let subscriptions = or_refuse!(visit, store.subscriptions(&[row.id]).await.map_err(internal));
    let bookings = or_refuse!(visit, store.all_bookings(row.id).await.map_err(internal));
    let mut deliveries = or_refuse!(visit, store.deliveries(row.id, 0, STEP).await.map_err(internal));
    or_refuse!(visit, store.note_export(row.id, &visit.by()).await.map_err(internal));
    let customer = json!({
        "id": row.id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "username": row.username,
        "language": row.language,
        "first_contact": moment(row.first_at),
        "last_contact": moment(row.last_at),
    });
    let bots = Value::from(subscriptions.iter().map(subscription_json).collect::<Vec<_>>());
    let bookings = Value::from(bookings.iter().map(booking_json).collect::<Vec<_>>());
    let mut text = format!("{{\"customer\":{customer},\n\"bots\":{bots},\n\"bookings\":{bookings},\n\"deliveries\":[");
    let (state, session) = (visit.state.clone(), or_refuse!(visit, visit.session()).hash.clone());
    let (send, receive) = mpsc::channel::<Result<Bytes, Infallible>>(2);
    // There can be many deliveries, so they are read while the file is sent.
    tokio::spawn(async move {
        let mut separator = "\n";
        loop {
            for delivery in &deliveries {
                text += separator;
                text += &delivery_json(delivery).to_string();
                separator = ",\n";
            }
            let last = deliveries.last().map(|delivery| delivery.id);
            let Some(last) = last.filter(|_| deliveries.len() >= usize::try_from(STEP).unwrap_or_default()) else {
                _ = send.send(Ok(Bytes::from(text + "\n]}\n"))).await;
                return;
            };
            // The client has disconnected.
            if send.send(Ok(Bytes::from(std::mem::take(&mut text)))).await.is_err() {
                return;
            }
            // An incomplete file is invalid JSON, which shows that it is incomplete.
            if !is_open(&state, &session).await {
                return;
            }
            deliveries = match store.deliveries(row.id, last, STEP).await {
                Ok(deliveries) => deliveries,
                Err(error) => {
                    tracing::error!(%error, "an export failed before it was complete");
                    return;
                }
            };
        }
    });
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"customer-{}.json\"", row.id));
    let disposition = or_refuse!(visit, disposition.map_err(internal));
    let json = HeaderValue::from_static("application/json");
    let body = Body::from_stream(ReceiverStream::new(receive));
    ([(header::CONTENT_TYPE, json), (header::CONTENT_DISPOSITION, disposition)], body).into_response()
}

async fn customer(request: &PageRequest, id: &str) -> Result<CustomerRow, AppError> {
    let id: i64 = id.parse().map_err(|_| AppError::NotFound)?;
    request.state.store.customers.get(id).await.map_err(internal)?.ok_or(AppError::NotFound)
}

async fn views(request: &PageRequest, rows: Vec<CustomerRow>) -> Result<Vec<CustomerView>, AppError> {
    let store = &request.state.store.customers;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut bots: HashMap<i64, Vec<CustomerBot>> = HashMap::new();
    for subscription in store.subscriptions(&ids).await.map_err(internal)? {
        bots.entry(subscription.customer).or_default().push(bot(&subscription));
    }
    let newest = store.newest_bookings(&ids).await.map_err(internal)?;
    let mut newest: HashMap<i64, CustomerBooking> = newest.into_iter().map(|found| (found.customer, found)).collect();
    Ok(rows
        .into_iter()
        .map(|row| CustomerView {
            chat: row.id.to_string(),
            name: full_name(&row.first_name, &row.last_name),
            username: row.username,
            language: row.language,
            first_at: row.first_at,
            last_at: row.last_at,
            bots: bots.remove(&row.id).unwrap_or_default(),
            booking: newest.remove(&row.id).map(booking),
        })
        .collect())
}

fn bot(subscription: &Subscription) -> CustomerBot {
    let reach = match (subscription.stopped, subscription.blocked_at, subscription.cause) {
        (Some(true), ..) => Reach::Stopped,
        (_, Some(_), _) => Reach::Unreachable(FailureCause::Blocked),
        (_, _, Some(cause)) => Reach::Unreachable(cause),
        (None, ..) => Reach::Unknown,
        (Some(false), None, None) => Reach::Open,
    };
    CustomerBot {
        id: subscription.bot,
        title: bot_title(subscription.bot, subscription.username.as_deref()),
        has_page: subscription.username.is_some(),
        started_at: subscription.started_at,
        reach,
    }
}

fn bot_title(id: i64, username: Option<&str>) -> String {
    let name = username.filter(|username| !username.is_empty());
    name.map_or_else(|| id.to_string(), |username| format!("@{username}"))
}

fn booking(found: CustomerBooking) -> CustomerBookingView {
    let BookingRow { starts_at, service, number, link, cancelled, .. } = found.booking;
    CustomerBookingView { starts_at, service, number, link, cancelled }
}

fn subscription_json(subscription: &Subscription) -> Value {
    json!({
        "bot": subscription.bot,
        "username": subscription.username,
        "started": subscription.started_at.map(moment),
        "blocked": subscription.blocked_at.map(moment),
        "stopped": subscription.stopped,
        "unreachable": subscription.cause.map(FailureCause::name),
    })
}

fn booking_json(found: &CustomerBooking) -> Value {
    let CustomerBooking { bot, told_at, booking, .. } = found;
    json!({
        "bot": bot,
        "case": booking.case_id,
        "start": booking.starts_at.map(moment),
        "service": booking.service,
        "number": booking.number,
        "link": booking.link,
        "cancelled": booking.cancelled,
        "told": moment(*told_at),
    })
}

fn delivery_json(delivery: &CustomerDelivery) -> Value {
    json!({
        "delivery": delivery.id,
        "event": delivery.event,
        "received": moment(delivery.received_at),
        "order_number": delivery.order_number,
        "profile": delivery.profile,
        "bot": delivery.bot,
        "state": delivery.state.name(),
        "cause": delivery.cause.map(FailureCause::name),
        "finished": delivery.finished_at.map(moment),
        "texts": delivery.texts,
    })
}
