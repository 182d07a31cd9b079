//! The chat as a customer sees it, in both languages, and the bot's default texts.

use hookgram::{
    booking::{
        Booking, BookingBot, Button, ButtonTarget, CodedChat, Command, Context, DEFAULT_HOST, MenuButton, OwnText,
        Reply, Service, ServiceId, Standing, answer, commands, greeting, help, menu_button,
    },
    channel::Limits,
    message::{Message, Part},
    profile::Formatting,
    values::Language,
};
use leptos::prelude::*;

use crate::{
    components::Bubble,
    i18n::{BookingWords, Words as _, language, words},
    pages::moment::clock,
    preferences::tag,
};

/// The example's chat and code. They belong to nobody.
const CHAT: (i64, &str) = (100_200_300, "Example00000");
/// The example's service if the settings have none.
const SERVICE: &str = "00000000000000000000000000000000";
/// The user name until Telegram returns it.
const USERNAME: &str = "bot";
/// The page of the example's booking.
const BOOKING: &str = "https://torrow.net";

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The bot's default texts in Russian and English, for texts that the operator leaves blank.
pub(super) struct Defaults {
    pub(super) greeting: (String, String),
    pub(super) button: (String, String),
    pub(super) help: (String, String),
}

/// The default texts of a bot with these services.
pub(super) fn defaults(settings: &BookingBot) -> Defaults {
    let own = OwnText::default;
    let mut bot = BookingBot { greeting: own(), button: own(), help: own(), ..settings.clone() };
    bot.services = services(&bot, Language::Ru);
    let one = BookingBot { services: bot.services.iter().take(1).cloned().collect(), ..bot.clone() };
    let formatting = Formatting::default();
    let both = |text: &dyn Fn(Language) -> Option<String>| {
        (text(Language::Ru).unwrap_or_default(), text(Language::En).unwrap_or_default())
    };
    let say = |bot: &BookingBot, language: Language, reply: fn(&Context<'_>) -> Reply| {
        within(bot, USERNAME, &formatting, language, reply)
    };
    Defaults {
        greeting: both(&|language| say(&bot, language, greeting).map(|reply| plain(&reply.text))),
        button: both(&|language| Some(say(&one, language, greeting)?.keyboard.first()?.text.clone())),
        // The list of commands is appended to each help text.
        help: both(&|language| Some(plain(&say(&bot, language, help)?.text).split("\n\n").next()?.to_owned())),
    }
}

fn plain(message: &Message) -> String {
    let parts = message.parts(&Limits::TELEGRAM);
    parts.iter().flat_map(|part| part.spans()).map(|span| span.text.as_str()).collect()
}

fn services(settings: &BookingBot, language: Language) -> Vec<Service> {
    if !settings.services.is_empty() {
        return settings.services.clone();
    }
    let title = BookingWords::of(language).example_service;
    ServiceId::parse(SERVICE).map(|id| Service::typed(id, title, "")).into_iter().collect()
}

/// Runs `work` with the context of the example's customer.
fn within<T>(
    bot: &BookingBot,
    username: &str,
    formatting: &Formatting,
    language: Language,
    work: impl FnOnce(&Context<'_>) -> T,
) -> Option<T> {
    let chat = CodedChat::new(CHAT.0, CHAT.1)?;
    let first_name = Some(match language {
        Language::Ru => "Анна",
        Language::En => "Anna",
    });
    let username = if username.is_empty() { USERNAME } else { username };
    Some(work(&Context {
        bot,
        bot_username: username,
        host: DEFAULT_HOST,
        formatting,
        chat: &chat,
        first_name,
        language,
    }))
}

/// The chats in both languages, with the page's language first.
#[component]
pub(super) fn Chats(
    /// The settings.
    settings: BookingBot,
    /// The bot's user name; may be empty.
    username: String,
    /// The name above the chat.
    title: String,
    /// The time zone of dates.
    formatting: Formatting,
) -> impl IntoView {
    let w = words::<BookingWords>();
    let own = language();
    let other = if own == Language::Ru { Language::En } else { Language::Ru };
    let chats = [own, other]
        .map(|one| {
            let name = if one == Language::Ru { w.in_russian } else { w.in_english };
            view! {
                <details class="booking-chat" name="booking-chat" open=one == own>
                    <summary>{name}</summary>
                    {chat(&settings, &username, &title, &formatting, one)}
                </details>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <section class="preview booking-preview" id="preview" tabindex="-1" aria-label=w.preview>
            <h2>{w.preview}</h2>
            <p class="why">{w.preview_why}</p>
            {chats}
        </section>
    }
}

fn chat(
    settings: &BookingBot,
    username: &str,
    title: &str,
    formatting: &Formatting,
    language: Language,
) -> Option<AnyView> {
    let w = BookingWords::of(language);
    let bot = BookingBot { services: services(settings, language), ..settings.clone() };
    let start = (clock().now.div_euclid(DAY) + 2) * DAY + 9 * DAY / 24;
    let booking = Booking {
        start: Some(start),
        service_name: bot.services.first().map(|service| service.title.clone()),
        number: Some("№180".to_owned()),
        link: Some(BOOKING.to_owned()),
    };
    let told = bot.services.iter().find(|service| service.text.is_some());
    let linked = told.or_else(|| bot.services.first().filter(|_| bot.services.len() > 1));
    within(&bot, username, formatting, language, |context| {
        let reply = |command: Command, standing, bookings: &[Booking]| {
            let reply = answer(&command, context, standing, bookings);
            bubbles(reply.text.parts(&Limits::TELEGRAM), &reply.keyboard, title, false)
        };
        let by_link = linked.map(|service| {
            view! {
                <p class="bubble-note">{w.by_link} " " {service.title.clone()}</p>
                {said("/start".to_owned())}
                {reply(Command::Start(Some(service.id.clone())), Standing::New, &[])}
            }
        });
        view! {
            <div class="chat" lang=tag(language) translate="no">
                {said("/start".to_owned())}
                {reply(Command::Start(None), Standing::New, &[])}
                {by_link}
                {said("/my".to_owned())}
                {reply(Command::My, Standing::Subscribed, std::slice::from_ref(&booking))}
                {said("/stop".to_owned())}
                {reply(Command::Stop, Standing::Subscribed, &[])}
                {menu(context, w)}
            </div>
        }
        .into_any()
    })
}

/// A message of the customer.
pub(in crate::pages) fn said(text: String) -> AnyView {
    view! {
        <div class="bubble mine">
            <p class="bubble-text">{text}</p>
        </div>
    }
    .into_any()
}

/// An answer of the bot with its buttons. The buttons are links if `opens`.
pub(in crate::pages) fn bubbles(parts: Vec<Part>, keyboard: &[Button], sender: &str, opens: bool) -> AnyView {
    let parts = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| {
            let sender = if index == 0 { sender.to_owned() } else { String::new() };
            view! { <Bubble part sender still=!opens /> }.into_any()
        })
        .collect_view();
    let keys = keyboard
        .iter()
        .map(|button| {
            let (class, url) = match &button.target {
                ButtonTarget::WebApp(url) => ("key", url),
                ButtonTarget::Url(url) => ("key leaves", url),
            };
            let text = button.text.clone();
            if opens {
                view! {
                    <li>
                        <a class=class href=url.clone() target="_blank" rel="noreferrer noopener">
                            {text}
                        </a>
                    </li>
                }
                .into_any()
            } else {
                view! { <li class=class>{text}</li> }.into_any()
            }
        })
        .collect_view();
    let keys = (!keyboard.is_empty()).then(|| view! { <ul class="keys">{keys}</ul> });
    view! {
        <div class="bubble-group">
            {parts} {keys}
        </div>
    }
    .into_any()
}

/// The bar below the chat, with the menu button and the text field, and the commands that the menu lists.
fn menu(context: &Context<'_>, w: &'static BookingWords) -> AnyView {
    let (text, list) = match menu_button(context) {
        MenuButton::WebApp { text, .. } => (text, None),
        MenuButton::Commands => {
            let row = |(name, about): (&'static str, &'static str)| {
                view! {
                    <li>
                        <b>{format!("/{name}")}</b>
                        " "
                        {about}
                    </li>
                }
                .into_any()
            };
            let rows = commands(context.language).into_iter().map(row).collect_view();
            (format!("☰ {}", w.menu), Some(view! { <ul class="chat-commands">{rows}</ul> }))
        }
    };
    view! {
        <div class="chat-bar">
            {list}
            <span class="chat-menu">{text}</span>
            <span class="soft">{w.message}</span>
        </div>
    }
    .into_any()
}
