//! Mails to one person that somebody waits for, such as a link for a new password: sent at once, not queued.

use std::time::Duration;

use app::preferences;
use hookgram::values::{EmailAddress, Language};
use tokio::time::sleep;

use super::{letter, worker::MailWorker};
use crate::{
    secrets::codes,
    settings::smtp::{Letter, Posted},
};

/// Pauses before the tries after the first: whoever waits looks into their mail for a minute or two.
const AGAIN: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(20), Duration::from_secs(60)];

/// What such a mail says. It may hold a link that opens something: it is not printed.
#[derive(Clone)]
pub struct Note {
    /// One line.
    pub subject: String,
    /// What it is about.
    pub about: String,
    /// What the link is, and the link.
    pub link: (String, String),
    /// What there is to know besides.
    pub besides: String,
}

impl MailWorker {
    /// Whether there is a server that takes mails.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        self.settings.now().smtp.is_some()
    }

    /// Sends a note, once.
    ///
    /// # Errors
    /// Why it was not taken, in the server's words, and whether it may be later.
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

    /// Sends a note, and tries again for a minute or two where the server is away.
    pub async fn insist(&self, to: &EmailAddress, language: Language, note: &Note) {
        let mut pauses = AGAIN.into_iter();
        loop {
            let (why, later) = match self.send_note(to, language, note).await {
                Ok(()) => return tracing::info!("a mail that somebody waits for is sent"),
                Err(fault) => fault,
            };
            match pauses.next().filter(|_| later) {
                Some(pause) => {
                    tracing::warn!(why, "a mail that somebody waits for is not sent yet");
                    sleep(pause).await;
                }
                None => return tracing::error!(why, "a mail that somebody waits for is not sent"),
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
