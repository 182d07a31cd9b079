//! Secrets at rest: encryption, and files that only the server's own user may read.

pub mod private;
pub mod seal;
