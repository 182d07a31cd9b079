//! Finding the id of a chat by a link that a person opens: a button in the builder, and a page for whoever has no scripts
//! (`/find-chat/{code}`).
//!
//! What it says is put into words on the server; the browser shows it and asks again.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::pages::drawn::Drawn;
use crate::{
    error::AppError,
    form::{ProfileForm, TypedToken},
    pages::{
        drawn::{Place, load_drawn, pieces},
        layout::PageTitle,
    },
    parts::{Loaded, Said},
    words::{ChatTitle, app_error, language, words},
};

/// A search, worded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundChat {
    /// What the search is called, while it is worth asking again; else empty.
    pub code: String,
    /// `ok`, `bad`, or empty while nobody has come.
    pub class: String,
    /// How it stands.
    pub sentence: String,
    /// HTML: the links, and how to use them.
    pub html: String,
    /// The chat's id, once it is known.
    pub chat: String,
}

/// Begins a search (`code` is empty), or waits some seconds for somebody to come by the link of one.
#[server(prefix = "/rpc", endpoint = "find-chat")]
pub async fn find_chat(id: Option<i64>, token: TypedToken, code: String) -> Result<FoundChat, AppError> {
    let operator = crate::session::operator()?;
    let chats = expect_context::<crate::ports::Ports>().chats;
    let search = if code.is_empty() {
        let form = ProfileForm { token, ..ProfileForm::default() };
        chats.begin(&operator, id, &form.read().0).await?
    } else {
        chats.look(&operator, &code, true).await?
    };
    Ok(drawn::search(crate::preferences::current().language, search))
}

/// Begins a search without scripts, and leads to its page.
#[cfg(feature = "ssr")]
#[server(prefix = "/rpc", endpoint = "find-chat-page")]
pub async fn find_chat_page(#[server(default)] id: Option<i64>, form: ProfileForm) -> Result<(), AppError> {
    use crate::ports::ChatSearch;

    let operator = crate::session::operator()?;
    let search = expect_context::<crate::ports::Ports>().chats.begin(&operator, id, &form.read().0).await?;
    let place = match search {
        ChatSearch::Waiting(links) => links.code,
        ChatSearch::Failed { why, .. } => why.name().to_owned(),
        ChatSearch::Found { .. } => return Err(AppError::Internal),
    };
    leptos_axum::redirect(&format!("/find-chat/{place}"));
    Ok(())
}

/// How a search stands, for its page: `html` is one piece.
#[cfg(feature = "ssr")]
pub(super) async fn draw_page(code: &str) -> Result<Drawn, AppError> {
    use crate::ports::{ChatSearch, ChatTrouble};

    let operator = crate::session::operator()?;
    let search = match ChatTrouble::parse(code) {
        Some(why) => ChatSearch::Failed { why, links: None },
        None => expect_context::<crate::ports::Ports>().chats.look(&operator, code, false).await?,
    };
    Ok(Drawn { html: vec![drawn::page(crate::preferences::current().language, search)], ..Drawn::default() })
}

/// The page.
#[component]
pub fn FindChatPage() -> impl IntoView {
    let title = words::<ChatTitle>().title;
    let params = use_params_map();
    let code = move || params.with(|params| params.get("code").unwrap_or_default());
    let page = load_drawn(move || format!("chat/{}", code()));
    let draw: Place = |page| view! { <section class="card chat-search">{pieces(page.html)}</section> }.into_any();
    view! {
        <PageTitle title=title />
        <Loaded resource=page draw is_page=true />
    }
}

/// The button, and what comes of pressing it. It stands in the builder's form: without scripts it sends that form along,
/// and the page opens beside it, so that nothing typed is lost.
#[component]
pub fn ChatFinder(
    /// The stored profile's id.
    id: Option<i64>,
    /// What the builder's inputs hold.
    form: RwSignal<ProfileForm>,
    /// Where the chat's id goes.
    chat: RwSignal<String>,
) -> impl IntoView {
    let w = words::<ChatTitle>();
    let language = language();
    let find = ServerAction::<FindChat>::new();
    let ask = move |code: String| {
        let token =
            if code.is_empty() { form.with_untracked(|form| form.token.clone()) } else { TypedToken::default() };
        find.dispatch(FindChat { id, token, code });
    };
    let found = Memo::new(move |_| match find.value().get() {
        Some(Ok(found)) => found,
        Some(Err(error)) => {
            FoundChat { class: "bad".to_owned(), sentence: app_error(language, &error), ..FoundChat::default() }
        }
        None => FoundChat::default(),
    });
    Effect::new(move || {
        // Tracked by its version: two answers in a row may be alike.
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
                formaction="/rpc/find-chat-page"
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

#[cfg(feature = "ssr")]
mod drawn {
    use hookgram::values::Language;
    use leptos::prelude::*;

    use super::FoundChat;
    use crate::{
        parts::qr_picture,
        ports::{ChatLinks, ChatSearch, ChatTrouble, Ports},
        words::{ChatTitle, ChatWords, Words as _},
    };

    /// A search as the builder shows it.
    pub(super) fn search(language: Language, search: ChatSearch) -> FoundChat {
        let w = ChatWords::of(language);
        match search {
            ChatSearch::Waiting(of) => FoundChat {
                sentence: w.waiting.to_owned(),
                html: links(w, &of).to_html(),
                code: of.code,
                ..FoundChat::default()
            },
            ChatSearch::Found { chat, who, is_group } => FoundChat {
                class: "ok".to_owned(),
                sentence: format!("{} {who} · {chat}", if is_group { w.found_group } else { w.found }),
                chat: chat.to_string(),
                ..FoundChat::default()
            },
            ChatSearch::Failed { why, .. } => {
                FoundChat { class: "bad".to_owned(), sentence: trouble(w, &why), ..FoundChat::default() }
            }
        }
    }

    /// A search as a page of its own.
    pub(super) fn page(language: Language, search: ChatSearch) -> String {
        let w = ChatWords::of(language);
        let links_of = |of: &ChatLinks| {
            let again = format!("/find-chat/{}", of.code);
            view! {
                {links(w, of)}
                <p>
                    <a class="button primary" href=again rel="external">{w.pressed}</a>
                </p>
            }
            .into_any()
        };
        let body = match &search {
            ChatSearch::Waiting(of) => view! {
                <p>{w.waiting}</p>
                {links_of(of)}
            }
            .into_any(),
            ChatSearch::Found { chat, who, is_group } => view! {
                <p class="answer ok">{format!("{} {who}", if *is_group { w.found_group } else { w.found })}</p>
                <p>
                    {w.chat_id} ": " <code>{chat.to_string()}</code>
                </p>
                <p>{w.copy_it}</p>
            }
            .into_any(),
            ChatSearch::Failed { why, links } => view! {
                <p class="notice bad">{trouble(w, why)}</p>
                {links.as_ref().map(links_of)}
            }
            .into_any(),
        };
        view! {
            <h1>{ChatTitle::of(language).title}</h1>
            {body}
            <p class="help">{w.keep_tab}</p>
        }
        .into_any()
        .to_html()
    }

    /// The link to the bot, to press or to point a phone at.
    fn links(w: &'static ChatWords, of: &ChatLinks) -> AnyView {
        let qr = use_context::<Ports>().and_then(|ports| ports.sharing.qr(&of.person));
        let shown = of.person.trim_start_matches("https://").to_owned();
        view! {
            <div class="chat-links">
                {qr.map(|qr| qr_picture(qr, w.qr))}
                <div>
                    <p>{w.how}</p>
                    <p>
                        <a class="button" href=of.person.clone() target="_blank" rel="noopener noreferrer">
                            {format!("{} @{}", w.open, of.bot)}
                        </a>
                    </p>
                    <p class="mono chat-link">{shown}</p>
                    <p class="help">
                        <a href=of.group.clone() target="_blank" rel="noopener noreferrer">{w.group}</a>
                    </p>
                    <p class="help">{w.effect}</p>
                </div>
            </div>
        }
        .into_any()
    }

    /// Why it cannot be done so, and what to do instead.
    fn trouble(w: &ChatWords, why: &ChatTrouble) -> String {
        match why {
            ChatTrouble::NoToken => w.no_token.to_owned(),
            ChatTrouble::TokenRefused => w.token_refused.to_owned(),
            ChatTrouble::Webhook { host } => {
                let host = if host.is_empty() { String::new() } else { format!(" ({host})") };
                format!("{}{host}. {} {}", w.webhook, w.webhook_why, w.by_hand)
            }
            ChatTrouble::OtherReader => format!("{} {}", w.other_reader, w.by_hand),
            ChatTrouble::TooMuchUnread => format!("{} {}", w.too_much_unread, w.by_hand),
            ChatTrouble::Busy { seconds } => format!("{} {seconds}", w.busy),
            ChatTrouble::Unreachable => w.unreachable.to_owned(),
            ChatTrouble::Over => w.over.to_owned(),
        }
    }
}
