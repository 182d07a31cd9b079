//! Rejections: POSTs that were answered 4xx. Those that arrive within a short time are written in one commit, so that a
//! flood of them does not take disk time from accepted events.

use std::{sync::Arc, time::Duration};

use hookgram::{delivery::FailureCause, secret::BotToken, webhook::EventOutcome};
use sqlx::{SqliteConnection, SqlitePool};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::sleep,
};

use crate::{
    store::{
        Events, Packed, Reason, SenderKey, StoreError,
        events::{
            batch::{insert, last_ids},
            strangers::has_room,
        },
        mails::failures::{Failure, add_event},
    },
    time::{Millis, now},
};

/// The maximum number of rejections in one commit, and of those that wait for the next one. Further ones wait for a
/// free place.
const BATCH: usize = 64;
/// The maximum number of bytes in one commit. A single larger rejection is still stored.
const BATCH_BYTES: usize = 1 << 20;
const PAUSE: Duration = Duration::from_millis(50);

/// A POST that was answered 4xx.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// The rejection's unguessable id.
    pub public_id: String,
    /// The profile's id, if the request came to a profile endpoint.
    pub profile_id: Option<i64>,
    /// The well-formed token that came with the request, or the profile's token.
    pub token: Option<BotToken>,
    /// The contact field that should have contained the recipient.
    pub field_name: Option<String>,
    /// The valid parameters, in canonical form.
    pub parameters: String,
    /// The overrides: the parameters that came from the query of the profile endpoint.
    pub overrides: String,
    /// The body, unless it was too large or was not read.
    pub payload: Option<Packed>,
    /// The number of the event type.
    pub event_type: Option<i64>,
    /// The order number of the booking.
    pub order_number: Option<String>,
    /// The HTTP status of the response.
    pub http_status: u16,
    /// The reason.
    pub reason: Reason,
    /// The cause for an error mail, if one is due.
    pub cause: Option<FailureCause>,
    /// The network address, if a stranger sent the request. Such a rejection is stored for a day at most.
    pub stranger: Option<String>,
}

impl Rejection {
    fn bytes(&self) -> usize {
        self.payload.as_ref().map_or(0, |payload| payload.body.len()) + self.parameters.len() + self.overrides.len()
    }
}

/// Passes rejections to the task that writes them. Cheap to clone. The task ends when the last clone is dropped.
#[derive(Clone, Debug)]
pub(in crate::store) struct Rejections(mpsc::Sender<Waiting>);

#[derive(Debug)]
struct Waiting {
    rejection: Rejection,
    received_at: Millis,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

impl Rejections {
    /// Starts the writer task. `stored` is notified after each commit.
    pub(in crate::store) fn start(pool: SqlitePool, stored: Arc<Notify>) -> Self {
        let (sender, receiver) = mpsc::channel(BATCH);
        tokio::spawn(write_for_ever(pool, stored, receiver));
        Self(sender)
    }
}

impl Events {
    /// Records a POST that was answered 4xx. It is on disk when this returns. A rejection for a known token of the
    /// stateless endpoint is dropped while too much is stored for that token.
    pub async fn record_rejection(&self, rejection: Rejection) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { rejection, received_at: now(), reply };
        self.rejections.0.send(waiting).await.map_err(|_| StoreError::Busy)?;
        answer.await.map_err(|_| StoreError::Busy)?
    }
}

async fn write_for_ever(pool: SqlitePool, stored: Arc<Notify>, mut given: mpsc::Receiver<Waiting>) {
    while let Some(first) = given.recv().await {
        let mut bytes = first.rejection.bytes();
        let mut batch = vec![first];
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Ok(next) = given.try_recv() else { break };
            bytes = bytes.saturating_add(next.rejection.bytes());
            batch.push(next);
        }
        let outcomes = write(&pool, &batch).await;
        for (waiting, outcome) in batch.into_iter().zip(outcomes) {
            // The receiver is gone if the client has hung up.
            let _ = waiting.reply.send(outcome);
        }
        stored.notify_one();
        sleep(PAUSE).await;
    }
}

struct Row<'a> {
    id: i64,
    sender_key: SenderKey,
    reason: String,
    received_at: Millis,
    rejection: &'a Rejection,
}

/// Writes a batch in one commit. If that fails, writes each rejection in a commit of its own, so that one that cannot
/// be stored does not affect the others.
async fn write(pool: &SqlitePool, batch: &[Waiting]) -> Vec<Result<(), StoreError>> {
    match commit(pool, batch).await {
        Ok(()) => batch.iter().map(|_| Ok(())).collect(),
        Err(error) if batch.len() == 1 => vec![Err(error)],
        Err(error) => {
            tracing::warn!(
                %error,
                rejections = batch.len(),
                "a batch could not be stored; its rejections are being stored one by one"
            );
            let mut outcomes = Vec::with_capacity(batch.len());
            for waiting in batch {
                outcomes.push(commit(pool, std::slice::from_ref(waiting)).await);
            }
            outcomes
        }
    }
}

async fn commit(pool: &SqlitePool, batch: &[Waiting]) -> Result<(), StoreError> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let (mut id, ..) = last_ids(&mut tx).await?;
    let mut rows = Vec::with_capacity(batch.len());
    for Waiting { rejection, received_at, .. } in batch {
        let sender_key = rejection.token.as_ref().map_or_else(SenderKey::default, SenderKey::of);
        let is_of_known_token = rejection.profile_id.is_none() && rejection.stranger.is_none();
        if is_of_known_token && !has_room(&mut tx, &sender_key).await? {
            continue;
        }
        id += 1;
        let reason = serde_json::to_string(&rejection.reason).map_err(|_| StoreError::corrupt("events.reason"))?;
        rows.push(Row { id, sender_key, reason, received_at: *received_at, rejection });
    }
    insert_rows(&mut tx, &rows).await?;
    for Row { id, sender_key, received_at, rejection, .. } in &rows {
        if let Some(cause) = rejection.cause {
            let profile_id = rejection.profile_id;
            add_event(&mut tx, Failure { profile_id, sender: sender_key, event_id: *id, cause, at: *received_at })
                .await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Inserts the rows with few statements, because other writers wait for the commit.
async fn insert_rows(tx: &mut SqliteConnection, rows: &[Row<'_>]) -> Result<(), StoreError> {
    insert(
        tx,
        "INSERT INTO events (id, public_id, profile_id, bot_id, field_name, received_at, event_type, order_number,
         parameters, outcome, http_status, reason, overrides) ",
        rows,
        |values, row| {
            let rejection = row.rejection;
            values
                .push_bind(row.id)
                .push_bind(&rejection.public_id)
                .push_bind(rejection.profile_id)
                .push_bind(rejection.token.as_ref().map(BotToken::bot_id))
                .push_bind(&rejection.field_name)
                .push_bind(row.received_at)
                .push_bind(rejection.event_type)
                .push_bind(&rejection.order_number)
                .push_bind(&rejection.parameters)
                .push_bind(EventOutcome::Rejected.name())
                .push_bind(i64::from(rejection.http_status))
                .push_bind(&row.reason)
                .push_bind(&rejection.overrides);
        },
    )
    .await?;
    let bodies: Vec<(i64, &Packed)> =
        rows.iter().filter_map(|row| row.rejection.payload.as_ref().map(|payload| (row.id, payload))).collect();
    insert(tx, "INSERT INTO payloads (event_id, encoding, body) ", &bodies, |values, (id, payload)| {
        values.push_bind(*id).push_bind(payload.encoding).push_bind(&payload.body);
    })
    .await?;
    let stateless: Vec<&Row<'_>> = rows.iter().filter(|row| row.rejection.profile_id.is_none()).collect();
    insert(
        tx,
        "INSERT INTO stateless_events (event_id, lane, address, bytes, finished_at) ",
        &stateless,
        |values, row| {
            values
                .push_bind(row.id)
                .push_bind(row.sender_key.as_bytes())
                .push_bind(&row.rejection.stranger)
                .push_bind(i64::try_from(row.rejection.bytes()).unwrap_or(i64::MAX))
                .push_bind(row.received_at);
        },
    )
    .await
}
