//! A batch of events as rows: what is asked of the database once for all of them, and written in few statements.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use data_encoding::HEXUPPER;
use hookgram::{
    delivery::{DeliveryState, FailureCause},
    webhook::EventOutcome,
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection, query_builder::Separated};

use super::names::{MaybeNamed, quoted};
use super::{
    Lane, StoreError,
    accepting::Order,
    events::{NewDelivery, Received},
    failures::{Failure, add_deliveries},
    heads::json,
    parking::{cause_of, parked_for},
    strangers::{Admission, Admitted, Stateless},
};
use crate::time::Millis;

/// Rows of one statement at most. Fewer are written by a statement for half as many, and so on: so all are prepared once.
const ROWS: usize = 64;
const DAY: Millis = 86_400_000;

/// An event that was accepted before.
#[derive(FromRow)]
struct First {
    fingerprint: Vec<u8>,
    id: i64,
    public_id: String,
    received_at: Millis,
}

/// Who sends a profile's messages, as it is now.
#[derive(Clone, Default, FromRow)]
struct Sender {
    id: i64,
    bot_id: Option<i64>,
    lane: Vec<u8>,
    /// Telegram has refused the token: asking again before there is a new one would be blind.
    parked: bool,
    /// What marks its parked deliveries.
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    parked_for: Option<FailureCause>,
    version: i64,
}

struct EventRow<'a> {
    id: i64,
    order: &'a Order,
    outcome: EventOutcome,
    duplicate_of: Option<i64>,
    admitted: Admitted,
}

/// A text that several deliveries of an event share.
struct TextRow {
    id: i64,
    event_id: i64,
    parts: String,
}

struct DeliveryRow<'a> {
    id: i64,
    event_id: i64,
    order: &'a Order,
    sender: &'a Sender,
    participant: i64,
    chat: Option<&'a str>,
    error: Option<&'a str>,
    /// Empty where it is among the texts.
    parts: String,
    stranger: bool,
    text_id: Option<i64>,
    /// No other of this batch that waits stands before it in its chat.
    first_in_chat: bool,
}

impl DeliveryRow<'_> {
    fn state(&self) -> DeliveryState {
        match (self.chat, self.sender.parked) {
            (None, _) => DeliveryState::Skipped,
            (Some(_), true) => DeliveryState::Suspended,
            (Some(_), false) => DeliveryState::Waiting,
        }
    }
}

/// Writes a batch inside a transaction that has begun as a write; what became of each, in their order.
pub(super) async fn write(tx: &mut SqliteConnection, orders: &[Order]) -> Result<Vec<Received>, StoreError> {
    let firsts = first_copies(tx, orders).await?;
    let senders = senders(tx, orders).await?;
    let mut admission = Admission::read(tx, orders).await?;
    let (event_id, delivery_id, text_id) = last_ids(tx).await?;
    let events = Vec::with_capacity(orders.len());
    let mut rows = Rows { events, texts: Vec::new(), deliveries: Vec::new(), event_id, delivery_id, text_id };
    let mut received = Vec::with_capacity(orders.len());
    let mut accepted: HashMap<&[u8], (i64, &Order)> = HashMap::new();
    let mut heads: HashSet<(&[u8], &str)> = HashSet::new();
    for order in orders {
        let sender = senders.get(&order.whose());
        if order.version.is_some() && order.version != sender.map(|sender| sender.version) {
            received.push(Received::Outdated);
            continue;
        }
        let watches = !order.skipped && order.window > 0;
        let before = firsts.iter().find(|first| watches && order.is_copy_of(&first.fingerprint, first.received_at));
        let beside = accepted
            .get(order.fingerprint.as_slice())
            .filter(|(_, first)| watches && order.is_copy_of(&first.fingerprint, first.received_at));
        let first = before
            .map(|first| (first.id, first.public_id.clone()))
            .or_else(|| beside.map(|(id, first)| (*id, first.public_id.clone())));
        if let Some((id, public_id)) = first {
            rows.event(order, EventOutcome::Duplicate, Some(id), admission.standing(order));
            received.push(Received::Duplicate(public_id));
            continue;
        }
        let admitted = admission.admit(order);
        if admitted == Admitted::Full {
            received.push(Received::Full);
            continue;
        }
        received.push(Received::Accepted);
        if order.skipped {
            rows.event(order, EventOutcome::Skipped, None, admitted);
            continue;
        }
        let id = rows.event(order, EventOutcome::Accepted, None, admitted);
        let sender = sender.ok_or(StoreError::NotFound)?;
        let shared = rows.share_texts(id, &order.deliveries)?;
        for delivery in &order.deliveries {
            let text_id = shared.get(&delivery.parts.as_ptr()).copied();
            let parts = if text_id.is_some() { String::new() } else { as_json(&delivery.parts)? };
            let (chat, error) = match &delivery.chat {
                Ok(chat) => (Some(chat.as_str()), None),
                Err(why) => (None, Some(why.as_str())),
            };
            rows.delivery_id += 1;
            rows.deliveries.push(DeliveryRow {
                id: rows.delivery_id,
                event_id: id,
                order,
                sender,
                participant: i64::try_from(delivery.participant).unwrap_or(i64::MAX),
                chat,
                error,
                parts,
                text_id,
                stranger: admitted == Admitted::Stranger,
                first_in_chat: chat.is_some_and(|chat| !sender.parked && heads.insert((&sender.lane, chat))),
            });
        }
        if order.deliveries.iter().any(|delivery| delivery.chat.is_ok()) {
            accepted.insert(&order.fingerprint, (id, order));
        }
    }
    rows.insert(tx).await?;
    for order in rows.events.iter().filter(|event| event.outcome == EventOutcome::Accepted) {
        rows.tell_of_parked(tx, order).await?;
    }
    Ok(received)
}

impl Order {
    /// Whether one accepted then, with this fingerprint, is its first copy.
    fn is_copy_of(&self, fingerprint: &[u8], received_at: Millis) -> bool {
        self.fingerprint == fingerprint && received_at > self.received_at.saturating_sub(self.window)
    }

    /// By whom its messages are sent: a profile, or whatever came with it.
    fn whose(&self) -> Whose<'_> {
        match self.profile_id {
            Some(id) => Whose::Profile { id, sandbox: self.bot_id.is_none() },
            None => Whose::Itself { bot_id: self.bot_id, lane: self.lane.as_bytes() },
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Whose<'a> {
    Profile { id: i64, sandbox: bool },
    Itself { bot_id: Option<i64>, lane: &'a [u8] },
}

/// The first copies there are, the earliest first. One whose deliveries have all failed for good does not count.
async fn first_copies(tx: &mut SqliteConnection, orders: &[Order]) -> Result<Vec<First>, StoreError> {
    let watching = || orders.iter().filter(|order| !order.skipped && order.window > 0);
    let Some(earliest) = watching().map(|order| order.received_at.saturating_sub(order.window)).min() else {
        return Ok(Vec::new());
    };
    let latest = watching().map(|order| order.received_at).max().unwrap_or(earliest);
    let days: Vec<Millis> = (earliest.max(0) / DAY..=latest.max(0) / DAY).collect();
    let fingerprints: Vec<String> = watching().map(|order| HEXUPPER.encode(&order.fingerprint)).collect();
    Ok(sqlx::query_as(FIRST_COPIES).bind(json(&days)).bind(json(&fingerprints)).fetch_all(tx).await?)
}

pub(super) const FIRST_COPIES: &str = concat!(
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

async fn senders<'a>(tx: &mut SqliteConnection, orders: &'a [Order]) -> Result<HashMap<Whose<'a>, Sender>, StoreError> {
    let mut profiles: Vec<i64> = orders.iter().filter_map(|order| order.profile_id).collect();
    profiles.sort_unstable();
    profiles.dedup();
    let stored: Vec<Sender> = sqlx::query_as(concat!(
        "SELECT p.id, p.bot_id, coalesce(p.lane, x'') AS lane, p.parked_since IS NOT NULL AS parked,
             iif(p.parked_since IS NULL, NULL, ",
        parked_for!(),
        ") AS parked_for, p.version FROM profiles p WHERE p.id IN (SELECT value FROM json_each(?1))"
    ))
    .bind(json(&profiles))
    .fetch_all(tx)
    .await?;
    let mut senders = HashMap::new();
    for order in orders {
        let whose = order.whose();
        let sender = match whose {
            Whose::Itself { bot_id, lane } => Some(Sender { bot_id, lane: lane.to_vec(), ..Sender::default() }),
            Whose::Profile { id, sandbox } => {
                let stored = stored.iter().find(|sender| sender.id == id);
                stored.map(|stored| {
                    if sandbox { Sender { version: stored.version, ..Sender::default() } } else { stored.clone() }
                })
            }
        };
        if let Some(sender) = sender {
            senders.insert(whose, sender);
        }
    }
    Ok(senders)
}

fn as_json(parts: &[String]) -> Result<String, StoreError> {
    serde_json::to_string(parts).map_err(|_| StoreError::corrupt("deliveries.parts"))
}

/// The highest ids that events and deliveries ever had, and that texts have: this transaction alone gives the next ones.
pub(super) async fn last_ids(tx: &mut SqliteConnection) -> Result<(i64, i64, i64), StoreError> {
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
    texts: Vec<TextRow>,
    deliveries: Vec<DeliveryRow<'a>>,
    event_id: i64,
    delivery_id: i64,
    text_id: i64,
}

impl<'a> Rows<'a> {
    fn event(&mut self, order: &'a Order, outcome: EventOutcome, duplicate_of: Option<i64>, admitted: Admitted) -> i64 {
        self.event_id += 1;
        self.events.push(EventRow { id: self.event_id, order, outcome, duplicate_of, admitted });
        self.event_id
    }

    /// Makes a row for each text that several of these deliveries share; their ids by where the text is.
    fn share_texts(
        &mut self,
        event_id: i64,
        deliveries: &[NewDelivery],
    ) -> Result<HashMap<*const String, i64>, StoreError> {
        let mut shared = HashMap::new();
        if deliveries.len() < 2 {
            return Ok(shared);
        }
        let mut seen = HashSet::new();
        for parts in deliveries.iter().map(|delivery| &delivery.parts).filter(|parts| !parts.is_empty()) {
            if !seen.insert(parts.as_ptr())
                && let Entry::Vacant(place) = shared.entry(parts.as_ptr())
            {
                self.text_id += 1;
                place.insert(self.text_id);
                self.texts.push(TextRow { id: self.text_id, event_id, parts: as_json(parts)? });
            }
        }
        Ok(shared)
    }

    async fn insert(&self, tx: &mut SqliteConnection) -> Result<(), StoreError> {
        insert(
            tx,
            "INSERT INTO events (id, public_id, profile_id, bot_id, field_name, received_at, event_type, order_number,
             parameters, overrides, token, fingerprint, outcome, http_status, duplicate_of) ",
            &self.events,
            |row, event| {
                let order = event.order;
                row.push_bind(event.id)
                    .push_bind(&order.public_id)
                    .push_bind(order.profile_id)
                    .push_bind(order.bot_id)
                    .push_bind(&order.field_name)
                    .push_bind(order.received_at)
                    .push_bind(order.event_type)
                    .push_bind(&order.order_number)
                    .push_bind(&order.parameters)
                    .push_bind(&order.overrides)
                    // Nothing is sent for a duplicate.
                    .push_bind(
                        order
                            .token
                            .as_ref()
                            .filter(|_| event.duplicate_of.is_none())
                            .map(|(_, sealed)| sealed.as_slice()),
                    )
                    .push_bind(&order.fingerprint)
                    .push_bind(event.outcome.name())
                    .push("200")
                    .push_bind(event.duplicate_of);
            },
        )
        .await?;
        // A duplicate's body is that of the first.
        let bodies: Vec<&EventRow<'_>> = self.events.iter().filter(|event| event.duplicate_of.is_none()).collect();
        insert(tx, "INSERT INTO payloads (event_id, encoding, body) ", &bodies, |row, event| {
            let payload = &event.order.payload;
            row.push_bind(event.id).push_bind(payload.encoding).push_bind(&payload.body);
        })
        .await?;
        // A duplicate of a known token waits for nothing, and is not swept with strangers' events.
        let bounded: Vec<(&EventRow<'_>, &Stateless)> = self
            .events
            .iter()
            .filter(|event| event.duplicate_of.is_none() || event.admitted == Admitted::Stranger)
            .filter_map(|event| event.order.stateless.as_ref().map(|stateless| (event, stateless)))
            .collect();
        insert(
            tx,
            "INSERT INTO stateless_events (event_id, lane, address, bytes, finished_at) ",
            &bounded,
            |row, (event, stateless)| {
                let order = event.order;
                row.push_bind(event.id)
                    .push_bind(order.lane.as_bytes())
                    .push_bind((event.admitted == Admitted::Stranger).then(|| stateless.holder()))
                    .push_bind(order.bytes())
                    .push_bind(event.duplicate_of.map(|_| order.received_at));
            },
        )
        .await?;
        insert(tx, "INSERT INTO texts (id, event_id, parts) ", &self.texts, |row, text| {
            row.push_bind(text.id).push_bind(text.event_id).push_bind(&text.parts);
        })
        .await?;
        insert(
            tx,
            "INSERT INTO deliveries (id, event_id, profile_id, participant, chat, bot_id, lane, sandbox, state, parts,
             text_id, created_at, age_from, last_error, finished_at, cause, stranger, migrated_to, next_attempt_at) ",
            &self.deliveries,
            |row, delivery| {
                let (order, sender) = (delivery.order, delivery.sender);
                let at = order.received_at;
                row.push_bind(delivery.id)
                    .push_bind(delivery.event_id)
                    .push_bind(order.profile_id)
                    .push_bind(delivery.participant)
                    .push_bind(delivery.chat)
                    .push_bind(sender.bot_id)
                    .push_bind(sender.lane.as_slice())
                    .push_bind(order.bot_id.is_none())
                    .push_bind(delivery.state().name())
                    .push_bind(&delivery.parts)
                    .push_bind(delivery.text_id)
                    .push_bind(at)
                    .push_bind(at)
                    .push_bind(delivery.error)
                    .push_bind(delivery.chat.is_none().then_some(at))
                    .push_bind(sender.parked_for.filter(|_| delivery.chat.is_some()).map(FailureCause::name))
                    .push_bind(delivery.stranger);
                row.push("(SELECT moved_to FROM moved_chats WHERE chat = ")
                    .push_bind_unseparated(delivery.chat)
                    .push_unseparated(")");
                // It has a time only where it is the head of its chat.
                row.push(concat!(
                    "CASE WHEN NOT EXISTS (SELECT 1 FROM deliveries earlier WHERE earlier.finished_at IS NULL
                     AND earlier.state <> ",
                    quoted!(DeliveryState::Suspended),
                    " AND earlier.lane = "
                ))
                .push_bind_unseparated(sender.lane.as_slice())
                .push_unseparated(" AND earlier.chat = ")
                .push_bind_unseparated(delivery.chat)
                .push_unseparated(") THEN ")
                .push_bind_unseparated(delivery.first_in_chat.then_some(at))
                .push_unseparated(" END");
            },
        )
        .await
    }

    /// What waits for a token from the start is told of.
    async fn tell_of_parked(&self, tx: &mut SqliteConnection, event: &EventRow<'_>) -> Result<(), StoreError> {
        let of_event = || self.deliveries.iter().filter(|delivery| delivery.event_id == event.id);
        let Some(first) = of_event().find(|delivery| delivery.sender.parked) else { return Ok(()) };
        let parked: Vec<i64> =
            of_event().filter(|delivery| delivery.chat.is_some()).map(|delivery| delivery.id).collect();
        let (profile_id, lane) = (event.order.profile_id, Lane::of_bytes(first.sender.lane.clone()));
        let (event_id, at) = (event.id, event.order.received_at);
        let cause = cause_of(first.sender.parked_for);
        add_deliveries(tx, Failure { profile_id, lane: &lane, event_id, cause, at }, &parked).await
    }
}

/// Inserts rows by as few statements as their powers of two.
pub(super) async fn insert<'a, T>(
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
