//! The worker: claims what is due and has it sent. A claim is committed before Telegram is asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, broadcast, watch},
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};

use super::flight::InFlight;
use crate::{
    codes,
    observe::Metrics,
    store::{Claimed, Store, StoreError},
    telegram::Telegram,
    time::{Millis, now},
};

/// How long a claim lasts: longer than any one call to Telegram. It is renewed after each part.
pub(super) const LEASE: Millis = 30_000;
/// Deliveries under way at once.
const AT_ONCE: usize = 32;
/// The longest sleep: a clock that was set back must not make it endless.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// How long the end waits for what is being sent.
const LAST_WAIT: Duration = Duration::from_secs(8);

/// What the worker works with.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The store.
    pub store: Store,
    /// The Bot API.
    pub telegram: Telegram,
    /// Rung when something has become due.
    pub wake: Arc<Notify>,
    /// Hears the id of each message that reaches the sandbox.
    pub sandbox: broadcast::Sender<i64>,
    /// The age at which a delivery is given up.
    pub retry_max_age: Duration,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

/// Sends what is due. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Worker {
    pub(super) cast: Cast,
    owner: Arc<str>,
    running: Arc<AtomicBool>,
    in_flight: InFlight,
}

impl Worker {
    /// A worker; it claims under a name of its own.
    #[must_use]
    pub fn new(cast: Cast) -> Self {
        Self { cast, owner: codes::public_id().into(), running: Arc::default(), in_flight: InFlight::default() }
    }

    /// Whether [`Worker::run`] is under way.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    /// Sends until `shutdown` says so; then finishes what is being sent, for 8 s at most.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) {
        let _running = Running::begin(&self.running);
        let mut tasks = JoinSet::new();
        tokio::select! {
            () = self.send_for_ever(&mut tasks) => {}
            _ = shutdown.wait_for(|stop| *stop) => {}
        }
        let finished = timeout(LAST_WAIT, async {
            while let Some(done) = tasks.join_next().await {
                log_ended(done);
            }
        });
        if finished.await.is_err() {
            tracing::warn!(
                count = tasks.len(),
                "stopping before every answer came; these are sent again after the start"
            );
        }
    }

    async fn send_for_ever(&self, tasks: &mut JoinSet<()>) {
        match self.cast.store.release_leases(&self.owner, now()).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(count, "taking over deliveries that were being sent when the server last ended")
            }
            Err(error) => tracing::error!(%error, "deliveries of an earlier run could not be released"),
        }
        loop {
            let pause = self.fill(tasks).await;
            tokio::select! {
                () = self.cast.wake.notified() => {}
                Some(done) = tasks.join_next() => log_ended(done),
                () = sleep(pause) => {}
            }
        }
    }

    /// Claims as much as there is room for; how long to sleep where nothing wakes the worker before.
    async fn fill(&self, tasks: &mut JoinSet<()>) -> Duration {
        while let Some(done) = tasks.try_join_next() {
            log_ended(done);
        }
        let room = AT_ONCE - tasks.len().min(AT_ONCE);
        if room == 0 {
            return LONGEST_SLEEP;
        }
        let claimed = match self.claim(now(), room).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "due deliveries could not be claimed");
                return Duration::from_secs(1);
            }
        };
        let full = claimed.len() == room;
        self.start(claimed, tasks);
        if full {
            return LONGEST_SLEEP;
        }
        match self.cast.store.next_due(&self.in_flight.ids()).await {
            Ok(Some(due)) => {
                // What is due but held back by an earlier one of its chat is woken when that one ends.
                let wait = u64::try_from(due.saturating_sub(now())).unwrap_or(0).max(20);
                Duration::from_millis(wait).min(LONGEST_SLEEP)
            }
            Ok(None) => LONGEST_SLEEP,
            Err(error) => {
                tracing::error!(%error, "the next due delivery could not be looked up");
                Duration::from_secs(1)
            }
        }
    }

    async fn claim(&self, now: Millis, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        let in_flight = self.in_flight.ids();
        self.cast.store.claim(&self.owner, now, now.saturating_add(LEASE), limit, &in_flight).await
    }

    fn start(&self, claimed: Vec<Claimed>, tasks: &mut JoinSet<()>) {
        for delivery in claimed {
            let flight = self.in_flight.enter(delivery.id);
            let worker = self.clone();
            tasks.spawn(async move {
                let _flight = flight;
                worker.deliver_logged(delivery).await;
            });
        }
    }

    /// One step: claims what is due at `now` and delivers it, all at once; how many deliveries that were.
    ///
    /// # Errors
    /// If they could not be claimed.
    pub async fn run_due_once(&self, now: Millis) -> Result<usize, StoreError> {
        let mut tasks = JoinSet::new();
        self.start(self.claim(now, AT_ONCE).await?, &mut tasks);
        let count = tasks.len();
        while let Some(done) = tasks.join_next().await {
            log_ended(done);
        }
        Ok(count)
    }
}

/// Says that the worker runs, until it is dropped, be it by a panic.
struct Running(Arc<AtomicBool>);

impl Running {
    fn begin(flag: &Arc<AtomicBool>) -> Self {
        flag.store(true, Ordering::Relaxed);
        Self(flag.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

fn log_ended(done: Result<(), JoinError>) {
    if let Err(error) = done {
        tracing::error!(%error, "a delivery ended badly; it is repeated once its lease has run out");
    }
}
