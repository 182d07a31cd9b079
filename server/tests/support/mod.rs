//! Support for all tests of the server: a simulated Bot API over real HTTP, the server in this process, and the real
//! binary.
#![allow(dead_code, missing_docs, reason = "each test binary uses its own part")]

pub mod authority;
mod bot_api;
pub mod foreign;
pub mod html;
pub mod ledger;
pub mod letter;
mod limits;
pub mod smtp;
#[path = "../../../tests/telegram/mod.rs"]
pub mod telegram;

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use hookgram::{
    channel::ChannelKind,
    delivery::DeliveryState,
    parameters::Parameter,
    profile::{EditedProfile, Profile},
    values::{AddressState, EmailAddress},
};
use serde_json::{Value, json};
use server::{
    config::{Config, LogFormat, Patience, network},
    secrets::codes,
    serve::Server,
    settings::Fixed,
    state::AppState,
    store::{StoredProfile, audit::COMMAND_LINE},
    time::now,
};
use sqlx::Connection as _;
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

#[allow(unused_imports, reason = "each test binary uses its own part")]
pub use self::bot_api::{Asked, BotApi, Play};

/// A well-formed token of a bot that does not exist.
pub const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

/// Waits until a condition holds, and fails the test after 15 s.
pub async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !condition().await {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Returns the settings for a server in this folder.
pub fn config(folder: &Path, telegram_api: &str) -> Config {
    Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: None,
        data_dir: folder.to_owned(),
        database: None,
        secret_key: None,
        telegram_api: telegram_api.to_owned(),
        fixed: Fixed::default(),
        trusted_proxies: Vec::new(),
        metrics_token: None,
        log: "off".to_owned(),
        log_format: LogFormat::Text,
        patience: Patience::default(),
        connections: 4_096,
    }
}

/// A server in this process, on its own port.
pub struct TestServer {
    pub base: String,
    pub state: AppState,
    pub setup_link: Option<String>,
    pub http: reqwest::Client,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl TestServer {
    pub async fn start(telegram_api: &str) -> Self {
        Self::start_with(telegram_api, |_| {}).await
    }

    pub async fn start_with(telegram_api: &str, adjust: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path(), telegram_api);
        adjust(&mut config);
        let server = Server::start(config).await.unwrap();
        let setup_link = server.setup_link().await.unwrap();
        let (state, base) = (server.state.clone(), format!("http://{}", server.address));
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run_until(async {
            let _ = stopped.await;
        }));
        Self { base, state, setup_link, http: client(), folder, stop: Some(stop), task: Some(task) }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Stores a profile for the bot of [`TOKEN`], or for the sandbox, with these parameters.
    pub async fn profile(&self, name: &str, sandbox: bool, parameters: &[(Parameter, &str)]) -> StoredProfile {
        let mut profile = Profile::default();
        profile.set(Parameter::TelegramFieldName, "*TelegramId").unwrap();
        if !sandbox {
            profile.set(Parameter::TelegramToken, TOKEN).unwrap();
        }
        for (parameter, value) in parameters {
            profile.set(*parameter, value).unwrap();
        }
        let draft = EditedProfile {
            name: name.to_owned(),
            enabled: Some(true),
            channel: if sandbox { ChannelKind::Sandbox } else { ChannelKind::Telegram },
            bare_ids: None,
            bot: None,
            events: Vec::new(),
            profile,
            key: None,
        };
        let id = self.state.store.profiles.put(None, &draft, &COMMAND_LINE).await.unwrap();
        self.state.store.profiles.get(id).await.unwrap().unwrap()
    }

    /// Confirms that mails of the stateless endpoint may be sent to an address.
    pub async fn confirm_email(&self, address: &str) {
        let (store, code_hash) = (&self.state.store, codes::hash(&codes::secret()));
        let address = EmailAddress::parse(address).unwrap();
        store.mails.add_address_link(&code_hash, &address, now() + 60_000, now()).await.unwrap();
        store.mails.answer_address_link(&code_hash, AddressState::Confirmed, now()).await.unwrap();
    }

    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let response = self.http.post(self.url(path)).body(body).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    }

    pub async fn newest_state(&self) -> Option<DeliveryState> {
        self.state.store.queue.deliveries(1).await.unwrap().first().map(|delivery| delivery.state)
    }

    pub async fn wait_for_state(&self, state: DeliveryState) {
        eventually(&format!("a delivery to be {state:?}"), async || self.newest_state().await == Some(state)).await;
    }

    /// Moves the last password confirmation of all sessions this many milliseconds into the past.
    pub async fn age_sessions(&self, by: i64) {
        let mut connection = sqlx::SqliteConnection::connect(&self.database_url()).await.unwrap();
        let aged = sqlx::query("UPDATE sessions SET confirmed_at = confirmed_at - ?1").bind(by);
        aged.execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Returns the URL of the database in its data folder.
    pub fn database_url(&self) -> String {
        format!("sqlite://{}/hookgram.db", self.folder.path().display())
    }

    pub async fn stop(self) {
        drop(self.stop_and_keep().await);
    }

    /// Stops the server; its data folder is kept for the next one.
    pub async fn stop_and_keep(mut self) -> TempDir {
        if let (Some(stop), Some(task)) = (self.stop.take(), self.task.take()) {
            let _ = stop.send(());
            task.await.unwrap();
        }
        self.folder
    }
}

/// Returns a client without redirects and cookies.
pub fn client() -> reqwest::Client {
    let _ = server::channel::telegram::Telegram::new("http://127.0.0.1:1");
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// Trusts the proxies that [`from_anywhere`] pretends to be.
pub fn trust_proxies(config: &mut Config) {
    config.trusted_proxies = network("127.0.0.0/8").into_iter().collect();
}

/// Adds a unique client address to a request, if the server [trusts its proxies](trust_proxies), so that a thousand
/// requests do not hit the rate limit of one client.
pub fn from_anywhere(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    request.header("x-forwarded-for", address())
}

/// Returns an address that was not used before.
pub fn address() -> String {
    std::net::Ipv4Addr::from_bits(0x0a00_0000 + unique()).to_string()
}

/// Returns the number of a message whose first line is `n` and a number.
pub fn number_of(text: &str) -> usize {
    text.lines().next().and_then(|line| line.strip_prefix('n')).unwrap().parse().unwrap()
}

/// Returns a booking event for these chats.
pub fn event(number: &str, chats: &[&str]) -> String {
    let participants: Vec<Value> = chats
        .iter()
        .map(|chat| json!({"ContactInformation": {"Fields": [{"Name": "*TelegramId", "Value": chat}]}}))
        .collect();
    json!({
        "EventType": 3060,
        "CaseItem": {"StartDate": "2024-05-08T08:15:00Z", "OrderNumber": {"FullNumber": number}},
        "CaseParticipants": participants,
    })
    .to_string()
}

/// Returns the reference event with an added `*TelegramId` field; prints a note and returns `None` if the reference
/// is missing.
pub fn reference_event(chat: &str) -> Option<String> {
    let folder = env::var_os("HOOKGRAM_REFERENCE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference"), PathBuf::from);
    let file = folder.join("case-action-event.json");
    let Ok(text) = fs::read_to_string(&file) else {
        println!("skipped: {} is not there; name its folder in HOOKGRAM_REFERENCE", file.display());
        return None;
    };
    let mut event: Value = serde_json::from_str(&text).unwrap();
    let participants = &mut event["CaseParticipants"];
    let first = if participants.is_array() { &mut participants[0] } else { participants };
    let fields = first["ContactInformation"]["Fields"].as_array_mut().unwrap();
    fields.push(json!({"Name": "*TelegramId", "Value": chat}));
    Some(event.to_string())
}

/// The message that contract §5 shows for the reference event.
pub const REFERENCE_MESSAGE: &str = "Вы записаны на услугу

<b>Детали записи</b>
Запись: №180
Услуга: Назначить встречу
Дата: среда, 8 мая 2024 г.
Время: 11:15–11:30 (Мск)
Длительность: 15 минут

<b>Услуги/ресурсы</b>
• Телефонный разговор
<i>Короткий телефонный разговор (не более 15 минут)</i>

<a href=\"https://torrow.net/app/tabs/tab-search/case;id=1b5f03ec663a8071791d2443cf3e799c\">Открыть запись</a>
<a href=\"https://torrow.net/app/tabs/tab-search/service;id=1b5f03ed96001255550ebaa2c51b7d31\">Страница услуги</a>";

/// The real binary, serving a data folder.
pub struct Process {
    child: Child,
    pub base: String,
    log: PathBuf,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a command for the binary without settings in its environment.
pub fn hookgram(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookgram"));
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("HOOKGRAM_")) {
        command.env_remove(name);
    }
    command.env("LANG", "C").env_remove("LC_ALL").env_remove("LC_MESSAGES");
    command.args(arguments).arg("--data-dir").arg(folder);
    command
}

/// Runs the binary to its end, off the async thread, so that a server or Bot API of the test keeps running.
pub async fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = hookgram(folder, arguments);
    let output = move || command.stdin(Stdio::null()).output();
    tokio::task::spawn_blocking(output).await.unwrap().unwrap()
}

impl Process {
    pub async fn serve(folder: &Path, arguments: &[&str]) -> Self {
        Self::serve_with(folder, arguments, |_| {}).await
    }

    /// Like [`Process::serve`], with a function that adjusts the command.
    pub async fn serve_with(folder: &Path, arguments: &[&str], adjust: impl FnOnce(&mut Command)) -> Self {
        let mut command = hookgram(folder, &["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments);
        adjust(&mut command);
        Self::start(command, folder).await
    }

    /// Like [`Process::serve`], but ignores the signal for files that exceed their size limit, so that writes fail
    /// with an error.
    #[cfg(unix)]
    pub async fn serve_deaf_to_limits(folder: &Path, arguments: &[&str]) -> Self {
        let inner = hookgram(folder, &["serve", "--listen", "127.0.0.1:0"]);
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(inner.get_program()).args(inner.get_args());
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.args(arguments);
        Self::start(command, folder).await
    }

    async fn start(mut command: Command, folder: &Path) -> Self {
        let log = folder.with_extension(format!("{}.log", unique()));
        let file = fs::File::create(&log).unwrap();
        command.stdin(Stdio::null());
        let child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        let mut process = Self { child, base: String::new(), log };
        eventually("the server to listen", async || process.address().is_some()).await;
        process.base = process.address().unwrap();
        process
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns everything that it has printed and logged.
    pub fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Returns the first loopback address that it has printed, which is its own.
    fn address(&self) -> Option<String> {
        let output = self.output();
        let from = output.get(output.find("http://127.0.0.1:")?..)?;
        let end = from.find(['\n', '?']).and_then(|line| from.get(..line))?;
        Some(end.splitn(4, '/').take(3).collect::<Vec<_>>().join("/"))
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM and returns the exit code.
    pub fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

fn unique() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
