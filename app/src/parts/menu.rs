//! Menus that a `<details>` opens: one that is left closes.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Takes the focus from whatever has it.
pub fn leave_focus() {
    if let Some(element) =
        document().active_element().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        _ = element.blur();
    }
}

/// From now on a press beside an open menu closes it, and so does Escape, which gives the focus back to its button.
#[cfg(feature = "hydrate")]
pub fn close_menus() {
    let pressed = window_event_listener(leptos::ev::pointerdown, |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if let Some(menu) = open_menu().filter(|menu| !menu.contains(target.as_ref())) {
            _ = menu.remove_attribute("open");
        }
    });
    let left = window_event_listener(leptos::ev::keydown, |event| {
        if event.key() == "Escape"
            && let Some(menu) = open_menu()
        {
            _ = menu.remove_attribute("open");
            let button = menu.query_selector("summary").ok().flatten();
            if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
                _ = button.focus();
            }
        }
    });
    // A link of a menu leads to another page without a new document: the menu must not stay open over it.
    let followed = window_event_listener(leptos::ev::click, |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(menu) = target.and_then(|target| target.closest(".menu-body a").ok().flatten()).and(open_menu()) {
            _ = menu.remove_attribute("open");
        }
    });
    on_cleanup(move || {
        pressed.remove();
        left.remove();
        followed.remove();
    });
}

#[cfg(feature = "hydrate")]
fn open_menu() -> Option<web_sys::Element> {
    document().query_selector("details.menu[open]").ok().flatten()
}
