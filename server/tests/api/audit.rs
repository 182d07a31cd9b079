//! The audit as admins read it: who, what, from what to what; asked for by its address.

use app::session::Role;
use hookgram::parameters::Parameter;
use server::audit::COMMAND_LINE;

use crate::{
    person::Person,
    support::{TOKEN, TestServer, run},
};

#[tokio::test]
async fn what_people_and_the_command_line_do_is_shown_without_secrets() {
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
    admin.get("/deliveries/export.csv?chat=600700801&q=Olga&outcome=failed").await;
    admin.post(&format!("/profiles/{id}/delete"), &[]).await;
    let page = admin.see("/audit").await;
    for words in [
        "Profile made",
        "command line",
        "Profile switched off",
        "Profile duplicated",
        "New URL of a profile",
        "stopped at once",
        "Profiles exported",
        "Settings changed",
        "Events and messages",
        "Sandbox cleared",
        "Customer&#x27;s data erased",
        "…800",
        "Log exported",
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
async fn the_address_says_what_is_asked_for() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    for number in 0..60 {
        server.profile(&format!("P{number:02}"), true, &[]).await;
    }
    let admin = Person::new(&server, Role::Admin).await;
    let id = server.state.store.profile_by_name("P07").await.unwrap().unwrap().id;
    server.state.store.set_enabled(id, false, &COMMAND_LINE).await.unwrap();
    admin.post(&format!("/profiles/{id}/enable"), &[("enabled", "true")]).await;
    let rows = |page: &str| page.matches("<th scope=\"row\">").count();
    let first = admin.see("/audit").await;
    assert_eq!(rows(&first), 50);
    let next = first.split("href=\"/audit?behind=").nth(1).unwrap().split('"').next().unwrap();
    let second = admin.see(&format!("/audit?behind={next}")).await;
    assert_eq!(rows(&second), 12, "each once");
    for (asked, count) in [
        ("who=admin@example.com", 1),
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
    assert!(odd.text().await.unwrap().contains("The day cannot be read."));
    server.stop().await;
}

#[tokio::test]
async fn the_command_line_is_recorded_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("profiles.yaml");
    std::fs::write(&file, "profiles:\n  - {name: Salon, sandbox: true, telegramFieldName: '*TelegramId'}\n").unwrap();
    let data = folder.path().join("data");
    assert!(run(&data, &["profile", "import", file.to_str().unwrap()]).await.status.success());
    assert!(run(&data, &["profile", "export"]).await.status.success());
    let config = crate::support::config(&data, "http://127.0.0.1:9");
    let store = server::store::Store::open(&config).await.unwrap();
    let account = store.add_user("a@example.com", Role::Admin, None).await.unwrap();
    let refused = run(&data, &["user", "remove", "a@example.com"]).await;
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("last admin"), "{words}");
    store.add_user("b@example.com", Role::Admin, None).await.unwrap();
    assert!(run(&data, &["user", "remove", "a@example.com"]).await.status.success());
    let filter = server::store::AuditFilter { limit: 10, ..Default::default() };
    let entries = store.audited(&filter).await.unwrap();
    let names: Vec<&str> = entries.iter().filter_map(|entry| entry.action).map(|action| action.name()).collect();
    assert_eq!(names, ["account_removed", "profile_exported", "profile_imported"]);
    assert!(entries.iter().all(|entry| entry.by == COMMAND_LINE));
    assert_eq!(entries[0].object_id, Some(account.id));
    store.close().await;
}
