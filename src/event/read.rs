//! Reads a body into a [`BookingEvent`].

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::{
    BookedResource, BookingEvent, Case, ContactField, EventFault, EventType, Expected, Participant, Resource, Service,
    fields::{Fields, Notes, Unreadable},
    shape::{self, EVENT, Kept},
};

pub(super) fn event(body: &[u8]) -> Result<BookingEvent, EventFault> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    let marked = body.strip_prefix(BYTE_ORDER_MARK);
    let skipped = marked.map_or(0, |_| BYTE_ORDER_MARK.len());
    let text = std::str::from_utf8(marked.unwrap_or(body))
        .map_err(|error| EventFault::NotUtf8 { offset: skipped + error.valid_up_to() })?;
    if text.trim().is_empty() {
        return Err(EventFault::Empty);
    }
    let value = shape::read(&whole_characters(text), &EVENT).map_err(|error| not_json(text, &error))?;
    let Kept::Object(map) = &value else { return Err(EventFault::NotAnObject) };
    let notes = Notes::default();
    let event = whole(&Fields::root(map, &EVENT, &notes));
    Ok(BookingEvent { unread: notes.into_list(), ..event })
}

/// Replaces each escape of an unpaired surrogate with the escape of U+FFFD, which has the same length. A service writes
/// unpaired surrogates when it cuts a text in the middle of an emoji.
fn whole_characters(json: &str) -> Cow<'_, str> {
    const REPLACEMENT: &str = "\\ufffd";
    let unit = |at: usize| {
        let digits = json.get(at..at + REPLACEMENT.len())?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut kept, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(next) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += next;
        at += match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + REPLACEMENT.len()), Some(0xdc00..=0xdfff)) => {
                2 * REPLACEMENT.len()
            }
            Some(0xd800..=0xdfff) => {
                kept.push_str(json.get(copied..at).unwrap_or_default());
                kept.push_str(REPLACEMENT);
                copied = at + REPLACEMENT.len();
                REPLACEMENT.len()
            }
            // Skips the backslash and the byte after it. If that byte starts a longer character, the text is not valid
            // JSON.
            _ => 2,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    kept.push_str(json.get(copied..).unwrap_or_default());
    Cow::Owned(kept)
}

/// `serde_json` counts columns in bytes, from 0 at the start of a line. A fault counts them in characters, from 1.
fn not_json(text: &str, error: &serde_json::Error) -> EventFault {
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let column = line.char_indices().take_while(|(at, _)| *at < error.column()).count();
    EventFault::NotJson { line: error.line().max(1), column: column.max(1) }
}

fn whole(event: &Fields<'_>) -> BookingEvent {
    let by_name = |text: &str| EventType::parse(text).map(|EventType(number)| number);
    BookingEvent {
        event_type: event.whole_or("EventType", by_name).map(EventType),
        case: case(&event.object("CaseItem")),
        service: service(&event.object("Service")),
        resources: event.each("Resources", Expected::ObjectOrList, resource),
        participants: event.each("CaseParticipants", Expected::ObjectOrList, participant),
        unread: Vec::new(),
    }
}

fn case(case: &Fields<'_>) -> Case {
    Case {
        id: case.id("Id"),
        service_id: case.id("ServiceId"),
        number: case.object("OrderNumber").id("FullNumber"),
        start: case.date("StartDate"),
        end: case.date("EndDate"),
        place: case.text("Place"),
        description: case.text("Description"),
        booked: case.each("BookingResourceList", Expected::List, booked),
    }
}

fn service(service: &Fields<'_>) -> Service {
    Service {
        id: service.id("Id"),
        name: service.object("ItemInfo").text("Name"),
        place: service.text("Place"),
        time_selection_type: service.object("SessionDurationProperties").whole("TimeSelectionType"),
    }
}

fn resource(resource: &Fields<'_>) -> Resource {
    let price = resource.object("PriceProperties");
    Resource {
        id: resource.id("Id"),
        name: resource.object("ItemInfo").text("Name"),
        description: resource.text("Description"),
        sale_price: price.number("SalePrice").unwrap_or_default(),
        currency: price.id("CurrencyCode"),
    }
}

fn booked(row: &Fields<'_>) -> BookedResource {
    let (amount, sale_price) = (row.number("Amount"), row.number("SalePrice"));
    // A price of 0 is hidden and is not replaced by another price. If the amount is unknown, any sum would be wrong.
    let sale_price = match (&amount, sale_price) {
        (Ok(_), Ok(price)) => price,
        (Err(Unreadable), _) | (_, Err(Unreadable)) => Some(Decimal::ZERO),
    };
    BookedResource { resource_id: row.id("Tid"), amount: amount.unwrap_or_default(), sale_price }
}

fn participant(participant: &Fields<'_>) -> Participant {
    Participant {
        item_id: participant.id("ItemId"),
        booked: participant.each("BookingResourceList", Expected::List, booked),
        currency: participant.object("PriceProperties").id("CurrencyCode"),
        fields: participant.object("ContactInformation").each("Fields", Expected::List, contact_field),
    }
}

fn contact_field(field: &Fields<'_>) -> ContactField {
    ContactField {
        kind: field.code("ParticipationFieldType"),
        name: field.name("Name"),
        value: field.form_text("Value"),
    }
}
