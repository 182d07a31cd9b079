//! What a person sees and does, in a real Chromium.

mod driver;
mod harness;
mod preview;
#[path = "../support/mod.rs"]
mod support;
mod walk;
