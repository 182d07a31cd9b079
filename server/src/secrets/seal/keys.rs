//! Encryption keys with their numbers, and their text form: `2:BASE64,1:BASE64`, or one key per line.

use std::{fmt, sync::Arc};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use data_encoding::BASE64;
use secrecy::{ExposeSecret as _, SecretString};

use super::{FORMAT, HEAD, NONCE, Place, SealError};
use crate::secrets::codes;

/// The number of a key without one. Keys had no numbers in earlier versions.
const FIRST: u8 = 1;

/// Keys in order. The first one ought to be the sealing key. Never empty.
#[derive(Clone)]
pub(super) struct Keys(Vec<Key>);

/// An encryption key. Cheap to clone.
#[derive(Clone)]
pub struct Key {
    number: u8,
    /// The key in base64.
    text: Arc<SecretString>,
    cipher: Arc<XChaCha20Poly1305>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.number)
    }
}

impl Keys {
    /// Parses keys. Returns `None` if a key is invalid, two have the same number, or there is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // Windows editors put a byte order mark at the start of a file.
        let entries =
            text.split(|c: char| c == ',' || c == '\u{feff}' || c.is_whitespace()).filter(|entry| !entry.is_empty());
        let mut keys: Vec<Key> = Vec::new();
        for entry in entries {
            let key = Key::parse(entry)?;
            if keys.iter().any(|other| other.number == key.number) {
                return None;
            }
            keys.push(key);
        }
        (!keys.is_empty()).then_some(Self(keys))
    }

    pub(super) fn new() -> Option<Self> {
        Key::new(FIRST).map(|key| Self(vec![key]))
    }

    /// These keys with a new one in front; `None` if every number is taken.
    pub(super) fn with_a_new_one(&self) -> Option<Self> {
        let mut number = self.first()?.number;
        loop {
            number = number.checked_add(1).unwrap_or(FIRST);
            if self.get(number).is_none() {
                break;
            }
            if number == self.first()?.number {
                return None;
            }
        }
        let mut keys = vec![Key::new(number)?];
        keys.extend(self.0.iter().cloned());
        Some(Self(keys))
    }

    pub(super) fn without_the_others(&self) -> Self {
        Self(self.0.iter().take(1).cloned().collect())
    }

    pub(super) fn those_not_in(&self, others: &Self) -> Vec<Key> {
        let is_there = |key: &Key| {
            let same = |other: &Key| other.text.expose_secret() == key.text.expose_secret();
            others.get(key.number).is_some_and(same)
        };
        self.0.iter().filter(|key| !is_there(key)).cloned().collect()
    }

    pub(super) fn first(&self) -> Option<&Key> {
        self.0.first()
    }

    pub(super) fn get(&self, number: u8) -> Option<&Key> {
        self.0.iter().find(|key| key.number == number)
    }

    pub(super) fn numbers(&self) -> Vec<u8> {
        self.0.iter().map(|key| key.number).collect()
    }

    pub(super) fn write(&self) -> SecretString {
        SecretString::from(
            self.0.iter().map(|key| format!("{}:{}\n", key.number, key.text.expose_secret())).collect::<String>(),
        )
    }
}

impl Key {
    fn parse(entry: &str) -> Option<Self> {
        let (number, text) = match entry.split_once(':') {
            Some((number, text)) => (number.parse().ok().filter(|number| *number > 0)?, text),
            None => (FIRST, entry),
        };
        let cipher = XChaCha20Poly1305::new_from_slice(&BASE64.decode(text.as_bytes()).ok()?).ok()?;
        Some(Self { number, text: Arc::new(SecretString::from(text)), cipher: Arc::new(cipher) })
    }

    fn new(number: u8) -> Option<Self> {
        let mut key = [0u8; 32];
        codes::fill(&mut key);
        Self::parse(&format!("{number}:{}", BASE64.encode(&key)))
    }

    /// The key's number, which is the second byte of every value that it seals.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.number
    }

    /// Encrypts a text and binds it to a place.
    pub fn seal(&self, place: Place<'_>, text: &str) -> Result<Vec<u8>, SealError> {
        let head = [FORMAT, self.number];
        let mut nonce = [0u8; NONCE];
        codes::fill(&mut nonce);
        let aad = place.bind(head);
        let payload = Payload { msg: text.as_bytes(), aad: &aad };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::CannotSeal)?;
        Ok([head.as_slice(), &nonce, &sealed].concat())
    }

    /// Decrypts a value that this key has sealed for this place.
    pub(super) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Option<SecretString> {
        let (head, rest) = sealed.split_first_chunk::<HEAD>()?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>()?;
        if *head != [FORMAT, self.number] {
            return None;
        }
        let aad = place.bind(*head);
        let open = self.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: &aad }).ok()?;
        String::from_utf8(open).ok().map(SecretString::from)
    }
}

/// The number of the key with which a value was sealed.
#[must_use]
pub fn number_of(sealed: &[u8]) -> Option<u8> {
    sealed.get(1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(byte: u8) -> String {
        BASE64.encode(&[byte; 32])
    }

    #[test]
    fn written_keys_are_read_back() {
        let written = format!("2:{}\n1:{}\n", text(2), text(1));
        for same in
            [written.clone(), format!("2:{},1:{}", text(2), text(1)), format!("  2:{} , {}\n", text(2), text(1))]
        {
            let keys = Keys::parse(&same).unwrap();
            assert_eq!(keys.numbers(), [2, 1]);
            assert_eq!(keys.write().expose_secret(), written);
        }
        assert_eq!(Keys::parse(&text(1)).unwrap().numbers(), [1], "as it was written before keys had numbers");
    }

    #[test]
    fn an_invalid_list_of_keys_is_refused() {
        for wrong in [
            String::new(),
            " ,\n".to_owned(),
            format!("0:{}", text(1)),
            format!("256:{}", text(1)),
            format!("x:{}", text(1)),
            format!("{},{}", text(1), text(2)),
            format!("2:{},2:{}", text(1), text(1)),
            format!("2:{},short", text(1)),
            format!("1:2:{}", text(1)),
        ] {
            assert!(Keys::parse(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_new_key_gets_an_unused_number() {
        let mut keys = Keys::new().unwrap();
        for number in 2..=255u8 {
            keys = keys.with_a_new_one().unwrap();
            assert_eq!(keys.first().unwrap().number(), number);
        }
        assert!(keys.with_a_new_one().is_none(), "every number is taken");
        keys = keys.without_the_others();
        assert_eq!(keys.numbers(), [255]);
        assert_eq!(keys.with_a_new_one().unwrap().numbers(), [1, 255], "after the last number comes the first");
    }
}
