//! `/bots/{id}/booking`: the booking bot's settings, its chat as customers see it, and the links to share.

mod chat;
mod fields;
mod form;
mod links;

use hookgram::{
    Millis,
    booking::{BookingBot, Read, Trouble},
    bot::{BotState, SANDBOX_BOT},
    profile::Formatting,
};
use leptos::prelude::*;

use self::{chat::Chats, fields::Form, links::Links};
pub(in crate::pages) use self::{
    chat::{bubbles, said},
    links::Poster,
};
pub use self::{
    form::BookingForm,
    links::{PosterView, StartLink},
};
use super::StateMark;
use crate::{
    error::FieldFault,
    i18n::{BookingWords, SandboxWords, booking_faults, language, words},
    pages::{form as inputs, moment::At},
    views::BotView,
};

/// Whether Telegram can send updates to this server by webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookOffer {
    /// It can.
    Possible,
    /// The public URL is not https.
    NoHttps,
    /// The public URL has a port that Telegram does not support.
    WrongPort,
}

/// The page.
#[derive(Clone, Debug)]
pub struct BookingView {
    /// The bot.
    pub bot: BotView,
    /// When the token's state last changed.
    pub state_since: Millis,
    /// Whether the reader may change the settings.
    pub may_act: bool,
    /// Whether the booking bot is switched on; `None` if it was never set up.
    pub enabled: Option<bool>,
    /// Why updates do not arrive, since when, and the host of another webhook.
    pub trouble: Option<(Trouble, Millis, String)>,
    /// The form.
    pub form: BookingForm,
    /// The settings as far as they can be read from the form.
    pub settings: BookingBot,
    /// The faults of the form.
    pub faults: Vec<FieldFault>,
    /// The name of the field that gets the focus if there is no fault.
    pub focus: String,
    /// The number of services that were just added to the list.
    pub added: usize,
    /// The pieces of the pasted text that name no service.
    pub refused: Vec<Read>,
    /// After a conflict: the stored values that differ, each with its title.
    pub outdated: Option<Vec<(&'static str, String)>>,
    /// Whether an enabled profile of the bot reads the field that the form names.
    pub is_read: bool,
    /// The time zone of dates in the preview.
    pub formatting: Formatting,
    /// Whether updates can arrive by webhook.
    pub webhook: WebhookOffer,
    /// The scheme and host of booking pages.
    pub pages: String,
    /// The links to share; empty if nothing is stored or the bot's user name is unknown.
    pub links: Vec<StartLink>,
}

impl BookingView {
    fn path(&self) -> String {
        format!("/bots/{}/booking", self.bot.id)
    }
}

/// The mark that shows whether the booking bot is switched on.
#[component]
pub(super) fn BookingMark(enabled: Option<bool>) -> impl IntoView {
    let w = words::<BookingWords>();
    let (class, word) = match enabled {
        Some(true) => ("mark ok", w.on),
        Some(false) => ("mark soft", w.off),
        None => ("mark soft", w.not_set_up),
    };
    view! { <span class=class>{word}</span> }
}

#[component]
pub(in crate::pages) fn Booking(view: BookingView) -> impl IntoView {
    let w = words::<BookingWords>();
    let is_sandbox = view.bot.id == SANDBOX_BOT;
    let bot = format!("/bots/{}", view.bot.id);
    let title = if is_sandbox { words::<SandboxWords>().title.to_owned() } else { view.bot.title() };
    let enabled = view.enabled;
    let notices = notices(&view);
    let links = if is_sandbox {
        (enabled == Some(true)).then(try_in_sandbox).into_any()
    } else {
        view! { <Links bot=view.bot.clone() links=view.links.clone() enabled may_act=view.may_act /> }.into_any()
    };
    let chats = view! {
        <Chats
            settings=view.settings.clone()
            username=view.bot.username.clone()
            title=if view.bot.name.is_empty() { title.clone() } else { view.bot.name.clone() }
            formatting=view.formatting.clone()
        />
    };
    let body = if view.may_act {
        view! { <Form view /> }.into_any()
    } else {
        let services = view.settings.services.into_iter();
        let services = services.map(|service| view! { <li>{service.title}</li> }.into_any()).collect_view();
        view! {
            <section class="card">
                <h2>{w.services}</h2>
                {if enabled.is_none() {
                    view! { <p class="soft">{w.no_services}</p> }.into_any()
                } else {
                    view! { <ul class="plain-list" translate="no">{services}</ul> }.into_any()
                }}
            </section>
        }
        .into_any()
    };
    view! {
        <div class="page-head">
            <div>
                <p class="crumbs">
                    <a href=bot translate="no">
                        {title}
                    </a>
                </p>
                <h1>{w.title}</h1>
                <p class="why">{w.what}</p>
            </div>
            <BookingMark enabled />
        </div>
        {notices}
        <div class="builder-columns booking">
            <div class="booking-form">{body}</div>
            {chats}
        </div>
        {links}
    }
}

/// Links the settings of the sandbox's booking bot to its chat.
fn try_in_sandbox() -> AnyView {
    let w = words::<BookingWords>();
    view! {
        <section class="card" id="links">
            <h2>{w.try_title}</h2>
            <p class="why">{w.try_why}</p>
            <a class="button primary" href="/sandbox#chat">
                {w.try_do}
            </a>
        </section>
    }
    .into_any()
}

/// The problems, the worst first.
fn notices(view: &BookingView) -> AnyView {
    let w = words::<BookingWords>();
    let bot = format!("/bots/{}", view.bot.id);
    let token = match view.bot.state {
        BotState::Refused => Some(w.token_refused),
        BotState::Locked => Some(w.token_locked),
        BotState::Working | BotState::Unknown => None,
    };
    let token = token.map(|sentence| {
        view! {
            <div class="notice bad">
                <p>{sentence}</p>
                <StateMark state=view.bot.state since=view.state_since />
                " "
                <a class="button small" href=format!("{bot}#token-card")>
                    {w.to_token}
                </a>
            </div>
        }
    });
    let trouble = view.trouble.clone().map(|(why, since, host)| {
        let action = match why {
            _ if !view.may_act => ().into_any(),
            // The button belongs to the form, so that no input is lost.
            Trouble::OtherWebhook => view! {
                <button class="button small" form="booking" name="do" value="take-over" formnovalidate>
                    {w.take_over}
                </button>
            }
            .into_any(),
            Trouble::OtherReader => view! {
                <a class="button small" href=format!("{bot}#token-card")>
                    {w.to_token}
                </a>
            }
            .into_any(),
            Trouble::Unreachable | Trouble::WebhookRefused | Trouble::Locked => ().into_any(),
        };
        view! {
            <div class="notice bad" id="trouble">
                <b>{booking_faults::trouble(language(), why)}</b>
                " "
                <span class="soft">
                    <At at=since />
                </span>
                <p>{booking_faults::trouble_advice(language(), why, &host)}</p>
                {action}
            </div>
        }
    });
    let outdated = view.outdated.clone().map(|differences| {
        let row = |(title, stored): (&'static str, String)| {
            let stored = if stored.trim().is_empty() {
                view! { <dd class="soft">{w.outdated_none}</dd> }.into_any()
            } else {
                view! { <dd translate="no">{stored}</dd> }.into_any()
            };
            view! {
                <div>
                    <dt>{title}</dt>
                    {stored}
                </div>
            }
            .into_any()
        };
        let rows = differences.into_iter().map(row).collect_view();
        view! {
            <div class="notice warn" role="alert" id="outdated" tabindex="-1" autofocus>
                <p>{w.outdated}</p>
                <b>{w.outdated_stored}</b>
                <dl class="facts">{rows}</dl>
            </div>
        }
    });
    let whole = inputs::whole(&view.faults);
    let whole = whole.or_else(|| (!view.faults.is_empty()).then(|| w.not_saved.to_owned()));
    let whole = whole.map(|sentence| {
        view! {
            <p class="notice bad" role="alert">
                {sentence}
            </p>
        }
    });
    view! {
        {token}
        {trouble}
        {outdated}
        {whole}
    }
    .into_any()
}
