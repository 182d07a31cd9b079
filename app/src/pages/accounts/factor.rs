//! `/account/second-factor`: setting up the second factor, its recovery codes, disabling it.

use hookgram::Millis;
use leptos::prelude::*;

use crate::{
    components::{area_text, qr_picture},
    error::FieldFault,
    i18n::{AccountWords, FactorWords, SignInWords, codes_left, language, words},
    pages::{
        Fault,
        form::{self, Field},
        moment::At,
    },
    views::QrCode,
};

/// The second factor as its owner sees it. It contains secrets, which `Debug` does not print.
#[derive(Clone)]
pub enum FactorView {
    /// There is no second factor yet.
    SetUp {
        /// Whether the account must have one.
        required: bool,
        /// The secret, in base32.
        secret: String,
        /// The secret, encrypted for this account. The form returns it.
        sealed: String,
        /// The secret as a QR code.
        qr: Option<QrCode>,
        /// The faults of the submitted form.
        faults: Vec<FieldFault>,
    },
    /// The second factor is set up.
    On {
        /// Whether the account must have one.
        required: bool,
        /// When it was set up.
        since: Millis,
        /// The number of unused recovery codes.
        left: i64,
        /// Whether the stored secret cannot be decrypted, so that no code of the app can be checked.
        locked: bool,
    },
    /// New recovery codes, shown once.
    Codes(Vec<String>),
}

impl std::fmt::Debug for FactorView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FactorView(…)")
    }
}

/// `/account/second-factor`
#[component]
pub(in crate::pages) fn Factor(view: FactorView) -> impl IntoView {
    let w = words::<FactorWords>();
    let (title, body) = match view {
        FactorView::SetUp { required, secret, sealed, qr, faults } => {
            (w.title, view! { <SetUp required secret sealed qr faults /> }.into_any())
        }
        FactorView::On { required, since, left, locked } => {
            (w.title, view! { <On required since left locked /> }.into_any())
        }
        FactorView::Codes(codes) => (w.codes_title, view! { <Codes codes /> }.into_any()),
    };
    view! {
        <div class="narrow factor">
            <p class="crumbs">
                <a href="/account">{words::<AccountWords>().title}</a>
            </p>
            <h1>{title}</h1>
            {body}
        </div>
    }
}

#[component]
fn SetUp(required: bool, secret: String, sealed: String, qr: Option<QrCode>, faults: Vec<FieldFault>) -> impl IntoView {
    let (w, s) = (words::<FactorWords>(), words::<SignInWords>());
    let code = Field {
        name: "code",
        title: s.code,
        help: s.code_help,
        autocomplete: "one-time-code",
        keyboard: Some("numeric"),
        ..Field::default()
    };
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    view! {
        <p class="why">{w.set_up_why}</p>
        {required.then(|| view! { <p class="notice warn">{w.required}</p> })}
        <Fault sentence=form::whole(&faults) />
        <form class="card" method="post" action="/account/second-factor">
            <input type="hidden" name="sealed" value=sealed />
            <ol class="steps">
                <li>{w.step_app}</li>
                <li>
                    {w.step_scan}
                    <div class="factor-secret">
                        {qr.map(|code| qr_picture(code, w.qr))}
                        <div>
                            <p class="help">{w.by_hand}</p>
                            <code class="secret" translate="no">
                                {groups.join(" ")}
                            </code>
                        </div>
                    </div>
                </li>
                <li>{w.step_code} {code.draw(&faults, form::focus(&faults, ""))}</li>
            </ol>
            <div class="actions form-end">
                <button class="button primary">{w.turn_on}</button>
            </div>
        </form>
    }
}

#[component]
fn On(required: bool, since: Millis, left: i64, locked: bool) -> impl IntoView {
    let w = words::<FactorWords>();
    view! {
        <p class="why">
            <span class="mark ok">{w.on}</span>
            " " {w.since} " " <At at=since />
        </p>
        {locked.then(|| view! { <p class="notice bad">{w.locked}</p> })}
        <form class="card" method="post" action="/account/second-factor/codes">
            <h2>{w.codes_left}</h2>
            <p>{codes_left(language(), left)}</p>
            <p class="help">{w.codes_why} " " {w.new_codes_why}</p>
            <div class="actions form-end">
                <button class="button">{w.new_codes}</button>
            </div>
        </form>
        <form class="card" method="post" action="/account/second-factor/off">
            <h2>{w.off_title}</h2>
            <p class="help">{if required { w.off_required } else { w.off_why }}</p>
            <div class="actions form-end">
                <button class="button danger">{w.turn_off}</button>
            </div>
        </form>
    }
}

#[component]
fn Codes(codes: Vec<String>) -> impl IntoView {
    let w = words::<FactorWords>();
    let rows = codes.len();
    view! {
        <div class="card">
            <p class="notice warn">{w.codes_once}</p>
            <textarea class="input mono codes" id="codes" readonly rows=rows aria-label=w.codes_label>
                {area_text(codes.join("\n"))}
            </textarea>
            <div class="actions form-end">
                <a class="button primary" href="/account">
                    {w.codes_kept}
                </a>
                <button class="button" type="button" data-copy="#codes" data-done=w.copied hidden>
                    {w.copy}
                </button>
            </div>
        </div>
    }
}
