//! Attempts to sign in: each that does not succeed lengthens the wait for the next, up to a minute, for that account
//! from that address, and more patiently for the address with whatever account.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::{limits::network, lock::lock};

/// Attempts at one account from one address that cost nothing yet.
const FREE: u32 = 4;
/// Attempts from one address, which several people may share.
const FREE_OF_ADDRESS: u32 = 30;
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(60);
/// Attempts are forgotten after this.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// More are not remembered, of either kind.
const ENTRIES: usize = 10_000;

/// Remembers attempts.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    accounts: HashMap<(String, IpAddr), Attempts>,
    addresses: HashMap<IpAddr, Attempts>,
}

#[derive(Clone, Copy, Debug)]
struct Attempts {
    count: u32,
    last: Instant,
}

impl Attempts {
    /// How long the next one has to wait yet.
    fn left(self, free: u32) -> Duration {
        let wait = match self.count.checked_sub(free) {
            Some(over) => Duration::from_secs(1).saturating_mul(2u32.saturating_pow(over.min(6))).min(LONGEST),
            None => Duration::ZERO,
        };
        wait.saturating_sub(self.last.elapsed())
    }
}

impl Throttle {
    /// Lets an attempt through and counts it at once, as long as it has not succeeded: of many at the same time no
    /// more pass than one after the other. One that is refused is not counted.
    ///
    /// # Errors
    /// How long to wait, in whole seconds, at least 1.
    pub fn attempt(&self, email: &str, address: IpAddr) -> Result<(), u64> {
        let mut known = lock(&self.0);
        let (account, address) = (account(email, address), network(address));
        let of_account = known.accounts.get(&account).map_or(Duration::ZERO, |attempts| attempts.left(FREE));
        let of_address =
            known.addresses.get(&address).map_or(Duration::ZERO, |attempts| attempts.left(FREE_OF_ADDRESS));
        let left = of_account.max(of_address);
        if !left.is_zero() {
            return Err(left.as_secs().max(1));
        }
        count(&mut known.accounts, account);
        count(&mut known.addresses, address);
        Ok(())
    }

    /// Forgets the attempts of who has signed in. Of the address it forgets this one only: an account of one's own is
    /// no key to those of others.
    pub fn succeeded(&self, email: &str, address: IpAddr) {
        let mut known = lock(&self.0);
        known.accounts.remove(&account(email, address));
        if let Some(attempts) = known.addresses.get_mut(&network(address)) {
            attempts.count = attempts.count.saturating_sub(1);
        }
    }
}

fn count<K: Eq + Hash + Clone>(known: &mut HashMap<K, Attempts>, key: K) {
    if known.len() >= ENTRIES && !known.contains_key(&key) {
        make_room(known);
    }
    let entry = known.entry(key).or_insert(Attempts { count: 0, last: Instant::now() });
    let count = if entry.last.elapsed() < MEMORY { entry.count } else { 0 };
    *entry = Attempts { count: count.saturating_add(1), last: Instant::now() };
}

/// Forgets what is old, else what was tried least: whoever fills the memory does not free themselves by it.
fn make_room<K: Eq + Hash + Clone>(known: &mut HashMap<K, Attempts>) {
    known.retain(|_, attempts| attempts.last.elapsed() < MEMORY);
    if known.len() < ENTRIES {
        return;
    }
    let least = known.iter().min_by_key(|(_, attempts)| (attempts.count, attempts.last)).map(|(key, _)| key.clone());
    if let Some(key) = least {
        known.remove(&key);
    }
}

fn account(email: &str, address: IpAddr) -> (String, IpAddr) {
    (email.trim().chars().take(320).collect::<String>().to_lowercase(), network(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn repeated_attempts_wait_for_their_account_only() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            assert_eq!(throttle.attempt("A@b.c ", HERE), Ok(()));
        }
        for _ in 0..50 {
            assert_eq!(throttle.attempt("a@b.c", HERE), Err(1), "what is refused is not counted");
        }
        assert_eq!(throttle.attempt("x@b.c", HERE), Ok(()));
        assert_eq!(throttle.attempt("a@b.c", IpAddr::from([192, 0, 2, 1])), Ok(()));
        throttle.succeeded("a@b.c", HERE);
        assert_eq!(throttle.attempt("a@b.c", HERE), Ok(()));
    }

    #[test]
    fn the_wait_grows_to_a_minute_and_ends() {
        let attempts = |count| Attempts { count, last: Instant::now() }.left(FREE).as_secs_f64().ceil();
        assert_eq!([3, 4, 5, 6, 10, 99].map(attempts), [0.0, 1.0, 2.0, 4.0, 60.0, 60.0]);
        let Some(past) = Instant::now().checked_sub(LONGEST) else { return };
        assert!(Attempts { count: 99, last: past }.left(FREE).is_zero());
    }

    #[test]
    fn many_accounts_from_one_address_wait_too() {
        let throttle = Throttle::default();
        let passed = |last: u16| {
            let address = IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last]);
            throttle.attempt(&format!("user{last}@b.c"), address).is_ok()
        };
        assert_eq!((0..100).filter(|last| passed(*last)).count(), 30);
        assert_eq!(throttle.attempt("a@b.c", HERE), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_keeps_the_worst() {
        let throttle = Throttle::default();
        // So many that the wait is longer than this test can take.
        let worst = Attempts { count: 99, last: Instant::now() };
        throttle.0.lock().unwrap().accounts.insert(account("a@b.c", HERE), worst);
        for i in 0..u32::try_from(ENTRIES).unwrap() + 100 {
            let _ = throttle.attempt("x@b.c", IpAddr::from((i + 0x0a00_0000).to_be_bytes()));
        }
        let known = throttle.0.lock().unwrap();
        assert_eq!((known.accounts.len(), known.addresses.len()), (ENTRIES, ENTRIES));
        drop(known);
        assert!(throttle.attempt("a@b.c", HERE).is_err());
    }
}
