//! Texts of accounts: signing in, the reader's own account, and users.

mod account;
mod sign_in;
mod users;

pub use self::{
    account::{AccountWords, ConfirmWords, FactorWords, codes_left},
    sign_in::{ConfirmEmailWords, PasswordFault, PasswordWords, SignInWords},
    users::{UserWords, role_allows, role_name},
};
