//! The meaning of the Bot API's responses.

use hookgram::delivery::FailureCause;

use crate::channel::{Answer, Classified, Meaning};

pub(crate) fn classify(answer: &Answer) -> Classified {
    let (meaning, cause, heard) = match answer {
        Answer::Sent { .. } => (Meaning::Sent, FailureCause::Refused, true),
        Answer::Unreachable { before_write: true, .. } => (Meaning::Later { after: None }, FailureCause::TooOld, false),
        Answer::Unreachable { before_write: false, .. } => (Meaning::Unsure, FailureCause::Uncertain, false),
        // A proxy or another server answered. The fault may be temporary.
        Answer::Refused { genuine: false, .. } => (Meaning::Later { after: None }, FailureCause::TooOld, false),
        Answer::Refused { code, description, retry_after, migrate_to, .. } => {
            let meaning = match code {
                _ if migrate_to.is_some() => {
                    Meaning::Moved { chat: migrate_to.map(|chat| chat.to_string()).unwrap_or_default() }
                }
                400 if description.to_ascii_lowercase().contains("can't parse entities") => Meaning::BadFormatting,
                401 | 404 => Meaning::TokenRefused,
                429 => Meaning::Limited { after: *retry_after },
                // A 501 is an error in this program's request, so it is not retried.
                500 | 502..=599 => Meaning::Later { after: *retry_after },
                408 => Meaning::Later { after: None },
                _ => Meaning::Refused,
            };
            (meaning, refused(*code, description), true)
        }
    };
    Classified { meaning, cause, heard }
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
    use crate::channel::telegram::NOT_TELEGRAMS;

    #[test]
    fn every_bot_api_refusal_is_classified() {
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
            let answer = Answer::Refused {
                code: status,
                genuine: true,
                description: description.to_owned(),
                retry_after: None,
                migrate_to: None,
            };
            assert_eq!(classify(&answer).cause, cause, "{status} {description}");
        }
    }

    #[test]
    fn an_answer_that_is_not_from_telegram_is_not_classified_as_a_refusal() {
        let lost = |before_write| Answer::Unreachable { before_write, description: "no answer in time".to_owned() };
        let stranger = Answer::Refused {
            code: 401,
            genuine: false,
            description: NOT_TELEGRAMS.to_owned(),
            retry_after: None,
            migrate_to: None,
        };
        for (answer, cause) in [
            (stranger, FailureCause::TooOld),
            (lost(true), FailureCause::TooOld),
            (lost(false), FailureCause::Uncertain),
        ] {
            let classified = classify(&answer);
            assert_eq!((classified.cause, classified.heard), (cause, false), "{answer:?}");
        }
    }
}
