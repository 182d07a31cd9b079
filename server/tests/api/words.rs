//! Every word of a page is in the page's language, and none is missing: every page and state that the server renders,
//! in both languages. Texts that only scripts set are checked in the browser (`browser/translated.rs`).

use hookgram::{
    booking::Trouble, delivery::DeliveryState, parameters::Parameter, query, role::Role, setting::Setting,
    values::Language,
};
use serde_json::{Value, json};
use server::{
    store::audit::{COMMAND_LINE, Change},
    time::now,
};

use crate::{
    customers::{book, contact, meet},
    mail_addresses::address_link,
    pages::cookie,
    support::{BotApi, Play, TOKEN, TestServer, event, foreign::foreign_words, html},
    visitor::{EMAIL, PASSWORD, Visitor, invite, reset_link},
};

/// A reader of one language, signed in or not.
struct Reader<'a> {
    server: &'a TestServer,
    language: Language,
    cookie: String,
    found: Vec<String>,
}

impl Reader<'_> {
    fn tag(&self) -> &'static str {
        match self.language {
            Language::Ru => "ru",
            Language::En => "en",
        }
    }

    fn request(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let request = request.header("cookie", &self.cookie).header("accept", "text/html");
        request.header("accept-language", self.tag()).header("origin", &self.server.base)
    }

    /// Opens a page, whatever its status, and checks every word of it.
    async fn read(&mut self, path: &str) {
        let answer = self.request(self.server.http.get(self.server.url(path))).send().await.unwrap();
        self.judge(path, &answer.text().await.unwrap());
    }

    /// Sends a form, follows a redirect, and checks the resulting page.
    async fn send(&mut self, path: &str, fields: &[(&str, &str)]) {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", query::encode(name), query::encode(value))).collect();
        let request = self.request(self.server.http.post(self.server.url(path)));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let referer = self.server.url(if self.cookie.is_empty() { "/login" } else { "/profiles/new" });
        let answer = request.header("referer", referer).body(body.join("&")).send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let Some(to) = header("location") else {
            return self.judge(path, &answer.text().await.unwrap());
        };
        let notice = header("set-cookie").unwrap_or_default();
        let cookies = format!("{}; {}", self.cookie, notice.split(';').next().unwrap());
        let url = if to.starts_with('/') { self.server.url(&to) } else { to };
        let request = self.server.http.get(url).header("cookie", cookies).header("accept", "text/html");
        let page = request.header("accept-language", self.tag()).send().await.unwrap();
        self.judge(path, &page.text().await.unwrap());
    }

    fn judge(&mut self, path: &str, page: &str) {
        assert!(page.contains(&format!("<html lang=\"{}\"", self.tag())), "{path}: {page}");
        let texts = html::texts(page);
        assert!(texts.len() > 5, "hardly a word at {path}: {texts:?}");
        for text in texts {
            let words = foreign_words(self.language, &text);
            if !words.is_empty() {
                self.found.push(format!("{path} ({}): {words:?} in “{text}”", self.tag()));
            }
        }
    }
}

/// Texts that operators type, in the language of the page: a name, another name, a message.
fn typed(language: Language) -> [&'static str; 3] {
    match language {
        Language::Ru => ["Записи", "Напоминания", "Вы записаны"],
        Language::En => ["Bookings", "Reminders", "You are booked"],
    }
}

async fn read_everything(language: Language) -> Vec<String> {
    let telegram = BotApi::start().await;
    let server = TestServer::start_with(&telegram.url(), |config| {
        config.fixed.fix(Setting::RetryMaxAge, "24h").unwrap();
    })
    .await;
    let setup = server.setup_link.clone().unwrap();
    let setup = setup.get(setup.find("/setup/").unwrap()..).unwrap();
    let mut reader = Reader { server: &server, language, cookie: String::new(), found: Vec::new() };
    for path in ["/login", setup, "/setup/guess", "/invite/guess", "/reset/guess", "/forgot", "/confirm-email/guess"] {
        reader.read(path).await;
    }
    read_ways_in(&mut reader, setup).await;
    for (email, password) in [("nobody@example.com", "guess"), ("nobody", "")] {
        reader.send("/login", &[("email", email), ("password", password)]).await;
    }

    reader.cookie = cookie(&server, Role::Admin).await;
    reader.read("/").await;
    reader.read("/sandbox").await;

    let [name, other, message] = typed(language);
    let locale = if language == Language::Ru { "ru-RU" } else { "en-US" };
    let parameters = [(Parameter::Message, message), (Parameter::DateLocales, locale)];
    let bot = server.profile(name, false, &parameters).await;
    let sandbox = server.profile(other, true, &parameters).await;
    for number in 0..50 {
        server.profile(&number.to_string(), true, &parameters).await;
    }
    server.state.store.profiles.set_enabled(sandbox.id, false, &COMMAND_LINE).await.unwrap();
    let endpoint = format!("/h/{}", bot.key);
    let profile = format!("/profiles/{}", bot.id);
    let share = format!("{profile}/share");
    reader.read(&share).await;
    reader.read(&format!("/profiles/{}/share", sandbox.id)).await;
    for (number, (code, why)) in
        [(403, "Forbidden: bot was blocked by the user"), (400, "Bad Request: chat not found"), (401, "Unauthorized")]
            .into_iter()
            .enumerate()
    {
        telegram.next([Play::Refuse(code, why, Value::Null)]);
        server.post(&endpoint, event(&number.to_string(), &[&format!("48211390{number}")])).await;
        server.wait_for_state(if code == 401 { DeliveryState::Suspended } else { DeliveryState::Failed }).await;
        reader.read("/").await;
        reader.read(&share).await;
    }
    server.post(&endpoint, "{").await;
    reader.read(&share).await;
    server.state.store.profiles.set_enabled(sandbox.id, true, &COMMAND_LINE).await.unwrap();
    server.post(&format!("/h/{}", sandbox.key), event("7", &["5"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;

    let paths = ["", "/delete", "/key", "/share"].map(|rest| format!("{profile}{rest}"));
    for path in paths.iter().map(String::as_str).chain([
        "/",
        "/?page=2",
        "/?show=failing",
        "/?q=%00",
        "/?show=failing&q=zzz",
        "/sandbox",
        "/profiles/new",
        "/profiles/new?from=url",
        "/profiles/new?draft=gone",
        "/profiles/import",
        "/profiles/urls",
        "/deliveries?named=zzz",
        "/deliveries?named=%D0%B8",
        "/profiles/9999",
        "/profiles/9999/share",
        "/profiles/9999/delete",
        "/nowhere",
        "/find-chat/webhook",
        "/find-chat/no-token",
        "/find-chat/token-refused",
        "/find-chat/other-reader",
        "/find-chat/too-much-unread",
        "/find-chat/busy",
        "/find-chat/unreachable",
        "/find-chat/over",
    ]) {
        reader.read(path).await;
    }
    read_the_log(&mut reader).await;
    read_answers(&mut reader, message).await;
    read_booking(&mut reader, other).await;
    read_administration(&mut reader).await;
    reader.send("/rpc/operator/find-chat-page", &[("id", &bot.id.to_string())]).await;
    reader.send(&format!("{profile}/duplicate"), &[]).await;
    reader.send(&format!("{profile}/key"), &[("old", "day")]).await;
    reader.send(&format!("{profile}/delete"), &[]).await;

    reader.cookie = cookie(&server, Role::Viewer).await;
    for path in ["/", "/profiles/import", "/profiles/new"] {
        reader.read(path).await;
    }
    read_account(&mut reader).await;
    let found = std::mem::take(&mut reader.found);
    server.stop().await;
    found
}

/// Reads the pages of links for people who are not signed in, with every fault of a password.
async fn read_ways_in(reader: &mut Reader<'_>, setup: &str) {
    let server = reader.server;
    let invited = format!("/invite/{}", invite(server, "guest@example.com", Role::Viewer).await);
    server.state.store.accounts.add_user("owner@example.org", Role::Viewer, None, &COMMAND_LINE).await.unwrap();
    let reset = format!("/reset/{}", reset_link(server, "owner@example.org", 600_000).await);
    for path in [invited.as_str(), &reset] {
        reader.read(path).await;
    }
    let confirm = format!("/confirm-email/{}", address_link(server, "guest@example.com").await);
    for answer in ["", "confirm", "stop"] {
        reader.send(&confirm, &[("do", answer)]).await;
    }
    reader.send(setup, &[("email", "nobody"), ("password", "")]).await;
    let long = "x".repeat(1025);
    for password in [
        "",
        &long,
        "qwertyuiop[]",
        "aaaaaaaaaaaaa",
        "password1234",
        "abcdefghijklm",
        "12.12.2012.12",
        "guest@example.com",
        "hookgramhookgram",
        "bookbookcase",
    ] {
        reader.send(&invited, &[("password", password)]).await;
    }
    reader.send(&reset, &[("password", "")]).await;
    for _ in 0..6 {
        reader.send("/login", &[("email", "owner@example.org"), ("password", "guess")]).await;
    }
    reader.send("/login/second", &[("code", "1")]).await;
}

/// Reads the account's own pages, with and without a second factor.
async fn read_account(reader: &mut Reader<'_>) {
    let server = reader.server;
    let visitor = Visitor::invited(server, EMAIL, Role::Admin).await;
    let session = || format!("hookgram_session={}", visitor.cookie("hookgram_session").unwrap());
    reader.cookie = session();
    for path in ["/account", "/account/second-factor", "/account/sessions/end"] {
        reader.read(path).await;
    }
    reader.send("/account/second-factor", &[("code", "1")]).await;
    reader.send("/account/password", &[("current", "1"), ("password", "")]).await;
    reader.send("/account/pages", &[("zone", "1")]).await;
    reader.send("/account/pages", &[]).await;
    reader.send("/account/sessions/none/end", &[]).await;
    visitor.turn_factor_on().await;
    reader.cookie = session();
    for path in ["/account", "/account/second-factor"] {
        reader.read(path).await;
    }
    reader.send("/account/second-factor/codes", &[]).await;
    server.age_sessions(11 * 60_000).await;
    reader.read("/confirm").await;
    for (code, recovery) in [("1", ""), ("", "1")] {
        reader.send("/confirm", &[("password", PASSWORD), ("code", code), ("recovery", recovery)]).await;
    }
    let half = Visitor::new(server);
    half.sign_in(EMAIL, PASSWORD).await;
    reader.cookie = format!("hookgram_sign_in={}", half.cookie("hookgram_sign_in").unwrap());
    reader.read("/login/second").await;
    reader.send("/login/second", &[("code", "1")]).await;
    reader.send("/login/second", &[("recovery", "1")]).await;
}

/// Reads the log, each of its events, and the pages of its actions.
async fn read_the_log(reader: &mut Reader<'_>) {
    let filter = server::store::LogFilter { limit: 50, ..Default::default() };
    let rows = reader.server.state.store.log.page(&filter).await.unwrap().rows;
    reader.read("/customers").await;
    let server = reader.server;
    let anna = if reader.language == Language::Ru { "Анна" } else { "Anna" };
    for (id, name, case) in [(482_113_900, anna, "1"), (482_113_901, anna, "2"), (1, "\u{3164}", "3")] {
        meet(server, id, name, "anna").await;
        book(server, id, case, (id > 1).then(now)).await;
    }
    let blocking = contact(482_113_901, anna, "anna");
    server.state.store.customers.set_blocked(7_001_002_004, &blocking, true, now()).await.unwrap();
    for row in &rows {
        reader.read(&format!("/deliveries/{}", row.public_id)).await;
    }
    let first = &rows.first().unwrap().public_id;
    for path in [format!("/deliveries/{first}/payload"), format!("/deliveries?open={first}")] {
        reader.read(&path).await;
    }
    for path in [
        "/deliveries",
        "/deliveries?q=zzz",
        "/deliveries?outcome=failed&cause=blocked&from=1",
        "/deliveries?outcome=parked",
        "/deliveries/nothing",
        "/deliveries/unreachable",
        "/deliveries/erase",
        "/deliveries/erase?chat=1x",
        "/deliveries/erase?chat=482113900",
        "/customers",
        "/customers?q=zzz",
        "/customers?bot=7001002003",
        "/customers/482113900",
        "/customers/482113901",
        "/customers/1",
        "/deliveries/erase?chat=77",
        "/deliveries/work",
        "/deliveries/all?do=replay&outcome=failed",
        "/deliveries/all?do=cancel&outcome=parked",
        "/deliveries/all?do=cancel&outcome=waiting",
        "/health",
    ] {
        reader.read(path).await;
    }
    reader.send("/customers/482113900/stop", &[("bot", "7001002003")]).await;
    let marks: Vec<String> =
        rows.iter().filter_map(|row| row.delivery).map(|delivery| format!("d-{delivery}")).collect();
    let marked: Vec<(&str, &str)> = marks.iter().map(|mark| (mark.as_str(), "on")).collect();
    reader.send("/deliveries/act", &[("do", "replay")]).await;
    for (what, how) in [("cancel", ""), ("replay", "is"), ("replay", "was")] {
        let fields = [marked.as_slice(), &[("do", what), ("how", how)]].concat();
        reader.send("/deliveries/act", &fields).await;
        reader.send("/deliveries/act", &[fields.as_slice(), &[("sure", "yes")]].concat()).await;
    }
    reader.send("/deliveries/all?do=replay&outcome=failed", &[("do", "replay"), ("sure", "yes")]).await;
    reader.send("/deliveries/erase", &[("chat", "482113900")]).await;
    reader.read("/deliveries/erase").await;
}

/// Reads the bots, and the booking bot with every fault and trouble.
async fn read_booking(reader: &mut Reader<'_>, title: &str) {
    const ID: &str = "1b5f03ed96001255550ebaa2c51b7d31";
    let bot = format!("/bots/{}", BotApi::BOT);
    let page = format!("{bot}/booking");
    let store = &reader.server.state.store;
    for path in ["/bots", &bot, &page] {
        reader.read(path).await;
    }
    let links = [
        &format!("https://torrow.net/app/case;id={ID}"),
        &format!("https://torrow.net/app/contact;id={ID}"),
        "https://torrow.net/app",
        "https://t.me/salon_bot",
        "https://example.com/1",
        "https://torrow.net/service;id=1",
        &format!("https://torrow.net/service;id={ID}!"),
        "1 2",
        &format!("{ID} {ID}"),
        "1\n".repeat(110).as_str(),
    ]
    .join("\n");
    let long = "1".repeat(5000);
    let (id, titled) = (("service-0-id", ID), ("service-0-title", title));
    for fields in [
        &[("do", "read-links"), ("links", &links)][..],
        &[("do", "on"), ("links", &links)],
        &[("do", "on")],
        &[("do", "on"), id, ("service-1-id", ID), ("service-1-title", &long), ("service-1-text", &long)],
        &[("do", "on"), id, titled, ("greeting_ru", &long), ("button_en", &long), ("field_name", "1_2")],
        &[("do", "on"), id, titled, ("greeting_ru", "<b>1"), ("field_name", &long), ("first_name_field", "1\n2")],
        &[("do", "on"), id, titled, ("field_name", "1"), ("first_name_field", "1"), ("culture", "1")],
        &[("do", "on"), id, titled, ("time_zone", "1/1"), ("staff_chat", "1x"), ("updates", "webhook")],
        &[("do", "on"), id, titled, ("field_name", "*T")],
        &[("do", "save"), id, titled, ("field_name", "*T"), ("help_en", "1"), ("returns", "on")],
        &[("do", "save"), ("version", "1"), id, titled, ("field_name", "*T")],
    ] {
        reader.send(&page, fields).await;
    }
    let poster = format!("{page}/poster?service={ID}");
    for path in [&page, &poster, "/bots", &bot] {
        reader.read(path).await;
    }
    for trouble in Trouble::ALL {
        store.booking.put_trouble(BotApi::BOT, Some(trouble), None).await.unwrap();
        reader.read(&page).await;
        reader.read("/health").await;
    }
    store.booking.put_trouble(BotApi::BOT, Some(Trouble::OtherWebhook), Some("203.0.113.7")).await.unwrap();
    reader.read("/health").await;
    for button in ["take-over", "off", "on"] {
        reader.send(&page, &[("do", button)]).await;
    }
    reader.read(&page).await;
}

/// Reads the pages of accounts, settings, and the audit log.
async fn read_administration(reader: &mut Reader<'_>) {
    for path in ["/users", "/users/1", "/users/9999", "/settings"] {
        reader.read(path).await;
    }
    for email in ["nobody", "admin@example.com", "new@example.com"] {
        reader.send("/users/invite", &[("email", email), ("role", "operator")]).await;
    }
    reader.read("/users").await;
    reader.send("/users/1/role", &[("role", "viewer")]).await;
    reader.send("/users/1/remove", &[]).await;
    let other = reader
        .server
        .state
        .store
        .accounts
        .add_user("other@example.com", Role::Viewer, None, &COMMAND_LINE)
        .await
        .unwrap()
        .id;
    reader.read(&format!("/users/{other}")).await;
    reader.send(&format!("/users/{other}/role"), &[("role", "admin")]).await;
    reader.send(&format!("/users/{other}/role"), &[("role", "operator")]).await;
    reader.send(&format!("/users/{other}/remove"), &[]).await;
    reader.send("/settings/mail", &[]).await;
    for (name, value) in [
        ("smtp_url", "smtp://localhost"),
        ("smtp_url", "http://localhost"),
        ("smtp_url", "smtp://"),
        ("smtp_url", "smtp://localhost/1"),
        ("smtp_url", "smtp://ops@localhost"),
        ("smtp_url", "smtp://:1@localhost"),
        ("smtp_url", "1"),
        ("mail_from", "1"),
        ("retention_days", "0"),
        ("audit_days", "1"),
        ("customer_days", "0"),
        ("stateless", "1x"),
        ("duplicate_window", "1x"),
        ("max_body", "1x"),
        ("booking_url", "1x"),
        ("booking_pages", "1x"),
        ("second_factor", "1x"),
    ] {
        reader.send("/settings", &[(name, value)]).await;
    }
    for (host, port, security, user, password) in [
        ("", "", "tls", "a", "1"),
        ("example.com", "0", "tls", "a", "1"),
        ("example.com", "", "tls", "", "1"),
        ("example.com", "", "tls", "a", ""),
        ("example.com", "", "none", "a", "1"),
        ("example.com", "", "starttls", "", ""),
    ] {
        let fields = [
            ("smtp_service", "other"),
            ("smtp_host", host),
            ("smtp_port", port),
            ("smtp_security", security),
            ("smtp_user", user),
            ("smtp_password", password),
        ];
        reader.send("/settings", &fields).await;
    }
    let changed = [("retention_days", "60"), ("viewers_see_data", "true"), ("stateless", "false")];
    reader.send("/settings", &changed).await;
    // Only the audit entry is stored: with the setting in force, every later page would require a second factor.
    let policy = vec![Change::new("second_factor", "off", "operators")];
    reader.server.state.store.settings.put(&[], policy, &COMMAND_LINE).await.unwrap();
    for path in ["/audit", "/audit?kind=settings", "/audit?object=zzz", "/audit?from=1", "/audit?who=command-line"] {
        reader.read(path).await;
    }
}

/// Reads forms that are answered with faults, with a table, or with a draft.
async fn read_answers(reader: &mut Reader<'_>, message: &str) {
    let old = |rest: &str| {
        format!("https://hooks.torrow.net/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&{rest}")
    };
    let urls = [
        old(&format!("message={}", query::encode(message))),
        old(&format!("message={}&idInstance=7&hide_adress=1&timezone=Mars/Olympus", query::encode(message))),
        old(&format!("message={}", query::encode(message))),
        "https://hooks.torrow.net/webhook/telegram?telegramToken=1".to_owned(),
        "https://example.com/h/k7Rm2Qx9TvB4nWpL".to_owned(),
        old(&format!("message={}", query::encode(message))).replace(TOKEN, "TorrowServiceBot"),
        "1".to_owned(),
    ];
    reader.send("/profiles/urls", &[("text", &urls.join("\n"))]).await;
    reader.send("/profiles/urls", &[("text", "")]).await;
    reader.send("/profiles/urls", &[("draft", "gone")]).await;
    reader.read("/profiles/urls?made=gone").await;
    let files = [
        json!({ "profiles": [{ "name": "1", "sandbox": true, "telegramFieldName": "*T" }] }).to_string(),
        "profiles:\n- name: '1'\n  sandbox: true\n  telegramFieldName: '*T'\n  timezone: Mars/Olympus\n".to_owned(),
        "profiles:\n- name: ''\n- name: '2'\n- name: '2'\n".to_owned(),
        "profiles: 1".to_owned(),
        "{".to_owned(),
        String::new(),
    ];
    for file in &files {
        reader.send("/profiles/import", &[("text", file)]).await;
    }
    let faulty = [
        ("form[name]", ""),
        ("form[target]", "bot"),
        ("form[token]", "1"),
        ("form[values][telegramFieldName]", ""),
        ("form[values][errorEmail]", "1@"),
        ("form[values][timezone]", "1"),
        ("form[values][message]", "<b>1</i>"),
    ];
    reader.send("/rpc/operator/save-profile", &faulty).await;
    for url in urls.iter().map(String::as_str).chain([
        "",
        "https://hooks.torrow.net/webhook/whatsapp?idInstance=7",
        "https://hooks.torrow.net/webhook/telegram",
    ]) {
        reader
            .send("/rpc/operator/read-old-url", &[("form[name]", ""), ("form[target]", "sandbox"), ("url", url)])
            .await;
    }
}

#[tokio::test]
async fn every_word_is_in_the_language_of_its_page() {
    let mut found = read_everything(Language::Ru).await;
    found.extend(read_everything(Language::En).await);
    assert!(found.is_empty(), "{}", found.join("\n"));
}
