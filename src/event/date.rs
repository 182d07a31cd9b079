//! Dates in the formats that booking services write.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Utc};

/// The meaning of a date field.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(super) enum Moment {
    /// No date. Services write the first or the last moment of their calendar for "not set".
    Missing,
    At(DateTime<Utc>),
}

/// Reads RFC 3339. A text without an offset is UTC; a text without a time is midnight. `None` if it is not a date.
///
/// This is hand-written because `chrono`'s format parser is most of `chrono`'s code size, which matters for the
/// browser's module.
pub(super) fn read(text: &str) -> Option<Moment> {
    let mut rest = Rest(text.trim());
    let year = rest.year()?;
    let month = rest.mark("-")?.number()?;
    let day = rest.mark("-")?.number()?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let moment = if rest.0.is_empty() {
        date.and_time(NaiveTime::MIN)
    } else {
        let time = rest.one_of(&['T', 't', ' '])?.time()?;
        date.and_time(time).checked_sub_offset(rest.offset()?)?
    };
    if !rest.0.is_empty() || year > 9999 {
        return None;
    }
    // An offset may move the moment into the previous or next year.
    let is_set = |year: i32| (2..9999).contains(&year);
    Some(if is_set(year) && is_set(moment.year()) { Moment::At(moment.and_utc()) } else { Moment::Missing })
}

struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn mark(&mut self, mark: &str) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(mark)?;
        Some(self)
    }

    fn one_of(&mut self, marks: &[char]) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(marks)?;
        Some(self)
    }

    /// Reads from one to `most` digits.
    fn digits(&mut self, most: usize) -> Option<&str> {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        (count > 0).then_some(digits)
    }

    /// Reads a two-digit number. Some services pad it with a space or do not pad it.
    fn number(&mut self) -> Option<u32> {
        self.0 = self.0.trim_start();
        self.digits(2)?.parse().ok()
    }

    fn year(&mut self) -> Option<i32> {
        let sign = if self.mark("-").is_some() { -1 } else { 1 };
        let signed = sign < 0 || self.mark("+").is_some();
        let year: i32 = self.digits(if signed { 9 } else { 4 })?.parse().ok()?;
        Some(sign * year)
    }

    /// `11:15`, `11:15:00`, `11:15:00.5`.
    fn time(&mut self) -> Option<NaiveTime> {
        let hour = self.number()?;
        let minute = self.mark(":")?.number()?;
        let second =
            if self.mark(":").is_some() { self.number()? } else { return NaiveTime::from_hms_opt(hour, minute, 0) };
        let nanosecond = if self.mark(".").is_some() { self.fraction()? } else { 0 };
        // `chrono` represents a leap second as second 59 with at least 10⁹ nanoseconds.
        let (second, nanosecond) = if second == 60 { (59, nanosecond + 1_000_000_000) } else { (second, nanosecond) };
        NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond)
    }

    /// Reads a fraction of a second as nanoseconds. Further digits are ignored.
    fn fraction(&mut self) -> Option<u32> {
        let digits = self.digits(usize::MAX)?;
        digits
            .bytes()
            .chain(std::iter::repeat(b'0'))
            .take(9)
            .try_fold(0, |sum: u32, digit| Some(sum * 10 + u32::from(digit - b'0')))
    }

    /// `Z`, `+03:00`, `+0300`, `+03`, or nothing.
    fn offset(&mut self) -> Option<FixedOffset> {
        self.0 = self.0.trim_start();
        if self.0.is_empty() || self.one_of(&['Z', 'z']).is_some() {
            return FixedOffset::east_opt(0);
        }
        let sign = if self.mark("+").is_some() { 1 } else { self.one_of(&['-', '−']).map(|_| -1)? };
        let hours = self.two_digits()?;
        let minutes = if self.mark(":").is_some() || !self.0.is_empty() { self.two_digits()? } else { 0 };
        (minutes < 60).then(|| FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)))?
    }

    fn two_digits(&mut self) -> Option<i32> {
        self.digits(2).filter(|digits| digits.len() == 2)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;
    use proptest::prelude::*;

    use super::*;

    /// The result of `chrono` for the same formats.
    fn by_chrono(text: &str) -> Option<Moment> {
        let text = text.trim().to_ascii_uppercase().replacen(' ', "T", 1);
        let with_offset = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"];
        let without = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
        let moment = DateTime::parse_from_rfc3339(&text)
            .ok()
            .or_else(|| with_offset.iter().find_map(|form| DateTime::parse_from_str(&text, form).ok()))
            .map(|moment| moment.to_utc())
            .or_else(|| {
                without.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok()).map(|at| at.and_utc())
            })
            .or_else(|| Some(NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN).and_utc()))?;
        let is_limit = ["0000-", "0001-", "9999-"].iter().any(|year| text.starts_with(year));
        if moment.year() <= 1 || moment.year() == 9999 || is_limit {
            return Some(Moment::Missing);
        }
        (moment.year() <= 9999).then_some(Moment::At(moment))
    }

    #[test]
    fn unusual_dates_are_read_as_by_chrono() {
        for text in [
            "2024-05-08",
            "2024-5-8",
            "2024-05-08T11:15",
            "2024-05-08 9:05",
            "2024-05-08  9:05",
            "2024-05-08 11:15:00 +03:00",
            "2024-05-08t11:15:00z",
            "2024-05-08T11:15:00+03",
            "2024-05-08T11:15+0330",
            "2024-05-08T11:15:00.5-12:45",
            "2024-05-08T11:15:00−03:00",
            "2024-12-31T23:59:60Z",
            "2024-05-08T11:15:00.1234567891234Z",
            "+2024-05-08",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00-05:00",
            "0000-01-01",
            "-0005-01-01",
            "9999-12-31T23:59:59-01:00",
            "9999-12-31T23:59:59Z",
            "10000-01-01",
            "+10000-01-01",
            "2024-02-30",
            "2023-02-29",
            "2024-05-08T24:00",
            "2024-05-08T11:60",
            "2024-05-08T11:15:61",
            "2024-05-08T11:15:00.",
            "2024-05-08T11:15:00+3",
            "2024-05-08T11:15+24:00",
            "2024-05-08T11:15+03:60",
            "2024-05-08T11:15+03:0",
            "2024-05-08Z",
            "2024-05-08T",
            "2024-05-08T11",
            "2024-05",
            "",
            "-",
            "2024-05-08T11:15:00Z!",
            "2024-05-08T11:15:00+03:00:00",
            "2024/05/08",
            "08.05.2024",
            "20240508",
            "завтра",
        ] {
            assert_eq!(read(text), by_chrono(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn random_dates_are_read_as_by_chrono(
            text in "(000[01]|19[0-9]{2}|2[0-9]{3}|9999)-[01]?[0-9]-[0-3]?[0-9]([Tt ][0-2]?[0-9](:[0-6][0-9](:[0-6][0-9](\\.[0-9]{1,11})?)?)?([Zz]|[+-][0-2][0-9](:?[0-6][0-9])?)?)?"
        ) {
            prop_assert_eq!(read(&text), by_chrono(&text));
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = read(&text);
        }
    }
}
