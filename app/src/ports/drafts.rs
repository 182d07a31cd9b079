//! Drafts of the builder.

use async_trait::async_trait;
use hookgram::secret::BotToken;
use secrecy::SecretString;

use crate::{
    error::{AppError, FieldFault},
    form::ProfileForm,
    session::Operator,
};

/// What was typed into the builder, or read from an old URL, and is not stored yet.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The profile that it is a change of; `None` for a new one.
    pub profile: Option<i64>,
    /// The form. Its token stands beside it, the field for one is blank.
    pub form: ProfileForm,
    /// The token that was typed, or that the old URL held.
    pub token: Option<BotToken>,
    /// Why it was not stored; none where nobody tried to.
    pub faults: Vec<FieldFault>,
    /// The old URL that it was read from, as pasted.
    pub old_url: Option<SecretString>,
}

/// Drafts of the builder. Each belongs to the account that made it, and stays for an hour.
#[async_trait]
pub trait Drafts: Send + Sync {
    /// Keeps one; answers with its id.
    async fn keep(&self, operator: &Operator, draft: Draft) -> Result<String, AppError>;
    /// Opens one; `None` where there is no such draft of this account's (any more).
    async fn open(&self, operator: &Operator, id: &str) -> Result<Option<Draft>, AppError>;
    /// Forgets one.
    async fn discard(&self, operator: &Operator, id: &str) -> Result<(), AppError>;
}
