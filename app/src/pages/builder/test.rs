//! A test message, sent from the form before it is saved.

use hookgram::sample::Sample;
use leptos::prelude::*;

use super::{State, cards::Card};
use crate::{
    error::AppError,
    form::ProfileForm,
    pages::find_chat::ChatFinder,
    parts::Said,
    views::TestOutcome,
    words::{BuilderWords, app_error, words},
};

/// Sends a sample's message to a chat, with the form as it stands.
#[server(prefix = "/rpc", endpoint = "operator/send-test")]
pub async fn send_test(
    id: Option<i64>,
    draft: Option<String>,
    form: ProfileForm,
    sample: Sample,
    event: Option<String>,
    chat: String,
) -> Result<TestOutcome, AppError> {
    use hookgram::{event::BookingEvent, values::ChatId};

    use crate::{
        ports::TestInput,
        words::{Words, doors},
    };

    let operator = crate::session::operator()?;
    let language = crate::preferences::current().language;
    let Some(chat) = ChatId::parse(&chat) else {
        return Err(AppError::field("", BuilderWords::of(language).test_chat_fault));
    };
    let json = event.as_deref().unwrap_or(sample.json());
    let event = BookingEvent::read(json.as_bytes())
        .map_err(|fault| AppError::field("", doors::event_fault(language, &fault)))?;
    let mut input = form.input();
    if input.profile.token.is_none() {
        input.profile.token = super::draft::token_of(&operator, draft.as_deref(), id).await?;
    }
    let test = TestInput { id, target: input.target, profile: input.profile, event, chat };
    expect_context::<crate::ports::Ports>().profiles.send_test(&operator, test).await
}

#[component]
pub fn TestCard() -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let chat = RwSignal::new(String::new());
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
        // The page may be gone by now: what was typed last is still on its way.
        if state.form.try_with(ProfileForm::is_sandbox).unwrap_or_default() {
            w.test_chat_sandbox_help
        } else {
            w.test_chat_help
        }
    };
    let result = Memo::new(move |_| {
        if send.pending().get() {
            return (String::new(), String::new());
        }
        let (good, text) = match send.value().get() {
            None => return (String::new(), String::new()),
            Some(Ok(outcome)) => in_words(w, &outcome, state.id.is_some()),
            Some(Err(error)) => (false, app_error(state.language, &error)),
        };
        (if good { "ok" } else { "bad" }.to_owned(), text)
    });
    view! {
        <Card title=w.test_title why=w.test_why>
            <div class="field">
                <label for="test-chat">{w.test_chat}</label>
                <div class="copy">
                    <input
                        class="input"
                        id="test-chat"
                        inputmode="text"
                        autocomplete="off"
                        aria-describedby="test-chat-help test-result"
                        prop:value=chat
                        // Not part of the form that is saved.
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
                <p class="help" id="test-chat-help">
                    {move || help()}
                </p>
                <ChatFinder id=state.id form=state.form chat />
                <Said
                    class=Signal::derive(move || format!("answer {}", result.with(|(class, _)| class.clone())))
                    id="test-result"
                    text=Signal::derive(move || result.with(|(_, text)| text.clone()))
                />
            </div>
        </Card>
    }
}

/// Whether it went well, and the sentence.
fn in_words(w: &BuilderWords, outcome: &TestOutcome, saved: bool) -> (bool, String) {
    match outcome {
        TestOutcome::InSandbox => (true, if saved { w.test_in_sandbox } else { w.test_in_sandbox_unsaved }.to_owned()),
        TestOutcome::Sent { .. } => (true, w.test_sent.to_owned()),
        TestOutcome::TokenRefused => (false, w.test_token_refused.to_owned()),
        TestOutcome::ChatNotFound => (false, w.test_chat_not_found.to_owned()),
        TestOutcome::ChatForbidden => (false, w.test_chat_forbidden.to_owned()),
        TestOutcome::TooMany { seconds } => (false, format!("{} {seconds}", w.test_too_many)),
        TestOutcome::Unreachable => (false, w.test_unreachable.to_owned()),
        TestOutcome::Refused { description } => (false, format!("{} {description}", w.test_refused)),
        TestOutcome::Empty => (false, w.test_empty.to_owned()),
    }
}
