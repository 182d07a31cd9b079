//! The pages. Handlers are thin: read the form, see what the account may do, do it, show it.

mod account;
mod audit;
mod builder;
mod caller;
pub(crate) mod context;
mod entry;
mod export;
mod factor;
mod health;
mod import;
mod links;
mod list;
pub(crate) mod live;
mod log;
mod people;
mod profile;
pub mod routes;
mod sandbox;
mod settings;
mod share;
mod urls;
mod users;

use std::collections::HashMap;

use app::{
    error::AppError,
    i18n::{EraseWords, Words as _},
    notices::Notice,
    pages::{self, Clock, EntryPage, ServerPage},
    session::{Operator, Permission, Viewer},
};
use axum::{
    Form,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest as _, FromRequestParts, Multipart, Request},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use hookgram::{role::Account, values::Language};
use leptos::{
    context::provide_context,
    reactive::{computed::ScopedFuture, owner::Owner},
};
use tokio::time::timeout;

use self::{caller::Caller, profile::or_refuse};
use crate::{
    auth::session::CurrentSession,
    http::client::Client,
    pages::{context::context, routes::Routes},
    ports::internal,
    state::AppState,
    store::audit::By,
    time::now,
};

/// Bytes: the largest form of these pages. A file of a thousand profiles is a fifth of it.
const LONGEST: usize = 2 * 1024 * 1024;
/// What is longer than a form may be is still read so far, for a browser shows no answer before it has sent all.
const LONGEST_READ: usize = 16 * 1024 * 1024;

/// Their routes.
pub(crate) fn routes() -> Routes {
    Routes::default()
        .get("/", list::page)
        .open("/login", "GET", get(entry::page))
        .open("/login", "POST", post(entry::sign_in))
        .open("/login/second", "GET", get(entry::second))
        .open("/login/second", "POST", post(entry::prove))
        .open("/logout", "POST", post(entry::sign_out))
        .open("/setup/{code}", "GET", get(entry::set_up_page))
        .open("/setup/{code}", "POST", post(entry::set_up))
        .open("/invite/{code}", "GET", get(links::invitation_page))
        .open("/invite/{code}", "POST", post(links::accept))
        .open("/forgot", "GET", get(links::forgot_page))
        .open("/forgot", "POST", post(links::forgot))
        .open("/reset/{code}", "GET", get(links::reset_page))
        .open("/reset/{code}", "POST", post(links::reset))
        .open("/confirm-email/{code}", "GET", get(links::address_page))
        .open("/confirm-email/{code}", "POST", post(links::answer_for_address))
        .get("/confirm", account::confirm_page)
        .post("/confirm", account::confirm)
        .get("/account", account::page)
        .post("/account/password", account::password)
        .post("/account/pages", account::pages)
        .get("/account/sessions/end", account::end_all_page)
        .post("/account/sessions/end", account::end_all)
        .post("/account/sessions/{id}/end", account::end)
        .get("/account/second-factor", factor::page)
        .post("/account/second-factor", factor::turn_on)
        .post("/account/second-factor/codes", factor::new_codes)
        .post("/account/second-factor/off", factor::turn_off)
        .get("/find-chat/{code}", share::find_chat)
        .get("/audit", audit::page)
        .get("/settings", settings::page)
        .post("/settings", settings::save)
        .post("/settings/mail", settings::test)
        .get("/users", users::page)
        .post("/users/invite", users::invite)
        .post("/users/invitations/revoke", users::revoke)
        .get("/users/{id}", users::one)
        .post("/users/{id}/role", users::role)
        .post("/users/{id}/remove", users::remove)
        .get("/deliveries", log::list)
        .post("/deliveries/act", log::act::act)
        .get("/deliveries/all", log::act::question)
        .post("/deliveries/all", log::act::begin)
        .get("/deliveries/export.csv", log::export::table)
        .get("/deliveries/export.jsonl", log::export::lines)
        .get("/deliveries/unreachable", people::unreachable)
        .get("/deliveries/erase", people::question)
        .post("/deliveries/erase", people::erase)
        .get("/health", health::page)
        .get("/sandbox", sandbox::page)
        .post("/sandbox/clear", sandbox::clear)
        .post("/sandbox/sample", sandbox::sample)
        .get("/deliveries/work", log::work::all)
        .get("/deliveries/work/{id}", log::work::one)
        .post("/deliveries/work/{id}/stop", log::work::stop)
        .get("/deliveries/{id}", log::event)
        .get("/deliveries/{id}/payload", log::payload)
        .get("/deliveries/{id}/payload.json", log::payload_file)
        .get("/profiles/export", export::all)
        .get("/profiles/import", import::page)
        .post("/profiles/import", import::sent)
        .get("/profiles/urls", urls::page)
        .post("/profiles/urls", urls::sent)
        .get("/profiles/new", builder::new)
        .get("/profiles/{id}", builder::edit)
        .get("/profiles/{id}/share", share::page)
        .post("/profiles/{id}/enable", list::enable)
        .get("/profiles/{id}/export", export::one)
        .post("/profiles/{id}/duplicate", profile::duplicate)
        .get("/profiles/{id}/key", profile::key)
        .post("/profiles/{id}/key", profile::rotate)
        .get("/profiles/{id}/delete", profile::deletion)
        .post("/profiles/{id}/delete", profile::delete)
}

/// What is not there.
pub(crate) async fn not_found(caller: Caller) -> Response {
    caller.show(StatusCode::NOT_FOUND, EntryPage::NotFound).await
}

/// A request for one of these pages, without its body, of somebody who has the permission `P`: whoever has not is told so
/// before the handler is reached.
pub(crate) struct Visit<P = Viewer> {
    /// Who visits.
    who: P,
    state: AppState,
    parts: Parts,
    client: Client,
    session: Option<CurrentSession>,
    language: Language,
}

impl<P: Permission> FromRequestParts<AppState> for Visit<P> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        // The guard lets nobody so far who is not signed in.
        let account = parts.extensions.get::<Account>().cloned();
        let account = account.ok_or_else(|| Redirect::to("/login").into_response())?;
        let language = app::preferences::of_headers(&parts.headers).language;
        let Ok(client) = Client::from_request_parts(parts, state).await;
        let session = parts.extensions.get::<CurrentSession>().cloned();
        let (state, parts) = (state.clone(), parts.clone());
        match P::of(account.clone()) {
            Ok(who) => Ok(Self { who, state, parts, client, session, language }),
            Err(error) => match Viewer::of(account) {
                Ok(who) => Err(Visit { who, state, parts, client, session, language }.refuse(error).await),
                Err(_) => Err(Redirect::to("/login").into_response()),
            },
        }
    }
}

/// A form that came with it: the names and values of its fields.
type Fields = HashMap<String, String>;

impl<P: Permission> Visit<P> {
    pub(crate) fn account(&self) -> &Account {
        self.who.account()
    }

    /// Whether they may do more than the page asks of everybody.
    fn may<M: Permission>(&self) -> bool {
        M::of(self.account().clone()).is_ok()
    }

    /// Where live pages listen, and what else everybody shares.
    pub(crate) fn state(&self) -> &AppState {
        &self.state
    }

    /// Who does what is done.
    fn by(&self) -> By {
        self.client.by(&self.account().email)
    }

    /// The clock that the reader's browser has named.
    fn clock(&self) -> Clock {
        Clock { zone: app::preferences::zone(&self.parts.headers), now: now() }
    }

    /// The form that came, or why it cannot be read.
    async fn form(&self, body: Body) -> Result<Fields, AppError> {
        self.fields(body).await.map_err(|sentence| AppError::field("", sentence))
    }

    fn erase_words(&self) -> &'static EraseWords {
        EraseWords::of(self.language)
    }

    fn say<'a>(&self, ru: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Ru => ru,
            Language::En => en,
        }
    }

    /// Does what a server function does where it runs: with the context of a request.
    async fn within<T>(&self, work: impl Future<Output = T>) -> T {
        let owner = Owner::new();
        let work = owner.with(|| {
            provide_context(self.parts.clone());
            context(&self.state)();
            ScopedFuture::new(work)
        });
        let done = work.await;
        owner.cleanup();
        done
    }

    /// The page, with this status.
    async fn show(self, status: StatusCode, page: ServerPage) -> Response {
        let clock = self.clock();
        let Self { state, parts, who, .. } = self;
        let options = state.leptos.clone();
        let account = who.account().clone();
        let draw = leptos_axum::render_app_async_with_context(context(&state), move || {
            pages::shell(&options, account.clone(), clock, page.clone())
        });
        let mut response = draw(Request::from_parts(parts, Body::empty())).await;
        *response.status_mut() = status;
        response
    }

    /// Why the page cannot be shown or the form not be carried out.
    async fn refuse(self, error: AppError) -> Response {
        let status = match error {
            AppError::SignedOut => StatusCode::UNAUTHORIZED,
            AppError::Forbidden => StatusCode::FORBIDDEN,
            AppError::NotFound => StatusCode::NOT_FOUND,
            AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Internal | AppError::Connection => StatusCode::INTERNAL_SERVER_ERROR,
        };
        self.show(status, ServerPage::Refused(error)).await
    }

    /// Goes on to another page, which then says what was done.
    fn done(self, notice: &Notice, to: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        if let Ok(cookie) = HeaderValue::from_str(&notice.cookie()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// The form that came: sent as such, or in pieces with a file among them.
    ///
    /// # Errors
    /// A sentence for whoever sent it.
    async fn fields(&self, body: Body) -> Result<Fields, String> {
        let bytes = self.bytes(body).await?;
        let content_type = self.parts.headers.get(header::CONTENT_TYPE).cloned();
        let mut request = Request::new(Body::from(bytes));
        *request.method_mut() = self.parts.method.clone();
        let pieces = content_type.as_ref().is_some_and(|value| value.as_bytes().starts_with(b"multipart/form-data"));
        if let Some(content_type) = content_type {
            request.headers_mut().insert(header::CONTENT_TYPE, content_type);
        }
        let fields = if pieces {
            self.pieces(request).await?
        } else {
            Form::<Fields>::from_request(request, &()).await.map(|Form(fields)| fields).ok()
        };
        fields.ok_or_else(|| {
            self.say("Форма пришла не целиком. Отправьте её ещё раз.", "The form did not arrive whole. Send it again.")
                .to_owned()
        })
    }

    async fn bytes(&self, body: Body) -> Result<Bytes, String> {
        let too_long = || {
            self.say(
                "Это больше 2 МБ: столько за один раз не принимается. Разделите на части и отправьте по очереди.",
                "This is more than 2 MB, which is too much at once. Split it and send one part after the other.",
            )
            .to_owned()
        };
        match timeout(self.state.config.patience.form, to_bytes(body, LONGEST_READ)).await {
            Ok(Ok(bytes)) if bytes.len() <= LONGEST => Ok(bytes),
            Ok(_) => Err(too_long()),
            Err(_) => Err(self
                .say(
                    "Форма шла слишком долго. Проверьте соединение и отправьте её ещё раз.",
                    "The form took too long to arrive. Check the connection and send it again.",
                )
                .to_owned()),
        }
    }

    /// A file counts as the field of its name, where one was chosen.
    async fn pieces(&self, request: Request) -> Result<Option<Fields>, String> {
        let Ok(mut pieces) = Multipart::from_request(request, &()).await else { return Ok(None) };
        let mut fields = Fields::new();
        loop {
            let piece = match pieces.next_field().await {
                Ok(Some(piece)) => piece,
                Ok(None) => return Ok(Some(fields)),
                Err(_) => return Ok(None),
            };
            let name = piece.name().unwrap_or_default().to_owned();
            let Ok(bytes) = piece.bytes().await else { return Ok(None) };
            let Ok(text) = String::from_utf8(bytes.to_vec()) else {
                return Err(self
                    .say(
                        "Это не текстовый файл в кодировке UTF-8. Выберите файл, который сохранён экспортом.",
                        "This is no text file in UTF-8. Choose a file that an export has saved.",
                    )
                    .to_owned());
            };
            fields.insert(name, text.trim_start_matches('\u{feff}').to_owned());
        }
    }
}
