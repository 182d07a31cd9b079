//! Drafts: who may read them, how long they are kept, and that their secrets are encrypted on disk.

use hookgram::{role::Role, secret::BotToken};
use secrecy::{ExposeSecret as _, SecretString};

use super::{tests::*, *};
use crate::store::audit::COMMAND_LINE;

const OLD_URL: &str = "https://old.example/webhook/telegram?telegramToken=7001002003:AAHk&message=Hi";

fn record() -> DraftRecord {
    DraftRecord {
        profile_id: None,
        content: "{}".into(),
        token: BotToken::parse(TOKEN).ok(),
        old_url: Some(SecretString::from(OLD_URL)),
    }
}

async fn two_users(store: &Store) -> (i64, i64) {
    let first = store.accounts.add_user("a@example.com", Role::Operator, None, &COMMAND_LINE).await.unwrap().id;
    (first, store.accounts.add_user("b@example.com", Role::Admin, None, &COMMAND_LINE).await.unwrap().id)
}

#[tokio::test]
async fn a_draft_can_be_read_by_its_author_only_until_it_expires() {
    let store = Store::in_memory().await.unwrap();
    let (maker, other) = two_users(&store).await;
    let id = store.profiles.add_draft(maker, &record(), 1_000).await.unwrap();
    let kept = store.profiles.draft(maker, &id, 999).await.unwrap().unwrap();
    assert_eq!(kept.content, "{}");
    assert_eq!(kept.token.unwrap().expose(), TOKEN);
    assert_eq!(kept.old_url.unwrap().expose_secret(), OLD_URL);
    assert!(store.profiles.draft(other, &id, 999).await.unwrap().is_none());
    assert!(store.profiles.draft(maker, &id, 1_000).await.unwrap().is_none());
    store.profiles.delete_draft(other, &id).await.unwrap();
    assert!(store.profiles.draft(maker, &id, 999).await.unwrap().is_some());
    store.profiles.delete_draft(maker, &id).await.unwrap();
    assert!(store.profiles.draft(maker, &id, 999).await.unwrap().is_none());
}

#[tokio::test]
async fn expired_drafts_are_deleted_and_the_number_per_author_is_bounded() {
    let store = Store::in_memory().await.unwrap();
    let (maker, other) = two_users(&store).await;
    let first = store.profiles.add_draft(maker, &record(), 1_000).await.unwrap();
    let others = store.profiles.add_draft(other, &record(), 1_000).await.unwrap();
    let mut last = String::new();
    for n in 0..20 {
        last = store.profiles.add_draft(maker, &record(), 2_000 + n).await.unwrap();
    }
    assert!(store.profiles.draft(maker, &first, 0).await.unwrap().is_none(), "the oldest makes room");
    assert!(store.profiles.draft(maker, &last, 0).await.unwrap().is_some());
    assert!(store.profiles.draft(other, &others, 0).await.unwrap().is_some());
    store.maintenance.delete_expired(2_019, 0).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM drafts").fetch_one(&store.db.read).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn secrets_of_a_draft_are_encrypted_and_bound_to_their_row() {
    let store = Store::in_memory().await.unwrap();
    let (maker, _) = two_users(&store).await;
    let id = store.profiles.add_draft(maker, &record(), 1_000).await.unwrap();
    let (token, url): (Vec<u8>, Vec<u8>) =
        sqlx::query_as("SELECT token, old_url FROM drafts").fetch_one(&store.db.read).await.unwrap();
    let holds = |sealed: &[u8], part: &str| sealed.windows(part.len()).any(|window| window == part.as_bytes());
    assert!(!holds(&token, "AAHk") && !holds(&url, "AAHk") && !holds(&url, "message"));
    // A secret that is copied into another row or column cannot be decrypted.
    let second =
        store.profiles.add_draft(maker, &DraftRecord { token: None, old_url: None, ..record() }, 1_000).await.unwrap();
    sqlx::query("UPDATE drafts SET token = ?2 WHERE id = ?1")
        .bind(&second)
        .bind(&token)
        .execute(&store.db.write)
        .await
        .unwrap();
    assert!(store.profiles.draft(maker, &second, 0).await.is_err());
    sqlx::query("UPDATE drafts SET old_url = ?2 WHERE id = ?1")
        .bind(&id)
        .bind(&token)
        .execute(&store.db.write)
        .await
        .unwrap();
    assert!(store.profiles.draft(maker, &id, 0).await.is_err());
}
