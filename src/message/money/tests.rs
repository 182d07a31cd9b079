use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

#[test]
fn amounts_of_money_are_formatted_per_locale() {
    for (value, code, ru, en) in [
        ("1500", "RUB", "1 500 ₽", "RUB 1,500"),
        ("1500.00", "rub", "1 500 ₽", "RUB 1,500"),
        ("1234.5", "RUB", "1 234,50 ₽", "RUB 1,234.50"),
        ("999", "RUB", "999 ₽", "RUB 999"),
        ("0.5", "RUB", "0,50 ₽", "RUB 0.50"),
        ("0.005", "RUB", "0,01 ₽", "RUB 0.01"),
        ("1.005", "RUB", "1,01 ₽", "RUB 1.01"),
        ("1.0049", "RUB", "1 ₽", "RUB 1"),
        ("1234567.891", "USD", "1 234 567,89 $", "$1,234,567.89"),
        ("10", "EUR", "10 €", "€10"),
        ("10.5", "JPY", "11 ¥", "¥11"),
        ("10.5", "KWD", "10,500 KWD", "KWD 10.500"),
        ("10.5", "KZT", "10,50 KZT", "KZT 10.50"),
        ("10.5", "RSD", "10,50 RSD", "RSD 10.50"),
        ("10.5", "HUF", "11 HUF", "HUF 11"),
        ("10.5", "IDR", "11 IDR", "IDR 11"),
        ("10.5", "COP", "11 COP", "COP 11"),
        ("10.5", "PKR", "11 PKR", "PKR 11"),
        ("10.5", "SLL", "11 SLL", "SLL 11"),
        ("10.5", "THB", "10,50 ฿", "THB 10.50"),
        ("10.5", "TMT", "10,50 ТМТ", "TMT 10.50"),
        ("10", "CAD", "10 CA$", "CA$10"),
        ("10.5", "Xyz", "10,50 Xyz", "Xyz 10.50"),
        ("-500", "RUB", "-500 ₽", "-RUB 500"),
        (
            "79228162514264337593543950335",
            "RUB",
            "79 228 162 514 264 337 593 543 950 335 ₽",
            "RUB 79,228,162,514,264,337,593,543,950,335",
        ),
    ] {
        assert_eq!(money(Locale::Ru, decimal(value), code).as_deref(), Some(ru), "{value} {code}");
        assert_eq!(money(Locale::En, decimal(value), code).as_deref(), Some(en), "{value} {code}");
    }
    for nothing in ["0", "0.00", "0.004", "-0.001"] {
        assert_eq!(money(Locale::Ru, decimal(nothing), "RUB"), None, "{nothing}");
    }
}

#[test]
fn numbers_are_formatted_per_locale() {
    for (value, ru, en) in [
        ("2", "2", "2"),
        ("2.50", "2,5", "2.5"),
        ("1500", "1 500", "1,500"),
        ("0.30000000000000004", "0,3", "0.3"),
        ("0.0001", "0,0001", "0.0001"),
        ("-3", "-3", "-3"),
    ] {
        assert_eq!(number(Locale::Ru, decimal(value)), ru);
        assert_eq!(number(Locale::En, decimal(value)), en);
    }
}
