//! Secrets that cannot be printed by accident.

use std::{collections::HashMap, fmt, ops::Range};

use secrecy::{ExposeSecret, SecretString};

/// A Telegram bot token: `digits:35 of A-Za-z0-9_-` (contract §3).
///
/// `Debug` and `Display` mask the token, and it does not serialise. Only [`BotToken::expose`] returns its text.
#[derive(Clone)]
pub struct BotToken(SecretString);

/// Why a text is not a bot token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// The text is empty or only white space.
    Empty,
    /// The text is the name of one of the booking service's own bots. No other server can send with those.
    SharedBot,
    /// There is no colon between the bot's number and the secret.
    NoColon,
    /// The text before the colon is not a bot's number.
    BadNumber,
    /// The secret has this many characters. It must have 35.
    BadLength(usize),
    /// The secret contains a character outside `A-Za-z0-9_-`.
    BadCharacter(char),
}

/// The booking service's own bots. Its webhook URLs may contain their names instead of a token.
const SHARED_BOTS: [&str; 2] = ["TorrowServiceBot", "TorrowChatBot"];

impl BotToken {
    /// Reads a token. Surrounding white space is ignored.
    ///
    /// # Errors
    /// The first fault of the token's format.
    pub fn parse(text: &str) -> Result<Self, TokenFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TokenFault::Empty);
        }
        let name = text.trim_start_matches('@');
        if SHARED_BOTS.iter().any(|bot| bot.eq_ignore_ascii_case(name)) {
            return Err(TokenFault::SharedBot);
        }
        let (number, secret) = text.split_once(':').ok_or(TokenFault::NoColon)?;
        let is_number = number.bytes().all(|b| b.is_ascii_digit()) && number.parse::<i64>().is_ok_and(|n| n > 0);
        if !is_number {
            return Err(TokenFault::BadNumber);
        }
        if let Some(c) = secret.chars().find(|c| !is_of_secret(*c)) {
            return Err(TokenFault::BadCharacter(c));
        }
        if secret.len() != 35 {
            return Err(TokenFault::BadLength(secret.len()));
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The first token in a longer text, such as a message of @BotFather or a URL.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Self::all(text).next().map(|(_, token)| token)
    }

    /// The tokens in a longer text with their positions. The colon may be percent-encoded.
    fn all(text: &str) -> impl Iterator<Item = (Range<usize>, Self)> {
        text.char_indices().filter_map(|(colon, letter)| {
            let after = match letter {
                ':' => colon + 1,
                '%' if text.get(colon..colon + 3).is_some_and(|encoded| encoded.eq_ignore_ascii_case("%3A")) => {
                    colon + 3
                }
                _ => return None,
            };
            let (before, secret) = (text.get(..colon)?, text.get(after..)?);
            let number = before.get(before.trim_end_matches(|c: char| c.is_ascii_digit()).len()..)?;
            let secret = secret.get(..secret.find(|c| !is_of_secret(c)).unwrap_or(secret.len()))?;
            let token = Self::parse(&format!("{number}:{secret}")).ok()?;
            Some((colon - number.len()..after + secret.len(), token))
        })
    }

    /// The text with all tokens masked.
    #[must_use]
    pub fn mask_all(text: &str) -> String {
        let (mut masked, mut end) = (String::with_capacity(text.len()), 0);
        for (place, token) in Self::all(text) {
            masked.push_str(text.get(end..place.start).unwrap_or_default());
            masked.push_str(&token.masked());
            end = place.end;
        }
        masked.push_str(text.get(end..).unwrap_or_default());
        masked
    }

    /// Restores the tokens of the original in a text that [`Self::mask_all`] masked and that a person then edited. If
    /// two tokens of the original have the same masked form, it stays masked.
    #[must_use]
    pub fn unmask_all(text: &str, original: &str) -> String {
        let mut tokens: HashMap<String, Option<Self>> = HashMap::new();
        for (_, token) in Self::all(original) {
            let known = tokens.entry(token.masked()).or_insert_with(|| Some(token.clone()));
            if known.as_ref() != Some(&token) {
                *known = None;
            }
        }
        let (mut whole, mut end) = (String::with_capacity(text.len()), 0);
        for (gap, ellipsis) in text.match_indices('…') {
            let before = text.get(end..gap).unwrap_or_default();
            let is_masked = |c: char| is_of_secret(c) || c == ':';
            let head = before.get(before.trim_end_matches(is_masked).len()..).unwrap_or_default();
            let tail = text.get(gap + ellipsis.len()..gap + ellipsis.len() + 4).unwrap_or_default();
            // Letters may precede the number, as in the path of the Bot API.
            let head = head.trim_start_matches(|c: char| !c.is_ascii_digit());
            let Some(Some(token)) = tokens.get(&format!("{head}…{tail}")) else { continue };
            whole.push_str(before.get(..before.len() - head.len()).unwrap_or_default());
            whole.push_str(token.expose());
            end = gap + ellipsis.len() + tail.len();
        }
        whole.push_str(text.get(end..).unwrap_or_default());
        whole
    }

    /// The bot's Telegram id, which is the number before the colon. It does not change when the token is replaced.
    #[must_use]
    pub fn bot_id(&self) -> i64 {
        let (number, _) = self.expose().split_once(':').unwrap_or_default();
        number.parse().unwrap_or_default()
    }

    /// The masked form, the only one that may be shown: `7001002003:AAH…abcd`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (number, secret) = self.expose().split_once(':').unwrap_or_default();
        let head = secret.get(..3).unwrap_or_default();
        let tail = secret.get(secret.len().saturating_sub(4)..).unwrap_or_default();
        format!("{number}:{head}…{tail}")
    }

    /// The token itself, for requests to Telegram and for encryption. It must not be shown to anybody.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for BotToken {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for BotToken {}

impl fmt::Debug for BotToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BotToken({})", self.masked())
    }
}

impl fmt::Display for BotToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Whether a token's secret may contain this character.
fn is_of_secret(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Masks everything that looks like a bot token, because a person may have pasted one into the wrong field.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_secret) {
        let (before, run) = rest.split_at(start);
        let (run, after) = run.split_at(run.find(|c| !is_of_secret(c)).unwrap_or(run.len()));
        shown.push_str(before);
        let follows_number =
            shown.ends_with(':') && shown.trim_end_matches(':').ends_with(|c: char| c.is_ascii_digit());
        if run.len() >= if follows_number { 16 } else { 30 } {
            shown.push_str(run.get(..3).unwrap_or_default());
            shown.push('…');
        } else {
            shown.push_str(run);
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

    #[test]
    fn only_tokens_are_masked_in_a_text() {
        let other = "42:ABCDEFGHIJKLMNOPQRSTUVWXYZ123456789";
        let text = format!(
            "a {TOKEN} b {} c {other} 1b5f03ec663a8071791d2443cf3e799c-and-more 1:2 {TOKEN}",
            TOKEN.replace(':', "%3a")
        );
        let masked = "7001002003:AAH…abcd";
        let shown =
            format!("a {masked} b {masked} c 42:ABC…6789 1b5f03ec663a8071791d2443cf3e799c-and-more 1:2 {masked}");
        assert_eq!(BotToken::mask_all(&text), shown);
        assert_eq!(BotToken::mask_all("ничего"), "ничего");
    }

    #[test]
    fn tokens_are_restored_in_an_edited_masked_text() {
        let other = "42:ABCDEFGHIJKLMNOPQRSTUVWXYZ123456789";
        let alike = ("7:AAAxxxxxxxxxxxxxxxxxxxxxxxxxxxx1111", "7:AAAyyyyyyyyyyyyyyyyyyyyyyyyyyyy1111");
        let text = format!("- a: {TOKEN}\n- b: '{other}'\n- c: {TOKEN}\nbot{TOKEN}/x\n{}\n{}\n", alike.0, alike.1);
        let masked = BotToken::mask_all(&text);
        assert!(!masked.contains("AAHk") && masked.contains("bot7001002003:AAH…abcd/x"), "{masked}");
        let edited = format!("# … 1:2…\n{masked}…");
        let whole = BotToken::unmask_all(&edited, &text);
        let alike_masked = "7:AAA…1111";
        let expected = text.replace(alike.0, alike_masked).replace(alike.1, alike_masked);
        assert_eq!(whole, format!("# … 1:2…\n{expected}…"));
        assert_eq!(BotToken::unmask_all(&masked, ""), masked);
    }

    #[test]
    fn a_token_must_have_the_documented_format() {
        assert_eq!(BotToken::parse(&format!(" {TOKEN}\n")).map(|t| t.bot_id()), Ok(7_001_002_003));
        for (text, fault) in [
            (" ", TokenFault::Empty),
            ("TorrowServiceBot", TokenFault::SharedBot),
            (" @torrowchatbot", TokenFault::SharedBot),
            ("7001002003", TokenFault::NoColon),
            (":AAHk2Lm9-pQ_rStUvWxYz0123456789abcd", TokenFault::BadNumber),
            ("0:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd", TokenFault::BadNumber),
            ("+1:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd", TokenFault::BadNumber),
            ("7001002003:AAHk", TokenFault::BadLength(4)),
            ("7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abc!", TokenFault::BadCharacter('!')),
        ] {
            assert_eq!(BotToken::parse(text).map(|t| t.masked()), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_token_is_found_in_a_longer_text() {
        let botfather = format!(
            "Done! Congratulations on your new bot. You will find it at t.me/salon_bot.\n\nUse this token to access the \
             HTTP API:\n{TOKEN}\nKeep your token secure. Sent at 11:15"
        );
        for text in [
            TOKEN.to_owned(),
            format!("  {TOKEN}\n"),
            botfather.clone(),
            botfather.replace('\n', " "),
            format!("Токен:{TOKEN}."),
            format!("https://api.telegram.org/bot{TOKEN}/getMe"),
            format!("https://old.example/webhook/telegram?telegramToken={TOKEN}&message=Hi"),
            format!("telegramToken={}&x=1:2", TOKEN.replace(':', "%3A")),
            format!("«{TOKEN}»"),
        ] {
            assert_eq!(BotToken::find(&text).as_ref().map(BotToken::expose), Some(TOKEN), "{text}");
        }
        for text in ["", ":", "11:15", "7001002003", &TOKEN[1..40], &format!("{TOKEN}x"), &TOKEN.replace(':', " : ")] {
            assert_eq!(BotToken::find(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_is_never_printed_in_full() {
        let token = BotToken::parse(TOKEN).expect("a token");
        for shown in [format!("{token}"), format!("{token:?}"), format!("{token:#?}"), token.masked(), redact(TOKEN)] {
            assert!(shown.contains("AAH…"), "{shown}");
            assert!(!shown.contains("AAHk"), "{shown}");
        }
        assert_eq!(token.masked(), "7001002003:AAH…abcd");
        assert_eq!(token.expose(), TOKEN);
    }

    #[test]
    fn redacting_leaves_other_text_unchanged() {
        assert_eq!(redact(&format!("телефон {TOKEN}, да")), "телефон 7001002003:AAH…, да");
        assert_eq!(redact("AAHk2Lm9-pQ_rStUvWxYz0123456789abcd"), "AAH…");
        assert_eq!(redact("Europe/Moscow 11:15 +7 916"), "Europe/Moscow 11:15 +7 916");
    }
}
