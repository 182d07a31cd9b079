//! Hookgram's server: the two webhook endpoints, the store, delivery to channels, the pages, the command line.
//!
//! [`webhook`] accepts an event: it renders the messages and stores the event and its messages in one commit of
//! [`store`] before it answers 200. [`delivery`] claims the due deliveries and sends them through [`channel`]. [`mail`]
//! reports failures.

// Print through `observe::output`: the print macros panic if an output is closed or full.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod announcements;
pub mod auth;
pub mod booking;
pub mod channel;
pub mod cli;
pub mod config;
pub mod credentials;
pub mod delivery;
pub mod health;
pub mod http;
mod limits;
pub mod mail;
pub mod observe;
pub mod pages;
pub mod profile_file;
pub mod rendering;
pub mod router;
pub mod secrets;
pub mod serve;
pub mod settings;
pub mod state;
pub mod store;
pub mod time;
pub mod webhook;
