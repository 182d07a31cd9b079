//! Faults and warnings as sentences. Each names its parameter and says how to fix it, for readers who do not program.
//! Each function has both languages side by side, so that neither is forgotten.

use hookgram::{
    check::{Fault, Warning},
    message::html::{HtmlFault, HtmlFaultKind, HtmlRemark},
    parameters::Parameter,
    secret::{TokenFault, redact},
    text::{one_line, shorten},
    values::{Language, Locale},
};

pub(super) fn say(language: Language, ru: String, en: String) -> String {
    match language {
        Language::Ru => super::nest_quotes(ru),
        Language::En => en,
    }
}

/// The most characters of a quoted value.
const QUOTED: usize = 64;

/// Prepares a value for quoting in a sentence: one line of at most 64 characters, without characters that reorder the
/// surrounding text, and without a misplaced token.
#[must_use]
pub fn quoted(text: &str) -> String {
    // The order matters. A token is redacted before the text is cut, because a cut token is not recognised. It is
    // redacted after invisible characters are removed, because they could hide it.
    shorten(&redact(&one_line(text)), QUOTED)
}

/// The most addresses that a sentence names.
const NAMED: usize = 3;

/// A fault of the parameters.
#[must_use]
pub fn fault(language: Language, fault: &Fault) -> String {
    match fault {
        Fault::Missing(Parameter::TelegramToken) => say(
            language,
            "telegramToken не указан: добавьте токен бота, который выдал @BotFather.".into(),
            "telegramToken is missing: add the bot token from @BotFather.".into(),
        ),
        Fault::Missing(Parameter::TelegramFieldName) => say(
            language,
            "telegramFieldName не указан: укажите поле контактной информации, в котором хранится Telegram id, например *TelegramId.".into(),
            "telegramFieldName is missing: name the contact field that holds the Telegram id, for example *TelegramId.".into(),
        ),
        Fault::Missing(parameter) => {
            let name = parameter.name();
            say(language, format!("{name} не указан: заполните его."), format!("{name} is missing: fill it in."))
        }
        Fault::MalformedToken(fault) => token_fault(language, *fault),
        Fault::MalformedEmail { value } => {
            let value = quoted(value);
            say(
                language,
                format!("errorEmail: «{value}» не похоже на адрес почты; напишите его как ops@example.com, несколько — через запятую."),
                format!("errorEmail: “{value}” is not an email address; write it like ops@example.com, several separated by commas."),
            )
        }
        Fault::MalformedBool { parameter, value } => {
            let (name, value) = (parameter.name(), quoted(value));
            say(
                language,
                format!("{name}: «{value}» не подходит; напишите true (да) или false (нет)."),
                format!("{name}: “{value}” is not valid; write true or false."),
            )
        }
        Fault::UnknownLocale { value } => {
            let (value, offered) = (quoted(value), Locale::ALL.map(Locale::tag).join(", "));
            say(
                language,
                format!("date_locales: «{value}» не поддерживается; выберите одно из: {offered}."),
                format!("date_locales: “{value}” is not supported; choose one of {offered}."),
            )
        }
        Fault::UnknownTimeZone { value, nearest } => {
            let value = quoted(value);
            match nearest {
                Some(zone) => say(
                    language,
                    format!("timezone: часового пояса «{value}» нет; возможно, вы имели в виду {zone}."),
                    format!("timezone: there is no time zone “{value}”; did you mean {zone}?"),
                ),
                None => say(
                    language,
                    format!("timezone: часового пояса «{value}» нет; напишите его как Europe/Moscow или Asia/Yekaterinburg."),
                    format!("timezone: there is no time zone “{value}”; write it like Europe/Moscow or Asia/Yekaterinburg."),
                ),
            }
        }
        Fault::InvalidUtf8 { name } => {
            let name = quoted(name);
            say(
                language,
                format!("{name}: текст закодирован не в UTF-8; скопируйте ссылку заново или наберите текст ещё раз."),
                format!("{name}: the text is not valid UTF-8; copy the URL again or retype the text."),
            )
        }
    }
}

fn token_fault(language: Language, fault: TokenFault) -> String {
    let (ru, en) = match fault {
        TokenFault::Empty => ("он пуст".to_owned(), "it is empty".to_owned()),
        TokenFault::SharedBot => {
            return say(
                language,
                "telegramToken: это общий бот сервиса записи, писать от его имени может только сам сервис; создайте своего бота у @BotFather и укажите здесь его токен.".into(),
                "telegramToken: this is the booking service's shared bot, and only that service can send with it; create your own bot with @BotFather and put its token here.".into(),
            );
        }
        TokenFault::NoColon => (
            "в нём нет двоеточия после номера бота".to_owned(),
            "the colon after the bot's number is missing".to_owned(),
        ),
        TokenFault::BadNumber => (
            "перед двоеточием должен стоять номер бота".to_owned(),
            "the bot's number must come before the colon".to_owned(),
        ),
        TokenFault::BadLength(length) => (
            format!("после двоеточия должно быть 35 знаков, а их {length}"),
            format!("35 characters must follow the colon, but there are {length}"),
        ),
        TokenFault::BadCharacter(c) => {
            let c = if c.is_control() { ' ' } else { c };
            (format!("знака «{c}» в токене быть не может"), format!("a token cannot contain the character “{c}”"))
        }
    };
    say(
        language,
        format!("telegramToken не похож на токен бота: {ru}; скопируйте его у @BotFather целиком."),
        format!("telegramToken is not a bot token: {en}; copy all of it from @BotFather."),
    )
}

/// A warning.
#[must_use]
pub fn warning(language: Language, warning: &Warning) -> String {
    match warning {
        Warning::NoErrorEmail => say(
            language,
            "errorEmail: почта для ошибок не указана, и если сообщение не дойдёт, об этом никто не узнает; добавьте адрес.".into(),
            "errorEmail is not given: nobody will be told when a message is not delivered; add an email address.".into(),
        ),
        Warning::UnconfirmedEmail { addresses } => {
            let mut named: Vec<String> = addresses.iter().take(NAMED).map(|address| quoted(address)).collect();
            if addresses.len() > NAMED {
                named.push("…".to_owned());
            }
            let named = named.join(", ");
            say(
                language,
                format!("errorEmail: письма на {named} начнут приходить только после подтверждения: ссылка для него придёт туда при первом сбое (адреса аккаунтов и профилей Hookgram подтверждать не нужно)."),
                format!("errorEmail: emails go to {named} only after confirmation; the link is sent there with the first failure (addresses of accounts and profiles need none)."),
            )
        }
        Warning::UnreadField(field) => super::endpoints::unread_field(language, field),
        Warning::NoMessage => say(
            language,
            "message не указан: сообщение начнётся без вашего текста; добавьте его, например «Вы записаны на услугу».".into(),
            "message is not given: the message will start without your own text; add one, for example “You are booked”.".into(),
        ),
        Warning::Repeated(parameter) => {
            let name = parameter.name();
            say(
                language,
                format!("{name} указан несколько раз: действует последнее значение; оставьте одно."),
                format!("{name} is given more than once: the last value is used; keep only one."),
            )
        }
        Warning::Unknown { name, nearest } => {
            let name = quoted(name);
            match nearest.map(Parameter::name) {
                None if name.is_empty() => say(
                    language,
                    "В ссылке есть значение без названия («=…»): удалите его.".into(),
                    "The URL has a value without a name (“=…”): remove it.".into(),
                ),
                Some(near) => say(
                    language,
                    format!("Параметра «{name}» нет, он не учитывается; возможно, вы имели в виду {near}."),
                    format!("There is no parameter “{name}”, so it is ignored; did you mean {near}?"),
                ),
                None => say(
                    language,
                    format!("Параметра «{name}» нет, он не учитывается; проверьте название или удалите его."),
                    format!("There is no parameter “{name}”, so it is ignored; check its name or remove it."),
                ),
            }
        }
        Warning::MissingEquals { parameter } => {
            let name = parameter.name();
            say(
                language,
                format!("{name} не учитывается: после {name} нужен знак =, а за ним значение."),
                format!("{name} is ignored: the name {name} must be followed by an = sign and a value."),
            )
        }
        Warning::SiblingEndpoint { name } => say(
            language,
            format!("{name} нужен для другого мессенджера и здесь не действует; его можно удалить."),
            format!("{name} is for another messenger and has no effect here; you can remove it."),
        ),
        Warning::MalformedPercent { name } => {
            let name = quoted(name);
            say(
                language,
                format!("{name}: чтобы в тексте был знак %, напишите %25; пока текст оставлен как есть."),
                format!("{name}: to get a % sign in the text, write %25; for now the text is kept as typed."),
            )
        }
        Warning::TimeZoneWithoutName => say(
            language,
            "timezone_name не указан: рядом со временем будет смещение, например GMT+5; назовите пояс так, как привыкли ваши клиенты.".into(),
            "timezone_name is not given: the time will be followed by an offset such as GMT+5; name the zone as your customers know it.".into(),
        ),
        Warning::BrokenHtml { parameter, fault } => {
            let (name, what) = (parameter.name(), html_fault(language, fault));
            say(
                language,
                format!("{name}: {what}; пока это не исправлено, текст отправляется без оформления, как набран."),
                format!("{name}: {what}; until this is fixed, the text is sent as typed, without formatting."),
            )
        }
        Warning::HtmlRemark { parameter, remark } => html_remark(language, parameter.name(), remark),
        Warning::Placeholders { parameter, placeholders } => {
            let name = parameter.name();
            let typed: Vec<String> = placeholders.iter().map(|placeholder| quoted(placeholder)).collect();
            let typed = typed.join(", ");
            say(
                language,
                format!("{name}: {typed} — клиент увидит это как есть: подстановок в тексте пока нет; уберите или напишите словами. Данные записи Hookgram добавляет сам, под текстом."),
                format!("{name}: {typed} is sent as typed: texts have no variables yet; remove it or write it in words. Hookgram adds the booking's data itself, below the text."),
            )
        }
        Warning::TextsTooLong { units } => {
            let (units, most) = (grouped(language, *units), grouped(language, 4096));
            say(
                language,
                format!("message и sign_text: длина ваших текстов — {units}, а в одно сообщение Telegram входит {most} знаков: оно будет разделено; сократите тексты."),
                format!("message and sign_text: your texts are {units} characters long, and one Telegram message holds {most}: it will be split; shorten the texts."),
            )
        }
        Warning::FieldWithoutStar => say(
            language,
            "telegramFieldName: название начинается не со звёздочки: клиент увидит это поле. Переименуйте его в Torrow и здесь, например в *TelegramId.".into(),
            "telegramFieldName: the name does not start with an asterisk: customers will see this field. Rename it in Torrow and here, for example to *TelegramId.".into(),
        ),
        Warning::OverrideIgnored(parameter) => {
            let name = parameter.name();
            say(
                language,
                format!("{name} в короткой ссылке не учитывается: действует сохранённое значение; измените его в профиле."),
                format!("{name} is ignored in a short URL: the stored value is used; change it in the profile."),
            )
        }
    }
}

fn html_remark(language: Language, name: &str, remark: &HtmlRemark) -> String {
    match remark {
        HtmlRemark::DroppedLink(url) if url.trim().to_lowercase().starts_with("tel:") => {
            let url = quoted(url);
            say(
                language,
                format!(
                    "{name}: ссылку «{url}» Telegram убирает; напишите номер в самом тексте, например +79161234567: на него можно будет нажать."
                ),
                format!(
                    "{name}: Telegram drops the link “{url}”; write the number in the text, for example +79161234567: people can tap it there."
                ),
            )
        }
        HtmlRemark::DroppedLink(url) => {
            let url = if url.is_empty() { "<a>".to_owned() } else { quoted(url) };
            say(
                language,
                format!(
                    "{name}: ссылку «{url}» Telegram убирает и оставляет только её текст; адрес должен начинаться с https://, http:// или tg://."
                ),
                format!(
                    "{name}: Telegram drops the link “{url}” and keeps only its text; an address must start with https://, http:// or tg://."
                ),
            )
        }
        HtmlRemark::ShownEntity(entity) => {
            let entity = quoted(entity);
            say(
                language,
                format!("{name}: Telegram не знает {entity} и покажет его как есть; вставьте вместо него сам знак."),
                format!(
                    "{name}: Telegram does not know {entity} and shows it as typed; use the character itself instead."
                ),
            )
        }
    }
}

/// A number of characters. Russian does not group four digits.
fn grouped(language: Language, count: usize) -> String {
    let (from, mark) = match language {
        Language::Ru => (10_000, ' '),
        Language::En => (1000, ','),
    };
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if count >= from && index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// Shortens the sentence about a parameter for display at the parameter's field: without the parameter's name, since
/// the field has a plainer title.
#[must_use]
pub fn at_field(parameter: Parameter, sentence: String) -> String {
    /// Long enough for `… не указан` and `… is not given`. A longer beginning has a meaning of its own and is kept.
    const SHORT: usize = 28;
    let rest = sentence.strip_prefix(parameter.name()).and_then(|rest| rest.split_once(": "));
    let Some((_, rest)) = rest.filter(|(head, _)| head.chars().count() <= SHORT) else { return sentence };
    let mut chars = rest.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// A warning for display at its parameter's field. The field itself shows the position of a fault.
#[must_use]
pub fn in_form(language: Language, parameter: Parameter, about: &Warning) -> String {
    let sentence = at_field(parameter, warning(language, about));
    match about {
        Warning::BrokenHtml { fault, .. } => sentence.replace(&place(language, fault), ""),
        _ => sentence,
    }
}

/// ` (позиция 5)`
fn place(language: Language, fault: &HtmlFault) -> String {
    let place = fault.offset + 1;
    say(language, format!(" (позиция {place})"), format!(" (position {place})"))
}

/// A fault of Telegram's HTML, as the middle of a sentence.
#[must_use]
pub fn html_fault(language: Language, fault: &HtmlFault) -> String {
    let place = place(language, fault);
    match &fault.kind {
        HtmlFaultKind::UnknownTag(tag) => {
            let tag = quoted(tag);
            say(
                language,
                format!("Telegram не знает тега <{tag}>{place}"),
                format!("Telegram does not know the tag <{tag}>{place}"),
            )
        }
        HtmlFaultKind::Unclosed(tag) => {
            let tag = quoted(tag);
            say(language, format!("тег <{tag}> не закрыт{place}"), format!("the tag <{tag}> is not closed{place}"))
        }
        HtmlFaultKind::Unexpected(tag) => {
            let tag = quoted(tag);
            say(
                language,
                format!("закрывающий тег </{tag}> стоит не на своём месте{place}"),
                format!("the closing tag </{tag}> is out of place{place}"),
            )
        }
        HtmlFaultKind::StrayBracket => say(
            language,
            format!("символ <{place} не открывает тег, вместо него напишите «&lt;»"),
            format!("the character <{place} does not open a tag, write “&lt;” instead"),
        ),
        HtmlFaultKind::BadAttribute(attribute) => {
            let attribute = quoted(attribute);
            say(
                language,
                format!("атрибут «{attribute}» не читается или отсутствует{place}"),
                format!("the attribute “{attribute}” cannot be read or is missing{place}"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(about: &Warning) -> [String; 2] {
        [Language::Ru, Language::En].map(|language| warning(language, about))
    }

    #[test]
    fn a_warning_at_its_field_starts_without_the_parameter_s_name() {
        for (about, ru, en) in [
            (
                Warning::FieldWithoutStar,
                "Название начинается не со звёздочки: клиент увидит это поле.",
                "The name does not start with an asterisk: customers will see this field.",
            ),
            (
                Warning::TextsTooLong { units: 12_345 },
                "Длина ваших текстов — 12 345, а в одно сообщение Telegram входит 4096 знаков:",
                "Your texts are 12,345 characters long, and one Telegram message holds 4,096:",
            ),
            (
                Warning::MissingEquals { parameter: Parameter::Message },
                "После message нужен знак =",
                "The name message must be followed by an = sign",
            ),
            (
                Warning::MalformedPercent { name: "message".into() },
                "Чтобы в тексте был знак %, напишите %25;",
                "To get a % sign in the text, write %25;",
            ),
        ] {
            let parameter = about.parameter().expect("a parameter");
            let [russian, english] = both(&about).map(|sentence| at_field(parameter, sentence));
            assert!(russian.starts_with(ru), "{russian}");
            assert!(english.starts_with(en), "{english}");
        }
    }

    #[test]
    fn a_fault_in_the_form_does_not_give_its_position() {
        let fault = HtmlFault { offset: 2, kind: HtmlFaultKind::Unclosed("b".into()) };
        let about = Warning::BrokenHtml { parameter: Parameter::Message, fault };
        let sentence = in_form(Language::Ru, Parameter::Message, &about);
        assert!(sentence.starts_with("Тег <b> не закрыт; пока"), "{sentence}");
    }

    #[test]
    fn a_warning_quotes_a_dropped_link_or_an_unknown_entity() {
        for (remark, words) in [
            (HtmlRemark::DroppedLink("tel:+79110000000".into()), ["tel:+79110000000", "номер в самом тексте"]),
            (HtmlRemark::DroppedLink("ftp://a.b/c".into()), ["ftp://a.b/c", "https://"]),
            (HtmlRemark::ShownEntity("&nbsp;".into()), ["&nbsp;", "сам знак"]),
        ] {
            let [russian, english] = both(&Warning::HtmlRemark { parameter: Parameter::SignText, remark });
            assert!(words.iter().all(|word| russian.contains(word)), "{russian}");
            assert!(english.starts_with("sign_text: ") && english.contains(words[0]), "{english}");
        }
    }

    #[test]
    fn placeholders_are_quoted_as_typed() {
        let placeholders = vec!["{name}".into(), "%date%".into()];
        let about = Warning::Placeholders { parameter: Parameter::Message, placeholders };
        let [russian, english] = both(&about).map(|sentence| at_field(Parameter::Message, sentence));
        assert!(russian.starts_with("{name}, %date% — клиент увидит"), "{russian}");
        assert!(english.starts_with("{name}, %date% is sent as typed"), "{english}");
    }

    #[test]
    fn joined_sentences_have_no_doubled_punctuation() {
        let fault = HtmlFault { offset: 2, kind: HtmlFaultKind::StrayBracket };
        for sentence in both(&Warning::BrokenHtml { parameter: Parameter::Message, fault }) {
            assert!(
                sentence.starts_with("message: ") && sentence.contains('3') && !sentence.contains(";;"),
                "{sentence}"
            );
        }
        for sentence in both(&Warning::Unknown { name: String::new(), nearest: None }) {
            assert!(sentence.contains("=…") && !sentence.contains("«»") && !sentence.contains("“”"), "{sentence}");
        }
    }
}
