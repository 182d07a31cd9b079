//! Dates as services write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};

/// What a text says about a moment.
pub(super) enum Moment {
    /// Nothing: the year 0001 stands for "not set".
    Missing,
    /// This one.
    At(DateTime<Utc>),
}

/// Reads RFC 3339; without an offset it is UTC, without a time midnight. `None` if it is no date.
pub(super) fn read(text: &str) -> Option<Moment> {
    let text = text.trim();
    let text = text.to_ascii_uppercase().replacen(' ', "T", 1);
    let moment = DateTime::parse_from_rfc3339(&text)
        .ok()
        .or_else(|| with_offset(&text))
        .map(|moment| moment.to_utc())
        .or_else(|| without_offset(&text).map(|moment| moment.and_utc()))?;
    if moment.year() <= 1 || text.starts_with("0001-") {
        return Some(Moment::Missing);
    }
    // Years of more than four digits are not RFC 3339, and near the calendar's end arithmetic fails.
    (moment.year() <= 9999).then_some(Moment::At(moment))
}

fn with_offset(text: &str) -> Option<DateTime<chrono::FixedOffset>> {
    ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"].iter().find_map(|form| DateTime::parse_from_str(text, form).ok())
}

fn without_offset(text: &str) -> Option<NaiveDateTime> {
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    let moment = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    moment.or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
}
