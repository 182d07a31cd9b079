//! The pages behind one-time links (an invitation, a new password, an e-mail address), and the form that requests a
//! link.

use app::{
    error::FieldFault,
    i18n::{Words as _, mail::ResetLetter},
    pages::{EntryForm, EntryPage},
};
use axum::{body::Body, extract::Path, http::StatusCode, response::Response};
use hookgram::values::{AddressState, EmailAddress, Language};

use super::caller::{Caller, go};
use crate::{
    auth::entry::{EntryFault, broken},
    credentials::throttle::Origin,
    http::client::Client,
    mail::Note,
    secrets::codes,
    state::AppState,
    store::{Invitation, LinkKind, NewLink, StoreError},
    time::{Millis, now},
};

/// How long a mailed link for a new password works, in milliseconds.
pub(crate) const RESET_TIME: Millis = 60 * 60 * 1000;
/// The most links that are mailed for one account within [`RESET_TIME`].
const MOST_RESETS: i64 = 3;

/// `GET /invite/{code}`
pub(in crate::pages) async fn invitation_page(Path(code): Path<String>, caller: Caller) -> Response {
    match caller.state.store.accounts.invitation(&codes::hash(&code)).await {
        Ok(Some(Invitation { email, role, .. })) => {
            let form = EntryForm { email, ..EntryForm::default() };
            caller.show(StatusCode::OK, EntryPage::Invite(code, role, form)).await
        }
        Ok(None) => caller.show(StatusCode::NOT_FOUND, EntryPage::InviteClosed).await,
        Err(error) => caller.refuse(broken(error), EntryForm::default(), |_| EntryPage::InviteClosed).await,
    }
}

/// `POST /invite/{code}`: creates the account and signs it in.
pub(in crate::pages) async fn accept(Path(code): Path<String>, caller: Caller, body: Body) -> Response {
    let typed = caller.form(body).await;
    let code_hash = codes::hash(&code);
    let Invitation { email, role, .. } = match caller.state.store.accounts.invitation(&code_hash).await {
        Ok(Some(invitation)) => invitation,
        Ok(None) => return caller.sent_again(&code_hash, &typed, EntryPage::InviteClosed).await,
        Err(error) => {
            return caller.refuse(broken(error), EntryForm::default(), |_| EntryPage::InviteClosed).await;
        }
    };
    let page = |form| EntryPage::Invite(code.clone(), role, form);
    let form = EntryForm { email: email.clone(), ..EntryForm::default() };
    let hash = match caller.hashed(&email, typed.secret("password")).await {
        Ok(hash) => hash,
        Err(faults) => {
            return caller.show(StatusCode::UNPROCESSABLE_ENTITY, page(EntryForm { faults, ..form })).await;
        }
    };
    let by = caller.client().by(&email);
    let entered = match caller.state.store.accounts.accept_invitation(&code_hash, &hash, &by).await {
        Ok(account) => caller.enter_new(account).await,
        Err(StoreError::NotFound | StoreError::Taken) => {
            return caller.sent_again(&code_hash, &typed, EntryPage::InviteClosed).await;
        }
        Err(error) => Err(error),
    };
    match entered {
        Ok(entry) => caller.enter(entry, "/"),
        Err(error) => caller.refuse(broken(error), form, page).await,
    }
}

/// `GET /forgot`
pub(in crate::pages) async fn forgot_page(caller: Caller) -> Response {
    let page = if caller.state.mail.is_set_up() {
        EntryPage::Forgot(EntryForm { email: caller.asked("email"), ..EntryForm::default() })
    } else {
        EntryPage::ForgotByCommand
    };
    caller.show(StatusCode::OK, page).await
}

/// `POST /forgot`: the response and its timing are the same whether or not the account exists.
pub(in crate::pages) async fn forgot(caller: Caller, body: Body) -> Response {
    if !caller.state.mail.is_set_up() {
        return caller.show(StatusCode::OK, EntryPage::ForgotByCommand).await;
    }
    let email = caller.form(body).await.text("email");
    let mut form = EntryForm { email: email.clone(), ..EntryForm::default() };
    let Some(address) = EmailAddress::parse(&email) else {
        let sentence = caller.words().bad_email.to_owned();
        form.faults.push(FieldFault { field: "email".to_owned(), sentence });
        return caller.show(StatusCode::UNPROCESSABLE_ENTITY, EntryPage::Forgot(form)).await;
    };
    let attempt = caller.state.throttle.attempt(&format!("forgot {email}"), &Origin::Address(caller.client().address));
    if let Err(seconds) = attempt {
        return caller.refuse(EntryFault::TooMany(seconds), form, EntryPage::Forgot).await;
    }
    let (state, language, client) = (caller.state.clone(), caller.language, caller.client().clone());
    tokio::spawn(async move {
        if let Err(error) = send_link(&state, &address, language, &client).await {
            tracing::error!(%error, "a password reset link could not be created");
        }
    });
    caller.show(StatusCode::OK, EntryPage::ForgotSent).await
}

async fn send_link(
    state: &AppState,
    address: &EmailAddress,
    language: Language,
    client: &Client,
) -> Result<(), StoreError> {
    let Some(user) = state.store.accounts.user_by_email(address.as_str()).await? else { return Ok(()) };
    let since = now().saturating_sub(RESET_TIME);
    if state.store.accounts.reset_links_since(user.account.id, since).await? >= MOST_RESETS {
        tracing::warn!(user = user.account.id, "the hourly limit of password reset mails is reached");
        return Ok(());
    }
    let code = codes::secret();
    let link = NewLink {
        code_hash: &codes::hash(&code),
        kind: LinkKind::Reset,
        user_id: Some(user.account.id),
        expires_at: now().saturating_add(RESET_TIME),
    };
    state.store.accounts.add_link(link, &client.by(&user.account.email)).await?;
    let url = format!("{}/reset/{code}", state.public_url);
    // The mail is sent to the stored address. The typed one may look alike but belong to somebody else.
    if let Some(to) = EmailAddress::parse(&user.account.email) {
        let w = ResetLetter::of(language);
        let note = Note {
            subject: w.subject.to_owned(),
            about: w.about.replace("{}", to.as_str()),
            link: (w.link.to_owned(), url),
            besides: w.besides.to_owned(),
        };
        state.mail.insist(&to, language, &note).await;
    }
    Ok(())
}

/// `GET /reset/{code}`
pub(in crate::pages) async fn reset_page(Path(code): Path<String>, caller: Caller) -> Response {
    match caller.state.store.accounts.reset_link(&codes::hash(&code)).await {
        Ok(Some(email)) => {
            caller.show(StatusCode::OK, EntryPage::Reset(code, EntryForm { email, ..EntryForm::default() })).await
        }
        Ok(None) => caller.show(StatusCode::NOT_FOUND, EntryPage::ResetClosed).await,
        Err(error) => caller.refuse(broken(error), EntryForm::default(), |_| EntryPage::ResetClosed).await,
    }
}

/// `POST /reset/{code}`: sets the new password. An account with a second factor must still enter it.
pub(in crate::pages) async fn reset(Path(code): Path<String>, caller: Caller, body: Body) -> Response {
    let typed = caller.form(body).await;
    let code_hash = codes::hash(&code);
    let email = match caller.state.store.accounts.reset_link(&code_hash).await {
        Ok(Some(email)) => email,
        Ok(None) => return caller.sent_again(&code_hash, &typed, EntryPage::ResetClosed).await,
        Err(error) => return caller.refuse(broken(error), EntryForm::default(), |_| EntryPage::ResetClosed).await,
    };
    let page = |form| EntryPage::Reset(code.clone(), form);
    let form = EntryForm { email: email.clone(), ..EntryForm::default() };
    let hash = match caller.hashed(&email, typed.secret("password")).await {
        Ok(hash) => hash,
        Err(faults) => {
            return caller.show(StatusCode::UNPROCESSABLE_ENTITY, page(EntryForm { faults, ..form })).await;
        }
    };
    let by = caller.client().by(&email);
    let entered = async {
        let id = caller.state.store.accounts.reset_password(&code_hash, &hash, &by).await?;
        let user = caller.state.store.accounts.user(id).await?.ok_or(StoreError::NotFound)?;
        caller.attempt().after_password(&user).await
    };
    match entered.await {
        Ok(entry) => caller.enter(entry, "/"),
        Err(StoreError::NotFound) => caller.sent_again(&code_hash, &typed, EntryPage::ResetClosed).await,
        Err(error) => caller.refuse(broken(error), form, page).await,
    }
}

/// `GET /confirm-email/{code}`: changes nothing, because mail scanners follow links.
pub(in crate::pages) async fn address_page(Path(code): Path<String>, caller: Caller) -> Response {
    match caller.state.store.mails.linked_address(&codes::hash(&code), now()).await {
        Ok(Some((address, state))) => caller.show(StatusCode::OK, EntryPage::ConfirmEmail(code, address, state)).await,
        Ok(None) => caller.show(StatusCode::NOT_FOUND, EntryPage::ConfirmEmailClosed).await,
        Err(error) => caller.refuse(broken(error), EntryForm::default(), |_| EntryPage::ConfirmEmailClosed).await,
    }
}

/// `POST /confirm-email/{code}`: stores the decision of the address's owner, and redirects to the page.
pub(in crate::pages) async fn answer_for_address(Path(code): Path<String>, caller: Caller, body: Body) -> Response {
    let answer = match caller.form(body).await.text("do").as_str() {
        "confirm" => AddressState::Confirmed,
        "stop" => AddressState::Stopped,
        _ => return address_page(Path(code), caller).await,
    };
    match caller.state.store.mails.answer_address_link(&codes::hash(&code), answer, now()).await {
        Ok(()) => go(&format!("/confirm-email/{code}"), []),
        Err(StoreError::NotFound) => caller.show(StatusCode::NOT_FOUND, EntryPage::ConfirmEmailClosed).await,
        Err(error) => caller.refuse(broken(error), EntryForm::default(), |_| EntryPage::ConfirmEmailClosed).await,
    }
}
