//! Fields of forms that the server draws: each with its help, its fault in its place, and the focus at the first one.

use leptos::prelude::*;

use crate::error::FieldFault;

/// The first field at fault; where there is none, what a form begins with.
pub(super) fn focus<'a>(faults: &'a [FieldFault], otherwise: &'a str) -> &'a str {
    faults.first().map_or(otherwise, |fault| fault.field.as_str())
}

/// The fault of the form as a whole.
pub(super) fn whole(faults: &[FieldFault]) -> Option<String> {
    faults.iter().find(|fault| fault.field.is_empty()).map(|fault| fault.sentence.clone())
}

/// What a field is like.
#[derive(Clone, Default)]
pub(super) struct Field<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// One sentence of help.
    pub help: &'static str,
    /// The input's type; empty is `text`.
    pub kind: &'static str,
    /// What stands in it.
    pub value: &'a str,
    /// For password managers and keyboards.
    pub autocomplete: &'static str,
    /// For the keyboard of a phone.
    pub keyboard: Option<&'static str>,
    /// Whether it may stay empty.
    pub optional: bool,
    /// Whether it cannot be changed.
    pub fixed: bool,
}

impl Field<'_> {
    /// Draws it, with its faults among those of the form; it has the focus if it is the one called `focus`.
    pub(super) fn draw(self, faults: &[FieldFault], focus: &str) -> AnyView {
        let id = format!("field-{}", self.name);
        let (fault_id, help_id) = (format!("{id}-fault"), format!("{id}-help"));
        let own = faults.iter().filter(|fault| fault.field == self.name).map(|fault| fault.sentence.as_str());
        let fault = own.collect::<Vec<_>>().join(" ");
        let is_bad = !fault.is_empty();
        let described = match (is_bad, self.help.is_empty()) {
            (true, _) => Some(fault_id.clone()),
            (false, false) => Some(help_id.clone()),
            (false, true) => None,
        };
        let is_code = self.keyboard.is_some();
        view! {
            <div class="field">
                <label for=id.clone()>{self.title}</label>
                <input
                    class="input"
                    class:code-input=is_code
                    id=id
                    type=if self.kind.is_empty() { "text" } else { self.kind }
                    name=self.name
                    value=self.value.to_owned()
                    autocomplete=self.autocomplete
                    inputmode=self.keyboard
                    spellcheck="false"
                    autocapitalize="none"
                    required=!self.optional
                    readonly=self.fixed
                    autofocus=focus == self.name
                    aria-invalid=is_bad.then_some("true")
                    aria-describedby=described
                />
                {is_bad.then(|| view! { <p class="field-fault" id=fault_id>{fault}</p> })}
                {(!self.help.is_empty() && !is_bad).then(|| view! { <p class="help" id=help_id>{self.help}</p> })}
            </div>
        }
        .into_any()
    }
}
