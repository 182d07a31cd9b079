//! Tests of the pages in a real Chromium.

mod accounts;
mod administration;
mod audit;
mod booking;
mod builder;
mod driver;
mod harness;
mod log;
mod narrow;
mod preview;
mod profiles;
mod saving;
mod scenes;
mod share;
#[path = "../support/mod.rs"]
mod support;
mod taken_over;
mod translated;
mod walk;
