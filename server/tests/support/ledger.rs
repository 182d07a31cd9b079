//! A ledger of secrets and of recorded output: each secret is searched in all output, in every encoding that could
//! hide it.

use std::{cell::RefCell, collections::BTreeSet};

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use hookgram::query;

/// The number of characters of a secret that must not be shown. Fewer are shown of a masked token or key.
const ENOUGH: usize = 10;

/// A secret, with a name for reports.
struct Secret {
    name: String,
    text: String,
    /// The places that it is forbidden in; empty means everywhere.
    only: &'static str,
}

/// A recorded output.
struct Said {
    place: String,
    bytes: Vec<u8>,
    /// Prefixes of the names of secrets that are allowed there.
    may: Vec<String>,
}

#[derive(Default)]
pub struct Ledger {
    secrets: RefCell<Vec<Secret>>,
    said: RefCell<Vec<Said>>,
}

impl Ledger {
    /// Registers a secret that is forbidden everywhere.
    pub fn secret(&self, name: &str, text: &str) {
        self.secret_in("", name, text);
    }

    /// Registers a secret that is forbidden in the places whose names have this prefix.
    pub fn secret_in(&self, only: &'static str, name: &str, text: &str) {
        assert!(text.chars().count() >= ENOUGH, "{name} is too short to be told from other texts");
        self.secrets.borrow_mut().push(Secret { name: name.to_owned(), text: text.to_owned(), only });
    }

    /// Registers the part of a token that may never be shown: its middle.
    pub fn token(&self, name: &str, token: &str) {
        let (_, secret) = token.split_once(':').unwrap();
        self.secret(name, &secret[3..secret.len() - 4]);
    }

    /// Records output at a place, where secrets whose names have one of these prefixes are allowed.
    pub fn said(&self, place: impl Into<String>, bytes: impl Into<Vec<u8>>, may: &[&str]) {
        let may = may.iter().map(|name| (*name).to_owned()).collect();
        self.said.borrow_mut().push(Said { place: place.into(), bytes: bytes.into(), may });
    }

    /// Searches all output for every secret. Returns what was found and where.
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

    /// Returns the number of recorded outputs and of their bytes.
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

/// Returns the start of a secret in each encoding, so that it is found in a text that was cut.
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
    // In base64 a text has three forms, depending on its offset modulo three. The whole secret is encoded, because
    // its neighbours change some characters at its ends.
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
    fn a_secret_is_found_in_every_encoding() {
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
