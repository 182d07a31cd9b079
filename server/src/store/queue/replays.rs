//! Replays of deliveries that have come to their end. As it was: one that did not arrive takes up its old place, with
//! what has not arrived of it. As it is, or of one that has arrived: a new delivery takes its place, once and for all.

use hookgram::{
    audit::AuditAction,
    delivery::{DeliveryState, FailureCause},
    message::StoredMessage,
    replay::{Handled, ReplayError},
};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{
        NewDelivery, Queue, StoreError,
        audit::{By, record_handled},
        events::messages,
        mails::failures::{Failure, add_deliveries},
        names::{ChannelCode, quoted},
        queue::{
            bulk::{Bulk, advance},
            heads::take_place,
            replayable::{Replayable, Sender},
            suspended::cause_of,
        },
    },
    time::Millis,
};

/// A delivery to replay.
#[derive(Clone, Debug)]
pub enum Wish {
    /// The message as it was made.
    AsItWas(i64),
    /// This message in place of it.
    AsItIs {
        /// The delivery.
        id: i64,
        /// Of the profile that the message was made with; `None`: there is no profile.
        version: Option<i64>,
        /// The message, or why there is none.
        message: Result<NewDelivery, ReplayError>,
    },
}

/// Which messages may be sent once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Somebody asks for these very deliveries.
    Exactly,
    /// None that has arrived in some other way.
    Undelivered,
}

/// What a delivery is made anew from.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ReplaySource {
    /// Its event.
    pub event_id: i64,
    /// Its profile.
    pub profile_id: Option<i64>,
    /// Index into the event's participants.
    pub participant: i64,
    /// What the URL said for that call.
    pub overrides: String,
}

impl Queue {
    /// Replays these deliveries in one commit, few at a time. `None`, and nothing is changed: a profile has changed since
    /// its message was made.
    ///
    /// # Errors
    /// If the database fails: then nothing is replayed.
    pub async fn replay(
        &self,
        wishes: &[Wish],
        ask: Ask,
        by: &By,
        now: Millis,
    ) -> Result<Option<Vec<Handled>>, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let Some(handled) = fulfil_all(&mut tx, wishes, ask, now).await? else { return Ok(None) };
        record_handled(&mut tx, by, AuditAction::Replayed, &handled).await?;
        tx.commit().await?;
        Ok(Some(handled))
    }

    /// Replays these deliveries as a step of a bulk action, whose beginning is in the audit. `None`, and nothing is
    /// changed: a profile has changed, the action was stopped, or somebody else has made this step of it.
    ///
    /// # Errors
    /// If the database fails: then nothing is replayed.
    pub async fn replay_step(
        &self,
        wishes: &[Wish],
        bulk: &Bulk,
        now: Millis,
    ) -> Result<Option<Vec<Handled>>, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let Some(handled) = fulfil_all(&mut tx, wishes, Ask::Undelivered, now).await? else { return Ok(None) };
        if !advance(&mut tx, bulk, &handled).await? {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(handled))
    }

    /// What a delivery is made anew from.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replay_source(&self, id: i64) -> Result<Option<ReplaySource>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT d.event_id, d.profile_id, d.participant, e.overrides FROM deliveries d
             JOIN events e ON e.id = d.event_id WHERE d.id = ?1",
        )
        .bind(id)
        .fetch_optional(&self.read)
        .await?)
    }
}

impl Wish {
    fn id(&self) -> i64 {
        match self {
            Self::AsItWas(id) | Self::AsItIs { id, .. } => *id,
        }
    }
}

async fn fulfil_all(
    tx: &mut SqliteConnection,
    wishes: &[Wish],
    ask: Ask,
    now: Millis,
) -> Result<Option<Vec<Handled>>, StoreError> {
    let mut handled = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let Some(done) = fulfil(tx, wish, ask, now).await? else { return Ok(None) };
        handled.push(Handled { id: wish.id(), done });
    }
    Ok(Some(handled))
}

/// The delivery that stands for it now, or why it is left as it is; `None`: the message is out of date.
async fn fulfil(
    tx: &mut SqliteConnection,
    wish: &Wish,
    ask: Ask,
    now: Millis,
) -> Result<Option<Result<i64, ReplayError>>, StoreError> {
    let Some(row) = Replayable::read(tx, wish.id()).await? else { return Ok(Some(Err(ReplayError::Unknown))) };
    if let Err(refusal) = row.judge(ask) {
        return Ok(Some(Err(refusal)));
    }
    if let Wish::AsItIs { version: Some(version), .. } = wish
        && row.version != Some(*version)
    {
        return Ok(None);
    }
    let (chat, message, sender) = match prepare(&row, wish) {
        Ok(ready) => ready,
        Err(refusal) => return Ok(Some(Err(refusal))),
    };
    if ask == Ask::Undelivered && row.arrived(tx, &chat, &message).await? {
        return Ok(Some(Err(ReplayError::Arrived)));
    }
    let id = if matches!(wish, Wish::AsItWas(_)) && row.state != DeliveryState::Delivered {
        reopen(tx, &row, &sender, now).await?;
        row.id
    } else {
        replace(tx, &row, (&chat, &message), &sender, now).await?
    };
    if sender.suspended {
        let (profile_id, event_id) = (row.profile_id, row.event_id);
        let failure =
            Failure { profile_id, sender: &sender.sender, event_id, cause: cause_of(sender.suspended_for), at: now };
        add_deliveries(tx, failure, &[id]).await?;
    } else {
        take_place(tx, id, &sender.sender, &chat, now).await?;
    }
    Ok(Some(Ok(id)))
}

/// The chat, the message and who sends it.
fn prepare(row: &Replayable, wish: &Wish) -> Result<(String, StoredMessage, Sender), ReplayError> {
    match wish {
        Wish::AsItWas(_) => {
            let chat = row.chat.clone().ok_or(ReplayError::NoMessage)?;
            Ok((chat, StoredMessage::from_stored(row.parts.as_str()), row.sender_as_it_was()?))
        }
        Wish::AsItIs { message, .. } => {
            let sender = row.sender_as_it_is()?;
            let message = message.clone()?;
            let chat = message.chat.map_err(|_| ReplayError::NoRecipient)?;
            Ok((chat, message.message, sender))
        }
    }
}

/// It waits again, as if it were new; what is known of it stays: which parts have arrived, where its chat has gone,
/// that it may have arrived.
async fn reopen(tx: &mut SqliteConnection, row: &Replayable, sender: &Sender, now: Millis) -> Result<(), StoreError> {
    sqlx::query(
        concat!("UPDATE deliveries SET state = CASE WHEN ?2 THEN ", quoted!(DeliveryState::Suspended), " ELSE ", quoted!(DeliveryState::Waiting), " END, finished_at = NULL, cause = ?6,
         next_attempt_at = NULL, due_within = 0, lease_owner = NULL, age_from = ?3, earlier_attempts = attempts,
         lane = ?4, bot_id = ?5, migrated_to = coalesce(
             (SELECT moved_to FROM moved_chats WHERE chat = coalesce(deliveries.migrated_to, deliveries.chat)), migrated_to)
         WHERE id = ?1"),
    )
    .bind(row.id)
    .bind(sender.suspended)
    .bind(now)
    .bind(sender.sender.as_bytes())
    .bind(sender.bot_id)
    .bind(sender.suspended_for.map(FailureCause::name))
    .execute(tx)
    .await?;
    Ok(())
}

/// A new delivery that replays this one.
async fn replace(
    tx: &mut SqliteConnection,
    row: &Replayable,
    (chat, message): (&str, &StoredMessage),
    sender: &Sender,
    now: Millis,
) -> Result<i64, StoreError> {
    let text_id = messages::shared(tx, row.event_id, message.as_str()).await?;
    Ok(sqlx::query_scalar(concat!(
        "INSERT INTO deliveries (event_id, profile_id, participant, chat, bot_id, lane, sandbox, state, parts, text_id,
         created_at, age_from, replay_of, cause, migrated_to) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
         CASE WHEN ?8 THEN ",
        quoted!(DeliveryState::Suspended),
        " ELSE ",
        quoted!(DeliveryState::Waiting),
        " END, '', ?9, ?10, ?10, ?11, ?12,
         (SELECT moved_to FROM moved_chats WHERE chat = ?4)) RETURNING id"
    ))
    .bind(row.event_id)
    .bind(row.profile_id)
    .bind(row.participant)
    .bind(chat)
    .bind(sender.bot_id)
    .bind(sender.sender.as_bytes())
    .bind(ChannelCode::of(sender.channel))
    .bind(sender.suspended)
    .bind(text_id)
    .bind(now)
    .bind(row.id)
    .bind(sender.suspended_for.map(FailureCause::name))
    .fetch_one(tx)
    .await?)
}
