//! Replays of finished deliveries. An unchanged replay of a delivery that did not arrive reopens it in its old place,
//! with the parts that have not arrived. Otherwise a new delivery replaces it. A delivery is replaced at most once.

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
        bots::suspended::cause_of,
        events::messages,
        mails::failures::{Failure, add_deliveries},
        names::{ChannelCode, quoted},
        queue::{
            bulk::{Bulk, advance},
            heads::take_place,
            replayable::{Replayable, Sender},
        },
    },
    time::Millis,
};

/// A request to replay one delivery.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Send the stored message of the delivery with this id.
    AsItWas(i64),
    /// Send a newly rendered message instead.
    AsItIs {
        /// The delivery's id.
        id: i64,
        /// The version of the profile with which the message was rendered, or `None` if there is no profile.
        version: Option<i64>,
        /// The new message, or the reason why there is none.
        message: Result<NewDelivery, ReplayError>,
    },
}

/// Whether a message that has arrived may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Send these deliveries again even if they have arrived.
    Exactly,
    /// Skip messages that have arrived, in this or another delivery.
    Undelivered,
}

/// The data from which a new message for a delivery is rendered.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ReplaySource {
    /// The event's id.
    pub event_id: i64,
    /// The profile's id.
    pub profile_id: Option<i64>,
    /// The index of the participant in the event.
    pub participant: i64,
    /// The overrides in the query of that request.
    pub overrides: String,
}

impl Queue {
    /// Replays these deliveries in one commit. Callers pass few at a time. Returns `None`, without any change, if a
    /// profile has changed since a new message was rendered.
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

    /// Replays these deliveries as a step of a bulk action, whose start is in the audit log. Returns `None`, without
    /// any change, if a profile has changed, the action was stopped, or another process has executed this step.
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

    /// The data from which a new message for a delivery is rendered.
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

pub(in crate::store) async fn fulfil_all(
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

/// Replays one delivery. Returns the id of the delivery that will be sent, or the reason why there is none; `None` if
/// the new message was rendered with an outdated profile.
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

/// Makes a delivery wait again like a new one. Keeps which parts have arrived, its chat's new id, and whether it may
/// have arrived.
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
