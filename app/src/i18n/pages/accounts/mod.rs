//! Accounts: signing in, one's own account, and the people who may sign in.

mod account;
mod sign_in;
mod users;

pub use self::{
    account::{AccountWords, ConfirmWords, FactorWords, codes_left},
    sign_in::{ConfirmEmailWords, PasswordFault, PasswordWords, SignInWords},
    users::{UserWords, role_allows, role_name},
};
