//! Text from outside in the log: it cannot start a new line or send commands to a terminal.

use hookgram::query;
use serde_json::{Value, json};

use super::{CORPUS, pages::saying};
use crate::support::{BotApi, Play, Process, TOKEN, client, eventually};

/// Makes the server log as much text from outside as it can.
async fn provoke(format: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let api = BotApi::start().await;
    let arguments = ["--log", "trace,hyper=info,sqlx=debug", "--log-format", format, "--telegram-api", &api.url()];
    let process = Process::serve(&folder.path().join("data"), &arguments).await;
    let http = client();
    let endpoint = format!("{}/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId", process.base);
    // The token is known from here on, so its events have a limit of their own.
    assert_eq!(http.get(&endpoint).send().await.unwrap().status(), 200);
    for (number, text) in CORPUS.iter().enumerate() {
        let encoded = query::encode(text);
        let printable: String = text.chars().filter(|letter| !letter.is_control()).collect();
        for path in [
            format!("/{encoded}"),
            format!("/h/{encoded}"),
            format!("/webhook/{encoded}"),
            format!("/pkg/{encoded}"),
            format!("/invite/{encoded}"),
            format!("/rpc/{encoded}"),
            format!("/{encoded}/{TOKEN}?{encoded}={encoded}"),
            format!("/login?code={encoded}&next={encoded}"),
        ] {
            for request in [http.get(format!("{}{path}", process.base)), http.post(format!("{}{path}", process.base))] {
                let request = request.header("user-agent", &printable).header("origin", "https://evil.example");
                let request = request.header("x-forwarded-for", &printable).header("accept-language", &printable);
                let request = request.header("cookie", format!("hookgram_session={encoded}; zone={encoded}"));
                request.body((*text).to_owned()).send().await.unwrap();
            }
        }
        let chat = (100 + number).to_string();
        api.next([Play::Refuse(400, text, json!({}))]);
        let event = saying(text, &chat).to_string();
        let posted = http.post(format!("{endpoint}&message={encoded}&{encoded}=1")).body(event).send().await.unwrap();
        assert_eq!(posted.status(), 200, "{text:?}");
        http.post(&endpoint).body(saying(text, text).to_string()).send().await.unwrap();
    }
    eventually("everything to be tried", async || api.messages().len() >= CORPUS.len()).await;
    let log = process.output();
    assert_eq!(process.terminate(), Some(0));
    log
}

fn judge(log: &str, mut is_line: impl FnMut(&str) -> bool) {
    // Lines before the first request are the server's greeting.
    let lines: Vec<&str> =
        log.split('\n').skip_while(|line| !line.contains("request")).filter(|line| !line.is_empty()).collect();
    assert!(lines.len() > 10 * CORPUS.len(), "{}", lines.len());
    assert!(lines.iter().any(|line| line.contains("zq")), "what came from outside is in it");
    for line in lines {
        let command = line.chars().find(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}'));
        assert!(command.is_none(), "{line:?}");
        assert!(is_line(line), "{line:?}");
    }
}

#[tokio::test]
async fn an_entry_of_the_text_log_stays_on_one_line() {
    judge(&provoke("text").await, |line| {
        let (when, rest) = line.split_once(' ').unwrap_or_default();
        let level = rest.trim_start().split(' ').next().unwrap_or_default();
        chrono_like(when) && ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&level)
    });
}

#[tokio::test]
async fn an_entry_of_the_json_log_stays_one_object_with_its_own_level() {
    judge(&provoke("json").await, |line| {
        let Ok(Value::Object(object)) = serde_json::from_str::<Value>(line) else { return false };
        // A second key with the same name would hide the first.
        line.matches("\"level\":\"").count() == 1 && object["timestamp"].as_str().is_some_and(chrono_like)
    });
}

/// Checks the form `2026-01-01T00:00:00.000000Z`.
fn chrono_like(text: &str) -> bool {
    text.len() > 20
        && text.ends_with('Z')
        && text.as_bytes()[10] == b'T'
        && text[..4].bytes().all(|byte| byte.is_ascii_digit())
}
