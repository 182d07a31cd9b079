//! Error mails with a simulated SMTP server: when they are sent, to whom, and what they contain. The tests pass the
//! time to each step, so a mail that is due in the future is sent by a step with that time.

use hookgram::{delivery::DeliveryState, mail::MailState, parameters::Parameter};
use serde_json::json;
use server::{
    state::AppState,
    store::{MailRecord, Store},
    time::now,
};

use crate::support::{BotApi, Play, TOKEN, TestServer, event, smtp::SmtpServer};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
/// A minute, plus the duration of a test.
pub const SOON: i64 = MINUTE + 30_000;

pub fn blocked() -> Play {
    Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))
}

fn missing() -> Play {
    Play::Refuse(400, "Bad Request: chat not found", json!({}))
}

/// Starts a server with a simulated Bot API and a simulated SMTP server.
pub async fn house() -> (BotApi, SmtpServer, TestServer) {
    let (api, smtp) = (BotApi::start().await, SmtpServer::start().await);
    let server = TestServer::start_with(&api.url(), |config| smtp.fix(config)).await;
    (api, smtp, server)
}

/// Creates a profile and returns the path of its endpoint.
pub async fn endpoint(server: &TestServer, name: &str, parameters: &[(Parameter, &str)]) -> String {
    let emails = [(Parameter::ErrorEmail, "ops@example.com")];
    let profile = server.profile(name, false, &[&emails, parameters].concat()).await;
    format!("/h/{}", profile.key)
}

/// Posts an event and waits until it has failed.
pub async fn fail(server: &TestServer, api: &BotApi, path: &str, number: &str, play: Play) {
    api.next([play]);
    let (status, answer) = server.post(path, event(number, &["5"])).await;
    assert_eq!(status, 200, "{answer}");
    server.wait_for_state(DeliveryState::Failed).await;
}

pub async fn send_due(state: &AppState, at: i64) -> usize {
    state.mail.run_due_once(at).await.unwrap()
}

pub async fn newest(store: &Store) -> MailRecord {
    store.mails.all(1).await.unwrap().remove(0)
}

pub fn states(mails: &[MailRecord]) -> Vec<(MailState, Option<&str>)> {
    mails.iter().map(|mail| (mail.state, mail.reason.as_deref())).collect()
}

#[tokio::test]
async fn many_failures_with_one_cause_are_sent_in_one_mail() {
    let (api, smtp, server) = house().await;
    let path = endpoint(&server, "Записи", &[]).await;
    for number in 1..=7 {
        fail(&server, &api, &path, &format!("№{number}"), blocked()).await;
    }
    assert_eq!(send_due(&server.state, now()).await, 0, "it gathers for a minute");
    assert_eq!(send_due(&server.state, now() + SOON).await, 1);
    let mails = smtp.mails();
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ops@example.com"));
    assert_eq!(mails[0].subject(), "Записи: клиент заблокировал бота (7 сообщений)");
    assert_eq!(mails[0].header("Auto-Submitted"), "auto-generated");
    let (text, html) = (mails[0].text(), mails[0].html());
    assert!(text.contains("Первые 5 из 7:\n• №1 — ") && text.contains("(Мск), чат 5"), "{text}");
    assert!(text.contains("№5") && !text.contains("№6"), "{text}");
    assert!(text.contains("Что делать: Свяжитесь с клиентом"), "{text}");
    let page = format!("{}/profiles/1", server.base);
    assert!(text.contains(&page) && html.contains(&format!("<a href=\"{page}\">")), "{text}\n{html}");
    assert_eq!(states(&server.state.store.mails.all(9).await.unwrap()), [(MailState::Sent, None)]);
    server.stop().await;
}

#[tokio::test]
async fn failures_with_different_causes_or_profiles_are_sent_in_separate_mails() {
    let (api, smtp, server) = house().await;
    let first = endpoint(&server, "A", &[(Parameter::DateLocales, "en"), (Parameter::Timezone, "Asia/Tokyo")]).await;
    let second = endpoint(&server, "B", &[(Parameter::DateLocales, "de")]).await;
    fail(&server, &api, &first, "1", blocked()).await;
    fail(&server, &api, &first, "2", missing()).await;
    fail(&server, &api, &second, "3", blocked()).await;
    assert_eq!(send_due(&server.state, now() + SOON).await, 3);
    let subjects: Vec<String> = smtp.mails().iter().map(|mail| mail.subject()).collect();
    assert_eq!(
        subjects,
        [
            "A: the customer has blocked the bot (1 message)",
            "A: the customer has never started the bot (1 message)",
            "B: the customer has blocked the bot (1 message)",
        ]
    );
    let text = smtp.mails()[0].text();
    assert!(text.contains("(GMT+9), chat 5") && text.contains("What to do: Contact the customer"), "{text}");
    server.stop().await;
}

#[tokio::test]
async fn further_failures_within_an_hour_are_sent_in_one_mail_at_its_end() {
    let (api, smtp, server) = house().await;
    let path = endpoint(&server, "A", &[]).await;
    let start = now();
    fail(&server, &api, &path, "1", blocked()).await;
    assert_eq!(send_due(&server.state, start + SOON).await, 1);
    fail(&server, &api, &path, "2", blocked()).await;
    fail(&server, &api, &path, "3", blocked()).await;
    assert_eq!(send_due(&server.state, start + HOUR).await, 0, "the hour began when the first mail was due");
    assert_eq!(send_due(&server.state, start + HOUR + SOON).await, 1);
    let mails = smtp.mails();
    assert_eq!(mails[1].subject(), "A: клиент заблокировал бота (2 сообщения)");
    assert_ne!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    server.stop().await;
}

#[tokio::test]
async fn the_mail_about_a_refused_token_counts_all_waiting_messages() {
    let (api, smtp, server) = house().await;
    let path = endpoint(&server, "A", &[]).await;
    api.next([Play::Refuse(401, "Unauthorized", json!({}))]);
    server.post(&path, event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Suspended).await;
    server.post(&path, event("2", &["6", "7"])).await;
    assert_eq!(send_due(&server.state, now() + SOON).await, 1);
    let mail = smtp.mails().remove(0);
    assert_eq!(mail.subject(), "A: Telegram не принимает токен бота (3 сообщения)");
    assert!(mail.text().contains("@BotFather"), "{}", mail.text());
    server.stop().await;
}

#[tokio::test]
async fn refused_events_and_uncertain_deliveries_are_mailed() {
    let (api, smtp, server) = house().await;
    let path = endpoint(&server, "A", &[]).await;
    let (status, _) = server.post(&path, json!({"CaseItem": {"OrderNumber": {"FullNumber": "9"}}}).to_string()).await;
    assert_eq!(status, 422);
    assert_eq!(server.post(&path, "{").await.0, 400, "no event: whoever posted it has been told");
    api.next([Play::HangUp, Play::HangUp]);
    server.post(&path, event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Uncertain).await;
    assert_eq!(send_due(&server.state, now() + SOON).await, 2);
    let mails = smtp.mails();
    assert_eq!(mails[0].subject(), "A: в событии нет Telegram id клиента (1 событие)");
    assert!(mails[0].text().starts_with("Не принято: 1 событие") && mails[0].text().contains("• 9 — "));
    assert_eq!(mails[1].subject(), "A: неизвестно, дошло ли сообщение (1 сообщение)");
    server.stop().await;
}

#[tokio::test]
async fn the_stateless_endpoint_causes_mails_for_known_tokens_only() {
    let (api, smtp, server) = house().await;
    server.confirm_email("ops@example.com").await;
    let query = "&telegramFieldName=*TelegramId&errorEmail=ops@example.com&message=x&date_locales=en";
    let path = |token: &str| format!("/webhook/telegram?telegramToken={token}{query}");
    let stranger = TOKEN.replace("7001002003", "8001002003");
    fail(&server, &api, &path(&stranger), "1", missing()).await;
    fail(&server, &api, &path(TOKEN), "1", missing()).await;
    server.post(&path(TOKEN), event("2", &["5"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    // A matching bot id is not enough: this token was made up.
    let made_up = TOKEN.replace("AAH", "BBH");
    assert_eq!(server.post(&path(&made_up), "{}").await.0, 422);
    assert_eq!(send_due(&server.state, now() + SOON).await, 3);
    let subjects: Vec<String> = smtp.mails().iter().map(|mail| mail.subject()).collect();
    assert_eq!(subjects, ["bot 7001002003, field *TelegramId: the customer has never started the bot (1 message)"]);
    let why = Some("Telegram has never accepted this token");
    assert_eq!(
        states(&server.state.store.mails.all(9).await.unwrap()),
        [(MailState::NotSent, why), (MailState::Sent, None), (MailState::NotSent, why)]
    );

    // A check that Telegram answers makes a token known as well.
    assert_eq!(server.http.get(server.url(&path(&made_up))).send().await.unwrap().status(), 200);
    assert_eq!(server.post(&path(&made_up), "{}").await.0, 422);
    assert_eq!(send_due(&server.state, now() + HOUR + SOON).await, 1);
    assert_eq!(smtp.mails().len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn text_from_outside_cannot_change_headers_or_markup_of_a_mail() {
    let (api, smtp, server) = house().await;
    let name = format!("A\r\nBcc: thief@example.com\r\n\r\n<b>{TOKEN}");
    let path = endpoint(&server, &name, &[]).await;
    let number = format!("<script>\r\nBcc: thief@example.com {TOKEN}");
    fail(&server, &api, &path, &number, Play::Refuse(409, "Conflict: <i>\r\n.\r\nQUIT", json!({}))).await;
    assert_eq!(send_due(&server.state, now() + SOON).await, 1);
    let mail = smtp.mails().remove(0);
    let names: Vec<String> = mail.head().iter().filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect();
    assert!(!names.iter().any(|name| name == "Bcc"), "{}", mail.raw);
    assert!(mail.subject().contains("Bcc: thief"), "it is a part of the subject: {}", mail.subject());
    assert!(!mail.html().contains("<script") && !mail.html().contains("<i>"), "{}", mail.html());
    assert!(mail.text().contains("Conflict: <i>"), "{}", mail.text());
    for text in [mail.subject(), mail.text(), mail.html()] {
        assert!(!text.contains("AAHk"), "{text}");
    }
    server.stop().await;
}
