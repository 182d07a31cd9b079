//! Rate limits with bursts.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// A rate: one use per `every`, and up to `burst` uses at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The interval between two uses.
    pub every: Duration,
    /// The maximum number of uses at once; at least 1.
    pub burst: u32,
}

/// The state of a rate limit: the time at which it will be unused again (the generic cell rate algorithm).
#[derive(Clone, Copy, Debug, Default)]
pub struct Used(Option<Instant>);

impl Used {
    /// Counts a use.
    ///
    /// # Errors
    ///
    /// How long to wait. The use is then not counted.
    pub fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        match self.wait(rate, now) {
            Some(wait) => Err(wait),
            None => {
                self.0 = self.0.unwrap_or(now).checked_add(rate.every);
                Ok(())
            }
        }
    }

    /// How long to wait until the next use is allowed; `None` if it is allowed now.
    pub fn wait(&mut self, rate: Rate, now: Instant) -> Option<Duration> {
        let allowance = rate.every.saturating_mul(rate.burst.saturating_sub(1));
        let ahead = self.0.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        // If `now` has gone back, the wait must not exceed that of a completely used limit.
        let ahead = ahead.min(allowance.saturating_add(rate.every));
        self.0 = now.checked_add(ahead);
        ahead.checked_sub(allowance).filter(|wait| !wait.is_zero())
    }

    /// Whether nothing is used, so that the state can be dropped.
    #[must_use]
    pub fn is_idle(&self, now: Instant) -> bool {
        self.0.is_none_or(|at| at <= now)
    }
}

/// The times of the latest uses, for a limit within any span of a given length (a sliding window).
#[derive(Debug, Default)]
pub struct Window(VecDeque<Instant>);

impl Window {
    /// How long to wait until another use keeps within `most` in any `span`; `None` if it is allowed now.
    pub fn wait(&mut self, most: usize, span: Duration, now: Instant) -> Option<Duration> {
        while self.0.front().is_some_and(|at| now.saturating_duration_since(*at) >= span) {
            self.0.pop_front();
        }
        // The use that must leave the span first.
        let blocking = self.0.len().checked_sub(most.max(1)).and_then(|at| self.0.get(at))?;
        Some(span.saturating_sub(now.saturating_duration_since(*blocking)))
    }

    /// Counts a use.
    pub fn count(&mut self, now: Instant) {
        self.0.push_back(now);
    }

    /// Whether there was no use within `span`.
    #[must_use]
    pub fn is_idle(&self, span: Duration, now: Instant) -> bool {
        self.0.back().is_none_or(|at| now.saturating_duration_since(*at) >= span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_allows_its_burst_and_then_one_call_per_interval() {
        let rate = Rate { every: Duration::from_secs(6), burst: 3 };
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut used = Used::default();
        assert!(used.is_idle(start));
        for _ in 0..3 {
            assert_eq!(used.take(rate, start), Ok(()));
        }
        assert_eq!(used.take(rate, start), Err(Duration::from_secs(6)));
        assert_eq!(used.take(rate, at(4)), Err(Duration::from_secs(2)), "what is refused costs nothing");
        assert_eq!(used.take(rate, at(6)), Ok(()));
        assert!(used.take(rate, at(6)).is_err() && !used.is_idle(at(6)));
        // After a pause a single burst is allowed again.
        assert!(used.is_idle(at(100)));
        assert_eq!((0..10).filter(|_| used.take(rate, at(100)).is_ok()).count(), 3);
    }

    #[test]
    fn a_clock_that_is_set_back_causes_a_bounded_wait() {
        let rate = Rate { every: Duration::from_secs(6), burst: 3 };
        let (mut used, now) = (Used::default(), Instant::now());
        assert_eq!(used.take(rate, now + Duration::from_secs(900)), Ok(()));
        assert_eq!(used.take(rate, now), Err(Duration::from_secs(6)));
        assert_eq!(used.take(rate, now + Duration::from_secs(6)), Ok(()));
    }

    #[test]
    fn the_rate_is_never_exceeded_over_time() {
        let rate = Rate { every: Duration::from_millis(250), burst: 5 };
        let start = Instant::now();
        let mut used = Used::default();
        let taken = (0..10_000).filter(|ms| used.take(rate, start + Duration::from_millis(*ms)).is_ok()).count();
        assert_eq!(taken, 5 + 39);
    }

    #[test]
    fn a_window_limits_calls_in_every_span_of_its_length() {
        let (span, start) = (Duration::from_secs(1), Instant::now());
        let mut window = Window::default();
        let mut taken: Vec<u64> = Vec::new();
        for ms in 0..5_000 {
            let now = start + Duration::from_millis(ms);
            match window.wait(30, span, now) {
                None => {
                    window.count(now);
                    taken.push(ms);
                }
                Some(left) => assert_eq!(left, Duration::from_millis(taken[taken.len() - 30] + 1_000 - ms)),
            }
        }
        assert_eq!(taken.len(), 150);
        assert!(taken.windows(31).all(|of_31| of_31[30] - of_31[0] >= 1_000));
        assert!(!window.is_idle(span, start + Duration::from_secs(5)));
        assert!(window.is_idle(span, start + Duration::from_secs(6)));
    }
}
