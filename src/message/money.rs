//! Numbers and money as CLDR has them for the locale, with ASCII spaces.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::values::Locale;

/// `1 500`, `1,5`; `1,500`, `1.5`. At most three fraction digits, unless nothing would be left.
pub(super) fn number(locale: Locale, value: Decimal) -> String {
    let rounded = value.round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero);
    let shown = if rounded.is_zero() { value } else { rounded };
    written(locale, &shown.normalize().to_string())
}

/// `1 234,50 ₽`, `RUB 1,234.50`; whole amounts without a fraction. `None` for what rounds to nothing.
pub(super) fn money(locale: Locale, value: Decimal, code: &str) -> Option<String> {
    let known = code.trim().to_ascii_uppercase();
    let digits = fraction_digits(&known);
    let rounded = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    if rounded.is_zero() {
        return None;
    }
    let digits = if rounded.fract().is_zero() { 0 } else { digits };
    let amount = written(locale, &format!("{:.*}", usize::try_from(digits).unwrap_or_default(), rounded.abs()));
    let sign = if rounded.is_sign_negative() { "-" } else { "" };
    let symbol = symbol(locale, &known).unwrap_or(code.trim());
    Some(match locale {
        Locale::Ru => format!("{sign}{amount} {symbol}"),
        // CLDR sets a space between a letter and a digit, none after a sign such as `$`.
        Locale::En if symbol.ends_with(char::is_alphanumeric) => format!("{sign}{symbol} {amount}"),
        Locale::En => format!("{sign}{symbol}{amount}"),
    })
}

/// Digits in groups of three, with the locale's marks.
fn written(locale: Locale, plain: &str) -> String {
    let (group, point) = match locale {
        Locale::Ru => (' ', ','),
        Locale::En => (',', '.'),
    };
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(group);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push(point);
        text.push_str(fraction);
    }
    text
}

/// CLDR's number of fraction digits.
fn fraction_digits(code: &str) -> u32 {
    match code {
        "AFN" | "ALL" | "BIF" | "CLP" | "COP" | "DJF" | "GNF" | "HUF" | "IDR" | "IQD" | "IRR" | "ISK" | "JPY"
        | "KMF" | "KPW" | "KRW" | "LAK" | "LBP" | "MGA" | "MMK" | "PKR" | "PYG" | "RWF" | "SLL" | "SOS" | "SYP"
        | "UGX" | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" | "YER" => 0,
        "BHD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// CLDR's symbol; `None` where that is the code itself.
fn symbol(locale: Locale, code: &str) -> Option<&'static str> {
    Some(match (code, locale) {
        ("RUB", Locale::Ru) => "₽",
        ("RUB", Locale::En) => "RUB",
        ("UAH", Locale::Ru) => "₴",
        ("THB", Locale::Ru) => "฿",
        ("TMT", Locale::Ru) => "ТМТ",
        ("USD", _) => "$",
        ("EUR", _) => "€",
        ("GBP", _) => "£",
        ("JPY", _) => "¥",
        ("PHP", Locale::En) => "₱",
        ("CNY", _) => "CN¥",
        ("INR", _) => "₹",
        ("KRW", _) => "₩",
        ("ILS", _) => "₪",
        ("VND", _) => "₫",
        ("BRL", _) => "R$",
        ("CAD", _) => "CA$",
        ("AUD", _) => "A$",
        ("NZD", _) => "NZ$",
        ("MXN", _) => "MX$",
        ("HKD", _) => "HK$",
        ("TWD", _) => "NT$",
        ("XCD", _) => "EC$",
        ("XAF", _) => "FCFA",
        ("XOF", _) => "F CFA",
        ("XPF", _) => "CFPF",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
