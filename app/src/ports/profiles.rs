//! Profiles.

use async_trait::async_trait;
use hookgram::{
    event::{BookingEvent, EventType},
    profile::Profile,
    profile_list::ListQuery,
    values::ChatId,
};

use crate::{
    error::AppError,
    listing::ListPage,
    session::{Operator, Viewer},
    views::{BotView, ProfileDetail, TestOutcome},
};

/// The bot's token in a form.
#[derive(Clone, Debug)]
pub enum Target {
    /// The sandbox.
    Sandbox,
    /// A bot: the token in the profile, or, where that is `None`, the one already stored.
    Bot,
}

/// A profile to store.
#[derive(Clone, Debug)]
pub struct ProfileInput {
    /// Its name: not blank, unique.
    pub name: String,
    /// Where its messages go.
    pub target: Target,
    /// The types of event it wants; empty means all.
    pub events: Vec<EventType>,
    /// Its parameters, already checked.
    pub profile: Profile,
}

/// A test message.
#[derive(Clone, Debug)]
pub struct TestInput {
    /// The stored profile it is a test of, if any: its token is used where the form has none.
    pub id: Option<i64>,
    /// Where it goes. In the sandbox an unsaved profile's test is delivered to nobody's chat, but checked all the same.
    pub target: Target,
    /// The form's parameters.
    pub profile: Profile,
    /// What the message is about.
    pub event: BookingEvent,
    /// The chat.
    pub chat: ChatId,
}

/// Profiles.
#[async_trait]
pub trait Profiles: Send + Sync {
    /// A page of the list; of a page after the last one, the last.
    async fn list(&self, viewer: &Viewer, query: ListQuery) -> Result<ListPage, AppError>;
    /// One profile.
    async fn get(&self, viewer: &Viewer, id: i64) -> Result<ProfileDetail, AppError>;
    /// Stores a new profile (`id` is `None`) or replaces one; answers with its id. A name that is taken is
    /// [`AppError::Invalid`] at the field `name`, a bot without any token at `telegramToken`.
    async fn save(&self, operator: &Operator, id: Option<i64>, input: ProfileInput) -> Result<i64, AppError>;
    /// Opens or closes its endpoint.
    async fn set_enabled(&self, operator: &Operator, id: i64, enabled: bool) -> Result<(), AppError>;
    /// Sends a test.
    async fn send_test(&self, operator: &Operator, input: TestInput) -> Result<TestOutcome, AppError>;
    /// Asks Telegram who a bot is: of the token given, or of the one stored with a profile. `None`: Telegram refused it.
    async fn who_is(
        &self,
        operator: &Operator,
        id: Option<i64>,
        profile: &Profile,
    ) -> Result<Option<BotView>, AppError>;
    /// What links in messages start with, without a slash at the end.
    fn booking_host(&self) -> String;
}
