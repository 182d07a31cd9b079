//! The builder's page: its form, and beside it what the browser takes it over from.

use leptos::{
    prelude::*,
    server_fn::{Encodes as _, codec::JsonEncoding},
};

use crate::{
    pages::builder::{DATA, Page},
    views::BuilderData,
};

/// The form. `error` is what its address brings back of a form that was sent without scripts: which form, and the error.
#[component]
pub(super) fn Builder(data: BuilderData, error: Option<(String, String)>) -> impl IntoView {
    if let Some((form, error)) = error {
        provide_context(ServerActionError::new(&form, &error));
    }
    view! { <Page data=RwSignal::new(data) /> }
}

/// What the form was drawn from.
pub(super) fn data(data: &BuilderData) -> AnyView {
    // It holds nothing that could not be written as JSON.
    let json = JsonEncoding::encode(data).map(|json| String::from_utf8_lossy(&json).into_owned()).unwrap_or_default();
    // Nothing in it may end the element.
    view! { <script type="application/json" id=DATA inner_html=json.replace('<', "\\u003c")></script> }.into_any()
}
