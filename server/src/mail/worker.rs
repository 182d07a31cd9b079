//! The mail worker: one mail after the other, each claimed in one short statement before the SMTP server is asked.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{sync::watch, time::sleep};

use super::{letter, policy, smtp::Posted};
use crate::{
    observe::Metrics,
    settings::{Live, Setting},
    store::{ClaimedMail, MailChange, MailContent, Store, StoreError},
    time::{Millis, millis, now},
};

/// How long a claim lasts: longer than the addresses of any mail of sensible size take.
const LEASE: Millis = 10 * 60 * 1000;
/// The longest sleep: a clock that was set back must not make it endless.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// How long the end waits for the mail that is being sent.
const LAST_WAIT: Duration = Duration::from_secs(6);

/// Sends the mails that are due. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MailWorker {
    store: Store,
    pub(super) settings: Live,
    public_url: Arc<str>,
    metrics: Arc<Metrics>,
}

impl MailWorker {
    /// A worker; while the settings name no SMTP server it records that mails are not sent. `public_url` is what links start with.
    #[must_use]
    pub fn new(store: Store, settings: Live, public_url: &str, metrics: Arc<Metrics>) -> Self {
        Self { store, settings, public_url: public_url.into(), metrics }
    }

    /// Sends until `shutdown` says so; then finishes the mail that is being sent, for 6 s at most.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) {
        if let Err(error) = self.store.release_mails(now()).await {
            tracing::error!(%error, "mails of an earlier run could not be released");
        }
        let mut end = shutdown.clone();
        let end_of_patience = async {
            let _ = end.wait_for(|stop| *stop).await;
            sleep(LAST_WAIT).await;
        };
        tokio::pin!(end_of_patience);
        while !*shutdown.borrow() {
            let pause = tokio::select! {
                pause = self.step() => pause,
                () = &mut end_of_patience => {
                    tracing::warn!("stopping before a mail was sent; it is sent after the start");
                    return;
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Sends one mail, if one is due; how long to sleep then.
    async fn step(&self) -> Duration {
        if self.is_locked() {
            return LONGEST_SLEEP;
        }
        let due = async {
            if self.send_next(now()).await? {
                return Ok(Some(now()));
            }
            self.store.next_mail_due().await
        };
        match due.await {
            Ok(None) => LONGEST_SLEEP,
            Ok(Some(due)) => {
                let wait = u64::try_from(due.saturating_sub(now())).unwrap_or_default();
                Duration::from_millis(wait).min(LONGEST_SLEEP)
            }
            Err(error) => {
                tracing::error!(%error, "error mails could not be looked after");
                LONGEST_SLEEP
            }
        }
    }

    /// One step: sends what is due at `now`; how many mails that were, whatever became of them.
    ///
    /// # Errors
    /// If the store fails; a mail that was claimed is then due again when its lease ends.
    pub async fn run_due_once(&self, now: Millis) -> Result<usize, StoreError> {
        let mut count = 0;
        while self.send_next(now).await? {
            count += 1;
        }
        Ok(count)
    }

    /// Whether there is a mail server whose address cannot be opened: what waits for it is not given up.
    fn is_locked(&self) -> bool {
        self.settings.now().is_locked(Setting::SmtpUrl)
    }

    async fn send_next(&self, now: Millis) -> Result<bool, StoreError> {
        if self.is_locked() {
            return Ok(false);
        }
        let Some(mail) = self.store.claim_mail(now, now.saturating_add(LEASE)).await? else { return Ok(false) };
        let content = match self.store.mail_content(mail.id, now).await {
            Ok(content) => content,
            // It went with its profile.
            Err(StoreError::NotFound) => return Ok(true),
            Err(error @ StoreError::Corrupt(_)) => {
                tracing::error!(mail = mail.id, %error, "an error mail cannot be read and is given up");
                self.record(&mail, &mail.done, &MailChange::GivenUp(error.to_string()), now).await?;
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        let mut done = mail.done.clone();
        let change = self.send(&mail, &content, &mut done, now).await;
        note(&mail, &content, &change);
        self.record(&mail, &done, &change, now).await?;
        Ok(true)
    }

    async fn record(
        &self,
        mail: &ClaimedMail,
        done: &BTreeMap<String, bool>,
        change: &MailChange,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.store.record_mail(mail, done, change, now).await?;
        match change {
            MailChange::Sent(_) => self.metrics.mail_sent(),
            MailChange::NotSent(_) => self.metrics.mail_not_sent(),
            MailChange::GivenUp(_) => self.metrics.mail_failed(),
            MailChange::Retry { .. } => {}
        }
        Ok(())
    }

    /// Asks the SMTP server for each address that has not had the mail; `done` grows by those that need no more, with whether they
    /// took it.
    async fn send(
        &self,
        mail: &ClaimedMail,
        content: &MailContent,
        done: &mut BTreeMap<String, bool>,
        now: Millis,
    ) -> MailChange {
        let settings = self.settings.now();
        let Some(smtp) = &settings.smtp else { return MailChange::NotSent(policy::NO_SERVER) };
        let addresses = match policy::addresses(content) {
            Ok(addresses) => addresses,
            Err(why) => return MailChange::NotSent(why),
        };
        let letter = letter::compose(content, &self.public_url);
        let id = format!("hookgram.{}.{}", mail.due_at, mail.id);
        let (mut refused, mut later) = (Vec::new(), None);
        for address in addresses.iter().filter(|address| !mail.done.contains_key(address.as_str())) {
            match smtp.post(&letter, address, &id).await {
                Posted::Taken => {
                    done.insert(address.to_string(), true);
                }
                Posted::Refused(why) => {
                    refused.push(format!("{address}: {why}"));
                    done.insert(address.to_string(), false);
                }
                Posted::Later(why) => later = Some(why),
                Posted::Away(why) => {
                    later = Some(why);
                    break;
                }
            }
        }
        let refused = (!refused.is_empty()).then(|| refused.join("; "));
        match (later, refused) {
            (Some(why), _) => {
                let age = u64::try_from(now.saturating_sub(mail.due_at)).unwrap_or_default();
                match policy::again(mail.attempt, Duration::from_millis(age)) {
                    Some(after) => MailChange::Retry { at: now.saturating_add(millis(after)), why },
                    None => MailChange::GivenUp(why),
                }
            }
            (None, Some(why)) if !done.values().any(|taken| *taken) => MailChange::GivenUp(why),
            (None, refused) => MailChange::Sent(refused),
        }
    }
}

fn note(mail: &ClaimedMail, content: &MailContent, change: &MailChange) {
    let (mail, cause, failures) = (mail.id, content.cause.name(), content.count);
    match change {
        MailChange::Sent(None) => tracing::info!(mail, cause, failures, "error mail sent"),
        MailChange::Sent(Some(why)) => tracing::warn!(mail, cause, failures, why, "error mail sent, not to all"),
        MailChange::NotSent(why) => tracing::warn!(mail, cause, failures, why, "error mail not sent"),
        MailChange::Retry { why, .. } => tracing::warn!(mail, cause, failures, why, "error mail not sent yet"),
        MailChange::GivenUp(why) => tracing::error!(mail, cause, failures, why, "error mail given up"),
    }
}
