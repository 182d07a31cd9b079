//! The booking bot of the sandbox. Each operator plays a customer of it.

use app::{
    error::AppError,
    i18n::{SandboxWords, Words as _},
    pages::{SandboxBooking, SandboxChat, SandboxLine},
    views::SandboxMessage,
};
use axum::{
    body::{Body, Bytes},
    response::{IntoResponse as _, Redirect, Response},
};
use chrono::{DateTime, SecondsFormat};
use hookgram::{
    booking::{self, Booking, BookingBot, CodedChat, Command, Context, MenuButton, Service, ServiceId, Standing},
    bot::SANDBOX_BOT,
    channel::{ChannelKind, Limits},
    message::{Part, StoredMessage},
    recipient::is_same_field,
    sample::Sample,
    text::{one_line, shorten},
};
use serde_json::{Value, json};

use super::{event, post, shown};
use crate::{
    booking::formatting,
    pages::{Operator, Permission, Visit, internal, or_refuse},
    store::{BookingRecord, SandboxTalk, StoreError, StoredProfile},
    time::now,
};

/// The chat id of the customer that the account with the id 0 plays. Telegram's ids are far smaller.
const FIRST_CHAT: i64 = 1_000_000_000_000;
/// The most characters of the customer's text.
const LONGEST: usize = 200;
/// The time from now until a played booking starts, in milliseconds.
const AHEAD: i64 = 2 * 24 * 60 * 60 * 1000;
/// The duration of a played booking, in milliseconds.
const LASTS: i64 = 60 * 60 * 1000;

/// The booking bot of the sandbox, while it is switched on.
async fn booking_bot<P: Permission>(visit: &Visit<P>) -> Result<Option<BookingRecord>, AppError> {
    let record = visit.state.store.booking.get(SANDBOX_BOT).await.map_err(internal)?;
    Ok(record.filter(|record| record.enabled && record.links.is_some()))
}

/// The customer that the account plays: their chat with its code.
fn played<P: Permission>(visit: &Visit<P>, record: &BookingRecord) -> Result<CodedChat, AppError> {
    let chat = FIRST_CHAT.saturating_add(visit.account().id);
    record.links.as_ref().and_then(|links| links.coded(chat)).ok_or(AppError::NotFound)
}

/// Runs `work` with the context of the played customer. Booking pages cannot return to this bot, because Telegram does
/// not know it.
fn within<T>(
    visit: &Visit<impl Permission>,
    settings: &BookingBot,
    chat: &CodedChat,
    work: impl FnOnce(&Context<'_>) -> T,
) -> T {
    let bot = BookingBot { returns: false, ..settings.clone() };
    let w = SandboxWords::of(visit.language);
    work(&Context {
        bot: &bot,
        bot_username: "",
        host: &visit.state.settings.now().booking_pages,
        formatting: &formatting(&bot),
        chat,
        first_name: Some(w.customer),
        language: visit.language,
    })
}

/// The state of the played customer at the bot.
async fn standing<P: Permission>(visit: &Visit<P>, chat: i64, talk: &[SandboxTalk]) -> Result<Standing, AppError> {
    if visit.state.store.customers.has_stopped(SANDBOX_BOT, chat).await.map_err(internal)? {
        return Ok(Standing::Stopped);
    }
    let has_started = talk.iter().any(|line| matches!(booking::parse(&line.said, ""), Command::Start(_)));
    Ok(if has_started { Standing::Subscribed } else { Standing::New })
}

/// The chat of the played customer. Removes the customer's messages from `messages`.
pub(super) async fn of<P: Permission>(
    visit: &Visit<P>,
    messages: &mut Vec<SandboxMessage>,
) -> Result<SandboxBooking, AppError> {
    let Some(record) = booking_bot(visit).await? else { return Ok(SandboxBooking::Off) };
    let coded = played(visit, &record)?;
    let talk = visit.state.store.customers.sandbox_talk(coded.chat()).await.map_err(internal)?;
    let standing = standing(visit, coded.chat(), &talk).await?;
    let reader = reader(visit, &record.settings).await?;
    let menu = within(visit, &record.settings, &coded, booking::menu_button);
    let own = coded.chat().to_string();
    let mut lines: Vec<(i64, SandboxLine)> = Vec::new();
    for line in talk {
        let reply = line.reply.parts().map_err(|_| internal(StoreError::corrupt("sandbox_talk.reply")))?;
        lines.push((line.at, SandboxLine::Said { text: line.said, reply, keyboard: line.keyboard }));
    }
    let (mine, others) = std::mem::take(messages).into_iter().partition(|message| message.chat == own);
    *messages = others;
    let mine: Vec<SandboxMessage> = mine;
    lines.extend(mine.into_iter().map(|message| (message.at, SandboxLine::Message(message))));
    // The sort is stable: an answer and a message of the same millisecond keep their order.
    lines.sort_by_key(|(at, _)| *at);
    Ok(SandboxBooking::On(Box::new(SandboxChat {
        chat: own,
        lines,
        standing,
        menu: match menu {
            MenuButton::WebApp { text, url } => Some((text, url)),
            MenuButton::Commands => None,
        },
        services: record.settings.services,
        reader: reader.map(|stored| stored.name),
    })))
}

/// The enabled sandbox profile that reads the bot's field.
async fn reader<P: Permission>(visit: &Visit<P>, settings: &BookingBot) -> Result<Option<StoredProfile>, AppError> {
    let profiles = &visit.state.store.profiles;
    for (id, _) in profiles.sandbox_profiles().await.map_err(internal)? {
        let stored = profiles.get(id).await.map_err(internal)?;
        let reads = |stored: &StoredProfile| {
            stored.enabled && stored.channel == ChannelKind::Sandbox && settings.is_read_by(&stored.profile)
        };
        if let Some(stored) = stored.filter(reads) {
            return Ok(Some(stored));
        }
    }
    Ok(None)
}

/// `POST /sandbox/say`: sends a text to the booking bot as the played customer.
pub(in crate::pages) async fn say(visit: Visit<Operator>, body: Body) -> Response {
    let fields = or_refuse!(visit, visit.form(body).await);
    let said = fields.get("text").map(String::as_str).unwrap_or_default();
    let said = shorten(one_line(said).trim(), LONGEST);
    if !said.is_empty() {
        or_refuse!(visit, answered(&visit, said).await);
    }
    Redirect::to("/sandbox#chat").into_response()
}

async fn answered(visit: &Visit<Operator>, said: String) -> Result<(), AppError> {
    let record = booking_bot(visit).await?.ok_or(AppError::NotFound)?;
    let coded = played(visit, &record)?;
    let (customers, chat, at) = (&visit.state.store.customers, coded.chat(), now());
    let command = booking::parse(&said, "");
    let talk = customers.sandbox_talk(chat).await.map_err(internal)?;
    let standing = standing(visit, chat, &talk).await?;
    let bookings: Vec<Booking> = match command {
        Command::Start(_) => {
            customers.start_again(SANDBOX_BOT, chat).await.map_err(internal)?;
            Vec::new()
        }
        Command::Stop => {
            customers.stop(SANDBOX_BOT, chat, at).await.map_err(internal)?;
            Vec::new()
        }
        Command::My => {
            let rows = customers.bookings(SANDBOX_BOT, chat, at).await.map_err(internal)?;
            rows.into_iter().map(Booking::from).collect()
        }
        _ => Vec::new(),
    };
    let reply =
        within(visit, &record.settings, &coded, |context| booking::answer(&command, context, standing, &bookings));
    let parts: Vec<Part> = reply.text.parts(&Limits::TELEGRAM);
    let line = SandboxTalk { at, said, reply: StoredMessage::of(&parts), keyboard: reply.keyboard };
    customers.put_sandbox_talk(chat, &line).await.map_err(internal)
}

/// `POST /sandbox/book`: posts the event of a booking that the played customer makes through their link.
pub(in crate::pages) async fn book(visit: Visit<Operator>, body: Body) -> Response {
    let fields = or_refuse!(visit, visit.form(body).await);
    let record = or_refuse!(visit, or_refuse!(visit, booking_bot(&visit).await).ok_or(AppError::NotFound));
    let coded = or_refuse!(visit, played(&visit, &record));
    let asked = fields.get("service").and_then(|id| ServiceId::parse(id).ok());
    let services = &record.settings.services;
    let service = services.iter().find(|service| Some(&service.id) == asked.as_ref()).or(services.first());
    let service = or_refuse!(visit, service.cloned().ok_or(AppError::NotFound));
    let Some(stored) = or_refuse!(visit, reader(&visit, &record.settings).await) else {
        let sentence = SandboxWords::of(visit.language).no_reader.to_owned();
        return shown(visit, None, Some(sentence)).await;
    };
    let body = or_refuse!(visit, booked(&stored, &service, &coded, &record.settings));
    post(visit, stored, body, "/sandbox#chat").await
}

/// The event of a booking, as the booking service would send it.
fn booked(stored: &StoredProfile, service: &Service, coded: &CodedChat, bot: &BookingBot) -> Result<Bytes, AppError> {
    let body = event(Sample::Appointment, stored, Sample::CHAT)?;
    let mut event: Value = serde_json::from_slice(&body).map_err(internal)?;
    let at = now();
    let moment = |at: i64| {
        let moment = DateTime::from_timestamp_millis(at).unwrap_or_default();
        Value::from(moment.to_rfc3339_opts(SecondsFormat::Secs, true))
    };
    // Bookings usually start on the hour.
    let start = (at.saturating_add(AHEAD)).div_euclid(LASTS).saturating_mul(LASTS);
    let number = at.div_euclid(1000).rem_euclid(1000);
    let case = format!("{at:032x}");
    for (pointer, value) in [
        ("/CaseItem/Id", Value::from(case.as_str())),
        ("/CaseItem/ServiceId", service.id.as_str().into()),
        ("/CaseItem/StartDate", moment(start)),
        ("/CaseItem/EndDate", moment(start.saturating_add(LASTS))),
        ("/CaseItem/OrderNumber", json!({ "FullNumber": format!("№{number}"), "SequenceNumber": number })),
        ("/Service/Id", service.id.as_str().into()),
        ("/Service/ItemInfo/Name", service.title.as_str().into()),
        ("/CaseParticipants/ItemId", case.as_str().into()),
    ] {
        if let Some(place) = event.pointer_mut(pointer) {
            *place = value;
        }
    }
    let fields = event.pointer_mut("/CaseParticipants/ContactInformation/Fields").and_then(Value::as_array_mut);
    for field in fields.into_iter().flatten() {
        let name = field.get("Name").and_then(Value::as_str).unwrap_or_default();
        if is_same_field(name, bot.field.as_str())
            && let Some(field) = field.as_object_mut()
        {
            field.insert("Value".to_owned(), coded.to_string().into());
        }
    }
    Ok(event.to_string().into())
}
