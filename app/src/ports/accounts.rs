//! Accounts and sessions.

use async_trait::async_trait;
use secrecy::SecretString;

use crate::session::Viewer;

/// A whole `Set-Cookie` value that starts or ends a session.
#[derive(Clone)]
pub struct SessionCookie(pub String);

/// Why somebody could not sign in or set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInFault {
    /// Wrong address or password: one answer for both.
    WrongCredentials,
    /// Too many attempts; wait this many seconds.
    TooMany {
        /// Seconds.
        seconds: u64,
    },
    /// The link is unknown, used or expired.
    BadLink,
    /// Not an e-mail address.
    BadEmail,
    /// Shorter than 12 characters (counted as Unicode scalar values), or longer than 1,024 bytes.
    BadPassword,
    /// A fault of the server's, already logged.
    Internal,
}

/// Accounts and sessions.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Signs in with a password.
    async fn sign_in(&self, email: &str, password: SecretString) -> Result<SessionCookie, SignInFault>;
    /// Whether a set-up link can still be used.
    async fn setup_open(&self, code: &str) -> bool;
    /// Makes the first admin with a set-up link, and signs them in.
    async fn set_up(&self, code: &str, email: &str, password: SecretString) -> Result<SessionCookie, SignInFault>;
    /// Ends the current request's session; answers with the cookie that clears it.
    async fn sign_out(&self, viewer: &Viewer) -> SessionCookie;
}
