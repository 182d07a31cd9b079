//! Test messages, which a person sends from the builder. They share the pacing with deliveries, so that both together
//! stay within the channel's limits. A limit per account ([`crate::http::rate_limits::Limits::test`]) keeps their share
//! small.

use std::time::{Duration, Instant};

use hookgram::{channel::ChannelKind, message::Part, secret::BotToken};
use tokio::time::sleep;

use super::Worker;
use crate::{
    channel::{Answer, Call, Classified, pacing::Wait, telegram::new_bots::Purpose},
    store::SenderKey,
};

/// The longest wait before the next part of a message. The test ends if it would have to wait longer.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A test message.
#[derive(Clone, Copy, Debug)]
pub struct TestMessage<'a> {
    /// Its channel.
    pub channel: ChannelKind,
    /// The sender's token, if the channel uses tokens.
    pub token: Option<&'a BotToken>,
    /// The id of the profile, if it is stored.
    pub profile: Option<i64>,
    /// The recipient.
    pub chat: &'a str,
    /// The parts of the message.
    pub parts: &'a [Part],
}

/// The result of sending a test message.
#[derive(Debug)]
pub enum Tested {
    /// The channel accepted all parts.
    Sent,
    /// The channel did not accept a part. The response and its meaning.
    Not(Answer, Classified),
    /// The pacing does not admit the next part yet.
    Paced {
        /// The time until it does.
        wait: Duration,
        /// Whether an earlier part was sent.
        is_begun: bool,
    },
}

impl Worker {
    /// Sends the parts of a message to a chat, at the pace of deliveries. If the first part would have to wait, nothing
    /// is sent.
    pub async fn send_test(&self, message: TestMessage<'_>) -> Tested {
        let TestMessage { token, profile, chat, .. } = message;
        let channel = self.deps.channels.of(message.channel);
        let sender = token.map(SenderKey::of).unwrap_or_default();
        for (part, content) in message.parts.iter().enumerate() {
            while let Err(wait) = self.admit_test(&sender, chat) {
                if part == 0 || wait > LONGEST_WAIT {
                    return Tested::Paced { wait, is_begun: part > 0 };
                }
                sleep(wait).await;
            }
            let body = channel.encode(chat, content, false);
            let answer = channel.send(Call { token, profile, delivery: None, part, chat, body: &body }).await;
            let classified = self.learn(&sender, chat, &answer);
            if !matches!(answer, Answer::Sent { .. }) {
                return Tested::Not(answer, classified);
            }
        }
        Tested::Sent
    }

    /// Admits a call that sends a message outside the queue. Call [`Worker::learn`] with its response.
    ///
    /// # Errors
    ///
    /// The reason to wait.
    pub fn admit(&self, sender: &SenderKey, chat: &str, purpose: Purpose, at: Instant) -> Result<(), Wait> {
        let Some(mut pacing) = self.deps.channels.pacing(sender) else { return Ok(()) };
        pacing.admit(sender, chat, purpose, at)
    }

    /// Ends a call that [`Worker::admit`] has admitted, and adapts the pacing to its response.
    pub fn learn(&self, sender: &SenderKey, chat: &str, answer: &Answer) -> Classified {
        let classified = self.deps.channels.of(sender.channel()).classify(answer);
        if let Some(mut pacing) = self.deps.channels.pacing(sender) {
            pacing.ended(sender);
            pacing.learn(sender, chat, &classified, Instant::now());
        }
        // Deliveries of this bot may be waiting for the call to end.
        self.deps.wake.notify_one();
        classified
    }

    fn admit_test(&self, sender: &SenderKey, chat: &str) -> Result<(), Duration> {
        self.admit(sender, chat, Purpose::Delivery, Instant::now()).map_err(Wait::pause)
    }
}
