//! The bookings that events name, for the customers' `/my`.

use hookgram::{
    event::{BookingEvent, EventType},
    message,
    profile::Profile,
    recipient,
    values::ChatId,
};

use crate::{secrets::links::Codes, time::Millis};

/// A booking as read from an event. It is stored if the event's bot is a booking bot.
#[derive(Clone, Debug)]
pub struct NewBooking {
    /// `CaseItem.Id`.
    pub case_id: String,
    /// The start time; `None` for an order.
    pub starts_at: Option<Millis>,
    /// The name of the service.
    pub service: Option<String>,
    /// The number as the booking service writes it.
    pub number: Option<String>,
    /// The link to the booking.
    pub link: Option<String>,
    /// Whether the event cancels the booking.
    pub cancelled: bool,
    /// The private chats of its participants.
    pub customers: Vec<i64>,
}

impl NewBooking {
    /// Reads the booking from an event; `None` if the event names no booking or no customer. The link starts with
    /// `booking_url`.
    #[must_use]
    pub fn of(profile: &Profile, event: &BookingEvent, codes: &Codes, booking_url: &str) -> Option<Self> {
        let field = profile.field_name.as_deref().unwrap_or_default();
        let recipients = recipient::recipients(event, field).into_iter();
        let recipients = recipients.map(|one| one.checked(codes.bare_ids, |coded| codes.is_right(coded)));
        let mut customers: Vec<i64> = recipients
            .filter_map(|one| match one.chat {
                Ok(ChatId::Number(chat)) if chat > 0 => Some(chat),
                _ => None,
            })
            .collect();
        customers.sort_unstable();
        customers.dedup();
        let case_id = event.case.id.clone()?;
        if customers.is_empty() {
            return None;
        }
        Some(Self {
            link: Some(message::case_link(booking_url, &case_id)),
            case_id,
            starts_at: event.case.start.map(|start| start.timestamp_millis()),
            service: event.service.name.clone(),
            number: event.case.number.clone(),
            cancelled: event.event_type == Some(EventType::CANCELLED),
            customers,
        })
    }
}
