//! Password hashes, one-time codes, recovery codes, and the limit on guesses.

pub mod password;
pub mod recovery;
mod strength;
pub mod throttle;
pub mod totp;
