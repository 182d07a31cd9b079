//! What a person sees and does, in a real Chromium.

mod audit;
mod builder;
mod driver;
mod harness;
mod log;
mod parts;
mod preview;
mod profiles;
mod scenes;
mod share;
#[path = "../support/mod.rs"]
mod support;
mod translated;
mod walk;
