//! Sentences about the settings of a booking bot: links without a service, faults of fields, and why its updates do not
//! arrive.

use hookgram::{
    booking::{
        BookingFault, FIELD_NAME_LENGTH, FieldNameFault, LinkFault, MOST_SERVICES, SERVICE_TEXT_LENGTH, TITLE_LENGTH,
        Trouble,
    },
    values::{Bilingual, Language},
};

use super::{
    checks::{quoted, say},
    russian,
};

/// Why a pasted text does not name a service.
#[must_use]
pub fn link_fault(language: Language, fault: LinkFault) -> String {
    let (ru, en) = match fault {
        LinkFault::BadLength(length) => {
            let characters = russian(u64::try_from(length).unwrap_or(u64::MAX), ["знак", "знака", "знаков"]);
            return say(
                language,
                format!("В номере услуги {characters}, а должно быть от 29 до 33. Скопируйте ссылку целиком."),
                format!("The service's id has {length} characters instead of 29 to 33. Copy the whole link."),
            );
        }
        LinkFault::BadCharacter(c) => {
            let c = quoted(&c.to_string());
            return say(
                language,
                format!("В номере услуги не может быть знака «{c}». Скопируйте ссылку ещё раз."),
                format!("A service's id cannot contain the character “{c}”. Copy the link again."),
            );
        }
        LinkFault::Booking => (
            "Это ссылка на одну запись. Откройте в Torrow саму услугу, нажмите «Поделиться» и скопируйте ссылку на неё.",
            "This link leads to one booking. Open the service itself in Torrow, choose Share and copy its link.",
        ),
        LinkFault::BusinessCard => (
            "Это ссылка на визитку. Откройте на ней услугу и скопируйте ссылку на услугу.",
            "This link leads to a business card. Open a service on it and copy the link of that service.",
        ),
        LinkFault::NotAService => (
            "Эта страница Torrow не услуга. Откройте услугу и скопируйте ссылку на неё.",
            "This page of Torrow is no service. Open a service and copy its link.",
        ),
        LinkFault::Telegram => (
            "Это ссылка на Telegram. Сюда нужны ссылки на услуги в Torrow; ссылки для клиентов Hookgram сделает сам.",
            "This link leads to Telegram. Paste links of services in Torrow; Hookgram makes the links for customers.",
        ),
        LinkFault::OtherSite => (
            "Это другой сайт. Ссылка на услугу начинается с https://torrow.net или https://embed.torrow.net.",
            "This is another site. The link of a service begins with https://torrow.net or https://embed.torrow.net.",
        ),
        LinkFault::NoLink => {
            ("Здесь нет ссылки. Добавьте её или удалите строку.", "There is no link here. Add one or remove the line.")
        }
        LinkFault::Duplicate => (
            "Эта услуга уже названа выше, второй раз она не нужна.",
            "This service is named above already; it is not needed twice.",
        ),
        LinkFault::TooMuch => (
            "Отсюда текст не прочитан: за один раз читается до 100 ссылок. Добавьте остальные отдельно.",
            "The text was not read from here on: up to 100 links are read at once. Add the rest separately.",
        ),
    };
    Bilingual { ru, en }.get(language).to_owned()
}

/// Why a text cannot be the name of a contact field.
#[must_use]
pub fn field_name_fault(language: Language, fault: FieldNameFault) -> String {
    let (ru, en) = match fault {
        FieldNameFault::TooLong => {
            return say(
                language,
                format!("Название длиннее {FIELD_NAME_LENGTH} знаков. Сократите его в Torrow и здесь."),
                format!("The name has more than {FIELD_NAME_LENGTH} characters. Shorten it in Torrow and here."),
            );
        }
        FieldNameFault::Blank => ("Назовите поле, например *TelegramId.", "Name the field, for example *TelegramId."),
        FieldNameFault::HasUnderscore => (
            "В названии не может быть знака «_»: в ссылке на нём название заканчивается. Переименуйте поле в Torrow и здесь.",
            "The name cannot contain a “_”, which ends the name in a link. Rename the field in Torrow and here.",
        ),
        FieldNameFault::HasControl => ("Напишите название в одну строку.", "Write the name on one line."),
    };
    Bilingual { ru, en }.get(language).to_owned()
}

/// A fault of the settings, for its own field.
#[must_use]
pub fn booking_fault(language: Language, fault: &BookingFault) -> String {
    match fault {
        BookingFault::NoService => say(
            language,
            "Добавьте хотя бы одну услугу: вставьте ссылку на неё.".into(),
            "Add at least one service: paste its link.".into(),
        ),
        BookingFault::TooManyServices(count) => say(
            language,
            format!("Услуг {count}, а кнопок в сообщении может быть до {MOST_SERVICES}. Уберите лишние."),
            format!("There are {count} services, and a message has up to {MOST_SERVICES} buttons. Remove some."),
        ),
        BookingFault::DuplicateService(_) => say(
            language,
            "Эта услуга уже есть выше. Уберите одну из двух.".into(),
            "This service is in the list above already. Remove one of the two.".into(),
        ),
        BookingFault::BlankTitle(_) => say(
            language,
            "Назовите услугу: это надпись на кнопке.".into(),
            "Give the service a title: it is the text of the button.".into(),
        ),
        BookingFault::TitleTooLong(_) => too_long(language, TITLE_LENGTH),
        BookingFault::ServiceTextTooLong(_) => too_long(language, SERVICE_TEXT_LENGTH),
        BookingFault::TooLong(field) => too_long(language, field.longest().unwrap_or_default()),
        BookingFault::FieldName(_, fault) => field_name_fault(language, *fault),
        BookingFault::SameField => say(
            language,
            "Имя и номер чата не могут попадать в одно поле. Назовите другое.".into(),
            "The name and the chat's id cannot go to the same field. Name another one.".into(),
        ),
        BookingFault::UnknownCulture { value } => {
            let value = quoted(value);
            say(
                language,
                format!("Языка «{value}» у страницы записи нет. Выберите из предложенных."),
                format!("The booking page has no language “{value}”. Choose one that is offered."),
            )
        }
        BookingFault::UnknownTimeZone { value, nearest } => {
            let value = quoted(value);
            let (ru, en) = match nearest {
                Some(zone) => (format!("Возможно, это {zone}."), format!("Is it {zone}?")),
                None => ("Выберите из предложенных.".to_owned(), "Choose one that is offered.".to_owned()),
            };
            say(
                language,
                format!("Часового пояса «{value}» нет. {ru}"),
                format!("There is no time zone “{value}”. {en}"),
            )
        }
        BookingFault::BadStaffChat { value } => {
            let value = quoted(value);
            say(
                language,
                format!("«{value}» не номер чата. Напишите число (у группы оно с минусом) или @канал."),
                format!("“{value}” is no chat. Write a number (negative for a group) or @channel."),
            )
        }
    }
}

fn too_long(language: Language, longest: usize) -> String {
    say(
        language,
        format!("Слишком длинно: сюда входит до {longest} знаков."),
        format!("This is too long: up to {longest} characters fit."),
    )
}

/// Why updates of a booking bot do not arrive, in a few words.
#[must_use]
pub fn trouble(language: Language, trouble: Trouble) -> &'static str {
    let (ru, en) = match trouble {
        Trouble::OtherWebhook | Trouble::OtherReader => {
            ("Сообщения клиентов получает другая программа", "Another program gets what customers write")
        }
        Trouble::Unreachable => ("Telegram не отвечает", "Telegram does not answer"),
        Trouble::WebhookRefused => ("Telegram не принимает адрес сервера", "Telegram refuses the server's address"),
        Trouble::Locked => ("Секреты бота записи не расшифровать", "The booking bot's secrets cannot be decrypted"),
    };
    Bilingual { ru, en }.get(language)
}

/// Advice about missing updates. `host` is the host of the other program's webhook; it may be empty.
#[must_use]
pub fn trouble_advice(language: Language, trouble: Trouble, host: &str) -> String {
    let (ru, en) = match trouble {
        Trouble::OtherWebhook => {
            let host = quoted(host);
            let (ru, en) = if host.is_empty() {
                ("Бот подключён к другому сервису.".to_owned(), "The bot is connected to another service.".to_owned())
            } else {
                (
                    format!("Бот подключён к другому сервису: {host}."),
                    format!("The bot is connected to another service: {host}."),
                )
            };
            return say(
                language,
                format!(
                    "{ru} Если там он больше не нужен, заберите его себе. Тот сервис перестанет получать сообщения."
                ),
                format!("{en} If it is not needed there any more, take it over. That service then gets no messages."),
            );
        }
        Trouble::OtherReader => (
            "Ещё одна программа читает сообщения этого бота, и вытеснить её нельзя. Остановите её или возьмите у @BotFather новый токен (/revoke) и сохраните его на странице бота.",
            "One more program reads the messages of this bot, and it cannot be displaced. Stop it, or get a new token from @BotFather (/revoke) and save it on the bot's page.",
        ),
        Trouble::Unreachable => (
            "Проверьте, что сервер выходит в интернет. Hookgram пробует снова сам; то, что написали клиенты, Telegram хранит сутки.",
            "Check that the server can reach the Internet. Hookgram tries again by itself; Telegram keeps what customers write for a day.",
        ),
        Trouble::WebhookRefused => (
            "Выберите в дополнительных настройках, чтобы бот спрашивал Telegram сам, или проверьте внешний адрес и сертификат сервера.",
            "In the further settings, let the bot ask Telegram by itself, or check the server's public address and its certificate.",
        ),
        Trouble::Locked => (
            "Ключ шифрования на сервере стал другим. Верните прежний ключ или сохраните настройки ещё раз: клиентам придётся заново открыть бота, чтобы записаться.",
            "The server's sealing key is another one now. Put the old key back, or save the settings again: customers then have to open the bot anew to book.",
        ),
    };
    Bilingual { ru, en }.get(language).to_owned()
}

#[cfg(test)]
mod tests {
    use hookgram::booking::BookingField;

    use super::*;

    #[test]
    fn a_sentence_quotes_typed_text_on_one_line() {
        for language in [Language::Ru, Language::En] {
            let chat = booking_fault(language, &BookingFault::BadStaffChat { value: "a\u{202e}\nb".into() });
            assert!(chat.contains("a b") && !chat.contains(['\n', '\u{202e}']), "{chat}");
            let zone = BookingFault::UnknownTimeZone { value: "x".into(), nearest: Some("Europe/Moscow") };
            assert!(booking_fault(language, &zone).contains("Europe/Moscow"));
            let long = booking_fault(language, &BookingFault::TooLong(BookingField::ButtonEn));
            assert!(long.contains("64"), "{long}");
            assert!(link_fault(language, LinkFault::BadCharacter('z')).contains('z'));
            assert!(trouble_advice(language, Trouble::OtherWebhook, "crm.example").contains(": crm.example."));
        }
        assert!(link_fault(Language::Ru, LinkFault::BadLength(21)).contains("21 знак,"));
    }
}
