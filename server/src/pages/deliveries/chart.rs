//! Sums hours up into the bars of a chart.

use app::views::ChartBar;
use chrono::{DateTime, TimeDelta};
use hookgram::{profile_list::Day, values::TimeZone};

use crate::time::Millis;

const HOUR: Millis = 60 * 60 * 1000;
const DAY: Millis = 24 * HOUR;
/// The shown span if the query names none.
const WEEK: Millis = 7 * DAY;
/// The longest shown span. A longer one is cut off at its start.
const LONGEST: Millis = 400 * DAY;

/// The span to show: that of the query, at most until now.
pub(super) fn span(from: Option<Millis>, to: Option<Millis>, now: Millis) -> (Millis, Millis) {
    let to = to.unwrap_or(now).clamp(DAY, now.max(DAY));
    let from = from.unwrap_or(to.saturating_sub(WEEK)).clamp(to.saturating_sub(LONGEST), to.saturating_sub(HOUR));
    (from, to)
}

/// The hours of a span: the first one, and the one after the last.
pub(super) fn hours((from, to): (Millis, Millis)) -> (i64, i64) {
    (from.div_euclid(HOUR), (to - 1).div_euclid(HOUR) + 1)
}

/// Bars of an hour, six hours, a day or a week, depending on the span. Days are those of the reader's time zone.
pub(super) fn bars(outcomes: &[(i64, Day)], span: (Millis, Millis), zone: TimeZone) -> Vec<ChartBar> {
    let (first, end) = hours(span);
    let length = (end - first) * HOUR;
    let wide = [(36 * HOUR, HOUR), (9 * DAY, 6 * HOUR), (46 * DAY, DAY)]
        .into_iter()
        .find(|(longest, _)| length <= *longest)
        .map_or(7 * DAY, |(_, wide)| wide);
    let mut bars = Vec::new();
    let mut from = start(first * HOUR, wide, zone);
    let mut rest = outcomes;
    while from < end * HOUR {
        // Half a bar is added before rounding down, because a day may have 23 or 25 hours.
        let to = start(from + wide + wide / 2, wide, zone);
        let to = if to > from { to } else { from + wide };
        let count = rest.iter().take_while(|(hour, _)| hour * HOUR < to).count();
        let (these, others) = rest.split_at(count);
        rest = others;
        bars.push(ChartBar { from, to, outcomes: these.iter().fold(Day::default(), |sum, (_, day)| sum.and(*day)) });
        from = to;
    }
    bars
}

/// The start of the bar that contains a time, in the zone's local time, on a whole hour of UTC.
fn start(at: Millis, wide: Millis, zone: TimeZone) -> Millis {
    let offset = |at: Millis| {
        let at = DateTime::from_timestamp_millis(at).unwrap_or_default();
        TimeDelta::seconds(i64::from(zone.offset_at(at).local_minus_utc())).num_milliseconds()
    };
    // Weeks begin on Monday; 1970-01-01 was a Thursday.
    let shift = if wide == 7 * DAY { 3 * DAY } else { 0 };
    let local = at + offset(at);
    let begun = (local + shift).div_euclid(wide) * wide - shift;
    (begun - offset(begun - offset(at))).div_euclid(HOUR) * HOUR
}

/// The 50th, 95th and 99th percentiles, and the number of values. `sorted` is in ascending order.
pub(super) fn percentiles(sorted: &[Millis]) -> Option<([Millis; 3], usize)> {
    let count = sorted.len();
    let at = |hundredth: usize| sorted.get((count * hundredth).div_ceil(100).saturating_sub(1)).copied();
    Some(([at(50)?, at(95)?, at(99)?], count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::parse(name).unwrap()
    }

    fn at(text: &str) -> Millis {
        text.parse::<DateTime<chrono::Utc>>().unwrap().timestamp_millis()
    }

    #[test]
    fn days_follow_the_viewers_time_zone_and_each_hour_is_in_exactly_one_bar() {
        let span = (at("2026-10-20T21:00:00Z"), at("2026-11-02T10:00:00Z"));
        let (first, end) = hours(span);
        let one = Day { delivered: 1, ..Day::default() };
        let outcomes: Vec<(i64, Day)> = (first..end).map(|hour| (hour, one)).collect();
        for name in ["Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"] {
            let bars = bars(&outcomes, span, zone(name));
            assert!(bars.iter().zip(bars.iter().skip(1)).all(|(bar, next)| bar.to == next.from), "{name}");
            let sum: i64 = bars.iter().map(|bar| i64::from(bar.outcomes.delivered)).sum();
            assert_eq!(sum, end - first, "{name}");
        }
        // The clocks go back on 25 October: that day has 25 hours.
        let berlin = bars(&outcomes, span, zone("Europe/Berlin"));
        let longest = berlin.iter().max_by_key(|bar| bar.to - bar.from).unwrap();
        assert_eq!((longest.from, longest.to - longest.from), (at("2026-10-24T22:00:00Z"), 25 * HOUR));
        assert_eq!(longest.outcomes.delivered, 25);
    }

    #[test]
    fn the_width_of_bars_depends_on_the_span() {
        let end = at("2026-11-24T13:20:00Z");
        for (days, most, wide) in [(1, 25, HOUR), (7, 29, 6 * HOUR), (30, 31, DAY), (365, 54, 7 * DAY)] {
            let bars = bars(&[], span(Some(end - days * DAY), None, end), zone("Asia/Omsk"));
            assert!(bars.len() <= most, "{days}: {}", bars.len());
            assert_eq!(bars[1].to - bars[1].from, wide);
        }
        let odd = bars(&[], span(Some(i64::MAX), Some(i64::MIN), end), zone("UTC"));
        assert!(!odd.is_empty());
    }

    #[test]
    fn percentiles_work_for_any_number_of_values() {
        let hundred: Vec<Millis> = (1..=100).collect();
        assert_eq!(percentiles(&hundred), Some(([50, 95, 99], 100)));
        assert_eq!(percentiles(&[7]), Some(([7, 7, 7], 1)));
        assert_eq!(percentiles(&[]), None);
    }
}
