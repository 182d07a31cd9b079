//! The pace of a channel: limits per sender, per chat and per group, on a sender's calls at once, and on new senders. The
//! caller passes the time.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Classified, Meaning,
    telegram::new_bots::{NewBotLimiter, Purpose},
};
use crate::{
    limits::rate::{Rate, Used, Window},
    store::SenderKey,
};

const MINUTE: Duration = Duration::from_secs(60);
/// The longest time for which one refused chat holds back its whole bot.
const DOUBT: Duration = Duration::from_secs(5);
/// How soon a delivery under way asks again for its next part where other calls of its bot fill the room.
const TURN: Duration = Duration::from_millis(50);
/// So many of a kind are kept before those that say nothing any more are dropped.
const KEPT: usize = 256;

/// How fast a channel may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Calls of one sender under way at once.
    pub at_once: usize,
    /// Messages of one sender.
    pub per_sender: Rate,
    /// Messages of one sender to one chat.
    pub per_chat: Rate,
    /// Messages of one sender to one group within a minute.
    pub per_group_and_minute: usize,
}

/// What has been asked of a channel lately.
#[derive(Debug)]
pub struct Pacing {
    rates: Rates,
    new_bots: Arc<NewBotLimiter>,
    bots: HashMap<SenderKey, Bot>,
    tidy_at: usize,
}

#[derive(Debug, Default)]
struct Bot {
    under_way: usize,
    used: Used,
    chats: HashMap<String, Chat>,
    tidy_at: usize,
    /// Telegram asked for quiet until then.
    quiet_until: Option<Instant>,
    /// A 429 may have meant the chat or the bot: until a call of this bot passes, they go one by one.
    in_doubt: bool,
}

#[derive(Debug, Default)]
struct Chat {
    used: Used,
    of_group: Window,
    quiet_until: Option<Instant>,
}

/// What a call must wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// This long, whatever chat of the bot it is for.
    Bot(Duration),
    /// This long, for this chat only.
    Chat(Duration),
    /// Until a call of this bot has come to its end.
    Turn,
}

impl Pacing {
    /// Nothing has been asked yet.
    #[must_use]
    pub fn new(rates: Rates, new_bots: Arc<NewBotLimiter>) -> Self {
        Self { rates, new_bots, bots: HashMap::new(), tidy_at: KEPT }
    }

    /// Lets a call through and counts it; it is under way until [`Pacing::ended`].
    ///
    /// # Errors
    /// What it must wait for; nothing is counted then.
    pub fn admit(&mut self, sender_key: &SenderKey, chat: &str, purpose: Purpose, now: Instant) -> Result<(), Wait> {
        self.tidy(now);
        let Rates { at_once, per_sender, per_chat, .. } = self.rates;
        let bot = self.bots.entry(sender_key.clone()).or_default();
        if let Some(wait) = left(bot.quiet_until, now) {
            return Err(Wait::Bot(wait));
        }
        if bot.under_way >= if bot.in_doubt { 1 } else { at_once } {
            return Err(Wait::Turn);
        }
        if let Some(wait) = bot.used.wait(per_sender, now) {
            return Err(Wait::Bot(wait));
        }
        bot.tidy(now);
        let of_chat = bot.chats.entry(chat.to_owned()).or_default();
        if let Some(wait) = of_chat.wait(&self.rates, chat, now) {
            return Err(Wait::Chat(wait));
        }
        // One call introduces a new bot; the others wait for what comes of it.
        if bot.under_way > 0 && !self.new_bots.is_known(sender_key, now) {
            return Err(Wait::Turn);
        }
        self.new_bots.introduce(sender_key, purpose, now).map_err(Wait::Bot)?;
        // There is one of each, or the call had to wait.
        let _ = (of_chat.used.take(per_chat, now), bot.used.take(per_sender, now));
        if is_group(chat) {
            of_chat.of_group.count(now);
        }
        bot.under_way += 1;
        Ok(())
    }

    /// Lets one more call of a delivery under way through: its next part.
    ///
    /// # Errors
    /// How long to wait before asking again; nothing is counted then.
    pub fn admit_next(&mut self, sender_key: &SenderKey, chat: &str, now: Instant) -> Result<(), Duration> {
        // Its own place is among those under way.
        self.ended(sender_key);
        let admitted = self.admit(sender_key, chat, Purpose::Delivery, now);
        if admitted.is_err() {
            self.bots.entry(sender_key.clone()).or_default().under_way += 1;
        }
        admitted.map_err(|wait| match wait {
            Wait::Bot(left) | Wait::Chat(left) => left,
            Wait::Turn => TURN,
        })
    }

    /// A delivery that was admitted has come to its end, for now.
    pub fn ended(&mut self, sender_key: &SenderKey) {
        if let Some(bot) = self.bots.get_mut(sender_key) {
            bot.under_way = bot.under_way.saturating_sub(1);
        }
    }

    /// Draws from an answer what it says about the pace.
    pub fn learn(&mut self, sender_key: &SenderKey, chat: &str, answer: &Classified, now: Instant) {
        match answer.meaning {
            Meaning::Limited { after } => self.quiet(sender_key, chat, Duration::from_secs(after.unwrap_or(1)), now),
            // It does not know such a token.
            Meaning::TokenRefused => {}
            _ if answer.heard => {
                self.passed(sender_key);
                self.heard(sender_key, now);
            }
            _ => {}
        }
    }

    /// The channel has answered for this sender, at that time.
    pub fn heard(&self, sender_key: &SenderKey, at: Instant) {
        self.new_bots.heard(sender_key, at);
    }

    /// Telegram answered 429. It does not say whether it means the chat or the bot: the chat is quiet for that long, and so
    /// is the bot where another of its chats is quiet already. Else the bot is quiet for 5 s at most, and then tries one
    /// call after the other until one passes. A group has limits of its own, which say nothing about the bot.
    fn quiet(&mut self, sender_key: &SenderKey, chat: &str, span: Duration, now: Instant) {
        let bot = self.bots.entry(sender_key.clone()).or_default();
        let others = bot.chats.iter().any(|(other, of)| other != chat && left(of.quiet_until, now).is_some());
        bot.chats.entry(chat.to_owned()).or_default().quiet_until = now.checked_add(span);
        if others || !is_group(chat) {
            let of_bot = if others { span } else { span.min(DOUBT) };
            bot.quiet_until = bot.quiet_until.max(now.checked_add(of_bot));
            bot.in_doubt = true;
        }
    }

    /// The channel took a message of this sender.
    fn passed(&mut self, sender_key: &SenderKey) {
        if let Some(bot) = self.bots.get_mut(sender_key) {
            bot.in_doubt = false;
        }
    }

    /// The chats of a bot that nothing may go to at present, and how long until something may go to one of them.
    pub fn held(&mut self, sender_key: &SenderKey, now: Instant) -> (Vec<String>, Option<Duration>) {
        let Some(bot) = self.bots.get_mut(sender_key) else { return (Vec::new(), None) };
        let waits = bot.chats.iter_mut().filter_map(|(name, chat)| {
            let wait = chat.wait(&self.rates, name, now)?;
            Some((name.clone(), wait))
        });
        let (held, waits): (Vec<String>, Vec<Duration>) = waits.unzip();
        (held, waits.into_iter().min())
    }

    /// Drops what says nothing any more, once there is twice as much as there was after the last time.
    fn tidy(&mut self, now: Instant) {
        if self.bots.len() < self.tidy_at {
            return;
        }
        self.bots.retain(|_, bot| {
            bot.chats.retain(|_, chat| !chat.is_idle(now));
            bot.under_way > 0 || !bot.chats.is_empty() || !bot.used.is_idle(now) || left(bot.quiet_until, now).is_some()
        });
        self.tidy_at = KEPT.max(self.bots.len() * 2);
    }
}

impl Bot {
    fn tidy(&mut self, now: Instant) {
        if self.chats.len() >= self.tidy_at.max(KEPT) {
            self.chats.retain(|_, chat| !chat.is_idle(now));
            self.tidy_at = self.chats.len() * 2;
        }
    }
}

impl Chat {
    fn wait(&mut self, rates: &Rates, name: &str, now: Instant) -> Option<Duration> {
        let of_group = || self.of_group.wait(rates.per_group_and_minute, MINUTE, now).filter(|_| is_group(name));
        left(self.quiet_until, now).or_else(of_group).or_else(|| self.used.wait(rates.per_chat, now))
    }

    fn is_idle(&self, now: Instant) -> bool {
        self.used.is_idle(now) && self.of_group.is_idle(MINUTE, now) && left(self.quiet_until, now).is_none()
    }
}

fn left(until: Option<Instant>, now: Instant) -> Option<Duration> {
    until?.checked_duration_since(now).filter(|left| !left.is_zero())
}

/// Groups and channels have negative ids, or names.
fn is_group(chat: &str) -> bool {
    chat.starts_with(['-', '@'])
}

#[cfg(test)]
mod tests;
