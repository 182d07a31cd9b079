//! Signing in and out, and the first account.

use app::{
    error::FieldFault,
    pages::{EntryForm, EntryPage},
};
use axum::{
    body::Body,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use hookgram::values::EmailAddress;

use super::caller::{Caller, go, local};
use crate::{
    auth::{
        cookies::{self, Cookies, Kind},
        entry::{Entry, EntryFault, broken},
        second_factor::Proof,
    },
    secrets::codes,
    store::{LinkKind, StoreError},
};

/// `GET /login`. A signed-in caller is redirected to `next`.
pub(in crate::pages) async fn page(caller: Caller) -> Response {
    let next = caller.asked("next");
    if caller.account.is_some() {
        return Redirect::to(local(&next)).into_response();
    }
    caller.show(StatusCode::OK, EntryPage::SignIn(EntryForm { next, ..EntryForm::default() })).await
}

/// `POST /login`
pub(in crate::pages) async fn sign_in(caller: Caller, body: Body) -> Response {
    let typed = caller.form(body).await;
    let (email, next) = (typed.text("email"), typed.text("next"));
    match caller.attempt().by_password(&email, typed.secret("password")).await {
        Ok((_, entry)) => caller.enter(entry, &next),
        Err(fault) => {
            let form = EntryForm { email, next, ..EntryForm::default() };
            caller.refuse(fault, form, EntryPage::SignIn).await
        }
    }
}

/// `GET /login/second`
pub(in crate::pages) async fn second(caller: Caller) -> Response {
    let next = caller.asked("next");
    if Cookies::of(&caller.state).token_hash(Kind::HalfSession, caller.headers()).is_none() {
        return Redirect::to("/login").into_response();
    }
    caller.show(StatusCode::OK, EntryPage::Second(EntryForm { next, ..EntryForm::default() })).await
}

/// `POST /login/second`
pub(in crate::pages) async fn prove(caller: Caller, body: Body) -> Response {
    let typed = caller.form(body).await;
    let next = typed.text("next");
    let form = EntryForm { next: next.clone(), ..EntryForm::default() };
    let proof = Proof::of(&typed.text("code"), &typed.text("recovery"));
    let half = Cookies::of(&caller.state).token_hash(Kind::HalfSession, caller.headers());
    let entered = match half {
        Some(half) => caller.attempt().by_code(&half, &proof).await,
        None => Err(EntryFault::Late),
    };
    match entered {
        Ok((_, cookies)) => caller.enter(Entry::Open(cookies), &next),
        Err(EntryFault::Late) => {
            let clear = Cookies::of(&caller.state).clear(Kind::HalfSession);
            let mut response = caller.refuse(EntryFault::Late, form, EntryPage::SignIn).await;
            cookies::hand_over(&mut response, [clear]);
            response
        }
        Err(fault) => caller.refuse(fault, form, EntryPage::Second).await,
    }
}

/// `POST /logout`
pub(in crate::pages) async fn sign_out(caller: Caller) -> Response {
    if let (Some(session), Some(account)) = (caller.session(), &caller.account) {
        let by = caller.client().by(&account.email);
        if let Err(error) = caller.state.store.accounts.end_session(&session.hash, &by).await {
            tracing::error!(%error, "a session could not be ended");
        }
    }
    go("/login", [Cookies::of(&caller.state).clear(Kind::Session)])
}

async fn set_up_is_open(caller: &Caller, code: &str) -> Result<bool, StoreError> {
    let store = &caller.state.store;
    Ok(store.accounts.count_users().await? == 0
        && store.accounts.link_is_open(&codes::hash(code), LinkKind::Setup).await?)
}

/// `GET /setup/{code}`
pub(in crate::pages) async fn set_up_page(Path(code): Path<String>, caller: Caller) -> Response {
    match set_up_is_open(&caller, &code).await {
        Ok(true) => caller.show(StatusCode::OK, EntryPage::SetUp(code, EntryForm::default())).await,
        Ok(false) => caller.show(StatusCode::NOT_FOUND, EntryPage::SetUpClosed).await,
        Err(error) => {
            let page = |form| EntryPage::SetUp(code, form);
            caller.refuse(broken(error), EntryForm::default(), page).await
        }
    }
}

/// `POST /setup/{code}`: creates the first admin and signs them in.
pub(in crate::pages) async fn set_up(Path(code): Path<String>, caller: Caller, body: Body) -> Response {
    let typed = caller.form(body).await;
    let email = typed.text("email");
    let mut form = EntryForm { email: email.clone(), ..EntryForm::default() };
    let page = |form| EntryPage::SetUp(code.clone(), form);
    let code_hash = codes::hash(&code);
    match set_up_is_open(&caller, &code).await {
        Ok(true) => {}
        Ok(false) => return caller.sent_again(&code_hash, &typed, EntryPage::SetUpClosed).await,
        Err(error) => return caller.refuse(broken(error), form, page).await,
    }
    if EmailAddress::parse(&email).is_none() {
        let sentence = caller.words().bad_email.to_owned();
        form.faults.push(FieldFault { field: "email".to_owned(), sentence });
    }
    let hash = match caller.hashed(&email, typed.secret("password")).await {
        Ok(hash) if form.faults.is_empty() => hash,
        faulty => {
            form.faults.extend(faulty.err().unwrap_or_default());
            return caller.show(StatusCode::UNPROCESSABLE_ENTITY, page(form)).await;
        }
    };
    let by = caller.client().by(&email);
    let made = caller.state.store.accounts.set_up(&code_hash, &email, &hash, &by).await;
    let entered = match made {
        Ok(account) => caller.enter_new(account).await,
        Err(StoreError::NotFound) => return caller.sent_again(&code_hash, &typed, EntryPage::SetUpClosed).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok(entry) => caller.enter(entry, "/"),
        Err(error) => caller.refuse(broken(error), form, page).await,
    }
}
