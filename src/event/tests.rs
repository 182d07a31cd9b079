use serde_json::json;

use super::*;

fn read(event: &serde_json::Value) -> BookingEvent {
    BookingEvent::read(event.to_string().as_bytes()).expect("an event")
}

fn decimal(text: &str) -> Option<Decimal> {
    Some(text.parse().expect("a decimal"))
}

#[test]
fn invalid_bodies_report_the_fault_and_its_position() {
    for (body, fault) in [
        (&b""[..], EventFault::Empty),
        (b" \r\n", EventFault::Empty),
        (b"\xef\xbb\xbf ", EventFault::Empty),
        (b"{\"a\":\"\xff\"}", EventFault::NotUtf8 { offset: 6 }),
        (b"\xef\xbb\xbf{\xff", EventFault::NotUtf8 { offset: 4 }),
        (b"[]", EventFault::NotAnObject),
        (b"null", EventFault::NotAnObject),
        (b"\"x\"", EventFault::NotAnObject),
        (b"{", EventFault::NotJson { line: 1, column: 1 }),
        (b"{} x", EventFault::NotJson { line: 1, column: 4 }),
        (b"{\n  \"a\": 1,\n}", EventFault::NotJson { line: 3, column: 1 }),
        ("{\"ключ\": да}".as_bytes(), EventFault::NotJson { line: 1, column: 10 }),
    ] {
        assert_eq!(BookingEvent::read(body), Err(fault), "{}", String::from_utf8_lossy(body));
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(BookingEvent::read(deep.as_bytes()), Err(EventFault::NotJson { line: 1, .. })));
}

#[test]
fn lines_and_columns_of_faults_start_at_one() {
    for body in ["{\n", "{\"a\"\n", "\n\n}", "{\"a\":\"\n\"}", "{\"a\":1\n\n"] {
        let Err(EventFault::NotJson { line, column }) = BookingEvent::read(body.as_bytes()) else { panic!("{body}") };
        assert!(line >= 1 && column >= 1, "{body}: {line}:{column}");
    }
}

#[test]
fn an_event_with_only_blank_fields_equals_the_default() {
    let blank = json!({
        "EventType": null, "CaseItem": "", "Service": { "ItemInfo": null, "Place": " " }, "Resources": [null],
        "CaseParticipants": " ", "Unknown": { "x": [1, 2] },
    });
    let invisible = json!({
        "EventType": "\u{200b}",
        "CaseItem": { "StartDate": "\u{feff}", "Place": " \u{2060}", "Description": "\u{200b}\n\u{ad}", "OrderNumber": "\u{200e}" },
        "Service": { "ItemInfo": { "Name": "\u{feff}" } },
    });
    for event in [json!({}), blank, invisible] {
        assert_eq!(read(&event), BookingEvent::default());
    }
    assert_eq!(BookingEvent::read(b"\xef\xbb\xbf{}"), Ok(BookingEvent::default()));
}

#[test]
fn a_single_object_is_read_like_a_list_of_one() {
    let one = json!({ "Id": 7, "ItemInfo": { "Name": "X" } });
    let many = read(&json!({ "Resources": [one, null, one], "CaseParticipants": [{}] }));
    let single = read(&json!({ "Resources": one, "CaseParticipants": {} }));
    assert_eq!((many.resources.len(), many.participants.len()), (2, 1));
    assert_eq!((single.resources.len(), single.participants.len()), (1, 1));
    assert_eq!(many.resources[0], single.resources[0]);
    assert_eq!(single.resources[0].id.as_deref(), Some("7"));
}

#[test]
fn numbers_and_texts_are_interchangeable() {
    let event = read(&json!({
        "EventType": "3060",
        "CaseItem": {
            "Id": 12_345_678_901_i64,
            "OrderNumber": { "FullNumber": 180.0 },
            "Place": " Казань\r\n\u{0}ул. Баумана ",
            "BookingResourceList": { "Tid": 5, "Amount": "2.5", "SalePrice": "1e3" },
        },
        "Service": { "SessionDurationProperties": { "TimeSelectionType": "3" } },
        "Resources": { "PriceProperties": { "SalePrice": 0.1, "CurrencyCode": "USD" } },
        "CaseParticipants": { "ContactInformation": { "Fields": [
            { "Name": "Согласие", "Value": true }, { "Name": "Id", "Value": 100_200_300 },
        ] } },
    }));
    assert_eq!(event.event_type, Some(EventType(3060)));
    assert_eq!(event.case.id.as_deref(), Some("12345678901"));
    assert_eq!(event.case.number.as_deref(), Some("180"));
    assert_eq!(event.case.place.as_deref(), Some("Казань\nул. Баумана"));
    let row = BookedResource { resource_id: Some("5".into()), amount: decimal("2.5"), sale_price: decimal("1000") };
    assert_eq!(event.case.booked, [row]);
    assert_eq!(event.resources[0].sale_price, decimal("0.1"));
    assert_eq!(event.kind(), BookingKind::Event);
    let values: Vec<_> = event.participants[0].fields.iter().filter_map(|field| field.value.as_deref()).collect();
    assert_eq!(values, ["true", "100200300"]);
}

#[test]
fn whole_numbers_are_read_from_texts() {
    for (typed, number) in [("2", Some(2)), (" 2.0 ", Some(2)), ("2.00", Some(2)), ("", None), ("\u{200b}", None)] {
        let event = read(&json!({
            "EventType": typed, "Service": { "SessionDurationProperties": { "TimeSelectionType": typed } },
        }));
        assert_eq!((event.service.time_selection_type, event.event_type), (number, number.map(EventType)), "{typed}");
    }
    assert_eq!(read(&json!({ "EventType": "3060.0" })).event_type, Some(EventType(3060)));
    for typed in ["2.5", "2.0.0", "два", "9".repeat(19).as_str()] {
        let event = read(&json!({ "EventType": typed }));
        assert_eq!((event.event_type, event.unread.len()), (None, 1), "{typed}");
    }
}

#[test]
fn a_contact_field_may_contain_any_type() {
    for (value, text) in [
        (json!(["a", "b"]), None),
        (json!([]), None),
        (json!({ "a": 1 }), None),
        (json!(null), None),
        (json!("\u{feff}"), None),
        (json!(false), Some("false")),
        (json!(5.0), Some("5")),
    ] {
        let fields = json!([{ "Name": "Услуги", "Value": value }, { "Name": "*TelegramId", "Value": "7" }]);
        let event = read(&json!({ "CaseParticipants": { "ContactInformation": { "Fields": fields } } }));
        let values: Vec<_> = event.participants[0].fields.iter().map(|field| field.value.as_deref()).collect();
        assert_eq!(values, [text, Some("7")], "{value}");
    }
}

#[test]
fn all_date_formats_are_read() {
    for (typed, moment) in [
        ("2024-05-08T08:15:00Z", Some("2024-05-08T08:15:00Z")),
        ("2024-05-08T11:15:00+03:00", Some("2024-05-08T08:15:00Z")),
        ("2024-05-08T11:15:00+0300", Some("2024-05-08T08:15:00Z")),
        ("2024-05-08T08:15:00", Some("2024-05-08T08:15:00Z")),
        ("2024-05-08T08:15:00.0000000", Some("2024-05-08T08:15:00Z")),
        ("2024-05-08t08:15:00", Some("2024-05-08T08:15:00Z")),
        ("2024-05-08t08:15z", Some("2024-05-08T08:15:00Z")),
        ("2024-05-08 08:15", Some("2024-05-08T08:15:00Z")),
        ("2024-05-08T08:15Z", Some("2024-05-08T08:15:00Z")),
        (" 2024-05-08 ", Some("2024-05-08T00:00:00Z")),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+03:00", None),
        ("0001-12-31T23:30:00-05:00", None),
        ("0001-01-01", None),
        ("9999-12-31T23:59:59.9999999Z", None),
        ("9999-01-01", None),
        ("9998-12-31T23:30:00-05:00", None),
        ("2024-05-08T08:15:00.5Z", Some("2024-05-08T08:15:00.5Z")),
        ("", None),
    ] {
        let read = read(&json!({ "CaseItem": { "StartDate": typed } })).case.start;
        let expected = moment.map(|text| text.parse::<DateTime<Utc>>().expect("a date"));
        assert_eq!(read, expected, "{typed}");
    }
}

#[test]
fn unreadable_fields_are_omitted_and_their_paths_are_noted() {
    for (event, path, expected) in [
        (json!({ "CaseItem": 5 }), "CaseItem", Expected::Object),
        (json!({ "CaseItem": { "OrderNumber": "№1" } }), "CaseItem.OrderNumber", Expected::Object),
        (json!({ "Resources": "x" }), "Resources", Expected::ObjectOrList),
        (json!({ "CaseParticipants": [{}, 7] }), "CaseParticipants[1]", Expected::Object),
        (json!({ "Resources": [null, { "ItemInfo": [1] }] }), "Resources[1].ItemInfo", Expected::Object),
        (json!({ "CaseItem": { "BookingResourceList": 1 } }), "CaseItem.BookingResourceList", Expected::List),
        (json!({ "CaseItem": { "Place": {} } }), "CaseItem.Place", Expected::Text),
        (json!({ "Service": { "ItemInfo": { "Name": true } } }), "Service.ItemInfo.Name", Expected::Text),
        (
            json!({ "Resources": { "PriceProperties": { "SalePrice": "дорого" } } }),
            "Resources.PriceProperties.SalePrice",
            Expected::Number,
        ),
        (
            json!({ "CaseItem": { "BookingResourceList": [{ "Amount": 1e300 }] } }),
            "CaseItem.BookingResourceList[0].Amount",
            Expected::Number,
        ),
        (json!({ "EventType": "Party" }), "EventType", Expected::WholeNumber),
        (json!({ "EventType": 1.5 }), "EventType", Expected::WholeNumber),
        (json!({ "CaseItem": { "StartDate": "завтра" } }), "CaseItem.StartDate", Expected::Date),
        (json!({ "CaseItem": { "EndDate": 1_715_156_100 } }), "CaseItem.EndDate", Expected::Date),
        (json!({ "CaseItem": { "EndDate": "2024-13-01" } }), "CaseItem.EndDate", Expected::Date),
        (
            json!({ "CaseParticipants": { "ContactInformation": { "Fields": [{}, { "Name": [] }] } } }),
            "CaseParticipants.ContactInformation.Fields[1].Name",
            Expected::Text,
        ),
    ] {
        assert_eq!(read(&event).unread, [UnreadField { path: path.into(), expected }], "{event}");
    }
    let many: Vec<_> = (0..1000).map(|_| json!({ "ItemInfo": 1 })).collect();
    assert_eq!(read(&json!({ "Resources": many })).unread.len(), 20);
}

#[test]
fn an_unreadable_field_does_not_affect_the_others() {
    let event = read(&json!({
        "EventType": "Party",
        "CaseItem": { "Id": "a", "StartDate": "2024-02-30T10:00:00Z", "Place": "Казань", "BookingResourceList": [
            { "Tid": 1, "Amount": "два", "SalePrice": 500 },
            { "Tid": 2, "Amount": 2, "SalePrice": "дорого" },
        ] },
        "Resources": [5, { "Id": 1, "ItemInfo": { "Name": "x" }, "PriceProperties": { "SalePrice": 100 } }],
        "CaseParticipants": ["x", { "ItemId": "b" }],
    }));
    let paths: Vec<&str> = event.unread.iter().map(|field| field.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "EventType",
            "CaseItem.StartDate",
            "CaseItem.BookingResourceList[0].Amount",
            "CaseItem.BookingResourceList[1].SalePrice",
            "Resources[0]",
            "CaseParticipants[0]",
        ]
    );
    assert_eq!((event.case.id.as_deref(), event.case.place.as_deref()), (Some("a"), Some("Казань")));
    assert_eq!((event.resources.len(), event.participants.len()), (1, 1));
    assert_eq!(event.kind(), BookingKind::Appointment, "there is a date, though nobody can read it");
    // A wrong price must not be shown.
    let prices: Vec<_> = event.case.booked.iter().map(|row| row.sale_price).collect();
    assert_eq!(prices, [Some(Decimal::ZERO), Some(Decimal::ZERO)]);
}

#[test]
fn an_empty_list_counts_as_a_missing_object() {
    let event = read(&json!({
        "CaseItem": [], "Service": { "ItemInfo": [], "SessionDurationProperties": [] }, "Resources": [[]],
        "CaseParticipants": [[], { "ContactInformation": [], "PriceProperties": [] }],
    }));
    assert_eq!((event.unread.as_slice(), event.participants.len()), (&[][..], 1));
}

#[test]
fn an_unpaired_surrogate_becomes_a_replacement_character() {
    for (json, text) in [
        (r"\ud83d", "\u{fffd}"),
        (r"a\uD83Db", "a\u{fffd}b"),
        (r"\ude00\ud83d", "\u{fffd}\u{fffd}"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}😀"),
        (r"\ud83d\ude00", "😀"),
        (r"\\ud83d", r"\ud83d"),
        (r"\\\ud83d", "\\\u{fffd}"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"я\u044f", "яя"),
    ] {
        let body = format!(r#"{{"\ud83d{json}":"{json}","CaseItem":{{"Place":"{json}"}}}}"#);
        let event = BookingEvent::read(body.as_bytes()).expect("an event");
        assert_eq!(event.case.place.as_deref(), Some(text), "{json}");
    }
    for broken in [r#"{"a":"\ud83"}"#, r#"{"a":"\ud8"#, r#"{"a":"\я"}"#, r#"{"a":"\u+d83"}"#] {
        assert!(matches!(BookingEvent::read(broken.as_bytes()), Err(EventFault::NotJson { .. })), "{broken}");
    }
}

#[test]
fn numbers_as_texts_keep_all_their_digits() {
    for (json, text) in [
        ("20240508123456789012", "20240508123456789012"),
        ("-20240508123456789012345678901234567890", "-20240508123456789012345678901234567890"),
        ("180.0", "180"),
        ("1e3", "1000"),
        ("0.10", "0.1"),
        ("7", "7"),
    ] {
        let body = format!(r#"{{"CaseItem":{{"OrderNumber":{{"FullNumber": {json} }}}}}}"#);
        let event = BookingEvent::read(body.as_bytes()).expect("an event");
        assert_eq!(event.case.number.as_deref(), Some(text), "{json}");
    }
}

#[test]
fn invisible_characters_around_ids_and_names_are_dropped() {
    let event = read(&json!({
        "EventType": "\u{feff}3060",
        "CaseItem": { "Id": "\u{200b}a\u{2069}", "StartDate": "\u{2068}2024-05-08\u{2069}" },
        "Resources": { "Id": " b\u{200e}", "PriceProperties": { "SalePrice": "\u{200b}1\u{202f}500,00" } },
        "CaseParticipants": { "ContactInformation": { "Fields": [
            { "Name": "\u{feff}*Мо\u{438}\u{306}", "Value": "\u{2068}7\u{2069}" },
        ] } },
    }));
    assert_eq!(event.unread, []);
    assert_eq!((event.event_type, event.case.id.as_deref()), (Some(EventType(3060)), Some("a")));
    assert_eq!((event.resources[0].id.as_deref(), event.resources[0].sale_price), (Some("b"), decimal("1500.00")));
    assert_eq!(event.participants[0].fields[0].name.as_deref(), Some("*Мой"));
    for name in ["*Мой", "*Мо\u{438}\u{306}", "мой\u{200b}"] {
        let recipients = crate::recipient::recipients(&event, name);
        assert_eq!(recipients[0].chat, Ok(crate::values::ChatId::Number(7)), "{name}");
    }
}

#[test]
fn the_last_value_of_a_repeated_key_wins() {
    let event =
        BookingEvent::read(br#"{"EventType":1,"CaseItem":{"Id":"a"},"EventType":3036,"CaseItem":{"Place":"b"}}"#);
    let event = event.expect("an event");
    assert_eq!(event.event_type.and_then(EventType::name), Some("CaseCancel"));
    assert_eq!((event.case.id, event.case.place.as_deref()), (None, Some("b")));
}

#[test]
fn the_kind_depends_on_the_time_selection_and_the_start() {
    for (selection, start, kind) in [
        (Some(1), true, BookingKind::Order),
        (Some(2), false, BookingKind::Appointment),
        (Some(3), false, BookingKind::Event),
        (Some(4), true, BookingKind::Appointment),
        (None, true, BookingKind::Appointment),
        (None, false, BookingKind::Order),
        (Some(0), false, BookingKind::Order),
    ] {
        let event = read(&json!({
            "CaseItem": { "StartDate": start.then_some("2024-05-08T08:15:00Z") },
            "Service": { "SessionDurationProperties": { "TimeSelectionType": selection } },
        }));
        assert_eq!(event.kind(), kind, "{selection:?} {start}");
    }
}

#[test]
fn event_types_are_parsed_by_name_or_number() {
    assert_eq!(EventType::parse("caseactionevent"), Some(EventType(3060)));
    assert_eq!(EventType::parse(" 3001 ").and_then(EventType::name), Some("CheckIn"));
    assert_eq!(EventType::parse("77"), Some(EventType(77)));
    assert_eq!(EventType(77).name(), None);
    assert_eq!(EventType::parse("Party"), None);
}
