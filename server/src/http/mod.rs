//! HTTP infrastructure shared by pages and endpoints: connections, limits, compression, assets.

pub mod assets;
pub mod client;
pub mod compression;
pub mod connections;
mod descriptors;
pub mod rate_limits;
pub mod request_limits;
