//! A point in time, in the reader's own zone once the browser can tell it.

use chrono::{Datelike, Timelike};
use hookgram::values::Language;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::{preferences::tag, views::Millis, words::language};

/// A `<time>`: UTC as the server draws it, local as soon as the browser takes over.
#[component]
pub fn Moment(
    /// When.
    at: Millis,
) -> impl IntoView {
    let utc = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    let (year, month, day) = (utc.year(), utc.month(), utc.day());
    let (hour, minute, second) = (utc.hour(), utc.minute(), utc.second());
    // Not `chrono`'s `format`: it brings all of its forms along to the browser.
    let machine = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    view! { <time datetime=machine>{moment_text(at)}</time> }
}

/// The words of a [`Moment`] alone, for where there can be no element.
pub fn moment_text(at: Millis) -> RwSignal<String> {
    let language = language();
    let utc = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    let (day, month, year) = (utc.day(), utc.month(), utc.year());
    let text = RwSignal::new(format!("{day:02}.{month:02}.{year}, {:02}:{:02} UTC", utc.hour(), utc.minute()));
    Effect::new(move || text.set(local(at, language)));
    text
}

/// Puts the reader's own time into each [`Moment`] that the server drew for good, wherever `selector` finds it.
pub fn localise(selector: &str, language: Language) {
    let Ok(all) = document().query_selector_all(selector) else { return };
    for time in (0..all.length()).filter_map(|at| all.item(at)?.dyn_into::<web_sys::Element>().ok()) {
        if let Some(machine) = time.get_attribute("datetime") {
            time.set_text_content(Some(&in_words(&js_sys::Date::new(&JsValue::from_str(&machine)), language)));
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53")]
fn local(at: Millis, language: Language) -> String {
    in_words(&js_sys::Date::new(&JsValue::from_f64(at as f64)), language)
}

fn in_words(date: &js_sys::Date, language: Language) -> String {
    let options = js_sys::Object::new();
    for (key, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        _ = js_sys::Reflect::set(&options, &JsValue::from_str(key), &JsValue::from_str(value));
    }
    date.to_locale_string(tag(language), &options).into()
}
