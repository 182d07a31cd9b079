//! The customers' commands and the booking bot's replies.

mod commands;
mod words;

use serde::{Deserialize, Serialize};

pub use self::commands::{Command, Incoming, is_for_bot, parse};
use self::words::{
    ALL_SERVICES, ANYTHING_ELSE, BOOK, BOOKING, CHOOSE_SERVICE, CHOOSE_TIME, COMMANDS, DESCRIPTION, GREETING, GROUP,
    HELP, KNOWN, MESSAGES_ARE_OFF, MESSAGES_COME, MORE, MY_BOOKINGS, NO_BOOKINGS, NO_SERVICES, OPEN_BOOKING, OPEN_CHAT,
    PASSED_ON, QUESTIONS, QUESTIONS_TO_STAFF, SHORT_DESCRIPTION, STOPPED, WELCOME_BACK, WHERE_TO_BOOK, with_name,
};
use super::{
    BookingBot, BookingLink, CodedChat, Culture, OwnText, Service, ServiceId, TITLE_LENGTH,
    settings::{MOST_SERVICES, chat_link},
};
use crate::{
    message::{Message, Span, Style, html, moment},
    profile::Formatting,
    text::{is_blank, one_line, shorten},
    values::{Language, Locale},
};

/// The maximum number of bookings that one reply lists.
const MOST_BOOKINGS: usize = 10;

/// The language codes of users who get Russian texts.
const READ_RUSSIAN: [&str; 15] =
    ["ru", "uk", "be", "kk", "ky", "uz", "tg", "tk", "hy", "az", "tt", "ba", "cv", "ce", "os"];

/// The language for a user whose app has this `language_code` (Bot API: User). Russian if there is no code.
#[must_use]
pub fn language_of(code: Option<&str>) -> Language {
    let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else { return Language::Ru };
    let language = code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    if READ_RUSSIAN.contains(&language.as_str()) { Language::Ru } else { Language::En }
}

/// The data that a reply depends on.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The settings of the bot.
    pub bot: &'a BookingBot,
    /// The bot's user name, with or without `@`.
    pub bot_username: &'a str,
    /// The scheme and host of booking pages: [`super::DEFAULT_HOST`].
    pub host: &'a str,
    /// The formatting of the profile. It sets the time zone of dates, and the name of the zone for messages in its own
    /// language.
    pub formatting: &'a Formatting,
    /// The customer's chat with its code.
    pub chat: &'a CodedChat,
    /// The customer's first name as Telegram reports it.
    pub first_name: Option<&'a str>,
    /// The customer's language.
    pub language: Language,
}

/// The subscription state of a customer who writes to the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The customer has not pressed Start yet.
    New,
    /// The customer receives messages.
    Subscribed,
    /// The customer has sent `/stop`.
    Stopped,
}

/// An upcoming booking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Booking {
    /// The start, in milliseconds since 1970-01-01T00:00:00Z. An order has no start.
    pub start: Option<crate::Millis>,
    /// The name of the service.
    pub service_name: Option<String>,
    /// The number in the booking service's format: `№180`.
    pub number: Option<String>,
    /// The link to the booking.
    pub link: Option<String>,
}

/// A button below a message. Its JSON is the Bot API's `InlineKeyboardButton`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// The text. Never blank.
    pub text: String,
    /// The page that it opens.
    #[serde(flatten)]
    pub target: ButtonTarget,
}

/// The page that a button opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ButtonTarget {
    /// A page inside Telegram. The URL must be https; the chat must be private.
    #[serde(rename = "web_app", with = "web_app")]
    WebApp(String),
    /// A page in the browser, or a chat. The host of the URL must have a dot.
    #[serde(rename = "url")]
    Url(String),
}

/// The Bot API's `WebAppInfo`: `{"url":…}`.
mod web_app {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct WebAppInfo<T> {
        url: T,
    }

    pub(super) fn serialize<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
        WebAppInfo { url }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        Ok(WebAppInfo::deserialize(deserializer)?.url)
    }
}

impl ButtonTarget {
    /// The target for a page: inside Telegram if the URL is https, otherwise in the browser.
    #[must_use]
    pub fn of(url: String) -> Self {
        if url.starts_with("https://") { Self::WebApp(url) } else { Self::Url(url) }
    }
}

/// The button next to the text field (Bot API: setChatMenuButton).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuButton {
    /// Opens a booking page inside Telegram.
    WebApp {
        /// The text.
        text: String,
        /// The https URL of the page.
        url: String,
    },
    /// Opens the list of commands.
    Commands,
}

/// A reply of the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The text. Never blank. If it is split, the keyboard goes below the last part.
    pub text: Message,
    /// The buttons, one per row.
    pub keyboard: Vec<Button>,
}

impl Reply {
    fn new(text: Vec<Span>, keyboard: Vec<Button>) -> Self {
        Self { text: Message::from_spans(text), keyboard }
    }
}

/// The reply to a command in a private chat. `bookings` are the customer's upcoming bookings, which only
/// [`Command::My`] needs. [`Command::Start`] subscribes the customer to messages, and [`Command::Stop`] unsubscribes.
#[must_use]
pub fn answer(command: &Command, context: &Context<'_>, standing: Standing, bookings: &[Booking]) -> Reply {
    match (command, standing) {
        (Command::Start(service), Standing::Stopped) => welcome_back(context, service.as_ref()),
        (Command::Start(Some(service)), _) if context.has_card(service) => one_service(context, service, standing),
        (Command::Start(_), Standing::New) => greeting(context),
        (Command::Start(_), Standing::Subscribed) => already_started(context),
        (Command::Services, _) => services(context, standing),
        (Command::My, _) => my_bookings(context, bookings),
        (Command::Stop, _) => stopped(context),
        (Command::Help, _) => help(context),
        (Command::Other, _) => anything_else(context),
    }
}

/// The reply to the first Start: the operator's greeting or the default one, with all services.
#[must_use]
pub fn greeting(context: &Context<'_>) -> Reply {
    let own = context.own(&context.bot.greeting);
    let text = own.unwrap_or_else(|| {
        let hello = with_name(GREETING, context.language, context.first_name);
        plain([hello, format!("{} {}", context.prompt(), MESSAGES_COME.get(context.language))])
    });
    Reply::new(text, context.keyboard())
}

/// The reply to a start link of one service: its title and text. For a service that the bot does not offer, the reply
/// is the greeting.
#[must_use]
pub fn one_service(context: &Context<'_>, id: &ServiceId, standing: Standing) -> Reply {
    let Some(service) = context.offered(id) else { return greeting(context) };
    let language = context.language;
    let mut text = match standing {
        Standing::New => plain([with_name(GREETING, language, context.first_name), String::new()]),
        Standing::Subscribed | Standing::Stopped => Vec::new(),
    };
    let default = format!("{} {}", CHOOSE_TIME.get(language), MESSAGES_COME.get(language));
    text.extend(about(context, service, default));
    Reply::new(text, vec![context.button(service, context.book())])
}

/// The title of a service and its text, or the default text.
fn about(context: &Context<'_>, service: &Service, default: String) -> Vec<Span> {
    let title = title(service);
    let mut text = Vec::new();
    if !title.is_empty() {
        text = vec![Span::styled(title, Style::Bold, None), Span::plain("\n\n", None)];
    }
    text.extend(service.text.as_deref().and_then(rich).unwrap_or_else(|| plain([default])));
    if context.bot.services.len() > 1 {
        text.push(Span::plain(format!("\n\n{}", ALL_SERVICES.get(context.language)), None));
    }
    text
}

/// The reply to Start if the customer already receives messages.
#[must_use]
pub fn already_started(context: &Context<'_>) -> Reply {
    let hello = with_name(KNOWN, context.language, context.first_name);
    Reply::new(plain([hello + " " + context.prompt()]), context.keyboard())
}

/// The reply to Start after `/stop`. `service` is the service of a start link.
#[must_use]
pub fn welcome_back(context: &Context<'_>, service: Option<&ServiceId>) -> Reply {
    let hello = with_name(WELCOME_BACK, context.language, context.first_name);
    let Some(service) = service.filter(|id| context.has_card(id)).and_then(|id| context.offered(id)) else {
        return Reply::new(plain([hello, context.prompt().to_owned()]), context.keyboard());
    };
    let mut text = plain([hello, String::new()]);
    text.extend(about(context, service, CHOOSE_TIME.get(context.language).to_owned()));
    Reply::new(text, vec![context.button(service, context.book())])
}

/// The reply to `/services`.
#[must_use]
pub fn services(context: &Context<'_>, standing: Standing) -> Reply {
    let mut lines = vec![context.prompt().to_owned()];
    lines.extend((standing == Standing::Stopped).then(|| MESSAGES_ARE_OFF.get(context.language).to_owned()));
    Reply::new(plain(lines), context.keyboard())
}

/// The reply to `/my`. `bookings` are the upcoming bookings in display order; at most ten are shown.
#[must_use]
pub fn my_bookings(context: &Context<'_>, bookings: &[Booking]) -> Reply {
    let language = context.language;
    if bookings.is_empty() {
        let text = format!("{} {}", NO_BOOKINGS.get(language), context.prompt());
        return Reply::new(plain([text]), context.keyboard());
    }
    let formatting = context.dates();
    let mut text = vec![Span::styled(MY_BOOKINGS.get(language), Style::Bold, None)];
    for booking in bookings.iter().take(MOST_BOOKINGS) {
        text.push(Span::plain("\n\n", None));
        text.extend(lines_of(booking, &formatting, language));
    }
    if let Some(more) = bookings.len().checked_sub(MOST_BOOKINGS).filter(|more| *more > 0) {
        text.push(Span::plain(format!("\n\n{} {more}", MORE.get(language)), None));
    }
    Reply::new(text, Vec::new())
}

fn lines_of(booking: &Booking, formatting: &Formatting, language: Language) -> Vec<Span> {
    let visible = |text: &Option<String>| {
        let text = shorten(one_line(text.as_deref().unwrap_or_default()).trim(), 200);
        Some(text).filter(|text| !is_blank(text))
    };
    let number = visible(&booking.number).map(|number| format!(" {number}")).unwrap_or_default();
    let name = visible(&booking.service_name);
    let name = name.unwrap_or_else(|| BOOKING.get(language).to_owned());
    let mut lines = vec![Span::plain(format!("{name}{number}"), None)];
    if let Some(start) = booking.start.and_then(|start| moment(formatting, start)) {
        lines.push(Span::plain(format!("\n{start}"), None));
    }
    if let Some(link) = booking.link.as_deref().filter(|link| link.len() <= html::LONGEST_URL) {
        lines.push(Span::plain("\n", None));
        lines.push(Span::styled(OPEN_BOOKING.get(language), Style::Link { url: link.into() }, None));
    }
    lines
}

/// The reply to `/stop`.
#[must_use]
pub fn stopped(context: &Context<'_>) -> Reply {
    Reply::new(plain([STOPPED.get(context.language).to_owned()]), Vec::new())
}

/// The reply to `/help`: the operator's text, the commands, and how to ask a question.
#[must_use]
pub fn help(context: &Context<'_>) -> Reply {
    let language = context.language;
    let list: Vec<String> =
        commands(language).iter().map(|(name, description)| format!("/{name} — {description}")).collect();
    let mut text = context.own(&context.bot.help).unwrap_or_else(|| plain([HELP.get(language).to_owned()]));
    let questions = if context.bot.staff_chat.is_some() { QUESTIONS_TO_STAFF } else { QUESTIONS };
    text.extend(plain([String::new(), list.join("\n"), questions.get(language).to_owned()]));
    Reply::new(text, Vec::new())
}

/// The reply to everything else. If there is a staff chat, it says that the message was forwarded.
#[must_use]
pub fn anything_else(context: &Context<'_>) -> Reply {
    let said = if context.bot.staff_chat.is_some() { PASSED_ON } else { ANYTHING_ELSE };
    let text = format!("{} {}", said.get(context.language), WHERE_TO_BOOK.get(context.language));
    Reply::new(plain([text]), Vec::new())
}

/// The reply in a group. It has no booking link, because such a link belongs to one customer.
#[must_use]
pub fn group(bot_username: &str, language: Language) -> Reply {
    let target = ButtonTarget::Url(chat_link(bot_username));
    let button = Button { text: OPEN_CHAT.get(language).to_owned(), target };
    Reply::new(plain([GROUP.get(language).to_owned()]), vec![button])
}

/// The commands and their descriptions for Telegram (Bot API: setMyCommands).
#[must_use]
pub fn commands(language: Language) -> [(&'static str, &'static str); 5] {
    COMMANDS.map(|(name, description)| (name, description.get(language)))
}

/// The text of an empty chat, above the Start button (Bot API: setMyDescription).
#[must_use]
pub fn description(language: Language) -> &'static str {
    DESCRIPTION.get(language)
}

/// The text on the bot's profile page and in links to it (Bot API: setMyShortDescription).
#[must_use]
pub fn short_description(language: Language) -> &'static str {
    SHORT_DESCRIPTION.get(language)
}

/// The menu button of the customer's chat. It opens the booking page if there is one service with an https page.
#[must_use]
pub fn menu_button(context: &Context<'_>) -> MenuButton {
    let [service] = context.bot.services.as_slice() else { return MenuButton::Commands };
    match ButtonTarget::of(context.url(service)) {
        ButtonTarget::WebApp(url) => MenuButton::WebApp { text: context.book(), url },
        ButtonTarget::Url(_) => MenuButton::Commands,
    }
}

impl<'a> Context<'a> {
    fn offered(&self, id: &ServiceId) -> Option<&'a Service> {
        self.bot.services.iter().find(|service| service.id == *id)
    }

    /// Whether a start link of this service has a different reply than a start link of all services. This is the case
    /// if the service has a text or is one of several.
    fn has_card(&self, id: &ServiceId) -> bool {
        self.offered(id).is_some_and(|service| service.text.is_some() || self.bot.services.len() > 1)
    }

    fn url(&self, service: &Service) -> String {
        let bot = self.bot;
        let link = BookingLink {
            host: self.host,
            service: &service.id,
            field: &bot.field,
            chat: self.chat,
            first_name: bot.first_name_field.as_ref().zip(self.first_name),
            culture: Some(bot.culture.unwrap_or_else(|| Culture::from(self.language))),
            time_zone: bot.time_zone,
            return_to: bot.returns.then_some(self.bot_username),
        };
        link.url()
    }

    fn button(&self, service: &Service, text: String) -> Button {
        Button { text, target: ButtonTarget::of(self.url(service)) }
    }

    /// The text of the menu button and of the button of a single service.
    fn book(&self) -> String {
        let own = one_line(self.bot.button.get(self.language).unwrap_or_default());
        let own = shorten(own.trim(), TITLE_LENGTH);
        if is_blank(&own) { BOOK.get(self.language).to_owned() } else { own }
    }

    fn keyboard(&self) -> Vec<Button> {
        if let [service] = self.bot.services.as_slice() {
            return vec![self.button(service, self.book())];
        }
        let text = |service: &Service| Some(title(service)).filter(|title| !title.is_empty());
        let services = self.bot.services.iter().take(MOST_SERVICES);
        services.map(|service| self.button(service, text(service).unwrap_or_else(|| self.book()))).collect()
    }

    /// The sentence that explains the buttons.
    fn prompt(&self) -> &'static str {
        let words = match self.bot.services.len() {
            0 => NO_SERVICES,
            1 => CHOOSE_TIME,
            _ => CHOOSE_SERVICE,
        };
        words.get(self.language)
    }

    /// The operator's text in the customer's language, if it has visible text.
    fn own(&self, text: &OwnText) -> Option<Vec<Span>> {
        rich(text.get(self.language)?)
    }

    fn dates(&self) -> Formatting {
        let of_profile = self.formatting;
        let is_same = of_profile.locale.language() == self.language;
        let locale = match self.language {
            Language::Ru => Locale::Ru,
            Language::En => Locale::En,
        };
        Formatting {
            locale,
            time_zone: of_profile.time_zone,
            time_zone_name: of_profile.time_zone_name.clone().filter(|_| is_same),
            ..Formatting::default()
        }
    }
}

/// A service's title as the text of a button. Empty if it is blank.
fn title(service: &Service) -> String {
    shorten(one_line(&service.title).trim(), TITLE_LENGTH)
}

/// Reads a text of the operator. A text that is not well-formed is sent as typed. `None` if nothing in it is visible.
fn rich(text: &str) -> Option<Vec<Span>> {
    let spans = html::parse(text).unwrap_or_else(|_| vec![Span::plain(text, None)]);
    Some(spans).filter(|spans| spans.iter().any(|span| !is_blank(&span.text)))
}

fn plain(paragraphs: impl IntoIterator<Item = String>) -> Vec<Span> {
    let paragraphs: Vec<String> = paragraphs.into_iter().collect();
    vec![Span::plain(paragraphs.join("\n\n"), None)]
}

#[cfg(test)]
mod tests;
