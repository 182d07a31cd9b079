//! Sends answers to customers within Telegram's rate limits. Deliveries of the bot take precedence.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use hookgram::{
    booking,
    channel::Limits,
    message::{Outgoing, Part},
};
use tokio::{task::JoinSet, time::sleep};

use super::{Consumer, handling::Answers};
use crate::{
    channel::{
        Meaning,
        telegram::{MenuButton, new_bots::Purpose},
    },
    store::SenderKey,
};

pub(super) const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// An answer is dropped if its chat would have to wait longer than this, because other customers wait behind it.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The maximum number of answers of one bot in flight.
const AT_ONCE: usize = 6;
/// The maximum number of messages of one person that are forwarded per batch.
const FORWARDED: usize = 5;

/// The answers of a batch, by chat.
pub(super) type Outbox = HashMap<i64, Answers>;

enum Message {
    /// The JSON body of `sendMessage`.
    Text(String),
    /// A customer's message to forward to the staff.
    Forwarded { from: i64, message: i64 },
}

enum Sent {
    Done,
    GivenUp,
    /// Telegram refuses the token. The update must be handled again once the bot has a working token.
    TokenRefused,
}

impl Consumer {
    /// Sends all answers of a batch. Returns false if Telegram refuses the token.
    pub(super) async fn send_all(&self, outbox: Outbox) -> bool {
        let mut tasks = JoinSet::new();
        let mut is_accepted = true;
        for (chat, answers) in outbox {
            while tasks.len() >= AT_ONCE {
                is_accepted &= !matches!(tasks.join_next().await, Some(Ok(Sent::TokenRefused)));
            }
            let consumer = self.clone();
            tasks.spawn(async move { consumer.send_to(chat, answers).await });
        }
        while let Some(done) = tasks.join_next().await {
            is_accepted &= !matches!(done, Ok(Sent::TokenRefused));
        }
        is_accepted
    }

    async fn send_to(&self, chat: i64, answers: Answers) -> Sent {
        let to = chat.to_string();
        if let Some(reply) = answers.reply {
            let parts = reply.text.parts(&Limits::TELEGRAM);
            let last = parts.len().saturating_sub(1);
            for (index, part) in parts.iter().enumerate() {
                let keyboard: &[booking::Button] = if index == last { &reply.keyboard } else { &[] };
                let message = Message::Text(body(&to, part, keyboard));
                match self.send(&to, &message).await {
                    Sent::Done => {}
                    ended => return ended,
                }
            }
        }
        if let Some(menu) = answers.menu {
            let button = match menu {
                booking::MenuButton::Commands => MenuButton::Commands,
                booking::MenuButton::WebApp { text, url } => MenuButton::WebApp { text, url },
            };
            if let Err(error) = self.state.telegram.set_menu_button(&self.token, Some(chat), &button).await {
                tracing::debug!(bot = self.bot.id, %error, "a menu button could not be set");
            }
        }
        let Some(staff) = &self.record.settings.staff_chat else { return Sent::Done };
        let staff = staff.to_string();
        for message in answers.forward.into_iter().take(FORWARDED) {
            if let Sent::TokenRefused = self.send(&staff, &Message::Forwarded { from: chat, message }).await {
                return Sent::TokenRefused;
            }
        }
        Sent::Done
    }

    /// Sends a message once the pacing admits it. Retries while Telegram is unreachable. If the response to a call was
    /// lost, the call is retried once only, because the message may have arrived.
    async fn send(&self, chat: &str, message: &Message) -> Sent {
        let sender = SenderKey::of(&self.token);
        let (mut pause, mut lost) = (PAUSE, false);
        loop {
            if !self.admit(&sender, chat).await {
                tracing::info!(bot = self.bot.id, "an answer was dropped because its chat would have to wait too long");
                return Sent::GivenUp;
            }
            let telegram = &self.state.telegram;
            let answer = match message {
                Message::Text(body) => telegram.send(&self.token, body).await,
                Message::Forwarded { from, message } => {
                    telegram.forward_message(&self.token, chat, *from, *message).await
                }
            };
            let classified = self.state.worker.learn(&sender, chat, &answer);
            match classified.meaning {
                Meaning::Sent => return Sent::Done,
                Meaning::TokenRefused => {
                    if let Err(error) = self.state.store.bots.refused(&self.token).await {
                        tracing::warn!(%error, "Telegram's response about a bot could not be stored");
                    }
                    return Sent::TokenRefused;
                }
                Meaning::Unsure if lost => return Sent::GivenUp,
                Meaning::Unsure => lost = true,
                // `learn` has recorded in the pacing how long to wait.
                Meaning::Limited { .. } => continue,
                Meaning::Later { after } => pause = pause.max(Duration::from_secs(after.unwrap_or(0))),
                Meaning::Moved { .. } | Meaning::BadFormatting | Meaning::Refused => {
                    tracing::info!(bot = self.bot.id, why = answer.description(), "Telegram rejected an answer");
                    return Sent::GivenUp;
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits until the pacing admits a call. Returns false if the wait would exceed [`LONGEST_WAIT`].
    async fn admit(&self, sender: &SenderKey, chat: &str) -> bool {
        use crate::channel::pacing::Wait;

        loop {
            match self.state.worker.admit(sender, chat, Purpose::Reply, Instant::now()) {
                Ok(()) => return true,
                Err(Wait::Chat(wait)) if wait > LONGEST_WAIT => return false,
                Err(wait) => sleep(wait.pause()).await,
            }
        }
    }
}

fn body(chat: &str, part: &Part, keyboard: &[booking::Button]) -> String {
    Outgoing { chat, text: &part.html(), html: true }.body_with(keyboard)
}
