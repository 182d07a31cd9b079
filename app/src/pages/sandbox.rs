//! `/sandbox`: messages of sandbox profiles, drawn as chats.

use hookgram::{message::Part, sample::Sample};
use leptos::prelude::*;

use super::{LiveTitle, moment::At};
use crate::{
    components::{Bubble, EmptyState},
    i18n::{SandboxWords, language, words},
    views::SandboxMessage,
};

/// The sandbox.
#[derive(Clone, Debug)]
pub struct SandboxView {
    /// The sandbox profiles: id and name.
    pub profiles: Vec<(i64, String)>,
    /// The profile that the page is filtered by.
    pub chosen: Option<i64>,
    /// The latest messages, the oldest first.
    pub messages: Vec<SandboxMessage>,
    /// Whether the reader may send a sample and clear the sandbox.
    pub may_act: bool,
    /// Why the sample did not yield a message.
    pub fault: Option<String>,
}

/// The page. It is updated on each change notification.
#[component]
pub(super) fn Sandbox(view: SandboxView) -> impl IntoView {
    let w = words::<SandboxWords>();
    let SandboxView { profiles, chosen, messages, may_act, fault } = view;
    let chip = |id: Option<i64>, name: String| {
        let href = id.map_or_else(|| "/sandbox".to_owned(), |id| format!("/sandbox?profile={id}"));
        view! {
            <a class="chip" href=href aria-current=(id == chosen).then_some("true")>
                {name}
            </a>
        }
    };
    let chips = (profiles.len() > 1).then(|| {
        let all = chip(None, w.all.to_owned());
        let each = profiles.iter().map(|(id, name)| chip(Some(*id), name.clone())).collect_view();
        view! {
            <nav class="chips sandbox-chips" aria-label=w.of_profile>
                {all}
                {each}
            </nav>
        }
    });
    let try_it = (may_act && !profiles.is_empty()).then(|| view! { <Try profiles=profiles.clone() chosen /> });
    let clear = (may_act && !messages.is_empty()).then(|| {
        view! {
            <form method="post" action="/sandbox/clear">
                {chosen.map(|id| view! { <input type="hidden" name="profile" value=id.to_string() /> })}
                <button class="button">{w.clear}</button>
            </form>
        }
    });
    view! {
        <div class="page-head">
            <div>
                <LiveTitle title=w.title />
                <p class="why">{w.why}</p>
            </div>
            <div class="actions">{clear}</div>
        </div>
        <super::Fault sentence=fault />
        {chips}
        {try_it}
        <div data-fresh="chats" data-listen="/live/sandbox">
            {if messages.is_empty() {
                let why = if profiles.is_empty() { w.empty_why } else { w.empty_here };
                view! { <EmptyState title=w.empty_title why href="/" action=w.empty_action /> }.into_any()
            } else {
                view! { <Chats messages /> }.into_any()
            }}
        </div>
    }
}

#[component]
fn Try(profiles: Vec<(i64, String)>, chosen: Option<i64>) -> impl IntoView {
    let w = words::<SandboxWords>();
    let options = profiles
        .into_iter()
        .map(|(id, name)| view! { <option value=id.to_string() selected=chosen == Some(id)>{name}</option> })
        .collect_view();
    let samples = (0_usize..)
        .zip(Sample::ALL)
        .map(|(index, sample)| view! { <option value=index.to_string()>{sample.title().get(language())}</option> })
        .collect_view();
    view! {
        <form class="sandbox-try" method="post" action="/sandbox/sample">
            <select class="input" name="sample" aria-label=w.sample>
                {samples}
            </select>
            <span>{w.to}</span>
            <select class="input" name="profile" aria-label=w.of_profile>
                {options}
            </select>
            <button class="button">{w.send}</button>
        </form>
    }
}

/// The chats, the most recent first. Within a chat, the newest message is last, as in Telegram.
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
    let chats = chats.into_iter().rev().map(|(_, messages)| chat(messages)).collect_view();
    view! { <div class="chats">{chats}</div> }
}

fn chat(messages: Vec<SandboxMessage>) -> Option<AnyView> {
    let w = words::<SandboxWords>();
    let first = messages.first().cloned()?;
    let sender = first.profile.clone();
    let bubbles = messages
        .into_iter()
        .map(|message| {
            // The HTML is our own and can always be parsed. If not, it is shown as text.
            let part = Part::from_html(&message.html).unwrap_or_else(|_| Part::plain(&message.html));
            view! {
                <Bubble part sender=sender.clone() />
                <p class="bubble-time">
                    <At at=message.at />
                </p>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="card chat-card">
                <h2>
                    <a href=format!("/profiles/{}", first.profile_id)>{first.profile}</a>
                    <span class="soft">{format!("{} {}", w.chat, first.chat)}</span>
                </h2>
                <div class="chat">{bubbles}</div>
            </section>
        }
        .into_any(),
    )
}
