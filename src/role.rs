//! Accounts and what they may do. Roles are global (contract, introduction).

use serde::{Deserialize, Serialize};

use crate::closed_set::closed_set;

closed_set! {
    /// What an account may do. A later role may do everything that an earlier one may.
    pub enum Role {
        /// Sees, changes nothing.
        Viewer = "viewer",
        /// Profiles, deliveries, replay.
        Operator = "operator",
        /// Everything.
        Admin = "admin",
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The user's id.
    pub id: i64,
    /// The address they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
}
