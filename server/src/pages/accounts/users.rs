//! `/users`: accounts and invitations.

use app::{
    error::AppError,
    i18n::{NoteWords, UserWords, Words as _},
    notices::{Administered, Notice},
    pages::{InvitationView, InvitedView, Mailed, MemberView, ServerPage, UsersView},
    session::Admin,
};
use axum::{body::Body, extract::Path, http::StatusCode, response::Response};
use hookgram::{role::Role, values::EmailAddress};

use super::account::or_confirm;
use crate::{
    mail::Note,
    pages::{Visit, internal, or_refuse},
    secrets::codes,
    store::{Member, NewInvitation, StoreError},
    time::{Millis, now},
};

/// How long an invitation can be accepted, in milliseconds: 3 days.
const INVITED: Millis = 3 * 24 * 60 * 60 * 1000;

const PAGE: &str = "/users";

fn page_of(member: &Member) -> String {
    format!("{PAGE}/{}", member.account.id)
}

/// `GET /users`
pub(in crate::pages) async fn page(visit: Visit<Admin>) -> Response {
    let view = or_refuse!(visit, view(&visit).await);
    let view = UsersView { locked: visit.confirmed(PAGE).is_err(), ..view };
    visit.show(StatusCode::OK, ServerPage::Users(Box::new(view))).await
}

async fn view(visit: &Visit<Admin>) -> Result<UsersView, AppError> {
    let store = &visit.state.store;
    let members = store.accounts.members().await.map_err(internal)?;
    let invitations = store.accounts.invitations().await.map_err(internal)?;
    let invitation = |open: crate::store::Invitation| InvitationView {
        id: open.id,
        email: open.email,
        role: open.role,
        made_by: open.made_by,
        expires_at: open.expires_at,
    };
    Ok(UsersView {
        members: members.into_iter().map(|member| shown(visit, member)).collect(),
        invitations: invitations.into_iter().map(invitation).collect(),
        ..UsersView::default()
    })
}

fn shown(visit: &Visit<Admin>, member: Member) -> MemberView {
    MemberView {
        is_you: member.account.id == visit.account().id,
        account: member.account,
        has_second_factor: member.has_second_factor,
        last_seen_at: member.last_seen_at,
        is_last_admin: member.is_last_admin,
    }
}

/// `POST /users/invite`: creates an invitation. Only this response shows its link.
pub(in crate::pages) async fn invite(visit: Visit<Admin>, body: Body) -> Response {
    or_confirm!(visit, PAGE);
    let fields = or_refuse!(visit, visit.form(body).await);
    let typed = fields.get("email").map(|email| email.trim().to_owned()).unwrap_or_default();
    let w = UserWords::of(visit.language);
    let role = fields.get("role").and_then(|role| Role::parse(role));
    let (email, role) = match (EmailAddress::parse(&typed), role) {
        (Some(email), Some(role)) => (email, role),
        (None, _) => return again(visit, typed, role, w.email_wrong).await,
        (_, None) => return again(visit, typed, role, w.role_wrong).await,
    };
    let (code, expires_at) = (codes::secret(), now().saturating_add(INVITED));
    let by = visit.by();
    let made_by = &visit.account().email;
    let invitation = NewInvitation { code_hash: &codes::hash(&code), email: email.as_str(), role, made_by, expires_at };
    match visit.state.store.accounts.add_invitation(invitation, &by).await {
        Ok(()) => {}
        // The admin was removed or demoted during the request.
        Err(StoreError::NotFound) => return visit.refuse(AppError::Forbidden).await,
        Err(StoreError::Taken) => return again(visit, typed, Some(role), w.email_taken).await,
        Err(error) => return visit.refuse(internal(error)).await,
    }
    let link = format!("{}/invite/{code}", visit.state.public_url);
    let mailed = mail(&visit, &email, &link).await;
    let view = InvitedView { email: email.to_string(), link, expires_at, mailed };
    visit.show(StatusCode::OK, ServerPage::Invited(Box::new(view))).await
}

async fn again(visit: Visit<Admin>, email: String, role: Option<Role>, fault: &str) -> Response {
    let view = or_refuse!(visit, view(&visit).await);
    let view = UsersView { email, role, fault: Some(fault.to_owned()), ..view };
    visit.show(StatusCode::UNPROCESSABLE_ENTITY, ServerPage::Users(Box::new(view))).await
}

async fn mail(visit: &Visit<Admin>, to: &EmailAddress, link: &str) -> Mailed {
    if !visit.state.mail.is_set_up() {
        return Mailed::NoServer;
    }
    let w = NoteWords::of(visit.language);
    let note = Note {
        subject: w.invite_subject.to_owned(),
        about: w.invite_about.replace("{}", &visit.account().email),
        link: (w.invite_link.to_owned(), link.to_owned()),
        besides: w.invite_besides.to_owned(),
    };
    match visit.state.mail.send_note(to, visit.language, &note).await {
        Ok(()) => Mailed::Taken,
        Err((words, _)) => Mailed::Failed(words),
    }
}

/// `POST /users/invitations/revoke`
pub(in crate::pages) async fn revoke(visit: Visit<Admin>, body: Body) -> Response {
    or_confirm!(visit, PAGE);
    let fields = or_refuse!(visit, visit.form(body).await);
    let id = fields.get("id").map(String::as_str).unwrap_or_default();
    match visit.state.store.accounts.revoke_invitation(id, &visit.by()).await {
        // The invitation was accepted or has expired in the meantime.
        Ok(_) | Err(StoreError::NotFound) => {}
        Err(error) => return visit.refuse(internal(error)).await,
    }
    visit.done(&Notice::Administered(Administered::Revoked), "/users")
}

/// `GET /users/{id}`
pub(in crate::pages) async fn one(Path(id): Path<String>, visit: Visit<Admin>) -> Response {
    let member = or_refuse!(visit, member(&visit, &id).await);
    // Re-authentication happens at the GET, so that the forms of this page are sent with a recent proof.
    or_confirm!(visit, &page_of(&member));
    let view = shown(&visit, member);
    visit.show(StatusCode::OK, ServerPage::User(Box::new(view), None)).await
}

/// `POST /users/{id}/role`
pub(in crate::pages) async fn role(Path(id): Path<String>, visit: Visit<Admin>, body: Body) -> Response {
    let member = or_refuse!(visit, member(&visit, &id).await);
    or_confirm!(visit, &page_of(&member));
    let fields = or_refuse!(visit, visit.form(body).await);
    let w = UserWords::of(visit.language);
    let Some(role) = fields.get("role").and_then(|role| Role::parse(role)) else {
        return unchanged(visit, member, w.role_wrong).await;
    };
    let present = member.account.role;
    let was = fields.get("was").and_then(|was| Role::parse(was));
    if was.is_some_and(|was| was != present) && role != present {
        let name = match present {
            Role::Viewer => w.viewer,
            Role::Operator => w.operator,
            Role::Admin => w.admin,
        };
        let sentence = format!("{} {name}.", w.role_meanwhile);
        return unchanged(visit, member, &sentence).await;
    }
    match visit.state.store.accounts.change_role(member.account.id, role, &visit.by()).await {
        Ok(()) => visit.done(&Notice::Administered(Administered::Role), "/users"),
        Err(StoreError::LastAdmin) => unchanged(visit, member, w.last_admin).await,
        Err(StoreError::NotFound) => visit.refuse(AppError::NotFound).await,
        Err(error) => visit.refuse(internal(error)).await,
    }
}

/// `POST /users/{id}/remove`
pub(in crate::pages) async fn remove(Path(id): Path<String>, visit: Visit<Admin>) -> Response {
    let member = or_refuse!(visit, member(&visit, &id).await);
    or_confirm!(visit, &page_of(&member));
    match visit.state.store.accounts.remove_member(member.account.id, &visit.by()).await {
        Ok(()) => visit.done(&Notice::Administered(Administered::Removed), "/users"),
        Err(StoreError::LastAdmin) => {
            let sentence = UserWords::of(visit.language).last_admin;
            unchanged(visit, member, sentence).await
        }
        Err(StoreError::NotFound) => visit.refuse(AppError::NotFound).await,
        Err(error) => visit.refuse(internal(error)).await,
    }
}

async fn member(visit: &Visit<Admin>, id: &str) -> Result<Member, AppError> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    visit.state.store.accounts.member(id).await.map_err(internal)?.ok_or(AppError::NotFound)
}

async fn unchanged(visit: Visit<Admin>, member: Member, sentence: &str) -> Response {
    let view = shown(&visit, member);
    visit.show(StatusCode::UNPROCESSABLE_ENTITY, ServerPage::User(Box::new(view), Some(sentence.to_owned()))).await
}
