//! Test messages, which somebody sends from the builder. They take their turn in the pacing of deliveries, so that both
//! together stay within Telegram's limits; they are counted by account besides ([`crate::http::rate_limits::Limits::test`]), so that
//! they take only a small part of it.

use std::time::{Duration, Instant};

use hookgram::secret::BotToken;
use tokio::time::sleep;

use super::{Worker, pacing::Wait};
use crate::{
    channel::telegram::{Answer, Outgoing, new_bots::Purpose},
    store::Lane,
};

/// The longest wait for a message's next part.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How soon a test asks again while other calls of its bot are under way.
const TURN: Duration = Duration::from_millis(50);

/// The result of sending a test message.
#[derive(Debug)]
pub enum Tested {
    /// Telegram took all of it.
    Sent,
    /// Telegram did not take a part of it.
    Not(Answer),
    /// The next part may be sent only in this long.
    Paced {
        /// How long.
        wait: Duration,
        /// Whether an earlier part was sent.
        is_begun: bool,
    },
}

impl Worker {
    /// Sends a message's parts to a chat, at the pace of deliveries. What has to wait before its first part is not sent.
    pub async fn send_test(&self, token: &BotToken, chat: &str, parts: &[String]) -> Tested {
        let lane = Lane::of(token);
        for (index, html) in parts.iter().enumerate() {
            while let Err(wait) = self.admit_test(&lane, chat) {
                if index == 0 || wait > LONGEST_WAIT {
                    return Tested::Paced { wait, is_begun: index > 0 };
                }
                sleep(wait).await;
            }
            let answer = self.cast.telegram.send(token, Outgoing { chat, text: html, html: true }).await;
            self.pacing.lock().ended(&lane);
            self.learn_of(&lane, chat, &answer);
            // Deliveries of this bot may have waited for the test to end.
            self.cast.wake.notify_one();
            if !matches!(answer, Answer::Sent { .. }) {
                return Tested::Not(answer);
            }
        }
        Tested::Sent
    }

    fn admit_test(&self, lane: &Lane, chat: &str) -> Result<(), Duration> {
        self.pacing.lock().admit(lane, chat, Purpose::Delivery, Instant::now()).map_err(|wait| match wait {
            Wait::Bot(wait) | Wait::Chat(wait) => wait,
            Wait::Turn => TURN,
        })
    }
}
