//! Startup settings (contract §6), parsed from flags and the environment. Settings that admins may change too are in
//! [`crate::settings`].

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt, fs,
    net::{IpAddr, SocketAddr},
    ops::Deref,
    path::PathBuf,
    time::Duration,
};

use clap::Args;
use hookgram::setting::Setting;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    secrets::seal::KeySource,
    settings::{
        Fixed,
        parse::{BadSetting, bad, web_address},
        smtp::url as smtp,
    },
    store::Location,
};

/// The settings as typed. Each is a flag and an environment variable.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
#[allow(rustdoc::bare_urls, reason = "the command line prints these texts as they are")]
pub struct Settings {
    /// Address and port to listen on
    #[arg(long, env = "HOOKGRAM_LISTEN", global = true, default_value = "127.0.0.1:3000", value_name = "ADDRESS")]
    pub listen: String,
    /// Start of short URLs, without a path; https makes cookies Secure [default: http:// and the listening address;
    /// other commands use that of the server that ran last]
    #[arg(long, env = "HOOKGRAM_PUBLIC_URL", global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// Folder for the database and the key file, created on first start [default: data]
    #[arg(long, env = "HOOKGRAM_DATA_DIR", global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// Database URL [default: sqlite://{data dir}/hookgram.db]
    #[arg(long, env = "HOOKGRAM_DATABASE_URL", global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Bot API server
    #[arg(
        long,
        env = "HOOKGRAM_TELEGRAM_API",
        global = true,
        default_value = "https://api.telegram.org",
        value_name = "URL"
    )]
    pub telegram_api: String,
    /// Sender of error emails, e.g. Hookgram <hookgram@example.com>; required with HOOKGRAM_SMTP_URL
    #[arg(long, env = "HOOKGRAM_MAIL_FROM", global = true, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Host of the links in messages [default: https://torrow.net]
    #[arg(long, env = "HOOKGRAM_BOOKING_URL", global = true, value_name = "URL")]
    pub booking_url: Option<String>,
    /// Host of the booking pages that booking bots open [default: https://embed.torrow.net]
    #[arg(long, env = "HOOKGRAM_BOOKING_PAGES", global = true, value_name = "URL")]
    pub booking_pages: Option<String>,
    /// Whether to accept events at the stateless endpoint /webhook/telegram [default: true]
    #[arg(long, env = "HOOKGRAM_STATELESS", global = true, value_name = "true|false")]
    pub stateless: Option<String>,
    /// Most undelivered events at the stateless endpoint for bots not yet confirmed by Telegram [default: 2000]
    #[arg(long, env = "HOOKGRAM_STRANGER_EVENTS", global = true, value_name = "COUNT")]
    pub stranger_events: Option<String>,
    /// Maximum size of an event [default: 1MiB]
    #[arg(long, env = "HOOKGRAM_MAX_BODY", global = true, value_name = "SIZE")]
    pub max_body: Option<String>,
    /// Days to keep events and their bodies [default: 30]
    #[arg(long, env = "HOOKGRAM_RETENTION_DAYS", global = true, value_name = "DAYS")]
    pub retention_days: Option<String>,
    /// How long an exact repeat of an event is ignored; 0: never [default: 10m]
    #[arg(long, env = "HOOKGRAM_DUPLICATE_WINDOW", global = true, value_name = "TIME")]
    pub duplicate_window: Option<String>,
    /// How long to retry a delivery before it counts as failed [default: 24h]
    #[arg(long, env = "HOOKGRAM_RETRY_MAX_AGE", global = true, value_name = "TIME")]
    pub retry_max_age: Option<String>,
    /// Days to keep the audit log, 30 or more [default: 365]
    #[arg(long, env = "HOOKGRAM_AUDIT_DAYS", global = true, value_name = "DAYS")]
    pub audit_days: Option<String>,
    /// Days to keep customers of booking bots after their last contact [default: 400]
    #[arg(long, env = "HOOKGRAM_CUSTOMER_DAYS", global = true, value_name = "DAYS")]
    pub customer_days: Option<String>,
    /// Who must have a second factor [default: off]
    #[arg(long, env = "HOOKGRAM_SECOND_FACTOR", global = true, value_name = "off|admins|operators|all")]
    pub second_factor: Option<String>,
    /// Whether viewers see message texts and recipients [default: false]
    #[arg(long, env = "HOOKGRAM_VIEWERS_SEE_DATA", global = true, value_name = "true|false")]
    pub viewers_see_data: Option<String>,
    /// Proxies whose X-Forwarded-For is trusted: addresses or networks, separated by commas
    #[arg(long, env = "HOOKGRAM_TRUSTED_PROXIES", global = true, default_value = "", value_name = "NETWORKS")]
    pub trusted_proxies: String,
    /// Log filter, e.g. info or warn,server=debug
    #[arg(long, env = "HOOKGRAM_LOG", global = true, default_value = "info", value_name = "FILTER")]
    pub log: String,
    /// Log format
    #[arg(long, env = "HOOKGRAM_LOG_FORMAT", global = true, default_value = "text", value_name = "text|json")]
    pub log_format: String,
}

/// The parsed settings of the command line and the environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The prefix of profile URLs, if it is set.
    pub public_url: Option<PublicUrl>,
    /// The data folder.
    pub data_dir: PathBuf,
    /// The database's URL, if it is set.
    pub database: Option<String>,
    /// The encryption keys, if the environment provides them.
    pub secret_key: Option<KeySource>,
    /// The Bot API server, without a trailing slash.
    pub telegram_api: String,
    /// Settings that a flag or the environment fixes, so that admins cannot change them.
    pub fixed: Fixed,
    /// Proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The bearer token that `/metrics` requires.
    pub metrics_token: Option<SecretString>,
    /// The log filter.
    pub log: String,
    /// The format of the log.
    pub log_format: LogFormat,
    /// Time limits for slow clients.
    pub patience: Patience,
    /// The maximum number of connections; fewer if the limit on open files is too low.
    pub connections: usize,
}

/// The maximum number of connections. Further connections wait to be accepted.
pub const CONNECTIONS: usize = 4096;

/// Timeouts for slow clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The timeout for a request's head, and for an idle connection.
    pub head: Duration,
    /// The timeout for the body of an event or of a small form.
    pub body: Duration,
    /// The timeout for a form that may contain a file.
    pub form: Duration,
    /// How long a client may read nothing of a response before its connection is closed.
    pub write: Duration,
    /// The interval at which a live stream checks that its session is still valid.
    pub look: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(15),
            body: Duration::from_secs(30),
            form: Duration::from_secs(60),
            write: Duration::from_secs(30),
            look: Duration::from_secs(20),
        }
    }
}

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object per line.
    Json,
}

impl Settings {
    /// Parses all settings.
    ///
    /// # Errors
    ///
    /// The first invalid setting.
    pub fn read(&self) -> Result<Config, BadSetting> {
        let listen = self.listen.replacen("localhost:", "127.0.0.1:", 1);
        Ok(Config {
            listen: listen.parse().map_err(|_| {
                let hint = "is not an address to listen on; write it like 127.0.0.1:3000 or 0.0.0.0:8080";
                bad("HOOKGRAM_LISTEN", format!("“{}” {hint}", self.listen))
            })?,
            public_url: self.public_url.as_deref().map(public_url).transpose()?,
            data_dir: self.data_dir.clone().unwrap_or_else(|| PathBuf::from("data")),
            database: self.database_url.as_deref().map(sqlite_url).transpose()?,
            secret_key: secret_key()?,
            telegram_api: base_url("HOOKGRAM_TELEGRAM_API", &self.telegram_api)?,
            fixed: self.fixed()?,
            trusted_proxies: networks("HOOKGRAM_TRUSTED_PROXIES", &self.trusted_proxies)?,
            metrics_token: secret("HOOKGRAM_METRICS_TOKEN", "HOOKGRAM_METRICS_TOKEN_FILE")?,
            log: self.log.clone(),
            log_format: match self.log_format.as_str() {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                other => return Err(bad("HOOKGRAM_LOG_FORMAT", format!("“{other}” is neither text nor json"))),
            },
            patience: Patience::default(),
            connections: CONNECTIONS,
        })
    }
}

impl Settings {
    /// The settings that the Settings page cannot change, each checked.
    fn fixed(&self) -> Result<Fixed, BadSetting> {
        let mut fixed = Fixed::default();
        let url = secret(smtp::URL, smtp::URL_FILE)?;
        for (setting, said) in [
            (Setting::SmtpUrl, url.as_ref().map(|url| url.expose_secret())),
            (Setting::MailFrom, self.mail_from.as_deref()),
            (Setting::BookingUrl, self.booking_url.as_deref()),
            (Setting::BookingPages, self.booking_pages.as_deref()),
            (Setting::Stateless, self.stateless.as_deref()),
            (Setting::StrangerEvents, self.stranger_events.as_deref()),
            (Setting::MaxBody, self.max_body.as_deref()),
            (Setting::RetentionDays, self.retention_days.as_deref()),
            (Setting::DuplicateWindow, self.duplicate_window.as_deref()),
            (Setting::RetryMaxAge, self.retry_max_age.as_deref()),
            (Setting::AuditDays, self.audit_days.as_deref()),
            (Setting::CustomerDays, self.customer_days.as_deref()),
            (Setting::SecondFactor, self.second_factor.as_deref()),
            (Setting::ViewersSeeData, self.viewers_see_data.as_deref()),
        ] {
            if let Some(text) = said {
                fixed.fix(setting, text)?;
            }
        }
        Ok(fixed)
    }
}

impl Config {
    /// Where the data is stored.
    #[must_use]
    pub fn location(&self) -> Location<'_> {
        Location { data_dir: &self.data_dir, database: self.database.as_deref(), key: self.secret_key.as_ref() }
    }

    /// The prefix of profile URLs, for a server that listens at `listening`. If the server listens at all addresses of
    /// the machine, the host is `localhost`.
    #[must_use]
    pub fn public_url(&self, listening: SocketAddr) -> PublicUrl {
        self.public_url.clone().unwrap_or_else(|| {
            PublicUrl(if listening.ip().to_canonical().is_unspecified() {
                format!("http://localhost:{}", listening.port())
            } else {
                format!("http://{listening}")
            })
        })
    }
}

/// The origin of this server as browsers write it: a scheme, a host and, unless it is the default, a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Parses `https://hooks.example.com`, in upper or lower case. Returns `None` if it has a path, a user or a query.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = reqwest::Url::parse(&web_address(text)?).ok()?;
        let is_bare = url.path() == "/" && url.username().is_empty() && url.password().is_none();
        is_bare.then(|| Self(url.origin().ascii_serialization()))
    }

    /// Whether browsers reach the server over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl Deref for PublicUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an address denotes this machine or its local network. Only the form of the address decides; nothing is
/// resolved.
pub(crate) fn is_only_here(address: &str) -> bool {
    let url = reqwest::Url::parse(address).ok();
    let Some(host) = url.as_ref().and_then(reqwest::Url::host_str) else { return true };
    match host.trim_matches(['[', ']']).parse() {
        Ok(std::net::IpAddr::V4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Ok(std::net::IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        Err(_) => {
            let name = host.trim_end_matches('.');
            !name.contains('.') || [".localhost", ".local", ".internal", ".lan"].iter().any(|end| name.ends_with(end))
        }
    }
}

fn public_url(text: &str) -> Result<PublicUrl, BadSetting> {
    let name = "HOOKGRAM_PUBLIC_URL";
    PublicUrl::parse(text).ok_or_else(|| {
        let problem = if web_address(text).is_some() {
            "must end after the host; write it like https://hooks.example.com"
        } else {
            "is not a web address; write it like https://hooks.example.com"
        };
        bad(name, format!("“{}” {problem}", text.trim()))
    })
}

/// The value of an environment variable; `None` if it is unset or blank.
pub(crate) fn variable(name: impl AsRef<OsStr>) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.to_string_lossy().trim().is_empty())
}

/// The text of an environment variable; `None` if it is unset or blank.
fn variable_text(name: &'static str) -> Result<Option<String>, BadSetting> {
    let text = variable(name).map(OsString::into_string).transpose();
    text.map_err(|_| bad(name, "is not UTF-8"))
}

fn secret_key() -> Result<Option<KeySource>, BadSetting> {
    let text = variable_text("HOOKGRAM_SECRET_KEY")?.map(|text| KeySource::Text(SecretString::from(text)));
    Ok(text.or_else(|| variable("HOOKGRAM_SECRET_KEY_FILE").map(|path| KeySource::File(path.into()))))
}

/// Reads a secret from the environment, or from the file that the environment names.
fn secret(name: &'static str, file: &'static str) -> Result<Option<SecretString>, BadSetting> {
    if let Some(value) = variable_text(name)? {
        return Ok(Some(SecretString::from(value)));
    }
    let Some(path) = variable(file).map(PathBuf::from) else { return Ok(None) };
    let problem = |problem: String| bad(file, format!("{} {problem}", path.display()));
    let text = fs::read_to_string(&path).map_err(|error| problem(format!("cannot be read: {error}")))?;
    match in_file(&text) {
        "" => Err(problem("is empty".to_owned())),
        secret => Ok(Some(secret.into())),
    }
}

/// The secret in the text of a file. Windows editors put a byte order mark at the start of a file.
fn in_file(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim()
}

fn base_url(name: &'static str, text: &str) -> Result<String, BadSetting> {
    web_address(text)
        .ok_or_else(|| bad(name, format!("“{}” is not a web address; write it like https://example.com", text.trim())))
}

fn sqlite_url(text: &str) -> Result<String, BadSetting> {
    if text.starts_with("sqlite:") {
        return Ok(text.to_owned());
    }
    Err(bad("HOOKGRAM_DATABASE_URL", "only SQLite is supported; write it like sqlite:///var/lib/hookgram/hookgram.db"))
}

/// Parses an address, or a network such as `10.0.0.0/8`.
#[must_use]
pub fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whether an address belongs to any of these networks.
#[must_use]
pub fn is_in(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

fn networks(name: &'static str, text: &str) -> Result<Vec<IpNet>, BadSetting> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let problem = || bad(name, format!("“{part}” is not a network; write it like 10.0.0.1 or 10.0.0.0/8"));
            network(part).ok_or_else(problem)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        settings: Settings,
    }

    #[test]
    fn a_public_url_is_normalised_to_its_origin() {
        for (text, expected, is_https) in [
            ("https://hooks.example.com", "https://hooks.example.com", true),
            (" HTTPS://Hooks.Example.COM:443/ ", "https://hooks.example.com", true),
            ("https://hooks.example.com:8443", "https://hooks.example.com:8443", true),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000", false),
            ("Http://[::1]:3000", "http://[::1]:3000", false),
            ("https://записи.рф", "https://xn--80anea7an.xn--p1ai", true),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!((&*url, url.is_https()), (expected, is_https), "{text}");
        }
        for text in [
            "",
            "hooks.example.com",
            "ftp://hooks.example.com",
            "https://hooks.example.com/hookgram",
            "https://hooks.example.com/?a",
            "https://hooks.example.com/#a",
            "https://me@hooks.example.com",
        ] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
            assert!(public_url(text).unwrap_err().to_string().starts_with("HOOKGRAM_PUBLIC_URL: "), "{text}");
        }
    }

    #[test]
    fn the_public_url_of_a_wildcard_listen_address_is_localhost() {
        let config = |listen: &str| Cli::try_parse_from(["hookgram", "--listen", listen]).unwrap().settings.read();
        for (listen, expected) in [
            ("0.0.0.0:3000", "http://localhost:3000"),
            ("[::]:8080", "http://localhost:8080"),
            ("[::ffff:0.0.0.0]:8080", "http://localhost:8080"),
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("[::1]:3000", "http://[::1]:3000"),
            ("192.0.2.7:80", "http://192.0.2.7:80"),
        ] {
            let config = config(listen).unwrap();
            assert_eq!(&*config.public_url(config.listen), expected);
        }
    }

    #[test]
    fn a_secret_file_may_begin_with_a_byte_order_mark() {
        for text in ["secret", "secret\n", "\u{feff}secret\r\n", "\u{feff} secret "] {
            assert_eq!(in_file(text), "secret", "{text:?}");
        }
    }

    #[test]
    fn a_network_contains_its_addresses_only() {
        let list = networks("X", "10.0.0.0/8, ::1,192.0.2.7").unwrap();
        let held = |text: &str| is_in(&list, text.parse().unwrap());
        assert!(held("10.200.3.4") && held("::1") && held("192.0.2.7") && held("::ffff:10.0.0.1"));
        assert!(!held("11.0.0.1") && !held("192.0.2.8") && !held("::2"));
        assert!(networks("X", "10.0.0.0/33").is_err());
        assert!(is_in(&[network("0.0.0.0/0").unwrap()], "8.8.8.8".parse().unwrap()));
    }
}
