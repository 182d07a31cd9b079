//! Encryption of secrets at rest ("sealing"): XChaCha20-Poly1305, bound to the row of the value, with keys that can be
//! rotated.
//!
//! Format: one byte for the format (1), one for the key's number, 24 bytes of nonce, the ciphertext with its tag. The
//! associated data is the first two bytes and the value's place (`profile:12:token`), so that a sealed value cannot be
//! opened in another row.
//!
//! There may be several keys: the sealing key and older ones with which some values are still sealed. The database
//! records which key is the sealing key, in the transaction that writes the sealed value (`store/secrets/`), so that
//! two processes cannot disagree. A key file is read again when it has changed.

mod announced;
mod file;
mod keys;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use secrecy::SecretString;

pub use self::{
    announced::{announce, is_known_beside},
    file::KEY_FILE,
    keys::{Key, number_of},
};
use self::{file::Stamp, keys::Keys};

const FORMAT: u8 = 1;
const HEAD: usize = 2;
const NONCE: usize = 24;
/// How long a key that was removed from the file still opens values that were read before.
const LATE: Duration = Duration::from_secs(60);

/// The encryption keys. Seals and opens values. Cheap to clone.
#[derive(Clone)]
pub struct Sealer(Arc<Inner>);

struct Inner {
    home: Home,
    held: Mutex<Held>,
}

/// How the environment provides the keys.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// In `HOOKGRAM_SECRET_KEY` itself.
    Text(SecretString),
    /// In the file that `HOOKGRAM_SECRET_KEY_FILE` names, which may change while the server runs.
    File(PathBuf),
}

/// Where the keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// The key file in the data folder, which Hookgram itself writes.
    Folder(PathBuf),
    /// The file that `HOOKGRAM_SECRET_KEY_FILE` names, which Hookgram never writes.
    File(PathBuf),
    /// `HOOKGRAM_SECRET_KEY`, or a temporary key. Such keys do not change while the process runs.
    Environment,
}

struct Held {
    keys: Arc<Keys>,
    stamp: Option<Stamp>,
    /// Keys that were removed from the file, and when that was noticed. They still open values that were read before.
    gone: Vec<(Key, Instant)>,
    /// The number of the sealing key, as last read from the database.
    sealing: Option<u8>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

/// Why sealing or opening failed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A text that should contain keys is invalid.
    #[error(
        "{place} must hold a key of 32 bytes in base64, or several with their numbers like 2:NEW,1:OLD; make a key with \
         `head -c 32 /dev/urandom | base64`"
    )]
    BadKey {
        /// The setting or the file.
        place: String,
    },
    /// The key file could not be read or created.
    #[error("the key file {path} cannot be used: {source}")]
    File {
        /// The file's path.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// A sealed value was changed, belongs to another row, or was sealed with another key.
    #[error("a stored secret cannot be opened with this key: was HOOKGRAM_SECRET_KEY or the key file changed?")]
    CannotOpen,
    /// Sealing failed.
    #[error("a secret could not be sealed")]
    CannotSeal,
}

/// The place to which a sealed value is bound.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// `bots.token` of this id.
    BotToken(i64),
    /// `profile_tokens.token` of this profile's id.
    ProfileToken(i64),
    /// `booking_bots.secret` of this bot's id.
    LinkSecret(i64),
    /// `events.token` of this public id.
    EventToken(&'a str),
    /// `drafts.token` of this id.
    DraftToken(&'a str),
    /// `drafts.old_url` of this id.
    DraftUrl(&'a str),
    /// `users.totp` of this id.
    UserTotp(i64),
    /// A second factor that this account is setting up. The sealed value is kept in the form.
    TotpSetup(i64),
    /// The cookie of a browser that has signed in to this account before.
    KnownBrowser(i64),
    /// `settings.sealed` of this name.
    Setting(&'a str),
}

impl Place<'_> {
    fn bind(self, head: [u8; HEAD]) -> Vec<u8> {
        let mut data = head.to_vec();
        let address = match self {
            Self::BotToken(id) => format!("bot:{id}:token"),
            Self::ProfileToken(id) => format!("profile:{id}:token"),
            Self::LinkSecret(id) => format!("bot:{id}:links"),
            Self::EventToken(id) => format!("event:{id}:token"),
            Self::DraftToken(id) => format!("draft:{id}:token"),
            Self::DraftUrl(id) => format!("draft:{id}:url"),
            Self::UserTotp(id) => format!("user:{id}:totp"),
            Self::TotpSetup(id) => format!("user:{id}:totp-setup"),
            Self::KnownBrowser(id) => format!("user:{id}:browser"),
            Self::Setting(name) => format!("setting:{name}"),
        };
        data.extend_from_slice(address.as_bytes());
        data
    }
}

impl Sealer {
    /// Uses keys from the environment.
    ///
    /// # Errors
    ///
    /// [`SealError::BadKey`].
    pub fn from_base64(keys: &SecretString) -> Result<Self, SealError> {
        use secrecy::ExposeSecret as _;

        let place = || "HOOKGRAM_SECRET_KEY".to_owned();
        let keys = Keys::parse(keys.expose_secret()).ok_or_else(|| SealError::BadKey { place: place() })?;
        Ok(Self::new(Home::Environment, keys, None))
    }

    /// Uses the keys of a file that Hookgram does not write.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or contains no valid keys.
    pub fn from_file(path: &Path) -> Result<Self, SealError> {
        let stamp = Stamp::of(path);
        let place = || format!("{} (HOOKGRAM_SECRET_KEY_FILE)", path.display());
        let keys = file::read(path)?.ok_or_else(|| SealError::BadKey { place: place() })?;
        Ok(Self::new(Home::File(path.to_owned()), keys, stamp))
    }

    /// Uses the keys of the data folder. Creates the file (mode 0600) if it does not exist.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or created, or contains no valid keys.
    pub fn from_folder(folder: &Path) -> Result<Self, SealError> {
        let path = folder.join(KEY_FILE);
        file::make_unless_there(&path)?;
        let stamp = Stamp::of(&path);
        let place = || format!("the key file {} (or HOOKGRAM_SECRET_KEY)", path.display());
        let keys = file::read(&path)?.ok_or_else(|| SealError::BadKey { place: place() })?;
        Ok(Self::new(Home::Folder(path), keys, stamp))
    }

    /// Uses a new key that is lost when the process ends.
    pub fn ephemeral() -> Result<Self, SealError> {
        Keys::new().map(|keys| Self::new(Home::Environment, keys, None)).ok_or(SealError::CannotSeal)
    }

    fn new(home: Home, keys: Keys, stamp: Option<Stamp>) -> Self {
        Self(Arc::new(Inner {
            home,
            held: Mutex::new(Held { keys: Arc::new(keys), stamp, gone: Vec::new(), sealing: None }),
        }))
    }

    /// Where the keys come from.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.0.home
    }

    /// The numbers of the keys. The first one is that of the key that ought to be the sealing key.
    #[must_use]
    pub fn numbers(&self) -> Vec<u8> {
        self.keys().numbers()
    }

    /// The first key, which ought to be the sealing key.
    pub fn first(&self) -> Result<Key, SealError> {
        self.keys().first().cloned().ok_or(SealError::CannotSeal)
    }

    /// The key of this number. If the number is unknown, a changed key file is read again first.
    #[must_use]
    pub fn key(&self, number: u8) -> Option<Key> {
        let known = self.keys().get(number).cloned();
        known.or_else(|| self.refresh().then(|| self.keys().get(number).cloned()).flatten())
    }

    /// Records the number of the sealing key, for values that are sealed outside the database.
    pub(crate) fn seals_with(&self, number: u8) {
        self.0.held.lock().sealing = Some(number);
    }

    /// Seals a value that is kept outside the database, in a form or a cookie.
    pub fn seal(&self, place: Place<'_>, text: &str) -> Result<Vec<u8>, SealError> {
        self.present()?.seal(place, text)
    }

    /// The sealing key as last read from the database, or the first key if it was not read yet.
    pub fn present(&self) -> Result<Key, SealError> {
        let sealing = self.0.held.lock().sealing;
        sealing.and_then(|number| self.keys().get(number).cloned()).map_or_else(|| self.first(), Ok)
    }

    /// Opens a value that was sealed for this place.
    ///
    /// # Errors
    ///
    /// [`SealError::CannotOpen`].
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretString, SealError> {
        let open = || number_of(sealed).and_then(|number| self.keys().get(number)?.open(place, sealed));
        let changed = || self.refresh().then(open).flatten();
        open().or_else(changed).or_else(|| self.open_late(place, sealed)).ok_or(SealError::CannotOpen)
    }

    /// Opens a value with a key that was removed less than [`LATE`] ago.
    fn open_late(&self, place: Place<'_>, sealed: &[u8]) -> Option<SecretString> {
        let gone: Vec<Key> = self.0.held.lock().gone.iter().map(|(key, _)| key.clone()).collect();
        gone.iter().find_map(|key| key.open(place, sealed))
    }

    /// Reads the keys again if their file has changed. Returns whether the keys have changed. An invalid file changes
    /// nothing.
    pub fn refresh(&self) -> bool {
        let (Home::Folder(path) | Home::File(path)) = &self.0.home else { return false };
        let mut held = self.0.held.lock();
        forget(&mut held.gone, Instant::now());
        let stamp = Stamp::of(path);
        if stamp == held.stamp {
            return false;
        }
        held.stamp = stamp;
        match file::read(path) {
            Ok(Some(keys)) => {
                tracing::info!(keys = ?keys.numbers(), "the key file has changed and was read again");
                let before = std::mem::replace(&mut held.keys, Arc::new(keys));
                let gone = before.those_not_in(&held.keys);
                held.gone.extend(gone.into_iter().map(|key| (key, Instant::now())));
                true
            }
            Ok(None) => {
                tracing::error!(
                    path = %path.display(),
                    "the key file has changed and contains no valid keys: the previous keys stay in use"
                );
                false
            }
            Err(error) => {
                tracing::error!(%error, "the key file has changed and cannot be read: the previous keys stay in use");
                false
            }
        }
    }

    /// Adds a new key in front of those in the data folder's file, and returns its number. The file is on disk before
    /// the key is used.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or Hookgram does not manage it. The keys are then unchanged.
    pub fn add_a_key(&self) -> Result<u8, SealError> {
        let keys = self.keys().with_a_new_one().ok_or(SealError::CannotSeal)?;
        self.write(&keys)?;
        Ok(self.first()?.number())
    }

    /// Removes all keys except the first from the data folder's file.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or Hookgram does not manage it. The keys are then unchanged.
    pub fn drop_the_others(&self) -> Result<(), SealError> {
        self.write(&self.keys().without_the_others())
    }

    fn write(&self, keys: &Keys) -> Result<(), SealError> {
        let Home::Folder(path) = &self.0.home else { return Err(SealError::CannotSeal) };
        file::replace(path, keys)?;
        self.refresh();
        Ok(())
    }

    fn keys(&self) -> Arc<Keys> {
        self.0.held.lock().keys.clone()
    }
}

fn forget(gone: &mut Vec<(Key, Instant)>, now: Instant) {
    gone.retain(|(_, since)| now.saturating_duration_since(*since) < LATE);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use data_encoding::BASE64;
    use secrecy::ExposeSecret as _;

    use super::*;

    fn text(byte: u8) -> String {
        BASE64.encode(&[byte; 32])
    }

    fn with(keys: &str) -> Sealer {
        Sealer::from_base64(&SecretString::from(keys)).unwrap()
    }

    fn sealer() -> Sealer {
        with(&text(7))
    }

    #[test]
    fn an_encrypted_token_can_be_decrypted_in_its_own_row_only() {
        let sealed = sealer().seal(Place::ProfileToken(12), "1:secret").unwrap();
        assert_eq!(sealer().open(Place::ProfileToken(12), &sealed).unwrap().expose_secret(), "1:secret");
        assert!(sealer().open(Place::ProfileToken(13), &sealed).is_err());
        assert!(sealer().open(Place::EventToken("12"), &sealed).is_err());
        assert!(with(&text(8)).open(Place::ProfileToken(12), &sealed).is_err());
    }

    #[test]
    fn every_changed_bit_makes_decryption_fail() {
        let both = with(&format!("{},3:{}", text(7), text(7)));
        let sealed = both.seal(Place::EventToken("k"), "1:secret").unwrap();
        assert_eq!(&sealed[..2], &[1, 1]);
        for i in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[i] ^= 1 << bit;
                assert!(both.open(Place::EventToken("k"), &changed).is_err(), "byte {i}");
            }
            assert!(both.open(Place::EventToken("k"), &sealed[..i]).is_err());
        }
    }

    #[test]
    fn a_value_is_decrypted_by_the_key_that_encrypted_it_and_by_no_other() {
        let all = [(1, 11), (2, 22), (7, 77), (255, 99)];
        let written = |keys: &[(u8, u8)]| -> String {
            keys.iter().map(|(number, byte)| format!("{number}:{}", text(*byte))).collect::<Vec<_>>().join(",")
        };
        for first in 0..all.len() {
            let mut keys = all;
            keys.rotate_left(first);
            let sealer = with(&written(&keys));
            for (number, _) in all {
                let place = Place::UserTotp(i64::from(number));
                let sealed = sealer.key(number).unwrap().seal(place, "secret").unwrap();
                assert_eq!(number_of(&sealed), Some(number));
                assert_eq!(sealer.open(place, &sealed).unwrap().expose_secret(), "secret");
                let others: Vec<(u8, u8)> = all.into_iter().filter(|(other, _)| *other != number).collect();
                assert!(with(&written(&others)).open(place, &sealed).is_err());
                // The key number is authenticated: the same key under another number does not decrypt the value.
                let renumbered = format!("{}:{}", number.wrapping_add(90).max(1), text(22));
                assert!(with(&renumbered).open(place, &sealed).is_err());
            }
            assert_eq!(sealer.first().unwrap().number(), keys[0].0);
            sealer.seals_with(7);
            assert_eq!(number_of(&sealer.seal(Place::UserTotp(1), "x").unwrap()), Some(7));
            sealer.seals_with(99);
            assert_eq!(sealer.present().unwrap().number(), keys[0].0, "of what is not there the first is used");
        }
    }

    #[test]
    fn the_key_file_is_created_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = Sealer::from_folder(folder.path()).unwrap();
        let sealed = first.seal(Place::ProfileToken(1), "x").unwrap();
        let again = Sealer::from_folder(folder.path()).unwrap();
        assert!(again.open(Place::ProfileToken(1), &sealed).is_ok());
        is_alone_and_private(folder.path());
    }

    fn is_alone_and_private(folder: &Path) {
        let names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [KEY_FILE], "nothing lies beside it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.join(KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn another_process_uses_a_new_key_at_once_and_the_old_key_decrypts_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (server, command) =
            (Sealer::from_folder(folder.path()).unwrap(), Sealer::from_folder(folder.path()).unwrap());
        let old = server.seal(Place::ProfileToken(1), "old").unwrap();
        assert_eq!(command.add_a_key().unwrap(), 2);
        is_alone_and_private(folder.path());
        let new = command.first().unwrap().seal(Place::ProfileToken(1), "new").unwrap();
        assert_eq!(server.numbers(), [1], "nobody has looked yet");
        assert_eq!(server.open(Place::ProfileToken(1), &new).unwrap().expose_secret(), "new");
        assert_eq!(server.open(Place::ProfileToken(1), &old).unwrap().expose_secret(), "old");
        assert_eq!(server.numbers(), [2, 1]);
        command.drop_the_others().unwrap();
        is_alone_and_private(folder.path());
        assert!(server.refresh() && !server.refresh());
        assert!(server.open(Place::ProfileToken(1), &old).is_ok(), "it may have been read a moment ago");
        forget(&mut server.0.held.lock().gone, Instant::now() + LATE);
        assert!(server.open(Place::ProfileToken(1), &old).is_err());
        assert!(server.open(Place::ProfileToken(1), &new).is_ok());
        assert_eq!(Sealer::from_folder(folder.path()).unwrap().numbers(), [2]);
    }

    #[test]
    fn a_corrupt_or_missing_key_file_does_not_remove_loaded_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        let sealer = Sealer::from_folder(folder.path()).unwrap();
        let good = fs::read_to_string(&path).unwrap();
        let sealed = sealer.seal(Place::ProfileToken(1), "x").unwrap();
        fs::write(&path, "spoilt, and of another length").unwrap();
        assert!(!sealer.refresh());
        assert!(sealer.open(Place::ProfileToken(1), &sealed).is_ok());
        fs::remove_file(&path).unwrap();
        assert!(!sealer.refresh());
        assert!(sealer.open(Place::ProfileToken(1), &sealed).is_ok());
        fs::write(&path, format!("2:{}\n{good}", text(2))).unwrap();
        assert!(sealer.refresh());
        assert_eq!(sealer.numbers(), [2, 1]);
    }

    #[test]
    fn keys_from_the_environment_are_never_changed() {
        let sealer = sealer();
        assert!(sealer.add_a_key().is_err() && sealer.drop_the_others().is_err() && !sealer.refresh());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        fs::write(&path, text(7)).unwrap();
        let named = Sealer::from_file(&path).unwrap();
        let marked = folder.path().join("marked");
        fs::write(&marked, format!("\u{feff}{}\r\n", text(7))).unwrap();
        let sealed = named.seal(Place::ProfileToken(1), "x").unwrap();
        assert!(Sealer::from_file(&marked).unwrap().open(Place::ProfileToken(1), &sealed).is_ok(), "a byte order mark");
        assert!(named.add_a_key().is_err() && named.drop_the_others().is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), text(7));
    }

    #[test]
    fn a_temporary_file_of_a_killed_start_is_not_used_as_a_key() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".secret.key.abc"), "").unwrap();
        assert!(Sealer::from_folder(folder.path()).is_ok());
    }

    #[test]
    fn the_error_about_an_invalid_key_names_where_it_was_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        for text in ["", "c2hvcnQ=", "not base64"] {
            fs::write(&path, text).unwrap();
            let error = Sealer::from_folder(folder.path()).unwrap_err().to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
            let error = Sealer::from_file(&path).unwrap_err().to_string();
            assert!(error.contains("HOOKGRAM_SECRET_KEY_FILE"), "{error}");
            let error = Sealer::from_base64(&SecretString::from(text)).unwrap_err().to_string();
            assert!(error.starts_with("HOOKGRAM_SECRET_KEY "), "{error}");
        }
    }
}
