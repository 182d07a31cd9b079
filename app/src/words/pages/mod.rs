//! The words of each page.

mod builder;
mod chats;
mod errors;
mod outcomes;
mod profiles;
mod sandbox;
mod share;
mod shell;
mod sign_in;

pub use self::{
    builder::BuilderWords,
    chats::{ChatTitle, ChatWords},
    errors::Errors,
    outcomes::Outcomes,
    profiles::ProfilesWords,
    sandbox::SandboxWords,
    share::{ShareTitle, ShareWords},
    shell::Shell,
    sign_in::SignInWords,
};
