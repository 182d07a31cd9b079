//! The words of each page.

#[cfg(feature = "ssr")]
mod account;
#[cfg(feature = "ssr")]
mod audit;
mod builder;
mod builder_form;
mod chats;
mod errors;
#[cfg(feature = "ssr")]
mod health;
#[cfg(feature = "ssr")]
mod log;
#[cfg(feature = "ssr")]
mod notes;
#[cfg(feature = "ssr")]
mod outcomes;
mod preview;
#[cfg(feature = "ssr")]
mod profiles;
#[cfg(feature = "ssr")]
mod quiet;
#[cfg(feature = "ssr")]
mod sandbox;
#[cfg(feature = "ssr")]
mod settings;
#[cfg(feature = "ssr")]
mod share;
mod shell;
#[cfg(feature = "ssr")]
mod sign_in;
#[cfg(feature = "ssr")]
mod users;

#[cfg(feature = "ssr")]
pub use self::{
    account::{AccountWords, ConfirmWords, FactorWords, codes_left},
    audit::AuditWords,
    builder::TestWords,
    health::{EraseWords, HealthWords, UnreachableWords},
    log::{ActWords, LogWords, TraceWords},
    notes::NoteWords,
    outcomes::Outcomes,
    profiles::ProfilesWords,
    quiet::{QuietWords, Toasts},
    sandbox::SandboxWords,
    settings::SettingsWords,
    share::ShareWords,
    sign_in::{ConfirmEmailWords, PasswordFault, PasswordWords, SignInWords},
    users::{UserWords, role_allows, role_name},
};
pub use self::{
    builder::BuilderWords,
    builder_form::FormWords,
    chats::{ChatTitle, ChatWords},
    errors::Errors,
    preview::{BubbleWords, PreviewWords},
    shell::Shell,
};
