//! The words of each page.

mod builder;
mod chats;
mod builder_form;
mod errors;
mod outcomes;
mod profiles;
mod sandbox;
mod share;
mod shell;
mod sign_in;

pub use self::{
    builder::BuilderWords, builder_form::FormWords, chats::ChatWords, errors::Errors, outcomes::Outcomes, profiles::ProfilesWords,
    sandbox::SandboxWords, share::ShareWords, shell::Shell, sign_in::SignInWords,
};
