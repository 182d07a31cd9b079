//! The process's output apart from its log. A stream that is closed or full neither ends the process nor keeps a command
//! from its work.

use std::{
    fmt::Display,
    io::{self, Write},
    sync::OnceLock,
};

/// The first error that has lost text of standard output.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Writes a line to standard output.
pub(crate) fn line(text: impl Display) {
    write(format_args!("{text}\n"));
}

/// Writes a text to standard output as it is.
pub(crate) fn text(text: impl Display) {
    write(format_args!("{text}"));
}

/// Writes a line to standard error. If that fails, nobody can be told.
pub fn problem(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// The error because of which text of standard output was lost.
pub(crate) fn lost() -> Option<&'static io::Error> {
    LOST.get()
}

fn write(text: impl Display) {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => {}
        // The reader has gone: like `head`, it has what it wants.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => _ = LOST.set(error),
    }
}
