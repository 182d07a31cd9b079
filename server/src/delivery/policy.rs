//! The retry policy: decides what follows a response of the channel. Pure functions.

use std::time::Duration;

use crate::channel::Meaning;

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The facts besides the response that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// The number of this attempt, starting at 1.
    pub attempt: u32,
    /// The time since the event was accepted.
    pub age: Duration,
    /// The age at which the delivery is given up.
    pub max_age: Duration,
    /// Whether the part was already sent as plain text.
    pub plain: bool,
    /// Whether the channel has already named a new chat id.
    pub migrated: bool,
    /// Whether the message of an earlier attempt may have arrived, because the response was lost.
    pub unsure: bool,
    /// Whether the event came through a profile, so that an operator can enter a new token.
    pub has_profile: bool,
    /// A random number between 0 and 1 that spreads retries.
    pub jitter: f64,
}

/// The next step for a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The part has arrived.
    Sent,
    /// Retry after this delay.
    Retry {
        /// The delay.
        after: Duration,
    },
    /// The message may have arrived. Retry once after this delay, and mark the delivery as unsure.
    Unsure {
        /// The delay.
        after: Duration,
    },
    /// Send to this chat immediately.
    Migrate {
        /// The chat's id.
        chat: String,
    },
    /// Send as plain text immediately.
    Plain,
    /// Suspend the delivery until the bot has a working token.
    Suspend,
    /// Give up.
    Fail,
    /// Give up, though the message may have arrived.
    Uncertain,
}

/// Decides what follows a response.
#[must_use]
pub fn judge(meaning: &Meaning, situation: Situation) -> Verdict {
    let give_up = if situation.unsure { Verdict::Uncertain } else { Verdict::Fail };
    match meaning {
        Meaning::Sent => Verdict::Sent,
        Meaning::Later { after } | Meaning::Limited { after } => later(situation, *after, give_up),
        Meaning::Unsure if situation.unsure => Verdict::Uncertain,
        Meaning::Unsure => match later(situation, None, Verdict::Uncertain) {
            Verdict::Retry { after } => Verdict::Unsure { after },
            end => end,
        },
        Meaning::Moved { chat } if !situation.migrated => Verdict::Migrate { chat: chat.clone() },
        Meaning::BadFormatting if !situation.plain => Verdict::Plain,
        Meaning::TokenRefused if situation.has_profile => Verdict::Suspend,
        Meaning::Moved { .. } | Meaning::BadFormatting | Meaning::TokenRefused | Meaning::Refused => give_up,
    }
}

/// Retries after the backoff, but no earlier than the channel asks for. Gives up if the delivery would be too old by
/// then.
fn later(situation: Situation, told: Option<u64>, give_up: Verdict) -> Verdict {
    let told = Duration::from_secs(told.unwrap_or(0));
    let after = backoff(situation.attempt, situation.jitter).max(told);
    if situation.age.saturating_add(after) > situation.max_age { give_up } else { Verdict::Retry { after } }
}

/// The backoff: 1 s, 2 s, 4 s … 15 min. Jitter adds up to half of it, within the 15 min.
fn backoff(attempt: u32, jitter: f64) -> Duration {
    let doubled = SHORTEST.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1).min(12)));
    doubled.mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 2.0).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::{Duration, LONGEST, SHORTEST, Situation, Verdict, backoff};
    use crate::channel::{Answer, telegram};

    fn judge(answer: &Answer, situation: Situation) -> Verdict {
        super::judge(&telegram::classify(answer).meaning, situation)
    }

    const CALM: Situation = Situation {
        attempt: 1,
        age: Duration::ZERO,
        max_age: Duration::from_secs(86400),
        plain: false,
        migrated: false,
        unsure: false,
        has_profile: true,
        jitter: 0.0,
    };

    fn refused(code: u16, description: &str) -> Answer {
        Answer::Refused { code, genuine: true, description: description.into(), retry_after: None, migrate_to: None }
    }

    fn lost(before_write: bool) -> Answer {
        Answer::Unreachable { before_write, description: String::new() }
    }

    fn retry(seconds: u64) -> Verdict {
        Verdict::Retry { after: Duration::from_secs(seconds) }
    }

    #[test]
    fn every_answer_of_telegram_has_its_verdict() {
        let wait = |n| Answer::Refused {
            code: 429,
            genuine: true,
            description: "Too Many Requests".into(),
            retry_after: Some(n),
            migrate_to: None,
        };
        let moved = Answer::Refused {
            code: 400,
            genuine: true,
            description: "Bad Request: group chat was upgraded to a supergroup chat".into(),
            retry_after: None,
            migrate_to: Some(-1005),
        };
        let parse = "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 3";
        let stateless = Situation { has_profile: false, ..CALM };
        let table = [
            (Answer::Sent { message_id: 1 }, CALM, Verdict::Sent),
            (refused(401, "Unauthorized"), CALM, Verdict::Suspend),
            (refused(404, "Not Found"), CALM, Verdict::Suspend),
            (refused(401, "Unauthorized"), stateless, Verdict::Fail),
            (refused(404, "Not Found"), stateless, Verdict::Fail),
            (wait(30), CALM, retry(30)),
            (wait(10_072), CALM, retry(10_072)),
            (wait(0), Situation { attempt: 4, ..CALM }, retry(8)),
            (refused(429, ""), CALM, retry(1)),
            (refused(400, "Bad Request: chat not found"), CALM, Verdict::Fail),
            (refused(400, "Bad Request: chat_id is empty"), CALM, Verdict::Fail),
            (moved.clone(), CALM, Verdict::Migrate { chat: "-1005".to_owned() }),
            (moved, Situation { migrated: true, ..CALM }, Verdict::Fail),
            (refused(403, "Forbidden: bot was blocked by the user"), CALM, Verdict::Fail),
            (refused(403, "Forbidden: user is deactivated"), CALM, Verdict::Fail),
            (refused(400, "Bad Request: not enough rights to send text messages to the chat"), CALM, Verdict::Fail),
            // Hookgram never names a thread, so resending without one cannot help.
            (refused(400, "Bad Request: message thread not found"), CALM, Verdict::Fail),
            (refused(400, "Bad Request: message text is empty"), CALM, Verdict::Fail),
            (refused(400, "Bad Request: message is too long"), CALM, Verdict::Fail),
            (refused(400, parse), CALM, Verdict::Plain),
            (refused(400, parse), Situation { plain: true, ..CALM }, Verdict::Fail),
            (refused(400, ""), CALM, Verdict::Fail),
            (refused(413, ""), CALM, Verdict::Fail),
            (refused(501, ""), CALM, Verdict::Fail),
            (refused(500, ""), CALM, retry(1)),
            (refused(502, ""), Situation { attempt: 2, ..CALM }, retry(2)),
            (refused(503, ""), CALM, retry(1)),
            (refused(504, ""), CALM, retry(1)),
            (lost(true), CALM, retry(1)),
            (lost(true), Situation { attempt: 40, ..CALM }, retry(900)),
            (lost(false), CALM, Verdict::Unsure { after: Duration::from_secs(1) }),
            (lost(false), Situation { unsure: true, ..CALM }, Verdict::Uncertain),
        ];
        for (answer, situation, verdict) in table {
            assert_eq!(judge(&answer, situation), verdict, "{answer:?} {situation:?}");
        }
    }

    #[test]
    fn an_answer_that_is_not_from_the_bot_api_neither_fails_nor_suspends_a_delivery() {
        for code in [302, 400, 401, 403, 404, 407, 413, 501, 502] {
            let answer = Answer::Refused {
                code,
                genuine: false,
                description: String::new(),
                retry_after: None,
                migrate_to: None,
            };
            assert_eq!(judge(&answer, CALM), retry(1), "{code}");
            assert_eq!(judge(&answer, Situation { has_profile: false, ..CALM }), retry(1), "{code}");
        }
    }

    #[test]
    fn a_delivery_that_is_too_old_is_given_up() {
        let old = Situation { age: Duration::from_secs(86400), ..CALM };
        assert_eq!(judge(&lost(true), old), Verdict::Fail);
        assert_eq!(judge(&refused(500, ""), old), Verdict::Fail);
        assert_eq!(judge(&lost(false), old), Verdict::Uncertain);
        assert_eq!(judge(&refused(502, ""), Situation { unsure: true, ..old }), Verdict::Uncertain);
    }

    #[test]
    fn jitter_only_lengthens_the_backoff_and_stays_within_its_maximum() {
        for attempt in 0..100 {
            let plain = backoff(attempt, 0.0);
            let spread = backoff(attempt, 1.0);
            assert!(plain >= SHORTEST && plain <= spread && spread <= LONGEST, "{attempt}");
        }
    }
}
