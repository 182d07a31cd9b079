//! `/profiles/{id}/share`: a profile's short URL, for the booking service.

use app::{
    error::AppError,
    i18n::{ShareWords, TestWords, Words as _, causes, checks, event_type, in_quotes, seconds as seconds_to_wait},
    pages::{ServerPage, ShareView},
    session::Viewer,
    test_chat,
    views::{Address, BookingStep, LastEventView, Obstacle, SampleForm, SecondText, Shared, TOKEN_PLACE, TargetView},
};
use axum::{
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use hookgram::{
    bot::BotState,
    check::Warning,
    delivery::{DeliveryState, FailureCause, Outcome},
    event::{BookingEvent, EventType},
    message::{self, Context, Part},
    parameters::Parameter,
    profile::Profile,
    query,
    sample::Sample,
    values::{ChatId, Language},
};
use serde_json::Value;

use super::row;
use crate::{
    config::is_only_here,
    pages::{Operator, PageRequest, Permission, Visit, deliveries::personal, internal, or_refuse, qr, sandbox},
    state::AppState,
    store::{DeliverySummary, LastEvent, StoredProfile, Test},
    time::now,
    webhook::{self, Arrival, Endpoint, Outcome as Accepted},
};

#[derive(Default)]
struct Asked {
    /// The typed chat for the sample.
    chat: Option<String>,
    /// Why the sample was not sent.
    fault: Option<String>,
    /// The typed texts of the second URL, `message` and `sign_text`.
    texts: Option<[String; 2]>,
}

/// `GET /profiles/{id}/share`. `sent` in the query is the public id of the sample event that was sent.
pub(in crate::pages) async fn page(Path(id): Path<String>, visit: Visit) -> Response {
    draw(visit, &id, Asked::default()).await
}

/// `POST /profiles/{id}/share`: renders the page again, with the URL of a second text.
pub(in crate::pages) async fn second(Path(id): Path<String>, visit: Visit<Operator>, body: Body) -> Response {
    let mut fields = or_refuse!(visit, visit.form(body).await);
    let texts = SECOND.map(|parameter| fields.remove(parameter.name()).unwrap_or_default());
    draw(visit, &id, Asked { texts: Some(texts), ..Asked::default() }).await
}

/// `POST /profiles/{id}/sample`: accepts the built-in sample like an event that was posted to the profile's short URL.
pub(in crate::pages) async fn send(Path(id): Path<String>, visit: Visit<Operator>, body: Body) -> Response {
    let stored = or_refuse!(visit, visit.profile(&id).await);
    let typed = or_refuse!(visit, visit.form(body).await).remove("chat").unwrap_or_default();
    let refused = |fault: String| Asked { chat: Some(typed.clone()), fault: Some(fault), ..Asked::default() };
    let Some(chat) = ChatId::parse(&typed) else {
        let sentence = TestWords::of(visit.language).chat_fault.to_owned();
        return draw(visit, &id, refused(sentence)).await;
    };
    if let Err(seconds) = visit.state.limits.test(visit.account().id, 1) {
        let sentence =
            format!("{} {}.", ShareWords::of(visit.language).try_wait, seconds_to_wait(visit.language, seconds));
        return draw(visit, &id, refused(sentence)).await;
    }
    let recipient = or_refuse!(visit, recipient(&visit.state, &stored, &chat).await);
    let event = or_refuse!(visit, full_sample(&stored, &recipient));
    let masked = personal::masked(&chat.to_string());
    let token = stored.profile.token.as_ref().filter(|_| stored.channel.needs_token());
    let test = Test { profile: (&stored.name, Some(stored.id)), token, chat: &masked, answer: "event" };
    or_refuse!(visit, visit.state.store.profiles.note_test(&test, &visit.by()).await.map_err(internal));
    let endpoint = Endpoint::Profile(stored.into());
    let arrival = Arrival::of(&endpoint, &event);
    let answer = webhook::accept(&visit.state, arrival).await.map(|answer| answer.outcome);
    let sentence = match answer {
        Some(Accepted::Accepted(event) | Accepted::Duplicate(event)) => {
            let mut response = Redirect::to(&format!("/profiles/{id}/share?sent={event}#sample")).into_response();
            if let Ok(cookie) = HeaderValue::from_str(&test_chat::cookie(visit.account(), &chat)) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            return response;
        }
        Some(Accepted::Refused(refusal)) => refusal.reason().of(visit.language).to_owned(),
        Some(Accepted::Verified) | None => return visit.refuse(internal("a sample event was not judged")).await,
    };
    draw(visit, &id, refused(sentence)).await
}

/// The id of a chat that the profile accepts: with the code of the booking bot's links if the profile requires codes.
async fn recipient(state: &AppState, stored: &StoredProfile, chat: &ChatId) -> Result<String, AppError> {
    if let (ChatId::Number(number), false) = (chat, stored.bare_ids) {
        let bot = stored.customers_bot();
        let codes = state.store.booking.codes(bot, None, false).await.map_err(internal)?;
        if let Some(coded) = codes.key.and_then(|key| key.coded(*number)) {
            return Ok(coded.to_string());
        }
    }
    Ok(chat.to_string())
}

/// The sample without its booking's id. With an id, `/my` would show it to the chat's owner as a booking.
fn full_sample(stored: &StoredProfile, recipient: &str) -> Result<Bytes, AppError> {
    let body = sandbox::event(Sample::Appointment, stored, recipient)?;
    let mut event: Value = serde_json::from_slice(&body).map_err(internal)?;
    if let Some(case) = event.pointer_mut("/CaseItem").and_then(Value::as_object_mut) {
        case.remove("Id");
    }
    Ok(event.to_string().into())
}

async fn draw<P: Permission>(visit: Visit<P>, id: &str, asked: Asked) -> Response {
    let viewer = visit.who.viewer();
    let id = or_refuse!(visit, id.parse().map_err(|_| AppError::NotFound));
    let request = visit.request();
    let chat = test_chat::remembered(&visit.parts.headers, visit.account()).map(|chat| chat.to_string());
    let shared = or_refuse!(visit, shared(&request, &viewer, id, chat.as_deref()).await);
    let newest = or_refuse!(visit, last_event(&request, id).await);
    let sent = match visit.asked("sent") {
        Some(event) => or_refuse!(visit, visit.state.store.log.event_of(id, &event).await.map_err(internal))
            .map(|last| (event, in_words(visit.language, &last))),
        None => None,
    };
    let second = match &shared.address {
        Some(address) => {
            let first = || [ShareWords::of(visit.language).override_text.to_owned(), String::new()];
            let stored = or_refuse!(visit, request.stored_profile(id).await);
            second_text(&request, &stored, &address.url, asked.texts.unwrap_or_else(first))
        }
        None => SecondText::default(),
    };
    let status = if asked.fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let sample = SampleForm {
        chat: asked.chat.or(chat).unwrap_or_default(),
        fault: asked.fault,
        sent,
        is_windows: visit.client.user_agent.contains("Windows"),
    };
    let view = ShareView { shared, newest, may_change: visit.may::<Operator>(), sample, second };
    visit.show(status, ServerPage::Share(Box::new(view))).await
}

/// The parameters of a second text.
const SECOND: [Parameter; 2] = [Parameter::Message, Parameter::SignText];

/// The URL of a second text, and the message of a sample with that text.
fn second_text(request: &PageRequest, stored: &StoredProfile, url: &str, texts: [String; 2]) -> SecondText {
    let mut given = Profile::default();
    for (parameter, text) in SECOND.into_iter().zip(&texts) {
        // Setting a text cannot fail.
        _ = given.set(parameter, text);
    }
    let [message, sign_text] = texts;
    let overrides = query::write(&given);
    if overrides.is_empty() {
        return SecondText { message, sign_text, ..SecondText::default() };
    }
    let profile = query::read_overrides(&stored.profile, overrides.as_bytes()).profile;
    let about_texts = |warning: &Warning| {
        *warning != Warning::NoMessage && warning.parameter().is_some_and(|parameter| SECOND.contains(&parameter))
    };
    let warnings = given.editor_warnings().into_iter().filter(about_texts);
    let in_words = |warning: Warning| {
        let parameter = warning.parameter().unwrap_or(Parameter::Message);
        let title = parameter.definition().title.get(request.language);
        format!("{title}: {}", checks::in_form(request.language, parameter, &warning))
    };
    let warnings = warnings.map(in_words);
    let event = BookingEvent::read(Sample::Appointment.json(now()).as_bytes()).unwrap_or_default();
    let host = request.state.settings.now().booking_url.clone();
    let context = Context { event: &event, participant: Some(0), field_name: None, booking_host: &host };
    let parts = message::render(&profile.formatting, context).parts(stored.channel.limits());
    SecondText {
        warnings: warnings.collect(),
        url: Some(format!("{url}?{overrides}")),
        parts: parts.iter().map(Part::html).collect(),
        message,
        sign_text,
    }
}

/// A profile's short URL and its obstacles. `chat` is the recipient in the commands for terminals; without it, they use
/// the recipient of the samples.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such profile.
pub async fn shared(
    request: &PageRequest,
    viewer: &Viewer,
    profile: i64,
    chat: Option<&str>,
) -> Result<Shared, AppError> {
    let stored = request.stored_profile(profile).await?;
    let row = row(request, &stored).await?;
    let parameters = query::write(&stored.profile);
    let base = &request.state.public_url;
    let stateless = format!("{base}/webhook/telegram?telegramToken={TOKEN_PLACE}&{parameters}");
    let address = |url| address(url, &stored, chat.unwrap_or(Sample::CHAT));
    Ok(Shared {
        field_name: stored.profile.field_name.clone().unwrap_or_default(),
        stateless: request.state.settings.now().stateless.then_some(stateless),
        address: request.short_url(viewer, &stored.key).map(address).transpose()?,
        obstacles: obstacles(base, &stored, &row.target),
        booking: booking(request, &stored).await?,
        row,
    })
}

/// The booking bot of the profile's bot; for a sandbox profile, that of the sandbox.
async fn booking(request: &PageRequest, stored: &StoredProfile) -> Result<Option<BookingStep>, AppError> {
    let bot = stored.customers_bot();
    let Some(bot) = bot else { return Ok(None) };
    let record = request.state.store.booking.get(bot).await.map_err(internal)?;
    Ok(Some(BookingStep { bot, is_on: record.is_some_and(|record| record.enabled) }))
}

/// The newest event of a profile, described in sentences; `None` if there is none yet.
pub async fn last_event(request: &PageRequest, profile: i64) -> Result<Option<LastEventView>, AppError> {
    let event = request.state.store.log.newest_event(profile).await.map_err(internal)?;
    Ok(event.map(|event| in_words(request.language, &event)))
}

/// The obstacles of a profile's short URL, the worst first.
fn obstacles(public_url: &str, stored: &StoredProfile, target: &TargetView) -> Vec<Obstacle> {
    let mut found = Vec::new();
    if !stored.enabled {
        found.push(Obstacle::Disabled);
    }
    if let TargetView::Bot(bot) = target {
        found.extend(match bot.as_ref().map(|bot| bot.state) {
            None => Some(Obstacle::NoToken),
            Some(BotState::Locked) => Some(Obstacle::TokenLocked),
            Some(BotState::Refused) => Some(Obstacle::TokenRefused),
            Some(BotState::Unknown | BotState::Working) => None,
        });
    }
    if is_only_here(public_url) {
        found.push(Obstacle::OnlyHere);
    } else if public_url.starts_with("http:") {
        found.push(Obstacle::NotEncrypted);
    }
    found
}

fn address(url: String, stored: &StoredProfile, chat: &str) -> Result<Address, AppError> {
    let body = sandbox::addressed(&Sample::minimal_json(now()), stored, chat)?.to_string();
    Ok(Address { curl: curl(&url, &body), powershell: powershell(&url, &body), qr: qr::code(&url), url })
}

/// A command for a POSIX shell that posts a body.
fn curl(url: &str, body: &str) -> String {
    format!("curl -H 'Content-Type: application/json' -d {} {}", quoted(body), quoted(url))
}

/// Quotes text for the shell. Within single quotes, only the quote itself is special.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A command for Windows PowerShell 5 and PowerShell 7 that posts a body. The body is passed as bytes, because
/// PowerShell 5 encodes text as Latin-1, which lacks Cyrillic. The cmdlet prints the response.
fn powershell(url: &str, body: &str) -> String {
    format!(
        "Invoke-RestMethod -Method Post -ContentType 'application/json; charset=utf-8' \
         -Body ([Text.Encoding]::UTF8.GetBytes({})) -Uri {}",
        quoted_for_powershell(body),
        quoted_for_powershell(url)
    )
}

/// Quotes text for PowerShell. Within single quotes, only a quote is special, and it is doubled. Typographic quotes
/// count as quotes.
fn quoted_for_powershell(text: &str) -> String {
    let mut quoted = String::from("'");
    for letter in text.chars() {
        quoted.push(letter);
        if matches!(letter, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
            quoted.push(letter);
        }
    }
    quoted.push('\'');
    quoted
}

fn in_words(language: Language, event: &LastEvent) -> LastEventView {
    let w = ShareWords::of(language);
    let outcome = Outcome::of_event(event.outcome, &event.states());
    let of_state = |state: DeliveryState| event.deliveries.iter().find(|fate| fate.state == state);
    let why = match outcome {
        Outcome::Delivered | Outcome::Waiting | Outcome::Duplicate | Outcome::Cancelled => String::new(),
        Outcome::Retrying => w.last_retrying.to_owned(),
        Outcome::Skipped => w.last_skipped.to_owned(),
        Outcome::Suspended => {
            let cause = of_state(DeliveryState::Suspended).and_then(|fate| fate.cause);
            told(language, cause.unwrap_or(FailureCause::TokenRefused), None)
        }
        Outcome::Uncertain => told(language, FailureCause::Uncertain, None),
        Outcome::Failed => of_state(DeliveryState::Failed).map(|fate| failure(language, fate)).unwrap_or_default(),
        Outcome::Rejected => {
            let reason = event.reason.as_ref().map_or("", |reason| reason.of(language));
            format!("{reason} {}", w.last_rejected)
        }
    };
    let kind = event.event_type.map(|kind| event_type(language, EventType(kind)));
    let about: Vec<String> = kind.into_iter().chain(event.order_number.clone()).collect();
    LastEventView { outcome, at: event.at, about: about.join(" · "), why }
}

fn failure(language: Language, fate: &DeliverySummary) -> String {
    let description = fate.last_error.as_deref().unwrap_or_default();
    let cause = fate.cause.unwrap_or(FailureCause::Refused);
    told(language, cause, Some(description).filter(|words| cause.needs_description() && !words.is_empty()))
}

/// A cause as sentences, with Telegram's description if that adds anything.
fn told(language: Language, cause: FailureCause, telegram: Option<&str>) -> String {
    let mut letters = causes::cause(language, cause).chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let words = telegram.map(|words| format!(" ({})", in_quotes(language, words))).unwrap_or_default();
    format!("{first}{}{words}. {}", letters.as_str(), causes::advice(language, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_and_private_addresses_are_reported_as_unreachable_from_outside() {
        for here in [
            "http://127.0.0.1:3000",
            "http://localhost:3000",
            "https://hooks.localhost",
            "http://[::1]:3000",
            "http://0.0.0.0:3000",
            "https://192.168.1.7",
            "https://10.0.0.1",
            "http://[fd00::1]",
            "http://server:3000",
            "https://box.local",
        ] {
            assert!(is_only_here(here), "{here}");
        }
        for outside in [
            "https://hooks.example.com",
            "http://hooks.example.com:8080",
            "https://203.0.113.7",
            "https://[2001:db8::1]",
        ] {
            assert!(!is_only_here(outside), "{outside}");
        }
    }

    #[test]
    fn a_quote_is_escaped_for_a_shell() {
        assert_eq!(quoted("O'Hara"), r"'O'\''Hara'");
    }

    #[test]
    fn quotes_are_escaped_for_powershell() {
        assert_eq!(quoted_for_powershell("O'Hara \"$HOME\" `x"), "'O''Hara \"$HOME\" `x'");
        assert_eq!(quoted_for_powershell("клиент’s ‘id‛ ‚"), "'клиент’’s ‘‘id‛‛ ‚‚'");
    }

    #[test]
    fn the_command_for_powershell_sends_utf_8() {
        let line = powershell("https://hooks.example.com/h/abc", r#"{"Name":"№181"}"#);
        assert_eq!(
            line,
            "Invoke-RestMethod -Method Post -ContentType 'application/json; charset=utf-8' -Body \
             ([Text.Encoding]::UTF8.GetBytes('{\"Name\":\"№181\"}')) -Uri 'https://hooks.example.com/h/abc'"
        );
    }
}
