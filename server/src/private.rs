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

/// Gives a file the mode 0600, if it exists.
///
/// # Errors
/// If its mode cannot be changed.
pub fn restrict(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(known) = fs::metadata(path) else { return Ok(()) };
        if known.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

/// Makes an empty file with mode 0600, or gives that mode to the one that is there.
///
/// # Errors
/// If neither can be done.
pub fn create_or_restrict(path: &Path) -> io::Result<()> {
    match create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => restrict(path),
        done => done.map(drop),
    }
}
