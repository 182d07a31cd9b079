//! Tests of the audit log: an entry is recorded with its change, contains only what was changed, and cannot be
//! changed afterwards. The stored settings are tested here too.

use hookgram::{
    audit::{AuditAction, AuditObject},
    setting::Setting,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{tests::draft, *};
use crate::{
    settings::{ChangeError, Fixed, Live, SettingFault},
    store::audit::{AuditRecord, By, COMMAND_LINE, Change},
    time::{Millis, now},
};

const DAY: Millis = 86_400_000;

fn anna() -> By {
    By { who: "anna@example.com".into(), address: Some("192.0.2.1".into()) }
}

async fn all(store: &Store) -> Vec<AuditRecord> {
    store.audit.audited(&AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap()
}

/// Inserts an entry of this age.
async fn aged(store: &Store, age: Millis) {
    sqlx::query("INSERT INTO audit (at, actor, action, kind, object, changes) VALUES (?1, 'a', 'replayed', 'deliveries', '', '[]')")
        .bind(now() - age)
        .execute(&store.db.write)
        .await
        .unwrap();
}

#[tokio::test]
async fn each_action_on_a_profile_is_recorded_with_its_change() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &anna()).await.unwrap();
    store.profiles.put(Some(id), &draft("A"), &anna()).await.unwrap();
    store.profiles.put(Some(id), &draft("B"), &anna()).await.unwrap();
    store.profiles.set_enabled(id, false, &anna()).await.unwrap();
    store.profiles.set_enabled(id, false, &anna()).await.unwrap();
    assert!(matches!(store.profiles.set_enabled(99, false, &anna()).await, Err(StoreError::NotFound)));
    store.profiles.rotate_key(id, OldKey::Stops, &COMMAND_LINE).await.unwrap();
    store.profiles.delete(id, &COMMAND_LINE).await.unwrap();
    let entries = all(&store).await;
    let actions: Vec<AuditAction> = entries.iter().filter_map(|entry| entry.action).collect();
    let expected = [
        AuditAction::ProfileDeleted,
        AuditAction::ProfileKey,
        AuditAction::ProfileDisabled,
        AuditAction::ProfileChanged,
        AuditAction::ProfileMade,
        AuditAction::BotAdded,
    ];
    assert_eq!(actions, expected, "what changes nothing is no change");
    let (bot, of_profile) = entries.split_last().unwrap();
    assert!(of_profile.iter().all(|entry| entry.object_id == Some(id) && entry.kind == Some(AuditObject::Profile)));
    assert_eq!((bot.object_id, bot.kind), (Some(7_001_002_003), Some(AuditObject::Bot)));
    assert_eq!(entries[3].changes, [Change::new("name", "A", "B")]);
    assert_eq!((&entries[3].by, &entries[0].by), (&anna(), &COMMAND_LINE));
    assert_eq!((entries[4].object.as_str(), entries[3].object.as_str()), ("A", "B"));
    assert!(!format!("{entries:?}").contains("AAHk"), "a token is masked: {entries:?}");
}

#[tokio::test]
async fn audit_entries_are_found_by_person_action_object_and_time() {
    let store = Store::in_memory().await.unwrap();
    aged(&store, 40 * DAY).await;
    for name in ["Salon", "Clinic"] {
        store.profiles.put(None, &draft(name), &anna()).await.unwrap();
    }
    store.profiles.clear_sandbox(None, &COMMAND_LINE).await.unwrap();
    let found = async |filter: AuditFilter| {
        let rows = store.audit.audited(&AuditFilter { limit: 2, ..filter }).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let none = AuditFilter::default;
    assert_eq!(found(none()).await, [5, 4], "the newest, as many as are asked for");
    assert_eq!(found(AuditFilter { behind: Some(4), ..none() }).await, [3, 2]);
    assert_eq!(found(AuditFilter { who: Some("Anna@Example.com".into()), ..none() }).await, [4, 3]);
    assert_eq!(found(AuditFilter { who: Some(String::new()), ..none() }).await, [5]);
    assert_eq!(found(AuditFilter { action: Some(AuditAction::ProfileMade), ..none() }).await, [4, 3]);
    assert_eq!(found(AuditFilter { kind: Some(AuditObject::Bot), ..none() }).await, [2]);
    assert_eq!(found(AuditFilter { kind: Some(AuditObject::Sandbox), ..none() }).await, [5]);
    assert_eq!(found(AuditFilter { object: Some("lon".into()), ..none() }).await, [3]);
    assert_eq!(found(AuditFilter { until: Some(now() - 39 * DAY), ..none() }).await, [1]);
    assert_eq!(found(AuditFilter { since: Some(now() + DAY), ..none() }).await, [0_i64; 0]);
}

#[tokio::test]
async fn audit_entries_can_neither_be_changed_nor_deleted_within_30_days() {
    let store = Store::in_memory().await.unwrap();
    aged(&store, 29 * DAY).await;
    aged(&store, 31 * DAY).await;
    let refused = sqlx::query("UPDATE audit SET actor = 'b'").execute(&store.db.write).await.unwrap_err().to_string();
    assert!(refused.contains("is not changed"), "{refused}");
    let refused = sqlx::query("DELETE FROM audit").execute(&store.db.write).await.unwrap_err().to_string();
    assert!(refused.contains("30 days at least"), "{refused}");
    assert!(store.audit.delete_old_audit(now()).await.is_err());
    assert_eq!(all(&store).await.len(), 2);
    assert!(!store.audit.delete_old_audit(now() - 30 * DAY).await.unwrap());
    assert_eq!(all(&store).await.len(), 1);
}

#[tokio::test]
async fn audit_entries_are_deleted_after_the_configured_time() {
    let store = Store::in_memory().await.unwrap();
    for age in [364 * DAY, 366 * DAY] {
        aged(&store, age).await;
    }
    let mut retention = crate::serve::retention::Retention::new(store.clone(), Live::default());
    while retention.run_once(now()).await.unwrap() {}
    assert_eq!(all(&store).await.len(), 1);
}

fn text(text: &str) -> SecretString {
    SecretString::from(text)
}

#[tokio::test]
async fn changed_settings_apply_at_once_and_after_a_restart_and_secrets_are_encrypted() {
    let store = Store::in_memory().await.unwrap();
    let live = Live::load(&Fixed::default(), &store).await.unwrap();
    let changes = [
        (Setting::RetentionDays, text("90")),
        (Setting::SmtpUrl, text("smtp://ops:hunter2@localhost:2525")),
        (Setting::MailFrom, text("Hooks <hooks@example.com>")),
        (Setting::MaxBody, text("1MiB")),
    ];
    let changed = live.change(&store, &anna(), &changes).await.unwrap();
    assert_eq!(
        changed,
        [Setting::RetentionDays, Setting::SmtpUrl, Setting::MailFrom],
        "what was so already is no change"
    );
    for live in [live, Live::load(&Fixed::default(), &store).await.unwrap()] {
        assert_eq!(live.now().retention, Duration::from_secs(90 * 86_400));
        assert!(live.now().smtp.is_some());
    }
    let rows: Vec<(String, Option<String>, Option<Vec<u8>>)> =
        sqlx::query_as("SELECT name, value, sealed FROM settings").fetch_all(&store.db.read).await.unwrap();
    for (name, value, sealed) in rows {
        assert_eq!((value.is_none(), sealed.is_some()), (name == "smtp_url", name == "smtp_url"), "{name}");
    }
    let entries = all(&store).await;
    assert!(!format!("{entries:?}").contains("hunter2"), "{entries:?}");
    assert!(entries[0].changes.contains(&Change::new("retention_days", "30", "90")));
    assert!(entries[0].changes.contains(&Change::new("smtp_url", "", "smtp://ops:…@localhost:2525")));
}

#[tokio::test]
async fn fixed_settings_override_stored_ones_and_one_fault_rejects_the_whole_change() {
    let store = Store::in_memory().await.unwrap();
    store.settings.put(&[(Setting::MaxBody, text("2MiB"))], Vec::new(), &COMMAND_LINE).await.unwrap();
    let mut fixed = Fixed::default();
    fixed.fix(Setting::MaxBody, "4096").unwrap();
    let live = Live::load(&fixed, &store).await.unwrap();
    assert_eq!(live.now().max_body, 4096);
    assert!(live.is_fixed(Setting::MaxBody) && !live.is_fixed(Setting::RetentionDays));
    let changes =
        [(Setting::MaxBody, text("8MiB")), (Setting::RetentionDays, text("0")), (Setting::AuditDays, text("90"))];
    let Err(ChangeError::Faults(faults)) = live.change(&store, &anna(), &changes).await else { panic!("it is wrong") };
    assert_eq!(faults, [(Setting::RetentionDays, SettingFault::Days { least: 1 })]);
    let alone = live.change(&store, &anna(), &[(Setting::SmtpUrl, text("smtp://localhost"))]).await;
    let Err(ChangeError::Faults(faults)) = alone else { panic!("nobody writes") };
    assert_eq!(faults, [(Setting::MailFrom, SettingFault::SenderMissing)]);
    assert_eq!((live.now().max_body, live.now().audit), (4096, Duration::from_secs(365 * 86_400)));
    let stored = store.settings.all().await.unwrap();
    assert_eq!(
        stored.iter().map(|(name, value)| (*name, value.as_ref().unwrap().expose_secret())).collect::<Vec<_>>(),
        [(Setting::MaxBody, "2MiB")]
    );
    assert_eq!(all(&store).await.len(), 1);
    store.audit.note_mail_test("taken", &anna()).await.unwrap();
    assert_eq!(all(&store).await.len(), 2);
}
