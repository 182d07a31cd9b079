//! Moves the focus to a field, finds the focused field, and recognises keyboard shortcuts.

use hookgram::parameters::Parameter;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

pub(super) fn go_to(parameter: Parameter) {
    focus(&format!("[data-field=\"{}\"]", parameter.name()));
}

/// Moves the focus to the first field with a fault, which may be far above the button.
pub(super) fn show_first_fault() {
    focus("[aria-invalid=true]");
}

/// Focuses the first element that matches a selector and scrolls to it. Opens the `<details>` element that hides it.
pub(super) fn focus(selector: &str) {
    let Ok(Some(element)) = document().query_selector(selector) else { return };
    if let Ok(Some(shut)) = element.closest("details:not([open])") {
        _ = shut.set_attribute("open", "");
    }
    if let Ok(field) = element.dyn_into::<web_sys::HtmlElement>() {
        // The error is ignored: the field is visible even if it cannot take the focus.
        _ = field.focus();
    }
}

pub(super) fn field_of(event: &web_sys::Event) -> Option<String> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    element.get_attribute("data-field")
}

pub(super) fn field_in_focus() -> Option<Parameter> {
    Parameter::by_name(&document().active_element()?.get_attribute("data-field")?)
}

/// The letter of a shortcut with Ctrl or Cmd alone, in lower case. If the typed letter is not Latin, the letter of the
/// physical key is used.
pub(super) fn shortcut(event: &web_sys::KeyboardEvent) -> Option<String> {
    if !(event.ctrl_key() || event.meta_key()) || event.alt_key() || event.shift_key() {
        return None;
    }
    let key = event.key();
    let key = if key.is_ascii() { key } else { event.code().trim_start_matches("Key").to_owned() };
    Some(key.to_ascii_lowercase())
}
