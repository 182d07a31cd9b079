//! What every request shares.

use std::{net::SocketAddr, sync::Arc};

use axum::extract::FromRef;
use hookgram::secret::BotToken;
use leptos::config::LeptosOptions;
use tokio::sync::{Notify, broadcast, watch};

use crate::{
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

/// What [`AppState`] points to.
pub struct Inner {
    /// What flags and environment say.
    pub config: Config,
    /// The settings that admins may change.
    pub settings: Live,
    /// What short URLs start with, and the origin that a browser names.
    pub public_url: PublicUrl,
    /// The store.
    pub store: Store,
    /// The Bot API.
    pub telegram: Telegram,
    /// Rings the worker.
    pub wake: Arc<Notify>,
    /// The ids of messages as they reach the sandbox.
    pub sandbox: broadcast::Sender<i64>,
    /// The ids of profiles as something becomes of their events; 0 for one of the stateless endpoint.
    pub news: broadcast::Sender<i64>,
    /// Searches for a chat by a link.
    pub chats: ChatSearches,
    /// Becomes true when the server stops.
    pub shutdown: watch::Receiver<bool>,
    /// The worker.
    pub worker: Worker,
    /// Sends error mails.
    pub mail: MailWorker,
    /// Replays deliveries and calls them off.
    pub replays: Replays,
    /// Hashing of passwords.
    pub passwords: Passwords,
    /// Attempts to sign in.
    pub throttle: Throttle,
    /// How many requests are taken.
    pub limits: Limits,
    /// Tokens of the stateless endpoint that are known.
    pub(crate) known_tokens: KnownTokens,
    /// Requests in flight.
    pub requests: Requests,
    /// Reading and rendering of events, off the async threads and few at a time.
    pub rendering: Rendering,
    /// What was pasted and not yet confirmed.
    pub(crate) drafts: Drafts,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Whether somebody must act.
    pub health: HealthMark,
    /// When the server started.
    pub started_at: Millis,
    /// What leptos needs to know.
    pub leptos: LeptosOptions,
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

/// Why there can be no state.
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
    /// The state of a server that listens at `listening` and stops when `shutdown` becomes true.
    ///
    /// # Errors
    /// If TLS cannot be set up, or the settings cannot be read.
    pub async fn new(
        config: Config,
        store: Store,
        listening: SocketAddr,
        shutdown: watch::Receiver<bool>,
    ) -> Result<Self, StateError> {
        // Pages are drawn on the runtime that is there. An error only says that this has been settled before.
        _ = any_spawner::Executor::init_tokio();
        let telegram = Telegram::new(&config.telegram_api)?;
        let settings = Live::load(&config.fixed, &store).await?;
        let wake = Arc::new(Notify::new());
        let (sandbox, _) = broadcast::channel(256);
        let (news, _) = broadcast::channel(256);
        let metrics = Arc::new(Metrics::default());
        let new_bots = Arc::new(NewBotLimiter::default());
        let worker = Worker::new(Dependencies {
            store: store.clone(),
            channels: Channels::new(
                TelegramChannel::new(telegram.clone(), new_bots.clone()),
                Sandbox::new(store.clone(), sandbox.clone()),
            ),
            wake: wake.clone(),
            news: news.clone(),
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
            news,
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
            identities: Identities::new(new_bots),
        })))
    }

    /// The whole short URL of a key.
    #[must_use]
    pub fn short_url(&self, key: &str) -> String {
        format!("{}/h/{key}", self.public_url)
    }

    /// Asks Telegram who a bot is, unless it has said so within the last 5 minutes; a bot that it names is kept.
    pub async fn who_is(&self, token: &BotToken, asker: Asker) -> Identity {
        let (identity, is_fresh) = self.identities.ask(&self.telegram, token, asker).await;
        if is_fresh
            && let Identity::Bot { name, username } = &identity
            && let Err(error) = self.store.queue.put_bot(token, name, username).await
        {
            tracing::warn!(%error, "a bot's name could not be stored");
        }
        identity
    }
}
