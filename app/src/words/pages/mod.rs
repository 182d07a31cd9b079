//! The words of each page.

mod builder;
mod builder_form;
mod chats;
mod errors;
mod outcomes;
mod preview;
mod profiles;
mod quiet;
mod sandbox;
mod share;
mod shell;
mod sign_in;

pub use self::{
    builder::BuilderWords,
    builder_form::FormWords,
    chats::{ChatTitle, ChatWords},
    errors::Errors,
    outcomes::Outcomes,
    preview::{BubbleWords, PreviewWords},
    profiles::ProfilesWords,
    quiet::{QuietWords, Toasts},
    sandbox::{SandboxTitle, SandboxWords},
    share::{ShareTitle, ShareWords},
    shell::Shell,
    sign_in::SignInWords,
};
