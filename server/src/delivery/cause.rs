//! What Telegram's answer means to a person: from the last attempt to one of the [`FailureCause`]s.

use hookgram::delivery::{AttemptClass, FailureCause};

use crate::channel::telegram::NOT_TELEGRAMS;

/// Why a delivery was given up, from its last attempt: what it came to, the HTTP status, Telegram's own words.
#[must_use]
pub fn of(class: AttemptClass, status: Option<u16>, description: &str) -> FailureCause {
    match class {
        AttemptClass::NoToken => FailureCause::TokenRefused,
        AttemptClass::TokenLocked => FailureCause::TokenLocked,
        AttemptClass::BrokenOff => FailureCause::Uncertain,
        AttemptClass::Unreachable => FailureCause::TooOld,
        // Whatever stood in the way was asked again and again.
        AttemptClass::Refused if description == NOT_TELEGRAMS => FailureCause::TooOld,
        AttemptClass::Refused | AttemptClass::Sent => refused(status.unwrap_or_default(), description),
    }
}

fn refused(status: u16, description: &str) -> FailureCause {
    let words = description.to_ascii_lowercase();
    let says = |any: &[&str]| any.iter().any(|phrase| words.contains(phrase));
    match status {
        401 | 404 => FailureCause::TokenRefused,
        408 | 429 | 500 | 502..=599 => FailureCause::TooOld,
        413 => FailureCause::Unreadable,
        400 | 403 if says(&["blocked by the user"]) => FailureCause::Blocked,
        400 | 403 if says(&["user is deactivated"]) => FailureCause::Deactivated,
        400 | 403
            if says(&["chat not found", "chat_id is empty", "can't initiate conversation", "peer_id_invalid"]) =>
        {
            FailureCause::NeverStarted
        }
        403 => FailureCause::NoRights,
        400 if says(&["rights", "topic_closed", "write_forbidden", "kicked", "not a member", "was deleted"]) => {
            FailureCause::NoRights
        }
        400 if says(&["can't parse", "text is empty", "must be non-empty", "is too long"]) => FailureCause::Unreadable,
        _ => FailureCause::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_bot_api() {
        for (status, description, cause) in [
            (401, "Unauthorized", FailureCause::TokenRefused),
            (401, "Unauthorized: invalid token specified", FailureCause::TokenRefused),
            (404, "Not Found", FailureCause::TokenRefused),
            (429, "Too Many Requests: retry after 30", FailureCause::TooOld),
            (500, "Internal Server Error", FailureCause::TooOld),
            (502, "Bad Gateway", FailureCause::TooOld),
            (400, "Bad Request: chat not found", FailureCause::NeverStarted),
            (400, "Bad Request: chat_id is empty", FailureCause::NeverStarted),
            (403, "Forbidden: bot can't initiate conversation with a user", FailureCause::NeverStarted),
            (400, "Bad Request: PEER_ID_INVALID", FailureCause::NeverStarted),
            (403, "Forbidden: bot was blocked by the user", FailureCause::Blocked),
            (403, "Forbidden: user is deactivated", FailureCause::Deactivated),
            (403, "Forbidden: bot was kicked from the supergroup chat", FailureCause::NoRights),
            (403, "Forbidden: bot is not a member of the channel chat", FailureCause::NoRights),
            (403, "Forbidden: the group chat was deleted", FailureCause::NoRights),
            (400, "Bad Request: not enough rights to send text messages to the chat", FailureCause::NoRights),
            (400, "Bad Request: need administrator rights in the channel chat", FailureCause::NoRights),
            (400, "Bad Request: TOPIC_CLOSED", FailureCause::NoRights),
            (400, "Bad Request: CHAT_WRITE_FORBIDDEN", FailureCause::NoRights),
            (400, "Bad Request: message text is empty", FailureCause::Unreadable),
            (400, "Bad Request: text must be non-empty", FailureCause::Unreadable),
            (400, "Bad Request: text is too long", FailureCause::Unreadable),
            (400, "Bad Request: message is too long", FailureCause::Unreadable),
            (400, "Bad Request: can't parse entities: Unsupported start tag \"x\"", FailureCause::Unreadable),
            (413, "Request Entity Too Large", FailureCause::Unreadable),
            (400, "Bad Request: message thread not found", FailureCause::Refused),
            (400, "Bad Request: group chat was upgraded to a supergroup chat", FailureCause::Refused),
            (409, "Conflict: terminated by other getUpdates request", FailureCause::Refused),
            (501, "", FailureCause::Refused),
            (400, "", FailureCause::Refused),
        ] {
            assert_eq!(of(AttemptClass::Refused, Some(status), description), cause, "{status} {description}");
        }
    }

    #[test]
    fn what_is_not_telegrams_answer_is_no_refusal() {
        for (class, status, description, cause) in [
            (AttemptClass::Refused, Some(401), NOT_TELEGRAMS, FailureCause::TooOld),
            (AttemptClass::Unreachable, None, "tcp connect error", FailureCause::TooOld),
            (AttemptClass::BrokenOff, None, "no answer in time", FailureCause::Uncertain),
            (AttemptClass::NoToken, None, "no bot token is stored for it", FailureCause::TokenRefused),
            (AttemptClass::TokenLocked, None, "the stored bot token cannot be opened", FailureCause::TokenLocked),
        ] {
            assert_eq!(of(class, status, description), cause, "{class:?}");
        }
    }
}
