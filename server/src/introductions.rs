//! Which bots Telegram has heard of from here lately, and how often it hears of new ones: it refuses an address that
//! comes with more than 20 new tokens a minute.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant},
};

use crate::{lock::lock, rate::Window, store::Lane};

/// New tokens within a minute.
const MOST: usize = 20;
const MINUTE: Duration = Duration::from_secs(60);
/// What strangers' checks leave to deliveries.
const LEFT_BY_STRANGERS: usize = 10;
/// A bot that has not been heard of for so long is new to Telegram again.
pub(crate) const KNOWN_FOR: Duration = Duration::from_secs(60 * 60);
/// More bots are not remembered.
const BOTS: usize = 20_000;

/// What a new bot is introduced for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To send what was accepted.
    Delivery,
    /// To check a token for somebody who holds a profile's key or an account.
    Check,
    /// To check a token for whoever asks.
    StrangersCheck,
}

/// Bots and when Telegram last heard of them from here.
#[derive(Debug, Default)]
pub struct Introductions(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    heard: HashMap<Lane, Instant>,
    new: Window,
}

impl Introductions {
    /// Counts a call for a bot, where it is a new one.
    ///
    /// # Errors
    /// How long until there is room for a new one; nothing is counted then.
    pub fn introduce(&self, lane: &Lane, purpose: Purpose, now: Instant) -> Result<(), Duration> {
        let mut known = self.known();
        if known.is_known(lane, now) {
            return Ok(());
        }
        let most = match purpose {
            Purpose::Delivery => MOST,
            // An operator's check is worth a refusal by Telegram, if it comes to that.
            Purpose::Check => usize::MAX,
            Purpose::StrangersCheck => MOST - LEFT_BY_STRANGERS,
        };
        if let Some(wait) = known.new.wait(most, MINUTE, now) {
            return Err(wait);
        }
        known.new.count(now);
        Ok(())
    }

    /// Whether a call for this bot introduces nobody.
    #[must_use]
    pub fn is_known(&self, lane: &Lane, now: Instant) -> bool {
        self.known().is_known(lane, now)
    }

    /// Telegram has answered for this bot.
    pub fn heard(&self, lane: &Lane, now: Instant) {
        let mut known = self.known();
        if known.heard.len() >= BOTS && !known.heard.contains_key(lane) {
            known.heard.retain(|_, at| now.saturating_duration_since(*at) < KNOWN_FOR);
            if known.heard.len() >= BOTS {
                known.heard.clear();
            }
        }
        known.heard.insert(lane.clone(), now);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        lock(&self.0)
    }
}

impl Known {
    fn is_known(&self, lane: &Lane, now: Instant) -> bool {
        self.heard.get(lane).is_some_and(|at| now.saturating_duration_since(*at) < KNOWN_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(number: u32) -> Lane {
        Lane::of_bytes(number.to_be_bytes())
    }

    #[test]
    fn twenty_new_ones_a_minute_and_no_more() {
        let (introductions, start) = (Introductions::default(), Instant::now());
        let mut passed = Vec::new();
        for second in 0..300_u32 {
            let now = start + Duration::from_secs(second.into());
            for number in 0..5 {
                let purpose = if number < 3 { Purpose::StrangersCheck } else { Purpose::Delivery };
                if introductions.introduce(&lane(second * 5 + number), purpose, now).is_ok() {
                    passed.push((second, purpose));
                }
            }
        }
        assert!(passed.windows(21).all(|of_21| of_21[20].0 - of_21[0].0 >= 60));
        let for_delivery = passed.iter().filter(|(_, purpose)| *purpose == Purpose::Delivery).count();
        assert!(for_delivery >= 50 && passed.len() >= 100, "{for_delivery} of {}", passed.len());
    }

    #[test]
    fn who_is_known_needs_no_introduction() {
        let (introductions, now) = (Introductions::default(), Instant::now());
        introductions.heard(&lane(7), now);
        for _ in 0..100 {
            assert_eq!(introductions.introduce(&lane(7), Purpose::StrangersCheck, now), Ok(()));
        }
        let later = now + KNOWN_FOR;
        assert!(!introductions.is_known(&lane(7), later));
        assert_eq!(
            (0..100).filter(|n| introductions.introduce(&lane(*n), Purpose::Delivery, later).is_ok()).count(),
            20
        );
        assert_eq!(introductions.introduce(&lane(200), Purpose::Check, later), Ok(()));
    }
}
