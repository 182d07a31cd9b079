//! Every failure is provoked with distinctive secrets, with the log at `trace`. Then all output is searched for them:
//! answers with their headers, pages, logs, mails, exports, the terminal, the database's files.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::Path,
    process::{Output, Stdio},
};

use hookgram::{parameters::Parameter, query};
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};
use server::{credentials::totp::Totp, secrets::seal::KEY_FILE, time::now};

use crate::{
    person::between,
    support::{
        BotApi, Play, Process, client, event, eventually, hookgram,
        ledger::Ledger,
        smtp::{SmtpServer, Turn},
    },
    visitor::{recovery_codes, shown_secret},
};

const STATELESS: &str = "7001002003:AAStatelessTokenMark0123456789abcde";
const PROFILE: &str = "7001002004:AAProfileTokenMarked0123456789abcde";
const TYPED: &str = "7001002005:AATypedTokenMarkedXY0123456789abcde";
const PASTED: &str = "7001002006:AAPastedTokenMarkedX0123456789abcde";
const IMPORTED: &str = "7001002007:AAImportedTokenMarked123456789abcde";
const NOBODYS: &str = "7001002008:AANobodysTokenMarked0123456789abcde";

const PASSWORD: &str = "мой &секрет <про> \"лес\" Kv7PasswordMark";
const SECOND: &str = "SecondPasswordMark и <ещё> 'слова'";
const WRONG: &str = "WrongPasswordMarked & чужой";
const WEAK: &str = "WeakWeakWeakWeak";
const SMTP: &str = "SmtpP@ss:wordMarked";
const METRICS: &str = "MetricsTokenMarked42";

/// A browser that keeps cookies and records each answer in the ledger.
struct Browser<'a> {
    base: String,
    ledger: &'a Ledger,
    jar: RefCell<BTreeMap<String, String>>,
    /// The secrets that the next answer may contain.
    may: RefCell<Vec<&'static str>>,
    scripts: Cell<bool>,
}

struct Answer {
    status: u16,
    to: String,
    text: String,
}

impl<'a> Browser<'a> {
    fn new(server: &Process, ledger: &'a Ledger) -> Self {
        let base = server.base.clone();
        Self { base, ledger, jar: RefCell::default(), may: RefCell::default(), scripts: Cell::new(false) }
    }

    /// Allows the next answer to contain these secrets.
    fn may(&self, names: &[&'static str]) -> &Self {
        *self.may.borrow_mut() = names.to_vec();
        self
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let cookies: Vec<String> = self.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = client().request(method, format!("{}{path}", self.base));
        request = request.header("cookie", cookies.join("; ")).header("accept-language", "en");
        let accept = if self.scripts.get() { "application/json" } else { "text/html" };
        request = request.header("accept", accept).header("origin", &self.base);
        request = request.header("referer", format!("{}/profiles/new", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body.unwrap_or_default()).send().await.unwrap();
        let status = response.status().as_u16();
        let mut headers = response.headers().clone();
        self.keep(&headers);
        headers.remove("set-cookie");
        let to = headers.get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
        let text = response.text().await.unwrap();
        let place = format!("answer {status} of {}", path.chars().take(60).collect::<String>());
        let may = std::mem::take(&mut *self.may.borrow_mut());
        self.ledger.said(place, format!("{headers:?}\n{text}"), &may);
        Answer { status, to, text }
    }

    /// The value of a cookie is a secret everywhere else.
    fn keep(&self, headers: &HeaderMap) {
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            self.ledger.said("answer, its cookie", cookie, &["cookie"]);
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if matches!(name, "hookgram_session" | "hookgram_known" | "hookgram_sign_in") && value.len() > 16 {
                self.ledger.secret("cookie", value);
            }
            self.jar.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", query::encode(value))).collect();
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &kind, Some(pairs.join("&"))).await
    }

    async fn json(&self, path: &str, body: impl Into<String>) -> Answer {
        self.send(Method::POST, path, &[("content-type", "application/json")], Some(body.into())).await
    }

    /// Sends a form and follows it twice: as a browser without scripts and as one with scripts.
    async fn both(&self, path: &str, fields: &[(&str, &str)]) {
        for scripts in [false, true] {
            self.scripts.set(scripts);
            let answer = self.form(path, fields).await;
            if let Some(to) = answer.to.strip_prefix(&self.base).or(Some(&answer.to)).filter(|to| to.starts_with('/')) {
                self.scripts.set(false);
                self.get(to).await;
            }
        }
        self.scripts.set(false);
    }
}

/// Runs the binary and records its output.
fn terminal(ledger: &Ledger, data: &Path, arguments: &[&str], environment: &[(&str, &str)], may: &[&str]) -> Output {
    let mut command = hookgram(data, arguments);
    command.envs(environment.iter().copied()).env("HOOKGRAM_LOG", "trace");
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout.clone(), output.stderr.clone()].concat();
    ledger.said(format!("terminal {}", arguments[0]), said, may);
    output
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_any_output_with_the_text_log() {
    drive("text").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_any_output_with_the_json_log() {
    drive("json").await;
}

async fn drive(format: &str) {
    let ledger = Ledger::default();
    for (name, token) in [
        ("token of a URL", STATELESS),
        ("token of a profile", PROFILE),
        ("token typed", TYPED),
        ("token pasted", PASTED),
        ("token imported", IMPORTED),
        ("token of nobody", NOBODYS),
    ] {
        ledger.token(name, token);
    }
    for (name, text) in
        [("password", PASSWORD), ("new password", SECOND), ("wrong password", WRONG), ("weak password", WEAK)]
    {
        ledger.secret(name, text);
    }
    ledger.secret("mail password", SMTP);
    ledger.secret("mail password as it is written", &query::encode(SMTP));
    ledger.secret("metrics token", METRICS);
    let (api, smtp) = (BotApi::start().await, SmtpServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let url = api.url();
    let arguments = ["--telegram-api", &url, "--log", "trace", "--log-format", format];
    let server =
        Process::serve_with(&data, &arguments, |command| _ = command.env("HOOKGRAM_METRICS_TOKEN", METRICS)).await;
    let key = fs::read_to_string(data.join(KEY_FILE)).unwrap();
    ledger.secret("key", key.trim().trim_start_matches("1:"));

    let browser = Browser::new(&server, &ledger);
    let set_up = ways_in(&browser, &server, &data).await;
    second_factor(&browser, &server, &data).await;
    mail(&browser, &smtp).await;
    endpoints(&browser, &api).await;
    builder(&browser, &api).await;
    let keys = deliveries(&browser, &api).await;
    imports(&browser, &data).await;
    pages(&browser, &data, &keys).await;
    sloppy_paths(&browser, &keys[0]).await;
    command_line(&ledger, &data);
    let key = fs::read_to_string(data.join(KEY_FILE)).unwrap();
    ledger.secret("key after its change", key.trim().split_once(':').unwrap().1);

    for mail in smtp.mails() {
        ledger.said("mail", format!("{mail:?}"), &["code of an invitation"]);
    }
    let files = || {
        for file in ["hookgram.db", "hookgram.db-wal"] {
            ledger.said(file, fs::read(data.join(file)).unwrap_or_default(), &[]);
        }
    };
    files();
    for key in keys {
        ledger.secret_in("log", "webhook key", &key);
    }
    // The first link is printed to the terminal and not logged.
    let log = || server.output().replace(&set_up, "");
    assert!(log().contains("/webhook/telegram") && !log().contains("telegramToken"), "no query is logged");
    ledger.said("log", log(), &[]);
    let output = server.output();
    assert_eq!(server.terminate(), Some(0));
    files();
    assert!(output.contains("TRACE") && output.contains("DEBUG"), "it was said what was to be said");
    let (count, bytes) = ledger.size();
    println!("{count} outputs, {bytes} bytes");
    let findings = ledger.findings();
    assert!(findings.is_empty(), "{} secrets were said:\n{}", findings.len(), findings.join("\n"));
}

/// Creates the first account and uses wrong passwords and links. Returns the code of the printed link.
async fn ways_in(browser: &Browser<'_>, server: &Process, data: &Path) -> String {
    let ledger = browser.ledger;
    eventually("the first link", async || server.output().contains("/setup/")).await;
    let output = server.output();
    let set_up = between(&output, "/setup/", "\n").trim().to_owned();
    ledger.secret("code of the first link", &set_up);
    let page = format!("/setup/{set_up}");
    let owner = "owner@example.com";
    browser.may(&["code of the first link"]).get(&page).await;
    browser.may(&["code of the first link"]).form(&page, &[("email", owner), ("password", WEAK)]).await;
    browser.may(&["code of the first link"]).form(&page, &[("email", "nobody"), ("password", PASSWORD)]).await;
    assert_eq!(browser.form(&page, &[("email", owner), ("password", PASSWORD)]).await.status, 303);
    browser.get(&page).await;
    browser.form("/confirm", &[("password", WRONG), ("next", "/settings")]).await;
    for (current, new) in [(WRONG, SECOND), (PASSWORD, WEAK), (PASSWORD, SECOND)] {
        browser.form("/account/password", &[("current", current), ("password", new)]).await;
    }
    browser.form("/logout", &[]).await;
    for (email, password) in [(owner, WRONG), ("nobody@example.com", SECOND), ("not an address", PASSWORD)] {
        browser.form("/login", &[("email", email), ("password", password), ("next", "/audit")]).await;
    }
    browser.json("/login", json!({"email": owner, "password": WRONG}).to_string()).await;
    // The password was typed into the wrong field by mistake, so only the person who typed it may see it again.
    browser.may(&["wrong password"]).form("/login", &[("email", WRONG), ("password", "")]).await;
    browser.get(&format!("/login?password={}", query::encode(WRONG))).await;
    browser.form("/forgot", &[("email", owner)]).await;
    let printed = terminal(ledger, data, &["user", "reset-link", owner], &[], &["code of a reset"]);
    let printed = String::from_utf8(printed.stdout).unwrap();
    let code = printed.trim().rsplit('/').next().unwrap().to_owned();
    ledger.secret("code of a reset", &code);
    let page = format!("/reset/{code}");
    browser.may(&["code of a reset"]).get(&page).await;
    browser.may(&["code of a reset"]).form(&page, &[("password", WEAK)]).await;
    let reset = browser.form(&page, &[("password", SECOND)]).await;
    assert_eq!(reset.status, 303, "{}", reset.text);
    browser.get(&page).await;
    browser.form("/login", &[("email", owner), ("password", SECOND)]).await;
    set_up
}

/// An invited person sets up a second factor and makes every possible typing mistake.
async fn second_factor(browser: &Browser<'_>, server: &Process, data: &Path) {
    let ledger = browser.ledger;
    let page = browser.may(&["code of an invitation"]);
    let page = page.form("/users/invite", &[("email", "guest@example.com"), ("role", "operator")]).await;
    let code = between(&page.text, "/invite/", "\"").split('<').next().unwrap().to_owned();
    ledger.secret("code of an invitation", &code);
    browser.get("/users").await;
    let guest = Browser::new(server, ledger);
    let invitation = format!("/invite/{code}");
    guest.may(&["code of an invitation"]).get(&invitation).await;
    guest.may(&["code of an invitation"]).form(&invitation, &[("password", WEAK)]).await;
    assert_eq!(guest.form(&invitation, &[("password", PASSWORD)]).await.status, 303);
    let page = guest.may(&["secret of the second step"]).get("/account/second-factor").await;
    let secret = shown_secret(&page.text);
    ledger.secret("secret of the second step", &secret);
    let sealed = between(&page.text, "name=\"sealed\" value=\"", "\"").to_owned();
    let totp = Totp::from_base32(&secret.into()).unwrap();
    let setting_up = "/account/second-factor";
    guest.may(&["secret of the second step"]).form(setting_up, &[("sealed", &sealed), ("code", "000000")]).await;
    let code = totp.code_at(now()).unwrap();
    let shown = guest.may(&["recovery code"]).form(setting_up, &[("sealed", &sealed), ("code", &code)]).await;
    let codes = recovery_codes(&shown.text);
    assert_eq!(codes.len(), 10, "{}", shown.text);
    for code in &codes {
        ledger.secret("recovery code", code);
        ledger.secret("recovery code without its lines", &code.replace('-', ""));
    }
    guest.get(setting_up).await;
    guest.get("/account").await;
    guest.form("/confirm", &[("password", WRONG), ("recovery", &codes[0])]).await;
    guest.form("/logout", &[]).await;
    guest.form("/login", &[("email", "guest@example.com"), ("password", PASSWORD)]).await;
    guest.form("/login/second", &[("recovery", "not one of them")]).await;
    assert_eq!(guest.form("/login/second", &[("recovery", &codes[1])]).await.status, 303);
    terminal(ledger, data, &["user", "second-factor-off", "guest@example.com"], &[], &[]);
}

/// The mail server fails in every way and repeats what it received.
async fn mail(browser: &Browser<'_>, smtp: &SmtpServer) {
    let password = query::encode(SMTP);
    for (url, from) in [
        (format!("http://ops:{password}@{}", smtp.address), "hooks@example.com"),
        (format!("smtp://ops:{SMTP}@"), "hooks@example.com"),
        (format!("smtp://ops:{password}@{}/{password}", smtp.address), "hooks@example.com"),
        (format!("smtp://:{password}@{}", smtp.address), "hooks@example.com"),
        (format!("smtp://ops:{password}@{}", smtp.address), "nobody"),
        (format!("smtp://ops:{password}@{}", smtp.address), "hooks@example.com"),
    ] {
        browser.form("/settings", &[("smtp_url", &url), ("mail_from", from)]).await;
        browser.get("/settings").await;
    }
    smtp.next([
        Turn::Answer("AUTH", "535 5.7.8 no such password: SmtpP@ss:wordMarked"),
        Turn::Answer("AUTH", "454 4.7.0 AG9wcwBTbXRwUEBzczp3b3JkTWFya2Vk"),
        Turn::Answer("MAIL", "451 4.0.0 SmtpP@ss:wordMarked SmtpP%40ss%3AwordMarked"),
        Turn::Answer("RCPT", "550 5.1.1 U210cFBAc3M6d29yZE1hcmtlZA=="),
        Turn::HangUp("AUTH"),
    ]);
    for _ in 0..6 {
        browser.form("/settings/mail", &[]).await;
    }
    browser.form("/forgot", &[("email", "owner@example.com")]).await;
    assert!(smtp.connections() >= 5, "{:?}", smtp.verbs());
}

/// Calls the endpoints with a token in every place where one could be put by mistake.
async fn endpoints(browser: &Browser<'_>, api: &BotApi) {
    api.know([STATELESS, PROFILE, IMPORTED]);
    let good = format!("telegramToken={STATELESS}&telegramFieldName=*TelegramId&errorEmail=a@example.com");
    let mut queries = vec![
        format!("telegramToken={STATELESS}x"),
        format!("telegramToken={}", &STATELESS[..40]),
        format!("telegramToken={}", STATELESS.replace(':', "%3A").replace("Token", "%54oken")),
        format!("telegramToken={}&telegramFieldName=a", STATELESS.replace(':', " ")),
        format!("TelegramToken={STATELESS}&telegramToken={STATELESS}&{good}"),
        format!("telegramToken={NOBODYS}&telegramFieldName=a"),
        format!("{STATELESS}"),
        format!("{good}&{STATELESS}=1&apiToken={STATELESS}&bot={STATELESS}&%FF={STATELESS}"),
        format!("{good}&message=%FF{STATELESS}&sign_text=<b>{STATELESS}"),
    ];
    queries.extend(Parameter::all().map(|parameter| format!("{good}&{}={STATELESS}", parameter.name())));
    // Parameters that are part of a message are sent unchanged.
    let is_said = |query: &str| ["message=", "sign_text=", "_name="].iter().any(|name| query.contains(name));
    for query in &queries {
        for path in ["/webhook/telegram", "/h/k7Rm2Qx9TvB4nWpL"] {
            browser.get(&format!("{path}?{query}")).await;
            if !is_said(query) {
                browser.json(&format!("{path}?{query}"), event("1", &["5"])).await;
            }
        }
    }
    let whole = format!("/webhook/telegram?{good}");
    for body in ["", "{", "[]", "\u{0}", r#"{"CaseItem": 5}"#, "{}"] {
        browser.json(&whole, body).await;
    }
    let headers = [("content-type", STATELESS), ("content-encoding", STATELESS), ("x-forwarded-for", STATELESS)];
    for header in headers {
        browser.send(Method::POST, &whole, &[header], Some("{}".to_owned())).await;
    }
    browser.send(Method::PUT, &whole, &[], None).await;
    for path in [
        format!("/h/{STATELESS}"),
        format!("/webhook/telegram&telegramToken={STATELESS}"),
        format!("/webhook/telegram%3FtelegramToken%3D{STATELESS}"),
        format!("/{STATELESS}/{STATELESS}"),
        format!("/profiles/{STATELESS}"),
        format!("/deliveries/{STATELESS}"),
        format!("/deliveries?q={STATELESS}&order={STATELESS}&chat={STATELESS}&cause={STATELESS}"),
        format!("/audit?object={STATELESS}&who={STATELESS}"),
        format!("/pkg/{STATELESS}.js"),
        format!("/rpc/{STATELESS}"),
        format!("/find-chat/{STATELESS}"),
    ] {
        // The page shows the search text in its field.
        let may: &[&'static str] = if path.contains('?') { &["token of a URL"] } else { &[] };
        browser.may(may).get(&path).await;
    }
}

/// Sends the builder's form with faults, with and without scripts, and test messages to a Bot API that fails in every
/// way.
async fn builder(browser: &Browser<'_>, api: &BotApi) {
    let form = |token: &'static str, field: &'static str, mail: &'static str| {
        [
            ("form[name]", "Salon"),
            ("form[target]", "bot"),
            ("form[token]", token),
            ("form[values][telegramFieldName]", field),
            ("form[values][errorEmail]", mail),
            ("form[values][message]", "Hi"),
        ]
    };
    let botfather = "Use this token to access the HTTP API: 7001002005:AATypedTokenMarkedXY0123456789abcde Keep it";
    let broken = "7001002005:AATypedTokenMarkedXY0123456789abcdeTooLong";
    for token in [TYPED, botfather, broken] {
        browser.both("/rpc/operator/save-profile", &form(token, "", "ops@example")).await;
        browser.both("/rpc/operator/verify-bot", &[("token", token)]).await;
        browser.both("/rpc/operator/find-chat-page", &form(token, "*TelegramId", "")).await;
        browser.scripts.set(true);
        browser.form("/rpc/operator/find-chat", &[("token", token), ("code", "")]).await;
        browser.scripts.set(false);
    }
    for url in [
        format!("https://old.example/webhook/telegram?telegramToken={PASTED}&telegramFieldName=*Tg&timezone=Mars"),
        format!("https://old.example/webhook/whatsapp?apiToken={PASTED}"),
        format!("https://old.example/h/{PASTED}"),
        format!("telegramToken {PASTED}"),
    ] {
        let fields = [&form("", "*TelegramId", "")[..], &[("url", url.as_str())]].concat();
        browser.both("/rpc/operator/read-old-url", &fields).await;
    }
    for play in moods(TYPED) {
        let test = [&form(TYPED, "*TelegramId", "")[..], &[("sample", "Appointment"), ("chat", "5")]].concat();
        api.next_of("sendMessage", [play]);
        browser.both("/rpc/operator/send-test", &test).await;
        api.next_of("sendMessage", []);
    }
    for body in ["form[token]=%FF", "form[token]", "{"] {
        let body = format!("{body}&form[name]={TYPED}");
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        browser.may(&["token typed"]).send(Method::POST, "/rpc/operator/save-profile", &kind, Some(body)).await;
    }
    let saved = browser.form("/rpc/operator/save-profile", &form(PROFILE, "*TelegramId", "ops@example.com")).await;
    assert!(saved.to.contains("/share"), "{} {}", saved.status, saved.text);
}

/// Returns the ways in which a Bot API, or a proxy in front of it, may fail while repeating the requested address.
fn moods(token: &'static str) -> [Play; 9] {
    let repeated: &'static str = format!("Not Found: /bot{token}/sendMessage").leak();
    [
        Play::Refuse(401, "Unauthorized", Value::Null),
        Play::Refuse(400, "Bad Request: chat not found", Value::Null),
        Play::Refuse(403, "Forbidden: bot was blocked by the user", Value::Null),
        Play::Refuse(400, repeated, Value::Null),
        Play::Refuse(429, "Too Many Requests: retry after 0", json!({"retry_after": 0})),
        Play::Refuse(500, "Internal Server Error", Value::Null),
        Play::Html(502),
        Play::HangUp,
        Play::Ok,
    ]
}

/// Posts events to the profile and the stateless endpoint, each with another outcome. Returns the webhook key.
async fn deliveries(browser: &Browser<'_>, api: &BotApi) -> Vec<String> {
    let page = browser.get("/").await.text;
    let key = between(&page, "/h/", "\"").split('<').next().unwrap().to_owned();
    let urls = [
        (format!("/h/{key}?apiToken={PROFILE}&telegramToken={NOBODYS}"), PROFILE),
        (format!("/webhook/telegram?telegramToken={STATELESS}&telegramFieldName=*TelegramId&message=Hi"), STATELESS),
    ];
    let mut number = 100;
    for (url, token) in urls {
        // A refused token ends the deliveries, so it is the last case.
        for play in moods(token).into_iter().rev() {
            number += 1;
            let asked = api.messages().len();
            api.next_of("sendMessage", [play]);
            let answer = browser.json(&url, event(&number.to_string(), &[&number.to_string()])).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            eventually("the message to be tried", async || api.messages().len() > asked).await;
        }
        // The refused token is entered again.
        let token = [("id", "1"), ("form[name]", "Salon"), ("form[target]", "bot"), ("form[token]", PROFILE)];
        let fields = [&token[..], &[("form[values][telegramFieldName]", "*TelegramId")]].concat();
        browser.form("/rpc/operator/save-profile", &fields).await;
    }
    browser.json(&format!("/h/{key}"), "{}").await;
    vec![key]
}

/// Imports files and lists of URLs, with and without faults.
async fn imports(browser: &Browser<'_>, data: &Path) {
    let faulty = format!("profiles:\n- name: A\n  telegramToken: '{IMPORTED}'\n  timezone: x\n- {IMPORTED}: 1\n");
    let broken = format!("profiles: [{IMPORTED}\n  - :");
    let good = format!("profiles:\n- name: Imported\n  telegramToken: '{IMPORTED}'\n  telegramFieldName: '*T'\n");
    for text in
        [&faulty, &broken, &format!("telegramToken: {IMPORTED}"), &format!("{{\"profiles\": \"{IMPORTED}\"}}"), &good]
    {
        browser.form("/profiles/import", &[("text", text)]).await;
        let file = data.join("../profiles.yaml");
        fs::write(&file, text).unwrap();
        terminal(browser.ledger, data, &["profile", "import", file.to_str().unwrap()], &[], &[]);
    }
    let urls = [
        format!("https://old.example/webhook/telegram?telegramToken={PASTED}&telegramFieldName=*Tg"),
        format!("https://old.example/webhook/telegram?telegramToken={PASTED}x&telegramFieldName="),
        format!("{PASTED} nothing"),
    ];
    browser.form("/profiles/urls", &[("text", &urls.join("\n"))]).await;
}

/// Opens every page and downloads every file.
async fn pages(browser: &Browser<'_>, data: &Path, keys: &[String]) {
    let mut paths: Vec<String> = [
        "/",
        "/profiles/1",
        "/profiles/1/share",
        "/profiles/1/key",
        "/profiles/1/delete",
        "/profiles/new",
        "/deliveries",
        "/deliveries/export.csv",
        "/deliveries/export.jsonl",
        "/deliveries/unreachable",
        "/deliveries/work",
        "/profiles/export",
        "/profiles/1/export",
        "/profiles/import",
        "/profiles/urls",
        "/health",
        "/audit",
        "/users",
        "/settings",
        "/sandbox",
        "/account",
        "/metrics",
        "/healthz",
        "/readyz",
        "/robots.txt",
        "/login",
        "/nowhere",
    ]
    .map(str::to_owned)
    .into();
    paths.extend(keys.iter().map(|key| format!("/h/{key}")));
    let log = browser.get("/deliveries").await.text;
    let events: Vec<&str> =
        log.split("open=").skip(1).map(|rest| rest.split(['"', '&', '#']).next().unwrap()).collect();
    for id in events {
        paths.extend(["", "/payload", "/payload.json"].map(|what| format!("/deliveries/{id}{what}")));
    }
    assert!(paths.len() > 50, "the log shows what was sent: {}", paths.len());
    let assets: Vec<String> =
        log.split(['"', '\'']).filter(|text| text.starts_with("/pkg/")).map(str::to_owned).collect();
    paths.extend(assets);
    for path in paths {
        browser.get(&path).await;
    }
    for bearer in ["wrong", METRICS] {
        let headers = [("authorization", format!("Bearer {bearer}")), ("x-forwarded-for", "192.0.2.1".to_owned())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.send(Method::GET, "/metrics", &headers, None).await;
    }
    terminal(browser.ledger, data, &["profile", "list"], &[], &[]);
    terminal(browser.ledger, data, &["profile", "export"], &[], &[]);
    let whole = terminal(browser.ledger, data, &["profile", "export", "--with-secrets"], &[], &["token"]);
    assert!(String::from_utf8_lossy(&whole.stdout).contains(PROFILE), "who asks for the secrets gets them");
}

/// Puts a webhook key everywhere a mistake can put it: in the path, the method, the query and the `Referer`.
async fn sloppy_paths(browser: &Browser<'_>, key: &str) {
    let paths = [
        format!("/{key}"),
        format!("//h/{key}"),
        format!("/h//{key}"),
        format!("/h/{key}/"),
        format!("/h/{key}%20"),
        format!("/h/{key}%0A"),
        format!("/h/{key}/x"),
        format!("/h;{key}"),
        format!("/h%2F{key}"),
        format!("/%68/{key}"),
        format!("/H/{key}"),
        format!("/hooks/h/{key}"),
        format!("/webhook/{key}"),
        format!("/webhook/h/{key}"),
        format!("/webhook/telegram/{key}"),
        format!("/setup/{key}"),
        format!("/login/{key}"),
        format!("/profiles/{key}"),
        format!("/profiles/{key}/share"),
        format!("/deliveries/{key}"),
        format!("/live/profiles/{key}"),
        format!("/rpc/{key}"),
        format!("/rpc/operator/{key}"),
        format!("/pkg/{key}"),
        format!("/find-chat/{key}"),
        format!("/?h={key}"),
    ];
    let encoded: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let also = [format!("/{encoded}"), format!("/h/{encoded}"), format!("/hooks/{encoded}")];
    for path in paths.iter().chain(&also) {
        for method in [Method::GET, Method::POST, Method::from_bytes(key.as_bytes()).unwrap()] {
            let referer = [("referer", &*format!("{}/h/{key}", browser.base)), ("user-agent", key)];
            browser.send(method, path, &referer, Some(String::new())).await;
        }
    }
}

/// Runs the command line with secrets in right and wrong places.
fn command_line(ledger: &Ledger, data: &Path) {
    let url =
        format!("https://old.example/webhook/telegram?telegramToken={STATELESS}&timezone={STATELESS}&x={STATELESS}");
    for arguments in [
        &["check", &url, "--offline"][..],
        &["check", &url, "--offline", "--json"],
        &["check", STATELESS],
        &["render", &url],
        &["render", &url, "--json"],
        &["render", &url, STATELESS],
        &["replay", "--failed", "--list"],
        &["key", "rotate"],
    ] {
        terminal(ledger, data, arguments, &[], &[]);
    }
    let bad_url = format!("smtp://ops:{}@:x", query::encode(SMTP));
    for (name, value) in [
        ("HOOKGRAM_SMTP_URL", bad_url.as_str()),
        ("HOOKGRAM_SECRET_KEY", SMTP),
        ("HOOKGRAM_SECRET_KEY_FILE", "/dev/null"),
        ("HOOKGRAM_METRICS_TOKEN", METRICS),
    ] {
        terminal(ledger, data, &["user", "list"], &[(name, value)], &[]);
    }
    let mut command = hookgram(data, &["user", "add", "x@example.com", "--role", "viewer", "--password-stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(WEAK.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    ledger.said("terminal user add", [output.stdout, output.stderr].concat(), &[]);
}
