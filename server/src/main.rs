//! The binary `hookgram`: everything is in the library.

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    match server::cli::run(server::cli::Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            // The causes in one sentence, for the terminal.
            eprintln!("hookgram: {error:#}");
            ExitCode::FAILURE
        }
    }
}
