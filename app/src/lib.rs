//! The interface of Hookgram: pages, parts, server functions, and the ports through which they reach a server.
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
pub mod listing;
#[cfg(feature = "ssr")]
pub mod notices;
pub mod old_url;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod ports;
pub mod preferences;
pub mod session;
pub mod views;

/// Where WebAssembly takes over the page that the server sent.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    builder::take_over();
}
