//! Pacing of a channel: rate limits per sender, per chat and per group, a limit on a sender's calls in flight, and
//! limits on new senders. The caller passes the time.

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
/// The longest time for which a 429 for one chat holds back the whole bot.
const DOUBT: Duration = Duration::from_secs(5);
/// The delay before a call asks again while other calls of its bot take all places.
const TURN: Duration = Duration::from_millis(50);
/// A delivery keeps its precedence over replies for this long after its wait has ended, because the worker may ask a
/// little later.
const GIVING_WAY: Duration = Duration::from_millis(50);
/// The size up to which a map is not searched for idle entries.
const KEPT: usize = 256;

/// The rates of a channel.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// The maximum number of calls of one sender in flight.
    pub at_once: usize,
    /// The rate of one sender's messages to all chats.
    pub per_sender: Rate,
    /// The rate of one sender's messages to one chat.
    pub per_chat: Rate,
    /// The maximum number of one sender's messages to one group within a minute.
    pub per_group_and_minute: usize,
}

/// The state of a channel's rate limits.
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
    /// The channel asked for no calls before this time.
    quiet_until: Option<Instant>,
    /// A delivery waits for the bot's rate until this time. Replies give precedence to it.
    delivery_until: Option<Instant>,
    /// Whether the last answer was a 429, which may have meant the chat or the bot. Until another answer arrives, the
    /// bot's calls are made one at a time.
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
    /// The bot must wait this long, for all chats.
    Bot(Duration),
    /// This chat must wait this long.
    Chat(Duration),
    /// The call must wait until another call of this bot ends.
    Turn,
}

impl Wait {
    /// The delay before the call asks again.
    #[must_use]
    pub fn pause(self) -> Duration {
        match self {
            Self::Bot(wait) | Self::Chat(wait) => wait,
            Self::Turn => TURN,
        }
    }
}

impl Pacing {
    /// Creates a pacing without any admitted call.
    #[must_use]
    pub fn new(rates: Rates, new_bots: Arc<NewBotLimiter>) -> Self {
        Self { rates, new_bots, bots: HashMap::new(), tidy_at: KEPT }
    }

    /// Admits a call and counts it. The call is in flight until [`Pacing::ended`].
    ///
    /// # Errors
    ///
    /// The reason to wait. The call is then not counted.
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
        // Half of the places are reserved for deliveries.
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
        // The first call of a new bot is made alone. The bot's other calls wait for its answer.
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
    ///
    /// How long to wait before asking again. The call is then not counted.
    pub fn admit_next(&mut self, sender_key: &SenderKey, chat: &str, now: Instant) -> Result<(), Duration> {
        // Release the delivery's own place first, or it would compete with itself.
        self.ended(sender_key);
        let admitted = self.admit(sender_key, chat, Purpose::Delivery, now);
        if admitted.is_err() {
            self.bots.entry(sender_key.clone()).or_default().under_way += 1;
        }
        admitted.map_err(Wait::pause)
    }

    /// Releases the place of an admitted call.
    pub fn ended(&mut self, sender_key: &SenderKey) {
        if let Some(bot) = self.bots.get_mut(sender_key) {
            bot.under_way = bot.under_way.saturating_sub(1);
        }
    }

    /// Adapts the pacing to an answer.
    pub fn learn(&mut self, sender_key: &SenderKey, chat: &str, answer: &Classified, now: Instant) {
        match answer.meaning {
            Meaning::Limited { after } => self.quiet(sender_key, chat, Duration::from_secs(after.unwrap_or(1)), now),
            // Telegram has no bot with this token, so the bot does not count as known.
            Meaning::TokenRefused => {}
            _ if answer.heard => {
                self.passed(sender_key);
                self.heard(sender_key, now);
            }
            _ => {}
        }
    }

    /// Records that the channel answered for this sender at this time.
    pub fn heard(&self, sender_key: &SenderKey, at: Instant) {
        self.new_bots.heard(sender_key, at);
    }

    /// Handles a 429, which does not say whether it means the chat or the bot. The chat waits for `span`. The bot also
    /// waits for `span` if another of its chats already waits, otherwise for at most 5 s; after that its calls are made
    /// one at a time until one gets another answer. A group has limits of its own, so a 429 for a group alone says
    /// nothing about the bot.
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

    /// Records that the channel gave this sender an answer other than a 429.
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

    /// Drops idle entries once the map has twice as many as after the last cleanup.
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

/// The ids of groups and channels are negative numbers or names.
fn is_group(chat: &str) -> bool {
    chat.starts_with(['-', '@'])
}

#[cfg(test)]
mod tests;
