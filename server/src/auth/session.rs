//! Sessions: a random token in a cookie, its hash in the store.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use crate::{
    auth::guard::Client,
    codes,
    state::AppState,
    store::{NewSession, OpenSession, StoreError},
    time::{Millis, now},
};

const DAY: Millis = 24 * 60 * 60 * 1000;
/// A session ends after lying idle this long.
pub(crate) const IDLE: Millis = 14 * DAY;
/// A session ends after this long, however much it is used.
const LONGEST: Millis = 90 * DAY;
/// Its use is noted no more often than this.
const TOUCH: Millis = 60_000;
/// How long a sign-in waits for its second factor.
const HALF: Millis = 5 * 60 * 1000;

/// A whole `Set-Cookie` value that starts or ends a session.
#[derive(Clone)]
pub struct SessionCookie(pub String);

/// The session of the current request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentSession {
    /// The hash of its token.
    pub hash: Vec<u8>,
    /// When its owner last proved who they are.
    pub confirmed_at: Millis,
    /// Whether the account has a password that can be asked for.
    pub has_password: bool,
    /// Whether the account has a second factor.
    pub has_second_factor: bool,
}

/// Opens a session, ends the one it replaces, and says the cookie.
///
/// # Errors
/// If the store fails.
pub async fn open(
    state: &AppState,
    user_id: i64,
    client: &Client,
    replaced: Option<&CurrentSession>,
) -> Result<SessionCookie, StoreError> {
    let token = codes::secret();
    let hash = codes::hash(&token);
    let address = client.address.to_string();
    state
        .store
        .add_session(NewSession {
            token_hash: &hash,
            user_id,
            now: now(),
            expires_at: now().saturating_add(LONGEST),
            user_agent: &client.user_agent,
            address: &address,
        })
        .await?;
    if let Some(old) = replaced {
        state.store.end_session(&old.hash).await?;
    }
    Ok(cookie(state, SESSION, &token, LONGEST / 1000))
}

/// Gives a session another token; with `confirmed`, its owner has just proved who they are. The cookie and the session as it
/// then is, or `None` where it has ended meanwhile.
///
/// # Errors
/// If the store fails.
pub async fn rotate(
    state: &AppState,
    current: &CurrentSession,
    confirmed: bool,
) -> Result<Option<(SessionCookie, CurrentSession)>, StoreError> {
    let token = codes::secret();
    let hash = codes::hash(&token);
    let confirmed_at = confirmed.then(now);
    if !state.store.rotate_session(&current.hash, &hash, confirmed_at).await? {
        return Ok(None);
    }
    let confirmed_at = confirmed_at.unwrap_or(current.confirmed_at);
    Ok(Some((cookie(state, SESSION, &token, LONGEST / 1000), CurrentSession { hash, confirmed_at, ..current.clone() })))
}

/// Puts cookies into an answer.
pub fn hand_over(response: &mut Response, cookies: impl IntoIterator<Item = SessionCookie>) {
    for cookie in cookies {
        // Names and values are ours: letters, digits and a few signs.
        if let Ok(value) = HeaderValue::from_str(&cookie.0) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

/// The cookie that clears a session's.
#[must_use]
pub fn cleared(state: &AppState) -> SessionCookie {
    cookie(state, SESSION, "", 0)
}

/// Keeps that a password was right and the second factor is still to come, and says the cookie.
///
/// # Errors
/// If the store fails.
pub async fn open_half(state: &AppState, user_id: i64) -> Result<SessionCookie, StoreError> {
    let token = codes::secret();
    state.store.add_half_session(&codes::hash(&token), user_id, now(), now().saturating_add(HALF)).await?;
    Ok(cookie(state, HALF_SESSION, &token, HALF / 1000))
}

/// The hash of the token under which a sign-in waits for its second factor.
#[must_use]
pub fn half(state: &AppState, headers: &HeaderMap) -> Option<Vec<u8>> {
    value(headers, &name(state, HALF_SESSION)).map(|token| codes::hash(&token))
}

/// The cookie that clears that of a sign-in that waited.
#[must_use]
pub fn half_cleared(state: &AppState) -> SessionCookie {
    cookie(state, HALF_SESSION, "", 0)
}

/// The session that a request carries, if it has not run out.
///
/// # Errors
/// If the store fails.
pub async fn load(state: &AppState, headers: &HeaderMap) -> Result<Option<(CurrentSession, OpenSession)>, StoreError> {
    let Some(token) = value(headers, &name(state, SESSION)) else { return Ok(None) };
    let hash = codes::hash(&token);
    let Some(session) = state.store.session(&hash, now(), IDLE).await? else { return Ok(None) };
    if now().saturating_sub(session.last_used_at) > TOUCH {
        state.store.touch_session(&hash, now()).await?;
    }
    let current = CurrentSession {
        hash,
        confirmed_at: session.confirmed_at,
        has_password: session.has_password,
        has_second_factor: session.has_second_factor,
    };
    Ok(Some((current, session)))
}

const SESSION: &str = "hookgram_session";
const HALF_SESSION: &str = "hookgram_sign_in";

fn is_https(state: &AppState) -> bool {
    state.public_url.starts_with("https://")
}

/// A cookie's name; behind TLS one that no other host and no plain HTTP can set.
pub(super) fn name(state: &AppState, plain: &str) -> String {
    if is_https(state) { format!("__Host-{plain}") } else { plain.to_owned() }
}

pub(super) fn cookie(state: &AppState, plain: &str, token: &str, max_age: i64) -> SessionCookie {
    let secure = if is_https(state) { "; Secure" } else { "" };
    let name = name(state, plain);
    SessionCookie(format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}"))
}

pub(super) fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty() && value.len() <= 256)
        .map(|(_, value)| value.to_owned())
}
