//! What becomes of deliveries that did not arrive, or should not: replayed as they were, replayed as the profile is now,
//! or called off. A few at once as asked for; all that match in small steps, which survive the process and can be
//! stopped at any time.
//!
//! A replay as it was takes up its old place in its chat. A replay as it is is made of the event's body, what the URL
//! said for that call, and the profile as it is now; the new delivery takes the old one's place once and for all, so that
//! whoever clicks twice replays once. What has arrived, or is on its way, is sent again only to whoever asks for that
//! very delivery.

mod worker;

use std::sync::Arc;

use hookgram::{
    query,
    replay::{BulkKind, Handled, Matching, ReplayAs, ReplayError},
    webhook::WebhookError,
};
use tokio::sync::Notify;

use crate::{
    rendering::{Parsed, Rendering, Sender},
    settings::Live,
    store::{Ask, NewDelivery, ReplaySource, Store, StoreError, StoredProfile, Wish, audit::By},
    time::now,
};

/// Deliveries handled in one commit, with one entry of the audit.
const AT_ONCE: usize = 16;
/// Bytes of messages in one commit; a single message may be larger.
const BYTES_AT_ONCE: usize = 1 << 20;
/// How often messages are made again where their profile changes meanwhile.
const TRIES: usize = 5;

/// Replays deliveries and calls them off. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Replays {
    store: Store,
    rendering: Rendering,
    settings: Live,
    /// Rings the delivery worker.
    wake: Arc<Notify>,
    /// Rung when there is something to do for all that match.
    begun: Arc<Notify>,
}

/// The event that was read last: the deliveries of one stand together.
type Last = Option<(i64, Arc<Parsed>)>;

impl Replays {
    /// What it works with: where deliveries are, where messages are made, the settings that say what their links start with, and what rings
    /// the delivery worker.
    #[must_use]
    pub fn new(store: Store, rendering: Rendering, settings: Live, wake: Arc<Notify>) -> Self {
        Self { store, rendering, settings, wake, begun: Arc::default() }
    }

    /// Replays these very deliveries.
    ///
    /// # Errors
    /// If the database fails: what was handled before stays so.
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

    /// Replays as many of these as fit into one commit, from the first on.
    async fn replay_some(&self, ids: &[i64], how: ReplayAs, by: &By) -> Result<Vec<Handled>, StoreError> {
        for _ in 0..TRIES {
            let wishes = self.wishes(ids, how).await?;
            if let Some(handled) = self.store.queue.replay(&wishes, Ask::Exactly, by, now()).await? {
                return Ok(handled);
            }
        }
        Ok(ids.iter().map(|id| Handled { id: *id, done: Err(ReplayError::NotMade) }).collect())
    }

    /// Calls off these deliveries, as far as they wait.
    ///
    /// # Errors
    /// If the database fails: what was called off before stays so.
    pub async fn cancel(&self, ids: &[i64], by: &By) -> Result<Vec<Handled>, StoreError> {
        let mut handled = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            handled.extend(self.store.queue.cancel(some, by, now()).await?);
            self.wake.notify_one();
        }
        Ok(handled)
    }

    /// Begins to do something to all that match; its id, or `None` where that cannot be done to such deliveries.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin(&self, kind: BulkKind, matching: &Matching, by: &By) -> Result<Option<i64>, StoreError> {
        let id = self.store.queue.begin_bulk(kind, matching, by, now()).await?;
        self.begun.notify_one();
        Ok(id)
    }

    /// Prepares the replay of these, from the first on, until their messages fill one commit.
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
        let body = match self.store.events.payload(id).await {
            Ok(body) => body,
            Err(StoreError::Corrupt(_)) => None,
            Err(error) => return Err(error),
        };
        let Some(body) = body else { return Ok(None) };
        let Some(Ok(event)) = self.rendering.read(&body.into(), Sender::Known).await else { return Ok(None) };
        *last = Some((id, event.clone()));
        Ok(Some(event))
    }

    async fn message(
        &self,
        stored: &StoredProfile,
        source: &ReplaySource,
        event: &Arc<Parsed>,
    ) -> Result<NewDelivery, ReplayError> {
        if !stored.events.is_empty() && event.event_type.is_none_or(|kind| !stored.events.contains(&kind)) {
            return Err(ReplayError::NotWanted);
        }
        let profile = Arc::new(query::read_overrides(&stored.profile, source.overrides.as_bytes()).profile);
        let participant = usize::try_from(source.participant).map_err(|_| ReplayError::NoRecipient)?;
        match self.rendering.address_one(&self.settings.now().booking_url, &profile, event, participant).await {
            Some(Ok(message)) => Ok(message),
            Some(Err(WebhookError::NoRecipient { .. })) => Err(ReplayError::NoRecipient),
            Some(Err(WebhookError::NothingToSay)) => Err(ReplayError::NothingToSay),
            Some(Err(_)) | None => Err(ReplayError::NotMade),
        }
    }
}
