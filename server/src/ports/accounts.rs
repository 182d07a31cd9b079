//! Accounts.

use app::{error::AppError, ports::Accounts, preferences::tag};
use async_trait::async_trait;
use hookgram::{preferences::Theme, role::Account, values::Language};

use super::{Port, internal};

#[async_trait]
impl Accounts for Port {
    async fn prefer(
        &self,
        account: &Account,
        language: Option<Language>,
        theme: Option<Theme>,
    ) -> Result<(), AppError> {
        // “As the system has it” is no wish that must follow elsewhere.
        let theme = theme.map(|theme| if theme == Theme::System { "" } else { theme.name() });
        self.state.store.prefer(account.id, language.map(tag), theme, None).await.map_err(internal)
    }
}
