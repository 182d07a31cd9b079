//! The extractor of pages that are open to everybody: signing in, one-time links, the first account.

use std::{collections::HashMap, convert::Infallible};

use app::{
    error::{AppError, FieldFault},
    i18n::{SignInWords, Words as _, app_error, wait_for_code, wait_seconds},
    pages::{self, EntryForm, EntryPage},
};
use axum::{
    Form,
    body::{Body, to_bytes},
    extract::{FromRequest as _, FromRequestParts, Query, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};
use hookgram::{query, role::Account, values::Language};
use secrecy::SecretString;

use crate::{
    auth::{
        cookies::{self, SetCookie},
        entry::{Entry, EntryFault, SignInAttempt, broken},
        guard::LONGEST_FORM,
        session::CurrentSession,
    },
    http::client::Client,
    pages::context::context,
    state::AppState,
    store::StoreError,
};

/// A request for an open page, without its body.
pub(crate) struct Caller {
    pub state: AppState,
    pub account: Option<Account>,
    pub language: Language,
    parts: Parts,
    client: Client,
    session: Option<CurrentSession>,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let Ok(client) = Client::from_request_parts(parts, state).await;
        Ok(Self {
            state: state.clone(),
            account: parts.extensions.get().cloned(),
            language: app::preferences::of_headers(&parts.headers).language,
            parts: parts.clone(),
            client,
            session: parts.extensions.get().cloned(),
        })
    }
}

/// The fields of a form. They may contain a password, so this type has no `Debug`.
#[derive(Default)]
pub(super) struct Typed(HashMap<String, String>);

impl Typed {
    /// A field's text, trimmed.
    pub(super) fn text(&self, name: &str) -> String {
        self.0.get(name).map(|text| text.trim().to_owned()).unwrap_or_default()
    }

    /// A password, untrimmed.
    pub(super) fn secret(&self, name: &str) -> SecretString {
        self.0.get(name).cloned().unwrap_or_default().into()
    }

    /// Reads a form. A body that is not a form yields no fields, and the page then reports what is missing. The guard
    /// has already read the whole body.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Self {
        let Ok(bytes) = to_bytes(body, LONGEST_FORM).await else { return Self::default() };
        let mut request = Request::post("/");
        if let Some(kind) = headers.get(header::CONTENT_TYPE) {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let Ok(request) = request.body(Body::from(bytes)) else { return Self::default() };
        Form::from_request(request, &()).await.map(|Form(fields)| Self(fields)).unwrap_or_default()
    }
}

impl Caller {
    pub(super) fn attempt(&self) -> SignInAttempt<'_> {
        SignInAttempt {
            state: &self.state,
            client: &self.client,
            headers: &self.parts.headers,
            session: self.session.as_ref(),
        }
    }

    pub(super) fn session(&self) -> Option<&CurrentSession> {
        self.session.as_ref()
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn words(&self) -> &'static SignInWords {
        SignInWords::of(self.language)
    }

    /// A query parameter; empty if it is missing.
    pub(super) fn asked(&self, name: &str) -> String {
        let asked = Query::<HashMap<String, String>>::try_from_uri(&self.parts.uri);
        asked.ok().and_then(|Query(mut asked)| asked.remove(name)).unwrap_or_default()
    }

    pub(super) async fn form(&self, body: Body) -> Typed {
        Typed::read(&self.parts.headers, body).await
    }

    /// Whether the page seems to have been opened over plain http although the sign-in cookie is for https only. The
    /// connection itself does not show it, because TLS may end before this server. Browsers send `Sec-Fetch-Site` only
    /// over https and to their own machine.
    fn seems_insecure(&self) -> bool {
        let protocol = self.headers().get("x-forwarded-proto").and_then(|value| value.to_str().ok());
        let protocol = protocol.and_then(|list| list.split(',').next()).map(|first| first.trim().to_ascii_lowercase());
        self.state.public_url.is_https()
            && match protocol.as_deref() {
                Some("https") => false,
                Some("http") => true,
                _ => !self.headers().contains_key("sec-fetch-site"),
            }
    }

    /// The response to a form behind a link that no longer works. If the form was submitted twice (a double click), the
    /// first request has used up the link, so the second one signs in with the form's password. Otherwise this shows
    /// `closed`.
    pub(super) async fn sent_again(self, code_hash: &[u8], typed: &Typed, closed: EntryPage) -> Response {
        let email = match self.state.store.accounts.used_link(code_hash).await {
            Ok(Some(email)) if email.is_empty() => typed.text("email"),
            Ok(Some(email)) => email,
            Ok(None) => return self.show(StatusCode::NOT_FOUND, closed).await,
            Err(error) => return self.refuse(broken(error), EntryForm::default(), |_| closed).await,
        };
        match self.attempt().by_password(&email, typed.secret("password")).await {
            Ok((_, entry)) => self.enter(entry, "/"),
            Err(_) => self.show(StatusCode::NOT_FOUND, closed).await,
        }
    }

    pub(in crate::pages) async fn show(self, status: StatusCode, mut page: EntryPage) -> Response {
        if let EntryPage::SignIn(form) = &mut page {
            form.secure = self.seems_insecure().then(|| self.state.public_url.to_string());
            // A failure of the database must not show the page for a server without accounts.
            form.no_account = self.state.store.accounts.count_users().await.is_ok_and(|count| count == 0);
        }
        let options = self.state.leptos.clone();
        let draw = leptos_axum::render_app_async_with_context(context(&self.state), move || {
            pages::entry(&options, page.clone())
        });
        let mut response = draw(Request::from_parts(self.parts, Body::empty())).await;
        *response.status_mut() = status;
        response
    }

    /// Renders the page again, with the reason why the attempt failed.
    pub(super) async fn refuse(
        self,
        fault: EntryFault,
        mut form: EntryForm,
        page: impl FnOnce(EntryForm) -> EntryPage,
    ) -> Response {
        let w = self.words();
        let said =
            Said::of(self.language, fault, |_| FieldFault { field: String::new(), sentence: w.wrong.to_owned() });
        form.faults = said.faults;
        said.status.send(self.show(StatusCode::OK, page(form)).await)
    }

    /// Hashes a new password, or returns why it is refused.
    pub(super) async fn hashed(&self, email: &str, password: SecretString) -> Result<String, Vec<FieldFault>> {
        hashed(&self.state, self.language, email, password).await
    }

    /// Signs in a new account, up to its second factor.
    pub(super) async fn enter_new(&self, account: Account) -> Result<Entry, StoreError> {
        let user = self.state.store.accounts.user(account.id).await?.ok_or(StoreError::NotFound)?;
        self.attempt().after_password(&user).await
    }

    /// Redirects to `next` after a sign-in, or to the second factor if that is still missing.
    pub(super) fn enter(&self, entry: Entry, next: &str) -> Response {
        match entry {
            Entry::Open(cookies) => go(local(next), cookies),
            Entry::Half(cookie) => go(&format!("/login/second?next={}", query::encode(local(next))), [cookie]),
        }
    }
}

/// Hashes a new password of the account with this address, or returns why it is refused.
pub(super) async fn hashed(
    state: &AppState,
    language: Language,
    email: &str,
    password: SecretString,
) -> Result<String, Vec<FieldFault>> {
    let at = |field: &str, sentence: String| vec![FieldFault { field: field.to_owned(), sentence }];
    let internal = |error| {
        broken(error);
        at("", app_error(language, &AppError::Internal))
    };
    match state.passwords.judge(password.clone(), email).await {
        Ok(Ok(())) => state.passwords.hash(password).await.map_err(internal),
        Ok(Err(fault)) => Err(at("password", fault.sentence(language).to_owned())),
        Err(error) => Err(internal(error)),
    }
}

/// A status, and the seconds of `Retry-After` if there is a wait.
#[derive(Clone, Copy)]
pub(super) struct Status(StatusCode, Option<u64>);

impl Status {
    pub(super) fn send(self, mut response: Response) -> Response {
        *response.status_mut() = self.0;
        if let Some(seconds) = self.1 {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The response to a failed attempt: its status, and the faults on the page.
pub(super) struct Said {
    pub status: Status,
    pub faults: Vec<FieldFault>,
}

impl Said {
    /// `wrong` builds the fault for a wrong password, at the password's field.
    pub(super) fn of(language: Language, fault: EntryFault, wrong: impl FnOnce(&SignInWords) -> FieldFault) -> Self {
        let w = SignInWords::of(language);
        let whole = |sentence: String| FieldFault { field: String::new(), sentence };
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        let (status, fault) = match fault {
            EntryFault::Wrong => (Status(refused, None), wrong(w)),
            EntryFault::WrongCode => {
                (Status(refused, None), FieldFault { field: "code".to_owned(), sentence: w.wrong_code.to_owned() })
            }
            EntryFault::WrongRecovery => (
                Status(refused, None),
                FieldFault { field: "recovery".to_owned(), sentence: w.wrong_recovery.to_owned() },
            ),
            EntryFault::FactorLocked => {
                (Status(refused, None), FieldFault { field: "code".to_owned(), sentence: w.factor_locked.to_owned() })
            }
            EntryFault::Late => (Status(refused, None), whole(w.too_late.to_owned())),
            EntryFault::TooManyCodes(seconds) => {
                let sentence = wait_for_code(language, seconds);
                let fault = FieldFault { field: "code".to_owned(), sentence };
                (Status(StatusCode::TOO_MANY_REQUESTS, Some(seconds)), fault)
            }
            EntryFault::TooMany(seconds) => {
                (Status(StatusCode::TOO_MANY_REQUESTS, Some(seconds)), whole(wait_seconds(language, seconds)))
            }
            EntryFault::Internal => {
                (Status(StatusCode::INTERNAL_SERVER_ERROR, None), whole(app_error(language, &AppError::Internal)))
            }
        };
        Self { status, faults: vec![fault] }
    }
}

pub(super) fn go(to: &str, cookies: impl IntoIterator<Item = SetCookie>) -> Response {
    let mut response = Redirect::to(to).into_response();
    cookies::hand_over(&mut response, cookies);
    response
}

/// `next` if it is a path on this server, else `/`, because a redirect must not lead to another site.
pub(super) fn local(next: &str) -> &str {
    let ours =
        next.starts_with('/') && !next.starts_with("//") && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if ours { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_next_address_never_leads_to_another_site() {
        for (next, expected) in [
            ("/profiles/3?a=b", "/profiles/3?a=b"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nset-cookie: x", "/"),
            ("/я", "/"),
        ] {
            assert_eq!(local(next), expected, "{next}");
        }
    }

    proptest! {
        #[test]
        fn any_next_address_stays_on_this_site(
            pieces in proptest::collection::vec(prop_oneof![
                proptest::sample::select(vec![
                    "/", "//", "\\", "\t", "\r\n", "%2f", "%5c", "%0d%0a", ".", "..", ":", "@", "?", "#", "evil.example",
                    "https:", "javascript:alert(1)", "\0", " ",
                ]).prop_map(str::to_owned),
                any::<char>().prop_map(String::from),
            ], 0..12)
        ) {
            let home = url::Url::parse("https://hooks.example.com/login").unwrap();
            let next = pieces.concat();
            let to = local(&next);
            prop_assert_eq!(home.join(to).unwrap().origin(), home.origin(), "{:?}", to);
            prop_assert!(HeaderValue::from_str(to).is_ok());
        }
    }
}
