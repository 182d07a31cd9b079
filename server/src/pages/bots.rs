//! `/bots` and `/bots/{id}`: bots and their tokens.

use app::{
    error::AppError,
    i18n::{BotsWords, Words as _},
    notices::Notice,
    pages::{BotPageView, BotsView, ServerPage},
};
use axum::{
    body::Body,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use hookgram::{bot::SANDBOX_BOT, secret::BotToken};

use super::{Fields, Operator, PageRequest, Permission, Visit, internal, or_refuse};
use crate::{
    channel::telegram::{Identity, identities::Asker},
    health::{bot_detail, bot_view},
    store::{BotRecord, Bots, Entered, StoreError, audit::By},
};

/// `GET /bots`
pub(super) async fn list(visit: Visit) -> Response {
    show_list(visit, None).await
}

async fn show_list<P: Permission>(visit: Visit<P>, fault: Option<String>) -> Response {
    let may_act = visit.may::<Operator>();
    let bots = or_refuse!(visit, visit.state.store.bots.all().await.map_err(internal));
    let bots = bots.into_iter().map(|record| bot_detail(record, may_act)).collect();
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.show(status, ServerPage::Bots(Box::new(BotsView { bots, may_act, fault }))).await
}

/// `GET /bots/{id}`. The sandbox's bot has only its booking bot.
pub(super) async fn page(Path(id): Path<String>, visit: Visit) -> Response {
    if id == SANDBOX_BOT.to_string() {
        return Redirect::to("/sandbox").into_response();
    }
    show(visit, &id, None).await
}

async fn show<P: Permission>(visit: Visit<P>, id: &str, fault: Option<String>) -> Response {
    let may_act = visit.may::<Operator>();
    let record = or_refuse!(visit, record(&visit.state.store.bots, id).await);
    let profiles = or_refuse!(visit, visit.state.store.bots.profiles(record.bot.id).await.map_err(internal));
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = BotPageView { detail: bot_detail(record, may_act), profiles, may_act, fault };
    visit.show(status, ServerPage::Bot(Box::new(view))).await
}

/// The bot whose id is in the path, if it has a token.
async fn with_token(bots: &Bots, id: &str) -> Result<BotRecord, AppError> {
    let found = record(bots, id).await?;
    if found.bot.id == SANDBOX_BOT { Err(AppError::NotFound) } else { Ok(found) }
}

/// The bot whose id is in the path, including the sandbox's bot.
pub(super) async fn record(bots: &Bots, id: &str) -> Result<BotRecord, AppError> {
    let id: i64 = id.parse().map_err(|_| AppError::NotFound)?;
    bots.get(id).await.map_err(internal)?.ok_or(AppError::NotFound)
}

/// `POST /bots`: adds a bot, or replaces the token of a known one.
pub(super) async fn add(visit: Visit<Operator>, body: Body) -> Response {
    let fields = or_refuse!(visit, visit.form(body).await);
    match enter(&visit.request(), &visit.by(), &fields, None).await {
        Ok(id) => {
            visit.state.wake.notify_one();
            visit.done(&Notice::BotSaved, &format!("/bots/{id}"))
        }
        Err(Refusal::Field(sentence)) => show_list(visit, Some(sentence)).await,
        Err(Refusal::Page(error)) => visit.refuse(error).await,
    }
}

/// `POST /bots/{id}/token`: replaces the bot's token.
pub(super) async fn token(Path(id): Path<String>, visit: Visit<Operator>, body: Body) -> Response {
    let fields = or_refuse!(visit, visit.form(body).await);
    let record = or_refuse!(visit, with_token(&visit.state.store.bots, &id).await);
    match enter(&visit.request(), &visit.by(), &fields, Some(record.bot.id)).await {
        Ok(_) => {
            visit.state.wake.notify_one();
            visit.done(&Notice::BotSaved, &format!("/bots/{id}"))
        }
        Err(Refusal::Field(sentence)) => show(visit, &id, Some(sentence)).await,
        Err(Refusal::Page(error)) => visit.refuse(error).await,
    }
}

/// `POST /bots/{id}/check`: asks Telegram whether the token works.
pub(super) async fn check(Path(id): Path<String>, visit: Visit<Operator>) -> Response {
    let record = or_refuse!(visit, with_token(&visit.state.store.bots, &id).await);
    let w = BotsWords::of(visit.language);
    let fault = match &record.token {
        Some(token) => match visit.state.ask_again(token).await {
            Identity::Bot { .. } | Identity::Refused => None,
            Identity::Busy { .. } => Some(w.check_busy),
            Identity::Unreachable => Some(w.check_unreachable),
        },
        None => None,
    };
    match fault {
        Some(sentence) => show(visit, &id, Some(sentence.to_owned())).await,
        None => Redirect::to(&format!("/bots/{id}")).into_response(),
    }
}

/// `POST /bots/{id}/remove`: deletes the token of a bot that no profile uses.
pub(super) async fn remove(Path(id): Path<String>, visit: Visit<Operator>) -> Response {
    let record = or_refuse!(visit, with_token(&visit.state.store.bots, &id).await);
    match visit.state.store.bots.remove(record.bot.id, &visit.by()).await {
        Ok(()) => visit.done(&Notice::BotRemoved(bot_view(record.bot).title()), "/bots"),
        Err(StoreError::Taken) => {
            let sentence = BotsWords::of(visit.language).remove_used.to_owned();
            show(visit, &id, Some(sentence)).await
        }
        Err(StoreError::NotFound) => visit.refuse(AppError::NotFound).await,
        Err(error) => visit.refuse(internal(error)).await,
    }
}

enum Refusal {
    /// A sentence for the field.
    Field(String),
    Page(AppError),
}

/// Reads and stores a token. `expected` is the id of the bot that it must belong to. Returns the bot's id.
async fn enter(request: &PageRequest, by: &By, fields: &Fields, expected: Option<i64>) -> Result<i64, Refusal> {
    let w = BotsWords::of(request.language);
    let typed = fields.get("token").map(|text| text.trim()).unwrap_or_default();
    let field = |sentence: &str| Err(Refusal::Field(sentence.to_owned()));
    if typed.is_empty() {
        return field(w.token_missing);
    }
    let Some(token) = BotToken::find(typed) else { return field(w.token_wrong) };
    if expected.is_some_and(|id| id != token.bot_id()) {
        let of =
            request.state.store.bots.name_of(token.bot_id()).await.map_err(|error| Refusal::Page(internal(error)))?;
        let name = of.map_or_else(|| token.bot_id().to_string(), |(_, username)| format!("@{username}"));
        return Err(Refusal::Field(format!("{} {name}", w.token_of_another)));
    }
    match store(request, &token, by).await {
        Ok(()) => Ok(token.bot_id()),
        Err(AppError::Invalid(faults)) => {
            Err(Refusal::Field(faults.into_iter().map(|fault| fault.sentence).collect::<Vec<_>>().join(" ")))
        }
        Err(error) => Err(Refusal::Page(error)),
    }
}

/// Stores a typed token after asking Telegram. A token that Telegram refuses is not stored. If Telegram does not
/// answer, the token of a new bot is stored, but a working token is not replaced.
async fn store(request: &PageRequest, token: &BotToken, by: &By) -> Result<(), AppError> {
    ask_before_storing(request, token).await?;
    match request.state.store.bots.enter(token, by).await.map_err(internal)? {
        Entered::Stored | Entered::Same => Ok(()),
        Entered::Refused => Err(AppError::field("telegramToken", BotsWords::of(request.language).token_kept)),
    }
}

/// Asks Telegram about a token before it is stored.
///
/// # Errors
/// A fault at the field `telegramToken` if Telegram refuses the token, or if Telegram does not answer and the bot
/// already has a working token.
pub(super) async fn ask_before_storing(request: &PageRequest, token: &BotToken) -> Result<(), AppError> {
    let w = BotsWords::of(request.language);
    let identity = request.state.who_is(token, Asker::Known).await;
    if identity == Identity::Refused {
        return Err(AppError::field("telegramToken", w.token_refused));
    }
    if request.state.store.bots.keeps_another(token).await.map_err(internal)? {
        return Err(AppError::field("telegramToken", w.token_kept));
    }
    Ok(())
}
