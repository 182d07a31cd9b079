//! Whoever leaves with unsaved changes is asked first; the browser does the asking.

use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::*;

use super::{State, changed};

/// Whether the page is left because its form has been taken.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Leaves for where a form's answer leads, without a question.
#[cfg(feature = "hydrate")]
pub fn go(to: &str) {
    TAKEN.store(true, Ordering::Relaxed);
    _ = window().location().set_href(to);
}

/// Stands guard for as long as the page is there.
pub fn guard(state: State) {
    Effect::new(move || {
        let heard = window_event_listener(leptos::ev::beforeunload, move |event| {
            if !TAKEN.load(Ordering::Relaxed) && untrack(|| state.live.get() && changed(state)) {
                event.prevent_default();
            }
        });
        on_cleanup(move || heard.remove());
    });
}
