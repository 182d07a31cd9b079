//! The server from outside: real HTTP over real sockets, Telegram played on loopback.

#[path = "../support/mod.rs"]
mod support;

mod crashes;
mod delivery;
mod doors;
mod edges;
mod faults;
mod mail;
mod mail_trouble;
mod pages;
mod parameters;
mod previews;
mod process;
mod profiles;
mod telegram;
