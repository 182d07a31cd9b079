//! A form field with its title, input, help and fault.

use leptos::prelude::*;

use crate::error::FieldFault;

/// The faults of one field.
#[component]
pub fn FieldFaults(
    /// The field's name on the server.
    field: &'static str,
    /// The id for the input's `aria-describedby`.
    #[prop(into)]
    id: String,
    /// Every fault of the form.
    #[prop(into)]
    faults: Signal<Vec<FieldFault>>,
) -> impl IntoView {
    let text = Memo::new(move |_| {
        faults.with(|all| {
            let own = all.iter().filter(|fault| fault.field == field).map(|fault| fault.sentence.as_str());
            own.collect::<Vec<_>>().join(" ")
        })
    });
    view! { <Said class="field-fault" id text /> }
}

/// A sentence that appears and disappears. Screen readers announce it when it appears.
#[component]
pub fn Said(
    /// The class of the element.
    #[prop(into)]
    class: Signal<String>,
    /// The id for an `aria-describedby`.
    #[prop(into)]
    id: String,
    /// The sentence; empty for none.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    // The element stays in the document while it is empty, because screen readers announce only changes of existing
    // elements.
    let class = move || if text.with(String::is_empty) { "said-nothing".to_owned() } else { class.get() };
    view! {
        <p class=class id=id role="status">
            {text}
        </p>
    }
}

/// A text input of one line.
#[component]
pub fn TextField(
    /// The field's name on the server.
    name: &'static str,
    /// The name of the input in the form.
    #[prop(into, optional)]
    input_name: Option<String>,
    /// The title.
    title: &'static str,
    /// One sentence of help.
    #[prop(optional)]
    help: &'static str,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// The initial value.
    #[prop(into, optional)]
    value: String,
    /// The value that applies while the field is empty.
    #[prop(into, optional)]
    placeholder: String,
    /// The HTML attribute `autocomplete`, for password managers and keyboards.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Whether the field must be filled in.
    #[prop(optional)]
    required: bool,
    /// Every fault of the form.
    #[prop(into)]
    faults: Signal<Vec<FieldFault>>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let help_id = format!("{id}-help");
    let fault_id = format!("{id}-fault");
    let invalid = move || faults.with(|all| all.iter().any(|fault| fault.field == name));
    view! {
        <div class="field">
            <label for=id.clone()>{title}</label>
            <input
                class="input"
                id=id
                type=kind
                name=input_name.unwrap_or_else(|| name.to_owned())
                value=value
                placeholder=placeholder
                autocomplete=autocomplete
                spellcheck=(kind != "text").then_some("false")
                required=required
                data-field=name
                aria-invalid=move || invalid().then_some("true")
                aria-describedby=format!("{fault_id} {help_id}")
            />
            <FieldFaults field=name id=fault_id faults />
            <p class="help" id=help_id>{help}</p>
        </div>
    }
}
