//! Finds the id of a chat by a link that a person opens. The server renders the result as text
//! ([`crate::pages::profiles::find_chat`]). The browser shows it and polls. Without scripts the search has its own
//! page.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    components::Said,
    error::AppError,
    form::{ProfileForm, TypedToken},
    i18n::{ChatTitle, app_error, language, words},
};

/// The state of a search, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundChat {
    /// The code of the search while it can still succeed; otherwise empty.
    pub code: String,
    /// `ok`, `bad`, or empty while the link has not been opened.
    pub class: String,
    /// The state as a sentence.
    pub sentence: String,
    /// HTML with the links and the instructions.
    pub html: String,
    /// The chat's id, once it is known.
    pub chat: String,
}

/// Starts a search if `code` is empty. Otherwise waits up to a few seconds for a person to open the link.
#[server(prefix = "/rpc", endpoint = "operator/find-chat")]
pub async fn find_chat(
    id: Option<i64>,
    bot: Option<i64>,
    token: TypedToken,
    code: String,
) -> Result<FoundChat, AppError> {
    let operator = crate::session::operator()?;
    let backend = super::backend::backend();
    let search = if code.is_empty() {
        backend.begin_chat_search(&operator, id, bot, token.found()).await?
    } else {
        backend.look_for_chat(&operator, &code).await?
    };
    if let crate::views::ChatSearch::Found { chat, .. } = &search {
        let chat = hookgram::values::ChatId::Number(*chat);
        crate::test_chat::remember(crate::session::Permission::account(&operator), &chat);
    }
    Ok(crate::pages::profiles::find_chat::search(crate::preferences::current().language, search))
}

/// Starts a search without scripts and redirects to its page.
#[cfg(feature = "ssr")]
#[server(prefix = "/rpc", endpoint = "operator/find-chat-page")]
pub async fn find_chat_page(#[server(default)] id: Option<i64>, form: ProfileForm) -> Result<(), AppError> {
    use crate::views::ChatSearch;

    let operator = crate::session::operator()?;
    let token = form.read().0.token;
    let search = super::backend::backend().begin_chat_search(&operator, id, form.bot_id(), token).await?;
    let place = match search {
        ChatSearch::Waiting(links) => links.code,
        ChatSearch::Failed { why, .. } => why.name().to_owned(),
        ChatSearch::Found { .. } => return Err(AppError::Internal),
    };
    leptos_axum::redirect(&format!("/find-chat/{place}"));
    Ok(())
}

/// The button and the result of the search. Without scripts, the button submits the builder's form too, and the search
/// opens on its own page, so that no input is lost.
#[component]
pub fn ChatFinder(
    /// The stored profile's id.
    id: Option<i64>,
    /// The content of the builder's inputs.
    form: RwSignal<ProfileForm>,
    /// Receives the chat's id.
    chat: RwSignal<String>,
) -> impl IntoView {
    let w = words::<ChatTitle>();
    let language = language();
    let find = ServerAction::<FindChat>::new();
    let ask = move |code: String| {
        let (bot, token) = form.with_untracked(|form| match form.bot_id() {
            None if code.is_empty() => (None, form.token.clone()),
            bot => (bot, TypedToken::default()),
        });
        find.dispatch(FindChat { id, bot, token, code });
    };
    let found = Memo::new(move |_| match find.value().get() {
        Some(Ok(found)) => found,
        Some(Err(error)) => {
            FoundChat { class: "bad".to_owned(), sentence: app_error(language, &error), ..FoundChat::default() }
        }
        None => FoundChat::default(),
    });
    Effect::new(move || {
        // The effect tracks the version, because two results in a row may be equal.
        find.version().track();
        let FoundChat { code, chat: id, .. } = find.value().get_untracked().and_then(Result::ok).unwrap_or_default();
        if !id.is_empty() {
            chat.set(id);
        } else if !code.is_empty() {
            ask(code);
        }
    });
    let html = Memo::new(move |_| found.with(|found| found.html.clone()));
    view! {
        <div class="only-bot chat-search">
            <button
                class="button small"
                formaction="/rpc/operator/find-chat-page"
                formtarget="_blank"
                formnovalidate
                disabled=move || find.pending().get()
                on:click=move |event| {
                    event.prevent_default();
                    ask(String::new());
                }
            >
                {w.title}
            </button>
            <Said
                class=Signal::derive(move || format!("answer {}", found.with(|found| found.class.clone())))
                id="chat-search"
                text=Signal::derive(move || found.with(|found| found.sentence.clone()))
            />
            <div inner_html=html></div>
        </div>
    }
}
