//! Accounts.

use async_trait::async_trait;
use hookgram::{preferences::Theme, role::Account, values::Language};

use crate::error::AppError;

/// Accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Keeps what the owner of an account has chosen; `None` stays as it is.
    async fn prefer(&self, account: &Account, language: Option<Language>, theme: Option<Theme>)
    -> Result<(), AppError>;
}
