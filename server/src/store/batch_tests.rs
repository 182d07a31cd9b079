//! Events of one batch: which of them are duplicates of each other or of earlier events.

use hookgram::webhook::EventOutcome;

use super::{
    tests::{TOKEN, accept_with, claim_due, draft, event, to},
    *,
};
use crate::store::audit::COMMAND_LINE;
use crate::store::events::batch;

/// Accepts the events at the same time, so that they share a commit.
async fn together(store: &Store, events: &[AcceptedEvent], chat: &str) -> Vec<Received> {
    let all = events.iter().map(|event| accept_with(store, event.clone(), vec![to(chat)], 600_000));
    let mut received = Vec::new();
    for one in futures_all(all).await {
        received.push(one.unwrap());
    }
    received
}

/// Runs the futures concurrently: each one is polled before any of them is ready.
async fn futures_all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in futures.iter_mut().zip(&mut done).filter(|(_, done)| done.is_none()) {
            if let std::task::Poll::Ready(value) = future.as_mut().poll(context) {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn duplicates_within_one_batch_are_detected_and_the_order_is_kept() {
    let store = Store::in_memory().await.unwrap();
    let source = TokenSource::Profile(store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap());
    let body = Packed::of(b"{\"same\":1}");
    let same =
        |public_id| AcceptedEvent { fingerprint: b"same".to_vec(), payload: body.clone(), ..event(public_id, &source) };
    let received = together(&store, &[same("a"), same("b"), event("c", &source), same("d")], "5").await;
    let copy = || Received::Duplicate("a".into());
    assert_eq!(received, [Received::Accepted, copy(), Received::Accepted, copy()]);
    assert_eq!(together(&store, &[same("e"), event("f", &source)], "5").await, [copy(), Received::Accepted]);

    let events = store.events.newest(None, 9).await.unwrap();
    assert_eq!(events.iter().map(|event| event.public_id.as_str()).collect::<Vec<_>>(), ["f", "e", "d", "c", "b", "a"]);
    for event in events.iter().filter(|event| event.outcome == EventOutcome::Duplicate) {
        assert_eq!(store.events.payload(event.id).await.unwrap().unwrap(), b"{\"same\":1}", "the body of the first");
    }
    let mut sent = Vec::new();
    while let [claimed] = claim_due(&store, "one", 1_000, 31_000, &[]).await.as_slice() {
        sent.push(claimed.event_id);
        store.queue.record(claimed, None, &DeliveryChange::Delivered, 2_000).await.unwrap();
    }
    assert_eq!(sent, [1, 3, 6], "one at a time, in the order in which they came");
}

#[tokio::test]
async fn a_delivery_that_is_suspended_at_once_does_not_hold_up_its_batch() {
    let store = Store::in_memory().await.unwrap();
    let profile = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept_with(&store, event("a", TokenSource::Profile(profile)), vec![to("5")], 0).await.unwrap();
    let token = hookgram::secret::BotToken::parse(TOKEN).unwrap();
    let claimed = claim_due(&store, "one", 1_000, 31_000, &[]).await;
    let suspended = DeliveryChange::Suspended {
        refused: Some(token.clone()),
        cause: hookgram::delivery::FailureCause::TokenRefused,
    };
    store.queue.record(&claimed[0], None, &suspended, 2_000).await.unwrap();

    let suspended = event("b", TokenSource::Profile(profile));
    let received = together(&store, &[suspended, event("c", TokenSource::event(token.clone()))], "5").await;
    assert_eq!(received, [Received::Accepted, Received::Accepted]);
    let claimed = claim_due(&store, "one", 3_000, 33_000, &[]).await;
    assert_eq!(claimed.iter().map(|claimed| claimed.event_id).collect::<Vec<_>>(), [3]);
}

#[tokio::test]
async fn an_event_judged_by_an_outdated_profile_version_is_not_stored() {
    let (store, draft) = (Store::in_memory().await.unwrap(), draft("A"));
    let id = store.profiles.put(None, &draft, &COMMAND_LINE).await.unwrap();
    let version = async || store.profiles.get(id).await.unwrap().unwrap().version;
    let judged =
        |public_id, version| AcceptedEvent { version: Some(version), ..event(public_id, TokenSource::Profile(id)) };
    let mut number = 0;
    for change in 0..3 {
        let before = version().await;
        match change {
            0 => store.profiles.set_enabled(id, false, &COMMAND_LINE).await.unwrap(),
            1 => drop(store.profiles.put(Some(id), &draft, &COMMAND_LINE).await.unwrap()),
            _ => drop(sqlx::query("UPDATE webhook_keys SET retired_at = 5").execute(&store.db.write).await.unwrap()),
        }
        let after: i64 = sqlx::query_scalar("SELECT version FROM profiles").fetch_one(&store.db.read).await.unwrap();
        assert!(after > before, "{change}");
        for (version, expected) in [(before, Received::Outdated), (after, Received::Accepted)] {
            number += 1;
            let event = judged(["a", "b", "c", "d", "e", "f"][number - 1], version);
            assert_eq!(accept_with(&store, event, vec![to("5")], 0).await.unwrap(), expected, "{change}");
        }
    }
    assert_eq!(store.events.newest(None, 9).await.unwrap().len(), 3);
    let gone = AcceptedEvent { version: Some(1), ..event("z", TokenSource::Profile(id + 1)) };
    assert_eq!(accept_with(&store, gone, vec![to("5")], 0).await.unwrap(), Received::Outdated);
}

#[tokio::test]
async fn duplicates_are_looked_up_along_the_fingerprint_index() {
    let store = Store::in_memory().await.unwrap();
    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", batch::FIRST_COPIES));
    let plan: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(explain).bind("[1]").bind("[]").fetch_all(&store.db.read).await.unwrap();
    let steps: Vec<String> = plan.into_iter().map(|(_, _, _, step)| step).collect();
    let by_index = |step: &String| step.contains("events_by_fingerprint (<expr>=? AND fingerprint=?)");
    assert!(steps.iter().any(by_index), "{steps:?}");
}
