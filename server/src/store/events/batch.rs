//! Writes a batch of events as rows. The database is queried once for the whole batch, and few statements insert the
//! rows.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use data_encoding::HEXUPPER;
use hookgram::{
    channel::ChannelKind,
    delivery::{DeliveryState, FailureCause},
    webhook::EventOutcome,
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection, query_builder::Separated};

use crate::{
    store::{
        SenderKey, StoreError,
        bots::suspended::{cause_of, is_suspended, mark},
        customers::bookings,
        events::{
            AcceptedEvent, NewDelivery, Received, TokenSource, replay,
            strangers::{Admission, Admitted, Stateless},
        },
        mails::failures::{Failure, add_deliveries},
        names::{ChannelCode, MaybeNamed, quoted},
        queue::heads::json,
    },
    time::Millis,
};

/// The maximum number of rows of one INSERT. Smaller numbers are split into powers of two, so that only a few
/// statements are ever prepared.
const ROWS: usize = 64;
const DAY: Millis = 86_400_000;

/// An accepted event that may be the first copy of a duplicate.
#[derive(FromRow)]
struct First {
    fingerprint: Vec<u8>,
    id: i64,
    public_id: String,
    received_at: Millis,
}

#[derive(Clone, Default, FromRow)]
struct Sender {
    id: i64,
    bot_id: Option<i64>,
    #[sqlx(rename = "lane")]
    sender_key: Vec<u8>,
    /// Whether the bot is suspended, so that sending with its token would be useless.
    suspended: bool,
    /// The cause that is stored with the bot's suspended deliveries.
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    suspended_for: Option<FailureCause>,
    version: i64,
}

struct EventRow<'a> {
    id: i64,
    event: &'a AcceptedEvent,
    sealed: Option<&'a [u8]>,
    outcome: EventOutcome,
    duplicate_of: Option<i64>,
    admitted: Admitted,
}

struct TextRow<'a> {
    id: i64,
    event_id: i64,
    parts: &'a str,
}

struct DeliveryRow<'a> {
    id: i64,
    event_id: i64,
    event: &'a AcceptedEvent,
    sender: &'a Sender,
    participant: i64,
    chat: Option<&'a str>,
    error: Option<&'a str>,
    /// The message; empty if it is one of the shared texts.
    parts: &'a str,
    stranger: bool,
    text_id: Option<i64>,
    /// Whether no earlier delivery of this batch waits in the same chat.
    first_in_chat: bool,
}

impl DeliveryRow<'_> {
    fn state(&self) -> DeliveryState {
        match (self.chat, self.sender.suspended) {
            (None, _) => DeliveryState::Skipped,
            (Some(_), true) => DeliveryState::Suspended,
            (Some(_), false) => DeliveryState::Waiting,
        }
    }
}

/// Writes a batch inside a write transaction. Returns the outcomes of the events in their order.
pub(in crate::store) async fn write(
    tx: &mut SqliteConnection,
    events: &[AcceptedEvent],
    sealed_tokens: &[Option<Vec<u8>>],
) -> Result<Vec<Received>, StoreError> {
    let firsts = first_copies(tx, events).await?;
    let senders = senders(tx, events).await?;
    let mut admission = Admission::read(tx, events).await?;
    let mut replayable = replay::replayable(tx, events).await?;
    let (event_id, delivery_id, text_id) = last_ids(tx).await?;
    let mut rows = Rows {
        events: Vec::with_capacity(events.len()),
        texts: Vec::new(),
        deliveries: Vec::new(),
        event_id,
        delivery_id,
        text_id,
    };
    let mut received = Vec::with_capacity(events.len());
    let mut accepted: HashMap<&[u8], (i64, &AcceptedEvent)> = HashMap::new();
    let mut heads: HashSet<(&[u8], &str)> = HashSet::new();
    for (event, sealed) in events.iter().zip(sealed_tokens) {
        let sealed = sealed.as_deref();
        let sender = senders.get(&event.whose());
        if event.version.is_some() && event.version != sender.map(|sender| sender.version) {
            received.push(Received::Outdated);
            continue;
        }
        if event.replay.as_ref().is_some_and(|replay| !replayable.remove(&replay.of)) {
            received.push(Received::Replaced);
            continue;
        }
        let watches = !event.skipped && event.duplicate_window > 0;
        let before = firsts.iter().find(|first| watches && event.is_copy_of(&first.fingerprint, first.received_at));
        let beside = accepted
            .get(event.fingerprint.as_slice())
            .filter(|(_, first)| watches && event.is_copy_of(&first.fingerprint, first.received_at));
        let first = before
            .map(|first| (first.id, first.public_id.clone()))
            .or_else(|| beside.map(|(id, first)| (*id, first.public_id.clone())));
        if let Some((_, public_id)) = first.as_ref().filter(|_| event.replay.is_some()) {
            received.push(Received::Duplicate(public_id.clone()));
            continue;
        }
        if let Some((id, public_id)) = first {
            rows.event(event, None, EventOutcome::Duplicate, Some(id), admission.standing(event));
            received.push(Received::Duplicate(public_id));
            continue;
        }
        let admitted = admission.admit(event);
        if admitted == Admitted::Full {
            received.push(Received::Full);
            continue;
        }
        received.push(Received::Accepted);
        if event.skipped {
            rows.event(event, sealed, EventOutcome::Skipped, None, admitted);
            continue;
        }
        let id = rows.event(event, sealed, EventOutcome::Accepted, None, admitted);
        let sender = sender.ok_or(StoreError::NotFound)?;
        let shared = rows.share_texts(id, &event.deliveries);
        for delivery in &event.deliveries {
            let text_id = shared.get(&delivery.message.as_str().as_ptr()).copied();
            let parts = if text_id.is_some() { "" } else { delivery.message.as_str() };
            let (chat, error) = match &delivery.chat {
                Ok(chat) => (Some(chat.as_str()), None),
                Err(why) => (None, Some(why.as_str())),
            };
            rows.delivery_id += 1;
            rows.deliveries.push(DeliveryRow {
                id: rows.delivery_id,
                event_id: id,
                event,
                sender,
                participant: i64::try_from(delivery.participant).unwrap_or(i64::MAX),
                chat,
                error,
                parts,
                text_id,
                stranger: admitted == Admitted::Stranger,
                first_in_chat: chat.is_some_and(|chat| !sender.suspended && heads.insert((&sender.sender_key, chat))),
            });
        }
        if event.deliveries.iter().any(|delivery| delivery.chat.is_ok()) {
            accepted.insert(&event.fingerprint, (id, event));
        }
    }
    rows.insert(tx).await?;
    let new = rows.events.iter().filter(|row| row.outcome != EventOutcome::Duplicate);
    bookings::put(tx, new.map(|row| row.event)).await?;
    for row in rows.events.iter().filter(|row| row.outcome == EventOutcome::Accepted) {
        replay::record(tx, row.event).await?;
        rows.tell_of_parked(tx, row).await?;
    }
    Ok(received)
}

impl AcceptedEvent {
    /// Whether this event is a copy of one with this fingerprint that was accepted at that time.
    fn is_copy_of(&self, fingerprint: &[u8], received_at: Millis) -> bool {
        self.fingerprint == fingerprint && received_at > self.received_at.saturating_sub(self.duplicate_window)
    }

    /// The key of the event's sender in the map of [`senders`].
    fn whose(&self) -> Whose<'_> {
        match &self.token {
            TokenSource::Profile(id) => Whose::Profile { id: *id, channel: self.channel },
            TokenSource::Event { sender: sender_key, .. } => {
                Whose::Itself { bot_id: self.bot_id, sender_key: sender_key.as_bytes() }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Whose<'a> {
    Profile { id: i64, channel: ChannelKind },
    Itself { bot_id: Option<i64>, sender_key: &'a [u8] },
}

/// The possible first copies, earliest first. An event whose deliveries have all failed or been skipped does not count.
async fn first_copies(tx: &mut SqliteConnection, events: &[AcceptedEvent]) -> Result<Vec<First>, StoreError> {
    let watching = || events.iter().filter(|event| !event.skipped && event.duplicate_window > 0);
    let Some(earliest) = watching().map(|event| event.received_at.saturating_sub(event.duplicate_window)).min() else {
        return Ok(Vec::new());
    };
    let latest = watching().map(|event| event.received_at).max().unwrap_or(earliest);
    let days: Vec<Millis> = (earliest.max(0) / DAY..=latest.max(0) / DAY).collect();
    let fingerprints: Vec<String> = watching().map(|event| HEXUPPER.encode(&event.fingerprint)).collect();
    Ok(sqlx::query_as(FIRST_COPIES).bind(json(&days)).bind(json(&fingerprints)).fetch_all(tx).await?)
}

pub(in crate::store) const FIRST_COPIES: &str = concat!(
    "SELECT e.fingerprint, e.id, e.public_id, e.received_at FROM events e
     WHERE e.received_at / 86400000 IN (SELECT value FROM json_each(?1))
     AND e.fingerprint IN (SELECT unhex(value) FROM json_each(?2)) AND e.outcome = ",
    quoted!(EventOutcome::Accepted),
    "
     AND EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.state NOT IN (",
    quoted!(DeliveryState::Failed),
    ", ",
    quoted!(DeliveryState::Skipped),
    "))
     ORDER BY e.id"
);

async fn senders<'a>(
    tx: &mut SqliteConnection,
    events: &'a [AcceptedEvent],
) -> Result<HashMap<Whose<'a>, Sender>, StoreError> {
    let mut profiles: Vec<i64> = events.iter().filter_map(|event| event.token.profile()).collect();
    profiles.sort_unstable();
    profiles.dedup();
    let stored: Vec<Sender> = sqlx::query_as(concat!(
        "SELECT p.id, p.bot_id, coalesce(b.sender, x'') AS lane, coalesce(",
        is_suspended!(),
        ", 0) AS suspended, ",
        mark!(),
        " AS suspended_for, p.version FROM profiles p LEFT JOIN bots b ON b.id = p.bot_id
         WHERE p.id IN (SELECT value FROM json_each(?1))"
    ))
    .bind(json(&profiles))
    .fetch_all(tx)
    .await?;
    let mut senders = HashMap::new();
    for event in events {
        let whose = event.whose();
        let sender = match whose {
            Whose::Itself { bot_id, sender_key } => {
                Some(Sender { bot_id, sender_key: sender_key.to_vec(), ..Sender::default() })
            }
            Whose::Profile { id, channel } => {
                let stored = stored.iter().find(|sender| sender.id == id);
                stored.map(|stored| match channel.needs_token() {
                    true => stored.clone(),
                    false => Sender { version: stored.version, ..Sender::default() },
                })
            }
        };
        if let Some(sender) = sender {
            senders.insert(whose, sender);
        }
    }
    Ok(senders)
}

/// The highest ids ever assigned to events and deliveries, and the highest id of a text. Only this transaction can
/// assign the next ones.
pub(in crate::store) async fn last_ids(tx: &mut SqliteConnection) -> Result<(i64, i64, i64), StoreError> {
    Ok(sqlx::query_as(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0),
         coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'), 0),
         coalesce((SELECT max(id) FROM texts), 0)",
    )
    .fetch_one(tx)
    .await?)
}

struct Rows<'a> {
    events: Vec<EventRow<'a>>,
    texts: Vec<TextRow<'a>>,
    deliveries: Vec<DeliveryRow<'a>>,
    event_id: i64,
    delivery_id: i64,
    text_id: i64,
}

impl<'a> Rows<'a> {
    fn event(
        &mut self,
        event: &'a AcceptedEvent,
        sealed: Option<&'a [u8]>,
        outcome: EventOutcome,
        duplicate_of: Option<i64>,
        admitted: Admitted,
    ) -> i64 {
        self.event_id += 1;
        self.events.push(EventRow { id: self.event_id, event, sealed, outcome, duplicate_of, admitted });
        self.event_id
    }

    /// Adds a row for each text that several of these deliveries share. Returns the ids of the rows by the address of
    /// the text.
    fn share_texts(&mut self, event_id: i64, deliveries: &'a [NewDelivery]) -> HashMap<*const u8, i64> {
        let mut shared = HashMap::new();
        if deliveries.len() < 2 {
            return shared;
        }
        let mut seen = HashSet::new();
        for parts in deliveries.iter().map(|delivery| delivery.message.as_str()).filter(|parts| !parts.is_empty()) {
            if !seen.insert(parts.as_ptr())
                && let Entry::Vacant(place) = shared.entry(parts.as_ptr())
            {
                self.text_id += 1;
                place.insert(self.text_id);
                self.texts.push(TextRow { id: self.text_id, event_id, parts });
            }
        }
        shared
    }

    async fn insert(&self, tx: &mut SqliteConnection) -> Result<(), StoreError> {
        insert(
            tx,
            "INSERT INTO events (id, public_id, profile_id, bot_id, field_name, received_at, event_type, order_number,
             parameters, overrides, token, fingerprint, outcome, http_status, duplicate_of, replay_of, case_id) ",
            &self.events,
            |row, of| {
                let event = of.event;
                row.push_bind(of.id)
                    .push_bind(&event.public_id)
                    .push_bind(event.token.profile())
                    .push_bind(event.bot_id)
                    .push_bind(&event.field_name)
                    .push_bind(event.received_at)
                    .push_bind(event.event_type)
                    .push_bind(&event.order_number)
                    .push_bind(&event.parameters)
                    .push_bind(&event.overrides)
                    // A duplicate sends nothing, so its token is not stored.
                    .push_bind(of.sealed.filter(|_| of.duplicate_of.is_none()))
                    .push_bind(&event.fingerprint)
                    .push_bind(of.outcome.name())
                    .push("200")
                    .push_bind(of.duplicate_of)
                    .push_bind(event.replay.as_ref().map(|replay| replay.of))
                    .push_bind(event.booking.as_ref().map(|booking| booking.case_id.as_str()));
            },
        )
        .await?;
        // A duplicate has the body of its first copy.
        let bodies: Vec<&EventRow<'_>> = self.events.iter().filter(|row| row.duplicate_of.is_none()).collect();
        insert(tx, "INSERT INTO payloads (event_id, encoding, body) ", &bodies, |row, of| {
            let payload = &of.event.payload;
            row.push_bind(of.id).push_bind(payload.encoding).push_bind(&payload.body);
        })
        .await?;
        // A duplicate of a known token does not count as waiting, and is not deleted with the strangers' events.
        let bounded: Vec<(&EventRow<'_>, &Stateless, &SenderKey)> = self
            .events
            .iter()
            .filter(|row| row.duplicate_of.is_none() || row.admitted == Admitted::Stranger)
            .filter_map(|row| Some((row, row.event.stateless.as_ref()?, row.event.token.sender()?)))
            .collect();
        insert(
            tx,
            "INSERT INTO stateless_events (event_id, lane, address, bytes, finished_at) ",
            &bounded,
            |row, (of, stateless, sender_key)| {
                let event = of.event;
                row.push_bind(of.id)
                    .push_bind(sender_key.as_bytes())
                    .push_bind((of.admitted == Admitted::Stranger).then(|| stateless.holder()))
                    .push_bind(event.bytes())
                    .push_bind(of.duplicate_of.map(|_| event.received_at));
            },
        )
        .await?;
        insert(tx, "INSERT INTO texts (id, event_id, parts) ", &self.texts, |row, text| {
            row.push_bind(text.id).push_bind(text.event_id).push_bind(text.parts);
        })
        .await?;
        insert(
            tx,
            "INSERT INTO deliveries (id, event_id, profile_id, participant, chat, bot_id, lane, sandbox, state, parts,
             text_id, created_at, age_from, last_error, finished_at, cause, stranger, migrated_to, next_attempt_at) ",
            &self.deliveries,
            |row, delivery| {
                let (event, sender) = (delivery.event, delivery.sender);
                let at = event.received_at;
                row.push_bind(delivery.id)
                    .push_bind(delivery.event_id)
                    .push_bind(event.token.profile())
                    .push_bind(delivery.participant)
                    .push_bind(delivery.chat)
                    .push_bind(sender.bot_id)
                    .push_bind(sender.sender_key.as_slice())
                    .push_bind(ChannelCode::of(event.channel))
                    .push_bind(delivery.state().name())
                    .push_bind(delivery.parts)
                    .push_bind(delivery.text_id)
                    .push_bind(at)
                    .push_bind(at)
                    .push_bind(delivery.error)
                    .push_bind(delivery.chat.is_none().then_some(at))
                    .push_bind(sender.suspended_for.filter(|_| delivery.chat.is_some()).map(FailureCause::name))
                    .push_bind(delivery.stranger);
                row.push("(SELECT moved_to FROM moved_chats WHERE chat = ")
                    .push_bind_unseparated(delivery.chat)
                    .push_unseparated(")");
                // Only the head of a chat has a due time.
                row.push(concat!(
                    "CASE WHEN NOT EXISTS (SELECT 1 FROM deliveries earlier WHERE earlier.finished_at IS NULL
                     AND earlier.state <> ",
                    quoted!(DeliveryState::Suspended),
                    " AND earlier.lane = "
                ))
                .push_bind_unseparated(sender.sender_key.as_slice())
                .push_unseparated(" AND earlier.chat = ")
                .push_bind_unseparated(delivery.chat)
                .push_unseparated(") THEN ")
                .push_bind_unseparated(delivery.first_in_chat.then_some(at))
                .push_unseparated(" END");
            },
        )
        .await
    }

    /// Adds the deliveries that are suspended from the start to an error mail.
    async fn tell_of_parked(&self, tx: &mut SqliteConnection, row: &EventRow<'_>) -> Result<(), StoreError> {
        let of_event = || self.deliveries.iter().filter(|delivery| delivery.event_id == row.id);
        let Some(first) = of_event().find(|delivery| delivery.sender.suspended) else { return Ok(()) };
        let suspended: Vec<i64> =
            of_event().filter(|delivery| delivery.chat.is_some()).map(|delivery| delivery.id).collect();
        let (profile_id, sender_key) =
            (row.event.token.profile(), SenderKey::of_bytes(first.sender.sender_key.clone()));
        let (event_id, at) = (row.id, row.event.received_at);
        let cause = cause_of(first.sender.suspended_for);
        add_deliveries(tx, Failure { profile_id, sender: &sender_key, event_id, cause, at }, &suspended).await
    }
}

/// Inserts rows by statements of [`ROWS`] rows, and then of smaller powers of two for the rest.
pub(in crate::store) async fn insert<'a, T>(
    tx: &mut SqliteConnection,
    into: &'static str,
    mut rows: &'a [T],
    mut bind: impl FnMut(&mut Separated<'_, Sqlite, &'static str>, &'a T),
) -> Result<(), StoreError> {
    let mut size = ROWS;
    while !rows.is_empty() {
        while size > rows.len() {
            size /= 2;
        }
        let (these, rest) = rows.split_at(size);
        rows = rest;
        let mut statement = QueryBuilder::<Sqlite>::new(into);
        statement.push_values(these, |mut row, of| bind(&mut row, of));
        statement.build().persistent(true).execute(&mut *tx).await?;
    }
    Ok(())
}
