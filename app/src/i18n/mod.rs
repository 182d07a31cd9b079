//! All texts for people, in Russian and English. A text that lacks one of the two does not compile.

#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod booking_faults;
pub mod causes;
pub mod checks;
#[cfg(feature = "ssr")]
pub mod command_line;
pub mod endpoints;
pub mod mail;
pub mod old_urls;
pub mod replays;

mod pages;

pub use pages::*;

use hookgram::{
    event::EventType,
    values::{Language, russian_plural},
};
use leptos::prelude::use_context;

use crate::error::AppError;

/// The texts of a page or a component, one set for each language.
pub trait Words: 'static {
    /// The set for a language.
    fn of(language: Language) -> &'static Self;
}

macro_rules! word_set {
    ($(#[$doc:meta])* $name:ident { $($key:ident: $ru:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "each is its own text")]
        pub struct $name { $(pub $key: &'static str,)* }

        impl $crate::i18n::Words for $name {
            fn of(language: ::hookgram::values::Language) -> &'static Self {
                static RU: $name = $name { $($key: $ru,)* };
                static EN: $name = $name { $($key: $en,)* };
                match language {
                    ::hookgram::values::Language::Ru => &RU,
                    ::hookgram::values::Language::En => &EN,
                }
            }
        }
    };
}
pub(crate) use word_set;

/// The language of the page that is being rendered.
#[must_use]
pub fn language() -> Language {
    use_context().unwrap_or_default()
}

/// The texts of a page or a component in the language of the page that is being rendered.
#[must_use]
pub fn words<W: Words>() -> &'static W {
    W::of(language())
}

/// The sentence for an object that the page at this path does not find.
#[must_use]
pub fn not_found(language: Language, path: &str) -> &'static str {
    let w = Errors::of(language);
    match path.split('/').nth(1) {
        Some("profiles") => w.not_found,
        Some("bots") => w.no_bot,
        Some("deliveries") => w.no_delivery,
        Some("customers") => w.no_customer,
        Some("users") => w.no_account,
        _ => w.nothing_here,
    }
}

/// An error as a sentence about the form or the page as a whole.
#[must_use]
pub fn app_error(language: Language, error: &AppError) -> String {
    let w = Errors::of(language);
    match error {
        AppError::SignedOut => w.signed_out.to_owned(),
        AppError::Forbidden => w.forbidden.to_owned(),
        AppError::NotFound => w.not_found.to_owned(),
        AppError::Internal => w.internal.to_owned(),
        AppError::Connection => w.connection.to_owned(),
        // The page itself shows the differences.
        AppError::Outdated(_) => w.see_fields.to_owned(),
        AppError::Invalid(faults) => match faults.iter().find(|fault| fault.field.is_empty()) {
            Some(fault) => fault.sentence.clone(),
            None => w.see_fields.to_owned(),
        },
    }
}

/// A count with its noun in Russian: `1 сообщение`, `2 сообщения`, `5 сообщений`.
fn russian(n: u64, forms: [&str; 3]) -> String {
    format!("{n} {}", russian_plural(n, forms))
}

/// Replaces guillemets within guillemets by „…“, as Russian typography requires: a name that is quoted may contain a
/// quotation. A text whose guillemets do not match is returned unchanged.
#[must_use]
pub fn nest_quotes(text: String) -> String {
    let mut depth = 0_usize;
    let mut nested = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '«' => {
                depth += 1;
                nested.push(if depth > 1 { '„' } else { c });
            }
            '»' => {
                nested.push(if depth > 1 { '“' } else { c });
                let Some(outer) = depth.checked_sub(1) else { return text };
                depth = outer;
            }
            _ => nested.push(c),
        }
    }
    if depth == 0 { nested } else { text }
}

/// A program's own words in the quotation marks of a language.
#[must_use]
pub fn in_quotes(language: Language, text: &str) -> String {
    match language {
        Language::Ru => nest_quotes(format!("«{text}»")),
        Language::En => format!("“{text}”"),
    }
}

/// A sentence with a name in place of `{}`.
#[must_use]
pub fn with_name(sentence: &str, name: &str) -> String {
    nest_quotes(sentence.replace("{}", name))
}

/// How long to wait: `1 second`, `5 seconds`. In Russian in the accusative: `1 секунду`.
#[must_use]
pub fn seconds(language: Language, n: u64) -> String {
    match language {
        Language::Ru => russian(n, ["секунду", "секунды", "секунд"]),
        Language::En if n == 1 => "1 second".to_owned(),
        Language::En => format!("{n} seconds"),
    }
}

/// `1 day`, `365 days`.
#[must_use]
pub fn days(language: Language, n: u64) -> String {
    match language {
        Language::Ru => russian(n, ["день", "дня", "дней"]),
        Language::En if n == 1 => "1 day".to_owned(),
        Language::En => format!("{n} days"),
    }
}

/// `1 message`, `2 messages`.
#[must_use]
pub fn messages(language: Language, n: usize) -> String {
    let n = u64::try_from(n).unwrap_or(u64::MAX);
    match language {
        Language::Ru => russian(n, ["сообщение", "сообщения", "сообщений"]),
        Language::En if n == 1 => "1 message".to_owned(),
        Language::En => format!("{n} messages"),
    }
}

/// `1 event`, `2 events`.
#[must_use]
pub fn events(language: Language, n: u64) -> String {
    match language {
        Language::Ru => russian(n, ["событие", "события", "событий"]),
        Language::En if n == 1 => "1 event".to_owned(),
        Language::En => format!("{n} events"),
    }
}

/// `1 profile`, `2 profiles`.
#[must_use]
pub fn profiles(language: Language, n: usize) -> String {
    let count = u64::try_from(n).unwrap_or(u64::MAX);
    match language {
        Language::Ru => russian(count, ["профиль", "профиля", "профилей"]),
        Language::En if n == 1 => "1 profile".to_owned(),
        Language::En => format!("{n} profiles"),
    }
}

/// The label of a button that creates `n` profiles.
#[must_use]
pub fn make_profiles(language: Language, n: usize) -> String {
    match (language, n) {
        (Language::Ru, 0) => "Создать отмеченные профили".to_owned(),
        (Language::En, 0) => "Create the selected profiles".to_owned(),
        (Language::Ru, _) => format!("Создать {}", profiles(language, n)),
        (Language::En, _) => format!("Create {}", profiles(language, n)),
    }
}

/// The label of a button that imports `n` profiles.
#[must_use]
pub fn import_profiles(language: Language, n: usize) -> String {
    match language {
        Language::Ru => format!("Импортировать {}", profiles(language, n)),
        Language::En => format!("Import {}", profiles(language, n)),
    }
}

/// The sentence about the undelivered messages of a profile that is deleted.
#[must_use]
pub fn waiting_messages(language: Language, n: u64) -> String {
    match language {
        Language::Ru => {
            let waiting = russian(n, ["сообщение", "сообщения", "сообщений"]);
            format!("В очереди ещё {waiting}. Отправлено не будет.")
        }
        Language::En if n == 1 => "1 message is still in the queue and will not be sent.".to_owned(),
        Language::En => format!("{n} messages are still in the queue and will not be sent."),
    }
}

/// The outcomes of a week as a sentence: the text alternative of the chart.
#[must_use]
pub fn week(language: Language, all: hookgram::profile_list::Day) -> String {
    let hookgram::profile_list::Day { delivered, failed, skipped } = all;
    match language {
        Language::Ru => format!("За 7 дней: доставлено {delivered}, с ошибкой {failed}, пропущено {skipped}"),
        Language::En => format!("In 7 days: {delivered} delivered, {failed} with problems, {skipped} skipped"),
    }
}

/// The number of events and messages that failed, may have arrived, or were refused.
#[must_use]
pub fn failures(language: Language, n: u32) -> String {
    match language {
        Language::Ru => format!("{n} с ошибкой"),
        Language::En => format!("{n} with problems"),
    }
}

/// The number of the page and of all pages.
#[must_use]
pub fn page_of(language: Language, page: u32, pages: u32) -> String {
    match language {
        Language::Ru => format!("Страница {page} из {pages}"),
        Language::En => format!("Page {page} of {pages}"),
    }
}

/// How long to wait after too many attempts.
#[must_use]
pub fn wait_seconds(language: Language, seconds: u64) -> String {
    let wait = self::seconds(language, seconds);
    match language {
        Language::Ru => format!("Слишком много попыток. Попробуйте через {wait}."),
        Language::En => format!("Too many attempts. Try again in {wait}."),
    }
}

/// How long to wait after too many wrong codes of the second factor, and the alternative in the meantime.
#[must_use]
pub fn wait_for_code(language: Language, seconds: u64) -> String {
    let minutes = seconds.div_ceil(60).max(1);
    match language {
        Language::Ru => {
            let wait = russian(minutes, ["минуту", "минуты", "минут"]);
            format!(
                "Слишком много неверных кодов. Следующий можно ввести через {wait}. Код восстановления подойдёт и сейчас."
            )
        }
        Language::En => {
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            format!("Too many wrong codes. You can enter the next one in {minutes} {unit}. A recovery code works now.")
        }
    }
}

/// The name of an event type; its number if it has no name.
#[must_use]
pub fn event_type(language: Language, kind: EventType) -> String {
    let (ru, en) = match kind.0 {
        3001 => ("Новая запись или заказ", "New booking or order"),
        3036 => ("Отмена", "Cancellation"),
        3041 => ("Изменение записи", "Booking changed"),
        3042 => ("Перенос времени", "Time changed"),
        3043 => ("Смена места", "Place changed"),
        3044 => ("Участие одобрено", "Participation approved"),
        3045 => ("Участие подтверждено", "Participation confirmed"),
        3052 => ("Оплата принята", "Payment received"),
        3053 => ("Оплата отклонена", "Payment rejected"),
        3060 => ("Действие по заказу или событию", "Booking action"),
        number => return number.to_string(),
    };
    match language {
        Language::Ru => ru,
        Language::En => en,
    }
    .to_owned()
}

/// `1 delivery`, `2 deliveries`.
#[must_use]
pub fn deliveries(language: Language, n: u64) -> String {
    match language {
        Language::Ru => russian(n, ["доставка", "доставки", "доставок"]),
        Language::En if n == 1 => "1 delivery".to_owned(),
        Language::En => format!("{n} deliveries"),
    }
}

/// “N deliveries and M events”. A count of 0 is left out.
#[must_use]
pub fn deliveries_and_events(language: Language, (deliveries, events): (u64, u64)) -> String {
    let and = match language {
        Language::Ru => "и",
        Language::En => "and",
    };
    match (deliveries, events) {
        (n, 0) => self::deliveries(language, n),
        (0, n) => self::events(language, n),
        (n, m) => format!("{} {and} {}", self::deliveries(language, n), self::events(language, m)),
    }
}

/// A booking's number for people. The booking service usually includes the number sign.
#[must_use]
pub fn booking_number(number: &str) -> String {
    if number.starts_with(|first: char| first.is_ascii_digit()) { format!("№{number}") } else { number.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_within_quotations_get_other_marks() {
        for (text, nested) in [
            ("Профиль «Студия «Лотос»» удалён.", "Профиль «Студия „Лотос“» удалён."),
            ("«A» и «B»", "«A» и «B»"),
            ("«Знак «» не подходит", "«Знак «» не подходит"),
            ("»«", "»«"),
        ] {
            assert_eq!(nest_quotes(text.to_owned()), nested);
        }
    }
}
