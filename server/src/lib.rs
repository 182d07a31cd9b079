//! Hookgram's server: the two webhook doors, the store, the delivery to Telegram, the pages' ports, the command line.
//!
//! One event's way: [`webhook`] judges it and renders its messages, [`store`] keeps both in one commit, the caller
//! hears 200, [`delivery`] claims the due rows and asks [`telegram`]; [`mail`] tells of what failed. SQL stands in [`store`] alone.

pub mod assets;
pub mod audit;
pub mod auth;
pub mod chats;
pub mod cli;
pub mod codes;
mod compression;
pub mod config;
mod connections;
pub mod delivery;
pub mod demo;
mod descriptors;
mod drafts;
pub mod health;
pub mod identities;
pub mod intake;
pub mod introductions;
mod keys;
pub mod limits;
pub mod live;
mod lock;
pub mod logging;
pub mod mail;
mod memory;
pub mod observe;
pub mod old_urls;
mod pages;
mod personal;
pub mod ports;
pub mod private;
pub mod profile_file;
pub mod qr;
pub mod rate;
pub mod replays;
pub mod retention;
pub mod router;
pub mod routes;
pub mod seal;
pub mod serve;
pub mod settings;
pub mod state;
pub mod store;
pub mod telegram;
pub mod time;
pub mod webhook;
