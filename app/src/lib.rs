//! The interface of Hookgram: pages, components and server functions.
//!
//! The server renders every page completely, so that it can be read, and its forms submitted, without scripts. The
//! browser then hydrates only the builder (`hydrate`).

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
#[cfg(feature = "ssr")]
pub mod test_chat;
pub mod views;

#[cfg(feature = "ssr")]
pub use builder::backend;

/// The entry point of the WebAssembly module: hydrates the builder's page.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    builder::take_over();
}
