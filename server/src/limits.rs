//! How many requests are taken: of each profile's key, of each token at the stateless door, and of each address.
//!
//! A booking service calls for all of its customers from one address, so that what is good is counted by its key or token
//! alone. Of an address are counted the requests at the doors that name nothing known, and those for pages.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::{
    lock::lock,
    rate::{Rate, Used},
};

/// Of one key or token: 500 a second, and 2,000 at once.
const EVENTS: Rate = Rate { every: Duration::from_millis(2), burst: 2_000 };
/// Of one address, at the doors, for what is not known there: 10 a second.
const STRANGERS: Rate = Rate { every: Duration::from_millis(100), burst: 200 };
/// Of one address, for pages: 100 a second.
const PAGES: Rate = Rate { every: Duration::from_millis(10), burst: 1_000 };
/// Test messages of one account: 20 a minute.
const TESTS: Rate = Rate { every: Duration::from_secs(3), burst: 20 };
/// A refused key is told of in the log no more often than this.
const TELL: Duration = Duration::from_secs(10);
/// What is remembered of each kind.
const ENTRIES: usize = 20_000;

/// Whose events they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Of the profile with this id.
    Profile(i64),
    /// Of the token with this hash.
    Token(Vec<u8>),
}

/// What has been used of the limits.
#[derive(Debug, Default)]
pub struct Limits {
    events: Mutex<HashMap<Source, Entry>>,
    strangers: Mutex<HashMap<IpAddr, Entry>>,
    pages: Mutex<HashMap<IpAddr, Entry>>,
    tests: Mutex<HashMap<i64, Entry>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    used: Used,
    told: Option<Instant>,
}

impl Limits {
    /// Counts an event.
    ///
    /// # Errors
    /// If there have been too many: whole seconds until there is room, at least 1.
    pub fn event(&self, source: Source) -> Result<(), u64> {
        take(&self.events, source, EVENTS, Instant::now())
    }

    /// Whether it is worth a line in the log that an event was refused: others like it follow close on each other.
    pub fn tells(&self, source: &Source) -> bool {
        let now = Instant::now();
        let mut events = lock(&self.events);
        let Some(entry) = events.get_mut(source) else { return true };
        let tells = entry.told.is_none_or(|told| now.saturating_duration_since(told) >= TELL);
        if tells {
            entry.told = Some(now);
        }
        tells
    }

    /// Counts a request at a door for what is not known there.
    ///
    /// # Errors
    /// If there have been too many: whole seconds until there is room, at least 1.
    pub fn stranger(&self, address: IpAddr) -> Result<(), u64> {
        take(&self.strangers, network(address), STRANGERS, Instant::now())
    }

    /// Counts a request for a page.
    ///
    /// # Errors
    /// If there have been too many: whole seconds until there is room, at least 1.
    pub fn page(&self, address: IpAddr) -> Result<(), u64> {
        take(&self.pages, network(address), PAGES, Instant::now())
    }

    /// Counts the parts of a test message that an account sends.
    ///
    /// # Errors
    /// If there have been too many: whole seconds until there is room for one, at least 1.
    pub fn test(&self, account: i64, parts: usize) -> Result<(), u64> {
        let now = Instant::now();
        // A message longer than the whole burst is let through once nothing else is counted, and counts as all of it.
        take(&self.tests, account, TESTS, now)?;
        for _ in 1..parts {
            _ = take(&self.tests, account, TESTS, now);
        }
        Ok(())
    }
}

fn take<K: Eq + Hash>(known: &Mutex<HashMap<K, Entry>>, key: K, rate: Rate, now: Instant) -> Result<(), u64> {
    let mut known = lock(known);
    if known.len() >= ENTRIES && !known.contains_key(&key) {
        known.retain(|_, entry| !entry.used.is_idle(now));
        if known.len() >= ENTRIES {
            // So many are busy at once that nobody can be told from the others.
            known.clear();
        }
    }
    let entry = known.entry(key).or_default();
    entry.used.take(rate, now).map_err(|wait| wait.as_secs().saturating_add(1))
}

/// Of IPv6 the first half: the other half anybody chooses for themselves.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_sends_too_much_does_not_hurt_another() {
        let limits = Limits::default();
        let now = Instant::now();
        let taken = (0..10_000).filter(|_| take(&limits.events, Source::Profile(1), EVENTS, now).is_ok()).count();
        assert_eq!(taken, 2_000);
        assert_eq!(limits.event(Source::Profile(2)), Ok(()));
        assert_eq!(limits.event(Source::Token(vec![1])), Ok(()));
    }

    #[test]
    fn two_hundred_events_a_second_of_one_key_are_never_refused() {
        let (limits, start) = (Limits::default(), Instant::now());
        let take = |at: Duration| take(&limits.events, Source::Profile(1), EVENTS, start + at);
        // An hour of them: evenly, and each second's all at once.
        for event in 0..360_000 {
            assert_eq!(take(Duration::from_millis(5 * event)), Ok(()), "{event}");
        }
        for second in 1_800..5_400 {
            for event in 0..200 {
                assert_eq!(take(Duration::from_secs(second)), Ok(()), "{second} {event}");
            }
        }
        // What waited for ten seconds comes at once.
        for event in 0..2_000 {
            assert_eq!(take(Duration::from_secs(5_410)), Ok(()), "{event}");
        }
    }

    #[test]
    fn a_refusal_is_told_once_in_a_while() {
        let limits = Limits::default();
        let source = Source::Profile(1);
        let refused = (0..10_000).find_map(|_| limits.event(source.clone()).err());
        assert_eq!(refused, Some(1));
        assert_eq!((0..100).filter(|_| limits.tells(&source)).count(), 1);
        let here = IpAddr::from([192, 0, 2, 1]);
        assert!((0..400).any(|_| limits.stranger(here).is_err()));
        assert_eq!(limits.page(here), Ok(()));
        assert_eq!(limits.stranger(IpAddr::from([192, 0, 2, 2])), Ok(()));
    }

    #[test]
    fn a_neighbourhood_of_ipv6_is_one_address() {
        let limits = Limits::default();
        let at = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last]);
        assert!((0..400).any(|last| limits.stranger(at(last)).is_err()));
    }

    #[test]
    fn memory_is_bounded() {
        let limits = Limits::default();
        for i in 0..u32::try_from(ENTRIES).unwrap() + 500 {
            assert_eq!(limits.page(IpAddr::from((i + 0x0a00_0000).to_be_bytes())), Ok(()));
        }
        assert!(limits.pages.lock().unwrap().len() <= ENTRIES);
    }
}
