//! Who may come in: passwords, sessions, the guard before every page.

pub mod guard;
pub mod password;
pub mod session;
pub mod throttle;
