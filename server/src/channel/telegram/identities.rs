//! Who bots are, as Telegram says (`getMe`): remembered for a while, asked once for all who wait, and for strangers at
//! a rate that does this address's standing with Telegram no harm.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use hookgram::secret::BotToken;
use parking_lot::Mutex;

use crate::{
    channel::telegram::{
        Identity, Telegram,
        new_bots::{NewBotLimiter, Purpose},
    },
    limits::rate::{Rate, Used},
    secrets::codes,
    store::SenderKey,
};

/// How long Telegram's word on a token is believed (contract §1).
const AGE: Duration = Duration::from_secs(5 * 60);
/// More tokens are not remembered.
const TOKENS: usize = 1_000;
/// More addresses are not told apart.
const ADDRESSES: usize = 1_000;
/// What one address may ask; all of them together may introduce only so many bots ([`crate::channel::telegram::new_bots`]).
const STRANGER: Rate = Rate { every: Duration::from_secs(15), burst: 3 };

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who holds a profile's key, an account or this machine.
    Known,
    /// Whoever calls the stateless endpoint from this address.
    Stranger(IpAddr),
}

/// What is known of bots.
#[derive(Debug)]
pub struct Identities {
    new_bots: Arc<NewBotLimiter>,
    tokens: Mutex<HashMap<Vec<u8>, Arc<Entry>>>,
    limits: Mutex<Limits>,
}

/// Whoever asks Telegram holds it; whoever waits for the answer waits for it.
type Entry = tokio::sync::Mutex<Option<(Instant, Identity)>>;

#[derive(Debug, Default)]
struct Limits {
    addresses: HashMap<IpAddr, Used>,
    /// Telegram asked for quiet until then.
    quiet_until: Option<Instant>,
}

impl Identities {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(new_bots: Arc<NewBotLimiter>) -> Self {
        Self { new_bots, tokens: Mutex::default(), limits: Mutex::default() }
    }

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
        let sender = SenderKey::of(token);
        if let Err(wait) = self.admit(&sender, asker, Instant::now()) {
            return (Identity::Busy { seconds: wait.as_secs().saturating_add(1) }, false);
        }
        let identity = telegram.who_is(token).await;
        *known = match identity {
            Identity::Bot { .. } | Identity::Refused => {
                self.new_bots.heard(&sender, Instant::now());
                Some((Instant::now(), identity.clone()))
            }
            Identity::Unreachable => None,
            Identity::Busy { seconds } => {
                self.limits.lock().quiet_until = Instant::now().checked_add(Duration::from_secs(seconds));
                None
            }
        };
        (identity, true)
    }

    fn admit(&self, sender: &SenderKey, asker: Asker, now: Instant) -> Result<(), Duration> {
        let Asker::Stranger(address) = asker else {
            return self.new_bots.introduce(sender, Purpose::Check, now);
        };
        let mut limits = self.limits.lock();
        let before = limits.admit(address, now)?;
        let introduced = self.new_bots.introduce(sender, Purpose::StrangersCheck, now);
        // What the house refuses costs the address nothing.
        introduced.inspect_err(|_| {
            limits.addresses.insert(address, before);
        })
    }

    fn entry(&self, token: &BotToken) -> Arc<Entry> {
        // Hashes: a token need not lie about here.
        let hash = codes::hash(token.expose());
        let mut tokens = self.tokens.lock();
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
    /// Counts a call from this address; what it had used before.
    fn admit(&mut self, address: IpAddr, now: Instant) -> Result<Used, Duration> {
        if let Some(left) = self.quiet_until.and_then(|until| until.checked_duration_since(now)) {
            return Err(left);
        }
        if self.addresses.len() >= ADDRESSES {
            self.addresses.retain(|_, used| !used.is_idle(now));
            if self.addresses.len() >= ADDRESSES {
                self.addresses.clear();
            }
        }
        let used = self.addresses.entry(address).or_default();
        let before = *used;
        used.take(STRANGER, now).map(|()| before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identities() -> Identities {
        Identities::new(Arc::default())
    }

    /// Whether a stranger at this address may ask about a token that nobody knows.
    fn asks(identities: &Identities, address: u32, token: u32, now: Instant) -> Result<(), Duration> {
        let sender = SenderKey::of_bytes(token.to_be_bytes());
        identities.admit(&sender, Asker::Stranger(IpAddr::from(address.to_be_bytes())), now)
    }

    #[test]
    fn strangers_share_a_rate_that_telegram_bears() {
        let (identities, start) = (identities(), Instant::now());
        let calls = (0..60_u32).flat_map(|second| (0..200).map(move |address| (second, address)));
        let passed = calls.filter(|(second, address)| {
            let now = start + Duration::from_secs((*second).into());
            asks(&identities, *address, second * 200 + address, now).is_ok()
        });
        assert_eq!(passed.count(), 4, "in a minute, from however many addresses");
        assert_eq!(identities.admit(&SenderKey::of_bytes([9]), Asker::Known, start), Ok(()));
    }

    #[test]
    fn one_address_does_not_use_it_all() {
        let (identities, now) = (identities(), Instant::now());
        assert_eq!((0..100).filter(|token| asks(&identities, 1, *token, now).is_ok()).count(), 3);
        assert_eq!(asks(&identities, 2, 100, now), Ok(()));
    }

    #[test]
    fn what_the_house_refuses_costs_the_address_nothing() {
        let (identities, now) = (identities(), Instant::now());
        for address in 0..4 {
            assert_eq!(asks(&identities, address, address, now), Ok(()));
        }
        for token in 10..20 {
            assert!(asks(&identities, 99, token, now).is_err());
        }
        let later = now + Duration::from_secs(60);
        assert_eq!((20..40).filter(|token| asks(&identities, 99, *token, later).is_ok()).count(), 3);
    }

    #[test]
    fn telegrams_wish_for_quiet_is_kept() {
        let (identities, now) = (identities(), Instant::now());
        identities.limits.lock().quiet_until = now.checked_add(Duration::from_secs(30));
        assert_eq!(asks(&identities, 1, 1, now), Err(Duration::from_secs(30)));
        assert_eq!(asks(&identities, 1, 1, now + Duration::from_secs(31)), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let identities = identities();
        for number in 1..3 * u32::try_from(TOKENS).unwrap() {
            let token = format!("{number}:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd");
            let _ = identities.entry(&BotToken::parse(&token).unwrap());
            let _ = asks(&identities, number, number, Instant::now());
        }
        assert!(identities.tokens.lock().len() <= TOKENS && identities.limits.lock().addresses.len() <= ADDRESSES);
    }
}
