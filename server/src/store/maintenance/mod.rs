//! Deletes old data: events with all their rows, in small bounded writes. Then shrinks the file.

pub(in crate::store) mod converting;
pub(in crate::store) mod erasing;
pub(in crate::store) mod people;

use std::time::{Duration, Instant};

use sqlx::{FromRow, Row as _, SqliteConnection};

use crate::{
    store::{Maintenance, StoreError, queue::heads::json},
    time::Millis,
};

/// The number of events that one batch examines.
const EVENTS: i64 = 16;
/// The number of rows that one batch deletes. Each delivery, attempt and sandbox message counts as one.
const ROWS: i64 = 64;
/// The number of bytes of payloads, or of messages, that one batch deletes. A single larger one is still deleted.
const BYTES: i64 = 128 * 1024;
/// How long an address is remembered that does not answer confirmation mails, in milliseconds. This is longer than the
/// longest delay between two such mails.
const UNANSWERED: Millis = 60 * DAY;
const DAY: Millis = 24 * 60 * 60 * 1000;
/// The number of free pages (4 KiB each) that the file may keep for new data.
const SPARE_PAGES: i64 = 256;

/// A position among the events, in the order in which they were received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct SweepPlace {
    received_at: Millis,
    id: i64,
}

impl SweepPlace {
    /// The position before all events.
    pub const FIRST: Self = Self { received_at: Millis::MIN, id: 0 };
}

/// The result of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// The number of deleted events.
    pub events: u64,
    /// The position where the next batch begins, or `None` if no old event follows it.
    pub next: Option<SweepPlace>,
    /// How long other writers had to wait for the batch.
    pub held: Duration,
}

impl Maintenance {
    /// Deletes some of the events received before `before`, from `place` on, with their payloads, deliveries, attempts
    /// and sandbox messages. Keeps events that have an unfinished delivery, or one finished since `before`.
    pub async fn delete_old_events(&self, before: Millis, place: SweepPlace) -> Result<Swept, StoreError> {
        // The search uses a reading connection, so that other writers wait only for the deletion.
        let old = self.old_events(before, place).await?;
        let Some(last) = old.last().copied() else { return Ok(Swept::default()) };
        let ids: Vec<i64> = old.iter().map(|place| place.id).collect();
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let begun = Instant::now();
        let (events, left) = delete_finished(&mut tx, &ids, before).await?;
        tx.commit().await?;
        // If the batch could not delete all of these events, the next one begins at the same position. Unfinished
        // events are skipped.
        let next = if left { place } else { last };
        Ok(Swept { events: u64::try_from(events).unwrap_or_default(), next: Some(next), held: begun.elapsed() })
    }

    async fn old_events(&self, before: Millis, place: SweepPlace) -> Result<Vec<SweepPlace>, StoreError> {
        let rows = sqlx::query(OLD).bind(before).bind(place.received_at).bind(place.id).bind(EVENTS);
        let (mut bytes, mut old) = (0, Vec::new());
        for row in rows.fetch_all(&self.read).await? {
            bytes += row.try_get::<i64, _>("bytes")?;
            if bytes > BYTES && !old.is_empty() {
                break;
            }
            old.push(SweepPlace::from_row(&row)?);
        }
        Ok(old)
    }

    /// Deletes some of the sandbox's messages from before `before` that belong to no delivery. Returns whether any may
    /// be left.
    pub async fn delete_old_tests(&self, before: Millis) -> Result<bool, StoreError> {
        let done = sqlx::query(OLD_TESTS).bind(before).bind(ROWS).execute(&self.write).await?;
        Ok(i64::try_from(done.rows_affected()).unwrap_or_default() == ROWS)
    }

    /// Deletes some of the data that is no longer needed: mails and bulk actions finished before `before`; accepted
    /// tokens, migrated chats, bots without a token and addresses for error mails that were last used before `unused`;
    /// expired webhook keys and address links; addresses that did not answer. Returns whether any may be left.
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

    /// Deletes some of the bookings that began more than a day ago, of the orders that are older than 30 days, and of
    /// the notices to groups that are older than a year. Then deletes customers without bookings whose last contact was
    /// before `before`, with their subscriptions. Returns whether any may be left.
    pub async fn delete_old_customers(&self, now: Millis, before: Millis) -> Result<bool, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut rows = ROWS;
        for (statement, until) in [
            (BOOKINGS, now.saturating_sub(DAY)),
            (ORDERS, now.saturating_sub(30 * DAY)),
            (TOLD_GROUPS, now.saturating_sub(365 * DAY)),
            (CUSTOMERS, before),
        ] {
            let done = sqlx::query(statement).bind(until).bind(rows).execute(&mut *tx).await?;
            rows -= i64::try_from(done.rows_affected()).unwrap_or(rows);
        }
        tx.commit().await?;
        Ok(rows == 0)
    }

    /// Deletes expired sessions, one-time links and drafts, and sessions idle since `idle_since`.
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

    /// Returns some of the file's free pages to the operating system, except for a reserve. Returns whether there are
    /// more.
    pub async fn shrink(&self) -> Result<bool, StoreError> {
        let free = self.free_pages().await?;
        if free <= SPARE_PAGES {
            return Ok(false);
        }
        sqlx::query("PRAGMA incremental_vacuum(16)").execute(&self.write).await?;
        let left = self.free_pages().await?;
        // A database file that another program created may be unable to shrink.
        Ok(left > SPARE_PAGES && left < free)
    }

    async fn free_pages(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&self.read).await?)
    }

    /// Moves the write-ahead log into the database as far as no reader needs it. Nobody waits for this. Otherwise a
    /// writer would have to do it in its own commit.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&self.read).await?;
        Ok(())
    }
}

const OLD: &str = "SELECT id, received_at,
    coalesce((SELECT octet_length(body) FROM payloads WHERE event_id = id), 0) AS bytes FROM events
    WHERE received_at < ?1 AND (received_at, id) > (?2, ?3) ORDER BY received_at, id LIMIT ?4";

/// SQL: those of the listed events that have no unfinished delivery and none finished since `?2`.
const FINISHED: &str = "SELECT json_group_array(value) FROM json_each(?1) WHERE NOT EXISTS (
    SELECT 1 FROM deliveries WHERE event_id = value AND (finished_at IS NULL OR finished_at >= ?2))";

const ATTEMPTS: &str = "DELETE FROM attempts WHERE id IN (
    SELECT a.id FROM json_each(?1) e CROSS JOIN deliveries d ON d.event_id = e.value
    CROSS JOIN attempts a ON a.delivery_id = d.id LIMIT ?2)";

const SANDBOX_MESSAGES: &str = "DELETE FROM sandbox_messages WHERE id IN (
    SELECT m.id FROM json_each(?1) e CROSS JOIN deliveries d ON d.event_id = e.value
    CROSS JOIN sandbox_messages m ON m.delivery_id = d.id LIMIT ?2)";

/// SQL: deletes deliveries that have no attempts or sandbox messages left. The first may be larger than the limit of
/// bytes.
const DELIVERIES: &str = "DELETE FROM deliveries WHERE id IN (
    SELECT id FROM (
        SELECT d.id, octet_length(d.parts) AS own, sum(octet_length(d.parts)) OVER (ORDER BY d.id) AS total
        FROM json_each(?1) e CROSS JOIN deliveries d ON d.event_id = e.value
        WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = d.id)
        AND NOT EXISTS (SELECT 1 FROM sandbox_messages WHERE delivery_id = d.id))
    WHERE total - own < ?3 ORDER BY id LIMIT ?2)";

/// SQL: deletes people of events without deliveries. A trigger deletes their words.
const PEOPLE: &str = "DELETE FROM people WHERE (event_id, participant) IN (
    SELECT p.event_id, p.participant FROM json_each(?1) e CROSS JOIN people p ON p.event_id = e.value
    WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = e.value) LIMIT ?2)";

/// SQL: deletes texts of events without deliveries. The first may be larger than the limit of bytes.
const TEXTS: &str = "DELETE FROM texts WHERE id IN (
    SELECT id FROM (
        SELECT t.id, octet_length(t.parts) AS own, sum(octet_length(t.parts)) OVER (ORDER BY t.id) AS total
        FROM json_each(?1) e CROSS JOIN texts t ON t.event_id = e.value
        WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = e.value))
    WHERE total - own < ?3 ORDER BY id LIMIT ?2)";

const EVENTS_WITHOUT_DELIVERIES: &str = "DELETE FROM events WHERE id IN (
    SELECT value FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = value)
    AND NOT EXISTS (SELECT 1 FROM texts WHERE event_id = value)
    AND NOT EXISTS (SELECT 1 FROM people WHERE event_id = value) LIMIT ?2)";

/// SQL: whether any of the listed events still exists.
const LEFT: &str = "SELECT EXISTS (SELECT 1 FROM json_each(?1) l CROSS JOIN events e ON e.id = l.value)";

const OLD_TESTS: &str = "DELETE FROM sandbox_messages WHERE id IN (
    SELECT id FROM sandbox_messages WHERE delivery_id IS NULL AND at < ?1 LIMIT ?2)";

/// SQL: deletes the failures of finished mails. [`MAILS`] then deletes the mails themselves.
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
const BOTS: &str =
    "DELETE FROM bots WHERE id IN (SELECT id FROM bots WHERE sender IS NULL AND id > 0 AND answered_at < ?1 LIMIT ?2)";
const WEBHOOK_KEYS: &str = "DELETE FROM webhook_keys WHERE key IN (
    SELECT key FROM webhook_keys WHERE retired_at IS NOT NULL AND retired_at <= ?1 LIMIT ?2)";

/// Deletes some of the rows that belong to these events, and the events that have no such rows left. Keeps events with
/// an unfinished delivery, or one finished since `before`. Returns the number of deleted events, and whether any
/// deletable one is left.
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
    // Deliveries with a shared text are small themselves, so the texts have a limit of bytes of their own.
    delete(tx, TEXTS, &finished, ROWS - rows, Some(BYTES)).await?;
    delete(tx, PEOPLE, &finished, ROWS, None).await?;
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

const BOOKINGS: &str = "DELETE FROM bookings WHERE (bot_id, customer_id, case_id) IN (
    SELECT bot_id, customer_id, case_id FROM bookings WHERE starts_at IS NOT NULL AND starts_at < ?1 LIMIT ?2)";
const ORDERS: &str = "DELETE FROM bookings WHERE (bot_id, customer_id, case_id) IN (
    SELECT bot_id, customer_id, case_id FROM bookings WHERE starts_at IS NULL AND told_at < ?1 LIMIT ?2)";
const TOLD_GROUPS: &str = "DELETE FROM told_groups WHERE (bot_id, chat) IN (
    SELECT bot_id, chat FROM told_groups WHERE at < ?1 LIMIT ?2)";
/// SQL: deletes customers. Their subscriptions are deleted by cascade.
const CUSTOMERS: &str = "DELETE FROM customers WHERE id IN (SELECT c.id FROM customers c WHERE c.last_at < ?1
    AND NOT EXISTS (SELECT 1 FROM bookings b WHERE b.customer_id = c.id) LIMIT ?2)";

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
pub(in crate::store) const STATEMENTS: [&str; 24] = [
    OLD,
    FINISHED,
    ATTEMPTS,
    SANDBOX_MESSAGES,
    DELIVERIES,
    TEXTS,
    PEOPLE,
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
    BOOKINGS,
    ORDERS,
    TOLD_GROUPS,
    CUSTOMERS,
];
