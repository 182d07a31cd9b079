//! The cookies that identify a browser: their names, their attributes, and how they are read.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use data_encoding::BASE64URL_NOPAD;
use secrecy::ExposeSecret as _;

use crate::{
    secrets::{
        codes,
        seal::{Place, SealError, Sealer},
    },
    state::AppState,
    store::User,
    time::Millis,
};

/// How long a browser counts as known after a sign-in: 90 days, in milliseconds.
const KNOWN_FOR: Millis = 90 * 24 * 60 * 60 * 1000;
/// The longest value in bytes. The server sets only shorter values, so a longer one is ignored.
const LONGEST: usize = 256;

/// A whole `Set-Cookie` value.
#[derive(Clone)]
pub struct SetCookie(pub String);

/// The purpose of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A session's token.
    Session,
    /// The token of a sign-in that waits for its second factor.
    HalfSession,
    /// The sealed proof that an account has signed in from this browser before.
    KnownBrowser,
}

impl Kind {
    fn plain_name(self) -> &'static str {
        match self {
            Self::Session => "hookgram_session",
            Self::HalfSession => "hookgram_sign_in",
            Self::KnownBrowser => "hookgram_known",
        }
    }

    /// The cookie's name. Under https it begins with `__Host-`, so that no other host and no plain HTTP response can
    /// set it.
    #[must_use]
    pub fn name(self, is_https: bool) -> String {
        if is_https { format!("__Host-{}", self.plain_name()) } else { self.plain_name().to_owned() }
    }
}

/// Sets and reads cookies for this server's public address.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Whether the public address is `https://`.
    pub is_https: bool,
}

impl Cookies {
    /// The cookies of a server.
    #[must_use]
    pub fn of(state: &AppState) -> Self {
        Self { is_https: state.public_url.is_https() }
    }

    /// Sets a cookie that lasts `max_age` seconds.
    #[must_use]
    pub fn set(self, kind: Kind, value: &str, max_age: i64) -> SetCookie {
        let secure = if self.is_https { "; Secure" } else { "" };
        let name = kind.name(self.is_https);
        SetCookie(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}"))
    }

    /// Deletes a cookie.
    #[must_use]
    pub fn clear(self, kind: Kind) -> SetCookie {
        self.set(kind, "", 0)
    }

    /// The cookie's value in the request. It is not verified: anybody may have set it.
    #[must_use]
    pub fn value(self, kind: Kind, headers: &HeaderMap) -> Option<&str> {
        let name = kind.name(self.is_https);
        app::cookies::values(headers, &name).find(|value| !value.is_empty() && value.len() <= LONGEST)
    }

    /// The hash of the token in the request's cookie. The store has sessions by this hash.
    #[must_use]
    pub fn token_hash(self, kind: Kind, headers: &HeaderMap) -> Option<Vec<u8>> {
        self.value(kind, headers).map(codes::hash)
    }

    /// The cookie that proves that an account has signed in from this browser. Each one has a new id.
    ///
    /// # Errors
    /// The proof could not be sealed.
    pub fn make_known(self, sealer: &Sealer, user: &User, now: Millis) -> Result<SetCookie, SealError> {
        let proof = format!("{now} {} {}", user.password_version, codes::webhook_key());
        let proof = sealer.seal(Place::KnownBrowser(user.account.id), &proof)?;
        Ok(self.set(Kind::KnownBrowser, &BASE64URL_NOPAD.encode(&proof), KNOWN_FOR / 1000))
    }

    /// The id of this browser, which distinguishes it from other browsers of the account. `None` if the account has not
    /// signed in from this browser with its current password within the last 90 days.
    #[must_use]
    pub fn known_browser(self, sealer: &Sealer, user: &User, headers: &HeaderMap, now: Millis) -> Option<String> {
        let sealed = BASE64URL_NOPAD.decode(self.value(Kind::KnownBrowser, headers)?.as_bytes()).ok()?;
        let proof = sealer.open(Place::KnownBrowser(user.account.id), &sealed).ok()?;
        let mut parts = proof.expose_secret().splitn(3, ' ');
        let age = now.checked_sub(parts.next()?.parse().ok()?)?;
        let is_present = parts.next()?.parse() == Ok(user.password_version);
        let browser = parts.next()?.to_owned();
        (is_present && (0..KNOWN_FOR).contains(&age)).then_some(browser)
    }
}

/// Adds cookies to a response.
pub fn hand_over(response: &mut Response, cookies: impl IntoIterator<Item = SetCookie>) {
    for cookie in cookies {
        // This cannot fail: the names and values consist of letters, digits and a few signs.
        if let Ok(value) = HeaderValue::from_str(&cookie.0) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use hookgram::role::{Account, Role};

    use super::*;

    fn user(id: i64, password_version: i64) -> User {
        let account = Account { id, email: "a@b.c".into(), role: Role::Viewer };
        User { account, password_hash: None, created_at: 0, has_second_factor: false, password_version }
    }

    #[test]
    fn a_known_browser_cookie_is_valid_for_90_days_or_until_the_password_changes() {
        let (sealer, cookies, at) = (Sealer::ephemeral().unwrap(), Cookies { is_https: false }, 1_700_000_000_000);
        let headers = |cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.split(';').next().unwrap().parse().unwrap());
            headers
        };
        let set = cookies.make_known(&sealer, &user(1, 3), at).unwrap().0;
        assert!(set.ends_with("; Max-Age=7776000"), "{set}");
        let jar = headers(&set);
        let known = |user: &User, now| cookies.known_browser(&sealer, user, &jar, now);
        let first = known(&user(1, 3), at).unwrap();
        assert_eq!(known(&user(1, 3), at + KNOWN_FOR - 1), Some(first.clone()));
        for (user, now) in
            [(user(1, 3), at + KNOWN_FOR), (user(1, 3), at - 1), (user(1, 4), at), (user(1, 2), at), (user(2, 3), at)]
        {
            assert_eq!(known(&user, now), None);
        }
        let again = headers(&cookies.make_known(&sealer, &user(1, 3), at).unwrap().0);
        assert_ne!(cookies.known_browser(&sealer, &user(1, 3), &again, at), Some(first));
        // Earlier versions wrote this cookie without a time, so it did not expire.
        let old = sealer.seal(Place::KnownBrowser(1), &codes::webhook_key()).unwrap();
        let old = headers(&format!("hookgram_known={}", BASE64URL_NOPAD.encode(&old)));
        assert_eq!(cookies.known_browser(&sealer, &user(1, 0), &old, at), None);
    }
}
