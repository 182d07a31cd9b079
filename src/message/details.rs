//! The details of the booking (contract §5).

use chrono::{DateTime, Datelike as _, FixedOffset, TimeDelta, Timelike as _, Utc};

use super::{
    Span, Style, html,
    labels::{ADDRESS, DATE, DESCRIPTION, DURATION, END, SERVICE, START, TIME},
    locale::{self, date, time, time_range},
    sections::{Line, Section},
};
use crate::{
    event::BookingEvent,
    parameters::Parameter,
    profile::Formatting,
    values::{Bilingual, TimeZone, offset_name},
};

pub(super) fn section(formatting: &Formatting, event: &BookingEvent) -> Section {
    let language = formatting.locale.language();
    let labelled = |label: Bilingual, value: Option<String>, origin: Parameter| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(vec![Span::plain(format!("{}: {value}", label.get(language)), Some(origin))])
    };
    let unless = |hidden: bool, line: Option<Line>| line.filter(|_| !hidden);

    let heading = formatting.detail_section_name.as_deref();
    let heading = heading.unwrap_or(event.kind().detail_section_name().get(language));
    let mut lines =
        vec![vec![Span::styled(heading, Style::Bold, Some(Parameter::DetailSectionName))], number(formatting, event)];
    let name = labelled(SERVICE, event.service.name.clone(), Parameter::HideServiceName);
    lines.extend(unless(formatting.hide_service_name, name));
    if let Some(start) = event.case.start {
        let minute = |at: DateTime<Utc>| to_the_minute(formatting.time_zone, at);
        let start = minute(start);
        let end = event.case.end.map(minute).filter(|end| *end > start);
        lines.extend(when(formatting, start, end));
        let duration = end.and_then(|end| locale::duration(formatting.locale, end - start));
        let duration = labelled(DURATION, duration, Parameter::HideOrderDuration);
        lines.extend(unless(formatting.hide_order_duration, duration));
    }
    let place = event.case.place.clone().or_else(|| event.service.place.clone());
    lines.extend(unless(formatting.hide_address, labelled(ADDRESS, place, Parameter::HideAddress)));
    let description = event.case.description.as_deref().map(html::flatten);
    let description = labelled(DESCRIPTION, description, Parameter::HideOrderDescription);
    lines.extend(unless(formatting.hide_order_description, description));
    lines
}

fn number(formatting: &Formatting, event: &BookingEvent) -> Line {
    let kind = event.kind().case_type_name().get(formatting.locale.language());
    let name = capitalised(formatting.case_type_name.as_deref().unwrap_or(kind));
    let text = match &event.case.number {
        Some(number) => format!("{name}: {number}"),
        None => name,
    };
    vec![Span::plain(text, Some(Parameter::CaseTypeName))]
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A moment in the locale and zone of these settings: `среда, 8 мая 2024 г., 11:15 (Мск)`. `millis` counts from
/// 1970-01-01T00:00:00Z. Returns `None` outside the years 1 to 9999.
#[must_use]
pub fn moment(formatting: &Formatting, millis: i64) -> Option<String> {
    let at = DateTime::from_timestamp_millis(millis).filter(|at| (1..=9999).contains(&at.year()))?;
    let (locale, zone) = (formatting.locale, formatting.time_zone);
    let at = at.with_timezone(&zone.offset_at(at));
    let zone_name = formatting.time_zone_name.clone().unwrap_or_else(|| locale::zone_name(locale, zone, &at));
    let at = at.naive_local();
    Some(format!("{}, {} ({zone_name})", date(locale, at), time(locale, at)))
}

/// The start of the minute that a clock in this zone shows.
fn to_the_minute(zone: TimeZone, at: DateTime<Utc>) -> DateTime<Utc> {
    let local = at.with_timezone(&zone.offset_at(at));
    let past = TimeDelta::seconds(local.second().into()) + TimeDelta::nanoseconds(local.nanosecond().into());
    at.checked_sub_signed(past).unwrap_or(at)
}

/// One line with date and time if the booking is within one day without a clock change, otherwise start and end.
fn when(formatting: &Formatting, start: DateTime<Utc>, end: Option<DateTime<Utc>>) -> Section {
    let (locale, zone) = (formatting.locale, formatting.time_zone);
    let language = locale.language();
    let start = start.with_timezone(&zone.offset_at(start));
    let end = end.map(|end| end.with_timezone(&zone.offset_at(end)));
    let changes = end.is_some_and(|end| end.offset() != start.offset());
    let in_brackets = |at: &DateTime<FixedOffset>| {
        let default = || if changes { offset_name(*at.offset()) } else { locale::zone_name(locale, zone, at) };
        let name = formatting.time_zone_name.clone().unwrap_or_else(default);
        Span::plain(format!("({name})"), Some(Parameter::TimezoneName))
    };
    let of_date = |text: String| Span::plain(text, Some(Parameter::DateLocales));
    let of_time = |text: String| Span::plain(text, Some(Parameter::Timezone));

    match end {
        Some(end) if changes || end.date_naive() != start.date_naive() => {
            let moment = |label: Bilingual, at: DateTime<FixedOffset>| {
                let local = at.naive_local();
                let text = format!("{}: {}, ", label.get(language), date(locale, local));
                vec![of_date(text), of_time(time(locale, local) + " "), in_brackets(&at)]
            };
            vec![moment(START, start), moment(END, end)]
        }
        _ => {
            let local = start.naive_local();
            let span = end.map_or_else(|| time(locale, local), |end| time_range(locale, local, end.naive_local()));
            vec![
                vec![of_date(format!("{}: {}", DATE.get(language), date(locale, local)))],
                vec![of_time(format!("{}: {span} ", TIME.get(language))), in_brackets(&start)],
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_formatted_in_the_given_locale_and_zone() {
        let mut formatting = Formatting::default();
        let at = |formatting: &Formatting, millis| moment(formatting, millis);
        let millis = 1_715_156_100_000;
        assert_eq!(at(&formatting, millis).as_deref(), Some("среда, 8 мая 2024 г., 11:15 (Мск)"));
        formatting.locale = crate::values::Locale::En;
        formatting.time_zone = crate::values::TimeZone::parse("Asia/Kolkata").expect("a zone");
        assert_eq!(at(&formatting, millis).as_deref(), Some("Wednesday, May 8, 2024, 1:45 PM (GMT+5:30)"));
        for nowhere in [i64::MAX, i64::MIN] {
            assert_eq!(at(&formatting, nowhere), None);
        }
    }
}
