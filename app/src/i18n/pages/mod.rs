//! Texts of the pages. Each feature has one file or folder.

#[cfg(feature = "ssr")]
mod accounts;
#[cfg(feature = "ssr")]
mod audit;
#[cfg(feature = "ssr")]
mod booking;
mod bots;
mod builder;
#[cfg(feature = "ssr")]
mod common;
#[cfg(feature = "ssr")]
mod customers;
#[cfg(feature = "ssr")]
mod deliveries;
mod errors;
#[cfg(feature = "ssr")]
mod health;
#[cfg(feature = "ssr")]
mod notes;
#[cfg(feature = "ssr")]
mod outcomes;
mod profiles;
#[cfg(feature = "ssr")]
mod sandbox;
#[cfg(feature = "ssr")]
mod settings;
mod shell;
#[cfg(feature = "ssr")]
mod toasts;

#[cfg(feature = "ssr")]
pub use self::{
    accounts::{
        AccountWords, ConfirmEmailWords, ConfirmWords, FactorWords, PasswordFault, PasswordWords, SignInWords,
        UserWords, codes_left, role_allows, role_name,
    },
    audit::AuditWords,
    booking::{BookingWords, booking_field, services_added},
    bots::BotsWords,
    builder::TestWords,
    common::PageWords,
    customers::CustomerWords,
    deliveries::{ActWords, EraseWords, LogWords, TraceWords, UnreachableWords},
    health::HealthWords,
    notes::NoteWords,
    outcomes::Outcomes,
    profiles::{ProfileActionWords, ProfilesWords, ShareWords},
    sandbox::SandboxWords,
    settings::SettingsWords,
    toasts::Toasts,
};
pub use self::{
    bots::{BotStateWords, bot_state},
    builder::{BubbleWords, BuilderWords, FormWords, PreviewWords},
    errors::Errors,
    profiles::{ChatTitle, ChatWords},
    shell::Shell,
};
