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
                format!("В id услуги {characters}, а должно быть от 29 до 33. Скопируйте ссылку целиком."),
                format!("The service id has {length} characters instead of 29 to 33. Copy the full link."),
            );
        }
        LinkFault::BadCharacter(c) => {
            let c = quoted(&c.to_string());
            return say(
                language,
                format!("В id услуги не может быть знака «{c}». Скопируйте ссылку ещё раз."),
                format!("A service id cannot contain the character “{c}”. Copy the link again."),
            );
        }
        LinkFault::Booking => (
            "Это ссылка на одну запись. Откройте в Torrow саму услугу, нажмите «Поделиться» и скопируйте ссылку на неё.",
            "This link is for a single booking. Open the service itself in Torrow, choose Share and copy its link.",
        ),
        LinkFault::BusinessCard => (
            "Это ссылка на визитку. Откройте на ней услугу и скопируйте ссылку на услугу.",
            "This link is for a business card. Open a service on it and copy the link of that service.",
        ),
        LinkFault::NotAService => (
            "Эта страница Torrow — не услуга. Откройте услугу и скопируйте ссылку на неё.",
            "This Torrow page is not a service. Open a service and copy its link.",
        ),
        LinkFault::Telegram => (
            "Это ссылка на Telegram. Сюда нужны ссылки на услуги в Torrow; ссылки для клиентов Hookgram сделает сам.",
            "This link is for Telegram. Paste links of Torrow services; Hookgram creates the links for customers.",
        ),
        LinkFault::OtherSite => (
            "Это другой сайт. Ссылка на услугу начинается с https://torrow.net или https://embed.torrow.net.",
            "This is another site. A service link starts with https://torrow.net or https://embed.torrow.net.",
        ),
        LinkFault::NoLink => {
            ("Здесь нет ссылки. Добавьте её или удалите строку.", "There is no link here. Add one or remove the line.")
        }
        LinkFault::Duplicate => (
            "Эта услуга уже есть выше, второй раз она не нужна.",
            "This service is already listed above; it is not needed twice.",
        ),
        LinkFault::TooMuch => (
            "Дальше текст не прочитан: за один раз читается до 100 ссылок. Добавьте остальные отдельно.",
            "The text was not read beyond this point: up to 100 links are read at once. Add the rest separately.",
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
            "В названии не может быть знака «_»: в ссылке он означает конец названия. Переименуйте поле в Torrow и здесь.",
            "The name cannot contain “_”: in a link it marks the end of the name. Rename the field in Torrow and here.",
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
            "This service is already in the list above. Remove one of the two.".into(),
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
            "Имя и id чата не могут попадать в одно поле. Укажите другое.".into(),
            "The name and the chat id cannot go to the same field. Choose another one.".into(),
        ),
        BookingFault::UnknownCulture { value } => {
            let value = quoted(value);
            say(
                language,
                format!("Языка «{value}» у страницы записи нет. Выберите из предложенных."),
                format!("The booking page does not support the language “{value}”. Choose one from the list."),
            )
        }
        BookingFault::UnknownTimeZone { value, nearest } => {
            let value = quoted(value);
            let (ru, en) = match nearest {
                Some(zone) => (format!("Возможно, это {zone}."), format!("Is it {zone}?")),
                None => ("Выберите из предложенных.".to_owned(), "Choose one from the list.".to_owned()),
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
                format!("«{value}» — не id чата. Напишите число (у группы оно с минусом) или @канал."),
                format!("“{value}” is not a chat id. Enter a number (negative for a group) or @channel."),
            )
        }
    }
}

fn too_long(language: Language, longest: usize) -> String {
    say(
        language,
        format!("Слишком длинно: здесь помещается до {longest} знаков."),
        format!("Too long: up to {longest} characters fit here."),
    )
}

/// Why updates of a booking bot do not arrive, in a few words.
#[must_use]
pub fn trouble(language: Language, trouble: Trouble) -> &'static str {
    let (ru, en) = match trouble {
        Trouble::OtherWebhook | Trouble::OtherReader => {
            ("Сообщения клиентов получает другая программа", "Another program receives customers' messages")
        }
        Trouble::Unreachable => ("Telegram не отвечает", "Telegram is not answering"),
        Trouble::WebhookRefused => ("Telegram не принимает адрес сервера", "Telegram rejects the server's address"),
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
                format!("{en} If it is no longer needed there, take it over. That service will then get no messages."),
            );
        }
        Trouble::OtherReader => (
            "Сообщения этого бота читает ещё одна программа, и отключить её отсюда нельзя. Остановите её или возьмите у @BotFather новый токен (/revoke) и сохраните его на странице бота.",
            "Another program is reading this bot's messages, and it cannot be disconnected from here. Stop it, or get a new token from @BotFather (/revoke) and save it on the bot's page.",
        ),
        Trouble::Unreachable => (
            "Проверьте, что сервер подключён к интернету. Hookgram пробует снова сам; сообщения клиентов Telegram хранит сутки.",
            "Check that the server can reach the internet. Hookgram retries automatically; Telegram keeps customers' messages for a day.",
        ),
        Trouble::WebhookRefused => (
            "Выберите в дополнительных настройках, чтобы бот сам запрашивал сообщения у Telegram, или проверьте внешний адрес и сертификат сервера.",
            "Under More settings, let the bot poll Telegram, or check the server's public address and its certificate.",
        ),
        Trouble::Locked => (
            "Ключ шифрования на сервере изменился. Верните прежний ключ или сохраните настройки ещё раз: клиентам придётся заново открыть бота, чтобы записаться.",
            "The server's encryption key has changed. Restore the old key, or save the settings again: customers then have to reopen the bot to book.",
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
