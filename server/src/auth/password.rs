//! Passwords: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), off the async threads and few at a time.

use std::sync::Arc;

use app::words::PasswordFault;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::strength::{self, LONGEST};

/// KiB of memory, passes, lanes (OWASP's password storage cheat sheet).
const PARAMETERS: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Hashed at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Attempts to sign in that are under way or wait; more would wait too long.
const QUEUE: usize = 16;

/// A hash of nothing anybody knows: verified where there is no account, so that the time taken tells nothing.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$2sa5WnuyvTqHlbmhDP4u1QSCqkgHcZHRVDgJx1uODLs";

/// Hashes and verifies.
#[derive(Clone, Debug)]
pub struct Passwords {
    hashing: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A place in the queue of those who sign in, until it is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "it is held, not read")] OwnedSemaphorePermit);

/// A password could not be hashed or judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password could not be hashed")]
pub struct HashFault;

impl Default for Passwords {
    fn default() -> Self {
        Self { hashing: Arc::new(Semaphore::new(AT_ONCE)), queue: Arc::new(Semaphore::new(QUEUE)) }
    }
}

impl Passwords {
    /// A place in the queue of those who sign in; `None` where it is full.
    #[must_use]
    pub fn queue_up(&self) -> Option<Turn> {
        self.queue.clone().try_acquire_owned().ok().map(Turn)
    }

    /// Whether somebody with this address may choose a password, and why not.
    ///
    /// # Errors
    /// If the machine cannot say.
    pub async fn judge(&self, password: SecretString, email: &str) -> Result<Result<(), PasswordFault>, HashFault> {
        let email = email.to_owned();
        self.run(move || strength::judge(password.expose_secret(), &email)).await
    }

    /// Hashes a password; a PHC string.
    ///
    /// # Errors
    /// If the machine cannot.
    pub async fn hash(&self, password: SecretString) -> Result<String, HashFault> {
        self.run(move || {
            let hash = argon2().ok_or(HashFault)?.hash_password(password.expose_secret().as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|_| HashFault)
        })
        .await?
    }

    /// Whether a password is the one of the hash. Without a hash it takes as long and is false.
    ///
    /// # Errors
    /// If the machine cannot.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, HashFault> {
        if password.expose_secret().len() > LONGEST {
            return Ok(false);
        }
        self.run(move || {
            let argon2 = argon2().ok_or(HashFault)?;
            let known = hash.is_some();
            let text = hash.unwrap_or_else(|| DUMMY.to_owned());
            let parsed = PasswordHash::new(&text).map_err(|_| HashFault)?;
            let right = argon2.verify_password(password.expose_secret().as_bytes(), &parsed).is_ok();
            Ok(right && known)
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashFault> {
        let _permit = self.hashing.acquire().await.map_err(|_| HashFault)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| HashFault)
    }
}

fn argon2() -> Option<Argon2<'static>> {
    let (memory, passes, lanes) = PARAMETERS;
    let params = Params::new(memory, passes, lanes, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a hash was made with weaker parameters than those of today, or by another function.
#[must_use]
pub fn is_outdated(hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return true };
    let Ok(params) = Params::try_from(&parsed) else { return true };
    let (memory, passes, lanes) = PARAMETERS;
    let is_newest = parsed.version == Some(Version::V0x13.into());
    parsed.algorithm.as_str() != "argon2id"
        || !is_newest
        || params.m_cost() < memory
        || params.t_cost() < passes
        || params.p_cost() < lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_only() {
        let passwords = Passwords::default();
        let right = || SecretString::from("correct horse battery");
        let hash = passwords.hash(right()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(right(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify(SecretString::from("another one, longer"), Some(hash)).await.unwrap());
        assert!(!passwords.verify(right(), None).await.unwrap());
    }

    #[test]
    fn the_queue_has_an_end() {
        let passwords = Passwords::default();
        let turns: Vec<Turn> = (0..100).filter_map(|_| passwords.queue_up()).collect();
        assert_eq!(turns.len(), QUEUE);
        drop(turns);
        assert!(passwords.queue_up().is_some());
    }

    #[test]
    fn weaker_hashes_are_outdated() {
        let of = |head: &str| format!("{head}$c2FsdHNhbHRzYWx0c2FsdA$2sa5WnuyvTqHlbmhDP4u1QSCqkgHcZHRVDgJx1uODLs");
        for (head, expected) in [
            ("$argon2id$v=19$m=19456,t=2,p=1", false),
            ("$argon2id$v=19$m=65536,t=3,p=4", false),
            ("$argon2id$v=19$m=12288,t=3,p=1", true),
            ("$argon2id$v=19$m=19456,t=1,p=1", true),
            ("$argon2id$v=16$m=19456,t=2,p=1", true),
            ("$argon2i$v=19$m=19456,t=2,p=1", true),
        ] {
            assert_eq!(is_outdated(&of(head)), expected, "{head}");
        }
        assert!(is_outdated("what is this"));
    }
}
