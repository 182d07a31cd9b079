//! `/account`: the reader's own account, and `/confirm`: re-authentication.

use hookgram::{
    Millis,
    preferences::{KeptPreferences, Theme},
    role::{Account, Role},
};
use leptos::prelude::*;

use super::{
    entry::proof,
    sessions::{SessionView, Sessions},
};
use crate::{
    error::FieldFault,
    i18n::{AccountWords, ConfirmWords, SignInWords, codes_left, language, role_name, words},
    pages::{
        Fault,
        form::{self, Field},
        moment::At,
    },
    preferences::tag,
};

/// The page shows a warning if fewer recovery codes than this are left.
const FEW: i64 = 3;

/// The reader's own account.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether a link for a new password can be mailed.
    pub has_mail: bool,
    /// When the second factor was set up, and the number of unused recovery codes.
    pub factor: Option<(Millis, i64)>,
    /// Whether the account must have a second factor.
    pub factor_required: bool,
    /// The account's sessions.
    pub sessions: Vec<SessionView>,
    /// The stored preferences for pages.
    pub kept: KeptPreferences,
    /// The faults of the submitted form.
    pub faults: Vec<FieldFault>,
}

/// Re-authentication before an important change, with the password and the second factor if set.
#[derive(Clone, Debug)]
pub struct ConfirmView {
    /// The page to continue with.
    pub next: String,
    /// The e-mail address of the account.
    pub email: String,
    /// Whether the account has a password.
    pub has_password: bool,
    /// Whether the account has a second factor.
    pub has_second_factor: bool,
    /// The faults of the submitted form.
    pub faults: Vec<FieldFault>,
}

/// `/account`
#[component]
pub(in crate::pages) fn AccountPage(view: AccountView) -> impl IntoView {
    let w = words::<AccountWords>();
    let AccountView { account, has_password, has_mail, factor, factor_required, sessions, kept, faults } = view;
    view! {
        <div class="narrow account">
            <h1>{w.title}</h1>
            <p class="why">
                <b translate="no">{account.email.clone()}</b>
                {format!(" · {}", role_name(account.role))}
            </p>
            <Fault sentence=form::whole(&faults) />
            <Password
                email=account.email
                has_password
                has_second_factor=factor.is_some()
                by_command=!has_mail && account.role == Role::Admin
                faults=faults.clone()
            />
            <Factor factor required=factor_required />
            <Sessions sessions />
            <Pages kept faults />
        </div>
    }
}

#[component]
fn Password(
    email: String,
    has_password: bool,
    has_second_factor: bool,
    by_command: bool,
    faults: Vec<FieldFault>,
) -> impl IntoView {
    let (w, s) = (words::<AccountWords>(), words::<SignInWords>());
    let focus = form::focus(&faults, "").to_owned();
    let current = Field {
        name: "current",
        title: w.current_password,
        kind: "password",
        autocomplete: "current-password",
        ..Field::default()
    };
    let new = Field {
        name: "password",
        title: s.new_password,
        help: s.password_help,
        kind: "password",
        autocomplete: "new-password",
        ..Field::default()
    };
    let (why, submit) =
        if has_password { (w.password_why, w.change_password) } else { (w.password_none, w.set_password) };
    view! {
        <form class="card" method="post" action="/account/password">
            <h2>{w.password_title}</h2>
            <p class="why">{why}</p>
            // A password manager stores the new password with this address.
            <input class="visually-hidden" type="email" autocomplete="username" value=email tabindex="-1" aria-hidden="true" readonly />
            {has_password.then(|| current.draw(&faults, &focus))}
            {new.draw(&faults, &focus)}
            {has_second_factor.then(|| proof(&faults, ""))}
            <div class="actions form-end">
                <button class="button">{submit}</button>
            </div>
            {by_command
                .then(|| {
                    view! {
                        <p class="help">
                            {w.lost_password} " " <code translate="no">"hookgram user reset-link E-MAIL"</code>
                        </p>
                    }
                })}
        </form>
    }
}

#[component]
fn Factor(factor: Option<(Millis, i64)>, required: bool) -> impl IntoView {
    let w = words::<AccountWords>();
    let (state, action) = match factor {
        Some((since, left)) => (
            view! {
                <p>
                    <span class="mark ok">{w.factor_on}</span>
                    " " {w.factor_since} " " <At at=since />
                    {format!(" · {}", codes_left(language(), left))}
                </p>
                {(left < FEW).then(|| view! { <p class="notice warn">{w.factor_few}</p> })}
            }
            .into_any(),
            view! {
                <a class="button" href="/account/second-factor">
                    {w.factor_manage}
                </a>
            }
            .into_any(),
        ),
        None => (
            view! {
                <p>
                    <span class="mark">{w.factor_off}</span>
                    {required.then(|| format!(" {}", w.factor_required))}
                </p>
            }
            .into_any(),
            view! {
                <a class="button primary" href="/account/second-factor">
                    {w.factor_set_up}
                </a>
            }
            .into_any(),
        ),
    };
    view! {
        <section class="card" aria-labelledby="factor">
            <h2 id="factor">{w.factor_title}</h2>
            <p class="why">{w.factor_why}</p>
            {state}
            <div class="actions form-end">{action}</div>
        </section>
    }
}

#[component]
fn Pages(kept: KeptPreferences, faults: Vec<FieldFault>) -> impl IntoView {
    let w = words::<AccountWords>();
    let languages = [("", w.by_browser, None), ("ru", "Русский", Some("ru")), ("en", "English", Some("en"))];
    let language_now = kept.language.map(tag).unwrap_or_default();
    let languages = languages.map(|(value, title, lang)| {
        view! {
            <option value=value lang=lang translate=lang.map(|_| "no") selected=value == language_now>
                {title}
            </option>
        }
        .into_any()
    });
    let theme_now = kept.theme.map(Theme::name).unwrap_or_default();
    let themes = [("", w.by_browser), ("light", w.light), ("dark", w.dark)]
        .map(|(value, title)| view! { <option value=value selected=value == theme_now>{title}</option> }.into_any());
    let zone_is_bad = faults.iter().find(|fault| fault.field == "zone").map(|fault| fault.sentence.clone());
    let is_bad = zone_is_bad.is_some();
    view! {
        <form class="card" method="post" action="/account/pages">
            <h2>{w.pages_title}</h2>
            <p class="why">{w.pages_why}</p>
            <div class="pair">
                <div class="field">
                    <label for="language">{w.language}</label>
                    <select class="input" id="language" name="language">
                        {languages.collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="theme">{w.theme}</label>
                    <select class="input" id="theme" name="theme">
                        {themes.collect_view()}
                    </select>
                </div>
            </div>
            <div class="field">
                <label for="zone">{w.zone}</label>
                <select
                    class="input"
                    id="zone"
                    name="zone"
                    aria-invalid=is_bad.then_some("true")
                    aria-describedby="zone-help"
                >
                    {form::zones(kept.zone, w.by_browser)}
                </select>
                {zone_is_bad.map(|sentence| view! { <p class="field-fault">{sentence}</p> })}
                <p class="help" id="zone-help">
                    {w.zone_help}
                </p>
            </div>
            <div class="actions form-end">
                <button class="button">{w.save}</button>
            </div>
        </form>
    }
}

/// `/confirm`
#[component]
pub(in crate::pages) fn Confirm(view: ConfirmView) -> impl IntoView {
    let (w, s) = (words::<ConfirmWords>(), words::<SignInWords>());
    let ConfirmView { next, email, has_password, has_second_factor, faults } = view;
    let first = if has_password { "password" } else { "" };
    let focus = form::focus(&faults, first).to_owned();
    let password = Field {
        name: "password",
        title: s.password,
        kind: "password",
        autocomplete: "current-password",
        ..Field::default()
    };
    // The first field gets the focus: the password, then the code.
    let password = has_password.then(|| password.draw(&faults, &focus));
    view! {
        <div class="narrow confirm">
            <h1>{w.title}</h1>
            <p class="why">{w.why}</p>
            <Fault sentence=form::whole(&faults) />
            <form class="card" method="post" action="/confirm">
                <input type="hidden" name="next" value=next />
                <input class="visually-hidden" type="email" autocomplete="username" value=email tabindex="-1" aria-hidden="true" readonly />
                {password}
                {has_second_factor.then(|| proof(&faults, if has_password { "" } else { "code" }))}
                <div class="actions form-end">
                    <button class="button primary">{w.submit}</button>
                    <a class="button" href="/account">
                        {w.back}
                    </a>
                </div>
            </form>
        </div>
    }
}
