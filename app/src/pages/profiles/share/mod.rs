//! `/profiles/{id}/share`: the short URL, where to enter it, and whether it works.

mod sketch;

use hookgram::{delivery::Outcome, message::Part, parameters::Parameter};
use leptos::prelude::*;

use crate::{
    components::{Bubble, CopyField, OutcomeMark, area_text, qr_picture},
    i18n::{PageWords, ShareWords, language, words},
    pages::moment::At,
    views::{
        Address, BookingStep, BotView, LastEventView, Obstacle, QrCode, SampleForm, SecondText, Shared, TargetView,
    },
};

/// The page of a profile's short URL.
#[derive(Clone, Debug)]
pub struct ShareView {
    /// The URL and its problems.
    pub shared: Shared,
    /// The newest event.
    pub newest: Option<LastEventView>,
    /// Whether the reader may enable the profile.
    pub may_change: bool,
    /// The form that sends the sample event.
    pub sample: SampleForm,
    /// The form for a second text, and its result.
    pub second: SecondText,
}

#[component]
pub(in crate::pages) fn Share(view: ShareView) -> impl IntoView {
    let w = words::<ShareWords>();
    let ShareView { shared, newest, may_change, sample, second } = view;
    let row = shared.row;
    let profile = format!("/profiles/{}", row.id);
    let sandbox = row.target == TargetView::Sandbox;
    let bot = match &row.target {
        TargetView::Bot(Some(bot)) => format!("/bots/{}", bot.id),
        _ => profile.clone(),
    };
    let notices =
        shared.obstacles.into_iter().map(|obstacle| notice(w, &bot, row.id, obstacle, may_change)).collect_view();
    let shown = shared.address.as_ref().map_or("https://…/h/…", |address| &address.url);
    let guide = guide(w, shared.booking, &shared.field_name, shown);
    let (short, ways) = match shared.address {
        None => (view! { <p>{w.hidden}</p> }.into_any(), None),
        Some(Address { url, curl, powershell, qr }) => {
            let sender = match &row.target {
                TargetView::Sandbox => Some(row.name.clone()),
                TargetView::Bot(bot) => bot.as_ref().and_then(BotView::sender),
            };
            let short = view! {
                <CopyField text=url label=w.url />
                <p class="help">{w.secret}</p>
                {qr.map(|qr| folded(w, qr))}
            };
            let ways = view! {
                {sample_card(row.id, sandbox, sample, curl, powershell)}
                {second_card(row.id, second, &sender.unwrap_or_else(|| w.bot_name.to_owned()))}
            };
            (short.into_any(), Some(ways))
        }
    };
    let stateless = shared
        .stateless
        .map(|url| copy_card(w.stateless_title, &[w.stateless_why, w.stateless_beware], url, w.stateless_label));
    view! {
        <div class="page-head">
            <div>
                <p class="crumbs">
                    {if may_change {
                        view! { <a href=profile.clone()>{row.name.clone()}</a> }.into_any()
                    } else {
                        view! { <a href="/">{words::<PageWords>().profiles}</a> " / " {row.name.clone()} }.into_any()
                    }}
                </p>
                <h1>{w.title}</h1>
                <p class="why">{w.why}</p>
            </div>
        </div>
        {notices}
        <div class="share-top">
            <section class="card share-url">
                <h2>{w.url}</h2>
                {short}
            </section>
            <section class="card newest-card" aria-live="polite" data-listen=crate::pages::live(&format!("/live/profiles/{}", row.id))>
                <Newest newest />
            </section>
        </div>
        <section class="card guide">{guide}</section>
        {ways}
        {stateless}
        <p class="actions">
            {may_change.then(|| view! { <a class="button" href=profile>{w.back}</a> })}
            {sandbox.then(|| view! { <a class="button" href="/sandbox">{w.sandbox}</a> })}
        </p>
    }
}

/// The notice about an obstacle, with the remedy.
fn notice(w: &'static ShareWords, bot: &str, id: i64, obstacle: Obstacle, may_change: bool) -> AnyView {
    let (class, sentence) = match obstacle {
        Obstacle::OnlyHere => ("warn", w.only_here),
        Obstacle::NotEncrypted => ("warn", w.not_encrypted),
        Obstacle::Disabled => ("bad", w.disabled),
        Obstacle::NoToken => ("bad", w.no_token),
        Obstacle::TokenLocked => ("bad", w.token_locked),
        Obstacle::TokenRefused => ("bad", w.token_refused),
    };
    let action = match obstacle {
        Obstacle::OnlyHere | Obstacle::NotEncrypted => ().into_any(),
        _ if !may_change => ().into_any(),
        Obstacle::Disabled => view! {
            <form method="post" action=format!("/profiles/{id}/enable")>
                <input type="hidden" name="enabled" value="true" />
                <input type="hidden" name="back" value="share" />
                <button class="button">{w.enable}</button>
            </form>
        }
        .into_any(),
        Obstacle::NoToken | Obstacle::TokenLocked | Obstacle::TokenRefused => {
            view! { <a class="button" href=bot.to_owned()>{w.to_token}</a> }.into_any()
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

fn folded(w: &'static ShareWords, qr: QrCode) -> impl IntoView {
    view! {
        <details class="qr-fold">
            <summary class="button small">{w.qr_show}</summary>
            {qr_picture(qr, w.qr)}
            <p class="help">{w.qr_help}</p>
        </details>
    }
}

fn guide(w: &'static ShareWords, booking: Option<BookingStep>, field: &str, url: &str) -> AnyView {
    let step = |title: &'static str, why: AnyView, picture: AnyView| {
        view! {
            <li>
                <div class="step-text">
                    <h3>{title}</h3>
                    {why}
                </div>
                <div class="step-picture">{picture}</div>
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
    let bot = booking.map(|BookingStep { bot, is_on }| {
        let href = format!("/bots/{bot}/booking");
        let state = if is_on {
            view! { <p><span class="mark ok">{w.step_bot_on}</span></p> <p><a href=href>{w.step_bot_open}</a></p> }
                .into_any()
        } else {
            view! { <p><a class="button primary" href=href>{w.step_bot_do}</a></p> }.into_any()
        };
        let why = view! { <p>{w.step_bot_why}</p> {state} }.into_any();
        step(w.step_bot, why, sketch::bot(w))
    });
    view! {
        <h2>{w.steps_title}</h2>
        <p class="why">{w.steps_why}</p>
        <ol class="steps">
            {bot}
            {step(w.step_field, field_words, sketch::field(w, field))}
            {step(w.step_open, words(w.step_open_why), sketch::open(w))}
            {step(w.step_paste, words(w.step_paste_why), sketch::paste(w, url))}
            {step(w.step_action, words(w.step_action_why), sketch::action(w))}
            {step(w.step_kind, words(w.step_kind_why), sketch::kind(w))}
        </ol>
    }
    .into_any()
}

fn copy_card(title: &'static str, why: &[&'static str], text: String, label: &'static str) -> AnyView {
    let why = why.iter().map(|why| view! { <p class="why">{*why}</p> }).collect_view();
    view! {
        <section class="card">
            <h2>{title}</h2>
            {why}
            <CopyField text label whole=true />
        </section>
    }
    .into_any()
}

/// The form that sends the sample event, the result, and the commands for terminals.
fn sample_card(id: i64, sandbox: bool, form: SampleForm, curl: String, powershell: String) -> AnyView {
    let w = words::<ShareWords>();
    let SampleForm { chat, fault, sent, is_windows } = form;
    let names_nobody = chat.is_empty();
    let is_well = fault.is_none();
    let invalid = (!is_well).then_some("true");
    let help = if sandbox { w.try_chat_sandbox_help } else { w.try_chat_help };
    let find = (!sandbox).then(|| {
        view! {
            <p class="help">
                {w.try_find} " " <a href=format!("/profiles/{id}#section-test")>{w.try_find_do}</a>
            </p>
        }
        .into_any()
    });
    let sent = sent.map(|(event, last)| {
        view! {
            <p class="newest-what">
                <span>{w.try_sent}</span>
                <OutcomeMark outcome=last.outcome />
                <a href=format!("/deliveries/{event}")>{w.try_open}</a>
            </p>
            {(!last.why.is_empty()).then(|| view! { <p>{last.why}</p> })}
        }
        .into_any()
    });
    let line = |title: &'static str, text: String, is_open: bool| {
        view! {
            <details class="line-choice" name="line" open=is_open>
                <summary>{title}</summary>
                <CopyField text label=title whole=true />
            </details>
        }
        .into_any()
    };
    view! {
        <section class="card sample-card" id="sample">
            <h2>{w.try_title}</h2>
            <p class="why">{w.try_why}</p>
            <form method="post" action=format!("/profiles/{id}/sample#sample")>
                <div class="field">
                    <label for="sample-chat">{w.try_chat}</label>
                    <div class="copy">
                        <input
                            class="input"
                            id="sample-chat"
                            name="chat"
                            value=chat
                            autocomplete="off"
                            required
                            aria-invalid=invalid
                            aria-describedby="sample-fault sample-help"
                        />
                        <button class="button primary">{w.try_send}</button>
                    </div>
                    <p class="field-fault" id="sample-fault" role="alert" hidden=is_well>
                        {fault}
                    </p>
                    <p class="help" id="sample-help">
                        {help}
                    </p>
                    {find}
                </div>
            </form>
            <div class="sample-sent" data-fresh="sample" aria-live="polite">
                {sent}
            </div>
            <h3>{w.try_lines}</h3>
            <p class="why">{w.try_lines_why} " " {names_nobody.then_some(w.try_lines_chat)}</p>
            {line(w.try_unix, curl, !is_windows)}
            {line(w.try_windows, powershell, is_windows)}
        </section>
    }
    .into_any()
}

/// The form that builds the URL of a second text.
fn second_card(id: i64, second: SecondText, sender: &str) -> AnyView {
    let w = words::<ShareWords>();
    let SecondText { message, sign_text, url, parts, warnings } = second;
    let area = |parameter: Parameter, value: String| {
        let id = format!("second-{}", parameter.name());
        view! {
            <div class="field">
                <label for=id.clone()>{parameter.definition().title.get(language())}</label>
                <textarea class="input" id=id name=parameter.name() rows="3" aria-describedby="second-help">
                    {area_text(value)}
                </textarea>
            </div>
        }
        .into_any()
    };
    let warnings = warnings.into_iter().map(|told| view! { <p class="field-warning">{told}</p> }).collect_view();
    let bubbles = parts
        .iter()
        .enumerate()
        .map(|(index, html)| {
            // The application made this HTML, so it parses. If it did not, it would be shown as text.
            let part = Part::from_html(html).unwrap_or_else(|_| Part::plain(html));
            view! { <Bubble part sender=if index == 0 { sender } else { "" } still=true /> }
        })
        .collect_view();
    let result = match url {
        None => view! { <p>{w.override_none}</p> }.into_any(),
        Some(url) => view! {
            <CopyField text=url label=w.override_label whole=true />
            <h3>{w.override_preview}</h3>
            <div class="chat" tabindex="0" role="region" aria-label=w.override_preview translate="no">
                {bubbles}
            </div>
        }
        .into_any(),
    };
    view! {
        <section class="card" id="second">
            <h2>{w.override_title}</h2>
            <p class="why">{w.override_why}</p>
            <div class="second">
                <form method="post" action=format!("/profiles/{id}/share#second")>
                    {area(Parameter::Message, message)}
                    {area(Parameter::SignText, sign_text)}
                    <p class="help" id="second-help">
                        {w.override_help}
                    </p>
                    {warnings}
                    <button class="button">{w.override_do}</button>
                </form>
                <div class="second-result">{result}</div>
            </div>
        </section>
    }
    .into_any()
}

/// The newest event. It is updated on each change notification.
#[component]
fn Newest(newest: Option<LastEventView>) -> impl IntoView {
    let w = words::<ShareWords>();
    let (class, body) = match newest {
        None => (
            "waiting",
            view! {
                <h2>{w.waiting_title}</h2>
                <p>{w.waiting}</p>
            }
            .into_any(),
        ),
        Some(last) => {
            let (class, title) = match last.outcome {
                Outcome::Delivered | Outcome::Waiting | Outcome::Duplicate => ("ok", w.came_title),
                Outcome::Retrying | Outcome::Suspended | Outcome::Skipped | Outcome::Uncertain | Outcome::Cancelled => {
                    ("warn", w.last_title)
                }
                Outcome::Failed | Outcome::Rejected => ("bad", w.last_title),
            };
            let body = view! {
                <h2>{title}</h2>
                <p class="newest-what">
                    <OutcomeMark outcome=last.outcome />
                    <span>{last.about}</span>
                </p>
                {(!last.why.is_empty()).then(|| view! { <p>{last.why}</p> })}
                <p class="soft">
                    <At at=last.at />
                </p>
            };
            (class, body.into_any())
        }
    };
    view! {
        <div class=format!("newest {class}") data-fresh="newest">
            {body}
            <p class="without-script">
                <a class="button" href="">
                    {w.again}
                </a>
            </p>
        </div>
    }
}
