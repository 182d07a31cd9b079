//! Dates, times and durations as CLDR has them for the locale, with ASCII spaces.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, TimeDelta, Timelike};

use crate::values::{Bilingual, Locale, TimeZone, russian_plural};

/// How the default zone is called where `timezone_name` is not set.
pub(crate) const MOSCOW: Bilingual = Bilingual { ru: "Мск", en: "MSK" };
/// The default of `resource_name`.
pub(crate) const RESOURCES: Bilingual = Bilingual { ru: "Услуги/ресурсы", en: "Services/resources" };

const WEEKDAYS: [Bilingual; 7] = [
    Bilingual { ru: "понедельник", en: "Monday" },
    Bilingual { ru: "вторник", en: "Tuesday" },
    Bilingual { ru: "среда", en: "Wednesday" },
    Bilingual { ru: "четверг", en: "Thursday" },
    Bilingual { ru: "пятница", en: "Friday" },
    Bilingual { ru: "суббота", en: "Saturday" },
    Bilingual { ru: "воскресенье", en: "Sunday" },
];

const MONTHS: [Bilingual; 12] = [
    Bilingual { ru: "января", en: "January" },
    Bilingual { ru: "февраля", en: "February" },
    Bilingual { ru: "марта", en: "March" },
    Bilingual { ru: "апреля", en: "April" },
    Bilingual { ru: "мая", en: "May" },
    Bilingual { ru: "июня", en: "June" },
    Bilingual { ru: "июля", en: "July" },
    Bilingual { ru: "августа", en: "August" },
    Bilingual { ru: "сентября", en: "September" },
    Bilingual { ru: "октября", en: "October" },
    Bilingual { ru: "ноября", en: "November" },
    Bilingual { ru: "декабря", en: "December" },
];

/// `среда, 8 мая 2024 г.`, `Wednesday, May 8, 2024`.
pub(super) fn date(locale: Locale, at: NaiveDateTime) -> String {
    let word = |table: &[Bilingual], index: u32| {
        let index = usize::try_from(index).unwrap_or_default();
        table.get(index).map_or("", |words| words.get(locale.language()))
    };
    let weekday = word(&WEEKDAYS, at.weekday().num_days_from_monday());
    let month = word(&MONTHS, at.month0());
    match locale {
        Locale::Ru => format!("{weekday}, {} {month} {} г.", at.day(), at.year()),
        Locale::En => format!("{weekday}, {month} {}, {}", at.day(), at.year()),
    }
}

/// `09:05`, `9:05 AM`.
pub(super) fn time(locale: Locale, at: NaiveDateTime) -> String {
    match locale {
        Locale::Ru => format!("{:02}:{:02}", at.hour(), at.minute()),
        Locale::En => {
            let (is_afternoon, hour) = at.hour12();
            format!("{hour}:{:02} {}", at.minute(), if is_afternoon { "PM" } else { "AM" })
        }
    }
}

/// `11:15–11:30`, `11:15 AM – 11:30 AM`.
pub(super) fn time_range(locale: Locale, start: NaiveDateTime, end: NaiveDateTime) -> String {
    let dash = match locale {
        Locale::Ru => "–",
        Locale::En => " – ",
    };
    format!("{}{dash}{}", time(locale, start), time(locale, end))
}

/// How a zone is called where nobody named it: `Мск`, `GMT+5:30`.
pub(super) fn zone_name(locale: Locale, zone: TimeZone, at: &DateTime<FixedOffset>) -> String {
    if zone == TimeZone::default() {
        return MOSCOW.get(locale.language()).to_owned();
    }
    let seconds = at.offset().local_minus_utc();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, seconds) {
        (0, 0, 0) => "GMT".to_owned(),
        (_, 0, 0) => format!("GMT{sign}{hours}"),
        (_, _, 0) => format!("GMT{sign}{hours}:{minutes:02}"),
        _ => format!("GMT{sign}{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// `1 день 2 часа`, `15 minutes`; `None` for less than a minute.
pub(super) fn duration(locale: Locale, elapsed: TimeDelta) -> Option<String> {
    let minutes = u64::try_from(elapsed.num_minutes()).ok()?;
    let units = [(minutes / 1440, &DAYS), (minutes / 60 % 24, &HOURS), (minutes % 60, &MINUTES)];
    let words: Vec<String> = units
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, forms)| format!("{count} {}", plural(locale, *count, forms)))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Russian one, few, many; English one, other.
type Forms = ([&'static str; 3], [&'static str; 2]);

const DAYS: Forms = (["день", "дня", "дней"], ["day", "days"]);
const HOURS: Forms = (["час", "часа", "часов"], ["hour", "hours"]);
const MINUTES: Forms = (["минута", "минуты", "минут"], ["minute", "minutes"]);

fn plural(locale: Locale, count: u64, ([one, few, many], [single, several]): &Forms) -> &'static str {
    match locale {
        Locale::Ru => russian_plural(count, [one, few, many]),
        Locale::En => {
            if count == 1 {
                single
            } else {
                several
            }
        }
    }
}

#[cfg(test)]
mod tests;
