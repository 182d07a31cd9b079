//! The way in: events that come at the same time are kept in one commit, so that many share what it costs to have them on
//! disk. Each hears of its own fate, and only after the commit.

use hookgram::secret::BotToken;
use sqlx::{SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};

use super::{
    Lane, Steps, StoreError, batch,
    events::{NewDelivery, Received},
    payloads::Packed,
    sealing::sealing_key,
    strangers::Stateless,
};
use crate::{
    seal::{Place, Sealer, number_of},
    time::Millis,
};

/// Events in one commit.
const BATCH: usize = 128;
/// Events that may wait for their commit; more are told to come again.
const QUEUE: usize = 2_048;

/// An event to keep, with its deliveries.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) public_id: String,
    /// `None`: it came through the stateless door.
    pub(super) profile_id: Option<i64>,
    /// Of the token that came with it.
    pub(super) lane: Lane,
    /// That token, and how it is kept.
    pub(super) token: Option<(BotToken, Vec<u8>)>,
    /// `None`: sandbox.
    pub(super) bot_id: Option<i64>,
    pub(super) field_name: Option<String>,
    pub(super) event_type: Option<i64>,
    pub(super) order_number: Option<String>,
    pub(super) parameters: String,
    pub(super) overrides: String,
    pub(super) payload: Packed,
    pub(super) fingerprint: Vec<u8>,
    pub(super) received_at: Millis,
    pub(super) steps: Steps,
    pub(super) skipped: bool,
    /// Of the profile, where it must still be that.
    pub(super) version: Option<i64>,
    pub(super) deliveries: Vec<NewDelivery>,
    /// How long before it the same counts as a first copy.
    pub(super) window: Millis,
    /// How it is bounded, if it came to the stateless endpoint.
    pub(super) stateless: Option<Stateless>,
}

impl Order {
    /// Bytes that it takes in the database, about.
    pub(super) fn bytes(&self) -> i64 {
        let messages: usize = self.deliveries.iter().flat_map(|delivery| &delivery.parts).map(String::len).sum();
        i64::try_from(self.payload.body.len() + self.parameters.len() + messages).unwrap_or(i64::MAX)
    }
}

type Reply = oneshot::Sender<Result<Received, StoreError>>;

/// Where orders are given. Cheap to clone; the writer ends with the last of them.
#[derive(Clone, Debug)]
pub(super) struct Orders(mpsc::Sender<(Order, Reply)>);

impl Orders {
    /// Starts the writer.
    pub(super) fn start(pool: SqlitePool, sealer: Sealer) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(write_for_ever(pool, sealer, receiver));
        Self(sender)
    }

    /// Keeps an event; when this returns, it is on disk.
    ///
    /// # Errors
    /// If it could not be kept: then nothing of it is.
    pub(super) async fn give(&self, order: Order) -> Result<Received, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.0.try_send((order, reply)).map_err(|_| StoreError::Busy)?;
        answer.await.map_err(|_| StoreError::Busy)?
    }
}

async fn write_for_ever(pool: SqlitePool, sealer: Sealer, mut orders: mpsc::Receiver<(Order, Reply)>) {
    let mut batch = Vec::with_capacity(BATCH);
    while orders.recv_many(&mut batch, BATCH).await > 0 {
        let (given, replies): (Vec<Order>, Vec<Reply>) = batch.drain(..).unzip();
        let (pool, sealer) = (pool.clone(), sealer.clone());
        // A task of its own: should one batch end badly, its events are not answered 200, and the next one is written.
        let done = tokio::spawn(async move { write(&pool, &sealer, given).await }).await;
        match done {
            Ok(outcomes) => {
                for (reply, outcome) in replies.into_iter().zip(outcomes) {
                    // Who has hung up finds the event kept when it comes again.
                    let _ = reply.send(outcome);
                }
            }
            Err(error) => tracing::error!(%error, "events could not be stored"),
        }
    }
}

/// Writes a batch in one commit. Where that fails, each by itself: one that cannot be kept takes no other along.
async fn write(pool: &SqlitePool, sealer: &Sealer, mut orders: Vec<Order>) -> Vec<Result<Received, StoreError>> {
    match commit(pool, sealer, &mut orders).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) if orders.len() == 1 => vec![Err(error)],
        Err(error) => {
            tracing::warn!(%error, events = orders.len(), "a batch could not be stored; each event is tried by itself");
            let mut outcomes = Vec::with_capacity(orders.len());
            for order in &mut orders {
                let outcome = commit(pool, sealer, std::slice::from_mut(order)).await;
                outcomes.push(outcome.and_then(|mut outcomes| outcomes.pop().ok_or(StoreError::Busy)));
            }
            outcomes
        }
    }
}

async fn commit(pool: &SqlitePool, sealer: &Sealer, orders: &mut [Order]) -> Result<Vec<Received>, StoreError> {
    // Immediate: the look for duplicates and the insert are one step.
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    seal_anew(&mut tx, sealer, orders).await?;
    let outcomes = batch::write(&mut tx, orders).await?;
    tx.commit().await?;
    Ok(outcomes)
}

/// Tokens are sealed while their events wait: where another key has come to seal meanwhile, with that one.
async fn seal_anew(tx: &mut SqliteConnection, sealer: &Sealer, orders: &mut [Order]) -> Result<(), StoreError> {
    if orders.iter().all(|order| order.token.is_none()) {
        return Ok(());
    }
    let key = sealing_key(tx, sealer).await?;
    for order in orders {
        if let Some((token, sealed)) = &mut order.token
            && number_of(sealed) != Some(key.number())
        {
            *sealed = key.seal(Place::EventToken(&order.public_id), token.expose())?;
        }
    }
    Ok(())
}
