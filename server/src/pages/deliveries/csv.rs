//! CSV for spreadsheets. A spreadsheet evaluates text that looks like a formula, and may split a line at another
//! separator than the file's. Text from outside must remain text in both cases.

use csv::{Terminator, WriterBuilder};
use hookgram::values::Language;
use serde_json::Value;

/// The characters that start a formula, including the full-width forms of East Asian keyboards.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// The characters at which a spreadsheet may start a new cell, whatever the file's separator is.
const SEPARATORS: [char; 6] = [',', ';', '\t', '\r', '\n', '|'];

/// The separator that spreadsheets expect in a language.
pub(in crate::pages) fn separator(language: Language) -> u8 {
    if language == Language::Ru { b';' } else { b',' }
}

/// Writes rows of equal length in the format of RFC 4180, with this separator.
pub(in crate::pages) fn lines(separator: u8, rows: impl Iterator<Item = impl AsRef<[Value]>>) -> Vec<u8> {
    let mut writer = WriterBuilder::new().delimiter(separator).terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing to memory cannot fail.
        _ = writer.write_record(row.as_ref().iter().map(cell));
    }
    writer.into_inner().unwrap_or_default()
}

/// The text of a cell, with an apostrophe before each formula.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.as_str(),
        other => &other.to_string(),
    };
    let mut safe = String::with_capacity(text.len() + 2);
    // True where a cell may start: only blanks and quotes since the last separator.
    let mut begins = true;
    for letter in text.chars() {
        let is_blank = letter.is_whitespace() || is_unseen(letter) || matches!(letter, '"' | '\'');
        if begins && FORMULA.contains(&letter) {
            safe.push('\'');
        }
        begins = SEPARATORS.contains(&letter) || begins && is_blank;
        safe.push(letter);
    }
    if safe.starts_with(['\t', '\r', '\n']) {
        safe.insert(0, '\'');
    }
    safe
}

fn is_unseen(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_that_a_spreadsheet_would_read_as_formulas_are_quoted() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+7 900", "'+7 900"),
            ("-2+3", "'-2+3"),
            // A spreadsheet that does not split at the file's separator would read `-100123,2+cmd` as a formula.
            ("-100123", "'-100123"),
            ("\t=1", "'\t'=1"),
            ("  =1", "  '=1"),
            ("\u{feff}=1", "\u{feff}'=1"),
            ("＝1", "'＝1"),
            ("\"=1", "\"\"\"'=1\""),
            ("a;b", "\"a;b\""),
            ("a,=1", "a,'=1"),
            ("a; =1", "\"a; '=1\""),
            ("a\n=1", "\"a\n'=1\""),
            ("a - b = c", "a - b = c"),
            ("2024-05-08", "2024-05-08"),
            ("say \"hi\"\nthere", "\"say \"\"hi\"\"\nthere\""),
            ("=HYPERLINK(\"x\";\"y\")", "\"'=HYPERLINK(\"\"x\"\";\"\"y\"\")\""),
            ("", ""),
        ] {
            assert_eq!(line(&[text, "end"], ';'), format!("{expected};end"), "{text}");
        }
        assert_eq!(lines(b',', [[Value::Null, json!(5)], [json!(6), json!("")]].into_iter()), b",5\r\n6,\r\n");
    }

    /// Returns a row of these cells, without its line end.
    fn line(cells: &[&str], separator: char) -> String {
        let row: Vec<Value> = cells.iter().copied().map(Value::from).collect();
        let row = String::from_utf8(lines(u8::try_from(separator).unwrap(), std::iter::once(row))).unwrap();
        row.strip_suffix("\r\n").unwrap().to_owned()
    }

    /// Returns the cells of a line as a spreadsheet reads them that splits at this separator.
    fn cells(line: &str, separator: char) -> Vec<String> {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
                '"' if quoted => quoted = false,
                '"' if cell.is_empty() => quoted = true,
                letter if !quoted && (letter == separator || matches!(letter, '\r' | '\n')) => {
                    cells.push(std::mem::take(&mut cell));
                }
                letter => cell.push(letter),
            }
        }
        cells.push(cell);
        cells
    }

    fn nasty() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            proptest::sample::select(vec![
                "=", "+", "-", "@", "＝", ",", ";", "\t", "\r", "\n", "\"", "'", " ", "|", "1", "cmd", "\u{feff}",
                "\u{200b}", "\0", "\u{a0}",
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_cell_starts_a_formula_whatever_the_separator(texts in proptest::collection::vec(nasty(), 1..4)) {
            for made in [',', ';'] {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let line = line(&texts, made);
                for split in [',', ';', '\t', '|'] {
                    for cell in cells(&line, split) {
                        let bare = cell.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '"');
                        prop_assert!(!bare.starts_with(FORMULA), "{cell:?} of {line:?} at {split:?}");
                    }
                }
                // Split at its own separator, the line has as many cells as were written.
                prop_assert_eq!(cells(&line, made).len(), texts.len(), "{:?}", line);
            }
        }
    }
}
