//! Booking bots: reads what customers write to them, and answers. Each bot has one consumer of its updates.
//!
//! A consumer reads a batch of updates, stores their changes, sends the answers, and confirms the batch with its next
//! call. After a crash the batch is handled again. Its changes are stored once, but an answer may be sent twice.

mod appearance;
mod handling;
mod polling;
mod replies;
pub mod webhook;

pub(crate) use self::handling::formatting;

use std::{collections::HashMap, sync::Arc, time::Duration};

use hookgram::{booking::Trouble, bot::SANDBOX_BOT, secret::BotToken};
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
    time::sleep,
};

use crate::{
    state::AppState,
    store::{BookingRecord, Bot, StoreError, UpdateSource},
};

/// The interval at which the set of enabled booking bots is checked. A change made by this process triggers a check at
/// once.
const LOOK: Duration = Duration::from_secs(15);
/// The delay between the starts of two consumers, so that a thousand consumers do not start at once.
const APART: Duration = Duration::from_millis(20);

/// The reason why no updates arrive, and the host of a foreign webhook.
type Report = (Option<Trouble>, Option<String>);

#[derive(Clone)]
struct Consumer {
    state: AppState,
    bot: Bot,
    record: Arc<BookingRecord>,
    token: BotToken,
    /// The report that was stored last.
    reported: Arc<Mutex<Option<Report>>>,
}

/// A running consumer and the values it was started with.
struct Running {
    task: JoinHandle<()>,
    version: i64,
    token: BotToken,
    username: String,
    source: UpdateSource,
}

impl Running {
    fn is_of(&self, record: &BookingRecord, token: &BotToken, username: &str) -> bool {
        let same = self.version == record.version && self.source == record.source;
        same && self.token == *token && self.username == username && !self.task.is_finished()
    }
}

/// Runs the consumers of all enabled booking bots until `shutdown` becomes true.
pub async fn run(state: AppState, mut shutdown: watch::Receiver<bool>) {
    let mut running: HashMap<i64, Running> = HashMap::new();
    loop {
        if let Err(error) = reconcile(&state, &mut running).await {
            tracing::error!(%error, "the booking bots could not be read");
        }
        tokio::select! {
            () = state.booking.notified() => {}
            () = sleep(LOOK) => {}
            _ = shutdown.wait_for(|stop| *stop) => break,
        }
    }
    for (_, consumer) in running {
        consumer.task.abort();
    }
}

/// Starts and stops consumers, so that each enabled booking bot has one consumer with its current settings.
async fn reconcile(state: &AppState, running: &mut HashMap<i64, Running>) -> Result<(), StoreError> {
    let enabled = state.store.booking.enabled().await?;
    let mut wanted = HashMap::new();
    // The sandbox's bot does not exist at Telegram.
    for record in enabled.into_iter().filter(|record| record.bot != SANDBOX_BOT) {
        let Some(found) = state.store.bots.get(record.bot).await? else { continue };
        let Some(token) = found.token.filter(|_| record.links.is_some()) else {
            state.store.booking.put_trouble(record.bot, Some(Trouble::Locked), None).await?;
            continue;
        };
        // A refused token is used again only after it was replaced or Telegram has accepted it.
        if found.bot.state.suspended_for().is_none() {
            wanted.insert(record.bot, (record, found.bot, token));
        }
    }
    let unwanted: Vec<i64> = running
        .iter()
        .filter(|(bot, consumer)| {
            !wanted.get(bot).is_some_and(|(record, found, token)| consumer.is_of(record, token, &found.username))
        })
        .map(|(bot, _)| *bot)
        .collect();
    let stopped = unwanted.clone();
    if !stopped.is_empty() {
        state.booking.notify_one();
    }
    for bot in unwanted {
        let Some(consumer) = running.remove(&bot) else { continue };
        consumer.task.abort();
        // Two consumers of one bot must not read at the same time.
        let _ = consumer.task.await;
        if !wanted.contains_key(&bot) && state.store.booking.get(bot).await?.is_none_or(|record| !record.enabled) {
            appearance::withdraw(state, &consumer.token, consumer.source).await;
        }
    }
    for (id, (record, bot, token)) in wanted {
        // The stopped consumer may have confirmed updates since `wanted` was read. The next check reads the record
        // again.
        if running.contains_key(&id) || stopped.contains(&id) {
            continue;
        }
        let (version, source, username) = (record.version, record.source, bot.username.clone());
        let consumer = Consumer::new(state, bot, Arc::new(record), token.clone());
        let task = tokio::spawn(consumer.run());
        running.insert(id, Running { task, version, token, username, source });
        sleep(APART).await;
    }
    Ok(())
}

impl Consumer {
    fn new(state: &AppState, bot: Bot, record: Arc<BookingRecord>, token: BotToken) -> Self {
        Self { state: state.clone(), bot, record, token, reported: Arc::default() }
    }

    async fn run(self) {
        // Answers contain the bot's @name, which is known only after the first `getMe`.
        if self.bot.username.is_empty() {
            self.state.ask_again(&self.token).await;
            self.state.booking.notify_one();
            return sleep(LOOK).await;
        }
        self.publish().await;
        match self.record.source {
            UpdateSource::Polling => self.poll().await,
            UpdateSource::Webhook => self.keep_webhook().await,
        }
    }

    /// Stores the reason why no updates arrive, or that they arrive.
    async fn report(&self, trouble: Option<Trouble>, host: Option<&str>) {
        let stored = self.state.store.booking.put_trouble(self.bot.id, trouble, host).await;
        if let Err(error) = stored {
            tracing::warn!(bot = self.bot.id, %error, "the report about a booking bot's updates could not be stored");
        }
    }
}
