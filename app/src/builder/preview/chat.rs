//! The message bubbles, and the links from their lines to settings.

use hookgram::{channel::Limits, message::Part, parameters::Parameter};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    super::{go_to, switches::title_of},
    State,
};
use crate::{
    components::Bubbles,
    i18n::{BuilderWords, PreviewWords, messages, words},
};

const LINE: &str = "[data-origin]";

#[component]
pub fn Chat(parts: Memo<Vec<Part>>) -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let node = NodeRef::<html::Div>::new();
    let stamp = RwSignal::new("00:00".to_owned());
    Effect::new(move || {
        let now = js_sys::Date::new_0();
        stamp.set(format!("{:02}:{:02}", now.get_hours(), now.get_minutes()));
    });
    let units = Memo::new(move |_| parts.with(|parts| parts.iter().map(Part::units).sum::<usize>()));
    let count = move || parts.with(Vec::len);
    let measure = move || match count() {
        0 | 1 => format!("{} / {}", units.get(), Limits::TELEGRAM.units),
        _ => units.get().to_string(),
    };
    let press = move |event: leptos::ev::MouseEvent| {
        // A click that selects text must not move the focus.
        let selects = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
        if let (Some(element), false) = (target(&event), selects) {
            lead(&element);
        }
    };
    let key = move |event: leptos::ev::KeyboardEvent| {
        let Some(element) = target(&event) else { return };
        match event.key().as_str() {
            "Enter" | " " if element.has_attribute("data-origin") => lead(&element),
            "ArrowDown" => step(&element, true),
            "ArrowUp" => step(&element, false),
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move || {
        if let (Some(_), Some(chat)) = (state.focused.get(), node.get_untracked()) {
            request_animation_frame(move || show_marked(&chat));
        }
    });
    view! {
        <div
            class="chat"
            tabindex="0"
            role="region"
            aria-label=w.preview_title
            aria-describedby="preview-keys"
            node_ref=node
            on:click=press
            on:keydown=key
        >
            <Bubbles parts sender=state.sender marked=state.focused stamp setting=title_of />
            <p class="bubble-note" hidden=move || units.get() != 0>
                {w.preview_empty}
            </p>
        </div>
        <p class="visually-hidden" id="preview-keys">
            {words::<PreviewWords>().keys}
        </p>
        <div class="measure">
            <span>{move || measure()}</span>
            <progress
                max=Limits::TELEGRAM.units.to_string()
                value=move || units.get().min(Limits::TELEGRAM.units).to_string()
                aria-hidden="true"
            ></progress>
            <span>{move || messages(state.language, count())}</span>
        </div>
    }
}

fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Moves the focus from a line to its setting. A collapsed quotation is expanded first, as in Telegram.
fn lead(element: &Element) {
    if let Ok(Some(quote)) = element.closest(".folds:not(.unfolded)") {
        _ = quote.class_list().add_1("unfolded");
        return;
    }
    let line = element.closest(LINE).ok().flatten();
    if let Some(name) = line.and_then(|line| line.get_attribute("data-origin")) {
        _ = Parameter::by_name(&name).map(go_to);
    }
}

/// Moves the focus to the next or the previous line; from the chat itself, to the first or the last line.
fn step(element: &Element, forward: bool) {
    let Ok(Some(chat)) = element.closest(".chat") else { return };
    let Ok(lines) = chat.query_selector_all(LINE) else { return };
    let line = |at: u32| lines.item(at).and_then(|line| line.dyn_into::<HtmlElement>().ok());
    let all = 0..lines.length();
    let here = all.clone().find(|at| line(*at).is_some_and(|line| line.is_same_node(Some(element))));
    let there = match (here, forward) {
        (Some(here), true) => here.checked_add(1),
        (Some(here), false) => here.checked_sub(1),
        (None, true) => Some(all.start),
        (None, false) => all.end.checked_sub(1),
    };
    if let Some(line) = there.and_then(line) {
        _ = line.focus();
    }
}

/// Scrolls the chat, but not the page, to the highlighted line.
fn show_marked(chat: &HtmlElement) {
    let Ok(Some(line)) = chat.query_selector(".marked") else { return };
    let Ok(line) = line.dyn_into::<HtmlElement>() else { return };
    let bubble = line.offset_parent().and_then(|bubble| bubble.dyn_into::<HtmlElement>().ok());
    let top = line.offset_top() + bubble.map_or(0, |bubble| bubble.offset_top());
    let (from, height) = (chat.scroll_top(), chat.client_height());
    if top < from || top + line.offset_height() > from + height {
        chat.set_scroll_top((top - height / 3).max(0));
    }
}
