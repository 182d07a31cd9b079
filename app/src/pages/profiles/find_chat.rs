//! `/find-chat/{code}`: finds the id of a chat by a link that a person opens, without scripts. It also renders the text
//! of the same search for the builder.

use hookgram::values::Language;
use leptos::prelude::*;

use crate::{
    builder::FoundChat,
    components::qr_picture,
    i18n::{ChatTitle, ChatWords, Words as _, language as page_language, seconds as seconds_to_wait, words},
    views::{ChatLinks, ChatSearch, ChatTrouble},
};

/// The text of a search for the builder.
pub(crate) fn search(language: Language, search: ChatSearch) -> FoundChat {
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
            FoundChat { class: "bad".to_owned(), sentence: trouble(language, &why), ..FoundChat::default() }
        }
    }
}

#[component]
pub(in crate::pages) fn FindChat(search: ChatSearch) -> impl IntoView {
    let w = words::<ChatWords>();
    let links_of = |of: &ChatLinks| {
        view! {
            {links(w, of)}
            <p>
                <a class="button primary" href=format!("/find-chat/{}", of.code)>
                    {w.pressed}
                </a>
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
            <p class="notice bad">{trouble(page_language(), why)}</p>
            {links.as_ref().map(links_of)}
        }
        .into_any(),
    };
    view! {
        <section class="card chat-search">
            <h1>{words::<ChatTitle>().title}</h1>
            {body}
            <p class="help">{w.keep_tab}</p>
        </section>
    }
}

fn links(w: &'static ChatWords, of: &ChatLinks) -> AnyView {
    let shown = of.person.trim_start_matches("https://").to_owned();
    view! {
        <div class="chat-links">
            {of.qr.clone().map(|qr| qr_picture(qr, w.qr))}
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

/// Why the search cannot succeed, and the alternative.
fn trouble(language: Language, why: &ChatTrouble) -> String {
    let w = ChatWords::of(language);
    match why {
        ChatTrouble::NoToken => w.no_token.to_owned(),
        ChatTrouble::TokenRefused => w.token_refused.to_owned(),
        ChatTrouble::Webhook { host } => {
            let host = if host.is_empty() { String::new() } else { format!(" ({host})") };
            format!("{}{host}. {} {}", w.webhook, w.webhook_why, w.by_hand)
        }
        ChatTrouble::OtherReader => format!("{} {}", w.other_reader, w.by_hand),
        ChatTrouble::TooMuchUnread => format!("{} {}", w.too_much_unread, w.by_hand),
        ChatTrouble::Busy { seconds } => format!("{} {}.", w.busy, seconds_to_wait(language, *seconds)),
        ChatTrouble::Unreachable => w.unreachable.to_owned(),
        ChatTrouble::Over => w.over.to_owned(),
    }
}
