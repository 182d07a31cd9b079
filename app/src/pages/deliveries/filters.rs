//! The filters of the log. They are a plain form, so that the query is in the address.

use hookgram::{
    delivery::{FailureCause, Outcome},
    log_query::{LogQuery, Period},
};
use leptos::prelude::*;

use crate::{
    components::outcome_word,
    i18n::{LogWords, causes, language, words},
    views::ProfileFilter,
};

#[component]
pub(super) fn Filters(
    query: LogQuery,
    profile: ProfileFilter,
    fault: Option<(String, String)>,
    /// Whether the reader may filter by chats and texts.
    sees_data: bool,
) -> impl IntoView {
    let w = words::<LogWords>();
    let is_narrowed = query.is_narrowed();
    let more = fault.is_some()
        || query.cause.is_some()
        || query.bot.is_some()
        || [&query.chat, &query.order, &query.from, &query.to].iter().any(|text| !text.is_empty());
    let fault_of = |name: &str| fault.as_ref().filter(|(field, _)| field == name).map(|(_, sentence)| sentence.clone());
    let (from_fault, to_fault) = (fault_of("from"), fault_of("to"));
    let outcome_options = Outcome::ALL
        .into_iter()
        .map(|outcome| {
            view! { <option value=outcome.name() selected=query.outcome == Some(outcome)>{outcome_word(outcome)}</option> }
        })
        .collect_view();
    let period_options = Period::ALL
        .into_iter()
        .map(|period| {
            let title = match period {
                Period::Day => w.last_day,
                Period::Week => w.last_week,
                Period::Month => w.last_month,
            };
            view! { <option value=period.name() selected=query.period == Some(period)>{title}</option> }
        })
        .collect_view();
    let cause_options = FailureCause::ALL
        .iter()
        .map(|cause| {
            let title = causes::cause(language(), *cause);
            view! { <option value=cause.name() selected=query.cause == Some(*cause)>{title}</option> }
        })
        .collect_view();
    let (profile_input, profile_note) = profile_name(profile, &query);
    let bot = query.bot.map(|bot| view! { <Text name="bot" title=w.bot value=bot.to_string() /> });
    view! {
        <form class="log-filters" method="get" action="/deliveries" data-filters="" role="search">
            {profile_input}
            <select class="input" name="outcome" aria-label=w.outcome>
                <option value="">{w.any_outcome}</option>
                {outcome_options}
            </select>
            <select class="input" name="period" aria-label=w.period>
                <option value="">{w.any_time}</option>
                {period_options}
            </select>
            {sees_data
                .then(|| {
                    view! {
                        <input
                            class="input"
                            type="search"
                            name="q"
                            value=query.text.clone()
                            aria-label=w.search
                            placeholder=w.search_hint
                            autocomplete="off"
                            spellcheck="false"
                        />
                    }
                })}
            <button class="button">{w.find}</button>
            {is_narrowed.then(|| view! { <a class="button plain reset" href="/deliveries">{w.reset}</a> })}
            {profile_note}
            <details class="more-filters" open=more>
                <summary>{w.more}</summary>
                <div class="more-grid">
                    <label class="field">
                        <span>{w.cause}</span>
                        <select class="input" name="cause">
                            <option value="">{w.any_cause}</option>
                            {cause_options}
                        </select>
                    </label>
                    <Text name="order" title=w.order value=query.order />
                    {sees_data.then(|| view! { <Text name="chat" title=w.chat value=query.chat.clone() /> })}
                    {bot}
                    <Moment name="from" title=w.from value=query.from fault=from_fault />
                    <Moment name="to" title=w.to value=query.to fault=to_fault />
                </div>
            </details>
        </form>
    }
}

/// The field for a profile's name, and its fault. The page's script suggests names while the reader types; a short list
/// of profiles is also suggested without scripts.
fn profile_name(profile: ProfileFilter, query: &LogQuery) -> (AnyView, Option<AnyView>) {
    let w = words::<LogWords>();
    let ProfileFilter { text, fault, candidates, names } = profile;
    let is_bad = fault.is_some();
    let options = names.into_iter().map(|name| view! { <option value=name></option> }.into_any()).collect_view();
    let input = view! {
        <input
            class="input"
            name="named"
            list="profile-names"
            value=text
            aria-label=w.profile
            placeholder=w.all_profiles
            autocomplete="off"
            spellcheck="false"
            data-names="/profiles/names"
            autofocus=is_bad
            aria-invalid=is_bad.then_some("true")
            aria-describedby=is_bad.then_some("profile-note")
        />
        <datalist id="profile-names">{options}</datalist>
    }
    .into_any();
    let links = candidates
        .into_iter()
        .map(|(id, name)| {
            let href = LogQuery { profile: Some(id), behind: None, ..query.clone() }.address("/deliveries");
            view! { <li><a href=href>{name}</a></li> }.into_any()
        })
        .collect_view();
    let note = fault.map(|fault| {
        view! {
            <div class="profile-note" id="profile-note" role="alert">
                <p class="field-fault">{fault}</p>
                <ul>{links}</ul>
            </div>
        }
        .into_any()
    });
    (input, note)
}

#[component]
fn Text(name: &'static str, title: &'static str, value: String) -> impl IntoView {
    view! {
        <label class="field">
            <span>{title}</span>
            <input class="input" name=name value=value autocomplete="off" spellcheck="false" />
        </label>
    }
}

#[component]
fn Moment(name: &'static str, title: &'static str, value: String, fault: Option<String>) -> impl IntoView {
    let w = words::<LogWords>();
    let note = format!("{name}-note");
    let is_bad = fault.is_some();
    // `datetime-local` rejects a day without a time and a malformed text. A text field shows them as typed.
    let kind = if is_bad || value.len() == 10 { "text" } else { "datetime-local" };
    view! {
        <label class="field">
            <span>{title}</span>
            <input
                class="input"
                type=kind
                name=name
                value=value
                aria-describedby=note.clone()
                aria-invalid=is_bad.then_some("true")
                autofocus=is_bad
            />
            <span class=if is_bad { "field-fault" } else { "help" } id=note>
                {fault.unwrap_or_else(|| w.time_help.to_owned())}
            </span>
        </label>
    }
}
