//! Passwords: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), off the async threads and few at a time.
//!
//! Unknown clients and known browsers use separate places, so guesses of unknown clients do not delay a known browser.
//! The work of unknown clients has a lower priority than event handling. Each of their places pauses after a guess, so
//! that it uses at most a fifth of a core.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::i18n::PasswordFault;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use hookgram::text::composed;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::credentials::{
    strength::{self, LONGEST},
    throttle::Origin,
};

/// Memory in KiB, passes, and lanes (OWASP's Password Storage Cheat Sheet).
const PARAMETERS: (u32, u32, u32) = (19 * 1024, 2, 1);
/// The most hashes at once, separately for unknown clients and known browsers. Each takes 19 MiB and a core. Half of
/// the cores are left to events.
const AT_ONCE: usize = 2;
/// The address space allocated for a hash, in KiB. Only the needed part is touched. Every allocator returns an
/// allocation of this size to the system. Of a smaller one, glibc keeps a part for each thread that has hashed once,
/// which can add up to hundreds of megabytes.
const ROOM: usize = 40 * 1024;
/// The most attempts that run or wait. A further one would wait too long.
const QUEUE: usize = 16;
/// The pause of a place after a guess of an unknown client, as a multiple of the hash's duration.
const REST: u32 = 4;
/// The longest pause of a place.
const LONGEST_REST: Duration = Duration::from_secs(1);

/// A hash of an unknown password. It is verified if there is no account, so that the response takes equally long.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$2sa5WnuyvTqHlbmhDP4u1QSCqkgHcZHRVDgJx1uODLs";

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    strangers: Places,
    known: Places,
}

/// The concurrent hashes of one kind of client, and the queue for them.
#[derive(Clone, Debug)]
struct Places {
    hashing: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    policy: SchedulingPolicy,
}

#[derive(Clone, Copy, Debug)]
enum SchedulingPolicy {
    /// The normal priority.
    Plain,
    /// Runs only on an idle core. The place then pauses `rest` times as long as the work took.
    GivesWay { rest: u32 },
}

/// A place in the queue of sign-in attempts. Dropping it frees the place.
#[derive(Debug)]
pub struct Turn {
    places: Places,
    _queued: OwnedSemaphorePermit,
}

/// A password could not be hashed or judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password could not be hashed")]
pub struct HashFault;

impl Default for Passwords {
    fn default() -> Self {
        Self {
            strangers: Places::new(SchedulingPolicy::GivesWay { rest: REST }),
            known: Places::new(SchedulingPolicy::Plain),
        }
    }
}

fn at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() / 2).clamp(1, AT_ONCE)
}

impl Passwords {
    /// Takes a place in the queue of sign-in attempts; `None` if the queue is full.
    #[must_use]
    pub fn queue_up(&self, origin: &Origin) -> Option<Turn> {
        let places = match origin {
            Origin::Browser(_) => &self.known,
            Origin::Address(_) => &self.strangers,
        };
        let queued = places.queue.clone().try_acquire_owned().ok()?;
        Some(Turn { places: places.clone(), _queued: queued })
    }

    /// Whether the account with this address may choose a password, or why not.
    ///
    /// # Errors
    /// The work could not be run.
    pub async fn judge(&self, password: SecretString, email: &str) -> Result<Result<(), PasswordFault>, HashFault> {
        let email = email.to_owned();
        self.known.run(move || strength::judge(&composed(password.expose_secret()), &email)).await
    }

    /// Hashes a password, in Unicode's form NFC, into a PHC string.
    ///
    /// # Errors
    /// The work could not be run.
    pub async fn hash(&self, password: SecretString) -> Result<String, HashFault> {
        self.known
            .run(move || {
                let (argon2, salt) = (argon2().ok_or(HashFault)?, Salt::generate());
                let hash = PasswordHash {
                    algorithm: Algorithm::Argon2id.ident(),
                    version: Some(Version::V0x13.into()),
                    params: ParamsString::try_from(argon2.params()).map_err(|_| HashFault)?,
                    hash: Some(digest(&argon2, &in_nfc(&password), &salt, Params::DEFAULT_OUTPUT_LEN)?),
                    salt: Some(salt),
                };
                Ok(hash.to_string())
            })
            .await?
    }
}

impl Turn {
    /// Whether a password matches the hash, in Unicode's form NFC or as it is typed. Without a hash, this takes equally
    /// long and returns false.
    ///
    /// # Errors
    /// The work could not be run, or the hash could not be parsed.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, HashFault> {
        if password.expose_secret().len() > LONGEST {
            return Ok(false);
        }
        self.places
            .run(move || {
                let known = hash.is_some();
                let text = hash.unwrap_or_else(|| DUMMY.to_owned());
                let parsed = PasswordHash::new(&text).map_err(|_| HashFault)?;
                // A hash by an unknown function was not made here and matches no password.
                let made = made_by(&parsed).zip(parsed.salt.zip(parsed.hash));
                let Some((argon2, (salt, expected))) = made else { return Ok(false) };
                // Hashes are compared in constant time.
                let is_right = |password: &SecretString| {
                    Ok::<bool, HashFault>(digest(&argon2, password, &salt, expected.len())? == expected)
                };
                let in_nfc = in_nfc(&password);
                let mut right = is_right(&in_nfc)?;
                // Earlier versions hashed a password as it was typed.
                if !right && in_nfc.expose_secret() != password.expose_secret() {
                    right = is_right(&password)?;
                }
                Ok(right && known)
            })
            .await?
    }
}

impl Places {
    fn new(policy: SchedulingPolicy) -> Self {
        Self { hashing: Arc::new(Semaphore::new(at_once())), queue: Arc::new(Semaphore::new(QUEUE)), policy }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashFault> {
        let place = self.hashing.clone().acquire_owned().await.map_err(|_| HashFault)?;
        let (done, result) = oneshot::channel();
        let policy = self.policy;
        // The closure owns the place, because a caller that disconnects does not end the work.
        let work = move || {
            if let SchedulingPolicy::GivesWay { .. } = policy {
                give_way();
            }
            let begun = Instant::now();
            // Sending fails only if the caller has disconnected.
            let _ = done.send(work());
            if let SchedulingPolicy::GivesWay { rest } = policy {
                std::thread::sleep(begun.elapsed().saturating_mul(rest).min(LONGEST_REST));
            }
            drop(place);
        };
        // The work needs a new thread, because a thread cannot raise its scheduling policy again.
        std::thread::Builder::new().name("password".to_owned()).spawn(work).map_err(|_| HashFault)?;
        result.await.map_err(|_| HashFault)
    }
}

/// Yields the cores to events by the idle scheduling policy. The lowest priority (nice) is not enough: a computing
/// thread would still keep a core from others for milliseconds.
///
/// Other systems than Linux have no such policy; there this does nothing.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{NormalThreadSchedulePolicy::Idle, ThreadPriority::Min, ThreadSchedulePolicy::Normal};
        let here = thread_priority::thread_native_id();
        // If the system refuses, the work runs at normal priority.
        let _ = thread_priority::set_thread_priority_and_policy(here, Min, Normal(Idle));
    }
}

/// Converts a password to NFC: macOS types `й` as two code points and Windows as one.
fn in_nfc(password: &SecretString) -> SecretString {
    composed(password.expose_secret()).into_owned().into()
}

fn argon2() -> Option<Argon2<'static>> {
    let (memory, passes, lanes) = PARAMETERS;
    let params = Params::new(memory, passes, lanes, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The function and parameters with which a hash was made.
fn made_by(hash: &PasswordHash) -> Option<Argon2<'static>> {
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Some(Version::default()), |version| Version::try_from(version).ok())?;
    Some(Argon2::new(algorithm, version, Params::try_from(hash).ok()?))
}

fn digest(argon2: &Argon2<'_>, password: &SecretString, salt: &[u8], length: usize) -> Result<Output, HashFault> {
    let blocks = argon2.params().block_count();
    let mut memory: Vec<Block> = Vec::with_capacity(blocks.max(ROOM));
    memory.resize(blocks, Block::new());
    let mut buffer = [0; Output::MAX_LENGTH];
    let output = buffer.get_mut(..length).ok_or(HashFault)?;
    let password = password.expose_secret().as_bytes();
    argon2.hash_password_into_with_memory(password, salt, output, &mut memory).map_err(|_| HashFault)?;
    Output::new(output).map_err(|_| HashFault)
}

/// Whether a hash was made with weaker parameters than the current ones, or by another function.
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
    use std::net::Ipv4Addr;

    use super::*;

    fn stranger() -> Origin {
        Origin::Address(Ipv4Addr::LOCALHOST.into())
    }

    fn known() -> Origin {
        Origin::Browser("a proof".to_owned())
    }

    async fn verify(password: &str, hash: Option<String>) -> Result<bool, HashFault> {
        Passwords::default().queue_up(&known()).unwrap().verify(password.into(), hash).await
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let right = "correct horse battery";
        let hash = Passwords::default().hash(right.into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(right, Some(hash.clone())).await.unwrap());
        assert!(!verify("another one, longer", Some(hash)).await.unwrap());
        assert!(!verify(right, None).await.unwrap());
    }

    #[tokio::test]
    async fn composed_and_decomposed_letters_are_the_same_password() {
        use argon2::password_hash::PasswordHasher as _;

        let (one, two) = ("мой длинный пароль", "мои\u{306} длинныи\u{306} пароль");
        for (chosen, typed) in [(one, two), (two, one), (two, two)] {
            let hash = Passwords::default().hash(chosen.into()).await.unwrap();
            assert!(verify(typed, Some(hash)).await.unwrap());
        }
        let params = Params::new(64, 1, 1, Some(16)).unwrap();
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(two.as_bytes()).unwrap();
        assert!(verify(two, Some(old.to_string())).await.unwrap(), "a hash of before");
        assert!(!verify("мои\u{306} другои\u{306} пароль", Some(old.to_string())).await.unwrap());
    }

    #[tokio::test]
    async fn hashes_with_other_argon2_parameters_are_accepted_and_other_algorithms_are_not() {
        use argon2::password_hash::PasswordHasher as _;

        for (memory, passes, length) in [(19 * 1024, 2, 32), (12 * 1024, 3, 32), (64, 1, 16)] {
            let params = Params::new(memory, passes, 1, Some(length)).unwrap();
            let hash =
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(b"a b c d e f g").unwrap();
            let hash = hash.to_string();
            assert!(verify("a b c d e f g", Some(hash.clone())).await.unwrap(), "{hash}");
            assert!(!verify("a b c d e f h", Some(hash)).await.unwrap());
        }
        let other = "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E";
        assert!(!verify("a", Some(other.to_owned())).await.unwrap());
        assert!(verify("a", Some("no hash".to_owned())).await.is_err());
    }

    #[tokio::test]
    async fn a_cancelled_request_frees_its_slot_only_when_the_hashing_has_ended() {
        let places = Places::new(SchedulingPolicy::Plain);
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (begun, begin) = tokio::sync::oneshot::channel();
        let work = places.run(move || {
            let _ = begun.send(());
            wait.recv()
        });
        tokio::select! {
            _ = work => panic!("it waits"),
            begun = begin => begun.unwrap(),
        }
        assert_eq!(places.hashing.available_permits(), at_once() - 1);
        go.send(()).unwrap();
        let all = u32::try_from(at_once()).unwrap();
        assert!(places.hashing.acquire_many(all).await.is_ok());
    }

    #[tokio::test]
    async fn a_slot_rests_after_work_for_a_bounded_time() {
        let places = Places::new(SchedulingPolicy::GivesWay { rest: u32::MAX });
        let begun = Instant::now();
        places.run(|| ()).await.unwrap();
        assert!(places.hashing.acquire_many(u32::try_from(at_once()).unwrap()).await.is_ok());
        assert!(begun.elapsed() >= LONGEST_REST, "{:?}", begun.elapsed());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn passwords_of_strangers_are_hashed_at_idle_priority() {
        use thread_priority::{NormalThreadSchedulePolicy, ThreadSchedulePolicy, thread_schedule_policy};

        let here = || thread_schedule_policy().unwrap();
        let before = here();
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        let passwords = Passwords::default();
        assert_eq!(passwords.strangers.run(here).await.unwrap(), idle);
        assert_eq!((passwords.known.run(here).await.unwrap(), here()), (before, before));
    }

    #[test]
    fn the_hashing_queue_is_bounded_and_strangers_cannot_fill_the_queue_of_known_browsers() {
        let passwords = Passwords::default();
        let turns: Vec<Turn> = (0..100).filter_map(|_| passwords.queue_up(&stranger())).collect();
        assert_eq!(turns.len(), QUEUE);
        assert!(passwords.queue_up(&known()).is_some());
        drop(turns);
        assert!(passwords.queue_up(&stranger()).is_some());
    }

    #[test]
    fn hashes_with_weaker_parameters_are_outdated() {
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
