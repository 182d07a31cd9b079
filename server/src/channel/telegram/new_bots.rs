//! The new-bot limiter. Telegram blocks an IP address that uses more than 20 new tokens a minute, or 600 an hour (Bot
//! API facts: 429). Strangers' tokens and bots whose updates are read each get only a share of both limits, so that
//! deliveries take precedence.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use parking_lot::{Mutex, MutexGuard};

use crate::{limits::rate::Window, store::SenderKey};

/// The maximum number of new tokens within each time span.
const LIMITS: [Limit; 2] = [
    Limit { span: MINUTE, all: 20, checks: 4, deliveries: 3, polls: 8 },
    Limit { span: HOUR, all: 600, checks: 80, deliveries: 60, polls: 300 },
];
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
/// A bot counts as new again if Telegram has not answered for it within this time.
pub(crate) const KNOWN_FOR: Duration = Duration::from_secs(60 * 60);
/// The maximum number of remembered bots. When it is reached, expired entries are dropped, or all if none has expired.
const BOTS: usize = 20_000;

/// Limits on new tokens within a span: the total, the strangers' shares for checks and for deliveries, and the share
/// for reading updates.
struct Limit {
    span: Duration,
    all: usize,
    checks: usize,
    deliveries: usize,
    polls: usize,
}

/// Why a new token is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Sending an accepted message.
    Delivery,
    /// Answering a customer of a booking bot. Deliveries of the bot take precedence.
    Reply,
    /// Reading the updates of a booking bot.
    Poll,
    /// Checking a token for a caller with a profile's webhook key, or for an account.
    Check,
    /// Checking a token for a stranger.
    StrangersCheck,
    /// Sending a stranger's message (contract §1, "strangers").
    StrangersDelivery,
}

/// Records when Telegram last answered for each bot, and counts new bots.
#[derive(Debug, Default)]
pub struct NewBotLimiter(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    heard: HashMap<SenderKey, Instant>,
    new: [Window; LIMITS.len()],
    checks: [Window; LIMITS.len()],
    deliveries: [Window; LIMITS.len()],
    polls: [Window; LIMITS.len()],
}

impl NewBotLimiter {
    /// Counts a call if its bot is new.
    ///
    /// # Errors
    ///
    /// How long to wait until another new bot is allowed. The call is then not counted.
    pub fn introduce(&self, sender: &SenderKey, purpose: Purpose, now: Instant) -> Result<(), Duration> {
        let mut known = self.known();
        if known.is_known(sender, now) {
            return Ok(());
        }
        // An operator's check is never delayed. The worst outcome is a 429 from Telegram.
        if purpose != Purpose::Check
            && let Some(wait) = known.wait(purpose, now)
        {
            return Err(wait);
        }
        known.new.iter_mut().for_each(|window| window.count(now));
        if let Some(share) = known.share(purpose) {
            share.iter_mut().for_each(|window| window.count(now));
        }
        Ok(())
    }

    /// Whether Telegram has answered for this bot lately.
    #[must_use]
    pub fn is_known(&self, sender: &SenderKey, now: Instant) -> bool {
        self.known().is_known(sender, now)
    }

    /// Records that Telegram has answered for this bot.
    pub fn heard(&self, sender: &SenderKey, now: Instant) {
        let mut known = self.known();
        if known.heard.len() >= BOTS && !known.heard.contains_key(sender) {
            known.heard.retain(|_, at| now.saturating_duration_since(*at) < KNOWN_FOR);
            if known.heard.len() >= BOTS {
                known.heard.clear();
            }
        }
        known.heard.insert(sender.clone(), now);
    }

    /// The bots for which Telegram has answered since this time, each with the time of its last answer.
    #[must_use]
    pub fn heard_since(&self, since: Instant) -> Vec<(SenderKey, Instant)> {
        let known = self.known();
        known.heard.iter().filter(|(_, at)| **at >= since).map(|(sender, at)| (sender.clone(), *at)).collect()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock()
    }
}

impl Known {
    /// How long to wait until another new bot is allowed; `None` if it is allowed now.
    fn wait(&mut self, purpose: Purpose, now: Instant) -> Option<Duration> {
        let mut longest = None;
        for (at, limit) in LIMITS.iter().enumerate() {
            longest = longest.max(self.new.get_mut(at).and_then(|new| new.wait(limit.all, limit.span, now)));
            let most = match purpose {
                Purpose::StrangersCheck => limit.checks,
                Purpose::Poll => limit.polls,
                _ => limit.deliveries,
            };
            let share = self.share(purpose).and_then(|share| share.get_mut(at));
            longest = longest.max(share.and_then(|share| share.wait(most, limit.span, now)));
        }
        longest
    }

    /// The share that a call with this purpose counts against, if any.
    fn share(&mut self, purpose: Purpose) -> Option<&mut [Window; LIMITS.len()]> {
        match purpose {
            Purpose::StrangersCheck => Some(&mut self.checks),
            Purpose::StrangersDelivery => Some(&mut self.deliveries),
            Purpose::Poll => Some(&mut self.polls),
            Purpose::Delivery | Purpose::Reply | Purpose::Check => None,
        }
    }

    fn is_known(&self, sender: &SenderKey, now: Instant) -> bool {
        self.heard.get(sender).is_some_and(|at| now.saturating_duration_since(*at) < KNOWN_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(number: u32) -> SenderKey {
        SenderKey::of_bytes(number.to_be_bytes())
    }

    /// Tries 5 new bots each second, and returns the seconds at which a bot was allowed.
    fn introduced(new_bots: &NewBotLimiter, start: Instant, purpose: Purpose, seconds: u32) -> Vec<u32> {
        let times = (0..seconds).flat_map(|second| (0..5).map(move |number| (second, number)));
        let passed = times.filter(|(second, number)| {
            let sender = SenderKey::of_bytes(format!("{purpose:?} {second} {number}"));
            new_bots.introduce(&sender, purpose, start + Duration::from_secs((*second).into())).is_ok()
        });
        passed.map(|(second, _)| second).collect()
    }

    #[test]
    fn at_most_twenty_new_bots_are_allowed_a_minute() {
        let new_bots = NewBotLimiter::default();
        let passed = introduced(&new_bots, Instant::now(), Purpose::Delivery, 600);
        assert!(passed.windows(21).all(|of_21| of_21[20] - of_21[0] >= 60));
        assert_eq!(passed.len(), 200);
    }

    #[test]
    fn strangers_have_limits_of_their_own_and_leave_13_new_bots_a_minute_to_others() {
        let start = Instant::now();
        for (purpose, minute, hour) in [(Purpose::StrangersCheck, 4, 80), (Purpose::StrangersDelivery, 3, 60)] {
            let strangers = introduced(&NewBotLimiter::default(), start, purpose, 3_600);
            assert_eq!(strangers.len(), hour, "{purpose:?}");
            assert!(strangers.windows(minute + 1).all(|some| some[minute] - some[0] >= 60), "{purpose:?}");
        }
        let new_bots = NewBotLimiter::default();
        assert_eq!(introduced(&new_bots, start, Purpose::StrangersDelivery, 1).len(), 3);
        assert_eq!(introduced(&new_bots, start, Purpose::StrangersCheck, 1).len(), 4, "a check does not wait");
        assert_eq!(introduced(&new_bots, start, Purpose::Delivery, 4).len(), 13);
        assert_eq!(introduced(&new_bots, start + MINUTE, Purpose::StrangersCheck, 1).len(), 4);
    }

    #[test]
    fn polling_for_updates_leaves_12_new_bots_a_minute_to_deliveries() {
        let start = Instant::now();
        let polls = introduced(&NewBotLimiter::default(), start, Purpose::Poll, 3_600);
        assert_eq!(polls.len(), 300);
        assert!(polls.windows(9).all(|some| some[8] - some[0] >= 60));
        let new_bots = NewBotLimiter::default();
        assert_eq!(introduced(&new_bots, start, Purpose::Poll, 60).len(), 8);
        assert_eq!(introduced(&new_bots, start, Purpose::Delivery, 4).len(), 12);
    }

    #[test]
    fn at_most_600_new_bots_are_allowed_an_hour() {
        let new_bots = NewBotLimiter::default();
        let passed = introduced(&new_bots, Instant::now(), Purpose::Delivery, 3_600);
        assert_eq!(passed.len(), 600);
        assert_eq!(introduced(&new_bots, Instant::now() + HOUR, Purpose::Delivery, 60).len(), 20);
    }

    #[test]
    fn a_bot_that_telegram_answered_within_the_hour_does_not_count_as_new() {
        let (new_bots, now) = (NewBotLimiter::default(), Instant::now());
        new_bots.heard(&sender(7), now);
        for _ in 0..100 {
            assert_eq!(new_bots.introduce(&sender(7), Purpose::StrangersCheck, now), Ok(()));
        }
        let later = now + KNOWN_FOR;
        assert!(!new_bots.is_known(&sender(7), later));
        assert_eq!(introduced(&new_bots, later, Purpose::Delivery, 5).len(), 20);
        assert_eq!(new_bots.introduce(&sender(200), Purpose::Check, later), Ok(()));
    }
}
