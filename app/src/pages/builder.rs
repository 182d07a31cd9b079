//! The builder's page: its form, and the data that the browser hydrates from.

use leptos::{
    prelude::*,
    server_fn::{Encodes as _, codec::JsonEncoding},
};

use crate::{
    builder::{DATA, Page, provide_form_error_of},
    views::BuilderData,
};

/// The form. `error` names a form that was submitted without scripts, and its error; both are in the page's address.
#[component]
pub(super) fn Builder(data: BuilderData, error: Option<(String, String)>) -> impl IntoView {
    if let Some((form, error)) = error {
        provide_form_error_of(&form, &error);
    }
    view! { <Page data=RwSignal::new(data) /> }
}

/// The elements that load the WebAssembly module. They come last, so that they do not delay the visible content.
pub(super) fn taking_over(options: &LeptosOptions) -> AnyView {
    let LeptosOptions { site_pkg_dir, output_name, .. } = options;
    let file = format!("/{site_pkg_dir}/{output_name}");
    let script = format!(
        "const start = async () => {{ const glue = await import('{file}.js'); \
         await glue.default({{ module_or_path: '{file}_bg.wasm' }}); glue.hydrate(); }}; \
         const soon = () => (window.requestIdleCallback ?? setTimeout)(start, {{ timeout: 1000 }}); \
         if (document.readyState === 'complete') soon(); else addEventListener('load', soon);"
    );
    view! { <script type="module" nonce=leptos::nonce::use_nonce() inner_html=script></script> }.into_any()
}

pub(super) fn data(data: &BuilderData) -> AnyView {
    // Encoding cannot fail: the data has only types that JSON can represent.
    let json = JsonEncoding::encode(data).map(|json| String::from_utf8_lossy(&json).into_owned()).unwrap_or_default();
    // `<` is escaped, so that no text can close the element.
    view! { <script type="application/json" id=DATA inner_html=json.replace('<', "\\u003c")></script> }.into_any()
}
