//! Parses the values of settings.

use std::{fmt, time::Duration};

/// An invalid setting, described in one sentence that names the setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct BadSetting {
    /// The environment variable.
    pub name: &'static str,
    /// The fault, and the correct form.
    pub problem: String,
}

pub(crate) fn bad(name: &'static str, problem: impl fmt::Display) -> BadSetting {
    BadSetting { name, problem: problem.to_string() }
}

/// Parses an HTTP address to which a path can be appended. Trailing slashes are removed.
pub(crate) fn web_address(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    let good = reqwest::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none() && url.fragment().is_none()
    });
    good.then(|| text.to_owned())
}

pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Splits `10m` into its number and unit.
fn measure(text: &str) -> Option<(u64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim().to_ascii_lowercase()))
}

/// Parses a duration: `30s`, `10m`, `24h`, `7d`; at most ten years.
pub(crate) fn span(text: &str) -> Option<Duration> {
    let (number, unit) = measure(text)?;
    let seconds = match unit.as_str() {
        "" if number == 0 => 0,
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => return None,
    };
    // The bound prevents overflow in sums.
    number.checked_mul(seconds).filter(|total| *total <= 315_360_000).map(Duration::from_secs)
}

/// Parses a number of days, from `least` to 36,500.
pub(crate) fn days(text: &str, least: u64) -> Option<Duration> {
    // The bound prevents overflow in sums.
    let days: u64 = text.trim().parse().ok().filter(|days| (least..=36_500).contains(days))?;
    Some(Duration::from_secs(days * 86_400))
}

/// Parses a size: `65536`, `512KiB`, `1MiB`; up to 64 MiB.
pub(crate) fn size(text: &str) -> Option<usize> {
    let (number, unit) = measure(text)?;
    let factor = match unit.as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1024,
        "kb" => 1000,
        "m" | "mib" => 1024 * 1024,
        "mb" => 1_000_000,
        _ => return None,
    };
    let bytes = number.checked_mul(factor).filter(|bytes| (1..=64 * 1024 * 1024).contains(bytes))?;
    usize::try_from(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_are_parsed_with_their_units() {
        assert_eq!(span("10m"), Some(Duration::from_secs(600)));
        assert_eq!(span("24h"), Some(Duration::from_secs(86400)));
        assert_eq!(span(" 30 s "), Some(Duration::from_secs(30)));
        assert_eq!(span("0"), Some(Duration::ZERO));
        assert_eq!(size("1MiB"), Some(1 << 20));
        assert_eq!(size("65536"), Some(65536));
        for wrong in ["", "ten", "10", "-5m", "10x", "99999999999d"] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
        for wrong in ["", "0", "1GB", "many"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn retention_is_given_in_whole_days() {
        assert_eq!(days(" 30 ", 1), Some(Duration::from_secs(30 * 86_400)));
        for wrong in ["", "0", "-1", "30d", "1.5", "36501", "99999999999999999999"] {
            assert_eq!(days(wrong, 1), None, "{wrong}");
        }
        assert_eq!(days("29", 30), None);
    }
}
