//! What was just done: a line at the foot of the window that goes by itself, or sooner where somebody closes it.

use hookgram::values::Language;
use leptos::prelude::*;

use crate::i18n::{Toasts, Words as _};

/// A dialog that is no question: its form closes it without a script.
#[component]
pub fn Toast(
    /// What was done.
    text: String,
    /// The page's language.
    language: Language,
) -> impl IntoView {
    let w = Toasts::of(language);
    view! {
        <dialog class="toast" open aria-label=w.title>
            <p role="status">{text}</p>
            <form method="dialog">
                <button class="toast-close" aria-label=w.close title=w.close>
                    "×"
                </button>
            </form>
        </dialog>
    }
}
