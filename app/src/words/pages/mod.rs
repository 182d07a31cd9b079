//! The words of each page.

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
mod outcomes;
mod preview;
mod profiles;
mod quiet;
#[cfg(feature = "ssr")]
mod sandbox;
#[cfg(feature = "ssr")]
mod settings;
mod share;
mod shell;
mod sign_in;
#[cfg(feature = "ssr")]
mod users;

#[cfg(feature = "ssr")]
pub use self::{
    audit::AuditWords,
    health::{EraseWords, HealthWords, UnreachableWords},
    log::{ActWords, LogWords, TraceWords},
    notes::NoteWords,
    sandbox::SandboxWords,
    settings::SettingsWords,
    users::{UserWords, role_allows, role_name},
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
    sign_in::SignInWords,
};
