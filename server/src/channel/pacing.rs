//! Pacing of a channel: limits per sender, per chat and per group, on a sender's calls in flight, and on new senders.
//! The caller passes the time.

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
/// The longest time for which the refusal of one chat holds back its bot.
const DOUBT: Duration = Duration::from_secs(5);
/// The pause before a call asks again while other calls of its bot take all places.
const TURN: Duration = Duration::from_millis(50);
/// How long after the end of its wait a delivery goes before replies: the worker may look a little later.
const GIVING_WAY: Duration = Duration::from_millis(50);
/// Entries up to which a map is not searched for idle ones.
const KEPT: usize = 256;

/// The rates of a channel.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Most calls of one sender in flight.
    pub at_once: usize,
    /// Messages of one sender to all chats.
    pub per_sender: Rate,
    /// Messages of one sender to one chat.
    pub per_chat: Rate,
    /// Most messages of one sender to one group within a minute.
    pub per_group_and_minute: usize,
}

/// The calls that were admitted lately.
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
    /// Telegram asked for no calls before this time.
    quiet_until: Option<Instant>,
    /// A delivery waits for the bot's rate until this time. Replies give way to it.
    delivery_until: Option<Instant>,
    /// The bot was answered 429, which may have meant the chat or the bot. Until a call of the bot is answered
    /// otherwise, its calls go one at a time.
    in_doubt: bool,
}

#[derive(Debug, Default)]
struct Chat {
    used: Used,
    of_group: Window,
    quiet_until: Option<Instant>,
}

/// Why a call is not admitted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The bot must wait this long, whatever the chat.
    Bot(Duration),
    /// This chat must wait this long.
    Chat(Duration),
    /// The call must wait until another call of this bot ends.
    Turn,
}

impl Wait {
    /// The pause before the call asks again.
    #[must_use]
    pub fn pause(self) -> Duration {
        match self {
            Self::Bot(wait) | Self::Chat(wait) => wait,
            Self::Turn => TURN,
        }
    }
}

impl Pacing {
    /// A pacing that has admitted nothing yet.
    #[must_use]
    pub fn new(rates: Rates, new_bots: Arc<NewBotLimiter>) -> Self {
        Self { rates, new_bots, bots: HashMap::new(), tidy_at: KEPT }
    }

    /// Admits a call and counts it. The call is in flight until [`Pacing::ended`].
    ///
    /// # Errors
    /// What the call must wait for. It is not counted then.
    pub fn admit(&mut self, sender_key: &SenderKey, chat: &str, purpose: Purpose, now: Instant) -> Result<(), Wait> {
        self.tidy(now);
        let Rates { at_once, per_sender, per_chat, .. } = self.rates;
        let bot = self.bots.entry(sender_key.clone()).or_default();
        if let Some(wait) = left(bot.quiet_until, now) {
            return Err(Wait::Bot(wait));
        }
        let is_reply = purpose == Purpose::Reply;
        if let Some(wait) = left(bot.delivery_until, now).filter(|_| is_reply) {
            return Err(Wait::Bot(wait));
        }
        // Replies leave places to deliveries.
        let at_once = if is_reply { at_once.div_ceil(2) } else { at_once };
        if bot.under_way >= if bot.in_doubt { 1 } else { at_once } {
            return Err(Wait::Turn);
        }
        if let Some(wait) = bot.used.wait(per_sender, now) {
            if !is_reply {
                bot.delivery_until = now.checked_add(wait + GIVING_WAY);
            }
            return Err(Wait::Bot(wait));
        }
        bot.tidy(now);
        let of_chat = bot.chats.entry(chat.to_owned()).or_default();
        if let Some(wait) = of_chat.wait(&self.rates, chat, now) {
            return Err(Wait::Chat(wait));
        }
        // The first call of a new bot goes alone; the bot's other calls wait for its answer.
        if bot.under_way > 0 && !self.new_bots.is_known(sender_key, now) {
            return Err(Wait::Turn);
        }
        self.new_bots.introduce(sender_key, purpose, now).map_err(Wait::Bot)?;
        // Neither can fail: both limits were checked above.
        let _ = (of_chat.used.take(per_chat, now), bot.used.take(per_sender, now));
        if is_group(chat) {
            of_chat.of_group.count(now);
        }
        bot.under_way += 1;
        Ok(())
    }

    /// Admits another call of a delivery in flight, for its next part.
    ///
    /// # Errors
    /// How long to wait before asking again. The call is not counted then.
    pub fn admit_next(&mut self, sender_key: &SenderKey, chat: &str, now: Instant) -> Result<(), Duration> {
        // The delivery gives up its own place first, or it would compete with itself.
        self.ended(sender_key);
        let admitted = self.admit(sender_key, chat, Purpose::Delivery, now);
        if admitted.is_err() {
            self.bots.entry(sender_key.clone()).or_default().under_way += 1;
        }
        admitted.map_err(Wait::pause)
    }

    /// Frees the place of a delivery that was admitted.
    pub fn ended(&mut self, sender_key: &SenderKey) {
        if let Some(bot) = self.bots.get_mut(sender_key) {
            bot.under_way = bot.under_way.saturating_sub(1);
        }
    }

    /// Adapts the pacing to an answer.
    pub fn learn(&mut self, sender_key: &SenderKey, chat: &str, answer: &Classified, now: Instant) {
        match answer.meaning {
            Meaning::Limited { after } => self.quiet(sender_key, chat, Duration::from_secs(after.unwrap_or(1)), now),
            // Telegram does not know this token, so the bot is not counted as known.
            Meaning::TokenRefused => {}
            _ if answer.heard => {
                self.passed(sender_key);
                self.heard(sender_key, now);
            }
            _ => {}
        }
    }

    /// Records that the channel has answered for this sender at this time.
    pub fn heard(&self, sender_key: &SenderKey, at: Instant) {
        self.new_bots.heard(sender_key, at);
    }

    /// Handles a 429, which does not say whether it means the chat or the bot. The chat is quiet for `span`. The bot
    /// is quiet for `span` too if another of its chats already is, otherwise for 5 s at most; then its calls go one at
    /// a time until one is answered otherwise. A group has limits of its own, so its 429 alone says nothing about the
    /// bot.
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

    /// Records that the channel has answered this sender with something other than a 429.
    fn passed(&mut self, sender_key: &SenderKey) {
        if let Some(bot) = self.bots.get_mut(sender_key) {
            bot.in_doubt = false;
        }
    }

    /// The chats of a bot that must wait now, and the shortest of their waits.
    pub fn held(&mut self, sender_key: &SenderKey, now: Instant) -> (Vec<String>, Option<Duration>) {
        let Some(bot) = self.bots.get_mut(sender_key) else { return (Vec::new(), None) };
        let waits = bot.chats.iter_mut().filter_map(|(name, chat)| {
            let wait = chat.wait(&self.rates, name, now)?;
            Some((name.clone(), wait))
        });
        let (held, waits): (Vec<String>, Vec<Duration>) = waits.unzip();
        (held, waits.into_iter().min())
    }

    /// Drops idle entries once there are twice as many as were left the last time.
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

/// Groups and channels have negative ids or names.
fn is_group(chat: &str) -> bool {
    chat.starts_with(['-', '@'])
}

#[cfg(test)]
mod tests;
