//! The file of encryption keys. It is replaced atomically, so it is never incomplete.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use data_encoding::BASE64;
use secrecy::ExposeSecret as _;

use super::{SealError, keys::Keys};
use crate::secrets::{codes, private};

/// The key file in the data folder, which is used if the environment provides no keys.
pub const KEY_FILE: &str = "secret.key";

/// Identifies a version of a file, to notice a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// The stamp of a file; `None` if the file cannot be accessed.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let known = fs::metadata(path).ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&known);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Self { inode, length: known.len(), modified: known.modified().ok() })
    }
}

pub(super) fn read(path: &Path) -> Result<Option<Keys>, SealError> {
    let text = fs::read_to_string(path).map(secrecy::SecretString::from).map_err(|source| fault(path, source))?;
    Ok(Keys::parse(text.expose_secret()))
}

/// Creates a file with one new key if it does not exist. Restricts an existing one to its owner.
pub(super) fn make_unless_there(path: &Path) -> Result<(), SealError> {
    if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        // Written without a key number, because earlier versions cannot parse numbers.
        let mut key = [0u8; 32];
        codes::fill(&mut key);
        make(path, &format!("{}\n", BASE64.encode(&key))).map_err(|source| fault(path, source))?;
    }
    private::restrict(path);
    Ok(())
}

/// Replaces the keys of the file atomically. Readers, and the disk after a power failure, have either the old or the
/// new keys.
pub(super) fn replace(path: &Path, keys: &Keys) -> Result<(), SealError> {
    // If the path is a symbolic link, its target is replaced and the link stays.
    let path = &fs::canonicalize(path).map_err(|source| fault(path, source))?;
    let replaced = aside(path, keys.write().expose_secret(), |aside| {
        keep_owner(path, aside)?;
        fs::rename(aside, path)
    });
    replaced.map_err(|source| fault(path, source))?;
    sweep(path);
    Ok(())
}

/// Removes temporary files that killed processes have left, because they contain keys.
fn sweep(path: &Path) {
    let Some(entries) = path.parent().and_then(|folder| fs::read_dir(folder).ok()) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&aside_name(""))
            && let Err(error) = fs::remove_file(entry.path())
        {
            tracing::warn!(file = %entry.path().display(), %error, "this file contains keys and should be removed");
        }
    }
}

fn aside_name(end: &str) -> String {
    format!(".{KEY_FILE}.{end}")
}

fn fault(path: &Path, source: io::Error) -> SealError {
    SealError::File { path: path.display().to_string(), source }
}

fn make(path: &Path, text: &str) -> io::Result<()> {
    aside(path, text, |aside| name_it(aside, path))
}

/// Writes a text to a temporary file and syncs it, calls `named` to give the file its final name, and syncs the folder.
/// Removes the temporary file in any case.
fn aside(path: &Path, text: &str, named: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let aside = folder.join(aside_name(&codes::public_id()));
    let done = private::create(&aside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        // If a power failure lost the key, every stored secret would be lost.
        file.sync_all()?;
        named(&aside)
    });
    // Fails if `named` has renamed the file, which is fine.
    let _ = fs::remove_file(&aside);
    done?;
    #[cfg(unix)]
    fs::File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder.as_path() })?.sync_all()?;
    Ok(())
}

fn name_it(aside: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(aside, path) {
        // Another process has created the file first. Its key is used.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no hard links.
        Err(_) if !path.exists() => fs::rename(aside, path),
        done => done,
    }
}

/// Keeps the owner of the replaced file. root may run the command while the server runs as another user.
#[cfg(unix)]
fn keep_owner(of: &Path, on: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};

    let (old, new) = (fs::metadata(of)?, fs::metadata(on)?);
    if (old.uid(), old.gid()) == (new.uid(), new.gid()) {
        return Ok(());
    }
    chown(on, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_of: &Path, _on: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_of_two_concurrent_starts_creates_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        make(&path, "first").unwrap();
        make(&path, "second").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    }

    #[test]
    fn replacing_the_key_file_deletes_the_temporary_file_of_a_killed_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        make(&path, "x").unwrap();
        fs::write(folder.path().join(".secret.key.left"), "an old key").unwrap();
        replace(&path, &Keys::new().unwrap()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_to_the_key_file_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, real) = (folder.path().join(KEY_FILE), folder.path().join("real"));
        make(&real, "x").unwrap();
        std::os::unix::fs::symlink(&real, &path).unwrap();
        replace(&path, &Keys::new().unwrap()).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert!(read(&real).unwrap().is_some());
    }
}
