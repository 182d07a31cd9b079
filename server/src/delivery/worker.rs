//! The worker: claims what is due, sends it, records what came of it. A claim is committed before Telegram is asked,
//! and no transaction is open while it is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use hookgram::{message::Part, secret::BotToken};
use tokio::{
    sync::{Notify, broadcast, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::policy::{self, Situation, Verdict};
use crate::{
    codes,
    observe::Metrics,
    store::{Attempt, AttemptClass, Change, Claimed, Store, StoreError},
    telegram::{Answer, Outgoing, Telegram},
    time::{Millis, millis, now},
};

/// How long a claim lasts: longer than any one call to Telegram. It is renewed after each part.
const LEASE: Millis = 30_000;
/// Deliveries under way at once.
const AT_ONCE: usize = 32;
/// The longest sleep: a clock that was set back must not make it endless.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// How long the end waits for what is being sent.
const LAST_WAIT: Duration = Duration::from_secs(10);

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
    cast: Cast,
    owner: Arc<str>,
    running: Arc<AtomicBool>,
}

impl Worker {
    /// A worker; it claims under a name of its own.
    #[must_use]
    pub fn new(cast: Cast) -> Self {
        Self { cast, owner: codes::public_id().into(), running: Arc::default() }
    }

    /// Whether [`Worker::run`] is under way.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    /// Sends until `shutdown` says so; then finishes what is being sent, for 10 s at most.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) {
        match self.cast.store.release_leases(&self.owner, now()).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(count, "taking over deliveries that were being sent when the server last ended")
            }
            Err(error) => tracing::error!(%error, "deliveries of an earlier run could not be released"),
        }
        self.running.store(true, Ordering::Relaxed);
        let mut tasks = JoinSet::new();
        while !*shutdown.borrow() {
            let pause = self.fill(&mut tasks).await;
            tokio::select! {
                () = self.cast.wake.notified() => {}
                Some(_) = tasks.join_next() => {}
                () = sleep(pause) => {}
                _ = shutdown.changed() => break,
            }
        }
        self.running.store(false, Ordering::Relaxed);
        let finished = timeout(LAST_WAIT, async { while tasks.join_next().await.is_some() {} }).await;
        if finished.is_err() {
            tracing::warn!(
                count = tasks.len(),
                "stopping before every answer came; these are sent again after the start"
            );
        }
    }

    /// Claims as much as there is room for; how long to sleep where nothing wakes the worker before.
    async fn fill(&self, tasks: &mut JoinSet<()>) -> Duration {
        while tasks.try_join_next().is_some() {}
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
        for delivery in claimed {
            let worker = self.clone();
            tasks.spawn(async move { worker.deliver_logged(delivery).await });
        }
        if full {
            return LONGEST_SLEEP;
        }
        match self.cast.store.next_due().await {
            Ok(Some(due)) => {
                // What is due but held back by an earlier one of its chat is woken when that one ends.
                let wait = u64::try_from(due.saturating_sub(now())).unwrap_or(0).max(20);
                Duration::from_millis(wait).min(LONGEST_SLEEP)
            }
            Ok(None) => LONGEST_SLEEP,
            Err(_) => Duration::from_secs(1),
        }
    }

    async fn claim(&self, now: Millis, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        self.cast.store.claim(&self.owner, now, now.saturating_add(LEASE), limit).await
    }

    /// One step: claims what is due at `now` and delivers it, all at once; how many deliveries that were.
    ///
    /// # Errors
    /// If they could not be claimed.
    pub async fn run_due_once(&self, now: Millis) -> Result<usize, StoreError> {
        let mut tasks = JoinSet::new();
        for delivery in self.claim(now, AT_ONCE).await? {
            let worker = self.clone();
            tasks.spawn(async move { worker.deliver_logged(delivery).await });
        }
        Ok(tasks.join_all().await.len())
    }

    async fn deliver_logged(&self, claimed: Claimed) {
        if let Err(error) = self.deliver(&claimed).await {
            tracing::error!(delivery = claimed.id, %error, "a delivery's outcome could not be stored; it is repeated");
        }
    }

    async fn deliver(&self, claimed: &Claimed) -> Result<(), StoreError> {
        if claimed.sandbox {
            if let Some(id) = self.cast.store.deliver_to_sandbox(claimed, now()).await? {
                // Nobody may be looking.
                let _ = self.cast.sandbox.send(id);
            }
            self.cast.metrics.delivered();
            return Ok(());
        }
        let token = match self.cast.store.token_for(claimed).await {
            Ok(Some(token)) => token,
            Ok(None) => return self.without_token(claimed, "no bot token is stored for it").await,
            Err(StoreError::Seal(error)) => return self.without_token(claimed, &error.to_string()).await,
            Err(error) => return Err(error),
        };
        self.send_parts(claimed, &token).await
    }

    async fn without_token(&self, claimed: &Claimed, why: &str) -> Result<(), StoreError> {
        tracing::warn!(delivery = claimed.id, why, "a delivery has no usable token");
        let attempt = Attempt {
            part: claimed.parts_sent,
            started_at: now(),
            latency: 0,
            http_status: None,
            class: AttemptClass::Unreachable,
            description: Some(why.to_owned()),
        };
        let change = if claimed.profile_id.is_some() { Change::Parked } else { Change::Failed };
        self.cast.store.record(claimed, Some(&attempt), &change, now()).await
    }

    async fn send_parts(&self, claimed: &Claimed, token: &BotToken) -> Result<(), StoreError> {
        let mut delivery = claimed.clone();
        while delivery.parts_sent < delivery.parts.len() {
            let (answer, attempt) = self.send_part(&delivery, token).await;
            let verdict = policy::judge(&answer, self.situation(&delivery));
            let change = change_of(&verdict, &delivery);
            self.cast.store.record(&delivery, Some(&attempt), &change, now()).await?;
            self.note(&delivery, &attempt, &change);
            match change {
                Change::PartSent { .. } => delivery.parts_sent += 1,
                Change::Again { plain, migrated_to, .. } => {
                    delivery.plain |= plain;
                    if let Some(chat) = migrated_to {
                        delivery.chat = chat;
                        delivery.migrated = true;
                    }
                }
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    async fn send_part(&self, delivery: &Claimed, token: &BotToken) -> (Answer, Attempt) {
        let html = delivery.parts.get(delivery.parts_sent).map_or("", String::as_str);
        // What cannot be read back is sent as it stands: better with its tags than not at all.
        let plain = delivery.plain.then(|| Part::from_html(html).map_or_else(|_| html.to_owned(), |part| part.text()));
        let message = Outgoing { chat: &delivery.chat, text: plain.as_deref().unwrap_or(html), html: plain.is_none() };
        let started_at = now();
        let clock = Instant::now();
        let answer = self.cast.telegram.send(token, message).await;
        let latency = millis(clock.elapsed());
        let (http_status, class, description) = match &answer {
            Answer::Sent { .. } => (Some(200), AttemptClass::Sent, None),
            Answer::Refused { code, description, .. } => {
                (Some(*code), AttemptClass::Refused, Some(description.clone()))
            }
            Answer::Unreachable { before_write: true, description } => {
                (None, AttemptClass::Unreachable, Some(description.clone()))
            }
            Answer::Unreachable { before_write: false, description } => {
                (None, AttemptClass::BrokenOff, Some(description.clone()))
            }
        };
        let part = delivery.parts_sent;
        (answer, Attempt { part, started_at, latency, http_status, class, description })
    }

    fn situation(&self, delivery: &Claimed) -> Situation {
        let age = u64::try_from(now().saturating_sub(delivery.age_from)).unwrap_or(0);
        Situation {
            attempt: delivery.attempt,
            age: Duration::from_millis(age),
            max_age: self.cast.retry_max_age,
            plain: delivery.plain,
            migrated: delivery.migrated,
            unsure: delivery.unsure,
            has_profile: delivery.profile_id.is_some(),
            jitter: rand::random(),
        }
    }

    fn note(&self, delivery: &Claimed, attempt: &Attempt, change: &Change) {
        self.cast.metrics.attempted();
        let (delivery, status, why) = (delivery.id, attempt.http_status, attempt.description.as_deref());
        match change {
            Change::Delivered => {
                self.cast.metrics.delivered();
                tracing::info!(delivery, latency_ms = attempt.latency, "delivered");
            }
            Change::Failed | Change::Uncertain => {
                self.cast.metrics.failed();
                tracing::warn!(delivery, status, why, "given up");
            }
            Change::Parked => {
                tracing::warn!(delivery, status, why, "the bot's token was refused; waiting for a new one")
            }
            Change::Retry { at, .. } => {
                tracing::info!(delivery, status, why, in_ms = at.saturating_sub(now()), "not delivered yet");
            }
            Change::PartSent { .. } | Change::Again { .. } => tracing::debug!(delivery, status, why, "goes on"),
        }
    }
}

fn change_of(verdict: &Verdict, delivery: &Claimed) -> Change {
    let lease_until = now().saturating_add(LEASE);
    let after = |span: &Duration| now().saturating_add(millis(*span));
    match verdict {
        Verdict::Sent if delivery.parts_sent + 1 < delivery.parts.len() => Change::PartSent { lease_until },
        Verdict::Sent => Change::Delivered,
        Verdict::Retry { after: span } => Change::Retry { at: after(span), unsure: false },
        Verdict::Unsure { after: span } => Change::Retry { at: after(span), unsure: true },
        Verdict::Migrate { chat } => Change::Again { plain: false, migrated_to: Some(chat.to_string()), lease_until },
        Verdict::Plain => Change::Again { plain: true, migrated_to: None, lease_until },
        Verdict::Park => Change::Parked,
        Verdict::Fail => Change::Failed,
        Verdict::Uncertain => Change::Uncertain,
    }
}
