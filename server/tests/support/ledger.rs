//! What is secret, and all that was said: each secret is looked for in everything, in every dress that could hide it.

use std::{cell::RefCell, collections::BTreeSet};

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use hookgram::query;

/// Characters of a secret that must not be seen: fewer are shown of a token, or of a key.
const ENOUGH: usize = 10;

/// A secret, under a name for the one who reads what was found.
struct Secret {
    name: String,
    text: String,
    /// The places that it is forbidden in; blank: all.
    only: &'static str,
}

/// Something that was said.
struct Said {
    place: String,
    bytes: Vec<u8>,
    /// The names of secrets that belong there, by their beginnings.
    may: Vec<String>,
}

#[derive(Default)]
pub struct Ledger {
    secrets: RefCell<Vec<Secret>>,
    said: RefCell<Vec<Said>>,
}

impl Ledger {
    /// This is secret everywhere.
    pub fn secret(&self, name: &str, text: &str) {
        self.secret_in("", name, text);
    }

    /// This is secret in the places whose names begin so.
    pub fn secret_in(&self, only: &'static str, name: &str, text: &str) {
        assert!(text.chars().count() >= ENOUGH, "{name} is too short to be told from other texts");
        self.secrets.borrow_mut().push(Secret { name: name.to_owned(), text: text.to_owned(), only });
    }

    /// Of a token what may never be shown: its middle.
    pub fn token(&self, name: &str, token: &str) {
        let (_, secret) = token.split_once(':').unwrap();
        self.secret(name, &secret[3..secret.len() - 4]);
    }

    /// This was said there, where secrets whose names begin so belong.
    pub fn said(&self, place: impl Into<String>, bytes: impl Into<Vec<u8>>, may: &[&str]) {
        let may = may.iter().map(|name| (*name).to_owned()).collect();
        self.said.borrow_mut().push(Said { place: place.into(), bytes: bytes.into(), may });
    }

    /// Looks for every secret in all that was said; what was found where.
    pub fn findings(&self) -> Vec<String> {
        let (secrets, said) = (self.secrets.borrow(), self.said.borrow());
        let mut found = Vec::new();
        for secret in secrets.iter() {
            let dresses = dresses(&secret.text);
            for said in said.iter().filter(|said| said.place.starts_with(secret.only)) {
                if said.may.iter().any(|name| secret.name.starts_with(name.as_str())) {
                    continue;
                }
                if let Some(at) = dresses.iter().find_map(|dress| position(&said.bytes, dress.as_bytes())) {
                    let from = at.saturating_sub(160);
                    let around = said.bytes.get(from..(at + 80).min(said.bytes.len())).unwrap();
                    found.push(format!("{} in {}: {:?}", secret.name, said.place, String::from_utf8_lossy(around)));
                }
            }
        }
        found
    }

    /// How many things were said, and how many bytes.
    pub fn size(&self) -> (usize, usize) {
        let said = self.said.borrow();
        (said.len(), said.iter().map(|said| said.bytes.len()).sum())
    }
}

fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let starts = text.iter().enumerate().filter(|(_, byte)| **byte == first).map(|(at, _)| at);
    starts.into_iter().find(|at| text[*at..].starts_with(part))
}

/// The beginning of a secret in each encoding: a text that was cut still shows it.
fn dresses(secret: &str) -> BTreeSet<String> {
    let start: String = secret.chars().take(ENOUGH).collect();
    let percent = query::encode(&start);
    let html = start.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let ascii = |c: char| {
        let mut units = [0; 2];
        let escaped = c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect();
        if c.is_ascii() { c.to_string() } else { escaped }
    };
    let mut all: BTreeSet<String> = [
        start.clone(),
        percent.to_lowercase(),
        percent.replace("%20", "+"),
        start.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        percent.replace('%', "%25"),
        html.replace('"', "&quot;").replace('\'', "&#x27;"),
        html.replace('\'', "&#39;"),
        html,
        serde_json::to_string(&start).unwrap().trim_matches('"').to_owned(),
        start.chars().map(ascii).collect(),
        start.bytes().map(|byte| format!("{byte:02x}")).collect(),
        start.bytes().map(|byte| format!("{byte:02X}")).collect(),
        format!("{:?}", start.as_bytes()).trim_matches(['[', ']']).to_owned(),
        percent,
    ]
    .into();
    // In base64 a text looks like one of three, by where in three bytes it begins. Of the whole secret, for what is
    // around it spoils some letters.
    for skipped in 0..3 {
        let padded = [&b"\0\0"[..skipped], secret.as_bytes()].concat();
        for encoded in [BASE64_NOPAD.encode(&padded), BASE64URL_NOPAD.encode(&padded)] {
            let end = encoded.len() - 4;
            all.insert(encoded[4..end.min(24)].to_owned());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_whatever_dress() {
        let secret = "ключ & \"замок\" <42> и ещё";
        let standard = BASE64_NOPAD.encode(format!("\0user\0{secret}").as_bytes());
        for hidden in [
            secret.to_owned(),
            query::encode(secret),
            query::encode(&query::encode(secret)),
            serde_json::to_string(secret).unwrap(),
            "ключ &amp; &quot;замок&quot;".to_owned(),
            format!("{secret:?}"),
            standard,
            BASE64URL_NOPAD.encode(format!("x{secret}").as_bytes()),
            BASE64URL_NOPAD.encode(format!("xy{secret}y").as_bytes()),
            format!("{:?}", secret.as_bytes()),
        ] {
            let ledger = Ledger::default();
            ledger.secret("the secret", secret);
            ledger.said("here", format!("before {hidden} after"), &[]);
            ledger.said("there", "ключ & замок", &[]);
            assert_eq!(ledger.findings().len(), 1, "{hidden}");
        }
    }
}
