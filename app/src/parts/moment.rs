//! A point in time, in the reader's own zone once the browser can tell it.

use chrono::{Datelike, Timelike};
use hookgram::values::Language;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::{preferences::tag, views::Millis, words::language};

/// A `<time>`: UTC as the server draws it, local as soon as the browser takes over.
#[component]
pub fn Moment(
    /// When.
    at: Millis,
) -> impl IntoView {
    let language = language();
    let utc = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    let (year, month, day) = (utc.year(), utc.month(), utc.day());
    let (hour, minute, second) = (utc.hour(), utc.minute(), utc.second());
    // Not `chrono`'s `format`: it brings all of its forms along to the browser.
    let machine = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    let text = RwSignal::new(format!("{day:02}.{month:02}.{year}, {hour:02}:{minute:02} UTC"));
    Effect::new(move || text.set(local(at, language)));
    view! { <time datetime=machine>{text}</time> }
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53")]
fn local(at: Millis, language: Language) -> String {
    let options = js_sys::Object::new();
    for (key, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        _ = js_sys::Reflect::set(&options, &JsValue::from_str(key), &JsValue::from_str(value));
    }
    let date = js_sys::Date::new(&JsValue::from_f64(at as f64));
    date.to_locale_string(tag(language), &options).into()
}
