//! The interface of Hookgram: pages, parts, and server functions.
//!
//! The server draws every page in full, so that it can be read and its forms sent without a script. The builder is then
//! taken over by the browser (`hydrate`).

mod builder;
mod components;
#[cfg(feature = "ssr")]
pub mod cookies;
#[cfg(feature = "ssr")]
mod document;
pub mod error;
pub mod form;
pub mod i18n;
#[cfg(feature = "ssr")]
pub mod notices;
pub mod old_url;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod preferences;
pub mod session;
pub mod views;

#[cfg(feature = "ssr")]
pub use builder::backend;

/// Where WebAssembly takes over the page that the server sent.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    builder::take_over();
}
