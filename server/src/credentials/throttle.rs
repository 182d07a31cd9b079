//! Limits attempts to sign in with a password. Each failed attempt lengthens the wait for the next one, up to a minute,
//! for its account from its address. With more free attempts, it also lengthens the wait for its address with any
//! account. Codes of the second factor have a stricter limit, which is stored (`store/accounts/sign_in_failures.rs`).
//!
//! **An attacker cannot lock out others.** A browser that has signed in to an account before sends a proof of that.
//! Such a known browser waits only for its own attempts, and never for those of others, whether they come from the same
//! address (of a proxy or an office) or from ten thousand addresses. Its own attempts count for the account as well. An
//! unknown browser shares its wait with all others from its address. Once an account is under attack from many
//! addresses, it also shares a short wait with all other unknown browsers.
//!
//! At most, the password of an account can be guessed 1,440 times a day from one network or known browser, and 43,200
//! times a day from all addresses.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::http::rate_limits::network;

/// Free attempts at one account from one address.
const FREE: u32 = 4;
/// Free attempts from one address, which several people may share.
const FREE_OF_ADDRESS: u32 = 30;
/// Free attempts at one account from anywhere.
const FREE_OF_ACCOUNT: u32 = 50;
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(60);
/// The longest wait that attempts of others at the account cause. Forty thousand guesses a day do not find a password
/// that passes [`super::strength`], and the account's owner can still sign in.
const LONGEST_OF_ACCOUNT: Duration = Duration::from_secs(2);
/// One attempt is forgotten after each such time without an attempt, so that a pause does not allow a burst of new
/// ones.
const DECAY: Duration = Duration::from_secs(15 * 60);
/// The most attempts above the free ones that are counted. The wait reaches its maximum before that; counting more
/// would only delay forgetting them.
const MOST_OVER: u32 = 10;
/// The most entries of each kind.
const ENTRIES: usize = 10_000;

/// Counts attempts.
#[derive(Debug, Default)]
pub struct Throttle {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    origins: HashMap<(String, Origin), Attempts>,
    addresses: HashMap<IpAddr, Attempts>,
    accounts: HashMap<String, Attempts>,
}

/// The source of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A browser that has signed in to the account before, identified by its id.
    Browser(String),
    /// Any other client, identified by its address.
    Address(IpAddr),
}

impl Origin {
    /// The id of a known browser.
    #[must_use]
    pub fn browser(&self) -> Option<&str> {
        match self {
            Self::Browser(id) => Some(id),
            Self::Address(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Attempts {
    count: u32,
    last: Instant,
}

impl Attempts {
    /// The time left until the next attempt is allowed.
    fn left(self, free: u32, longest: Duration) -> Duration {
        let wait = match self.count.checked_sub(free) {
            Some(over) => Duration::from_secs(1).saturating_mul(2u32.saturating_pow(over.min(6))).min(longest),
            None => Duration::ZERO,
        };
        wait.saturating_sub(self.last.elapsed())
    }

    /// The number of attempts that are not forgotten yet.
    fn remembered(self) -> u32 {
        let forgotten = self.last.elapsed().as_secs() / DECAY.as_secs();
        self.count.saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX))
    }
}

impl Throttle {
    /// Allows or refuses an attempt. An allowed attempt is counted at once as failed, so that simultaneous attempts
    /// have no advantage. A refused one is not counted.
    ///
    /// # Errors
    /// The time to wait in whole seconds, at least 1.
    pub fn attempt(&self, email: &str, origin: &Origin) -> Result<(), u64> {
        let mut known = self.known.lock();
        let (account, origin) = (account(email), neighbourhood(origin));
        let left = |attempts: Option<&Attempts>, free, longest| {
            attempts.map_or(Duration::ZERO, |attempts| attempts.left(free, longest))
        };
        let key = (account.clone(), origin.clone());
        let mut wait = left(known.origins.get(&key), FREE, LONGEST);
        if let Origin::Address(address) = origin {
            wait = wait.max(left(known.addresses.get(&address), FREE_OF_ADDRESS, LONGEST)).max(left(
                known.accounts.get(&account),
                FREE_OF_ACCOUNT,
                LONGEST_OF_ACCOUNT,
            ));
        }
        if !wait.is_zero() {
            return Err(wait.as_secs().max(1));
        }
        count(&mut known.origins, key, FREE);
        if let Origin::Address(address) = origin {
            count(&mut known.addresses, address, FREE_OF_ADDRESS);
        }
        count(&mut known.accounts, account, FREE_OF_ACCOUNT);
        Ok(())
    }

    /// Forgets the attempts of an account that has signed in from this origin. For the address it forgets only this
    /// attempt, because signing in to one's own account must not allow more guesses at other accounts.
    pub fn succeeded(&self, email: &str, origin: &Origin) {
        let known = &mut *self.known.lock();
        let (account, origin) = (account(email), neighbourhood(origin));
        let address = match &origin {
            Origin::Address(address) => known.addresses.get_mut(address),
            Origin::Browser(_) => None,
        };
        for attempts in address.into_iter().chain(known.accounts.get_mut(&account)) {
            attempts.count = attempts.count.saturating_sub(1);
        }
        known.origins.remove(&(account, origin));
    }
}

fn count<K: Eq + Hash + Clone>(known: &mut HashMap<K, Attempts>, key: K, free: u32) {
    if known.len() >= ENTRIES && !known.contains_key(&key) {
        make_room(known);
    }
    let entry = known.entry(key).or_insert(Attempts { count: 0, last: Instant::now() });
    let count = entry.remembered().saturating_add(1).min(free.saturating_add(MOST_OVER));
    *entry = Attempts { count, last: Instant::now() };
}

/// Removes old entries, or else the entry with the fewest attempts, so that an attacker cannot reset a count by filling
/// the memory.
fn make_room<K: Eq + Hash + Clone>(known: &mut HashMap<K, Attempts>) {
    known.retain(|_, attempts| attempts.remembered() > 0);
    if known.len() < ENTRIES {
        return;
    }
    let least = known.iter().min_by_key(|(_, attempts)| (attempts.count, attempts.last)).map(|(key, _)| key.clone());
    if let Some(key) = least {
        known.remove(&key);
    }
}

fn account(email: &str) -> String {
    email.trim().chars().take(320).collect::<String>().to_lowercase()
}

/// Replaces an address by its network.
fn neighbourhood(origin: &Origin) -> Origin {
    match origin {
        Origin::Browser(proof) => Origin::Browser(proof.clone()),
        Origin::Address(address) => Origin::Address(network(*address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Origin = Origin::Address(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    fn from(address: [u8; 4]) -> Origin {
        Origin::Address(address.into())
    }

    #[test]
    fn repeated_attempts_must_wait_for_their_account_and_address_only() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            assert_eq!(throttle.attempt("A@b.c ", &HERE), Ok(()));
        }
        for _ in 0..50 {
            assert_eq!(throttle.attempt("a@b.c", &HERE), Err(1), "what is refused is not counted");
        }
        assert_eq!(throttle.attempt("x@b.c", &HERE), Ok(()));
        assert_eq!(throttle.attempt("a@b.c", &from([192, 0, 2, 1])), Ok(()));
        throttle.succeeded("a@b.c", &HERE);
        assert_eq!(throttle.attempt("a@b.c", &HERE), Ok(()));
    }

    #[test]
    fn the_wait_doubles_up_to_a_minute_and_ends() {
        let left = |count| Attempts { count, last: Instant::now() }.left(FREE, LONGEST).as_secs_f64().ceil();
        assert_eq!([3, 4, 5, 6, 10, 99].map(left), [0.0, 1.0, 2.0, 4.0, 60.0, 60.0]);
        let Some(past) = Instant::now().checked_sub(LONGEST) else { return };
        assert!(Attempts { count: 99, last: past }.left(FREE, LONGEST).is_zero());
    }

    #[test]
    fn attempts_on_many_accounts_from_one_address_must_wait() {
        let throttle = Throttle::default();
        let passed = |last: u16| {
            let address = IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last]);
            throttle.attempt(&format!("user{last}@b.c"), &Origin::Address(address)).is_ok()
        };
        assert_eq!((0..100).filter(|last| passed(*last)).count(), 30);
        assert_eq!(throttle.attempt("a@b.c", &HERE), Ok(()));
    }

    #[test]
    fn a_known_browser_does_not_wait_because_of_attempts_by_others() {
        let throttle = Throttle::default();
        for last in 0..100 {
            let _ = throttle.attempt("a@b.c", &from([192, 0, 2, last]));
            let _ = throttle.attempt("a@b.c", &HERE);
        }
        let known = Origin::Browser("id".into());
        for _ in 0..FREE {
            assert_eq!(throttle.attempt("a@b.c", &known), Ok(()));
        }
        assert!(throttle.attempt("a@b.c", &known).is_err(), "one that is stolen guesses no faster");
        assert!(throttle.attempt("a@b.c", &from([198, 51, 100, 1])).unwrap_err() <= 2);
    }

    #[test]
    fn attempts_of_known_browsers_count_for_the_account() {
        let throttle = Throttle::default();
        for id in 0..FREE_OF_ACCOUNT {
            assert_eq!(throttle.attempt("a@b.c", &Origin::Browser(id.to_string())), Ok(()));
        }
        let account = |throttle: &Throttle| throttle.known.lock().accounts["a@b.c"].count;
        assert_eq!(account(&throttle), FREE_OF_ACCOUNT);
        throttle.succeeded("a@b.c", &Origin::Browser("0".into()));
        assert_eq!(account(&throttle), FREE_OF_ACCOUNT - 1);
    }

    #[test]
    fn one_attempt_is_forgotten_every_15_minutes() {
        let remembered = |count, minutes: u64| {
            let last = Instant::now().checked_sub(Duration::from_secs(minutes * 60))?;
            Some(Attempts { count, last }.remembered())
        };
        for (count, minutes, expected) in [(14, 0, 14), (14, 14, 14), (14, 16, 13), (14, 151, 4), (14, 999, 0)] {
            // `Instant` cannot go back that far on a machine that has just started.
            if let Some(remembered) = remembered(count, minutes) {
                assert_eq!(remembered, expected, "{minutes}");
            }
        }
        let mut known = HashMap::new();
        for _ in 0..100 {
            count(&mut known, (), FREE);
        }
        assert_eq!(known[&()].count, FREE + MOST_OVER);
    }

    #[test]
    fn the_throttle_is_bounded_and_keeps_the_entries_with_the_most_attempts() {
        let throttle = Throttle::default();
        // With this many attempts the wait is longer than the test takes.
        let worst = Attempts { count: 99, last: Instant::now() };
        throttle.known.lock().origins.insert((account("a@b.c"), HERE), worst);
        for i in 0..u32::try_from(ENTRIES).unwrap() + 100 {
            let _ = throttle.attempt(&format!("{i}@b.c"), &from((i + 0x0a00_0000).to_be_bytes()));
        }
        let known = throttle.known.lock();
        assert_eq!((known.origins.len(), known.addresses.len(), known.accounts.len()), (ENTRIES, ENTRIES, ENTRIES));
        drop(known);
        assert!(throttle.attempt("a@b.c", &HERE).is_err());
    }
}
