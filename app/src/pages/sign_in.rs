//! Signing in, and the first account.

use leptos::{form::ActionForm, prelude::*};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{
    error::{AppError, FieldFault},
    pages::{choices::Choices, layout::Brand},
    parts::TextField,
    words::{SignInWords, app_error, language, words},
};

/// A password on its way to the server: not printed by `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypedPassword(String);

impl std::fmt::Debug for TypedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedPassword(…)")
    }
}

impl From<TypedPassword> for SecretString {
    fn from(password: TypedPassword) -> Self {
        Self::from(password.0)
    }
}

#[cfg(feature = "ssr")]
pub(crate) fn set_cookie(cookie: &crate::ports::SessionCookie) -> Result<(), AppError> {
    let value = http::HeaderValue::from_str(&cookie.0).map_err(|_| AppError::Internal)?;
    expect_context::<leptos_axum::ResponseOptions>().append_header(http::header::SET_COOKIE, value);
    Ok(())
}

#[cfg(feature = "ssr")]
fn refused(fault: crate::ports::SignInFault) -> AppError {
    use crate::{
        ports::SignInFault,
        words::{Words, wait_seconds},
    };
    let language = crate::preferences::current().language;
    let w = SignInWords::of(language);
    match fault {
        SignInFault::WrongCredentials => AppError::field("", w.wrong),
        SignInFault::TooMany { seconds } => AppError::field("", wait_seconds(language, seconds)),
        SignInFault::BadLink => AppError::field("", w.bad_link),
        SignInFault::BadEmail => AppError::field("email", w.bad_email),
        SignInFault::BadPassword => AppError::field("password", w.bad_password),
        SignInFault::Internal => AppError::Internal,
    }
}

/// A page of ours to go to after signing in; anything that could lead elsewhere leads home.
#[cfg(feature = "ssr")]
fn local_path(next: &str) -> &str {
    let ours =
        next.starts_with('/') && !next.starts_with("//") && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if ours { next } else { "/" }
}

/// Signs in with a password.
#[server(prefix = "/rpc", endpoint = "open/sign-in")]
pub async fn sign_in(email: String, password: TypedPassword, #[server(default)] next: String) -> Result<(), AppError> {
    let accounts = expect_context::<crate::ports::Ports>().accounts;
    let cookie = accounts.sign_in(&email, password.into()).await.map_err(refused)?;
    set_cookie(&cookie)?;
    leptos_axum::redirect(local_path(&next));
    Ok(())
}

/// Makes the first admin, and signs them in.
#[server(prefix = "/rpc", endpoint = "open/set-up")]
pub async fn set_up(code: String, email: String, password: TypedPassword) -> Result<(), AppError> {
    let accounts = expect_context::<crate::ports::Ports>().accounts;
    let cookie = accounts.set_up(&code, &email, password.into()).await.map_err(refused)?;
    set_cookie(&cookie)?;
    leptos_axum::redirect("/");
    Ok(())
}

/// A page of somebody who is nowhere in particular: a card under the name of the product.
#[component]
pub(crate) fn Alone(title: &'static str, why: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="alone">
            <header class="alone-top">
                <span class="brand">
                    <Brand />
                    <span class="brand-name">"Hookgram"</span>
                </span>
                <div class="tools">
                    <Choices />
                </div>
            </header>
            <main class="card">
                <h1>{title}</h1>
                <p class="why">{why}</p>
                {children()}
            </main>
        </div>
    }
}

/// What is wrong with a form: the sentence for the whole, and the faults at its fields.
type Refusal = (Signal<String>, Signal<Vec<FieldFault>>);

fn refusal<T: Send + Sync + 'static>(
    value: impl Fn() -> Option<Result<T, AppError>> + Send + Sync + 'static,
) -> Refusal {
    let language = language();
    let error = Memo::new(move |_| value().and_then(Result::err));
    let whole = move || error.with(|error| error.as_ref().map(|error| app_error(language, error)).unwrap_or_default());
    let faults = move || match error.get() {
        Some(AppError::Invalid(faults)) => faults,
        _ => Vec::new(),
    };
    (Signal::derive(whole), Signal::derive(faults))
}

#[component]
fn Whole(#[prop(into)] text: Signal<String>) -> impl IntoView {
    view! {
        <p class="notice bad" role="alert" hidden=move || text.with(String::is_empty)>
            {text}
        </p>
    }
}

/// Address and password; `password` tells a password manager whether it is a new one.
#[component]
fn Credentials(password: &'static str, help: &'static str, faults: Signal<Vec<FieldFault>>) -> impl IntoView {
    let w = words::<SignInWords>();
    view! {
        <TextField name="email" kind="email" title=w.email autocomplete="username" required=true faults />
        <TextField
            name="password"
            kind="password"
            title=w.password
            help=help
            autocomplete=password
            required=true
            faults
        />
    }
}

/// `/login`
#[component]
pub fn LoginPage(next: String) -> impl IntoView {
    let w = words::<SignInWords>();
    let action = ServerAction::<SignIn>::new();
    let (whole, faults) = refusal(move || action.value().get());
    view! {
        <Alone title=w.title why=w.why>
            <ActionForm action>
                <Whole text=whole />
                <input type="hidden" name="next" value=next />
                <Credentials password="current-password" help="" faults />
                <button class="button primary wide" disabled=move || action.pending().get()>
                    {w.submit}
                </button>
                <p class="help">{w.forgot}</p>
            </ActionForm>
        </Alone>
    }
}

/// `/setup/{code}`
#[component]
pub fn SetupPage(code: String, open: bool) -> impl IntoView {
    let w = words::<SignInWords>();
    if open {
        view! { <SetupForm code=code.clone() /> }.into_any()
    } else {
        view! {
            <Alone title=w.setup_closed_title why=w.setup_closed_why>
                <a class="button" href="/login">
                    {w.submit}
                </a>
            </Alone>
        }
        .into_any()
    }
}

#[component]
fn SetupForm(code: String) -> impl IntoView {
    let w = words::<SignInWords>();
    let action = ServerAction::<SetUp>::new();
    let (whole, faults) = refusal(move || action.value().get());
    view! {
        <Alone title=w.setup_title why=w.setup_why>
            <ActionForm action>
                <Whole text=whole />
                <input type="hidden" name="code" value=code />
                <Credentials password="new-password" help=w.password_help faults />
                <button class="button primary wide" disabled=move || action.pending().get()>
                    {w.setup_submit}
                </button>
            </ActionForm>
        </Alone>
    }
}
