//! The signed-in account: its password, sessions and page preferences, and re-authentication at `/confirm`.

use app::{
    error::{AppError, FieldFault},
    i18n::{AccountWords, Words as _},
    notices::{Notice, OwnAccount},
    pages::{AccountView, ConfirmView, ServerPage, SessionView},
    session::Permission,
};
use axum::{
    body::Body,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use hookgram::{preferences::KeptPreferences, query, values::TimeZone};

use super::caller::{Said, Typed, go, hashed, local};
use crate::{
    auth::{
        confirmed::Confirmed,
        cookies,
        device::device,
        entry::SignInAttempt,
        second_factor::{self, Proof},
        session::{self, CurrentSession},
    },
    pages::{Visit, internal, or_refuse},
    store::User,
    time::now,
};

/// Unwraps the visit's `Confirmed`, or redirects to `/confirm`. After re-authentication, that redirects to `next`, a
/// page with `GET`.
macro_rules! or_confirm {
    ($visit:ident, $next:expr) => {
        match $visit.confirmed($next) {
            Ok(confirmed) => confirmed,
            Err(elsewhere) => return axum::response::IntoResponse::into_response(elsewhere),
        }
    };
}
pub(in crate::pages) use or_confirm;

impl<P: Permission> Visit<P> {
    /// The implementation of [`or_confirm`].
    pub(in crate::pages) fn confirmed(&self, next: &str) -> Result<Confirmed, Redirect> {
        let confirmed = self.parts.extensions.get::<Confirmed>().cloned();
        confirmed.ok_or_else(|| Redirect::to(&format!("/confirm?next={}", query::encode(next))))
    }

    pub(in crate::pages) fn attempt(&self) -> SignInAttempt<'_> {
        SignInAttempt {
            state: &self.state,
            client: &self.client,
            headers: &self.parts.headers,
            session: self.session.as_ref(),
        }
    }

    pub(crate) fn session(&self) -> Result<&CurrentSession, AppError> {
        self.session.as_ref().ok_or(AppError::SignedOut)
    }

    pub(in crate::pages) async fn user(&self) -> Result<User, AppError> {
        self.state.store.accounts.user(self.account().id).await.map_err(internal)?.ok_or(AppError::SignedOut)
    }

    async fn sessions(&self) -> Result<Vec<SessionView>, AppError> {
        let own = &self.session()?.hash;
        let rows =
            self.state.store.accounts.sessions_of(self.account().id, now(), session::IDLE).await.map_err(internal)?;
        let mut views: Vec<SessionView> = rows
            .into_iter()
            .map(|row| SessionView {
                is_this: row.token_hash == *own,
                id: row.id,
                device: device(&row.user_agent),
                address: row.address,
                since: row.created_at,
                last_used: row.last_used_at,
            })
            .collect();
        views.sort_by_key(|view| !view.is_this);
        Ok(views)
    }

    async fn show_account(self, status: StatusCode, faults: Vec<FieldFault>) -> Response {
        let user = or_refuse!(self, self.user().await);
        let factor = or_refuse!(self, self.state.store.accounts.second_factor(user.account.id).await.map_err(internal));
        let sessions = or_refuse!(self, self.sessions().await);
        let kept = self.parts.extensions.get::<KeptPreferences>().copied().unwrap_or_default();
        let view = AccountView {
            has_password: user.password_hash.is_some(),
            has_mail: self.state.mail.is_set_up(),
            factor: factor.map(|factor| (factor.since, factor.codes_left)),
            factor_required: second_factor::is_required(&self.state, user.account.role),
            account: user.account,
            sessions,
            kept,
            faults,
        };
        self.show(status, ServerPage::Account(Box::new(view))).await
    }
}

/// `GET /account`
pub(in crate::pages) async fn page(visit: Visit) -> Response {
    visit.show_account(StatusCode::OK, Vec::new()).await
}

/// `POST /account/password`: ends every other session, and gives this one another token.
pub(in crate::pages) async fn password(visit: Visit, body: Body) -> Response {
    let typed = Typed::read(&visit.parts.headers, body).await;
    let user = or_refuse!(visit, visit.user().await);
    let session = or_refuse!(visit, visit.session()).clone();
    // The new password is checked first, so that a fault in it does not use up the code of the second factor.
    let hash = match hashed(&visit.state, visit.language, &user.account.email, typed.secret("password")).await {
        Ok(hash) => hash,
        Err(faults) => return visit.show_account(StatusCode::UNPROCESSABLE_ENTITY, faults).await,
    };
    let proof = Proof::of(&typed.text("code"), &typed.text("recovery"));
    let proved = match visit.attempt().prove(&user, typed.secret("current"), &proof).await {
        Ok(proved) => proved,
        Err(fault) => {
            let said = Said::of(visit.language, fault, |_| FieldFault {
                field: "current".to_owned(),
                sentence: AccountWords::of(visit.language).wrong_password.to_owned(),
            });
            return said.status.send(visit.show_account(StatusCode::OK, said.faults).await);
        }
    };
    let changed = async {
        visit.state.store.accounts.change_password(&user.account, &hash, &session.hash, &visit.by()).await?;
        session::rotate(&visit.state, &session, Some(proved)).await
    };
    let rotated = or_refuse!(visit, changed.await.map_err(internal));
    // The new password has invalidated this browser's known-browser cookie.
    let user = or_refuse!(visit, visit.user().await);
    let known = or_refuse!(visit, visit.attempt().make_known(&user).map_err(internal));
    let mut response = visit.done(&Notice::Account(OwnAccount::Password), "/account");
    cookies::hand_over(&mut response, rotated.map(|(cookie, _)| cookie).into_iter().chain([known]));
    response
}

/// `POST /account/pages`: saves language, theme and time zone.
pub(in crate::pages) async fn pages(visit: Visit, body: Body) -> Response {
    let typed = Typed::read(&visit.parts.headers, body).await;
    let one_of = |name: &str, known: [&'static str; 2]| {
        let text = typed.text(name);
        known.into_iter().find(|known| *known == text).unwrap_or_default()
    };
    let (language, theme) = (one_of("language", ["ru", "en"]), one_of("theme", ["light", "dark"]));
    let zone = match typed.text("zone").as_str() {
        "" => "",
        name => match TimeZone::parse(name) {
            Some(zone) => zone.name(),
            None => {
                let sentence = AccountWords::of(visit.language).bad_zone.to_owned();
                let faults = vec![FieldFault { field: "zone".to_owned(), sentence }];
                return visit.show_account(StatusCode::UNPROCESSABLE_ENTITY, faults).await;
            }
        },
    };
    let kept = visit.state.store.accounts.prefer(visit.account().id, Some(language), Some(theme), Some(zone)).await;
    or_refuse!(visit, kept.map_err(internal));
    visit.done(&Notice::Account(OwnAccount::Pages), "/account")
}

/// `POST /account/sessions/{id}/end`
pub(in crate::pages) async fn end(Path(id): Path<String>, visit: Visit) -> Response {
    // A session that has ended in the meantime is not an error.
    or_refuse!(
        visit,
        visit.state.store.accounts.end_session_of(visit.account(), &id, &visit.by()).await.map_err(internal)
    );
    visit.done(&Notice::Account(OwnAccount::Session), "/account")
}

/// `GET /account/sessions/end`
pub(in crate::pages) async fn end_all_page(visit: Visit) -> Response {
    or_confirm!(visit, "/account/sessions/end");
    let sessions = or_refuse!(visit, visit.sessions().await);
    visit.show(StatusCode::OK, ServerPage::EndSessions(sessions)).await
}

/// `POST /account/sessions/end`: ends all sessions but this one, which gets another token.
pub(in crate::pages) async fn end_all(visit: Visit) -> Response {
    let confirmed = or_confirm!(visit, "/account/sessions/end");
    let session = or_refuse!(visit, visit.session()).clone();
    let ended = async {
        visit.state.store.accounts.end_sessions_of(confirmed.account(), Some(&session.hash), &visit.by()).await?;
        session::rotate(&visit.state, &session, None).await
    };
    let rotated = or_refuse!(visit, ended.await.map_err(internal));
    let mut response = visit.done(&Notice::Account(OwnAccount::Sessions), "/account");
    cookies::hand_over(&mut response, rotated.map(|(cookie, _)| cookie));
    response
}

async fn show_confirm(visit: Visit, next: &str, faults: Vec<FieldFault>) -> Response {
    let session = or_refuse!(visit, visit.session());
    let view = ConfirmView {
        next: local(next).to_owned(),
        email: visit.account().email.clone(),
        has_password: session.has_password,
        has_second_factor: session.has_second_factor,
        faults,
    };
    visit.show(StatusCode::OK, ServerPage::Confirm(view)).await
}

/// `GET /confirm`
pub(in crate::pages) async fn confirm_page(visit: Visit) -> Response {
    let next = visit.asked("next").unwrap_or_default();
    if visit.parts.extensions.get::<Confirmed>().is_some() {
        return Redirect::to(local(&next)).into_response();
    }
    show_confirm(visit, &next, Vec::new()).await
}

/// `POST /confirm`
pub(in crate::pages) async fn confirm(visit: Visit, body: Body) -> Response {
    let typed = Typed::read(&visit.parts.headers, body).await;
    let next = typed.text("next");
    let proof = Proof::of(&typed.text("code"), &typed.text("recovery"));
    match visit.attempt().confirm(visit.account().id, typed.secret("password"), &proof).await {
        Ok(cookie) => go(local(&next), [cookie]),
        Err(fault) => {
            let said = Said::of(visit.language, fault, |_| FieldFault {
                field: "password".to_owned(),
                sentence: AccountWords::of(visit.language).wrong_password.to_owned(),
            });
            said.status.send(show_confirm(visit, &next, said.faults).await)
        }
    }
}
