//! Dates, times and durations as CLDR formats them for the locale, but with ASCII spaces.

mod conventions;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, TimeDelta, Timelike};
use rust_decimal::Decimal;

pub(super) use self::conventions::{Conventions, Plural};
use super::money::number;
use crate::values::{Bilingual, Locale, TimeZone, offset_name, russian_plural};

/// The name of the default zone if `timezone_name` is not set.
pub(crate) const MOSCOW: Bilingual = Bilingual { ru: "Мск", en: "MSK" };
/// The default of `resource_name`.
pub(crate) const RESOURCES: Bilingual = Bilingual { ru: "Услуги/ресурсы", en: "Services/resources" };

/// `среда, 8 мая 2024 г.`, `Wednesday, May 8, 2024`.
pub(super) fn date(locale: Locale, at: NaiveDateTime) -> String {
    let conventions = Conventions::of(locale);
    let word = |table: &[&'static str], index: u32| {
        let index = usize::try_from(index).unwrap_or_default();
        table.get(index).copied().unwrap_or_default()
    };
    let mut text = String::new();
    for c in conventions.date.chars() {
        match c {
            'E' => text.push_str(word(&conventions.weekdays, at.weekday().num_days_from_monday())),
            'M' => text.push_str(word(&conventions.months, at.month0())),
            'd' => text += &at.day().to_string(),
            'D' => text += &format!("{:02}", at.day()),
            'y' => text += &at.year().to_string(),
            c => text.push(c),
        }
    }
    text
}

/// `09:05`, `9:05 AM`.
pub(super) fn time(locale: Locale, at: NaiveDateTime) -> String {
    if Conventions::of(locale).twelve_hours {
        let (is_afternoon, hour) = at.hour12();
        return format!("{hour}:{:02} {}", at.minute(), if is_afternoon { "PM" } else { "AM" });
    }
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `11:15–11:30`, `11:15 AM – 11:30 AM`.
pub(super) fn time_range(locale: Locale, start: NaiveDateTime, end: NaiveDateTime) -> String {
    let dash = if Conventions::of(locale).twelve_hours { " – " } else { "–" };
    format!("{}{dash}{}", time(locale, start), time(locale, end))
}

/// The name of a zone if `timezone_name` is not set: `Мск`, `GMT+5:30`.
pub(super) fn zone_name(locale: Locale, zone: TimeZone, at: &DateTime<FixedOffset>) -> String {
    if zone == TimeZone::default() {
        return MOSCOW.get(locale.language()).to_owned();
    }
    offset_name(*at.offset())
}

/// `1 день 2 часа`, `15 minutes`; `None` for less than a minute.
pub(super) fn duration(locale: Locale, elapsed: TimeDelta) -> Option<String> {
    let minutes = u64::try_from(elapsed.num_minutes()).ok()?;
    let conventions = Conventions::of(locale);
    let units = [
        (minutes / 1440, &conventions.days),
        (minutes / 60 % 24, &conventions.hours),
        (minutes % 60, &conventions.minutes),
    ];
    let words: Vec<String> = units
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, forms)| {
            format!("{} {}", number(locale, Decimal::from(*count)), conventions.plural(*count, forms))
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

impl Conventions {
    /// The form of a noun after a positive whole number.
    fn plural(&self, count: u64, [one, few, many]: &[&'static str; 3]) -> &'static str {
        match self.plural {
            Plural::Slavic => russian_plural(count, [one, few, many]),
            Plural::OneOther if count == 1 => one,
            Plural::OneOther => many,
        }
    }
}

#[cfg(test)]
mod cldr;
#[cfg(test)]
mod tests;
