//! Reads a body into a [`BookingEvent`].

use serde_json::Value;

use super::{
    BookedResource, BookingEvent, Case, ContactField, EventFault, EventType, Expected, Participant, Resource, Service,
    fields::Fields,
    shape::{self, EVENT},
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
    let value = shape::read(text.as_bytes(), &EVENT).map_err(|error| not_json(text, &error))?;
    let Value::Object(map) = &value else { return Err(EventFault::NotAnObject) };
    whole(&Fields::root(map, &EVENT))
}

/// `serde_json` counts a column in bytes, from 0 at the start of a line; a fault counts it in characters, from 1.
fn not_json(text: &str, error: &serde_json::Error) -> EventFault {
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let column = line.char_indices().take_while(|(at, _)| *at < error.column()).count();
    EventFault::NotJson { line: error.line().max(1), column: column.max(1) }
}

fn whole(event: &Fields<'_>) -> Result<BookingEvent, EventFault> {
    let by_name = |text: &str| EventType::parse(text).map(|EventType(number)| number);
    Ok(BookingEvent {
        event_type: event.whole_or("EventType", by_name)?.map(EventType),
        case: case(&event.object("CaseItem")?)?,
        service: service(&event.object("Service")?)?,
        resources: event.each("Resources", Expected::ObjectOrList, resource)?,
        participants: event.each("CaseParticipants", Expected::ObjectOrList, participant)?,
    })
}

fn case(case: &Fields<'_>) -> Result<Case, EventFault> {
    Ok(Case {
        id: case.text("Id")?,
        service_id: case.text("ServiceId")?,
        number: case.object("OrderNumber")?.text("FullNumber")?,
        start: case.date("StartDate")?,
        end: case.date("EndDate")?,
        place: case.text("Place")?,
        description: case.text("Description")?,
        booked: case.each("BookingResourceList", Expected::List, booked)?,
    })
}

fn service(service: &Fields<'_>) -> Result<Service, EventFault> {
    Ok(Service {
        id: service.text("Id")?,
        name: service.object("ItemInfo")?.text("Name")?,
        place: service.text("Place")?,
        time_selection_type: service.object("SessionDurationProperties")?.whole("TimeSelectionType")?,
    })
}

fn resource(resource: &Fields<'_>) -> Result<Resource, EventFault> {
    let price = resource.object("PriceProperties")?;
    Ok(Resource {
        id: resource.text("Id")?,
        name: resource.object("ItemInfo")?.text("Name")?,
        description: resource.text("Description")?,
        sale_price: price.number("SalePrice")?,
        currency: price.text("CurrencyCode")?,
    })
}

fn booked(row: &Fields<'_>) -> Result<BookedResource, EventFault> {
    Ok(BookedResource {
        resource_id: row.text("Tid")?,
        amount: row.number("Amount")?,
        sale_price: row.number("SalePrice")?,
    })
}

fn participant(participant: &Fields<'_>) -> Result<Participant, EventFault> {
    Ok(Participant {
        item_id: participant.text("ItemId")?,
        booked: participant.each("BookingResourceList", Expected::List, booked)?,
        currency: participant.object("PriceProperties")?.text("CurrencyCode")?,
        fields: participant.object("ContactInformation")?.each("Fields", Expected::List, contact_field)?,
    })
}

fn contact_field(field: &Fields<'_>) -> Result<ContactField, EventFault> {
    Ok(ContactField { name: field.text("Name")?, value: field.form_text("Value")? })
}
