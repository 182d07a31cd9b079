//! The chat of an operator's tests. The browser stores it in a cookie, so that the operator enters it once.

use hookgram::{role::Account, values::ChatId};
use http::HeaderMap;

use crate::cookies;

const COOKIE: &str = "test_chat";

/// The chat that this account has used in this browser.
#[must_use]
pub fn remembered(headers: &HeaderMap, account: &Account) -> Option<ChatId> {
    let (owner, chat) = cookies::value(headers, COOKIE)?.split_once('.')?;
    // The browser may have had a session of another account before.
    if owner != account.id.to_string() {
        return None;
    }
    ChatId::parse(chat)
}

/// The `Set-Cookie` value that stores a chat for a year.
#[must_use]
pub fn cookie(account: &Account, chat: &ChatId) -> String {
    format!("{COOKIE}={}.{chat}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", account.id)
}

/// The stored chat in the request of a server function.
pub(crate) fn of_request(account: &Account) -> Option<ChatId> {
    let parts = leptos::prelude::use_context::<http::request::Parts>()?;
    remembered(&parts.headers, account)
}

/// Stores a chat with the response of a server function.
pub(crate) fn remember(account: &Account, chat: &ChatId) {
    let options = leptos::prelude::use_context::<leptos_axum::ResponseOptions>();
    if let (Some(options), Ok(value)) = (options, http::HeaderValue::from_str(&cookie(account, chat))) {
        options.append_header(http::header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use hookgram::role::Role;

    use super::*;

    #[test]
    fn a_test_chat_is_stored_for_one_account_only() {
        let account = |id| Account { id, email: "a@b.c".into(), role: Role::Operator };
        for chat in [ChatId::Number(-100), ChatId::Channel("@salon_news".into())] {
            let cookie = cookie(&account(7), &chat);
            let pair = cookie.split(';').next().unwrap();
            let headers = HeaderMap::from_iter([(http::header::COOKIE, pair.parse().unwrap())]);
            assert_eq!(remembered(&headers, &account(7)), Some(chat));
            assert_eq!(remembered(&headers, &account(8)), None);
        }
        for foreign in ["", "7", "7.", "7.x", "7.5; x", ".5"] {
            let headers =
                HeaderMap::from_iter([(http::header::COOKIE, format!("{COOKIE}={foreign}").parse().unwrap())]);
            assert!(remembered(&headers, &account(7)).is_none_or(|chat| chat == ChatId::Number(5)), "{foreign}");
        }
    }
}
