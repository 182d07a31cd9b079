//! Signing in, one's own account, and the people who may sign in.

pub(super) mod account;
pub(super) mod caller;
pub(super) mod entry;
pub(super) mod factor;
pub(super) mod links;
pub(super) mod users;

pub(super) use self::{account::or_confirm, caller::Caller};
