//! What a person sees and does, in a real Chromium.

mod builder;
mod driver;
mod harness;
mod log;
mod parts;
mod preview;
mod profiles;
mod share;
#[path = "../support/mod.rs"]
mod support;
mod walk;
