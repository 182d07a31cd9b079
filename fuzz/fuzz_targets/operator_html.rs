//! Uses an arbitrary text as `message`.

#![no_main]

use hookgram::{
    channel::Limits,
    event::BookingEvent,
    message::{Context, html, render},
    parameters::Parameter,
    profile::Profile,
};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/telegram/mod.rs"]
mod telegram;

fuzz_target!(|text: &str| {
    let mut profile = Profile::default();
    profile.set(Parameter::Message, text).expect("any text is one");
    profile.set(Parameter::HideDetailSection, "yes").expect("a bool");
    let Some(kept) = profile.formatting.message.clone() else { return };
    let event = BookingEvent::default();
    let context = Context { event: &event, participant: None, field_name: None, booking_host: "" };
    let mut sent = String::new();
    for part in render(&profile.formatting, context).parts(&Limits::TELEGRAM) {
        let arrived = telegram::arrive(&part.html()).expect("well-formed");
        assert!(arrived.entities.len() <= 100);
        assert_eq!(arrived.text, part.text());
        sent.push_str(&arrived.text);
    }
    let meant = match html::parse(&kept) {
        Ok(spans) => spans.iter().map(|span| span.text.as_str()).collect(),
        Err(_) => kept,
    };
    // A message without visible characters is not sent.
    if !sent.is_empty() {
        assert_eq!(visible(&sent), visible(&meant));
    }
});

fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
