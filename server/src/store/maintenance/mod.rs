//! What is old goes: events with all that hangs on them, in small bounded writes; then the room they took in the file.

pub(in crate::store) mod converting;
pub(in crate::store) mod erasing;

use std::time::{Duration, Instant};

use sqlx::{FromRow, Row as _, SqliteConnection};

use crate::{
    store::{Maintenance, StoreError, queue::heads::json},
    time::Millis,
};

/// Events looked at in one batch.
const EVENTS: i64 = 16;
/// Rows deleted in one batch: a delivery, an attempt and a sandbox message count one each.
const ROWS: i64 = 64;
/// Bytes of payloads, or of messages, in one batch; a single one may be larger.
const BYTES: i64 = 128 * 1024;
/// How long an address that does not answer a confirmation mail is remembered: longer than the longest pause between two.
const UNANSWERED: Millis = 60 * 24 * 60 * 60 * 1000;
/// Pages that the file may keep free, for what comes next (4 KiB each).
const SPARE_PAGES: i64 = 256;

/// A place among the events in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Place {
    received_at: Millis,
    id: i64,
}

impl Place {
    /// Before every event.
    pub const FIRST: Self = Self { received_at: Millis::MIN, id: 0 };
}

/// What a batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Events that are gone.
    pub events: u64,
    /// Where the next batch begins; `None`: nothing old is left behind this place.
    pub next: Option<Place>,
    /// How long other writers had to wait for it.
    pub held: Duration,
}

impl Maintenance {
    /// Deletes some of the events that came before `before`, from `place` on, with their payloads, deliveries, attempts
    /// and sandbox messages; none that has a delivery with something still to do, or that came to its end since.
    ///
    /// # Errors
    /// If the database fails: then nothing is gone.
    pub async fn delete_old_events(&self, before: Millis, place: Place) -> Result<Swept, StoreError> {
        // Looked for by a reader, so that a writer waits for the deletion only.
        let old = self.old_events(before, place).await?;
        let Some(last) = old.last().copied() else { return Ok(Swept::default()) };
        let ids: Vec<i64> = old.iter().map(|place| place.id).collect();
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let begun = Instant::now();
        let (events, left) = delete_finished(&mut tx, &ids, before).await?;
        tx.commit().await?;
        // What was too much for one batch is met again; what is unfinished is not.
        let next = if left { place } else { last };
        Ok(Swept { events: u64::try_from(events).unwrap_or_default(), next: Some(next), held: begun.elapsed() })
    }

    async fn old_events(&self, before: Millis, place: Place) -> Result<Vec<Place>, StoreError> {
        let rows = sqlx::query(OLD).bind(before).bind(place.received_at).bind(place.id).bind(EVENTS);
        let (mut bytes, mut old) = (0, Vec::new());
        for row in rows.fetch_all(&self.read).await? {
            bytes += row.try_get::<i64, _>("bytes")?;
            if bytes > BYTES && !old.is_empty() {
                break;
            }
            old.push(Place::from_row(&row)?);
        }
        Ok(old)
    }

    /// Deletes some of the sandbox's messages that came before `before` and belong to no delivery; whether any was left.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_old_tests(&self, before: Millis) -> Result<bool, StoreError> {
        let done = sqlx::query(OLD_TESTS).bind(before).bind(ROWS).execute(&self.write).await?;
        Ok(i64::try_from(done.rows_affected()).unwrap_or_default() == ROWS)
    }

    /// Deletes some of what is done with since `before` (mails, what was done to all that match), of what has been of no
    /// use since `unused` (tokens that Telegram accepted, chats that moved, bots of no profile, addresses for error mails),
    /// of the webhook keys that no longer answer, and of the addresses that did not answer; whether any was left.
    ///
    /// # Errors
    /// If the database fails: then nothing is gone.
    pub async fn delete_unneeded(&self, now: Millis, before: Millis, unused: Millis) -> Result<bool, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let (mut rows, mut left) = (ROWS, false);
        for (statement, until) in [
            (MAIL_FAILURES, before),
            (MAILS, before),
            (BULK_ACTIONS, before),
            (ACCEPTED_TOKENS, unused),
            (MOVED_CHATS, unused),
            (BOTS, unused),
            (WEBHOOK_KEYS, now),
            (UNANSWERED_ADDRESSES, now.saturating_sub(UNANSWERED)),
            (ADDRESSES, unused),
            (ADDRESS_LINKS, now),
        ] {
            let done = sqlx::query(statement).bind(until).bind(rows).execute(&mut *tx).await?;
            rows -= i64::try_from(done.rows_affected()).unwrap_or(rows);
            left |= rows == 0;
        }
        tx.commit().await?;
        Ok(left)
    }

    /// Deletes sessions, one-time links and drafts that have run out, and sessions idle since `idle_since`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_expired(&self, now: Millis, idle_since: Millis) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= ?1 OR last_used_at <= ?2")
            .bind(now)
            .bind(idle_since)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM one_time_links WHERE expires_at <= ?1").bind(now).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM half_sessions WHERE expires_at <= ?1").bind(now).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM drafts WHERE expires_at <= ?1").bind(now).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives some of the file's free pages back to the system, beyond a few to spare; whether there are more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn shrink(&self) -> Result<bool, StoreError> {
        let free = self.free_pages().await?;
        if free <= SPARE_PAGES {
            return Ok(false);
        }
        sqlx::query("PRAGMA incremental_vacuum(16)").execute(&self.write).await?;
        let left = self.free_pages().await?;
        // A file that was not made by this program may not be able to shrink.
        Ok(left > SPARE_PAGES && left < free)
    }

    async fn free_pages(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&self.read).await?)
    }

    /// Folds the write-ahead log into the database as far as no reader needs it. Nobody waits for this; left undone, a
    /// writer would do it in its own commit.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&self.read).await?;
        Ok(())
    }
}

const OLD: &str = "SELECT id, received_at,
    coalesce((SELECT octet_length(body) FROM payloads WHERE event_id = id), 0) AS bytes FROM events
    WHERE received_at < ?1 AND (received_at, id) > (?2, ?3) ORDER BY received_at, id LIMIT ?4";

/// Of the events listed, those with nothing still to do, for so long.
const FINISHED: &str = "SELECT json_group_array(value) FROM json_each(?1) WHERE NOT EXISTS (
    SELECT 1 FROM deliveries WHERE event_id = value AND (finished_at IS NULL OR finished_at >= ?2))";

const ATTEMPTS: &str = "DELETE FROM attempts WHERE id IN (
    SELECT a.id FROM json_each(?1) e CROSS JOIN deliveries d ON d.event_id = e.value
    CROSS JOIN attempts a ON a.delivery_id = d.id LIMIT ?2)";

const SANDBOX_MESSAGES: &str = "DELETE FROM sandbox_messages WHERE id IN (
    SELECT m.id FROM json_each(?1) e CROSS JOIN deliveries d ON d.event_id = e.value
    CROSS JOIN sandbox_messages m ON m.delivery_id = d.id LIMIT ?2)";

/// Whole deliveries only: those with nothing left hanging on them. The first may be larger than the limit of bytes.
const DELIVERIES: &str = "DELETE FROM deliveries WHERE id IN (
    SELECT id FROM (
        SELECT d.id, octet_length(d.parts) AS own, sum(octet_length(d.parts)) OVER (ORDER BY d.id) AS total
        FROM json_each(?1) e CROSS JOIN deliveries d ON d.event_id = e.value
        WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = d.id)
        AND NOT EXISTS (SELECT 1 FROM sandbox_messages WHERE delivery_id = d.id))
    WHERE total - own < ?3 ORDER BY id LIMIT ?2)";

/// Texts that no delivery needs any more. The first may be larger than the limit of bytes.
const TEXTS: &str = "DELETE FROM texts WHERE id IN (
    SELECT id FROM (
        SELECT t.id, octet_length(t.parts) AS own, sum(octet_length(t.parts)) OVER (ORDER BY t.id) AS total
        FROM json_each(?1) e CROSS JOIN texts t ON t.event_id = e.value
        WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = e.value))
    WHERE total - own < ?3 ORDER BY id LIMIT ?2)";

const EVENTS_WITHOUT_DELIVERIES: &str = "DELETE FROM events WHERE id IN (
    SELECT value FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = value)
    AND NOT EXISTS (SELECT 1 FROM texts WHERE event_id = value) LIMIT ?2)";

/// Whether any of the events listed is still there.
const LEFT: &str = "SELECT EXISTS (SELECT 1 FROM json_each(?1) l CROSS JOIN events e ON e.id = l.value)";

const OLD_TESTS: &str = "DELETE FROM sandbox_messages WHERE id IN (
    SELECT id FROM sandbox_messages WHERE delivery_id IS NULL AND at < ?1 LIMIT ?2)";

/// Those of mails that have come to their end; then the mails themselves.
const MAIL_FAILURES: &str = "DELETE FROM mail_failures WHERE id IN (
    SELECT f.id FROM mails m CROSS JOIN mail_failures f ON f.mail_id = m.id
    WHERE m.finished_at IS NOT NULL AND m.finished_at < ?1 LIMIT ?2)";
const MAILS: &str = "DELETE FROM mails WHERE id IN (SELECT m.id FROM mails m
    WHERE m.finished_at IS NOT NULL AND m.finished_at < ?1
    AND NOT EXISTS (SELECT 1 FROM mail_failures f WHERE f.mail_id = m.id) LIMIT ?2)";
const BULK_ACTIONS: &str = "DELETE FROM bulk_actions WHERE id IN (
    SELECT id FROM bulk_actions WHERE finished_at IS NOT NULL AND finished_at < ?1 LIMIT ?2)";
const ACCEPTED_TOKENS: &str = "DELETE FROM accepted_tokens WHERE lane IN (
    SELECT lane FROM accepted_tokens WHERE accepted_at < ?1 LIMIT ?2)";
const MOVED_CHATS: &str = "DELETE FROM moved_chats WHERE chat IN (SELECT chat FROM moved_chats WHERE at < ?1 LIMIT ?2)";
const BOTS: &str = "DELETE FROM bots WHERE id IN (SELECT b.id FROM bots b
    WHERE b.checked_at < ?1 AND NOT EXISTS (SELECT 1 FROM profiles p WHERE p.bot_id = b.id) LIMIT ?2)";
const WEBHOOK_KEYS: &str = "DELETE FROM webhook_keys WHERE key IN (
    SELECT key FROM webhook_keys WHERE retired_at IS NOT NULL AND retired_at <= ?1 LIMIT ?2)";

/// Deletes some of what hangs on these events, and those of them that nothing hangs on any more; none that has a delivery
/// with something still to do, or that came to its end since `before`. How many events went, and whether any is left.
pub(in crate::store) async fn delete_finished(
    tx: &mut SqliteConnection,
    events: &[i64],
    before: Millis,
) -> Result<(i64, bool), StoreError> {
    let finished: String = sqlx::query_scalar(FINISHED).bind(json(events)).bind(before).fetch_one(&mut *tx).await?;
    let mut rows = 0;
    for statement in [ATTEMPTS, SANDBOX_MESSAGES] {
        rows += delete(tx, statement, &finished, ROWS - rows, None).await?;
    }
    rows += delete(tx, DELIVERIES, &finished, ROWS - rows, Some(BYTES)).await?;
    // What the deliveries hold themselves is little where there are shared texts.
    delete(tx, TEXTS, &finished, ROWS - rows, Some(BYTES)).await?;
    let gone = delete(tx, EVENTS_WITHOUT_DELIVERIES, &finished, EVENTS, None).await?;
    let left: bool = sqlx::query_scalar(LEFT).bind(&finished).fetch_one(&mut *tx).await?;
    Ok((gone, left))
}
const UNANSWERED_ADDRESSES: &str = "DELETE FROM mail_addresses WHERE address IN (
    SELECT address FROM mail_addresses WHERE state = 'asked' AND at < ?1 LIMIT ?2)";
const ADDRESSES: &str = "DELETE FROM mail_addresses WHERE address IN (
    SELECT address FROM mail_addresses WHERE state IN ('confirmed', 'stopped') AND at < ?1 LIMIT ?2)";
const ADDRESS_LINKS: &str = "DELETE FROM mail_address_links WHERE code_hash IN (
    SELECT code_hash FROM mail_address_links WHERE expires_at <= ?1 LIMIT ?2)";

async fn delete(
    tx: &mut SqliteConnection,
    statement: &'static str,
    list: &str,
    rows: i64,
    bytes: Option<i64>,
) -> Result<i64, StoreError> {
    let query = sqlx::query(statement).bind(list).bind(rows);
    let query = if bytes.is_some() { query.bind(bytes) } else { query };
    Ok(i64::try_from(query.execute(tx).await?.rows_affected()).unwrap_or(i64::MAX))
}

#[cfg(test)]
pub(in crate::store) const STATEMENTS: [&str; 19] = [
    OLD,
    FINISHED,
    ATTEMPTS,
    SANDBOX_MESSAGES,
    DELIVERIES,
    TEXTS,
    EVENTS_WITHOUT_DELIVERIES,
    LEFT,
    OLD_TESTS,
    MAIL_FAILURES,
    MAILS,
    BULK_ACTIONS,
    ACCEPTED_TOKENS,
    MOVED_CHATS,
    BOTS,
    WEBHOOK_KEYS,
    UNANSWERED_ADDRESSES,
    ADDRESSES,
    ADDRESS_LINKS,
];
