//! The pages. Handlers are thin: read the form, see what the account may do, do it, show it.

mod account;
mod builder;
mod caller;
mod entry;
mod export;
mod factor;
mod health;
mod import;
mod links;
mod list;
mod log;
mod people;
mod profile;
mod sandbox;
mod share;
mod urls;

use std::{collections::HashMap, time::Duration};

use app::{
    error::AppError,
    notices::Notice,
    quiet::{self, Clock, EntryPage, QuietPage},
    session::{Account, Operator, Viewer},
    words::{EraseWords, Words as _},
};
use axum::{
    Form, Router,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest as _, FromRequestParts, Multipart, Request},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use hookgram::values::Language;
use leptos::{
    context::provide_context,
    reactive::{computed::ScopedFuture, owner::Owner},
};
use tokio::time::timeout;

use self::{caller::Caller, profile::or_refuse};
use crate::{
    audit::By,
    auth::{guard::Client, session::CurrentSession},
    ports::internal,
    router::context,
    state::AppState,
    time::now,
    webhook::BODY_TIME,
};

/// Bytes: the largest form of these pages. A file of a thousand profiles is a fifth of it.
const LONGEST: usize = 2 * 1024 * 1024;
/// What is longer than a form may be is still read so far, for a browser shows no answer before it has sent all.
const LONGEST_READ: usize = 16 * 1024 * 1024;

/// Their routes.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/login", get(entry::page).post(entry::sign_in))
        .route("/login/second", get(entry::second).post(entry::prove))
        .route("/logout", post(entry::sign_out))
        .route("/setup/{code}", get(entry::set_up_page).post(entry::set_up))
        .route("/invite/{code}", get(links::invitation_page).post(links::accept))
        .route("/forgot", get(links::forgot_page).post(links::forgot))
        .route("/reset/{code}", get(links::reset_page).post(links::reset))
        .route("/confirm", get(account::confirm_page).post(account::confirm))
        .route("/account", get(account::page))
        .route("/account/password", post(account::password))
        .route("/account/pages", post(account::pages))
        .route("/account/sessions/end", get(account::end_all_page).post(account::end_all))
        .route("/account/sessions/{id}/end", post(account::end))
        .route("/account/second-factor", get(factor::page).post(factor::turn_on))
        .route("/account/second-factor/codes", post(factor::new_codes))
        .route("/account/second-factor/off", post(factor::turn_off))
        .route("/", get(list::page))
        .route("/find-chat/{code}", get(share::find_chat))
        .route("/deliveries", get(log::list))
        .route("/deliveries/act", post(log::act::act))
        .route("/deliveries/all", get(log::act::question).post(log::act::begin))
        .route("/deliveries/export.csv", get(log::export::csv))
        .route("/deliveries/export.jsonl", get(log::export::lines))
        .route("/deliveries/unreachable", get(people::unreachable))
        .route("/deliveries/erase", get(people::question).post(people::erase))
        .route("/health", get(health::page))
        .route("/sandbox", get(sandbox::page))
        .route("/sandbox/clear", post(sandbox::clear))
        .route("/sandbox/sample", post(sandbox::sample))
        .route("/deliveries/work", get(log::work::all))
        .route("/deliveries/work/{id}", get(log::work::one))
        .route("/deliveries/work/{id}/stop", post(log::work::stop))
        .route("/deliveries/{id}", get(log::event))
        .route("/deliveries/{id}/payload", get(log::payload))
        .route("/deliveries/{id}/payload.json", get(log::payload_file))
        .route("/profiles/export", get(export::all))
        .route("/profiles/import", get(import::page).post(import::sent))
        .route("/profiles/urls", get(urls::page).post(urls::sent))
        .route("/profiles/new", get(builder::new))
        .route("/profiles/{id}", get(builder::edit))
        .route("/profiles/{id}/share", get(share::page))
        .route("/profiles/{id}/enable", post(list::enable))
        .route("/profiles/{id}/export", get(export::one))
        .route("/profiles/{id}/duplicate", post(profile::duplicate))
        .route("/profiles/{id}/key", get(profile::key).post(profile::rotate))
        .route("/profiles/{id}/delete", get(profile::deletion).post(profile::delete))
}

/// What is not there.
pub(crate) async fn not_found(caller: Caller) -> Response {
    caller.show(StatusCode::NOT_FOUND, EntryPage::NotFound).await
}

/// A request for one of these pages, without its body.
struct Visit {
    state: AppState,
    parts: Parts,
    account: Account,
    client: Client,
    session: Option<CurrentSession>,
    language: Language,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Redirect> {
        // The guard lets nobody so far who is not signed in.
        let account = parts.extensions.get::<Account>().cloned().ok_or_else(|| Redirect::to("/login"))?;
        let language = app::preferences::of_headers(&parts.headers).language;
        let Ok(client) = Client::from_request_parts(parts, state).await;
        let session = parts.extensions.get::<CurrentSession>().cloned();
        Ok(Self { state: state.clone(), parts: parts.clone(), account, client, session, language })
    }
}

/// A form that came with it: the names and values of its fields.
type Fields = HashMap<String, String>;

impl Visit {
    fn viewer(&self) -> Result<Viewer, AppError> {
        Viewer::of(self.account.clone())
    }

    fn operator(&self) -> Result<Operator, AppError> {
        Operator::of(self.account.clone())
    }

    /// Who does what is done.
    fn by(&self) -> By {
        By::account(&self.account, &self.client)
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
    async fn show(self, status: StatusCode, page: QuietPage) -> Response {
        let clock = self.clock();
        let Self { state, parts, account, .. } = self;
        let options = state.leptos.clone();
        let email = account.email;
        let draw = leptos_axum::render_app_async_with_context(context(&state), move || {
            quiet::shell(&options, email.clone(), clock, page.clone())
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
        self.show(status, QuietPage::Refused(error)).await
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
        match timeout(BODY_TIME.max(Duration::from_secs(60)), to_bytes(body, LONGEST_READ)).await {
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
