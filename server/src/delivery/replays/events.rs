//! Replays events that were rejected, or for which the profile sends no message. The stored body is evaluated again
//! with the query of the original call and the current profile, and accepted as a new event. Invalid overrides in the
//! query are left out, because the URL of a past call cannot be corrected.

use std::sync::Arc;

use hookgram::{
    query,
    replay::{Handled, ReplayError},
    webhook::EventOutcome,
};

use super::{Replays, TRIES, rendered};
use crate::{
    rendering::{Parsed, SenderKind},
    secrets::codes,
    store::{
        AcceptedEvent, DuplicateScope, EventReplay, NewBooking, Packed, Received, RefusedEvent, StoreError,
        StoredProfile, TokenSource, audit::By, fingerprint,
    },
    time::{millis, now},
};

impl Replays {
    /// Replays the events with these ids. In the result, `done` contains the id of the replayed event itself.
    ///
    /// # Errors
    ///
    /// Events that were replayed before the error stay replayed.
    pub async fn replay_events(&self, ids: &[i64], by: &By) -> Result<Vec<Handled>, StoreError> {
        let mut handled = Vec::with_capacity(ids.len());
        for id in ids {
            handled.push(Handled { id: *id, done: self.replay_event(*id, Some(by)).await? });
        }
        Ok(handled)
    }

    /// Replays one event. `by` is `None` in a step of a bulk action.
    pub(super) async fn replay_event(&self, id: i64, by: Option<&By>) -> Result<Result<i64, ReplayError>, StoreError> {
        for _ in 0..TRIES {
            let event = match self.judge_again(id, by).await? {
                Ok(event) => event,
                Err(refusal) => return Ok(Err(refusal)),
            };
            match self.store.events.accept(event).await? {
                Received::Accepted => {
                    self.wake.notify_one();
                    return Ok(Ok(id));
                }
                Received::Duplicate(_) => return Ok(Err(ReplayError::Arrived)),
                Received::Replaced => return Ok(Err(ReplayError::EventReplaced)),
                // The profile was changed after it was read. The next iteration uses the new one.
                Received::Outdated => {}
                Received::Full => break,
            }
        }
        Ok(Err(ReplayError::NotMade))
    }

    /// Returns the new event, or the reason why the event is not replayed.
    async fn judge_again(&self, id: i64, by: Option<&By>) -> Result<Result<AcceptedEvent, ReplayError>, StoreError> {
        let Some(refused) = self.store.events.refused(id).await? else { return Ok(Err(ReplayError::Unknown)) };
        if refused.replaced || !matches!(refused.outcome, EventOutcome::Rejected | EventOutcome::Skipped) {
            return Ok(Err(ReplayError::EventReplaced));
        }
        let Some(profile_id) = refused.profile_id else { return Ok(Err(ReplayError::NoProfile)) };
        let Some(stored) = self.store.profiles.get(profile_id).await? else {
            return Ok(Err(ReplayError::ProfileGone));
        };
        if !stored.enabled {
            return Ok(Err(ReplayError::Disabled));
        }
        let Some(body) = self.body(id).await? else { return Ok(Err(ReplayError::NoBody)) };
        let payload = Packed::of(&body);
        let Some(Ok(event)) = self.rendering.read(&body.into(), SenderKind::Known).await else {
            return Ok(Err(ReplayError::BadEvent));
        };
        let made = self.made(&stored, &refused, &event, payload).await;
        Ok(made.map(|made| AcceptedEvent { replay: Some(EventReplay { of: id, by: by.cloned() }), ..made }))
    }

    async fn made(
        &self,
        stored: &StoredProfile,
        refused: &RefusedEvent,
        event: &Arc<Parsed>,
        payload: Packed,
    ) -> Result<AcceptedEvent, ReplayError> {
        if !stored.accepts(event.event_type) {
            return Err(ReplayError::NotWanted);
        }
        let profile = Arc::new(query::read_overrides(&stored.profile, refused.overrides.as_bytes()).profile);
        if stored.channel.needs_token() && stored.bot.is_none() {
            return Err(ReplayError::NoToken);
        }
        let settings = self.settings.now();
        let codes = self.codes(stored).await?;
        let limits = stored.channel.limits();
        let deliveries =
            rendered(self.rendering.address(limits, &settings.booking_url, &profile, event, &codes).await)?;
        let received_at = now();
        // The duplicate window includes the age of the event, so that a copy accepted since then counts as the first
        // copy.
        let age = received_at.saturating_sub(refused.received_at).max(0);
        Ok(AcceptedEvent {
            public_id: codes::public_id(),
            token: TokenSource::Profile(stored.id),
            channel: stored.channel,
            bot_id: stored.bot.filter(|_| stored.channel.needs_token()),
            field_name: profile.field_name.as_deref().map(hookgram::secret::redact),
            event_type: event.event_type.map(|kind| kind.0),
            order_number: event.case.number.clone(),
            parameters: query::write_redacted(&profile),
            overrides: refused.overrides.clone(),
            fingerprint: fingerprint(DuplicateScope::Profile(stored.id), &query::write(&profile), &payload),
            payload,
            received_at,
            duplicate_window: age.saturating_add(millis(settings.duplicate_window)),
            skipped: false,
            version: Some(stored.version),
            stateless: None,
            replay: None,
            booking: NewBooking::of(&profile, event, &codes, &settings.booking_url),
            deliveries,
        })
    }
}
