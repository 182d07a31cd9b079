//! Decides whether a delivery may be replayed, and with which token.

use hookgram::{
    channel::ChannelKind,
    delivery::{DeliveryState, FailureCause},
    message::StoredMessage,
    replay::ReplayError,
};
use sqlx::{FromRow, SqliteConnection};

use crate::store::{
    SenderKey, StoreError,
    bots::suspended::{is_suspended, mark},
    events::messages::parts_of,
    names::{ChannelCode, MaybeChannelCode, MaybeNamed, Named, quoted},
    queue::replays::Ask,
};

/// A delivery with the data about its event and its profile that a replay depends on.
#[derive(FromRow)]
pub(in crate::store) struct Replayable {
    pub(in crate::store) id: i64,
    pub(in crate::store) event_id: i64,
    pub(in crate::store) profile_id: Option<i64>,
    pub(in crate::store) participant: i64,
    pub(in crate::store) chat: Option<String>,
    #[sqlx(try_from = "Named<DeliveryState>")]
    pub(in crate::store) state: DeliveryState,
    pub(in crate::store) finished: bool,
    pub(in crate::store) parts: String,
    #[sqlx(try_from = "ChannelCode", rename = "sandbox")]
    pub(in crate::store) channel: ChannelKind,
    #[sqlx(rename = "lane")]
    pub(in crate::store) sender: Vec<u8>,
    pub(in crate::store) bot_id: Option<i64>,
    pub(in crate::store) replaced: bool,
    pub(in crate::store) has_event_token: bool,
    pub(in crate::store) version: Option<i64>,
    #[sqlx(try_from = "MaybeChannelCode")]
    pub(in crate::store) channel_now: Option<ChannelKind>,
    pub(in crate::store) deleted: bool,
    pub(in crate::store) suspended: bool,
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    pub(in crate::store) suspended_for: Option<FailureCause>,
    pub(in crate::store) profiles_sender: Option<Vec<u8>>,
    pub(in crate::store) profiles_bot: Option<i64>,
}

const ROW: &str = concat!(
    "SELECT d.id, d.event_id, d.profile_id, d.participant, d.chat, d.state,
    d.finished_at IS NOT NULL AS finished, ",
    parts_of!("d"),
    " AS parts, d.sandbox, d.lane, d.bot_id,
    EXISTS (SELECT 1 FROM deliveries r WHERE r.replay_of = d.id) AS replaced, e.token IS NOT NULL AS has_event_token,
    p.version, p.sandbox AS channel_now, p.deleted_at IS NOT NULL AS deleted, coalesce(",
    is_suspended!(),
    ", 0) AS suspended, ",
    mark!(),
    " AS suspended_for, b.sender AS profiles_sender, p.bot_id AS profiles_bot
    FROM deliveries d JOIN events e ON e.id = d.event_id LEFT JOIN profiles p ON p.id = d.profile_id
    LEFT JOIN bots b ON b.id = p.bot_id WHERE d.id = ?1"
);

/// SQL: whether the same message has arrived or is on its way in another delivery to the chat. That delivery belongs to
/// the same event, or to a copy that was accepted because this event had failed, and has the same participant or the
/// same text.
pub(in crate::store) const ARRIVED: &str = concat!(
    "SELECT EXISTS (
    SELECT 1 FROM (SELECT ?1 AS id UNION ALL
        SELECT c.id FROM events e CROSS JOIN events c
        WHERE e.id = ?1 AND c.received_at / 86400000 IN (e.received_at / 86400000, e.received_at / 86400000 + 1)
        AND c.fingerprint = e.fingerprint AND c.outcome = ",
    quoted!(EventOutcome::Accepted),
    " AND c.id > e.id) same
    CROSS JOIN deliveries o ON o.event_id = same.id
    WHERE o.id <> ?2 AND o.chat = ?3 AND (o.participant = ?4 OR ",
    parts_of!("o"),
    " IN (?5, ?6)) AND (o.state = ",
    quoted!(DeliveryState::Delivered),
    " OR o.finished_at IS NULL))"
);

pub(in crate::store) struct Sender {
    pub(in crate::store) sender: SenderKey,
    pub(in crate::store) bot_id: Option<i64>,
    pub(in crate::store) channel: ChannelKind,
    pub(in crate::store) suspended: bool,
    /// The cause that is stored with the bot's suspended deliveries.
    pub(in crate::store) suspended_for: Option<FailureCause>,
}

impl Replayable {
    pub(in crate::store) async fn read(tx: &mut SqliteConnection, id: i64) -> Result<Option<Self>, StoreError> {
        Ok(sqlx::query_as(ROW).bind(id).fetch_optional(tx).await?)
    }

    /// Whether another delivery has brought the same message to this chat, or is about to.
    pub(in crate::store) async fn arrived(
        &self,
        tx: &mut SqliteConnection,
        chat: &str,
        message: &StoredMessage,
    ) -> Result<bool, StoreError> {
        // The other delivery may be stored in the current form or in that of an earlier version.
        let parts = message.parts().unwrap_or_default();
        let forms = (StoredMessage::of(&parts), message.html_form().unwrap_or_default());
        let arrived = sqlx::query_scalar(ARRIVED).bind(self.event_id).bind(self.id).bind(chat).bind(self.participant);
        Ok(arrived.bind(forms.0.as_str()).bind(&forms.1).fetch_one(tx).await?)
    }

    pub(in crate::store) fn judge(&self, ask: Ask) -> Result<(), ReplayError> {
        match self.state {
            _ if self.replaced => Err(ReplayError::Replaced),
            _ if self.deleted => Err(ReplayError::ProfileGone),
            DeliveryState::Sending => Err(ReplayError::UnderWay),
            _ if !self.finished => Err(ReplayError::StillWaits),
            DeliveryState::Delivered if ask == Ask::Undelivered => Err(ReplayError::Arrived),
            _ => Ok(()),
        }
    }

    pub(in crate::store) fn sender_as_it_was(&self) -> Result<Sender, ReplayError> {
        let (sender, bot_id, channel) = (SenderKey::of_bytes(self.sender.clone()), self.bot_id, self.channel);
        let as_it_was = Sender { sender, bot_id, channel, suspended: false, suspended_for: None };
        match self.version {
            Some(_) if !channel.needs_token() => Ok(as_it_was),
            Some(_) => self.profiles_bot(),
            None if self.has_event_token => Ok(as_it_was),
            None => Err(ReplayError::TokenGone),
        }
    }

    pub(in crate::store) fn sender_as_it_is(&self) -> Result<Sender, ReplayError> {
        match self.channel_now {
            None => Err(ReplayError::NoProfile),
            Some(channel) if channel.needs_token() => self.profiles_bot(),
            Some(channel) => Ok(Sender {
                sender: SenderKey::default(),
                bot_id: None,
                channel,
                suspended: false,
                suspended_for: None,
            }),
        }
    }

    fn profiles_bot(&self) -> Result<Sender, ReplayError> {
        match &self.profiles_sender {
            Some(sender) => {
                let sender = SenderKey::of_bytes(sender.clone());
                let (bot_id, suspended_for) = (self.profiles_bot, self.suspended_for);
                Ok(Sender { sender, bot_id, channel: ChannelKind::Telegram, suspended: self.suspended, suspended_for })
            }
            None => Err(ReplayError::NoToken),
        }
    }
}
