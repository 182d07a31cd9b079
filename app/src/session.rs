//! The signed-in account and its permissions. A permission is a type that only this module can construct.

/// Whether the server has a problem that a person must fix. The server provides it as context; the health page shows
/// the problem.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug, Default)]
pub struct NeedsYou(pub bool);

#[cfg(feature = "ssr")]
pub use guard::{Admin, Operator, Permission, Viewer, admin, operator, viewer};

#[cfg(feature = "ssr")]
mod guard {
    use hookgram::role::{Account, Role};

    use crate::error::AppError;

    /// A permission as a type. A value proves that the account's role was checked.
    pub trait Permission: Clone + Send + Sync + Sized + 'static {
        /// The lowest role with this permission.
        const ROLE: Role;

        /// Checks the account's role and returns its permission.
        ///
        /// # Errors
        /// [`AppError::Forbidden`] if its role is lower.
        fn of(account: Account) -> Result<Self, AppError>;

        /// The account that has the permission.
        fn account(&self) -> &Account;

        /// The permission of a viewer, which every permission includes.
        fn viewer(&self) -> Viewer {
            Viewer(self.account().clone())
        }
    }

    macro_rules! permission {
        ($(#[$doc:meta])* $name:ident, $function:ident, $role:expr) => {
            $(#[$doc])*
            #[derive(Clone, Debug)]
            pub struct $name(Account);

            impl $name {
                /// The account that has the permission.
                #[must_use]
                pub fn account(&self) -> &Account {
                    &self.0
                }

                /// Checks the account's role and returns its permission.
                ///
                /// # Errors
                /// [`AppError::Forbidden`] if its role is lower.
                pub fn of(account: Account) -> Result<Self, AppError> {
                    if account.role >= $role { Ok(Self(account)) } else { Err(AppError::Forbidden) }
                }
            }

            impl Permission for $name {
                const ROLE: Role = $role;

                fn of(account: Account) -> Result<Self, AppError> {
                    Self::of(account)
                }

                fn account(&self) -> &Account {
                    &self.0
                }
            }

            /// The permission of the account that sent the current request.
            ///
            /// # Errors
            /// [`AppError::SignedOut`] without a session, [`AppError::Forbidden`] if the role is lower.
            pub fn $function() -> Result<$name, AppError> {
                let account = leptos::prelude::use_context::<Account>().ok_or(AppError::SignedOut)?;
                $name::of(account)
            }
        };
    }

    permission!(/** May see. */ Viewer, viewer, Role::Viewer);
    permission!(/** May change profiles and deliveries. */ Operator, operator, Role::Operator);
    permission!(/** May do everything. */ Admin, admin, Role::Admin);
}
