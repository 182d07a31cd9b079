//! The process's log, written to standard error with the configured filter and format. A separate thread writes it, so
//! that a stopped terminal or a pipe without a reader blocks nothing.

use std::{
    borrow::Cow,
    io::{self, IsTerminal as _, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::{
    config::{Config, LogFormat},
    settings::parse::BadSetting,
};

/// The maximum number of queued lines. Further lines are dropped.
const WAITING: usize = 4096;
const LAST_WAIT: Duration = Duration::from_secs(1);
/// The interval at which `finish` retries while the queue is full.
const ROOM: Duration = Duration::from_millis(5);

/// Starts logging.
///
/// # Errors
///
/// If the filter is invalid.
pub fn start(config: &Config) -> Result<Log, BadSetting> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| BadSetting {
        name: "HOOKGRAM_LOG",
        problem: format!("“{}” is no log filter: {error}; write it like info or warn,server=debug", config.log),
    })?;
    let log = Log::start(io::stderr());
    let colours = config.log_format == LogFormat::Text && io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Lines { colours, log: log.clone() })
        // tracing would print an internal error to standard error. If that cannot be written (a full disk), the request
        // would end in a panic.
        .log_internal_errors(false);
    // In tests, which start the log several times in one process, the first one is kept.
    let _ = match config.log_format {
        LogFormat::Text => builder.with_ansi(colours).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(log)
}

/// A handle to the thread that writes the log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Log {
    entries: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Entry {
    Line(String),
    /// A request to signal that all earlier entries are written.
    Mark(SyncSender<()>),
}

impl Log {
    fn start(mut output: impl Write + Send + 'static) -> Self {
        let (entries, received) = sync_channel(WAITING);
        let lost = Arc::<AtomicU64>::default();
        let log = Self { entries, lost: lost.clone() };
        // If the thread cannot be started, all lines are dropped.
        let _ = thread::Builder::new().name("log".to_owned()).spawn(move || write(&received, &mut output, &lost));
        log
    }

    /// Waits at most a second until all lines are written.
    pub fn finish(&self) {
        let end = Instant::now() + LAST_WAIT;
        let (mark, written) = sync_channel(1);
        let mut mark = Entry::Mark(mark);
        while let Err(TrySendError::Full(unsent)) = self.entries.try_send(mark) {
            if Instant::now() >= end {
                return;
            }
            mark = unsent;
            thread::sleep(ROOM);
        }
        let _ = written.recv_timeout(end.saturating_duration_since(Instant::now()));
    }

    fn put(&self, line: String) {
        if self.entries.try_send(Entry::Line(line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Writes the entries. A write error cannot be reported anywhere, so it is ignored.
fn write(entries: &Receiver<Entry>, output: &mut impl Write, lost: &AtomicU64) {
    for entry in entries {
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(output, "({lost} lines of the log are lost: it was not read in time)");
        }
        match entry {
            Entry::Line(line) => _ = output.write_all(line.as_bytes()),
            Entry::Mark(mark) => _ = mark.try_send(()),
        }
    }
}

/// A writer that escapes control characters, so that text from outside can neither break a line of the log nor control
/// a terminal.
#[derive(Clone, Debug)]
struct Lines {
    /// Whether the log's own colour codes are kept.
    colours: bool,
    log: Log,
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for Lines {
    /// Each call receives one whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.log.put(plain(&String::from_utf8_lossy(line), self.colours).into_owned());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// An output that drops what it is given; its first write blocks until the gate opens.
    struct Halted {
        gate: Receiver<()>,
        written: Sender<String>,
    }

    impl Write for Halted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.gate.recv();
            let _ = self.written.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn logging_does_not_block_on_a_stalled_output_and_lost_lines_are_counted() {
        let ((open, gate), (written, read)) = (channel(), channel());
        let log = Log::start(Halted { gate, written });
        for line in 0..WAITING + 10 {
            log.put(format!("{line}\n"));
        }
        drop(open);
        log.finish();
        let text: String = read.try_iter().collect();
        assert!(text.contains("\n2\n3\n4\n") && text.contains(&format!("\n{}\n", WAITING - 1)), "{text}");
        assert!(text.contains("lines of the log are lost"), "{text}");
    }

    #[test]
    fn logging_continues_when_the_output_cannot_be_written() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let log = Log::start(Full);
        log.put("a\n".to_owned());
        log.finish();
        log.put("b\n".to_owned());
        log.finish();
        assert_eq!(log.lost.load(Ordering::Relaxed), 0, "the thread still takes lines");
    }

    #[test]
    fn control_characters_in_log_lines_are_escaped() {
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
