//! The log: to standard error, filtered and shaped as set.

use tracing_subscriber::EnvFilter;

use crate::config::{BadSetting, Config, LogFormat};

/// Starts logging.
///
/// # Errors
/// If the filter cannot be read.
pub fn start(config: &Config) -> Result<(), BadSetting> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| BadSetting {
        name: "HOOKGRAM_LOG",
        problem: format!("“{}” is no log filter: {error}; write it like info or warn,server=debug", config.log),
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would be printed where nothing can be printed (the log on a full disk), and end the request in a panic.
        .log_internal_errors(false);
    // A second start in one process (tests) keeps the first.
    let _ = match config.log_format {
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}
