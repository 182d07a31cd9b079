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
            en: "This is a short URL: it has its profile already.",
        },
        NoOldUrl::OtherEndpoint => Bilingual {
            ru: "Это ссылка для другого мессенджера, а не для Telegram.",
            en: "This URL is for another messenger, not for Telegram.",
        },
        NoOldUrl::NoParameters => Bilingual {
            ru: "В ссылке нет параметров: скопируйте её целиком, вместе с тем, что стоит после «?».",
            en: "The URL has no parameters: copy the whole of it, with what stands after the “?”.",
        },
    }
    .get(language)
}

/// The remark that an earlier line describes the same profile.
#[must_use]
pub fn same_as_line(language: Language, line: usize) -> String {
    say(language, format!("То же, что строка {line}"), format!("The same as line {line}"))
}

/// The remark that a stored profile is the same.
#[must_use]
pub fn same_as_profile(language: Language, name: &str) -> String {
    say(language, format!("Такой профиль уже есть: «{name}»"), format!("There is such a profile already: “{name}”"))
}

/// The fault of a profile without a name.
#[must_use]
pub fn name_missing(language: Language) -> &'static str {
    Bilingual { ru: "Дайте профилю название.", en: "Give the profile a name." }.get(language)
}

/// The fault of a taken name.
#[must_use]
pub fn name_taken(language: Language) -> &'static str {
    Bilingual { ru: "Это название занято.", en: "This name is taken." }.get(language)
}

/// The sentence that no profile was created, because some names have faults.
#[must_use]
pub fn names_to_mend(language: Language) -> &'static str {
    Bilingual {
        ru: "Ничего не создано: исправьте отмеченные названия.",
        en: "Nothing was made: mend the marked names.",
    }
    .get(language)
}

/// The fault of a URL that names the shared bot of the booking service instead of a token.
#[must_use]
pub fn shared_bot(language: Language) -> &'static str {
    Bilingual {
        ru: "В старом адресе указан общий бот сервиса записи: у него помещается 20 клиентов, самых давних он забывает. Выберите своего бота или создайте его за две минуты.",
        en: "The old URL names the shared bot of the booking service, which stops at 20 subscribers and forgets the oldest. Choose a bot of your own, or make one in two minutes.",
    }
    .get(language)
}

/// The remark of a row whose profile gets the bot that is chosen above.
#[must_use]
pub fn chosen_bot_instead(language: Language) -> &'static str {
    Bilingual {
        ru: "Вместо общего бота — бот, который выбран над таблицей.",
        en: "Instead of the shared bot: the one that is chosen above the table.",
    }
    .get(language)
}

/// The fault that no bot is chosen for the profiles that need one.
#[must_use]
pub fn bot_missing(language: Language) -> &'static str {
    Bilingual {
        ru: "Выберите бота для ссылок, в которых указан общий бот.",
        en: "Choose a bot for the URLs that name the shared one.",
    }
    .get(language)
}
