//! Files that nobody else on the machine may read, whatever the folder they lie in.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

/// Makes a file with mode 0600.
///
/// # Errors
/// If it exists, or cannot be made.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Gives a file the mode 0600, if it exists. Where that cannot be done, as with somebody else's file, a warning is
/// logged: the file can be used all the same.
pub fn restrict(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(known) = fs::metadata(path) else { return };
        if known.permissions().mode() & 0o077 != 0
            && let Err(error) = fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        {
            tracing::warn!(path = %path.display(), %error, "others may be able to read this file");
        }
    }
}

/// Makes an empty file with mode 0600, or gives that mode to the one that is there.
///
/// # Errors
/// If there is none and none can be made.
pub fn create_or_restrict(path: &Path) -> io::Result<()> {
    match create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            restrict(path);
            Ok(())
        }
        done => done.map(drop),
    }
}
