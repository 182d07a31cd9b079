//! Sends the parts of one claimed delivery and records the outcome of each. No transaction is open during a call.

use std::time::{Duration, Instant};

use hookgram::{
    bot::SANDBOX_BOT,
    channel::ChannelKind,
    delivery::{AttemptClass, FailureCause},
    message::Part,
    secret::BotToken,
};
use tokio::time::sleep;

use super::{
    policy::{self, Situation, Verdict},
    worker::{LEASE, Worker},
};
use crate::{
    channel::{Answer, Call, Channel},
    store::{Attempt, Claimed, DeliveryChange, Recorded, StoreError},
    time::{millis, now},
};

/// The delay before another attempt to decrypt a token.
const LOCKED_PAUSE: Duration = Duration::from_secs(5 * 60);
/// The first and the longest delay between attempts to record an outcome.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Worker {
    pub(super) async fn deliver_logged(&self, claimed: Claimed) {
        let Err(error) = self.deliver(&claimed).await else { return };
        tracing::error!(delivery = claimed.id, %error, "a delivery could not be continued and will be retried");
        // Release the delivery as soon as the database can be written, instead of waiting for the lease to expire.
        let again = DeliveryChange::Retry { at: now().saturating_add(millis(LONGEST_PAUSE)), unsure: false };
        if let Err(error) = self.record(&claimed, None, &again).await {
            tracing::error!(
                delivery = claimed.id,
                %error,
                "a delivery could not be released; it will be retried after its lease expires"
            );
        }
    }

    async fn deliver(&self, claimed: &Claimed) -> Result<(), StoreError> {
        if claimed.parts_sent >= claimed.part_count {
            return self.record(claimed, None, &DeliveryChange::Delivered).await.map(drop);
        }
        if let Some(change) = self.stopped(claimed).await? {
            return self.record(claimed, None, &change).await.map(drop);
        }
        if !claimed.channel.needs_token() {
            return self.send_parts(claimed, None).await;
        }
        match self.deps.store.queue.token_for(claimed).await {
            Ok(Some(token)) => self.send_parts(claimed, Some(&token)).await,
            Ok(None) => self.without_token(claimed, AttemptClass::NoToken, "no bot token is stored for it").await,
            Err(error @ (StoreError::Seal(_) | StoreError::Corrupt(_))) => {
                self.without_token(claimed, AttemptClass::TokenLocked, &error.to_string()).await
            }
            Err(error) => Err(error),
        }
    }

    /// The change to store if the recipient has said `/stop`; `None` if they have not.
    async fn stopped(&self, claimed: &Claimed) -> Result<Option<DeliveryChange>, StoreError> {
        let customer = claimed.named_chat.parse().ok().filter(|chat: &i64| *chat > 0);
        let bot = if claimed.channel == ChannelKind::Sandbox { Some(SANDBOX_BOT) } else { claimed.bot_id };
        let Some((bot, customer)) = bot.zip(customer) else { return Ok(None) };
        match self.deps.store.customers.has_stopped(bot, customer).await {
            Ok(stopped) => Ok(stopped.then_some(DeliveryChange::Skipped(FailureCause::Stopped))),
            // Without the right encryption key, nobody can check whether the recipient has said `/stop`.
            Err(StoreError::Seal(error)) => {
                tracing::warn!(
                    delivery = claimed.id,
                    %error,
                    "the key of the /stop hashes cannot be decrypted; the delivery waits"
                );
                let at = now().saturating_add(millis(LOCKED_PAUSE));
                Ok(Some(DeliveryChange::Retry { at, unsure: false }))
            }
            Err(error) => Err(error),
        }
    }

    async fn without_token(&self, claimed: &Claimed, class: AttemptClass, why: &str) -> Result<(), StoreError> {
        tracing::warn!(delivery = claimed.id, why, "a delivery has no usable token");
        let attempt = Attempt {
            part: claimed.parts_sent,
            started_at: now(),
            latency: 0,
            http_status: None,
            class,
            description: Some(why.to_owned()),
        };
        let situation = self.situation(claimed);
        let cause =
            if class == AttemptClass::TokenLocked { FailureCause::TokenLocked } else { FailureCause::TokenRefused };
        let change = match class {
            _ if situation.has_profile => DeliveryChange::Suspended { refused: None, cause },
            // A stateless event has no profile in which the token could be entered again. Retry, because the right
            // encryption key may be restored.
            AttemptClass::TokenLocked if situation.age < situation.max_age => {
                DeliveryChange::Retry { at: now().saturating_add(millis(LOCKED_PAUSE)), unsure: false }
            }
            _ => DeliveryChange::Failed(cause),
        };
        self.record(claimed, Some(&attempt), &change).await.map(drop)
    }

    async fn send_parts(&self, claimed: &Claimed, token: Option<&BotToken>) -> Result<(), StoreError> {
        let channel = self.deps.channels.of(claimed.channel);
        let mut delivery = claimed.clone();
        let mut is_admitted = true;
        while delivery.parts_sent < delivery.part_count {
            if !is_admitted {
                self.wait_for_a_turn(&delivery).await;
            }
            is_admitted = false;
            let part = match self.deps.store.events.part(&delivery, delivery.parts_sent).await {
                // A corrupt part is sent as an empty message. The channel rejects it, which ends the delivery.
                Err(StoreError::Corrupt(_)) => Part::plain(""),
                part => part?,
            };
            let (answer, attempt) = send_part(channel, &delivery, &part, token).await;
            let answer = channel.classify(&answer);
            if let Some(pacing) = channel.pacing() {
                pacing.lock().learn(&delivery.sender, &delivery.chat, &answer, Instant::now());
            }
            let verdict = policy::judge(&answer.meaning, self.situation(&delivery));
            let change = change_of(verdict, answer.cause, &delivery, token);
            let recorded = self.record(&delivery, Some(&attempt), &change).await?;
            self.note(&delivery, &attempt, &change);
            match change {
                _ if recorded == Recorded::Lost => return Ok(()),
                DeliveryChange::PartSent { .. } => {
                    delivery.parts_sent += 1;
                    delivery.unsure = false;
                }
                DeliveryChange::Again { plain, migrated_to, .. } => {
                    delivery.plain |= plain;
                    if let Some(chat) = migrated_to {
                        delivery.chat = chat;
                        delivery.migrated = true;
                    }
                }
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// Waits until the pacing admits the delivery's next part.
    async fn wait_for_a_turn(&self, delivery: &Claimed) {
        loop {
            let pacing = self.deps.channels.pacing(&delivery.sender);
            let admitted = pacing.map(|mut pacing| pacing.admit_next(&delivery.sender, &delivery.chat, Instant::now()));
            let Some(Err(wait)) = admitted else { return };
            sleep(wait).await;
        }
    }

    /// Records the outcome of an attempt. Retries until the database can be written, so that a sent message is not sent
    /// again because the database was busy. Meanwhile the delivery stays in flight, so it is not claimed again.
    async fn record(
        &self,
        delivery: &Claimed,
        attempt: Option<&Attempt>,
        change: &DeliveryChange,
    ) -> Result<Recorded, StoreError> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.deps.store.queue.record(delivery, attempt, change, now()).await {
                Err(error) if error.may_pass() => {
                    tracing::warn!(delivery = delivery.id, %error, "an answer could not be recorded yet");
                }
                Ok(Recorded::Lost) => {
                    tracing::warn!(delivery = delivery.id, ?change, "the claim of a delivery was lost");
                    return Ok(Recorded::Lost);
                }
                Ok(recorded) => {
                    self.tell(delivery);
                    return Ok(recorded);
                }
                done => return done,
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// Notifies the open pages of the log and of the profile that the delivery has changed.
    fn tell(&self, delivery: &Claimed) {
        self.deps.changes.announce(delivery.profile_id.unwrap_or_default());
    }

    fn situation(&self, delivery: &Claimed) -> Situation {
        let age = u64::try_from(now().saturating_sub(delivery.age_from)).unwrap_or(0);
        Situation {
            attempt: delivery.attempt.saturating_sub(delivery.earlier_attempts),
            age: Duration::from_millis(age),
            max_age: self.deps.settings.now().retry_max_age,
            plain: delivery.plain,
            migrated: delivery.migrated,
            unsure: delivery.unsure,
            has_profile: delivery.profile_id.is_some(),
            jitter: rand::random(),
        }
    }

    fn note(&self, delivery: &Claimed, attempt: &Attempt, change: &DeliveryChange) {
        self.deps.metrics.attempts.inc();
        let (delivery, status, why) = (delivery.id, attempt.http_status, attempt.description.as_deref());
        match change {
            DeliveryChange::Delivered => {
                self.deps.metrics.delivered.inc();
                tracing::info!(delivery, latency_ms = attempt.latency, "delivered");
            }
            DeliveryChange::Failed(_) | DeliveryChange::Uncertain => {
                self.deps.metrics.failed.inc();
                tracing::warn!(delivery, status, why, "given up");
            }
            DeliveryChange::Suspended { .. } => {
                tracing::warn!(delivery, status, why, "suspended until the bot has a working token")
            }
            DeliveryChange::Retry { at, .. } => {
                tracing::info!(
                    delivery,
                    status,
                    why,
                    in_ms = at.saturating_sub(now()),
                    "not delivered yet; will be retried"
                );
            }
            DeliveryChange::Skipped(_) => tracing::info!(delivery, "skipped: the recipient wants no messages"),
            DeliveryChange::PartSent { .. } | DeliveryChange::Again { .. } => {
                tracing::debug!(delivery, status, why, "part handled; the delivery continues")
            }
        }
    }
}

async fn send_part(
    channel: &dyn Channel,
    delivery: &Claimed,
    part: &Part,
    token: Option<&BotToken>,
) -> (Answer, Attempt) {
    let body = channel.encode(&delivery.chat, part, delivery.plain);
    let index = delivery.parts_sent;
    let (profile, chat) = (delivery.profile_id, delivery.chat.as_str());
    let call = Call { token, profile, delivery: Some(delivery.id), part: index, chat, body: &body };
    let (started_at, clock) = (now(), Instant::now());
    let answer = channel.send(call).await;
    let attempt = Attempt {
        part: index,
        started_at,
        latency: millis(clock.elapsed()),
        http_status: answer.status(),
        class: answer.class(),
        description: answer.description().map(str::to_owned),
    };
    (answer, attempt)
}

/// Converts a verdict into the change to store. `cause` is used only if the delivery is given up.
fn change_of(verdict: Verdict, cause: FailureCause, delivery: &Claimed, token: Option<&BotToken>) -> DeliveryChange {
    let lease_until = now().saturating_add(LEASE);
    let after = |span: Duration| now().saturating_add(millis(span));
    match verdict {
        Verdict::Sent if delivery.parts_sent + 1 < delivery.part_count => DeliveryChange::PartSent { lease_until },
        Verdict::Sent => DeliveryChange::Delivered,
        Verdict::Retry { after: span } => DeliveryChange::Retry { at: after(span), unsure: false },
        Verdict::Unsure { after: span } => DeliveryChange::Retry { at: after(span), unsure: true },
        Verdict::Migrate { chat } => DeliveryChange::Again { plain: false, migrated_to: Some(chat), lease_until },
        Verdict::Plain => DeliveryChange::Again { plain: true, migrated_to: None, lease_until },
        Verdict::Suspend => DeliveryChange::Suspended { refused: token.cloned(), cause: FailureCause::TokenRefused },
        Verdict::Fail => DeliveryChange::Failed(cause),
        Verdict::Uncertain => DeliveryChange::Uncertain,
    }
}
