//! Signing in with a password and then the second factor if there is one, and re-authentication within a session.

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

/// `Retry-After` while too many attempts are in progress, in seconds.
const BUSY: u64 = 3;
/// The most attempts at the second factor before the password must be entered again.
const TRIES: i64 = 5;

/// An attempt to sign in, or to re-authenticate within a session.
#[derive(Clone, Copy)]
pub struct SignInAttempt<'a> {
    /// The server's state.
    pub state: &'a AppState,
    /// The client that sent the request.
    pub client: &'a Client,
    /// The request's headers, with the browser's cookies.
    pub headers: &'a HeaderMap,
    /// The session that the request already has.
    pub session: Option<&'a CurrentSession>,
}

/// The result of a successful step.
pub enum Entry {
    /// Signed in, with the cookies to set.
    Open(Vec<SetCookie>),
    /// The second factor is still missing. The cookie identifies the half-open session.
    Half(SetCookie),
}

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryFault {
    /// Wrong address or password. The response does not distinguish the two.
    Wrong,
    /// The app's code is wrong, or was used before.
    WrongCode,
    /// The recovery code is wrong, or was used before.
    WrongRecovery,
    /// The secret of the second factor cannot be decrypted, so no code of the app can be checked.
    FactorLocked,
    /// The password was entered too long ago, or too many codes were tried. The sign-in has to start again.
    Late,
    /// Too many attempts. The value is the wait in seconds.
    TooMany(u64),
    /// Too many wrong codes of the app. The next code is accepted after this many seconds; a recovery code is accepted
    /// at once.
    TooManyCodes(u64),
    /// An error of the server. It is already logged.
    Internal,
}

/// Logs an error of the server. The response does not contain it.
pub fn broken(error: impl std::fmt::Display) -> EntryFault {
    tracing::error!(%error, "a sign-in failed because of a server error");
    EntryFault::Internal
}

fn unprovable(error: StoreError) -> EntryFault {
    match error {
        StoreError::Seal(_) => {
            tracing::error!("a second factor cannot be decrypted: `hookgram user second-factor-off EMAIL` disables it");
            EntryFault::FactorLocked
        }
        error => broken(error),
    }
}

impl SignInAttempt<'_> {
    /// Signs in with an address and a password.
    pub async fn by_password(&self, email: &str, password: SecretString) -> Result<(User, Entry), EntryFault> {
        let user = self.state.store.accounts.user_by_email(email.trim()).await.map_err(broken)?;
        let user = self.verified(email, user, password).await?;
        let entry = self.after_password(&user).await.map_err(broken)?;
        Ok((user, entry))
    }

    /// Checks a password. The check takes equally long if there is no such account.
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

    /// Records a wrong password in a separate task, because the duration of the response must not reveal whether the
    /// account exists. An unknown address is not logged: it may be a password in the wrong field.
    fn refused(&self, user: Option<User>) {
        let id = user.as_ref().map(|user| user.account.id);
        tracing::warn!(user = id, address = %self.client.address, "wrong e-mail address or password");
        let Some(user) = user else { return };
        let (store, by) = (self.state.store.clone(), self.client.by(&user.account.email));
        tokio::spawn(async move {
            if let Err(error) = store.accounts.sign_in_failed(&user.account, AuditAction::SignInFailed, None, &by).await
            {
                tracing::error!(%error, "a failed sign-in could not be recorded");
            }
        });
    }

    /// Continues after a right password, or after a link that replaces it. Opens a session, or a half-open session if
    /// the account has a second factor.
    ///
    /// # Errors
    /// The store failed.
    pub async fn after_password(&self, user: &User) -> Result<Entry, StoreError> {
        if user.has_second_factor {
            return Ok(Entry::Half(session::open_half(self.state, user).await?));
        }
        Ok(Entry::Open(self.open(user).await?))
    }

    /// Completes a sign-in with the second factor.
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

    /// Checks a second factor and uses it up if it is right. Every attempt is counted before the check, at a sign-in as
    /// well as in a session.
    async fn take(&self, user: &User, proof: &Proof) -> Result<(), EntryFault> {
        let (state, id, origin) = (self.state, user.account.id, self.origin(Some(user)));
        let (store, by_recovery) = (&state.store, format!("recovery {}", user.account.email));
        let is_code = matches!(proof, Proof::Code(_));
        if is_code {
            let tried = store.accounts.try_code(id, origin.browser(), now()).await.map_err(broken)?;
            tried.map_err(|wait| EntryFault::TooManyCodes(seconds(wait)))?;
        } else {
            // A code of 79 bits cannot be guessed; the limit only bounds the server's work.
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

    /// Checks the password and the second factor, as far as the account has them, as proof that the person who uses a
    /// session is its owner.
    pub async fn prove(&self, user: &User, password: SecretString, proof: &Proof) -> Result<Proved, EntryFault> {
        if user.password_hash.is_some() {
            self.verified(&user.account.email, Some(user.clone()), password).await?;
        }
        if user.has_second_factor {
            self.take(user, proof).await?;
        }
        Ok(Proved::new())
    }

    /// Re-authenticates the session for the requests that follow, and gives it another token.
    pub async fn confirm(&self, user_id: i64, password: SecretString, proof: &Proof) -> Result<SetCookie, EntryFault> {
        let session = self.session.ok_or(EntryFault::Late)?;
        let user = self.state.store.accounts.user(user_id).await.map_err(broken)?.ok_or(EntryFault::Late)?;
        let proved = self.prove(&user, password, proof).await?;
        let rotated = session::rotate(self.state, session, Some(proved)).await.map_err(broken)?;
        rotated.map(|(cookie, _)| cookie).ok_or(EntryFault::Late)
    }

    /// Opens a session and makes this browser a known one.
    async fn open(&self, user: &User) -> Result<Vec<SetCookie>, StoreError> {
        let session = session::open(self.state, user, self.client, self.session).await?;
        Ok(vec![session, self.make_known(user)?])
    }

    /// The cookie that makes this browser a known one.
    ///
    /// # Errors
    /// The proof could not be sealed.
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
