//! Sealing of tokens at rest: XChaCha20-Poly1305, bound to the row they stand in.
//!
//! Format: one byte for the format (1), one for the key's version (1), 24 bytes of nonce, the ciphertext with its tag.
//! The associated data is those two bytes and the row's address (`profile:12:token`), so that a sealed value is
//! useless in another row.

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{codes, private};

const FORMAT: u8 = 1;
const KEY_VERSION: u8 = 1;
const HEAD: usize = 2;
const NONCE: usize = 24;

/// The file in the data folder that holds the key where the environment has none.
pub const KEY_FILE: &str = "secret.key";

/// Seals and opens.
#[derive(Clone)]
pub struct Sealer(Arc<XChaCha20Poly1305>);

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

/// Why sealing or opening failed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key is not 32 bytes in base64.
    #[error("{place} must hold 32 bytes in base64; make a key with `head -c 32 /dev/urandom | base64`")]
    BadKey {
        /// The setting or the file.
        place: String,
    },
    /// The key file could not be read or made.
    #[error("the key file {path} cannot be used: {source}")]
    File {
        /// Its path.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A sealed value was changed, stands in another row, or was sealed with another key.
    #[error("a stored secret cannot be opened with this key: was HOOKGRAM_SECRET_KEY or the key file changed?")]
    CannotOpen,
    /// Sealing itself failed.
    #[error("a secret could not be sealed")]
    CannotSeal,
}

/// Where a sealed value stands.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// `profiles.token` of this id.
    ProfileToken(i64),
    /// `events.token` of this public id.
    EventToken(&'a str),
    /// `drafts.token` of this id.
    DraftToken(&'a str),
    /// `drafts.old_url` of this id.
    DraftUrl(&'a str),
    /// `users.totp` of this id.
    UserTotp(i64),
    /// A second factor that this account is setting up; it stands in the form.
    TotpSetup(i64),
    /// What a browser holds that has signed in to this account before.
    KnownBrowser(i64),
    /// `settings.sealed` of this name.
    Setting(&'a str),
}

impl Place<'_> {
    fn bind(self, head: [u8; HEAD]) -> Vec<u8> {
        let mut data = head.to_vec();
        let address = match self {
            Self::ProfileToken(id) => format!("profile:{id}:token"),
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
    /// With a key as the environment has it: 32 bytes in base64.
    ///
    /// # Errors
    /// [`SealError::BadKey`].
    pub fn from_base64(key: &SecretString) -> Result<Self, SealError> {
        let place = || "HOOKGRAM_SECRET_KEY (or the file that HOOKGRAM_SECRET_KEY_FILE names)".to_owned();
        Self::parse(key.expose_secret()).ok_or_else(|| SealError::BadKey { place: place() })
    }

    fn parse(text: &str) -> Option<Self> {
        Self::from_bytes(&STANDARD.decode(text.trim()).ok()?)
    }

    /// With the key of the data folder, made if there is none (mode 0600).
    ///
    /// # Errors
    /// If the file cannot be read or made, or holds no key.
    pub fn from_folder(folder: &Path) -> Result<Self, SealError> {
        let path = folder.join(KEY_FILE);
        let fault = |source| SealError::File { path: path.display().to_string(), source };
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_key(folder, &path).and_then(|()| fs::read_to_string(&path)).map_err(fault)?
            }
            read => read.map_err(fault)?,
        };
        private::restrict(&path);
        Self::parse(&text).ok_or_else(|| SealError::BadKey {
            place: format!("the key file {} (or HOOKGRAM_SECRET_KEY)", path.display()),
        })
    }

    /// With a key that is gone with the process.
    ///
    /// # Errors
    /// Does not happen: the key is made to fit.
    pub fn ephemeral() -> Result<Self, SealError> {
        let mut key = [0u8; 32];
        codes::fill(&mut key);
        Self::from_bytes(&key).ok_or(SealError::CannotSeal)
    }

    fn from_bytes(key: &[u8]) -> Option<Self> {
        XChaCha20Poly1305::new_from_slice(key).ok().map(|cipher| Self(Arc::new(cipher)))
    }

    /// Seals a text for one place.
    ///
    /// # Errors
    /// [`SealError::CannotSeal`]; does not happen with texts of a token's size.
    pub fn seal(&self, place: Place<'_>, text: &str) -> Result<Vec<u8>, SealError> {
        let head = [FORMAT, KEY_VERSION];
        let mut nonce = [0u8; NONCE];
        codes::fill(&mut nonce);
        let aad = place.bind(head);
        let payload = Payload { msg: text.as_bytes(), aad: &aad };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::CannotSeal)?;
        Ok([head.as_slice(), &nonce, &sealed].concat())
    }

    /// Opens what was sealed for this very place.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`].
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretString, SealError> {
        let (head, rest) = sealed.split_first_chunk::<HEAD>().ok_or(SealError::CannotOpen)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(SealError::CannotOpen)?;
        if *head != [FORMAT, KEY_VERSION] {
            return Err(SealError::CannotOpen);
        }
        let aad = place.bind(*head);
        let open = self.0.decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: &aad });
        let text = open.ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(SealError::CannotOpen)?;
        Ok(SecretString::from(text))
    }
}

/// Makes a key file whole or not at all: written aside, on disk before it gets its name, and never over another.
fn make_key(folder: &Path, path: &Path) -> io::Result<()> {
    let mut key = [0u8; 32];
    codes::fill(&mut key);
    let aside = folder.join(format!(".{KEY_FILE}.{}", codes::public_id()));
    let named = private::create(&aside).and_then(|mut file| {
        file.write_all(format!("{}\n", STANDARD.encode(key)).as_bytes())?;
        // A key that a power cut loses would take every stored token with it.
        file.sync_all()?;
        name_it(&aside, path)
    });
    // Where it was renamed it is gone already.
    let _ = fs::remove_file(&aside);
    named?;
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

fn name_it(aside: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(aside, path) {
        // Another start was faster: its key is the one.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no links.
        Err(_) if !path.exists() => fs::rename(aside, path),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        Sealer::from_bytes(&[7; 32]).unwrap()
    }

    #[test]
    fn a_sealed_token_opens_in_its_own_row_only() {
        let sealed = sealer().seal(Place::ProfileToken(12), "1:secret").unwrap();
        assert_eq!(sealer().open(Place::ProfileToken(12), &sealed).unwrap().expose_secret(), "1:secret");
        assert!(sealer().open(Place::ProfileToken(13), &sealed).is_err());
        assert!(sealer().open(Place::EventToken("12"), &sealed).is_err());
        assert!(Sealer::from_bytes(&[8; 32]).unwrap().open(Place::ProfileToken(12), &sealed).is_err());
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let sealed = sealer().seal(Place::EventToken("k"), "1:secret").unwrap();
        assert_eq!(&sealed[..2], &[1, 1]);
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert!(sealer().open(Place::EventToken("k"), &changed).is_err(), "byte {i}");
            assert!(sealer().open(Place::EventToken("k"), &sealed[..i]).is_err());
        }
    }

    #[test]
    fn the_key_file_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = Sealer::from_folder(folder.path()).unwrap();
        let sealed = first.seal(Place::ProfileToken(1), "x").unwrap();
        let again = Sealer::from_folder(folder.path()).unwrap();
        assert!(again.open(Place::ProfileToken(1), &sealed).is_ok());
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [KEY_FILE], "nothing lies beside it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_a_killed_start_left_aside_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".secret.key.abc"), "").unwrap();
        assert!(Sealer::from_folder(folder.path()).is_ok());
    }

    #[test]
    fn of_two_starts_at_once_one_makes_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        make_key(folder.path(), &path).unwrap();
        let first = fs::read(&path).unwrap();
        make_key(folder.path(), &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first);
    }

    #[test]
    fn a_bad_key_is_named_by_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        for text in ["", "c2hvcnQ=", "not base64"] {
            fs::write(&path, text).unwrap();
            let error = Sealer::from_folder(folder.path()).unwrap_err().to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
            let error = Sealer::from_base64(&SecretString::from(text)).unwrap_err().to_string();
            assert!(error.starts_with("HOOKGRAM_SECRET_KEY "), "{error}");
        }
    }
}
