//! The query of the delivery log. The URL of the page contains it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Millis,
    closed_set::closed_set,
    delivery::{FailureCause, Outcome},
    query,
    values::TimeZone,
};

closed_set! {
    /// A period that ends now.
    pub enum Period {
        /// 24 hours.
        Day = "24h",
        /// 7 days.
        Week = "7d",
        /// 30 days.
        Month = "30d",
    }
}

impl Period {
    /// The length in milliseconds.
    #[must_use]
    pub fn millis(self) -> Millis {
        const DAY: Millis = 24 * 60 * 60 * 1000;
        match self {
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
        }
    }
}

/// A position in the log, which lists the newest rows first. Older rows are after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPlace {
    /// When the event was received.
    pub at: Millis,
    /// The event's id.
    pub event: i64,
    /// The delivery's id; 0 for an event without deliveries.
    pub delivery: i64,
}

/// A query of the delivery log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// Only this profile.
    pub profile: Option<i64>,
    /// Only this bot at the stateless endpoint.
    pub bot: Option<i64>,
    /// Only this outcome.
    pub outcome: Option<Outcome>,
    /// Only deliveries that failed for this cause.
    pub cause: Option<FailureCause>,
    /// Only this chat; empty for all.
    pub chat: String,
    /// Only the booking with this number; empty for all.
    pub order: String,
    /// Part of a name, a phone, a message, a booking number or a chat; blank for all.
    pub text: String,
    /// Received within this period. Ignored if `from` is given.
    pub period: Option<Period>,
    /// Received at this time or later, in the reader's time zone: `2026-11-24T13:30` or `2026-11-24`.
    pub from: String,
    /// Received before this time. If it is only a day, the whole day is included.
    pub to: String,
    /// Only rows after this position.
    pub behind: Option<LogPlace>,
}

impl LogQuery {
    /// Reads the query from a URL. `get` returns the decoded value of a parameter.
    #[must_use]
    pub fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let number = |name: &str| text(name).parse().ok();
        Self {
            profile: number("profile"),
            bot: number("bot"),
            outcome: Outcome::parse(&text("outcome")),
            cause: FailureCause::parse(&text("cause")),
            chat: text("chat"),
            order: text("order"),
            text: text("q"),
            period: Period::parse(&text("period")),
            from: text("from"),
            to: text("to"),
            behind: place(&text("behind")),
        }
    }

    /// The query as URL parameters, without the `?` and without parameters that have their default value.
    #[must_use]
    pub fn parameters(&self) -> String {
        let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
        let behind = self.behind.map(|place| format!("{}-{}-{}", place.at, place.event, place.delivery));
        let pairs = [
            ("profile", number(self.profile)),
            ("bot", number(self.bot)),
            ("outcome", name(self.outcome.map(Outcome::name))),
            ("cause", name(self.cause.map(FailureCause::name))),
            ("chat", self.chat.clone()),
            ("order", self.order.clone()),
            ("q", self.text.clone()),
            ("period", name(self.period.map(Period::name))),
            ("from", self.from.clone()),
            ("to", self.to.clone()),
            ("behind", behind.unwrap_or_default()),
        ];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| format!("{name}={}", query::encode(value))).collect::<Vec<_>>().join("&")
    }

    /// The URL of this query's page at `path`.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        match self.parameters().as_str() {
            "" => path.to_owned(),
            parameters => format!("{path}?{parameters}"),
        }
    }

    /// Whether the query has a filter. `behind` is for paging and does not count.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        *self != Self { behind: self.behind, ..Self::default() }
    }

    /// The time range as (from, before).
    ///
    /// # Errors
    /// The name of the parameter that cannot be read.
    fn times(&self, zone: TimeZone) -> Result<(Option<Millis>, Option<Millis>), &'static str> {
        let from = moment(&self.from, zone, TimeDelta::zero()).map_err(|()| "from")?;
        let to = moment(&self.to, zone, TimeDelta::days(1)).map_err(|()| "to")?;
        Ok((from, to))
    }

    /// The time range as (from, before). The period is counted back from `now`.
    ///
    /// # Errors
    /// The name of the parameter that cannot be read.
    pub fn within(&self, zone: TimeZone, now: Millis) -> Result<(Option<Millis>, Option<Millis>), &'static str> {
        let (from, to) = self.times(zone)?;
        Ok((from.or(self.period.map(|period| now.saturating_sub(period.millis()))), to))
    }
}

/// Reads `at-event-delivery`.
fn place(text: &str) -> Option<LogPlace> {
    let mut numbers = text.split('-').map(|number| number.parse().ok());
    let (at, event, delivery) = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(LogPlace { at, event, delivery })
}

/// The text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDay;

/// The start of a day in a zone, or `None` for an empty text.
///
/// # Errors
/// If the text is not a day.
pub fn day_begin(day: &str, zone: TimeZone) -> Result<Option<Millis>, NoDay> {
    moment(day, zone, TimeDelta::zero()).map_err(|()| NoDay)
}

/// The end of a day in a zone, or `None` for an empty text.
///
/// # Errors
/// If the text is not a day.
pub fn day_end(day: &str, zone: TimeZone) -> Result<Option<Millis>, NoDay> {
    moment(day, zone, TimeDelta::days(1)).map_err(|()| NoDay)
}

/// A moment in a zone. For a day without a time, the result is the start of the day plus `day`.
fn moment(text: &str, zone: TimeZone, day: TimeDelta) -> Result<Option<Millis>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let local = match text.parse::<NaiveDate>() {
        Ok(date) => date.and_hms_opt(0, 0, 0).and_then(|start| start.checked_add_signed(day)),
        Err(_) => ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()),
    };
    utc(local.ok_or(())?, zone).map(|at| Some(at.timestamp_millis())).ok_or(())
}

/// Converts local time to UTC. For a local time that a clock change repeats or skips, the offset before the change is
/// used.
fn utc(local: NaiveDateTime, zone: TimeZone) -> Option<DateTime<Utc>> {
    let guess = local.checked_sub_signed(TimeDelta::days(1))?.and_utc();
    let before = zone.offset_at(guess);
    let at = before.from_local_datetime(&local).single()?.to_utc();
    let after = zone.offset_at(at);
    let again = after.from_local_datetime(&local).single()?.to_utc();
    Some(if zone.offset_at(again) == after { again } else { at })
}

/// A moment in a zone, to the minute, in the format of a URL parameter.
#[must_use]
pub fn local_minute(at: Millis, zone: TimeZone) -> String {
    let at = DateTime::from_timestamp_millis(at).unwrap_or_default();
    at.with_timezone(&zone.offset_at(at)).format("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parameters: &str) -> LogQuery {
        let pairs: Vec<(String, String)> = parameters
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.replace("%20", " ").replace("%3A", ":")))
            .collect();
        LogQuery::of(|name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
    }

    #[test]
    fn a_query_survives_a_round_trip_through_its_url() {
        let whole = LogQuery {
            profile: Some(3),
            bot: Some(7_001_002_003),
            outcome: Some(Outcome::Failed),
            cause: Some(FailureCause::Blocked),
            chat: "-100123".into(),
            order: "1281".into(),
            text: "a b".into(),
            period: Some(Period::Week),
            from: "2026-11-24T13:30".into(),
            to: "2026-11-25".into(),
            behind: Some(LogPlace { at: 5, event: 6, delivery: 0 }),
        };
        assert_eq!(read(&whole.parameters()), whole);
        assert!(whole.is_narrowed());
        assert_eq!(LogQuery::default().address("/deliveries"), "/deliveries");
        for odd in ["outcome=luck", "cause=luck", "profile=x", "behind=1-2", "behind=1-2-3-4", "behind=a-b-c"] {
            assert_eq!(read(odd), LogQuery::default(), "{odd}");
        }
    }

    #[test]
    fn times_are_in_the_readers_zone() {
        let omsk = TimeZone::parse("Asia/Omsk").unwrap();
        let times =
            |from: &str, to: &str| LogQuery { from: from.into(), to: to.into(), ..LogQuery::default() }.times(omsk);
        let day = 1_795_456_800_000;
        assert_eq!(times("2026-11-24", "2026-11-24"), Ok((Some(day), Some(day + 86_400_000))));
        assert_eq!(times("2026-11-24T00:30", ""), Ok((Some(day + 1_800_000), None)));
        assert_eq!(times("yesterday", ""), Err("from"));
        assert_eq!(times("", "2026-13-01"), Err("to"));
        assert_eq!(local_minute(day, omsk), "2026-11-24T00:00");
        let berlin = TimeZone::parse("Europe/Berlin").unwrap();
        let query = LogQuery { from: "2026-03-29T02:30".into(), ..LogQuery::default() };
        assert!(query.times(berlin).is_ok(), "an hour that no clock shows");
    }
}
