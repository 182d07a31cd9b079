//! The way in: events that come at the same time are kept in one commit, so that many share what it costs to have them on
//! disk. Each hears of its own fate, and only after the commit.

use std::{collections::HashSet, time::Duration};

use hookgram::secret::BotToken;
use sqlx::{SqliteConnection, SqlitePool};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::{
    Lane, StoreError, batch,
    events::{NewDelivery, Received},
    payloads::Packed,
    sealing::sealing_key,
    strangers::Stateless,
};
use crate::{
    limits::memory::Memory,
    secrets::seal::{Place, Sealer, number_of},
    time::Millis,
};

/// Events in one commit.
const BATCH: usize = 128;
/// Deliveries of them, and bytes, so that others do not wait long for one commit; a single event may be larger.
const BATCH_DELIVERIES: usize = 1_024;
const BATCH_BYTES: usize = 4 << 20;
/// Bytes of events that may wait for their commit, of known senders and of strangers; more are told to come again.
const QUEUE_BYTES: usize = 32 << 20;
const STRANGERS_QUEUE_BYTES: usize = 8 << 20;
/// Bytes that a row takes besides its texts, in memory and on disk with its indexes alike.
const OF_ROW: usize = 256;

/// An event to keep, with its deliveries.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) public_id: String,
    /// `None`: it came through the stateless endpoint.
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
    /// The same, as the database counts.
    pub(super) fn bytes(&self) -> i64 {
        i64::try_from(self.size()).unwrap_or(i64::MAX)
    }

    fn is_of_stranger(&self) -> bool {
        self.stateless.as_ref().is_some_and(|stateless| stateless.address.is_some())
    }

    /// About how many bytes it takes while it waits, and on disk.
    fn size(&self) -> usize {
        let texts = [&self.parameters, &self.overrides].map(String::len).iter().sum::<usize>()
            + self.order_number.as_ref().map_or(0, String::len)
            + self.payload.body.len();
        let mut seen = HashSet::new();
        let of_delivery = |delivery: &NewDelivery| {
            let reason = delivery.chat.as_ref().map_or_else(String::len, String::len);
            // A text that several share is there once.
            let is_first = seen.insert(delivery.parts.as_ptr());
            let text: usize = if is_first { delivery.parts.iter().map(String::len).sum() } else { 0 };
            OF_ROW + reason + text
        };
        OF_ROW + texts + self.deliveries.iter().map(of_delivery).sum::<usize>()
    }
}

/// An event that waits.
#[derive(Debug)]
struct Waiting {
    order: Order,
    size: usize,
    reply: oneshot::Sender<Result<Received, StoreError>>,
    share: OwnedSemaphorePermit,
}

/// Where orders are given. Cheap to clone; the writer ends with the last of them.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    known: Line,
    strangers: Line,
}

/// A queue of orders whose bytes are bounded.
#[derive(Clone, Debug)]
struct Line {
    orders: mpsc::UnboundedSender<Waiting>,
    memory: Memory,
}

/// Where the writer takes orders from: strangers' last.
struct Given {
    known: mpsc::UnboundedReceiver<Waiting>,
    strangers: mpsc::UnboundedReceiver<Waiting>,
}

impl Orders {
    /// Starts the writer.
    pub(super) fn start(pool: SqlitePool, sealer: Sealer) -> Self {
        let line = |bytes| {
            let (orders, given) = mpsc::unbounded_channel();
            (Line { orders, memory: Memory::of(bytes, Duration::ZERO) }, given)
        };
        let (known, from_known) = line(QUEUE_BYTES);
        let (strangers, from_strangers) = line(STRANGERS_QUEUE_BYTES);
        tokio::spawn(write_for_ever(pool, sealer, Given { known: from_known, strangers: from_strangers }));
        Self { known, strangers }
    }

    /// Keeps an event; when this returns, it is on disk.
    ///
    /// # Errors
    /// If it could not be kept: then nothing of it is.
    pub(super) async fn give(&self, order: Order) -> Result<Received, StoreError> {
        let line = if order.is_of_stranger() { &self.strangers } else { &self.known };
        let size = order.size();
        let share = line.memory.take(size).await.ok_or(StoreError::Busy)?;
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { order, size, reply, share };
        line.orders.send(waiting).map_err(|_| StoreError::Busy)?;
        answer.await.map_err(|_| StoreError::Busy)?
    }
}

impl Given {
    /// What is written next, in one commit; empty where nobody can give any more.
    async fn next(&mut self) -> Vec<Waiting> {
        let first = tokio::select! {
            biased;
            Some(first) = self.known.recv() => first,
            Some(first) = self.strangers.recv() => first,
            else => return Vec::new(),
        };
        let (mut size, mut deliveries) = (first.size, first.order.deliveries.len());
        let mut batch = vec![first];
        while batch.len() < BATCH && size < BATCH_BYTES && deliveries < BATCH_DELIVERIES {
            let next = self.known.try_recv().or_else(|_| self.strangers.try_recv());
            let Ok(next) = next else { break };
            size = size.saturating_add(next.size);
            deliveries += next.order.deliveries.len();
            batch.push(next);
        }
        batch
    }
}

async fn write_for_ever(pool: SqlitePool, sealer: Sealer, mut given: Given) {
    loop {
        let batch = given.next().await;
        if batch.is_empty() {
            return;
        }
        let (mut orders, mut replies) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        for Waiting { order, reply, share, .. } in batch {
            orders.push(order);
            replies.push((reply, share));
        }
        let (pool, sealer) = (pool.clone(), sealer.clone());
        // A task of its own: should one batch end badly, its events are not answered 200, and the next one is written.
        let done = tokio::spawn(async move { write(&pool, &sealer, orders).await }).await;
        match done {
            Ok(outcomes) => {
                for ((reply, _), outcome) in replies.into_iter().zip(outcomes) {
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
