//! The queue in difficult cases: refused tokens, lost claims, unreadable rows, a clock that was set back.

use std::borrow::Borrow;
use std::sync::Arc;

use hookgram::{
    bot::BotState,
    delivery::{DeliveryState, FailureCause},
    profile::EditedProfile,
    secret::BotToken,
};

use super::{
    tests::{TOKEN, accept_with, claim_due, draft, event, next_due, to},
    *,
};
use crate::{
    announcements::Announcements,
    channel::{
        Channels,
        sandbox::Sandbox,
        telegram::{Telegram, TelegramChannel},
    },
    delivery::{Dependencies, Worker},
    secrets::seal::Place,
    settings::{Live, Values},
    store::audit::COMMAND_LINE,
};

fn token(text: &str) -> BotToken {
    BotToken::parse(text).unwrap()
}

fn another() -> BotToken {
    token(&TOKEN.replace("AAH", "BBH"))
}

fn with_token(name: &str, token: BotToken) -> EditedProfile {
    let mut draft = draft(name);
    draft.profile.token = Some(token);
    draft
}

async fn accept(store: &Store, public_id: &str, source: impl Borrow<TokenSource>, chat: &str) {
    accept_with(store, event(public_id, source), vec![to(chat)], 0).await.unwrap();
}

async fn claim(store: &Store, owner: &str, now: i64) -> Vec<Claimed> {
    claim_due(store, owner, now, now + 30_000, &[]).await
}

async fn state(store: &Store, id: i64) -> DeliveryRecord {
    store.queue.deliveries(99).await.unwrap().into_iter().find(|delivery| delivery.id == id).unwrap()
}

fn refused() -> DeliveryChange {
    DeliveryChange::Suspended { refused: Some(token(TOKEN)), cause: hookgram::delivery::FailureCause::TokenRefused }
}

#[tokio::test]
async fn a_suspended_delivery_does_not_hold_up_other_senders() {
    let store = Store::in_memory().await.unwrap();
    let first = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept(&store, "a", TokenSource::Profile(first), "5").await;
    let claimed = claim(&store, "one", 1_000).await;
    store.queue.record(&claimed[0], None, &refused(), 1_100).await.unwrap();
    accept(&store, "b", TokenSource::event(token(TOKEN)), "5").await;
    assert_eq!(next_due(&store).await, Some(1_000));
    assert_eq!(claim(&store, "one", 1_200).await.len(), 1);
}

#[tokio::test]
async fn a_made_up_token_of_a_bot_does_not_hold_up_the_real_one() {
    let store = Store::in_memory().await.unwrap();
    let profile = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept(&store, "a", TokenSource::event(another().clone()), "5").await;
    accept(&store, "b", TokenSource::Profile(profile), "5").await;
    accept(&store, "c", TokenSource::event(token(TOKEN)), "5").await;
    let claimed = claim(&store, "one", 1_000).await;
    let profiles: Vec<Option<i64>> = claimed.iter().map(|delivery| delivery.profile_id).collect();
    assert_eq!(profiles, [None, Some(profile)], "the third has the profile's token and waits for it");
}

async fn bot_state(store: &Store) -> BotState {
    store.bots.get(token(TOKEN).bot_id()).await.unwrap().unwrap().bot.state
}

#[tokio::test]
async fn a_late_refusal_of_the_old_token_does_not_suspend_the_new_one() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept(&store, "a", TokenSource::Profile(id), "5").await;
    let claimed = claim(&store, "one", 1_000).await;
    store.profiles.put(Some(id), &with_token("A", another()), &COMMAND_LINE).await.unwrap();
    store.queue.record(&claimed[0], None, &refused(), 2_000).await.unwrap();
    assert_eq!(bot_state(&store).await, BotState::Unknown);
    let again = claim(&store, "one", 2_000).await;
    assert_eq!(store.queue.token_for(&again[0]).await.unwrap(), Some(another()));
}

#[tokio::test]
async fn suspended_deliveries_resume_when_the_token_is_saved_again_or_the_bot_answers() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept(&store, "a", TokenSource::Profile(id), "5").await;
    let late = crate::time::now() + 1_000;
    for saved in [true, false] {
        let claimed = claim(&store, "one", late).await;
        store.queue.record(&claimed[0], None, &refused(), late).await.unwrap();
        assert_eq!(state(&store, claimed[0].id).await.state, DeliveryState::Suspended);
        assert_eq!(bot_state(&store).await, BotState::Refused);
        let state_now = if saved {
            store.profiles.put(Some(id), &draft("A"), &COMMAND_LINE).await.unwrap();
            BotState::Unknown
        } else {
            store.bots.accepted(&token(TOKEN), "Salon", "salon_bot").await.unwrap();
            BotState::Working
        };
        assert_eq!(bot_state(&store).await, state_now);
        assert_eq!(state(&store, claimed[0].id).await.state, DeliveryState::Retrying);
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_claim_records_only_parts_that_arrived() {
    let store = Store::in_memory().await.unwrap();
    accept(&store, "a", TokenSource::event(token(TOKEN)), "5").await;
    let late = claim(&store, "one", 1_000).await.remove(0);
    assert!(claim_due(&store, "one", 40_000, 70_000, &[late.id]).await.is_empty(), "it is in flight");
    let holder = claim(&store, "two", 40_000).await.remove(0);
    for change in
        [DeliveryChange::Failed(FailureCause::Blocked), DeliveryChange::Retry { at: 50_000, unsure: true }, refused()]
    {
        assert_eq!(store.queue.record(&late, None, &change, 41_000).await.unwrap(), Recorded::Lost);
    }
    assert_eq!(state(&store, late.id).await.state, DeliveryState::Sending);
    let sent = DeliveryChange::PartSent { lease_until: 80_000 };
    assert_eq!(store.queue.record(&late, None, &sent, 42_000).await.unwrap(), Recorded::Lost);
    assert_eq!(store.queue.record(&holder, None, &sent, 43_000).await.unwrap(), Recorded::Done);
    assert_eq!(state(&store, late.id).await.parts_sent, 1, "the same part, counted once");
    let last = Claimed { parts_sent: 1, ..late };
    assert_eq!(store.queue.record(&last, None, &DeliveryChange::Delivered, 44_000).await.unwrap(), Recorded::Lost);
    let delivery = state(&store, last.id).await;
    assert_eq!((delivery.state, delivery.parts_sent), (DeliveryState::Delivered, 2));
    assert_eq!(
        store.queue.record(&holder, None, &DeliveryChange::Failed(FailureCause::Blocked), 45_000).await.unwrap(),
        Recorded::Lost
    );
    assert_eq!(state(&store, last.id).await.state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_part_that_arrived_makes_the_delivery_certain_again() {
    let store = Store::in_memory().await.unwrap();
    accept(&store, "a", TokenSource::event(token(TOKEN)), "5").await;
    let first = claim(&store, "one", 1_000).await.remove(0);
    store.queue.record(&first, None, &DeliveryChange::Retry { at: 2_000, unsure: true }, 1_100).await.unwrap();
    let second = claim(&store, "one", 2_000).await.remove(0);
    assert!(second.unsure);
    store.queue.record(&second, None, &DeliveryChange::PartSent { lease_until: 40_000 }, 2_100).await.unwrap();
    assert!(!state(&store, first.id).await.unsure);
}

#[tokio::test]
async fn an_unreadable_delivery_fails_without_affecting_others() {
    let store = Store::in_memory().await.unwrap();
    for (id, chat) in [("a", "5"), ("b", "6"), ("c", "7")] {
        accept(&store, id, TokenSource::event(token(TOKEN)), chat).await;
    }
    sqlx::query("UPDATE deliveries SET parts = '[' WHERE chat = '6'").execute(&store.db.write).await.unwrap();
    let chats: Vec<String> = claim(&store, "one", 1_000).await.into_iter().map(|delivery| delivery.chat).collect();
    assert_eq!(chats, ["5", "7"]);
    let failed = store.queue.deliveries(9).await.unwrap().into_iter().find(|d| d.chat.as_deref() == Some("6")).unwrap();
    assert_eq!(failed.state, DeliveryState::Failed);
    assert!(failed.last_error.unwrap().contains("deliveries.parts"));
}

#[tokio::test]
async fn an_invalid_stored_token_stops_its_own_deliveries_only() {
    let store = Store::in_memory().await.unwrap();
    let mut settings = Values::default();
    settings.retry_max_age = Duration::from_secs(60);
    let worker = Worker::new(Dependencies {
        store: store.clone(),
        channels: Channels::new(
            TelegramChannel::new(Telegram::new("http://127.0.0.1:1").unwrap(), Arc::default()),
            Sandbox::new(store.clone(), Announcements::default()),
        ),
        wake: Arc::default(),
        changes: Announcements::default(),
        settings: Live::of(settings),
        metrics: Arc::default(),
    });
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept(&store, "a", TokenSource::Profile(id), "5").await;
    accept(&store, "b", TokenSource::event(token(TOKEN)), "6").await;
    for (place, statement) in [
        (Place::BotToken(token(TOKEN).bot_id()), "UPDATE bots SET token = ?1"),
        (Place::EventToken("b"), "UPDATE events SET token = ?1 WHERE public_id = 'b'"),
    ] {
        let sealed = store.db.sealer.seal(place, "no token at all").unwrap();
        sqlx::query(statement).bind(sealed).execute(&store.db.write).await.unwrap();
    }
    // Both deliveries have the same token, which Telegram has not seen yet, so they are sent one after the other.
    for _ in 0..2 {
        assert_eq!(worker.run_due_once(1_000).await.unwrap(), 1);
    }
    let ends: Vec<(DeliveryState, Option<String>)> = store
        .queue
        .deliveries(9)
        .await
        .unwrap()
        .into_iter()
        .map(|delivery| (delivery.state, delivery.last_error))
        .collect();
    let why = |place| Some(StoreError::corrupt(place).to_string());
    assert_eq!(ends, [(DeliveryState::Failed, why("events.token")), (DeliveryState::Suspended, why("bots.token"))]);
}

#[tokio::test]
async fn unfinished_deliveries_move_to_the_new_token_and_keep_their_order() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept(&store, "a", TokenSource::Profile(id), "5").await;
    accept(&store, "b", TokenSource::Profile(id), "5").await;
    let other_bot = token(&TOKEN.replace("7001002003", "8001002003"));
    store.profiles.put(Some(id), &with_token("A", other_bot.clone()), &COMMAND_LINE).await.unwrap();
    accept(&store, "c", TokenSource::Profile(id), "5").await;
    let mut order = Vec::new();
    for _ in 0..3 {
        let claimed = claim(&store, "one", 1_000).await;
        assert_eq!(claimed.len(), 1, "one after the other");
        order.push(claimed[0].event_id);
        store.queue.record(&claimed[0], None, &DeliveryChange::Delivered, 1_000).await.unwrap();
    }
    assert!(order.is_sorted(), "{order:?}");
    let bots: Vec<i64> =
        sqlx::query_scalar("SELECT DISTINCT bot_id FROM deliveries").fetch_all(&store.db.read).await.unwrap();
    assert_eq!(bots, [other_bot.bot_id()]);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_delay_deliveries_for_long() {
    const HOUR: i64 = 3_600_000;
    let store = Store::in_memory().await.unwrap();
    let sender = token(TOKEN);
    let later = AcceptedEvent { received_at: 100 * HOUR, ..event("a", TokenSource::event(sender.clone())) };
    accept_with(&store, later, vec![to("5")], 0).await.unwrap();
    let waiting = claim(&store, "one", HOUR).await;
    assert_eq!(waiting.len(), 1, "what waits is due, whatever its time");

    let retry = |at| DeliveryChange::Retry { at, unsure: false };
    store.queue.record(&waiting[0], None, &retry(HOUR + 60_000), HOUR).await.unwrap();
    assert!(claim(&store, "one", HOUR).await.is_empty());
    let retried = claim(&store, "one", HOUR - 900_000).await;
    assert_eq!(retried.len(), 1, "no retry is farther off than a quarter of an hour");

    store.queue.record(&retried[0], None, &retry(3 * HOUR), HOUR).await.unwrap();
    assert!(claim(&store, "one", HOUR).await.is_empty(), "but for one that Telegram asked for");
    assert_eq!(claim(&store, "one", HOUR - 1).await.len(), 1);
    assert!(claim(&store, "two", HOUR - 1).await.is_empty());
    assert_eq!(claim(&store, "two", HOUR - 60_000).await.len(), 1, "no lease is believed longer than it can be");
}

/// Checks that every chat of every sender has a head with a due time, and that no delivery behind a head has one,
/// unless it is being sent.
async fn assert_in_order(store: &Store, after: &str) {
    let stuck: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM deliveries WHERE next_attempt_at IS NULL AND id IN (
             SELECT min(id) FROM deliveries WHERE finished_at IS NULL AND state <> 'parked' GROUP BY lane, chat)",
    )
    .fetch_all(&store.db.read)
    .await
    .unwrap();
    let ahead: Vec<i64> = sqlx::query_scalar(
        "SELECT d.id FROM deliveries d WHERE d.finished_at IS NULL AND d.state IN ('waiting', 'retrying')
         AND d.next_attempt_at IS NOT NULL AND EXISTS (SELECT 1 FROM deliveries e WHERE e.finished_at IS NULL
         AND e.state <> 'parked' AND e.lane = d.lane AND e.chat = d.chat AND e.id < d.id)",
    )
    .fetch_all(&store.db.read)
    .await
    .unwrap();
    assert_eq!((stuck, ahead), (vec![], vec![]), "after {after}");
}

#[tokio::test]
async fn no_random_sequence_of_operations_leaves_a_delivery_stuck_or_breaks_the_order() {
    use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

    for seed in 0..8_u64 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut pick = |most: u32| random.next_u32() % most;
        let store = Store::in_memory().await.unwrap();
        let profiles = [
            store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap(),
            store.profiles.put(None, &draft("B"), &COMMAND_LINE).await.unwrap(),
        ];
        let tokens = [token(TOKEN), another()];
        let (mut now, mut under_way) = (1_000, Vec::new());
        for step in 0..150 {
            now += i64::from(pick(2_000));
            let done = match pick(10) {
                0..=2 => {
                    let id = format!("{seed}-{step}");
                    let source = match pick(3) {
                        0 => TokenSource::event(tokens[0].clone()),
                        other => TokenSource::Profile(profiles[usize::try_from(other).unwrap() - 1]),
                    };
                    let received = AcceptedEvent { received_at: now, ..event(&id, &source) };
                    let chats = [to(&pick(3).to_string()), to(&pick(3).to_string())];
                    accept_with(&store, received, chats.to_vec(), 0).await.unwrap();
                    "an event"
                }
                3 | 4 => {
                    under_way.extend(claim(&store, "one", now).await);
                    "a claim"
                }
                5 | 6 if !under_way.is_empty() => {
                    let claimed: Claimed = under_way.swap_remove(0);
                    let change = match pick(6) {
                        0 => DeliveryChange::Retry { at: now + 500, unsure: false },
                        1 => DeliveryChange::Failed(FailureCause::Blocked),
                        2 if claimed.profile_id.is_some() => refused(),
                        3 => DeliveryChange::Again {
                            plain: false,
                            migrated_to: Some("-77".into()),
                            lease_until: now + 9,
                        },
                        _ => DeliveryChange::Delivered,
                    };
                    store.queue.record(&claimed, None, &change, now).await.unwrap();
                    "an answer"
                }
                5 => {
                    store.queue.release_leases("nobody", now).await.unwrap();
                    under_way.clear();
                    "a restart"
                }
                8 => {
                    // The delivery with this id may be finished, in flight, waiting or missing.
                    let id = i64::from(pick(40)) + 1;
                    let wish = match store.queue.replay_source(id).await.unwrap().and_then(|source| source.profile_id) {
                        Some(profile) if pick(2) == 0 => {
                            let version = Some(store.profiles.get(profile).await.unwrap().unwrap().version);
                            Wish::AsItIs { id, version, message: Ok(to(&pick(3).to_string())) }
                        }
                        _ => Wish::AsItWas(id),
                    };
                    let ask = if pick(2) == 0 { Ask::Exactly } else { Ask::Undelivered };
                    store.queue.replay(&[wish], ask, &COMMAND_LINE, now).await.unwrap().unwrap();
                    "a replay"
                }
                9 => {
                    let ids = [i64::from(pick(60)) + 1, i64::from(pick(60)) + 1];
                    store.queue.cancel(&ids, &COMMAND_LINE, now).await.unwrap();
                    "a cancellation"
                }
                _ => {
                    let (profile, token) = (usize::from(pick(2) == 1), usize::from(pick(2) == 1));
                    let draft = with_token(["A", "B"][profile], tokens[token].clone());
                    store.profiles.put(Some(profiles[profile]), &draft, &COMMAND_LINE).await.unwrap();
                    "a token"
                }
            };
            assert_in_order(&store, &format!("{done}, step {step} of seed {seed}")).await;
        }
        for (profile, name) in profiles.into_iter().zip(["A", "B"]) {
            store.profiles.put(Some(profile), &draft(name), &COMMAND_LINE).await.unwrap();
        }
        store.queue.release_leases("nobody", now).await.unwrap();
        let now = crate::time::now() + 3_600_000;
        loop {
            let claimed = claim(&store, "last", now).await;
            if claimed.is_empty() {
                break;
            }
            for delivery in claimed {
                store.queue.record(&delivery, None, &DeliveryChange::Delivered, now).await.unwrap();
            }
        }
        assert_eq!(store.queue.totals().await.unwrap().open, 0, "seed {seed}: everything comes to its end");
    }
}
