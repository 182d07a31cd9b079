//! A real browser, used like a person does: headless Chromium, controlled through chromedriver.

use std::fmt::Debug;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use data_encoding::BASE64;
use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
const DRIVERS: &[&str] = &["chromedriver"];
/// The flags that Chromium is started with everywhere: without a window and without telemetry.
pub const CHROMIUM_FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
/// The longest time that a page may take until it does what a test waits for.
const PATIENCE: Duration = Duration::from_secs(15);
const GLANCE: Duration = Duration::from_millis(40);

/// A browser with its own profile. It ends when this value is dropped, also when a test panics.
pub struct Browser {
    client: Client,
    _driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts Chromium for a person who reads `languages`, most wanted first, such as `ru,en`.
    pub async fn start(languages: &str) -> Result<Self> {
        let program = chromium()?;
        let driver = Driver::start()?;
        let profile = TempDir::with_prefix("hookgram-browser-")?;
        let first = languages.split(',').next().unwrap_or(languages);
        let mut arguments = CHROMIUM_FLAGS.map(str::to_owned).to_vec();
        arguments.extend([
            "--window-size=1280,900".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--lang={first}"),
            format!("--accept-lang={languages}"),
            format!("--user-data-dir={}", profile.path().display()),
        ]);
        let capabilities = json!({
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": program,
                "prefs": { "intl.accept_languages": languages },
                "args": arguments,
            },
        });
        let Value::Object(capabilities) = capabilities else { bail!("capabilities are an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(Capabilities::from_iter(capabilities))
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .context("chromedriver could not start Chromium")?;
        let browser = Self { client, _driver: driver, _profile: profile };
        // Without a window, some versions of Chromium do not focus the page.
        browser.devtools("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await?;
        Ok(browser)
    }

    pub async fn open(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("cannot open {url}"))
    }

    pub async fn url(&self) -> Result<String> {
        Ok(self.client.current_url().await?.into())
    }

    /// Switches to a tab that has opened beside this one.
    pub async fn newest_tab(&self) -> Result<()> {
        let here = self.client.window().await?;
        let tab = self
            .wait("another tab", async |client| Ok(client.windows().await?.into_iter().find(|tab| *tab != here)))
            .await?;
        Ok(self.client.switch_to_window(tab).await?)
    }

    /// Runs a script in the page and returns its result.
    pub async fn script(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Retries until there is an answer. On a timeout, the error names the browser's address and a picture is in
    /// `target/screenshots`.
    pub async fn wait<T>(&self, what: &str, mut glance: impl AsyncFnMut(&Client) -> Result<Option<T>>) -> Result<T> {
        let end = Instant::now() + PATIENCE;
        loop {
            let last = match glance(&self.client).await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => None,
                Err(error) => Some(error),
            };
            if Instant::now() > end {
                let picture = self.screenshot("a-wait-that-failed").await.unwrap_or_default();
                let (url, console) = (self.url().await.unwrap_or_default(), self.console().await.unwrap_or_default());
                bail!(
                    "waited in vain for {what} at {url}\n{last:?}\nconsole: {console:#?}\npicture: {}",
                    picture.display()
                );
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits for the first visible element that a CSS selector matches.
    pub async fn find(&self, css: &str) -> Result<Element> {
        self.visible(css, Locator::Css(css)).await
    }

    /// Waits for the button, link, label or other control that has exactly this text.
    pub async fn find_text(&self, text: &str) -> Result<Element> {
        let pressable = "self::button or self::a or self::label or self::summary or self::option or @role='button'";
        let path = format!("//*[{pressable}][normalize-space()={}]", xpath_text(text));
        self.visible(text, Locator::XPath(&path)).await
    }

    async fn visible(&self, what: &str, locator: Locator<'_>) -> Result<Element> {
        self.wait(what, async |client| {
            for element in client.find_all(locator).await? {
                if element.is_displayed().await? {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Waits until the page shows this text anywhere.
    pub async fn see(&self, text: &str) -> Result<()> {
        self.wait(&format!("the text “{text}”"), async |client| {
            let page = client.find(Locator::Css("body")).await?.text().await?;
            Ok(page.contains(text).then_some(()))
        })
        .await
    }

    /// Returns the visible text of an element.
    pub async fn text(&self, css: &str) -> Result<String> {
        Ok(self.find(css).await?.text().await?)
    }

    /// Clicks the element that a CSS selector matches.
    pub async fn click(&self, css: &str) -> Result<()> {
        self.press(css, Locator::Css(css)).await
    }

    /// Clicks the element that [`Browser::find_text`] finds.
    pub async fn click_text(&self, text: &str) -> Result<()> {
        let element = self.find_text(text).await?;
        bring_into_view(&self.client, &element).await?;
        element.click().await.with_context(|| format!("cannot press “{text}”"))
    }

    /// Retries if the page removes the element while it renders again between finding and clicking.
    async fn press(&self, what: &str, locator: Locator<'_>) -> Result<()> {
        self.wait(&format!("{what} to press"), async |client| {
            let element = client.find(locator).await?;
            bring_into_view(client, &element).await?;
            Ok(Some(element.click().await?))
        })
        .await
    }

    /// Replaces a field's text by typing, key by key.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let field = self.find(css).await?;
        bring_into_view(&self.client, &field).await?;
        field.click().await?;
        field
            .send_keys(&format!("{}a{}{}", char::from(Key::Control), char::from(Key::Null), char::from(Key::Backspace)))
            .await?;
        // Some versions of chromedriver cannot type characters outside the BMP.
        if text.chars().any(|char| char.len_utf16() > 1) {
            return self.devtools("Input.insertText", json!({ "text": text })).await.map(drop);
        }
        field.send_keys(text).await.with_context(|| format!("cannot type into {css}"))
    }

    /// Presses keys where the focus is. Keys without a character are named as in WebDriver.
    pub async fn keys(&self, keys: &str) -> Result<()> {
        Ok(self.client.active_element().await?.send_keys(keys).await?)
    }

    pub async fn hover(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        bring_into_view(&self.client, &element).await?;
        let over = PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
        let pointer = MouseActions::new("mouse".to_owned()).then(over);
        Ok(self.client.perform_actions(pointer).await?)
    }

    pub async fn value(&self, css: &str) -> Result<String> {
        Ok(self.find(css).await?.prop("value").await?.unwrap_or_default())
    }

    /// Switches to a phone's screen, which is 390 pixels wide, narrower than Chromium's own windows can be.
    pub async fn as_phone(&self) -> Result<()> {
        self.screen(390, 844, true).await
    }

    /// Switches to the screen size that the browser starts with.
    pub async fn as_desktop(&self) -> Result<()> {
        self.screen(1280, 900, false).await
    }

    /// Sets the size of the screen in CSS pixels.
    pub async fn screen(&self, width: u32, height: u32, mobile: bool) -> Result<()> {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await.map(drop)
    }

    /// Sets whether the system prefers dark colours.
    pub async fn dark(&self, dark: bool) -> Result<()> {
        let value = if dark { "dark" } else { "light" };
        // Without transitions, the next screenshot has the final colours.
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }, still] });
        self.devtools("Emulation.setEmulatedMedia", media).await.map(drop)
    }

    /// Sets whether pages that are opened from now on may run scripts.
    pub async fn scripts(&self, allowed: bool) -> Result<()> {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !allowed })).await.map(drop)
    }

    /// Sets the time zone of the machine as its pages see it.
    pub async fn zone(&self, name: &str) -> Result<()> {
        self.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": name })).await.map(drop)
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        let body = json!({ "cmd": command, "params": parameters });
        self.client
            .issue_cmd(ChromiumCommand { path: "goog/cdp/execute", body })
            .await
            .with_context(|| format!("DevTools refused {command}"))
    }

    /// Returns all messages of the console since the last call, as `LEVEL message`.
    pub async fn console(&self) -> Result<Vec<String>> {
        let entries =
            self.client.issue_cmd(ChromiumCommand { path: "se/log", body: json!({ "type": "browser" }) }).await?;
        let entries = entries.as_array().context("the log is a list")?;
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        Ok(entries.iter().map(|entry| format!("{} {}", text(entry, "level"), text(entry, "message"))).collect())
    }

    /// Fails if the console has an error since the last call: a panic in WebAssembly, a broken hydration, a refused
    /// request.
    pub async fn no_errors(&self) -> Result<()> {
        let errors: Vec<String> = self.console().await?.into_iter().filter(|line| line.starts_with("SEVERE")).collect();
        ensure!(errors.is_empty(), "errors in the console: {errors:#?}");
        Ok(())
    }

    /// Returns a PNG of the whole page or of the window.
    pub async fn picture(&self, whole: bool) -> Result<Vec<u8>> {
        let parameters = json!({ "format": "png", "captureBeyondViewport": whole, "optimizeForSpeed": false });
        let mut parameters = parameters;
        if whole {
            let size =
                self.script("const root = document.documentElement; return [root.clientWidth, root.scrollHeight]");
            let size = size.await?;
            parameters["clip"] = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        }
        let picture = self.devtools("Page.captureScreenshot", parameters).await?;
        let picture = picture["data"].as_str().context("a picture")?;
        Ok(BASE64.decode(picture.as_bytes())?)
    }

    /// Saves a picture as `target/screenshots/<name>.png`.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        std::fs::create_dir_all(&folder)?;
        let file = folder.canonicalize()?.join(format!("{name}.png"));
        std::fs::write(&file, self.client.screenshot().await?)?;
        Ok(file)
    }
}

/// Scrolls to an element like a person does, so that sticky parts of the page do not cover it.
async fn bring_into_view(client: &Client, element: &Element) -> Result<()> {
    let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
    client.execute(script, vec![serde_json::to_value(element)?]).await?;
    Ok(())
}

/// A chromedriver process on a free port.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts chromedriver again if two that start at the same time chose the same port and one of them ended.
    fn start() -> Result<Self> {
        Self::start_once().or_else(|_| Self::start_once()).or_else(|_| Self::start_once())
    }

    fn start_once() -> Result<Self> {
        let process = Command::new(find(DRIVERS)?)
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start chromedriver")?;
        let mut driver = Self { process, port: 0 };
        let output = driver.process.stdout.take().context("chromedriver without output")?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            // The line reads “ChromeDriver was started successfully on port 40123.”
            if let Some((_, port)) = line.split_once("successfully on port ") {
                driver.port = port.trim_end().trim_end_matches('.').parse()?;
                // The output is read to its end, so that chromedriver does not meet a closed pipe.
                std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
                return Ok(driver);
            }
            line.clear();
        }
        bail!("chromedriver ended without naming its port")
    }

    /// Asks chromedriver to end, because a killed one does not close its browser.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.shut_down().is_ok() {
            let end = Instant::now() + Duration::from_secs(5);
            while Instant::now() < end && matches!(self.process.try_wait(), Ok(None)) {
                std::thread::sleep(GLANCE);
            }
        }
        // Both calls fail only for a process that has already ended.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A command of chromedriver's own, outside the WebDriver standard.
#[derive(Debug)]
struct ChromiumCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for ChromiumCommand {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

pub fn chromium() -> Result<PathBuf> {
    find(BROWSERS)
}

fn find(names: &[&str]) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file())
        .with_context(|| {
            format!(
                "{} is not in PATH: the browser tests need Chromium and chromedriver. `cargo xtask test` installs them \
                 where it may; on Debian, `apt-get install chromium chromium-driver` does",
                names[0]
            )
        })
}

/// Quotes a text for XPath 1, which has no escapes: a text with both kinds of quotes is concatenated from parts.
fn xpath_text(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}
