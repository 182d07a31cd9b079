//! Character references.

/// Reads the reference that starts at the `&` which `text` starts with, as Telegram does: `lt gt amp quot` and numbers,
/// the `;` optional. Gives the character and the bytes it took.
pub(super) fn telegram(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('&')?;
    let (found, taken) = match body.strip_prefix('#') {
        Some(number) => numeric(number).map(|(c, taken)| (c, taken + 1))?,
        None => {
            let length = body.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(body.len());
            let c = match body.get(..length)? {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                _ => return None,
            };
            (c, length)
        }
    };
    let semicolon = usize::from(body.get(taken..).is_some_and(|rest| rest.starts_with(';')));
    Some((found, 1 + taken + semicolon))
}

/// The same for an event's HTML: the names that texts use, `;` required.
pub(super) fn html(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('&')?;
    let end = body.char_indices().take(12).find(|(_, c)| *c == ';').map(|(at, _)| at)?;
    let name = body.get(..end)?;
    let found = match name.strip_prefix('#') {
        Some(number) => numeric(number).filter(|(_, taken)| *taken == number.len()).map(|(c, _)| c)?,
        None => NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)?,
    };
    Some((found, end + 2))
}

/// `8212` or `x2014`, without what follows.
fn numeric(text: &str) -> Option<(char, usize)> {
    let (digits, radix, prefix) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 1),
        None => (text, 10, 0),
    };
    let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let code = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
    let found = char::from_u32(code).filter(|c| *c != '\0')?;
    Some((found, prefix + length))
}

const NAMED: [(&str, char); 64] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("shy", '\u{ad}'),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("minus", '−'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("times", '×'),
    ("divide", '÷'),
    ("plusmn", '±'),
    ("frac12", '½'),
    ("frac14", '¼'),
    ("frac34", '¾'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("deg", '°'),
    ("permil", '‰'),
    ("micro", 'µ'),
    ("sect", '§'),
    ("para", '¶'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("curren", '¤'),
    ("larr", '←'),
    ("uarr", '↑'),
    ("rarr", '→'),
    ("darr", '↓'),
    ("harr", '↔'),
    ("hearts", '♥'),
    ("ne", '≠'),
    ("le", '≤'),
    ("ge", '≥'),
    ("asymp", '≈'),
    ("infin", '∞'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("eacute", 'é'),
    ("uuml", 'ü'),
];
