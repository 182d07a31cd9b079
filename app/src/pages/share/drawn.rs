//! The page's words and pictures, drawn on the server.

use hookgram::values::Language;
use leptos::prelude::*;

use super::sketch;
use crate::{
    pages::drawn::{CopyText, Drawn},
    parts::{OutcomeMark, qr_picture},
    ports::{Obstacle, QrCode, Shared},
    views::{LastEventView, Outcome, TargetView},
    words::{ShareTitle, ShareWords, Words as _},
};

/// The page of a profile.
pub(super) fn page(language: Language, shared: Shared, qr: Option<QrCode>) -> Drawn {
    let w = ShareWords::of(language);
    let row = &shared.row;
    let sandbox = row.target == TargetView::Sandbox;
    let profile = format!("/profiles/{}", row.id);
    let head = head(w, ShareTitle::of(language).title, &profile, &row.name, row.id, &shared.obstacles);
    let guide = guide(w, &shared.field_name, &row.short_url);
    let foot = view! {
        <p class="actions">
            <a class="button" href=profile>{w.back}</a>
            {sandbox.then(|| view! { <a class="button" href="/sandbox" rel="external">{w.sandbox}</a> })}
        </p>
    };
    let address = CopyText {
        before: view! { <h2>{w.url}</h2> }.to_html(),
        text: row.short_url.clone(),
        label: w.url.to_owned(),
        after: under_address(w, qr),
    };
    let with_text = format!("{}?message={}", row.short_url, w.override_text.replace(' ', "%20"));
    let mut copies = vec![
        address,
        copy_text(w.try_title, &[w.try_why], shared.curl, w.try_label),
        copy_text(w.override_title, &[w.override_why], with_text, w.override_label),
    ];
    copies.extend(
        shared
            .stateless
            .map(|url| copy_text(w.stateless_title, &[w.stateless_why, w.stateless_beware], url, w.stateless_label)),
    );
    Drawn { html: vec![head, guide, foot.into_any().to_html()], copies, ..Drawn::default() }
}

fn head(
    w: &'static ShareWords,
    title: &'static str,
    profile: &str,
    name: &str,
    id: i64,
    obstacles: &[Obstacle],
) -> String {
    let notices = obstacles.iter().map(|obstacle| notice(w, profile, id, *obstacle)).collect_view();
    view! {
        <div class="page-head">
            <div>
                <p class="crumbs">
                    <a href=profile.to_owned()>{name.to_owned()}</a>
                </p>
                <h1>{title}</h1>
                <p class="why">{w.why}</p>
            </div>
        </div>
        {notices}
    }
    .into_any()
    .to_html()
}

/// What is in the way, and what to do.
fn notice(w: &'static ShareWords, profile: &str, id: i64, obstacle: Obstacle) -> AnyView {
    let (class, sentence) = match obstacle {
        Obstacle::OnlyHere => ("warn", w.only_here),
        Obstacle::NotEncrypted => ("warn", w.not_encrypted),
        Obstacle::Disabled => ("bad", w.disabled),
        Obstacle::NoToken => ("bad", w.no_token),
        Obstacle::TokenRefused => ("bad", w.token_refused),
    };
    let action = match obstacle {
        Obstacle::OnlyHere | Obstacle::NotEncrypted => ().into_any(),
        // A plain form: whoever sends it comes back to this page, drawn anew.
        Obstacle::Disabled => view! {
            <form method="post" action="/rpc/enable-profile">
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="enabled" value="true" />
                <button class="button">{w.enable}</button>
            </form>
        }
        .into_any(),
        Obstacle::NoToken | Obstacle::TokenRefused => {
            view! { <a class="button" href=profile.to_owned()>{w.to_token}</a> }.into_any()
        }
    };
    view! {
        <div class=format!("notice {class}")>
            <p>{sentence}</p>
            {action}
        </div>
    }
    .into_any()
}

fn under_address(w: &'static ShareWords, qr: Option<QrCode>) -> String {
    let picture = qr.map(|qr| {
        view! {
            <details class="qr-fold">
                <summary class="button small">{w.qr_show}</summary>
                {qr_picture(qr, w.qr)}
                <p class="help">{w.qr_help}</p>
            </details>
        }
    });
    view! {
        <p class="help">{w.secret}</p>
        {picture}
    }
    .into_any()
    .to_html()
}

fn guide(w: &'static ShareWords, field: &str, url: &str) -> String {
    let step = |title: &'static str, why: AnyView, picture: String| {
        view! {
            <li>
                <div class="step-text">
                    <h3>{title}</h3>
                    {why}
                </div>
                <div class="step-picture" inner_html=picture></div>
            </li>
        }
    };
    let words = |why: &'static str| view! { <p>{why}</p> }.into_any();
    let field_words = view! {
        <p>{w.step_field_why}</p>
        <p>
            <code>{field.to_owned()}</code>
        </p>
    }
    .into_any();
    view! {
        <h2>{w.steps_title}</h2>
        <p class="why">{w.steps_why}</p>
        <ol class="steps">
            {step(w.step_field, field_words, sketch::field(w, field))}
            {step(w.step_open, words(w.step_open_why), sketch::open(w))}
            {step(w.step_paste, words(w.step_paste_why), sketch::paste(w, url))}
            {step(w.step_action, words(w.step_action_why), sketch::action(w))}
            {step(w.step_kind, words(w.step_kind_why), sketch::kind(w))}
        </ol>
    }
    .into_any()
    .to_html()
}

fn copy_text(title: &'static str, why: &[&'static str], text: String, label: &'static str) -> CopyText {
    let why = why.iter().map(|why| view! { <p class="why">{*why}</p> }).collect_view();
    let before = view! {
        <h2>{title}</h2>
        {why}
    };
    CopyText { before: before.into_any().to_html(), text, label: label.to_owned(), after: String::new() }
}

/// The card of the newest event.
pub(super) fn newest(language: Language, last: Option<LastEventView>) -> Drawn {
    let w = ShareWords::of(language);
    // Parts find the language of what they draw in the context.
    provide_context(language);
    let again = view! {
        <p class="without-script">
            <a class="button" href="">{w.again}</a>
        </p>
    }
    .to_html();
    let Some(last) = last else {
        let html = view! {
            <h2>{w.waiting_title}</h2>
            <p>{w.waiting}</p>
        };
        let html = vec![html.into_any().to_html(), again];
        return Drawn { class: "waiting".to_owned(), html, ..Drawn::default() };
    };
    let (class, title) = match last.outcome {
        Outcome::Delivered | Outcome::Waiting | Outcome::Duplicate => ("ok", w.came_title),
        Outcome::Retrying | Outcome::Parked | Outcome::Skipped | Outcome::Uncertain | Outcome::Cancelled => {
            ("warn", w.last_title)
        }
        Outcome::Failed | Outcome::Rejected => ("bad", w.last_title),
    };
    let why = (!last.why.is_empty()).then(|| view! { <p>{last.why}</p> });
    let html = view! {
        <h2>{title}</h2>
        <p class="newest-what">
            <OutcomeMark outcome=last.outcome />
            <span>{last.about}</span>
        </p>
        {why}
    };
    let html = vec![html.into_any().to_html(), again];
    Drawn { class: class.to_owned(), html, at: Some(last.at), ..Drawn::default() }
}
