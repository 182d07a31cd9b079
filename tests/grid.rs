//! Snapshots of whole messages for every locale, kind of booking and flag. Run `cargo insta review`, or set
//! `INSTA_UPDATE=always`, to accept intended changes.

use std::fmt::Write as _;

use hookgram::{
    channel::Limits,
    event::BookingEvent,
    message::{Context, render},
    parameters::{Kind, Parameter},
    profile::Profile,
    values::Locale,
};
use serde_json::{Value, json};

const EVERYTHING: &str = include_str!("fixtures/everything.json");
const KINDS: [(&str, i64); 3] = [("order", 1), ("appointment", 2), ("event", 3)];

/// A booking with every field. The group event ends after midnight; the order has no date.
fn booking(selection: i64) -> BookingEvent {
    let mut event: Value = serde_json::from_str(EVERYTHING).expect("the fixture is JSON");
    event["Service"]["SessionDurationProperties"]["TimeSelectionType"] = json!(selection);
    match selection {
        1 => event["CaseItem"]["StartDate"] = Value::Null,
        3 => event["CaseItem"]["EndDate"] = json!("2026-03-02T18:31:00Z"),
        _ => {}
    }
    BookingEvent::read(event.to_string().as_bytes()).expect("an event")
}

fn message(profile: &Profile, event: &BookingEvent) -> String {
    let context =
        Context { event, participant: Some(0), field_name: Some("*TelegramId"), booking_host: "https://torrow.net" };
    render(&profile.formatting, context)
        .parts(&Limits::TELEGRAM)
        .iter()
        .map(|part| part.html())
        .collect::<Vec<_>>()
        .join("\n---\n")
}

/// The message with everything shown, followed by the lines that each flag removes and adds.
fn page(locale: Locale) -> String {
    let mut page = String::new();
    for (kind, selection) in KINDS {
        let event = booking(selection);
        let mut profile = Profile::default();
        for (parameter, value) in [
            (Parameter::Message, "Вы записаны"),
            (Parameter::SignText, "<b>До встречи!</b>"),
            (Parameter::DateLocales, locale.tag()),
            (Parameter::HideContactInfo, "no"),
        ] {
            profile.set(parameter, value).expect("a good value");
        }
        let whole = message(&profile, &event);
        _ = writeln!(page, "=== {kind}\n{whole}\n");
        for flag in Parameter::all().filter(|parameter| parameter.definition().kind == Kind::Bool) {
            let mut hiding = profile.clone();
            hiding.set(flag, "yes").expect("a bool");
            let left = message(&hiding, &event);
            _ = writeln!(page, "--- {kind}, {}", flag.name());
            for line in missing(&whole, &left) {
                _ = writeln!(page, "- {line}");
            }
            for line in missing(&left, &whole) {
                _ = writeln!(page, "+ {line}");
            }
        }
    }
    page
}

/// The lines that `other` lacks. Repeated lines are counted.
fn missing<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    let mut others: Vec<&str> = other.lines().collect();
    let lacks = |line: &&str| match others.iter().position(|other| other == line) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    };
    text.lines().filter(lacks).filter(|line| !line.is_empty()).collect()
}

#[test]
fn messages_match_the_snapshots_for_every_locale_kind_and_flag() {
    for locale in Locale::ALL {
        insta::assert_snapshot!(locale.tag(), page(locale));
    }
}
