//! Changing the encryption key: each secret names the key it is encrypted with, and in the end none names the old
//! key.

use std::path::Path;

use hookgram::{
    channel::ChannelKind,
    profile::{EditedProfile, Profile},
    secret::BotToken,
    setting::Setting,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::*;
use crate::{secrets::seal::KEY_FILE, store::audit::COMMAND_LINE, time::now};

const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

fn token() -> BotToken {
    BotToken::parse(TOKEN).unwrap()
}

async fn store(folder: &Path) -> Store {
    let url = format!("sqlite://{}", folder.join("x.db").display());
    Store::connect(&url, Sealer::from_folder(folder).unwrap()).await.unwrap()
}

/// The id of the bot in [`bot`] with this number.
const BOT: i64 = 8_001_002_000;

fn bot(number: usize) -> BotToken {
    let id = BOT + i64::try_from(number).unwrap();
    BotToken::parse(&format!("{id}:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd")).unwrap()
}

async fn profile(store: &Store, name: &str, number: usize) -> i64 {
    let profile = Profile { token: Some(bot(number)), ..Profile::default() };
    let draft = EditedProfile {
        name: name.to_owned(),
        enabled: None,
        channel: ChannelKind::Telegram,
        bare_ids: None,
        bot: None,
        events: Vec::new(),
        profile,
        key: None,
    };
    store.profiles.put(None, &draft, &COMMAND_LINE).await.unwrap()
}

async fn event(store: &Store, id: &str) {
    let delivery = tests::to("5");
    let event = AcceptedEvent { received_at: now(), ..tests::event(id, TokenSource::event(token())) };
    tests::accept_with(store, event, vec![delivery], 0).await.unwrap();
}

/// Stores one secret of each kind.
async fn fill(store: &Store, round: usize) {
    profile(store, &format!("profile {round}"), round).await;
    event(store, &format!("event {round}")).await;
    let account = store
        .accounts
        .add_user(&format!("{round}@example.com"), hookgram::role::Role::Admin, None, &COMMAND_LINE)
        .await
        .unwrap();
    let secret = SecretString::from("JBSWY3DPEHPK3PXP");
    store.accounts.turn_second_factor_on(&account, (&secret, 1), &[], b"", &COMMAND_LINE).await.unwrap();
    let draft = DraftRecord {
        profile_id: None,
        content: "{}".to_owned(),
        token: Some(token()),
        old_url: Some(SecretString::from("https://old.example")),
    };
    store.profiles.add_draft(account.id, &draft, now() + 3_600_000).await.unwrap();
    let url = SecretString::from(format!("smtps://u:p{round}@example.com"));
    store.settings.put(&[(Setting::SmtpUrl, url)], Vec::new(), &COMMAND_LINE).await.unwrap();
}

/// Returns how many secrets are encrypted with each key, by its number. The row that names the current key is counted
/// as well.
async fn counts(store: &Store) -> Vec<(i64, i64)> {
    sqlx::query_as(
        "SELECT unicode(substr(sealed, 2, 1)) AS number, count(*) FROM (
             SELECT token AS sealed FROM bots UNION ALL SELECT token FROM events UNION ALL SELECT totp FROM users
             UNION ALL SELECT token FROM drafts UNION ALL SELECT old_url FROM drafts
             UNION ALL SELECT sealed FROM settings)
         WHERE sealed IS NOT NULL GROUP BY number ORDER BY number",
    )
    .fetch_all(&store.db.read)
    .await
    .unwrap()
}

/// Checks that every secret stored by [`fill`] can be decrypted.
async fn everything_opens(store: &Store, rounds: usize) {
    let profiles = store.profiles.all().await.unwrap();
    assert_eq!(profiles.iter().filter(|stored| stored.profile.token.is_some()).count(), rounds);
    for user in store.accounts.users().await.unwrap() {
        assert!(store.accounts.second_factor(user.account.id).await.unwrap().unwrap().secret.is_some());
    }
    assert!(matches!(store.settings.all().await.unwrap().as_slice(), [(Setting::SmtpUrl, Ok(_))]));
    let drafts: Vec<(i64, String)> =
        sqlx::query_as("SELECT user_id, id FROM drafts").fetch_all(&store.db.read).await.unwrap();
    for (user, id) in drafts {
        let draft = store.profiles.draft(user, &id, now()).await.unwrap().unwrap();
        assert!(draft.token.is_some() && draft.old_url.is_some());
    }
    let events: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT public_id, token FROM events").fetch_all(&store.db.read).await.unwrap();
    assert_eq!(events.len(), rounds);
    for (id, sealed) in events {
        let place = crate::secrets::seal::Place::EventToken(&id);
        assert_eq!(store.db.sealer.open(place, &sealed).unwrap().expose_secret(), TOKEN);
    }
}

#[tokio::test]
async fn after_a_key_change_all_processes_encrypt_with_the_new_key_and_old_secrets_are_re_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let (server, command) = (store(folder.path()).await, store(folder.path()).await);
    fill(&server, 0).await;
    assert_eq!(counts(&server).await, [(1, 7)]);
    let old = std::fs::read(folder.path().join(KEY_FILE)).unwrap();
    assert_eq!(command.db.sealer.add_a_key().unwrap(), 2);
    event(&server, "event 1").await;
    assert_eq!(counts(&server).await, [(1, 8)], "a key that is only in the file seals nothing");
    assert_eq!(command.secrets.change_key(&COMMAND_LINE).await.unwrap(), Some((1, 2)));
    assert_eq!(command.secrets.change_key(&COMMAND_LINE).await.unwrap(), None);
    // The server is not notified of the change. It reads which key to use in the transaction of each write.
    event(&server, "event 2").await;
    profile(&server, "profile 1", 1).await;
    profile(&server, "profile 2", 2).await;
    assert_eq!(counts(&server).await, [(1, 7), (2, 4)]);
    let resealed = command.secrets.reseal().await.unwrap();
    assert_eq!(resealed, Resealed { done: 7, locked: Vec::new() });
    assert_eq!(command.secrets.reseal().await.unwrap().done, 0);
    command.db.sealer.drop_the_others().unwrap();
    fill(&server, 3).await;
    assert_eq!(counts(&server).await, [(2, 16)]);
    assert_eq!(server.secrets.key_state().await.unwrap(), KeyState::Right(2));
    everything_opens(&server, 4).await;
    everything_opens(&store(folder.path()).await, 4).await;

    std::fs::write(folder.path().join(KEY_FILE), old).unwrap();
    let with_the_old = store(folder.path()).await;
    assert_eq!(with_the_old.secrets.key_state().await.unwrap(), KeyState::Wrong(2));
    assert!(with_the_old.profiles.all().await.unwrap().iter().all(|stored| stored.profile.token.is_none()));
}

#[tokio::test]
async fn a_key_change_is_recorded_in_the_audit_log() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    store.db.sealer.add_a_key().unwrap();
    store.secrets.change_key(&COMMAND_LINE).await.unwrap();
    let entries = store.audit.audited(&AuditFilter { limit: 10, ..AuditFilter::default() }).await.unwrap();
    assert_eq!(entries[0].action, Some(hookgram::audit::AuditAction::KeyChanged));
    assert_eq!((entries[0].changes[0].from.as_str(), entries[0].changes[0].to.as_str()), ("1", "2"));
}

#[tokio::test]
async fn an_older_database_records_its_key_only_if_the_key_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let first = store(folder.path()).await;
    fill(&first, 0).await;
    sqlx::query("DELETE FROM settings WHERE name = 'sealing_key'").execute(&first.db.write).await.unwrap();
    assert_eq!(first.secrets.key_state().await.unwrap(), KeyState::Unknown);
    let right = std::fs::read(folder.path().join(KEY_FILE)).unwrap();
    std::fs::remove_file(folder.path().join(KEY_FILE)).unwrap();
    assert_eq!(store(folder.path()).await.secrets.key_state().await.unwrap(), KeyState::Unknown);
    std::fs::write(folder.path().join(KEY_FILE), right).unwrap();
    assert_eq!(store(folder.path()).await.secrets.key_state().await.unwrap(), KeyState::Right(1));
    everything_opens(&store(folder.path()).await, 1).await;
}

#[tokio::test]
async fn with_a_wrong_key_nothing_is_re_encrypted_and_new_secrets_can_be_decrypted() {
    let folder = tempfile::tempdir().unwrap();
    let first = store(folder.path()).await;
    fill(&first, 0).await;
    std::fs::remove_file(folder.path().join(KEY_FILE)).unwrap();
    let wrong = store(folder.path()).await;
    assert_eq!(wrong.secrets.key_state().await.unwrap(), KeyState::Wrong(1));
    wrong.db.sealer.add_a_key().unwrap();
    assert!(matches!(wrong.secrets.change_key(&COMMAND_LINE).await, Err(StoreError::Seal(_))));
    profile(&wrong, "new", 900).await;
    assert!(wrong.profiles.by_name("new").await.unwrap().unwrap().profile.token.is_some());
    assert!(wrong.profiles.by_name("profile 0").await.unwrap().unwrap().profile.token.is_none());
}

#[tokio::test]
async fn secrets_that_no_key_decrypts_are_reported_and_the_rest_is_re_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    profile(&store, "spoilt", 1).await;
    profile(&store, "good", 2).await;
    let spoilt = BOT + 1;
    sqlx::query("UPDATE bots SET token = ?2 WHERE id = ?1")
        .bind(spoilt)
        .bind(vec![1u8; 90])
        .execute(&store.db.write)
        .await
        .unwrap();
    store.db.sealer.add_a_key().unwrap();
    store.secrets.change_key(&COMMAND_LINE).await.unwrap();
    let resealed = store.secrets.reseal().await.unwrap();
    let locked = Locked { column: Column::BotToken, id: spoilt, name: spoilt.to_string() };
    assert_eq!(resealed, Resealed { done: 1, locked: vec![locked] });
}

#[tokio::test]
async fn an_event_is_encrypted_with_the_key_in_use_at_its_commit() {
    let folder = tempfile::tempdir().unwrap();
    let server = store(folder.path()).await;
    server.db.sealer.add_a_key().unwrap();
    server.secrets.change_key(&COMMAND_LINE).await.unwrap();
    server.secrets.reseal().await.unwrap();
    server.db.sealer.drop_the_others().unwrap();
    event(&server, "late").await;
    assert_eq!(counts(&server).await, [(2, 2)]);
}
