//! Who may come in: passwords, second factors, sessions, the guard before every page.

pub mod client;
pub mod confirmed;
pub mod cookies;
pub mod device;
pub mod entry;
pub mod guard;
pub mod password;
pub mod recovery;
pub mod second_factor;
pub mod session;
mod strength;
pub mod throttle;
pub mod totp;
