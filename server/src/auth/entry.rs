//! The ways in: a password, then the second factor where there is one; and proving oneself once more.

use app::session::Account;
use axum::http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    client::Client,
    cookies::{Cookies, Kind, SetCookie},
    password,
    second_factor::Proof,
    session::{self, CurrentSession},
    throttle::Origin,
};
use crate::{
    audit::By,
    state::AppState,
    store::{StoreError, User},
    time::now,
};

/// How long to wait while too many sign in at once, in seconds.
const BUSY: u64 = 3;
/// Tries at the second factor before the password is asked for anew.
const TRIES: i64 = 5;
/// Seconds: how long a browser is known that has signed in before.
const KNOWN_FOR: i64 = 365 * 24 * 60 * 60;

/// Whoever wants to come in.
#[derive(Clone, Copy)]
pub struct Comer<'a> {
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

impl Comer<'_> {
    /// With an address and a password.
    ///
    /// # Errors
    /// Why not.
    pub async fn by_password(&self, email: &str, password: SecretString) -> Result<(User, Entry), EntryFault> {
        let user = self.state.store.user_by_email(email.trim()).await.map_err(broken)?;
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
            state.store.rehash_password(user.account.id, old, &new).await.map_err(broken)?;
        }
        Ok(user)
    }

    /// Records a wrong password, behind the answer's back: its time must not tell whether there is such an account. An address
    /// that nobody has goes into the log alone, and not by name: it may be a password in the wrong field.
    fn refused(&self, user: Option<User>) {
        let id = user.as_ref().map(|user| user.account.id);
        tracing::warn!(user = id, address = %self.client.address, "a wrong address or password");
        let Some(user) = user else { return };
        let (store, by) = (self.state.store.clone(), By::account(&user.account, self.client));
        tokio::spawn(async move {
            if let Err(error) = store.note_wrong_password(&user.account, &by).await {
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
            return Ok(Entry::Half(session::open_half(self.state, user.account.id).await?));
        }
        Ok(Entry::Open(self.open(&user.account).await?))
    }

    /// With the second factor, after the password.
    ///
    /// # Errors
    /// Why not.
    pub async fn by_code(&self, half: &[u8], proof: &Proof) -> Result<(User, Vec<SetCookie>), EntryFault> {
        let store = &self.state.store;
        let id = store.half_session(half, now()).await.map_err(broken)?.ok_or(EntryFault::Late)?;
        let user = store.user(id).await.map_err(broken)?.ok_or(EntryFault::Late)?;
        let origin = self.origin(Some(&user));
        self.state.code_throttle.attempt(&user.account.email, &origin).map_err(EntryFault::TooMany)?;
        store.try_half_session(half, now(), TRIES).await.map_err(broken)?.ok_or(EntryFault::Late)?;
        if !self.proves(&user.account, proof).await? {
            return Err(proof.fault());
        }
        if !store.end_half_session(half).await.map_err(broken)? {
            return Err(EntryFault::Late);
        }
        self.state.code_throttle.succeeded(&user.account.email, &origin);
        let mut cookies = self.open(&user.account).await.map_err(broken)?;
        cookies.push(Cookies::of(self.state).clear(Kind::HalfSession));
        Ok((user, cookies))
    }

    /// Proves that whoever uses a session is its owner: the password where there is one, and the second factor where there is
    /// one. The session goes on under another token.
    ///
    /// # Errors
    /// Why not.
    pub async fn confirm(&self, user_id: i64, password: SecretString, proof: &Proof) -> Result<SetCookie, EntryFault> {
        let session = self.session.ok_or(EntryFault::Late)?;
        let user = self.state.store.user(user_id).await.map_err(broken)?.ok_or(EntryFault::Late)?;
        let email = user.account.email.clone();
        if user.password_hash.is_some() {
            self.verified(&email, Some(user.clone()), password).await?;
        }
        if user.has_second_factor {
            let origin = self.origin(Some(&user));
            self.state.code_throttle.attempt(&email, &origin).map_err(EntryFault::TooMany)?;
            if !self.proves(&user.account, proof).await? {
                return Err(proof.fault());
            }
            self.state.code_throttle.succeeded(&email, &origin);
        }
        let rotated = session::rotate(self.state, session, true).await.map_err(broken)?;
        rotated.map(|(cookie, _)| cookie).ok_or(EntryFault::Late)
    }

    /// Whether this is the password of whoever is signed in.
    ///
    /// # Errors
    /// Why not.
    pub async fn knows_password(&self, user: &User, password: SecretString) -> Result<(), EntryFault> {
        self.verified(&user.account.email, Some(user.clone()), password).await.map(drop)
    }

    /// A session, and what this browser is known by from now on.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn open(&self, account: &Account) -> Result<Vec<SetCookie>, StoreError> {
        let session = session::open(self.state, account, self.client, self.session).await?;
        let known = Cookies::of(self.state).make_known(self.state.store.sealer(), account.id, KNOWN_FOR)?;
        Ok(vec![session, known])
    }

    /// Whether the second factor is right. The audit records a wrong one.
    async fn proves(&self, account: &Account, proof: &Proof) -> Result<bool, EntryFault> {
        let by = By::account(account, self.client);
        let right = proof.take(self.state, account, &by).await.map_err(unprovable)?;
        if !right {
            self.state.store.note_wrong_code(account, &by).await.map_err(broken)?;
        }
        Ok(right)
    }

    fn origin(&self, user: Option<&User>) -> Origin {
        let (cookies, sealer) = (Cookies::of(self.state), self.state.store.sealer());
        let proof = user.and_then(|user| cookies.known_browser(sealer, user.account.id, self.headers));
        proof.map_or(Origin::Address(self.client.address), |proof| Origin::Browser(proof.expose_secret().to_owned()))
    }
}
