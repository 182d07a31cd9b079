//! The queue of deliveries. One short UPDATE claims a delivery, with a lease. Messages from one sender (one token) to
//! one chat are sent in order, see [`heads`]. A suspended delivery does not hold up others.

pub(in crate::store) mod attempts;
pub(in crate::store) mod bulk;
mod cancelling;
pub(in crate::store) mod heads;
pub(in crate::store) mod matching;
pub(in crate::store) mod outcomes;
pub(in crate::store) mod replayable;
pub(in crate::store) mod replays;

use hookgram::{
    channel::ChannelKind,
    delivery::{DeliveryState, FailureCause},
    message::{Part, StoredMessage},
    secret::BotToken,
};
use secrecy::ExposeSecret as _;
use sqlx::FromRow;

use crate::{
    secrets::seal::{Place, SealError},
    store::{
        Queue, SenderKey, StoreError,
        bots::open_token,
        events::messages::{BROUGHT_ALONG, part_count, parts_of},
        mails::failures::{Failure, add_deliveries},
        names::{ChannelCode, Named, quoted},
        queue::heads::{behind, json, wake_head},
    },
    time::Millis,
};

/// A claimed delivery. No other worker sends it until its lease expires.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The delivery's id.
    pub id: i64,
    /// The event's id.
    pub event_id: i64,
    /// The profile's id, or `None` if the event came through the stateless endpoint or the profile was deleted.
    pub profile_id: Option<i64>,
    /// The owner of the lease.
    pub owner: String,
    /// The sender.
    pub sender: SenderKey,
    /// The chat that the event named. The order is kept within this chat, even after a migration.
    pub named_chat: String,
    /// The chat id or name to send to, as the Bot API takes it. After a migration, it is the new one.
    pub chat: String,
    /// Whether Telegram has already returned a new chat id for this delivery.
    pub migrated: bool,
    /// The channel.
    pub channel: ChannelKind,
    /// The parts of the message; empty if they are too long to be held in memory, see [`crate::store::Events::part`].
    pub parts: Vec<Part>,
    /// The number of the message's parts.
    pub part_count: usize,
    /// The number of parts that have arrived.
    pub parts_sent: usize,
    /// The number of this attempt, starting at 1.
    pub attempt: u32,
    /// The number of attempts before the last replay.
    pub earlier_attempts: u32,
    /// Whether the parts are sent as plain text.
    pub plain: bool,
    /// Whether an earlier attempt got no response, so that the part may have arrived.
    pub unsure: bool,
    /// The time from which the delivery's age is counted: when it was accepted or replayed, or when a new token ended
    /// its suspension.
    pub age_from: Millis,
    /// Whether the token was unknown when the delivery was accepted, and still is (contract §1, "strangers").
    pub stranger: bool,
    /// Telegram's id of the bot, if the channel has bots.
    pub bot_id: Option<i64>,
}

/// A delivery in the log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DeliveryRecord {
    /// The delivery's id.
    pub id: i64,
    /// The event's id.
    pub event_id: i64,
    /// The chat.
    pub chat: Option<String>,
    /// The delivery's state.
    #[sqlx(try_from = "Named<DeliveryState>")]
    pub state: DeliveryState,
    /// The number of parts that have arrived.
    pub parts_sent: i64,
    /// The number of attempts.
    pub attempts: i64,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Millis>,
    /// Whether an attempt got no response.
    pub unsure: bool,
    /// The HTTP status of the last response.
    pub last_status: Option<i64>,
    /// The error description in Telegram's last response.
    pub last_error: Option<String>,
}

/// Counts for the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Totals {
    /// The number of unfinished deliveries.
    pub open: i64,
    /// The number of suspended deliveries among them.
    pub suspended: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    event_id: i64,
    profile_id: Option<i64>,
    lease_owner: String,
    #[sqlx(rename = "lane")]
    sender: Vec<u8>,
    chat: Option<String>,
    migrated_to: Option<String>,
    #[sqlx(try_from = "ChannelCode", rename = "sandbox")]
    channel: ChannelKind,
    /// `None` if they are longer than [`BROUGHT_ALONG`]. In that case `part_count` has a value.
    parts: Option<String>,
    part_count: Option<i64>,
    parts_sent: i64,
    attempts: i64,
    earlier_attempts: i64,
    plain: bool,
    unsure: bool,
    age_from: i64,
    stranger: bool,
    bot_id: Option<i64>,
}

impl TryFrom<Row> for Claimed {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        const UNREADABLE: StoreError = StoreError::corrupt("deliveries.parts");
        let named_chat = row.chat.ok_or(StoreError::corrupt("deliveries.chat"))?;
        let (parts, part_count) = match row.parts {
            Some(json) => {
                let parts = StoredMessage::from_stored(json).parts().map_err(|_| UNREADABLE)?;
                let count = parts.len();
                (parts, count)
            }
            None => (Vec::new(), usize::try_from(row.part_count.ok_or(UNREADABLE)?).map_err(|_| UNREADABLE)?),
        };
        Ok(Self {
            id: row.id,
            event_id: row.event_id,
            profile_id: row.profile_id,
            owner: row.lease_owner,
            sender: SenderKey::of_bytes(row.sender),
            migrated: row.migrated_to.is_some(),
            chat: row.migrated_to.unwrap_or_else(|| named_chat.clone()),
            named_chat,
            channel: row.channel,
            parts,
            part_count,
            parts_sent: usize::try_from(row.parts_sent).unwrap_or_default(),
            attempt: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            earlier_attempts: u32::try_from(row.earlier_attempts).unwrap_or_default(),
            plain: row.plain,
            unsure: row.unsure,
            age_from: row.age_from,
            stranger: row.stranger,
            bot_id: row.bot_id,
        })
    }
}

impl Queue {
    /// Claims those of these deliveries that are still due and still heads, until `lease_until`. A delivery that cannot
    /// be read fails immediately and is not returned.
    pub async fn claim(
        &self,
        heads: &[i64],
        owner: &str,
        now: Millis,
        lease_until: Millis,
    ) -> Result<Vec<Claimed>, StoreError> {
        let mut rows: Vec<Row> = sqlx::query_as(concat!(
            "UPDATE deliveries SET state = ",
            quoted!(DeliveryState::Sending),
            ", attempts = attempts + 1, lease_owner = ?2, next_attempt_at = ?4,
             due_within = ?4 - ?3
             WHERE id IN (SELECT value FROM json_each(?1)) AND finished_at IS NULL AND next_attempt_at <= ?3 AND NOT ",
            behind!(),
            " RETURNING id, event_id, profile_id, lease_owner, lane, chat, migrated_to, sandbox,
             iif(octet_length(",
            parts_of!("deliveries"),
            ") <= ?5, ",
            parts_of!("deliveries"),
            ", NULL) AS parts, iif(octet_length(",
            parts_of!("deliveries"),
            ") <= ?5 OR NOT json_valid(",
            parts_of!("deliveries"),
            "), NULL, ",
            part_count!(parts_of!("deliveries")),
            ") AS part_count, parts_sent, attempts, earlier_attempts, plain, unsure, age_from, stranger,
             bot_id"
        ))
        .bind(json(heads))
        .bind(owner)
        .bind(now)
        .bind(lease_until)
        .bind(BROUGHT_ALONG)
        .fetch_all(&self.write)
        .await?;
        rows.sort_by_key(|row| row.id);
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id;
            match Claimed::try_from(row) {
                Ok(delivery) => claimed.push(delivery),
                Err(error) => self.fail_unreadable(id, &error, now).await,
            }
        }
        Ok(claimed)
    }

    /// Ends a delivery whose row cannot be read, because no attempt can succeed. If this fails as well, the delivery is
    /// claimed again after its lease has expired.
    async fn fail_unreadable(&self, id: i64, why: &StoreError, now: Millis) {
        tracing::error!(delivery = id, %why, "a delivery cannot be read and is given up");
        if let Err(error) = self.end_unreadable(id, why, now).await {
            tracing::error!(delivery = id, %error, "the failure of a delivery could not be stored");
        }
    }

    async fn end_unreadable(&self, id: i64, why: &StoreError, now: Millis) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let (event_id, profile_id, sender, chat): (i64, Option<i64>, Vec<u8>, Option<String>) =
            sqlx::query_as(concat!(
                "UPDATE deliveries SET state = ",
                quoted!(DeliveryState::Failed),
                ", cause = ?4, finished_at = ?2, next_attempt_at = NULL,
             lease_owner = NULL, last_error = ?3 WHERE id = ?1 RETURNING event_id, profile_id, lane, chat"
            ))
            .bind(id)
            .bind(now)
            .bind(why.to_string())
            .bind(FailureCause::Unreadable.name())
            .fetch_one(&mut *tx)
            .await?;
        let sender = SenderKey::of_bytes(sender);
        let failure = Failure { profile_id, sender: &sender, event_id, cause: FailureCause::Unreadable, at: now };
        add_deliveries(&mut tx, failure, &[id]).await?;
        if let Some(chat) = chat {
            wake_head(&mut tx, &sender, &chat, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Makes deliveries due immediately that another owner has claimed. That process has ended, because only one can
    /// run at a time.
    pub async fn release_leases(&self, owner: &str, now: Millis) -> Result<u64, StoreError> {
        let done = sqlx::query(concat!(
            "UPDATE deliveries SET state = ",
            quoted!(DeliveryState::Retrying),
            ", due_within = 0, lease_owner = NULL,
             next_attempt_at = CASE WHEN NOT ",
            behind!(),
            " THEN ?2 END WHERE finished_at IS NULL AND state = ",
            quoted!(DeliveryState::Sending),
            " AND lease_owner IS NOT ?1"
        ))
        .bind(owner)
        .bind(now)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected())
    }

    /// The senders among the newest 20,000 deliveries that Telegram has accepted since `since`, each with the time of
    /// the last acceptance.
    pub async fn senders_heard_since(&self, since: Millis) -> Result<Vec<(SenderKey, Millis)>, StoreError> {
        let rows: Vec<(Vec<u8>, Millis)> = sqlx::query_as(concat!(
            "SELECT lane, max(finished_at) FROM deliveries
             WHERE id IN (SELECT id FROM deliveries ORDER BY id DESC LIMIT 20000)
             AND state = ",
            quoted!(DeliveryState::Delivered),
            " AND finished_at >= ?1 AND sandbox = 0 GROUP BY lane"
        ))
        .bind(since)
        .fetch_all(&self.read)
        .await?;
        Ok(rows.into_iter().map(|(sender, at)| (SenderKey::of_bytes(sender), at)).collect())
    }

    /// The token with which to send a claimed delivery: its profile's current token, or the token that came with the
    /// event.
    ///
    /// # Errors
    ///
    /// If the token cannot be decrypted.
    pub async fn token_for(&self, claimed: &Claimed) -> Result<Option<BotToken>, StoreError> {
        if let Some(id) = claimed.profile_id {
            let bot: Option<(i64, Option<Vec<u8>>)> = sqlx::query_as(
                "SELECT b.id, b.token FROM profiles p JOIN bots b ON b.id = p.bot_id AND b.sender IS NOT NULL
                 WHERE p.id = ?1",
            )
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
            return match bot {
                Some((bot, Some(sealed))) => open_token(&self.sealer, bot, &sealed).map(Some),
                // The token waits for the key with which it was encrypted, see `store/bots/moving.rs`.
                Some((_, None)) => Err(SealError::CannotOpen.into()),
                None => Ok(None),
            };
        }
        let row: Option<(String, Option<Vec<u8>>)> =
            sqlx::query_as("SELECT public_id, token FROM events WHERE id = ?1")
                .bind(claimed.event_id)
                .fetch_optional(&self.read)
                .await?;
        let Some((public_id, Some(sealed))) = row else { return Ok(None) };
        let text = self.sealer.open(Place::EventToken(&public_id), &sealed)?;
        let token = BotToken::parse(text.expose_secret()).map_err(|_| StoreError::corrupt("events.token"))?;
        Ok(Some(token))
    }

    /// The newest deliveries, newest first.
    pub async fn deliveries(&self, limit: i64) -> Result<Vec<DeliveryRecord>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, event_id, chat, state, parts_sent, attempts, next_attempt_at, unsure, last_status, last_error
             FROM deliveries ORDER BY id DESC LIMIT ?1",
        )
        .bind(limit)
        .fetch_all(&self.read)
        .await?)
    }

    /// Counts for the metrics.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        Ok(sqlx::query_as(concat!(
            "SELECT suspended + (SELECT count(*) FROM deliveries WHERE finished_at IS NULL AND state <> ",
            quoted!(DeliveryState::Suspended),
            ") AS open,
             suspended FROM (SELECT count(*) AS suspended FROM deliveries WHERE state = ",
            quoted!(DeliveryState::Suspended),
            ")"
        ))
        .fetch_one(&self.read)
        .await?)
    }
}
