//! Limits on the size and duration of requests, over hand-written sockets, with a valid request beside each.

use std::time::Duration;

use hookgram::parameters::Parameter;
use server::{config::Patience, store::StoredProfile};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{Process, TestServer, client, event, eventually, from_anywhere, trust_proxies};

/// A client that writes HTTP by hand.
struct Wire(TcpStream);

impl Wire {
    async fn open(base: &str) -> Self {
        Self(TcpStream::connect(base.strip_prefix("http://").unwrap()).await.unwrap())
    }

    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // The server may close the connection while the client still sends.
        let _ = self.0.write_all(bytes.as_ref()).await;
    }

    /// Reads until the other side closes the connection.
    async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        let _ = self.0.read_to_end(&mut bytes).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Returns the status and the body of the first answer, once the other side has closed the connection.
    async fn answer(&mut self) -> (u16, String) {
        let text = self.rest().await;
        let status = text.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }
}

async fn server_with(patience: Patience) -> (TestServer, StoredProfile) {
    let server = TestServer::start_with("http://127.0.0.1:9", |config| config.patience = patience).await;
    let profile = server.profile("A", true, &[(Parameter::Message, "x")]).await;
    (server, profile)
}

async fn is_well(server: &TestServer, profile: &StoredProfile, number: usize) {
    let (status, answer) = server.post(&format!("/h/{}", profile.key), event(&format!("n{number}"), &["5"])).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn a_client_that_sends_a_whole_refused_body_gets_the_answer() {
    let (server, profile) = server_with(Patience::default()).await;
    let endpoint = format!("/h/{}", profile.key);
    let nobody = "/h/nobodysKey23456789".to_owned();
    for (endpoint, length, more, status) in [
        (&endpoint, 10_000_000, "", 413),
        (&endpoint, 3_000_000, "content-type: text/plain\r\n", 415),
        (&nobody, 3_000_000, "", 404),
        (&"/login".to_owned(), 3_000_000, "", 413),
    ] {
        let mut wire = Wire::open(&server.base).await;
        let head = format!(
            "POST {endpoint} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}content-length: {length}\r\n\r\n"
        );
        wire.0.write_all(head.as_bytes()).await.unwrap();
        // Most clients read nothing before they have sent everything.
        wire.0.write_all(&vec![b' '; length]).await.unwrap();
        assert_eq!(wire.answer().await.0, status, "{endpoint} {more}");
    }
    // A client that sends `Expect: 100-continue` is refused before it sends the body.
    let mut wire = Wire::open(&server.base).await;
    wire.send(format!(
        "POST {endpoint} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 10000000\r\n\r\n"
    ))
    .await;
    assert_eq!(wire.answer().await.0, 413);
    is_well(&server, &profile, 1).await;
    server.stop().await;
}

#[tokio::test]
async fn each_limit_has_its_status_and_sentence_and_does_not_affect_other_clients() {
    let (server, profile) = server_with(Patience::default()).await;
    let (endpoint, host) = (format!("/h/{}", profile.key), "host: x\r\nconnection: close\r\n");
    let much = "x".repeat(40_000);
    let cases = [
        (format!("GET /login?{much} HTTP/1.1\r\n{host}\r\n"), 414, "this address is too long"),
        (
            format!("GET {endpoint}?message={much} HTTP/1.1\r\n{host}\r\n"),
            414,
            "The URL is too long: at most 32768 bytes",
        ),
        (format!("GET /login HTTP/1.1\r\n{host}cookie: a={much}\r\n\r\n"), 431, "too much in its headers"),
        (format!("POST {endpoint} HTTP/1.1\r\n{host}x: {much}\r\n\r\n"), 431, "request headers are too long"),
        // A request that is too long to be parsed is answered with a status only.
        (format!("GET /login?{much}{much} HTTP/1.1\r\n{host}\r\n"), 414, ""),
        (format!("GET /login HTTP/1.1\r\n{host}a: {much}{much}\r\n\r\n"), 431, ""),
        (format!("GET /login HTTP/1.1\r\n{host}{}\r\n", "a: b\r\n".repeat(200)), 431, ""),
        ("GARBAGE\r\n\r\n".into(), 400, ""),
        ("GET / HTTP/1.1\r\nbad header\r\n\r\n".into(), 400, ""),
        (format!("POST {endpoint} HTTP/1.1\r\n{host}content-length: -1\r\n\r\n"), 400, ""),
        (format!("POST {endpoint} HTTP/1.1\r\n{host}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd"), 400, ""),
        (format!("POST {endpoint} HTTP/1.1\r\n{host}content-length: 1048577\r\n\r\n"), 413, "The event is too large"),
        (
            format!("POST {endpoint} HTTP/1.1\r\n{host}content-encoding: br\r\ncontent-length: 1\r\n\r\nx"),
            415,
            "uncompressed",
        ),
        (
            format!("POST /login HTTP/1.1\r\n{host}content-encoding: gzip\r\ncontent-length: 1\r\n\r\nx"),
            415,
            "uncompressed",
        ),
        (
            format!("POST /login HTTP/1.1\r\n{host}content-length: 70000\r\n\r\n{much}{much}"),
            413,
            "too much for a form",
        ),
        (
            format!("POST /rpc/open/theme HTTP/1.1\r\n{host}content-length: 300000\r\n\r\n{}", much.repeat(8)),
            413,
            "too much for a form",
        ),
    ];
    for (number, (request, status, sentence)) in cases.into_iter().enumerate() {
        let mut wire = Wire::open(&server.base).await;
        wire.send(&request).await;
        let (is, body) = wire.answer().await;
        let begin = request.chars().take(60).collect::<String>();
        assert_eq!(is, status, "{begin}: {body}");
        assert!(body.contains(sentence), "{begin}: {body}");
        is_well(&server, &profile, number).await;
    }
    // A chunked body without a length is measured while it arrives.
    let mut wire = Wire::open(&server.base).await;
    wire.send(format!("POST {endpoint} HTTP/1.1\r\n{host}transfer-encoding: chunked\r\n\r\n")).await;
    let piece = format!("10000\r\n{}\r\n", "x".repeat(65_536));
    for _ in 0..17 {
        wire.send(&piece).await;
    }
    let (status, body) = wire.answer().await;
    assert!(status == 413 && body.contains("The event is too large"), "{status} {body}");
    server.stop().await;
}

#[tokio::test]
async fn a_slow_sender_is_disconnected_and_other_clients_are_not_affected() {
    let short = Duration::from_millis(400);
    let patience = Patience { head: short, body: short, form: short, write: short, ..Patience::default() };
    let (server, profile) = server_with(patience).await;
    let endpoint = format!("/h/{}", profile.key);
    let mut slow = Vec::new();
    for number in 0..40 {
        let mut wire = Wire::open(&server.base).await;
        let begin = match number % 4 {
            // The clients send nothing, half a line, half a head, or half a body.
            0 => String::new(),
            1 => "GET /log".to_owned(),
            2 => "GET /login HTTP/1.1\r\nhost: x\r\nx-slow: ".to_owned(),
            _ => format!("POST {endpoint} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{{"),
        };
        wire.send(begin).await;
        slow.push((number % 4, wire));
    }
    for number in 0..20 {
        is_well(&server, &profile, number).await;
    }
    for (kind, mut wire) in slow {
        // Sending a byte now and then does not extend the deadline.
        wire.send(if kind == 0 { "" } else { "x" }).await;
        let (status, body) = wire.answer().await;
        assert_eq!(status, if kind == 3 { 408 } else { 0 }, "{kind}: {body}");
        assert!(kind != 3 || body.contains("The body did not arrive completely"), "{body}");
    }
    // The same holds for a form, and for a connection that is silent after a valid request.
    let mut form = Wire::open(&server.base).await;
    form.send("POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nemail=").await;
    assert_eq!(form.answer().await, (408, "the form did not arrive in time\n".to_owned()));
    let mut silent = Wire::open(&server.base).await;
    silent.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(silent.rest().await.ends_with("ok\n"));
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_reads_no_answer_is_disconnected_and_others_are_not_affected() {
    let patience = Patience { write: Duration::from_millis(400), ..Patience::default() };
    let (server, profile) = server_with(patience).await;
    let mut deaf = Vec::new();
    for _ in 0..4 {
        let wire = Wire::open(&server.base).await;
        let questions = "GET /login HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1_000);
        let (read, mut write) = wire.0.into_split();
        // The client sends until the server closes the connection, and reads none of the answers.
        let asking = tokio::spawn(async move { while write.write_all(questions.as_bytes()).await.is_ok() {} });
        deaf.push((read, asking));
    }
    for number in 0..20 {
        is_well(&server, &profile, number).await;
    }
    for (read, asking) in deaf {
        tokio::time::timeout(Duration::from_secs(15), asking).await.expect("it is ended").unwrap();
        drop(read);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_client_behind_a_proxy_cannot_hold_all_connections() {
    let server = TestServer::start_with("http://127.0.0.1:9", |config| {
        trust_proxies(config);
        config.connections = 64;
    })
    .await;
    let profile = server.profile("A", true, &[(Parameter::Message, "x")]).await;
    let endpoint = format!("/h/{}", profile.key);
    let slow = async |path: &str, client: &str| {
        let mut wire = Wire::open(&server.base).await;
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {client}\r\ncontent-length: 100");
        wire.send(format!("{head}\r\n\r\n{{")).await;
        wire
    };
    let ask = async || {
        let request = client().get(format!("{}/healthz", server.base)).header("x-forwarded-for", "198.51.100.7");
        request.send().await.unwrap().status().as_u16()
    };
    let mut held = Vec::new();
    for number in 0..16 {
        held.push(slow(if number % 2 == 0 { &endpoint } else { "/login" }, "198.51.100.7").await);
    }
    // One client gets at most a quarter of the slots. Its other requests are refused, and their connections are free
    // again.
    eventually("all to be in flight", async || ask().await == 429).await;
    let told = slow(&endpoint, "198.51.100.7").await.rest().await;
    assert!(told.starts_with("HTTP/1.1 429 ") && told.contains("\r\nretry-after: 5\r\n"), "{told}");
    assert!(told.contains("{\"Status\":\"Error\","), "{told}");
    let (status, told) = slow("/login", "198.51.100.7").await.answer().await;
    assert_eq!((status, told.as_str()), (429, "too many requests at once: wait a moment\n"));
    for _ in 0..100 {
        assert_eq!(slow(&endpoint, "198.51.100.7").await.answer().await.0, 429);
    }
    // Requests of other clients are accepted meanwhile, each on its own connection.
    for number in 0..20 {
        let url = format!("{}{endpoint}", server.base);
        let posted = from_anywhere(client().post(url)).body(event(&format!("n{number}"), &["5"])).send().await.unwrap();
        assert_eq!(posted.status(), 200);
    }
    // Once its requests have ended, the client is served again.
    drop(held);
    eventually("room for the client", async || ask().await == 200).await;
    server.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn many_connections_leave_enough_file_descriptors_for_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let process = Process::serve_with(&data, &["--log", "debug"], |command| {
        let program = command.get_program().to_owned();
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let environment: Vec<_> =
            command.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
        *command = std::process::Command::new("sh");
        command.args(["-c", "ulimit -n 128; exec \"$@\"", "sh"]).arg(program).args(arguments);
        for (name, value) in environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    })
    .await;
    // This connection is already open, and each of its requests reads the database.
    let good = client();
    let ask = async |path: &str| {
        let answer = good.get(format!("{}{path}", process.base)).send().await.unwrap();
        // The whole answer is read, so that the connection stays open.
        (answer.status().as_u16(), answer.text().await.unwrap().len())
    };
    assert_eq!(ask("/readyz").await.0, 200);
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(Wire::open(&process.base).await);
    }
    for _ in 0..50 {
        assert_eq!(ask("/readyz").await.0, 200);
        assert_eq!(ask("/login").await.0, 200);
    }
    let log = process.output();
    assert!(!log.contains("could not be accepted") && !log.contains("Too many open files"), "{log}");
    drop(idle);
    eventually("room for others", async || client().get(format!("{}/healthz", process.base)).send().await.is_ok())
        .await;
    assert_eq!(process.terminate(), Some(0));
}
