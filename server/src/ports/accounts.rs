//! Accounts and sessions.

use app::{
    ports::{Accounts, SessionCookie, SignInFault},
    session::Viewer,
};
use async_trait::async_trait;
use hookgram::values::EmailAddress;
use secrecy::SecretString;

use super::Port;
use crate::{
    auth::{
        password,
        session::{self, CurrentSession},
    },
    codes,
    store::{LinkKind, StoreError},
};

/// How long to wait while too many sign in at once, in seconds.
const BUSY: u64 = 3;
fn broken(error: impl std::fmt::Display) -> SignInFault {
    tracing::error!(%error, "nobody can sign in");
    SignInFault::Internal
}

#[async_trait]
impl Accounts for Port {
    async fn sign_in(&self, email: &str, password: SecretString) -> Result<SessionCookie, SignInFault> {
        let address = self.asking.client.address;
        let _turn = self.state.passwords.queue_up().ok_or(SignInFault::TooMany { seconds: BUSY })?;
        self.state.throttle.attempt(email, address).map_err(|seconds| SignInFault::TooMany { seconds })?;
        let user = self.state.store.user_by_email(email.trim()).await.map_err(broken)?;
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let right = self.state.passwords.verify(password, hash).await.map_err(broken)?;
        match user {
            Some(user) if right => {
                self.state.throttle.succeeded(email, address);
                session::open(&self.state, user.account.id, &self.asking.client, self.asking.session.as_ref())
                    .await
                    .map_err(broken)
            }
            _ => Err(SignInFault::WrongCredentials),
        }
    }

    async fn setup_open(&self, code: &str) -> bool {
        let accounts = self.state.store.count_users().await;
        let link = self.state.store.link_is_open(&codes::hash(code), LinkKind::Setup).await;
        matches!((accounts, link), (Ok(0), Ok(true)))
    }

    async fn set_up(&self, code: &str, email: &str, password: SecretString) -> Result<SessionCookie, SignInFault> {
        if !self.setup_open(code).await {
            return Err(SignInFault::BadLink);
        }
        let email = EmailAddress::parse(email).ok_or(SignInFault::BadEmail)?;
        if !password::is_acceptable(&password) {
            return Err(SignInFault::BadPassword);
        }
        let hash = self.state.passwords.hash(password).await.map_err(broken)?;
        let account = match self.state.store.set_up(&codes::hash(code), email.as_str(), &hash).await {
            Ok(account) => account,
            Err(StoreError::NotFound) => return Err(SignInFault::BadLink),
            Err(error) => return Err(broken(error)),
        };
        session::open(&self.state, account.id, &self.asking.client, self.asking.session.as_ref()).await.map_err(broken)
    }

    async fn sign_out(&self, _viewer: &Viewer) -> SessionCookie {
        if let Some(CurrentSession(hash)) = &self.asking.session
            && let Err(error) = self.state.store.end_session(hash).await
        {
            tracing::error!(%error, "a session could not be ended");
        }
        session::cleared(&self.state)
    }
}
