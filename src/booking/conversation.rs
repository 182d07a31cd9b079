//! What customers say to the bot, and what it answers.

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

/// The most bookings that one answer lists.
const MOST_BOOKINGS: usize = 10;

/// The codes of the languages whose speakers get Russian texts.
const READ_RUSSIAN: [&str; 15] =
    ["ru", "uk", "be", "kk", "ky", "uz", "tg", "tk", "hy", "az", "tt", "ba", "cv", "ce", "os"];

/// The language for a person whose app has this `language_code` (Bot API: User). Russian without a code.
#[must_use]
pub fn language_of(code: Option<&str>) -> Language {
    let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else { return Language::Ru };
    let language = code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    if READ_RUSSIAN.contains(&language.as_str()) { Language::Ru } else { Language::En }
}

/// The facts that an answer depends on.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The settings of the bot.
    pub bot: &'a BookingBot,
    /// The bot's user name, with or without `@`.
    pub bot_username: &'a str,
    /// The scheme and host of booking pages: [`super::DEFAULT_HOST`].
    pub host: &'a str,
    /// Gives the time zone of dates, and its name for messages in the same language.
    pub formatting: &'a Formatting,
    /// The customer's chat with its code.
    pub chat: &'a CodedChat,
    /// The customer's first name as Telegram has it.
    pub first_name: Option<&'a str>,
    /// The customer's language.
    pub language: Language,
}

/// What the bot knows about a customer who writes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The customer has not pressed Start before.
    New,
    /// The customer gets messages.
    Subscribed,
    /// The customer has sent `/stop`.
    Stopped,
}

/// A booking that is still to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Booking {
    /// The start, in milliseconds since 1970-01-01T00:00:00Z. An order has none.
    pub start: Option<crate::Millis>,
    /// The name of the service.
    pub service_name: Option<String>,
    /// The number as the booking service writes it: `№180`.
    pub number: Option<String>,
    /// The link to the booking.
    pub link: Option<String>,
}

/// A button below a message. Its JSON is that of the Bot API's `InlineKeyboardButton`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// The text; never blank.
    pub text: String,
    /// The page that it opens.
    #[serde(flatten)]
    pub target: ButtonTarget,
}

/// The page that a button opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ButtonTarget {
    /// A page inside Telegram. The URL is https; the chat must be private.
    #[serde(rename = "web_app", with = "web_app")]
    WebApp(String),
    /// A page in the browser, or a chat. The host of the URL has a dot.
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
    /// The target for a page: inside Telegram if the URL is https, else in the browser.
    #[must_use]
    pub fn of(url: String) -> Self {
        if url.starts_with("https://") { Self::WebApp(url) } else { Self::Url(url) }
    }
}

/// The button beside the text field (Bot API: setChatMenuButton).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuButton {
    /// Opens a booking page inside Telegram.
    WebApp {
        /// The text.
        text: String,
        /// The page, by https.
        url: String,
    },
    /// Opens the list of commands.
    Commands,
}

/// An answer of the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The text; never blank. If it is split, the keyboard belongs below the last part.
    pub text: Message,
    /// The buttons, one in each row.
    pub keyboard: Vec<Button>,
}

impl Reply {
    fn new(text: Vec<Span>, keyboard: Vec<Button>) -> Self {
        Self { text: Message::from_spans(text), keyboard }
    }
}

/// The answer to a command in a private chat. `bookings` are the customer's bookings to come; only [`Command::My`]
/// needs them. After [`Command::Start`] the customer gets messages, after [`Command::Stop`] none.
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

/// The answer to the first Start: the operator's greeting, or the default one, with all services.
#[must_use]
pub fn greeting(context: &Context<'_>) -> Reply {
    let own = context.own(&context.bot.greeting);
    let text = own.unwrap_or_else(|| {
        let hello = with_name(GREETING, context.language, context.first_name);
        plain([hello, format!("{} {}", context.prompt(), MESSAGES_COME.get(context.language))])
    });
    Reply::new(text, context.keyboard())
}

/// The answer to a start link of one service: its title and text. A service that the bot does not offer is answered
/// by the greeting.
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

/// The answer to Start of a customer who gets messages already.
#[must_use]
pub fn already_started(context: &Context<'_>) -> Reply {
    let hello = with_name(KNOWN, context.language, context.first_name);
    Reply::new(plain([hello + " " + context.prompt()]), context.keyboard())
}

/// The answer to Start after `/stop`. `service` is the one of a start link.
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

/// The answer to `/services`.
#[must_use]
pub fn services(context: &Context<'_>, standing: Standing) -> Reply {
    let mut lines = vec![context.prompt().to_owned()];
    lines.extend((standing == Standing::Stopped).then(|| MESSAGES_ARE_OFF.get(context.language).to_owned()));
    Reply::new(plain(lines), context.keyboard())
}

/// The answer to `/my`. The bookings are those to come, in the order to show; ten are shown at most.
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

/// The lines of one booking in the list.
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

/// The answer to `/stop`.
#[must_use]
pub fn stopped(context: &Context<'_>) -> Reply {
    Reply::new(plain([STOPPED.get(context.language).to_owned()]), Vec::new())
}

/// The answer to `/help`: the operator's text, the commands, and who answers questions.
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

/// The answer to everything that is no command. It says that the message was passed on if there is a staff chat.
#[must_use]
pub fn anything_else(context: &Context<'_>) -> Reply {
    let said = if context.bot.staff_chat.is_some() { PASSED_ON } else { ANYTHING_ELSE };
    let text = format!("{} {}", said.get(context.language), WHERE_TO_BOOK.get(context.language));
    Reply::new(plain([text]), Vec::new())
}

/// The answer in a group. It has no booking link, since such a link belongs to one customer.
#[must_use]
pub fn group(bot_username: &str, language: Language) -> Reply {
    let target = ButtonTarget::Url(chat_link(bot_username));
    let button = Button { text: OPEN_CHAT.get(language).to_owned(), target };
    Reply::new(plain([GROUP.get(language).to_owned()]), vec![button])
}

/// The commands and their descriptions to set at Telegram (Bot API: setMyCommands).
#[must_use]
pub fn commands(language: Language) -> [(&'static str, &'static str); 5] {
    COMMANDS.map(|(name, description)| (name, description.get(language)))
}

/// The text of an empty chat, above the Start button (Bot API: setMyDescription).
#[must_use]
pub fn description(language: Language) -> &'static str {
    DESCRIPTION.get(language)
}

/// The text of the bot's page, and of links to it (Bot API: setMyShortDescription).
#[must_use]
pub fn short_description(language: Language) -> &'static str {
    SHORT_DESCRIPTION.get(language)
}

/// The menu button of the customer's chat: the booking page if there is one service and its page is https.
#[must_use]
pub fn menu_button(context: &Context<'_>) -> MenuButton {
    let [service] = context.bot.services.as_slice() else { return MenuButton::Commands };
    match ButtonTarget::of(context.url(service)) {
        ButtonTarget::WebApp(url) => MenuButton::WebApp { text: context.book(), url },
        ButtonTarget::Url(_) => MenuButton::Commands,
    }
}

impl<'a> Context<'a> {
    /// The service with this id, if the bot offers it.
    fn offered(&self, id: &ServiceId) -> Option<&'a Service> {
        self.bot.services.iter().find(|service| service.id == *id)
    }

    /// Whether a start link of this service is answered differently from one of all services: the service has a text, or
    /// is one of several.
    fn has_card(&self, id: &ServiceId) -> bool {
        self.offered(id).is_some_and(|service| service.text.is_some() || self.bot.services.len() > 1)
    }

    /// The customer's link to a service's booking page.
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

    /// A button for each service.
    fn keyboard(&self) -> Vec<Button> {
        if let [service] = self.bot.services.as_slice() {
            return vec![self.button(service, self.book())];
        }
        let text = |service: &Service| Some(title(service)).filter(|title| !title.is_empty());
        let services = self.bot.services.iter().take(MOST_SERVICES);
        services.map(|service| self.button(service, text(service).unwrap_or_else(|| self.book()))).collect()
    }

    /// What to do with the buttons.
    fn prompt(&self) -> &'static str {
        let words = match self.bot.services.len() {
            0 => NO_SERVICES,
            1 => CHOOSE_TIME,
            _ => CHOOSE_SERVICE,
        };
        words.get(self.language)
    }

    /// The operator's text in the customer's language, if it has something to show.
    fn own(&self, text: &OwnText) -> Option<Vec<Span>> {
        rich(text.get(self.language)?)
    }

    /// The formatting of dates in the customer's language.
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

/// A service's title as the text of a button; empty if it is blank.
fn title(service: &Service) -> String {
    shorten(one_line(&service.title).trim(), TITLE_LENGTH)
}

/// Reads a text of the operator. One that is not well-formed is sent as typed. `None` if it shows nothing.
fn rich(text: &str) -> Option<Vec<Span>> {
    let spans = html::parse(text).unwrap_or_else(|_| vec![Span::plain(text, None)]);
    Some(spans).filter(|spans| spans.iter().any(|span| !is_blank(&span.text)))
}

/// Paragraphs without a style.
fn plain(paragraphs: impl IntoIterator<Item = String>) -> Vec<Span> {
    let paragraphs: Vec<String> = paragraphs.into_iter().collect();
    vec![Span::plain(paragraphs.join("\n\n"), None)]
}

#[cfg(test)]
mod tests;
