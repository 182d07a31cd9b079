//! Parses events and renders their messages. Both take CPU time and memory, so the cost is estimated first. Small
//! events are handled on the async threads, larger ones on blocking threads. The number of blocking threads, their
//! memory and the wait for both are bounded.

use std::{
    collections::{HashMap, HashSet},
    ops::Deref,
    sync::Arc,
    thread,
    time::Duration,
};

use app::i18n::endpoints;
use axum::body::Bytes;
use hookgram::{
    channel::Limits,
    event::{BookingEvent, EventFault},
    message::{Renderer, StoredMessage, Variant},
    profile::{Formatting, Profile},
    recipient::{self, Recipient, Unusable},
    secret::redact,
    values::Language,
    webhook::WebhookError,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{limits::memory::Memory, secrets::links::Codes, store::NewDelivery};

/// The maximum number of participants of one event (contract §2).
const PARTICIPANTS: usize = 1_000;
/// The maximum size in bytes of all messages of one event together (contract §2).
const BYTES: usize = 4 * 1024 * 1024;
/// The size in bytes up to which a body is parsed, or texts are rendered, on an async thread. This takes about half a
/// millisecond, two at worst.
const AT_ONCE: usize = 32 * 1024;
/// How long an event waits for a thread or for memory, and a body for memory. After that the request is refused with
/// `Retry-After`.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const BODYS_WAIT: Duration = Duration::from_secs(1);
/// The memory in bytes for the bodies of known senders. Their parsed events have as much again, and so have the bodies
/// and the events of strangers.
const MEMORY: usize = 32 << 20;
const STRANGERS_MEMORY: usize = 16 << 20;
const TOO_MUCH: WebhookError = WebhookError::TooMuch { participants: PARTICIPANTS, bytes: BYTES };

/// The kind of an event's sender. Strangers have threads and memory of their own, so that known senders never wait for
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderKind {
    /// A sender with a webhook key, or with a known token.
    Known,
    /// A sender with an unknown token (contract §1, "strangers").
    Stranger,
}

/// Parses and renders events.
#[derive(Clone, Debug)]
pub struct Rendering {
    known: Pool,
    strangers: Pool,
}

/// The threads and memory for one kind of sender.
#[derive(Clone, Debug)]
struct Pool {
    threads: Arc<Semaphore>,
    wait: Duration,
    memory: Memory,
    bodies: Memory,
}

/// A parsed event.
#[derive(Debug)]
pub struct Parsed {
    event: BookingEvent,
    pool: Pool,
    size: usize,
    /// The event's share of the pool's memory. A small event takes a share only when it leaves the async threads.
    share: Option<OwnedSemaphorePermit>,
}

impl Deref for Parsed {
    type Target = BookingEvent;

    fn deref(&self) -> &BookingEvent {
        &self.event
    }
}

impl Default for Rendering {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let pool = |threads, memory| Pool::new(threads, memory, LONGEST_WAIT);
        Self { known: pool(cores, MEMORY), strangers: pool(cores.div_ceil(2), STRANGERS_MEMORY) }
    }
}

impl Rendering {
    fn pool(&self, sender: SenderKind) -> &Pool {
        match sender {
            SenderKind::Known => &self.known,
            SenderKind::Stranger => &self.strangers,
        }
    }

    /// The memory for bodies, which is held from their arrival until the response.
    pub(super) fn bodies(&self, sender: SenderKind) -> &Memory {
        &self.pool(sender).bodies
    }

    /// Parses a body. Returns `None` if no thread or memory was free in time, or the parser panicked.
    pub(crate) async fn read(&self, body: &Bytes, sender: SenderKind) -> Option<Result<Arc<Parsed>, EventFault>> {
        let pool = self.pool(sender).clone();
        let size = parsed_size(body);
        if body.len() <= AT_ONCE {
            return Some(BookingEvent::read(body).map(|event| Parsed { event, pool, size, share: None }.into()));
        }
        let share = Some(pool.memory.take(size).await?);
        let (body, of_event) = (body.clone(), pool.clone());
        let read = move || BookingEvent::read(&body).map(|event| Parsed { event, pool: of_event, size, share }.into());
        pool.run(Some(pool.wait), read).await
    }

    /// Renders the deliveries of an event. Returns `None` if no thread or memory was free in time, or rendering
    /// panicked.
    pub(super) async fn address(
        &self,
        limits: &'static Limits,
        booking_host: &str,
        profile: &Arc<Profile>,
        event: &Arc<Parsed>,
        codes: &Codes,
    ) -> Option<Result<Vec<NewDelivery>, WebhookError>> {
        if event.participants.len() > PARTICIPANTS {
            return Some(Err(TOO_MUCH));
        }
        if work(&profile.formatting, event) <= AT_ONCE {
            return Some(address(limits, booking_host, profile, event, codes));
        }
        let share = match &event.share {
            Some(_) => None,
            None => Some(event.pool.memory.take(event.size).await?),
        };
        let (booking_host, profile, event) = (booking_host.to_owned(), profile.clone(), event.clone());
        let (pool, codes) = (event.pool.clone(), codes.clone());
        let work = move || {
            let done = address(limits, &booking_host, &profile, &event, &codes);
            drop((event, share));
            done
        };
        pool.run(Some(pool.wait), work).await
    }

    /// Renders the delivery to one participant of an event, regardless of the others. Returns `None` if rendering
    /// panicked.
    pub(crate) async fn address_one(
        &self,
        limits: &'static Limits,
        booking_host: &str,
        profile: &Arc<Profile>,
        event: &Arc<Parsed>,
        participant: usize,
        codes: Codes,
    ) -> Option<Result<NewDelivery, WebhookError>> {
        let (booking_host, profile, event) = (booking_host.to_owned(), profile.clone(), event.clone());
        self.run(move || address_one(limits, &booking_host, &profile, &event, participant, &codes)).await
    }

    /// Runs work on a blocking thread for a person who is signed in. Waits for a thread as long as necessary. Returns
    /// `None` if the work panicked.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        self.known.run(None, work).await
    }
}

impl Pool {
    fn new(threads: usize, memory: usize, wait: Duration) -> Self {
        let bodies = Memory::of(memory, wait.min(BODYS_WAIT));
        Self { threads: Arc::new(Semaphore::new(threads)), wait, memory: Memory::of(memory, wait), bodies }
    }

    /// Runs work on a blocking thread. Returns `None` if no thread was free in time, or the work panicked.
    async fn run<T: Send + 'static>(
        &self,
        wait: Option<Duration>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let free = self.threads.clone().acquire_owned();
        let permit = match wait {
            Some(wait) => timeout(wait, free).await.ok()?,
            None => free.await,
        };
        let permit = permit.ok()?;
        // The permit moves into the work, because the work continues after the caller has hung up.
        let work = move || {
            let done = work();
            drop(permit);
            done
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.inspect_err(|error| tracing::error!(%error, "an event could not be rendered")).ok()
    }
}

/// Estimates the memory in bytes that a parsed event takes. Each object and value that is kept costs far more than its
/// text. The number of those that are kept is not known before parsing.
fn parsed_size(body: &[u8]) -> usize {
    const OF_OBJECT: usize = 640;
    const OF_VALUE: usize = 200;
    let count = |wanted: u8| body.iter().filter(|byte| **byte == wanted).count();
    body.len() + count(b'{').saturating_mul(OF_OBJECT) + count(b',').saturating_mul(OF_VALUE)
}

/// An upper bound of the bytes of text that rendering may process. It assumes that each participant gets a different
/// message.
fn work(formatting: &Formatting, event: &BookingEvent) -> usize {
    const OF_ROW: usize = 16;
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let of_operator = length(&formatting.message) + length(&formatting.sign_text);
    let of_case = length(&event.case.description) + length(&event.case.place) + length(&event.service.place);
    let of_resources: usize =
        event.resources.iter().map(|resource| length(&resource.name) + length(&resource.description) + OF_ROW).sum();
    let of_rows = event.case.booked.len() * OF_ROW;
    let of_fields: usize = event
        .participants
        .iter()
        .map(|who| {
            let fields = who.fields.iter().map(|field| length(&field.name) + length(&field.value) + OF_ROW);
            fields.sum::<usize>() + who.booked.len() * OF_ROW
        })
        .sum();
    let shared = of_operator + of_case + of_resources;
    event.participants.len().max(1).saturating_mul(shared).saturating_add(of_rows + of_fields)
}

/// Renders the deliveries of an event when it is accepted, so that the accepted content is what is sent.
fn address(
    limits: &Limits,
    booking_host: &str,
    profile: &Profile,
    event: &BookingEvent,
    codes: &Codes,
) -> Result<Vec<NewDelivery>, WebhookError> {
    let field = profile.field_name.as_deref().unwrap_or_default();
    let recipients = recipient::recipients(event, field).into_iter();
    let recipients = recipients.map(|one| one.checked(codes.bare_ids, |coded| codes.is_right(coded))).collect();
    let renderer = Renderer::new(&profile.formatting, event, profile.field_name.as_deref(), booking_host);
    let deliveries = deliveries(&renderer, field, recipients, |variant| message(limits, &renderer, variant))?;
    Ok(deliveries)
}

/// Builds the deliveries to these recipients. Each distinct message is rendered once. If the messages together exceed
/// the limit, none is rendered.
fn deliveries(
    renderer: &Renderer<'_>,
    field: &str,
    recipients: Vec<Recipient>,
    mut render: impl FnMut(&Variant<'_>) -> StoredMessage,
) -> Result<Vec<NewDelivery>, WebhookError> {
    let mut variants: HashMap<Variant<'_>, usize> = HashMap::new();
    let mut chats: Vec<HashSet<String>> = Vec::new();
    let mut told = Vec::with_capacity(recipients.len());
    for Recipient { participant, chat, .. } in recipients {
        let told_what = chat.map(|chat| {
            let next = variants.len();
            let variant = *variants.entry(renderer.variant(Some(participant))).or_insert(next);
            if variant == next {
                chats.push(HashSet::new());
            }
            let chat = chat.to_string();
            if let Some(chats) = chats.get_mut(variant) {
                chats.insert(chat.clone());
            }
            (chat, variant)
        });
        told.push((participant, told_what));
    }
    if variants.is_empty() {
        let is_wrong = |(_, told): &(usize, Result<_, Unusable>)| {
            matches!(told, Err(Unusable::WrongCode { .. } | Unusable::NoCode { .. }))
        };
        let field = field.to_owned();
        return Err(match told.iter().any(is_wrong) {
            true => WebhookError::WrongCode { field },
            false => WebhookError::NoRecipient { field },
        });
    }

    let readers = |variant: usize| chats.get(variant).map_or(0, HashSet::len);
    let weight = |(variant, index): (&Variant<'_>, &usize)| renderer.weight(variant).saturating_mul(readers(*index));
    if variants.iter().map(weight).fold(0, usize::saturating_add) > BYTES {
        return Err(TOO_MUCH);
    }
    let (mut bytes, mut equal) = (0_usize, HashSet::new());
    let mut messages = vec![StoredMessage::default(); variants.len()];
    for (variant, index) in variants {
        let rendered = render(&variant);
        bytes = bytes.saturating_add(rendered.as_str().len().saturating_mul(readers(index)));
        if bytes > BYTES {
            return Err(TOO_MUCH);
        }
        // Two variants may render to the same message.
        let message = equal.get(&rendered).cloned().unwrap_or(rendered);
        equal.insert(message.clone());
        if let Some(place) = messages.get_mut(index) {
            *place = message;
        }
    }

    // The name of the field may be 30 KB long. It is shortened once here, for all participants that are skipped.
    let quoted_field: String = redact(field).chars().take(64).collect();
    let mut deliveries = Vec::with_capacity(told.len());
    let (mut sent, mut said) = (HashSet::new(), false);
    for (participant, told) in told {
        let mut skip = |why: String| {
            deliveries.push(NewDelivery { participant, chat: Err(why), message: StoredMessage::default() })
        };
        let (chat, message) = match told {
            Ok((chat, variant)) => (chat, messages.get(variant).cloned().unwrap_or_default()),
            Err(unusable) => {
                skip(endpoints::unusable(Language::En, &quoted_field, &unusable));
                continue;
            }
        };
        if message.is_empty() {
            skip(endpoints::endpoint(Language::En, &WebhookError::NothingToSay));
            continue;
        }
        said = true;
        if sent.insert((chat.clone(), message.as_str().as_ptr())) {
            deliveries.push(NewDelivery { participant, chat: Ok(chat), message });
        }
    }
    if said { Ok(deliveries) } else { Err(WebhookError::NothingToSay) }
}

fn address_one(
    limits: &Limits,
    booking_host: &str,
    profile: &Profile,
    event: &BookingEvent,
    participant: usize,
    codes: &Codes,
) -> Result<NewDelivery, WebhookError> {
    let field = profile.field_name.as_deref().unwrap_or_default();
    let one = recipient::recipient(event, field, participant);
    let one = one.map(|one| one.checked(codes.bare_ids, |coded| codes.is_right(coded)));
    let chat = one.and_then(|one| one.chat.ok());
    let chat = chat.ok_or_else(|| WebhookError::NoRecipient { field: field.to_owned() })?.to_string();
    let renderer = Renderer::new(&profile.formatting, event, profile.field_name.as_deref(), booking_host);
    let variant = renderer.variant(Some(participant));
    if renderer.weight(&variant) > BYTES {
        return Err(TOO_MUCH);
    }
    let message = message(limits, &renderer, &variant);
    match message.as_str().len() {
        0 => Err(WebhookError::NothingToSay),
        1..=BYTES => Ok(NewDelivery { participant, chat: Ok(chat), message }),
        _ => Err(TOO_MUCH),
    }
}

fn message(limits: &Limits, renderer: &Renderer<'_>, variant: &Variant<'_>) -> StoredMessage {
    StoredMessage::of(&renderer.render(variant).parts(limits))
}

#[cfg(test)]
mod tests {
    use hookgram::parameters::Parameter;

    use super::*;

    const CHATS: usize = 1_000;

    /// Returns an event with [`CHATS`] participants, each with a chat of its own and with these names in turn.
    fn event(names: &[&str]) -> BookingEvent {
        let field = |name: &str, value: &str| format!(r#"{{"Name":"{name}","Value":"{value}"}}"#);
        let participant = |(chat, name): (usize, &&str)| {
            let fields = [field("*TelegramId", &(chat + 1).to_string()), field("Name", name)].join(",");
            format!(r#"{{"ContactInformation":{{"Fields":[{fields}]}}}}"#)
        };
        let participants: Vec<String> = (0..CHATS).zip(names.iter().cycle()).map(participant).collect();
        BookingEvent::read(format!(r#"{{"CaseParticipants":[{}]}}"#, participants.join(",")).as_bytes()).unwrap()
    }

    fn profile(message: &str, shows_contact: bool) -> Profile {
        let mut profile = Profile::default();
        profile.set(Parameter::TelegramFieldName, "*TelegramId").unwrap();
        profile.set(Parameter::Message, message).unwrap();
        profile.set(Parameter::HideContactInfo, if shows_contact { "false" } else { "true" }).unwrap();
        profile
    }

    /// Returns the deliveries of an event, and how many messages were rendered for them.
    fn render(profile: &Profile, event: &BookingEvent) -> (Result<Vec<NewDelivery>, WebhookError>, usize) {
        let renderer = Renderer::new(&profile.formatting, event, Some("*TelegramId"), "https://torrow.net");
        let mut rendered = 0;
        let recipients = recipient::recipients(event, "*TelegramId");
        let deliveries = deliveries(&renderer, "*TelegramId", recipients, |variant| {
            rendered += 1;
            message(&Limits::TELEGRAM, &renderer, variant)
        });
        (deliveries, rendered)
    }

    #[test]
    fn participants_with_the_same_message_share_one_rendered_text() {
        let names = ["Anna", "Boris", "Clara"];
        for (shows_contact, texts) in [(false, 1), (true, names.len())] {
            let (deliveries, rendered) = render(&profile("Hello", shows_contact), &event(&names));
            let deliveries = deliveries.unwrap();
            assert_eq!((deliveries.len(), rendered), (CHATS, texts));
            for (first, later) in deliveries.iter().zip(&deliveries[texts..]) {
                assert!(std::ptr::eq(first.message.as_str(), later.message.as_str()));
            }
            let of_first = deliveries[0].message.as_str();
            assert_eq!(of_first.contains("Name: Anna"), shows_contact, "{of_first}");
        }
    }

    #[test]
    fn an_event_whose_messages_are_too_large_is_refused_before_rendering() {
        let event = event(&["Anna"]);
        // All participants get the same message, but the limit counts the bytes of every copy that is sent.
        let (refused, rendered) = render(&profile(&"a".repeat(30_000), false), &event);
        assert_eq!((refused.unwrap_err(), rendered), (TOO_MUCH, 0));
        let (taken, rendered) = render(&profile(&"a".repeat(4_000), false), &event);
        assert_eq!((taken.unwrap().len(), rendered), (CHATS, 1));
        // The estimate ignores markup, but the limit counts it: each part repeats the link.
        let link = format!("<a href=\"https://a.b/{}\">{}</a>", "x".repeat(2_000), "a".repeat(4_000));
        let (refused, rendered) = render(&profile(&link, false), &event);
        assert_eq!((refused.unwrap_err(), rendered), (TOO_MUCH, 1));
    }

    #[test]
    fn a_chat_that_is_named_twice_gets_each_different_text_once() {
        let mut event = event(&["Anna", "Boris"]);
        for participant in &mut event.participants {
            participant.fields[0].value = Some("5".to_owned());
        }
        let (deliveries, rendered) = render(&profile("Hello", true), &event);
        assert_eq!((deliveries.unwrap().len(), rendered), (2, 2));
    }

    /// Returns a rendering that does not wait, with these threads and this memory for known senders.
    fn rendering(threads: usize, memory: usize) -> Rendering {
        Rendering { known: Pool::new(threads, memory, Duration::ZERO), strangers: Pool::new(1, MEMORY, LONGEST_WAIT) }
    }

    #[tokio::test]
    async fn a_large_event_needs_a_free_thread_and_a_small_one_does_not() {
        let rendering = rendering(0, MEMORY);
        let heavy: Bytes = format!(r#"{{"x":"{}"}}"#, "a".repeat(AT_ONCE)).into();
        assert!(rendering.read(&heavy, SenderKind::Known).await.is_none(), "refused once it has waited long enough");
        assert!(
            rendering.read(&heavy, SenderKind::Stranger).await.is_some_and(|read| read.is_ok()),
            "strangers have their own"
        );
        let light: Bytes =
            r#"{"CaseParticipants":[{"ContactInformation":{"Fields":[{"Name":"x","Value":"5"}]}}]}"#.into();
        let light = rendering.read(&light, SenderKind::Known).await.unwrap().unwrap();
        let of = |message: &str| {
            let mut profile = profile(message, false);
            profile.set(Parameter::TelegramFieldName, "x").unwrap();
            Arc::new(profile)
        };
        let bare = Codes { key: None, bare_ids: true };
        assert!(
            rendering
                .address(&Limits::TELEGRAM, "", &of("Hello"), &light, &bare)
                .await
                .is_some_and(|made| made.is_ok())
        );
        assert!(rendering.address(&Limits::TELEGRAM, "", &of(&"a".repeat(AT_ONCE)), &light, &bare).await.is_none());
    }

    #[tokio::test]
    async fn parsed_events_stay_within_the_memory_budget() {
        let rendering = rendering(4, 1 << 20);
        let body: Bytes = format!(r#"{{"x":"{}"}}"#, "a".repeat(600 * 1024)).into();
        let first = rendering.read(&body, SenderKind::Known).await.unwrap().unwrap();
        assert!(rendering.read(&body, SenderKind::Known).await.is_none());
        drop(first);
        assert!(rendering.read(&body, SenderKind::Known).await.is_some());
    }

    #[tokio::test]
    async fn rendering_runs_off_the_async_threads_and_survives_a_panic() {
        let rendering = rendering(1, MEMORY);
        let elsewhere = rendering.run(|| thread::current().id()).await.unwrap();
        assert_ne!(elsewhere, thread::current().id());
        assert_eq!(rendering.run(|| -> u8 { panic!("a test's own") }).await, None);
        assert_eq!(rendering.run(|| 7).await, Some(7), "the room of what panicked is free again");
    }
}
