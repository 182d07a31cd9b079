//! The booking bots: reads what customers write to them, and answers. Each bot has one consumer of its updates.
//!
//! A consumer reads a batch of updates, stores what they change, sends the answers, and confirms the batch with the next
//! call. After a crash a batch is handled again: its changes are stored once, an answer may repeat.

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

/// The pause between two looks for booking bots that were switched on or off, unless somebody wakes the consumers.
const LOOK: Duration = Duration::from_secs(15);
/// The pause between the starts of two consumers, so that a thousand do not begin at once.
const APART: Duration = Duration::from_millis(20);

/// Why updates do not come, and the host of another webhook.
type Report = (Option<Trouble>, Option<String>);

/// The consumer of one bot's updates.
#[derive(Clone)]
struct Consumer {
    state: AppState,
    bot: Bot,
    record: Arc<BookingRecord>,
    token: BotToken,
    /// What was last stored about its updates.
    reported: Arc<Mutex<Option<Report>>>,
}

/// A consumer that runs, and what it was started with.
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

/// Runs the consumers of all booking bots that are switched on, until `shutdown` becomes true.
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

/// Starts and stops consumers, so that each booking bot that is switched on has one with its present settings.
async fn reconcile(state: &AppState, running: &mut HashMap<i64, Running>) -> Result<(), StoreError> {
    let enabled = state.store.booking.enabled().await?;
    let mut wanted = HashMap::new();
    // Nothing of the sandbox's bot reaches Telegram.
    for record in enabled.into_iter().filter(|record| record.bot != SANDBOX_BOT) {
        let Some(found) = state.store.bots.get(record.bot).await? else { continue };
        let Some(token) = found.token.filter(|_| record.links.is_some()) else {
            state.store.booking.put_trouble(record.bot, Some(Trouble::Locked), None).await?;
            continue;
        };
        // A refused token is not tried again before there is another one or Telegram has accepted it.
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
        // The next consumer must not read while this one still does.
        let _ = consumer.task.await;
        if !wanted.contains_key(&bot) && state.store.booking.get(bot).await?.is_none_or(|record| !record.enabled) {
            appearance::withdraw(state, &consumer.token, consumer.source).await;
        }
    }
    for (id, (record, bot, token)) in wanted {
        // What a consumer that was just stopped has handled is read again with the next look.
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
        // Answers need the bot's @name, which Telegram tells with the first check of the token.
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

    /// Stores why updates do not come, or that they do.
    async fn report(&self, trouble: Option<Trouble>, host: Option<&str>) {
        let stored = self.state.store.booking.put_trouble(self.bot.id, trouble, host).await;
        if let Err(error) = stored {
            tracing::warn!(bot = self.bot.id, %error, "the state of a booking bot could not be stored");
        }
    }
}
