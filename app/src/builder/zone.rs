//! The time zone, found by a city: a combobox (ARIA APG, "editable combobox with list autocomplete"). Without scripts,
//! the browser's own list is used.

use chrono::{DateTime, Utc};
use hookgram::{
    parameters::Parameter,
    profile::Profile,
    values::{Language, TimeZone, offset_name},
};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use wasm_bindgen::JsCast;

use super::State;
use crate::i18n::{FormWords, words};

/// The most zones in the list.
const OFFERED: usize = 40;

/// The input for the zone, its list, and the current time there.
#[component]
pub fn ZoneInput(
    value: String,
    /// The id of the input.
    id: String,
    /// The name of the input in the form.
    input_name: String,
    /// The ids for `aria-describedby`.
    described: String,
    invalid: Signal<Option<&'static str>>,
) -> impl IntoView {
    let w = words::<FormWords>();
    let state = State::get();
    let input = NodeRef::<html::Input>::new();
    let is_open = RwSignal::new(false);
    // The search text. It is blank until the reader types, so that the list opens with the main zones.
    let wanted = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let now = RwSignal::new(None::<DateTime<Utc>>);
    // The name that was filled in automatically last. A typed name is not replaced.
    let filled = StoredValue::new(String::new());
    let offered = Memo::new(move |_| match is_open.get() {
        true => wanted.with(|wanted| TimeZone::search(wanted, OFFERED)),
        false => Vec::new(),
    });
    let zone = Memo::new(move |_| state.profile.with(|profile| profile.formatting.time_zone));
    Effect::new(move || {
        filled.set_value(state.profile.with_untracked(|profile| name_of(profile, "")));
        now.set(Some(current()));
        let clock = set_interval_with_handle(move || now.set(Some(current())), std::time::Duration::from_secs(10));
        on_cleanup(move || _ = clock.map(|clock| clock.clear()));
    });

    let open = move |text: String| {
        wanted.set(text);
        active.set(0);
        is_open.set(true);
        // On a phone, the preview's handle may cover the list.
        request_animation_frame(move || show_active(0));
    };
    // Fills in the name of the chosen zone unless a name was typed.
    let rename = move || {
        state.read();
        let named = state.profile.with_untracked(|profile| wanted.with_untracked(|wanted| name_of(profile, wanted)));
        let field = document().get_element_by_id("field-timezone_name");
        let field = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let Some(field) = field.filter(|field| field.value().is_empty() || field.value() == filled.get_value()) {
            field.set_value(&named);
            filled.set_value(named);
            state.read();
        }
    };
    let choose = move |zone: TimeZone| {
        if let Some(input) = input.get_untracked() {
            input.set_value(zone.name());
        }
        is_open.set(false);
        rename();
    };
    let step = move |by: isize| {
        let count = offered.with_untracked(Vec::len);
        if !is_open.get_untracked() {
            return open(String::new());
        }
        active.update(|at| *at = at.checked_add_signed(by).filter(|at| *at < count).unwrap_or(*at));
        show_active(active.get_untracked());
    };
    // Leaving the input with the list open chooses the highlighted zone, unless the typed text names a place by itself.
    let leave = move |typed: String| {
        let marked = offered.with_untracked(|all| all.get(active.get_untracked()).copied());
        let looks = is_open.get_untracked() && !wanted.with_untracked(|wanted| wanted.trim().is_empty());
        match marked.filter(|_| looks && TimeZone::of_place(&typed).is_none()) {
            Some(zone) => choose(zone),
            None => rename(),
        }
    };
    let pressed = move |event: KeyboardEvent| {
        let is_shown = is_open.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            "Escape" if is_shown => is_open.set(false),
            "Enter" if is_shown && !event.ctrl_key() && !event.meta_key() => {
                match offered.with_untracked(|all| all.get(active.get_untracked()).copied()) {
                    Some(zone) => choose(zone),
                    None => is_open.set(false),
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let options = move || {
        let (all, at) = (offered.get(), now.get());
        let draw = |(index, zone): (usize, TimeZone)| {
            let city = wanted.with_untracked(|wanted| called(zone, state.language, wanted));
            view! {
                <li
                    role="option"
                    id=format!("zone-{index}")
                    aria-selected=move || (active.get() == index).to_string()
                    // The browser's default action would move the focus out of the input.
                    on:mousedown=move |event| {
                        event.prevent_default();
                        choose(zone);
                    }
                >
                    <span class="zone-city">{city}</span>
                    <span class="zone-name">{zone.name()}</span>
                    <span class="zone-time">{at.map(|at| clock(zone, at)).unwrap_or_default()}</span>
                </li>
            }
            .into_any()
        };
        all.into_iter().enumerate().map(draw).collect_view()
    };
    let is_empty = move || is_open.get() && offered.with(Vec::is_empty);
    let there = move || {
        let at = now.get()?;
        let zone = zone.get();
        let city = called(zone, state.language, "");
        Some(format!("{city}: {} {}", lower_first(w.zone_now), clock(zone, at)))
    };
    let places =
        TimeZone::main().map(|zone| view! { <option value=called(zone, state.language, "")></option> }.into_any());
    let places = places.collect_view();
    view! {
        <div class="combobox">
            <input
                class="input"
                id=id
                name=input_name
                value=value
                placeholder=TimeZone::default().name()
                autocomplete="off"
                spellcheck="false"
                list=move || (!state.live.get()).then_some("time-zones")
                node_ref=input
                data-field=Parameter::Timezone.name()
                role="combobox"
                aria-expanded=move || is_open.get().to_string()
                aria-controls="zone-list"
                aria-autocomplete="list"
                aria-activedescendant=move || (is_open.get() && !is_empty()).then(|| format!("zone-{}", active.get()))
                aria-invalid=invalid
                aria-describedby=format!("{described} zone-now")
                on:input:target=move |event| open(event.target().value())
                on:click=move |_| open(String::new())
                on:keydown=pressed
                on:blur=move |_| is_open.set(false)
                on:change:target=move |event| leave(event.target().value())
            />
            <datalist id="time-zones">{places}</datalist>
            <ul class="options" id="zone-list" role="listbox" aria-label=w.zone_list hidden=move || !is_open.get() || is_empty()>
                {move || options()}
            </ul>
            <p class="options none" role="status" hidden=move || !is_empty()>
                {w.zone_none}
            </p>
        </div>
        <p class="zone-now" id="zone-now">
            {move || there().unwrap_or_default()}
        </p>
    }
}

/// The label of a zone: the city that matches the search, else its main city, else its name.
fn called(zone: TimeZone, language: Language, wanted: &str) -> String {
    let city = match language {
        Language::Ru if !wanted.is_empty() => zone.city_like(wanted).map(str::to_owned),
        _ => None,
    };
    city.or_else(|| zone.city(language)).or_else(|| zone.city(Language::En)).unwrap_or_else(|| zone.name().to_owned())
}

/// The zone's name for the message. It is blank for the default zone, whose name the renderer has.
fn name_of(profile: &Profile, wanted: &str) -> String {
    let formatting = &profile.formatting;
    let zone = formatting.time_zone;
    if zone == TimeZone::default() {
        return String::new();
    }
    let language = formatting.locale.language();
    let looked_for = match language {
        Language::Ru if !wanted.trim().is_empty() => zone.city_like(wanted).map(str::to_owned),
        _ => None,
    };
    looked_for.or_else(|| zone.city(language)).unwrap_or_default()
}

/// `14:32, GMT+5`.
fn clock(zone: TimeZone, at: DateTime<Utc>) -> String {
    use chrono::Timelike;

    let offset = zone.offset_at(at);
    let there = at.with_timezone(&offset);
    format!("{:02}:{:02}, {}", there.hour(), there.minute(), offset_name(offset))
}

#[allow(clippy::cast_possible_truncation, clippy::as_conversions, reason = "milliseconds stay below 2^53")]
fn current() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

fn show_active(index: usize) {
    if let Some(option) = document().get_element_by_id(&format!("zone-{index}")) {
        let nearest = web_sys::ScrollIntoViewOptions::new();
        nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&nearest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(zone: &str, locale: &str) -> Profile {
        let mut profile = Profile::default();
        assert_eq!(profile.set(Parameter::Timezone, zone), Ok(()));
        assert_eq!(profile.set(Parameter::DateLocales, locale), Ok(()));
        profile
    }

    #[test]
    fn a_zone_is_named_in_the_language_of_the_message() {
        for (zone, locale, wanted, name) in [
            ("Europe/Moscow", "ru-RU", "каз", ""),
            ("Asia/Yekaterinburg", "ru-RU", "", "Екатеринбург"),
            ("Asia/Yekaterinburg", "ru-RU", "челяб", "Челябинск"),
            ("Asia/Yekaterinburg", "ru-RU", "yek", "Екатеринбург"),
            ("Asia/Yekaterinburg", "en-US", "челяб", "Yekaterinburg"),
            ("America/New_York", "de-DE", "", "New York"),
            ("Asia/Tokyo", "ru-RU", "", ""),
            ("Etc/GMT+5", "en-US", "", ""),
        ] {
            assert_eq!(name_of(&profile(zone, locale), wanted), name, "{zone} {locale} {wanted}");
        }
    }

    #[test]
    fn the_clock_shows_the_zone_s_time_and_offset() {
        let at = DateTime::from_timestamp(1_715_156_100, 0).unwrap();
        let text = |zone| TimeZone::parse(zone).map(|zone| clock(zone, at));
        assert_eq!(text("Europe/Moscow").as_deref(), Some("11:15, GMT+3"));
        assert_eq!(text("Asia/Kolkata").as_deref(), Some("13:45, GMT+5:30"));
    }
}
