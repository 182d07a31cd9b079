//! `/sandbox`: messages of sandbox profiles, shown as chats, and a booking bot to try out.

use hookgram::{
    booking::{Button, Service, Standing},
    bot::SANDBOX_BOT,
    message::Part,
    sample::Sample,
};
use leptos::prelude::*;

use super::{
    LiveTitle,
    bots::{bubbles, said},
    moment::At,
};
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
    /// The booking bot's chat; `None` if the page does not show it.
    pub chat: Option<SandboxBooking>,
    /// Whether the reader may send a sample and clear the sandbox.
    pub may_act: bool,
    /// Why the sample did not result in a message.
    pub fault: Option<String>,
}

/// The booking bot of the sandbox.
#[derive(Clone, Debug)]
pub enum SandboxBooking {
    /// It is not switched on.
    Off,
    /// The chat between the bot and the customer whose part the reader takes.
    On(Box<SandboxChat>),
}

/// A chat with the booking bot.
#[derive(Clone, Debug)]
pub struct SandboxChat {
    /// The chat's id.
    pub chat: String,
    /// The lines, the oldest first, each with its time.
    pub lines: Vec<(i64, SandboxLine)>,
    /// The customer's state at the bot.
    pub standing: Standing,
    /// The text and the page of the menu button; `None` if the button opens the commands.
    pub menu: Option<(String, String)>,
    /// The services.
    pub services: Vec<Service>,
    /// The name of the profile that reads the field with the chat's id.
    pub reader: Option<String>,
}

/// A line of the chat.
#[derive(Clone, Debug)]
pub enum SandboxLine {
    /// A message of the customer, and the bot's answer.
    Said {
        /// The customer's text.
        text: String,
        /// The answer.
        reply: Vec<Part>,
        /// Its buttons.
        keyboard: Vec<Button>,
    },
    /// A message of a profile.
    Message(SandboxMessage),
}

/// It is updated on each change notification.
#[component]
pub(super) fn Sandbox(view: SandboxView) -> impl IntoView {
    let w = words::<SandboxWords>();
    let SandboxView { profiles, chosen, messages, chat, may_act, fault } = view;
    let has_chat = matches!(chat, Some(SandboxBooking::On(_)));
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
    let has_talk = matches!(&chat, Some(SandboxBooking::On(chat)) if !chat.lines.is_empty());
    let clear = (may_act && (has_talk || !messages.is_empty())).then(|| {
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
        {chat.map(booking)}
        {chips}
        {try_it}
        <div data-fresh="chats" data-listen=super::live("/live/sandbox")>
            {if messages.is_empty() && has_chat {
                ().into_any()
            } else if messages.is_empty() {
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

fn booking(booking: SandboxBooking) -> AnyView {
    let w = words::<SandboxWords>();
    let set_up = format!("/bots/{SANDBOX_BOT}/booking");
    let chat = match booking {
        SandboxBooking::On(chat) => *chat,
        SandboxBooking::Off => {
            return view! {
                <section class="card sandbox-booking" id="chat">
                    <h2>{w.chat_title}</h2>
                    <p class="why">{w.off_why}</p>
                    <a class="button" href=set_up>
                        {w.set_up}
                    </a>
                </section>
            }
            .into_any();
        }
    };
    let is_new = chat.lines.is_empty();
    let lines = chat.lines.into_iter().map(|(at, one)| line(at, one)).collect_view();
    view! {
        <section class="card chat-card sandbox-booking" id="chat" tabindex="-1">
            <h2>
                <span>{w.chat_title}</span>
                <a class="button small" href=set_up>
                    {w.set_up}
                </a>
            </h2>
            <p class="why">{w.chat_why}</p>
            <div class="chat" data-fresh="talk" translate="no" hidden=is_new>
                {lines}
            </div>
            {say(chat.standing, chat.menu)}
            {book(chat.standing, chat.services, chat.reader)}
        </section>
    }
    .into_any()
}

fn line(at: i64, line: SandboxLine) -> AnyView {
    let w = words::<SandboxWords>();
    let drawn = match line {
        SandboxLine::Said { text, reply, keyboard } => view! {
            {said(text)}
            {bubbles(reply, &keyboard, w.chat_title, true)}
        }
        .into_any(),
        SandboxLine::Message(message) => {
            let part = Part::from_html(&message.html).unwrap_or_else(|_| Part::plain(&message.html));
            bubbles(vec![part], &[], &message.profile, true)
        }
    };
    view! {
        {drawn}
        <p class="bubble-time">
            <At at=at />
        </p>
    }
    .into_any()
}

/// The messages that the customer can send: only Start at first, as in Telegram.
fn say(standing: Standing, menu: Option<(String, String)>) -> AnyView {
    let w = words::<SandboxWords>();
    if standing == Standing::New {
        return view! {
            <form method="post" action="/sandbox/say" class="sandbox-say">
                <button class="button primary wide" name="text" value="/start">
                    {w.start}
                </button>
            </form>
        }
        .into_any();
    }
    let menu = menu.map(|(text, url)| {
        view! {
            <a class="chat-menu" href=url target="_blank" rel="noreferrer noopener">
                {text}
            </a>
        }
    });
    let command = |text: &'static str| {
        view! {
            <button class="button small" name="text" value=text translate="no" formnovalidate>
                {text}
            </button>
        }
        .into_any()
    };
    let commands = ["/start", "/services", "/my", "/stop", "/help"].map(command).collect_view();
    view! {
        <form method="post" action="/sandbox/say" class="sandbox-say">
            {menu} <input class="input" name="text" aria-label=w.say placeholder=w.say maxlength="200" autocomplete="off" required />
            <button class="button">{w.say_do}</button>
        </form>
        <form method="post" action="/sandbox/say" class="sandbox-say">
            {commands}
        </form>
    }
    .into_any()
}

fn book(standing: Standing, services: Vec<Service>, reader: Option<String>) -> AnyView {
    let w = words::<SandboxWords>();
    if standing == Standing::New {
        return ().into_any();
    }
    let Some(reader) = reader else {
        return view! {
            <div class="notice warn">
                <p>{w.no_reader}</p>
                <a class="button small" href=format!("/profiles/new?bot={SANDBOX_BOT}")>
                    {w.make_profile}
                </a>
            </div>
        }
        .into_any();
    };
    let options = services
        .into_iter()
        .map(|service| view! { <option value=service.id.to_string()>{service.title}</option> }.into_any())
        .collect_view();
    view! {
        <form method="post" action="/sandbox/book" class="sandbox-say">
            <label for="book-service">{w.book}</label>
            <select class="input" id="book-service" name="service" translate="no">
                {options}
            </select>
            <button class="button primary">{w.book_do}</button>
        </form>
        <p class="help">{w.book_why} " " {w.reader} " " <b translate="no">{reader}</b> "."</p>
    }
    .into_any()
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
            // The application made this HTML, so it parses. If it did not, it would be shown as text.
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
