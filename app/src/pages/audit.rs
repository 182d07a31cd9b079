//! `/audit`: the audit log, with the user, the time, the address and the changed values of each action.

use hookgram::{
    Millis,
    audit::{AuditAction, AuditObject, AuditQuery, COMMAND_LINE},
    bot::SANDBOX_BOT_NAME,
    delivery::{FailureCause, Outcome},
    event::EventType,
    role::Role,
};
use leptos::prelude::*;

use super::moment::At;
use crate::{
    components::{EmptyState, outcome_word},
    i18n::{AuditWords, SettingsWords, audit, causes, days, event_type, language, role_name, words},
};

/// An entry.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// Its id.
    pub id: i64,
    /// When it happened.
    pub at: Millis,
    /// The user's e-mail address; blank for the command line.
    pub who: String,
    /// The client's IP address; `None` for a command on the server's machine.
    pub address: Option<String>,
    /// The action; `None` if its name is unknown.
    pub action: Option<AuditAction>,
    /// The name of the object.
    pub object: String,
    /// The page of the object.
    pub href: Option<String>,
    /// The changes: name, old value, new value.
    pub changes: Vec<(String, String, String)>,
}

/// The audit for a query.
#[derive(Clone, Debug, Default)]
pub struct AuditView {
    /// The query.
    pub query: AuditQuery,
    /// Whether `from` and whether `to` is faulty.
    pub faults: (bool, bool),
    /// The entries found, newest first.
    pub rows: Vec<AuditRow>,
    /// The entry after which the next page begins.
    pub next: Option<i64>,
    /// The addresses of all accounts.
    pub people: Vec<String>,
    /// The retention period of entries, in days.
    pub kept: u64,
}

#[component]
pub(super) fn Audit(view: AuditView) -> impl IntoView {
    let w = words::<AuditWords>();
    let AuditView { query, faults, rows, next, people, kept } = view;
    let older = next.map(|next| AuditQuery { behind: Some(next), ..query.clone() }.address());
    let newest = query.behind.is_some().then(|| AuditQuery { behind: None, ..query.clone() }.address());
    let narrowed = query.is_narrowed();
    let body = if rows.is_empty() {
        let (title, why) = if narrowed { (w.no_match_title, w.no_match_why) } else { (w.none_title, w.none_why) };
        let (href, action) = if narrowed { ("/audit", w.reset) } else { ("/settings", w.to_settings) };
        view! { <EmptyState title why href action /> }.into_any()
    } else {
        let rows = rows.into_iter().map(row).collect_view();
        view! {
            <div class="card table-card">
                <table class="table audit-table" aria-label=w.title>
                    <thead>
                        <tr>
                            <th scope="col">{w.what}</th>
                            <th scope="col">{w.object}</th>
                            <th scope="col">{w.who}</th>
                            <th scope="col">{w.when}</th>
                            <th scope="col">{w.whence}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="page-head">
            <div>
                <h1>{w.title}</h1>
                <p class="why">{w.why} " " {w.kept} " " {days(language(), kept)} "."</p>
            </div>
        </div>
        <Filters query faults people />
        {body}
        <nav class="actions pages" aria-label=w.older>
            {newest.map(|href| view! { <a class="button" href=href>{w.newest}</a> })}
            {older.map(|href| view! { <a class="button" href=href rel="next">{w.older}</a> })}
        </nav>
    }
}

#[component]
fn Filters(query: AuditQuery, faults: (bool, bool), people: Vec<String>) -> impl IntoView {
    let w = words::<AuditWords>();
    let narrowed = query.is_narrowed();
    let kinds = AuditObject::ALL
        .into_iter()
        .map(|kind| {
            view! { <option value=kind.name() selected=query.kind == Some(kind)>{audit::object(language(), kind)}</option> }
        })
        .collect_view();
    let actions = AuditObject::ALL
        .into_iter()
        .map(|kind| {
            let of_kind = AuditAction::ALL
                .iter()
                .filter(|action| action.object() == kind)
                .map(|action| {
                    view! {
                        <option value=action.name() selected=query.action == Some(*action)>
                            {audit::action(language(), *action)}
                        </option>
                    }
                })
                .collect_view();
            view! { <optgroup label=audit::object(language(), kind)>{of_kind}</optgroup> }
        })
        .collect_view();
    let known = query.who.is_empty() || query.who == COMMAND_LINE || people.contains(&query.who);
    let other = (!known).then(|| query.who.clone());
    let people = other
        .into_iter()
        .chain(people)
        .map(|email| {
            let chosen = email == query.who;
            view! { <option value=email.clone() selected=chosen>{email.clone()}</option> }
        })
        .collect_view();
    let more = faults.0 || faults.1 || !query.from.is_empty() || !query.to.is_empty() || !query.object.is_empty();
    view! {
        <form class="log-filters audit-filters" method="get" action="/audit" data-filters="" role="search">
            <select class="input" name="kind" aria-label=w.kind>
                <option value="">{w.any_kind}</option>
                {kinds}
            </select>
            <select class="input" name="action" aria-label=w.what>
                <option value="">{w.any_action}</option>
                {actions}
            </select>
            <select class="input" name="who" aria-label=w.who>
                <option value="">{w.anybody}</option>
                <option value=COMMAND_LINE selected=query.who == COMMAND_LINE>
                    {w.command_line}
                </option>
                {people}
            </select>
            <button class="button">{w.find}</button>
            {narrowed.then(|| view! { <a class="button plain reset" href="/audit">{w.reset}</a> })}
            <details class="more-filters" open=more>
                <summary>{w.more}</summary>
                <div class="more-grid">
                    <label class="field">
                        <span>{w.object}</span>
                        <input
                            class="input"
                            name="object"
                            value=query.object.clone()
                            placeholder=w.object_hint
                            autocomplete="off"
                            spellcheck="false"
                        />
                    </label>
                    <Day name="from" title=w.from value=query.from.clone() is_bad=faults.0 />
                    <Day name="to" title=w.to value=query.to.clone() is_bad=faults.1 />
                </div>
            </details>
        </form>
    }
}

#[component]
fn Day(name: &'static str, title: &'static str, value: String, is_bad: bool) -> impl IntoView {
    let w = words::<AuditWords>();
    let note = format!("{name}-note");
    view! {
        <label class="field">
            <span>{title}</span>
            <input
                class="input"
                type=if is_bad { "text" } else { "date" }
                name=name
                value=value
                autofocus=is_bad
                aria-invalid=is_bad.then_some("true")
                aria-describedby=is_bad.then(|| note.clone())
            />
            {is_bad.then(|| view! { <span class="field-fault" id=note>{w.date_unreadable}</span> })}
        </label>
    }
}

fn row(row: AuditRow) -> AnyView {
    let w = words::<AuditWords>();
    let title = row.action.map_or("–", |action| audit::action(language(), action));
    let is_bot = row.action.is_some_and(|action| action.object() == AuditObject::Bot);
    let name = if is_bot && row.object == SANDBOX_BOT_NAME { w.c_sandbox.to_owned() } else { row.object };
    let object = match row.href {
        Some(href) if !name.is_empty() => view! { <a href=href>{name}</a> }.into_any(),
        // An object without a name is the only one of its kind, or stands for many.
        _ if name.is_empty() => row
            .action
            .map(|action| view! { <span class="soft">{audit::object(language(), action.object())}</span> })
            .into_any(),
        _ => name.into_any(),
    };
    let changes = (!row.changes.is_empty()).then(|| {
        let lines = row.changes.into_iter().map(|(what, from, to)| change(&what, from, to)).collect_view();
        view! {
            <details class="audit-changes">
                <summary>{w.changes}</summary>
                <dl class="differences">{lines}</dl>
            </details>
        }
    });
    let who = if row.who.is_empty() { w.command_line.to_owned() } else { row.who };
    view! {
        <tr>
            <th scope="row">{title} {changes}</th>
            <td data-title=w.object>{object}</td>
            <td data-title=w.who>{who}</td>
            <td data-title=w.when>
                <At at=row.at seconds=true />
            </td>
            <td data-title=w.whence>
                {row.address.unwrap_or_else(|| w.this_machine.to_owned())}
            </td>
        </tr>
    }
    .into_any()
}

/// A change: its name, the old value and the new value.
pub(in crate::pages) fn change(what: &str, from: String, to: String) -> AnyView {
    let w = words::<AuditWords>();
    let shown = |text: String| match (what, text.as_str()) {
        ("events", "") => w.c_events_all.into_any(),
        ("events", numbers) => event_names(numbers).into_any(),
        (_, "") => view! { <i class="soft">{w.nothing}</i> }.into_any(),
        (_, "true") => w.yes.into_any(),
        (_, "false") => w.no.into_any(),
        (what, value) => said(what, value).map_or_else(|| text.clone().into_any(), IntoAny::into_any),
    };
    let before = (!from.is_empty()).then(|| {
        view! {
            <del>
                <span class="visually-hidden">{w.before} ": "</span>
                {shown(from)}
            </del>
            <span aria-hidden="true">" → "</span>
        }
    });
    view! {
        <div>
            <dt>{named(what)}</dt>
            <dd>
                {before} <ins>
                    <span class="visually-hidden">{w.after} ": "</span>
                    {shown(to)}
                </ins>
            </dd>
        </div>
    }
    .into_any()
}

/// The names of event types. The audit stores their numbers.
fn event_names(numbers: &str) -> String {
    let name = |number: &str| {
        number.parse().map_or_else(|_| number.to_owned(), |number| event_type(language(), EventType(number)))
    };
    numbers.split(", ").map(name).collect::<Vec<_>>().join(", ")
}

/// The text for a value that has one.
fn said(what: &str, value: &str) -> Option<&'static str> {
    let (w, s) = (words::<AuditWords>(), words::<SettingsWords>());
    Some(match (what, value) {
        ("role", role) => role_name(Role::parse(role)?),
        ("outcome", outcome) => outcome_word(Outcome::parse(outcome)?),
        ("cause", cause) => causes::cause(language(), FailureCause::parse(cause)?),
        ("how", "replay_as_was") => w.as_was,
        ("how", "replay_as_is") => w.as_is,
        ("how", "cancel") => audit::action(language(), AuditAction::Cancelled),
        ("old_key", "stops") => w.key_stops,
        ("old_key", "day") => w.key_day,
        ("answer", "taken") => w.taken,
        ("answer", "not sent") => w.not_sent,
        ("answer", "sent") => w.test_sent,
        ("answer", "refused") => w.test_refused,
        ("answer", "event") => w.test_event,
        ("answer", "in_sandbox") => w.test_in_sandbox,
        ("second_factor", "off") => s.factor_off,
        ("second_factor", "admins") => s.factor_admins,
        ("second_factor", "operators") => s.factor_operators,
        ("second_factor", "all") => s.factor_all,
        _ => return None,
    })
}

/// The title of a changed value. A parameter of the contract keeps its own name.
fn named(what: &str) -> AnyView {
    let (w, s) = (words::<AuditWords>(), words::<SettingsWords>());
    let title = match what {
        "name" => w.c_name,
        "enabled" => w.c_enabled,
        "sandbox" => w.c_sandbox,
        "bot" => w.c_bot,
        "events" => w.c_events,
        "telegramToken" => w.c_token,
        "count" => w.c_count,
        "chat" => w.c_chat,
        "ids" => w.c_ids,
        "event" => w.c_event,
        "how" => w.c_how,
        "outcome" => w.c_outcome,
        "cause" => w.c_cause,
        "old_key" => w.c_old_key,
        "key" => w.c_key,
        "filter" => w.c_filter,
        "with_secrets" => w.c_with_secrets,
        "role" => w.c_role,
        "answer" => w.c_answer,
        "messages" => w.c_messages,
        "event_count" => w.c_event_count,
        "smtp_url" => s.smtp_url,
        "mail_from" => s.mail_from,
        "retention_days" => s.retention_days,
        "audit_days" => s.audit_days,
        "customer_days" => s.customer_days,
        "stateless" => s.stateless,
        "stranger_events" => s.stranger_events,
        "duplicate_window" => s.duplicate_window,
        "max_body" => s.max_body,
        "retry_max_age" => s.retry_max_age,
        "booking_url" => s.booking_url,
        "booking_pages" => s.booking_pages,
        "second_factor" => s.second_factor,
        "viewers_see_data" => s.viewers_see_data,
        _ => return view! { <code>{what.to_owned()}</code> }.into_any(),
    };
    title.into_any()
}
