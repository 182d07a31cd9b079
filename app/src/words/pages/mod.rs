//! The words of each page.

#[cfg(feature = "ssr")]
mod account;
mod builder;
mod builder_form;
mod chats;
mod errors;
#[cfg(feature = "ssr")]
mod health;
#[cfg(feature = "ssr")]
mod log;
mod outcomes;
mod preview;
mod profiles;
mod quiet;
#[cfg(feature = "ssr")]
mod sandbox;
mod share;
mod shell;
#[cfg(feature = "ssr")]
mod sign_in;

#[cfg(feature = "ssr")]
pub use self::{
    account::{AccountWords, ConfirmWords, FactorWords, codes_left, role},
    health::{EraseWords, HealthWords, UnreachableWords},
    log::{ActWords, LogWords, TraceWords},
    sandbox::SandboxWords,
    sign_in::{PasswordFault, PasswordWords, SignInWords},
};
pub use self::{
    builder::BuilderWords,
    builder_form::FormWords,
    chats::{ChatTitle, ChatWords},
    errors::Errors,
    outcomes::Outcomes,
    preview::{BubbleWords, PreviewWords},
    profiles::ProfilesWords,
    quiet::{QuietWords, Toasts},
    share::{ShareTitle, ShareWords},
    shell::Shell,
};
