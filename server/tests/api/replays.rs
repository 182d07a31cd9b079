//! Replaying failed deliveries, unchanged or with the current profile, and cancelling waiting ones.

use app::{
    session::Viewer,
    views::{LogPage, LogRow},
};
use hookgram::{
    channel::ChannelKind,
    delivery::{DeliveryState, Outcome},
    event::EventType,
    log_query::LogQuery,
    parameters::Parameter,
    profile::EditedProfile,
    replay::{BulkKind, Matching, ReplayAs, ReplayError},
    role::{Account, Role},
};
use serde_json::json;
use server::{
    pages::deliveries::{event_detail, log_page},
    store::{StoreError, StoredProfile, audit::COMMAND_LINE},
    time::now,
};

use crate::{
    pages::page_request,
    person::Person,
    support::{BotApi, Play, Process, TOKEN, TestServer, client, event, eventually, run},
};

fn blocked() -> Play {
    Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))
}

/// Replaces some parameters of a profile.
async fn change(server: &TestServer, stored: &StoredProfile, parameters: &[(Parameter, &str)]) {
    let mut profile = stored.profile.clone();
    for (parameter, value) in parameters {
        profile.set(*parameter, value).unwrap();
    }
    save(server, stored, EditedProfile { profile, ..draft(stored) }).await;
}

fn draft(stored: &StoredProfile) -> EditedProfile {
    let (name, profile) = (stored.name.clone(), stored.profile.clone());
    EditedProfile {
        name,
        enabled: None,
        channel: ChannelKind::Telegram,
        bare_ids: None,
        bot: None,
        events: Vec::new(),
        profile,
        key: None,
    }
}

async fn save(server: &TestServer, stored: &StoredProfile, draft: EditedProfile) {
    server.state.store.profiles.put(Some(stored.id), &draft, &COMMAND_LINE).await.unwrap();
}

/// Posts an event that Telegram refuses, and returns the delivery's id.
async fn fail(server: &TestServer, api: &BotApi, path: &str, number: &str) -> i64 {
    api.next([blocked()]);
    assert_eq!(server.post(path, event(number, &["5"])).await.0, 200);
    server.wait_for_state(DeliveryState::Failed).await;
    server.state.store.queue.deliveries(1).await.unwrap()[0].id
}

async fn replay(server: &TestServer, id: i64, how: ReplayAs) -> Result<i64, ReplayError> {
    server.state.replays.replay(&[id], how, &COMMAND_LINE).await.unwrap()[0].done
}

fn viewer() -> Viewer {
    Viewer::of(Account { id: 1, email: "ops@example.com".into(), role: Role::Viewer }).unwrap()
}

async fn log(server: &TestServer, profile: Option<i64>, outcome: Option<Outcome>) -> LogPage {
    let query = LogQuery { profile, outcome, ..LogQuery::default() };
    log_page(&page_request(server), &viewer(), &query).await.unwrap()
}

#[tokio::test]
async fn a_replay_as_it_was_keeps_the_message_and_resumes_at_the_failed_part() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let long = format!("first {}\n\nsecond {}", "a".repeat(3_000), "b".repeat(3_000));
    let profile = server.profile("A", false, &[(Parameter::Message, &long)]).await;
    api.next([Play::Ok]);
    let id = fail(&server, &api, &format!("/h/{}", profile.key), "1").await;
    change(&server, &profile, &[(Parameter::Message, "other")]).await;
    assert_eq!(replay(&server, id, ReplayAs::ItWas).await, Ok(id));
    server.wait_for_state(DeliveryState::Delivered).await;
    let texts = api.texts();
    assert_eq!(texts.len(), 2, "the first part has arrived before");
    assert!(texts[0].starts_with("first ") && texts[1].starts_with("second "), "{texts:?}");
    let public_id = log(&server, None, None).await.rows.remove(0).public_id;
    let mut event = event_detail(&page_request(&server), &viewer(), &public_id).await.unwrap();
    let detail = event.deliveries.remove(0);
    assert_eq!((detail.row.delivery.as_ref().map(|delivery| delivery.id), event.deliveries.len()), (Some(id), 0));
    let tries: Vec<(usize, bool, Option<u16>)> =
        detail.attempts.iter().map(|attempt| (attempt.part, attempt.sent, attempt.http_status)).collect();
    assert_eq!(tries, [(0, true, Some(200)), (1, false, Some(403)), (1, true, Some(200))]);
    assert_eq!((detail.row.outcome, detail.parts.len()), (Outcome::Delivered, 2));
    server.stop().await;
}

#[tokio::test]
async fn a_replay_with_the_current_profile_renders_the_message_again_with_the_urls_parameters() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Booked")]).await;
    let path = format!("/h/{}?message=%D0%9E%D1%82%D0%BC%D0%B5%D0%BD%D0%B0&hide_url", profile.key);
    let id = fail(&server, &api, &path, "1").await;
    change(&server, &profile, &[(Parameter::Message, "Hello"), (Parameter::SignText, "Bye")]).await;
    let new = replay(&server, id, ReplayAs::ItIs).await.unwrap();
    assert_ne!(new, id);
    server.wait_for_state(DeliveryState::Delivered).await;
    let text = api.texts().remove(0);
    assert!(text.starts_with("Отмена\n") && text.ends_with("\nBye"), "{text}");
    assert_eq!(replay(&server, id, ReplayAs::ItIs).await, Err(ReplayError::Replaced));
    let rows = log(&server, Some(profile.id), None).await.rows;
    let seen: Vec<(Outcome, Option<i64>, Option<i64>)> = rows
        .into_iter()
        .filter_map(|row| Some((row.outcome, row.delivery.as_ref()?.replay_of, row.delivery?.replaced_by)))
        .collect();
    assert_eq!(seen, [(Outcome::Delivered, Some(id), None), (Outcome::Failed, None, Some(new))]);
    server.stop().await;
}

#[tokio::test]
async fn a_message_that_cannot_be_rendered_again_is_reported_and_not_sent() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Booked")]).await;
    let id = fail(&server, &api, &format!("/h/{}", profile.key), "1").await;
    let narrowed = EditedProfile { events: vec![EventType(3001)], ..draft(&profile) };
    save(&server, &profile, narrowed).await;
    assert_eq!(replay(&server, id, ReplayAs::ItIs).await, Err(ReplayError::NotWanted));
    save(&server, &profile, draft(&profile)).await;
    change(&server, &profile, &[(Parameter::TelegramFieldName, "*Other")]).await;
    assert_eq!(replay(&server, id, ReplayAs::ItIs).await, Err(ReplayError::NoRecipient));
    let hidden = [(Parameter::Message, ""), (Parameter::HideDetailSection, "true"), (Parameter::HideUrl, "true")];
    change(&server, &profile, &hidden).await;
    assert_eq!(replay(&server, id, ReplayAs::ItIs).await, Err(ReplayError::NothingToSay));
    let pool = sqlx::SqlitePool::connect(&server.database_url()).await.unwrap();
    sqlx::query("DELETE FROM payloads").execute(&pool).await.unwrap();
    save(&server, &profile, draft(&profile)).await;
    assert_eq!(replay(&server, id, ReplayAs::ItIs).await, Err(ReplayError::NoBody));
    sqlx::query("INSERT INTO payloads (event_id, encoding, body) SELECT id, 'zip', x'00' FROM events")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(replay(&server, id, ReplayAs::ItIs).await, Err(ReplayError::NoBody));
    assert_eq!(api.messages().len(), 1);

    // The stateless endpoint has no profile, and its token is deleted once everything has arrived.
    let path = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=x");
    let id = fail(&server, &api, &path, "2").await;
    assert_eq!(replay(&server, id, ReplayAs::ItIs).await, Err(ReplayError::NoProfile));
    assert_eq!(replay(&server, id, ReplayAs::ItWas).await, Ok(id));
    server.wait_for_state(DeliveryState::Delivered).await;
    assert_eq!(replay(&server, id, ReplayAs::ItWas).await, Err(ReplayError::TokenGone));
    pool.close().await;
    server.stop().await;
}

#[tokio::test]
async fn a_bulk_replay_runs_in_the_background_and_can_be_stopped() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Booked")]).await;
    let path = format!("/h/{}", profile.key);
    let chats: Vec<String> = (1..=300).map(|chat| chat.to_string()).collect();
    let chats: Vec<&str> = chats.iter().map(String::as_str).collect();
    assert_eq!(server.post(&path, event("1", &chats)).await.0, 200);
    // This marks all waiting deliveries as refused long ago; those in flight arrive.
    let pool = sqlx::SqlitePool::connect(&server.database_url()).await.unwrap();
    sqlx::query(
        "UPDATE deliveries SET state = 'failed', cause = 'never_started', finished_at = 1, next_attempt_at = NULL
         WHERE state IN ('waiting', 'retrying')",
    )
    .execute(&pool)
    .await
    .unwrap();
    eventually("those under way to end", async || server.state.store.queue.totals().await.unwrap().open == 0).await;
    let failed = Matching { outcome: Outcome::Failed, profile: None, cause: None, since: None, until: None };
    let (store, replays) = (&server.state.store, &server.state.replays);
    let total = store.queue.count_matching(&failed).await.unwrap();
    assert!(total > 100, "{total}");
    let begin =
        async || replays.begin(BulkKind::Replay(ReplayAs::ItIs), &failed, &COMMAND_LINE).await.unwrap().unwrap();
    let id = begin().await;
    store.queue.stop_bulk(id, &COMMAND_LINE, now()).await.unwrap();
    let ended = store.queue.stop_bulk(id, &COMMAND_LINE, now()).await;
    assert!(matches!(ended, Err(StoreError::NotFound)), "{ended:?}");
    let stopped = store.queue.bulk(id).await.unwrap().unwrap();
    assert!(stopped.stopped && stopped.done < total, "{stopped:?}");
    let again = begin().await;
    eventually("the rest to be replayed", async || {
        store.queue.bulk(again).await.unwrap().unwrap().finished_at.is_some()
    })
    .await;
    let done = store.queue.bulk(again).await.unwrap().unwrap();
    let before = store.queue.bulk(id).await.unwrap().unwrap().done;
    assert_eq!((done.done + before, done.left(), done.refused.len()), (total, 0, 0), "{done:?}");
    assert_eq!(replays.begin(BulkKind::Cancel, &failed, &COMMAND_LINE).await.unwrap(), None);
    // The form reports the error.
    let operator = Person::new(&server, Role::Operator).await;
    let wrong = operator.post("/deliveries/all?outcome=failed", &[("do", "cancel")]).await;
    assert_eq!(wrong.status(), 422);
    assert!(wrong.text().await.unwrap().contains("This cannot be done to these deliveries."));
    let many: Vec<String> = (1..=201).map(|id| format!("d-{id}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "on")).chain([("sure", "yes")]).collect();
    let too_many = operator.post("/deliveries/act", &many).await;
    assert_eq!(too_many.status(), 422);
    assert!(too_many.text().await.unwrap().contains("At most 200 deliveries can be selected at once."));

    // Thirty are sent a second, so some have arrived and the others are cancelled.
    let waiting = Matching { outcome: Outcome::Waiting, ..failed };
    let cancel = replays.begin(BulkKind::Cancel, &waiting, &COMMAND_LINE).await.unwrap().unwrap();
    eventually("the rest to be called off", async || {
        store.queue.bulk(cancel).await.unwrap().unwrap().finished_at.is_some()
    })
    .await;
    eventually("those under way to end", async || server.state.store.queue.totals().await.unwrap().open == 0).await;
    let twice: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 'delivered' GROUP BY chat HAVING count(*) > 1)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(twice, 0);
    pool.close().await;
    server.stop().await;
}

#[tokio::test]
async fn the_log_shows_refused_events_and_duplicates() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Booked")]).await;
    let other = server.profile("B", true, &[(Parameter::Message, "Booked")]).await;
    let path = format!("/h/{}", profile.key);
    let (_, first) = server.post(&path, event("1", &["5", "nobody"])).await;
    server.post(&path, event("1", &["5", "nobody"])).await;
    assert_eq!(server.post(&path, "{}").await.0, 422);
    save(&server, &profile, EditedProfile { events: vec![EventType(3001)], ..draft(&profile) }).await;
    server.post(&path, event("2", &["5"])).await;
    server.post(&format!("/h/{}", other.key), event("3", &["5"])).await;
    eventually("all to arrive", async || server.state.store.queue.totals().await.unwrap().open == 0).await;

    let all = log(&server, None, None).await;
    let outcomes = |page: &LogPage| page.rows.iter().map(|row| row.outcome).collect::<Vec<_>>();
    use Outcome::{Delivered, Duplicate, Rejected, Skipped};
    assert_eq!(outcomes(&all), [Delivered, Skipped, Rejected, Duplicate, Skipped, Delivered]);
    assert_eq!(outcomes(&log(&server, Some(profile.id), None).await), outcomes(&all)[1..]);
    assert_eq!(all.next, None);
    let [_, _, rejected, duplicate, nobody, _] = all.rows.as_slice() else { panic!("{all:?}") };
    assert_eq!(rejected.http_status, 422);
    assert!(rejected.reason.as_deref().unwrap().contains("*TelegramId"), "{rejected:?}");
    let (_, public_id) = duplicate.duplicate_of.clone().unwrap();
    assert_eq!(public_id, first["Id"].as_str().unwrap());
    let why = nobody.delivery.as_ref().unwrap();
    assert!(why.chat.is_none() && why.last_error.is_some(), "{why:?}");
    for outcome in [Delivered, Duplicate, Rejected, Skipped, Outcome::Failed, Outcome::Waiting, Outcome::Suspended] {
        for one in [None, Some(profile.id), Some(other.id)] {
            let found = log(&server, one, Some(outcome)).await.rows;
            let expected: Vec<&LogRow> = all
                .rows
                .iter()
                .filter(|row| row.outcome == outcome)
                .filter(|row| one.is_none() || row.profile.as_ref().map(|(id, _)| *id) == one)
                .collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{outcome:?} {one:?}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn every_row_of_the_log_is_on_exactly_one_page() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", true, &[(Parameter::Message, "Booked")]).await;
    let path = format!("/h/{}", profile.key);
    for number in 0..60 {
        let second = if number % 3 == 0 { "nobody" } else { "6" };
        assert_eq!(server.post(&path, event(&number.to_string(), &["5", second])).await.0, 200);
        if number % 5 == 0 {
            let narrowed =
                EditedProfile { channel: ChannelKind::Sandbox, events: vec![EventType(3001)], ..draft(&profile) };
            save(&server, &profile, narrowed).await;
            server.post(&path, event(&format!("{number}s"), &["5"])).await;
            save(&server, &profile, EditedProfile { channel: ChannelKind::Sandbox, ..draft(&profile) }).await;
        }
    }
    eventually("all to arrive", async || server.state.store.queue.totals().await.unwrap().open == 0).await;
    let request = page_request(&server);
    for (outcome, count) in [(None, 132), (Some(Outcome::Delivered), 100), (Some(Outcome::Skipped), 32)] {
        let (mut rows, mut behind) = (Vec::new(), None);
        loop {
            let query = LogQuery { outcome, behind, ..LogQuery::default() };
            let page = log_page(&request, &viewer(), &query).await.unwrap();
            assert!(page.rows.len() <= 50);
            rows.extend(
                page.rows.iter().map(|row| (row.event, row.delivery.as_ref().map_or(0, |delivery| delivery.id))),
            );
            behind = page.next;
            if behind.is_none() {
                break;
            }
        }
        assert_eq!(rows.len(), count, "{outcome:?}");
        assert!(rows.is_sorted_by(|one, next| one > next), "{outcome:?}: {rows:?}");
    }
    // Each row occurs once on the smaller pages of the store as well.
    let mut seen = Vec::new();
    let mut filter = server::store::LogFilter { outcome: Some(Outcome::Skipped), limit: 1, ..Default::default() };
    while let [row] = server.state.store.log.page(&filter).await.unwrap().rows.as_slice() {
        let (event, delivery) = (row.event, row.delivery.unwrap_or_default());
        seen.push((event, delivery));
        filter.behind = Some(hookgram::log_query::LogPlace { at: row.received_at, event, delivery });
    }
    assert_eq!(seen.len(), 32);
    server.stop().await;
}

#[tokio::test]
async fn the_command_line_replays_and_cancels_deliveries() {
    let api = BotApi::start().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Process::serve(&data, &["--telegram-api", &api.url()]).await;
    let url = format!("{}/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=x", server.base);
    let post = async |number: &str| client().post(&url).body(event(number, &["5"])).send().await.unwrap().status();
    let command = async |arguments: &[&str]| {
        let output = run(&data, arguments).await;
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!text.contains("AAHk"), "{text}");
        (output.status.success(), text)
    };
    for number in ["1", "2", "3"] {
        api.next([blocked()]);
        assert_eq!(post(number).await, 200);
    }
    api.wait_for_messages(3).await;
    eventually("all three to have failed", async || {
        command(&["replay", "--failed", "--list"]).await.1.lines().count() == 3
    })
    .await;
    let (_, list) = command(&["replay", "--failed", "--list"]).await;
    assert!(list.starts_with("1\t–\t1\t5\tthe customer has blocked the bot\n"), "{list}");
    assert_eq!(command(&["replay", "1"]).await, (true, "1\tis sent again\n".to_owned()));
    api.wait_for_texts(1).await;
    let (good, text) = command(&["replay", "--failed", "--since", "1h", "--cause", "blocked"]).await;
    assert!(good && text == "2 of 2 are sent again\n", "{text}");
    api.wait_for_texts(3).await;
    let (good, text) = command(&["replay", "99", "--as-is"]).await;
    assert!(!good && text.starts_with("99\tThere is no such delivery"), "{text}");
    for (arguments, words) in [
        (&["replay", "--failed", "--cause", "luck"][..], "never_started, blocked"),
        (&["replay", "--failed", "--profile", "X"], "there is no profile “X”"),
        (&["replay", "--failed", "--since", "soon"], "--since: “soon” is not a span of time"),
        (&["replay"], "required"),
        (&["cancel", "1", "--waiting"], "cannot be used with"),
    ] {
        let (good, text) = command(arguments).await;
        assert!(!good && text.contains(words), "{arguments:?}: {text}");
    }

    let file = folder.path().join("profiles.yaml");
    let import = async |enabled: bool| {
        let profile =
            format!("name: A\n    enabled: {enabled}\n    sandbox: true\n    telegramFieldName: '*TelegramId'\n");
        std::fs::write(&file, format!("profiles:\n  - {profile}")).unwrap();
        let (good, text) = command(&["profile", "import", file.to_str().unwrap()]).await;
        assert!(good, "{text}");
        text.trim().rsplit('/').next().unwrap().to_owned()
    };
    let endpoint = format!("{}/h/{}", server.base, import(false).await);
    assert_eq!(client().post(endpoint).body(event("5", &["5"])).send().await.unwrap().status(), 404);
    let (good, text) = command(&["replay", "--refused"]).await;
    assert!(good && text.starts_with("0 of 1 are sent again\n1\tThe profile is disabled"), "{text}");
    import(true).await;
    let (_, list) = command(&["replay", "--refused", "--list"]).await;
    assert!(list.ends_with("\tA\t5\t–\t–\n"), "{list}");
    let (good, text) = command(&["replay", "--refused"]).await;
    assert!(good && text == "1 of 1 are sent again\n", "{text}");

    api.down().await;
    assert_eq!(post("4").await, 200);
    eventually("the fourth to be called off", async || {
        command(&["cancel", "--waiting"]).await.1.starts_with("1 of 1 ")
    })
    .await;
    assert_eq!(command(&["cancel", "4"]).await.1.split('\t').next(), Some("4"));
    assert_eq!(server.terminate(), Some(0));
}

/// Returns the ids of the log's rows of refused events, newest first.
async fn refused(server: &TestServer) -> Vec<i64> {
    log(server, None, Some(Outcome::Rejected)).await.rows.iter().map(|row| row.event).collect()
}

async fn replay_event(server: &TestServer, id: i64) -> Result<i64, ReplayError> {
    server.state.replays.replay_events(&[id], &COMMAND_LINE).await.unwrap()[0].done
}

#[tokio::test]
async fn a_refused_event_keeps_its_id_and_can_be_replayed_once_its_cause_is_fixed() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Booked")]).await;
    let path = format!("/h/{}", profile.key);
    let set_enabled = async |enabled| {
        server.state.store.profiles.set_enabled(profile.id, enabled, &COMMAND_LINE).await.unwrap();
    };
    set_enabled(false).await;
    assert_eq!(server.post(&format!("{path}?message=Moved"), event("1", &["5"])).await.0, 404);
    set_enabled(true).await;
    let text = server.http.post(server.url(&path)).header("content-type", "text/plain").body(event("2", &["6"]));
    assert_eq!(text.send().await.unwrap().status(), 415);
    assert_eq!(server.post(&format!("{path}?timezone=Mars"), event("3", &["7"])).await.0, 400);
    change(&server, &profile, &[(Parameter::TelegramFieldName, "*Other")]).await;
    assert_eq!(server.post(&path, event("4", &["8"])).await.0, 422);
    assert_eq!(server.post(&path, "{\"half\":").await.0, 400);

    let rows = log(&server, None, Some(Outcome::Rejected)).await.rows;
    let numbers: Vec<_> = rows.iter().map(|row| row.order_number.as_deref()).collect();
    assert_eq!(numbers, [None, Some("4"), Some("3"), Some("2"), Some("1")]);
    let [half, fourth, third, second, first] = refused(&server).await[..] else { panic!("{rows:?}") };

    assert_eq!(replay_event(&server, fourth).await, Err(ReplayError::NoRecipient));
    change(&server, &profile, &[(Parameter::TelegramFieldName, "*TelegramId")]).await;
    assert_eq!(replay_event(&server, half).await, Err(ReplayError::BadEvent));
    set_enabled(false).await;
    assert_eq!(replay_event(&server, first).await, Err(ReplayError::Disabled));
    set_enabled(true).await;
    for id in [first, second, third, fourth] {
        assert_eq!(replay_event(&server, id).await, Ok(id));
        assert_eq!(replay_event(&server, id).await, Err(ReplayError::EventReplaced));
    }
    api.wait_for_texts(4).await;
    let texts = api.texts();
    assert!(texts.iter().filter(|text| text.starts_with("Moved\n")).count() == 1, "the URL said so: {texts:?}");
    assert!(texts.iter().filter(|text| text.starts_with("Booked\n")).count() == 3, "{texts:?}");

    // Both events link to each other, and the refused one is not offered again.
    let rows = log(&server, None, Some(Outcome::Rejected)).await.rows;
    let as_new = rows.last().unwrap().replayed_as.clone().unwrap();
    let new = event_detail(&page_request(&server), &viewer(), &as_new).await.unwrap().row;
    assert_eq!(new.replayed_event.as_deref(), Some(rows.last().unwrap().public_id.as_str()));
    assert_eq!((new.order_number.as_deref(), new.is_replayable()), (Some("1"), false));
    assert_eq!(rows.iter().filter(|row| row.is_replayable()).count(), 1, "the body that is no event");
    server.stop().await;
}

#[tokio::test]
async fn a_refused_event_is_not_replayed_if_a_copy_was_accepted_later() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::TelegramFieldName, "*Other")]).await;
    let path = format!("/h/{}", profile.key);
    assert_eq!(server.post(&path, event("1", &["5"])).await.0, 422);
    change(&server, &profile, &[(Parameter::TelegramFieldName, "*TelegramId")]).await;
    assert_eq!(server.post(&path, event("1", &["5"])).await.0, 200);
    api.wait_for_texts(1).await;
    let [id] = refused(&server).await[..] else { panic!() };
    assert_eq!(replay_event(&server, id).await, Err(ReplayError::Arrived));
    assert_eq!(log(&server, None, None).await.rows.len(), 2, "a refused replay leaves no row");
    assert_eq!(replay_event(&server, 99).await, Err(ReplayError::Unknown));
    let accepted = log(&server, None, Some(Outcome::Delivered)).await.rows[0].event;
    assert_eq!(replay_event(&server, accepted).await, Err(ReplayError::EventReplaced));
    server.stop().await;
}

#[tokio::test]
async fn selected_or_all_refused_events_can_be_replayed_from_the_log() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Booked")]).await;
    server.state.store.profiles.set_enabled(profile.id, false, &COMMAND_LINE).await.unwrap();
    for number in 1..=20 {
        let number = number.to_string();
        assert_eq!(server.post(&format!("/h/{}", profile.key), event(&number, &[&number])).await.0, 404);
    }
    server.state.store.profiles.set_enabled(profile.id, true, &COMMAND_LINE).await.unwrap();
    let operator = Person::new(&server, Role::Operator).await;
    let page = operator.see("/deliveries?outcome=rejected").await;
    assert!(page.contains("/deliveries/all?do=replay&amp;outcome=rejected"), "{page}");
    let [first, second, ..] = refused(&server).await[..] else { panic!() };
    assert!(page.contains(&format!("name=\"e-{first}\"")), "{page}");
    let (id, also) = (format!("e-{first}"), format!("e-{second}"));
    let asked = operator.post("/deliveries/act", &[("do", "replay"), (&id, "on"), (&also, "on")]).await;
    let page = asked.text().await.unwrap();
    assert!(page.contains("Replay 2 events?") && !page.contains("name=\"how\""), "{page}");
    let done = operator.post("/deliveries/act", &[("do", "replay"), (&id, "on"), (&also, "on"), ("sure", "yes")]).await;
    let page = done.text().await.unwrap();
    assert!(page.contains("Sending 2 events again."), "{page}");
    let page = operator.see("/deliveries/all?do=replay&outcome=rejected").await;
    assert!(page.contains("Replay 18 events?"), "{page}");
    let begun = operator.post("/deliveries/all?outcome=rejected", &[("do", "replay")]).await;
    assert!(begun.status().is_redirection(), "{begun:?}");
    let work = begun.headers()["location"].to_str().unwrap().to_owned();
    api.wait_for_texts(20).await;
    eventually("the work to end", async || server.state.store.queue.bulks().await.unwrap()[0].finished_at.is_some())
        .await;
    let page = operator.see(&work).await;
    assert!(page.contains("18 events"), "{page}");
    server.stop().await;
}

#[tokio::test]
async fn a_corrupt_body_does_not_stop_a_bulk_replay_of_refused_events() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Booked")]).await;
    server.state.store.profiles.set_enabled(profile.id, false, &COMMAND_LINE).await.unwrap();
    for number in ["1", "2"] {
        assert_eq!(server.post(&format!("/h/{}", profile.key), event(number, &["5"])).await.0, 404);
    }
    server.state.store.profiles.set_enabled(profile.id, true, &COMMAND_LINE).await.unwrap();
    let first = refused(&server).await[1];
    let pool = sqlx::SqlitePool::connect(&server.database_url()).await.unwrap();
    let corrupt = sqlx::query("UPDATE payloads SET encoding = 'lz4', body = x'00' WHERE event_id = ?1").bind(first);
    corrupt.execute(&pool).await.unwrap();
    pool.close().await;
    let matching = Matching { outcome: Outcome::Rejected, profile: None, cause: None, since: None, until: None };
    let kind = BulkKind::Replay(ReplayAs::ItIs);
    let id = server.state.replays.begin(kind, &matching, &COMMAND_LINE).await.unwrap().unwrap();
    let progress = async || server.state.store.queue.bulk(id).await.unwrap().unwrap();
    eventually("the bulk action to end", async || progress().await.finished_at.is_some()).await;
    let progress = progress().await;
    assert_eq!((progress.done, progress.refused), (1, vec![(ReplayError::NoBody, 1)]));
    server.stop().await;
}
