//! `hookgram profile …`.

use std::{
    fs,
    io::{self, Read as _},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Subcommand;

use crate::{
    config::Config,
    observe::output,
    profile_file::{self, ImportError},
    secrets::private,
    store::{Store, audit::COMMAND_LINE},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List profiles: name, short URL
    List,
    /// Print all profiles as a YAML file that `profile import` reads
    Export {
        /// Include bot tokens and webhook keys; an output file is made private (mode 0600)
        #[arg(long)]
        with_secrets: bool,
    },
    /// Create or replace profiles from a YAML or JSON file; print the name and short URL of each
    Import {
        /// The file; - is standard input
        file: String,
    },
}

pub(super) async fn run(config: &Config, command: Command) -> anyhow::Result<ExitCode> {
    let store = Store::open(config.location()).await?;
    let base = super::public_url(config, &store).await?;
    let mut code = ExitCode::SUCCESS;
    match command {
        Command::List => {
            for profile in store.profiles.all().await? {
                output::line(format_args!("{}\t{base}/h/{}", profile.name, profile.key));
            }
        }
        Command::Export { with_secrets } => {
            let profiles = store.profiles.all().await?;
            let bots = store.bots.exported(None).await?;
            let text = profile_file::export(&bots, &profiles, with_secrets)?;
            store.profiles.note_export(&profiles, with_secrets, &COMMAND_LINE).await?;
            if with_secrets {
                private::restrict_output();
            }
            output::text(text);
        }
        Command::Import { file } => {
            let text = read(&file).with_context(|| format!("{file} cannot be read"))?;
            match profile_file::import(&store, &text).await {
                Ok(done) => {
                    for (name, key) in done {
                        output::line(format_args!("{name}\t{base}/h/{key}"));
                    }
                }
                Err(ImportError::Faults(faults)) => {
                    output::problem(format_args!("{file}: nothing was changed:"));
                    for fault in faults {
                        output::problem(format_args!("  {fault}"));
                    }
                    code = ExitCode::FAILURE;
                }
                Err(ImportError::Store(error)) => return Err(error.into()),
            }
        }
    }
    store.close().await;
    Ok(code)
}

fn read(file: &str) -> io::Result<String> {
    if file != "-" {
        return fs::read_to_string(file);
    }
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}
