//! Failed attempts to sign in: each more lengthens the wait, up to a minute, for that account from that address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Failures that cost nothing yet.
const FREE: u32 = 4;
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(60);
/// Failures are forgotten after this.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// More are not remembered.
const ENTRIES: usize = 10_000;

/// Remembers failures.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<(String, IpAddr), Failures>>);

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    fn wait(self) -> Duration {
        match self.count.checked_sub(FREE) {
            Some(over) => Duration::from_secs(1).saturating_mul(2u32.saturating_pow(over.min(6))).min(LONGEST),
            None => Duration::ZERO,
        }
    }
}

impl Throttle {
    /// How long to wait before the next attempt.
    ///
    /// # Errors
    /// The wait in whole seconds, at least 1.
    pub fn check(&self, email: &str, address: IpAddr) -> Result<(), u64> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failures) = known.get(&key(email, address)) else { return Ok(()) };
        let left = failures.wait().saturating_sub(failures.last.elapsed());
        if left.is_zero() { Ok(()) } else { Err(left.as_secs().max(1)) }
    }

    /// Notes a failure.
    pub fn failed(&self, email: &str, address: IpAddr) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ENTRIES {
            known.retain(|_, failures| failures.last.elapsed() < MEMORY);
            if known.len() >= ENTRIES {
                known.clear();
            }
        }
        let entry = known.entry(key(email, address)).or_insert(Failures { count: 0, last: Instant::now() });
        let count = if entry.last.elapsed() < MEMORY { entry.count } else { 0 };
        *entry = Failures { count: count.saturating_add(1), last: Instant::now() };
    }

    /// Forgets the failures of who has signed in.
    pub fn succeeded(&self, email: &str, address: IpAddr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(email, address));
    }
}

fn key(email: &str, address: IpAddr) -> (String, IpAddr) {
    (email.trim().chars().take(320).collect::<String>().to_lowercase(), address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_failures_wait_up_to_a_minute_and_for_their_account_only() {
        let throttle = Throttle::default();
        let here = IpAddr::from([127, 0, 0, 1]);
        for _ in 0..FREE {
            assert_eq!(throttle.check("a@b.c", here), Ok(()));
            throttle.failed("A@b.c ", here);
        }
        assert_eq!(throttle.check("a@b.c", here), Err(1));
        for _ in 0..50 {
            throttle.failed("a@b.c", here);
        }
        assert!(throttle.check("a@b.c", here).is_err_and(|seconds| (50..=60).contains(&seconds)));
        assert_eq!(throttle.check("x@b.c", here), Ok(()));
        assert_eq!(throttle.check("a@b.c", IpAddr::from([192, 0, 2, 1])), Ok(()));
        throttle.succeeded("a@b.c", here);
        assert_eq!(throttle.check("a@b.c", here), Ok(()));
    }
}
