//! POSTs that were answered 4xx. Those that come within a short time are written in one commit: a flood of them must not take
//! the disk from the accepted events.

use std::time::Duration;

use hookgram::{delivery::FailureCause, secret::BotToken};
use sqlx::{SqliteConnection, SqlitePool};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

use super::names::quoted;
use super::{
    Lane, Packed, Reason, Store, StoreError,
    failures::{Failure, add_event},
    strangers::has_room,
};
use crate::time::{Millis, now};

/// Rejections in one commit, and that may wait for the next one. A rejection that finds no place waits until there is one.
const BATCH: usize = 64;
/// Bytes of bodies in one commit; a single body may be larger.
const BATCH_BYTES: usize = 1 << 20;
/// Pause between two commits.
const PAUSE: Duration = Duration::from_millis(50);

/// A POST that was answered 4xx.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// Its unguessable id.
    pub public_id: String,
    /// The profile, if it came to a profile endpoint.
    pub profile_id: Option<i64>,
    /// The token of good shape that came with it, or its profile's.
    pub token: Option<BotToken>,
    /// The field that should have held the recipient.
    pub field_name: Option<String>,
    /// Canonical parameters as far as they could be read.
    pub parameters: String,
    /// Those of them that the profile endpoint's query named.
    pub overrides: String,
    /// The body, unless it was too large or not read.
    pub payload: Option<Packed>,
    /// Its type's number.
    pub event_type: Option<i64>,
    /// The booking's number.
    pub order_number: Option<String>,
    /// What was answered.
    pub http_status: u16,
    /// Why.
    pub reason: Reason,
    /// Why, where somebody must hear of it.
    pub cause: Option<FailureCause>,
    /// The network address of the stranger who sent it: then it is kept for a day at most.
    pub stranger: Option<String>,
}

impl Rejection {
    fn bytes(&self) -> usize {
        self.payload.as_ref().map_or(0, |payload| payload.body.len()) + self.parameters.len() + self.overrides.len()
    }
}

/// Where rejections are given. Cheap to clone; the writer ends with the last of them.
#[derive(Clone, Debug)]
pub(super) struct Rejections(mpsc::Sender<Waiting>);

/// A rejection that waits for its commit.
#[derive(Debug)]
struct Waiting {
    rejection: Rejection,
    received_at: Millis,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

impl Rejections {
    /// Starts the writer.
    pub(super) fn start(pool: SqlitePool) -> Self {
        let (sender, receiver) = mpsc::channel(BATCH);
        tokio::spawn(write_for_ever(pool, receiver));
        Self(sender)
    }
}

impl Store {
    /// Records a POST that was answered 4xx. When this returns, it is on disk. One of a known token of the stateless
    /// endpoint is left out while too much of that token is stored.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn record_rejection(&self, rejection: Rejection) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { rejection, received_at: now(), reply };
        self.rejections.0.send(waiting).await.map_err(|_| StoreError::Busy)?;
        answer.await.map_err(|_| StoreError::Busy)?
    }
}

async fn write_for_ever(pool: SqlitePool, mut given: mpsc::Receiver<Waiting>) {
    while let Some(first) = given.recv().await {
        let mut bytes = first.rejection.bytes();
        let mut batch = vec![first];
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Ok(next) = given.try_recv() else { break };
            bytes = bytes.saturating_add(next.rejection.bytes());
            batch.push(next);
        }
        match write(&pool, &batch).await {
            Ok(()) => {
                for waiting in batch {
                    // Who has hung up does not wait for it.
                    let _ = waiting.reply.send(Ok(()));
                }
            }
            // Each by itself: one that cannot be kept takes no other along.
            Err(error) if batch.len() > 1 => {
                tracing::warn!(%error, rejections = batch.len(), "a batch could not be stored; each is tried by itself");
                for waiting in batch {
                    let done = write(&pool, std::slice::from_ref(&waiting)).await;
                    let _ = waiting.reply.send(done);
                }
            }
            Err(error) => {
                if let Some(waiting) = batch.pop() {
                    let _ = waiting.reply.send(Err(error));
                }
            }
        }
        sleep(PAUSE).await;
    }
}

async fn write(pool: &SqlitePool, batch: &[Waiting]) -> Result<(), StoreError> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    for Waiting { rejection, received_at, .. } in batch {
        insert(&mut tx, rejection, *received_at).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn insert(tx: &mut SqliteConnection, rejection: &Rejection, received_at: Millis) -> Result<(), StoreError> {
    let reason = serde_json::to_string(&rejection.reason).map_err(|_| StoreError::corrupt("events.reason"))?;
    let lane = rejection.token.as_ref().map_or_else(Lane::sandbox, Lane::of);
    let is_stateless = rejection.profile_id.is_none();
    if is_stateless && rejection.stranger.is_none() && !has_room(tx, &lane).await? {
        return Ok(());
    }
    let event_id: i64 = sqlx::query_scalar(concat!(
        "INSERT INTO events (public_id, profile_id, bot_id, field_name, received_at, event_type, order_number,
         parameters, outcome, http_status, reason, overrides)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ",
        quoted!(EventOutcome::Rejected),
        ", ?9, ?10, ?11)
         RETURNING id"
    ))
    .bind(&rejection.public_id)
    .bind(rejection.profile_id)
    .bind(rejection.token.as_ref().map(BotToken::bot_id))
    .bind(&rejection.field_name)
    .bind(received_at)
    .bind(rejection.event_type)
    .bind(&rejection.order_number)
    .bind(&rejection.parameters)
    .bind(i64::from(rejection.http_status))
    .bind(reason)
    .bind(&rejection.overrides)
    .fetch_one(&mut *tx)
    .await?;
    if let Some(payload) = &rejection.payload {
        payload.insert(tx, event_id).await?;
    }
    if is_stateless {
        sqlx::query(
            "INSERT INTO stateless_events (event_id, lane, address, bytes, finished_at) VALUES (?1, ?2, ?3, ?5, ?4)",
        )
        .bind(event_id)
        .bind(lane.as_bytes())
        .bind(&rejection.stranger)
        .bind(received_at)
        .bind(i64::try_from(rejection.bytes()).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
    }
    if let Some(cause) = rejection.cause {
        let profile_id = rejection.profile_id;
        add_event(tx, Failure { profile_id, lane: &lane, event_id, cause, at: received_at }).await?;
    }
    Ok(())
}
