//! Hearing from the server while a page is open.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::EventSource;

/// How long after a server that answered with something else it is asked again; a connection that only broke the browser
/// makes anew by itself.
const AGAIN: Duration = Duration::from_secs(5);

/// Listens at an address of the server's for as long as the page is open: `news` is run whenever something came, and
/// whenever the connection was made anew, for what came while nobody listened; `live` is true
/// while there is a connection.
pub fn listen(url: String, live: RwSignal<bool>, news: Callback<()>) {
    let attempt = RwSignal::new(0_u32);
    Effect::new(move || {
        attempt.track();
        let Ok(source) = EventSource::new(&url) else { return };
        let opened = Closure::<dyn FnMut()>::new(move || {
            live.set(true);
            news.run(());
        });
        let lost = {
            let source = source.clone();
            Closure::<dyn FnMut()>::new(move || {
                live.set(false);
                if source.ready_state() == EventSource::CLOSED {
                    // The page may be gone by then.
                    set_timeout(move || _ = attempt.try_update(|attempt| *attempt += 1), AGAIN);
                }
            })
        };
        let came = Closure::<dyn FnMut()>::new(move || news.run(()));
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        source.set_onerror(Some(lost.as_ref().unchecked_ref()));
        _ = source.add_event_listener_with_callback("message", came.as_ref().unchecked_ref());
        let held = send_wrapper::SendWrapper::new((source, opened, lost, came));
        on_cleanup(move || held.0.close());
    });
}
