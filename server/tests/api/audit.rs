//! The audit log as admins read it: who changed what, from which value to which, filtered by the page's address.

use hookgram::{delivery::DeliveryState, parameters::Parameter, role::Role};
use serde_json::json;
use server::store::audit::{COMMAND_LINE, Change};

use crate::{
    customers::meet,
    person::Person,
    support::{BotApi, Play, TOKEN, TestServer, event, run},
};

#[tokio::test]
async fn the_audit_shows_actions_of_people_and_the_command_line_without_secrets() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("Salon", false, &[(Parameter::Message, "Booked")]).await;
    let admin = Person::new(&server, Role::Admin).await;
    let id = profile.id;
    admin.post(&format!("/profiles/{id}/enable"), &[("enabled", "false")]).await;
    admin.post(&format!("/profiles/{id}/duplicate"), &[]).await;
    admin.post(&format!("/profiles/{id}/key"), &[("old", "stops")]).await;
    admin.get("/profiles/export").await;
    admin.post("/settings", &[("retention_days", "60")]).await;
    admin.post("/sandbox/clear", &[]).await;
    admin.post("/deliveries/erase", &[("chat", "600700800")]).await;
    meet(&server, 600_700_802, "Olga", "olga").await;
    admin.get("/customers/600700802/export.json").await;
    admin.post("/customers/600700802/stop", &[("bot", "7001002003")]).await;
    admin.get("/deliveries/export.csv?chat=600700801&q=Olga&outcome=failed").await;
    admin.post(&format!("/profiles/{id}/delete"), &[]).await;
    let page = admin.see("/audit").await;
    for words in [
        "Profile created",
        "command line",
        "Profile disabled",
        "Profile duplicated",
        "New profile URL",
        "stopped working at once",
        "Profiles exported",
        "Settings changed",
        "Events and messages",
        "Sandbox cleared",
        "Customer data erased",
        "…800",
        "Customer data exported",
        "Messages to a customer stopped",
        "…802",
        "Deliveries exported",
        "outcome=failed",
        "…801",
        "Profile deleted",
        "admin@example.com",
        "127.0.0.1",
    ] {
        assert!(page.contains(words) || page.contains(&words.replace("&#x27;", "'")), "{words} in {page}");
    }
    assert!(!page.contains(&TOKEN[20..40]) && !page.contains("60070080") && !page.contains("Olga"), "{page}");
    server.stop().await;
}

#[tokio::test]
async fn the_address_of_the_audit_page_filters_its_entries() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    for number in 0..60 {
        server.profile(&format!("P{number:02}"), true, &[]).await;
    }
    let admin = Person::new(&server, Role::Admin).await;
    let id = server.state.store.profiles.by_name("P07").await.unwrap().unwrap().id;
    server.state.store.profiles.set_enabled(id, false, &COMMAND_LINE).await.unwrap();
    admin.post(&format!("/profiles/{id}/enable"), &[("enabled", "true")]).await;
    let rows = |page: &str| page.matches("<th scope=\"row\">").count();
    let first = admin.see("/audit").await;
    assert_eq!(rows(&first), 50);
    let next = first.split("href=\"/audit?behind=").nth(1).unwrap().split('"').next().unwrap();
    let second = admin.see(&format!("/audit?behind={next}")).await;
    assert_eq!(rows(&second), 15, "each once");
    for (asked, count) in [
        ("who=admin@example.com", 2),
        ("who=command-line&action=profile_disabled", 1),
        ("action=profile_enabled", 1),
        ("object=P07", 3),
        ("object=P07&kind=profile", 3),
        ("kind=settings", 0),
        ("from=2999-01-01", 0),
        ("to=2000-01-01", 0),
        ("from=2000-01-01&object=P07", 3),
    ] {
        assert_eq!(rows(&admin.see(&format!("/audit?{asked}")).await), count, "{asked}");
    }
    let odd = admin.get("/audit?from=yesterday").await;
    assert_eq!(odd.status(), 422);
    assert!(odd.text().await.unwrap().contains("This is not a date."));
    server.stop().await;
}

#[tokio::test]
async fn actions_of_the_command_line_are_audited() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("profiles.yaml");
    std::fs::write(&file, "profiles:\n  - {name: Salon, sandbox: true, telegramFieldName: '*TelegramId'}\n").unwrap();
    let data = folder.path().join("data");
    assert!(run(&data, &["profile", "import", file.to_str().unwrap()]).await.status.success());
    assert!(run(&data, &["profile", "export", "--with-secrets"]).await.status.success());
    let config = crate::support::config(&data, "http://127.0.0.1:9");
    let store = server::store::Store::open(config.location()).await.unwrap();
    let account = store.accounts.add_user("a@example.com", Role::Admin, None, &COMMAND_LINE).await.unwrap();
    let refused = run(&data, &["user", "remove", "a@example.com"]).await;
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("last admin"), "{words}");
    store.accounts.add_user("b@example.com", Role::Admin, None, &COMMAND_LINE).await.unwrap();
    assert!(run(&data, &["user", "remove", "a@example.com"]).await.status.success());
    let filter = server::store::AuditFilter { limit: 10, ..Default::default() };
    let entries = store.audit.audited(&filter).await.unwrap();
    let names: Vec<&str> = entries.iter().filter_map(|entry| entry.action).map(|action| action.name()).collect();
    let expected = ["account_removed", "account_made", "account_made", "profile_exported", "profile_imported"];
    assert_eq!(names, expected);
    assert_eq!(entries[3].changes, [Change::new("with_secrets", "", "true")]);
    assert!(entries.iter().all(|entry| entry.by == COMMAND_LINE));
    assert_eq!(entries[0].object_id, Some(account.id));
    store.close().await;
}

/// Makes the database refuse every further audit entry.
async fn break_audit(server: &TestServer) {
    use sqlx::Connection as _;
    let mut connection = sqlx::SqliteConnection::connect(&server.database_url()).await.unwrap();
    let trigger = "CREATE TRIGGER audit_broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken'); END";
    sqlx::query(trigger).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_delivery_is_not_replayed_unless_the_audit_records_it() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("Salon", false, &[]).await;
    api.next([Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))]);
    assert_eq!(server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await.0, 200);
    server.wait_for_state(DeliveryState::Failed).await;
    let id = server.state.store.queue.deliveries(1).await.unwrap()[0].id;
    let operator = Person::new(&server, Role::Operator).await;
    break_audit(&server).await;
    for how in ["was", "is"] {
        let answer = operator.post("/deliveries/act", &[("sure", "1"), ("how", how), (&format!("d-{id}"), "on")]).await;
        assert_eq!(answer.status(), 500, "{how}");
    }
    let deliveries = server.state.store.queue.deliveries(9).await.unwrap();
    assert_eq!(deliveries.iter().map(|delivery| delivery.state).collect::<Vec<_>>(), [DeliveryState::Failed]);
    assert!(api.texts().is_empty(), "nothing was sent again");
    server.stop().await;
}

#[tokio::test]
async fn a_delivery_is_not_cancelled_unless_the_audit_records_it() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("Salon", false, &[]).await;
    assert_eq!(server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await.0, 200);
    server.wait_for_state(DeliveryState::Retrying).await;
    let id = server.state.store.queue.deliveries(1).await.unwrap()[0].id;
    let operator = Person::new(&server, Role::Operator).await;
    break_audit(&server).await;
    let answer = operator.post("/deliveries/act", &[("sure", "1"), ("do", "cancel"), (&format!("d-{id}"), "on")]).await;
    assert_eq!(answer.status(), 500);
    assert_ne!(server.newest_state().await, Some(DeliveryState::Cancelled));
    server.stop().await;
}

#[tokio::test]
async fn a_bulk_action_is_not_stopped_unless_the_audit_records_it() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let operator = Person::new(&server, Role::Operator).await;
    let id = {
        use sqlx::Connection as _;
        let mut connection = sqlx::SqliteConnection::connect(&server.database_url()).await.unwrap();
        let row = "INSERT INTO bulk_actions (kind, outcome, newest, total, asked_by, created_at, finished_at)
                   VALUES ('cancel', 'waiting', 0, 9, 'ops@example.com', 1, NULL) RETURNING id";
        let id: i64 = sqlx::query_scalar(row).fetch_one(&mut connection).await.unwrap();
        // The worker cannot finish the bulk action either, so it stays in progress.
        let trigger = "CREATE TRIGGER not_ended BEFORE UPDATE ON bulk_actions WHEN new.finished_at IS NOT NULL
                       AND new.stopped = 0 BEGIN SELECT RAISE(ABORT, 'not yet'); END";
        sqlx::query(trigger).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        id
    };
    break_audit(&server).await;
    let answer = operator.post(&format!("/deliveries/work/{id}/stop"), &[]).await;
    assert_eq!(answer.status(), 500);
    let progress = server.state.store.queue.bulk(id).await.unwrap().unwrap();
    assert_eq!((progress.finished_at, progress.stopped), (None, false));
    server.stop().await;
}

#[tokio::test]
async fn nobody_is_invited_unless_the_audit_records_it() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    break_audit(&server).await;
    let answer = admin.post("/users/invite", &[("email", "new@example.com"), ("role", "operator")]).await;
    assert_eq!(answer.status(), 500);
    assert!(!answer.text().await.unwrap().contains("/invite/"));
    assert_eq!(server.state.store.accounts.invitations().await.unwrap(), []);
    server.stop().await;
}

#[tokio::test]
async fn an_invitation_is_not_revoked_unless_the_audit_records_it() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    admin.post("/users/invite", &[("email", "new@example.com"), ("role", "operator")]).await;
    let invitations = server.state.store.accounts.invitations().await.unwrap();
    break_audit(&server).await;
    let answer = admin.post("/users/invitations/revoke", &[("id", &invitations[0].id)]).await;
    assert_eq!(answer.status(), 500);
    assert_eq!(server.state.store.accounts.invitations().await.unwrap(), invitations);
    server.stop().await;
}
