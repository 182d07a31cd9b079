//! A point in time, in the reader's own zone once the browser can tell it.

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
    let machine = utc.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let text = RwSignal::new(utc.format("%d.%m.%Y, %H:%M UTC").to_string());
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
