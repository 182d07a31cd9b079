//! `/find-chat/{code}`: finds the id of a chat by a link that its owner opens.

use app::{
    error::AppError,
    pages::ServerPage,
    session::Operator,
    test_chat,
    views::{ChatLinks, ChatSearch, ChatTrouble},
};
use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use hookgram::{secret::BotToken, values::ChatId};

use super::token;
use crate::{
    channel::telegram::{CallError, Conflict, Identity, MOST_UPDATES, chats::Seen, identities::Asker},
    pages::{PageRequest, Visit, qr},
};

/// `GET /find-chat/{code}`: the state of a search. Instead of a code, the path may contain the reason why no search was
/// started.
pub(in crate::pages) async fn page(Path(code): Path<String>, visit: Visit<Operator>) -> Response {
    let operator = visit.who.clone();
    let search = match ChatTrouble::parse(&code) {
        Some(why) => ChatSearch::Failed { why, links: None },
        None => look(&visit.request(), &operator, &code, false).await,
    };
    let found = match &search {
        ChatSearch::Found { chat, .. } => Some(test_chat::cookie(operator.account(), &ChatId::Number(*chat))),
        _ => None,
    };
    let mut response = visit.show(StatusCode::OK, ServerPage::FindChat(search)).await;
    if let Some(Ok(cookie)) = found.map(|cookie| HeaderValue::from_str(&cookie)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Starts a search with the bot of the token, else with the chosen one, else with that of the stored profile `id`.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such profile.
pub async fn begin(
    request: &PageRequest,
    operator: &Operator,
    id: Option<i64>,
    bot: Option<i64>,
    typed: Option<BotToken>,
) -> Result<ChatSearch, AppError> {
    let failed = |why| Ok(ChatSearch::Failed { why, links: None });
    let Some(token) = token(request, id, bot, typed.as_ref()).await? else { return failed(ChatTrouble::NoToken) };
    let bot = match request.state.who_is(&token, Asker::Known).await {
        Identity::Bot { username, .. } => username,
        Identity::Refused => return failed(ChatTrouble::TokenRefused),
        Identity::Busy { seconds } => return failed(ChatTrouble::Busy { seconds }),
        Identity::Unreachable => return failed(ChatTrouble::Unreachable),
    };
    // This is checked first, because reading the bot's updates would interrupt another program that reads them.
    match request.state.telegram.webhook_info(&token).await {
        Ok(info) if info.is_set() => failed(ChatTrouble::Webhook { host: info.host() }),
        Ok(info) if info.pending >= MOST_UPDATES => failed(ChatTrouble::TooMuchUnread),
        Ok(_) => {
            let code = request.state.chats.begin(operator.account().id, &token, &bot);
            Ok(ChatSearch::Waiting(links(&code, &bot)))
        }
        Err(error) => failed(trouble(&error)),
    }
}

/// Checks whether somebody has opened the link of a search. If `patient`, it waits up to a few seconds for that.
pub async fn look(request: &PageRequest, operator: &Operator, code: &str, patient: bool) -> ChatSearch {
    let (state, owner) = (&request.state, operator.account().id);
    let shutdown = state.shutdown.clone();
    let look = match state.chats.bot_of(owner, code) {
        Some(bot) if has_consumer(request, bot).await => {
            state.chats.look_at_consumer(owner, code, patient, shutdown).await
        }
        _ => state.chats.look(&state.telegram, owner, code, patient, shutdown).await,
    };
    let Some(look) = look else { return ChatSearch::Failed { why: ChatTrouble::Over, links: None } };
    let why = match look.seen {
        Seen::Found(start) => {
            return ChatSearch::Found { chat: start.chat, who: start.who, is_group: start.is_group };
        }
        Seen::Nobody => return ChatSearch::Waiting(links(code, &look.bot)),
        Seen::TooMuchUnread => ChatTrouble::TooMuchUnread,
        Seen::Failed(error) => trouble(&error),
    };
    let may_pass = matches!(why, ChatTrouble::OtherReader | ChatTrouble::Busy { .. } | ChatTrouble::Unreachable);
    ChatSearch::Failed { why, links: may_pass.then(|| links(code, &look.bot)) }
}

fn trouble(error: &CallError) -> ChatTrouble {
    match error {
        CallError::Refused => ChatTrouble::TokenRefused,
        CallError::Conflict(Conflict::Webhook) => ChatTrouble::Webhook { host: String::new() },
        CallError::Conflict(Conflict::OtherReader) => ChatTrouble::OtherReader,
        CallError::Busy { seconds } => ChatTrouble::Busy { seconds: *seconds },
        CallError::Rejected { .. } | CallError::Unreachable => ChatTrouble::Unreachable,
    }
}

/// Whether a booking bot reads the updates of this bot. Nothing else may read them then.
async fn has_consumer(request: &PageRequest, bot: i64) -> bool {
    let record = request.state.store.booking.get(bot).await.ok().flatten();
    record.is_some_and(|record| record.enabled)
}

/// The links of a search. `startgroup` makes Telegram ask for the group to add the bot to, and post the code there.
fn links(code: &str, bot: &str) -> ChatLinks {
    let person = format!("https://t.me/{bot}?start={code}");
    ChatLinks {
        code: code.to_owned(),
        bot: bot.to_owned(),
        qr: qr::code(&person),
        person,
        group: format!("https://t.me/{bot}?startgroup={code}"),
    }
}
