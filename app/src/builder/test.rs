//! A test message, sent from the form before it is saved.

use hookgram::sample::Sample;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{State, cards::Card, find_chat::ChatFinder};
use crate::{
    components::Said,
    error::AppError,
    form::ProfileForm,
    i18n::{BuilderWords, app_error, words},
};

/// The result of a test, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    well: bool,
    sentence: String,
}

/// Sends the message of a sample to a chat, rendered with the form's current state.
#[server(prefix = "/rpc", endpoint = "operator/send-test")]
pub async fn send_test(
    id: Option<i64>,
    draft: Option<String>,
    form: ProfileForm,
    sample: Sample,
    event: Option<String>,
    chat: String,
) -> Result<TestResult, AppError> {
    use hookgram::{event::BookingEvent, profile::EditedProfile, values::ChatId};

    use super::backend::{TestInput, backend};
    use crate::{
        i18n::{TestWords, Words, endpoints},
        views::TestOutcome,
    };

    let operator = crate::session::operator()?;
    let language = crate::preferences::current().language;
    let Some(chat) = ChatId::parse(&chat) else {
        return Err(AppError::field("", TestWords::of(language).chat_fault));
    };
    let json = event.unwrap_or_else(|| sample.json(backend().now()));
    let event = BookingEvent::read(json.as_bytes())
        .map_err(|fault| AppError::field("", endpoints::event_fault(language, &fault)))?;
    let mut input = form.edited();
    if input.profile.token.is_none() && input.bot.is_none() {
        input.profile.token = super::draft::token_of(&operator, draft.as_deref(), id).await?;
    }
    let EditedProfile { channel, bot, profile, .. } = input;
    let test = TestInput { id, channel, bot, profile, event, chat: chat.clone() };
    let outcome = backend().send_test(&operator, test).await?;
    if matches!(outcome, TestOutcome::InSandbox | TestOutcome::Sent { .. }) {
        crate::test_chat::remember(operator.account(), &chat);
    }
    Ok(in_words(language, &outcome, id.is_some()))
}

#[component]
pub fn TestCard() -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let chat = RwSignal::new(state.preview.with_value(|data| data.test_chat.clone()));
    let send = ServerAction::<SendTest>::new();
    let dispatch = move || {
        send.dispatch(SendTest {
            id: state.id,
            draft: state.draft.get_value(),
            form: state.form.get_untracked(),
            sample: state.sample.get_untracked(),
            event: state.own_event.get_value(),
            chat: chat.get_untracked(),
        });
    };
    let help = move || {
        // The page may already be gone when the last input event is handled.
        if state.form.try_with(ProfileForm::is_sandbox).unwrap_or_default() {
            w.test_chat_sandbox_help
        } else {
            w.test_chat_help
        }
    };
    let result = Memo::new(move |_| {
        let answer = send.value().get().filter(|_| !send.pending().get());
        match answer {
            None => TestResult::default(),
            Some(Ok(result)) => result,
            Some(Err(error)) => TestResult { well: false, sentence: app_error(state.language, &error) },
        }
    });
    let class = move || if result.with(|result| result.well) { "answer ok" } else { "answer bad" }.to_owned();
    view! {
        <Card id="section-test" title=w.test_title why=w.test_why>
            <p class="help without-script">{w.test_without_script}</p>
            <div class="field">
                <label class="needs-script" for="test-chat">
                    {w.test_chat}
                </label>
                <div class="copy needs-script">
                    <input
                        class="input"
                        id="test-chat"
                        inputmode="text"
                        autocomplete="off"
                        aria-describedby="test-chat-help test-result"
                        prop:value=chat
                        // The field is not part of the saved form.
                        on:input:target=move |event| chat.set(event.target().value())
                        on:keydown=move |event| {
                            if event.key() == "Enter" {
                                event.prevent_default();
                                dispatch();
                            }
                        }
                    />
                    <button
                        type="button"
                        class="button"
                        disabled=move || !state.live.get() || send.pending().get()
                        on:click=move |_| dispatch()
                    >
                        {move || if send.pending().get() { w.sending } else { w.test_send }}
                    </button>
                </div>
                <p class="help needs-script" id="test-chat-help">
                    {move || help()}
                </p>
                <ChatFinder id=state.id form=state.form chat />
                <Said
                    class=Signal::derive(class)
                    id="test-result"
                    text=Signal::derive(move || result.with(|result| result.sentence.clone()))
                />
            </div>
        </Card>
    }
}

/// The sentence for a cause that the owner of the test's chat can fix.
#[cfg(feature = "ssr")]
fn failed(w: &crate::i18n::TestWords, cause: hookgram::delivery::FailureCause) -> &'static str {
    use hookgram::delivery::FailureCause;

    match cause {
        FailureCause::TokenRefused => w.token_refused,
        FailureCause::Blocked => w.blocked,
        FailureCause::Deactivated => w.deactivated,
        FailureCause::NoRights => w.no_rights,
        _ => w.chat_not_found,
    }
}

#[cfg(feature = "ssr")]
fn in_words(language: hookgram::values::Language, outcome: &crate::views::TestOutcome, saved: bool) -> TestResult {
    use crate::{
        i18n::{TestWords, Words as _, seconds as seconds_to_wait},
        views::TestOutcome,
    };

    let w = TestWords::of(language);

    let (well, sentence) = match outcome {
        TestOutcome::InSandbox => (true, if saved { w.in_sandbox } else { w.in_sandbox_unsaved }.to_owned()),
        TestOutcome::Sent { .. } => (true, w.sent.to_owned()),
        TestOutcome::Failed(cause) => (false, failed(w, *cause).to_owned()),
        TestOutcome::Moved { chat } => (false, w.moved.replace("{}", chat)),
        TestOutcome::TooMany { seconds } => (false, format!("{} {}.", w.too_many, seconds_to_wait(language, *seconds))),
        TestOutcome::Wait { seconds } => (false, format!("{} {}.", w.wait, seconds_to_wait(language, *seconds))),
        TestOutcome::Unreachable => (false, w.unreachable.to_owned()),
        TestOutcome::NotTelegram => (false, w.not_telegram.to_owned()),
        TestOutcome::Trouble { code } => (false, w.trouble.replace("{}", &code.to_string())),
        TestOutcome::Refused { description } => (false, format!("{} {description}", w.refused)),
        TestOutcome::Empty => (false, w.empty.to_owned()),
    };
    TestResult { well, sentence }
}
