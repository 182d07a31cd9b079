//! The binary `hookgram`. Its code is in the library.

use std::process::ExitCode;

use server::observe::output;

fn main() -> ExitCode {
    let cli = server::cli::Cli::read();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("threads could not be started")),
    };
    let done = runtime.block_on(server::cli::run(cli));
    // Work that still blocks a thread (hashing a password, a slow disk) must not delay the exit.
    runtime.shutdown_background();
    done.unwrap_or_else(|error| failed(&error))
}

/// Prints an error with its causes in one sentence.
fn failed(error: &anyhow::Error) -> ExitCode {
    output::problem(format_args!("hookgram: {error:#}"));
    ExitCode::FAILURE
}
