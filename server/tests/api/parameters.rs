//! Contract §3 over HTTP, row by row, in both languages: a snapshot contains the answer to each query.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use hookgram::parameters::{Kind, Parameter, TABLE};

use crate::support::{BotApi, TOKEN, TestServer, event};

/// Appends the answer to GET in both languages, below the query as it was sent.
async fn answers(server: &TestServer, path: &str, query: &str) -> String {
    let mut page = format!("? {}\n", shortened(&query.replace(TOKEN, "{token}")));
    for language in ["en", "ru"] {
        let url = server.url(&format!("{path}?{query}"));
        let response = server.http.get(url).header("accept-language", language).send().await.unwrap();
        let (status, body) = (response.status().as_u16(), response.text().await.unwrap());
        assert!(!body.contains(&TOKEN[14..]), "{body}");
        _ = writeln!(page, "{status} {body}");
    }
    page + "\n"
}

fn shortened(query: &str) -> String {
    if query.chars().count() <= 200 { query.to_owned() } else { query.chars().take(80).collect::<String>() + "…" }
}

/// Queries with every kind of value, valid and invalid, and every kind of warning, without those that differ between
/// the endpoints.
fn queries() -> Vec<String> {
    let mut queries: Vec<String> = [
        "",
        "message=%D0%92%D1%8B%20%D0%B7%D0%B0%D0%BF%D0%B8%D1%81%D0%B0%D0%BD%D1%8B",
        "message=Вы записаны%0Aна+услугу",
        "message=100%&sign_text=%zz%4",
        "message=%FF",
        "%FFname=1",
        "message=<br>",
        "message=<b>x",
        "message=<i>a<b>b</i></b>",
        "message=2 < 3",
        "sign_text=<a href>x</a>",
        "sign_text=<span class=\"red\">x</span>",
        "message=Hi&message=Hello",
        "message=Hi&MESSAGE=Hello&Message =Hey",
        "hide_adress=true&timezon=UTC&utm_source=x&resource-name=x",
        "hide_url:true",
        "message%3DHi",
        "date_locales=en_us",
        "date_locales=fr-FR",
        "timezone=Asia/Yekaterinburg",
        "timezone=asia/yekaterinburg&timezone_name=%D0%95%D0%BA%D0%B1",
        "timezone=Europe/Moskow",
        "timezone=Olympus",
        "timezone_name=X&resource_name=&detail_section_name=&case_type_name=",
        "hide_url=maybe&timezone=Mars&date_locales=xx",
        "apiUrl=1&idInstance=1&apiTokenInstance=1&apiUrlMax=1&idInstanceMax=1&apiTokenInstanceMax=1&repeat=1\
         &cascadeId=1&apiToken=1&key_api=1&channel_id=1&chat_type=1",
    ]
    .map(str::to_owned)
    .to_vec();
    queries.push(format!("message={}&sign_text={}", "я".repeat(3000), "ю".repeat(1097)));
    for row in TABLE.iter().filter(|row| row.kind == Kind::Bool) {
        queries.push(format!("{}=perhaps", row.name));
    }
    queries
}

#[tokio::test]
async fn the_stateless_endpoint_row_by_row() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    for address in ["a@b.c", "d@e.f"] {
        server.confirm_email(address).await;
    }
    let mut page = String::new();
    let whole = format!("telegramToken={TOKEN}&telegramFieldName=*TelegramId&errorEmail=a@b.c");
    for query in [
        String::new(),
        whole.clone(),
        format!("telegramToken={TOKEN}"),
        "telegramFieldName=*TelegramId".to_owned(),
        "telegramToken=&telegramFieldName=%20&errorEmail=".to_owned(),
        format!("TELEGRAMTOKEN={TOKEN}&telegramFieldName =*TelegramId"),
        format!("telegramToken={TOKEN}&telegramFieldName=TelegramId"),
    ] {
        page += &answers(&server, "/webhook/telegram", &query).await;
    }
    let secret = &TOKEN[11..];
    for token in [secret, &TOKEN[..10], &format!("bot:{secret}"), &format!("{TOKEN}x"), &TOKEN.replace('-', "!")] {
        let url = server.url(&format!("/webhook/telegram?telegramToken={token}&telegramFieldName=*T&errorEmail=a@b.c"));
        let response = server.http.get(url).header("accept-language", "en").send().await.unwrap();
        let (status, body) = (response.status().as_u16(), response.text().await.unwrap());
        assert!(!body.contains(&secret[4..]), "{body}");
        _ = writeln!(page, "{status} {body}\n");
    }
    for email in ["ops@example", "a@b.c,%20d@e.f", "a@b.c,nobody,@", "a@b.c;d@e.f"] {
        let query = format!("telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=Hi&errorEmail={email}");
        page += &answers(&server, "/webhook/telegram", &query).await;
    }
    for query in queries() {
        page += &answers(&server, "/webhook/telegram", &format!("{whole}&{query}")).await;
    }
    insta::assert_snapshot!(page);
    server.stop().await;
}

#[tokio::test]
async fn the_profile_endpoint_row_by_row() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let stored = [(Parameter::ErrorEmail, "a@b.c"), (Parameter::Message, "Hello"), (Parameter::SignText, "Bye")];
    let profile = server.profile("A", true, &stored).await;
    let path = format!("/h/{}", profile.key);
    let mut page = String::new();
    for query in [
        "message=".to_owned(),
        format!("telegramToken={TOKEN}&telegramFieldName=x&errorEmail=nobody"),
        "telegramToken=x".to_owned(),
    ] {
        page += &answers(&server, &path, &query).await;
    }
    for query in queries() {
        page += &answers(&server, &path, &query).await;
    }
    insta::assert_snapshot!(page);
    server.stop().await;
}

#[tokio::test]
async fn a_query_is_decoded_the_same_in_every_encoding() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[(Parameter::HideDetailSection, "yes")]).await;
    let address = server.base.trim_start_matches("http://").to_owned();
    let said = "Привет, мир 👋\n+7 (916) «ё» 100%";
    let encoded_by_a_library: String = said.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let encoded_in_lower_case = encoded_by_a_library.to_lowercase();
    let typed_into_curl = "Привет,%20мир%20👋%0A+7%20(916)%20«ё»%20100%25";
    let by_a_browser = "%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82,%20%D0%BC%D0%B8%D1%80%20%F0%9F%91%8B%0A+7%20(916)%20\
                        %C2%AB%D1%91%C2%BB%20100%25";
    let with_a_stray_percent = "Привет,%20мир%20👋%0A+7%20(916)%20«ё»%20100%";
    let queries = [&encoded_by_a_library, &encoded_in_lower_case, typed_into_curl, by_a_browser, with_a_stray_percent];
    for (number, query) in queries.into_iter().enumerate() {
        let body = event(&number.to_string(), &["5"]);
        let head = format!(
            "POST /h/{}?message={query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            profile.key,
            body.len()
        );
        let address = address.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{query} {answer}");
        assert_eq!(answer.contains("WarningMessage\":\"message:"), query == with_a_stray_percent, "{answer}");
        let arrived = async || server.state.store.profiles.sandbox_messages(None, 9).await.unwrap().len() > number;
        crate::support::eventually("the message in the sandbox", arrived).await;
    }
    for message in server.state.store.profiles.sandbox_messages(None, 9).await.unwrap() {
        assert_eq!(message.html, said);
    }
    server.stop().await;
}

#[tokio::test]
async fn checks_of_unknown_tokens_by_strangers_are_limited() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let check = async |number: u32| {
        let token = format!("{number}{}", &TOKEN[10..]);
        let path = format!("/webhook/telegram?telegramToken={token}&telegramFieldName=*T&errorEmail=a@b.c&message=x");
        let response = server.http.get(server.url(&path)).send().await.unwrap();
        let wait = response.headers().get("retry-after").map(|value| value.to_str().unwrap().parse::<u64>().unwrap());
        (response.status().as_u16(), wait)
    };
    let mut refused = 0;
    for number in 1..=20 {
        match check(number).await {
            (200, None) => assert_eq!(refused, 0),
            (429, Some(1..=15)) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((refused, api.asked().len()), (17, 3));
    assert_eq!(check(1).await.0, 200, "what is known costs nothing");
    // A profile's own token is checked regardless of what strangers do.
    let profile = server.profile("A", false, &[(Parameter::Message, "x")]).await;
    let own = server.http.get(server.url(&format!("/h/{}", profile.key))).send().await.unwrap();
    assert_eq!((own.status().as_u16(), api.asked().len()), (200, 4));
    server.stop().await;
}

#[tokio::test]
async fn concurrent_checks_of_one_token_share_one_call_to_telegram() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let path = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*T&errorEmail=a@b.c&message=x");
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let request = server.http.get(server.url(&path));
        asking.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    assert_eq!(asking.join_all().await, [200; 20]);
    assert_eq!(api.asked().len(), 1);
    server.stop().await;
}
