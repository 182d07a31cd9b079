//! Group commit of accepted events. Events that arrive at the same time share one transaction and thus the cost of its
//! fsync. Each caller gets the outcome of its own event after the commit.

use std::{collections::HashSet, sync::Arc, time::Duration};

use sqlx::{SqliteConnection, SqlitePool};
use tokio::sync::{Notify, OwnedSemaphorePermit, mpsc, oneshot};

use crate::{
    limits::memory::Memory,
    secrets::seal::{Place, Sealer},
    store::{
        StoreError,
        events::{AcceptedEvent, NewDelivery, Received, TokenSource, batch},
        secrets::sealing_key,
    },
};

const BATCH: usize = 128;
/// The maximum number of deliveries and bytes in one commit, so that other writers do not wait long. A single larger
/// event is still stored.
const BATCH_DELIVERIES: usize = 1_024;
const BATCH_BYTES: usize = 4 << 20;
/// The maximum number of bytes of events that wait for their commit, for known senders and for strangers. Further
/// events are refused with [`StoreError::Busy`].
const QUEUE_BYTES: usize = 32 << 20;
const STRANGERS_QUEUE_BYTES: usize = 8 << 20;
/// The approximate size of a row without its texts, in memory and on disk, including its indexes.
const OF_ROW: usize = 256;

impl AcceptedEvent {
    /// The size as the database stores it.
    pub(in crate::store) fn bytes(&self) -> i64 {
        i64::try_from(self.size()).unwrap_or(i64::MAX)
    }

    fn is_of_stranger(&self) -> bool {
        self.stateless.as_ref().is_some_and(|stateless| stateless.address.is_some())
    }

    /// The approximate size in bytes, in memory and on disk.
    fn size(&self) -> usize {
        let texts = [&self.parameters, &self.overrides].map(String::len).iter().sum::<usize>()
            + self.order_number.as_ref().map_or(0, String::len)
            + self.payload.body.len();
        let mut seen = HashSet::new();
        let of_delivery = |delivery: &NewDelivery| {
            let reason = delivery.chat.as_ref().map_or_else(String::len, String::len);
            // A text that several deliveries share is stored once.
            let is_first = seen.insert(delivery.message.as_str().as_ptr());
            let text = if is_first { delivery.message.as_str().len() } else { 0 };
            OF_ROW + reason + text
        };
        OF_ROW + texts + self.deliveries.iter().map(of_delivery).sum::<usize>()
    }
}

#[derive(Debug)]
struct Waiting {
    event: AcceptedEvent,
    size: usize,
    reply: oneshot::Sender<Result<Received, StoreError>>,
    share: OwnedSemaphorePermit,
}

/// Passes accepted events to the task that writes them. Cheap to clone. The task ends when the last clone is dropped.
#[derive(Clone, Debug)]
pub(in crate::store) struct Acceptor {
    known: Line,
    strangers: Line,
}

#[derive(Clone, Debug)]
struct Line {
    events: mpsc::UnboundedSender<Waiting>,
    memory: Memory,
}

/// The receiving ends of both queues. Strangers' events are taken last.
struct Given {
    known: mpsc::UnboundedReceiver<Waiting>,
    strangers: mpsc::UnboundedReceiver<Waiting>,
}

impl Acceptor {
    /// Starts the writer task. `stored` is notified after each commit.
    pub(in crate::store) fn start(pool: SqlitePool, sealer: Sealer, stored: Arc<Notify>) -> Self {
        let line = |bytes| {
            let (events, given) = mpsc::unbounded_channel();
            (Line { events, memory: Memory::of(bytes, Duration::ZERO) }, given)
        };
        let (known, from_known) = line(QUEUE_BYTES);
        let (strangers, from_strangers) = line(STRANGERS_QUEUE_BYTES);
        tokio::spawn(write_for_ever(pool, sealer, stored, Given { known: from_known, strangers: from_strangers }));
        Self { known, strangers }
    }

    pub(in crate::store) async fn accept(&self, event: AcceptedEvent) -> Result<Received, StoreError> {
        let line = if event.is_of_stranger() { &self.strangers } else { &self.known };
        let size = event.size();
        let share = line.memory.take(size).await.ok_or(StoreError::Busy)?;
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { event, size, reply, share };
        line.events.send(waiting).map_err(|_| StoreError::Busy)?;
        answer.await.map_err(|_| StoreError::Busy)?
    }
}

impl Given {
    /// The next batch; empty if all senders were dropped.
    async fn next(&mut self) -> Vec<Waiting> {
        let first = tokio::select! {
            biased;
            Some(first) = self.known.recv() => first,
            Some(first) = self.strangers.recv() => first,
            else => return Vec::new(),
        };
        let (mut size, mut deliveries) = (first.size, first.event.deliveries.len());
        let mut batch = vec![first];
        while batch.len() < BATCH && size < BATCH_BYTES && deliveries < BATCH_DELIVERIES {
            let next = self.known.try_recv().or_else(|_| self.strangers.try_recv());
            let Ok(next) = next else { break };
            size = size.saturating_add(next.size);
            deliveries += next.event.deliveries.len();
            batch.push(next);
        }
        batch
    }
}

async fn write_for_ever(pool: SqlitePool, sealer: Sealer, stored: Arc<Notify>, mut given: Given) {
    loop {
        let batch = given.next().await;
        if batch.is_empty() {
            return;
        }
        let (mut events, mut replies) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        for Waiting { event, reply, share, .. } in batch {
            events.push(event);
            replies.push((reply, share));
        }
        let (pool, sealer) = (pool.clone(), sealer.clone());
        // Runs in a separate task. If it panics, the events of this batch are not answered 200, and the next batch is
        // still written.
        let done = tokio::spawn(async move { write(&pool, &sealer, &events).await }).await;
        match done {
            Ok(outcomes) => {
                for ((reply, _), outcome) in replies.into_iter().zip(outcomes) {
                    // The receiver is gone if the client has hung up. Its retry will be recognized as a duplicate.
                    let _ = reply.send(outcome);
                }
                stored.notify_one();
            }
            Err(error) => tracing::error!(%error, "events could not be stored"),
        }
    }
}

/// Writes a batch in one commit. If that fails, writes each event in a commit of its own, so that one that cannot be
/// stored does not affect the others.
async fn write(pool: &SqlitePool, sealer: &Sealer, events: &[AcceptedEvent]) -> Vec<Result<Received, StoreError>> {
    match commit(pool, sealer, events).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) if events.len() == 1 => vec![Err(error)],
        Err(error) => {
            tracing::warn!(
                %error,
                events = events.len(),
                "a batch could not be stored; its events are being stored one by one"
            );
            let mut outcomes = Vec::with_capacity(events.len());
            for event in events {
                let outcome = commit(pool, sealer, std::slice::from_ref(event)).await;
                outcomes.push(outcome.and_then(|mut outcomes| outcomes.pop().ok_or(StoreError::Busy)));
            }
            outcomes
        }
    }
}

async fn commit(pool: &SqlitePool, sealer: &Sealer, events: &[AcceptedEvent]) -> Result<Vec<Received>, StoreError> {
    // IMMEDIATE prevents other writers from interfering between the search for duplicates and the insert.
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let sealed = sealed_tokens(&mut tx, sealer, events).await?;
    let outcomes = batch::write(&mut tx, events, &sealed).await?;
    tx.commit().await?;
    Ok(outcomes)
}

/// The tokens that came with these events, encrypted with the sealing key of this transaction.
async fn sealed_tokens(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    events: &[AcceptedEvent],
) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
    if events.iter().all(|event| event.token.profile().is_some()) {
        return Ok(vec![None; events.len()]);
    }
    let key = sealing_key(tx, sealer).await?;
    let seal = |event: &AcceptedEvent| match &event.token {
        TokenSource::Profile(_) => Ok(None),
        TokenSource::Event { token, .. } => key.seal(Place::EventToken(&event.public_id), token.expose()).map(Some),
    };
    Ok(events.iter().map(seal).collect::<Result<_, _>>()?)
}
