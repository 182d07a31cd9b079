//! Replays and cancelling: no message is sent twice or out of order, and each step is made once.

use std::borrow::Borrow;

use hookgram::{
    delivery::{AttemptClass, DeliveryState, FailureCause, Outcome},
    message::{Part, StoredMessage},
    replay::{BulkKind, Handled, Matching, ReplayAs, ReplayError},
    secret::BotToken,
};

use super::{
    tests::{TOKEN, accept_with, claim_due, draft, event, saying, to},
    *,
};
use crate::store::audit::COMMAND_LINE;
use crate::store::queue::{matching, replayable::ARRIVED};

const AS_IT_WAS: BulkKind = BulkKind::Replay(ReplayAs::ItWas);

fn token() -> BotToken {
    BotToken::parse(TOKEN).unwrap()
}

async fn accept(store: &Store, public_id: &str, source: impl Borrow<TokenSource>, chat: &str) -> Received {
    accept_with(store, event(public_id, source), vec![to(chat)], 600_000).await.unwrap()
}

async fn claim(store: &Store, now: i64) -> Vec<Claimed> {
    claim_due(store, "one", now, now + 30_000, &[]).await
}

fn refusal(description: &str) -> Attempt {
    Attempt {
        part: 0,
        started_at: 1_000,
        latency: 40,
        http_status: Some(403),
        class: AttemptClass::Refused,
        description: Some(description.into()),
    }
}

async fn fail(store: &Store, claimed: &Claimed, now: i64) {
    let attempt = refusal("Forbidden: bot was blocked by the user");
    store.queue.record(claimed, Some(&attempt), &DeliveryChange::Failed(FailureCause::Blocked), now).await.unwrap();
}

/// Claims the due deliveries and lets them fail. Returns their ids.
async fn fail_all(store: &Store, now: i64) -> Vec<i64> {
    let mut failed = Vec::new();
    loop {
        let claimed = claim(store, now).await;
        if claimed.is_empty() {
            failed.sort_unstable();
            return failed;
        }
        for delivery in claimed {
            fail(store, &delivery, now).await;
            failed.push(delivery.id);
        }
    }
}

async fn replay(store: &Store, id: i64, ask: Ask, now: i64) -> Result<i64, ReplayError> {
    store.queue.replay(&[Wish::AsItWas(id)], ask, &COMMAND_LINE, now).await.unwrap().unwrap()[0].done
}

async fn cancel(store: &Store, id: i64) -> Result<i64, ReplayError> {
    store.queue.cancel(&[id], &COMMAND_LINE, 9_000).await.unwrap()[0].done
}

/// Replays delivery `id` with a new message to this chat, rendered with the current profile.
async fn anew(store: &Store, id: i64, ask: Ask, chat: &str) -> Option<Result<i64, ReplayError>> {
    let source = store.queue.replay_source(id).await.unwrap().unwrap();
    let version = Some(store.profiles.get(source.profile_id.unwrap()).await.unwrap().unwrap().version);
    let wish = Wish::AsItIs { id, version, message: Ok(NewDelivery { message: saying(&["new"]), ..to(chat) }) };
    store.queue.replay(&[wish], ask, &COMMAND_LINE, 9_000).await.unwrap().map(|handled| handled[0].done)
}

async fn state(store: &Store, id: i64) -> DeliveryState {
    store.log.logged(id).await.unwrap().unwrap().state.unwrap()
}

fn all(outcome: Outcome) -> Matching {
    Matching { outcome, profile: None, cause: None, since: None, until: None }
}

#[tokio::test]
async fn a_replayed_delivery_keeps_its_place_in_the_order_and_resumes_at_the_failed_part() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept(&store, "a", TokenSource::Profile(id), "5").await;
    let first = claim(&store, 1_000).await.remove(0);
    store.queue.record(&first, None, &DeliveryChange::PartSent { lease_until: 40_000 }, 1_000).await.unwrap();
    fail(&store, &first, 2_000).await;
    let logged = store.log.logged(first.id).await.unwrap().unwrap();
    assert_eq!((logged.state, logged.cause), (Some(DeliveryState::Failed), Some(FailureCause::Blocked)));
    accept(&store, "b", TokenSource::Profile(id), "5").await;
    accept(&store, "c", TokenSource::Profile(id), "5").await;

    assert_eq!(replay(&store, first.id, Ask::Exactly, 90_000).await, Ok(first.id));
    let order: Vec<(i64, usize)> = {
        let mut order = Vec::new();
        while let [claimed] = claim(&store, 90_000).await.as_slice() {
            order.push((claimed.id, claimed.parts_sent));
            assert_eq!(claimed.age_from, if claimed.id == first.id { 90_000 } else { 1_000 });
            store.queue.record(claimed, None, &DeliveryChange::Delivered, 90_000).await.unwrap();
        }
        order
    };
    assert_eq!(order, [(1, 1), (2, 0), (3, 0)], "before those that came later");
    let attempts = store.queue.attempts(first.id).await.unwrap();
    assert_eq!(attempts, [refusal("Forbidden: bot was blocked by the user")], "what was tried is kept");
    assert_eq!(store.log.logged(first.id).await.unwrap().unwrap().cause, None);
}

#[tokio::test]
async fn attempts_of_a_replayed_delivery_are_counted_from_zero() {
    let store = Store::in_memory().await.unwrap();
    accept(&store, "a", TokenSource::event(token().clone()), "5").await;
    for now in [1_000, 2_000] {
        let claimed = claim(&store, now).await.remove(0);
        store
            .queue
            .record(&claimed, None, &DeliveryChange::Retry { at: now + 1_000, unsure: false }, now)
            .await
            .unwrap();
    }
    let third = claim(&store, 3_000).await.remove(0);
    fail(&store, &third, 3_000).await;
    replay(&store, third.id, Ask::Exactly, 4_000).await.unwrap();
    let again = claim(&store, 4_000).await.remove(0);
    assert_eq!((again.attempt, again.earlier_attempts), (4, 3));
    assert_eq!(
        store.queue.record(&third, None, &DeliveryChange::Failed(FailureCause::Blocked), 5_000).await.unwrap(),
        Recorded::Lost,
        "an old claim"
    );
    assert_eq!(state(&store, again.id).await, DeliveryState::Sending);
}

#[tokio::test]
async fn two_concurrent_replays_make_one_replay() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let store = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    for public_id in ["a", "b"] {
        accept(&store, public_id, TokenSource::Profile(id), public_id).await;
    }
    let failed = fail_all(&store, 1_000).await;
    let version = Some(store.profiles.get(id).await.unwrap().unwrap().version);
    let wishes = [Wish::AsItWas(failed[0]), Wish::AsItIs { id: failed[1], version, message: Ok(to("b")) }].to_vec();
    let mut clicks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (store, wishes) = (store.clone(), wishes.clone());
        clicks.spawn(
            async move { store.queue.replay(&wishes, Ask::Exactly, &COMMAND_LINE, 2_000).await.unwrap().unwrap() },
        );
    }
    let handled = clicks.join_all().await;
    let done = |at: usize| handled.iter().filter(|handled| handled[at].done.is_ok()).count();
    assert_eq!((done(0), done(1)), (1, 1), "{handled:?}");
    assert_eq!(store.queue.totals().await.unwrap().open, 2);
    assert_eq!(replay(&store, failed[1], Ask::Exactly, 3_000).await, Err(ReplayError::Replaced));
    assert_eq!(replay(&store, failed[0], Ask::Exactly, 3_000).await, Err(ReplayError::StillWaits));
}

#[tokio::test]
async fn a_replay_waits_for_the_delivery_in_flight_to_its_chat() {
    let store = Store::in_memory().await.unwrap();
    let source = token();
    accept(&store, "a", TokenSource::event(source.clone()), "5").await;
    let failed = fail_all(&store, 1_000).await[0];
    accept(&store, "b", TokenSource::event(source.clone()), "5").await;
    let later = claim(&store, 2_000).await.remove(0);
    replay(&store, failed, Ask::Exactly, 3_000).await.unwrap();
    assert!(claim(&store, 31_999).await.is_empty(), "the lease of the other one holds");
    assert_eq!(replay(&store, later.id, Ask::Exactly, 3_000).await, Err(ReplayError::UnderWay));
    assert_eq!(claim(&store, 32_000).await[0].id, failed);
}

#[tokio::test]
async fn a_stateless_token_is_kept_while_a_delivery_may_need_it_and_then_reported_as_deleted() {
    let store = Store::in_memory().await.unwrap();
    let source = token();
    accept(&store, "a", TokenSource::event(source.clone()), "5").await;
    let failed = fail_all(&store, 1_000).await[0];
    assert_eq!(replay(&store, failed, Ask::Exactly, 2_000).await, Ok(failed));
    let again = claim(&store, 2_000).await.remove(0);
    assert_eq!(store.queue.token_for(&again).await.unwrap(), Some(source));
    store.queue.record(&again, None, &DeliveryChange::Delivered, 2_000).await.unwrap();
    assert_eq!(replay(&store, failed, Ask::Undelivered, 3_000).await, Err(ReplayError::Arrived));
    assert_eq!(replay(&store, failed, Ask::Exactly, 3_000).await, Err(ReplayError::TokenGone));
    let wish = Wish::AsItIs { id: failed, version: None, message: Err(ReplayError::NoProfile) };
    let handled = store.queue.replay(&[wish], Ask::Exactly, &COMMAND_LINE, 3_000).await.unwrap().unwrap();
    assert_eq!(handled, [Handled { id: failed, done: Err(ReplayError::NoProfile) }]);
    assert_eq!(replay(&store, 99, Ask::Exactly, 3_000).await, Err(ReplayError::Unknown));
}

#[tokio::test]
async fn a_replay_uses_the_profiles_current_token_or_waits_for_one() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept(&store, "a", TokenSource::Profile(id), "5").await;
    let failed = fail_all(&store, 1_000).await[0];
    let other = BotToken::parse(&TOKEN.replace("7001002003", "8001002003")).unwrap();
    let mut changed = draft("A");
    changed.profile.token = Some(other.clone());
    store.profiles.put(Some(id), &changed, &COMMAND_LINE).await.unwrap();
    replay(&store, failed, Ask::Exactly, 2_000).await.unwrap();
    let again = claim(&store, 2_000).await.remove(0);
    assert_eq!(
        (again.sender.clone(), store.queue.token_for(&again).await.unwrap()),
        (SenderKey::of(&other), Some(other.clone()))
    );
    fail(&store, &again, 2_000).await;

    accept(&store, "b", TokenSource::Profile(id), "6").await;
    let refused = claim(&store, 3_000).await.remove(0);
    store
        .queue
        .record(
            &refused,
            None,
            &DeliveryChange::Suspended { refused: Some(other), cause: hookgram::delivery::FailureCause::TokenRefused },
            3_000,
        )
        .await
        .unwrap();
    replay(&store, failed, Ask::Exactly, 4_000).await.unwrap();
    assert_eq!(state(&store, failed).await, DeliveryState::Suspended);
    assert!(claim(&store, 4_000).await.is_empty());
    store.profiles.put(Some(id), &draft("A"), &COMMAND_LINE).await.unwrap();
    assert_eq!(claim(&store, crate::time::now()).await.len(), 2);

    sqlx::query("UPDATE profiles SET bot_id = NULL").execute(&store.db.write).await.unwrap();
    sqlx::query("UPDATE deliveries SET state = 'failed', finished_at = 1").execute(&store.db.write).await.unwrap();
    assert_eq!(replay(&store, failed, Ask::Exactly, 5_000).await, Err(ReplayError::NoToken));
}

#[tokio::test]
async fn a_message_that_arrived_is_sent_again_only_on_explicit_request() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let same =
        |public_id| AcceptedEvent { fingerprint: b"same".to_vec(), ..event(public_id, TokenSource::Profile(id)) };
    accept_with(&store, same("a"), vec![to("5")], 600_000).await.unwrap();
    let failed = fail_all(&store, 1_000).await[0];
    // The service posts the event again. It is accepted, because the first copy has failed.
    assert_eq!(accept_with(&store, same("b"), vec![to("5")], 600_000).await.unwrap(), Received::Accepted);
    for how in ["on its way", "arrived"] {
        assert_eq!(replay(&store, failed, Ask::Undelivered, 2_000).await, Err(ReplayError::Arrived), "{how}");
        assert_eq!(anew(&store, failed, Ask::Undelivered, "5").await, Some(Err(ReplayError::Arrived)), "{how}");
        for claimed in claim(&store, 2_000).await {
            store.queue.record(&claimed, None, &DeliveryChange::Delivered, 2_000).await.unwrap();
        }
    }
    let copy = anew(&store, failed, Ask::Exactly, "5").await.unwrap().unwrap();
    assert_eq!(store.log.logged(copy).await.unwrap().unwrap().replay_of, Some(failed));
    assert_eq!(store.log.logged(failed).await.unwrap().unwrap().replaced_by, Some(copy));
    let sent = claim(&store, 9_000).await.remove(0);
    assert_eq!((sent.id, sent.parts.as_slice()), (copy, &[Part::plain("new")][..]));
    store.queue.record(&sent, None, &DeliveryChange::Delivered, 9_000).await.unwrap();
    // The copy is replayed once more, which makes a copy of it with its message.
    let third = replay(&store, copy, Ask::Exactly, 9_000).await.unwrap();
    assert_ne!(third, copy);
    assert_eq!(claim(&store, 9_000).await[0].parts, [Part::plain("new")]);
}

#[tokio::test]
async fn a_replay_for_one_participant_does_not_count_for_others_of_the_event() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let participant = |participant, chat, text: &str| NewDelivery { participant, message: saying(&[text]), ..to(chat) };
    let messages = vec![participant(0, "5", "Anna"), participant(1, "5", "Boris"), participant(2, "7", "x")];
    let nobody = NewDelivery { participant: 3, chat: Err("no field".into()), message: StoredMessage::default() };
    let messages = [messages, vec![nobody]].concat();
    accept_with(&store, event("a", TokenSource::Profile(id)), messages, 0).await.unwrap();
    let claimed = claim(&store, 1_000).await;
    store.queue.record(&claimed[0], None, &DeliveryChange::Delivered, 1_000).await.unwrap();
    fail(&store, &claimed[1], 1_000).await;
    let boris = fail_all(&store, 1_000).await[0];
    assert_eq!(replay(&store, boris, Ask::Undelivered, 2_000).await, Ok(boris), "the chat has had Anna's only");
    assert_eq!(replay(&store, 4, Ask::Exactly, 2_000).await, Err(ReplayError::NoMessage));
    let found = anew(&store, 4, Ask::Undelivered, "8").await.unwrap().unwrap();
    assert_eq!(store.log.logged(found).await.unwrap().unwrap().chat.as_deref(), Some("8"));
    // The replay for another participant leaves this failed delivery as it is.
    assert_eq!(state(&store, 3).await, DeliveryState::Failed);
}

#[tokio::test]
async fn a_message_rendered_with_an_outdated_profile_is_rendered_again() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept(&store, "a", TokenSource::Profile(id), "5").await;
    let failed = fail_all(&store, 1_000).await[0];
    let version = Some(store.profiles.get(id).await.unwrap().unwrap().version);
    store.profiles.put(Some(id), &draft("B"), &COMMAND_LINE).await.unwrap();
    let wish = Wish::AsItIs { id: failed, version, message: Ok(to("5")) };
    assert_eq!(store.queue.replay(&[wish], Ask::Exactly, &COMMAND_LINE, 2_000).await.unwrap(), None);
    assert_eq!(store.queue.totals().await.unwrap().open, 0);
}

#[tokio::test]
async fn deliveries_of_a_deleted_profile_are_not_replayed() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    for (public_id, chat) in [("a", "5"), ("b", "5"), ("c", "6")] {
        accept(&store, public_id, TokenSource::Profile(id), chat).await;
    }
    let claimed = claim(&store, 1_000).await;
    fail(&store, &claimed[0], 1_000).await;
    store.queue.record(&claimed[1], None, &DeliveryChange::Retry { at: 9_000, unsure: false }, 1_000).await.unwrap();
    store.profiles.delete(id, &COMMAND_LINE).await.unwrap();
    assert_eq!(state(&store, 2).await, DeliveryState::Cancelled);
    for id in 1..=3 {
        assert_eq!(replay(&store, id, Ask::Exactly, 2_000).await, Err(ReplayError::ProfileGone));
        let wish = Wish::AsItIs { id, version: None, message: Err(ReplayError::NoProfile) };
        let handled = store.queue.replay(&[wish], Ask::Undelivered, &COMMAND_LINE, 2_000).await.unwrap().unwrap();
        assert_eq!(handled[0].done, Err(ReplayError::ProfileGone));
    }
    assert_eq!(store.queue.totals().await.unwrap().open, 0);
}

#[tokio::test]
async fn a_cancelled_delivery_lets_the_next_one_go_and_no_copy_of_it_is_sent() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let source = TokenSource::Profile(id);
    accept(&store, "a", &source, "5").await;
    accept(&store, "b", &source, "5").await;
    accept(&store, "c", &source, "5").await;
    assert_eq!(cancel(&store, 1).await, Ok(1));
    let second = claim(&store, 9_000).await.remove(0);
    assert_eq!(second.id, 2, "the next one is the head now");
    assert_eq!(cancel(&store, 2).await, Err(ReplayError::UnderWay));
    assert_eq!(cancel(&store, 3).await, Ok(3));
    assert_eq!(cancel(&store, 3).await, Err(ReplayError::Finished));
    assert_eq!(cancel(&store, 99).await, Err(ReplayError::Unknown));
    store.queue.record(&second, None, &DeliveryChange::Delivered, 9_000).await.unwrap();
    assert!(claim(&store, 9_000).await.is_empty());

    let copy = AcceptedEvent { fingerprint: b"a".to_vec(), ..event("d", &source) };
    let received = accept_with(&store, copy, vec![to("5")], 600_000).await.unwrap();
    assert_eq!(received, Received::Duplicate("a".into()), "it was called off for good");
    assert_eq!(replay(&store, 1, Ask::Exactly, 9_000).await, Ok(1), "but for whoever asks for it");
    assert_eq!(claim(&store, 9_000).await[0].id, 1);
}

#[tokio::test]
async fn a_bulk_replay_replays_each_matching_delivery_once_in_small_steps() {
    let store = Store::in_memory().await.unwrap();
    let a = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let b = store.profiles.put(None, &draft("B"), &COMMAND_LINE).await.unwrap();
    for number in 0..50 {
        let profile = if number % 10 == 9 { b } else { a };
        let received = AcceptedEvent { received_at: number, ..event("", TokenSource::Profile(profile)) };
        let public_id = format!("e{number}");
        let received = AcceptedEvent { fingerprint: public_id.as_bytes().to_vec(), public_id, ..received };
        accept_with(&store, received, vec![to(&(number % 7).to_string())], 0).await.unwrap();
    }
    assert_eq!(fail_all(&store, 1_000).await.len(), 50);
    let of_a = Matching { profile: Some(a), ..all(Outcome::Failed) };
    let matching = Matching { cause: Some(FailureCause::Blocked), since: Some(5), until: Some(48), ..of_a.clone() };
    assert_eq!(store.queue.count_matching(&matching).await.unwrap(), 39);
    assert_eq!(store.queue.count_matching(&Matching { cause: Some(FailureCause::TooOld), ..of_a }).await.unwrap(), 0);
    assert_eq!(store.queue.begin_bulk(BulkKind::Cancel, &matching, &COMMAND_LINE, 2_000).await.unwrap(), None);
    assert_eq!(store.queue.begin_bulk(AS_IT_WAS, &all(Outcome::Waiting), &COMMAND_LINE, 2_000).await.unwrap(), None);
    let id = store.queue.begin_bulk(AS_IT_WAS, &matching, &COMMAND_LINE, 2_000).await.unwrap().unwrap();
    assert_eq!(
        store.queue.begin_bulk(AS_IT_WAS, &matching, &COMMAND_LINE, 2_000).await.unwrap(),
        Some(id),
        "a second click"
    );

    let mut sizes = Vec::new();
    loop {
        let bulk = store.queue.open_bulk().await.unwrap().unwrap();
        let ids = store.queue.bulk_step(&bulk).await.unwrap();
        if ids.is_empty() {
            break;
        }
        let wishes: Vec<Wish> = ids.iter().map(|id| Wish::AsItWas(*id)).collect();
        let done = store.queue.replay_step(&wishes, &bulk, 2_000).await.unwrap();
        assert!(done.unwrap().iter().all(|handled| handled.done.is_ok()));
        // Another process that makes the same step is too late.
        assert_eq!(store.queue.replay_step(&wishes, &bulk, 2_000).await.unwrap(), None);
        // A delivery that fails again in the meantime is not replayed again.
        fail_all(&store, 2_000).await;
        sizes.push(ids.len());
        let progress = store.queue.bulk(id).await.unwrap().unwrap();
        assert_eq!(progress.done, u64::try_from(sizes.iter().sum::<usize>()).unwrap());
        assert_eq!(progress.done + progress.left(), 39);
    }
    assert_eq!(sizes, [16, 16, 7]);
    store.queue.finish_bulk(id, 3_000).await.unwrap();
    assert_eq!(store.queue.open_bulk().await.unwrap(), None);
    let progress = store.queue.bulks().await.unwrap().remove(0);
    assert_eq!((progress.total, progress.done, progress.left(), progress.stopped), (39, 39, 0, false));
    assert_eq!(progress.matching, matching);
}

#[tokio::test]
async fn a_stopped_bulk_replay_ends_and_counts_what_it_could_not_replay() {
    let store = Store::in_memory().await.unwrap();
    let source = token();
    for number in 0..20 {
        accept(&store, &format!("e{number}"), TokenSource::event(source.clone()), &number.to_string()).await;
    }
    fail_all(&store, 1_000).await;
    sqlx::query("UPDATE events SET token = NULL WHERE id <= 4").execute(&store.db.write).await.unwrap();
    let id = store.queue.begin_bulk(AS_IT_WAS, &all(Outcome::Failed), &COMMAND_LINE, 2_000).await.unwrap().unwrap();
    let bulk = store.queue.open_bulk().await.unwrap().unwrap();
    let wishes: Vec<Wish> = store.queue.bulk_step(&bulk).await.unwrap().into_iter().map(Wish::AsItWas).collect();
    store.queue.replay_step(&wishes, &bulk, 2_000).await.unwrap().unwrap();
    let next = store.queue.open_bulk().await.unwrap().unwrap();
    store.queue.stop_bulk(id, &COMMAND_LINE, 3_000).await.unwrap();
    assert!(matches!(store.queue.stop_bulk(id, &COMMAND_LINE, 3_000).await, Err(StoreError::NotFound)));
    let wishes: Vec<Wish> = store.queue.bulk_step(&next).await.unwrap().into_iter().map(Wish::AsItWas).collect();
    assert_eq!(wishes.len(), 4);
    assert_eq!(store.queue.replay_step(&wishes, &next, 3_000).await.unwrap(), None);
    let progress = store.queue.bulk(id).await.unwrap().unwrap();
    assert_eq!(progress.refused, [(ReplayError::TokenGone, 4)]);
    assert_eq!((progress.total, progress.done, progress.stopped), (20, 12, true));
    assert_eq!(store.queue.count_matching(&all(Outcome::Failed)).await.unwrap(), 8);
}

#[tokio::test]
async fn a_bulk_cancel_cancels_all_waiting_deliveries_and_none_is_sent_in_between() {
    let store = Store::in_memory().await.unwrap();
    let source = token();
    for number in 0..40 {
        accept(&store, &format!("e{number}"), TokenSource::event(source.clone()), if number < 36 { "5" } else { "6" })
            .await;
    }
    let sending = claim(&store, 1_000).await;
    store.queue.record(&sending[1], None, &DeliveryChange::Retry { at: 9_000, unsure: false }, 1_000).await.unwrap();
    store.queue.begin_bulk(BulkKind::Cancel, &all(Outcome::Waiting), &COMMAND_LINE, 1_000).await.unwrap();
    let mut steps = 0;
    loop {
        let bulk = store.queue.open_bulk().await.unwrap().unwrap();
        let ids = store.queue.bulk_step(&bulk).await.unwrap();
        if ids.is_empty() {
            store.queue.finish_bulk(bulk.id, 2_000).await.unwrap();
            break;
        }
        store.queue.cancel_step(&ids, &bulk, 2_000).await.unwrap().unwrap();
        assert!(claim(&store, 2_000).await.is_empty(), "no head has changed");
        steps += 1;
    }
    assert_eq!(steps, 3);
    let progress = store.queue.bulks().await.unwrap().remove(0);
    assert_eq!((progress.total, progress.done), (39, 39));
    assert_eq!(store.queue.totals().await.unwrap().open, 1, "what is being sent");
}

#[tokio::test]
async fn deliveries_of_a_bulk_action_are_found_through_an_index() {
    let store = Store::in_memory().await.unwrap();
    let mut statements = vec![ARRIVED.to_owned()];
    for outcome in [Outcome::Failed, Outcome::Uncertain, Outcome::Cancelled, Outcome::Waiting, Outcome::Suspended] {
        let matching =
            Matching { profile: Some(1), cause: Some(FailureCause::Refused), since: Some(1), until: Some(2), outcome };
        let bulk = Bulk { id: 1, kind: BulkKind::Cancel, matching: matching.clone(), newest: 9, place: 0 };
        statements.extend(
            [matching::candidates(&bulk), matching::count(&matching)].map(|query| query.sql().as_str().to_owned()),
        );
    }
    for statement in statements {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let mut query = sqlx::query_as(explain);
        for _ in 0..statement.matches('?').count().min(9) {
            query = query.bind(1);
        }
        let plan: Vec<(i64, i64, i64, String)> = query.fetch_all(&store.db.read).await.unwrap();
        let steps: Vec<&str> = plan.iter().map(|(_, _, _, step)| step.as_str()).collect();
        for step in &steps {
            let good = step.contains("USING INDEX deliveries_")
                || step.contains("USING COVERING INDEX deliveries_")
                || step.contains("USING INDEX events_by_fingerprint")
                || step.contains("INTEGER PRIMARY KEY (rowid=?)")
                || [
                    "CONSTANT ROW",
                    "COMPOUND",
                    "LEFT-MOST",
                    "UNION ALL",
                    "CO-ROUTINE",
                    "MATERIALIZE",
                    "SCAN same",
                    "CORRELATED",
                    "SCALAR",
                ]
                .iter()
                .any(|name| step.contains(name));
            assert!(good && !step.contains("TEMP B-TREE"), "{steps:?} of {statement}");
        }
    }
}

#[tokio::test]
async fn the_table_accepts_the_state_cancelled_and_no_unknown_state() {
    let store = Store::in_memory().await.unwrap();
    accept(&store, "a", TokenSource::event(token().clone()), "5").await;
    assert!(sqlx::query("UPDATE deliveries SET state = 'lost'").execute(&store.db.write).await.is_err());
    sqlx::query("UPDATE deliveries SET state = 'cancelled', finished_at = 1").execute(&store.db.write).await.unwrap();
    let check: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&store.db.read).await.unwrap();
    assert_eq!(check, "ok");
}
