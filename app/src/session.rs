//! Who is signed in, and what they may do. A permission is a type: only this module makes one.

/// Whether something needs a person: the page of the server's health says what. The server puts it into the context.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug, Default)]
pub struct NeedsYou(pub bool);

#[cfg(feature = "ssr")]
pub use guard::{Admin, Operator, Permission, Viewer, admin, operator, viewer};

#[cfg(feature = "ssr")]
mod guard {
    use hookgram::role::{Account, Role};

    use crate::error::AppError;

    /// What an account may do, as a type: whoever holds one has been let in.
    pub trait Permission: Clone + Send + Sync + Sized + 'static {
        /// The lowest role that has it.
        const ROLE: Role;

        /// The permission, if this account has it.
        ///
        /// # Errors
        /// [`AppError::Forbidden`] if its role is lower.
        fn of(account: Account) -> Result<Self, AppError>;

        /// Whose permission it is.
        fn account(&self) -> &Account;

        /// Whoever may do anything may see.
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
                /// Whose permission it is.
                #[must_use]
                pub fn account(&self) -> &Account {
                    &self.0
                }

                /// The permission, if this account has it.
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

            /// The permission of whoever sent the current request.
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
