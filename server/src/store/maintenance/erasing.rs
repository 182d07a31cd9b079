//! Erases a person: deletes all data stored about a chat. The erasure is recorded without the chat's full id.

use hookgram::audit::AuditAction;
use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{
        Maintenance, StoreError,
        audit::{self, By, Change, Entry},
        events::{messages::UNUSED, payloads::unpack},
        names::quoted,
        queue::heads::json,
    },
    time::Millis,
};

const STEP: i64 = 20;
/// The number of deleted words around which one commit overwrites remnants, and the number of rows to rewrite around
/// each: more than two pages contain.
const WORDS: usize = 4;
const ROWS_AROUND: i64 = 300;
const LOOKED: i64 = 200;
/// The number of erasures that a page shows, latest first.
const SHOWN: i64 = 20;

/// The amount of data stored about a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Stored {
    /// The number of events with a delivery to it.
    pub events: i64,
    /// The number of messages to it.
    pub messages: i64,
    /// The number of its unfinished deliveries.
    pub waiting: i64,
    /// The number of its bookings.
    pub bookings: i64,
    /// Whether the chat belongs to a customer.
    pub is_customer: bool,
}

/// A completed erasure.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Erasure {
    /// The last three digits of the chat's id.
    pub chat_end: String,
    /// The number of deleted events.
    pub events: i64,
    /// The number of deleted messages.
    pub messages: i64,
    /// The person who requested it.
    pub asked_by: String,
    /// The time of the erasure.
    pub at: Millis,
}

/// SQL: the chat, the chats that migrated to it, and the chat that it migrated to.
const CHATS: &str = "SELECT json_group_array(chat) FROM (SELECT ?1 AS chat UNION SELECT chat FROM moved_chats
    WHERE moved_to = ?1 UNION SELECT moved_to FROM moved_chats WHERE chat = ?1)";

impl Maintenance {
    /// The amount of data stored about a chat.
    pub async fn stored_about(&self, chat: &str) -> Result<Stored, StoreError> {
        let chats: String = sqlx::query_scalar(CHATS).bind(chat).fetch_one(&self.read).await?;
        Ok(sqlx::query_as(
            "SELECT count(DISTINCT d.event_id) AS events,
             count(*) + (SELECT count(*) FROM sandbox_messages WHERE delivery_id IS NULL
                 AND chat IN (SELECT value FROM json_each(?1))) AS messages,
             coalesce(sum(d.finished_at IS NULL), 0) AS waiting,
             (SELECT count(*) FROM json_each(?1) l CROSS JOIN bookings b ON b.customer_id = l.value) AS bookings,
             EXISTS (SELECT 1 FROM json_each(?1) l CROSS JOIN customers k ON k.id = l.value) AS is_customer
             FROM json_each(?1) c CROSS JOIN deliveries d INDEXED BY deliveries_by_chat ON d.chat = c.value",
        )
        .bind(chats)
        .fetch_one(&self.read)
        .await?)
    }

    /// Erases all data stored about a chat: messages to it, sent or not, their events with their bodies, and events
    /// without messages whose body names the chat; also the customer to whom the chat belongs, with their subscriptions
    /// and bookings. If an event has messages to other chats as well, those are kept, but its body is deleted. A
    /// `/stop` is kept, as a hash.
    ///
    /// # Errors
    ///
    /// Data that was erased before the error stays erased, and the call can be repeated.
    pub async fn erase(&self, chat: &str, by: &By, now: Millis) -> Result<Erasure, StoreError> {
        let chats: String = sqlx::query_scalar(CHATS).bind(chat).fetch_one(&self.read).await?;
        let ids: Vec<String> = serde_json::from_str(&chats).map_err(|_| StoreError::corrupt("moved_chats"))?;
        let digits: Vec<char> = chat.chars().collect();
        let chat_end: String = digits.iter().skip(digits.len().saturating_sub(3)).collect();
        let stored = self.stored_about(chat).await?;
        let counts = [("event_count", stored.events), ("messages", stored.messages)];
        let counts = counts.map(|(what, count)| Change::new(what, count.to_string(), "0"));
        let begun = Entry::new(by, AuditAction::CustomerErased).to(&format!("…{chat_end}"), None).with(counts.to_vec());
        let mut begun = Some(&begun);
        let (mut events, mut messages) = (0, 0);
        loop {
            let (gone, sent) = self.erase_some(&chats, begun.take()).await?;
            if sent == 0 {
                break;
            }
            events += gone;
            messages += sent;
        }
        events += self.erase_unanswered(&ids).await?;
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        overwrite(&mut tx, true).await?;
        for statement in [SUBSCRIPTIONS, CUSTOMERS, BOOKINGS, GROUPS] {
            delete(&mut tx, statement, &chats).await?;
        }
        messages +=
            delete(&mut tx, "DELETE FROM sandbox_messages WHERE chat IN (SELECT value FROM json_each(?1))", &chats)
                .await?;
        delete(&mut tx, "DELETE FROM unreachable WHERE chat IN (SELECT value FROM json_each(?1))", &chats).await?;
        let moved = "DELETE FROM moved_chats WHERE chat IN (SELECT value FROM json_each(?1))
            OR moved_to IN (SELECT value FROM json_each(?1))";
        delete(&mut tx, moved, &chats).await?;
        overwrite(&mut tx, false).await?;
        let erasure = Erasure { chat_end, events, messages, asked_by: by.who.clone(), at: now };
        sqlx::query("INSERT INTO erasures (chat_end, events, messages, asked_by, at) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(&erasure.chat_end)
            .bind(erasure.events)
            .bind(erasure.messages)
            .bind(&erasure.asked_by)
            .bind(erasure.at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        // The write-ahead log contains the old content of the overwritten pages until a checkpoint.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.write).await?;
        Ok(erasure)
    }

    /// The latest erasures, newest first.
    pub async fn erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let latest = "SELECT chat_end, events, messages, asked_by, at FROM erasures ORDER BY id DESC LIMIT ?1";
        Ok(sqlx::query_as(latest).bind(SHOWN).fetch_all(&self.read).await?)
    }

    /// Erases some deliveries. Returns the numbers of deleted events and messages. The first step records the entry
    /// `begun`.
    async fn erase_some(&self, chats: &str, begun: Option<&Entry<'_>>) -> Result<(i64, i64), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(begun) = begun {
            audit::record(&mut tx, begun).await?;
        }
        overwrite(&mut tx, true).await?;
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT d.id, d.event_id, d.participant FROM json_each(?1) c
             CROSS JOIN deliveries d INDEXED BY deliveries_by_chat ON d.chat = c.value LIMIT ?2",
        )
        .bind(chats)
        .bind(STEP)
        .fetch_all(&mut *tx)
        .await?;
        let deliveries = json(&rows.iter().map(|(delivery, ..)| *delivery).collect::<Vec<_>>());
        let events = json(&rows.iter().map(|(_, event, _)| *event).collect::<Vec<_>>());
        let people = json(&rows.iter().map(|(_, event, participant)| [*event, *participant]).collect::<Vec<_>>());
        delete(
            &mut tx,
            "DELETE FROM sandbox_messages WHERE delivery_id IN (SELECT value FROM json_each(?1))",
            &deliveries,
        )
        .await?;
        let messages =
            delete(&mut tx, "DELETE FROM deliveries WHERE id IN (SELECT value FROM json_each(?1))", &deliveries)
                .await?;
        delete(&mut tx, UNUSED, &events).await?;
        let words = words_of(&mut tx, &people).await?;
        delete(&mut tx, PEOPLE, &people).await?;
        delete(&mut tx, "DELETE FROM payloads WHERE event_id IN (SELECT value FROM json_each(?1))", &events).await?;
        let copies = "DELETE FROM events WHERE duplicate_of IN (SELECT value FROM json_each(?1))";
        let mut gone = delete(&mut tx, copies, &events).await?;
        let alone = "DELETE FROM events WHERE id IN (SELECT value FROM json_each(?1))
            AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = events.id)";
        gone += delete(&mut tx, alone, &events).await?;
        overwrite(&mut tx, false).await?;
        tx.commit().await?;
        self.overwrite_words(&words).await?;
        Ok((gone, messages))
    }

    /// Deletes the events without messages whose body names the chat. Returns their number.
    async fn erase_unanswered(&self, chats: &[String]) -> Result<i64, StoreError> {
        let (mut behind, mut gone) = (0_i64, 0);
        loop {
            let rows: Vec<(i64, String, Vec<u8>)> = sqlx::query_as(concat!(
                "SELECT e.id, p.encoding, p.body FROM events e JOIN payloads p ON p.event_id = e.id
                 WHERE e.id > ?1 AND e.outcome <> ",
                quoted!(EventOutcome::Accepted),
                " ORDER BY e.id LIMIT ?2"
            ))
            .bind(behind)
            .bind(LOOKED)
            .fetch_all(&self.read)
            .await?;
            let Some((last, _, _)) = rows.last() else { return Ok(gone) };
            behind = *last;
            let named: Vec<i64> = rows
                .into_iter()
                .filter(|(_, encoding, body)| match unpack(encoding, body.clone()) {
                    Ok(body) => chats.iter().any(|chat| names(&body, chat)),
                    // A body that cannot be read names no chat.
                    Err(_) => false,
                })
                .map(|(id, _, _)| id)
                .collect();
            if named.is_empty() {
                continue;
            }
            let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
            overwrite(&mut tx, true).await?;
            let people: String = sqlx::query_scalar(PEOPLE_OF).bind(json(&named)).fetch_one(&mut *tx).await?;
            let words = words_of(&mut tx, &people).await?;
            let statement = "DELETE FROM events WHERE id IN (SELECT value FROM json_each(?1))";
            gone += delete(&mut tx, statement, &json(&named)).await?;
            overwrite(&mut tx, false).await?;
            tx.commit().await?;
            self.overwrite_words(&words).await?;
        }
    }

    /// Removes remnants of deleted words. When SQLite splits a page of the index, a copy of a row may stay in the
    /// unused part of a nearby page, which is not overwritten when the row is deleted. This deletes and reinserts the
    /// surrounding rows, which rewrites these pages.
    async fn overwrite_words(&self, words: &[Word]) -> Result<(), StoreError> {
        for words in words.chunks(WORDS) {
            let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
            overwrite(&mut tx, true).await?;
            for (word, event, participant) in words {
                let around: String = sqlx::query_scalar(AROUND)
                    .bind(word)
                    .bind(event)
                    .bind(participant)
                    .bind(ROWS_AROUND)
                    .fetch_one(&mut *tx)
                    .await?;
                delete(&mut tx, DELETE_WORDS, &around).await?;
                sqlx::query(INSERT_WORDS).bind(around).execute(&mut *tx).await?;
            }
            overwrite(&mut tx, false).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// SQL: deletes the people of these pairs of an event and a participant. A trigger deletes their words.
const PEOPLE: &str = "DELETE FROM people WHERE (event_id, participant) IN (
    SELECT value ->> 0, value ->> 1 FROM json_each(?1))";
/// SQL: the pairs of an event and a participant of these events.
const PEOPLE_OF: &str = "SELECT json_group_array(json_array(p.event_id, p.participant))
    FROM json_each(?1) e CROSS JOIN people p ON p.event_id = e.value";
/// SQL: the rows of the words of these people.
const WORDS_OF: &str = "SELECT w.value, p.event_id, p.participant FROM json_each(?1) e
    CROSS JOIN people p ON p.event_id = e.value ->> 0 AND p.participant = e.value ->> 1 CROSS JOIN json_each(p.words) w";
/// SQL: the rows before and after a row.
const AROUND: &str = "SELECT json_group_array(json_array(word, event_id, participant)) FROM (
    SELECT * FROM (SELECT word, event_id, participant FROM people_words WHERE (word, event_id, participant) < (?1, ?2, ?3)
        ORDER BY word DESC, event_id DESC, participant DESC LIMIT ?4)
    UNION ALL
    SELECT * FROM (SELECT word, event_id, participant FROM people_words WHERE (word, event_id, participant) > (?1, ?2, ?3)
        ORDER BY word, event_id, participant LIMIT ?4))";
const DELETE_WORDS: &str = "DELETE FROM people_words WHERE (word, event_id, participant) IN (
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1))";
const INSERT_WORDS: &str = "INSERT INTO people_words (word, event_id, participant)
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1) ORDER BY 1, 2, 3";

/// A row of `people_words`.
type Word = (String, i64, i64);

async fn words_of(tx: &mut SqliteConnection, people: &str) -> Result<Vec<Word>, StoreError> {
    Ok(sqlx::query_as(WORDS_OF).bind(people).fetch_all(tx).await?)
}

const SUBSCRIPTIONS: &str = "DELETE FROM subscriptions WHERE customer_id IN (SELECT value FROM json_each(?1))";
const CUSTOMERS: &str = "DELETE FROM customers WHERE id IN (SELECT value FROM json_each(?1))";
const BOOKINGS: &str = "DELETE FROM bookings WHERE customer_id IN (SELECT value FROM json_each(?1))";
const GROUPS: &str = "DELETE FROM told_groups WHERE chat IN (SELECT value FROM json_each(?1))";

/// Turns full overwriting of deleted content on or off. Without it, deleted content stays in the file until its space
/// is reused.
async fn overwrite(tx: &mut SqliteConnection, on: bool) -> Result<(), StoreError> {
    let statement = if on { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = FAST" };
    sqlx::query(statement).execute(tx).await?;
    Ok(())
}

async fn delete(tx: &mut SqliteConnection, statement: &'static str, list: &str) -> Result<i64, StoreError> {
    let done = sqlx::query(statement).bind(list).execute(tx).await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}

/// Whether a body names a chat: it contains the digits of its id, with no other digit next to them.
fn names(body: &[u8], chat: &str) -> bool {
    let wanted = chat.as_bytes();
    let is_digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
    !wanted.is_empty()
        && body.windows(wanted.len()).enumerate().any(|(at, here)| {
            here == wanted
                && !is_digit(at.checked_sub(1).and_then(|before| body.get(before)))
                && !is_digit(body.get(at + wanted.len()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_names_a_chat_only_by_its_exact_digits() {
        for (body, named) in [
            (r#"{"Value":"482113907"}"#, true),
            (r#"{"Value":482113907}"#, true),
            ("482113907", true),
            ("1482113907", false),
            ("4821139070", false),
            ("48211390", false),
            ("", false),
        ] {
            assert_eq!(names(body.as_bytes(), "482113907"), named, "{body}");
        }
        assert!(!names(b"x", ""));
    }
}
