//! The backend of the builder's server functions.

use app::{
    backend::{Backend, Draft, TestInput},
    error::{AppError, FieldFault},
    form::{ProfileForm, TypedToken},
    preferences::tag,
    session::{Operator, Viewer},
    views::{BotView, ChatSearch, Compared, PastEvent, ProfileDetail, TestOutcome},
};
use async_trait::async_trait;
use hookgram::{
    bot::BotState, preferences::Theme, profile::EditedProfile, query, role::Account, secret::BotToken, values::Language,
};
use serde::{Deserialize, Serialize};

use super::{preview, test};
use crate::{
    channel::telegram::{Identity, identities::Asker},
    health::bot_view,
    pages::{
        PageRequest, bots,
        deliveries::personal,
        internal,
        profiles::{self, find_chat},
    },
    store::{DraftRecord, StoreError},
    time::{Millis, now},
};

/// How long a draft is stored: an hour, in milliseconds.
const DRAFT_LIFE: Millis = 60 * 60 * 1000;

/// The stored form of a draft, without its token.
#[derive(Serialize, Deserialize)]
struct Content {
    form: ProfileForm,
    faults: Vec<FieldFault>,
}

#[async_trait]
impl Backend for PageRequest {
    async fn prefer(
        &self,
        account: &Account,
        language: Option<Language>,
        theme: Option<Theme>,
    ) -> Result<(), AppError> {
        // The system's theme is stored as no preference, because another device has its own theme.
        let theme = theme.map(|theme| if theme == Theme::System { "" } else { theme.name() });
        self.state.store.accounts.prefer(account.id, language.map(tag), theme, None).await.map_err(internal)
    }

    async fn keep_draft(&self, operator: &Operator, draft: Draft) -> Result<String, AppError> {
        let Draft { profile, mut form, token, faults, old_url } = draft;
        // The token field is cleared: text that is not a whole token may still be most of one.
        form.token = TypedToken::default();
        // A token that was typed into another field is stored masked.
        let content = BotToken::mask_all(&serde_json::to_string(&Content { form, faults }).map_err(internal)?);
        let record = DraftRecord { profile_id: profile, content, token, old_url };
        self.state.store.profiles.add_draft(operator.account().id, &record, now() + DRAFT_LIFE).await.map_err(internal)
    }

    async fn open_draft(&self, operator: &Operator, id: &str) -> Result<Option<Draft>, AppError> {
        let record = self.state.store.profiles.draft(operator.account().id, id, now()).await.map_err(internal)?;
        let Some(DraftRecord { profile_id, content, token, old_url }) = record else { return Ok(None) };
        let Content { form, faults } = serde_json::from_str(&content).map_err(internal)?;
        Ok(Some(Draft { profile: profile_id, form, token, faults, old_url }))
    }

    async fn discard_draft(&self, operator: &Operator, id: &str) -> Result<(), AppError> {
        self.state.store.profiles.delete_draft(operator.account().id, id).await.map_err(internal)
    }

    async fn bots(&self, _viewer: &Viewer) -> Result<Vec<BotView>, AppError> {
        let bots = self.state.store.bots.all().await.map_err(internal)?;
        Ok(bots.into_iter().map(|record| bot_view(record.bot)).collect())
    }

    async fn profile(&self, _viewer: &Viewer, id: i64) -> Result<ProfileDetail, AppError> {
        let stored = self.stored_profile(id).await?;
        let booking = match stored.bot {
            Some(bot) => self.state.store.booking.get(bot).await.map_err(internal)?,
            None => None,
        };
        let has_choice = !stored.bare_ids || booking.is_some_and(|record| record.enabled);
        Ok(ProfileDetail {
            coded_ids: has_choice.then_some(!stored.bare_ids),
            row: profiles::row(self, &stored).await?,
            fingerprint: stored.fingerprint(),
            events: stored.events.iter().map(|event| event.0).collect(),
            bot: stored.bot,
            parameters: query::write(&stored.profile),
        })
    }

    async fn save_profile(
        &self,
        operator: &Operator,
        id: Option<i64>,
        base: &str,
        profile: EditedProfile,
    ) -> Result<i64, AppError> {
        if profile.name.trim().is_empty() {
            return Err(AppError::field("name", self.say("Назовите профиль.", "Give the profile a name.")));
        }
        if profile.channel.needs_token() {
            self.check_bot(id, &profile).await?;
        }
        let profile = EditedProfile { name: profile.name.trim().to_owned(), ..profile };
        let by = self.by(operator.account());
        let profiles = &self.state.store.profiles;
        let stored = match id {
            Some(id) => profiles.replace(id, base, &profile, &by).await.map(|()| id),
            None => profiles.put(None, &profile, &by).await,
        };
        match stored {
            Ok(id) => {
                // A new token may have made suspended deliveries due.
                self.state.wake.notify_one();
                Ok(id)
            }
            Err(StoreError::Taken) => {
                let sentence =
                    self.say("Профиль с таким названием уже есть.", "A profile with this name already exists.");
                Err(AppError::field("name", sentence))
            }
            Err(StoreError::NoSuchBot) => Err(AppError::field("telegramToken", bot_gone(self))),
            Err(StoreError::NotFound) => Err(AppError::NotFound),
            Err(StoreError::Outdated) => {
                let viewer = app::session::Permission::viewer(operator);
                let stored = self.profile(&viewer, id.unwrap_or_default()).await?;
                Err(AppError::Outdated(Box::new(ProfileForm::of(&stored))))
            }
            Err(error) => Err(internal(error)),
        }
    }

    async fn send_test(&self, operator: &Operator, input: TestInput) -> Result<TestOutcome, AppError> {
        test::send(self, operator, input).await
    }

    async fn who_is(&self, _operator: &Operator, token: &BotToken) -> Result<Option<BotView>, AppError> {
        let sentence = match self.state.who_is(token, Asker::Known).await {
            Identity::Bot { name, username } => {
                return Ok(Some(BotView { id: token.bot_id(), name, username, state: BotState::Working }));
            }
            Identity::Refused => return Ok(None),
            Identity::Unreachable => self.say("Telegram сейчас не отвечает.", "Telegram is not answering.").to_owned(),
            Identity::Busy { seconds } => match self.language {
                Language::Ru => format!("Telegram просит подождать: попробуйте через {seconds} с."),
                Language::En => format!("Telegram asks you to wait: try again in {seconds} s."),
            },
        };
        Err(AppError::field("telegramToken", sentence))
    }

    fn now(&self) -> Millis {
        now()
    }

    fn booking_host(&self) -> String {
        self.state.settings.now().booking_url.to_string()
    }

    fn stateless_endpoint(&self) -> Option<String> {
        self.state.settings.now().stateless.then(|| format!("{}/webhook/telegram", self.state.public_url))
    }

    async fn past_events(&self, _viewer: &Viewer, profile: i64) -> Result<Vec<PastEvent>, AppError> {
        preview::past_events(self, profile).await
    }

    async fn payload(&self, viewer: &Viewer, profile: i64, event: i64) -> Result<String, AppError> {
        personal::ask(&self.state, viewer.account())?;
        let body =
            self.state.store.events.payload_of(profile, event).await.map_err(internal)?.ok_or(AppError::NotFound)?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    async fn compare(&self, viewer: &Viewer, profile: i64, changed: EditedProfile) -> Result<Vec<Compared>, AppError> {
        personal::ask(&self.state, viewer.account())?;
        preview::compare(self, profile, changed).await
    }

    async fn begin_chat_search(
        &self,
        operator: &Operator,
        id: Option<i64>,
        bot: Option<i64>,
        token: Option<BotToken>,
    ) -> Result<ChatSearch, AppError> {
        find_chat::begin(self, operator, id, bot, token).await
    }

    async fn look_for_chat(&self, operator: &Operator, code: &str) -> Result<ChatSearch, AppError> {
        Ok(find_chat::look(self, operator, code, true).await)
    }
}

impl PageRequest {
    /// Checks that a profile has a bot. A typed token is checked with Telegram before it is stored.
    async fn check_bot(&self, id: Option<i64>, edited: &EditedProfile) -> Result<(), AppError> {
        if let Some(token) = &edited.profile.token {
            return bots::ask_before_storing(self, token).await;
        }
        let bot = match (edited.bot, id) {
            (Some(bot), _) => Some(bot),
            (None, Some(id)) => self.stored_profile(id).await?.bot,
            (None, None) => None,
        };
        let bot = bot.ok_or_else(|| no_token(self))?;
        match self.state.store.bots.get(bot).await.map_err(internal)? {
            Some(_) => Ok(()),
            None => Err(AppError::field("telegramToken", bot_gone(self))),
        }
    }
}

fn bot_gone(request: &PageRequest) -> &str {
    request.say("Этого бота уже удалили. Выберите другого.", "This bot has been removed. Choose another one.")
}

/// The fault of a form that names a bot but has no token.
pub(super) fn no_token(request: &PageRequest) -> AppError {
    let sentence =
        request.say("Укажите токен бота, который выдал @BotFather.", "Enter the bot's token from @BotFather.");
    AppError::field("telegramToken", sentence)
}
