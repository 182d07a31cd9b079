//! The keys of a running server, written to the lock file that it holds. No other process may begin to seal with a key
//! that the running server cannot read.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Seek as _, Write as _},
    path::Path,
};

use super::{Home, Sealer};

/// The line of a server that reads its key file again when it changes.
const ANY: &str = "keys: any";
const THESE: &str = "keys: ";

/// Writes the numbers of this server's keys to the lock file.
///
/// # Errors
///
/// If the file cannot be written.
pub fn announce(mut lock: &File, sealer: &Sealer) -> io::Result<()> {
    let numbers: Vec<String> = sealer.numbers().iter().map(ToString::to_string).collect();
    let said = match sealer.home() {
        Home::Folder(_) | Home::File(_) => ANY.to_owned(),
        Home::Environment => format!("{THESE}{}", numbers.join(",")),
    };
    lock.set_len(0)?;
    lock.rewind()?;
    lock.write_all(format!("{said}\n").as_bytes())
}

/// Whether the server that runs beside this process has the key of this number. Also true if no server runs.
///
/// # Errors
///
/// If the file cannot be read.
pub fn is_known_beside(lock: &Path, number: u8) -> io::Result<bool> {
    let text = match fs::read_to_string(lock) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        text => text?,
    };
    let said = text.lines().next().unwrap_or_default();
    let knows = said == ANY
        || said.strip_prefix(THESE).is_some_and(|numbers| numbers.split(',').any(|one| one == number.to_string()));
    // The server that wrote the line may have ended. In that case the lock is free.
    Ok(knows || !matches!(File::open(lock)?.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn a_key_that_a_running_server_has_not_loaded_is_detected() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serve.lock");
        assert!(is_known_beside(&path, 2).unwrap(), "no server ever ran");
        let held = File::create(&path).unwrap();
        held.try_lock().unwrap();
        assert!(!is_known_beside(&path, 1).unwrap(), "an earlier version says nothing");
        announce(&held, &Sealer::ephemeral().unwrap()).unwrap();
        assert!(is_known_beside(&path, 1).unwrap() && !is_known_beside(&path, 2).unwrap());
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let two = SecretString::from(format!("12:{key},1:{key}"));
        announce(&held, &Sealer::from_base64(&two).unwrap()).unwrap();
        assert!(is_known_beside(&path, 12).unwrap() && !is_known_beside(&path, 2).unwrap());
        announce(&held, &Sealer::from_folder(folder.path()).unwrap()).unwrap();
        assert!(is_known_beside(&path, 77).unwrap());
    }

    #[test]
    fn a_server_that_has_stopped_does_not_block_a_key_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serve.lock");
        let held = File::create(&path).unwrap();
        announce(&held, &Sealer::ephemeral().unwrap()).unwrap();
        drop(held);
        assert!(is_known_beside(&path, 2).unwrap());
    }
}
