//! Pages without navigation. Before sign-in: `/login`, `/login/second`, `/setup/{code}`, `/invite/{code}`, `/forgot`,
//! `/reset/{code}`. Also `/confirm-email/{code}`, for owners of addresses who have no account.

use hookgram::{role::Role, values::AddressState};
use leptos::prelude::*;

use crate::{
    error::FieldFault,
    i18n::{ConfirmEmailWords, Shell, SignInWords, Words as _, language, role_name, words},
    pages::{
        Fault,
        form::{self, Field},
        minimal::minimal,
    },
};

/// The content of such a form when it is shown again.
#[derive(Clone, Debug, Default)]
pub struct EntryForm {
    /// The e-mail address, as typed or as fixed by the link.
    pub email: String,
    /// The page to continue with.
    pub next: String,
    /// The faults.
    pub faults: Vec<FieldFault>,
    /// The https origin at which signing in works, if this page seems to have been opened elsewhere over plain http.
    pub secure: Option<String>,
    /// Whether no account exists yet.
    pub no_account: bool,
}

/// The page to draw.
#[derive(Clone, Debug)]
pub enum EntryPage {
    /// `/login`
    SignIn(EntryForm),
    /// `/login/second`
    Second(EntryForm),
    /// `/setup/{code}`
    SetUp(String, EntryForm),
    /// `/setup/{code}` of a link that no longer works.
    SetUpClosed,
    /// `/invite/{code}`
    Invite(String, Role, EntryForm),
    /// `/invite/{code}` of a link that no longer works.
    InviteClosed,
    /// `/forgot`
    Forgot(EntryForm),
    /// `/forgot` on a server that cannot send mail.
    ForgotByCommand,
    /// Shown whether or not a mail was sent, so that the response does not reveal whether the account exists.
    ForgotSent,
    /// `/reset/{code}`
    Reset(String, EntryForm),
    /// `/reset/{code}` of a link that no longer works.
    ResetClosed,
    /// `/confirm-email/{code}`: the code, the address, and the owner's earlier decision.
    ConfirmEmail(String, String, AddressState),
    /// `/confirm-email/{code}` of a link that no longer works.
    ConfirmEmailClosed,
    /// There is no page at this path.
    NotFound,
}

impl EntryPage {
    fn titles(&self) -> (&'static str, String) {
        let (w, c) = (words::<SignInWords>(), words::<ConfirmEmailWords>());
        let (title, why) = match self {
            Self::SignIn(_) => (w.title, w.why),
            Self::Second(_) => (w.second_title, w.second_why),
            Self::SetUp(..) => (w.setup_title, w.setup_why),
            Self::SetUpClosed => (w.closed_title, w.setup_closed_why),
            Self::Invite(_, as_what, _) => {
                return (w.invite_title, w.invite_why.replace("{}", role_name(*as_what)));
            }
            Self::InviteClosed => (w.closed_title, w.invite_closed_why),
            Self::Forgot(_) => (w.forgot_title, w.forgot_why),
            Self::ForgotByCommand => (w.forgot_title, w.forgot_no_mail_why),
            Self::ForgotSent => (w.forgot_sent_title, w.forgot_sent_why),
            Self::Reset(..) => (w.reset_title, w.reset_why),
            Self::ResetClosed => (w.closed_title, w.reset_closed_why),
            Self::ConfirmEmail(_, address, state) => {
                let (title, why) = match state {
                    AddressState::Asked => (c.asked_title, c.asked_why),
                    AddressState::Confirmed => (c.confirmed_title, c.confirmed_why),
                    AddressState::Stopped => (c.stopped_title, c.stopped_why),
                };
                return (title, why.replace("{}", address));
            }
            Self::ConfirmEmailClosed => (w.closed_title, c.closed_why),
            Self::NotFound => (words::<Shell>().not_found_title, words::<Shell>().not_found_why),
        };
        (title, why.to_owned())
    }
}

/// The HTML document.
#[must_use]
pub fn entry(options: &LeptosOptions, page: EntryPage) -> impl IntoView + use<> {
    // The texts below are chosen before the document sets the language.
    provide_context(crate::preferences::current().language);
    let w = SignInWords::of(language());
    let (title, why) = page.titles();
    let body = match page {
        EntryPage::SignIn(form) => sign_in(&form),
        EntryPage::Second(form) => second(&form),
        EntryPage::SetUp(code, form) => account(&format!("/setup/{code}"), w.setup_submit, false, &form),
        EntryPage::Invite(code, _, form) => account(&format!("/invite/{code}"), w.invite_submit, true, &form),
        EntryPage::Reset(code, form) => account(&format!("/reset/{code}"), w.reset_submit, true, &form),
        EntryPage::Forgot(form) => forgot(&form),
        EntryPage::ForgotByCommand => by_command(),
        EntryPage::ForgotSent => view! {
            <p class="help">{w.forgot_sent_more}</p>
            {way_back()}
        }
        .into_any(),
        EntryPage::ResetClosed => view! {
            <p class="actions">
                <a class="button primary" href="/forgot">
                    {w.forgot_title}
                </a>
                <a class="button" href="/login">
                    {w.back}
                </a>
            </p>
        }
        .into_any(),
        EntryPage::SetUpClosed | EntryPage::InviteClosed => way_back(),
        EntryPage::ConfirmEmail(code, _, state) => confirm_email(&code, state),
        EntryPage::ConfirmEmailClosed => ().into_any(),
        EntryPage::NotFound => view! {
            <a class="button primary" href="/">
                {words::<Shell>().to_profiles}
            </a>
        }
        .into_any(),
    };
    let body = view! {
        <h1>{title}</h1>
        <p class="why">{why}</p>
        {body}
    };
    minimal(options, title, body.into_any())
}

fn email(form: &EntryForm, fixed: bool, focus: &str) -> AnyView {
    let w = words::<SignInWords>();
    let field = Field {
        name: "email",
        title: w.email,
        kind: "email",
        value: &form.email,
        autocomplete: "username",
        fixed,
        ..Field::default()
    };
    field.draw(&form.faults, focus)
}

fn sign_in(form: &EntryForm) -> AnyView {
    let w = words::<SignInWords>();
    // After a refusal, the reader must type the password again.
    let first = if form.email.is_empty() { "email" } else { "password" };
    let focus = form.faults.iter().map(|fault| fault.field.as_str()).find(|field| !field.is_empty()).unwrap_or(first);
    let password = Field {
        name: "password",
        title: w.password,
        kind: "password",
        autocomplete: "current-password",
        ..Field::default()
    };
    let insecure = form.secure.as_ref().map(|origin| {
        view! {
            <p class="notice warn" data-insecure="">
                {w.insecure}
                " "
                <a href=format!("{origin}/login")>{origin.clone()}</a>
            </p>
        }
    });
    let no_account = form.no_account.then(|| {
        view! {
            <div class="notice warn" id="no-account">
                <b>{w.no_account}</b>
                <p>{w.no_account_where}</p>
                <p>
                    <code>"journalctl -u hookgram | grep /setup/"</code>
                </p>
                <p>{w.no_account_else}</p>
                <p>
                    <code>"hookgram user add "{w.no_account_email}" --role admin"</code>
                </p>
            </div>
        }
    });
    view! {
        {insecure}
        {no_account}
        <form method="post" action="/login">
            <Complaint faults=form.faults.clone() />
            <input type="hidden" name="next" value=form.next.clone() />
            {email(form, false, focus)} {password.draw(&form.faults, focus)}
            <button class="button primary wide">{w.submit}</button>
            <p class="help">
                <a href="/forgot">{w.forgot}</a>
            </p>
        </form>
    }
    .into_any()
}

/// The fault of the form as a whole. It does not take the focus, which the faulty field gets.
#[component]
fn Complaint(faults: Vec<FieldFault>) -> impl IntoView {
    form::whole(&faults).map(|sentence| {
        view! {
            <p class="notice bad" role="alert">
                {sentence}
            </p>
        }
    })
}

fn second(form: &EntryForm) -> AnyView {
    let w = words::<SignInWords>();
    view! {
        <form method="post" action="/login/second">
            <input type="hidden" name="next" value=form.next.clone() />
            {proof(&form.faults, "code")}
            <button class="button primary wide">{w.go_on}</button>
            <p class="help">
                <a href="/login">{w.back}</a>
            </p>
        </form>
    }
    .into_any()
}

/// The fields for the app's code or a recovery code. Without a fault, the field named `first` has the focus.
pub(super) fn proof(faults: &[FieldFault], first: &str) -> AnyView {
    let w = words::<SignInWords>();
    let by_recovery = faults.iter().any(|fault| fault.field == "recovery");
    let focus = form::focus(faults, first).to_owned();
    let code = Field {
        name: "code",
        title: w.code,
        help: w.code_help,
        autocomplete: "one-time-code",
        keyboard: Some("numeric"),
        optional: true,
        ..Field::default()
    };
    let recovery = Field {
        name: "recovery",
        title: w.recovery,
        help: w.recovery_help,
        autocomplete: "off",
        optional: true,
        ..Field::default()
    };
    view! {
        {code.draw(faults, &focus)}
        <details class="no-phone" open=by_recovery>
            <summary>{w.no_phone}</summary>
            {recovery.draw(faults, &focus)}
        </details>
    }
    .into_any()
}

/// A form for an e-mail address and a new password.
fn account(action: &str, submit: &'static str, fixed: bool, form: &EntryForm) -> AnyView {
    let w = words::<SignInWords>();
    let focus = form::focus(&form.faults, if fixed { "password" } else { "email" });
    let password = Field {
        name: "password",
        title: w.new_password,
        help: w.password_help,
        kind: "password",
        autocomplete: "new-password",
        ..Field::default()
    };
    view! {
        <form method="post" action=action.to_owned()>
            <Fault sentence=form::whole(&form.faults) />
            {email(form, fixed, focus)}
            {password.draw(&form.faults, focus)}
            <button class="button primary wide">{submit}</button>
        </form>
    }
    .into_any()
}

fn forgot(form: &EntryForm) -> AnyView {
    let w = words::<SignInWords>();
    view! {
        <form method="post" action="/forgot">
            <Fault sentence=form::whole(&form.faults) />
            {email(form, false, form::focus(&form.faults, "email"))}
            <button class="button primary wide">{w.forgot_submit}</button>
            <p class="help">
                <a href="/login">{w.back}</a>
            </p>
        </form>
    }
    .into_any()
}

/// The choices of the owner of an address. Opening the page changes nothing, because mail scanners open links too.
fn confirm_email(code: &str, state: AddressState) -> AnyView {
    let w = words::<ConfirmEmailWords>();
    let confirm = |title: &'static str| {
        view! {
            <button class="button primary" name="do" value="confirm">
                {title}
            </button>
        }
    };
    let stop = |title: &'static str| {
        view! {
            <button class="button" name="do" value="stop">
                {title}
            </button>
        }
    };
    let (buttons, help) = match state {
        AddressState::Asked => (view! { {confirm(w.confirm)} {stop(w.refuse)} }.into_any(), w.asked_help),
        AddressState::Confirmed => (stop(w.stop).into_any(), w.confirmed_help),
        AddressState::Stopped => (confirm(w.again).into_any(), ""),
    };
    view! {
        <form method="post" action=format!("/confirm-email/{code}")>
            <p class="actions">{buttons}</p>
        </form>
        {(!help.is_empty()).then(|| view! { <p class="help">{help}</p> })}
    }
    .into_any()
}

fn by_command() -> AnyView {
    let w = words::<SignInWords>();
    view! {
        <p>{w.forgot_ask}</p>
        <pre class="command">
            <code translate="no">"hookgram user reset-link E-MAIL"</code>
        </pre>
        {way_back()}
    }
    .into_any()
}

fn way_back() -> AnyView {
    let w = words::<SignInWords>();
    view! {
        <p class="actions">
            <a class="button" href="/login">
                {w.back}
            </a>
        </p>
    }
    .into_any()
}
