//! Where events are read and rendered: that takes a core for as long as it takes, so what is large goes off the async
//! threads, few at a time, and with an end.

use std::{sync::Arc, thread, time::Instant};

use app::words::doors::{self, DoorFault};
use axum::body::Bytes;
use hookgram::{
    event::{BookingEvent, EventFault},
    message::{self, Context},
    profile::Profile,
    recipient,
    values::Language,
};
use tokio::sync::Semaphore;

use crate::store::NewDelivery;

/// Most participants of one event.
const PARTICIPANTS: usize = 1_000;
/// Most bytes of the messages of one event, all together.
const BYTES: usize = 4 * 1024 * 1024;
/// Most that is gone through for them, in [`weight`]'s measure: markup that leaves no text behind costs time too.
const WORK: usize = 64 * 1024 * 1024;
/// Bytes that are gone through in a moment, about a tenth of a millisecond: handing that to another thread costs more.
const AT_ONCE: usize = 64 * 1024;
/// What is said of an event that is over any of these.
const TOO_MUCH: DoorFault = DoorFault::TooMuch { participants: PARTICIPANTS, bytes: BYTES };

/// Runs what takes a core, few at a time.
#[derive(Clone, Debug)]
pub struct Rendering(Arc<Semaphore>);

impl Default for Rendering {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(cores * 2)))
    }
}

impl Rendering {
    /// Reads a body; `None` where that could not be brought to its end.
    pub(crate) async fn read(&self, body: &Bytes) -> Option<Result<BookingEvent, EventFault>> {
        if body.len() <= AT_ONCE {
            return Some(BookingEvent::read(body));
        }
        let body = body.clone();
        self.run(move || BookingEvent::read(&body)).await
    }

    /// Whom an event goes to and what it says to each, and when the former was known; `None` where that could not be
    /// brought to its end.
    pub(super) async fn address(
        &self,
        booking_host: &str,
        profile: &Arc<Profile>,
        event: &Arc<BookingEvent>,
    ) -> Option<Result<(Vec<NewDelivery>, Instant), DoorFault>> {
        if event.participants.len().saturating_mul(weight(event)) <= AT_ONCE {
            return Some(address(booking_host, profile, event));
        }
        let (booking_host, profile, event) = (booking_host.to_owned(), profile.clone(), event.clone());
        self.run(move || address(&booking_host, &profile, &event)).await
    }

    /// What an event says to one of its participants; `None` where that could not be brought to its end.
    pub(crate) async fn address_one(
        &self,
        booking_host: &str,
        profile: &Arc<Profile>,
        event: &Arc<BookingEvent>,
        participant: usize,
    ) -> Option<Result<NewDelivery, DoorFault>> {
        let (booking_host, profile, event) = (booking_host.to_owned(), profile.clone(), event.clone());
        self.run(move || address_one(&booking_host, &profile, &event, participant)).await
    }

    /// Runs it once there is room; `None` where it could not be brought to its end.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let permit = self.0.clone().acquire_owned().await.ok()?;
        // The permit goes along: a caller that hangs up does not end the work.
        let work = move || {
            let done = work();
            drop(permit);
            done
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.inspect_err(|error| tracing::error!(%error, "an event could not be rendered")).ok()
    }
}

/// Whom an event goes to and what it says to each, rendered now: what is accepted is what is sent. And when the former was
/// known.
fn address(
    booking_host: &str,
    profile: &Profile,
    event: &BookingEvent,
) -> Result<(Vec<NewDelivery>, Instant), DoorFault> {
    if event.participants.len() > PARTICIPANTS {
        return Err(TOO_MUCH);
    }
    let field = profile.field_name.as_deref().unwrap_or_default();
    let mut deliveries: Vec<NewDelivery> = Vec::new();
    let recipients = recipient::recipients(event, field);
    let found = Instant::now();
    let reachable = recipients.iter().filter(|recipient| recipient.chat.is_ok()).count();
    if reachable.saturating_mul(weight(event)) > WORK {
        return Err(TOO_MUCH);
    }
    let (mut said, mut bytes) = (false, 0usize);
    for recipient in recipients {
        let participant = recipient.participant;
        let mut skip = |why: String| deliveries.push(NewDelivery { participant, chat: Err(why), parts: Vec::new() });
        let chat = match recipient.chat {
            Ok(chat) => chat.to_string(),
            Err(unusable) => {
                skip(doors::unusable(Language::En, field, &unusable));
                continue;
            }
        };
        let parts = parts(booking_host, profile, event, participant);
        if parts.is_empty() {
            skip(doors::door(Language::En, &DoorFault::NothingToSay));
            continue;
        }
        said = true;
        let twin = |other: &NewDelivery| other.chat.as_ref() == Ok(&chat) && other.parts == parts;
        if deliveries.iter().any(twin) {
            continue;
        }
        bytes = bytes.saturating_add(parts.iter().map(String::len).sum());
        if bytes > BYTES {
            return Err(TOO_MUCH);
        }
        deliveries.push(NewDelivery { participant, chat: Ok(chat), parts });
    }
    match (reachable, said) {
        (0, _) => Err(DoorFault::NoRecipient { field: field.to_owned() }),
        (_, false) => Err(DoorFault::NothingToSay),
        (_, true) => Ok((deliveries, found)),
    }
}

/// The same for one participant alone, whatever the others are told.
fn address_one(
    booking_host: &str,
    profile: &Profile,
    event: &BookingEvent,
    participant: usize,
) -> Result<NewDelivery, DoorFault> {
    let field = profile.field_name.as_deref().unwrap_or_default();
    let recipients = recipient::recipients(event, field);
    let found = recipients.into_iter().find(|recipient| recipient.participant == participant);
    let chat = found.and_then(|recipient| recipient.chat.ok());
    let chat = chat.ok_or_else(|| DoorFault::NoRecipient { field: field.to_owned() })?.to_string();
    let parts = parts(booking_host, profile, event, participant);
    match parts.iter().map(String::len).sum() {
        0 => Err(DoorFault::NothingToSay),
        1..=BYTES => Ok(NewDelivery { participant, chat: Ok(chat), parts }),
        _ => Err(TOO_MUCH),
    }
}

/// Telegram's HTML of each part of what one participant is told.
fn parts(booking_host: &str, profile: &Profile, event: &BookingEvent, participant: usize) -> Vec<String> {
    let field_name = profile.field_name.as_deref();
    let context = Context { event, participant: Some(participant), field_name, booking_host };
    message::render(&profile.formatting, context).parts().iter().map(message::Part::html).collect()
}

/// What each message goes through of what all participants share: bytes of texts, and looks for a resource's row.
fn weight(event: &BookingEvent) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let of_case = length(&event.case.description) + length(&event.case.place) + length(&event.service.place);
    let of_resources: usize =
        event.resources.iter().map(|resource| length(&resource.name) + length(&resource.description)).sum();
    let looks = event.resources.len().saturating_mul(event.case.booked.len());
    of_case.saturating_add(of_resources).saturating_add(looks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rendering_leaves_the_async_threads_alone_and_survives_a_panic() {
        let rendering = Rendering(Arc::new(Semaphore::new(1)));
        let elsewhere = rendering.run(|| thread::current().id()).await.unwrap();
        assert_ne!(elsewhere, thread::current().id());
        assert_eq!(rendering.run(|| -> u8 { panic!("a test's own") }).await, None);
        assert_eq!(rendering.run(|| 7).await, Some(7), "the room of what panicked is free again");
    }
}
