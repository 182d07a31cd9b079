//! Bounds of the stateless endpoint (contract §1, "strangers"): which tokens are known, and how many events wait for
//! each token and each address.

use std::collections::{HashMap, HashSet};

use sqlx::SqliteConnection;

use crate::{
    store::{
        Events, SenderKey, StoreError, events::AcceptedEvent, maintenance::delete_finished, names::quoted,
        queue::heads::json,
    },
    time::Millis,
};

/// The maximum for the undelivered events of one known token.
const KNOWN: Bound = Bound { events: 20_000, bytes: 48 << 20 };
/// The number of bytes of a known token's finished events that are kept. The oldest are deleted first.
const KEPT_BYTES: i64 = 256 << 20;
/// If a known token's finished events exceed [`KEPT_BYTES`] by more than this, the deletion is behind and the token's
/// new events are refused.
const UNSWEPT_BYTES: i64 = KEPT_BYTES;
/// The average size in bytes that the bound allows for a stranger's event. A typical one has 8 KiB.
const STRANGERS_EVENT: i64 = 32 << 10;
/// One address may use this fraction (1/10) of the strangers' bounds.
const PER_ADDRESS: i64 = 10;
/// The number of strangers' finished events that are kept, and their bytes.
const FINISHED: i64 = 1_000;
const FINISHED_BYTES: i64 = 32 << 20;
/// How long strangers' finished events are kept, in milliseconds.
const KEPT: Millis = 24 * 60 * 60 * 1000;
const SWEPT: i64 = 16;
/// The holder in `stateless_usage` for the sum over all strangers.
const ALL: &str = "*";

/// The maximum numbers of waiting events and bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bound {
    events: i64,
    bytes: i64,
}

impl Bound {
    /// The bound of all strangers together, for this maximum number of waiting events.
    fn of_strangers(events: u64) -> Self {
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        Self { events, bytes: events.saturating_mul(STRANGERS_EVENT) }
    }

    /// The bound of one address: at least one event, unless the total bound is zero.
    fn of_address(self) -> Self {
        Self { events: self.events.div_euclid(PER_ADDRESS).max(self.events.min(1)), bytes: self.bytes / PER_ADDRESS }
    }

    /// Whether one more event of `more` bytes exceeds the bound. A first event never does, because other limits bound
    /// its size.
    fn is_reached(self, (events, bytes): (i64, i64), more: i64) -> bool {
        events >= self.events || (events > 0 && bytes.saturating_add(more) > self.bytes)
    }
}

/// The data about a request to the stateless endpoint that its bounds depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stateless {
    /// The client's network address, if the token is unknown.
    pub address: Option<String>,
    /// The maximum number of waiting events of all strangers.
    pub stranger_events: u64,
}

impl Stateless {
    /// The holder for which a stranger's events count. A token that was still known at the check has no address. All
    /// such events count for one holder.
    pub(in crate::store) fn holder(&self) -> String {
        self.address.clone().unwrap_or_default()
    }
}

/// Decides which events of a batch may be stored, and counts the admitted ones.
pub(in crate::store) struct Admission {
    known: HashSet<Vec<u8>>,
    usage: HashMap<String, (i64, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Admitted {
    Known,
    Stranger,
    /// Not admitted: too many events wait for the token, the address, or all strangers.
    Full,
}

impl Admission {
    /// Reads which of the batch's tokens are known, and the usage of their holders.
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
             OR EXISTS (SELECT 1 FROM bots WHERE sender = unhex(value))",
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

    /// Decides whether an event may be stored. If so, it counts for the events that follow.
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

    /// Whether an event counts as a stranger's. It is not counted, because this is used for duplicates, which do not
    /// wait.
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

/// The holder for the sum over a known token's finished events.
fn kept(sender: &SenderKey) -> String {
    format!("kept:{}", sender.hex())
}

fn is_unswept((_, bytes): (i64, i64)) -> bool {
    bytes > KEPT_BYTES + UNSWEPT_BYTES
}

/// Whether a known token's finished events leave room for one more.
pub(in crate::store) async fn has_room(tx: &mut SqliteConnection, sender: &SenderKey) -> Result<bool, StoreError> {
    let holder = kept(sender);
    let used = usage(tx, std::slice::from_ref(&holder)).await?.get(&holder).copied().unwrap_or_default();
    Ok(!is_unswept(used))
}

/// The stored usage of these holders: events and bytes.
async fn usage(tx: &mut SqliteConnection, holders: &[String]) -> Result<HashMap<String, (i64, i64)>, StoreError> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT holder, events, bytes FROM stateless_usage WHERE holder IN (SELECT value FROM json_each(?1))",
    )
    .bind(json(holders))
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|(holder, events, bytes)| (holder, (events, bytes))).collect())
}

/// Removes the events of a token from the strangers' usage, once Telegram has accepted the token or a bot has it.
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
    /// Whether a token is known: a bot has it, or Telegram has accepted it at least once.
    pub async fn is_known(&self, sender: &SenderKey) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM accepted_tokens WHERE lane = ?1)
             OR EXISTS (SELECT 1 FROM bots WHERE sender = ?1)",
        )
        .bind(sender.as_bytes())
        .fetch_one(&self.read)
        .await?)
    }

    /// Whether the next event of this stranger would be refused now.
    pub async fn is_full_for_stranger(&self, stateless: &Stateless) -> Result<bool, StoreError> {
        let mut connection = self.read.acquire().await?;
        let usage = usage(&mut connection, &[stateless.holder(), ALL.to_owned()]).await?;
        let used = |holder: &str| usage.get(holder).copied().unwrap_or_default();
        let all = Bound::of_strangers(stateless.stranger_events);
        Ok(all.is_reached(used(ALL), 1) || all.of_address().is_reached(used(&stateless.holder()), 1))
    }

    /// The number of strangers' undelivered events.
    pub async fn strangers_waiting(&self) -> Result<u64, StoreError> {
        let events: Option<i64> = sqlx::query_scalar("SELECT events FROM stateless_usage WHERE holder = ?1")
            .bind(ALL)
            .fetch_optional(&self.read)
            .await?;
        Ok(events.and_then(|events| u64::try_from(events).ok()).unwrap_or_default())
    }

    /// Deletes some of the strangers' finished events: those older than a day, and all beyond the newest thousand or 32
    /// MiB. Returns whether any may be left.
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

    /// Deletes some of the oldest finished events of the known tokens that have more than 256 MiB of them. Returns
    /// whether any may be left.
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

/// SQL: for each token with more than `?1` bytes of finished events, the oldest of them that exceed that.
const BEYOND_KEPT: &str = "SELECT event_id FROM (
        SELECT event_id, held - sum(bytes) OVER (PARTITION BY lane ORDER BY finished_at, event_id) + bytes AS held
        FROM (SELECT s.event_id, s.lane, s.finished_at, s.bytes, u.bytes AS held
            FROM stateless_usage u CROSS JOIN stateless_events s
            ON s.lane = unhex(substr(u.holder, 6)) AND s.address IS NULL AND s.finished_at IS NOT NULL
            WHERE u.holder >= 'kept:' AND u.holder < 'kept;' AND u.bytes > ?1
            AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = s.event_id AND d.finished_at IS NULL)
            ORDER BY s.lane, s.finished_at, s.event_id LIMIT ?2))
    WHERE held > ?1";
