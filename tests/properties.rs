//! Properties that hold for any input.

use hookgram::{
    channel::Limits,
    event::BookingEvent,
    message::{Context, Message, Part, StoredMessage, html, render},
    parameters::{Kind, Parameter},
    profile::Profile,
    query,
    recipient::recipients,
    values::{ChatId, EmailAddress, Locale, TimeZone},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

mod telegram;

/// Text made of difficult pieces: markup, combining marks, emoji, white space, wide and invisible characters.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        select(vec![
            "<b>",
            "</b>",
            "<i>",
            "</i>",
            "<a href=\"https://a.b\">",
            "</a>",
            "<br>",
            "<p>",
            "&amp;",
            "&nbsp;",
            "&",
            "<",
            ">",
            "\"",
            "\n",
            "\n\n",
            " ",
            "\t",
            "😀",
            "👩‍👩‍👧",
            "е\u{301}",
            "🇷🇺",
            "\u{a0}",
            "\u{200b}",
            "%",
            "+",
            "%41",
            "=",
            "\r",
            "\0",
            "<code>",
            "</code>",
            "<tg-emoji emoji-id='1'>",
            "</tg-emoji>",
            "<pre>",
            "</pre>",
            "</>",
        ])
        .prop_map(str::to_owned),
        "[а-яё]{1,12}",
        any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn long() -> impl Strategy<Value = String> {
    (nasty(), 1_usize..120).prop_map(|(text, times)| text.repeat(times))
}

fn profile() -> impl Strategy<Value = Profile> {
    let zones: Vec<&'static str> = TimeZone::all().map(TimeZone::name).collect();
    let texts = vec(proptest::option::of(nasty()), 19);
    let flags = vec(any::<bool>(), 19);
    (texts, flags, select(zones), select(Locale::ALL.to_vec())).prop_map(|(texts, flags, zone, locale)| {
        let mut profile = Profile::default();
        for ((parameter, text), flag) in Parameter::all().zip(texts).zip(flags) {
            let text = match parameter.definition().kind {
                Kind::Token => "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd".to_owned(),
                Kind::Text | Kind::OperatorText => text.unwrap_or_default(),
                Kind::Emails => if flag { "a+b@c.d, почта@пример.рф" } else { "" }.to_owned(),
                Kind::Bool => flag.to_string(),
                Kind::Locale => locale.tag().to_owned(),
                Kind::TimeZone => zone.to_owned(),
            };
            assert_eq!(profile.set(parameter, &text), Ok(()), "{parameter:?}");
        }
        if profile.field_name.is_none() {
            profile.field_name = Some("*TelegramId".to_owned());
        }
        profile
    })
}

fn event() -> impl Strategy<Value = Value> {
    let resources = vec((nasty(), long(), -9e27..9e27), 0..5);
    (nasty(), nasty(), long(), resources, vec((nasty(), nasty()), 0..150), -62e9 as i64..253e9 as i64).prop_map(
        |(number, name, description, resources, fields, start)| {
            let date = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 0).map(|at| at.to_rfc3339());
            let rows: Vec<Value> = resources
                .iter()
                .enumerate()
                .map(|(index, (_, _, price))| json!({ "Tid": index, "Amount": index, "SalePrice": price }))
                .collect();
            let resources: Vec<Value> = resources
                .iter()
                .enumerate()
                .map(|(index, (name, description, price))| {
                    let price = json!({ "SalePrice": price, "CurrencyCode": name });
                    json!({ "Id": index, "ItemInfo": { "Name": name }, "Description": description, "PriceProperties": price })
                })
                .collect();
            let fields: Vec<Value> =
                fields.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
            json!({
                "CaseItem": {
                    "Id": name, "OrderNumber": { "FullNumber": number }, "Description": description,
                    "StartDate": date(start), "EndDate": date(start + 5000), "BookingResourceList": rows,
                },
                "Service": { "ItemInfo": { "Name": name }, "Id": number },
                "Resources": resources,
                "CaseParticipants": { "ContactInformation": { "Fields": fields } },
            })
        },
    )
}

/// `PROPTEST_CASES`, or a default that keeps the run short.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(64)
}

const HEADINGS: [&str; 10] = [
    "Детали заказа",
    "Детали записи",
    "Детали мероприятия",
    "Order details",
    "Appointment details",
    "Event details",
    "Услуги/ресурсы",
    "Services/resources",
    "Контактная информация",
    "Contact information",
];

fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_megabyte_of_white_space_is_split_in_linear_time() {
    const MEGABYTE: usize = 1_000_000;
    let tall = "a".repeat(4000);
    for space in [" ", "\t", "\n", " \n", "\n ", "\u{a0}", "\n\n ", "\u{200b}", " \u{200b}", "\u{2009}"] {
        let gap = space.repeat(MEGABYTE / space.len());
        for text in
            [format!("a{gap}b"), format!("{tall}{gap}b"), format!("a\n\n{tall}\n{gap}b"), format!("a\n{gap}.{gap}b")]
        {
            let mut profile = Profile::default();
            profile.set(Parameter::Message, &text).expect("a text");
            profile.set(Parameter::HideDetailSection, "yes").expect("a bool");
            let parts = rendered(&profile).parts(&Limits::TELEGRAM);
            assert!(parts.iter().all(|part| part.units() <= 4096), "{space:?}");
            assert_eq!(parts.last().map(|part| part.text().ends_with('b')), Some(true), "{space:?}");
        }
    }
}

/// A message that consists only of the operator's texts.
fn rendered(profile: &Profile) -> Message {
    let event = BookingEvent::default();
    let context = Context { event: &event, participant: None, field_name: None, booking_host: "" };
    render(&profile.formatting, context)
}

/// Words of any length, up to the length of two messages.
fn words() -> impl Strategy<Value = String> {
    vec((prop_oneof![1_usize..12, 1_usize..5000], select(vec![" ", " ", "\n", "\n\n"])), 0..12)
        .prop_map(|words| words.into_iter().map(|(length, end)| "я".repeat(length) + end).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn a_profile_survives_a_round_trip_through_its_query(profile in profile()) {
        let written = query::write_with_token(&profile);
        prop_assert!(written.is_ascii() && !written.contains([' ', '+', '\n']), "{written}");
        let reading = query::read(written.as_bytes());
        prop_assert_eq!(reading.faults, vec![]);
        prop_assert_eq!(&reading.profile, &profile);
        prop_assert_eq!(query::write_with_token(&reading.profile), written);
        prop_assert_eq!(reading.warnings, profile.warnings());
        let overridden = query::read_overrides(&profile, b"");
        prop_assert_eq!(overridden.profile, profile);
    }

    #[test]
    fn telegram_accepts_every_part_and_shows_its_text(profile in profile(), event in event()) {
        let event = BookingEvent::read(event.to_string().as_bytes()).expect("an event");
        let context = Context {
            event: &event,
            participant: Some(0),
            field_name: profile.field_name.as_deref(),
            booking_host: "https://torrow.net",
        };
        let message = render(&profile.formatting, context);
        let parts = message.parts(&Limits::TELEGRAM);
        prop_assert_eq!(message.is_empty(), parts.is_empty());
        let mut sent = String::new();
        for part in &parts {
            let html = part.html();
            let arrived = telegram::arrive(&html);
            prop_assert!(arrived.is_ok(), "{:?} {}", arrived, html);
            let arrived = arrived.expect("checked");
            prop_assert!((1..=4096).contains(&part.units()), "{}", part.units());
            prop_assert!(arrived.entities.len() <= 100, "{}", arrived.entities.len());
            prop_assert_eq!(&arrived.text, &part.text(), "nothing is trimmed or read otherwise");
            prop_assert_eq!(Part::from_html(&html).map(|back| (back.text(), back.html())), Ok((arrived.text.clone(), html)));
            sent.push_str(&arrived.text);
        }
        let whole: String = message.spans().iter().map(|span| span.text.as_str()).collect();
        prop_assert_eq!(visible(&sent), visible(&whole));
    }

    #[test]
    fn event_texts_never_add_a_tag(event in event(), profile in profile(), resources in 0_usize..3) {
        let mut profile = profile;
        for text in [Parameter::Message, Parameter::SignText, Parameter::ResourceName, Parameter::DetailSectionName] {
            profile.set(text, "").expect("a text");
        }
        let mut event = event;
        if let Some(all) = event["Resources"].as_array_mut() {
            all.truncate(resources);
        }
        let event = BookingEvent::read(event.to_string().as_bytes()).expect("an event");
        let field_name = profile.field_name.as_deref();
        let context = Context { event: &event, participant: Some(0), field_name, booking_host: "https://torrow.net" };
        for part in render(&profile.formatting, context).parts(&Limits::TELEGRAM) {
            let arrived = telegram::arrive(&part.html()).expect("well-formed");
            let of = |tag: &str| arrived.entities.iter().filter(|entity| entity.tag == tag).collect::<Vec<_>>();
            let (headings, descriptions, links) = (of("b"), of("i"), of("a"));
            prop_assert_eq!(headings.len() + descriptions.len() + links.len(), arrived.entities.len());
            prop_assert!(headings.len() <= 3 && descriptions.len() <= resources && links.len() <= 2);
            for heading in headings {
                prop_assert!(HEADINGS.contains(&heading.text.as_str()), "{}", heading.text);
            }
            for link in links {
                let href = link.href.as_deref().unwrap_or_default();
                prop_assert!(href.starts_with("https://torrow.net/app/tabs/tab-search/"), "{}", href);
            }
        }
    }

    #[test]
    fn splitting_loses_only_white_space(text in long()) {
        let mut profile = Profile::default();
        profile.set(Parameter::Message, &text).expect("a text");
        let message = rendered(&profile);
        let whole: String = message.spans().iter().map(|span| span.text.as_str()).collect();
        let parts = message.parts(&Limits::TELEGRAM);
        let sent: String = parts.iter().map(Part::text).collect();
        prop_assert_eq!(visible(&sent), visible(&whole));
        let stored = StoredMessage::of(&parts).parts().expect("readable");
        let html = |parts: &[Part]| parts.iter().map(Part::html).collect::<Vec<_>>();
        prop_assert_eq!(html(&stored), html(&parts));
    }

    #[test]
    fn every_part_is_more_than_a_heading_and_all_but_the_last_are_half_full(
        description in words(), place in words(), contact in vec(words(), 0..4), lead in words(), heading in "[А-Я]{1,2500}",
    ) {
        let mut profile = Profile::default();
        for (parameter, text) in [
            (Parameter::Message, lead.as_str()),
            (Parameter::DetailSectionName, &heading),
            (Parameter::HideContactInfo, "no"),
        ] {
            profile.set(parameter, text).expect("a text");
        }
        let fields: Vec<_> = contact.iter().map(|value| json!({ "Name": "Поле", "Value": value })).collect();
        let event = json!({
            "CaseItem": { "Description": description, "Place": place },
            "CaseParticipants": { "ContactInformation": { "Fields": fields } },
        });
        let event = BookingEvent::read(event.to_string().as_bytes()).expect("an event");
        let context = Context { event: &event, participant: Some(0), field_name: None, booking_host: "" };
        let parts = render(&profile.formatting, context).parts(&Limits::TELEGRAM);
        for (index, part) in parts.iter().enumerate() {
            let text = part.text();
            for alone in ["Описание:", "Адрес:", "Поле:", "Контактная информация", &heading] {
                prop_assert_ne!(&text, alone);
            }
            prop_assert!(index + 1 == parts.len() || part.units() >= 2040, "{} of {}", part.units(), parts.len());
        }
    }

    #[test]
    fn reading_a_query_never_panics(bytes in vec(any::<u8>(), 0..200), text in nasty()) {
        for query in [bytes.as_slice(), text.as_bytes()] {
            let reading = query::read(query);
            let _ = query::write(&reading.profile);
            let _ = query::read_overrides(&reading.profile, query);
        }
    }

    #[test]
    fn reading_a_body_never_panics(bytes in vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,0-9eE.+a-z \n-]{0,60}") {
        for body in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(event) = BookingEvent::read(body) {
                let _ = recipients(&event, "*TelegramId");
            }
        }
    }

    #[test]
    fn rendering_any_field_value_never_panics(number in "-?[0-9]{1,40}(\\.[0-9]{0,40})?([eE][+-]?[0-9]{1,9})?", text in nasty()) {
        for value in [json!(number), json!(text)] {
            for event in [
                json!({ "CaseItem": { "StartDate": value, "EndDate": "9999-12-31T23:59:59-23:59" } }),
                json!({ "CaseItem": { "BookingResourceList": { "Tid": 1, "Amount": value, "SalePrice": value } },
                    "Resources": { "Id": 1, "ItemInfo": { "Name": "x" }, "PriceProperties": { "CurrencyCode": text } } }),
                json!({ "EventType": value }),
            ] {
                let Ok(event) = BookingEvent::read(event.to_string().as_bytes()) else { continue };
                for zone in ["Pacific/Kiritimati", "Pacific/Niue"] {
                    let mut profile = Profile::default();
                    profile.set(Parameter::Timezone, zone).expect("a zone");
                    let context = Context { event: &event, participant: None, field_name: None, booking_host: "" };
                    let _ = render(&profile.formatting, context).parts(&Limits::TELEGRAM);
                }
            }
        }
    }

    #[test]
    fn written_html_can_be_parsed_again(text in nasty()) {
        if let Ok(spans) = html::parse(&text) {
            let part = Part::from_html(&text).expect("read once already");
            prop_assert_eq!(part.spans(), spans.as_slice());
            let again = Part::from_html(&part.html());
            prop_assert_eq!(again.as_ref().map(Part::html), Ok(part.html()));
            prop_assert_eq!(again.map(|part| part.text()), Ok(part.text()));
        }
    }

    #[test]
    fn parsed_values_survive_a_round_trip(text in nasty()) {
        if let Some(chat) = ChatId::parse(&text) {
            prop_assert_eq!(ChatId::parse(&chat.to_string()), Some(chat));
        }
        if let Some(address) = EmailAddress::parse(&text) {
            prop_assert_eq!(EmailAddress::parse(address.as_str()), Some(address));
        }
        let _ = TimeZone::nearest(&text);
    }
}
