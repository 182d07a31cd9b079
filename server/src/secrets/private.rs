//! Files that only the server's own user may read, whatever the permissions of their folder.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

/// Creates a file with mode 0600.
///
/// # Errors
///
/// If the file already exists or cannot be created.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Sets the mode of a file, if it exists, to 0600. A failure, such as for another user's file, is only logged, because
/// the file can still be used.
pub fn restrict(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(known) = fs::metadata(path) else { return };
        if known.permissions().mode() & 0o077 != 0
            && let Err(error) = fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        {
            tracing::warn!(path = %path.display(), %error, "other users may be able to read this file");
        }
    }
}

/// Restricts the file to which standard output is redirected to mode 0600, because the output contains secrets. Does
/// nothing for a terminal or a pipe.
pub fn restrict_output() {
    #[cfg(unix)]
    {
        use rustix::fs::{FileType, Mode, fchmod, fstat};
        let output = io::stdout();
        let Ok(known) = fstat(&output) else { return };
        let is_open = Mode::from_raw_mode(known.st_mode).intersects(Mode::RWXG | Mode::RWXO);
        if FileType::from_raw_mode(known.st_mode) == FileType::RegularFile
            && is_open
            && let Err(error) = fchmod(&output, Mode::RUSR | Mode::WUSR)
        {
            tracing::warn!(%error, "other users may be able to read the file to which the output is redirected");
        }
    }
}

/// Logs a warning if every user of the machine may replace files in a folder.
pub fn warn_of_open_folder(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(known) = fs::metadata(folder) else { return };
        // In a folder with the sticky bit, such as /tmp, users can replace only their own files.
        if known.permissions().mode() & 0o1002 == 0o002 {
            tracing::warn!(
                path = %folder.display(),
                "every user of this machine may replace files in this folder: remove this permission with chmod o-w"
            );
        }
    }
}

/// Creates an empty file with mode 0600, or sets that mode if the file exists.
///
/// # Errors
///
/// If the file does not exist and cannot be created.
pub fn create_or_restrict(path: &Path) -> io::Result<()> {
    match create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            restrict(path);
            Ok(())
        }
        done => done.map(drop),
    }
}
