//! Shows an imported URL's message beside the form's message.

use hookgram::{
    Millis,
    channel::Limits,
    message::{Context, Part, render},
    profile::Profile,
    sample::Sample,
};
use leptos::prelude::*;

use super::{State, read_sample};
use crate::{
    components::Bubbles,
    i18n::{FormWords, words},
    views::ImportView,
};

/// The message of a sample of the week after `now`.
pub fn rendered(profile: &Profile, sample: Sample, now: Millis, booking_host: &str) -> Vec<Part> {
    let event = read_sample(sample, now);
    let field_name = profile.field_name.as_deref();
    render(&profile.formatting, Context { event: &event, participant: Some(0), field_name, booking_host })
        .parts(&Limits::TELEGRAM)
}

/// The imported and the lost parts of the URL, and both messages.
#[component]
pub fn Proof(import: ImportView) -> impl IntoView {
    let w = words::<FormWords>();
    let state = State::get();
    let ImportView { lost, shared_bot, messages } = import;
    let old = StoredValue::new(messages);
    let new_parts = move |sample| {
        let parts =
            |profile: &Profile| state.booking_host.with_value(|host| rendered(profile, sample, state.now, host));
        state.profile.with(parts)
    };
    let old_html = move |index: usize| old.with_value(|all| all.get(index).cloned().unwrap_or_default());
    let differs = Memo::new(move |_| {
        Sample::ALL.into_iter().enumerate().find_map(|(index, sample)| {
            let new: Vec<String> = new_parts(sample).iter().map(Part::html).collect();
            (new != old_html(index)).then_some(index)
        })
    });
    let shown = move || differs.get().unwrap_or_default();
    let sample = move || Sample::ALL.into_iter().nth(shown()).unwrap_or(Sample::Appointment);
    let before = Memo::new(move |_| {
        // The application made this HTML, so it parses. If it did not, it would be shown as text.
        let part = |html: String| Part::from_html(&html).unwrap_or_else(|_| Part::plain(&html));
        old_html(shown()).into_iter().map(part).collect::<Vec<_>>()
    });
    let after = Memo::new(move |_| new_parts(sample()));
    let verdict = move || {
        let title = |sample: Sample| sample.title().get(state.language);
        match differs.get() {
            None => format!("✓ {} {}.", w.proof_equal, Sample::ALL.map(title).join(", ")),
            Some(_) => format!("≠ {} {}.", w.proof_differ, title(sample())),
        }
    };
    let differences = move || {
        differs.get()?;
        let (old, new) = (lines(&before.get()), lines(&after.get()));
        let gone = only_in(&old, &new);
        let added = only_in(&new, &old);
        let style_only = gone.is_empty() && added.is_empty();
        let list = |title: &'static str, class: &'static str, lines: Vec<String>| {
            let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }.into_any()).collect_view();
            view! {
                <p>{title}</p>
                <ul class=class>{lines}</ul>
            }
            .into_any()
        };
        Some(
            view! {
                <div class="differences">
                    {(!gone.is_empty()).then(|| list(w.proof_gone, "gone", gone))}
                    {(!added.is_empty()).then(|| list(w.proof_added, "added", added))}
                    {style_only.then(|| view! { <p>{w.proof_style}</p> }.into_any())}
                </div>
            }
            .into_any(),
        )
    };
    let all_carried = lost.is_empty();
    let lacks_only_bot = all_carried && shared_bot.is_some();
    let shared_bot = shared_bot.map(|sentence| {
        view! {
            <div class="notice warn" id="shared">
                <p>{sentence}</p>
                <a class="button small" href="/bots#add">
                    {w.proof_bot}
                </a>
            </div>
        }
        .into_any()
    });
    let lost = lost.into_iter().map(|sentence| view! { <li>{sentence}</li> }.into_any()).collect_view();
    view! {
        <section class="card proof">
            <h2>{w.proof_title}</h2>
            {shared_bot}
            <p class="why" hidden=lacks_only_bot>{if all_carried { w.proof_all } else { w.proof_lost }}</p>
            <ul class="lost" hidden=all_carried>
                {lost}
            </ul>
            <p class=move || format!("answer {}", if differs.get().is_some() { "bad" } else { "ok" }) role="status">
                {move || verdict()}
            </p>
            {move || differences()}
            <div class="proof-pair">
                <Side title=w.proof_old parts=before />
                <Side title=w.proof_new parts=after />
            </div>
        </section>
    }
}

#[component]
fn Side(title: &'static str, parts: Memo<Vec<Part>>) -> impl IntoView {
    let nothing = words::<FormWords>().proof_nothing;
    let sender = State::get().sender;
    view! {
        <figure>
            <figcaption>{title}</figcaption>
            <div class="chat" tabindex="0" role="region" aria-label=title>
                <Bubbles parts sender marked=None />
                <p class="bubble-note" hidden=move || !parts.with(Vec::is_empty)>
                    {nothing}
                </p>
            </div>
        </figure>
    }
}

fn lines(parts: &[Part]) -> Vec<String> {
    let text: Vec<String> = parts.iter().map(Part::text).collect();
    text.join("\n").lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn only_in(these: &[String], others: &[String]) -> Vec<String> {
    these.iter().filter(|line| !others.contains(line)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_missing_from_the_other_message_are_listed() {
        let [old, new] = ["a\n\nb\nc", "a\nB\nc\nd"].map(|text| lines(&[Part::plain(text)]));
        assert_eq!(only_in(&old, &new), ["b"]);
        assert_eq!(only_in(&new, &old), ["B", "d"]);
    }
}
