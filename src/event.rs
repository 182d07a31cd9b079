//! A booking event, and the tolerant reader for it (contract §4).

mod date;
mod fields;
mod read;
mod shape;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

/// The fields of a booking event that Hookgram uses. Blank texts become `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BookingEvent {
    /// `EventType`.
    pub event_type: Option<EventType>,
    /// `CaseItem`.
    pub case: Case,
    /// `Service`.
    pub service: Service,
    /// `Resources`, one or many.
    pub resources: Vec<Resource>,
    /// `CaseParticipants`, one or many.
    pub participants: Vec<Participant>,
    /// Fields that have a value but cannot be read, in the order of the event; at most 20.
    pub unread: Vec<UnreadField>,
}

/// `CaseItem`: the booking.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// `Id`.
    pub id: Option<String>,
    /// `ServiceId`.
    pub service_id: Option<String>,
    /// `OrderNumber.FullNumber`.
    pub number: Option<String>,
    /// `StartDate`.
    pub start: Option<DateTime<Utc>>,
    /// `EndDate`.
    pub end: Option<DateTime<Utc>>,
    /// `Place`.
    pub place: Option<String>,
    /// `Description`; may contain HTML.
    pub description: Option<String>,
    /// `BookingResourceList`.
    pub booked: Vec<BookedResource>,
}

/// `Service`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// `Id`.
    pub id: Option<String>,
    /// `ItemInfo.Name`.
    pub name: Option<String>,
    /// `Place`.
    pub place: Option<String>,
    /// `SessionDurationProperties.TimeSelectionType`.
    pub time_selection_type: Option<i64>,
}

/// One of `Resources`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// `Id`.
    pub id: Option<String>,
    /// `ItemInfo.Name`.
    pub name: Option<String>,
    /// `Description`; may contain HTML.
    pub description: Option<String>,
    /// `PriceProperties.SalePrice`.
    pub sale_price: Option<Decimal>,
    /// `PriceProperties.CurrencyCode`.
    pub currency: Option<String>,
}

/// A row of a `BookingResourceList`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BookedResource {
    /// `Tid`, the resource's `Id`.
    pub resource_id: Option<String>,
    /// `Amount`.
    pub amount: Option<Decimal>,
    /// `SalePrice`, the price of one unit.
    pub sale_price: Option<Decimal>,
}

/// One of `CaseParticipants`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Participant {
    /// `ItemId`: the booking's id.
    pub item_id: Option<String>,
    /// `BookingResourceList`.
    pub booked: Vec<BookedResource>,
    /// `PriceProperties.CurrencyCode`.
    pub currency: Option<String>,
    /// `ContactInformation.Fields`.
    pub fields: Vec<ContactField>,
}

/// One of `ContactInformation.Fields`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactField {
    /// `ParticipationFieldType`. `None` if it is not a whole number.
    pub kind: Option<i64>,
    /// `Name`.
    pub name: Option<String>,
    /// `Value`.
    pub value: Option<String>,
}

/// `EventType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventType(pub i64);

impl EventType {
    /// A booking was cancelled.
    pub const CANCELLED: Self = Self(3036);

    /// The event types that have a name.
    pub const NAMED: [(Self, &'static str); 10] = [
        (Self(3001), "CheckIn"),
        (Self(3036), "CaseCancel"),
        (Self(3041), "UpdateCase"),
        (Self(3042), "UpdateCaseTime"),
        (Self(3043), "UpdateCasePlace"),
        (Self(3044), "ApproveCaseParticipation"),
        (Self(3045), "ConfirmCaseParticipation"),
        (Self(3052), "ApproveMoneyReceive"),
        (Self(3053), "RejectMoneyReceive"),
        (Self(3060), "CaseActionEvent"),
    ];

    /// The name. `None` for a type that has only a number.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(t, _)| *t == self).map(|(_, name)| *name)
    }

    /// Reads a name (in any case) or a number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let named = Self::NAMED.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(named, _)| *named);
        named.or_else(|| text.parse().ok().map(Self))
    }
}

/// The kind of a booking (contract §4). It determines the labels and the links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingKind {
    /// An order.
    Order,
    /// An appointment.
    Appointment,
    /// A group event.
    Event,
}

/// Why a body is not a booking event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventFault {
    /// The body is empty or only white space.
    Empty,
    /// The body is not UTF-8.
    NotUtf8 {
        /// The offset in bytes of the first invalid byte.
        offset: usize,
    },
    /// Not JSON.
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON, but not an object.
    NotAnObject,
}

/// A field of an event that Hookgram uses but cannot read. The message is sent without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadField {
    /// Its path: `CaseItem.StartDate`, `Resources[1].ItemInfo`.
    pub path: String,
    /// The expected type.
    pub expected: Expected,
}

/// The expected type of a field of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Expected {
    Object,
    ObjectOrList,
    List,
    Text,
    Number,
    WholeNumber,
    Date,
}

impl BookingEvent {
    /// Reads an event from the body of a request. Fields that cannot be read are listed in `unread`.
    ///
    /// # Errors
    /// If the body is not a JSON object in UTF-8.
    pub fn read(body: &[u8]) -> Result<Self, EventFault> {
        read::event(body)
    }

    /// The kind of the booking.
    #[must_use]
    pub fn kind(&self) -> BookingKind {
        match self.service.time_selection_type {
            Some(1) => BookingKind::Order,
            Some(2) => BookingKind::Appointment,
            Some(3) => BookingKind::Event,
            _ if self.case.start.is_some() || self.unread.iter().any(|field| field.path == "CaseItem.StartDate") => {
                BookingKind::Appointment
            }
            _ => BookingKind::Order,
        }
    }
}

#[cfg(test)]
mod tests;
