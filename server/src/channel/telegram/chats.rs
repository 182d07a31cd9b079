//! Finds the id of a chat. A person opens `t.me/<bot>?start=<code>` and presses Start. The bot then receives the code
//! together with the chat's id. Searches are kept in memory for a few minutes.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use hookgram::secret::BotToken;
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};

use crate::{
    channel::telegram::{CallError, MOST_UPDATES, Start, Telegram, starts::start},
    secrets::codes,
};

/// How long a link is valid.
const LIFE: Duration = Duration::from_secs(10 * 60);
/// The maximum number of searches. When it is exceeded, the oldest search is dropped.
const SEARCHES: usize = 200;
/// The time limit of one poll, and the time that Telegram is asked to wait for a message within it.
const LOOK: Duration = Duration::from_secs(12);
const CALL: Duration = Duration::from_secs(10);
/// The delay between calls. Telegram answers at once while there are unread updates.
const PAUSE: Duration = Duration::from_secs(2);

/// The running searches, by code.
#[derive(Debug, Default)]
pub struct ChatSearches {
    by_code: Mutex<HashMap<String, Search>>,
    /// Notified when a booking bot's consumer has read a code.
    offered: Notify,
}

#[derive(Clone, Debug)]
struct Search {
    /// The account that started the search. No other account sees the result.
    owner: i64,
    token: BotToken,
    bot: String,
    until: Instant,
    found: Option<Start>,
    /// Held during a call, because Telegram rejects one of two concurrent `getUpdates` calls of a bot.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The result of a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The bot's `@name`, without the `@`.
    pub bot: String,
    /// The result for the code.
    pub seen: Seen,
}

/// The result of a poll for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The code was sent from this chat.
    Found(Start),
    /// The code has not been sent yet.
    Nobody,
    /// The bot has more than 100 unread updates, so Telegram does not return the newest.
    TooMuchUnread,
    /// The call failed.
    Failed(CallError),
}

impl ChatSearches {
    /// Starts a search and returns its code, which consists of letters and digits.
    pub fn begin(&self, owner: i64, token: &BotToken, bot: &str) -> String {
        let code = codes::public_id();
        let now = Instant::now();
        let mut searches = self.by_code.lock();
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

    /// Passes a start that a booking bot's consumer has read to the search with its code.
    pub fn offer(&self, token: &BotToken, start: Start) {
        self.hand_out(token, std::iter::once(start));
        self.offered.notify_waiters();
    }

    /// Waits up to 12 s until the consumer of a booking bot has read the code, or until the server stops. Only the
    /// consumer may read the updates of such a bot. Returns `None` in the same cases as [`ChatSearches::look`].
    pub async fn look_at_consumer(
        &self,
        owner: i64,
        code: &str,
        patient: bool,
        mut shutdown: watch::Receiver<bool>,
    ) -> Option<Look> {
        let search = self.get(owner, code)?;
        let looking = async {
            loop {
                let offered = self.offered.notified();
                if let Some(found) = self.get(owner, code).and_then(|search| search.found) {
                    return Seen::Found(found);
                }
                if !patient {
                    return Seen::Nobody;
                }
                offered.await;
            }
        };
        let seen = tokio::select! {
            seen = timeout(LOOK, looking) => seen.unwrap_or(Seen::Nobody),
            _ = shutdown.wait_for(|stop| *stop) => Seen::Nobody,
        };
        Some(Look { bot: search.bot, seen })
    }

    /// The id of the bot of a search.
    #[must_use]
    pub fn bot_of(&self, owner: i64, code: &str) -> Option<i64> {
        self.get(owner, code).map(|search| search.token.bot_id())
    }

    /// Checks whether the code was sent. If `patient`, waits up to 12 s for it, or until the server stops. Returns
    /// `None` if the search does not exist, has expired or belongs to another account.
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
            // Another search for the same bot may receive this search's code while this one waits for its turn.
            let wait = end.saturating_duration_since(Instant::now()) + CALL;
            let Ok(_turn) = timeout(wait, search.turn.lock()).await else { return Seen::Nobody };
            loop {
                if let Some(found) = self.get(owner, code).and_then(|search| search.found) {
                    return Seen::Found(found);
                }
                let left = end.saturating_duration_since(Instant::now());
                // The call confirms nothing and keeps the bot's stored `allowed_updates`, so other readers of the bot
                // still get every update.
                let updates = match telegram.get_updates(&search.token, None, left.min(CALL), &[]).await {
                    Ok(updates) => updates,
                    Err(error) => return Seen::Failed(error),
                };
                let is_full = updates.len() >= MOST_UPDATES;
                self.hand_out(&search.token, updates.into_iter().filter_map(start));
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
        let searches = self.by_code.lock();
        searches.get(code).filter(|search| search.owner == owner && search.until > Instant::now()).cloned()
    }

    /// Stores each start in the search with its code. Starts with an unknown code are ignored.
    fn hand_out(&self, token: &BotToken, starts: impl Iterator<Item = Start>) {
        let mut searches = self.by_code.lock();
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
    fn chat_searches_are_bounded_and_the_oldest_is_dropped() {
        let searches = ChatSearches::default();
        let token = BotToken::parse("7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd").unwrap();
        let first = searches.begin(1, &token, "salon_bot");
        assert!(searches.get(1, &first).is_some() && searches.get(2, &first).is_none());
        for _ in 0..SEARCHES {
            searches.begin(1, &token, "salon_bot");
        }
        assert!(searches.get(1, &first).is_none());
        assert_eq!(searches.by_code.lock().len(), SEARCHES);
    }
}
