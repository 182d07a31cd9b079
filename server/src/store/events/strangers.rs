//! Bounds of the stateless endpoint (contract §1, "strangers"): which tokens are known, and how much each token or address
//! has waiting.

use std::collections::{HashMap, HashSet};

use sqlx::SqliteConnection;

use crate::{
    store::{
        Events, SenderKey, StoreError, events::AcceptedEvent, maintenance::delete_finished, names::quoted,
        queue::heads::json,
    },
    time::Millis,
};

/// Undelivered events of one known token.
const KNOWN: Bound = Bound { events: 20_000, bytes: 48 << 20 };
/// Bytes of one known token's finished events that are kept: the newest.
const KEPT_BYTES: i64 = 256 << 20;
/// A known token's events are refused while the sweep has so much more of its finished ones to delete.
const UNSWEPT_BYTES: i64 = KEPT_BYTES;
/// Bytes that one stranger's event may take on average: a usual one takes 8 KiB.
const STRANGERS_EVENT: i64 = 32 << 10;
/// The part of the strangers' bounds that one address may use.
const PER_ADDRESS: i64 = 10;
/// Strangers' finished events that are kept, and their bytes.
const FINISHED: i64 = 1_000;
const FINISHED_BYTES: i64 = 32 << 20;
/// Strangers' finished events are kept for so long, in milliseconds.
const KEPT: Millis = 24 * 60 * 60 * 1000;
/// Events deleted in one step.
const SWEPT: i64 = 16;
/// The holder of all strangers' sums.
const ALL: &str = "*";

/// How much may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bound {
    events: i64,
    bytes: i64,
}

impl Bound {
    /// The bound of all strangers together, given how many of their events may wait.
    fn of_strangers(events: u64) -> Self {
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        Self { events, bytes: events.saturating_mul(STRANGERS_EVENT) }
    }

    /// The bound of one address. Not less than one event where any is allowed at all.
    fn of_address(self) -> Self {
        Self { events: self.events.div_euclid(PER_ADDRESS).max(self.events.min(1)), bytes: self.bytes / PER_ADDRESS }
    }

    /// Whether one more event exceeds it. A first event is never too large: other limits bound its size.
    fn is_reached(self, (events, bytes): (i64, i64), more: i64) -> bool {
        events >= self.events || (events > 0 && bytes.saturating_add(more) > self.bytes)
    }
}

/// A request of the stateless endpoint, as its events are bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stateless {
    /// The network address that it came from, if its token is unknown.
    pub address: Option<String>,
    /// How many events of strangers may wait.
    pub stranger_events: u64,
}

impl Stateless {
    /// Who a stranger's events count to. A token that was known a moment ago has no address: all such count to one.
    pub(in crate::store) fn holder(&self) -> String {
        self.address.clone().unwrap_or_default()
    }
}

/// What the orders of a batch may still add.
pub(in crate::store) struct Admission {
    known: HashSet<Vec<u8>>,
    usage: HashMap<String, (i64, i64)>,
}

/// Whether an event may be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Admitted {
    /// As one of a profile or of a known token.
    Known,
    /// As a stranger's.
    Stranger,
    /// Too much of its token or address, or of all strangers, is waiting.
    Full,
}

impl Admission {
    /// Reads what the stateless events among these have waiting already.
    pub(in crate::store) async fn read(
        tx: &mut SqliteConnection,
        events: &[AcceptedEvent],
    ) -> Result<Self, StoreError> {
        let stateless = || events.iter().filter(|event| event.stateless.is_some());
        let mut admission = Self { known: HashSet::new(), usage: HashMap::new() };
        if stateless().next().is_none() {
            return Ok(admission);
        }
        let senders: Vec<String> = stateless().filter_map(|event| event.token.sender()).map(SenderKey::hex).collect();
        let known: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT unhex(value) FROM json_each(?1)
             WHERE EXISTS (SELECT 1 FROM accepted_tokens WHERE lane = unhex(value))
             OR EXISTS (SELECT 1 FROM profiles WHERE lane = unhex(value))",
        )
        .bind(json(&senders))
        .fetch_all(&mut *tx)
        .await?;
        admission.known.extend(known);
        let mut holders: Vec<String> = stateless().map(|event| admission.holder(event)).collect();
        holders.extend(stateless().filter_map(|event| event.token.sender()).map(kept));
        holders.push(ALL.to_owned());
        admission.usage = usage(tx, &holders).await?;
        Ok(admission)
    }

    /// Whether an event may be stored; if so, it counts for those that follow.
    pub(in crate::store) fn admit(&mut self, event: &AcceptedEvent) -> Admitted {
        let Some((stateless, sender)) = event.stateless.as_ref().zip(event.token.sender()) else {
            return Admitted::Known;
        };
        let (holder, bytes) = (self.holder(event), event.bytes());
        let used = |holder: &str| self.usage.get(holder).copied().unwrap_or_default();
        let standing = self.standing(event);
        let all = Bound::of_strangers(stateless.stranger_events);
        let is_full = if standing == Admitted::Known {
            KNOWN.is_reached(used(&holder), bytes) || is_unswept(used(&kept(sender)))
        } else {
            all.is_reached(used(ALL), bytes) || all.of_address().is_reached(used(&holder), bytes)
        };
        if is_full {
            return Admitted::Full;
        }
        let mut count = |holder: String| {
            let used = self.usage.entry(holder).or_default();
            *used = (used.0 + 1, used.1.saturating_add(bytes));
        };
        count(holder);
        if standing == Admitted::Stranger {
            count(ALL.to_owned());
        }
        standing
    }

    /// How an event is stored that adds nothing to what waits.
    pub(in crate::store) fn standing(&self, event: &AcceptedEvent) -> Admitted {
        match event.token.sender() {
            Some(sender) if event.stateless.is_some() && !self.known.contains(sender.as_bytes()) => Admitted::Stranger,
            _ => Admitted::Known,
        }
    }

    fn holder(&self, event: &AcceptedEvent) -> String {
        match (&event.stateless, self.standing(event)) {
            (Some(stateless), Admitted::Stranger) => stateless.holder(),
            _ => event.token.sender().map(SenderKey::hex).unwrap_or_default(),
        }
    }
}

/// The holder of the sums of a known token's finished events.
fn kept(sender: &SenderKey) -> String {
    format!("kept:{}", sender.hex())
}

fn is_unswept((_, bytes): (i64, i64)) -> bool {
    bytes > KEPT_BYTES + UNSWEPT_BYTES
}

/// Whether a known token's finished events, as they are, leave room for one more.
pub(in crate::store) async fn has_room(tx: &mut SqliteConnection, sender: &SenderKey) -> Result<bool, StoreError> {
    let holder = kept(sender);
    let used = usage(tx, std::slice::from_ref(&holder)).await?.get(&holder).copied().unwrap_or_default();
    Ok(!is_unswept(used))
}

/// The sums of these holders.
async fn usage(tx: &mut SqliteConnection, holders: &[String]) -> Result<HashMap<String, (i64, i64)>, StoreError> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT holder, events, bytes FROM stateless_usage WHERE holder IN (SELECT value FROM json_each(?1))",
    )
    .bind(json(holders))
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|(holder, events, bytes)| (holder, (events, bytes))).collect())
}

/// Frees what waits for a token from the limits of strangers: Telegram has accepted it, or a profile has it now.
pub(in crate::store) async fn now_known(tx: &mut SqliteConnection, sender: &SenderKey) -> Result<(), StoreError> {
    for statement in [
        concat!(
            "UPDATE deliveries SET stranger = 0
         WHERE lane = ?1 AND finished_at IS NULL AND state <> ",
            quoted!(DeliveryState::Suspended),
            " AND stranger = 1"
        ),
        "UPDATE stateless_events SET address = NULL WHERE lane = ?1 AND address IS NOT NULL",
    ] {
        sqlx::query(statement).bind(sender.as_bytes()).execute(&mut *tx).await?;
    }
    Ok(())
}

impl Events {
    /// Whether a stateless token is known: a profile has it, or Telegram has accepted it at least once.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_known(&self, sender: &SenderKey) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM accepted_tokens WHERE lane = ?1)
             OR EXISTS (SELECT 1 FROM profiles WHERE lane = ?1)",
        )
        .bind(sender.as_bytes())
        .fetch_one(&self.read)
        .await?)
    }

    /// Whether a stranger's next event would be refused, by what waits now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_full_for_stranger(&self, stateless: &Stateless) -> Result<bool, StoreError> {
        let mut connection = self.read.acquire().await?;
        let usage = usage(&mut connection, &[stateless.holder(), ALL.to_owned()]).await?;
        let used = |holder: &str| usage.get(holder).copied().unwrap_or_default();
        let all = Bound::of_strangers(stateless.stranger_events);
        Ok(all.is_reached(used(ALL), 1) || all.of_address().is_reached(used(&stateless.holder()), 1))
    }

    /// How many events of strangers wait to be delivered.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn strangers_waiting(&self) -> Result<u64, StoreError> {
        let events: Option<i64> = sqlx::query_scalar("SELECT events FROM stateless_usage WHERE holder = ?1")
            .bind(ALL)
            .fetch_optional(&self.read)
            .await?;
        Ok(events.and_then(|events| u64::try_from(events).ok()).unwrap_or_default())
    }

    /// Deletes some of the strangers' finished events: those older than a day, and all but the newest thousand or 32 MiB.
    /// Whether any may be left.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_strangers(&self, now: Millis) -> Result<bool, StoreError> {
        let old: Vec<i64> = sqlx::query_scalar(
            "SELECT event_id FROM (
                 SELECT event_id, finished_at, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
                 FROM stateless_events WHERE finished_at IS NOT NULL AND address IS NOT NULL
                 WINDOW newest AS (ORDER BY finished_at DESC, event_id DESC)) s
             WHERE (finished_at < ?1 OR place > ?2 OR total > ?3)
             AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = s.event_id AND d.finished_at IS NULL)
             ORDER BY finished_at LIMIT ?4",
        )
        .bind(now.saturating_sub(KEPT))
        .bind(FINISHED)
        .bind(FINISHED_BYTES)
        .bind(SWEPT)
        .fetch_all(&self.read)
        .await?;
        self.delete_swept(&old).await
    }

    /// Deletes some of the oldest finished events of a known token that has more than 256 MiB of them. Whether any may be
    /// left.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_beyond_kept(&self) -> Result<bool, StoreError> {
        let old: Vec<i64> = sqlx::query_scalar(BEYOND_KEPT).bind(KEPT_BYTES).bind(SWEPT).fetch_all(&self.read).await?;
        self.delete_swept(&old).await
    }

    async fn delete_swept(&self, events: &[i64]) -> Result<bool, StoreError> {
        if events.is_empty() {
            return Ok(false);
        }
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        delete_finished(&mut tx, events, Millis::MAX).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// SQL: the oldest finished events of a token with more bytes of them than `?1`, as many as are beyond that.
const BEYOND_KEPT: &str = "SELECT event_id FROM (
        SELECT event_id, held - sum(bytes) OVER (PARTITION BY lane ORDER BY finished_at, event_id) + bytes AS held
        FROM (SELECT s.event_id, s.lane, s.finished_at, s.bytes, u.bytes AS held
            FROM stateless_usage u CROSS JOIN stateless_events s
            ON s.lane = unhex(substr(u.holder, 6)) AND s.address IS NULL AND s.finished_at IS NOT NULL
            WHERE u.holder >= 'kept:' AND u.holder < 'kept;' AND u.bytes > ?1
            AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = s.event_id AND d.finished_at IS NULL)
            ORDER BY s.lane, s.finished_at, s.event_id LIMIT ?2))
    WHERE held > ?1";
