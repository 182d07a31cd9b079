//! Amounts in a form for people.

use hookgram::{Millis, values::Language};

use crate::i18n::{LogWords, Words as _};

/// A number with one decimal place, given in tenths.
pub(super) fn tenths(language: Language, tenths: u64) -> String {
    let point = match language {
        Language::Ru => ',',
        Language::En => '.',
    };
    format!("{}{point}{}", tenths / 10, tenths % 10)
}

/// A duration: `41 мс`, `1,2 с`, `3 мин`, `2 ч`.
pub(super) fn span(language: Language, millis: Millis) -> String {
    let w = LogWords::of(language);
    match u64::try_from(millis).unwrap_or_default() {
        ms @ ..1_000 => format!("{ms} {}", w.ms),
        ms @ 1_000..10_000 => format!("{} {}", tenths(language, ms / 100), w.s),
        ms @ 10_000..120_000 => format!("{} {}", ms / 1_000, w.s),
        ms @ 120_000..7_200_000 => format!("{} {}", ms / 60_000, w.min),
        ms @ 7_200_000..172_800_000 => format!("{} {}", ms / 3_600_000, w.h),
        ms => format!("{} {}", ms / 86_400_000, w.days),
    }
}

/// An amount of bytes: `336 B`, `41 kB`, `15 MB`, `1.2 GB`.
pub(super) fn bytes(language: Language, bytes: u64) -> String {
    let units = match language {
        Language::Ru => ["Б", "КБ", "МБ", "ГБ"],
        Language::En => ["B", "kB", "MB", "GB"],
    };
    let [b, kilo, mega, giga] = units;
    match bytes {
        ..1_000 => format!("{bytes} {b}"),
        1_000..1_000_000 => format!("{} {kilo}", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} {mega}", bytes / 1_000_000),
        _ => format!("{} {giga}", tenths(language, bytes / 100_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_shown_in_the_largest_fitting_unit() {
        let all = [0, 41, 999, 1_000, 1_250, 59_000, 119_999, 120_000, 7_200_000, 172_800_000, -5];
        let told = all.map(|millis| span(Language::En, millis));
        assert_eq!(
            told,
            ["0 ms", "41 ms", "999 ms", "1.0 s", "1.2 s", "59 s", "119 s", "2 min", "2 h", "2 days", "0 ms"]
        );
        assert_eq!(span(Language::Ru, 1_250), "1,2 с");
    }

    #[test]
    fn bytes_are_shown_in_the_largest_fitting_unit() {
        let all = [0, 999, 41_500, 15_000_000, 1_290_000_000];
        assert_eq!(all.map(|count| bytes(Language::En, count)), ["0 B", "999 B", "41 kB", "15 MB", "1.2 GB"]);
        assert_eq!(bytes(Language::Ru, 1_290_000_000), "1,2 ГБ");
    }
}
