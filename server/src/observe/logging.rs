//! The process's log: to standard error, filtered and formatted as configured.

use std::{
    borrow::Cow,
    io::{self, IsTerminal as _, Write},
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::{
    config::{Config, LogFormat},
    settings::parse::BadSetting,
};

/// Starts logging.
///
/// # Errors
/// If the filter is invalid.
pub fn start(config: &Config) -> Result<(), BadSetting> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| BadSetting {
        name: "HOOKGRAM_LOG",
        problem: format!("“{}” is no log filter: {error}; write it like info or warn,server=debug", config.log),
    })?;
    let colours = config.log_format == LogFormat::Text && io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Lines { colours })
        // An internal error would be printed to standard error as well. If that cannot be written (a full disk), the
        // request would end in a panic.
        .log_internal_errors(false);
    // A second start in one process (tests) keeps the first.
    let _ = match config.log_format {
        LogFormat::Text => builder.with_ansi(colours).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}

/// Standard error, with control characters escaped, so that text from outside can neither break a line of the log nor
/// command a terminal.
#[derive(Clone, Copy, Debug)]
struct Lines {
    /// Whether the log's own colour codes are kept.
    colours: bool,
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

impl Write for Lines {
    /// Gets one whole line with each call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(plain(&String::from_utf8_lossy(line), self.colours).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Escapes control characters and line separators as JSON does.
fn plain(line: &str, colours: bool) -> Cow<'_, str> {
    let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
    let is_odd = |letter: char| {
        (letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')) && !(colours && letter == '\u{1b}')
    };
    if !text.contains(is_odd) {
        return Cow::Borrowed(line);
    }
    let written = text.chars().fold(String::with_capacity(line.len() + 8), |mut written, letter| {
        if is_odd(letter) {
            written.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            written.push(letter);
        }
        written
    });
    Cow::Owned(written + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_line_and_no_command() {
        for (line, expected) in [
            ("good\n", "good\n"),
            ("Это — «текст» 😀\n", "Это — «текст» 😀\n"),
            ("a\nINFO b\r\n", "a\\u000aINFO b\\u000d\n"),
            ("\u{1b}[2J\u{9b}31m\u{7f}\0\n", "\\u001b[2J\\u009b31m\\u007f\\u0000\n"),
            ("a\u{2028}b\u{85}c", "a\\u2028b\\u0085c"),
            ("\n\n", "\\u000a\n"),
            ("", ""),
        ] {
            assert_eq!(plain(line, false), expected, "{line:?}");
        }
        assert_eq!(plain("\u{1b}[32mINFO\u{1b}[0m \u{9b}\n", true), "\u{1b}[32mINFO\u{1b}[0m \\u009b\n");
    }
}
