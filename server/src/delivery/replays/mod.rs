//! Replays and cancels deliveries. A replay either sends the message unchanged or renders it again with the current
//! profile. Deliveries that are named one by one are handled immediately. All deliveries that match a filter are
//! handled by a bulk action in small steps. A bulk action survives a restart and can be stopped at any time.
//!
//! An unchanged replay keeps its old place among the messages to its chat. A replay with the current profile renders
//! the event's body with the query of the original call. The new delivery replaces the old one for good, so that a
//! second click replays nothing. A delivery that has arrived, or is in flight, is sent again only if a person asks for
//! that very delivery.

mod events;
mod worker;

use std::sync::Arc;

use hookgram::{
    query,
    replay::{BulkKind, Handled, Matching, ReplayAs, ReplayError},
    webhook::WebhookError,
};
use tokio::sync::Notify;

use crate::{
    rendering::{Parsed, Rendering, SenderKind},
    secrets::links::Codes,
    settings::Live,
    store::{Ask, NewDelivery, ReplaySource, Store, StoreError, StoredProfile, Wish, audit::By},
    time::now,
};

/// The maximum number of deliveries per commit. Each commit writes one audit entry.
const AT_ONCE: usize = 16;
/// The maximum size of messages per commit, in bytes. A single message may be larger.
const BYTES_AT_ONCE: usize = 1 << 20;
/// The number of attempts to render and store a batch if its profile changes in the meantime.
const TRIES: usize = 5;

/// Replays and cancels deliveries. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Replays {
    store: Store,
    rendering: Rendering,
    settings: Live,
    /// Wakes the delivery worker.
    wake: Arc<Notify>,
    /// Wakes the task that carries out bulk actions.
    begun: Arc<Notify>,
}

/// The last event read. Consecutive deliveries often belong to the same event.
type Last = Option<(i64, Arc<Parsed>)>;

impl Replays {
    /// Links in messages start with an address from `settings`. `wake` wakes the delivery worker.
    #[must_use]
    pub fn new(store: Store, rendering: Rendering, settings: Live, wake: Arc<Notify>) -> Self {
        Self { store, rendering, settings, wake, begun: Arc::default() }
    }

    /// Replays these deliveries.
    ///
    /// # Errors
    ///
    /// Deliveries that were replayed before the error stay replayed.
    pub async fn replay(&self, ids: &[i64], how: ReplayAs, by: &By) -> Result<Vec<Handled>, StoreError> {
        let mut handled = Vec::with_capacity(ids.len());
        let mut left = ids;
        while let Some(some) = left.chunks(AT_ONCE).next() {
            let done = self.replay_some(some, how, by).await?;
            left = left.get(done.len().max(1)..).unwrap_or_default();
            handled.extend(done);
            self.wake.notify_one();
        }
        Ok(handled)
    }

    /// Replays as many of these deliveries as fit into one commit, starting with the first.
    async fn replay_some(&self, ids: &[i64], how: ReplayAs, by: &By) -> Result<Vec<Handled>, StoreError> {
        for _ in 0..TRIES {
            let wishes = self.wishes(ids, how).await?;
            if let Some(handled) = self.store.queue.replay(&wishes, Ask::Exactly, by, now()).await? {
                return Ok(handled);
            }
        }
        Ok(ids.iter().map(|id| Handled { id: *id, done: Err(ReplayError::NotMade) }).collect())
    }

    /// Cancels those of these deliveries that are still waiting.
    ///
    /// # Errors
    ///
    /// Deliveries that were cancelled before the error stay cancelled.
    pub async fn cancel(&self, ids: &[i64], by: &By) -> Result<Vec<Handled>, StoreError> {
        let mut handled = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            handled.extend(self.store.queue.cancel(some, by, now()).await?);
            self.wake.notify_one();
        }
        Ok(handled)
    }

    /// Begins a bulk action on all deliveries that match. Returns its id, or `None` if the action does not apply to
    /// such deliveries.
    pub async fn begin(&self, kind: BulkKind, matching: &Matching, by: &By) -> Result<Option<i64>, StoreError> {
        let id = self.store.queue.begin_bulk(kind, matching, by, now()).await?;
        self.begun.notify_one();
        Ok(id)
    }

    /// Prepares replays of these deliveries, starting with the first, until their messages fill one commit.
    async fn wishes(&self, ids: &[i64], how: ReplayAs) -> Result<Vec<Wish>, StoreError> {
        if how == ReplayAs::ItWas {
            return Ok(ids.iter().map(|id| Wish::AsItWas(*id)).collect());
        }
        let (mut wishes, mut last, mut bytes) = (Vec::with_capacity(ids.len()), None, 0_usize);
        for id in ids {
            let wish = self.as_it_is(*id, &mut last).await?;
            if let Wish::AsItIs { message: Ok(message), .. } = &wish {
                bytes = bytes.saturating_add(message.message.as_str().len());
            }
            wishes.push(wish);
            if bytes > BYTES_AT_ONCE {
                break;
            }
        }
        Ok(wishes)
    }

    async fn as_it_is(&self, id: i64, last: &mut Last) -> Result<Wish, StoreError> {
        let no = |refusal| Wish::AsItIs { id, version: None, message: Err(refusal) };
        let Some(source) = self.store.queue.replay_source(id).await? else { return Ok(no(ReplayError::Unknown)) };
        let stored = match source.profile_id {
            Some(profile) => self.store.profiles.get(profile).await?,
            None => None,
        };
        let Some(stored) = stored else { return Ok(no(ReplayError::NoProfile)) };
        let message = match self.event(source.event_id, last).await? {
            Some(event) => self.message(&stored, &source, &event).await,
            None => Err(ReplayError::NoBody),
        };
        Ok(Wish::AsItIs { id, version: Some(stored.version), message })
    }

    async fn event(&self, id: i64, last: &mut Last) -> Result<Option<Arc<Parsed>>, StoreError> {
        if let Some((known, event)) = last
            && *known == id
        {
            return Ok(Some(event.clone()));
        }
        let Some(body) = self.body(id).await? else { return Ok(None) };
        let Some(Ok(event)) = self.rendering.read(&body.into(), SenderKind::Known).await else { return Ok(None) };
        *last = Some((id, event.clone()));
        Ok(Some(event))
    }

    /// The body of an event; `None` if it is not stored or is corrupt. A corrupt body must not stop a bulk action.
    async fn body(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        match self.store.events.payload(id).await {
            Err(StoreError::Corrupt(_)) => Ok(None),
            body => body,
        }
    }

    async fn codes(&self, stored: &StoredProfile) -> Result<Codes, ReplayError> {
        let codes = self.store.booking.codes(stored.customers_bot(), None, stored.bare_ids).await;
        codes.map_err(|_| ReplayError::NotMade)
    }

    async fn message(
        &self,
        stored: &StoredProfile,
        source: &ReplaySource,
        event: &Arc<Parsed>,
    ) -> Result<NewDelivery, ReplayError> {
        if !stored.accepts(event.event_type) {
            return Err(ReplayError::NotWanted);
        }
        let profile = Arc::new(query::read_overrides(&stored.profile, source.overrides.as_bytes()).profile);
        let participant = usize::try_from(source.participant).map_err(|_| ReplayError::NoRecipient)?;
        let (limits, booking_url) = (stored.channel.limits(), &self.settings.now().booking_url);
        let codes = self.codes(stored).await?;
        rendered(self.rendering.address_one(limits, booking_url, &profile, event, participant, codes).await)
    }
}

/// The rendered messages, or why there are none. `None` means that rendering failed.
fn rendered<T>(result: Option<Result<T, WebhookError>>) -> Result<T, ReplayError> {
    match result {
        Some(Ok(rendered)) => Ok(rendered),
        Some(Err(WebhookError::NoRecipient { .. } | WebhookError::WrongCode { .. })) => Err(ReplayError::NoRecipient),
        Some(Err(WebhookError::NothingToSay)) => Err(ReplayError::NothingToSay),
        Some(Err(_)) | None => Err(ReplayError::NotMade),
    }
}
