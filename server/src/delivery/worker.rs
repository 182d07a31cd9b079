//! The delivery worker: claims due deliveries and sends them. A claim is committed before Telegram is called.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::{
    sync::{Notify, watch},
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};

use super::{flight::InFlight, round::Round};
use crate::{
    announcements::Announcements,
    channel::{
        Channels,
        pacing::Wait,
        telegram::new_bots::{KNOWN_FOR, Purpose},
    },
    observe::metrics::Metrics,
    secrets::codes,
    settings::Live,
    store::{Claimed, Head, SenderKey, Store, StoreError},
    time::{Millis, millis, now},
};

/// The duration of a claim in milliseconds. It is longer than any one call to Telegram, and the claim is renewed after
/// each part.
pub(super) const LEASE: Millis = 30_000;
/// The maximum number of deliveries of known tokens in flight, over all bots.
const AT_ONCE: usize = 256;
/// The maximum number of strangers' deliveries in flight, in addition to the others.
const STRANGERS: usize = 8;
/// The number of strangers' heads that one scan reads.
const STRANGERS_HEADS: usize = 256;
/// The delay between two scans of the strangers' queue, so that their events do not keep the worker scanning.
const STRANGERS_PAUSE: Duration = Duration::from_millis(100);
/// The same delay if no due delivery was admitted, for example because of the strangers' share of the new-bot limiter.
const STRANGERS_BLOCKED: Duration = Duration::from_secs(1);
/// The longest sleep, so that the worker does not sleep too long after the clock was set back.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// The shortest sleep. The end of a call wakes the worker, so deliveries that wait for one need no shorter sleep.
const SHORTEST_SLEEP: Duration = Duration::from_millis(5);
/// If nothing that is due is admitted, the worker backs off for 8× the duration of the scan, so that a burst of new
/// events for bots that must wait cannot keep it scanning.
const REST: u32 = 8;
const LONGEST_REST: Duration = Duration::from_millis(20);
const LAST_WAIT: Duration = Duration::from_secs(8);

/// The dependencies of the worker.
#[derive(Clone, Debug)]
pub struct Dependencies {
    /// The store.
    pub store: Store,
    /// The channels.
    pub channels: Channels,
    /// Wakes the worker when a delivery has become due.
    pub wake: Arc<Notify>,
    /// Receives the profile's id when a delivery's state has changed; 0 for the stateless endpoint.
    pub changes: Announcements,
    /// The settings, which include the age at which a delivery is given up.
    pub settings: Live,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

/// Sends due deliveries. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Worker {
    pub(super) deps: Dependencies,
    owner: Arc<str>,
    running: Arc<AtomicBool>,
    in_flight: InFlight,
    strangers_in_flight: InFlight,
    /// The first sender of the last round. The next round begins after it.
    turn: Arc<Mutex<SenderKey>>,
}

impl Worker {
    /// Creates a worker with a random owner name for its claims.
    #[must_use]
    pub fn new(deps: Dependencies) -> Self {
        Self {
            deps,
            owner: codes::public_id().into(),
            running: Arc::default(),
            in_flight: InFlight::default(),
            strangers_in_flight: InFlight::default(),
            turn: Arc::default(),
        }
    }

    /// Whether [`Worker::run`] is running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    /// Runs until `shutdown` becomes true, then waits at most 8 s for deliveries in flight.
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
                "stopping before all responses arrived; these deliveries will be sent again after the restart"
            );
        }
    }

    async fn send_for_ever(&self, tasks: &mut JoinSet<()>) {
        if let Err(error) = self.take_over().await {
            tracing::error!(%error, "deliveries claimed by an earlier process could not be released");
        }
        let mut last = now();
        let mut strangers_at = Instant::now();
        loop {
            // If the clock was set back, the stored due times are too far in the future.
            if now() < last
                && let Err(error) = self.deps.store.queue.due_again(now()).await
            {
                tracing::error!(%error, "due times could not be adapted after the clock was set back");
            }
            last = now();
            let clock = Instant::now();
            let (mut pause, in_vain) = self.fill(tasks).await;
            match strangers_at.checked_duration_since(clock) {
                Some(left) if !left.is_zero() => pause = pause.min(left),
                _ => {
                    let (of_strangers, is_blocked) = self.fill_strangers(tasks).await;
                    strangers_at = clock + if is_blocked { STRANGERS_BLOCKED } else { STRANGERS_PAUSE };
                    pause = pause.min(of_strangers);
                }
            }
            if in_vain {
                sleep((clock.elapsed() * REST).min(LONGEST_REST)).await;
            }
            tokio::select! {
                () = self.deps.wake.notified() => {}
                Some(done) = tasks.join_next() => log_ended(done),
                () = sleep(pause) => {}
            }
        }
    }

    /// Makes the deliveries due that an earlier process had claimed, and tells the pacing for which bots Telegram has
    /// answered.
    async fn take_over(&self) -> Result<(), StoreError> {
        let (store, now) = (&self.deps.store, now());
        let count = store.queue.release_leases(&self.owner, now).await?;
        if count > 0 {
            tracing::info!(count, "releasing deliveries that were being sent when the server last stopped");
        }
        store.queue.due_again(now).await?;
        store.queue.settle_all(now).await?;
        let hour_ago = now.saturating_sub(millis(KNOWN_FOR));
        let mut heard = store.queue.senders_heard_since(hour_ago).await?;
        heard.extend(store.bots.answered_since(hour_ago).await?);
        for (sender, at) in heard {
            let age = Duration::from_millis(u64::try_from(now.saturating_sub(at)).unwrap_or(0));
            if let Some(at) = Instant::now().checked_sub(age)
                && let Some(pacing) = self.deps.channels.pacing(&sender)
            {
                pacing.heard(&sender, at);
            }
        }
        Ok(())
    }

    /// Claims and starts as many due deliveries as there are free places. Returns the time to sleep unless the worker
    /// is woken, and whether deliveries were due but none was admitted.
    async fn fill(&self, tasks: &mut JoinSet<()>) -> (Duration, bool) {
        while let Some(done) = tasks.try_join_next() {
            log_ended(done);
        }
        let under_way = tasks.len().saturating_sub(self.strangers_in_flight.count());
        let room = AT_ONCE.saturating_sub(under_way);
        if room == 0 {
            return (LONGEST_SLEEP, false);
        }
        match self.claim(now(), Instant::now(), room).await {
            Ok(Claim { claimed, pause, in_vain }) => {
                self.start(claimed, tasks);
                (pause.clamp(SHORTEST_SLEEP, LONGEST_SLEEP), in_vain)
            }
            Err(error) => {
                tracing::error!(%error, "due deliveries could not be claimed");
                (Duration::from_secs(1), false)
            }
        }
    }

    /// Does the same as [`Worker::fill`] for strangers' deliveries.
    async fn fill_strangers(&self, tasks: &mut JoinSet<()>) -> (Duration, bool) {
        let room = STRANGERS.saturating_sub(self.strangers_in_flight.count());
        if room == 0 {
            return (LONGEST_SLEEP, false);
        }
        match self.claim_strangers(now(), Instant::now(), room).await {
            Ok(Claim { claimed, pause, in_vain }) => {
                self.start(claimed, tasks);
                (pause.clamp(STRANGERS_PAUSE, LONGEST_SLEEP), in_vain)
            }
            Err(error) => {
                tracing::error!(%error, "strangers' due deliveries could not be claimed");
                (STRANGERS_BLOCKED, true)
            }
        }
    }

    /// Claims up to `room` strangers' deliveries that are due and admitted by the pacing, starting with those due the
    /// longest.
    async fn claim_strangers(&self, now: Millis, clock: Instant, room: usize) -> Result<Claim, StoreError> {
        let heads = self.deps.store.queue.strangers_heads(STRANGERS_HEADS, &self.in_flight.ids()).await?;
        let in_vain = heads.first().is_some_and(|(.., due_at)| *due_at <= now);
        let mut pause = LONGEST_SLEEP;
        let mut admitted = Vec::new();
        for (head, sender, due_at) in heads {
            if admitted.len() >= room {
                break;
            }
            if due_at > now {
                let wait = u64::try_from(due_at.saturating_sub(now)).map_or(LONGEST_SLEEP, Duration::from_millis);
                pause = pause.min(wait);
                break;
            }
            let pacing = self.deps.channels.pacing(&sender);
            let admission = pacing
                .map_or(Ok(()), |mut pacing| pacing.admit(&sender, &head.chat, Purpose::StrangersDelivery, clock));
            match admission {
                Ok(()) => admitted.push(Admitted { id: head.id, sender }),
                Err(Wait::Chat(wait) | Wait::Bot(wait)) => pause = pause.min(wait),
                Err(Wait::Turn) => {}
            }
        }
        let in_vain = in_vain && admitted.is_empty();
        Ok(Claim { claimed: self.claim_admitted(admitted, now).await?, pause, in_vain })
    }

    /// Claims up to `room` deliveries that are due and admitted by the pacing. The bots take turns.
    async fn claim(&self, now: Millis, clock: Instant, room: usize) -> Result<Claim, StoreError> {
        let store = &self.deps.store;
        let due = self.due_senders(now).await?;
        let in_vain = !due.0.is_empty();
        let mut round = Round::new(due, room);
        let mut heads = Vec::new();
        while let Some((sender, share)) = round.next() {
            // The query skips chats that must wait, so the end of the shortest wait has to come from the pacing.
            let pacing = self.deps.channels.pacing(&sender);
            let (held, soonest) = pacing.map(|mut pacing| pacing.held(&sender, clock)).unwrap_or_default();
            round.pause = round.pause.min(soonest.unwrap_or(LONGEST_SLEEP));
            let found = store.queue.due_heads(&sender, now, share, &self.in_flight.ids(), &held).await?;
            let is_all = found.len() < share;
            let admitted = self.admit_heads(&sender, found, clock, &mut round.pause);
            round.took(sender, admitted.len(), is_all);
            heads.extend(admitted);
        }
        let in_vain = in_vain && heads.is_empty();
        Ok(Claim { claimed: self.claim_admitted(heads, now).await?, pause: round.pause, in_vain })
    }

    async fn claim_admitted(&self, heads: Vec<Admitted>, now: Millis) -> Result<Vec<Claimed>, StoreError> {
        if heads.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = heads.iter().map(|head| head.id).collect();
        let claimed = self.deps.store.queue.claim(&ids, &self.owner, now, now.saturating_add(LEASE)).await;
        let got = |id: i64| claimed.as_ref().is_ok_and(|claimed| claimed.iter().any(|delivery| delivery.id == id));
        for Admitted { id, sender } in heads.iter().filter(|head| !got(head.id)) {
            // The delivery was suspended or moved after the scan. Its place is free again.
            tracing::debug!(delivery = id, "a delivery was no longer due");
            if let Some(mut pacing) = self.deps.channels.pacing(sender) {
                pacing.ended(sender);
            }
        }
        claimed
    }

    /// The senders with due deliveries, beginning after the first of the last round, and the time until the next sender
    /// has one.
    async fn due_senders(&self, now: Millis) -> Result<(Vec<SenderKey>, Duration), StoreError> {
        let open = self.deps.store.queue.open_senders().await?;
        let later = open.iter().map(|(_, at)| at.saturating_sub(now)).filter(|wait| *wait > 0).min();
        let pause = later.and_then(|wait| u64::try_from(wait).ok()).map_or(LONGEST_SLEEP, Duration::from_millis);
        let mut senders: Vec<SenderKey> =
            open.into_iter().filter(|(_, at)| *at <= now).map(|(sender, _)| sender).collect();
        let mut turn = self.turn.lock();
        let next = senders.iter().position(|sender| *sender > *turn).unwrap_or(0);
        senders.rotate_left(next);
        if let Some(first) = senders.first() {
            turn.clone_from(first);
        }
        Ok((senders, pause))
    }

    /// Admits as many heads as the pacing allows, and shortens `pause` to the shortest wait of the others.
    fn admit_heads(&self, sender: &SenderKey, heads: Vec<Head>, clock: Instant, pause: &mut Duration) -> Vec<Admitted> {
        let mut admitted = Vec::new();
        let mut pacing = self.deps.channels.pacing(sender);
        for head in heads {
            let admission = match &mut pacing {
                Some(pacing) => pacing.admit(sender, &head.chat, Purpose::Delivery, clock),
                None => Ok(()),
            };
            match admission {
                Ok(()) => admitted.push(Admitted { id: head.id, sender: sender.clone() }),
                Err(Wait::Chat(wait)) => *pause = (*pause).min(wait),
                Err(Wait::Bot(wait)) => {
                    *pause = (*pause).min(wait);
                    break;
                }
                Err(Wait::Turn) => break,
            }
        }
        admitted
    }

    fn start(&self, claimed: Vec<Claimed>, tasks: &mut JoinSet<()>) {
        for delivery in claimed {
            let flight = self.in_flight.enter(delivery.id);
            let of_stranger = delivery.stranger.then(|| self.strangers_in_flight.enter(delivery.id));
            let place = Place { channels: self.deps.channels.clone(), sender: delivery.sender.clone() };
            let worker = self.clone();
            tasks.spawn(async move {
                let (_flight, _of_stranger, _place) = (flight, of_stranger, place);
                worker.deliver_logged(delivery).await;
            });
        }
    }

    /// Claims and sends the deliveries that are due at `now`, once. Returns their number.
    ///
    /// # Errors
    ///
    /// If the deliveries could not be claimed.
    pub async fn run_due_once(&self, now: Millis) -> Result<usize, StoreError> {
        // The pacing must use the same time as the queue.
        let ahead = u64::try_from(now.saturating_sub(crate::time::now())).unwrap_or(0);
        let clock = Instant::now() + Duration::from_millis(ahead);
        let mut tasks = JoinSet::new();
        self.start(self.claim(now, clock, AT_ONCE).await?.claimed, &mut tasks);
        self.start(self.claim_strangers(now, clock, STRANGERS).await?.claimed, &mut tasks);
        let count = tasks.len();
        while let Some(done) = tasks.join_next().await {
            log_ended(done);
        }
        Ok(count)
    }
}

struct Claim {
    claimed: Vec<Claimed>,
    /// The time until more deliveries may be due.
    pause: Duration,
    /// Whether deliveries are due, but the pacing admits none of them yet.
    in_vain: bool,
}

struct Admitted {
    id: i64,
    sender: SenderKey,
}

/// A place among the bot's calls in flight. Dropping it releases the place.
struct Place {
    channels: Channels,
    sender: SenderKey,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(mut pacing) = self.channels.pacing(&self.sender) {
            pacing.ended(&self.sender);
        }
    }
}

/// Marks the worker as running until it is dropped, even by a panic.
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
        tracing::error!(
            %error,
            "the task of a delivery panicked; the delivery will be retried after its lease expires"
        );
    }
}
