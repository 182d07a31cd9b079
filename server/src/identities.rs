//! Who bots are, as Telegram says (`getMe`): remembered for a while, asked once for all who wait, and for strangers at
//! a rate that does this address's standing with Telegram no harm.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hookgram::secret::BotToken;

use crate::{
    codes,
    rate::{Rate, Used},
    telegram::{Identity, Telegram},
};

/// How long Telegram's word on a token is believed (contract §1).
const AGE: Duration = Duration::from_secs(5 * 60);
/// More tokens are not remembered.
const TOKENS: usize = 1_000;
/// More addresses are not told apart.
const ADDRESSES: usize = 1_000;
/// Telegram refuses an address that comes with more than 20 new tokens a minute; deliveries need some of them.
const STRANGERS: Rate = Rate { every: Duration::from_secs(6), burst: 10 };
/// Of these, what one address may use.
const STRANGER: Rate = Rate { every: Duration::from_secs(15), burst: 4 };

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who holds a profile's key, an account or this machine.
    Known,
    /// Whoever calls the stateless door from this address.
    Stranger(IpAddr),
}

/// What is known of bots.
#[derive(Debug, Default)]
pub struct Identities {
    tokens: Mutex<HashMap<Vec<u8>, Arc<Entry>>>,
    limits: Mutex<Limits>,
}

/// Whoever asks Telegram holds it; whoever waits for the answer waits for it.
type Entry = tokio::sync::Mutex<Option<(Instant, Identity)>>;

#[derive(Debug, Default)]
struct Limits {
    all: Used,
    addresses: HashMap<IpAddr, Used>,
    /// Telegram asked for quiet until then.
    quiet_until: Option<Instant>,
}

impl Identities {
    /// What Telegram says of a token, or said within the last 5 minutes; and whether it has just said so. Only what it
    /// says of the token itself is remembered. A stranger who comes too often hears that it is busy, and it is not asked.
    pub async fn ask(&self, telegram: &Telegram, token: &BotToken, asker: Asker) -> (Identity, bool) {
        let entry = self.entry(token);
        let mut known = entry.lock().await;
        if let Some((at, identity)) = &*known
            && at.elapsed() < AGE
        {
            return (identity.clone(), false);
        }
        if let Err(wait) = lock(&self.limits).admit(asker, Instant::now()) {
            return (Identity::Busy { seconds: wait.as_secs().saturating_add(1) }, false);
        }
        let identity = telegram.who_is(token).await;
        *known = match identity {
            Identity::Bot { .. } | Identity::Refused => Some((Instant::now(), identity.clone())),
            Identity::Unreachable => None,
            Identity::Busy { seconds } => {
                lock(&self.limits).quiet_until = Instant::now().checked_add(Duration::from_secs(seconds));
                None
            }
        };
        (identity, true)
    }

    fn entry(&self, token: &BotToken) -> Arc<Entry> {
        // Hashes: a token need not lie about here.
        let hash = codes::hash(token.expose());
        let mut tokens = lock(&self.tokens);
        if tokens.len() >= TOKENS && !tokens.contains_key(&hash) {
            // What is locked is being asked about.
            tokens.retain(|_, entry| {
                entry.try_lock().map_or(true, |known| known.as_ref().is_some_and(|(at, _)| at.elapsed() < AGE))
            });
            if tokens.len() >= TOKENS {
                tokens.clear();
            }
        }
        tokens.entry(hash).or_default().clone()
    }
}

impl Limits {
    fn admit(&mut self, asker: Asker, now: Instant) -> Result<(), Duration> {
        let Asker::Stranger(address) = asker else { return Ok(()) };
        if let Some(left) = self.quiet_until.and_then(|until| until.checked_duration_since(now)) {
            return Err(left);
        }
        if self.addresses.len() >= ADDRESSES {
            self.addresses.retain(|_, used| !used.is_idle(now));
            if self.addresses.len() >= ADDRESSES {
                self.addresses.clear();
            }
        }
        let of_address = self.addresses.entry(address).or_default();
        let before = *of_address;
        of_address.take(STRANGER, now)?;
        self.all.take(STRANGERS, now).inspect_err(|_| *of_address = before)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(last: u8) -> Asker {
        Asker::Stranger(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn strangers_share_a_rate_that_telegram_bears() {
        let mut limits = Limits::default();
        let start = Instant::now();
        let passed = (0..60_u64).flat_map(|second| (0..200).map(move |last| (second, last)));
        let passed =
            passed.filter(|(second, last)| limits.admit(stranger(*last), start + Duration::from_secs(*second)).is_ok());
        assert!(passed.count() < 20, "in a minute, from however many addresses");
        assert_eq!(limits.admit(Asker::Known, start), Ok(()));
    }

    #[test]
    fn one_address_does_not_use_it_all() {
        let mut limits = Limits::default();
        let now = Instant::now();
        assert_eq!((0..100).filter(|_| limits.admit(stranger(1), now).is_ok()).count(), 4);
        assert_eq!(limits.admit(stranger(2), now), Ok(()));
    }

    #[test]
    fn what_the_house_refuses_costs_the_address_nothing() {
        let mut limits = Limits::default();
        let now = Instant::now();
        for last in 0..10 {
            assert_eq!(limits.admit(stranger(last), now), Ok(()));
        }
        for _ in 0..10 {
            assert!(limits.admit(stranger(99), now).is_err());
        }
        let later = now + Duration::from_secs(600);
        assert_eq!((0..10).filter(|_| limits.admit(stranger(99), later).is_ok()).count(), 4);
    }

    #[test]
    fn telegrams_wish_for_quiet_is_kept() {
        let mut limits = Limits::default();
        let now = Instant::now();
        limits.quiet_until = now.checked_add(Duration::from_secs(30));
        assert_eq!(limits.admit(stranger(1), now), Err(Duration::from_secs(30)));
        assert_eq!(limits.admit(stranger(1), now + Duration::from_secs(31)), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let identities = Identities::default();
        let mut limits = Limits::default();
        for number in 1..3 * TOKENS {
            let token = format!("{number}:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd");
            let _ = identities.entry(&BotToken::parse(&token).unwrap());
            let address = IpAddr::from(u32::try_from(number).unwrap().to_be_bytes());
            let _ = limits.admit(Asker::Stranger(address), Instant::now());
        }
        assert!(lock(&identities.tokens).len() <= TOKENS && limits.addresses.len() <= ADDRESSES);
    }
}
