//! Finds out which bot a token belongs to (Bot API: getMe). Responses are cached, and concurrent requests for one token
//! share a call. Requests of strangers are rate-limited, so that Telegram does not block this server's address.

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

/// How long a cached response is used (contract §1).
const AGE: Duration = Duration::from_secs(5 * 60);
/// The maximum number of cached tokens. When it is reached, expired entries are dropped, or all if none has expired.
const TOKENS: usize = 1_000;
/// The maximum number of addresses with a rate of their own. When it is reached, idle entries are dropped, or all if
/// none is idle.
const ADDRESSES: usize = 1_000;
/// The rate of one stranger's address. New bots of all strangers together are limited by
/// [`crate::channel::telegram::new_bots`].
const STRANGER: Rate = Rate { every: Duration::from_secs(15), burst: 3 };

/// Who asks about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A caller with a profile's webhook key, an account, or the command line.
    Known,
    /// A caller of the stateless endpoint, from this address.
    Stranger(IpAddr),
}

/// Caches Telegram's responses and limits the calls.
#[derive(Debug)]
pub struct Identities {
    new_bots: Arc<NewBotLimiter>,
    tokens: Mutex<HashMap<Vec<u8>, Arc<Entry>>>,
    limits: Mutex<Limits>,
}

/// The lock is held during the call, so that concurrent requests for the token wait for the same response.
type Entry = tokio::sync::Mutex<Option<(Instant, Identity)>>;

#[derive(Debug, Default)]
struct Limits {
    addresses: HashMap<IpAddr, Used>,
    /// Telegram asked for no calls before this time.
    quiet_until: Option<Instant>,
}

impl Identities {
    /// Creates an empty cache.
    #[must_use]
    pub fn new(new_bots: Arc<NewBotLimiter>) -> Self {
        Self { new_bots, tokens: Mutex::default(), limits: Mutex::default() }
    }

    /// Returns Telegram's response for a token, at most 5 minutes old, and whether this call asked Telegram. Only
    /// responses that say whether the token is valid are cached. A stranger who exceeds the rate gets
    /// [`Identity::Busy`] without a call to Telegram.
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

    /// Drops the cached response for a token.
    pub fn forget(&self, token: &BotToken) {
        self.tokens.lock().remove(&codes::hash(token.expose()));
    }

    fn admit(&self, sender: &SenderKey, asker: Asker, now: Instant) -> Result<(), Duration> {
        let Asker::Stranger(address) = asker else {
            return self.new_bots.introduce(sender, Purpose::Check, now);
        };
        let mut limits = self.limits.lock();
        let before = limits.admit(address, now)?;
        let introduced = self.new_bots.introduce(sender, Purpose::StrangersCheck, now);
        // A call that the new-bot limiter refuses does not count against the address.
        introduced.inspect_err(|_| {
            limits.addresses.insert(address, before);
        })
    }

    fn entry(&self, token: &BotToken) -> Arc<Entry> {
        // The map is keyed by hashes, so that it holds no tokens.
        let hash = codes::hash(token.expose());
        let mut tokens = self.tokens.lock();
        if tokens.len() >= TOKENS && !tokens.contains_key(&hash) {
            // A locked entry is in use by a call, so it stays.
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
    /// Counts a call from this address. Returns the usage before it.
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

    /// Asks whether a stranger at this address may check a new token.
    fn asks(identities: &Identities, address: u32, token: u32, now: Instant) -> Result<(), Duration> {
        let sender = SenderKey::of_bytes(token.to_be_bytes());
        identities.admit(&sender, Asker::Stranger(IpAddr::from(address.to_be_bytes())), now)
    }

    #[test]
    fn strangers_share_one_rate_limit_for_checks_of_new_tokens() {
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
    fn one_address_cannot_use_up_the_rate_limit_of_strangers() {
        let (identities, now) = (identities(), Instant::now());
        assert_eq!((0..100).filter(|token| asks(&identities, 1, *token, now).is_ok()).count(), 3);
        assert_eq!(asks(&identities, 2, 100, now), Ok(()));
    }

    #[test]
    fn a_check_refused_by_the_shared_limit_is_not_counted_for_the_address() {
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
    fn no_token_is_checked_while_telegram_wants_a_pause() {
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
