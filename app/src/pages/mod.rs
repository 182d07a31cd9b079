//! What stands around every page, and the builder, which a browser takes over.

pub mod builder;
#[cfg(feature = "ssr")]
pub mod choices;
#[cfg(feature = "ssr")]
pub mod layout;
