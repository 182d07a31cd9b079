//! Bodies that are cheap to send and expensive to read: compressed, deeply nested, with huge numbers, repeated keys
//! or broken characters.

use std::io::Write as _;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder},
};
use hookgram::{query, role::Role};
use serde_json::Value;

use crate::{
    person::Person,
    support::{TestServer, event},
};

#[tokio::test]
async fn a_compressed_body_is_refused_without_being_unpacked() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let person = Person::new(&server, Role::Admin).await;
    let zeros = vec![b' '; 64 << 20];
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&zeros).unwrap();
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(&zeros).unwrap();
    for (coding, bomb) in [
        ("gzip", gzip.finish().unwrap()),
        ("x-gzip", b"\x1f\x8b".to_vec()),
        ("deflate", deflate.finish().unwrap()),
        ("br", b"\x1b\xff\xff\xff".to_vec()),
        ("zstd", b"\x28\xb5\x2f\xfd".to_vec()),
        ("gzip, gzip", b"\x1f\x8b".to_vec()),
    ] {
        for path in [
            format!("/h/{}", profile.key),
            "/webhook/telegram".into(),
            "/login".into(),
            "/profiles/import".into(),
            "/rpc/operator/compare".into(),
        ] {
            let request =
                server.http.post(server.url(&path)).header("content-encoding", coding).header("cookie", &person.cookie);
            let answer = request.header("origin", &server.base).body(bomb.clone()).send().await.unwrap();
            // The stateless endpoint checks the parameters first.
            assert!(answer.status() == 415 || path == "/webhook/telegram" && answer.status() == 400, "{coding} {path}");
        }
    }
    server.stop().await;
}

/// Returns a deeply nested body, made of the text that opens a level and the text that closes it.
fn deep(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

#[tokio::test]
async fn deeply_nested_bodies_are_refused_cheaply() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let endpoint = format!("/h/{}", profile.key);
    let person = Person::new(&server, Role::Admin).await;
    for body in [
        "[".repeat(500_000),
        deep("[", "", "]", 500_000),
        deep("{\"a\":", "1", "}", 150_000),
        deep("{\"CaseItem\":", "1", "}", 70_000),
        deep("[{\"Resources\":[", "", "]}]", 40_000),
        format!("{{\"CaseParticipants\":{}}}", deep("[", "", "]", 300_000)),
        format!("{{\"Ignored\":{}}}", deep("[", "", "]", 300_000)),
    ] {
        let (status, answer) = server.post(&endpoint, body.clone()).await;
        // Unused fields are skipped, however deeply they are nested.
        assert!([400, 422].contains(&status), "{answer}");
        let sentence = answer["ErrorMessage"].as_str().unwrap();
        assert!(
            status == 422
                || sentence.contains("line 1, column")
                || sentence.contains("must contain")
                || sentence.contains("not an object"),
            "{sentence}"
        );
    }
    // Refused bodies are stored and shown, as a tree or as they were received.
    for event in server.state.store.events.newest(None, 20).await.unwrap() {
        let shown = person.get(&format!("/deliveries/{}/payload", event.public_id)).await;
        assert!([200, 404].contains(&shown.status().as_u16()), "{}", shown.status());
    }
    // The description has as many nested elements as fit into a body.
    let markup = format!("{{\"CaseItem\":{{\"Description\":\"{}\"}}}}", deep("<b><i>", "zq", "</i></b>", 30_000));
    let (status, answer) = server.post(&endpoint, markup).await;
    assert!([413, 422].contains(&status), "{answer}");
    let (status, _) = server.post(&endpoint, event("1", &["5"])).await;
    assert_eq!(status, 200);
    server.stop().await;
}

#[tokio::test]
async fn odd_numbers_keys_and_characters_in_a_body_are_answered_without_an_error() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let endpoint = format!("/h/{}", profile.key);
    let good = event("1", &["5"]);
    let with = |field: &str| good.replacen('{', &format!("{{{field},"), 1);
    let huge = "9".repeat(10_000);
    for (body, statuses) in [
        // The event's own type follows in the body, and the last of two equal keys wins.
        (with("\"EventType\":1e400"), &[200][..]),
        (with(&format!("\"EventType\":{huge}")), &[200]),
        (with("\"EventType\":-0"), &[200]),
        (with("\"EventType\":NaN"), &[400]),
        (with("\"EventType\":0x10"), &[400]),
        (with("\"Other\":1e400"), &[200, 400]),
        (with(&format!("\"Other\":{huge}.{huge}e-{huge}")), &[200, 400]),
        (good.replace("2024-05-08T08:15:00Z", "99999-99-99T99:99:99Z"), &[200]),
        (good.replace("2024-05-08T08:15:00Z", "-262144-01-01T00:00:00Z"), &[200, 400]),
        (good.replace("2024-05-08T08:15:00Z", "+262143-12-31T23:59:59Z"), &[200, 400]),
        (good.replace("\"5\"", &format!("\"{huge}\"")), &[422]),
        (good.replace("\"5\"", &huge), &[400, 422]),
        (good.replace("\"5\"", "1e999"), &[400, 422]),
        // The same key occurs twice, or once more in another spelling.
        (with("\"CaseItem\":{},\"CaseItem\":{}"), &[200, 400]),
        (with("\"caseitem\":1"), &[200, 400]),
        (with(&format!("\"a\":1{}", ",\"a\":1".repeat(50_000))), &[200, 400]),
        // These are lone or invalid surrogates, and very long texts.
        (with("\"a\":\"\\ud800\""), &[200, 400]),
        (with("\"a\":\"\\udc00\\ud800\""), &[200, 400]),
        (good.replace("\"FullNumber\":\"1\"", "\"FullNumber\":\"\\ud83d\""), &[200]),
        (good.replace("\"FullNumber\":\"1\"", "\"FullNumber\":\"a\\u0000b\""), &[200]),
        (good.replace("\"FullNumber\":\"1\"", "\"FullNumber\":\"a\0b\""), &[400]),
        (
            good.replace("\"FullNumber\":\"1\"", &format!("\"FullNumber\":\"{}\"", "e\u{301}".repeat(50_000))),
            &[200, 413],
        ),
        (format!("\u{feff}{good}"), &[200, 400]),
        (format!("{good}{good}"), &[400]),
        (format!("{good}\0"), &[400]),
        ("\0".repeat(1_000), &[400]),
        (" ".repeat(1_000_000), &[400]),
        ("\"".into(), &[400]),
        ("{\"".into(), &[400]),
        ("null".into(), &[400]),
    ] {
        let (status, answer) = server.post(&endpoint, body.clone()).await;
        let begin: String = body.chars().take(80).collect();
        assert!(statuses.contains(&status), "{begin}: {status} {answer}");
        assert!(answer["Status"].is_string(), "{answer}");
    }
    let bytes: Vec<Vec<u8>> =
        vec![b"\xff\xfe{\x00}\x00".to_vec(), b"{\"a\":\"\xc0\xaf\"}".to_vec(), b"{\"a\":\"\xed\xa0\x80\"}".to_vec()];
    for body in bytes {
        let (status, answer) = server.post(&endpoint, body).await;
        assert_eq!(status, 400, "{answer}");
    }
    assert_eq!(server.post(&endpoint, event("2", &["5"])).await.0, 200);
    server.stop().await;
}

#[tokio::test]
async fn aliases_in_an_imported_file_are_not_expanded() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Admin).await;
    let laughs: String = (1..40)
        .map(|level| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(",")))
        .collect();
    let merges: String = (1..40)
        .map(|level| format!("m{level}: &m{level}\n  <<: [*m{0}, *m{0}]\n  k{level}: *m{0}\n", level - 1))
        .collect();
    for text in [
        format!("a0: &a0 ['lol']\n{laughs}profiles: *a39\n"),
        format!("m0: &m0 {{a: b}}\n{merges}profiles: [*m39]\n"),
        "a: &a [*a]\nprofiles: *a\n".to_owned(),
        format!("profiles: {}", deep("[", "", "]", 100_000)),
        format!("profiles: {}", deep("{a: ", "b", "}", 100_000)),
        (0..2_000)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect::<String>()
            .chars()
            .take(1_900_000)
            .collect(),
        format!("profiles:\n{}", "- ".repeat(100_000)),
        format!("profiles: \"{}\"", "\\u0000".repeat(100_000)),
        format!("profiles: [{}]", "&a x, ".repeat(100_000)),
        format!("profiles: {}", "!!python/object/apply:os.system ".repeat(1_000)),
        format!("profiles: [{}]", "{name: A, sandbox: true, telegramFieldName: x}, ".repeat(10_000)),
        "%YAML 9.9\n--- \n".repeat(50_000),
        "? ".repeat(100_000),
        "- - ".repeat(100_000),
        "{\"profiles\":".repeat(100_000),
    ] {
        let sent: String = text.chars().take(60).collect();
        let page = person.post("/profiles/import", &[("text", &text)]).await;
        assert_eq!(page.status(), 422, "{sent}");
        let page = page.text().await.unwrap();
        assert!(page.len() < 20_000_000 && page.contains("</html>"), "{sent}: {}", page.len());
        assert_eq!(page.contains("YAML anchors and aliases"), text.contains(['&', '*']), "{sent}");
    }
    assert!(server.state.store.profiles.all().await.unwrap().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn server_functions_refuse_deeply_nested_and_malformed_forms() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Admin).await;
    let nested = format!("form{}=1", "[a]".repeat(20_000));
    let many = "form[a]=1&".repeat(20_000);
    let lists = (0..5_000_u64).map(|n| format!("form[{}]=1", n * 1_000_000)).collect::<Vec<_>>().join("&");
    for body in [
        nested.as_str(),
        &many,
        &lists,
        "form",
        "%",
        "%ff=%ff",
        "form[name]=%00",
        "=&=&=",
        &query::encode(&"[".repeat(50_000)),
    ] {
        for route in
            server::router::table().iter().filter(|route| route.path.starts_with("/rpc/") && route.method == "POST")
        {
            let request = server
                .http
                .post(server.url(&route.path))
                .header("cookie", &person.cookie)
                .header("origin", &server.base);
            let answer = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.to_owned())
                .send()
                .await
                .unwrap();
            let status = answer.status().as_u16();
            let begin: String = body.chars().take(30).collect();
            let said = answer.text().await.unwrap();
            // A server function reports an unreadable request with the status of its own errors.
            assert!(
                status < 500 || serde_json::from_str::<Value>(&said).is_ok(),
                "{} {begin}: {status} {said}",
                route.path
            );
        }
    }
    assert_eq!(person.get("/").await.status(), 200);
    server.stop().await;
}
