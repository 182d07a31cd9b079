use std::sync::Arc;

use hookgram::{
    Millis,
    channel::Limits,
    event::BookingEvent,
    message::{Context, Part, render},
    parameters::Parameter,
    profile::Profile,
    recipient::first_usable,
    sample::Sample,
    values::Language,
};
use leptos::{form::FromFormData, html, prelude::*};
use serde::Deserialize;
use wasm_bindgen::JsCast;

use crate::{
    error::FieldFault,
    form::ProfileForm,
    views::{BotView, PreviewData},
};

#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) language: Language,
    pub(super) id: Option<i64>,
    pub(super) form: RwSignal<ProfileForm>,
    /// The profile that the inputs describe, as far as they can be read.
    pub(super) profile: Memo<Profile>,
    /// The content of the inputs when the page was rendered.
    pub(super) initial: StoredValue<ProfileForm>,
    /// The stored profile's form. It differs from `initial` if the page was rendered from a draft.
    pub(super) stored: StoredValue<ProfileForm>,
    pub(super) draft: StoredValue<Option<String>>,
    /// The bot of the typed token, once Telegram has returned it.
    pub(super) new_bot: RwSignal<Option<BotView>>,
    /// The name above the preview: that of the chosen bot, or of the sandbox.
    pub(super) sender: Memo<String>,
    pub(super) node: NodeRef<html::Form>,
    /// The faults to show: those of fields that have lost the focus, and those of the last attempt to save.
    pub(super) faults: Signal<Vec<FieldFault>>,
    /// The setting that has the focus. The preview highlights its lines.
    pub(super) focused: RwSignal<Option<Parameter>>,
    /// The time that the samples are dated by: when the server read the page's data.
    pub(super) now: Millis,
    pub(super) sample: RwSignal<Sample>,
    pub(super) booking_host: StoredValue<String>,
    pub(super) event: RwSignal<Arc<BookingEvent>>,
    /// The event as JSON, if it is not a sample.
    pub(super) own_event: StoredValue<Option<String>>,
    pub(super) preview: StoredValue<PreviewData>,
    /// Whether WebAssembly is running. Until then, controls that need it are disabled.
    pub(super) live: RwSignal<bool>,
    /// Whether the reader opened the page to paste an old URL.
    pub(super) old_url_first: bool,
}

impl State {
    pub(super) fn get() -> Self {
        expect_context()
    }

    pub(super) fn read(self) {
        let inputs = self.node.get_untracked().and_then(|form| web_sys::FormData::new_with_form(&form).ok());
        if let Some(inputs) = inputs.and_then(|data| Inputs::from_form_data(&data).ok()) {
            self.form.set(inputs.form);
        }
    }

    pub(super) fn render(self, profile: &Profile) -> Vec<Part> {
        let event = self.event.get();
        let field_name = profile.field_name.as_deref();
        let reached = field_name.and_then(|field_name| first_usable(&event, field_name));
        self.booking_host.with_value(|booking_host| {
            let context = Context {
                event: &event,
                participant: Some(reached.map_or(0, |(participant, _)| participant)),
                field_name,
                booking_host,
            };
            render(&profile.formatting, context).parts(&Limits::TELEGRAM)
        })
    }
}

pub(super) fn read_sample(sample: Sample, now: Millis) -> BookingEvent {
    // A test checks that every built-in sample can be read.
    BookingEvent::read(sample.json(now).as_bytes()).unwrap_or_default()
}

#[derive(Deserialize)]
pub(super) struct Inputs {
    #[serde(default)]
    pub(super) form: ProfileForm,
}

/// Sets the text of the text areas, because rendering the page again does not change the text of an existing area.
pub(super) fn fill_texts(state: State) {
    for parameter in [Parameter::Message, Parameter::SignText] {
        let area = document().get_element_by_id(&format!("field-{}", parameter.name()));
        if let Some(area) = area.and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok()) {
            state.initial.with_value(|form| area.set_value(form.value(parameter)));
        }
    }
}

pub(super) fn changed(state: State) -> bool {
    let differs = state.form.with(|form| state.stored.with_value(|stored| !form.says_the_same(stored)));
    differs || state.draft.with_value(Option::is_some)
}
