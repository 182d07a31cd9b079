//! The state that all handlers share.

use std::{net::SocketAddr, sync::Arc};

use axum::extract::FromRef;
use hookgram::secret::BotToken;
use leptos::config::LeptosOptions;
use tokio::sync::{Notify, watch};

use crate::{
    announcements::Announcements,
    channel::{
        Channels,
        sandbox::Sandbox,
        telegram::{
            Identity, Telegram, TelegramChannel,
            chats::ChatSearches,
            identities::{Asker, Identities},
            new_bots::NewBotLimiter,
        },
    },
    config::{Config, PublicUrl},
    credentials::{password::Passwords, throttle::Throttle},
    delivery::{Dependencies, Worker, replays::Replays},
    http::{assets, connections::Requests, rate_limits::Limits},
    limits::turns::Turns,
    mail::MailWorker,
    observe::{health_mark::HealthMark, metrics::Metrics},
    profile_file::pasted::Drafts,
    rendering::Rendering,
    settings::{Live, LoadError},
    store::{KnownTokens, Store},
    time::{Millis, now},
};

/// The state of the server. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// The fields of [`AppState`].
pub struct Inner {
    /// The configuration from flags and the environment.
    pub config: Config,
    /// The settings that admins may change.
    pub settings: Live,
    /// The prefix of profile URLs, and the origin that browsers send.
    pub public_url: PublicUrl,
    /// The store.
    pub store: Store,
    /// The client of the Bot API.
    pub telegram: Telegram,
    /// Wakes the delivery worker.
    pub wake: Arc<Notify>,
    /// Change notifications: the id of each message that reaches the sandbox.
    pub sandbox: Announcements,
    /// Change notifications: the profile's id when the state of one of its events changes; 0 for the stateless
    /// endpoint.
    pub changes: Announcements,
    /// Searches for the id of a chat.
    pub chats: ChatSearches,
    /// Becomes true when the server stops.
    pub shutdown: watch::Receiver<bool>,
    /// The delivery worker.
    pub worker: Worker,
    /// The mail worker.
    pub mail: MailWorker,
    /// Replays and cancels deliveries.
    pub replays: Replays,
    /// Hashing of passwords.
    pub passwords: Passwords,
    /// Limits sign-in attempts.
    pub throttle: Throttle,
    /// The rate limits of requests.
    pub limits: Limits,
    /// Cache of the known tokens of the stateless endpoint.
    pub(crate) known_tokens: KnownTokens,
    /// Requests in flight.
    pub requests: Requests,
    /// Parses events and renders messages. Large ones are handled off the async threads, a few at a time.
    pub rendering: Rendering,
    /// Pasted texts that are not confirmed yet.
    pub(crate) drafts: Drafts,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// The health mark.
    pub health: HealthMark,
    /// When the server started.
    pub started_at: Millis,
    /// Options of leptos.
    pub leptos: LeptosOptions,
    /// Wakes the consumers of booking bots after a change.
    pub booking: Arc<Notify>,
    /// The new-bot limiter.
    pub new_bots: Arc<NewBotLimiter>,
    /// The bots for which an update from a webhook is being handled.
    pub(crate) updates: Turns,
    identities: Identities,
}

impl std::ops::Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

/// The reason why the state cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// TLS for Telegram cannot be set up.
    #[error("TLS for Telegram cannot be set up: {0}")]
    Telegram(#[from] reqwest::Error),
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] LoadError),
}

impl AppState {
    /// Creates the state of a server that listens at `listening` and stops when `shutdown` becomes true.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up, or the settings cannot be read.
    pub async fn new(
        config: Config,
        store: Store,
        listening: SocketAddr,
        shutdown: watch::Receiver<bool>,
    ) -> Result<Self, StateError> {
        // leptos needs an executor. An error only means that one was set before.
        _ = any_spawner::Executor::init_tokio();
        let telegram = Telegram::new(&config.telegram_api)?;
        let settings = Live::load(&config.fixed, &store).await?;
        let wake = Arc::new(Notify::new());
        let (sandbox, changes) = (Announcements::default(), Announcements::default());
        let metrics = Arc::new(Metrics::default());
        let new_bots = Arc::new(NewBotLimiter::default());
        let worker = Worker::new(Dependencies {
            store: store.clone(),
            channels: Channels::new(
                TelegramChannel::new(telegram.clone(), new_bots.clone()),
                Sandbox::new(store.clone(), sandbox.clone()),
            ),
            wake: wake.clone(),
            changes: changes.clone(),
            settings: settings.clone(),
            metrics: metrics.clone(),
        });
        let requests = Requests::new(config.connections);
        let leptos = LeptosOptions::builder().output_name(assets::NAME).site_pkg_dir(assets::folder()).build();
        let public_url = config.public_url(listening);
        let mail = MailWorker::new(store.clone(), settings.clone(), &public_url, metrics.clone());
        let rendering = Rendering::default();
        let replays = Replays::new(store.clone(), rendering.clone(), settings.clone(), wake.clone());
        Ok(Self(Arc::new(Inner {
            public_url,
            config,
            settings,
            store,
            telegram,
            wake,
            sandbox,
            changes,
            chats: ChatSearches::default(),
            shutdown,
            worker,
            mail,
            replays,
            passwords: Passwords::default(),
            throttle: Throttle::default(),
            limits: Limits::default(),
            known_tokens: KnownTokens::default(),
            requests,
            rendering,
            drafts: Drafts::default(),
            metrics,
            health: HealthMark::default(),
            started_at: now(),
            leptos,
            booking: Arc::default(),
            updates: Turns::default(),
            identities: Identities::new(new_bots.clone()),
            new_bots,
        })))
    }

    /// The URL of the profile endpoint with this webhook key.
    #[must_use]
    pub fn short_url(&self, key: &str) -> String {
        format!("{}/h/{key}", self.public_url)
    }

    /// Asks Telegram which bot a token belongs to, bypassing the cache. Stores the response.
    pub async fn ask_again(&self, token: &BotToken) -> Identity {
        self.identities.forget(token);
        self.who_is(token, Asker::Known).await
    }

    /// Asks Telegram which bot a token belongs to, unless a cached response is at most 5 minutes old. Stores a new
    /// response.
    pub async fn who_is(&self, token: &BotToken, asker: Asker) -> Identity {
        let (identity, is_fresh) = self.identities.ask(&self.telegram, token, asker).await;
        let stored = match &identity {
            _ if !is_fresh => Ok(()),
            Identity::Bot { name, username } => {
                let stored = self.store.bots.accepted(token, name, username).await;
                // Suspended messages of the bot may have become due.
                self.wake.notify_one();
                stored
            }
            Identity::Refused => self.store.bots.refused(token).await,
            Identity::Busy { .. } | Identity::Unreachable => Ok(()),
        };
        if let Err(error) = stored {
            tracing::warn!(%error, "Telegram's response about a bot could not be stored");
        }
        identity
    }
}
