//! Secrets: random codes, encryption at rest, and files that only the server's own user may read.

pub mod codes;
pub mod links;
pub mod private;
pub mod seal;
