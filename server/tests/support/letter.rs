//! Mails as a reader sees them.

use data_encoding::BASE64;

/// A mail that the simulated server has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    /// Whether it was sent over TLS.
    pub secret: bool,
    /// The mail as it was sent, without dot-stuffing.
    pub raw: String,
}

impl Mail {
    /// Returns the header lines, unfolded.
    pub fn head(&self) -> Vec<String> {
        let head = self.raw.split("\n\n").next().unwrap_or_default();
        head.replace("\n ", " ").lines().map(str::to_owned).collect()
    }

    /// Returns a header's value with decoded words.
    pub fn header(&self, name: &str) -> String {
        let head = self.head();
        let line = head.iter().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default();
        let mut text = String::new();
        for word in line.split(' ') {
            match word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")) {
                Some(encoded) => text += &String::from_utf8(BASE64.decode(encoded.as_bytes()).unwrap()).unwrap(),
                None => text += &format!(" {word} "),
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn subject(&self) -> String {
        self.header("Subject")
    }

    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    pub fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, kind: &str) -> String {
        let (_, rest) = self.raw.split_once("boundary=\"").expect("several parts");
        let (boundary, body) = rest.split_once('"').unwrap();
        let part = body.split(&format!("--{boundary}")).find(|part| part.contains(kind)).expect(kind);
        let (head, body) = part.trim_start().split_once("\n\n").unwrap();
        if head.contains("base64") {
            let packed: String = body.split_whitespace().collect();
            return String::from_utf8(BASE64.decode(packed.as_bytes()).unwrap()).unwrap().replace("\r\n", "\n");
        }
        if head.contains("quoted-printable") { unquoted(body) } else { body.to_owned() }
    }
}

fn unquoted(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'=', [high, low, tail @ ..]) => {
                let hex = String::from_utf8(vec![*high, *low]).unwrap();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap());
                rest = tail;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}
