//! Sessions: a random token in a cookie, its hash in the store.

use app::ports::SessionCookie;
use axum::http::{HeaderMap, header};

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

/// The session of the current request, by its token's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentSession(pub Vec<u8>);

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
    if let Some(CurrentSession(old)) = replaced {
        state.store.end_session(old).await?;
    }
    Ok(cookie(state, &token, LONGEST / 1000))
}

/// The cookie that clears a session's.
#[must_use]
pub fn cleared(state: &AppState) -> SessionCookie {
    cookie(state, "", 0)
}

/// The session that a request carries, if it has not run out.
///
/// # Errors
/// If the store fails.
pub async fn load(state: &AppState, headers: &HeaderMap) -> Result<Option<(CurrentSession, OpenSession)>, StoreError> {
    let Some(token) = token(headers, name(state)) else { return Ok(None) };
    let hash = codes::hash(&token);
    let Some(session) = state.store.session(&hash, now(), IDLE).await? else { return Ok(None) };
    if now().saturating_sub(session.last_used_at) > TOUCH {
        state.store.touch_session(&hash, now()).await?;
    }
    Ok(Some((CurrentSession(hash), session)))
}

fn is_https(state: &AppState) -> bool {
    state.public_url.starts_with("https://")
}

fn name(state: &AppState) -> &'static str {
    if is_https(state) { "__Host-hookgram_session" } else { "hookgram_session" }
}

fn cookie(state: &AppState, token: &str, max_age: i64) -> SessionCookie {
    let secure = if is_https(state) { "; Secure" } else { "" };
    let name = name(state);
    SessionCookie(format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}"))
}

fn token(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty() && value.len() <= 128)
        .map(|(_, value)| value.to_owned())
}
