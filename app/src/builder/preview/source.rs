//! The source of the preview: a sample, an event that this profile has received, or a pasted one.

use std::sync::Arc;

use hookgram::{
    event::{BookingEvent, EventFault},
    recipient,
    sample::Sample,
};
use leptos::prelude::*;

use super::State;
use crate::{
    components::Said,
    error::AppError,
    i18n::{PreviewWords, Words, app_error, endpoints, words},
    views::PastEvent,
};

/// The body of an event that a profile has received.
#[server(prefix = "/rpc", endpoint = "operator/event-payload")]
pub async fn event_payload(profile: i64, event: i64) -> Result<String, AppError> {
    let viewer = crate::session::Permission::viewer(&crate::session::operator()?);
    crate::backend::backend().payload(&viewer, profile, event).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Sample(Sample),
    Past(i64),
    Pasted,
}

const PASTED: &str = "pasted";

#[component]
pub fn SourceField() -> impl IntoView {
    let w = words::<PreviewWords>();
    let state = State::get();
    let source = RwSignal::new(Source::Sample(state.sample.get_untracked()));
    let said = RwSignal::new(String::new());
    let pasted = StoredValue::new(String::new());

    let take = move |json: String| match BookingEvent::read(json.as_bytes()) {
        Ok(event) => {
            let unread: Vec<String> =
                event.unread.iter().map(|field| endpoints::unread_field(state.language, field)).collect();
            state.event.set(Arc::new(event));
            state.own_event.set_value(Some(json));
            said.set(unread.join(" "));
        }
        Err(fault) => said.set(fault_in_words(state, &fault)),
    };
    let load = move |id: i64| {
        let Some(profile) = state.id else { return };
        said.set(w.loading.to_owned());
        leptos::task::spawn_local(async move {
            let answer = event_payload(profile, id).await;
            // The reader may have chosen another source in the meantime, or left the page.
            if source.try_get_untracked() == Some(Source::Past(id)) {
                match answer {
                    Ok(json) => take(json),
                    Err(AppError::NotFound) => said.set(w.gone.to_owned()),
                    Err(error) => said.set(app_error(state.language, &error)),
                }
            }
        });
    };
    let choose = move |value: String| {
        said.set(String::new());
        if let Some(sample) = Sample::ALL.into_iter().find(|sample| name_of(*sample) == value) {
            source.set(Source::Sample(sample));
            state.sample.set(sample);
            state.event.set(Arc::new(super::super::read_sample(sample, state.now)));
            state.own_event.set_value(None);
        } else if let Ok(id) = value.parse() {
            source.set(Source::Past(id));
            load(id);
        } else {
            source.set(Source::Pasted);
            take(pasted.get_value());
        }
    };
    let note = Memo::new(move |_| {
        let said = said.get();
        if !said.is_empty() || matches!(source.get(), Source::Sample(_)) {
            return said;
        }
        state.profile.with(|profile| {
            let Some(field_name) = &profile.field_name else { return String::new() };
            let all = state.event.with(|event| recipient::recipients(event, field_name));
            match all.iter().filter(|recipient| recipient.chat.is_ok()).count() {
                0 => format!("{} {field_name}", w.no_recipient),
                1 => String::new(),
                count => format!("{} {count}.", w.several),
            }
        })
    });

    let option = |sample: Sample| {
        view! { <option value=name_of(sample)>{sample.title().get(state.language)}</option> }.into_any()
    };
    let samples = Sample::ALL.into_iter().map(option).collect_view();
    let past = state.preview.with_value(|data| {
        let options = data.past.iter().map(past_option).collect_view();
        (!data.past.is_empty()).then(|| view! { <optgroup label=w.past>{options}</optgroup> }.into_any())
    });
    view! {
        <div class="source needs-script">
            <label for="preview-source">{w.source}</label>
            <select
                class="input"
                id="preview-source"
                autocomplete="off"
                aria-describedby="preview-note"
                disabled=move || !state.live.get()
                on:change:target=move |event| choose(event.target().value())
            >
                <optgroup label=w.samples>{samples}</optgroup>
                {past}
                <optgroup label=w.own>
                    <option value=PASTED>{w.paste}</option>
                </optgroup>
            </select>
            <textarea
                class="input mono pasted"
                rows="4"
                spellcheck="false"
                aria-label=w.paste_label
                aria-describedby="preview-note"
                placeholder=w.paste_help
                hidden=move || source.get() != Source::Pasted
                on:input:target=move |event| {
                    pasted.set_value(event.target().value());
                    take(pasted.get_value());
                }
            ></textarea>
            <Said class="field-warning".to_owned() id="preview-note" text=note />
        </div>
    }
}

fn past_option(event: &PastEvent) -> AnyView {
    let separator = if event.about.is_empty() { "" } else { " · " };
    view! { <option value=event.id.to_string()>{format!("{}{separator}{}", event.when, event.about)}</option> }
        .into_any()
}

fn name_of(sample: Sample) -> &'static str {
    match sample {
        Sample::Appointment => "appointment",
        Sample::Order => "order",
        Sample::Group => "group",
        Sample::Everything => "everything",
        Sample::Bare => "bare",
    }
}

fn fault_in_words(state: State, fault: &EventFault) -> String {
    match fault {
        EventFault::Empty => String::new(),
        EventFault::NotJson { line, column } => {
            let w = PreviewWords::of(state.language);
            format!("{} {line}, {} {column}.", w.not_json, w.column)
        }
        fault => endpoints::event_fault(state.language, fault),
    }
}
