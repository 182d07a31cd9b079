//! Whoever leaves with unsaved changes is asked first: on closing the tab, on a link, and, where the browser lets a page
//! say no, on going back.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Event, EventTarget};

use super::{State, changed};
use crate::words::{FormWords, words};

/// Stands guard for as long as the page is there.
pub fn guard(state: State) {
    let question = words::<FormWords>().leave;
    let is_unsaved = move || untrack(|| state.live.get() && changed(state));
    let stays = move || is_unsaved() && window().confirm_with_message(question) != Ok(true);
    Effect::new(move || {
        let window: EventTarget = window().into();
        listen(&window, "beforeunload", move |event| {
            if is_unsaved() {
                event.prevent_default();
            }
        });
        // The router follows links where they reach the window, and leaves those alone that somebody has stopped.
        listen(&document().into(), "click", move |event| {
            if leads_away(&event) && stays() {
                event.prevent_default();
            }
        });
        if let Ok(navigation) = js_sys::Reflect::get(&window, &JsValue::from_str("navigation"))
            && let Ok(navigation) = navigation.dyn_into::<EventTarget>()
        {
            listen(&navigation, "navigate", move |event| {
                let kind = js_sys::Reflect::get(&event, &JsValue::from_str("navigationType"));
                let goes_back = kind.is_ok_and(|kind| kind == "traverse");
                if goes_back && event.cancelable() && stays() {
                    event.prevent_default();
                }
            });
        }
    });
}

/// Whether a click follows a link to another page, here and now.
fn leads_away(event: &Event) -> bool {
    let Some(click) = event.dyn_ref::<web_sys::MouseEvent>() else { return false };
    let elsewhere = click.ctrl_key() || click.meta_key() || click.shift_key() || click.button() != 0;
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let link = element.and_then(|element| element.closest("a[href]:not([target])").ok().flatten());
    let href = link.and_then(|link| link.get_attribute("href")).unwrap_or_default();
    !event.default_prevented() && !elsewhere && !href.is_empty() && !href.starts_with('#')
}

/// Listens until whatever runs now is gone.
fn listen(target: &EventTarget, name: &'static str, heard: impl Fn(Event) + 'static) {
    let heard = Closure::<dyn Fn(Event)>::new(heard);
    _ = target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    let kept = SendWrapper::new((target.clone(), heard));
    on_cleanup(move || {
        let (target, heard) = &*kept;
        _ = target.remove_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    });
}
