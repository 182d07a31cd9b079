//! Compares every locale with the output of ICU, which `tests/cldr/generate.mjs` recorded.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Conventions, date, number, time};
use crate::{message::money::money, values::Locale};

#[derive(Deserialize)]
struct Intl {
    locales: BTreeMap<String, OfLocale>,
}

/// Maps a formatted value to the expected text.
type Table = BTreeMap<String, String>;

#[derive(Deserialize)]
struct OfLocale {
    dates: Table,
    times: Table,
    amounts: Table,
    numbers: Table,
    units: Table,
}

fn intl() -> impl Iterator<Item = (Locale, OfLocale)> {
    let intl: Intl = serde_json::from_str(include_str!("../../../tests/cldr/intl.json")).expect("the fixture is JSON");
    assert_eq!(intl.locales.len(), Locale::ALL.len());
    intl.locales.into_iter().map(|(tag, table)| (Locale::parse(&tag).expect("an offered locale"), table))
}

fn same(locale: Locale, table: &Table, ours: impl Fn(&str) -> String) {
    assert!(!table.is_empty());
    for (what, theirs) in table {
        assert_eq!(&ours(what), theirs, "{what} in {}", locale.tag());
    }
}

#[test]
fn dates_and_times_match_icu() {
    for (locale, table) in intl() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day").and_hms_opt(0, 0, 0).expect("midnight");
        same(locale, &table.dates, |text| date(locale, day(text)));
        let at = |text: &str| format!("2024-05-08T{text}:00").parse().expect("a time");
        same(locale, &table.times, |text| time(locale, at(text)));
    }
}

#[test]
fn numbers_and_money_match_icu() {
    for (locale, table) in intl() {
        same(locale, &table.numbers, |text| number(locale, decimal(text)));
        same(locale, &table.amounts, |text| {
            let (amount, code) = text.split_once(' ').expect("an amount and its currency");
            money(locale, decimal(amount), code).expect("not nothing")
        });
    }
}

#[test]
fn plurals_match_icu() {
    for (locale, table) in intl() {
        let conventions = Conventions::of(locale);
        same(locale, &table.units, |text| {
            let (count, unit) = text.split_once(' ').expect("a count and its unit");
            let forms = match unit {
                "day" => &conventions.days,
                "hour" => &conventions.hours,
                _ => &conventions.minutes,
            };
            let words = conventions.plural(count.parse().expect("a count"), forms);
            format!("{} {words}", number(locale, decimal(count)))
        });
    }
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}
