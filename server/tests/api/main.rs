//! The server from outside: real HTTP over real sockets, Telegram played on loopback.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod audit;
mod chats;
mod crashes;
mod crowd;
mod delivery;
mod drafts;
mod edges;
mod endpoints;
mod faults;
mod injection;
mod keys;
mod limits;
mod log;
mod mail;
mod mail_addresses;
mod mail_limits;
mod mail_tls;
mod mail_trouble;
mod pages;
mod parameters;
mod people;
mod permissions;
mod person;
mod previews;
mod process;
mod profile_pages;
mod profiles;
mod replays;
mod requests;
mod second_factor;
mod secrets;
mod sessions;
mod settings;
mod share;
mod slow;
mod strangers;
mod telegram;
mod upgrade;
mod users;
mod visitor;
mod words;
mod wrong_key;
