//! What Telegram's answer means to a person: from the last attempt to one of the [`Cause`]s.

use app::words::causes::Cause;

use crate::{store::AttemptClass, telegram::NOT_TELEGRAMS};

/// Why a delivery was given up, from its last attempt: what it came to, the HTTP status, Telegram's own words.
#[must_use]
pub fn of(class: AttemptClass, status: Option<u16>, description: &str) -> Cause {
    match class {
        AttemptClass::NoToken => Cause::TokenRefused,
        AttemptClass::TokenLocked => Cause::TokenLocked,
        AttemptClass::BrokenOff => Cause::Uncertain,
        AttemptClass::Unreachable => Cause::TooOld,
        // Whatever stood in the way was asked again and again.
        AttemptClass::Refused if description == NOT_TELEGRAMS => Cause::TooOld,
        AttemptClass::Refused | AttemptClass::Sent => refused(status.unwrap_or_default(), description),
    }
}

fn refused(status: u16, description: &str) -> Cause {
    let words = description.to_ascii_lowercase();
    let says = |any: &[&str]| any.iter().any(|phrase| words.contains(phrase));
    match status {
        401 | 404 => Cause::TokenRefused,
        408 | 429 | 500 | 502..=599 => Cause::TooOld,
        413 => Cause::Unreadable,
        400 | 403 if says(&["blocked by the user"]) => Cause::Blocked,
        400 | 403 if says(&["user is deactivated"]) => Cause::Deactivated,
        400 | 403
            if says(&["chat not found", "chat_id is empty", "can't initiate conversation", "peer_id_invalid"]) =>
        {
            Cause::NeverStarted
        }
        403 => Cause::NoRights,
        400 if says(&["rights", "topic_closed", "write_forbidden", "kicked", "not a member", "was deleted"]) => {
            Cause::NoRights
        }
        400 if says(&["can't parse", "text is empty", "must be non-empty", "is too long"]) => Cause::Unreadable,
        _ => Cause::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_bot_api() {
        for (status, description, cause) in [
            (401, "Unauthorized", Cause::TokenRefused),
            (401, "Unauthorized: invalid token specified", Cause::TokenRefused),
            (404, "Not Found", Cause::TokenRefused),
            (429, "Too Many Requests: retry after 30", Cause::TooOld),
            (500, "Internal Server Error", Cause::TooOld),
            (502, "Bad Gateway", Cause::TooOld),
            (400, "Bad Request: chat not found", Cause::NeverStarted),
            (400, "Bad Request: chat_id is empty", Cause::NeverStarted),
            (403, "Forbidden: bot can't initiate conversation with a user", Cause::NeverStarted),
            (400, "Bad Request: PEER_ID_INVALID", Cause::NeverStarted),
            (403, "Forbidden: bot was blocked by the user", Cause::Blocked),
            (403, "Forbidden: user is deactivated", Cause::Deactivated),
            (403, "Forbidden: bot was kicked from the supergroup chat", Cause::NoRights),
            (403, "Forbidden: bot is not a member of the channel chat", Cause::NoRights),
            (403, "Forbidden: the group chat was deleted", Cause::NoRights),
            (400, "Bad Request: not enough rights to send text messages to the chat", Cause::NoRights),
            (400, "Bad Request: need administrator rights in the channel chat", Cause::NoRights),
            (400, "Bad Request: TOPIC_CLOSED", Cause::NoRights),
            (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Cause::NoRights),
            (400, "Bad Request: message text is empty", Cause::Unreadable),
            (400, "Bad Request: text must be non-empty", Cause::Unreadable),
            (400, "Bad Request: text is too long", Cause::Unreadable),
            (400, "Bad Request: message is too long", Cause::Unreadable),
            (400, "Bad Request: can't parse entities: Unsupported start tag \"x\"", Cause::Unreadable),
            (413, "Request Entity Too Large", Cause::Unreadable),
            (400, "Bad Request: message thread not found", Cause::Refused),
            (400, "Bad Request: group chat was upgraded to a supergroup chat", Cause::Refused),
            (409, "Conflict: terminated by other getUpdates request", Cause::Refused),
            (501, "", Cause::Refused),
            (400, "", Cause::Refused),
        ] {
            assert_eq!(of(AttemptClass::Refused, Some(status), description), cause, "{status} {description}");
        }
    }

    #[test]
    fn what_is_not_telegrams_answer_is_no_refusal() {
        for (class, status, description, cause) in [
            (AttemptClass::Refused, Some(401), NOT_TELEGRAMS, Cause::TooOld),
            (AttemptClass::Unreachable, None, "tcp connect error", Cause::TooOld),
            (AttemptClass::BrokenOff, None, "no answer in time", Cause::Uncertain),
            (AttemptClass::NoToken, None, "no bot token is stored for it", Cause::TokenRefused),
            (AttemptClass::TokenLocked, None, "the stored bot token cannot be opened", Cause::TokenLocked),
        ] {
            assert_eq!(of(class, status, description), cause, "{class:?}");
        }
    }
}
