//! A text area for Telegram's tags: buttons that insert tags, a counter, and the first place that Telegram would
//! refuse.

use hookgram::{channel::Limits, message::html as telegram, parameters::Parameter};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use wasm_bindgen::JsCast;

use super::{State, shortcut, spot, wrap};
use crate::{
    components::area_text,
    i18n::{FormWords, words},
};

/// A button, named by its tag, and its keyboard shortcut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    Bold,
    Italic,
    Link,
}

impl Tool {
    fn of_key(event: &KeyboardEvent) -> Option<Self> {
        match shortcut(event)?.as_str() {
            "b" => Some(Self::Bold),
            "i" => Some(Self::Italic),
            "k" => Some(Self::Link),
            _ => None,
        }
    }
}

/// The text area of a parameter with its toolbar and counter.
#[component]
pub fn TextEditor(
    parameter: Parameter,
    value: String,
    /// The id of the area.
    id: String,
    /// The name of the input in the form.
    input_name: String,
    /// The ids for `aria-describedby`.
    described: String,
    invalid: Signal<Option<&'static str>>,
) -> impl IntoView {
    let w = words::<FormWords>();
    let state = State::get();
    let area = NodeRef::<html::Textarea>::new();
    let linking = RwSignal::new(false);
    let text = Memo::new(move |_| state.form.with(|form| form.value(parameter).replace("\r\n", "\n")));
    let length = move || text.with(|text| telegram::units(text.trim()));
    let spot = Memo::new(move |_| text.with(|text| spot::first_fault(text)));

    let surround = move |open: &str, close: &str| {
        if let Some(area) = area.get_untracked() {
            let at = |offset: Result<Option<u32>, _>| offset.ok().flatten().unwrap_or_default();
            let selection = (at(area.selection_start()), at(area.selection_end()));
            apply(&area, &wrap::wrap(&area.value(), selection, open, close));
            state.read();
        }
    };
    let use_tool = move |tool: Tool| match tool {
        Tool::Bold => surround("<b>", "</b>"),
        Tool::Italic => surround("<i>", "</i>"),
        Tool::Link => linking.set(true),
    };
    let button = move |tool: Tool, title: &'static str, key: &'static str| {
        let (letter, class) = match tool {
            Tool::Bold => ("B", "tool bold"),
            Tool::Italic => ("I", "tool italic"),
            Tool::Link => ("", "tool"),
        };
        let drawing = (tool == Tool::Link).then(|| {
            view! {
                <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M6.6 9.4a3 3 0 0 0 4.3 0l2-2a3 3 0 0 0-4.3-4.3l-.8.8m1.6 2.7a3 3 0 0 0-4.3 0l-2 2a3 3 0 0 0 4.3 4.3l.8-.8" />
                </svg>
            }
            .into_any()
        });
        view! {
            <button
                type="button"
                class=class
                title=format!("{title} (Ctrl+{key})")
                aria-label=title
                aria-keyshortcuts=format!("Control+{key} Meta+{key}")
                disabled=move || !state.live.get()
                on:click=move |_| use_tool(tool)
            >
                {letter}
                {drawing}
            </button>
        }
        .into_any()
    };
    let linked = move |tag: Option<String>| {
        linking.set(false);
        match (tag, area.get_untracked()) {
            (Some(open), _) => surround(&open, "</a>"),
            (None, Some(area)) => _ = area.focus(),
            (None, None) => {}
        }
    };
    let link_bar = move || view! { <LinkBar id=format!("link-{}", parameter.name()) done=linked /> }.into_any();
    let is_over = move || length() > Limits::TELEGRAM.units;
    let counter_id = format!("{id}-counter");
    let described = format!("{described} {counter_id}");
    view! {
        <div class="editor">
            <div class="editor-bar">
                <div class="tool-group needs-script" role="group" aria-label=w.tools>
                    {button(Tool::Bold, w.bold, "B")}
                    {button(Tool::Italic, w.italic, "I")}
                    {button(Tool::Link, w.link, "K")}
                </div>
                <span class="counter" class:over=is_over id=counter_id title=w.counter>
                    {move || format!("{} / {}", length(), Limits::TELEGRAM.units)}
                </span>
            </div>
            {move || linking.get().then(link_bar)}
            <textarea
                class="input"
                id=id
                name=input_name
                rows="3"
                data-field=parameter.name()
                node_ref=area
                aria-invalid=invalid
                aria-describedby=described
                on:keydown=move |event| {
                    if let Some(tool) = Tool::of_key(&event) {
                        event.prevent_default();
                        use_tool(tool);
                    }
                }
            >
                {area_text(value)}
            </textarea>
        </div>
        {move || spot.get().map(|spot| view! {
            <button
                type="button"
                class="spot"
                title=w.spot_show
                disabled=move || !state.live.get()
                on:click=move |_| {
                    if let Some(area) = area.get_untracked() {
                        select(&area, spot.range);
                    }
                }
            >
                <span class="soft">{w.line} " " {spot.line} ": "</span>
                {spot.before.clone()}
                <mark>{spot.fault.clone()}</mark>
                {spot.after.clone()}
            </button>
        }.into_any())}
    }
}

/// Asks for the address of a link. Passes the link's opening tag to `done`, or `None` if the reader cancels.
#[component]
fn LinkBar(id: String, #[prop(into)] done: Callback<Option<String>>) -> impl IntoView {
    let w = words::<FormWords>();
    let input = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            _ = input.focus();
        }
    });
    let insert = move || done.run(input.get_untracked().and_then(|input| wrap::link_tag(&input.value())));
    view! {
        <div class="editor-link">
            <label class="visually-hidden" for=id.clone()>
                {w.link_address}
            </label>
            // The input has no name, so that it is not submitted with the form.
            <input
                class="input"
                id=id
                inputmode="url"
                autocomplete="off"
                placeholder="https://…"
                node_ref=input
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" => {
                        event.prevent_default();
                        insert();
                    }
                    "Escape" => done.run(None),
                    _ => {}
                }
            />
            <button type="button" class="button small" on:click=move |_| insert()>
                {w.link_insert}
            </button>
            <button type="button" class="button small" on:click=move |_| done.run(None)>
                {w.cancel}
            </button>
        </div>
    }
}

/// Edits the text as if it had been typed, so that the browser's undo works.
fn apply(area: &web_sys::HtmlTextAreaElement, edit: &wrap::Edit) {
    select(area, (edit.from, edit.to));
    let document = document().unchecked_into::<web_sys::HtmlDocument>();
    let typed = document.exec_command_with_show_ui_and_value("insertText", false, &edit.text);
    if typed != Ok(true) {
        _ = area.set_range_text(&edit.text);
    }
    select(area, edit.selected);
}

fn select(area: &web_sys::HtmlTextAreaElement, (from, to): (u32, u32)) {
    // Neither call fails for an area that is on the page.
    _ = area.focus();
    _ = area.set_selection_range(from, to);
}
