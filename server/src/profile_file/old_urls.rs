//! Reads a list of old URLs, one a line: the profile that each would become, and remarks on it.

use std::collections::BTreeSet;

use app::{
    i18n::{checks, old_urls},
    old_url::{self, NoOldUrl, OldUrl},
    pages::UrlRow,
};
use hookgram::{
    secret::{BotToken, redact},
    values::{Bilingual, Language},
};

use percent_encoding::percent_decode_str;

use crate::store::StoredProfile;

/// The name of a profile without a message.
const NAMELESS: Bilingual = Bilingual { ru: "Профиль", en: "Profile" };

/// A line of the list that is not blank.
#[derive(Debug)]
pub struct Candidate {
    /// The line's number, from 1.
    pub line: usize,
    /// The line as it was pasted, with its token masked.
    pub masked: String,
    /// The URL that was read, or why the line is not an old URL.
    pub read: Result<OldUrl, NoOldUrl>,
    /// The new profile's name, which differs from those of stored profiles and of other new ones; empty if the line
    /// cannot become a profile.
    pub name: String,
    /// An earlier line or a stored profile with the same content.
    pub twin: Option<Twin>,
}

/// The earlier line or the stored profile that has the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Twin {
    /// An earlier line, by its number.
    Line(usize),
    /// A stored profile, by its name.
    Profile(String),
}

/// Reads a list. `stored` are the existing profiles.
#[must_use]
pub fn candidates(text: &str, stored: &[StoredProfile], language: Language) -> Vec<Candidate> {
    let mut names: BTreeSet<String> = stored.iter().map(|profile| profile.name.clone()).collect();
    let mut found: Vec<Candidate> = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (read, masked) = (old_url::read(line), masked(line));
        let mut candidate = Candidate { line: index + 1, masked, read, name: String::new(), twin: None };
        if let Some(url) = candidate.complete() {
            let words = old_url::first_words(&url.profile).unwrap_or_else(|| NAMELESS.get(language).to_owned());
            let name = old_url::free_name(&words, |name| names.contains(name));
            let line = found.iter().find(|other| other.complete().is_some_and(|other| other.profile == url.profile));
            let lacks_bot = url.lacks_only_bot();
            let same = |profile: &&StoredProfile| {
                let sends = profile.channel.needs_token() && !lacks_bot;
                sends && profile.profile == url.profile
            };
            let twin = match line {
                Some(other) => Some(Twin::Line(other.line)),
                None => stored.iter().find(same).map(|profile| Twin::Profile(profile.name.clone())),
            };
            if twin.is_none() {
                names.insert(name.clone());
            }
            (candidate.name, candidate.twin) = (name, twin);
        }
        found.push(candidate);
    }
    found
}

/// A pasted URL without its token. Every part that contains a token is decoded first, because an encoding could hide
/// the token.
fn masked(line: &str) -> String {
    let plain = |piece: &str| {
        let decoded = percent_decode_str(piece).decode_utf8_lossy();
        let safe = redact(&decoded);
        if safe == decoded { piece.to_owned() } else { safe }
    };
    // A token does not contain these separators, so no token is split.
    line.trim().split_inclusive(['?', '&']).map(plain).collect()
}

impl Candidate {
    /// The URL, if it can become a profile: it has no faults, or lacks only a bot.
    #[must_use]
    pub fn complete(&self) -> Option<&OldUrl> {
        self.read.as_ref().ok().filter(|url| url.faults.is_empty() || url.lacks_only_bot())
    }

    /// Whether the URL becomes a profile once a bot is chosen for it.
    #[must_use]
    pub fn lacks_bot(&self) -> bool {
        self.read.as_ref().is_ok_and(OldUrl::lacks_only_bot)
    }

    /// The token in the URL, even if the URL has faults.
    #[must_use]
    pub fn token(&self) -> Option<&BotToken> {
        self.read.as_ref().ok().and_then(|url| url.profile.token.as_ref())
    }

    /// The line as a row of the table, with its token masked.
    #[must_use]
    pub fn row(&self, language: Language) -> UrlRow {
        let mut row = UrlRow { line: self.line, name: self.name.clone(), ..UrlRow::default() };
        match &self.read {
            Err(why) => row.faults.push(old_urls::no_old_url(language, *why).to_owned()),
            Ok(url) => {
                row.lacks_bot = url.lacks_only_bot();
                let faults = url.faults.iter().filter(|_| !row.lacks_bot);
                row.faults = faults.map(|fault| checks::fault(language, fault)).collect();
                row.lost = url.lost.iter().map(|warning| checks::warning(language, warning)).collect();
                // A URL with faults does not become a profile yet, so advice would be premature.
                let advice = url.advice.iter().filter(|_| row.faults.is_empty());
                let advice = advice.map(|warning| checks::warning(language, warning));
                let bot = row.lacks_bot.then(|| old_urls::chosen_bot_instead(language).to_owned());
                row.advice = bot.into_iter().chain(advice).collect();
                row.field = url.profile.field_name.as_deref().map(redact).unwrap_or_default();
                row.message = old_url::first_words(&url.profile).unwrap_or_default();
                row.bot = self.token().map(BotToken::masked).unwrap_or_default();
            }
        }
        row.twin = self.twin.as_ref().map(|twin| match twin {
            Twin::Line(line) => old_urls::same_as_line(language, *line),
            Twin::Profile(name) => old_urls::same_as_profile(language, name),
        });
        row.can_be_made = self.complete().is_some();
        row.marked = row.can_be_made && row.twin.is_none();
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_url_has_no_token_in_any_encoding() {
        const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";
        let encoded = TOKEN.replace(':', "%3A");
        for token in [TOKEN, &encoded, &encoded.replace("AAH", "%41%41H")] {
            let line =
                format!(" https://hooks.torrow.net/webhook/telegram?telegramToken={token}&message=%D0%94%D0%B0 ");
            assert_eq!(
                masked(&line),
                "https://hooks.torrow.net/webhook/telegram?telegramToken=7001002003:AAH…&message=%D0%94%D0%B0"
            );
        }
        assert_eq!(masked("telegramToken=TorrowServiceBot&message=1"), "telegramToken=TorrowServiceBot&message=1");
    }
}
