//! Settings: changes by an admin apply at once, fixed settings cannot be changed, and secrets are not shown again.

use hookgram::{
    parameters::Parameter,
    role::Role,
    setting::{SecondFactor, Setting},
};

use crate::{
    person::{Person, between},
    support::{
        BotApi, TOKEN, TestServer, event,
        smtp::{PASSWORD, SmtpServer, Turn},
    },
};

fn stateless() -> String {
    format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=Hi")
}

#[tokio::test]
async fn changed_settings_apply_at_once_and_after_a_restart() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", true, &[(Parameter::Message, "Hi")]).await;
    let path = format!("/h/{}", profile.key);
    let admin = Person::new(&server, Role::Admin).await;
    assert_eq!(server.post(&stateless(), event("1", &["5"])).await.0, 200);
    let fields = [
        ("stateless", "false"),
        ("duplicate_window", "0"),
        ("duplicate_window_unit", "m"),
        ("retry_max_age", "2"),
        ("retry_max_age_unit", "d"),
        ("max_body", "1"),
        ("max_body_unit", "KiB"),
        ("booking_url", "https://booking.example/"),
        ("booking_pages", "https://pages.example/"),
    ];
    let page = admin.follow(admin.post("/settings", &fields).await).await;
    assert!(page.contains("Settings saved") && page.contains("value=\"https://booking.example/\""), "{page}");
    assert_eq!(server.post(&stateless(), event("2", &["5"])).await.0, 404, "the endpoint is shut");
    let (_, first) = server.post(&path, event("3", &["5"])).await;
    let (_, second) = server.post(&path, event("3", &["5"])).await;
    assert_ne!(first["Id"], second["Id"], "nothing counts as a duplicate");
    assert_eq!(server.post(&path, event(&"9".repeat(2_000), &["5"])).await.0, 413);
    let now = server.state.settings.now();
    assert_eq!((now.retry_max_age.as_secs(), now.booking_url.as_ref()), (2 * 86_400, "https://booking.example"));
    assert_eq!(now.booking_pages.as_ref(), "https://pages.example");
    let config = server.state.config.clone();
    let folder = server.stop_and_keep().await;
    let store = server::store::Store::open(config.location()).await.unwrap();
    let again = server::settings::Live::load(&config.fixed, &store).await.unwrap();
    assert!(!again.now().stateless && again.now().max_body == 1024);
    store.close().await;
    drop(folder);
}

#[tokio::test]
async fn concurrent_changes_of_one_setting_are_not_overwritten_unseen() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    let page = admin.see("/settings").await;
    assert!(page.contains("name=\"retention_days_was\" value=\"30\""), "{page}");
    let days = |setting: &str, now: &str, was: &str| {
        [(setting.to_owned(), now.to_owned()), (format!("{setting}_was"), was.to_owned())]
    };
    let save = async |pairs: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = admin.post("/settings", &fields).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(save(days("retention_days", "60", "30").to_vec()).await.0, 303);
    // The other admin also started from 30 days, and changes another field of the card.
    let both = [days("retention_days", "30", "30"), days("audit_days", "90", "365")].concat();
    assert_eq!(save(both).await.0, 303);
    let shown = |setting| server.state.settings.now().shown(setting);
    assert_eq!((shown(Setting::RetentionDays), shown(Setting::AuditDays)), ("60".to_owned(), "90".to_owned()));
    // An admin who edited the same field sees the stored value and may replace it.
    let (status, page) = save(days("retention_days", "10", "30").to_vec()).await;
    assert_eq!(status, 409);
    assert!(page.contains("Currently stored: 60") && page.contains("value=\"10\""), "{page}");
    assert!(page.contains("name=\"retention_days_was\" value=\"60\""), "{page}");
    assert_eq!(shown(Setting::RetentionDays), "60");
    assert_eq!(save(days("retention_days", "10", "60").to_vec()).await.0, 303);
    assert_eq!(shown(Setting::RetentionDays), "10");
    server.stop().await;
}

#[tokio::test]
async fn faults_of_settings_are_shown_at_their_fields_and_the_input_is_kept() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    let answer = admin.post("/settings", &[("retention_days", "0"), ("audit_days", "90")]).await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Enter a whole number of days, no more than 36,500 and at least 1."), "{page}");
    let field = between(&page, "id=\"retention_days\"", ">");
    assert!(field.contains("value=\"0\"") && field.contains("aria-invalid=\"true\""), "{field}");
    assert!(between(&page, "id=\"audit_days\"", ">").contains("value=\"90\""));
    assert_eq!(server.state.settings.now().audit.as_secs(), 365 * 86_400, "nothing was changed");
    let answer = admin.post("/settings", &[("smtp_url", "ftp://ops:hunter2@localhost")]).await;
    let page = answer.text().await.unwrap();
    assert!(page.contains("must start with smtp://") && !page.contains("hunter2"), "{page}");
    let page = admin.post("/settings", &[("smtp_url", "smtp://localhost")]).await.text().await.unwrap();
    assert!(page.contains("Without a sender the mail server accepts no emails."), "{page}");
    admin.post("/settings", &[("second_factor", "operators"), ("viewers_see_data", "true")]).await;
    let now = server.state.settings.now();
    assert!(now.second_factor == SecondFactor::Operators && now.viewers_see_data);
    server.stop().await;
}

#[tokio::test]
async fn a_setting_fixed_by_flag_or_environment_is_shown_with_its_variable_and_cannot_be_changed() {
    let server = TestServer::start_with("http://127.0.0.1:9", |config| {
        config.fixed.fix(Setting::RetentionDays, "7").unwrap();
        config.fixed.fix(Setting::Stateless, "false").unwrap();
    })
    .await;
    let admin = Person::new(&server, Role::Admin).await;
    let page = admin.see("/settings").await;
    assert!(page.contains("HOOKGRAM_RETENTION_DAYS") && page.contains("HOOKGRAM_STATELESS"), "{page}");
    assert!(!page.contains("HOOKGRAM_MAX_BODY"));
    let field = between(&page, "id=\"retention_days\"", ">");
    assert!(field.contains("readonly") && field.contains("value=\"7\"") && !field.contains("name="), "{field}");
    admin.post("/settings", &[("retention_days", "90"), ("audit_days", "90")]).await;
    let now = server.state.settings.now();
    assert_eq!((now.retention.as_secs(), now.audit.as_secs()), (7 * 86_400, 90 * 86_400));
    server.stop().await;
}

#[tokio::test]
async fn a_test_mail_shows_the_smtp_servers_answer_and_the_password_is_not_shown_again() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let smtp = SmtpServer::start().await;
    let admin = Person::new(&server, Role::Admin).await;
    let page = admin.post("/settings/mail", &[]).await.text().await.unwrap();
    assert!(page.contains("First set a mail server and a sender."), "{page}");
    let url = format!("smtp://ops:{PASSWORD}@{}", smtp.address);
    let saved = admin.post("/settings", &[("smtp_url", &url), ("mail_from", "Hooks <hooks@example.com>")]).await;
    let page = admin.follow(saved).await;
    assert!(page.contains("Configured") && page.contains("smtp://ops:…@") && !page.contains(PASSWORD), "{page}");
    let page = admin.post("/settings/mail", &[]).await.text().await.unwrap();
    assert!(page.contains("The server accepted the email."), "{page}");
    let mails = smtp.mails();
    assert_eq!(mails.len(), 1);
    assert!(format!("{:?}", mails[0]).contains("admin@example.com"), "{:?}", mails[0]);
    smtp.next([Turn::Answer("RCPT", "550 no such user here")]);
    let answer = admin.post("/settings/mail", &[]).await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(page.contains("The email was not sent.") && page.contains("no such user here"), "{page}");
    let audit = admin.see("/audit").await;
    assert!(audit.contains("Test email sent") && !audit.contains(PASSWORD), "{audit}");
    // A blank field keeps the mail server; the checkbox removes it.
    admin.post("/settings", &[("smtp_url", ""), ("mail_from", "Hooks <hooks@example.com>")]).await;
    assert!(server.state.settings.now().smtp.is_some());
    admin.post("/settings", &[("smtp_url", ""), ("smtp_forget", "on"), ("mail_from", "")]).await;
    assert!(server.state.settings.now().smtp.is_none());
    server.stop().await;
}

#[tokio::test]
async fn choosing_a_mail_service_fills_in_its_server() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    let url = || server.state.settings.now().shown(Setting::SmtpUrl);
    let from = || server.state.settings.now().shown(Setting::MailFrom);
    // Choosing a service without entering anything changes nothing.
    let look =
        [("smtp_service", "gmail"), ("smtp_host", ""), ("smtp_user", ""), ("smtp_password", ""), ("mail_from", "")];
    admin.post("/settings", &look).await;
    assert_eq!(url(), "");
    let yandex = [
        ("smtp_service", "yandex"),
        ("smtp_host", ""),
        ("smtp_port", ""),
        ("smtp_security", "tls"),
        ("smtp_user", "salon@yandex.ru"),
        ("smtp_password", "p@ss:word"),
        ("smtp_url", ""),
        ("mail_from", ""),
    ];
    let page = admin.follow(admin.post("/settings", &yandex).await).await;
    assert_eq!(url(), "smtps://salon%40yandex.ru:…@smtp.yandex.ru:465");
    assert_eq!(from(), "salon@yandex.ru", "the user is the sender if no other is named");
    assert!(!page.contains("p@ss") && !page.contains("p%40ss"), "{page}");
    assert!(between(&page, "id=\"smtp_user\"", ">").contains("value=\"salon@yandex.ru\""), "{page}");
    assert!(page.contains("Leave this blank to keep it."), "{page}");
    let chosen = between(&page, "name=\"smtp_service\" value=\"yandex\"", ">");
    assert!(chosen.contains("checked"), "{chosen}");
    for page_of in ["id.yandex.ru/security/app-passwords", "account.mail.ru/", "myaccount.google.com/apppasswords"] {
        assert!(page.contains(page_of), "{page_of}");
    }

    // The password is kept if only the port changes.
    let stored = || server.state.settings.now().smtp_password().unwrap();
    let moved = [
        ("smtp_service", "other"),
        ("smtp_host", "smtp.yandex.ru"),
        ("smtp_port", "587"),
        ("smtp_security", "starttls"),
        ("smtp_user", "salon@yandex.ru"),
        ("smtp_password", ""),
        ("mail_from", "Salon <salon@yandex.ru>"),
    ];
    admin.post("/settings", &moved).await;
    assert_eq!(url(), "smtp://salon%40yandex.ru:…@smtp.yandex.ru:587");
    assert_eq!(secrecy::ExposeSecret::expose_secret(&stored().1), "p@ss:word");

    // The stored password is not used for another server.
    let elsewhere =
        moved.map(|(name, value)| if name == "smtp_host" { (name, "evil.example.com") } else { (name, value) });
    let answer = admin.post("/settings", &elsewhere).await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(page.contains("enter the password again") && page.contains("value=\"evil.example.com\""), "{page}");
    assert!(between(&page, "id=\"smtp_password\"", ">").contains("aria-invalid=\"true\""));
    assert_eq!(url(), "smtp://salon%40yandex.ru:…@smtp.yandex.ru:587");

    // A complete URL takes precedence over the fields.
    let whole = [&moved[..], &[("smtp_url", "smtp://localhost:25")]].concat();
    admin.post("/settings", &whole).await;
    assert_eq!(url(), "smtp://localhost:25");
    server.stop().await;
}

#[tokio::test]
async fn concurrent_changes_of_the_mail_server_are_not_overwritten() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    let fields = |host: &'static str, user: &'static str, password: &'static str, was: &'static str| {
        [
            ("smtp_service", "other"),
            ("smtp_host", host),
            ("smtp_port", "465"),
            ("smtp_security", "tls"),
            ("smtp_user", user),
            ("smtp_password", password),
            ("smtp_url_was", was),
            ("mail_from", "a@example.com"),
            ("mail_from_was", ""),
        ]
    };
    let url = || server.state.settings.now().shown(Setting::SmtpUrl);
    assert_eq!(admin.post("/settings", &fields("one.example.com", "a", "1", "")).await.status(), 303);
    let answer = admin.post("/settings", &fields("two.example.com", "b", "2", "")).await;
    assert_eq!(answer.status(), 409);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Currently stored: smtps://a:…@one.example.com:465"), "{page}");
    assert!(page.contains("value=\"two.example.com\""), "what was typed stays");
    assert_eq!(url(), "smtps://a:…@one.example.com:465");
    // This admin did not change the server, but another field of the card.
    let mut other = fields("one.example.com", "a", "", "smtps://a:…@one.example.com:465");
    other[7].1 = "b@example.com";
    other[8].1 = "a@example.com";
    assert_eq!(admin.post("/settings", &other).await.status(), 303);
    assert_eq!(url(), "smtps://a:…@one.example.com:465");
    assert_eq!(server.state.settings.now().shown(Setting::MailFrom), "b@example.com");
    server.stop().await;
}

#[tokio::test]
async fn a_fixed_mail_server_is_shown_in_fields_that_cannot_be_edited() {
    let server = TestServer::start_with("http://127.0.0.1:9", |config| {
        config.fixed.fix(Setting::SmtpUrl, "smtps://ops%40example.com:hunter2@mail.example.com:466").unwrap();
        config.fixed.fix(Setting::MailFrom, "a@example.com").unwrap();
    })
    .await;
    let admin = Person::new(&server, Role::Admin).await;
    let page = admin.see("/settings").await;
    for (id, value) in [("smtp_host", "mail.example.com"), ("smtp_port", "466"), ("smtp_user", "ops@example.com")] {
        let field = between(&page, &format!("id=\"{id}\""), ">");
        assert!(field.contains("readonly") && field.contains(&format!("value=\"{value}\"")), "{field}");
        assert!(!field.contains("name="), "{field}");
    }
    assert!(
        page.contains("HOOKGRAM_SMTP_URL") && !page.contains("hunter2") && !page.contains("smtp_password\""),
        "{page}"
    );
    let typed = [("smtp_service", "yandex"), ("smtp_user", "a@yandex.ru"), ("smtp_password", "x")];
    admin.post("/settings", &typed).await;
    assert_eq!(server.state.settings.now().shown(Setting::SmtpUrl), "smtps://ops%40example.com:…@mail.example.com:466");
    server.stop().await;
}
