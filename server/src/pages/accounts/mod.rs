//! Signing in, the signed-in account, and the accounts and invitations that admins manage.

pub(super) mod account;
pub(super) mod caller;
pub(super) mod entry;
pub(super) mod factor;
pub(super) mod links;
pub(super) mod users;

pub(super) use self::{account::or_confirm, caller::Caller};
