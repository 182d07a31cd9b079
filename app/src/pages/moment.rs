//! Times on pages that the server renders: in the reader's zone if the browser has sent it, else in UTC, which the text
//! then names.

use chrono::{DateTime, Datelike as _, FixedOffset, Timelike as _, Utc};
use hookgram::{
    Millis,
    values::{Language, TimeZone},
};
use leptos::prelude::*;

use crate::i18n::language;

/// The reader's clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The reader's zone; `None` if the browser has not sent it yet.
    pub zone: Option<TimeZone>,
    /// The current time.
    pub now: Millis,
}

impl Clock {
    /// The zone in which times are shown and entered.
    #[must_use]
    pub fn zone(self) -> TimeZone {
        self.zone.or_else(|| TimeZone::parse("UTC")).unwrap_or_default()
    }

    fn local(self, at: Millis) -> DateTime<FixedOffset> {
        let at = DateTime::<Utc>::from_timestamp_millis(at).unwrap_or_default();
        at.with_timezone(&self.zone().offset_at(at))
    }

    /// When the current day began in the reader's zone.
    #[must_use]
    pub fn midnight(self) -> Millis {
        let today = self.local(self.now);
        self.now
            - Millis::from(today.num_seconds_from_midnight()) * 1000
            - Millis::from(today.timestamp_subsec_millis())
    }

    /// The shortest unambiguous form: only the time for today, otherwise the day and the time, with the year if it is
    /// not the current one.
    #[must_use]
    pub fn text(self, language: Language, at: Millis, seconds: bool) -> String {
        let (then, today) = (self.local(at), self.local(self.now));
        let time = then.format(if seconds { "%H:%M:%S" } else { "%H:%M" });
        let utc = if self.zone.is_none() { " UTC" } else { "" };
        if then.date_naive() == today.date_naive() {
            return format!("{time}{utc}");
        }
        format!("{}, {time}{utc}", self.day(language, at))
    }

    /// The day without the time.
    #[must_use]
    pub fn day(self, language: Language, at: Millis) -> String {
        let (then, today) = (self.local(at), self.local(self.now));
        let year = then.year() != today.year();
        match language {
            Language::Ru => then.format(if year { "%d.%m.%Y" } else { "%d.%m" }),
            Language::En => then.format(if year { "%-d %b %Y" } else { "%-d %b" }),
        }
        .to_string()
    }
}

/// The clock of the page that is being rendered.
pub(super) fn clock() -> Clock {
    use_context().unwrap_or(Clock { zone: None, now: 0 })
}

/// A `<time>` element.
#[component]
pub(super) fn At(
    /// The moment.
    at: Millis,
    /// Whether to show the second.
    #[prop(optional)]
    seconds: bool,
) -> impl IntoView {
    let clock = clock();
    let machine = DateTime::<Utc>::from_timestamp_millis(at).unwrap_or_default();
    let machine = machine.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let local = clock.local(at);
    let title = local.format("%Y-%m-%d %H:%M:%S%.3f %:z").to_string();
    view! {
        <time datetime=machine title=title data-seconds=seconds.then_some("")>
            {clock.text(language(), at, seconds)}
        </time>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_today_has_no_date_and_one_of_this_year_has_no_year() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap().timestamp_millis();
        let clock = Clock { zone: TimeZone::parse("Asia/Omsk"), now: at("2026-11-24T20:00:00Z") };
        let text = |at, language| clock.text(language, at, true);
        assert_eq!(text(at("2026-11-24T18:30:05Z"), Language::Ru), "00:30:05");
        assert_eq!(text(at("2026-11-24T17:30:05Z"), Language::Ru), "24.11, 23:30:05");
        assert_eq!(text(at("2026-11-24T17:30:05Z"), Language::En), "24 Nov, 23:30:05");
        assert_eq!(text(at("2025-01-02T00:00:00Z"), Language::En), "2 Jan 2025, 06:00:00");
        let unknown = Clock { zone: None, ..clock };
        assert_eq!(unknown.text(Language::En, at("2026-11-24T18:30:05Z"), false), "18:30 UTC");
    }
}
