//! `/profiles/{id}/share`: a profile's address, to be given to the booking service.

use app::{
    error::AppError,
    i18n::{ShareWords, Words as _, causes, event_type},
    pages::{ServerPage, ShareView},
    session::Viewer,
    views::{Address, BookingStep, LastEventView, Obstacle, Shared, TOKEN_PLACE, TargetView},
};
use axum::{extract::Path, http::StatusCode, response::Response};
use hookgram::{
    bot::{BotState, SANDBOX_BOT},
    channel::ChannelKind,
    delivery::{DeliveryState, FailureCause, Outcome},
    event::EventType,
    query,
    sample::Sample,
    values::Language,
};
use serde_json::Value;

use super::row;
use crate::{
    config::is_only_here,
    pages::{Operator, PageRequest, Visit, internal, or_refuse, qr},
    store::{DeliverySummary, LastEvent, StoredProfile},
};

/// `GET /profiles/{id}/share`
pub(in crate::pages) async fn page(Path(id): Path<String>, visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let id = or_refuse!(visit, id.parse().map_err(|_| AppError::NotFound));
    let request = visit.request();
    let shared = or_refuse!(visit, shared(&request, &viewer, id).await);
    let newest = or_refuse!(visit, last_event(&request, id).await);
    let view = ShareView { shared, newest, may_change: visit.may::<Operator>() };
    visit.show(StatusCode::OK, ServerPage::Share(Box::new(view))).await
}

/// A profile's address, and the obstacles to its use.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such profile; if the database fails.
pub async fn shared(request: &PageRequest, viewer: &Viewer, profile: i64) -> Result<Shared, AppError> {
    let stored = request.stored_profile(profile).await?;
    let row = row(request, &stored).await?;
    let parameters = query::write(&stored.profile);
    let base = &request.state.public_url;
    let stateless = format!("{base}/webhook/telegram?telegramToken={TOKEN_PLACE}&{parameters}");
    Ok(Shared {
        field_name: stored.profile.field_name.clone().unwrap_or_default(),
        stateless: request.state.settings.now().stateless.then_some(stateless),
        address: request.short_url(viewer, &stored.key).map(|url| address(url, &stored)).transpose()?,
        obstacles: obstacles(base, &stored, &row.target),
        booking: booking(request, &stored).await?,
        row,
    })
}

/// The booking bot of the profile's bot; for a sandbox profile, that of the sandbox.
async fn booking(request: &PageRequest, stored: &StoredProfile) -> Result<Option<BookingStep>, AppError> {
    let bot = if stored.channel == ChannelKind::Sandbox { Some(SANDBOX_BOT) } else { stored.bot };
    let Some(bot) = bot else { return Ok(None) };
    let record = request.state.store.booking.get(bot).await.map_err(internal)?;
    Ok(Some(BookingStep { bot, is_on: record.is_some_and(|record| record.enabled) }))
}

/// The newest event of a profile, described in sentences; `None` if there is none yet.
///
/// # Errors
/// If the database fails.
pub async fn last_event(request: &PageRequest, profile: i64) -> Result<Option<LastEventView>, AppError> {
    let event = request.state.store.log.newest_event(profile).await.map_err(internal)?;
    Ok(event.map(|event| in_words(request.language, &event)))
}

/// The obstacles to the use of a profile's address, the worst first.
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

fn address(url: String, stored: &StoredProfile) -> Result<Address, AppError> {
    Ok(Address { curl: curl(&url, &sample(stored)?), qr: qr::code(&url), url })
}

/// A small event that the profile accepts: with its contact field, and an event type that it wants.
fn sample(stored: &StoredProfile) -> Result<String, AppError> {
    let no_place = || internal("the small sample has no contact field");
    let mut event: Value = serde_json::from_str(Sample::minimal_json()).map_err(internal)?;
    let field = event.pointer_mut("/CaseParticipants/ContactInformation/Fields/0/Name").ok_or_else(no_place)?;
    *field = stored.profile.field_name.as_deref().unwrap_or_default().into();
    if let Some(EventType(kind)) = stored.events.first() {
        *event.pointer_mut("/EventType").ok_or_else(no_place)? = (*kind).into();
    }
    Ok(event.to_string())
}

/// A command for a POSIX shell that posts a body.
fn curl(url: &str, body: &str) -> String {
    format!("curl -H 'Content-Type: application/json' -d {} {}", quoted(body), quoted(url))
}

/// Quotes text for the shell. Within single quotes only the quote itself is special.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
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

/// A cause as sentences, with Telegram's description if that says more.
fn told(language: Language, cause: FailureCause, telegram: Option<&str>) -> String {
    let mut letters = causes::cause(language, cause).chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let words = telegram.map(|words| format!(" (“{words}”)")).unwrap_or_default();
    format!("{first}{}{words}. {}", letters.as_str(), causes::advice(language, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_nobody_outside_can_reach() {
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
    fn a_quote_within_quotes() {
        assert_eq!(quoted("O'Hara"), r"'O'\''Hara'");
    }
}
