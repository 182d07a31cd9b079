//! Finding the id of a chat: a person opens `t.me/<bot>?start=<code>` and presses Start, and the code comes back among the
//! bot's messages with the chat it was written in. A search lives in memory, for a few minutes.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use hookgram::secret::BotToken;
use parking_lot::Mutex;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    channel::telegram::{Start, Telegram, Updates},
    secrets::codes,
};

/// How long a link can be used.
const LIFE: Duration = Duration::from_secs(10 * 60);
/// More searches are not kept: the oldest goes.
const SEARCHES: usize = 200;
/// How long one look waits, and the longest that Telegram is asked to wait within it.
const LOOK: Duration = Duration::from_secs(12);
const CALL: Duration = Duration::from_secs(10);
/// The pause between calls where unread messages make Telegram answer at once.
const PAUSE: Duration = Duration::from_secs(2);

/// Every search under way, by its code.
#[derive(Debug, Default)]
pub struct ChatSearches(Mutex<HashMap<String, Search>>);

/// One search.
#[derive(Clone, Debug)]
struct Search {
    /// The account that began it; nobody else hears of what it finds.
    owner: i64,
    token: BotToken,
    bot: String,
    until: Instant,
    found: Option<Start>,
    /// Whoever asks Telegram about this bot holds it: of two who ask at once, Telegram turns one away.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What a look came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The bot's `@name`, without the `@`.
    pub bot: String,
    /// What was seen.
    pub seen: Seen,
}

/// What a look saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The person, or the group.
    Found(Start),
    /// Nobody yet.
    Nobody,
    /// So much is unread that the newest cannot be seen.
    TooMuchUnread,
    /// Why nothing can be seen; never [`Updates::Some`].
    Refused(Updates),
}

impl ChatSearches {
    /// Begins a search; answers with its code, which is made of letters and digits.
    pub fn begin(&self, owner: i64, token: &BotToken, bot: &str) -> String {
        let code = codes::public_id();
        let now = Instant::now();
        let mut searches = self.0.lock();
        searches.retain(|_, search| search.until > now);
        if searches.len() >= SEARCHES
            && let Some(oldest) = searches.iter().min_by_key(|(_, search)| search.until).map(|(code, _)| code.clone())
        {
            searches.remove(&oldest);
        }
        let turn = searches.values().find(|other| other.token == *token).map(|other| other.turn.clone());
        let search = Search {
            owner,
            token: token.clone(),
            bot: bot.to_owned(),
            until: now + LIFE,
            found: None,
            turn: turn.unwrap_or_default(),
        };
        searches.insert(code.clone(), search);
        code
    }

    /// Looks whether somebody has come by the link; where `patient`, for a few seconds, or until the server stops.
    /// `None`: there is no such search (any more), or it is somebody else's.
    pub async fn look(
        &self,
        telegram: &Telegram,
        owner: i64,
        code: &str,
        patient: bool,
        mut shutdown: watch::Receiver<bool>,
    ) -> Option<Look> {
        let search = self.get(owner, code)?;
        let end = Instant::now() + if patient { LOOK } else { Duration::ZERO };
        let looking = async {
            // Others who look for somebody at the same bot may see what this one waits for.
            let wait = end.saturating_duration_since(Instant::now()) + CALL;
            let Ok(_turn) = timeout(wait, search.turn.lock()).await else { return Seen::Nobody };
            loop {
                if let Some(found) = self.get(owner, code).and_then(|search| search.found) {
                    return Seen::Found(found);
                }
                let left = end.saturating_duration_since(Instant::now());
                let (starts, is_full) = match telegram.updates(&search.token, left.min(CALL)).await {
                    Updates::Some { starts, is_full } => (starts, is_full),
                    refused => return Seen::Refused(refused),
                };
                self.hand_out(&search.token, starts);
                if let Some(found) = self.get(owner, code).and_then(|search| search.found) {
                    return Seen::Found(found);
                }
                if is_full {
                    return Seen::TooMuchUnread;
                }
                if end.saturating_duration_since(Instant::now()) <= PAUSE {
                    return Seen::Nobody;
                }
                sleep(PAUSE).await;
            }
        };
        let seen = tokio::select! {
            seen = looking => seen,
            _ = shutdown.wait_for(|stop| *stop) => Seen::Nobody,
        };
        Some(Look { bot: search.bot, seen })
    }

    fn get(&self, owner: i64, code: &str) -> Option<Search> {
        let searches = self.0.lock();
        searches.get(code).filter(|search| search.owner == owner && search.until > Instant::now()).cloned()
    }

    /// Gives each search of a bot what it was looking for. Whoever came by no link of ours is nobody's business.
    fn hand_out(&self, token: &BotToken, starts: Vec<Start>) {
        let mut searches = self.0.lock();
        for start in starts {
            if let Some(search) = searches.get_mut(&start.code)
                && search.token == *token
            {
                search.found = Some(start);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_bounded_and_the_oldest_goes() {
        let searches = ChatSearches::default();
        let token = BotToken::parse("7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd").unwrap();
        let first = searches.begin(1, &token, "salon_bot");
        assert!(searches.get(1, &first).is_some() && searches.get(2, &first).is_none());
        for _ in 0..SEARCHES {
            searches.begin(1, &token, "salon_bot");
        }
        assert!(searches.get(1, &first).is_none());
        assert_eq!(searches.0.lock().len(), SEARCHES);
    }
}
