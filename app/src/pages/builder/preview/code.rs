//! A text of a machine's, whole, with a button that copies it.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::words::{PreviewWords, words};

#[component]
pub fn Code(text: String, label: &'static str) -> impl IntoView {
    let w = words::<PreviewWords>();
    let done = RwSignal::new(None::<bool>);
    let copied = text.clone();
    let copy = move |_| {
        let text = copied.clone();
        leptos::task::spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            // Browsers offer the clipboard to secure origins alone.
            let offered = window().is_secure_context() && !clipboard.is_undefined();
            done.try_set(Some(offered && JsFuture::from(clipboard.write_text(&text)).await.is_ok()));
        });
    };
    view! {
        <div class="code">
            <pre tabindex="0" role="region" aria-label=label>{text}</pre>
            <button
                type="button"
                class="button small needs-script"
                aria-label=format!("{}: {label}", w.copy)
                on:click=copy
                on:blur=move |_| done.set(None)
            >
                {move || if done.get() == Some(true) { w.copied } else { w.copy }}
            </button>
            <p class="help" role="status" class:visually-hidden=move || done.get() != Some(false)>
                {move || match done.get() {
                    None => "",
                    Some(true) => w.copied,
                    Some(false) => w.copy_failed,
                }}
            </p>
        </div>
    }
}
