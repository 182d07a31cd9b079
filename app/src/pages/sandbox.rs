//! `/sandbox`: messages that stayed in the house, as chats would show them.

use hookgram::message::Part;
use leptos::prelude::*;

use crate::{
    error::AppError,
    pages::layout::PageTitle,
    parts::{Bubble, EmptyState, Loaded, Moment, listen, load},
    views::SandboxMessage,
    words::{SandboxWords, words},
};

/// The last messages, the oldest first.
#[server(prefix = "/rpc", endpoint = "sandbox")]
pub async fn sandbox_messages() -> Result<Vec<SandboxMessage>, AppError> {
    let viewer = crate::session::viewer()?;
    expect_context::<crate::ports::Ports>().sandbox.messages(&viewer, None).await
}

/// The page. It asks again whenever the server says that something came.
#[component]
pub fn SandboxPage() -> impl IntoView {
    let w = words::<SandboxWords>();
    let messages = load(|| (), |()| sandbox_messages());
    let live = RwSignal::new(false);
    listen("/live/sandbox".to_owned(), live, Callback::new(move |()| messages.refetch()));
    let draw = move |messages: Vec<SandboxMessage>| {
        if messages.is_empty() {
            view! { <EmptyState title=w.empty_title why=w.empty_why href="/" action=w.empty_action /> }.into_any()
        } else {
            view! { <Chats messages /> }.into_any()
        }
    };
    view! {
        <PageTitle title=w.title />
        <div class="page-head">
            <div>
                <h1>
                    {w.title}
                    <span class="tag ok live" hidden=move || !live.get()>
                        {w.live}
                    </span>
                </h1>
                <p class="why">{w.why}</p>
            </div>
        </div>
        <Loaded resource=messages draw />
    }
}

/// The newest chat first; within a chat the newest message last, as Telegram has it.
#[component]
fn Chats(messages: Vec<SandboxMessage>) -> impl IntoView {
    let mut chats: Vec<((i64, String), Vec<SandboxMessage>)> = Vec::new();
    for message in messages {
        let key = (message.profile_id, message.chat.clone());
        let mut chat = match chats.iter().position(|(other, _)| *other == key) {
            Some(at) => chats.remove(at),
            None => (key, Vec::new()),
        };
        chat.1.push(message);
        chats.push(chat);
    }
    let chats = chats.into_iter().rev().map(|(_, messages)| view! { <Chat messages /> }.into_any()).collect_view();
    view! { <div class="chats">{chats}</div> }
}

#[component]
fn Chat(messages: Vec<SandboxMessage>) -> impl IntoView {
    let w = words::<SandboxWords>();
    messages.first().cloned().map(|first| {
        let sender = first.profile.clone();
        let bubbles = messages
            .into_iter()
            .map(|message| {
                // What the sandbox holds was written by the same code; were it not readable, it is shown as it stands.
                let part = Part::from_html(&message.html).unwrap_or_else(|_| Part::plain(&message.html));
                view! {
                    <Bubble part sender=sender.clone() />
                    <p class="bubble-time">
                        <Moment at=message.at />
                    </p>
                }
                .into_any()
            })
            .collect_view();
        view! {
            <section class="card chat-card">
                <h2>
                    <a href=format!("/profiles/{}", first.profile_id)>{first.profile}</a>
                    <span class="soft">{format!("{} {}", w.chat, first.chat)}</span>
                </h2>
                <div class="chat">{bubbles}</div>
            </section>
        }
    })
}
