//! Sending a test message.

use app::{backend::TestInput, error::AppError, session::Operator, views::TestOutcome};
use hookgram::{
    channel::ChannelKind,
    delivery::FailureCause,
    event::BookingEvent,
    message::{self, Context, Part},
    profile::Profile,
    recipient::first_usable,
    secret::BotToken,
};
use tokio::spawn;

use super::backend::no_token;
use crate::{
    channel::{Answer, Classified, Meaning},
    delivery::{TestMessage, Tested},
    pages::{PageRequest, deliveries::personal, internal, profiles::token},
    store::{Test, audit::By},
};

/// Sends a test message and records it in the audit log.
pub(super) async fn send(
    request: &PageRequest,
    operator: &Operator,
    input: TestInput,
) -> Result<TestOutcome, AppError> {
    let token = match input.channel.needs_token() {
        true => {
            let token = token(request, input.id, input.bot, input.profile.token.as_ref()).await?;
            Some(token.ok_or_else(|| no_token(request))?)
        }
        false => None,
    };
    let name = match input.id {
        Some(id) => request.stored_profile(id).await?.name,
        None => String::new(),
    };
    let (own, by, owner) = (request.clone(), request.by(operator.account()), operator.account().id);
    // The test runs in a separate task, because a client that disconnects must stop neither the test nor its audit
    // entry.
    let test = spawn(async move { carry_out(&own, &by, owner, &name, token, input).await });
    test.await.map_err(internal)?
}

/// `token` is the bot's token, or `None` for the sandbox.
async fn carry_out(
    request: &PageRequest,
    by: &By,
    owner: i64,
    name: &str,
    token: Option<BotToken>,
    input: TestInput,
) -> Result<TestOutcome, AppError> {
    let TestInput { id, channel, profile, event, chat, .. } = input;
    let host = request.state.settings.now().booking_url.clone();
    let parts = request.state.rendering.run(move || test_parts(channel, &profile, &event, &host)).await;
    let parts = parts.ok_or_else(|| internal("a test message could not be rendered"))?;
    if parts.is_empty() {
        return Ok(TestOutcome::Empty);
    }
    if let Err(seconds) = request.state.limits.test(owner, parts.len()) {
        return Ok(TestOutcome::Wait { seconds });
    }
    let chat = chat.to_string();
    let message = TestMessage { channel, token: token.as_ref(), profile: id, chat: &chat, parts: &parts };
    let outcome = match request.state.worker.send_test(message).await {
        Tested::Sent if channel == ChannelKind::Sandbox => TestOutcome::InSandbox,
        Tested::Sent => TestOutcome::Sent { parts: parts.len() },
        Tested::Not(answer, classified) => test_outcome(answer, classified),
        Tested::Paced { wait, is_begun } => {
            let outcome = TestOutcome::Wait { seconds: wait.as_secs().saturating_add(1) };
            if !is_begun {
                return Ok(outcome);
            }
            outcome
        }
    };
    let answer = match &outcome {
        TestOutcome::InSandbox => "in_sandbox",
        TestOutcome::Sent { .. } => "sent",
        _ => "refused",
    };
    let test = Test { profile: (name, id), token: token.as_ref(), chat: &personal::masked(&chat), answer };
    request.state.store.profiles.note_test(&test, by).await.map_err(internal)?;
    Ok(outcome)
}

/// The message of an event to the first participant with a usable chat, or to the first participant if none has one.
fn test_parts(channel: ChannelKind, profile: &Profile, event: &BookingEvent, booking_host: &str) -> Vec<Part> {
    let field_name = profile.field_name.as_deref();
    let reached = field_name.and_then(|field_name| first_usable(event, field_name));
    let participant = Some(reached.map_or(0, |(participant, _)| participant));
    let context = Context { event, participant, field_name, booking_host };
    message::render(&profile.formatting, context).parts(channel.limits())
}

/// The outcome of a test whose message the channel did not accept.
fn test_outcome(answer: Answer, Classified { meaning, cause, .. }: Classified) -> TestOutcome {
    match (answer, meaning) {
        (Answer::Sent { .. }, _) => TestOutcome::Sent { parts: 1 },
        (Answer::Unreachable { .. }, _) => TestOutcome::Unreachable,
        (Answer::Refused { genuine: false, .. }, _) => TestOutcome::NotTelegram,
        (_, Meaning::Moved { chat }) => TestOutcome::Moved { chat },
        (_, Meaning::Limited { after }) => TestOutcome::TooMany { seconds: after.unwrap_or(1) },
        (Answer::Refused { code, .. }, Meaning::Later { .. }) => TestOutcome::Trouble { code },
        (Answer::Refused { code, description, .. }, _) => match cause {
            FailureCause::TokenRefused
            | FailureCause::NeverStarted
            | FailureCause::Blocked
            | FailureCause::Deactivated
            | FailureCause::NoRights => TestOutcome::Failed(cause),
            _ if description.is_empty() => TestOutcome::Trouble { code },
            _ => TestOutcome::Refused { description },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::telegram::classify;

    #[test]
    fn each_answer_to_a_test_message_has_its_own_verdict() {
        let refused = |code, description: &str, genuine, migrate_to| Answer::Refused {
            code,
            genuine,
            description: description.to_owned(),
            retry_after: None,
            migrate_to,
        };
        let lost = Answer::Unreachable { before_write: true, description: "refused".to_owned() };
        let description = "Bad Request: message thread not found".to_owned();
        for (answer, expected) in [
            (refused(401, "Unauthorized", true, None), TestOutcome::Failed(FailureCause::TokenRefused)),
            (refused(400, "Bad Request: chat not found", true, None), TestOutcome::Failed(FailureCause::NeverStarted)),
            (
                refused(403, "Forbidden: bot was blocked by the user", true, None),
                TestOutcome::Failed(FailureCause::Blocked),
            ),
            (
                refused(403, "Forbidden: user is deactivated", true, None),
                TestOutcome::Failed(FailureCause::Deactivated),
            ),
            (
                refused(403, "Forbidden: bot was kicked from the supergroup chat", true, None),
                TestOutcome::Failed(FailureCause::NoRights),
            ),
            (
                refused(400, "Bad Request: group chat was upgraded to a supergroup chat", true, Some(-100_500)),
                TestOutcome::Moved { chat: "-100500".to_owned() },
            ),
            (refused(429, "Too Many Requests", true, None), TestOutcome::TooMany { seconds: 1 }),
            (refused(502, "Bad Gateway", true, None), TestOutcome::Trouble { code: 502 }),
            (refused(502, "", false, None), TestOutcome::NotTelegram),
            (refused(400, &description, true, None), TestOutcome::Refused { description: description.clone() }),
            (lost, TestOutcome::Unreachable),
        ] {
            let classified = classify::classify(&answer);
            assert_eq!(test_outcome(answer.clone(), classified), expected, "{answer:?}");
        }
    }
}
