//! The process's output other than its log. A stream that is closed or full neither ends the process nor keeps a
//! command from completing.

use std::{
    fmt::Display,
    io::{self, Write},
    sync::OnceLock,
};

/// The first error by which text of standard output was lost.
static LOST: OnceLock<io::Error> = OnceLock::new();

pub(crate) fn line(text: impl Display) {
    write(format_args!("{text}\n"));
}

/// Writes a text to standard output without a line break.
pub(crate) fn text(text: impl Display) {
    write(format_args!("{text}"));
}

/// Writes a line to standard error. Errors are ignored, because they cannot be reported anywhere.
pub fn problem(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// The first error by which text of standard output was lost.
pub(crate) fn lost() -> Option<&'static io::Error> {
    LOST.get()
}

fn write(text: impl Display) {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => {}
        // The reader has closed the pipe, as `head` does once it has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => _ = LOST.set(error),
    }
}
