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

/// Gives the file that a command's output goes to the mode 0600, for it holds secrets. A terminal or a pipe is no file.
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
            tracing::warn!(%error, "others may be able to read the file that this is written to");
        }
    }
}

/// Warns of a folder in which everybody on the machine may replace the files.
pub fn warn_of_open_folder(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(known) = fs::metadata(folder) else { return };
        // In a sticky folder, as /tmp is, others cannot replace what is not theirs.
        if known.permissions().mode() & 0o1002 == 0o002 {
            tracing::warn!(
                path = %folder.display(),
                "everybody on this machine may replace files in this folder: take that from it with chmod o-w"
            );
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
