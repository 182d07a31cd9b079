//! Both endpoints, answer by answer (contract §1 and §2).

use hookgram::{delivery::DeliveryState, parameters::Parameter, setting::Setting, webhook::EventOutcome};
use reqwest::Method;
use serde_json::{Value, json};
use server::store::audit::COMMAND_LINE;

use crate::support::{BotApi, Play, REFERENCE_MESSAGE, TOKEN, TestServer, event, reference_event};

fn stateless(rest: &str) -> String {
    format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&errorEmail=a@b.c{rest}")
}

#[tokio::test]
async fn the_reference_event_is_delivered_as_the_contract_shows_it() {
    let Some(body) = reference_event("100200300") else { return };
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    server.confirm_email("a@b.c").await;
    let (status, answer) = server.post(&stateless("&message=Вы%20записаны%20на%20услугу"), body).await;
    assert_eq!((status, &answer["Message"]), (200, &Value::from("The event has been accepted")), "{answer}");
    assert_eq!(answer.get("WarningMessage"), None);
    api.wait_for_texts(1).await;
    let asked = &api.asked()[0];
    assert_eq!(asked.token, TOKEN);
    let message = &asked.body;
    assert_eq!(message["text"], REFERENCE_MESSAGE);
    assert_eq!(message["chat_id"], "100200300");
    assert_eq!(message["parse_mode"], "HTML");
    assert_eq!(message["link_preview_options"]["is_disabled"], true);
    assert!(message.as_object().unwrap().values().all(|value| !value.is_null()));
    server.wait_for_state(DeliveryState::Delivered).await;
    assert!(!server.state.store.events.newest(None, 1).await.unwrap()[0].has_token, "the token is needed no more");
    server.stop().await;
}

#[tokio::test]
async fn get_verifies_parameters_and_token() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    server.confirm_email("a@b.c").await;
    let get = async |path: &str, language: &str| {
        let request = server.http.get(server.url(path)).header("accept-language", language);
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let good = r#"{"Status":"Success","Message":"The WebHook has been successfully verified"}"#;
    assert_eq!(get(&stateless("&message=x"), "en").await, (200, good.to_owned()));
    assert_eq!(get(&stateless("&message=x"), "en").await, (200, good.to_owned()));
    assert_eq!(api.asked().len(), 1, "the second answer came from the cache");
    let (status, body) = get("/webhook/telegram?hide_url=maybe", "ru-RU,ru;q=0.9").await;
    assert_eq!(status, 400);
    assert!(body.starts_with(r#"{"Status":"Wrong parameters","ErrorMessage":"#), "{body}");
    for part in ["telegramToken", "telegramFieldName", "hide_url", "не указан", r#""WarningMessage":""#] {
        assert!(body.contains(part), "{part} in {body}");
    }
    let (status, body) = get(&stateless(""), "en").await;
    assert_eq!(status, 200);
    assert!(body.contains(r#","WarningMessage":"message is not given"#), "{body}");
    server.stop().await;
}

#[tokio::test]
async fn get_distinguishes_a_refused_token_from_an_unreachable_telegram() {
    let refused = "Telegram rejects this telegramToken: it was revoked or mistyped; get a valid token from @BotFather.";
    let away = "Telegram is not answering, so telegramToken was not checked; the other parameters are valid, \
                try again later.";
    for (play, status, sentence) in [
        (Play::Refuse(401, "Unauthorized", Value::Null), 502, refused),
        (Play::Refuse(404, "Not Found", Value::Null), 502, refused),
        (Play::Html(502), 502, away),
        (Play::Html(401), 502, away),
        (Play::HangUp, 502, away),
        (Play::Refuse(500, "Internal Server Error", Value::Null), 502, away),
    ] {
        let api = BotApi::start().await;
        let server = TestServer::start(&api.url()).await;
        let profile = server.profile("A", false, &[]).await;
        for path in [stateless("&message=x"), format!("/h/{}?message=x", profile.key)] {
            api.next_of("getMe", [play.clone()]);
            let request = server.http.get(server.url(&path)).header("accept-language", "en");
            let response = request.send().await.unwrap();
            let got = response.status().as_u16();
            let body = format!("{{\"Status\":\"Error\",\"ErrorMessage\":\"{sentence}\",\"WarningMessage\":\"\"}}");
            assert_eq!((got, response.text().await.unwrap()), (status, body), "{path} {play:?}");
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn get_answers_429_while_telegram_wants_a_pause() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let wait = Play::Refuse(429, "Too Many Requests: retry after 7", json!({"retry_after": 7}));
    api.next_of("getMe", [wait]);
    for _ in 0..2 {
        let response = server.http.get(server.url(&stateless(""))).send().await.unwrap();
        let after = response.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
        assert!((1..=7).contains(&after), "{after}");
        assert_eq!(response.status(), 429);
        assert_eq!(response.json::<Value>().await.unwrap()["Status"], "Error");
    }
    assert_eq!(api.asked().len(), 1, "a stranger does not make it ask again");
    server.stop().await;
}

#[tokio::test]
async fn an_event_with_unreadable_fields_is_accepted_and_the_answer_lists_them() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Hello")]).await;
    let body = r#"{"EventType":3060,"Service":[],"CaseItem":{"StartDate":"2024-02-30T10:00:00Z","EndDate":"9999-12-31T00:00:00",
        "Place":"\ud83d Казань","OrderNumber":{"FullNumber":20240508123456789012}},
        "Resources":[{"ItemInfo":{"Name":"Стрижка"},"PriceProperties":{"SalePrice":"1 500,00"}},
            {"ItemInfo":{"Name":"Бритьё"},"PriceProperties":{"SalePrice":"дорого"}}],
        "CaseParticipants":{"ContactInformation":{"Fields":[{"Name":"*TelegramId","Value":"\u20685\u2069"}]}}}"#;
    for _ in ["accepted", "a duplicate"] {
        let (status, answer) = server.post(&format!("/h/{}", profile.key), body.to_owned()).await;
        assert_eq!((status, &answer["Status"]), (200, &"Success".into()), "{answer}");
        let warning = answer["WarningMessage"].as_str().unwrap();
        for path in ["CaseItem.StartDate", "Resources[1].PriceProperties.SalePrice"] {
            assert!(warning.contains(path), "{path} in {warning}");
        }
        assert_eq!(warning.matches("cannot be read").count(), 2, "{warning}");
    }
    api.wait_for_texts(1).await;
    let shown = api.texts().remove(0);
    for words in ["Запись: 20240508123456789012", "Казань", "Стрижка — 1 500 ₽", "• Бритьё"]
    {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    assert!(!shown.contains("Дата:") && !shown.contains("дорого"), "{shown}");
    server.stop().await;
}

#[tokio::test]
async fn each_kind_of_post_has_its_answer() {
    let api = BotApi::start().await;
    let server = TestServer::start_with(&api.url(), |config| config.fixed.fix(Setting::MaxBody, "4096").unwrap()).await;
    let profile = server.profile("A", true, &[(Parameter::Message, "Hello")]).await;
    let hiding = server.profile("B", true, &[(Parameter::HideDetailSection, "true"), (Parameter::HideUrl, "1")]).await;
    let (open, mute) = (format!("/h/{}", profile.key), format!("/h/{}", hiding.key));
    let large = format!("{{\"x\":\"{}\"}}", "y".repeat(5000));
    let good = event("1", &["5"]);
    let bare = r#"{"CaseParticipants":{"ContactInformation":{"Fields":[{"Name":"*TelegramId","Value":5}]}}}"#;
    let table: &[(&str, &str, &str, u16, &str)] = &[
        (&open, "application/json", &good, 200, ""),
        (&open, "", "", 400, "empty"),
        (&open, "", "nonsense", 400, "line 1, column"),
        (&open, "", "[1]", 400, "not an object"),
        (&open, "text/plain", &good, 415, "text/plain"),
        (&open, "application/vnd.x+json; charset=utf-8", &event("2", &["5"]), 200, ""),
        (&open, "", &large, 413, "4096"),
        (&open, "", "{}", 422, "*TelegramId"),
        (&open, "", &event("3", &["nobody"]), 422, "*TelegramId"),
        (&mute, "", bare, 422, "hidden"),
        ("/h/nosuchkeynosuchkey", "", &good, 404, "URL"),
        ("/webhook/telegram", "", &good, 400, "telegramToken"),
    ];
    for (path, kind, body, status, words) in table {
        let mut request = server.http.post(server.url(path)).body((*body).to_owned());
        if !kind.is_empty() {
            request = request.header("content-type", *kind);
        }
        let response = request.send().await.unwrap();
        let got = response.status().as_u16();
        let answer: Value = response.json().await.unwrap();
        assert_eq!(got, *status, "{path} {body} {answer}");
        if *status != 200 {
            assert!(answer["ErrorMessage"].as_str().unwrap().contains(words), "{words} in {answer}");
            assert!(answer["WarningMessage"].is_string());
        }
    }
    let recorded = server.state.store.events.newest(Some(profile.id), 99).await.unwrap();
    let mut refused: Vec<i64> = recorded
        .iter()
        .filter(|event| event.outcome == EventOutcome::Rejected)
        .map(|event| event.http_status)
        .collect();
    refused.sort_unstable();
    assert_eq!(refused, [400, 400, 400, 413, 415, 422, 422]);
    assert!(
        recorded.iter().filter(|event| event.outcome == EventOutcome::Rejected).all(|event| event.reason.is_some())
    );

    let encoded =
        server.http.post(server.url(&open)).header("content-encoding", "gzip").body("x").send().await.unwrap();
    assert_eq!(encoded.status(), 415);
    server.state.store.profiles.set_enabled(profile.id, false, &COMMAND_LINE).await.unwrap();
    assert_eq!(server.post(&open, good).await.0, 404);
    server.stop().await;
}

#[tokio::test]
async fn options_is_answered_and_other_methods_are_refused() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    for path in ["/webhook/telegram".to_owned(), format!("/h/{}", profile.key)] {
        let options = server.http.request(Method::OPTIONS, server.url(&path)).send().await.unwrap();
        assert_eq!(
            (options.status().as_u16(), &options.headers()["allow"]),
            (204, &"GET, HEAD, POST, OPTIONS".parse().unwrap())
        );
        let delete = server.http.delete(server.url(&path)).send().await.unwrap();
        assert_eq!(delete.status(), 405);
        assert_eq!(delete.json::<Value>().await.unwrap()["Status"], "Error");
    }
    let head = server.http.head(server.url(&format!("/h/{}", profile.key))).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.text().await.unwrap(), "");
    server.stop().await;
}

#[tokio::test]
async fn a_path_with_surplus_slashes_or_spaces_reaches_its_endpoint_and_others_are_answered_in_json() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let key = server.profile("A", true, &[]).await.key;
    let query = stateless("&message=x");
    let query = query.strip_prefix("/webhook/telegram").unwrap();
    let forms = ["//h/KEY", "/h//KEY", "/h/KEY/", "/h/KEY//", "/h/KEY%20", "/h/KEY%0A", "/h/KEY%0D%0A/", "/h/%20KEY"];
    let forms = forms.map(|form| form.replace("KEY", &key));
    let beside = ["//webhook/telegram", "/webhook//telegram", "/webhook/telegram/", "/webhook/telegram%20"];
    let beside = beside.map(|form| format!("{form}{query}"));
    for (number, path) in forms.iter().chain(&beside).enumerate() {
        let got = server.http.get(server.url(path)).send().await.unwrap();
        assert_eq!(got.status(), 200, "{path}");
        assert_eq!(server.post(path, event(&number.to_string(), &["5"])).await.0, 200, "{path}");
    }
    for path in ["/h", "/h/", "//h", "/webhook", "/webhook/", "/webhook/max", "/h/KEY/x", "/h/KEY%20x", "/h/%FF"] {
        let path = path.replace("KEY", &key);
        for method in [Method::GET, Method::POST, Method::PUT] {
            let answer = server.http.request(method.clone(), server.url(&path)).send().await.unwrap();
            let status = answer.status().as_u16();
            assert!(status == 404 || method == Method::PUT && status == 405, "{method} {path} {status}");
            assert_eq!(answer.json::<Value>().await.unwrap()["Status"], "Error", "{method} {path}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn the_stateless_endpoint_can_be_switched_off() {
    let server =
        TestServer::start_with("http://127.0.0.1:9", |config| config.fixed.fix(Setting::Stateless, "false").unwrap())
            .await;
    assert_eq!(server.http.get(server.url(&stateless(""))).send().await.unwrap().status(), 404);
    assert_eq!(server.post(&stateless(""), event("1", &["5"])).await.0, 404);
    server.stop().await;
}

#[tokio::test]
async fn a_duplicate_has_the_same_profile_parameters_and_body() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let other = server.profile("B", true, &[]).await;
    let (open, body) = (format!("/h/{}", profile.key), event("1", &["5"]));
    let (_, first) = server.post(&open, body.clone()).await;
    let (status, again) = server.post(&open, body.clone()).await;
    assert_eq!((status, &again["Message"]), (200, &Value::from("The event has already been accepted")));
    assert_eq!(again["Id"], first["Id"]);
    for (path, body) in [
        (format!("{open}?message=x"), body.clone()),
        (format!("/h/{}", other.key), body.clone()),
        (open.clone(), format!("{body} ")),
    ] {
        let (_, answer) = server.post(&path, body).await;
        assert_eq!(answer["Message"], "The event has been accepted", "{path}");
    }
    let outcomes: Vec<EventOutcome> = server
        .state
        .store
        .events
        .newest(Some(profile.id), 9)
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.outcome)
        .collect();
    use EventOutcome::{Accepted, Duplicate};
    assert_eq!(outcomes, [Accepted, Accepted, Duplicate, Accepted]);
    server.stop().await;
}

#[tokio::test]
async fn several_participants_get_one_message_each() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let (status, _) = server.post(&stateless("&message=x"), event("1", &["5", "nobody", "6", "5"])).await;
    assert_eq!(status, 200);
    api.wait_for_texts(2).await;
    let mut chats: Vec<String> =
        api.messages().iter().filter_map(|body| body["chat_id"].as_str().map(str::to_owned)).collect();
    chats.sort();
    assert_eq!(chats, ["5", "6"]);
    let states = server.state.store.queue.deliveries(9).await.unwrap();
    assert_eq!(states.iter().filter(|delivery| delivery.state == DeliveryState::Skipped).count(), 1);
    server.stop().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_stored_is_answered_503() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    server.state.store.close().await;
    for path in [stateless(""), format!("/h/{}", profile.key)] {
        let response = server.http.post(server.url(&path)).body(event("1", &["5"])).send().await.unwrap();
        assert_eq!(response.status(), 503);
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(response.json::<Value>().await.unwrap()["Status"], "Error");
    }
    assert_eq!(server.http.get(server.url("/readyz")).send().await.unwrap().status(), 503);
    server.stop().await;
}

#[tokio::test]
async fn an_event_of_an_unselected_type_is_accepted_and_skipped() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let file = "profiles:\n- {name: A, sandbox: true, telegramFieldName: '*TelegramId', events: [CaseCancel]}\n";
    let done = server::profile_file::import(&server.state.store, file).await.unwrap();
    let (status, answer) = server.post(&format!("/h/{}", done[0].1), event("1", &["5"])).await;
    assert_eq!((status, &answer["Message"]), (200, &Value::from("The event has been accepted")));
    assert_eq!(server.state.store.events.newest(None, 1).await.unwrap()[0].outcome, EventOutcome::Skipped);
    let wanted = event("1", &["5"]).replace("3060", "3036");
    server.post(&format!("/h/{}", done[0].1), wanted).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    server.stop().await;
}
