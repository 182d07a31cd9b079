//! Known tokens of the stateless endpoint, as last read from the store.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::store::{SenderKey, Store, StoreError};

/// A token that was known so long ago is looked up again: its profile may be gone.
const AGE: Duration = Duration::from_secs(60);
/// Tokens that are remembered.
const TOKENS: usize = 20_000;

/// Remembers tokens that are known. Unknown ones are looked up each time: a check may have made them known.
#[derive(Debug, Default)]
pub struct KnownTokens(Mutex<HashMap<SenderKey, Instant>>);

impl KnownTokens {
    /// Whether a profile has the token, or Telegram has accepted it.
    pub(crate) async fn has(&self, store: &Store, token: &SenderKey) -> Result<bool, StoreError> {
        let now = Instant::now();
        let is_fresh = |at: &Instant| now.saturating_duration_since(*at) < AGE;
        if self.0.lock().get(token).is_some_and(is_fresh) {
            return Ok(true);
        }
        if !store.events.is_known(token).await? {
            return Ok(false);
        }
        let mut known = self.0.lock();
        if known.len() >= TOKENS {
            known.retain(|_, at| is_fresh(at));
            if known.len() >= TOKENS {
                known.clear();
            }
        }
        known.insert(token.clone(), now);
        Ok(true)
    }
}
