//! What server functions ask of the server. The module for the browser is built from this crate too and must not contain
//! the server, so they reach it through a trait. Handlers of pages are in the server and need none.

use std::sync::Arc;

use async_trait::async_trait;
use hookgram::{
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

/// What was typed into the builder, or read from an old URL, and is not stored yet.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The profile that it is a change of; `None` for a new one.
    pub profile: Option<i64>,
    /// The form. Its token stands beside it, the field for one is blank.
    pub form: ProfileForm,
    /// The token that was typed, or that the old URL held.
    pub token: Option<BotToken>,
    /// Why it was not stored; none where nobody tried to.
    pub faults: Vec<FieldFault>,
    /// The old URL that it was read from, as pasted.
    pub old_url: Option<SecretString>,
}

/// A test message.
#[derive(Clone, Debug)]
pub struct TestInput {
    /// The stored profile it is a test of, if any: its token is used where the form has none.
    pub id: Option<i64>,
    /// Where it goes. The sandbox stores the test of a saved profile only; that of an unsaved one is checked all the same.
    pub channel: ChannelKind,
    /// The form's parameters.
    pub profile: Profile,
    /// What the message is about.
    pub event: BookingEvent,
    /// The chat.
    pub chat: ChatId,
}

/// The server, as the server functions see it: one for each request.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Stores the language and the theme that an account's owner has chosen; `None` stays as it is.
    async fn prefer(&self, account: &Account, language: Option<Language>, theme: Option<Theme>)
    -> Result<(), AppError>;
    /// Stores a draft of the operator's for an hour, and returns its id.
    async fn keep_draft(&self, operator: &Operator, draft: Draft) -> Result<String, AppError>;
    /// A draft; `None` if the operator has no such draft (any more).
    async fn open_draft(&self, operator: &Operator, id: &str) -> Result<Option<Draft>, AppError>;
    /// Deletes a draft.
    async fn discard_draft(&self, operator: &Operator, id: &str) -> Result<(), AppError>;
    /// One profile.
    async fn profile(&self, viewer: &Viewer, id: i64) -> Result<ProfileDetail, AppError>;
    /// Stores a new profile (`id` is `None`) or replaces one, and returns its id. A name that is taken is
    /// [`AppError::Invalid`] at the field `name`, a bot without any token at `telegramToken`.
    async fn save_profile(&self, operator: &Operator, id: Option<i64>, profile: EditedProfile)
    -> Result<i64, AppError>;
    /// Sends a test message.
    async fn send_test(&self, operator: &Operator, input: TestInput) -> Result<TestOutcome, AppError>;
    /// Asks Telegram who a bot is: by the token in the profile, or else by the one stored with the profile `id`. `None`:
    /// Telegram refused the token.
    async fn who_is(
        &self,
        operator: &Operator,
        id: Option<i64>,
        profile: &Profile,
    ) -> Result<Option<BotView>, AppError>;
    /// What links in messages start with, without a slash at the end.
    fn booking_host(&self) -> String;
    /// The stateless endpoint's address without a query; `None` where it is shut.
    fn stateless_endpoint(&self) -> Option<String>;
    /// The last events of a profile whose bodies are kept, newest first.
    async fn past_events(&self, viewer: &Viewer, profile: i64) -> Result<Vec<PastEvent>, AppError>;
    /// The body of one of them. [`AppError::NotFound`] if it is another profile's, or gone.
    async fn payload(&self, viewer: &Viewer, profile: i64, event: i64) -> Result<String, AppError>;
    /// How a change of a profile changes the messages of its last events.
    async fn compare(&self, viewer: &Viewer, profile: i64, changed: EditedProfile) -> Result<Vec<Compared>, AppError>;
    /// Begins to search for a chat with the bot whose token is in the profile, or else stored with the profile `id`.
    async fn begin_chat_search(
        &self,
        operator: &Operator,
        id: Option<i64>,
        profile: &Profile,
    ) -> Result<ChatSearch, AppError>;
    /// Waits some seconds for somebody to open the link of a search.
    async fn look_for_chat(&self, operator: &Operator, code: &str) -> Result<ChatSearch, AppError>;
}

/// The backend of the request that is being answered.
pub(crate) fn backend() -> Arc<dyn Backend> {
    expect_context()
}
