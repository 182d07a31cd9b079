//! The builder's page: its form, and beside it what the browser takes it over from.

use leptos::{
    prelude::*,
    server_fn::{Encodes as _, codec::JsonEncoding},
};

use crate::{
    builder::{DATA, Page, provide_form_error_of},
    views::BuilderData,
};

/// The form. `error` is what its address brings back of a form that was sent without scripts: which form, and the error.
#[component]
pub(super) fn Builder(data: BuilderData, error: Option<(String, String)>) -> impl IntoView {
    if let Some((form, error)) = error {
        provide_form_error_of(&form, &error);
    }
    view! { <Page data=RwSignal::new(data) /> }
}

/// Has the browser take the form over. The module is asked for once all that can be seen is there, so that it keeps
/// nobody from reading.
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

/// What the form was drawn from.
pub(super) fn data(data: &BuilderData) -> AnyView {
    // It holds nothing that could not be written as JSON.
    let json = JsonEncoding::encode(data).map(|json| String::from_utf8_lossy(&json).into_owned()).unwrap_or_default();
    // Nothing in it may end the element.
    view! { <script type="application/json" id=DATA inner_html=json.replace('<', "\\u003c")></script> }.into_any()
}
