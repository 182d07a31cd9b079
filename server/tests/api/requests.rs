//! Requests that other sites send, and the headers of every kind of answer.

use std::collections::BTreeSet;

use hookgram::{delivery::DeliveryState, role::Role, setting::Setting};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use server::{
    config::{PublicUrl, network},
    router::{Route, table},
};

use crate::{
    person::Person,
    support::{
        TestServer, event, from_anywhere,
        html::{Tag, tags},
        trust_proxies,
    },
};

const FORM: &str = "application/x-www-form-urlencoded";
const REFUSAL: &str = "this request came from another site\n";

/// Returns a route's path with its placeholders filled in.
fn path_of(route: &Route, profile: i64) -> String {
    let path = route.path.replace("{id}", &profile.to_string()).replace("{code}", "x");
    path.replace("{*", "{").replace(['{', '}'], "")
}

/// Tells whether the route is for programs and ignores sessions.
fn is_for_machines(route: &Route) -> bool {
    ["/h", "/webhook", "/telegram", "/healthz", "/readyz", "/metrics", "/pkg", "/robots.txt", "/favicon.ico"]
        .iter()
        .any(|open| route.path == *open || route.path.starts_with(&format!("{open}/")))
}

/// Returns the headers that a signed-in person's browser sends with a request that another site triggers.
fn hostile(base: &str) -> Vec<Vec<(&'static str, String)>> {
    let (host, port) = base.strip_prefix("http://").unwrap().split_once(':').unwrap();
    let origin = |origin: String| vec![("origin", origin)];
    vec![
        origin("https://evil.example".into()),
        origin("null".into()),
        origin(String::new()),
        // These origins have the same host with another port or scheme, or are a parent or sibling domain.
        origin(format!("http://{host}:1")),
        origin(format!("http://{host}")),
        origin(format!("https://{host}:{port}")),
        origin(format!("http://www.{host}:{port}")),
        origin(format!("http://{host}:{port}.evil.example")),
        origin(format!("http://evil.example/{host}:{port}")),
        origin(format!("http://{host}:{port}@evil.example")),
        vec![("sec-fetch-site", "cross-site".into())],
        vec![("sec-fetch-site", "same-site".into())],
        vec![("sec-fetch-site", "unheard-of".into())],
        vec![("origin", base.to_owned()), ("origin", "https://evil.example".into())],
        // One header agrees by chance, but the browser's other header says cross-site.
        vec![("origin", base.to_owned()), ("sec-fetch-site", "cross-site".into())],
        vec![("origin", "https://evil.example".into()), ("sec-fetch-site", "same-origin".into())],
    ]
}

#[tokio::test]
async fn no_changing_route_accepts_requests_from_another_site() {
    let server = TestServer::start_with("http://127.0.0.1:9", trust_proxies).await;
    let profile = server.profile("A", true, &[]).await;
    let admin = Person::new(&server, Role::Admin).await.anywhere();
    let changing: Vec<Route> =
        table().into_iter().filter(|route| route.method != "GET" && !is_for_machines(route)).collect();
    assert!(changing.iter().any(|route| route.path.starts_with("/rpc/operator/")), "server functions are among them");
    let before = server.state.store.accounts.user_by_email("admin@example.com").await.unwrap().unwrap();
    for route in &changing {
        let path = path_of(route, profile.id);
        for said in hostile(&server.base) {
            let mut request = from_anywhere(server.http.post(server.url(&path))).header("cookie", &admin.cookie);
            for (name, value) in &said {
                request = request.header(*name, value);
            }
            let answer = request.header("content-type", FORM).body("").send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {said:?}");
            assert!(!answer.headers().contains_key("set-cookie"), "{path} {said:?}");
            assert_eq!(answer.text().await.unwrap(), REFUSAL, "{path} {said:?}");
        }
    }
    // The guard is in front of every route, so any method is refused.
    for route in table().iter().filter(|route| !is_for_machines(route)) {
        for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
            let path = path_of(route, profile.id);
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = from_anywhere(server.http.request(method.clone(), server.url(&path)));
            let request = request.header("cookie", &admin.cookie);
            let answer = request.header("origin", "https://evil.example").send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method} {path}");
        }
    }
    let after = server.state.store.accounts.user_by_email("admin@example.com").await.unwrap().unwrap();
    assert_eq!(format!("{:?}", before.account), format!("{:?}", after.account));
    assert!(server.state.store.profiles.get(profile.id).await.unwrap().is_some());
    assert_eq!(admin.get("/account").await.status(), 200, "and the session is still open");
    // The same request from this site is accepted, or refused because of its content.
    for route in &changing {
        let path = path_of(route, 999);
        if ["/logout", "/account/sessions/end"].contains(&path.as_str()) {
            continue;
        }
        for site in [None, Some("same-origin"), Some("none")] {
            let request = from_anywhere(server.http.post(server.url(&path))).header("origin", &server.base);
            let request = site.iter().fold(request, |request, site| request.header("sec-fetch-site", *site));
            let answer = request.header("content-type", FORM).body("").send().await.unwrap();
            assert_ne!(answer.text().await.unwrap(), REFUSAL, "{path} {site:?}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_page_at_the_public_host_over_http_counts_as_another_site() {
    let public = PublicUrl::parse("https://hooks.example.com");
    let server = TestServer::start_with("http://127.0.0.1:9", |config| config.public_url = public).await;
    for (host, origin, refused) in [
        ("hooks.example.com", "https://hooks.example.com", false),
        ("hooks.example.com", "http://hooks.example.com", true),
        ("hooks.example.com", "https://hooks.example.com:8443", true),
        ("hooks.example.com", "https://evil.hooks.example.com", true),
        ("hooks.example.com", "https://example.com", true),
        // The request comes through a proxy with its own `Host`, or bypasses it.
        ("127.0.0.1:3000", "https://hooks.example.com", false),
        ("127.0.0.1:3000", "http://127.0.0.1:3000", false),
    ] {
        let request = server.http.post(server.url("/rpc/open/theme")).header("host", host).header("origin", origin);
        let answer = request.header("content-type", FORM).body("theme=dark").send().await.unwrap();
        assert_eq!(answer.status() == StatusCode::FORBIDDEN, refused, "{origin} at {host}");
    }
    server.stop().await;
}

/// Returns the directives of a policy with their sources.
fn directives(policy: &str) -> Vec<(&str, Vec<&str>)> {
    let split = policy.split(';').map(str::trim).filter(|directive| !directive.is_empty());
    split
        .map(|directive| {
            directive.split_once(' ').map_or((directive, Vec::new()), |(name, rest)| (name, rest.split(' ').collect()))
        })
        .collect()
}

/// Returns the nonce of an answer's policy, and checks that the policy is strict.
fn judged_policy(path: &str, response: &Response) -> Option<String> {
    let all: Vec<_> = response.headers().get_all("content-security-policy").iter().collect();
    assert_eq!(all.len(), 1, "{path}");
    let policy = all[0].to_str().unwrap();
    let directives = directives(policy);
    let of = |name: &str| directives.iter().find(|(known, _)| *known == name).map(|(_, sources)| sources.clone());
    let none = Some(vec!["'none'"]);
    assert_eq!((of("default-src"), of("base-uri"), of("frame-ancestors")), (none.clone(), none.clone(), none.clone()));
    assert!(of("form-action") == none || of("form-action") == Some(vec!["'self'"]), "{path}: {policy}");
    // Directives that are not listed fall back to `default-src 'none'`.
    assert!(of("object-src").is_none() || of("object-src") == none, "{path}: {policy}");
    let mut nonce = None;
    for (name, sources) in &directives {
        for source in sources {
            let known = match *source {
                "'none'" => true,
                "'self'" => *name != "default-src",
                "data:" => *name == "img-src",
                "'wasm-unsafe-eval'" => *name == "script-src",
                source => {
                    nonce =
                        source.strip_prefix("'nonce-").and_then(|nonce| nonce.strip_suffix('\'')).map(str::to_owned);
                    *name == "script-src" && nonce.as_ref().is_some_and(|nonce| nonce.len() >= 22)
                }
            };
            assert!(known, "{path}: {name} {source}");
        }
    }
    nonce
}

/// Checks that every part of a page is allowed by a policy that allows nothing inline without this nonce and no
/// foreign host.
pub fn judge_page(path: &str, page: &str, nonce: &str) {
    for tag in tags(page) {
        let Tag { name, .. } = &tag;
        for (attribute, value) in &tag.attributes {
            assert!(!attribute.starts_with("on") && attribute != "style", "{path}: {tag:?}");
            let loads = matches!(attribute.as_str(), "src" | "srcset" | "action" | "formaction" | "data" | "poster")
                || (attribute == "href" && name != "a");
            let is_own = value.starts_with('/') && !value.starts_with("//")
                || value.starts_with("data:image/")
                || value.starts_with('#')
                || value.is_empty()
                || value.starts_with('?');
            assert!(!loads || is_own, "{path}: {tag:?}");
        }
        let is_data = tag.value("type") == Some("application/json");
        match name.as_str() {
            "script" if tag.value("src").is_none() && !is_data => assert_eq!(tag.value("nonce"), Some(nonce), "{path}"),
            "style" => assert_eq!(tag.value("nonce"), Some(nonce), "{path}"),
            "base" | "object" | "embed" | "iframe" | "frame" => panic!("{path}: {tag:?}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn every_page_has_a_strict_policy_with_a_unique_nonce() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let (_, answer) = server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    let admin = Person::new(&server, Role::Admin).await;
    let mut paths: Vec<String> = table()
        .iter()
        .filter(|route| route.method == "GET" && !route.path.starts_with("/live/"))
        .map(|route| path_of(route, profile.id))
        .collect();
    paths.push(format!("/deliveries/{}", answer["Id"].as_str().unwrap()));
    paths.push(format!("/deliveries/{}/payload", answer["Id"].as_str().unwrap()));
    paths.push("/nowhere".into());
    let (mut nonces, mut pages, mut modules) = (BTreeSet::new(), 0, Vec::new());
    for path in &paths {
        for cookie in [admin.cookie.as_str(), ""] {
            for _ in 0..2 {
                let request = server.http.get(server.url(path)).header("cookie", cookie);
                let response = request.header("accept", "text/html").send().await.unwrap();
                let nonce = judged_policy(path, &response);
                let is_page =
                    response.headers().get("content-type").is_some_and(|kind| kind == "text/html; charset=utf-8");
                assert_eq!(nonce.is_some(), is_page, "{path}");
                let Some(nonce) = nonce else { continue };
                let may_run_modules =
                    format!("{:?}", response.headers()["content-security-policy"]).contains("wasm-unsafe-eval");
                let page = response.text().await.unwrap();
                assert_eq!(page.contains("_bg.wasm"), may_run_modules, "{path}");
                if may_run_modules {
                    modules.push(path.clone());
                }
                judge_page(path, &page, &nonce);
                assert!(nonces.insert(nonce), "{path}: a nonce came twice");
                pages += 1;
            }
        }
    }
    assert!(pages > 60, "{pages}");
    modules.dedup();
    assert_eq!(
        modules,
        [format!("/profiles/{}", profile.id), "/profiles/new".into()]
            .map(|path| path)
            .iter()
            .rev()
            .cloned()
            .collect::<Vec<_>>()
    );
    server.stop().await;
}

/// Checks the headers that Mozilla's Observatory asks for, and some more.
fn judge_headers(what: &str, response: &Response, is_https: bool) {
    let header = |name: &str| {
        let all: Vec<_> = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
        assert!(all.len() < 2, "{what}: {name} {all:?}");
        all.first().copied()
    };
    assert_eq!(header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(header("referrer-policy"), Some("same-origin"), "{what}");
    assert_eq!(header("x-frame-options"), Some("DENY"), "{what}");
    assert_eq!(header("cross-origin-opener-policy"), Some("same-origin"), "{what}");
    assert_eq!(header("cross-origin-resource-policy"), Some("same-origin"), "{what}");
    assert!(header("permissions-policy").is_some(), "{what}");
    assert!(header("access-control-allow-origin").is_none(), "{what}");
    assert!(header("server").is_none() && header("x-powered-by").is_none(), "{what}");
    judged_policy(what, response);
    let hsts = header("strict-transport-security");
    assert_eq!(hsts.is_some(), is_https, "{what}");
    // The Observatory requires half a year.
    let age = hsts.and_then(|hsts| hsts.strip_prefix("max-age=")).and_then(|age| age.split(';').next());
    assert!(age.is_none_or(|age| age.parse::<u64>().unwrap() >= 15_768_000), "{what}");
    for cookie in response.headers().get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        let is_choice = ["language=", "theme=", "zone="].iter().any(|choice| cookie.starts_with(choice));
        assert!(cookie.contains("SameSite=Lax") && (is_choice || cookie.contains("HttpOnly")), "{what}: {cookie}");
        assert!(
            is_choice || cookie.starts_with("notice") || !is_https || cookie.contains("Secure"),
            "{what}: {cookie}"
        );
    }
}

#[tokio::test]
async fn every_kind_of_answer_carries_every_header() {
    for public in [None, PublicUrl::parse("https://hooks.example.com")] {
        let is_https = public.is_some();
        let server = TestServer::start_with("http://127.0.0.1:9", |config| {
            config.public_url = public;
            config.fixed.fix(Setting::MaxBody, "1000").unwrap();
        })
        .await;
        let profile = server.profile("A", true, &[]).await;
        let admin = Person::new(&server, Role::Admin).await;
        let endpoint = format!("/h/{}", profile.key);
        let get = |path: &str| server.http.get(server.url(path)).header("cookie", &admin.cookie);
        let post = |path: &str| {
            server.http.post(server.url(path)).header("cookie", &admin.cookie).header("origin", &server.base)
        };
        let as_nobody = |path: &str| server.http.get(server.url(path));
        let login = |body: &'static str| post("/login").header("content-type", FORM).body(body);
        let delete = server.http.delete(server.url("/login"));
        let kinds: Vec<(&str, u16, RequestBuilder)> = vec![
            ("a page", 200, get("/profiles/new")),
            ("a page for everybody", 200, as_nobody("/login")),
            ("a redirect", 303, as_nobody("/")),
            ("a closed path", 401, as_nobody("/rpc/operator/builder")),
            ("another site", 403, server.http.post(server.url("/logout")).header("origin", "https://evil.example")),
            ("no page", 404, get("/nowhere")),
            ("no profile", 404, get("/profiles/999")),
            ("no asset", 404, get("/pkg/nothing")),
            ("no function", 404, post("/rpc/nothing")),
            ("an endpoint's good word", 200, as_nobody(&endpoint)),
            ("an endpoint's refusal", 400, server.http.post(server.url(&endpoint)).body("no")),
            ("no endpoint", 404, as_nobody("/h/nobody")),
            ("an endpoint's methods", 204, server.http.request(Method::OPTIONS, server.url(&endpoint))),
            ("no method of an endpoint", 405, server.http.put(server.url(&endpoint))),
            ("no method of a page", 405, delete.header("origin", &server.base)),
            ("too much", 413, server.http.post(server.url(&endpoint)).body("x".repeat(1_001))),
            ("too much for a form", 413, post("/login").body("x".repeat(70_000))),
            ("too long an address", 414, get(&format!("/?{}", "x".repeat(33_000)))),
            ("packed", 415, post("/login").header("content-encoding", "gzip")),
            ("a fault in a form", 422, login("email=a@b.c&password=x")),
            ("too many headers", 431, get("/").header("x-much", "x".repeat(17_000))),
            ("a probe", 200, as_nobody("/healthz")),
            ("metrics", 200, as_nobody("/metrics")),
            ("robots.txt", 200, as_nobody("/robots.txt")),
            ("an open stream", 200, get("/live/deliveries")),
            ("a file", 200, get("/profiles/export")),
            ("a table", 200, get("/deliveries/export.csv")),
        ];
        for (what, status, request) in kinds {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{what}");
            judge_headers(what, &response, is_https);
        }
        // The allowance refills over time, so it is used up again until a request is refused.
        let refused = loop {
            while server.state.limits.page([127, 0, 0, 1].into()).is_ok() {}
            let response = as_nobody("/login").send().await.unwrap();
            if response.status() == 429 {
                break response;
            }
            assert_eq!(response.status(), 200);
        };
        judge_headers("too many", &refused, is_https);
        server.state.store.close().await;
        let gone = server.http.post(server.url("/h/another")).body("{}").send().await.unwrap();
        assert_eq!(gone.status(), 503);
        judge_headers("an endpoint without a database", &gone, is_https);
        server.stop().await;
    }
}

#[tokio::test]
async fn the_client_address_from_a_proxy_is_used_only_if_the_proxy_is_trusted() {
    let trusting = ["127.0.0.0/8", "::1"];
    for (trusted, header, value, expected) in [
        (&[][..], "x-forwarded-for", "203.0.113.9", "127.0.0.1"),
        (&["10.0.0.0/8"], "x-forwarded-for", "203.0.113.9", "127.0.0.1"),
        (&trusting, "x-forwarded-for", "203.0.113.9", "203.0.113.9"),
        (&trusting, "x-forwarded-for", "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        (&trusting, "x-forwarded-for", "198.51.100.1, 203.0.113.9, 127.0.0.2", "203.0.113.9"),
        (&trusting, "x-forwarded-for", "2001:4860::9", "2001:4860::9"),
        (&trusting, "x-forwarded-for", "[2001:4860::9]:443", "2001:4860::9"),
        (&trusting, "forwarded", "for=203.0.113.9", "127.0.0.1"),
        (&trusting, "x-real-ip", "203.0.113.9", "127.0.0.1"),
        (&trusting, "x-forwarded-for", "<b>", "127.0.0.1"),
    ] {
        let server = TestServer::start_with("http://127.0.0.1:9", |config| {
            config.trusted_proxies = trusted.iter().map(|text| network(text).unwrap()).collect();
        })
        .await;
        let person = Person::new(&server, Role::Admin).await;
        // The audit entry of an export has the client's address.
        let export = server.http.get(server.url("/profiles/export")).header("cookie", &person.cookie);
        assert_eq!(export.header(header, value).send().await.unwrap().status(), 200);
        let audit = person.see("/audit").await;
        assert!(audit.contains(expected), "{trusted:?} {header} {value}");
        assert!(expected != "127.0.0.1" || !audit.contains("203.0.113.9"), "{trusted:?} {header} {value}");
        server.stop().await;
    }
}
