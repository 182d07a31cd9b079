//! Random strings that cannot be guessed: webhook keys, public ids, session tokens, codes of one-time links.

use rand::{Rng as _, TryRng as _, rngs::SysRng};
use sha2::{Digest as _, Sha256};

use crate::time::now;

/// Letters and digits without look-alikes (0 O o, 1 l I).
const ALPHABET: &[u8; 56] = b"23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

/// The length of a webhook key: 17 × log2(56) = 98.7 bits.
const KEY_LENGTH: usize = 17;

/// The length of a secret code: 45 × log2(56) = 261 bits.
const SECRET_LENGTH: usize = 45;

/// Generates a webhook key (contract §1: 95 bits or more).
#[must_use]
pub fn webhook_key() -> String {
    text(KEY_LENGTH)
}

/// Letters and digits in byte order, so that strings sort like the numbers that they encode.
const ORDERED: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The number of characters for a time: 62^8 milliseconds are 6,900 years.
const TIME_LENGTH: usize = 8;

/// Generates a public id of an event. It begins with the time, so that ids sort by age and new ones are neighbours in
/// an index. The rest is as hard to guess as a webhook key.
#[must_use]
pub fn public_id() -> String {
    let mut rest = u64::try_from(now()).unwrap_or_default();
    let mut id: Vec<char> = Vec::with_capacity(TIME_LENGTH);
    for _ in 0..TIME_LENGTH {
        let digit = usize::try_from(rest % 62).unwrap_or_default();
        id.push(ORDERED.get(digit).copied().map_or('0', char::from));
        rest /= 62;
    }
    id.iter().rev().collect::<String>() + &text(KEY_LENGTH)
}

/// Generates an id of a draft, as hard to guess as a webhook key.
#[must_use]
pub fn draft_id() -> String {
    text(KEY_LENGTH)
}

/// Generates a secret: a session token, or the code of a one-time link.
#[must_use]
pub fn secret() -> String {
    text(SECRET_LENGTH)
}

/// The SHA-256 hash that is stored instead of a secret.
#[must_use]
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// The start of a webhook key, which may appear in a log.
#[must_use]
pub fn shortened(key: &str) -> String {
    let head: String = key.chars().take(4).collect();
    format!("{head}…")
}

/// Whether a text has the form of a webhook key. Many forms are allowed, because imports accept keys of other
/// installations.
#[must_use]
pub fn is_webhook_key(text: &str) -> bool {
    (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn text(length: usize) -> String {
    of_alphabet(ALPHABET, length)
}

/// Generates a random string in which each character of the alphabet is equally likely.
pub(crate) fn of_alphabet<const N: usize>(alphabet: &[u8; N], length: usize) -> String {
    // Bytes from the largest multiple of N upwards are skipped, or the first characters would be more likely than the
    // others.
    let even = 256 / N * N;
    let mut out = String::with_capacity(length);
    let mut bytes = [0u8; 64];
    while out.len() < length {
        fill(&mut bytes);
        for byte in bytes.map(usize::from) {
            if byte < even && out.len() < length {
                out.push(char::from(alphabet[byte % N]));
            }
        }
    }
    out
}

/// Fills `bytes` from the operating system or, if that fails, from the thread's generator, which the system has seeded.
pub(crate) fn fill(bytes: &mut [u8]) {
    if SysRng.try_fill_bytes(bytes).is_err() {
        rand::rng().fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhook_keys_have_a_fixed_length_and_no_ambiguous_characters() {
        for _ in 0..200 {
            let key = webhook_key();
            assert_eq!(key.len(), 17);
            assert!(is_webhook_key(&key));
            assert!(!key.contains(['0', 'O', 'o', '1', 'l', 'I']), "{key}");
        }
        assert_ne!(secret(), secret());
    }

    #[test]
    fn public_ids_sort_by_the_time_they_were_created() {
        let first = public_id();
        let made = now();
        while now() == made {
            std::hint::spin_loop();
        }
        let second = public_id();
        assert!(first < second, "{first} {second}");
        assert_eq!((first.len(), second.len()), (25, 25));
    }
}
