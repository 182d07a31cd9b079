//! The server's interface for server functions. The browser's module is built from this crate too and must not contain
//! the server, so server functions reach it through a trait. Page handlers are in the server and do not need it.

use std::sync::Arc;

use async_trait::async_trait;
use hookgram::{
    Millis,
    channel::ChannelKind,
    event::BookingEvent,
    preferences::Theme,
    profile::{EditedProfile, Profile},
    role::Account,
    secret::BotToken,
    values::{ChatId, Language},
};
use leptos::prelude::expect_context;
use secrecy::SecretString;

use crate::{
    error::{AppError, FieldFault},
    form::ProfileForm,
    session::{Operator, Viewer},
    views::{BotView, ChatSearch, Compared, PastEvent, ProfileDetail, TestOutcome},
};

/// Unsaved input of the builder, typed or read from an old URL.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The stored profile that it edits; `None` for a new one.
    pub profile: Option<i64>,
    /// The form. Its token field is blank because the token is stored separately.
    pub form: ProfileForm,
    /// The typed token, or the one in the old URL.
    pub token: Option<BotToken>,
    /// Why saving failed; empty before the first attempt to save.
    pub faults: Vec<FieldFault>,
    /// The old URL that the draft was read from, as pasted.
    pub old_url: Option<SecretString>,
}

/// A test message.
#[derive(Clone, Debug)]
pub struct TestInput {
    /// The stored profile to test, if any. Its token is used if the form has none.
    pub id: Option<i64>,
    /// The channel of the message. The sandbox stores the test of a saved profile; the test of an unsaved profile is
    /// only checked.
    pub channel: ChannelKind,
    /// The chosen bot; `None` if the parameters contain a token.
    pub bot: Option<i64>,
    /// The form's parameters.
    pub profile: Profile,
    /// The event to render.
    pub event: BookingEvent,
    /// The recipient.
    pub chat: ChatId,
}

/// The server as server functions see it. Each request has its own instance.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Stores the language and the theme that an account's owner has chosen. `None` leaves a value unchanged.
    async fn prefer(&self, account: &Account, language: Option<Language>, theme: Option<Theme>)
    -> Result<(), AppError>;
    /// Stores a draft of the operator for an hour and returns its id.
    async fn keep_draft(&self, operator: &Operator, draft: Draft) -> Result<String, AppError>;
    /// Returns a draft; `None` if the operator has no such draft or it has expired.
    async fn open_draft(&self, operator: &Operator, id: &str) -> Result<Option<Draft>, AppError>;
    /// Deletes a draft.
    async fn discard_draft(&self, operator: &Operator, id: &str) -> Result<(), AppError>;
    /// Every bot, those with a problem first.
    async fn bots(&self, viewer: &Viewer) -> Result<Vec<BotView>, AppError>;
    /// Returns a profile.
    async fn profile(&self, viewer: &Viewer, id: i64) -> Result<ProfileDetail, AppError>;
    /// Stores a new profile (`id` is `None`) or replaces one, and returns its id. Returns [`AppError::Outdated`] if the
    /// stored profile's fingerprint differs from `base`; a blank `base` skips that check. A taken name is
    /// [`AppError::Invalid`] at the field `name`; a bot without a token is [`AppError::Invalid`] at `telegramToken`.
    async fn save_profile(
        &self,
        operator: &Operator,
        id: Option<i64>,
        base: &str,
        profile: EditedProfile,
    ) -> Result<i64, AppError>;
    /// Sends a test message.
    async fn send_test(&self, operator: &Operator, input: TestInput) -> Result<TestOutcome, AppError>;
    /// Asks Telegram which bot a token belongs to. `None` if Telegram refused the token.
    async fn who_is(&self, operator: &Operator, token: &BotToken) -> Result<Option<BotView>, AppError>;
    /// The current time.
    fn now(&self) -> Millis;
    /// The base URL of links in messages, without a trailing slash.
    fn booking_host(&self) -> String;
    /// The URL of the stateless endpoint without a query; `None` if the endpoint is disabled.
    fn stateless_endpoint(&self) -> Option<String>;
    /// The newest events of a profile whose bodies are still stored, newest first.
    async fn past_events(&self, viewer: &Viewer, profile: i64) -> Result<Vec<PastEvent>, AppError>;
    /// The body of a past event. [`AppError::NotFound`] if the event belongs to another profile or its body is no
    /// longer stored.
    async fn payload(&self, viewer: &Viewer, profile: i64, event: i64) -> Result<String, AppError>;
    /// Compares the messages of a profile's newest events before and after a change of the profile.
    async fn compare(&self, viewer: &Viewer, profile: i64, changed: EditedProfile) -> Result<Vec<Compared>, AppError>;
    /// Starts a search for a chat. The search uses the bot of the token, else the chosen bot, else the bot of the
    /// stored profile `id`.
    async fn begin_chat_search(
        &self,
        operator: &Operator,
        id: Option<i64>,
        bot: Option<i64>,
        token: Option<BotToken>,
    ) -> Result<ChatSearch, AppError>;
    /// Waits up to a few seconds for a person to open the link of a search.
    async fn look_for_chat(&self, operator: &Operator, code: &str) -> Result<ChatSearch, AppError>;
}

/// The backend of the current request.
pub(crate) fn backend() -> Arc<dyn Backend> {
    expect_context()
}
