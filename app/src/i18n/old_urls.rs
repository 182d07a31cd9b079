//! Texts about pasted old URLs.

use hookgram::values::{Bilingual, Language};

use super::checks::say;
use crate::old_url::NoOldUrl;

/// Why a text is not an old URL.
#[must_use]
pub fn no_old_url(language: Language, why: NoOldUrl) -> &'static str {
    match why {
        NoOldUrl::Blank => Bilingual { ru: "Вставьте ссылку.", en: "Paste a URL." },
        NoOldUrl::Short => Bilingual {
            ru: "Это короткая ссылка: у неё уже есть профиль.",
            en: "This is a short URL: it already has a profile.",
        },
        NoOldUrl::OtherEndpoint => Bilingual {
            ru: "Это ссылка для другого мессенджера, а не для Telegram.",
            en: "This URL is for another messenger, not for Telegram.",
        },
        NoOldUrl::NoParameters => Bilingual {
            ru: "В ссылке нет параметров: скопируйте её целиком, вместе с тем, что стоит после «?».",
            en: "The URL has no parameters: copy all of it, including what comes after the “?”.",
        },
    }
    .get(language)
}

/// The remark that an earlier line describes the same profile.
#[must_use]
pub fn same_as_line(language: Language, line: usize) -> String {
    say(language, format!("То же, что строка {line}"), format!("Same as line {line}"))
}

/// The remark that a stored profile is the same.
#[must_use]
pub fn same_as_profile(language: Language, name: &str) -> String {
    say(language, format!("Такой профиль уже есть: «{name}»"), format!("Such a profile already exists: “{name}”"))
}

/// The fault of a profile without a name.
#[must_use]
pub fn name_missing(language: Language) -> &'static str {
    Bilingual { ru: "Дайте профилю название.", en: "Give the profile a name." }.get(language)
}

/// The fault of a taken name.
#[must_use]
pub fn name_taken(language: Language) -> &'static str {
    Bilingual { ru: "Это название уже занято.", en: "This name is already taken." }.get(language)
}

/// The sentence that no profile was created, because some names have faults.
#[must_use]
pub fn names_to_mend(language: Language) -> &'static str {
    Bilingual {
        ru: "Ничего не создано: исправьте отмеченные названия.",
        en: "Nothing was created: fix the marked names.",
    }
    .get(language)
}

/// The fault of a URL that names the shared bot of the booking service instead of a token.
#[must_use]
pub fn shared_bot(language: Language) -> &'static str {
    Bilingual {
        ru: "В старой ссылке указан общий бот сервиса записи: он помнит только 20 клиентов и забывает самых давних. Выберите своего бота или создайте его за две минуты.",
        en: "The old URL uses the booking service's shared bot, which remembers only 20 customers and forgets the oldest. Choose a bot of your own, or create one in two minutes.",
    }
    .get(language)
}

/// The remark of a row whose profile gets the bot that is chosen above.
#[must_use]
pub fn chosen_bot_instead(language: Language) -> &'static str {
    Bilingual {
        ru: "Вместо общего бота — бот, выбранный над таблицей.",
        en: "Instead of the shared bot: the one chosen above the table.",
    }
    .get(language)
}

/// The fault that no bot is chosen for the profiles that need one.
#[must_use]
pub fn bot_missing(language: Language) -> &'static str {
    Bilingual {
        ru: "Выберите бота для ссылок, в которых указан общий бот.",
        en: "Choose a bot for the URLs that use the shared one.",
    }
    .get(language)
}
