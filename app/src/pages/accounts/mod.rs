//! Accounts: signing in, the reader's own account, and users.

mod account;
mod entry;
mod factor;
mod sessions;
mod users;

pub(super) use self::{
    account::{AccountPage, Confirm},
    factor::Factor,
    sessions::EndSessions,
    users::{Invited, User, Users},
};
pub use self::{
    account::{AccountView, ConfirmView},
    entry::{EntryForm, EntryPage, entry},
    factor::FactorView,
    sessions::SessionView,
    users::{InvitationView, InvitedView, Mailed, MemberView, UsersView},
};
