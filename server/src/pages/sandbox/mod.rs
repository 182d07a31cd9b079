//! `/sandbox`: messages of sandbox profiles, and a booking bot to try out.

pub(super) mod chat;

use app::{
    error::AppError,
    i18n::{ShareWords, Words as _, seconds as seconds_to_wait},
    pages::{SandboxView, ServerPage},
    session::Viewer,
    views::SandboxMessage,
};
use axum::{
    body::{Body, Bytes},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use hookgram::{channel::ChannelKind, sample::Sample};
use serde_json::Value;

use super::{Fields, Operator, PageRequest, Permission, Visit, deliveries::personal, internal, or_refuse};
use crate::{
    store::{StoredProfile, Test},
    time::now,
    webhook::{self, Arrival, Endpoint, Outcome},
};

const SHOWN: i64 = 200;

/// `GET /sandbox`
pub(super) async fn page(visit: Visit) -> Response {
    let chosen = visit.asked("profile").and_then(|id| id.parse().ok());
    shown(visit, chosen, None).await
}

async fn shown<P: Permission>(visit: Visit<P>, chosen: Option<i64>, fault: Option<String>) -> Response {
    let viewer = visit.who.viewer();
    let mut messages = or_refuse!(visit, messages(&visit.request(), &viewer, chosen).await);
    let chat = match chosen {
        None if visit.may::<Operator>() => Some(or_refuse!(visit, chat::of(&visit, &mut messages).await)),
        _ => None,
    };
    let profiles = or_refuse!(visit, visit.state.store.profiles.sandbox_profiles().await.map_err(internal));
    let may_act = visit.may::<Operator>();
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = SandboxView { profiles, chosen, messages, chat, may_act, fault };
    visit.show(status, ServerPage::Sandbox(Box::new(view))).await
}

/// The newest messages of one profile or of all profiles, oldest first.
pub async fn messages(
    request: &PageRequest,
    viewer: &Viewer,
    profile: Option<i64>,
) -> Result<Vec<SandboxMessage>, AppError> {
    let rows = request.state.store.profiles.sandbox_messages(profile, SHOWN).await.map_err(internal)?;
    let is_shown = personal::is_shown(&request.state, viewer.account());
    let html = |html| if is_shown { html } else { personal::hidden(request.language) };
    Ok(rows
        .into_iter()
        .map(|row| SandboxMessage {
            id: row.id,
            profile_id: row.profile_id,
            profile: row.profile,
            chat: if is_shown { row.chat } else { personal::masked(&row.chat) },
            html: html(row.html),
            at: row.at,
        })
        .collect())
}

fn chosen(fields: &Fields) -> Option<i64> {
    fields.get("profile").and_then(|id| id.parse().ok())
}

fn page_of(chosen: Option<i64>) -> String {
    chosen.map_or_else(|| "/sandbox".to_owned(), |id| format!("/sandbox?profile={id}"))
}

/// `POST /sandbox/clear`: deletes the messages of one profile or of all profiles.
pub(super) async fn clear(visit: Visit<Operator>, body: Body) -> Response {
    let fields = or_refuse!(visit, visit.form(body).await);
    let chosen = chosen(&fields);
    or_refuse!(visit, visit.state.store.profiles.clear_sandbox(chosen, &visit.by()).await.map_err(internal));
    Redirect::to(&page_of(chosen)).into_response()
}

/// `POST /sandbox/sample`: accepts a sample like an event that was posted to the profile's short URL.
pub(super) async fn sample(visit: Visit<Operator>, body: Body) -> Response {
    let fields = or_refuse!(visit, visit.form(body).await);
    let id = or_refuse!(visit, chosen(&fields).ok_or(AppError::NotFound));
    let stored = or_refuse!(visit, visit.profile(&id.to_string()).await);
    if stored.channel != ChannelKind::Sandbox {
        return visit.refuse(AppError::NotFound).await;
    }
    let index: usize = fields.get("sample").and_then(|index| index.parse().ok()).unwrap_or_default();
    let sample = Sample::ALL.into_iter().nth(index).unwrap_or(Sample::Appointment);
    let body = or_refuse!(visit, event(sample, &stored, Sample::CHAT));
    post(visit, stored, body, &page_of(Some(id))).await
}

/// Accepts an event like one that was posted to the profile's short URL, and redirects back.
async fn post(visit: Visit<Operator>, stored: StoredProfile, body: Bytes, back: &str) -> Response {
    let id = stored.id;
    if let Err(seconds) = visit.state.limits.test(visit.account().id, 1) {
        let wait = ShareWords::of(visit.language).try_wait;
        let sentence = format!("{wait} {}.", seconds_to_wait(visit.language, seconds));
        return shown(visit, None, Some(sentence)).await;
    }
    let test = Test { profile: (&stored.name, Some(id)), token: None, chat: "", answer: "in_sandbox" };
    or_refuse!(visit, visit.state.store.profiles.note_test(&test, &visit.by()).await.map_err(internal));
    let endpoint = Endpoint::Profile(stored.into());
    let arrival = Arrival::of(&endpoint, &body);
    let answer = webhook::accept(&visit.state, arrival).await;
    match answer.map(|answer| answer.outcome) {
        Some(Outcome::Refused(refusal)) => {
            let sentence = refusal.reason().of(visit.language).to_owned();
            shown(visit, Some(id), Some(sentence)).await
        }
        _ => Redirect::to(back).into_response(),
    }
}

/// A sample as the booking service would send it for this profile: with the recipient in the profile's contact field,
/// and with an event type that the profile accepts. `SentAt` makes each sample unique.
pub(super) fn event(sample: Sample, stored: &StoredProfile, recipient: &str) -> Result<Bytes, AppError> {
    let mut event = addressed(&sample.json(now()), stored, recipient)?;
    if let Some(fields) = event.as_object_mut() {
        fields.insert("SentAt".to_owned(), now().into());
    }
    Ok(event.to_string().into())
}

/// The JSON of a sample for this profile and this recipient.
pub(super) fn addressed(json: &str, stored: &StoredProfile, recipient: &str) -> Result<Value, AppError> {
    let mut event: Value = serde_json::from_str(json).map_err(internal)?;
    address(&mut event, stored.profile.field_name.as_deref(), recipient);
    if let Some(fields) = event.as_object_mut() {
        let kind = fields.get("EventType").and_then(Value::as_i64);
        if let Some(first) = stored.events.first()
            && !stored.events.iter().any(|wanted| Some(wanted.0) == kind)
        {
            fields.insert("EventType".to_owned(), first.0.into());
        }
    }
    Ok(event)
}

/// Renames the sample's contact field everywhere in the value, and sets it to the recipient.
fn address(value: &mut Value, field: Option<&str>, recipient: &str) {
    match value {
        Value::Object(fields) => {
            if fields.get("Name").and_then(Value::as_str) == Some("*TelegramId") {
                fields.insert("Value".to_owned(), recipient.into());
                if let Some(field) = field {
                    fields.insert("Name".to_owned(), field.into());
                }
            }
            fields.values_mut().for_each(|value| address(value, field, recipient));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| address(item, field, recipient)),
        _ => {}
    }
}
