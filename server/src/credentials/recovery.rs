//! Recovery codes: each opens the account once where the authenticator app is not at hand.

use secrecy::SecretString;

use crate::secrets::codes;

/// How many an account is given.
pub const COUNT: usize = 10;
/// Small letters and digits without look-alikes.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// 16 × log2(31) = 79 bits: as much as a plain hash of it needs.
const LETTERS: usize = 16;
/// Letters between two hyphens.
const GROUP: usize = 4;

/// New ones, as a person writes them down: `abcd-efgh-jkmn-pqrs`.
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

/// What is kept of a code, however it is typed: hyphens, spaces and capitals are of no account.
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
    fn ten_codes_are_all_different_and_can_be_typed_in_any_way() {
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
