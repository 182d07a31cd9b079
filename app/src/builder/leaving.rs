//! Makes the browser ask for confirmation before a person leaves the page with unsaved changes.

use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::*;

use super::{State, changed};

/// Whether the page is being left because the form was saved.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Follows the redirect of a saved form without asking for confirmation.
#[cfg(feature = "hydrate")]
pub fn go(to: &str) {
    TAKEN.store(true, Ordering::Relaxed);
    _ = window().location().set_href(to);
}

/// Watches for unsaved changes while the page exists.
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
