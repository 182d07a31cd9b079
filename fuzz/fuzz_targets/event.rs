//! Reads arbitrary bytes as an event's body. The first byte selects the parameters of the message.

#![no_main]

use hookgram::{
    channel::Limits,
    event::BookingEvent,
    message::{Context, Part, render},
    parameters::Parameter,
    profile::Profile,
    recipient::recipients,
    values::Locale,
};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/telegram/mod.rs"]
mod telegram;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, body)) = bytes.split_first() else { return };
    let Ok(event) = BookingEvent::read(body) else { return };
    let mut profile = Profile::default();
    let locale = Locale::ALL[usize::from(*choice) % Locale::ALL.len()];
    let zone = ["Europe/Moscow", "Pacific/Kiritimati", "America/St_Johns"][usize::from(*choice) % 3];
    for (parameter, value) in [
        (Parameter::DateLocales, locale.tag()),
        (Parameter::Timezone, zone),
        (Parameter::HideContactInfo, if choice & 1 == 0 { "no" } else { "yes" }),
    ] {
        profile.set(parameter, value).expect("a good value");
    }
    let field_name = Some("*TelegramId");
    for recipient in recipients(&event, "*TelegramId").iter().take(3) {
        let participant = Some(recipient.participant);
        let context = Context { event: &event, participant, field_name, booking_host: "https://torrow.net" };
        let message = render(&profile.formatting, context);
        let mut sent = String::new();
        for part in message.parts(&Limits::TELEGRAM) {
            let arrived = telegram::arrive(&part.html()).expect("well-formed");
            assert!(arrived.entities.len() <= 100);
            assert!(arrived.entities.iter().all(|entity| ["b", "i", "a"].contains(&entity.tag.as_str())));
            assert_eq!(arrived.text, part.text());
            assert_eq!(Part::from_html(&part.html()).map(|part| part.html()), Ok(part.html()));
            sent.push_str(&arrived.text);
        }
        let whole: String = message.spans().iter().map(|span| span.text.as_str()).collect();
        assert_eq!(visible(&sent), visible(&whole));
    }
});

fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
