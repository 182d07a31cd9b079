//! A text that is there to be copied.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::words::{Shell, words};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Copied,
    Failed,
}

/// A read-only text that selects itself on focus, with a button that copies it.
#[component]
pub fn CopyField(
    /// What to copy.
    #[prop(into)]
    text: String,
    /// What it is, for a screen reader.
    #[prop(into)]
    label: String,
    /// Whether it is shown whole, over several lines.
    #[prop(optional)]
    whole: bool,
) -> impl IntoView {
    let w = words::<Shell>();
    let state = RwSignal::new(State::Idle);
    let copied = text.clone();
    let copy = move |event: leptos::ev::MouseEvent| {
        let button = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        select(button.and_then(|button| button.previous_element_sibling()));
        let text = copied.clone();
        leptos::task::spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            // Browsers offer the clipboard to secure origins alone.
            let offered = window().is_secure_context() && !clipboard.is_undefined();
            let done = offered && JsFuture::from(clipboard.write_text(&text)).await.is_ok();
            state.set(if done { State::Copied } else { State::Failed });
        });
    };
    let select_all = |event: leptos::ev::FocusEvent| {
        select(event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()));
    };
    let field = if whole {
        view! {
            <textarea class="input mono" readonly spellcheck="false" aria-label=label.clone() on:focus=select_all>
                {text}
            </textarea>
        }
        .into_any()
    } else {
        view! { <input class="input mono" readonly value=text aria-label=label.clone() on:focus=select_all /> }
            .into_any()
    };
    view! {
        <div class="copy">
            {field}
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

fn select(field: Option<web_sys::Element>) {
    if let Some(field) = field {
        // A text area's `select` is called the same.
        field.unchecked_into::<web_sys::HtmlInputElement>().select();
    }
}
