//! A text that is there to be copied.

use leptos::{html::Input, prelude::*};
use wasm_bindgen_futures::JsFuture;

use crate::words::{Shell, words};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Copied,
    Failed,
}

/// A read-only line that selects itself on focus, with a button that copies it.
#[component]
pub fn CopyField(
    /// What to copy.
    #[prop(into)]
    text: String,
    /// What it is, for a screen reader.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let w = words::<Shell>();
    let input = NodeRef::<Input>::new();
    let state = RwSignal::new(State::Idle);
    let copied = text.clone();
    let copy = move |_| {
        let Some(input) = input.get_untracked() else { return };
        input.select();
        let text = copied.clone();
        leptos::task::spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            // Browsers offer the clipboard to secure origins alone.
            let offered = window().is_secure_context() && !clipboard.is_undefined();
            let done = offered && JsFuture::from(clipboard.write_text(&text)).await.is_ok();
            state.set(if done { State::Copied } else { State::Failed });
        });
    };
    view! {
        <div class="copy">
            <input
                class="input mono"
                readonly
                node_ref=input
                value=text
                aria-label=label.clone()
                on:focus=move |_| {
                    if let Some(input) = input.get_untracked() {
                        input.select();
                    }
                }
            />
            <button
                type="button"
                class="button needs-script"
                aria-label=format!("{}: {label}", w.copy)
                on:click=copy
                on:blur=move |_| state.set(State::Idle)
            >
                {move || if state.get() == State::Copied { w.copied } else { w.copy }}
            </button>
            <span class="visually-hidden" role="status">
                {move || match state.get() {
                    State::Idle => "",
                    State::Copied => w.copied,
                    State::Failed => w.copy_failed,
                }}
            </span>
            <span class="copy-failed" hidden=move || state.get() != State::Failed>
                {w.copy_failed}
            </span>
        </div>
    }
}
