//! The customers of booking bots: their names, subscriptions and bookings.

pub(in crate::store) mod bookings;
pub(in crate::store) mod missed;
pub(in crate::store) mod reading;
pub(in crate::store) mod sandbox_talk;
pub(in crate::store) mod stops;

use hookgram::booking::{Booking, Standing};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{Customers, StoreError, profiles::folding::fold},
    time::Millis,
};

/// A person as described in an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Telegram's id of the person, and of their private chat.
    pub id: i64,
    /// The first name.
    pub first_name: String,
    /// The last name; empty if there is none.
    pub last_name: String,
    /// The `@name` without the `@`; empty if there is none.
    pub username: String,
    /// The language that Telegram reports; empty if it reports none.
    pub language: String,
}

/// A customer's booking, as read from events.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct BookingRow {
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
    /// Whether it was cancelled.
    pub cancelled: bool,
}

impl From<BookingRow> for Booking {
    fn from(row: BookingRow) -> Self {
        Self { start: row.starts_at, service_name: row.service, number: row.number, link: row.link }
    }
}

impl Customers {
    /// Records that a person has written to a bot. Returns the person's previous standing with the bot. `starts` means
    /// that they pressed Start, so that they receive messages again.
    pub async fn met(&self, bot: i64, who: &Contact, starts: bool, at: Millis) -> Result<Standing, StoreError> {
        let stopped = self.stop_hash(bot, who.id).await?;
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        put_contact(&mut tx, who, at).await?;
        let started: Option<Option<Millis>> =
            sqlx::query_scalar("SELECT started_at FROM subscriptions WHERE customer_id = ?1 AND bot_id = ?2")
                .bind(who.id)
                .bind(bot)
                .fetch_optional(&mut *tx)
                .await?;
        let has_stopped = match &stopped {
            Some(hash) => stops::exists(&mut tx, hash).await?,
            None => false,
        };
        // A person who writes to a bot has not blocked it.
        is_reachable(&mut tx, bot, who.id).await?;
        sqlx::query(
            "INSERT INTO subscriptions (customer_id, bot_id, started_at) VALUES (?1, ?2, iif(?4, ?3, NULL))
             ON CONFLICT (customer_id, bot_id) DO UPDATE SET blocked_at = NULL, started_at = iif(?4, ?3, started_at)",
        )
        .bind(who.id)
        .bind(bot)
        .bind(at)
        .bind(starts)
        .execute(&mut *tx)
        .await?;
        if let Some(hash) = stopped.filter(|_| starts && has_stopped) {
            sqlx::query("DELETE FROM stops WHERE hash = ?1").bind(hash).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(match started.flatten() {
            _ if has_stopped => Standing::Stopped,
            Some(_) => Standing::Subscribed,
            None => Standing::New,
        })
    }

    /// Stores that a person has blocked or unblocked a bot (Bot API: my_chat_member).
    pub async fn set_blocked(&self, bot: i64, who: &Contact, blocked: bool, at: Millis) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        put_contact(&mut tx, who, at).await?;
        sqlx::query(
            "INSERT INTO subscriptions (customer_id, bot_id, blocked_at) VALUES (?1, ?2, iif(?4, ?3, NULL))
             ON CONFLICT (customer_id, bot_id) DO UPDATE SET blocked_at = iif(?4, coalesce(blocked_at, ?3), NULL)",
        )
        .bind(who.id)
        .bind(bot)
        .bind(at)
        .bind(blocked)
        .execute(&mut *tx)
        .await?;
        if !blocked {
            is_reachable(&mut tx, bot, who.id).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Whether a message that is not a command may be answered. This is allowed once within `pause` milliseconds.
    /// Records the answer if it is allowed.
    pub async fn may_tell(&self, bot: i64, customer: i64, pause: Millis, at: Millis) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE subscriptions SET told_at = ?3 WHERE customer_id = ?1 AND bot_id = ?2
             AND (told_at IS NULL OR told_at <= ?3 - ?4 OR told_at > ?3)",
        )
        .bind(customer)
        .bind(bot)
        .bind(at)
        .bind(pause)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Whether a group should be told that the bot works in private chats only. True once for each group.
    pub async fn tell_group(&self, bot: i64, chat: i64, at: Millis) -> Result<bool, StoreError> {
        let done = sqlx::query("INSERT INTO told_groups (bot_id, chat, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
            .bind(bot)
            .bind(chat)
            .bind(at)
            .execute(&self.write)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// The bookings of a customer at a bot that are neither over nor cancelled, earliest first; orders last.
    pub async fn bookings(&self, bot: i64, customer: i64, now: Millis) -> Result<Vec<BookingRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT case_id, starts_at, service, number, link, cancelled FROM bookings
             WHERE bot_id = ?1 AND customer_id = ?2 AND NOT cancelled AND (starts_at IS NULL OR starts_at >= ?3)
             ORDER BY starts_at IS NULL, starts_at, told_at DESC",
        )
        .bind(bot)
        .bind(customer)
        .bind(now)
        .fetch_all(&self.read)
        .await?)
    }
}

/// Deletes the record that the bot cannot reach a person.
async fn is_reachable(tx: &mut SqliteConnection, bot: i64, customer: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM unreachable WHERE bot_id = ?1 AND chat = ?2")
        .bind(bot)
        .bind(customer.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

async fn put_contact(tx: &mut SqliteConnection, who: &Contact, at: Millis) -> Result<(), StoreError> {
    let folded = fold(&format!("{} {}\n@{}", who.first_name, who.last_name, who.username));
    sqlx::query(
        "INSERT INTO customers (id, first_name, last_name, username, language, folded, first_at, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT (id) DO UPDATE SET first_name = ?2, last_name = ?3,
         username = ?4, language = iif(?5 = '', language, ?5), folded = ?6, last_at = max(last_at, ?7)",
    )
    .bind(who.id)
    .bind(&who.first_name)
    .bind(&who.last_name)
    .bind(&who.username)
    .bind(&who.language)
    .bind(folded)
    .bind(at)
    .execute(tx)
    .await?;
    Ok(())
}
