//! Profiles: imported from files, saved in the builder, and shown in the list.

use std::fs;

use app::{
    backend::{Backend as _, TestInput},
    error::AppError,
    session::{Operator, Viewer},
    views::{TargetView, TestOutcome},
};
use hookgram::{
    channel::ChannelKind,
    delivery::{DeliveryState, FailureCause, Outcome},
    event::BookingEvent,
    parameters::Parameter,
    profile::{EditedProfile, Profile},
    profile_list::ListQuery,
    query,
    role::{Account, Role},
    sample::Sample,
    secret::BotToken,
    values::ChatId,
};
use serde_json::json;
use server::{
    pages::{profiles::list_page, sandbox},
    profile_file::{self, ImportError},
};

use crate::{
    pages::page_request,
    person::Person,
    support::{
        BotApi, Play, Process, REFERENCE_MESSAGE, TOKEN, TestServer, client, event, eventually, reference_event, run,
    },
};

fn account(role: Role) -> Account {
    Account { id: 1, email: "a@b.c".into(), role }
}

#[tokio::test]
async fn an_imported_profile_delivers_the_reference_message_at_once() {
    let Some(body) = reference_event("100200300") else { return };
    let api = BotApi::start().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Process::serve(&data, &["--telegram-api", &api.url()]).await;
    let file = folder.path().join("profiles.yaml");
    let text = format!(
        "profiles:\n  - name: Записи\n    telegramToken: \"{TOKEN}\"\n    telegramFieldName: \"*TelegramId\"\n    \
         errorEmail: ops@example.com\n    message: Вы записаны на услугу\n    hide_url: false\n"
    );
    fs::write(&file, text).unwrap();
    let import = run(&data, &["profile", "import", file.to_str().unwrap(), "--public-url", &server.base]).await;
    assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));
    let printed = String::from_utf8(import.stdout).unwrap();
    let (name, url) = printed.trim().split_once('\t').unwrap();
    assert_eq!(name, "Записи");
    let answer = client().post(url).body(body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    api.wait_for_texts(1).await;
    assert_eq!(api.texts(), [REFERENCE_MESSAGE]);

    let again = run(&data, &["profile", "import", file.to_str().unwrap(), "--public-url", &server.base]).await;
    assert_eq!(String::from_utf8(again.stdout).unwrap(), printed, "the key stays");
    let check = run(&data, &["check", url, "--telegram-api", &api.url()]).await;
    assert!(check.status.success());
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test]
async fn a_file_with_any_fault_changes_nothing() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let taken = server.profile("Taken", true, &[]).await;
    let file = format!(
        "profiles:\n- {{name: A, sandbox: true, telegramFieldName: x}}\n- {{name: B, telegramFieldName: x}}\n\
         - {{name: C, sandbox: true, telegramFieldName: x, timezone: Mars, errorEmail: 'a@b.c, nobody'}}\n\
         - {{name: Taken, sandbox: true, telegramFieldName: y, key: {}}}\n",
        taken.key
    );
    let Err(ImportError::Faults(faults)) = profile_file::import(&server.state.store, &file).await else {
        panic!("imported")
    };
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["profiles[1].telegramToken", "profiles[2].errorEmail", "profiles[2].timezone"]);
    let clash = format!("profiles:\n- {{name: D, sandbox: true, telegramFieldName: x, key: {}}}\n", taken.key);
    let Err(ImportError::Faults(faults)) = profile_file::import(&server.state.store, &clash).await else {
        panic!("imported")
    };
    assert_eq!(faults[0].path, "profiles[0].key");
    let names: Vec<String> =
        server.state.store.profiles.all().await.unwrap().into_iter().map(|stored| stored.name).collect();
    assert_eq!(names, ["Taken"]);
    server.stop().await;
}

#[tokio::test]
async fn exported_profiles_are_imported_unchanged() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let parameters =
        [(Parameter::Message, "a: \"b\"\n#c"), (Parameter::HideUrl, "true"), (Parameter::Timezone, "Asia/Omsk")];
    let first = server.profile("A: 1", false, &parameters).await;
    let all = server.state.store.profiles.all().await.unwrap();
    let plain = profile_file::export(&[], &all, false).unwrap();
    assert!(!plain.contains(TOKEN) && !plain.contains(&first.key), "{plain}");
    let whole = profile_file::export(&[], &all, true).unwrap();
    let other = TestServer::start("http://127.0.0.1:9").await;
    profile_file::import(&other.state.store, &whole).await.unwrap();
    let copy = &other.state.store.profiles.all().await.unwrap()[0];
    assert_eq!((&copy.name, &copy.key, &copy.profile), (&first.name, &first.key, &first.profile));
    // Importing without secrets over the original keeps its token and webhook key.
    profile_file::import(&server.state.store, &plain).await.unwrap();
    let kept = server.state.store.profiles.get(first.id).await.unwrap().unwrap();
    assert_eq!((&kept.key, &kept.profile), (&first.key, &first.profile));
    other.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn a_profile_saved_in_the_builder_can_be_tested_and_is_listed() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let request = page_request(&server);
    let operator = Operator::of(account(Role::Operator)).unwrap();
    let viewer = Viewer::of(account(Role::Viewer)).unwrap();
    assert!(Operator::of(account(Role::Viewer)).is_err());
    let mut profile = Profile::default();
    profile.set(Parameter::TelegramFieldName, "*TelegramId").unwrap();
    profile.set(Parameter::Message, "Hello").unwrap();
    let input = |name: &str, channel: ChannelKind, profile: &Profile| EditedProfile {
        name: name.into(),
        enabled: None,
        channel,
        key: None,
        bare_ids: None,
        bot: None,
        events: Vec::new(),
        profile: profile.clone(),
    };
    let field = |result: Result<i64, AppError>| match result {
        Err(AppError::Invalid(faults)) => faults[0].field.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        field(request.save_profile(&operator, None, "", input("A", ChannelKind::Telegram, &profile)).await),
        "telegramToken"
    );
    assert_eq!(
        field(request.save_profile(&operator, None, "", input(" ", ChannelKind::Sandbox, &profile)).await),
        "name"
    );
    let sandbox = request.save_profile(&operator, None, "", input("S", ChannelKind::Sandbox, &profile)).await.unwrap();
    assert_eq!(
        field(request.save_profile(&operator, None, "", input("S", ChannelKind::Sandbox, &profile)).await),
        "name"
    );
    let mut with_token = profile.clone();
    with_token.set(Parameter::TelegramToken, TOKEN).unwrap();
    let id = request.save_profile(&operator, None, "", input("B", ChannelKind::Telegram, &with_token)).await.unwrap();
    assert_eq!(
        request.save_profile(&operator, Some(id), "", input("B2", ChannelKind::Telegram, &profile)).await,
        Ok(id),
        "the token stays"
    );
    let token = BotToken::parse(TOKEN).unwrap();
    let bot = request.who_is(&operator, &token).await.unwrap().unwrap();
    assert_eq!(bot.username, "salon_bot");

    let rows = list_page(&request, &viewer, ListQuery::default()).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["B2", "S"]);
    assert_eq!(rows[0].target, TargetView::Bot(Some(bot)));
    assert_eq!(rows[0].short_url, None, "a viewer may not send");
    let operators = Viewer::of(account(Role::Operator)).unwrap();
    let rows = list_page(&request, &operators, ListQuery::default()).await.unwrap().rows;
    assert!(rows[0].short_url.as_ref().unwrap().starts_with(&format!("{}/h/", server.base)));
    assert!(!format!("{rows:?}").contains("AAHkKN"));
    let detail = request.profile(&viewer, id).await.unwrap();
    assert!(!detail.parameters.contains("telegramToken"), "{}", detail.parameters);
    assert_eq!(request.profile(&viewer, 99).await, Err(AppError::NotFound));

    let test = |channel: ChannelKind, id: Option<i64>| TestInput {
        id,
        channel,
        bot: None,
        profile: profile.clone(),
        event: BookingEvent::read(Sample::Appointment.json(0).as_bytes()).unwrap(),
        chat: ChatId::parse("77").unwrap(),
    };
    assert_eq!(
        request.send_test(&operator, test(ChannelKind::Telegram, Some(id))).await,
        Ok(TestOutcome::Sent { parts: 1 })
    );
    api.next([Play::Refuse(400, "Bad Request: chat not found", json!({}))]);
    assert_eq!(
        request.send_test(&operator, test(ChannelKind::Telegram, Some(id))).await,
        Ok(TestOutcome::Failed(FailureCause::NeverStarted))
    );
    assert_eq!(
        request.send_test(&operator, test(ChannelKind::Sandbox, Some(sandbox))).await,
        Ok(TestOutcome::InSandbox)
    );
    assert_eq!(request.send_test(&operator, test(ChannelKind::Sandbox, None)).await, Ok(TestOutcome::InSandbox));
    let messages = sandbox::messages(&request, &viewer, None).await.unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!((messages[0].chat.as_str(), messages[0].profile.as_str()), ("…77", "S"), "a viewer knows its end");

    let key = rows[1].short_url.as_ref().unwrap().rsplit('/').next().unwrap().to_owned();
    server.post(&format!("/h/{key}"), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    let last = list_page(&request, &viewer, ListQuery::default()).await.unwrap().rows[1].last;
    assert_eq!(last.map(|last| last.outcome), Some(Outcome::Delivered));
    server.stop().await;
}

/// Returns the form of a test message to a chat for a saved profile.
fn test_of(id: i64, chat: &str) -> Vec<(&'static str, String)> {
    let form = [("form[name]", "Salon"), ("form[target]", "bot"), ("form[values][telegramFieldName]", "*TelegramId")];
    let mut fields: Vec<(&'static str, String)> = form.map(|(name, value)| (name, value.to_owned())).into();
    fields.extend([("id", id.to_string()), ("sample", "Appointment".to_owned()), ("chat", chat.to_owned())]);
    fields
}

async fn send_test(person: &Person<'_>, id: i64, chat: &str) -> String {
    let fields = test_of(id, chat);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // The request is encoded as the builder's script encodes it.
    let request = person.server.http.post(person.server.url("/rpc/operator/send-test"));
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", query::encode(name), query::encode(value))).collect();
    let request = request.header("cookie", &person.cookie).header("origin", &person.server.base);
    let request = request.header("accept-language", "en").header("accept", "application/json");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(pairs.join("&")).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_test_message_is_audited_with_its_profile_and_masked_chat() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let bot = server.profile("Salon", false, &[]).await;
    let sandbox = server.profile("Demo", true, &[]).await;
    let operator = Person::new(&server, Role::Operator).await;
    assert!(send_test(&operator, bot.id, "482113907").await.contains("Telegram accepted the message"));
    api.next([Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))]);
    assert!(send_test(&operator, bot.id, "482113908").await.contains("blocked"));
    operator.post("/sandbox/sample", &[("profile", &sandbox.id.to_string())]).await;
    let page = Person::new(&server, Role::Admin).await.see("/audit?action=profile_tested").await;
    for words in ["Test message sent", "Salon", "Demo", "…907", "message sent", "…908"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(page.contains("message not sent") && page.contains("message in the sandbox"));
    assert!(page.contains("operator@example.com") && !page.contains("482113") && !page.contains(&TOKEN[20..40]));
    server.stop().await;
}

#[tokio::test]
async fn test_messages_share_the_pace_of_deliveries_and_are_limited_per_account() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let bot = server.profile("Salon", false, &[]).await;
    let operator = Person::new(&server, Role::Operator).await;
    // After Telegram's 429 for a chat, neither tests nor deliveries are sent there until its time has passed.
    api.next([Play::Refuse(429, "Too Many Requests: retry after 60", json!({"retry_after": 60}))]);
    assert!(send_test(&operator, bot.id, "5").await.contains("asks you to wait 60 seconds."));
    let answer = send_test(&operator, bot.id, "5").await;
    assert!(answer.contains("to stay within Telegram's limits"), "{answer}");
    let (status, _) = server.post(&format!("/h/{}", bot.key), event("1", &["5"])).await;
    assert_eq!(status, 200);
    let (status, _) = server.post(&format!("/h/{}", bot.key), event("2", &["6"])).await;
    assert_eq!(status, 200);
    server.wait_for_state(DeliveryState::Delivered).await;
    assert_eq!(api.messages().len(), 2, "{:?}", api.messages());
    // One account has sent twenty tests, each to its own chat, so further ones must wait. Other accounts need not.
    for chat in 1_000..1_020 {
        let taken =
            async || send_test(&operator, bot.id, &chat.to_string()).await.contains("Telegram accepted the message");
        eventually("a test to be taken", taken).await;
    }
    let waits = async || send_test(&operator, bot.id, "8").await.contains("to stay within Telegram's limits");
    eventually("the account to wait", waits).await;
    let other = Person::new(&server, Role::Admin).await;
    let of_another = async || send_test(&other, bot.id, "7").await.contains("Telegram accepted the message");
    eventually("a test of another account", of_another).await;
    server.stop().await;
}
