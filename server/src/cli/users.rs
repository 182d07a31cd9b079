//! `hookgram user …`.

use std::io::{self, BufRead as _, IsTerminal as _};

use anyhow::bail;
use app::{session::Role, words::audit::Action};
use clap::Subcommand;
use hookgram::values::EmailAddress;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    audit::{COMMAND_LINE, Change, Entry},
    auth::password::{self, Passwords},
    config::Config,
    store::Store,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account
    Add {
        /// The address to sign in with
        email: String,
        /// What it may do
        #[arg(long, value_parser = ["admin", "operator", "viewer"])]
        role: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the accounts: address, role
    List,
    /// Set a new password and end every session of the account
    ResetPassword {
        /// The account's address
        email: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Remove an account
    Remove {
        /// The account's address
        email: String,
    },
}

pub(super) async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    let store = Store::open(config).await?;
    match command {
        Command::Add { email, role, password_stdin } => {
            let Some(address) = EmailAddress::parse(&email) else { bail!("“{email}” is not an e-mail address") };
            let Some(role) = Role::parse(&role) else { bail!("“{role}” is none of admin, operator, viewer") };
            if store.user_by_email(address.as_str()).await?.is_some() {
                bail!("{} has an account already", address.as_str());
            }
            let hash = Passwords::default().hash(ask(password_stdin)?).await?;
            let account = store.add_user(address.as_str(), role, Some(&hash)).await?;
            let changes = vec![Change::new("role", "", role.name())];
            let entry = Entry::new(&COMMAND_LINE, Action::AccountMade).to(&account.email, account.id).with(changes);
            store.audit(&entry).await?;
        }
        Command::List => {
            for user in store.users().await? {
                println!("{}\t{}", user.account.email, user.account.role.name());
            }
        }
        Command::ResetPassword { email, password_stdin } => {
            if store.user_by_email(email.trim()).await?.is_none() {
                bail!("{email} has no account");
            }
            let hash = Passwords::default().hash(ask(password_stdin)?).await?;
            store.set_password(email.trim(), &hash).await?;
            store.audit(&Entry::new(&COMMAND_LINE, Action::PasswordReset).to(email.trim(), None)).await?;
        }
        Command::Remove { email } => {
            let Some(user) = store.user_by_email(email.trim()).await? else { bail!("{email} has no account") };
            store.remove_member(user.account.id, &COMMAND_LINE).await?;
        }
    }
    store.close().await;
    Ok(())
}

fn ask(from_stdin: bool) -> anyhow::Result<SecretString> {
    let password = if from_stdin {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        SecretString::from(line.trim_end_matches(['\r', '\n']).to_owned())
    } else if io::stdin().is_terminal() {
        let first = SecretString::from(rpassword::prompt_password("Password (12 characters or more): ")?);
        let second = SecretString::from(rpassword::prompt_password("Once more: ")?);
        if first.expose_secret() != second.expose_secret() {
            bail!("the two passwords differ");
        }
        first
    } else {
        bail!("there is no terminal to ask for the password on: use --password-stdin");
    };
    if !password::is_acceptable(&password) {
        bail!("the password must have 12 characters or more, and at most 1,024 bytes");
    }
    Ok(password)
}
