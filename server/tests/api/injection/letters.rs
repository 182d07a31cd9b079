//! Text from outside in mails, in Telegram's messages and in exported files.

use std::collections::BTreeSet;

use hookgram::{delivery::DeliveryState, parameters::Parameter, role::Role};
use serde_json::{Value, json};
use server::time::now;

use super::{
    CORPUS, harmless,
    pages::{profile_saying, saying},
};
use crate::{
    customers::meet,
    mail::{SOON, house, send_due},
    person::Person,
    support::{BotApi, Play, TestServer, eventually, html::tags, telegram::arrive},
};

async fn settled(server: &TestServer) {
    eventually("all to come to its end", async || server.state.store.queue.totals().await.unwrap().open == 0).await;
}

/// Returns the mails caused by failures of profiles and events with these names.
async fn mails(texts: &[String]) -> Vec<crate::support::letter::Mail> {
    let (api, smtp, server) = house().await;
    let mut due = 0;
    for (number, text) in texts.iter().enumerate() {
        let profile = profile_saying(&server, text, false).await;
        let words = CORPUS.iter().find(|known| *known == text).copied().unwrap_or("zq");
        api.next([Play::Refuse(400, words, json!({}))]);
        let chat = (100 + number).to_string();
        let (status, answer) = server.post(&format!("/h/{}", profile.key), saying(text, &chat).to_string()).await;
        assert_eq!(status, 200, "{answer}");
        settled(&server).await;
        due += send_due(&server.state, now() + SOON + i64::try_from(number).unwrap()).await;
    }
    for hour in 1..10 {
        due += send_due(&server.state, now() + hour * crate::mail::HOUR).await;
    }
    let mails = smtp.mails();
    assert_eq!((due, mails.len()), (texts.len(), texts.len()));
    server.stop().await;
    mails
}

#[tokio::test]
async fn text_from_outside_adds_no_headers_and_no_elements_to_a_mail() {
    // One bot sends at most this many mails in an hour.
    let some = |texts: Vec<String>| texts.chunks(15).map(<[String]>::to_vec).collect::<Vec<_>>();
    let mut known = BTreeSet::new();
    for mail in mails(&some(harmless())[0]).await {
        known.extend(tags(&mail.html()).iter().map(crate::support::html::Tag::shape));
    }
    let texts: Vec<String> = CORPUS.iter().map(|text| (*text).to_owned()).collect();
    for texts in some(texts) {
        for mail in mails(&texts).await {
            let names: Vec<String> =
                mail.head().iter().map(|line| line.split(':').next().unwrap().to_ascii_lowercase()).collect();
            let expected =
                ["from", "to", "subject", "message-id", "auto-submitted", "mime-version", "date", "content-type"];
            let (mut sorted, mut wanted) = (names.clone(), expected.map(str::to_owned).to_vec());
            sorted.sort();
            wanted.sort();
            assert_eq!(sorted, wanted, "{}", mail.raw);
            assert_eq!(mail.header("To"), "ops@example.com");
            let subject = mail.subject();
            assert!(!subject.chars().any(char::is_control) && subject.chars().count() < 200, "{subject:?}");
            let (text, html) = (mail.text(), mail.html());
            assert!(text.contains("zq") && html.contains("zq"), "{text}");
            assert!(!text.lines().any(|line| line.starts_with("Bcc") || line.starts_with("Set-Cookie")), "{text}");
            assert!(!text.chars().any(|letter| letter.is_control() && letter != '\n'), "{text:?}");
            for tag in tags(&html) {
                assert!(known.contains(&tag.shape()), "{tag:?}");
                let leads = tag.value("href").unwrap_or_default();
                assert!(leads.is_empty() || leads.starts_with("http://127.0.0.1:"), "{tag:?}");
            }
        }
    }
}

#[tokio::test]
async fn telegram_gets_names_unchanged_and_only_markup_that_it_supports() {
    let api = BotApi::start().await;
    api.read_html();
    let server = TestServer::start(&api.url()).await;
    for (number, text) in CORPUS.iter().enumerate() {
        let profile = profile_saying(&server, text, false).await;
        let (status, answer) = server
            .post(&format!("/h/{}", profile.key), saying(text, &number.to_string().replace('0', "9")).to_string())
            .await;
        assert_eq!(status, 200, "{text:?} {answer}");
        settled(&server).await;
        let state = server.newest_state().await;
        assert_eq!(state, Some(DeliveryState::Delivered), "{text:?}: {:?}", api.messages().last());
        let sent = api.texts().pop().unwrap();
        let arrived = arrive(&sent).unwrap();
        // All visible characters of a name must be in the message.
        let seen = |text: &str| text.chars().filter(|letter| letter.is_ascii_graphic()).collect::<String>();
        let name: String = seen(text);
        assert!(seen(&arrived.text).contains(&name), "{name} in {:?}", arrived.text);
        for entity in &arrived.entities {
            let is_plain = ["b", "i", "u", "s", "code", "pre", "blockquote", "a"].contains(&entity.tag.as_str());
            let href = entity.href.as_deref().unwrap_or_default();
            assert!(is_plain && (href.is_empty() || href.starts_with("https://")), "{text:?}: {entity:?}");
        }
    }
    server.stop().await;
}

/// Returns the cells of a whole table as a spreadsheet reads them that splits at this character.
fn cells(table: &str, separator: char) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = table.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            letter if !quoted && (letter == separator || matches!(letter, '\r' | '\n')) => {
                cells.push(std::mem::take(&mut cell));
            }
            letter => cell.push(letter),
        }
    }
    cells
}

#[tokio::test]
async fn exported_tables_contain_no_formulas_and_all_values() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    for (number, text) in CORPUS.iter().enumerate() {
        let profile = profile_saying(&server, text, false).await;
        api.next([Play::Refuse(403, text, json!({}))]);
        let chat = (1_000 + number).to_string();
        meet(&server, chat.parse().unwrap(), text, text).await;
        server.post(&format!("/h/{}", profile.key), saying(text, &chat).to_string()).await;
        settled(&server).await;
        server.post(&format!("/h/{}", profile.key), saying(text, text).to_string()).await;
    }
    let person = Person::new(&server, Role::Operator).await;
    for language in ["en", "ru"] {
        let table = server.http.get(server.url("/deliveries/export.csv")).header("cookie", &person.cookie);
        let answer = table.header("accept-language", language).send().await.unwrap();
        let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert_eq!(disposition, "attachment; filename=\"deliveries.csv\"");
        let table = answer.text().await.unwrap();
        assert!(table.matches("zq").count() > 200, "{table}");
        for split in [',', ';', '\t', '|'] {
            for cell in cells(&table, split) {
                let bare = cell.trim_start_matches(|letter: char| {
                    letter.is_whitespace() || letter.is_control() || matches!(letter, '"' | '\u{feff}')
                });
                let is_formula = bare.starts_with(['=', '+', '-', '@']);
                assert!(!is_formula || bare[1..].bytes().all(|byte| byte.is_ascii_digit()), "{cell:?} at {split:?}");
            }
        }
        let width = 19;
        let whole = cells(&table, if language == "ru" { ';' } else { ',' });
        let filled = whole.chunks(width + 1).all(|row| row.len() == width + 1 && row[width].is_empty());
        assert!(filled, "every row has its {width} cells");
    }
    let lines = person.see("/deliveries/export.jsonl").await;
    let objects: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 2 * CORPUS.len());
    for text in CORPUS {
        assert!(objects.iter().any(|object| object["profile"] == text.trim()), "{text:?}");
    }
    // Exported profiles are the same when they are imported again.
    let yaml = person.see("/profiles/export").await;
    let plan = server::profile_file::plan(&server.state.store, &yaml, hookgram::values::Language::En).await.unwrap();
    assert_eq!((plan.faults.len(), plan.entries.len()), (0, CORPUS.len()), "{:?}", plan.faults);
    for text in CORPUS {
        let entry = plan.entries.iter().find(|entry| entry.draft.name == text.trim()).unwrap();
        let stored = entry.replaces.as_ref().unwrap();
        for parameter in [Parameter::ResourceName, Parameter::Message] {
            assert_eq!(entry.draft.profile.get(parameter), stored.profile.get(parameter), "{text:?}");
        }
    }
    server.stop().await;
}
