//! Texts of error mails. Text from outside is quoted on one line, shortened, and without tokens.

use hookgram::{delivery::FailureCause, secret::redact, text::one_line, values::Language};

pub use super::checks::quoted;
use super::{causes, checks::say, events, messages, word_set};

word_set! {
    /// The common texts of error mails.
    Letter {
        all: "Что именно:", "Details:";
        what_to_do: "Что делать:", "What to do:";
        profile: "Профиль:", "Profile:";
        log: "Что не дошло и почему:", "What was not delivered, and why:";
        why: "Hookgram пишет на адрес для ошибок: об одной причине не чаще раза в час, всё новое за это время приходит одним письмом.", "Hookgram writes to the address for errors: at most once an hour about each cause, with everything new in one email.";
        stop: "Отказаться от этих писем:", "Unsubscribe:";
    }
}

word_set! {
    /// The mail that asks the owner of an address to allow error mails. `{}` is the installation's address.
    ConfirmLetter {
        subject: "Hookgram: подтвердите адрес для писем о сбоях", "Hookgram: confirm the address for error emails";
        about: "Этот адрес указан в Hookgram на {} для писем о сбоях: когда сообщения клиентам в Telegram не доходят. Без вашего согласия такие письма сюда не отправляются.", "This address was entered in Hookgram at {} to be notified when Telegram messages to customers are not delivered. Without your consent, no such emails are sent here.";
        link: "Подтвердить или отказаться:", "Confirm or decline:";
        besides: "Ссылка действует 7 дней. Если вы не знаете, о чём речь, ничего не делайте: писем о сбоях не будет.", "The link works for 7 days. If you do not know what this is about, do nothing: no error emails will be sent.";
    }
}

word_set! {
    /// The mail with a link to set a new password.
    ResetLetter {
        subject: "Hookgram: новый пароль", "Hookgram: new password";
        about: "Для аккаунта {} запросили ссылку, чтобы задать новый пароль.", "A link to set a new password was requested for the account {}.";
        link: "Задать новый пароль:", "Set a new password:";
        besides: "Ссылка действует час и сработает один раз. Если её запросили не вы, ничего не делайте: пароль останется прежним.", "The link works once, within an hour. If you did not request it, do nothing: your password stays the same.";
    }
}

/// The profile or the bot whose failures a mail is about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// A stored profile, by its name.
    Profile(&'a str),
    /// A bot at the stateless endpoint.
    Bot {
        /// Its number.
        id: i64,
        /// The contact field that should hold the recipient.
        field: &'a str,
    },
}

/// A failure for one line of the mail.
#[derive(Clone, Debug)]
pub struct Example<'a> {
    /// The booking's number.
    pub number: Option<&'a str>,
    /// When the event was received, in the reader's locale and zone.
    pub when: &'a str,
    /// The participant's name.
    pub name: Option<&'a str>,
    /// The participant's phone.
    pub phone: Option<&'a str>,
    /// The chat.
    pub chat: Option<&'a str>,
    /// Telegram's error text, if it says more than the cause.
    pub telegram: Option<&'a str>,
}

/// The subject: `Записи: клиент заблокировал бота (3 сообщения)`.
#[must_use]
pub fn subject(language: Language, about: About<'_>, cause: FailureCause, count: u64) -> String {
    let name = match about {
        About::Profile(name) => quoted(name),
        About::Bot { id, field } => bot(language, id, field),
    };
    format!("{name}: {} ({})", causes::cause(language, cause), counted(language, cause, count))
}

/// The first line of the mail.
#[must_use]
pub fn opening(language: Language, about: About<'_>, cause: FailureCause, count: u64) -> String {
    let name = match about {
        About::Profile(name) => {
            let name = quoted(name);
            say(language, format!("профиль «{name}»"), format!("profile “{name}”"))
        }
        About::Bot { id, field } => bot(language, id, field),
    };
    let counted = counted(language, cause, count);
    let (ru, en) = match cause {
        FailureCause::NoRecipient | FailureCause::NothingToSay => ("Не принято", "Rejected"),
        FailureCause::Uncertain => ("Под вопросом", "Unclear"),
        _ => ("Не доставлено", "Not delivered"),
    };
    let why = causes::cause(language, cause);
    say(
        language,
        format!("{ru}: {counted}, {name}. Причина: {why}."),
        format!("{en}: {counted}, {name}. Cause: {why}."),
    )
}

/// The heading of the examples.
#[must_use]
pub fn heading(language: Language, shown: usize, count: u64) -> String {
    use super::Words as _;
    if u64::try_from(shown).unwrap_or(u64::MAX) >= count {
        return Letter::of(language).all.to_owned();
    }
    say(language, format!("Первые {shown} из {count}:"), format!("The first {shown} of {count}:"))
}

/// The line of a failure.
#[must_use]
pub fn example(language: Language, example: &Example<'_>) -> String {
    let number = example.number.map(quoted).unwrap_or_else(|| say(language, "без номера".into(), "no number".into()));
    // It may contain the zone's name, which a person typed and which was shortened before redaction.
    let when = redact(&one_line(example.when));
    let mut line = format!("{number} — {when}");
    for person in [example.name, example.phone].into_iter().flatten() {
        line += &format!(", {}", quoted(person));
    }
    if let Some(chat) = example.chat {
        let chat = quoted(chat);
        line += &say(language, format!(", чат {chat}"), format!(", chat {chat}"));
    }
    if let Some(telegram) = example.telegram.filter(|words| !words.is_empty()) {
        let telegram = quoted(telegram);
        line += &say(language, format!("; ответ Telegram: «{telegram}»"), format!("; Telegram's answer: “{telegram}”"));
    }
    line
}

fn bot(language: Language, id: i64, field: &str) -> String {
    let field = quoted(field);
    say(language, format!("бот {id}, поле {field}"), format!("bot {id}, field {field}"))
}

fn counted(language: Language, cause: FailureCause, count: u64) -> String {
    if cause.is_of_event() {
        return events(language, count);
    }
    messages(language, usize::try_from(count).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

    #[test]
    fn the_first_line_names_the_profile_the_cause_and_the_count() {
        let line = |language| opening(language, About::Profile("A"), FailureCause::Blocked, 2);
        assert_eq!(
            line(Language::En),
            "Not delivered: 2 messages, profile “A”. Cause: the customer has blocked the bot."
        );
        assert_eq!(line(Language::Ru), "Не доставлено: 2 сообщения, профиль «A». Причина: клиент заблокировал бота.");
    }

    #[test]
    fn subjects_name_the_profile_or_bot_the_cause_and_the_count() {
        let bot = About::Bot { id: 7, field: "*TelegramId" };
        for (language, about, cause, count, subject) in [
            (
                Language::Ru,
                About::Profile("Записи"),
                FailureCause::Blocked,
                3,
                "Записи: клиент заблокировал бота (3 сообщения)",
            ),
            (
                Language::En,
                About::Profile("A"),
                FailureCause::NothingToSay,
                1,
                "A: the message would be empty (1 event)",
            ),
            (
                Language::En,
                bot,
                FailureCause::TooOld,
                2,
                "bot 7, field *TelegramId: it could not be sent in the time allowed (2 messages)",
            ),
            (
                Language::Ru,
                bot,
                FailureCause::NoRecipient,
                5,
                "бот 7, поле *TelegramId: в событии нет Telegram id клиента (5 событий)",
            ),
        ] {
            assert_eq!(super::subject(language, about, cause, count), subject);
        }
    }

    #[test]
    fn values_from_outside_are_cut_to_64_characters_on_one_line() {
        let evil = format!("x\r\nBuy\u{202e}\u{2066} now \u{200b}{}", "я".repeat(500));
        let cut = format!("x  Buy now {}…", "я".repeat(64 - "x  Buy now …".chars().count()));
        let example_of = Example {
            number: Some(&evil),
            when: "now",
            name: Some(&evil),
            phone: Some(&evil),
            chat: Some(&evil),
            telegram: Some(&evil),
        };
        for (text, values) in [
            (subject(Language::En, About::Profile(&evil), FailureCause::Refused, 1), 1),
            (subject(Language::Ru, About::Bot { id: 1, field: &evil }, FailureCause::Refused, 1), 1),
            (opening(Language::Ru, About::Profile(&evil), FailureCause::Refused, 1), 1),
            (opening(Language::En, About::Bot { id: 1, field: &evil }, FailureCause::Refused, 1), 1),
            (example(Language::En, &example_of), 5),
        ] {
            assert_eq!(text.matches(&cut).count(), values, "{text}");
            assert!(!text.contains(&"я".repeat(60)) && !text.contains(['\u{202e}', '\u{2066}', '\u{200b}']), "{text}");
        }
    }

    #[test]
    fn an_invisible_character_does_not_hide_a_token() {
        let hidden = TOKEN.replace("pQ_r", "pQ\u{200b}_r");
        assert!(!quoted(&hidden).contains("pQ_r"), "{}", quoted(&hidden));
    }

    #[test]
    fn values_from_outside_cannot_break_a_line_or_show_a_token() {
        let evil = format!("x\r\nBcc: a@b.c {TOKEN}");
        let line = Example {
            number: Some(&evil),
            when: "now",
            name: Some(&evil),
            phone: Some(&evil),
            chat: Some(&evil),
            telegram: Some(&evil),
        };
        for text in [
            subject(Language::En, About::Profile(&evil), FailureCause::Refused, 1),
            opening(Language::Ru, About::Bot { id: 1, field: &evil }, FailureCause::Refused, 1),
            example(Language::En, &line),
        ] {
            assert!(!text.contains(['\r', '\n']) && !text.contains("AAHk"), "{text}");
        }
    }

    #[test]
    fn the_heading_counts_the_omitted_examples() {
        assert_eq!(heading(Language::En, 2, 2), "Details:");
        assert_eq!(heading(Language::Ru, 5, 7), "Первые 5 из 7:");
    }
}
