//! Which field is meant, and how one gets there.

use hookgram::parameters::Parameter;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Leads to a parameter's setting, wherever in the form it is.
pub(super) fn go_to(parameter: Parameter) {
    focus(&format!("[data-field=\"{}\"]", parameter.name()));
}

/// Leads to the first field that is at fault: it may be far above the button.
pub(super) fn show_first_fault() {
    focus("[aria-invalid=true]");
}

/// Puts the focus on the first element that a selector finds, and into sight; what hides it is opened.
pub(super) fn focus(selector: &str) {
    let Ok(Some(element)) = document().query_selector(selector) else { return };
    if let Ok(Some(shut)) = element.closest("details:not([open])") {
        _ = shut.set_attribute("open", "");
    }
    if let Ok(field) = element.dyn_into::<web_sys::HtmlElement>() {
        // A field that cannot take the focus is not worth a word: it is on the page all the same.
        _ = field.focus();
    }
}

/// Which field an event happened at.
pub(super) fn field_of(event: &web_sys::Event) -> Option<String> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    element.get_attribute("data-field")
}

/// The parameter whose field has the focus.
pub(super) fn field_in_focus() -> Option<Parameter> {
    Parameter::by_name(&document().active_element()?.get_attribute("data-field")?)
}
