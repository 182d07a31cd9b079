//! Telegram's limits as Telegram enforces them: 30 messages a second for a bot, one a second for a chat (short bursts
//! pass), 20 a minute for a group; 20 new bots a minute and 600 an hour from one address.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// Two calls may arrive closer together than they were sent, by this much on a busy machine.
const JITTER: Duration = Duration::from_millis(300);

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
/// The limits of new bots within a span. All callers here have one address.
const NEW_BOTS: [(&str, usize, Duration); 2] =
    [("new bots of a minute", 20, MINUTE), ("new bots of an hour", 600, HOUR)];

/// The messages and bots of the recent past.
#[derive(Debug, Default)]
pub struct Limits {
    sent: HashMap<String, VecDeque<Instant>>,
    /// The time at which each token was used last.
    bots: HashMap<String, Instant>,
    overstepped: usize,
}

impl Limits {
    /// Admits a message, or returns how many seconds its sender must wait.
    pub fn admit(&mut self, token: &str, chat: &str, now: Instant) -> Result<(), u64> {
        let mut limits = vec![
            (token.to_owned(), 30, Duration::from_secs(1)),
            // A burst of three is allowed, then one message a second.
            (format!("{token} {chat}"), 3, Duration::from_secs(1)),
            (format!("{token} {chat} long"), 12, Duration::from_secs(10)),
        ];
        if chat.starts_with(['-', '@']) {
            limits.push((format!("{token} {chat} group"), 20, MINUTE));
        }
        let wait = limits.iter().filter_map(|(key, most, span)| self.wait(key, *most, *span, now)).max();
        if let Some(wait) = wait {
            self.overstepped += 1;
            return Err(wait.as_secs() + 1);
        }
        for (key, ..) in limits {
            self.sent.entry(key).or_default().push_back(now);
        }
        Ok(())
    }

    /// Admits a call of any method, or returns how many seconds its caller must wait because its bot is new.
    pub fn admit_bot(&mut self, token: &str, now: Instant) -> Result<(), u64> {
        let is_known = self.bots.get(token).is_some_and(|last| now.duration_since(*last) < HOUR);
        if !is_known {
            let waits = NEW_BOTS.iter().filter_map(|(key, most, span)| self.wait(key, *most, *span, now)).max();
            if let Some(wait) = waits {
                self.overstepped += 1;
                return Err(wait.as_secs() + 1);
            }
            for (key, ..) in NEW_BOTS {
                self.sent.entry(key.to_owned()).or_default().push_back(now);
            }
        }
        self.bots.insert(token.to_owned(), now);
        Ok(())
    }

    pub fn overstepped(&self) -> usize {
        self.overstepped
    }

    fn wait(&mut self, key: &str, most: usize, span: Duration, now: Instant) -> Option<Duration> {
        let sent = self.sent.get_mut(key)?;
        while sent.front().is_some_and(|first| now.duration_since(*first) + JITTER >= span) {
            sent.pop_front();
        }
        let first = sent.front()?;
        (sent.len() >= most).then(|| span.saturating_sub(now.duration_since(*first)))
    }
}
