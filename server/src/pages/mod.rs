//! The handlers of the pages. A handler reads the form, checks the account's permission, calls the store and renders a
//! page.

mod accounts;
mod audit;
mod booking;
mod bots;
mod builder;
pub(crate) mod context;
mod customers;
pub mod deliveries;
mod health;
pub(crate) mod live;
pub mod profiles;
mod qr;
mod request;
pub mod routes;
pub mod sandbox;
mod settings;

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
    extract::{FromRequest as _, FromRequestParts, Multipart, Query, Request},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use hookgram::{
    role::Account,
    values::{Language, TimeZone},
};
use leptos::{
    context::provide_context,
    reactive::{computed::ScopedFuture, owner::Owner},
};
use tokio::time::timeout;

use self::accounts::Caller;
pub use self::request::PageRequest;
use crate::{
    auth::session::CurrentSession,
    http::client::Client,
    pages::{context::context, routes::Routes},
    state::AppState,
    store::{StoredProfile, audit::By},
};

/// The largest form of these pages, in bytes: five times a file of a thousand profiles.
const LONGEST: usize = 2 * 1024 * 1024;
/// A form that is too large is still read up to this many bytes, because a browser shows a response only after it has
/// sent everything.
const LONGEST_READ: usize = 16 * 1024 * 1024;

/// Unwraps a result, or returns the page that shows the error.
macro_rules! or_refuse {
    ($visit:ident, $result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return $visit.refuse(error).await,
        }
    };
}
use or_refuse;

/// Logs an error of the server. The page does not contain it.
fn internal(error: impl std::fmt::Display) -> AppError {
    tracing::error!(%error, "a page could not be served");
    AppError::Internal
}

pub(crate) fn routes() -> Routes {
    Routes::default()
        .get("/", profiles::list::page)
        .open("/login", "GET", get(accounts::entry::page))
        .open("/login", "POST", post(accounts::entry::sign_in))
        .open("/login/second", "GET", get(accounts::entry::second))
        .open("/login/second", "POST", post(accounts::entry::prove))
        .open("/logout", "POST", post(accounts::entry::sign_out))
        .open("/setup/{code}", "GET", get(accounts::entry::set_up_page))
        .open("/setup/{code}", "POST", post(accounts::entry::set_up))
        .open("/invite/{code}", "GET", get(accounts::links::invitation_page))
        .open("/invite/{code}", "POST", post(accounts::links::accept))
        .open("/forgot", "GET", get(accounts::links::forgot_page))
        .open("/forgot", "POST", post(accounts::links::forgot))
        .open("/reset/{code}", "GET", get(accounts::links::reset_page))
        .open("/reset/{code}", "POST", post(accounts::links::reset))
        .open("/confirm-email/{code}", "GET", get(accounts::links::address_page))
        .open("/confirm-email/{code}", "POST", post(accounts::links::answer_for_address))
        .get("/confirm", accounts::account::confirm_page)
        .post("/confirm", accounts::account::confirm)
        .get("/account", accounts::account::page)
        .post("/account/password", accounts::account::password)
        .post("/account/pages", accounts::account::pages)
        .get("/account/sessions/end", accounts::account::end_all_page)
        .post("/account/sessions/end", accounts::account::end_all)
        .post("/account/sessions/{id}/end", accounts::account::end)
        .get("/account/second-factor", accounts::factor::page)
        .post("/account/second-factor", accounts::factor::turn_on)
        .post("/account/second-factor/codes", accounts::factor::new_codes)
        .post("/account/second-factor/off", accounts::factor::turn_off)
        .get("/find-chat/{code}", profiles::find_chat::page)
        .get("/bots", bots::list)
        .post("/bots", bots::add)
        .get("/bots/{id}", bots::page)
        .get("/bots/{id}/booking", booking::page)
        .post("/bots/{id}/booking", booking::act)
        .get("/bots/{id}/booking/poster", booking::poster)
        .post("/bots/{id}/token", bots::token)
        .post("/bots/{id}/check", bots::check)
        .post("/bots/{id}/remove", bots::remove)
        .get("/customers", customers::list)
        .get("/customers/{id}", customers::page)
        .get("/customers/{id}/export.json", customers::export)
        .post("/customers/{id}/stop", customers::stop)
        .get("/audit", audit::page)
        .get("/settings", settings::page)
        .post("/settings", settings::save)
        .post("/settings/mail", settings::test)
        .get("/users", accounts::users::page)
        .post("/users/invite", accounts::users::invite)
        .post("/users/invitations/revoke", accounts::users::revoke)
        .get("/users/{id}", accounts::users::one)
        .post("/users/{id}/role", accounts::users::role)
        .post("/users/{id}/remove", accounts::users::remove)
        .get("/deliveries", deliveries::log::page)
        .post("/deliveries/act", deliveries::act::act)
        .get("/deliveries/all", deliveries::act::question)
        .post("/deliveries/all", deliveries::act::begin)
        .get("/deliveries/export.csv", deliveries::export::table)
        .get("/deliveries/export.jsonl", deliveries::export::lines)
        .get("/deliveries/unreachable", deliveries::people::unreachable)
        .get("/deliveries/erase", deliveries::people::question)
        .post("/deliveries/erase", deliveries::people::erase)
        .get("/health", health::page)
        .get("/sandbox", sandbox::page)
        .post("/sandbox/clear", sandbox::clear)
        .post("/sandbox/sample", sandbox::sample)
        .post("/sandbox/say", sandbox::chat::say)
        .post("/sandbox/book", sandbox::chat::book)
        .get("/deliveries/work", deliveries::work::all)
        .get("/deliveries/work/{id}", deliveries::work::one)
        .post("/deliveries/work/{id}/stop", deliveries::work::stop)
        .get("/deliveries/{id}", deliveries::event::page)
        .get("/deliveries/{id}/payload", deliveries::event::payload)
        .get("/deliveries/{id}/payload.json", deliveries::event::payload_file)
        .get("/profiles/names", deliveries::log::names)
        .get("/profiles/export", profiles::export::all)
        .get("/profiles/import", profiles::import::page)
        .post("/profiles/import", profiles::import::sent)
        .get("/profiles/urls", profiles::urls::page)
        .post("/profiles/urls", profiles::urls::sent)
        .get("/profiles/urls.csv", profiles::urls::file)
        .get("/profiles/new", builder::new)
        .get("/profiles/{id}", builder::edit)
        .get("/profiles/{id}/share", profiles::share::page)
        .post("/profiles/{id}/share", profiles::share::second)
        .post("/profiles/{id}/sample", profiles::share::send)
        .post("/profiles/{id}/enable", profiles::list::enable)
        .get("/profiles/{id}/export", profiles::export::one)
        .post("/profiles/{id}/duplicate", profiles::actions::duplicate)
        .get("/profiles/{id}/key", profiles::actions::key)
        .post("/profiles/{id}/key", profiles::actions::rotate)
        .get("/profiles/{id}/delete", profiles::actions::deletion)
        .post("/profiles/{id}/delete", profiles::actions::delete)
}

/// The page for an unknown path.
pub(crate) async fn not_found(caller: Caller) -> Response {
    caller.show(StatusCode::NOT_FOUND, EntryPage::NotFound).await
}

/// A request for a page by an account with the permission `P`, without its body. An account without the permission is
/// refused before the handler runs.
pub(crate) struct Visit<P = Viewer> {
    /// The account, as its permission.
    who: P,
    state: AppState,
    parts: Parts,
    client: Client,
    session: Option<CurrentSession>,
    language: Language,
    /// The value of [`live::changes`] before the handler read any data.
    seen: u64,
}

impl<P: Permission> FromRequestParts<AppState> for Visit<P> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        // The guard has already refused requests without a session.
        let account = parts.extensions.get::<Account>().cloned();
        let account = account.ok_or_else(|| Redirect::to("/login").into_response())?;
        let language = app::preferences::of_headers(&parts.headers).language;
        let Ok(client) = Client::from_request_parts(parts, state).await;
        let session = parts.extensions.get::<CurrentSession>().cloned();
        let (state, parts) = (state.clone(), parts.clone());
        let seen = live::changes(&state);
        match P::of(account.clone()) {
            Ok(who) => Ok(Self { who, state, parts, client, session, language, seen }),
            Err(error) => match Viewer::of(account) {
                Ok(who) => Err(Visit { who, state, parts, client, session, language, seen }.refuse(error).await),
                Err(_) => Err(Redirect::to("/login").into_response()),
            },
        }
    }
}

type Fields = HashMap<String, String>;

impl<P: Permission> Visit<P> {
    pub(crate) fn account(&self) -> &Account {
        self.who.account()
    }

    /// Whether the account has a permission beyond that of the page.
    fn may<M: Permission>(&self) -> bool {
        M::of(self.account().clone()).is_ok()
    }

    pub(crate) fn state(&self) -> &AppState {
        &self.state
    }

    /// The author of an audit entry.
    fn by(&self) -> By {
        self.client.by(&self.account().email)
    }

    /// The current time, in the reader's time zone.
    fn clock(&self) -> Clock {
        self.request().clock()
    }

    /// The zone in which the reader's times are shown and parsed.
    fn zone(&self) -> TimeZone {
        self.clock().zone()
    }

    /// The part of the request that pages and server functions share.
    fn request(&self) -> PageRequest {
        PageRequest::new(&self.state, &self.client, &self.parts.headers)
    }

    /// The first query parameter with this name.
    fn asked(&self, name: &str) -> Option<String> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&self.parts.uri).ok()?;
        pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    async fn profile(&self, id: &str) -> Result<StoredProfile, AppError> {
        self.request().stored_profile(id.parse().map_err(|_| AppError::NotFound)?).await
    }

    /// The form in the body, or why it cannot be read.
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

    /// Runs `work` in the reactive context of a request, as server functions have it.
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

    async fn show(self, status: StatusCode, page: ServerPage) -> Response {
        let clock = self.clock();
        let Self { state, parts, who, seen, .. } = self;
        let options = state.leptos.clone();
        let account = who.account().clone();
        let draw = leptos_axum::render_app_async_with_context(context(&state), move || {
            provide_context(pages::Seen(seen));
            pages::shell(&options, account.clone(), clock, page.clone())
        });
        let mut response = draw(Request::from_parts(parts, Body::empty())).await;
        *response.status_mut() = status;
        response
    }

    async fn refuse(self, error: AppError) -> Response {
        let status = match error {
            AppError::SignedOut => StatusCode::UNAUTHORIZED,
            AppError::Forbidden => StatusCode::FORBIDDEN,
            AppError::NotFound => StatusCode::NOT_FOUND,
            AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Outdated(_) => StatusCode::CONFLICT,
            AppError::Internal | AppError::Connection => StatusCode::INTERNAL_SERVER_ERROR,
        };
        self.show(status, ServerPage::Refused(error)).await
    }

    /// Redirects to a page that shows the notice.
    fn done(self, notice: &Notice, to: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        if let Ok(cookie) = HeaderValue::from_str(&notice.cookie()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// The form in the body, URL-encoded or multipart with a file.
    ///
    /// # Errors
    /// A sentence for the reader.
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
            self.say(
                "Форма пришла не полностью. Отправьте её ещё раз.",
                "The form did not arrive completely. Send it again.",
            )
            .to_owned()
        })
    }

    async fn bytes(&self, body: Body) -> Result<Bytes, String> {
        let too_long = || {
            self.say(
                "Это больше 2 МБ, за один раз столько не принимается. Разделите на части и отправьте по очереди.",
                "This is more than 2 MB, which is too much at once. Split it and send the parts one by one.",
            )
            .to_owned()
        };
        match timeout(self.state.config.patience.form, to_bytes(body, LONGEST_READ)).await {
            Ok(Ok(bytes)) if bytes.len() <= LONGEST => Ok(bytes),
            Ok(_) => Err(too_long()),
            Err(_) => Err(self
                .say(
                    "Форма отправлялась слишком долго. Проверьте соединение и отправьте её ещё раз.",
                    "The form took too long to arrive. Check the connection and send it again.",
                )
                .to_owned()),
        }
    }

    /// Reads a multipart form. The content of a file is the value of its field.
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
                        "Это не текстовый файл в кодировке UTF-8. Выберите файл, сохранённый при экспорте.",
                        "This is not a UTF-8 text file. Choose a file saved by an export.",
                    )
                    .to_owned());
            };
            fields.insert(name, text.trim_start_matches('\u{feff}').to_owned());
        }
    }
}
