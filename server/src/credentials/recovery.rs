//! Recovery codes. Each replaces a code of the authenticator app once.

use secrecy::SecretString;

use crate::secrets::codes;

/// The number of codes of an account.
pub const COUNT: usize = 10;
/// Lower-case letters and digits without look-alikes.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// Letters of a code. 16 × log2(31) = 79 bits, which is enough for a plain hash to be safe.
const LETTERS: usize = 16;
/// Letters between two hyphens.
const GROUP: usize = 4;

/// New codes in the form that people write down: `abcd-efgh-jkmn-pqrs`.
#[must_use]
pub fn new() -> Vec<SecretString> {
    (0..COUNT).map(|_| SecretString::from(grouped(&codes::of_alphabet(ALPHABET, LETTERS)))).collect()
}

fn grouped(letters: &str) -> String {
    let mut text = String::with_capacity(letters.len() + letters.len() / GROUP);
    for (at, letter) in letters.chars().enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

/// The stored hash of a code. Hyphens, spaces and case do not matter.
#[must_use]
pub fn hash(typed: &str) -> Vec<u8> {
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    codes::hash(&letters.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn ten_different_recovery_codes_are_made_and_case_and_separators_do_not_matter() {
        let all = new();
        let texts: HashSet<&str> = all.iter().map(|code| code.expose_secret()).collect();
        assert_eq!(texts.len(), COUNT);
        for text in texts {
            assert_eq!((text.len(), text.matches('-').count()), (19, 3), "{text}");
            let typed = format!(" {} ", text.replace('-', " ").to_uppercase());
            assert_eq!(hash(&typed), hash(text));
            assert_ne!(hash(&text[1..]), hash(text));
        }
    }
}
