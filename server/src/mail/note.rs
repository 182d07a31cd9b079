//! Mails that a person is waiting for, such as a link for a new password. They are sent immediately and not queued.

use std::time::Duration;

use app::preferences;
use hookgram::values::{EmailAddress, Language};
use tokio::time::sleep;

use super::{letter, worker::MailWorker};
use crate::{
    secrets::codes,
    settings::smtp::{Letter, Posted},
};

/// The delays before the second and later attempts. A person waits for such a mail for a minute or two.
const AGAIN: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(20), Duration::from_secs(60)];

/// The content of such a mail. It has no `Debug`, because its link may be a credential.
#[derive(Clone)]
pub struct Note {
    /// The subject, a single line.
    pub subject: String,
    /// The text before the link.
    pub about: String,
    /// The link's label and its URL.
    pub link: (String, String),
    /// The text after the link.
    pub besides: String,
}

impl MailWorker {
    /// Whether an SMTP server is configured.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        self.settings.now().smtp.is_some()
    }

    /// Sends a note in one attempt.
    ///
    /// # Errors
    ///
    /// The server's explanation, and whether another attempt may succeed.
    pub async fn send_note(&self, to: &EmailAddress, language: Language, note: &Note) -> Result<(), (String, bool)> {
        let settings = self.settings.now();
        let Some(smtp) = &settings.smtp else { return Err(("no SMTP server is set up".to_owned(), false)) };
        let letter = note.letter(language);
        match smtp.post(&letter, to, &format!("hookgram.{}", codes::public_id())).await {
            Posted::Taken => Ok(()),
            Posted::Refused(why) => Err((why, false)),
            Posted::Later(why) | Posted::Away(why) => Err((why, true)),
        }
    }

    /// Sends a note, with retries for a minute or two if the failure may be temporary.
    pub async fn insist(&self, to: &EmailAddress, language: Language, note: &Note) {
        let mut pauses = AGAIN.into_iter();
        loop {
            let (why, later) = match self.send_note(to, language, note).await {
                Ok(()) => return tracing::info!("account mail sent"),
                Err(fault) => fault,
            };
            match pauses.next().filter(|_| later) {
                Some(pause) => {
                    tracing::warn!(why, "account mail not sent yet; will be retried");
                    sleep(pause).await;
                }
                None => return tracing::error!(why, "account mail not sent"),
            }
        }
    }
}

impl Note {
    pub(super) fn letter(&self, language: Language) -> Letter {
        let mut page = letter::Page::default();
        page.line(&self.about);
        page.link(&self.link.0, &self.link.1);
        page.line(&self.besides);
        let html = letter::framed(&page.html, &self.subject, preferences::tag(language));
        Letter { subject: self.subject.clone(), text: page.text, html }
    }
}
