//! The ways in: a password, then the second factor where there is one; and proving oneself once more.

use axum::http::HeaderMap;
use hookgram::audit::AuditAction;
use secrecy::SecretString;

use super::{
    confirmed::Proved,
    cookies::{Cookies, Kind, SetCookie},
    second_factor::Proof,
    session::{self, CurrentSession},
};
use crate::{
    credentials::{password, throttle::Origin},
    http::client::Client,
};
use crate::{
    secrets::seal::SealError,
    state::AppState,
    store::{StoreError, User},
    time::{Millis, now},
};

/// How long to wait while too many sign in at once, in seconds.
const BUSY: u64 = 3;
/// Tries at the second factor before the password is asked for anew.
const TRIES: i64 = 5;

/// Whoever wants to come in.
#[derive(Clone, Copy)]
pub struct SignInAttempt<'a> {
    /// The server's state.
    pub state: &'a AppState,
    /// Whence.
    pub client: &'a Client,
    /// What their browser says and holds.
    pub headers: &'a HeaderMap,
    /// The session they have by now.
    pub session: Option<&'a CurrentSession>,
}

/// How far somebody has come.
pub enum Entry {
    /// In: the cookies that say so.
    Open(Vec<SetCookie>),
    /// The second factor is still to come.
    Half(SetCookie),
}

/// Why somebody does not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryFault {
    /// Wrong address or password: one answer for both.
    Wrong,
    /// Not the app's code, or one that was used before.
    WrongCode,
    /// Not a recovery code, or one that was used before.
    WrongRecovery,
    /// The second factor cannot be opened: no code of the app's can be judged.
    FactorLocked,
    /// The password was given too long ago, or too many codes were tried: begin anew.
    Late,
    /// Too many attempts; wait this many seconds.
    TooMany(u64),
    /// Too many wrong codes of the app's; the next one is judged in this many seconds, a recovery code at once.
    TooManyCodes(u64),
    /// A fault of the server's, already logged.
    Internal,
}

/// Logs a fault of ours; whoever wanted in hears only that there was one.
pub fn broken(error: impl std::fmt::Display) -> EntryFault {
    tracing::error!(%error, "nobody can sign in");
    EntryFault::Internal
}

/// Why a second factor could not be judged.
fn unprovable(error: StoreError) -> EntryFault {
    match error {
        StoreError::Seal(_) => {
            tracing::error!(
                "a second factor cannot be opened: `hookgram user second-factor-off EMAIL` switches it off"
            );
            EntryFault::FactorLocked
        }
        error => broken(error),
    }
}

impl SignInAttempt<'_> {
    /// With an address and a password.
    ///
    /// # Errors
    /// Why not.
    pub async fn by_password(&self, email: &str, password: SecretString) -> Result<(User, Entry), EntryFault> {
        let user = self.state.store.accounts.user_by_email(email.trim()).await.map_err(broken)?;
        let user = self.verified(email, user, password).await?;
        let entry = self.after_password(&user).await.map_err(broken)?;
        Ok((user, entry))
    }

    /// Whose password it is. Takes as long where there is no such account.
    async fn verified(&self, email: &str, user: Option<User>, password: SecretString) -> Result<User, EntryFault> {
        let state = self.state;
        let origin = self.origin(user.as_ref());
        let turn = state.passwords.queue_up(&origin).ok_or(EntryFault::TooMany(BUSY))?;
        state.throttle.attempt(email, &origin).map_err(EntryFault::TooMany)?;
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let right = turn.verify(password.clone(), hash).await.map_err(broken)?;
        let Some(user) = user.clone().filter(|_| right) else {
            self.refused(user);
            return Err(EntryFault::Wrong);
        };
        state.throttle.succeeded(email, &origin);
        if let Some(old) = user.password_hash.as_ref().filter(|hash| password::is_outdated(hash)) {
            let new = state.passwords.hash(password).await.map_err(broken)?;
            state.store.accounts.rehash_password(user.account.id, old, &new).await.map_err(broken)?;
        }
        Ok(user)
    }

    /// Records a wrong password, behind the answer's back: its time must not tell whether there is such an account. An address
    /// that nobody has goes into the log alone, and not by name: it may be a password in the wrong field.
    fn refused(&self, user: Option<User>) {
        let id = user.as_ref().map(|user| user.account.id);
        tracing::warn!(user = id, address = %self.client.address, "a wrong address or password");
        let Some(user) = user else { return };
        let (store, by) = (self.state.store.clone(), self.client.by(&user.account.email));
        tokio::spawn(async move {
            if let Err(error) = store.accounts.sign_in_failed(&user.account, AuditAction::SignInFailed, None, &by).await
            {
                tracing::error!(%error, "a failed sign-in could not be recorded");
            }
        });
    }

    /// Once it is certain that it is they, but for the second factor.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn after_password(&self, user: &User) -> Result<Entry, StoreError> {
        if user.has_second_factor {
            return Ok(Entry::Half(session::open_half(self.state, user).await?));
        }
        Ok(Entry::Open(self.open(user).await?))
    }

    /// With the second factor, after the password.
    ///
    /// # Errors
    /// Why not.
    pub async fn by_code(&self, half: &[u8], proof: &Proof) -> Result<(User, Vec<SetCookie>), EntryFault> {
        let store = &self.state.store;
        let id = store.accounts.half_session(half, now()).await.map_err(broken)?.ok_or(EntryFault::Late)?;
        let user = store.accounts.user(id).await.map_err(broken)?.ok_or(EntryFault::Late)?;
        store.accounts.try_half_session(half, now(), TRIES).await.map_err(broken)?.ok_or(EntryFault::Late)?;
        self.take(&user, proof).await?;
        if !store.accounts.end_half_session(half).await.map_err(broken)? {
            return Err(EntryFault::Late);
        }
        let mut cookies = self.open(&user).await.map_err(broken)?;
        cookies.push(Cookies::of(self.state).clear(Kind::HalfSession));
        Ok((user, cookies))
    }

    /// Takes a second factor if it is right. Each attempt is counted before it is judged, wherever it is asked for.
    async fn take(&self, user: &User, proof: &Proof) -> Result<(), EntryFault> {
        let (state, id, origin) = (self.state, user.account.id, self.origin(Some(user)));
        let (store, by_recovery) = (&state.store, format!("recovery {}", user.account.email));
        let is_code = matches!(proof, Proof::Code(_));
        if is_code {
            let tried = store.accounts.try_code(id, origin.browser(), now()).await.map_err(broken)?;
            tried.map_err(|wait| EntryFault::TooManyCodes(seconds(wait)))?;
        } else {
            // Nobody guesses 79 bits; the limit is for the work.
            state.throttle.attempt(&by_recovery, &origin).map_err(EntryFault::TooMany)?;
        }
        let by = self.client.by(&user.account.email);
        if !proof.take(state, &user.account, &by).await.map_err(unprovable)? {
            let browser = origin.browser().filter(|_| is_code);
            store
                .accounts
                .sign_in_failed(&user.account, AuditAction::FactorFailed, browser, &by)
                .await
                .map_err(broken)?;
            return Err(proof.fault());
        }
        if is_code {
            store.accounts.code_was_right(id, origin.browser()).await.map_err(broken)?;
        } else {
            state.throttle.succeeded(&by_recovery, &origin);
        }
        Ok(())
    }

    /// Proves that whoever uses a session is its owner: the password where there is one, and the second factor where there is
    /// one.
    ///
    /// # Errors
    /// Why not.
    pub async fn prove(&self, user: &User, password: SecretString, proof: &Proof) -> Result<Proved, EntryFault> {
        if user.password_hash.is_some() {
            self.verified(&user.account.email, Some(user.clone()), password).await?;
        }
        if user.has_second_factor {
            self.take(user, proof).await?;
        }
        Ok(Proved::new())
    }

    /// Proves it for what follows. The session goes on under another token.
    ///
    /// # Errors
    /// Why not.
    pub async fn confirm(&self, user_id: i64, password: SecretString, proof: &Proof) -> Result<SetCookie, EntryFault> {
        let session = self.session.ok_or(EntryFault::Late)?;
        let user = self.state.store.accounts.user(user_id).await.map_err(broken)?.ok_or(EntryFault::Late)?;
        let proved = self.prove(&user, password, proof).await?;
        let rotated = session::rotate(self.state, session, Some(proved)).await.map_err(broken)?;
        rotated.map(|(cookie, _)| cookie).ok_or(EntryFault::Late)
    }

    /// A session, and what this browser is known by from now on.
    async fn open(&self, user: &User) -> Result<Vec<SetCookie>, StoreError> {
        let session = session::open(self.state, user, self.client, self.session).await?;
        Ok(vec![session, self.make_known(user)?])
    }

    /// The cookie that makes this browser a known one.
    ///
    /// # Errors
    /// If it cannot be sealed.
    pub fn make_known(&self, user: &User) -> Result<SetCookie, SealError> {
        Cookies::of(self.state).make_known(self.state.store.secrets.sealer(), user, now())
    }

    fn origin(&self, user: Option<&User>) -> Origin {
        let (cookies, sealer) = (Cookies::of(self.state), self.state.store.secrets.sealer());
        let browser = user.and_then(|user| cookies.known_browser(sealer, user, self.headers, now()));
        browser.map_or(Origin::Address(self.client.address), Origin::Browser)
    }
}

/// Whole seconds, at least 1.
fn seconds(wait: Millis) -> u64 {
    u64::try_from(wait).unwrap_or_default().div_ceil(1000).max(1)
}
