//! Profiles.

use app::{
    error::AppError,
    listing::{ListPage, ListQuery},
    ports::{ProfileInput, Profiles, Target, TestInput},
    session::{Operator, Viewer},
    views::{BotView, LastDelivery, Outcome, ProfileDetail, ProfileRow, TargetView, TestOutcome},
    words::causes::{self, Cause},
};
use async_trait::async_trait;
use hookgram::{
    message::{self, Context, Part},
    profile::Profile,
    query,
    recipient::first_usable,
    secret::BotToken,
    values::Language,
};

use super::{Port, internal};
use crate::{
    identities::Asker,
    store::{ProfileDraft, StoreError, StoredProfile},
    telegram::{Answer, Identity, Outgoing},
    time::now,
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
        let last = last.map(|event| LastDelivery { outcome: outcome(&event.outcome, &event.states()), at: event.at });
        Ok(ProfileRow {
            id: stored.id,
            name: stored.name.clone(),
            target,
            enabled: stored.enabled,
            last,
        })
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

    async fn send_test(&self, _operator: &Operator, input: TestInput) -> Result<TestOutcome, AppError> {
        let event = &input.event;
        let settings = self.state.settings.now();
        let field_name = input.profile.field_name.as_deref();
        let reached = field_name.and_then(|field_name| first_usable(event, field_name));
        let context = Context {
            event,
            participant: Some(reached.map_or(0, |(participant, _)| participant)),
            field_name,
            booking_host: &settings.booking_url,
        };
        let parts: Vec<String> =
            message::render(&input.profile.formatting, context).parts().iter().map(Part::html).collect();
        if parts.is_empty() {
            return Ok(TestOutcome::Empty);
        }
        let chat = input.chat.to_string();
        match input.target {
            Target::Sandbox => {
                if let Some(id) = input.id {
                    for html in &parts {
                        let message = self.state.store.add_sandbox_message(id, &chat, html, now()).await;
                        // Nobody may be looking.
                        let _ = self.state.sandbox.send(message.map_err(internal)?);
                    }
                }
                Ok(TestOutcome::InSandbox)
            }
            Target::Bot => {
                let token = self.token(input.id, &input.profile).await?.ok_or_else(|| self.no_token())?;
                for html in &parts {
                    let message = Outgoing { chat: &chat, text: html, html: true };
                    let answer = self.state.telegram.send(&token, message).await;
                    if let Some(refused) = test_outcome(answer) {
                        return Ok(refused);
                    }
                }
                Ok(TestOutcome::Sent { parts: parts.len() })
            }
        }
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
    causes::advice(language, Cause::TokenLocked).to_owned()
}

/// What became of an event, from its own outcome and its deliveries' states: the worst of them, for that is what
/// somebody must know.
pub(super) fn outcome(event: &str, deliveries: &[String]) -> Outcome {
    let has = |state: &str| deliveries.iter().any(|delivery| delivery == state);
    match event {
        "rejected" => Outcome::Rejected,
        "skipped" => Outcome::Skipped,
        _ if has("failed") => Outcome::Failed,
        _ if has("uncertain") => Outcome::Uncertain,
        _ if has("parked") => Outcome::Parked,
        _ if has("retrying") => Outcome::Retrying,
        _ if has("waiting") || has("sending") => Outcome::Waiting,
        _ if has("cancelled") => Outcome::Cancelled,
        _ => Outcome::Delivered,
    }
}

/// How a test ended that did not arrive; `None`: it did.
fn test_outcome(answer: Answer) -> Option<TestOutcome> {
    match answer {
        Answer::Sent { .. } => None,
        Answer::Unreachable { .. } | Answer::Refused { genuine: false, .. } => Some(TestOutcome::Unreachable),
        Answer::Refused { code, description, retry_after, .. } => Some(match code {
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
        }),
    }
}
