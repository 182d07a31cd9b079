//! Finds placeholders in operators' texts. Other services replace placeholders; Hookgram sends them as typed.

/// The maximum number of placeholders that are reported for one text.
const MOST: usize = 3;
/// The maximum number of characters between the signs of a placeholder.
const LONGEST: usize = 40;

/// The placeholders in a text as typed, without duplicates: `{name}`, `{{name}}`, `%name%`.
pub(crate) fn placeholders(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = None;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let whole = match first {
            '{' => in_braces(rest),
            '%' if !before.is_some_and(is_joined) => between_percent_signs(rest),
            _ => None,
        };
        if let Some(whole) = whole
            && !found.iter().any(|known| known == whole)
        {
            found.push(whole.to_owned());
            if found.len() == MOST {
                break;
            }
        }
        let taken = whole.map_or(first.len_utf8(), str::len);
        before = rest.get(..taken).and_then(|taken| taken.chars().next_back());
        rest = rest.get(taken..).unwrap_or_default();
    }
    found
}

fn in_braces(text: &str) -> Option<&str> {
    let (inner, is_double) = match text.strip_prefix("{{") {
        Some(inner) => (inner, true),
        None => (text.strip_prefix('{')?, false),
    };
    let (name, after) = until(inner, '}')?;
    let is_name = name.chars().any(char::is_alphanumeric)
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '));
    let after = if is_double { after.strip_prefix('}').unwrap_or(after) } else { after };
    text.get(..text.len() - after.len()).filter(|_| is_name)
}

/// Excludes percentages (`10%`) and percent-encoded text (`%D0%B0`).
fn between_percent_signs(text: &str) -> Option<&str> {
    let (name, after) = until(text.strip_prefix('%')?, '%')?;
    let is_name = name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && name.chars().count() > 1;
    let is_encoded = name.len() == 2 && name.chars().all(|c| c.is_ascii_hexdigit());
    let is_whole = is_name && !is_encoded && !after.chars().next().is_some_and(is_joined);
    text.get(..text.len() - after.len()).filter(|_| is_whole)
}

/// Whether a character next to a `%` shows that the sign belongs to a number, a word or a URL.
fn is_joined(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '/' | '=' | '%')
}

/// The text before the nearest sign, and the text after it. `None` if the sign is too far away.
fn until(text: &str, sign: char) -> Option<(&str, &str)> {
    let (at, _) = text.char_indices().take(LONGEST + 1).find(|(_, c)| *c == sign)?;
    Some((text.get(..at)?, text.get(at + sign.len_utf8()..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn placeholders_of_other_services_are_found() {
        for (text, expected) in [
            ("Здравствуйте, {name}!", vec!["{name}"]),
            ("{{ client.name }}, ждём вас {{date}}", vec!["{{ client.name }}", "{{date}}"]),
            ("{Имя клиента} и ещё раз {Имя клиента}", vec!["{Имя клиента}"]),
            ("${name} %имя% (%case_id%)", vec!["{name}", "%имя%", "%case_id%"]),
            ("<a href=\"https://a.b/?q={id}\">{1}</a>", vec!["{id}", "{1}"]),
            ("{a}{b}{c}{d}", vec!["{a}", "{b}", "{c}"]),
            // Only the inner two of three pairs form the placeholder.
            ("{{{name}}}", vec!["{{name}}"]),
            ("{{name}", vec!["{{name}"]),
        ] {
            assert_eq!(placeholders(text), expected, "{text}");
        }
    }

    #[test]
    fn braces_and_percent_signs_in_plain_texts_are_not_placeholders() {
        for text in [
            "Скидка 10% и ещё 20% до пятницы",
            "100%гарантия%",
            "https://a.b/%D0%B0%20%be%",
            "?q=%ab%cd%",
            "{} { } {:-)} {\"a\": 1}",
            "Осталось {",
            "} {",
            "%a%",
            "% имя %",
            "{this is much longer than what anybody would call a name}",
        ] {
            assert_eq!(placeholders(text), Vec::<String>::new(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn found_placeholders_are_parts_of_the_text(text in "[{}%a-zя1 /]{0,60}") {
            for found in placeholders(&text) {
                prop_assert!(text.contains(&found));
            }
        }
    }
}
