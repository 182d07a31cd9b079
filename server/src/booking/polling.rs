//! Long polling (Bot API: getUpdates), with at most one call in flight for each bot.

use std::time::{Duration, Instant};

use hookgram::booking::Trouble;
use tokio::time::sleep;

use super::Consumer;
use crate::{
    channel::telegram::{CallError, Conflict, Update, UpdateKind, new_bots::Purpose},
    store::SenderKey,
    time::{Millis, now},
};

/// The kinds of updates that a booking bot reads.
pub(super) const ALLOWED: [UpdateKind; 2] = [UpdateKind::Message, UpdateKind::MyChatMember];
/// How long Telegram holds a call open while it waits for an update.
const PATIENCE: Duration = Duration::from_secs(50);
/// How long Telegram keeps unconfirmed updates, in milliseconds.
const KEPT: Millis = 24 * 60 * 60 * 1000;
/// The first and the longest delay after a failed call.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The delay while another consumer takes the updates.
const CONFLICT_PAUSE: Duration = Duration::from_secs(30);

/// Telegram refuses the token, so answers cannot be sent.
struct TokenRefused;

impl Consumer {
    /// Reads and handles updates until Telegram refuses the token.
    pub(super) async fn poll(&self) {
        // Telegram has dropped older updates, and the ids may have restarted at a lower number (Bot API: Update).
        let fresh = |(_, at): &(i64, Millis)| *at > now().saturating_sub(KEPT);
        let mut offset = self.record.next_update.filter(fresh).map(|(next, _)| next);
        let mut pause = FIRST_PAUSE;
        let sender = SenderKey::of(&self.token);
        loop {
            while let Err(wait) = self.state.new_bots.introduce(&sender, Purpose::Poll, Instant::now()) {
                sleep(wait).await;
            }
            let error = match self.state.telegram.get_updates(&self.token, offset, PATIENCE, &ALLOWED).await {
                Ok(updates) => {
                    self.state.new_bots.heard(&sender, Instant::now());
                    self.report_if_new(None, None).await;
                    pause = FIRST_PAUSE;
                    match self.handle_batch(updates, offset).await {
                        Ok(next) => offset = next,
                        // `reconcile` starts a new consumer once there is a working token.
                        Err(TokenRefused) => return,
                    }
                    continue;
                }
                Err(error) => error,
            };
            tracing::debug!(bot = self.bot.id, %error, "updates could not be read");
            match error {
                CallError::Refused => {
                    if let Err(error) = self.state.store.bots.refused(&self.token).await {
                        tracing::warn!(%error, "Telegram's response about a bot could not be stored");
                    }
                    // `reconcile` starts a new consumer once there is a working token.
                    return;
                }
                CallError::Conflict(Conflict::Webhook) => self.release_webhook().await,
                CallError::Conflict(Conflict::OtherReader) => {
                    self.report_if_new(Some(Trouble::OtherReader), None).await;
                    sleep(CONFLICT_PAUSE).await;
                }
                CallError::Busy { seconds } => sleep(Duration::from_secs(seconds)).await,
                CallError::Rejected { .. } | CallError::Unreachable => {
                    if pause > FIRST_PAUSE {
                        self.report_if_new(Some(Trouble::Unreachable), None).await;
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Handles a batch and returns the offset for the next call. Ids may restart at a lower number after a week without
    /// updates, so an offset is used only for the one call that confirms a batch, never to skip updates.
    async fn handle_batch(&self, updates: Vec<Update>, offset: Option<i64>) -> Result<Option<i64>, TokenRefused> {
        let newest = updates.iter().map(|update| update.id).max();
        let next = newest.map(|id| id.saturating_add(1));
        if next.is_some() && !self.handle(updates).await {
            return Err(TokenRefused);
        }
        if next.is_some() || offset.is_some() {
            while let Err(error) = self.state.store.booking.handled(self.bot.id, next).await {
                tracing::error!(bot = self.bot.id, %error, "the position in a bot's updates could not be stored");
                sleep(FIRST_PAUSE).await;
            }
        }
        Ok(next)
    }

    /// Deletes this server's webhook, or reports the webhook of another host.
    async fn release_webhook(&self) {
        match self.state.telegram.webhook_info(&self.token).await {
            Ok(info) if self.is_ours(&info) => {
                if let Err(error) = self.state.telegram.delete_webhook(&self.token).await {
                    tracing::warn!(bot = self.bot.id, %error, "a webhook could not be deleted");
                    sleep(CONFLICT_PAUSE).await;
                }
            }
            Ok(info) if info.is_set() => {
                self.report_if_new(Some(Trouble::OtherWebhook), Some(&info.host())).await;
                sleep(CONFLICT_PAUSE).await;
            }
            Ok(_) => sleep(FIRST_PAUSE).await,
            Err(_) => sleep(CONFLICT_PAUSE).await,
        }
    }

    /// Stores the trouble unless it was the last one stored.
    pub(super) async fn report_if_new(&self, trouble: Option<Trouble>, host: Option<&str>) {
        let mut last = self.reported.lock().await;
        let new = (trouble, host.map(str::to_owned));
        if last.as_ref() != Some(&new) {
            self.report(trouble, host).await;
            *last = Some(new);
        }
    }
}
