//! Numbers and money as CLDR formats them for the locale, but with ASCII spaces.

use rust_decimal::{Decimal, RoundingStrategy};

use super::locale::Conventions;
use crate::values::Locale;

/// `1 500`, `1,5`; `1,500`, `1.5`. Rounded to three fraction digits, unless the result would be 0.
pub(super) fn number(locale: Locale, value: Decimal) -> String {
    let rounded = value.round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero);
    let shown = if rounded.is_zero() { value } else { rounded };
    written(locale, &shown.normalize().to_string())
}

/// `1 234,50 ₽`, `RUB 1,234.50`. Whole amounts have no fraction. `None` for an amount that rounds to zero.
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
    Some(if !Conventions::of(locale).currency_first {
        format!("{sign}{amount} {symbol}")
    } else if symbol.ends_with(|c: char| c.is_alphanumeric() || c == '.') {
        // CLDR adds a space after a letter or a full stop, but not after a sign such as `$`.
        format!("{sign}{symbol} {amount}")
    } else {
        format!("{sign}{symbol}{amount}")
    })
}

/// Groups digits by three, with the locale's separators.
fn written(locale: Locale, plain: &str) -> String {
    let conventions = Conventions::of(locale);
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len() >= conventions.grouped_from && (whole.len() - index) % 3 == 0 {
            text.push(conventions.group);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push(conventions.point);
        text.push_str(fraction);
    }
    text
}

/// The number of fraction digits in CLDR.
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

/// The symbol in CLDR. `None` if it is the code itself.
fn symbol(locale: Locale, code: &str) -> Option<&'static str> {
    use Locale::{Be, De, En, Hy, Ka, Kk, Ru, Tr, Uk, Uz};

    Some(match (code, locale) {
        // Local signs for currencies of the locale's region.
        ("AMD", Hy) => "֏",
        ("BYN", Be) => "Br",
        ("GEL", Ka) => "₾",
        ("KZT", Kk) => "₸",
        ("LSL", Kk) => "ЛСЛ",
        ("PHP", En) => "₱",
        ("RUB", Ru | Kk | Be) => "₽",
        ("RUB", _) => "RUB",
        ("TMT", Ru) => "ТМТ",
        ("TRY", Tr) => "₺",
        ("UAH", Ru | Uk) => "₴",
        ("UZS", Uz) => "soʻm",
        ("XCG", Ru) => "Cg",
        // Signs that differ from those of most locales.
        ("AUD", De | Tr) => "AU$",
        ("JPY", Kk | Uz | Hy) => "JP¥",
        ("USD", Uz | Ka) => "US$",
        // Signs that are the same in every locale.
        ("XAF", _) => "FCFA",
        ("XCG", _) => "Cg.",
        ("XOF", _) => "F CFA",
        ("XPF", _) => "CFPF",
        ("JPY", Uk) => "¥",
        // Signs of most locales, after the locales that have none.
        (_, Uk) => return None,
        ("AUD" | "CNY" | "HKD" | "ILS" | "INR" | "JPY" | "KRW" | "NZD" | "VND", Ka) => return None,
        ("BRL" | "CAD" | "NZD" | "THB", Be) | ("THB", En | Uz | Ka) => return None,
        ("AUD", _) => "A$",
        ("BRL", _) => "R$",
        ("CAD", _) => "CA$",
        ("CNY", _) => "CN¥",
        ("EUR", _) => "€",
        ("GBP", _) => "£",
        ("HKD", _) => "HK$",
        ("ILS", _) => "₪",
        ("INR", _) => "₹",
        ("JPY", _) => "¥",
        ("KRW", _) => "₩",
        ("MXN", _) => "MX$",
        ("NZD", _) => "NZ$",
        ("THB", _) => "฿",
        ("TWD", _) => "NT$",
        ("USD", _) => "$",
        ("VND", _) => "₫",
        ("XCD", _) => "EC$",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
