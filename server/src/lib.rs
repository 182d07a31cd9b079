//! Hookgram's server: the two webhook endpoints, the store, the delivery to Telegram, the pages' ports, the command line.
//!
//! One event's way: [`webhook`] judges it and renders its messages, [`store`] keeps both in one commit, the caller
//! hears 200, [`delivery`] claims the due rows and asks [`channel`]; [`mail`] tells of what failed. SQL stands in [`store`] alone.

pub mod auth;
pub mod channel;
pub mod cli;
pub mod codes;
pub mod config;
pub mod delivery;
mod drafts;
pub mod http;
mod keys;
mod lock;
pub mod mail;
mod memory;
pub mod observe;
mod pages;
pub mod ports;
pub mod profile_file;
pub mod rate;
pub mod replays;
pub mod retention;
pub mod router;
pub mod secrets;
pub mod serve;
pub mod settings;
pub mod state;
pub mod store;
pub mod time;
pub mod webhook;
