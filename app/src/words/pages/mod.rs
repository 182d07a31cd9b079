//! The words of each page.

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
    share::{ShareTitle, ShareWords},
    shell::Shell,
    sign_in::SignInWords,
};
#[cfg(feature = "ssr")]
pub use self::{
    health::{EraseWords, HealthWords, UnreachableWords},
    log::{ActWords, LogWords, TraceWords},
    sandbox::SandboxWords,
};
