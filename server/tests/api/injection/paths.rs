//! Redirects and paths that try to leave the site or the folder of assets.

use hookgram::role::Role;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use url::Url;

use crate::{
    support::{TestServer, address, trust_proxies},
    visitor::{EMAIL, PASSWORD, Visitor},
};

/// Addresses that a browser would open on another site.
const ELSEWHERE: &[&str] = &[
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\r/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "/ /evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/x/../..//evil.example",
    "/%2f/evil.example",
    "/%5cevil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "@evil.example",
    "/@evil.example",
    "/?next=//evil.example",
    "/#//evil.example",
    "/\u{2215}evil.example",
    "/\u{3002}evil.example",
    "/\r\nset-cookie: a=b",
];

#[tokio::test]
async fn no_redirect_leads_to_another_site() {
    let server = TestServer::start_with("http://127.0.0.1:9", trust_proxies).await;
    let owner = Visitor::invited(&server, EMAIL, Role::Admin).await.anywhere();
    let home = Url::parse(&server.base).unwrap();
    let judge = |from: &str, next: &str, to: &str| {
        let led = Url::parse(&format!("{}{from}", server.base)).unwrap().join(to).unwrap();
        assert_eq!(led.origin(), home.origin(), "{from} with {next:?} leads to {to:?}");
        // A page on this site may pass `next` on, but only as a single value.
        let carried = led.query_pairs().filter(|(name, _)| name == "next").count();
        assert!(carried <= 1, "{to:?}");
    };
    for next in ELSEWHERE {
        // The cases are signing in again, confirming the password again, and the forms that say which page to return
        // to.
        let again = Visitor::new(&server).anywhere();
        let signed_in = again.post("/login", &[("email", EMAIL), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(signed_in.status, 303, "{next:?}");
        judge("/login", next, &signed_in.to);
        server.age_sessions(11 * 60_000).await;
        let confirmed = owner.post("/confirm", &[("password", PASSWORD), ("next", next)]).await;
        assert_eq!(confirmed.status, 303, "{next:?}");
        judge("/confirm", next, &confirmed.to);
        let encoded = hookgram::query::encode(next);
        for path in [
            format!("/login?next={encoded}"),
            format!("/confirm?next={encoded}"),
            format!("/{encoded}"),
            format!("/deliveries?{encoded}"),
            format!("/login?code={encoded}&next={encoded}"),
        ] {
            for visitor in [&owner, &Visitor::new(&server).anywhere()] {
                let answer = visitor.get(&path).await;
                assert!(answer.status < 500 && answer.status != 429, "{path}: {}", answer.status);
                judge(&path, next, &answer.to);
            }
        }
    }
    server.stop().await;
}

/// Requests a target exactly as it is written, without a client that normalises it.
async fn ask(server: &TestServer, target: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.base.strip_prefix("http://").unwrap()).await.unwrap();
    let rest = format!(" HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-for: {}\r\n\r\n", address());
    let request = [b"GET ", target, rest.as_bytes()].concat();
    stream.write_all(&request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn no_path_reads_a_file_outside_the_assets() {
    let server = TestServer::start_with("http://127.0.0.1:9", trust_proxies).await;
    let beyond = ["etc/passwd", "server/Cargo.toml", "manifest"];
    let ups = [
        "..",
        "%2e%2e",
        "%2E%2E",
        ".%2e",
        "%252e%252e",
        "%25252e%25252e",
        "..%00",
        "%00..",
        "%c0%ae%c0%ae",
        "%e0%80%ae.",
        "..;",
        "....",
        "%u002e%u002e",
        ".",
        "",
    ];
    let slashes = ["/", "%2f", "%2F", "\\", "%5c", "%252f", "%255c", "%c0%af", "//", "/./"];
    let mut asked = 0;
    for file in beyond {
        for up in ups {
            for slash in slashes {
                for times in [1, 3] {
                    let climb = format!("{up}{slash}").repeat(times);
                    for begin in ["/pkg/", "/pkg/hookgram/", "/"] {
                        let answer = ask(&server, format!("{begin}{climb}{file}").as_bytes()).await;
                        let status = answer.get(9..12).unwrap_or_default().to_owned();
                        let is_closed = ["303", "400", "401", "404"].contains(&status.as_str());
                        assert!(is_closed, "{begin}{climb}{file}: {answer}");
                        assert!(!answer.contains("root:") && !answer.contains("[package]"), "{begin}{climb}{file}");
                        asked += 1;
                    }
                }
            }
        }
    }
    assert!(asked > 2_500);
    for target in [
        &b"/pkg/\xff\xfe"[..],
        b"/pkg/%ff%fe",
        b"/pkg/%",
        b"/pkg/%0",
        b"/pkg/a%0d%0ax: y",
        b"/pkg/con",
        b"*",
        b"http://x/pkg/../Cargo.toml",
    ] {
        let answer = ask(&server, target).await;
        assert!(answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 303"), "{target:?}: {answer}");
        assert!(!answer.contains("\r\nx: y"), "{answer}");
    }
    server.stop().await;
}
