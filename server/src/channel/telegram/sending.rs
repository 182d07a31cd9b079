//! Implements [`Channel`] for Telegram.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use hookgram::message::{Outgoing, Part};
use parking_lot::Mutex;

use super::{Telegram, classify::classify, new_bots::NewBotLimiter};
use crate::{
    channel::{
        Answer, Call, Channel, Classified,
        pacing::{Pacing, Rates},
    },
    limits::rate::Rate,
};

/// Telegram's rates. Telegram accepts 30 messages of a bot in any second, measured at arrival, and the network delays
/// each message by up to 200 ms. At 25 a second after a burst of 3, no more than 30 messages are sent within 1.2 s.
/// `at_once` is small because Telegram rejects calls of a bot that has a thousand in flight.
pub(crate) const RATES: Rates = Rates {
    at_once: 12,
    per_sender: Rate { every: Duration::from_millis(40), burst: 3 },
    per_chat: Rate { every: Duration::from_secs(1), burst: 3 },
    per_group_and_minute: 20,
};

/// The Telegram channel.
#[derive(Debug)]
pub struct TelegramChannel {
    client: Telegram,
    pacing: Mutex<Pacing>,
}

impl TelegramChannel {
    /// Creates the channel with this client.
    #[must_use]
    pub fn new(client: Telegram, new_bots: Arc<NewBotLimiter>) -> Self {
        Self { client, pacing: Mutex::new(Pacing::new(RATES, new_bots)) }
    }
}

#[async_trait]
impl Channel for TelegramChannel {
    fn encode(&self, chat: &str, part: &Part, plain: bool) -> String {
        let text = if plain { part.text() } else { part.html() };
        Outgoing { chat, text: &text, html: !plain }.body()
    }

    async fn send(&self, call: Call<'_>) -> Answer {
        match call.token {
            Some(token) => self.client.send(token, call.body).await,
            None => Answer::Unreachable { before_write: true, description: "there is no token".to_owned() },
        }
    }

    fn classify(&self, answer: &Answer) -> Classified {
        classify(answer)
    }

    fn pacing(&self) -> Option<&Mutex<Pacing>> {
        Some(&self.pacing)
    }
}
