//! The mail worker: sends one mail at a time. Each mail is claimed in one short statement before the SMTP server is
//! called.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use app::i18n::{Words as _, mail::ConfirmLetter};
use hookgram::{
    mail::{DAY, TOO_MANY_IN_ALL, UNCONFIRMED},
    setting::Setting,
    values::{EmailAddress, Language},
};
use parking_lot::Mutex;
use tokio::{sync::watch, time::sleep};

use super::{Note, letter, policy};
use crate::settings::smtp::Posted;
use crate::{
    observe::metrics::Metrics,
    secrets::codes,
    settings::Live,
    store::{ClaimedMail, Concerned, MailChange, MailContent, Standing, Store, StoreError},
    time::{Millis, millis, now},
};

/// The duration of a claim in milliseconds. It is longer than sending to all addresses of a usual mail takes.
const LEASE: Millis = 10 * 60 * 1000;
/// The longest sleep, so that the worker does not sleep too long after the clock was set back.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// How long the link in a confirmation mail is valid, in milliseconds.
const CONFIRM_LINK: Millis = 7 * DAY;
/// How long the unsubscribe link in an error mail is valid, in milliseconds.
const STOP_LINK: Millis = 30 * DAY;
const LAST_WAIT: Duration = Duration::from_secs(6);

/// Sends due mails. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MailWorker {
    store: Store,
    pub(super) settings: Live,
    public_url: Arc<str>,
    metrics: Arc<Metrics>,
    sent_lately: Arc<Mutex<policy::SentLately>>,
}

impl MailWorker {
    /// Creates a worker. `public_url` is the prefix of links in mails. While the settings name no SMTP server, mails
    /// are recorded as not sent.
    #[must_use]
    pub fn new(store: Store, settings: Live, public_url: &str, metrics: Arc<Metrics>) -> Self {
        Self { store, settings, public_url: public_url.into(), metrics, sent_lately: Arc::default() }
    }

    /// Runs until `shutdown` becomes true, then waits at most 6 s for the mail that is being sent.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) {
        if let Err(error) = self.store.mails.release(now()).await {
            tracing::error!(%error, "mails claimed by an earlier process could not be released");
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
                    tracing::warn!("stopping before a mail was sent; it will be sent after the restart");
                    return;
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Sends one mail if one is due. Returns the time to sleep.
    async fn step(&self) -> Duration {
        if self.is_locked() {
            return LONGEST_SLEEP;
        }
        let due = async {
            if self.send_next(now()).await? {
                return Ok(Some(now()));
            }
            self.store.mails.next_due().await
        };
        match due.await {
            Ok(None) => LONGEST_SLEEP,
            Ok(Some(due)) => {
                let wait = u64::try_from(due.saturating_sub(now())).unwrap_or_default();
                Duration::from_millis(wait).min(LONGEST_SLEEP)
            }
            Err(error) => {
                tracing::error!(%error, "due error mails could not be processed");
                LONGEST_SLEEP
            }
        }
    }

    /// Sends all mails that are due at `now`. Returns their number, whatever the outcome of each.
    ///
    /// # Errors
    ///
    /// A mail that was claimed before the error is due again when its lease expires.
    pub async fn run_due_once(&self, now: Millis) -> Result<usize, StoreError> {
        let mut count = 0;
        while self.send_next(now).await? {
            count += 1;
        }
        Ok(count)
    }

    /// Whether the stored SMTP URL cannot be decrypted. Mails then wait instead of being given up.
    fn is_locked(&self) -> bool {
        self.settings.now().is_locked(Setting::SmtpUrl)
    }

    async fn send_next(&self, now: Millis) -> Result<bool, StoreError> {
        if self.is_locked() {
            return Ok(false);
        }
        let Some(mail) = self.store.mails.claim(now, now.saturating_add(LEASE)).await? else { return Ok(false) };
        let mut done = mail.done.clone();
        if let Some((address, language)) = &mail.asks {
            let change = self.ask(&mail, address, *language, &mut done, now).await?;
            note(&mail, "confirmation", 0, &change);
            self.record(&mail, &done, &change, now).await?;
            return Ok(true);
        }
        let content = match self.store.mails.content(mail.id, now).await {
            Ok(content) => content,
            // The mail was deleted together with its profile.
            Err(StoreError::NotFound) => return Ok(true),
            Err(error @ StoreError::Corrupt(_)) => {
                tracing::error!(mail = mail.id, %error, "an error mail cannot be read and is given up");
                self.record(&mail, &mail.done, &MailChange::GivenUp(error.to_string()), now).await?;
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        let change = self.send(&mail, &content, &mut done, now).await?;
        note(&mail, content.cause.name(), content.count, &change);
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
        self.store.mails.record(mail, done, change, now).await?;
        let counter = match change {
            MailChange::Sent(_) => &self.metrics.mails_sent,
            MailChange::NotSent(_) => &self.metrics.mails_not_sent,
            MailChange::GivenUp(_) => &self.metrics.mails_failed,
            MailChange::Retry { .. } => return Ok(()),
        };
        counter.inc();
        Ok(())
    }

    /// Sends an error mail to each address that may get it and has not received it yet. `done` collects the addresses
    /// that need no further attempt, and whether they received the mail.
    async fn send(
        &self,
        mail: &ClaimedMail,
        content: &MailContent,
        done: &mut BTreeMap<String, bool>,
        now: Millis,
    ) -> Result<MailChange, StoreError> {
        let settings = self.settings.now();
        let Some(smtp) = &settings.smtp else { return Ok(MailChange::NotSent(policy::NO_SERVER)) };
        let addresses = match policy::addresses(content) {
            Ok(addresses) => addresses,
            Err(why) => return Ok(MailChange::NotSent(why)),
        };
        let is_stateless = matches!(content.concerned, Concerned::Bot { .. });
        let mut round = Round::default();
        let mut left: Vec<&EmailAddress> =
            addresses.iter().filter(|address| !mail.done.contains_key(address.as_str())).collect();
        if is_stateless {
            left = self.those_who_agreed(mail, content, left, &mut round, done, now).await?;
        }
        // Start with another address in each attempt. Otherwise an address at which the connection always breaks would
        // keep the mail from all addresses after it.
        let first = usize::try_from(mail.attempt.saturating_sub(1)).unwrap_or_default();
        let first = first.checked_rem(left.len()).unwrap_or_default();
        left.rotate_left(first);
        for address in left {
            if is_stateless && !self.sent_lately.lock().has_room(now) {
                round.hold(address, TOO_MANY_IN_ALL, done);
                continue;
            }
            let link = if is_stateless { Some(self.link(address, STOP_LINK, now).await?) } else { None };
            let stop = link.as_ref().map(|link| link.address.as_str());
            let posted = smtp.post(&letter::compose(content, &self.public_url, stop), address, &id(mail)).await;
            if is_stateless && posted == Posted::Taken {
                self.sent_lately.lock().count(now);
            }
            self.settle(link, &posted).await?;
            if !round.note(address, posted, done) {
                break;
            }
        }
        Ok(round.end(mail, done, now))
    }

    /// Keeps the addresses that may get mails of the stateless endpoint. The others are recorded in `done`, and a
    /// confirmation mail is queued for unconfirmed ones.
    async fn those_who_agreed<'a>(
        &self,
        mail: &ClaimedMail,
        content: &MailContent,
        addresses: Vec<&'a EmailAddress>,
        round: &mut Round,
        done: &mut BTreeMap<String, bool>,
        now: Millis,
    ) -> Result<Vec<&'a EmailAddress>, StoreError> {
        let owned: Vec<EmailAddress> = addresses.iter().copied().cloned().collect();
        let standings = self.store.mails.standings(&owned).await?;
        let mut agreed = Vec::new();
        for (address, standing) in addresses.into_iter().zip(standings) {
            match standing {
                Standing::Welcome => agreed.push(address),
                Standing::Stopped => round.hold(address, policy::STOPPED, done),
                Standing::Unconfirmed => {
                    let locale = content.profile.formatting.locale;
                    let asked = self.store.mails.ask_to_confirm(address, mail.sender.as_deref(), locale, now).await?;
                    tracing::debug!(mail = mail.id, asked, "an address is not confirmed");
                    self.metrics.mails_unconfirmed.inc();
                    round.hold(address, UNCONFIRMED, done);
                }
            }
        }
        Ok(agreed)
    }

    /// Sends a confirmation mail, unless the owner of the address has responded since it was queued.
    async fn ask(
        &self,
        mail: &ClaimedMail,
        address: &EmailAddress,
        language: Language,
        done: &mut BTreeMap<String, bool>,
        now: Millis,
    ) -> Result<MailChange, StoreError> {
        let settings = self.settings.now();
        let Some(smtp) = &settings.smtp else { return Ok(MailChange::NotSent(policy::NO_SERVER)) };
        if self.store.mails.standings(std::slice::from_ref(address)).await? != [Standing::Unconfirmed] {
            return Ok(MailChange::NotSent(policy::ANSWERED));
        }
        let link = self.link(address, CONFIRM_LINK, now).await?;
        let w = ConfirmLetter::of(language);
        let note = Note {
            subject: w.subject.to_owned(),
            about: w.about.replace("{}", &self.public_url),
            link: (w.link.to_owned(), link.address.clone()),
            besides: w.besides.to_owned(),
        };
        let posted = smtp.post(&note.letter(language), address, &id(mail)).await;
        self.settle(Some(link), &posted).await?;
        let mut round = Round::default();
        round.note(address, posted, done);
        Ok(round.end(mail, done, now))
    }

    /// Stores and returns a link for the owner of an address. It is valid for `works_for` milliseconds.
    async fn link(&self, address: &EmailAddress, works_for: Millis, now: Millis) -> Result<Link, StoreError> {
        let code = codes::secret();
        let code_hash = codes::hash(&code);
        self.store.mails.add_address_link(&code_hash, address, now.saturating_add(works_for), now).await?;
        Ok(Link { code_hash, address: format!("{}/confirm-email/{code}", self.public_url) })
    }

    /// Deletes the link of a mail that the server has rejected. If the server gave no reply, it may have accepted the
    /// mail, so the link stays.
    async fn settle(&self, link: Option<Link>, posted: &Posted) -> Result<(), StoreError> {
        match (link, posted) {
            (Some(link), Posted::Refused(_) | Posted::Later(_)) => {
                self.store.mails.drop_address_link(&link.code_hash).await
            }
            _ => Ok(()),
        }
    }
}

/// A link in a mail. It has no `Debug`, because it is a credential.
struct Link {
    code_hash: Vec<u8>,
    address: String,
}

/// The outcome of one attempt to send a mail, over all its addresses.
#[derive(Default)]
struct Round {
    /// Addresses that the server rejected, with its reply, and addresses that may not get the mail, with the reason.
    refused: Vec<String>,
    held: Vec<(String, &'static str)>,
    /// The reason why the remaining addresses must wait.
    later: Option<String>,
}

impl Round {
    fn hold(&mut self, address: &EmailAddress, why: &'static str, done: &mut BTreeMap<String, bool>) {
        self.held.push((address.to_string(), why));
        done.insert(address.to_string(), false);
    }

    /// Records the outcome for an address. Returns whether to continue with other addresses.
    fn note(&mut self, address: &EmailAddress, posted: Posted, done: &mut BTreeMap<String, bool>) -> bool {
        match posted {
            Posted::Taken => _ = done.insert(address.to_string(), true),
            Posted::Refused(why) => {
                self.refused.push(format!("{address}: {why}"));
                done.insert(address.to_string(), false);
            }
            Posted::Later(why) => self.later = Some(why),
            Posted::Away(why) => {
                self.later = Some(why);
                return false;
            }
        }
        true
    }

    fn end(self, mail: &ClaimedMail, done: &BTreeMap<String, bool>, now: Millis) -> MailChange {
        if let Some(why) = self.later {
            let age = u64::try_from(now.saturating_sub(mail.due_at)).unwrap_or_default();
            return match policy::again(mail.attempt, Duration::from_millis(age)) {
                Some(after) => MailChange::Retry { at: now.saturating_add(millis(after)), why },
                None => MailChange::GivenUp(why),
            };
        }
        let somebody_has_it = done.values().any(|taken| *taken);
        match self.held.first() {
            Some((_, why)) if !somebody_has_it && self.refused.is_empty() => return MailChange::NotSent(why),
            _ => {}
        }
        let held = self.held.into_iter().map(|(address, why)| format!("{address}: {why}"));
        let not_all: Vec<String> = self.refused.into_iter().chain(held).collect();
        match (!not_all.is_empty()).then(|| not_all.join("; ")) {
            Some(why) if !somebody_has_it => MailChange::GivenUp(why),
            not_all => MailChange::Sent(not_all),
        }
    }
}

/// The local part of the `Message-ID`. It is the same for each attempt to send a mail.
fn id(mail: &ClaimedMail) -> String {
    format!("hookgram.{}.{}", mail.due_at, mail.id)
}

fn note(mail: &ClaimedMail, cause: &str, failures: u64, change: &MailChange) {
    let mail = mail.id;
    match change {
        MailChange::Sent(None) => tracing::info!(mail, cause, failures, "error mail sent"),
        MailChange::Sent(Some(why)) => {
            tracing::warn!(mail, cause, failures, why, "error mail sent, but not to all addresses")
        }
        MailChange::NotSent(why) => tracing::warn!(mail, cause, failures, why, "error mail not sent"),
        MailChange::Retry { why, .. } => {
            tracing::warn!(mail, cause, failures, why, "error mail not sent yet; will be retried")
        }
        MailChange::GivenUp(why) => tracing::error!(mail, cause, failures, why, "error mail given up"),
    }
}
