//! The fields of the cards. Each shows its fault, or the environment variable that overrides it.

use leptos::prelude::*;

use super::{SettingField, SettingsView};
use crate::i18n::{SettingsWords, words};

pub(super) fn card(id: &'static str, title: &'static str, why: &'static str, body: AnyView) -> AnyView {
    view! {
        <section class="card" id=id>
            <h2>{title}</h2>
            <p class="why">{why}</p>
            {body}
        </section>
    }
    .into_any()
}

/// The form of a card. It has no button if none of its fields can be changed.
pub(super) fn card_form(view: &SettingsView, names: &[&str], fields: AnyView) -> AnyView {
    let w = words::<SettingsWords>();
    let can_change = names.iter().any(|name| view.field(name).fixed.is_none());
    // The form contains the stored values, so that a value that another admin has changed in the meantime is not
    // overwritten.
    let began_from = names
        .iter()
        .map(|name| {
            view! { <input type="hidden" name=format!("{name}_was") value=view.field(name).stored /> }.into_any()
        })
        .collect_view();
    view! {
        <form method="post" action="/settings">
            <fieldset class="plain-fieldset" disabled=view.locked>
                {began_from}
                {fields}
                {can_change
                    .then(|| {
                        view! {
                            <div class="actions form-end">
                                <button class="button primary">{w.save}</button>
                            </div>
                        }
                    })}
            </fieldset>
        </form>
    }
    .into_any()
}

pub(super) fn fixed(name: &'static str) -> AnyView {
    let w = words::<SettingsWords>();
    view! {
        <p class="help fixed">
            {w.fixed} " " <code>{name}</code>
        </p>
    }
    .into_any()
}

/// The fault, or else the help.
pub(super) fn note(name: &str, fault: Option<String>, help: &'static str) -> AnyView {
    let class = if fault.is_some() { "field-fault" } else { "help" };
    view! {
        <p class=class id=format!("{name}-note")>
            {fault.unwrap_or_else(|| help.to_owned())}
        </p>
    }
    .into_any()
}

pub(super) fn text(
    view: &SettingsView,
    name: &'static str,
    title: &'static str,
    help: &'static str,
    keyboard: &'static str,
) -> AnyView {
    let SettingField { text, fixed: fixed_by, fault, .. } = view.field(name);
    let is_bad = fault.is_some();
    view! {
        <div class="field">
            <label for=name>{title}</label>
            <input
                class="input"
                id=name
                name=fixed_by.is_none().then_some(name)
                value=text
                readonly=fixed_by.is_some()
                inputmode=keyboard
                autocomplete="off"
                spellcheck="false"
                autofocus=is_bad
                aria-invalid=is_bad.then_some("true")
                aria-describedby=format!("{name}-note")
            />
            {note(name, fault, help)}
            {fixed_by.map(fixed)}
        </div>
    }
    .into_any()
}

/// A field for a number and its unit. A single unit without a name is shown beside the field.
pub(super) fn number(
    view: &SettingsView,
    name: &'static str,
    title: &'static str,
    help: &'static str,
    units: &[(&'static str, &'static str)],
) -> AnyView {
    let w = words::<SettingsWords>();
    let SettingField { text, fixed: fixed_by, fault, .. } = view.field(name);
    let is_bad = fault.is_some();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (amount, unit) = text.split_at(digits);
    let unit = unit.trim();
    let known = |name: &str| name.eq_ignore_ascii_case(unit);
    // A fixed value, or one that is not a number with a known unit, is shown as it is stored.
    let whole =
        fixed_by.is_some() || amount.is_empty() || !(unit.is_empty() || units.iter().any(|(name, _)| known(name)));
    let value = if whole { text.clone() } else { amount.to_owned() };
    let options = units
        .iter()
        .map(|(name, title)| view! { <option value=*name selected=known(name)>{*title}</option> })
        .collect_view();
    let only = units.first().filter(|(name, _)| name.is_empty()).map(|(_, title)| *title);
    let select = (only.is_none() && fixed_by.is_none()).then(|| {
        view! {
            <select class="input" name=format!("{name}_unit") aria-label=format!("{title}: {}", w.unit)>
                {options}
            </select>
        }
    });
    let only = only.map(|title| view! { <span class="soft">{title}</span> });
    view! {
        <div class="field">
            <label for=name>{title}</label>
            <span class="amount">
                <input
                    class="input"
                    id=name
                    name=fixed_by.is_none().then_some(name)
                    value=value
                    readonly=fixed_by.is_some()
                    inputmode="numeric"
                    autocomplete="off"
                    autofocus=is_bad
                    aria-invalid=is_bad.then_some("true")
                    aria-describedby=format!("{name}-note")
                />
                {select}
                {only}
            </span>
            {note(name, fault, help)}
            {fixed_by.map(fixed)}
        </div>
    }
    .into_any()
}

pub(super) fn choice(
    view: &SettingsView,
    name: &'static str,
    title: &'static str,
    help: &'static str,
    values: &[(&'static str, &'static str)],
) -> AnyView {
    let SettingField { text, fixed: fixed_by, fault, .. } = view.field(name);
    let is_bad = fault.is_some();
    let options = values
        .iter()
        .map(|(value, title)| view! { <option value=*value selected=*value == text>{*title}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label for=name>{title}</label>
            <select
                class="input"
                id=name
                name=name
                disabled=fixed_by.is_some()
                autofocus=is_bad
                aria-invalid=is_bad.then_some("true")
                aria-describedby=format!("{name}-note")
            >
                {options}
            </select>
            {note(name, fault, help)}
            {fixed_by.map(fixed)}
        </div>
    }
    .into_any()
}
