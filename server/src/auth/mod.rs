//! Sign-in, second factors, sessions, and the guard before every page.

pub mod confirmed;
pub mod cookies;
pub mod device;
pub mod entry;
pub mod guard;
pub mod second_factor;
pub mod session;
