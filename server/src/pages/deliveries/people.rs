//! Data stored about people: the chats that no bot can reach, and erasing a chat's data.

use app::{
    notices::Notice,
    pages::{EraseView, ErasureView, ServerPage, StoredView, UnreachableRow, UnreachableView},
};
use axum::{body::Body, http::StatusCode, response::Response};
use hookgram::{delivery::FailureCause, person::Person, values::ChatId};

use super::{log::known_name, personal};
use crate::{
    pages::{Operator, Visit, internal, or_refuse},
    store::{Erasure, Unreachable},
    time::now,
};

/// `GET /deliveries/unreachable`
pub(in crate::pages) async fn unreachable(visit: Visit) -> Response {
    let is_shown = personal::is_shown(&visit.state, visit.account());
    let text = visit.asked("q").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.is_some() {
        or_refuse!(visit, personal::ask(&visit.state, visit.account()));
    }
    let found = visit.state.store.log.unreachable(text.as_deref()).await.map_err(internal);
    let (rows, count) = or_refuse!(visit, found);
    let masked = |row: UnreachableRow| UnreachableRow {
        chat: personal::masked(&row.chat),
        customer: row.customer.as_deref().map(personal::masked_name),
        person: personal::of_person(row.person),
        ..row
    };
    let rows = rows.into_iter().map(row).map(|row| if is_shown { row } else { masked(row) }).collect();
    let view = UnreachableView { rows, count, text: text.unwrap_or_default(), sees_data: is_shown };
    visit.show(StatusCode::OK, ServerPage::Unreachable(view)).await
}

fn row(row: Unreachable) -> UnreachableRow {
    UnreachableRow {
        bot: row.username.map_or_else(|| row.bot_id.to_string(), |username| format!("@{username}")),
        cause: FailureCause::parse(&row.cause),
        chat: row.chat,
        customer: row.customer.as_deref().and_then(known_name),
        person: Person { name: row.person, phone: row.phone },
        since: row.since,
        last_at: row.last_at,
        failures: row.failures,
        profile: row.profile_id.zip(row.profile),
    }
}

/// `GET /deliveries/erase`: asks for a chat, and shows the data stored about it.
pub(in crate::pages) async fn question(visit: Visit<Operator>) -> Response {
    let chat = visit.asked("chat").unwrap_or_default().trim().to_owned();
    let past = or_refuse!(visit, visit.state.store.maintenance.erasures().await.map_err(internal));
    let mut view = EraseView { chat, past: past.into_iter().map(erasure).collect(), ..EraseView::default() };
    let mut status = StatusCode::OK;
    match (view.chat.as_str(), ChatId::parse(&view.chat)) {
        ("", _) => {}
        (_, None) => {
            view.fault = Some(visit.erase_words().chat_odd.to_owned());
            status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        (_, Some(chat)) => {
            let stored = visit.state.store.maintenance.stored_about(&chat.to_string()).await.map_err(internal);
            let stored = or_refuse!(visit, stored);
            view.chat = chat.to_string();
            view.stored = Some(StoredView {
                events: stored.events,
                messages: stored.messages,
                waiting: stored.waiting,
                bookings: stored.bookings,
                is_customer: stored.is_customer,
            });
            let row = match view.chat.parse() {
                Ok(id) => or_refuse!(visit, visit.state.store.customers.get(id).await.map_err(internal)),
                Err(_) => None,
            };
            view.customer = row.and_then(|row| known_name(&format!("{} {}", row.first_name, row.last_name)));
        }
    }
    visit.show(status, ServerPage::Erase(Box::new(view))).await
}

/// `POST /deliveries/erase`
pub(in crate::pages) async fn erase(visit: Visit<Operator>, body: Body) -> Response {
    let operator = visit.who.clone();
    let fields = or_refuse!(visit, visit.form(body).await);
    let Some(chat) = fields.get("chat").and_then(|chat| ChatId::parse(chat)) else {
        let chat = fields.get("chat").cloned().unwrap_or_default();
        let fault = Some(visit.erase_words().chat_odd.to_owned());
        let view = EraseView { chat, fault, ..EraseView::default() };
        return visit.show(StatusCode::UNPROCESSABLE_ENTITY, ServerPage::Erase(Box::new(view))).await;
    };
    let who = operator.account();
    let done = visit.state.store.maintenance.erase(&chat.to_string(), &visit.by(), now()).await.map_err(internal);
    let done = or_refuse!(visit, done);
    tracing::info!(
        by = who.id,
        events = done.events,
        messages = done.messages,
        "the data stored about a chat was erased"
    );
    // Other deliveries may have waited behind the erased ones.
    visit.state.wake.notify_one();
    let count = usize::try_from(done.events).unwrap_or(usize::MAX);
    visit.done(&Notice::Erased(count), "/deliveries/erase")
}

fn erasure(erasure: Erasure) -> ErasureView {
    ErasureView {
        chat_end: erasure.chat_end,
        events: erasure.events,
        messages: erasure.messages,
        asked_by: erasure.asked_by,
        at: erasure.at,
    }
}
