//! The command line (contract §6).

mod check;
pub mod demo;
mod keys;
mod profiles;
mod replay;
mod users;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, anyhow};
use app::i18n::{Words as _, command_line::CommandLineWords};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, builder::Resettable};
use hookgram::values::Language;

use crate::{
    config::{self, Config, PublicUrl, Settings},
    observe::{logging, output},
    serve::{self, Server},
    settings::Live,
    store::{Store, StoreError},
};

/// Turns the webhooks of a booking service into Telegram messages.
#[derive(Debug, Parser)]
#[command(name = "hookgram", version, about, args_conflicts_with_subcommands = false)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default)
    #[command(after_help = "Secrets are read only from the environment, or from the file named by the variable with \
        _FILE:\n  HOOKGRAM_SECRET_KEY     encrypts stored tokens: 32 bytes in base64 [default: a key file in the data \
        folder];\n                          several with numbers, like 2:NEW,1:OLD, while the key is changed (hookgram key rotate \
        --help)\n  HOOKGRAM_METRICS_TOKEN  opens /metrics to other machines\n  \
        HOOKGRAM_SMTP_URL       sends error emails: smtps://user:password@host is TLS from the start (port 465), \
        smtp:// is port 587\n                          with STARTTLS, which is required if there is a password; on this machine \
        itself without any\n                          TLS; characters such as @ : / # % in the user or the password are \
        written\n                          %40 %3A %2F %23 %25 [default: none, error emails are not sent]")]
    Serve(ServeOptions),
    /// Manage accounts
    #[command(subcommand)]
    User(users::Command),
    /// List, export and import profiles
    #[command(subcommand)]
    Profile(profiles::Command),
    /// Manage the encryption key of stored secrets
    #[command(subcommand)]
    Key(keys::Command),
    /// Check a webhook URL and print what a GET request would answer
    Check(check::CheckOptions),
    /// Print the messages that an event would produce
    Render(check::RenderOptions),
    /// Replay deliveries, as they were or with the profile's current settings; a running server sends them within seconds
    Replay(replay::ReplayOptions),
    /// Cancel waiting deliveries
    Cancel(replay::CancelOptions),
    /// Back up the database to a new file, even while the server runs
    Backup {
        /// The file to write; it must not exist
        file: PathBuf,
    },
}

#[derive(Args, Debug, Default)]
struct ServeOptions {
    /// Try it out: a sandbox instead of Telegram, an account, a profile and a sample event
    #[arg(long)]
    demo: bool,
}

impl Cli {
    /// Parses the command line and the environment. Ends the process after an error, or after printing help.
    #[must_use]
    pub fn read() -> Self {
        // A blank environment variable counts as unset (contract §6).
        let command = Self::command().mut_args(|arg| {
            let is_blank = arg.get_env().is_some_and(|name| config::variable(name).is_none());
            if is_blank { arg.env(Resettable::Reset) } else { arg }
        });
        Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
    }
}

/// Runs a command.
///
/// # Errors
/// The error to print on the terminal.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let config = cli.settings.read()?;
    let log = logging::start(&config)?;
    let done = run_command(cli, config).await;
    log.finish();
    match done {
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Newer)) => {
            Err(anyhow!(CommandLineWords::of(language()).newer_database))
        }
        done => done,
    }
}

async fn run_command(cli: Cli, config: Config) -> anyhow::Result<ExitCode> {
    let code = match cli.command.unwrap_or(Command::Serve(ServeOptions::default())) {
        Command::Serve(ServeOptions { demo: true }) => {
            let named = cli.settings.data_dir.is_some();
            demo::run(config, named, language()).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Serve(ServeOptions { demo: false }) => {
            run_server(config).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::User(command) => users::run(&config, command).await?,
        Command::Profile(command) => profiles::run(&config, command).await?,
        Command::Key(command) => keys::run(&config, command).await?,
        Command::Check(options) => check::check(config, options, language()).await?,
        Command::Render(options) => check::render(&config, &options, language()).await?,
        Command::Replay(options) => replay::replay(&config, options, language()).await?,
        Command::Cancel(options) => replay::cancel(&config, options, language()).await?,
        Command::Backup { file } => {
            let store = open_existing(&config).await?;
            store.backup(&file).await?;
            store
                .settings
                .remember_backup(crate::time::now())
                .await
                .context("the backup was made, but its time could not be stored")?;
            store.close().await;
            ExitCode::SUCCESS
        }
    };
    match output::lost() {
        Some(error) => Err(anyhow!("the output is lost ({error}); the command itself succeeded")),
        None => Ok(code),
    }
}

async fn run_server(config: Config) -> anyhow::Result<()> {
    let end = serve::end()?;
    let server = Server::start(config).await?;
    let mut greeting = format!("Hookgram is listening on http://{}", server.address);
    if let Some(link) = server.setup_link().await? {
        greeting += &format!("\nThere is no account yet. Create the first one here within 24 hours:\n{link}");
        if server.state.config.public_url.is_none() && server.address.ip().to_canonical().is_unspecified() {
            greeting += "\nFrom another computer, use the name or the address of this one instead of localhost.";
        }
    }
    announce(greeting);
    server.run_until(end).await;
    Ok(())
}

/// Prints the server's start message in a thread. The server does not wait for it, because its output may be a halted
/// terminal.
fn announce(text: String) {
    std::thread::spawn(move || output::line(text));
}

/// An installation's settings, including those of its Settings page. Without an installation, the settings of flags and
/// environment.
async fn settings(config: &Config) -> anyhow::Result<Live> {
    let store = match open_existing(config).await {
        Ok(store) => store,
        Err(_) => Store::in_memory().await?,
    };
    let settings = Live::load(&config.fixed, &store).await?;
    store.close().await;
    Ok(settings)
}

/// The base of short URLs: from a flag or the environment, else the one of the last server run.
async fn public_url(config: &Config, store: &Store) -> anyhow::Result<PublicUrl> {
    let remembered = match &config.public_url {
        Some(_) => None,
        None => store.settings.public_url().await?.as_deref().and_then(PublicUrl::parse),
    };
    Ok(remembered.unwrap_or_else(|| config.public_url(config.listen)))
}

/// Opens the store of an installation. It does not create one, so that a reading command has no side effect.
async fn open_existing(config: &Config) -> anyhow::Result<Store> {
    if config.database.is_none() && !config.data_dir.join("hookgram.db").exists() {
        anyhow::bail!(
            "there is no database in {}: name its folder with --data-dir, or start the server once",
            config.data_dir.display()
        );
    }
    Ok(Store::open(config.location()).await?)
}

/// Russian if the system's language is Russian, else English.
fn language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    if set.is_some_and(|value| value.to_ascii_lowercase().starts_with("ru")) { Language::Ru } else { Language::En }
}
