//! The codes in booking links. Links are edited and forwarded, so the id of a chat carries a code that only this server
//! can make.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookgram::booking::{CODE_ALPHABET, CODE_LENGTH, CodedChat};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::codes;

/// The secret of one booking bot, from which the codes of its links and the path and secret of its webhook are derived.
#[derive(Clone)]
pub struct LinkKey {
    bot: i64,
    secret: SecretString,
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkKey({})", self.bot)
    }
}

impl LinkKey {
    /// Creates the key of a bot from its stored secret.
    #[must_use]
    pub fn new(bot: i64, secret: SecretString) -> Self {
        Self { bot, secret }
    }

    /// The secret itself, for an export with secrets.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// Adds the code to a chat's id.
    #[must_use]
    pub fn coded(&self, chat: i64) -> Option<CodedChat> {
        CodedChat::new(chat, &self.code(chat))
    }

    /// Whether the code belongs to the chat, compared in constant time.
    #[must_use]
    pub fn is_right(&self, coded: &CodedChat) -> bool {
        let (right, given) = (self.code(coded.chat()), coded.code());
        let differences = right.bytes().zip(given.bytes()).fold(0, |seen, (right, given)| seen | (right ^ given));
        right.len() == given.len() && differences == 0
    }

    /// The last segment of the path of the bot's webhook.
    #[must_use]
    pub fn webhook_path(&self) -> String {
        self.text("webhook path", 43)
    }

    /// The secret that Telegram sends with each update (Bot API: setWebhook, secret_token).
    #[must_use]
    pub fn webhook_secret(&self) -> SecretString {
        self.text("webhook secret", 43).into()
    }

    fn code(&self, chat: i64) -> String {
        self.text(&format!("chat {chat}"), CODE_LENGTH)
    }

    /// Derives a text of [`CODE_ALPHABET`]'s characters for a purpose. Each character is the remainder of two bytes, so
    /// that all are equally likely within a thousandth.
    fn text(&self, purpose: &str, length: usize) -> String {
        let alphabet = CODE_ALPHABET.as_bytes();
        let mut text = String::with_capacity(length);
        let mut block = 0_u32;
        while text.len() < length {
            for pair in self.block(purpose, block).chunks_exact(2) {
                let &[high, low] = pair else { continue };
                let at = usize::from(u16::from_be_bytes([high, low])) % alphabet.len();
                text.extend(alphabet.get(at).copied().map(char::from).filter(|_| text.len() < length));
            }
            block += 1;
        }
        text
    }

    fn block(&self, purpose: &str, number: u32) -> Vec<u8> {
        // HMAC accepts a key of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes()) else {
            return codes::hash(purpose);
        };
        mac.update(format!("{} {number} {purpose}", self.bot).as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

/// Checks the codes of chat ids in events (contract §4).
#[derive(Clone, Debug)]
pub struct Codes {
    /// The key of the bot's links. If the bot has none (`None`), every code is wrong.
    pub key: Option<LinkKey>,
    /// Whether an id without a code is accepted.
    pub bare_ids: bool,
}

impl Codes {
    /// Whether a code is right.
    #[must_use]
    pub fn is_right(&self, coded: &CodedChat) -> bool {
        self.key.as_ref().is_some_and(|key| key.is_right(coded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bot: i64, secret: &str) -> LinkKey {
        LinkKey::new(bot, SecretString::from(secret))
    }

    #[test]
    fn a_link_code_is_valid_only_for_its_bot_chat_and_secret() {
        let key_1 = key(1, "secret");
        let coded = key_1.coded(123).unwrap();
        assert_eq!(coded.code().len(), CODE_LENGTH);
        assert!(key_1.is_right(&coded) && key_1.is_right(&CodedChat::parse(&coded.to_string()).unwrap()));
        for other in [key(2, "secret"), key(1, "secre"), key(1, "")] {
            assert!(!other.is_right(&coded), "{other:?}");
        }
        assert!(!key_1.is_right(&CodedChat::new(124, coded.code()).unwrap()));
        let turned: String = coded.code().chars().rev().collect();
        assert!(!key_1.is_right(&CodedChat::new(123, &turned).unwrap()));
    }

    #[test]
    fn the_webhooks_path_and_secret_differ_and_are_not_printed() {
        let key = key(1, "secret");
        let (path, secret) = (key.webhook_path(), key.webhook_secret());
        assert_ne!(path, secret.expose_secret());
        assert_eq!(path.len(), 43);
        assert!(path.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert!(!format!("{key:?}").contains("secret"));
    }
}
