//! How many mails one token of the stateless endpoint can cause, and how mails are counted.

use std::collections::BTreeMap;

use hookgram::{
    delivery::{DeliveryState, FailureCause},
    mail::MailState,
    secret::BotToken,
};
use server::{
    secrets::codes,
    store::{Reason, Rejection},
    time::now,
};

use crate::{
    mail::{HOUR, MINUTE, SOON, blocked, endpoint, fail, house, send_due},
    support::{
        BotApi, TOKEN, TestServer, event,
        smtp::{SmtpServer, Turn},
    },
};

const TOO_MANY: &str = "too many mails about one token within an hour";

/// Posts an event without recipients for these addresses, which causes a mail of its own.
async fn turn_away(server: &TestServer, token: &str, emails: &str) {
    let query = format!("telegramToken={token}&telegramFieldName=*TelegramId&message=x&errorEmail={emails}");
    assert_eq!(server.post(&format!("/webhook/telegram?{query}"), "{}").await.0, 422);
}

/// Makes Telegram accept a token. The event has a unique number, because the same event for the same bot would be a
/// duplicate.
async fn make_known(server: &TestServer, token: &str) {
    let number = if token == TOKEN { "1" } else { "2" };
    let query = format!("telegramToken={token}&telegramFieldName=*TelegramId&message=x");
    assert_eq!(server.post(&format!("/webhook/telegram?{query}"), event(number, &["5"])).await.0, 200);
    server.wait_for_state(DeliveryState::Delivered).await;
}

/// Confirms the addresses `{name}0@example.com` and so on.
async fn confirm(server: &TestServer, name: &str, count: usize) {
    for n in 0..count {
        server.confirm_email(&format!("{name}{n}@example.com")).await;
    }
}

/// Returns how many mails are in each state, with the reason.
async fn counted(server: &TestServer) -> BTreeMap<(MailState, Option<String>), usize> {
    let mut counts = BTreeMap::new();
    for mail in server.state.store.mails.all(999).await.unwrap() {
        *counts.entry((mail.state, mail.reason)).or_default() += 1;
    }
    counts
}

fn count(counts: &[(MailState, Option<&str>, usize)]) -> BTreeMap<(MailState, Option<String>), usize> {
    counts.iter().map(|(state, reason, count)| ((*state, reason.map(str::to_owned)), *count)).collect()
}

/// Returns the value of a metric.
async fn metric(server: &TestServer, name: &str) -> String {
    let text = server.http.get(server.url("/metrics")).send().await.unwrap().text().await.unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(&format!("hookgram_{name} ")));
    value.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
}

async fn metrics(server: &TestServer) -> [String; 4] {
    [
        metric(server, "mails_sent_total").await,
        metric(server, "mails_not_sent_total").await,
        metric(server, "mails_failed_total").await,
        metric(server, "mails_waiting").await,
    ]
}

#[tokio::test]
async fn one_token_causes_at_most_20_mails_an_hour_and_others_are_not_affected() {
    let (api, smtp, server) = house().await;
    make_known(&server, TOKEN).await;
    confirm(&server, "ops", 25).await;
    for address in ["ops@example.com", "late@example.com", "later@example.com"] {
        server.confirm_email(address).await;
    }
    for n in 0..25 {
        turn_away(&server, TOKEN, &format!("ops{n}@example.com")).await;
    }
    assert_eq!(metrics(&server).await, ["0", "0", "0", "25"]);
    let at = now() + SOON;
    assert_eq!(send_due(&server.state, at).await, 25);
    assert_eq!(smtp.mails().len(), 20);
    assert_eq!(counted(&server).await, count(&[(MailState::Sent, None, 20), (MailState::NotSent, Some(TOO_MANY), 5)]));
    assert_eq!(metrics(&server).await, ["20", "5", "0", "0"]);

    // Another token, a profile with the same token, and the next hour have their own limits.
    let other = TOKEN.replace("AAH", "BBH");
    make_known(&server, &other).await;
    turn_away(&server, &other, "ops@example.com").await;
    let path = endpoint(&server, "A", &[]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    assert_eq!(send_due(&server.state, now() + SOON).await, 2);
    assert_eq!(smtp.mails().len(), 22);
    turn_away(&server, TOKEN, "late@example.com").await;
    send_due(&server.state, at + HOUR - 1).await;
    turn_away(&server, TOKEN, "later@example.com").await;
    send_due(&server.state, at + HOUR).await;
    let last: Vec<String> = smtp.mails().into_iter().skip(22).map(|mail| mail.to).collect();
    assert_eq!(last, ["later@example.com"], "the hour begins with the first mail");
    server.stop().await;
}

#[tokio::test]
async fn a_partly_sent_mail_counts_as_sent_and_is_retried_for_the_other_addresses() {
    let (_api, smtp, server) = house().await;
    make_known(&server, TOKEN).await;
    confirm(&server, "ops", 25).await;
    confirm(&server, "slow", 25).await;
    for n in 0..25 {
        turn_away(&server, TOKEN, &format!("ops{n}@example.com,slow{n}@example.com")).await;
    }
    let later = "451 greylisted";
    smtp.next((0..25).flat_map(|_| [Turn::Take, Turn::Answer("RCPT", later)]).take(40));
    let at = now() + SOON;
    send_due(&server.state, at).await;
    let to = |mails: &[String], whom: &str| mails.iter().filter(|to| to.starts_with(whom)).count();
    let mails: Vec<String> = smtp.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!((to(&mails, "ops"), to(&mails, "slow")), (20, 0));
    let states: BTreeMap<MailState, usize> =
        counted(&server).await.into_iter().fold(BTreeMap::new(), |mut states, ((state, _), count)| {
            *states.entry(state).or_default() += count;
            states
        });
    assert_eq!(states, BTreeMap::from([(MailState::NotSent, 5), (MailState::Retrying, 20)]));

    send_due(&server.state, at + MINUTE).await;
    let mails: Vec<String> = smtp.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!((to(&mails, "ops"), to(&mails, "slow")), (20, 20), "the limit cuts no mail in two");
    assert_eq!(counted(&server).await, count(&[(MailState::Sent, None, 20), (MailState::NotSent, Some(TOO_MANY), 5)]));
    server.stop().await;
}

#[tokio::test]
async fn a_mail_for_a_token_goes_to_at_most_10_addresses_and_a_profiles_mail_to_all() {
    let (api, smtp, server) = house().await;
    make_known(&server, TOKEN).await;
    confirm(&server, "ops", 12).await;
    let emails: Vec<String> = (0..12).map(|n| format!("ops{n}@example.com")).collect();
    turn_away(&server, TOKEN, &emails.join(",")).await;
    send_due(&server.state, now() + SOON).await;
    let to: Vec<String> = smtp.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, emails[..10]);
    let path = endpoint(&server, "A", &[(hookgram::parameters::Parameter::ErrorEmail, &emails.join(","))]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    send_due(&server.state, now() + SOON).await;
    assert_eq!(smtp.mails().len(), 22);
    server.stop().await;
}

#[tokio::test]
async fn all_tokens_together_reach_at_most_100_addresses_an_hour_and_profiles_are_not_limited() {
    let (api, smtp, server) = house().await;
    confirm(&server, "ops", 10).await;
    let emails: String = (0..10).map(|n| format!("ops{n}@example.com,")).collect();
    let other = TOKEN.replace("AAH", "BBH");
    for token in [TOKEN, &other] {
        make_known(&server, token).await;
        for hours in 1..=6 {
            turn_away(&server, token, &format!("{emails}&timezone=Etc/GMT-{hours}")).await;
        }
    }
    let at = now() + SOON;
    assert_eq!(send_due(&server.state, at).await, 12);
    assert_eq!(smtp.mails().len(), 100);
    let too_many = Some("too many mails of the stateless endpoint within an hour");
    assert_eq!(counted(&server).await, count(&[(MailState::Sent, None, 10), (MailState::NotSent, too_many, 2)]));
    let path = endpoint(&server, "A", &[]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    assert_eq!(send_due(&server.state, at + MINUTE).await, 1);
    assert_eq!(smtp.mails().len(), 101);
    turn_away(&server, TOKEN, "ops1@example.com").await;
    send_due(&server.state, at + HOUR + 1).await;
    assert_eq!(smtp.mails().len(), 102);
    server.stop().await;
}

#[tokio::test]
async fn one_token_has_at_most_40_unfinished_mails_and_all_tokens_together_200() {
    let (_api, _smtp, server) = house().await;
    make_known(&server, TOKEN).await;
    for n in 0..45 {
        turn_away(&server, TOKEN, &format!("ops{n}@example.com")).await;
    }
    assert_eq!(server.state.store.mails.waiting().await.unwrap(), 40);
    for n in 0..170 {
        let token = BotToken::parse(&format!("{}{}", 8_001_002_000_i64 + n / 30, &TOKEN[10..])).unwrap();
        let parameters = format!("errorEmail=ops{n}@example.com");
        let rejection = Rejection {
            public_id: codes::public_id(),
            profile_id: None,
            token: Some(token),
            field_name: None,
            parameters,
            overrides: String::new(),
            payload: None,
            event_type: None,
            order_number: None,
            http_status: 422,
            reason: Reason { ru: String::new(), en: String::new() },
            cause: Some(FailureCause::NoRecipient),
            stranger: Some("192.0.2.1".into()),
        };
        server.state.store.events.record_rejection(rejection).await.unwrap();
    }
    assert_eq!(server.state.store.mails.waiting().await.unwrap(), 200);
    let other = TOKEN.replace("AAH", "BBH");
    make_known(&server, &other).await;
    turn_away(&server, &other, "ops@example.com").await;
    assert_eq!(server.state.store.mails.waiting().await.unwrap(), 201);
    server.stop().await;
}

#[tokio::test]
async fn a_mail_that_is_given_up_is_counted() {
    let (api, smtp) = (BotApi::start().await, SmtpServer::start().await);
    let server = TestServer::start_with(&api.url(), |config| smtp.fix(config)).await;
    let path = endpoint(&server, "A", &[]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    smtp.next([Turn::Answer("MAIL", "451 later"), Turn::Answer("RCPT", "550 no such user")]);
    let at = now() + SOON;
    send_due(&server.state, at).await;
    assert_eq!(metrics(&server).await, ["0", "0", "0", "1"], "it waits");
    send_due(&server.state, at + MINUTE).await;
    assert_eq!(metrics(&server).await, ["0", "0", "1", "0"]);
    server.stop().await;
}
