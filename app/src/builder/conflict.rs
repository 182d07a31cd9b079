//! Shows the changes that another user stored while the profile was being edited, so that either version can be kept.

use hookgram::event::EventType;
use leptos::prelude::*;

use super::{State, switches::title_of};
use crate::{
    form::{CODED_IDS, ProfileForm, switches, texts},
    i18n::{BuilderWords, event_type, language, words},
    views::BotView,
};

/// The names of the inputs that differ, each with the stored value; a blank stored value is empty.
fn differences(mine: &ProfileForm, stored: &ProfileForm, bots: &[BotView]) -> Vec<(&'static str, String)> {
    let (w, language) = (words::<BuilderWords>(), language());
    let mut found = Vec::new();
    let mut compare = |title: &'static str, differs: bool, stored: String| {
        if differs {
            found.push((title, stored));
        }
    };
    compare(w.name, mine.name.trim() != stored.name.trim(), stored.name.clone());
    let bot = stored.bot_id().and_then(|id| bots.iter().find(|bot| bot.id == id)).map(BotView::title);
    let target = if stored.is_sandbox() { w.target_sandbox.to_owned() } else { bot.unwrap_or_default() };
    let is_other_bot = !stored.is_sandbox() && mine.bot != stored.bot;
    compare(w.bot_title, mine.is_sandbox() != stored.is_sandbox() || is_other_bot, target);
    let ids = if stored.ids == CODED_IDS { w.ids_coded } else { w.ids_any };
    compare(w.ids, mine.ids != stored.ids, ids.to_owned());
    let (read, _) = mine.read();
    let (theirs, _) = stored.read();
    for parameter in texts() {
        compare(title_of(language, parameter), read.get(parameter) != theirs.get(parameter), {
            stored.value(parameter).to_owned()
        });
    }
    for parameter in switches() {
        let shows = |form: &ProfileForm| form.shown.contains_key(parameter.name());
        let said = if shows(stored) { w.is_shown } else { w.is_hidden };
        compare(title_of(language, parameter), shows(mine) != shows(stored), said.to_owned());
    }
    let events = stored.event_types();
    let named = |event: &EventType| event_type(language, *event);
    let list = if events.is_empty() {
        w.events_all.to_owned()
    } else {
        events.iter().map(named).collect::<Vec<_>>().join(", ")
    };
    compare(w.events_title, mine.event_types() != events, list);
    found
}

/// The notice about a conflict. It lists the stored values that differ from the form.
#[component]
pub fn Conflict(
    /// The stored profile; `None` without a conflict.
    #[prop(into)]
    stored: Signal<Option<ProfileForm>>,
    /// The bots, for their names.
    bots: Vec<BotView>,
) -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let path = state.id.map(|id| format!("/profiles/{id}"));
    move || {
        let stored = stored.get()?;
        let rows = state
            .form
            .with(|mine| differences(mine, &stored, &bots))
            .into_iter()
            .map(|(title, stored)| {
                let stored = if stored.trim().is_empty() { w.outdated_none.to_owned() } else { stored };
                view! {
                    <div>
                        <dt>{title}</dt>
                        <dd translate="no">{stored}</dd>
                    </div>
                }
                .into_any()
            })
            .collect_view();
        Some(
            view! {
                <div class="notice warn" role="alert" id="outdated" tabindex="-1">
                    <p>{w.outdated}</p>
                    <b>{w.outdated_stored}</b>
                    <dl class="facts">{rows}</dl>
                    <p>
                        <a href=path.clone()>{w.outdated_open}</a>
                    </p>
                </div>
            }
            .into_any(),
        )
    }
}
