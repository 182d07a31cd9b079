//! Shows how a change of the form changes the messages of the profile's newest events.

use std::time::Duration;

use hookgram::message::Part;
use leptos::prelude::*;

use super::State;
use crate::{
    components::BubbleLine,
    error::AppError,
    form::{ProfileForm, TypedToken},
    i18n::{PreviewWords, app_error, words},
    views::{Compared, ComparedLine, LineMark},
};

/// The pause in typing after which the comparison is requested.
const REST: Duration = Duration::from_millis(400);

/// Renders the newest events of a profile with the stored profile and with the form, and compares the messages.
#[server(prefix = "/rpc", endpoint = "operator/compare")]
pub async fn compare(id: i64, form: ProfileForm) -> Result<Vec<Compared>, AppError> {
    let viewer = crate::session::Permission::viewer(&crate::session::operator()?);
    crate::backend::backend().compare(&viewer, id, form.edited()).await
}

#[component]
pub fn Changes(id: i64, open: Signal<bool>) -> impl IntoView {
    let w = words::<PreviewWords>();
    let state = State::get();
    let answer = RwSignal::new(None::<Result<Vec<Compared>, AppError>>);
    let busy = RwSignal::new(false);
    let latest = StoredValue::new(0_u32);
    // The comparison is requested only while its tab is open.
    let wanted =
        Memo::new(move |_| open.get().then(|| ProfileForm { token: TypedToken::default(), ..state.form.get() }));
    Effect::new(move || {
        let Some(form) = wanted.get() else { return };
        let turn = latest.get_value().wrapping_add(1);
        latest.set_value(turn);
        busy.set(true);
        let is_latest = move || latest.try_get_value() == Some(turn);
        let ask = move || {
            if !is_latest() {
                return;
            }
            leptos::task::spawn_local(async move {
                let told = compare(id, form).await;
                if is_latest() {
                    answer.set(Some(told));
                    busy.set(false);
                }
            });
        };
        let rest = if answer.with_untracked(Option::is_none) { Duration::ZERO } else { REST };
        set_timeout(ask, rest);
    });
    let summary = move || {
        answer.with(|answer| match answer {
            _ if busy.get() => w.comparing.to_owned(),
            None => String::new(),
            Some(Err(error)) => app_error(state.language, error),
            Some(Ok(all)) if all.is_empty() => w.changes_none_yet.to_owned(),
            Some(Ok(all)) => {
                let changed = all.iter().filter(|one| !one.lines.is_empty()).count();
                format!("{} {changed} / {}", w.changed_of, all.len())
            }
        })
    };
    let events = move || {
        let all = answer.get().and_then(Result::ok).unwrap_or_default();
        all.into_iter().map(|one| view! { <Change one /> }.into_any()).collect::<Vec<_>>()
    };
    view! {
        <p class="help">{w.changes_why}</p>
        <p class="changes-summary" role="status">
            {move || summary()}
        </p>
        {move || events()}
    }
}

#[component]
fn Change(one: Compared) -> impl IntoView {
    let w = words::<PreviewWords>();
    let said = match one.says_nothing {
        _ if one.lines.is_empty() => w.no_difference,
        (true, _) => w.nothing_before,
        (_, true) => w.nothing_after,
        _ => "",
    };
    let lines = one.lines.into_iter().map(line).collect::<Vec<_>>();
    view! {
        <section class="change">
            <h3>
                {one.event.about} " "
                <span class="soft">{one.event.when}</span>
            </h3>
            <p hidden=said.is_empty()>{said}</p>
            <div class="change-lines">{lines}</div>
        </section>
    }
}

/// A line with a sign and a word, so that colour is not the only mark.
fn line(line: ComparedLine) -> AnyView {
    let w = words::<PreviewWords>();
    let (class, sign, word) = match line.mark {
        LineMark::Same => ("", " ", ""),
        LineMark::Added => ("added", "+", w.added),
        LineMark::Removed => ("removed", "−", w.removed),
        LineMark::LeftOut => ("soft", "⋮", ""),
    };
    let html = match (line.html, line.mark) {
        (Some(html), _) => html,
        (None, LineMark::LeftOut) => String::new(),
        (None, _) => w.next_message.to_owned(),
    };
    // The application made this HTML, so it parses. If it did not, it would be shown as text.
    let part = Part::from_html(&html).unwrap_or_else(|_| Part::plain(&html));
    view! {
        <p class=class>
            <span class="sign" aria-hidden="true">
                {sign}
            </span>
            <span class="visually-hidden">{word}</span>
            <BubbleLine part />
        </p>
    }
    .into_any()
}
