//! Profiles.

use app::{
    error::AppError,
    i18n::causes,
    listing::ListPage,
    ports::{ProfileInput, Profiles, Target, TestInput},
    session::{Operator, Viewer},
    views::{BotView, LastDelivery, ProfileDetail, ProfileRow, TargetView, TestOutcome},
};
use async_trait::async_trait;
use hookgram::{
    channel::{ChannelKind, Limits},
    delivery::{FailureCause, Outcome},
    event::BookingEvent,
    message::{self, Context, Part},
    profile::Profile,
    profile_list::ListQuery,
    query,
    recipient::first_usable,
    secret::BotToken,
    values::Language,
};

use tokio::spawn;

use super::{Port, internal};
use crate::{
    channel::telegram::{Answer, Identity, identities::Asker},
    delivery::{TestMessage, Tested},
    ports::personal,
    store::{ProfileDraft, StoreError, StoredProfile, Test, audit::By},
};

impl Port {
    pub(super) async fn stored(&self, id: i64) -> Result<StoredProfile, AppError> {
        self.state.store.profile(id).await.map_err(internal)?.ok_or(AppError::NotFound)
    }

    pub(super) async fn row(&self, stored: &StoredProfile) -> Result<ProfileRow, AppError> {
        let target = if stored.sandbox {
            TargetView::Sandbox
        } else {
            let token = stored.profile.token.as_ref();
            let bot = match token.map(BotToken::bot_id).or(stored.locked) {
                Some(bot) => self.state.store.bot(bot).await.map_err(internal)?,
                None => None,
            };
            TargetView::Bot {
                masked_token: token.map(BotToken::masked),
                bot: bot.map(|bot| BotView { name: bot.name, username: bot.username }),
                locked: stored.locked.map(|_| must_be_entered(self.asking.language)),
            }
        };
        let last = self.state.store.newest_event(stored.id).await.map_err(internal)?;
        let last =
            last.map(|event| LastDelivery { outcome: Outcome::of_event(event.outcome, &event.states()), at: event.at });
        Ok(ProfileRow { id: stored.id, name: stored.name.clone(), target, enabled: stored.enabled, last })
    }

    /// The token of the form, else the one stored.
    pub(super) async fn token(&self, id: Option<i64>, profile: &Profile) -> Result<Option<BotToken>, AppError> {
        match (&profile.token, id) {
            (Some(token), _) => Ok(Some(token.clone())),
            (None, Some(id)) => Ok(self.stored(id).await?.profile.token),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn say(&self, ru: &str, en: &str) -> String {
        // The interface may know better than the browser's headers: a chosen language stands in the context.
        match self.asking.language {
            Language::Ru => ru.to_owned(),
            Language::En => en.to_owned(),
        }
    }

    /// Sends a test and records who did so. `token`: that of the bot; `None` for the sandbox.
    async fn test(
        &self,
        by: &By,
        owner: i64,
        name: &str,
        token: Option<BotToken>,
        input: TestInput,
    ) -> Result<TestOutcome, AppError> {
        let TestInput { id, profile, event, chat, .. } = input;
        let host = self.state.settings.now().booking_url.clone();
        let parts = self.state.rendering.run(move || test_parts(&profile, &event, &host)).await;
        let parts = parts.ok_or_else(|| internal("a test message could not be rendered"))?;
        if parts.is_empty() {
            return Ok(TestOutcome::Empty);
        }
        if let Err(seconds) = self.state.limits.test(owner, parts.len()) {
            return Ok(TestOutcome::Wait { seconds });
        }
        let chat = chat.to_string();
        let channel = if token.is_some() { ChannelKind::Telegram } else { ChannelKind::Sandbox };
        let message = TestMessage { channel, token: token.as_ref(), profile: id, chat: &chat, parts: &parts };
        let outcome = match self.state.worker.send_test(message).await {
            Tested::Sent if channel == ChannelKind::Sandbox => TestOutcome::InSandbox,
            Tested::Sent => TestOutcome::Sent { parts: parts.len() },
            Tested::Not(answer) => test_outcome(answer),
            Tested::Paced { wait, is_begun } => {
                let outcome = TestOutcome::Wait { seconds: wait.as_secs().saturating_add(1) };
                if !is_begun {
                    return Ok(outcome);
                }
                outcome
            }
        };
        let answer = match &outcome {
            TestOutcome::InSandbox => "in_sandbox",
            TestOutcome::Sent { .. } => "sent",
            _ => "refused",
        };
        let test = Test { profile: (name, id), token: token.as_ref(), chat: &personal::masked(&chat), answer };
        self.state.store.note_test(&test, by).await.map_err(internal)?;
        Ok(outcome)
    }

    fn no_token(&self) -> AppError {
        let sentence =
            self.say("Укажите токен бота, который выдал @BotFather.", "Enter the bot's token from @BotFather.");
        AppError::field("telegramToken", sentence)
    }
}

#[async_trait]
impl Profiles for Port {
    async fn list(&self, viewer: &Viewer, query: ListQuery) -> Result<ListPage, AppError> {
        super::listing::list(&self.state, self.asking.language, viewer, query).await
    }

    async fn get(&self, _viewer: &Viewer, id: i64) -> Result<ProfileDetail, AppError> {
        let stored = self.stored(id).await?;
        Ok(ProfileDetail {
            row: self.row(&stored).await?,
            events: stored.events.iter().map(|event| event.0).collect(),
            parameters: query::write(&stored.profile),
        })
    }

    async fn save(&self, operator: &Operator, id: Option<i64>, input: ProfileInput) -> Result<i64, AppError> {
        let name = input.name.trim();
        if name.is_empty() {
            return Err(AppError::field("name", self.say("Назовите профиль.", "Give the profile a name.")));
        }
        let sandbox = matches!(input.target, Target::Sandbox);
        if !sandbox && self.token(id, &input.profile).await?.is_none() {
            return Err(self.no_token());
        }
        let draft = ProfileDraft {
            name: name.to_owned(),
            enabled: None,
            sandbox,
            events: input.events,
            profile: input.profile,
            key: None,
        };
        match self.state.store.put_profile(id, &draft, &self.by(operator.account())).await {
            Ok(id) => {
                // A new token may have made parked deliveries due.
                self.state.wake.notify_one();
                Ok(id)
            }
            Err(StoreError::Taken) => {
                let sentence =
                    self.say("Профиль с таким названием уже есть.", "There is a profile of that name already.");
                Err(AppError::field("name", sentence))
            }
            Err(StoreError::NotFound) => Err(AppError::NotFound),
            Err(error) => Err(internal(error)),
        }
    }

    async fn set_enabled(&self, operator: &Operator, id: i64, enabled: bool) -> Result<(), AppError> {
        match self.state.store.set_enabled(id, enabled, &self.by(operator.account())).await {
            Err(StoreError::NotFound) => Err(AppError::NotFound),
            done => done.map_err(internal),
        }
    }

    async fn send_test(&self, operator: &Operator, input: TestInput) -> Result<TestOutcome, AppError> {
        let token = match input.target {
            Target::Sandbox => None,
            Target::Bot => Some(self.token(input.id, &input.profile).await?.ok_or_else(|| self.no_token())?),
        };
        let name = match input.id {
            Some(id) => self.stored(id).await?.name,
            None => String::new(),
        };
        let (port, by, owner) = (self.clone(), self.by(operator.account()), operator.account().id);
        // In a task of its own: whoever hangs up meanwhile stops neither the test nor its record.
        let test = spawn(async move { port.test(&by, owner, &name, token, input).await });
        test.await.map_err(internal)?
    }

    async fn who_is(
        &self,
        _operator: &Operator,
        id: Option<i64>,
        profile: &Profile,
    ) -> Result<Option<BotView>, AppError> {
        let token = self.token(id, profile).await?.ok_or_else(|| self.no_token())?;
        let sentence = match self.state.who_is(&token, Asker::Known).await {
            Identity::Bot { name, username } => return Ok(Some(BotView { name, username })),
            Identity::Refused => return Ok(None),
            Identity::Unreachable => {
                self.say("Telegram сейчас не отвечает.", "Telegram does not answer at the moment.")
            }
            Identity::Busy { seconds } => self.say(
                &format!("Telegram просит подождать: попробуйте через {seconds} с."),
                &format!("Telegram asks for patience: try again in {seconds} s."),
            ),
        };
        Err(AppError::field("telegramToken", sentence))
    }

    fn booking_host(&self) -> String {
        self.state.settings.now().booking_url.to_string()
    }
}
/// That a stored token must be entered again, and why.
pub(super) fn must_be_entered(language: Language) -> String {
    causes::advice(language, FailureCause::TokenLocked).to_owned()
}

/// The message of an event to the first participant with a usable chat, or else to the first one.
fn test_parts(profile: &Profile, event: &BookingEvent, booking_host: &str) -> Vec<Part> {
    let field_name = profile.field_name.as_deref();
    let reached = field_name.and_then(|field_name| first_usable(event, field_name));
    let participant = Some(reached.map_or(0, |(participant, _)| participant));
    let context = Context { event, participant, field_name, booking_host };
    message::render(&profile.formatting, context).parts(&Limits::TELEGRAM)
}

/// How a test ended that did not arrive.
fn test_outcome(answer: Answer) -> TestOutcome {
    match answer {
        Answer::Sent { .. } => TestOutcome::Sent { parts: 1 },
        Answer::Unreachable { .. } | Answer::Refused { genuine: false, .. } => TestOutcome::Unreachable,
        Answer::Refused { code, description, retry_after, .. } => match code {
            401 | 404 => TestOutcome::TokenRefused,
            400 if description.contains("chat not found") || description.contains("chat_id is empty") => {
                TestOutcome::ChatNotFound
            }
            403 if description.contains("can't initiate conversation") => TestOutcome::ChatNotFound,
            403 => TestOutcome::ChatForbidden,
            429 => TestOutcome::TooMany { seconds: retry_after.unwrap_or(1) },
            500.. => TestOutcome::Unreachable,
            _ if description.is_empty() => TestOutcome::Unreachable,
            _ => TestOutcome::Refused { description },
        },
    }
}
