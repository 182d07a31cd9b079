//! Sessions: a random token in a cookie, its hash in the store.

use axum::http::HeaderMap;

use crate::{
    auth::{
        confirmed::Proved,
        cookies::{Cookies, Kind, SetCookie},
        second_factor,
    },
    http::client::Client,
    secrets::codes,
    state::AppState,
    store::{NewSession, OpenSession, Store, StoreError, User},
    time::{Millis, now},
};

const DAY: Millis = 24 * 60 * 60 * 1000;
/// A session ends after this long without use, in milliseconds.
pub(crate) const IDLE: Millis = 14 * DAY;
/// The longest life of a session, in milliseconds.
const LONGEST: Millis = 90 * DAY;
/// The shortest time between two writes of a session's last use, in milliseconds.
const TOUCH: Millis = 60_000;
/// How long a sign-in waits for its second factor, in milliseconds.
const HALF: Millis = 5 * 60 * 1000;

/// The session of the current request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentSession {
    /// The hash of the session's token.
    pub hash: Vec<u8>,
    /// When the owner last re-authenticated.
    pub confirmed_at: Millis,
    /// Whether the account has a password.
    pub has_password: bool,
    /// Whether the account has a second factor.
    pub has_second_factor: bool,
}

/// Opens a session, ends the one that it replaces, and returns its cookie.
///
/// # Errors
/// The store failed; [`StoreError::NotFound`] if the account's password or second factor has changed in the meantime.
pub async fn open(
    state: &AppState,
    user: &User,
    client: &Client,
    replaced: Option<&CurrentSession>,
) -> Result<SetCookie, StoreError> {
    let token = codes::secret();
    let hash = codes::hash(&token);
    let address = client.address.to_string();
    let session = NewSession {
        token_hash: &hash,
        user,
        now: now(),
        expires_at: now().saturating_add(LONGEST),
        user_agent: &client.user_agent,
        address: &address,
    };
    let by = client.by(&user.account.email);
    state.store.accounts.add_session(session, &by).await?;
    if let Some(old) = replaced {
        state.store.accounts.end_session(&old.hash, &by).await?;
    }
    Ok(Cookies::of(state).set(Kind::Session, &token, LONGEST / 1000))
}

/// Gives a session another token. With `proved`, the owner has just re-authenticated. Returns the cookie and the
/// changed session, or `None` if the session has ended in the meantime.
pub async fn rotate(
    state: &AppState,
    current: &CurrentSession,
    proved: Option<Proved>,
) -> Result<Option<(SetCookie, CurrentSession)>, StoreError> {
    let token = codes::secret();
    let hash = codes::hash(&token);
    let confirmed_at = proved.map(|_| now());
    if !state.store.accounts.rotate_session(&current.hash, &hash, confirmed_at).await? {
        return Ok(None);
    }
    let confirmed_at = confirmed_at.unwrap_or(current.confirmed_at);
    Ok(Some((
        Cookies::of(state).set(Kind::Session, &token, LONGEST / 1000),
        CurrentSession { hash, confirmed_at, ..current.clone() },
    )))
}

/// Records that the password was right and the second factor is still missing. Returns the cookie of this half-open
/// session.
///
/// # Errors
/// The store failed; [`StoreError::NotFound`] if the account's password has changed in the meantime.
pub async fn open_half(state: &AppState, user: &User) -> Result<SetCookie, StoreError> {
    let token = codes::secret();
    state.store.accounts.add_half_session(&codes::hash(&token), user, now(), now().saturating_add(HALF)).await?;
    Ok(Cookies::of(state).set(Kind::HalfSession, &token, HALF / 1000))
}

/// The session of a request, if it has not expired.
pub async fn load(
    store: &Store,
    cookies: Cookies,
    headers: &HeaderMap,
) -> Result<Option<(CurrentSession, OpenSession)>, StoreError> {
    let Some(hash) = cookies.token_hash(Kind::Session, headers) else { return Ok(None) };
    let Some(session) = store.accounts.session(&hash, now(), IDLE).await? else { return Ok(None) };
    if now().saturating_sub(session.last_used_at) > TOUCH {
        store.accounts.touch_session(&hash, now()).await?;
    }
    let current = CurrentSession {
        hash,
        confirmed_at: session.confirmed_at,
        has_password: session.has_password,
        has_second_factor: session.has_second_factor,
    };
    Ok(Some((current, session)))
}

/// Whether a session may still do what the guard allowed at the start of a long response. If the store fails, this
/// returns false, and the browser requests the page again.
pub(crate) async fn is_open(state: &AppState, hash: &[u8]) -> bool {
    match state.store.accounts.session(hash, now(), IDLE).await {
        Ok(Some(open)) => !second_factor::is_missing(state, open.account.role, open.has_second_factor),
        Ok(None) => false,
        Err(error) => {
            tracing::warn!(%error, "a session could not be checked: its response ends here");
            false
        }
    }
}
