//! The life of a delivery in the store: accepting, claiming, finishing; and the properties of the database file.

use std::{borrow::Borrow, sync::LazyLock};

use hookgram::{
    channel::ChannelKind,
    delivery::FailureCause,
    message::{Part, StoredMessage},
    parameters::Parameter,
    profile::{EditedProfile, Profile},
    secret::BotToken,
};

use super::*;
use crate::{store::audit::COMMAND_LINE, time::Millis};

static BODY: LazyLock<Packed> = LazyLock::new(|| Packed::of(b"{}"));

pub(super) const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

pub(super) fn draft(name: &str) -> EditedProfile {
    let mut profile = Profile::default();
    profile.set(Parameter::TelegramToken, TOKEN).unwrap();
    profile.set(Parameter::TelegramFieldName, "*TelegramId").unwrap();
    profile.set(Parameter::Message, "a & b + c").unwrap();
    EditedProfile {
        name: name.into(),
        enabled: None,
        channel: ChannelKind::Telegram,
        bare_ids: None,
        bot: None,
        events: Vec::new(),
        profile,
        key: None,
    }
}

pub(super) fn event(public_id: &str, token: impl Borrow<TokenSource>) -> AcceptedEvent {
    AcceptedEvent {
        public_id: public_id.to_owned(),
        token: token.borrow().clone(),
        channel: ChannelKind::Telegram,
        bot_id: Some(7001002003),
        field_name: Some("*TelegramId".to_owned()),
        event_type: Some(3060),
        order_number: None,
        parameters: String::new(),
        overrides: String::new(),
        payload: BODY.clone(),
        version: None,
        stateless: None,
        fingerprint: public_id.as_bytes().to_vec(),
        received_at: 1_000,
        duplicate_window: 0,
        skipped: false,
        replay: None,
        booking: None,
        deliveries: Vec::new(),
    }
}

/// Accepts an event with these messages.
pub(super) async fn accept_with(
    store: &Store,
    event: AcceptedEvent,
    deliveries: Vec<NewDelivery>,
    duplicate_window: Millis,
) -> Result<Received, StoreError> {
    store.events.accept(AcceptedEvent { deliveries, duplicate_window, ..event }).await
}

pub(super) fn to(chat: &str) -> NewDelivery {
    NewDelivery { participant: 0, chat: Ok(chat.into()), message: saying(&["<b>x</b>", "y"]) }
}

/// A message with these parts, given as HTML.
pub(super) fn saying(parts: &[&str]) -> StoredMessage {
    let parts: Vec<Part> = parts.iter().map(|html| Part::from_html(html).unwrap()).collect();
    StoredMessage::of(&parts)
}

/// Delivers a claimed delivery to the sandbox.
pub(super) async fn to_sandbox(store: &Store, claimed: &Claimed, now: Millis) {
    let profile_id = claimed.profile_id.unwrap();
    for part in claimed.parts_sent..claimed.part_count {
        let html = store.events.part(claimed, part).await.unwrap().html();
        let (delivery, chat) = (Some(claimed.id), claimed.chat.as_str());
        let message = SandboxMessage { profile_id, delivery, part, chat, html: &html, at: now };
        assert!(store.profiles.add_sandbox_message(&message).await.unwrap().is_some());
        assert_eq!(store.profiles.add_sandbox_message(&message).await.unwrap(), None, "each part is there once");
    }
    assert_ne!(store.queue.record(claimed, None, &DeliveryChange::Delivered, now).await.unwrap(), Recorded::Lost);
}

/// A test message to the sandbox.
pub(super) fn test_message(profile_id: i64, at: Millis) -> SandboxMessage<'static> {
    SandboxMessage { profile_id, delivery: None, part: 0, chat: "5", html: "a test", at }
}

/// Returns the time at which the earliest head is due.
pub(super) async fn next_due(store: &Store) -> Option<Millis> {
    store.queue.open_senders().await.unwrap().into_iter().map(|(_, at)| at).min()
}

/// Claims the due deliveries like the worker does, but without pacing.
pub(super) async fn claim_due(
    store: &Store,
    owner: &str,
    now: Millis,
    lease_until: Millis,
    in_flight: &[i64],
) -> Vec<Claimed> {
    store.queue.due_again(now).await.unwrap();
    let mut heads = Vec::new();
    for (sender, _) in store.queue.open_senders().await.unwrap() {
        heads.extend(
            store.queue.due_heads(&sender, now, 9, in_flight, &[]).await.unwrap().into_iter().map(|head| head.id),
        );
    }
    store.queue.claim(&heads, owner, now, lease_until).await.unwrap()
}

#[tokio::test]
async fn the_database_is_opened_with_durable_and_consistent_settings() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let store = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    for pool in [&store.db.write, &store.db.read] {
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(pool).await.unwrap();
        let sync: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(pool).await.unwrap();
        let keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(pool).await.unwrap();
        let vacuum: i64 = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(pool).await.unwrap();
        assert_eq!((mode.as_str(), sync, keys, vacuum), ("wal", 2, 1, 2));
    }
    store.backup(&folder.path().join("copy.db")).await.unwrap();
    assert!(store.backup(&folder.path().join("copy.db")).await.is_err(), "a copy is never written over");
    store.close().await;
    Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
}

#[tokio::test]
async fn an_encrypted_token_cannot_be_decrypted_in_another_row() {
    let store = Store::in_memory().await.unwrap();
    let other = "7001002004:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";
    let mut with_another = draft("B");
    with_another.profile.set(Parameter::TelegramToken, other).unwrap();
    let first = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let second = store.profiles.put(None, &with_another, &COMMAND_LINE).await.unwrap();
    assert_eq!(store.profiles.get(second).await.unwrap().unwrap().profile, with_another.profile);
    sqlx::query("UPDATE bots SET token = (SELECT token FROM bots WHERE id = 7001002003) WHERE id = 7001002004")
        .execute(&store.db.write)
        .await
        .unwrap();
    assert_eq!(store.profiles.get(second).await.unwrap().unwrap().profile.token, None);
    assert!(store.profiles.get(first).await.unwrap().unwrap().profile.token.is_some());
}

#[tokio::test]
async fn deliveries_keep_their_order_when_a_lease_expires_or_is_released() {
    let store = Store::in_memory().await.unwrap();
    let token = BotToken::parse(TOKEN).unwrap();
    for (id, chat) in [("a", "5"), ("b", "5"), ("c", "6")] {
        let received =
            accept_with(&store, event(id, TokenSource::event(token.clone())), vec![to(chat)], 0).await.unwrap();
        assert_eq!(received, Received::Accepted);
    }
    assert_eq!(next_due(&store).await, Some(1_000));
    let claimed = claim_due(&store, "one", 1_000, 31_000, &[]).await;
    let chats: Vec<&str> = claimed.iter().map(|delivery| delivery.chat.as_str()).collect();
    assert_eq!(chats, ["5", "6"], "the second of chat 5 waits for the first");
    assert!(claim_due(&store, "two", 30_999, 60_000, &[]).await.is_empty());
    let taken_over = claim_due(&store, "two", 31_000, 61_000, &[]).await;
    assert_eq!(taken_over.iter().map(|delivery| delivery.attempt).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(store.queue.release_leases("two", 40_000).await.unwrap(), 0);
    assert_eq!(store.queue.release_leases("three", 40_000).await.unwrap(), 2);

    let again = claim_due(&store, "three", 40_000, 70_000, &[]).await;
    let first = &again[0];
    assert_eq!(store.queue.token_for(first).await.unwrap(), Some(token));
    store.queue.record(first, None, &DeliveryChange::PartSent { lease_until: 80_000 }, 40_100).await.unwrap();
    store.queue.record(first, None, &DeliveryChange::Retry { at: 50_000, unsure: false }, 40_200).await.unwrap();
    let resumed = claim_due(&store, "three", 50_000, 80_000, &[]).await;
    assert_eq!((resumed[0].id, resumed[0].parts_sent), (first.id, 1));
    store.queue.record(&resumed[0], None, &DeliveryChange::Delivered, 50_100).await.unwrap();
    assert_eq!(store.queue.token_for(first).await.unwrap(), None, "nothing needs it any more");
    assert_eq!(claim_due(&store, "three", 50_200, 80_000, &[]).await.len(), 1, "now the second of chat 5");
}

#[tokio::test]
async fn an_event_whose_deliveries_failed_does_not_make_later_copies_duplicates() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let same =
        |public_id| AcceptedEvent { fingerprint: b"same".to_vec(), ..event(public_id, TokenSource::Profile(id)) };
    assert_eq!(accept_with(&store, same("a"), vec![to("5")], 600_000).await.unwrap(), Received::Accepted);
    assert_eq!(accept_with(&store, same("b"), vec![to("5")], 600_000).await.unwrap(), Received::Duplicate("a".into()));
    let claimed = claim_due(&store, "one", 1_000, 31_000, &[]).await;
    store.queue.record(&claimed[0], None, &DeliveryChange::Failed(FailureCause::Blocked), 2_000).await.unwrap();
    assert_eq!(accept_with(&store, same("c"), vec![to("5")], 600_000).await.unwrap(), Received::Accepted);
    let late = AcceptedEvent { received_at: 601_000, ..same("d") };
    assert_eq!(accept_with(&store, late, vec![to("5")], 600_000).await.unwrap(), Received::Accepted);
    let early = AcceptedEvent { received_at: 600_999, ..same("e") };
    assert_eq!(accept_with(&store, early, vec![to("5")], 600_000).await.unwrap(), Received::Duplicate("c".into()));
}

#[tokio::test]
async fn a_transaction_that_sqlite_rolled_back_leaves_a_usable_connection() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let store = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    let token = BotToken::parse(TOKEN).unwrap();
    // The trigger rolls the transaction back, as SQLite itself does if the disk is full.
    let full = "CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT RAISE(ROLLBACK, 'full'); END";
    for (statement, stored) in [(full, false), ("DROP TRIGGER full", true)] {
        sqlx::query(statement).execute(&store.db.write).await.unwrap();
        for public_id in ["a", "b"] {
            let received =
                accept_with(&store, event(public_id, TokenSource::event(token.clone())), vec![to("5")], 0).await;
            assert_eq!(received.is_ok(), stored, "{received:?}");
        }
    }
    assert_eq!(store.events.newest(None, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_unknown_name_of_a_closed_set_is_reported_as_corrupt() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept_with(&store, event("a", TokenSource::Profile(id)), vec![to("5")], 0).await.unwrap();
    sqlx::query("UPDATE deliveries SET cause = 'luck'").execute(&store.db.write).await.unwrap();
    let read = store.log.logged_event("a").await;
    assert!(matches!(&read, Err(StoreError::Corrupt(column)) if column.contains("cause")), "{read:?}");
}
