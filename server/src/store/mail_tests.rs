//! Error mails in difficult cases: a clock that was set back, rows that cannot be read, unknown tokens.

use std::borrow::Borrow;

use hookgram::{delivery::FailureCause, mail::MailState, secret::BotToken};

use super::{
    tests::{TOKEN, accept_with, claim_due, draft, event, to},
    *,
};
use crate::store::audit::COMMAND_LINE;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// Accepts an event and lets its delivery fail permanently.
async fn fail(store: &Store, public_id: &str, source: impl Borrow<TokenSource>, at: i64) {
    let event = AcceptedEvent { received_at: at, ..event(public_id, source) };
    accept_with(store, event, vec![to("5")], 0).await.unwrap();
    let claimed = claim_due(store, "one", at, at + 30_000, &[]).await.remove(0);
    store.queue.record(&claimed, None, &DeliveryChange::Failed(FailureCause::Blocked), at).await.unwrap();
}

async fn claim(store: &Store, at: i64) -> Option<ClaimedMail> {
    store.mails.claim(at, at + 10 * MINUTE).await.unwrap()
}

#[tokio::test]
async fn a_clock_that_is_set_back_neither_delays_a_mail_nor_causes_many() {
    let store = Store::in_memory().await.unwrap();
    let profile = TokenSource::Profile(store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap());
    fail(&store, "a", &profile, 100 * HOUR).await;
    assert!(claim(&store, 100 * HOUR).await.is_none(), "it gathers");
    let mail = claim(&store, HOUR).await.expect("so far off it cannot be due");
    store.mails.record(&mail, &mail.done, &MailChange::Sent(None), HOUR).await.unwrap();
    for (public_id, minute) in [("b", 1), ("c", 2)] {
        fail(&store, public_id, &profile, HOUR + minute * MINUTE).await;
        assert_eq!(store.mails.next_due().await.unwrap(), Some(HOUR + 2 * MINUTE));
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_claim_on_a_mail_records_nothing() {
    let store = Store::in_memory().await.unwrap();
    let profile = TokenSource::Profile(store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap());
    fail(&store, "a", &profile, HOUR).await;
    let late = claim(&store, 2 * HOUR).await.unwrap();
    let holder = claim(&store, 3 * HOUR).await.unwrap();
    assert_eq!((holder.id, holder.attempt), (late.id, 2));
    let given_up = MailChange::GivenUp("x".into());
    store.mails.record(&late, &late.done, &given_up, 3 * HOUR).await.unwrap();
    assert_eq!(store.mails.all(1).await.unwrap()[0].state, MailState::Sending);
    store.mails.record(&holder, &holder.done, &MailChange::Sent(None), 3 * HOUR).await.unwrap();
    assert_eq!(store.mails.all(1).await.unwrap()[0].state, MailState::Sent);
}

#[tokio::test]
async fn a_delivery_that_cannot_be_read_is_mailed_as_a_failure() {
    let store = Store::in_memory().await.unwrap();
    let profile = TokenSource::Profile(store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap());
    accept_with(&store, event("a", &profile), vec![to("5")], 0).await.unwrap();
    sqlx::query("UPDATE deliveries SET parts = '['").execute(&store.db.write).await.unwrap();
    assert!(claim_due(&store, "one", 1_000, 31_000, &[]).await.is_empty());
    let mail = store.mails.all(1).await.unwrap().remove(0);
    assert_eq!((mail.cause, mail.failures), (Some(FailureCause::Unreadable), 1));
}

#[tokio::test]
async fn mails_about_a_token_are_counted_for_an_hour() {
    let store = Store::in_memory().await.unwrap();
    let token = BotToken::parse(TOKEN).unwrap();
    fail(&store, "a", TokenSource::event(token.clone()), HOUR).await;
    let first = claim(&store, 2 * HOUR).await.unwrap();
    fail(&store, "b", TokenSource::event(token.clone()), 2 * HOUR).await;
    let second = claim(&store, 2 * HOUR + 2 * MINUTE).await.unwrap();
    assert_ne!(first.id, second.id);
    let standing = async |id, at| store.mails.content(id, at).await.unwrap().concerned;
    let bot = |known, recent| Concerned::Bot { id: token.bot_id(), known, recent };
    assert_eq!(standing(second.id, 2 * HOUR).await, bot(false, 0));
    store.bots.accepted(&token, "Salon", "salon_bot").await.unwrap();
    let some = [("a@b.c".to_owned(), true)].into();
    let sent_at = 2 * HOUR + 3 * MINUTE;
    let retry = MailChange::Retry { at: sent_at, why: "x".into() };
    store.mails.record(&first, &some, &retry, 2 * HOUR).await.unwrap();
    assert_eq!(standing(second.id, 2 * HOUR).await, bot(true, 1), "somebody has it");
    assert_eq!(standing(first.id, 2 * HOUR).await, bot(true, 0), "it is not one more");
    let again = claim(&store, sent_at).await.unwrap();
    assert_eq!(again.id, first.id);
    store.mails.record(&again, &some, &MailChange::Sent(None), sent_at).await.unwrap();
    assert_eq!(standing(second.id, sent_at + MINUTE).await, bot(true, 1));
    assert_eq!(standing(second.id, sent_at + HOUR).await, bot(true, 0));
}
