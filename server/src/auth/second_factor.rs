//! The second factor: which roles need one, and how a proof is checked.

use hookgram::role::{Account, Role};

use super::entry::EntryFault;
use crate::credentials::{recovery, totp::Totp};
use crate::{
    secrets::seal::SealError,
    state::AppState,
    store::{StoreError, audit::By},
    time::now,
};

/// Whether accounts of a role must have a second factor.
#[must_use]
pub fn is_required(state: &AppState, role: Role) -> bool {
    state.settings.now().second_factor.asks(role)
}

/// Whether an account must set up its second factor before it can open other pages.
#[must_use]
pub fn is_missing(state: &AppState, role: Role, has_second_factor: bool) -> bool {
    !has_second_factor && is_required(state, role)
}

/// A typed proof of the second factor.
#[derive(Clone)]
pub enum Proof {
    /// The code that the app shows.
    Code(String),
    /// A recovery code.
    Recovery(String),
}

impl Proof {
    /// The proof in a form: the recovery code if it is not blank, else the app's code.
    #[must_use]
    pub fn of(code: &str, recovery: &str) -> Self {
        if recovery.trim().is_empty() { Self::Code(code.to_owned()) } else { Self::Recovery(recovery.to_owned()) }
    }

    pub(super) fn fault(&self) -> EntryFault {
        match self {
            Self::Code(_) => EntryFault::WrongCode,
            Self::Recovery(_) => EntryFault::WrongRecovery,
        }
    }

    /// Checks the proof. A right one is used up.
    ///
    /// # Errors
    /// The store failed; [`StoreError::Seal`] if the secret cannot be decrypted.
    pub(super) async fn take(&self, state: &AppState, account: &Account, by: &By) -> Result<bool, StoreError> {
        match self {
            Self::Recovery(typed) => {
                state.store.accounts.use_recovery_code(account, &recovery::hash(typed), by, now()).await
            }
            Self::Code(typed) => {
                let Some(factor) = state.store.accounts.second_factor(account.id).await? else { return Ok(false) };
                let secret = factor.secret.ok_or(SealError::CannotOpen)?;
                let step = Totp::from_base32(&secret).and_then(|totp| totp.step_of(typed, now(), factor.step));
                match step {
                    Some(step) => state.store.accounts.take_step(account.id, step).await,
                    None => Ok(false),
                }
            }
        }
    }
}
