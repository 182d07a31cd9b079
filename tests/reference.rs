//! Renders the booking service's own example event and compares the result with the message in the contract (§5).
//!
//! The event is not part of this repository. `HOOKGRAM_REFERENCE` is the path of its folder.

use std::path::PathBuf;

use hookgram::{
    channel::Limits,
    event::{BookingEvent, BookingKind, EventType},
    message::{Context, Message, render},
    profile::Profile,
    query,
    recipient::recipients,
    values::ChatId,
};
use serde_json::{Value, json};

const QUERY: &str = "telegramToken=7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd&telegramFieldName =*TelegramId\
    &errorEmail=test@gmail.com&message=Вы%20записаны%20на%20услугу";

fn reference() -> Option<Value> {
    let folder = std::env::var_os("HOOKGRAM_REFERENCE")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/reference"), PathBuf::from);
    let path = folder.join("case-action-event.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there; HOOKGRAM_REFERENCE names its folder", path.display());
        return None;
    };
    let text = text.trim_start_matches('\u{feff}');
    Some(serde_json::from_str(text).expect("the reference is JSON"))
}

fn with_telegram_id(mut event: Value) -> Vec<u8> {
    let fields = &mut event["CaseParticipants"]["ContactInformation"]["Fields"];
    fields.as_array_mut().expect("contact fields").push(json!({ "Name": "*TelegramId", "Value": "100200300" }));
    event.to_string().into_bytes()
}

fn rendered(event: &BookingEvent, profile: &Profile) -> Message {
    let context = Context {
        event,
        participant: Some(0),
        field_name: profile.field_name.as_deref(),
        booking_host: "https://torrow.net",
    };
    render(&profile.formatting, context)
}

#[test]
fn the_message_matches_the_contract() {
    let Some(event) = reference() else { return };
    let event = BookingEvent::read(&with_telegram_id(event)).expect("an event");
    let reading = query::read(QUERY.as_bytes());
    assert_eq!((reading.faults, reading.warnings), (vec![], vec![]));

    let parts = rendered(&event, &reading.profile).parts(&Limits::TELEGRAM);
    let [part] = parts.as_slice() else { panic!("one part: {parts:?}") };
    let expected = r#"Вы записаны на услугу

<b>Детали записи</b>
Запись: №180
Услуга: Назначить встречу
Дата: среда, 8 мая 2024 г.
Время: 11:15–11:30 (Мск)
Длительность: 15 минут

<b>Услуги/ресурсы</b>
• Телефонный разговор
<i>Короткий телефонный разговор (не более 15 минут)</i>

<a href="https://torrow.net/app/tabs/tab-search/case;id=1b5f03ec663a8071791d2443cf3e799c">Открыть запись</a>
<a href="https://torrow.net/app/tabs/tab-search/service;id=1b5f03ed96001255550ebaa2c51b7d31">Страница услуги</a>"#;
    assert_eq!(part.html(), expected);
}

#[test]
fn the_reference_event_is_read_completely() {
    let Some(event) = reference() else { return };
    let event = BookingEvent::read(&with_telegram_id(event)).expect("an event");
    assert_eq!(event.event_type.and_then(EventType::name), Some("CaseActionEvent"));
    assert_eq!(event.kind(), BookingKind::Appointment);
    assert_eq!((event.resources.len(), event.participants.len()), (1, 1));
    assert_eq!(recipients(&event, "*TelegramId")[0].chat, Ok(ChatId::Number(100_200_300)));
    assert_eq!(recipients(&event, "telegramid")[0].chat, Ok(ChatId::Number(100_200_300)));
}

#[test]
fn the_message_is_rendered_in_english() {
    let Some(event) = reference() else { return };
    let event = BookingEvent::read(&with_telegram_id(event)).expect("an event");
    let profile = query::read(format!("{QUERY}&date_locales=en-US&hide_url").as_bytes()).profile;
    let text: String = rendered(&event, &profile).parts(&Limits::TELEGRAM).iter().map(|part| part.text()).collect();
    assert!(
        text.contains(
            "Appointment details\nAppointment: №180\nService: Назначить встречу\nDate: Wednesday, May 8, 2024\n\
             Time: 11:15 AM – 11:30 AM (MSK)\nDuration: 15 minutes\n\nServices/resources\n"
        ),
        "{text}"
    );
    assert!(!text.contains("Open appointment"), "{text}");
}
