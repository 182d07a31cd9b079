//! Rate limits of requests: per webhook key, per known token of the stateless endpoint, and per address.
//!
//! A booking service sends the events of all its customers from one address. So a request with a known webhook key or
//! token is counted only by that. Other requests to the endpoints, and requests for pages, are counted by address.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::{
    limits::rate::{Rate, Used},
    store::SenderKey,
};

/// The rate for one webhook key or token: 500 requests a second, bursts of 2,000.
const EVENTS: Rate = Rate { every: Duration::from_millis(2), burst: 2_000 };
/// The rate for one address at the endpoints, without a known webhook key or token: 10 requests a second, bursts of
/// 200.
const STRANGERS: Rate = Rate { every: Duration::from_millis(100), burst: 200 };
/// The rate for one address at the pages: 100 requests a second, bursts of 1,000.
const PAGES: Rate = Rate { every: Duration::from_millis(10), burst: 1_000 };
/// The rate for one account: 20 test messages a minute.
const TESTS: Rate = Rate { every: Duration::from_secs(3), burst: 20 };
/// The rate at which 429s of one profile are recorded.
const RECORDED: Rate = Rate { every: Duration::from_secs(10), burst: 1 };
/// The rates at which 422s of the stateless endpoint are recorded: for a known token, for a stranger's address, for all
/// strangers.
const RECORDED_OF_TOKEN: Rate = Rate { every: Duration::from_secs(10), burst: 100 };
const RECORDED_OF_ADDRESS: Rate = Rate { every: Duration::from_secs(10), burst: 20 };
const RECORDED_OF_STRANGERS: Rate = Rate { every: Duration::from_secs(5), burst: 50 };
/// The maximum number of entries of each map.
const ENTRIES: usize = 20_000;

/// The source by which requests to a webhook endpoint are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The profile with this id.
    Profile(i64),
    /// The known token with this sender key.
    Token(SenderKey),
    /// A stranger at this network address ([`network`]).
    Stranger(IpAddr),
}

impl Source {
    /// The stranger's network address; `None` for a known source.
    #[must_use]
    pub fn stranger(&self) -> Option<IpAddr> {
        match self {
            Self::Stranger(network) => Some(*network),
            Self::Profile(_) | Self::Token(_) => None,
        }
    }
}

/// The state of the rate limits.
#[derive(Debug, Default)]
pub struct Limits {
    events: Mutex<HashMap<Source, Entry>>,
    strangers: Mutex<HashMap<IpAddr, Entry>>,
    pages: Mutex<HashMap<IpAddr, Entry>>,
    recorded_of_strangers: Mutex<Used>,
    tests: Mutex<HashMap<i64, Entry>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    used: Used,
    recorded: Used,
}

impl Limits {
    /// Counts a request to a webhook endpoint.
    ///
    /// # Errors
    ///
    /// If the limit is exceeded: whole seconds until the next request is allowed, at least 1.
    pub fn webhook(&self, source: &Source) -> Result<(), u64> {
        match source {
            Source::Stranger(network) => self.stranger(*network),
            known => take(&self.events, known.clone(), EVENTS, Instant::now()),
        }
    }

    /// Whether to record a rejected request of this source. Records are rate-limited, because rejections come in
    /// bursts.
    pub fn records(&self, source: &Source) -> bool {
        let now = Instant::now();
        let record = |entry: Option<&mut Entry>, rate| entry.is_none_or(|entry| entry.recorded.take(rate, now).is_ok());
        match source {
            Source::Profile(_) => record(self.events.lock().get_mut(source), RECORDED),
            Source::Token(_) => record(self.events.lock().get_mut(source), RECORDED_OF_TOKEN),
            Source::Stranger(network) => {
                record(self.strangers.lock().get_mut(network), RECORDED_OF_ADDRESS)
                    && self.recorded_of_strangers.lock().take(RECORDED_OF_STRANGERS, now).is_ok()
            }
        }
    }

    /// Counts a request without a known webhook key or token.
    ///
    /// # Errors
    ///
    /// If the limit is exceeded: whole seconds until the next request is allowed, at least 1.
    pub fn stranger(&self, address: IpAddr) -> Result<(), u64> {
        take(&self.strangers, network(address), STRANGERS, Instant::now())
    }

    /// Counts a request for a page.
    ///
    /// # Errors
    ///
    /// If the limit is exceeded: whole seconds until the next request is allowed, at least 1.
    pub fn page(&self, address: IpAddr) -> Result<(), u64> {
        take(&self.pages, network(address), PAGES, Instant::now())
    }

    /// Counts the parts of a test message that an account sends.
    ///
    /// # Errors
    ///
    /// If the limit is exceeded: whole seconds until one more part is allowed, at least 1.
    pub fn test(&self, account: i64, parts: usize) -> Result<(), u64> {
        let now = Instant::now();
        // A message with more parts than the burst is sent once the limit is unused, and uses all of it.
        take(&self.tests, account, TESTS, now)?;
        for _ in 1..parts {
            _ = take(&self.tests, account, TESTS, now);
        }
        Ok(())
    }
}

fn take<K: Eq + Hash>(known: &Mutex<HashMap<K, Entry>>, key: K, rate: Rate, now: Instant) -> Result<(), u64> {
    let mut known = known.lock();
    if known.len() >= ENTRIES && !known.contains_key(&key) {
        known.retain(|_, entry| !(entry.used.is_idle(now) && entry.recorded.is_idle(now)));
        if known.len() >= ENTRIES {
            // If so many sources are active at once, limits per source no longer help.
            known.clear();
        }
    }
    let entry = known.entry(key).or_default();
    entry.used.take(rate, now).map_err(|wait| wait.as_secs().saturating_add(1))
}

/// The address by which requests are counted. For IPv6 it is the /64 network, because a client can choose any address
/// in its own.
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
    fn a_sender_over_its_rate_limit_does_not_affect_others() {
        let limits = Limits::default();
        let now = Instant::now();
        let taken = (0..10_000).filter(|_| take(&limits.events, Source::Profile(1), EVENTS, now).is_ok()).count();
        assert_eq!(taken, 2_000);
        assert_eq!(limits.webhook(&Source::Profile(2)), Ok(()));
        assert_eq!(limits.webhook(&Source::Token(SenderKey::of_bytes([1]))), Ok(()));
    }

    #[test]
    fn two_hundred_events_a_second_for_one_webhook_key_are_never_refused() {
        let (limits, start) = (Limits::default(), Instant::now());
        let take = |at: Duration| take(&limits.events, Source::Profile(1), EVENTS, start + at);
        // Events arrive evenly for half an hour, then for an hour each second's events arrive at once.
        for event in 0..360_000 {
            assert_eq!(take(Duration::from_millis(5 * event)), Ok(()), "{event}");
        }
        for second in 1_800..5_400 {
            for event in 0..200 {
                assert_eq!(take(Duration::from_secs(second)), Ok(()), "{second} {event}");
            }
        }
        // Events that waited for ten seconds arrive at once.
        for event in 0..2_000 {
            assert_eq!(take(Duration::from_secs(5_410)), Ok(()), "{event}");
        }
    }

    #[test]
    fn the_number_of_recorded_refusals_per_source_is_limited() {
        let limits = Limits::default();
        let here = IpAddr::from([192, 0, 2, 7]);
        for (source, recorded) in
            [(Source::Profile(1), 1), (Source::Token(SenderKey::of_bytes([1])), 100), (Source::Stranger(here), 20)]
        {
            let refused = (0..10_000).find_map(|_| limits.webhook(&source).err());
            assert_eq!(refused, Some(1), "{source:?}");
            assert_eq!((0..1_000).filter(|_| limits.records(&source)).count(), recorded, "{source:?}");
        }
    }

    #[test]
    fn webhooks_and_pages_have_separate_limits_per_address() {
        let limits = Limits::default();
        let here = IpAddr::from([192, 0, 2, 1]);
        assert!((0..400).any(|_| limits.stranger(here).is_err()));
        assert_eq!(limits.page(here), Ok(()));
        assert_eq!(limits.stranger(IpAddr::from([192, 0, 2, 2])), Ok(()));
    }

    #[test]
    fn ipv6_addresses_of_one_network_share_a_limit() {
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
        assert!(limits.pages.lock().len() <= ENTRIES);
    }
}
