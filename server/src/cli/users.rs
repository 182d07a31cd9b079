//! `hookgram user …`.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use hookgram::{role::Role, values::EmailAddress};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    config::Config,
    credentials::password::Passwords,
    observe::output,
    secrets::codes,
    store::{LinkKind, NewLink, Store, StoreError, audit::COMMAND_LINE},
    time::now,
};

/// How long a printed link works, in milliseconds.
const LINK_TIME: i64 = 24 * 60 * 60 * 1000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create an account
    Add {
        /// The address to sign in with
        email: String,
        /// Role of the account
        #[arg(long, value_parser = ["admin", "operator", "viewer"])]
        role: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List accounts: address, role
    List,
    /// Set a new password and end every session of the account
    ResetPassword {
        /// The account's address
        email: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Print a link to set a new password; it works once, within 24 hours
    ResetLink {
        /// The account's address
        email: String,
    },
    /// Turn off an account's second factor (when phone and recovery codes are lost) and end its sessions
    SecondFactorOff {
        /// The account's address
        email: String,
    },
    /// Remove an account
    Remove {
        /// The account's address
        email: String,
    },
}

pub(super) async fn run(config: &Config, command: Command) -> anyhow::Result<ExitCode> {
    let store = Store::open(config.location()).await?;
    match command {
        Command::Add { email, role, password_stdin } => {
            let Some(address) = EmailAddress::parse(&email) else { bail!("“{email}” is not an email address") };
            let Some(role) = Role::parse(&role) else {
                bail!("“{role}” is not a role; the roles are admin, operator, viewer")
            };
            if store.accounts.user_by_email(address.as_str()).await?.is_some() {
                bail!("{} already has an account", address.as_str());
            }
            let hash = ask(password_stdin, address.as_str()).await?;
            store.accounts.add_user(address.as_str(), role, Some(&hash), &COMMAND_LINE).await?;
        }
        Command::List => {
            for user in store.accounts.users().await? {
                output::line(format_args!("{}\t{}", user.account.email, user.account.role.name()));
            }
        }
        Command::ResetPassword { email, password_stdin } => {
            let user =
                store.accounts.user_by_email(email.trim()).await?.with_context(|| format!("{email} has no account"))?;
            let hash = ask(password_stdin, &user.account.email).await?;
            store.accounts.set_password(&user.account.email, &hash, &COMMAND_LINE).await?;
        }
        Command::ResetLink { email } => {
            let user =
                store.accounts.user_by_email(email.trim()).await?.with_context(|| format!("{email} has no account"))?;
            let code = codes::secret();
            let link = NewLink {
                code_hash: &codes::hash(&code),
                kind: LinkKind::Reset,
                user_id: Some(user.account.id),
                expires_at: now().saturating_add(LINK_TIME),
            };
            store.accounts.add_link(link, &COMMAND_LINE).await?;
            output::line(format_args!("{}/reset/{code}", super::public_url(config, &store).await?));
        }
        Command::SecondFactorOff { email } => {
            let user =
                store.accounts.user_by_email(email.trim()).await?.with_context(|| format!("{email} has no account"))?;
            match store.accounts.turn_second_factor_off(&user.account, None, &COMMAND_LINE).await {
                Err(StoreError::NotFound) => bail!("{email} has no second factor"),
                done => done?,
            }
        }
        Command::Remove { email } => {
            let Some(user) = store.accounts.user_by_email(email.trim()).await? else { bail!("{email} has no account") };
            store.accounts.remove_member(user.account.id, &COMMAND_LINE).await?;
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Asks for a password and returns its hash if the password is strong enough.
async fn ask(from_stdin: bool, email: &str) -> anyhow::Result<String> {
    let password = if from_stdin {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        SecretString::from(line.trim_end_matches(['\r', '\n']).to_owned())
    } else if io::stdin().is_terminal() {
        let first = SecretString::from(rpassword::prompt_password("Password (12 characters or more): ")?);
        let second = SecretString::from(rpassword::prompt_password("Repeat the password: ")?);
        if first.expose_secret() != second.expose_secret() {
            bail!("the passwords do not match");
        }
        first
    } else {
        bail!("there is no terminal to enter the password: use --password-stdin");
    };
    let passwords = Passwords::default();
    if let Err(fault) = passwords.judge(password.clone(), email).await? {
        bail!("{}", fault.sentence(super::language()));
    }
    Ok(passwords.hash(password).await?)
}
