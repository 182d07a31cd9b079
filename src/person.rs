//! The person behind a participant: the name and the phone from the booking form, and the words by which a search finds
//! the person.

use crate::{
    event::{ContactField, Participant},
    text::{composed, one_line, shorten, trimmed},
};

/// `ParticipationFieldType` of the full name and of the phone.
const NAME_KIND: i64 = 1;
const PHONE_KIND: i64 = 7;

/// The maximum length of a stored name or phone, in characters.
const LONGEST_NAME: usize = 100;
const LONGEST_PHONE: usize = 40;
/// The maximum number of a name's words, and of a field's phones, that are searchable.
const MOST_WORDS: usize = 8;
const MOST_PHONES: usize = 2;
/// The maximum length of a searchable word, in characters. Longer words are cut, both in the name and in the query.
const LONGEST_WORD: usize = 32;
/// The minimum number of digits of a searchable phone.
const FEWEST_DIGITS: usize = 4;
/// The minimum number of digits of a phone that is recognised only by the name of its field.
const FEWEST_OF_PHONE: usize = 5;
/// The first character of a phone's word. No word of a name contains it.
const PHONE_MARK: char = '#';

/// Names of fields with a full name, normalised by [`label`].
const FULL: [&str; 9] = [
    "фио",
    "фамилия имя отчество",
    "фамилия имя",
    "имя фамилия",
    "фамилия и имя",
    "имя и фамилия",
    "полное имя",
    "full name",
    "fullname",
];
/// Names of fields with a part of the name.
const PARTS: [&str; 22] = [
    "имя",
    "фамилия",
    "отчество",
    "имя отчество",
    "имя и отчество",
    "ваше имя",
    "имя клиента",
    "имя участника",
    "клиент",
    "как вас зовут",
    "как к вам обращаться",
    "name",
    "first name",
    "firstname",
    "last name",
    "lastname",
    "surname",
    "middle name",
    "patronymic",
    "your name",
    "client name",
    "customer name",
];
/// Names of fields with a phone, in addition to those that contain a word such as `телефон` or `phone`.
const PHONES: [&str; 9] =
    ["тел", "моб", "мобильный", "мобильный номер", "контактный номер", "mobile", "mobile number", "tel", "whatsapp"];

/// The name and the phone of a participant, each on one line. At least one of them is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: Option<String>,
    /// The phone as typed.
    pub phone: Option<String>,
}

impl Person {
    /// Reads the person from the contact fields, by their types or, without those, by their names. `None` if neither a
    /// name nor a phone is found.
    #[must_use]
    pub fn of(participant: &Participant) -> Option<Self> {
        let person = Self { name: name_of(&participant.fields), phone: phone_of(&participant.fields) };
        (person != Self::default()).then_some(person)
    }

    /// The words by which a search finds the person: the folded words of the name, and each phone with its digits
    /// reversed.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for word in split(self.name.as_deref().unwrap_or_default()).take(MOST_WORDS).chain(
            phones(self.phone.as_deref().unwrap_or_default()).take(MOST_PHONES).map(|digits| phone_word(&digits)),
        ) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }
}

/// A search for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonQuery {
    starts: Vec<String>,
}

impl PersonQuery {
    /// Reads a query that a person typed. A word matches the beginning of a word of the name. Four or more digits match
    /// the end of a phone, in any spelling. `None` if the text has neither letters nor digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
        let (numbers, mut starts): (Vec<String>, Vec<String>) = split(text).partition(is_number);
        let digits = national(&numbers.concat());
        if digits.len() >= FEWEST_DIGITS {
            starts.truncate(MOST_WORDS);
            starts.push(phone_word(&digits));
        } else {
            starts.extend(numbers);
            starts.truncate(MOST_WORDS);
        }
        (!starts.is_empty()).then_some(Self { starts })
    }

    /// The beginnings, one for each word of the query. A person matches if each of them begins one of
    /// [`Person::words`].
    #[must_use]
    pub fn starts(&self) -> &[String] {
        &self.starts
    }

    /// Whether the query matches this person.
    #[must_use]
    pub fn finds(&self, person: &Person) -> bool {
        let words = person.words();
        self.starts.iter().all(|start| words.iter().any(|word| word.starts_with(start.as_str())))
    }
}

fn name_of(fields: &[ContactField]) -> Option<String> {
    let value = |field: &ContactField| {
        let line = one_line(field.value.as_deref()?);
        let value = trimmed(&line);
        value.chars().any(char::is_alphanumeric).then(|| value.to_owned())
    };
    let of = |is_it: &dyn Fn(&ContactField) -> bool| fields.iter().filter(|field| is_it(field)).find_map(value);
    let full = of(&|field| field.kind == Some(NAME_KIND));
    let full = full.or_else(|| of(&|field| FULL.contains(&&*label(field))));
    let name = full.or_else(|| {
        let mut seen: Vec<String> = Vec::new();
        let mut parts: Vec<String> = Vec::new();
        for field in fields {
            let label = label(field);
            if PARTS.contains(&&*label)
                && !seen.contains(&label)
                && let Some(part) = value(field)
            {
                seen.push(label);
                parts.push(part);
            }
        }
        (!parts.is_empty()).then(|| parts.join(" "))
    });
    name.map(|name| shorten(&name, LONGEST_NAME))
}

fn phone_of(fields: &[ContactField]) -> Option<String> {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let value = |field: &ContactField, fewest: usize| {
        let line = one_line(field.value.as_deref()?);
        let value = trimmed(&line);
        (digits(value) >= fewest).then(|| shorten(value, LONGEST_PHONE))
    };
    let by_kind = fields.iter().filter(|field| field.kind == Some(PHONE_KIND)).find_map(|field| value(field, 1));
    by_kind.or_else(|| {
        let is_phone = |field: &&ContactField| {
            let label = label(field);
            PHONES.contains(&&*label)
                || label.split(' ').any(|word| word.starts_with("телефон") || word.starts_with("phone"))
        };
        fields.iter().filter(is_phone).find_map(|field| value(field, FEWEST_OF_PHONE))
    })
}

/// The name of a field for comparison: lower-case words, joined by single spaces, without dots (`Ф.И.О.`).
fn label(field: &ContactField) -> String {
    let name = field.name.as_deref().unwrap_or_default().replace('.', "");
    split(&name).collect::<Vec<_>>().join(" ")
}

/// The words of a text in lower case, with `е` for `ё`, without separate accents and without apostrophes inside.
fn split(text: &str) -> impl Iterator<Item = String> {
    let lower = composed(text).to_lowercase();
    let folded: String = composed(&lower)
        .chars()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}' | '\'' | '’' | 'ʼ' | '`'))
        .map(|c| if c == 'ё' { 'е' } else { c })
        .collect();
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST_WORD).collect())
        .collect();
    words.into_iter()
}

/// The numbers in a phone field. Letters and separators split it, so an extension is a number of its own.
fn phones(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| c.is_alphabetic() || matches!(c, ',' | ';' | '/'))
        .map(national)
        .filter(|digits| digits.len() >= FEWEST_DIGITS)
}

/// The digits of a phone without optional prefixes: `+7` or `8` of eleven digits, and zeros.
fn national(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(LONGEST_WORD).collect();
    let digits = digits.trim_start_matches('0');
    let short = digits.strip_prefix(['7', '8']).filter(|rest| rest.len() == 10);
    short.unwrap_or(digits).to_owned()
}

/// The word of a phone. The digits are reversed, so that the end of a phone is the beginning of its word.
fn phone_word(digits: &str) -> String {
    std::iter::once(PHONE_MARK).chain(digits.chars().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: Option<i64>, name: &str, value: &str) -> ContactField {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        ContactField { kind, name: text(name), value: text(value) }
    }

    fn person(fields: &[(Option<i64>, &str, &str)]) -> (Option<String>, Option<String>) {
        let fields = fields.iter().map(|(kind, name, value)| field(*kind, name, value)).collect();
        let person = Person::of(&Participant { fields, ..Participant::default() }).unwrap_or_default();
        (person.name, person.phone)
    }

    fn both(name: &str, phone: &str) -> (Option<String>, Option<String>) {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        (text(name), text(phone))
    }

    #[test]
    fn a_person_is_read_by_field_types_and_otherwise_by_field_names() {
        for (fields, expected) in [
            (&[(Some(1), "ФИО", "fsdfsdf"), (Some(7), "Телефон", "234234")][..], both("fsdfsdf", "234234")),
            (&[(Some(1), "Кто придёт", "Анна Королёва"), (Some(7), "Связь", "1")], both("Анна Королёва", "1")),
            (&[(None, "Имя", "Анна"), (None, "Ф.И.О.", "Королёва Анна")], both("Королёва Анна", "")),
            (&[(Some(101), "Фамилия", "Королёва"), (None, "*имя", " Анна\n")], both("Королёва Анна", "")),
            (&[(None, "Имя", "Анна"), (None, "Имя", "Пётр")], both("Анна", "")),
            (&[(None, "First name", "Ann"), (None, "Last Name", "Lee"), (None, "Phone number", "555-0100")], {
                both("Ann Lee", "555-0100")
            }),
            (&[(None, "Ваш номер телефона", "8 911 000-00-00")], both("", "8 911 000-00-00")),
            (&[(None, "Телефонный разговор", "да")], both("", "")),
            (&[(Some(1), "ФИО", "\u{200b}"), (Some(7), "Телефон", "нет")], both("", "")),
            (&[(Some(10), "Email", "a@b.c"), (None, "Имя питомца", "Рекс")], both("", "")),
            (&[(Some(1), "ФИО", "Анна\r\nBcc: \u{202e}x")], both("Анна  Bcc: x", "")),
        ] {
            assert_eq!(person(fields), expected, "{fields:?}");
        }
        let long = person(&[(Some(1), "ФИО", &"я".repeat(500)), (Some(7), "Телефон", &"1".repeat(500))]);
        assert_eq!((long.0.unwrap().chars().count(), long.1.unwrap().chars().count()), (100, 40));
    }

    #[test]
    fn a_search_finds_a_person_in_any_spelling() {
        let one = |name: &str, phone: &str| Person {
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            phone: Some(phone.to_owned()).filter(|phone| !phone.is_empty()),
        };
        let anna = one("Королёва Анна-Мария", "+7 (911) 000-12-34");
        for (text, finds) in [
            ("анна", true),
            ("КОРОЛЕВА", true),
            ("королёв", true),
            ("мар кор", true),
            ("Анна-М", true),
            ("королевы", false),
            ("нна", false),
            ("анна пётр", false),
            ("8 911 000 12 34", true),
            ("+7-911-000-12-34", true),
            ("9110001234", true),
            ("0001234", true),
            ("1234", true),
            ("Анна 1234", true),
            ("Анна 1235", false),
            ("234", false),
            ("7911", false),
        ] {
            assert_eq!(PersonQuery::parse(text).unwrap().finds(&anna), finds, "{text}");
        }
        for (person, text) in [
            (one("Андреи\u{306}", ""), "андрей"),
            (one("Андрей", ""), "Андреи\u{306}"),
            (one("О’Коннор", ""), "о'коннор"),
            (one("İpek", ""), "ipek"),
            (one("Анна2", ""), "анна2"),
            (one("", "0049 151 2345678"), "+49 151 2345678"),
            (one("", "+49 151 2345678"), "0151 2345678"),
            (one("", "8 (495) 123-45-67 доб. 12"), "+7 495 123 45 67"),
            (one("", "+7 911 000-12-34, 8 912 555 44 33"), "9125554433"),
            (one(&"д".repeat(50), ""), &"Д".repeat(40)),
        ] {
            assert!(PersonQuery::parse(text).unwrap().finds(&person), "{text} {person:?}");
        }
        for nothing in ["", " ", "№", "+-()", "\u{301}"] {
            assert_eq!(PersonQuery::parse(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn search_words_are_limited_and_unique() {
        let name = "Анна анна АННА а б в г д е ж з и";
        let words = Person { name: Some(name.into()), phone: Some("11111 / 22222 / 33333".into()) }.words();
        assert_eq!(words, ["анна", "а", "б", "в", "г", "д", "#11111", "#22222"]);
        assert_eq!(PersonQuery::parse(&"а ".repeat(99)).unwrap().starts().len(), MOST_WORDS);
    }
}
