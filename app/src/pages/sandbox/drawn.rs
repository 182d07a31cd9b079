//! The chats, drawn on the server.

use hookgram::{message::Part, values::Language};
use leptos::prelude::*;

use crate::{
    pages::drawn::Drawn,
    parts::{Bubble, EmptyState, Moment},
    views::SandboxMessage,
    words::{SandboxWords, Words as _},
};

/// All of them, in one piece; `messages` are in order, the oldest first.
pub(super) fn chats(language: Language, messages: Vec<SandboxMessage>) -> Drawn {
    let w = SandboxWords::of(language);
    // Parts find the language of what they draw in the context.
    provide_context(language);
    let html = if messages.is_empty() {
        view! { <EmptyState title=w.empty_title why=w.empty_why href="/" action=w.empty_action /> }.into_any()
    } else {
        let chats = by_chat(messages).into_iter().map(|messages| chat(w, messages)).collect_view();
        view! { <div class="chats">{chats}</div> }.into_any()
    };
    Drawn { html: vec![html.to_html()], ..Drawn::default() }
}

/// The newest chat first; within a chat the newest message last, as Telegram has it.
fn by_chat(messages: Vec<SandboxMessage>) -> Vec<Vec<SandboxMessage>> {
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
    chats.into_iter().rev().map(|(_, messages)| messages).collect()
}

fn chat(w: &'static SandboxWords, messages: Vec<SandboxMessage>) -> Option<AnyView> {
    let first = messages.first()?.clone();
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
        })
        .collect_view();
    let chat = view! {
        <section class="card chat-card">
            <h2>
                <a href=format!("/profiles/{}", first.profile_id)>{first.profile}</a>
                <span class="soft">{format!("{} {}", w.chat, first.chat)}</span>
            </h2>
            <div class="chat">{bubbles}</div>
        </section>
    };
    Some(chat.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_chat_comes_first_and_in_it_the_newest_message_last() {
        let message = |id: i64, chat: &str| SandboxMessage {
            id,
            profile_id: 1,
            profile: "Reminders".to_owned(),
            chat: chat.to_owned(),
            html: "Hi".to_owned(),
            at: id,
        };
        let chats = by_chat(vec![message(1, "5"), message(2, "6"), message(3, "5")]);
        let ids: Vec<Vec<i64>> = chats.iter().map(|chat| chat.iter().map(|message| message.id).collect()).collect();
        assert_eq!(ids, [vec![1, 3], vec![2]]);
    }
}
