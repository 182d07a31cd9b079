//! Reads messages that people send to the bot.

use crate::{booking::ServiceId, text::one_line};

/// A customer's command in a private chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `/start`, with the service of a start link. Any other payload stands for all services.
    Start(Option<ServiceId>),
    /// `/services`.
    Services,
    /// `/my`.
    My,
    /// `/stop`.
    Stop,
    /// `/help`.
    Help,
    /// Another text, an unknown command, or a message without text.
    Other,
}

/// The updates of the Bot API that the bot handles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A message in a private chat.
    Private(Command),
    /// A message to the bot in a group.
    Group,
    /// The customer blocked the bot (`my_chat_member`).
    Blocked,
    /// The customer unblocked the bot (`my_chat_member`).
    Unblocked,
}

impl Incoming {
    /// Reads a message. `text` is `None` if the message has no text. Returns `None` for a message in a group that is
    /// not addressed to the bot.
    #[must_use]
    pub fn of_message(is_private: bool, text: Option<&str>, bot_username: &str) -> Option<Self> {
        let text = text.unwrap_or_default();
        if is_private {
            return Some(Self::Private(parse(text, bot_username)));
        }
        is_for_bot(text, bot_username).then_some(Self::Group)
    }

    /// Reads the new status of the bot in a private chat: `kicked` or `member`.
    #[must_use]
    pub fn of_status(status: &str) -> Option<Self> {
        match status {
            "kicked" => Some(Self::Blocked),
            "member" => Some(Self::Unblocked),
            _ => None,
        }
    }
}

/// Reads a text in a private chat. Case is ignored. `/help@bot` is a command only with this bot's name.
#[must_use]
pub fn parse(text: &str, bot_username: &str) -> Command {
    let mut words = text.split_whitespace().map(one_line).filter(|word| !word.is_empty());
    let word = words.next().unwrap_or_default();
    let Some((name, bot)) = command(&word) else { return Command::Other };
    if bot.is_some_and(|bot| !is_name(bot, bot_username)) {
        return Command::Other;
    }
    match name.to_ascii_lowercase().as_str() {
        "start" => Command::Start(words.next().and_then(|payload| ServiceId::parse(&payload).ok())),
        "services" => Command::Services,
        "my" => Command::My,
        "stop" => Command::Stop,
        "help" => Command::Help,
        _ => Command::Other,
    }
}

/// Whether a text in a group is addressed to this bot. It is if it has one of the bot's commands without a bot's name,
/// any command with this bot's name, or a mention.
#[must_use]
pub fn is_for_bot(text: &str, bot_username: &str) -> bool {
    if let Some((_, Some(bot))) = text.split_whitespace().next().and_then(command) {
        return is_name(bot, bot_username);
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_mention = |(at, _): (usize, &str)| {
        let (before, after) = text.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        let name = after.split(|c| !is_part(c)).next().unwrap_or_default();
        is_name(name, bot_username) && !before.ends_with(is_part)
    };
    parse(text, bot_username) != Command::Other || text.match_indices('@').any(is_mention)
}

/// The name of a command and the optional bot name after it: `/start@salon_bot`.
fn command(word: &str) -> Option<(&str, Option<&str>)> {
    let command = word.strip_prefix('/')?;
    Some(command.split_once('@').map_or((command, None), |(name, bot)| (name, Some(bot))))
}

fn is_name(name: &str, bot_username: &str) -> bool {
    !name.is_empty() && name.eq_ignore_ascii_case(bot_username.trim_start_matches('@'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "1b5f03ed96001255550ebaa2c51b7d31";

    #[test]
    fn private_texts_are_parsed_into_commands() {
        let service = || Command::Start(ServiceId::parse(ID).ok());
        for (text, command) in [
            ("/start", Command::Start(None)),
            (" /Start\n", Command::Start(None)),
            ("\u{200b}/start@Salon_Bot", Command::Start(None)),
            ("/start all", Command::Start(None)),
            ("/start somebody-else_42", Command::Start(None)),
            (&format!("/start {ID}"), service()),
            (&format!("/START@salon_bot  {}\n", ID.to_uppercase()), service()),
            (&format!("/start {ID} and more"), service()),
            ("/services", Command::Services),
            ("/SERVICES please", Command::Services),
            ("/my", Command::My),
            ("/stop", Command::Stop),
            ("/help@salon_bot", Command::Help),
            ("/help@other_bot", Command::Other),
            ("/help@", Command::Other),
            ("/helpme", Command::Other),
            ("/", Command::Other),
            ("//start", Command::Other),
            ("start", Command::Other),
            ("please /start", Command::Other),
            ("Здравствуйте!", Command::Other),
            ("", Command::Other),
        ] {
            assert_eq!(parse(text, "@salon_bot"), command, "{text}");
            assert_eq!(Incoming::of_message(true, Some(text), "salon_bot"), Some(Incoming::Private(command)), "{text}");
        }
        assert_eq!(Incoming::of_message(true, None, "salon_bot"), Some(Incoming::Private(Command::Other)));
    }

    #[test]
    fn only_mentions_and_the_bots_commands_are_addressed_to_it_in_a_group() {
        for text in ["/start", "/start all", "/START@salon_bot", "/other@SALON_BOT x", "Эй, @Salon_bot!", "@salon_bot"]
        {
            assert_eq!(Incoming::of_message(false, Some(text), "salon_bot"), Some(Incoming::Group), "{text}");
        }
        for text in [
            "",
            "hello",
            "/other",
            "/start@other_bot",
            "/start@other_bot @salon_bot",
            "@salon_bot2",
            "a@salon_bot",
            "@",
            "salon_bot",
        ] {
            assert_eq!(Incoming::of_message(false, Some(text), "salon_bot"), None, "{text}");
        }
        assert_eq!(Incoming::of_message(false, None, "salon_bot"), None);
    }

    #[test]
    fn a_member_status_shows_whether_the_bot_is_blocked() {
        assert_eq!(Incoming::of_status("kicked"), Some(Incoming::Blocked));
        assert_eq!(Incoming::of_status("member"), Some(Incoming::Unblocked));
        assert_eq!(Incoming::of_status("administrator"), None);
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "(/|@|salon_bot|start| |\\PC){0,20}", is_private in any::<bool>()) {
            let _ = Incoming::of_message(is_private, Some(&text), "salon_bot");
        }
    }
}
