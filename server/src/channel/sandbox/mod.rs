//! The sandbox channel: a page of Hookgram that shows messages as Telegram would show them.

use async_trait::async_trait;
use hookgram::{delivery::FailureCause, message::Part};
use parking_lot::Mutex;

use super::{Answer, Call, Channel, Classified, Meaning, pacing::Pacing};
use crate::{
    announcements::Announcements,
    store::{SandboxMessage, Store},
    time::now,
};

/// The sandbox channel.
#[derive(Debug)]
pub struct Sandbox {
    store: Store,
    arrived: Announcements,
}

impl Sandbox {
    /// Creates a channel that stores messages in `store` and sends the id of each to `arrived`.
    #[must_use]
    pub fn new(store: Store, arrived: Announcements) -> Self {
        Self { store, arrived }
    }
}

#[async_trait]
impl Channel for Sandbox {
    fn encode(&self, _chat: &str, part: &Part, _plain: bool) -> String {
        part.html()
    }

    async fn send(&self, Call { profile, delivery, part, chat, body, .. }: Call<'_>) -> Answer {
        // Only stored profiles have a sandbox page. The test of an unsaved profile is answered as sent.
        let Some(profile_id) = profile else { return Answer::Sent { message_id: 0 } };
        let message = SandboxMessage { profile_id, delivery, part, chat, html: body, at: now() };
        match self.store.profiles.add_sandbox_message(&message).await {
            Ok(id) => {
                if let Some(id) = id {
                    self.arrived.announce(id);
                }
                Answer::Sent { message_id: id.unwrap_or_default() }
            }
            Err(error) => Answer::Unreachable { before_write: true, description: error.to_string() },
        }
    }

    fn classify(&self, answer: &Answer) -> Classified {
        let meaning = match answer {
            Answer::Sent { .. } => Meaning::Sent,
            Answer::Refused { .. } | Answer::Unreachable { .. } => Meaning::Later { after: None },
        };
        Classified { meaning, cause: FailureCause::TooOld, heard: true }
    }

    fn pacing(&self) -> Option<&Mutex<Pacing>> {
        None
    }
}
