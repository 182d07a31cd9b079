//! Accounts and their roles. A role applies to the whole installation (contract, introduction).

use serde::{Deserialize, Serialize};

use crate::closed_set::closed_set;

closed_set! {
    /// The role of an account. Each role includes the permissions of the roles before it.
    pub enum Role {
        /// May read, but not change anything.
        Viewer = "viewer",
        /// May change profiles and deliveries, and replay.
        Operator = "operator",
        /// May do everything.
        Admin = "admin",
    }
}

/// The signed-in account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The user's id.
    pub id: i64,
    /// The e-mail address, which is used to sign in.
    pub email: String,
    /// The role.
    pub role: Role,
}
