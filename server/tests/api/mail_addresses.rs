//! Addresses that requests to the stateless endpoint name in `errorEmail`: each is asked once, by a mail without any
//! text of the caller, and gets error mails only after a POST on the page of its link.

use hookgram::{
    delivery::DeliveryState,
    mail::MailState,
    parameters::Parameter,
    role::Role,
    values::{AddressState, EmailAddress, Locale},
};
use server::{secrets::codes, store::audit::COMMAND_LINE, time::now};

use crate::{
    mail::{HOUR, MINUTE, SOON, blocked, fail, house, newest, send_due, states},
    support::{
        BotApi, TOKEN, TestServer, event,
        letter::Mail,
        run,
        smtp::{SmtpServer, Turn},
    },
};

const DAY: i64 = 24 * HOUR;
const UNCONFIRMED: &str = "the address has not confirmed that mails may go there";
const STOPPED: &str = "the owner of the address wants no mails";

/// Returns the code of a link that is valid for an hour.
pub async fn address_link(server: &TestServer, address: &str) -> String {
    let code = codes::secret();
    let address = EmailAddress::parse(address).unwrap();
    server.state.store.mails.add_address_link(&codes::hash(&code), &address, now() + HOUR, now()).await.unwrap();
    code
}

/// Returns a query of the stateless endpoint with texts that must not be mailed to an unconfirmed address.
fn query(email: &str, rest: &str) -> String {
    format!(
        "/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*BuyNow&timezone_name=BuyNow&message=BuyNow\
         &sign_text=BuyNow&errorEmail={email}{rest}"
    )
}

/// Starts a server whose [`TOKEN`] Telegram has accepted.
async fn known_token() -> (BotApi, SmtpServer, TestServer) {
    let (api, smtp, server) = house().await;
    let path = query("", "").replace("*BuyNow", "*TelegramId");
    assert_eq!(server.post(&path, event("1", &["5"])).await.0, 200);
    server.wait_for_state(DeliveryState::Delivered).await;
    (api, smtp, server)
}

/// Posts an event that is refused, which is a failure for an error mail.
async fn refuse(server: &TestServer, email: &str, rest: &str) {
    let body = r#"{"CaseItem": {"OrderNumber": {"FullNumber": "BuyNow"}}}"#;
    assert_eq!(server.post(&query(email, rest), body).await.0, 422);
}

fn link(mail: &Mail) -> String {
    let text = mail.text();
    let from = text.find("/confirm-email/").unwrap_or_else(|| panic!("no link in {text}"));
    text[from..].split_whitespace().next().unwrap().to_owned()
}

async fn page(server: &TestServer, path: &str) -> (u16, String) {
    let request = server.http.get(server.url(path)).header("accept-language", "en");
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Presses a button of the page, as a browser without scripts does.
async fn press(server: &TestServer, path: &str, button: &str) -> u16 {
    let request = server.http.post(server.url(path)).header("origin", &server.base);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(format!("do={button}")).send().await.unwrap().status().as_u16()
}

fn warning(answer: &serde_json::Value) -> &str {
    answer["WarningMessage"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn an_address_gets_error_mails_only_after_it_has_confirmed() {
    let (_api, smtp, server) = known_token().await;
    refuse(&server, "Ops@example.com", "&date_locales=en").await;
    let start = now();
    assert_eq!(send_due(&server.state, start + SOON).await, 2, "the error mail and the confirmation mail");
    assert_eq!(
        states(&server.state.store.mails.all(9).await.unwrap()),
        [(MailState::Sent, None), (MailState::NotSent, Some(UNCONFIRMED))]
    );
    let asked = smtp.mails().remove(0);
    assert_eq!((asked.to.as_str(), smtp.mails().len()), ("Ops@example.com", 1));
    assert_eq!(asked.subject(), "Hookgram: confirm the address for error emails");
    for text in [asked.raw.clone(), asked.text(), asked.html()] {
        assert!(!text.contains("BuyNow") && !text.contains("7001002003"), "{text}");
    }
    assert!(asked.text().contains(&format!("in Hookgram at {} to", server.base)), "{}", asked.text());
    assert!(asked.html().contains("<a href=") && asked.text().contains("do nothing"), "{}", asked.text());

    // Opening the link confirms nothing, because mail scanners open links.
    let path = link(&asked);
    for _ in 0..2 {
        let (status, html) = page(&server, &path).await;
        assert!(status == 200 && html.contains("ops@example.com") && html.contains("method=\"post\""), "{html}");
    }
    assert_eq!(press(&server, &path, "something").await, 200);
    refuse(&server, "Ops@example.com", "&date_locales=en").await;
    assert_eq!(send_due(&server.state, start + HOUR + SOON).await, 1, "no second confirmation mail on that day");
    assert_eq!(smtp.mails().len(), 1);

    assert_eq!(press(&server, &path, "confirm").await, 303);
    assert!(page(&server, &path).await.1.contains("Address confirmed"));
    refuse(&server, "oPs@example.com", "&date_locales=en").await;
    assert_eq!(send_due(&server.state, start + 2 * HOUR + SOON).await, 1);
    let mail = smtp.mails().pop().unwrap();
    assert_eq!((mail.to.as_str(), smtp.mails().len()), ("oPs@example.com", 2));
    assert!(mail.text().contains("• BuyNow — "), "{}", mail.text());
    let text = server.http.get(server.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("\nhookgram_mails_unconfirmed_total 2\n"), "{text}");
    server.stop().await;
}

#[tokio::test]
async fn a_confirmation_mail_is_in_the_language_of_the_request_and_is_retried() {
    let (_api, smtp, server) = known_token().await;
    refuse(&server, "ops@example.com", "").await;
    smtp.next([Turn::Answer("RCPT", "450 greylisted")]);
    let at = now() + SOON;
    assert_eq!(send_due(&server.state, at).await, 2);
    assert_eq!(newest(&server.state.store).await.state, MailState::Retrying);
    assert_eq!(send_due(&server.state, at + MINUTE).await, 1);
    let mail = smtp.mails().remove(0);
    assert_eq!(mail.subject(), "Hookgram: подтвердите адрес для писем о сбоях");
    assert_eq!(page(&server, &link(&mail)).await.0, 200);
    server.stop().await;
}

#[tokio::test]
async fn confirmation_mails_to_an_address_are_sent_at_growing_intervals_from_one_day() {
    let (_api, _smtp, server) = house().await;
    let address = EmailAddress::parse("ops@example.com").unwrap();
    let other_case = EmailAddress::parse("OPS@Example.com").unwrap();
    let start = now();
    let ask = async |address, at| server.state.store.mails.ask_to_confirm(address, None, Locale::En, at).await.unwrap();
    let mut at = start;
    assert!(ask(&address, at).await);
    for pause in [1, 2, 4, 8, 16, 32, 32] {
        assert!(!ask(&other_case, at + pause * DAY - 1).await, "{pause} days");
        at += pause * DAY;
        assert!(ask(&address, at).await, "{pause} days");
    }
    server.stop().await;
}

#[tokio::test]
async fn at_most_20_confirmation_mails_an_hour_and_10_a_day_per_token_are_sent() {
    let (_api, _smtp, server) = house().await;
    let start = now();
    let ask = async |n: i64, token: &str, at| {
        let address = EmailAddress::parse(&format!("ops{n}@example.com")).unwrap();
        server.state.store.mails.ask_to_confirm(&address, Some(token.as_bytes()), Locale::Ru, at).await.unwrap()
    };
    for n in 0..10 {
        assert!(ask(n, "one", start).await);
    }
    assert!(!ask(10, "one", start).await && !ask(10, "one", start + DAY - 1).await);
    for n in 10..20 {
        assert!(ask(n, "two", start).await);
    }
    assert!(!ask(20, "three", start + HOUR - 1).await);
    assert!(ask(20, "three", start + HOUR).await);
    assert!(ask(21, "one", start + DAY).await);
    server.stop().await;
}

#[tokio::test]
async fn addresses_of_accounts_and_profiles_need_no_confirmation() {
    let (_api, smtp, server) = known_token().await;
    server.state.store.accounts.add_user("Admin@example.com", Role::Viewer, None, &COMMAND_LINE).await.unwrap();
    server.profile("A", false, &[(Parameter::ErrorEmail, "x@example.com,Ops@Example.com")]).await;
    refuse(&server, "admin@example.com,ops@example.com,stranger@example.com", "").await;
    let at = now() + SOON;
    assert_eq!(send_due(&server.state, at).await, 2);
    let to: Vec<String> = smtp.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["admin@example.com", "ops@example.com", "stranger@example.com"]);
    let mails = smtp.mails();
    assert!(mails[0].text().contains("BuyNow") && !mails[2].text().contains("BuyNow"));
    let reason = format!("stranger@example.com: {UNCONFIRMED}");
    assert_eq!(states(&server.state.store.mails.all(2).await.unwrap())[1], (MailState::Sent, Some(reason.as_str())));
    server.stop().await;
}

#[tokio::test]
async fn the_link_in_an_error_mail_stops_and_resumes_the_mails() {
    let (api, smtp, server) = known_token().await;
    server.confirm_email("ops@example.com").await;
    refuse(&server, "ops@example.com", "").await;
    let at = now() + SOON;
    send_due(&server.state, at).await;
    let path = link(&smtp.mails()[0]);
    assert_eq!(press(&server, &path, "stop").await, 303);
    assert!(page(&server, &path).await.1.contains("No more emails"));
    refuse(&server, "ops@example.com", "").await;
    assert_eq!(send_due(&server.state, at + HOUR).await, 1, "and no confirmation mail");
    assert_eq!(states(&[newest(&server.state.store).await]), [(MailState::NotSent, Some(STOPPED))]);
    assert_eq!(smtp.mails().len(), 1);

    // Mails of a profile have no such link, because operators choose its addresses.
    let profile = server.profile("A", false, &[(Parameter::ErrorEmail, "ops@example.com")]).await;
    fail(&server, &api, &format!("/h/{}", profile.key), "2", blocked()).await;
    send_due(&server.state, now() + SOON).await;
    assert!(smtp.mails().len() == 2 && !smtp.mails()[1].text().contains("/confirm-email/"));

    assert_eq!(press(&server, &path, "confirm").await, 303);
    refuse(&server, "ops@example.com", "").await;
    send_due(&server.state, at + 2 * HOUR).await;
    assert_eq!(smtp.mails().len(), 3);
    server.stop().await;
}

#[tokio::test]
async fn a_waiting_confirmation_mail_is_not_sent_if_the_address_has_been_confirmed() {
    let (_api, smtp, server) = known_token().await;
    refuse(&server, "ops@example.com", "").await;
    smtp.next([Turn::Answer("RCPT", "450 greylisted")]);
    let at = now() + SOON;
    send_due(&server.state, at).await;
    server.confirm_email("ops@example.com").await;
    send_due(&server.state, at + MINUTE).await;
    assert_eq!((newest(&server.state.store).await.state, smtp.mails().len()), (MailState::NotSent, 0));
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_or_expired_confirmation_link_shows_an_error_and_changes_nothing() {
    let (_api, _smtp, server) = house().await;
    let store = &server.state.store;
    for path in ["/confirm-email/guess", "/confirm-email/%D1%8F%0D%0A"] {
        let (status, html) = page(&server, path).await;
        assert!(status == 404 && html.contains("This link no longer works"), "{html}");
        assert_eq!(press(&server, path, "confirm").await, 404);
    }
    let hash = codes::hash(&address_link(&server, "ops@example.com").await);
    assert!(store.mails.linked_address(&hash, now()).await.unwrap().is_some());
    assert!(store.mails.linked_address(&hash, now() + HOUR + MINUTE).await.unwrap().is_none());
    assert!(store.mails.answer_address_link(&hash, AddressState::Confirmed, now() + HOUR + MINUTE).await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn check_and_post_warn_about_unconfirmed_addresses() {
    let (_api, _smtp, server) = known_token().await;
    let path = query("ops@example.com,d@e.f", "").replace("*BuyNow", "*TelegramId");
    let check = async |path: &str, language: &str| -> serde_json::Value {
        let request = server.http.get(server.url(path)).header("accept-language", language);
        request.send().await.unwrap().json().await.unwrap()
    };
    let answer = check(&path, "ru").await;
    assert!(warning(&answer).starts_with("errorEmail: письма на ops@example.com, d@e.f начнут приходить"), "{answer}");
    let answer = check(&path, "en").await;
    assert!(warning(&answer).starts_with("errorEmail: emails go to ops@example.com, d@e.f only"), "{answer}");
    let (status, answer) = server.post(&path, event("2", &["5"])).await;
    assert!(status == 200 && warning(&answer).contains("ops@example.com, d@e.f"), "{answer}");

    server.confirm_email("OPS@example.com").await;
    assert!(warning(&check(&path, "en").await).contains("mails go to d@e.f only"));
    server.confirm_email("d@e.f").await;
    assert_eq!(check(&path, "en").await.get("WarningMessage"), None);
    assert_eq!(server.post(&path, event("3", &["5"])).await.1.get("WarningMessage"), None);
    server.stop().await;
}

#[tokio::test]
async fn a_check_by_a_stranger_does_not_reveal_who_has_an_account() {
    let (_api, _smtp, server) = known_token().await;
    server.state.store.accounts.add_user("admin@example.com", Role::Admin, None, &COMMAND_LINE).await.unwrap();
    let path = query("admin@example.com", "");
    let (_, answer) = server.post(&path.replace("*BuyNow", "*TelegramId"), event("2", &["5"])).await;
    assert!(warning(&answer).contains("admin@example.com"), "{answer}");
    // A caller with the token of a profile is not a stranger.
    server.profile("A", false, &[]).await;
    server.confirm_email("anybody@example.com").await;
    let (_, answer) = server.post(&path.replace("*BuyNow", "*TelegramId"), event("3", &["5"])).await;
    assert_eq!(answer.get("WarningMessage"), None, "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn the_command_check_warns_about_unconfirmed_addresses_if_there_is_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = TestServer::start_with("http://127.0.0.1:9", |config| config.data_dir.clone_from(&data)).await;
    server.confirm_email("a@b.c").await;
    server.stop().await;
    let output = run(&data, &["check", &query("a@b.c,d@e.f", ""), "--offline"]).await;
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("errorEmail: emails go to d@e.f only"), "{printed}");
}
