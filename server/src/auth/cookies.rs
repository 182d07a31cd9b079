//! The cookies by which a browser is known: what they are called, how they are set, and what is read of those that come.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;

use crate::{
    codes,
    seal::{Place, SealError, Sealer},
    state::AppState,
};

/// Characters: what is longer was not set here.
const LONGEST: usize = 256;

/// A whole `Set-Cookie` value.
#[derive(Clone)]
pub struct SetCookie(pub String);

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A session's token.
    Session,
    /// The token under which a sign-in waits for its second factor.
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

    /// The cookie's name; behind TLS one that no other host and no plain HTTP can set.
    #[must_use]
    pub fn name(self, is_https: bool) -> String {
        if is_https { format!("__Host-{}", self.plain_name()) } else { self.plain_name().to_owned() }
    }
}

/// How cookies are set and read at this server's public address.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Whether that address is `https://`.
    pub is_https: bool,
}

impl Cookies {
    /// Those of a server.
    #[must_use]
    pub fn of(state: &AppState) -> Self {
        Self { is_https: state.public_url.is_https() }
    }

    /// Sets one for so many seconds.
    #[must_use]
    pub fn set(self, kind: Kind, value: &str, max_age: i64) -> SetCookie {
        let secure = if self.is_https { "; Secure" } else { "" };
        let name = kind.name(self.is_https);
        SetCookie(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}"))
    }

    /// Takes one away.
    #[must_use]
    pub fn clear(self, kind: Kind) -> SetCookie {
        self.set(kind, "", 0)
    }

    /// The value that a request carries, as it came: nothing says yet that it was set here.
    #[must_use]
    pub fn value(self, kind: Kind, headers: &HeaderMap) -> Option<&str> {
        let name = kind.name(self.is_https);
        app::cookies::values(headers, &name).find(|value| !value.is_empty() && value.len() <= LONGEST)
    }

    /// The hash of the token that a request carries, by which the store knows it.
    #[must_use]
    pub fn token_hash(self, kind: Kind, headers: &HeaderMap) -> Option<Vec<u8>> {
        self.value(kind, headers).map(codes::hash)
    }

    /// Says that an account has signed in from this browser; each time with another proof.
    ///
    /// # Errors
    /// If it cannot be sealed.
    pub fn make_known(self, sealer: &Sealer, user_id: i64, max_age: i64) -> Result<SetCookie, SealError> {
        let proof = sealer.seal(Place::KnownBrowser(user_id), &codes::webhook_key())?;
        Ok(self.set(Kind::KnownBrowser, &URL_SAFE_NO_PAD.encode(proof), max_age))
    }

    /// What tells this browser from others from which the account has signed in; `None` where it has not from this one.
    #[must_use]
    pub fn known_browser(self, sealer: &Sealer, user_id: i64, headers: &HeaderMap) -> Option<SecretString> {
        let sealed = URL_SAFE_NO_PAD.decode(self.value(Kind::KnownBrowser, headers)?).ok()?;
        sealer.open(Place::KnownBrowser(user_id), &sealed).ok()
    }
}

/// Puts cookies into an answer.
pub fn hand_over(response: &mut Response, cookies: impl IntoIterator<Item = SetCookie>) {
    for cookie in cookies {
        // Names and values are ours: letters, digits and a few signs.
        if let Ok(value) = HeaderValue::from_str(&cookie.0) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}
