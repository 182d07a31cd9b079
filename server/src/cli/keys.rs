//! `hookgram key …`.

use std::{
    fs::{File, TryLockError},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::open_existing;
use crate::{
    config::Config,
    health::place,
    observe::output,
    secrets::{
        private,
        seal::{self, Home},
    },
    serve::LOCK_FILE,
    store::{Column, KeyState, Locked, Store, audit::COMMAND_LINE},
};

/// The file in the data folder that a command locks while it changes the key.
const TURN_FILE: &str = "key.lock";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Change the encryption key and re-encrypt all secrets, even while the server runs
    #[command(
        after_help = "With the key file in the data folder (secret.key), this is all: a new key is created, everything \
        is re-encrypted,\nthe old key is deleted. If interrupted, run the command again to continue.\n\nWith a key of \
        your own (HOOKGRAM_SECRET_KEY, or the file of HOOKGRAM_SECRET_KEY_FILE) it takes three steps:\n  1. put the new \
        key before the old one, each with a number: HOOKGRAM_SECRET_KEY=2:NEW,1:OLD (a key without a number is 1),\n     \
        and restart the server; it notices a changed file without a restart\n  2. run `hookgram key rotate` with the \
        same setting\n  3. remove the old key, and restart the server\n\nA database backup can only be decrypted with the \
        key it was made with: keep that key for as long as the backup."
    )]
    Rotate,
}

pub(super) async fn run(config: &Config, command: Command) -> anyhow::Result<ExitCode> {
    let Command::Rotate = command;
    let store = open_existing(config).await?;
    let turn = take_turn(config)?;
    let code = rotate(config, &store).await;
    drop(turn);
    store.close().await;
    code
}

/// Prevents two commands from changing the key at the same time.
fn take_turn(config: &Config) -> anyhow::Result<File> {
    let path = config.data_dir.join(TURN_FILE);
    let file = private::create_or_restrict(&path).and_then(|()| File::options().write(true).open(&path));
    let file = file.with_context(|| format!("the file {} cannot be used", path.display()))?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        bail!("another `hookgram key rotate` is running: wait until it has finished");
    }
    Ok(file)
}

async fn rotate(config: &Config, store: &Store) -> anyhow::Result<ExitCode> {
    let sealer = store.secrets.sealer();
    let present = match store.secrets.key_state().await? {
        KeyState::Right(number) => number,
        KeyState::Wrong(_) | KeyState::Unknown => bail!(
            "this database is encrypted with a different key: restore the right key before you change it ({})",
            place(sealer.home())
        ),
    };
    let numbers = sealer.numbers();
    let is_begun = numbers.first() != Some(&present) || numbers.len() > 1;
    let next = match sealer.home() {
        _ if is_begun => sealer.first()?.number(),
        Home::Folder(_) => {
            // This is checked before anything is written.
            know_beside(config, present)?;
            sealer.add_a_key()?
        }
        Home::File(_) | Home::Environment => bail!(
            "the key comes from {}: put a new one before it, each with a number, like {}:NEW,{present}:OLD; {}then run \
             this again (see hookgram key rotate --help)",
            place(sealer.home()),
            present.checked_add(1).unwrap_or(1),
            if *sealer.home() == Home::Environment { "restart the server with it, " } else { "" },
        ),
    };
    know_beside(config, next)?;
    match store.secrets.change_key(&COMMAND_LINE).await? {
        Some((old, new)) => output::line(format_args!("Key {new} replaces key {old} from now on.")),
        None => output::line(format_args!("Key {next} is already in use; the rest of the change is done now.")),
    }
    let mut done = 0;
    let locked = loop {
        let resealed = store.secrets.reseal().await?;
        done += resealed.done;
        if resealed.done == 0 {
            break resealed.locked;
        }
    };
    output::line(format_args!("Secrets re-encrypted: {done}."));
    if !locked.is_empty() {
        report(&locked);
        return Ok(ExitCode::FAILURE);
    }
    let old: Vec<String> = sealer.numbers().iter().skip(1).map(ToString::to_string).collect();
    let old = old.join(", ");
    match sealer.home() {
        Home::Folder(path) => {
            sealer.drop_the_others()?;
            output::line(format_args!(
                "Nothing is encrypted with the old key ({old}) any more; it was deleted from {}.",
                path.display()
            ));
            output::line("Earlier backups need the old key: make a new backup.");
        }
        home => output::line(format_args!(
            "Nothing is encrypted with the old key ({old}) any more: remove it from {} and restart the server.",
            place(home)
        )),
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails if a server that runs on the same data folder has not loaded the key.
fn know_beside(config: &Config, number: u8) -> anyhow::Result<()> {
    let path = config.data_dir.join(LOCK_FILE);
    let knows = seal::is_known_beside(&path, number).with_context(|| format!("{} cannot be read", path.display()))?;
    if !knows {
        bail!(
            "the running server does not know key {number} yet: restart it with the same setting, then run this again"
        );
    }
    Ok(())
}

/// Lists the secrets that no key decrypts, with the remedy for each.
fn report(locked: &[Locked]) {
    output::problem("No key decrypts these, so the old key is kept. Fix them, then run this again:");
    let mut events = 0;
    for Locked { column, id, name } in locked {
        match column {
            Column::BotToken => {
                output::problem(format_args!("  the token of the bot {name} (/bots/{id}): enter it again"))
            }
            Column::ProfileToken => output::problem(format_args!(
                "  the bot token of the profile “{name}” (/profiles/{id}): enter it on the page Bots"
            )),
            Column::LinkSecret => output::problem(format_args!(
                "  the links of the booking bot {name} (/bots/{id}/booking): save its settings again"
            )),
            Column::UserTotp => {
                output::problem(format_args!("  the second factor of {name}: hookgram user second-factor-off {name}"))
            }
            Column::Setting => {
                output::problem(format_args!("  the setting {name}: enter it again on the page Settings"))
            }
            // Drafts are deleted within an hour.
            Column::DraftToken | Column::DraftUrl => output::problem("  a draft in the builder: wait for an hour"),
            Column::EventToken => events += 1,
        }
    }
    if events > 0 {
        output::problem(format_args!(
            "  the tokens of {events} events of /webhook/telegram: they are deleted together with the events"
        ));
    }
}
