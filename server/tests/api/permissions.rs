//! Calls every route and every server function without a session, as a viewer, an operator and an admin, and compares
//! the result with one table.

use hookgram::{delivery::DeliveryState, role::Role};
use reqwest::{Method, StatusCode};
use server::router::table;

use crate::{
    customers::meet,
    person::Person,
    support::{TestServer, event},
};

/// Method, path, and the lowest role that may call it; `-` means everybody. A new route that is missing here fails
/// the test.
const TABLE: &str = include_str!("permissions.txt");

#[tokio::test]
async fn every_route_answers_exactly_the_roles_in_the_table() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let role = |needs: Option<Role>| needs.map_or("-", Role::name);
    let routes = table();
    let is: String =
        routes.iter().map(|route| format!("{} {} {}\n", route.method, route.path, role(route.needs))).collect();
    assert_eq!(is, TABLE, "server/tests/api/permissions.txt says whom each is for");
    let profile = server.profile("A", true, &[]).await;
    let people = [Role::Viewer, Role::Operator, Role::Admin];
    let mut sessions = Vec::new();
    for role in people {
        sessions.push(Person::new(&server, role).await);
    }
    for route in routes {
        // A server function refuses a form that it cannot read, which counts as an answer. The id 999 makes sure that
        // no account is removed.
        let id = if route.path.starts_with("/users/") { "999".to_owned() } else { profile.id.to_string() };
        let path = route.path.replace("{id}", &id).replace("{code}", "x").replace("{*", "{").replace(['{', '}'], "");
        if route.path == "/rpc/{*function}" {
            // The target of the redirect has entries of its own.
            continue;
        }
        // These routes have tests of their own: they end the session, renew its token, or depend on the settings as
        // well.
        if ["/logout", "/confirm", "/account/sessions/end"].contains(&path.as_str())
            || route.path == "/customers/{id}"
            || ["payload", "payload.json", "export.csv", "export.jsonl"].iter().any(|end| path.ends_with(end))
        {
            continue;
        }
        let method = if route.method == "POST" { Method::POST } else { Method::GET };
        let who = std::iter::once(None).chain(sessions.iter().zip(people).map(Some));
        for person in who {
            let mut request = server.http.request(method.clone(), server.url(&path)).header("origin", &server.base);
            if method == Method::POST {
                request = request.header("content-type", "application/x-www-form-urlencoded").body("");
            }
            if let Some((person, _)) = person {
                request = request.header("cookie", &person.cookie);
            }
            let answer = request.send().await.unwrap();
            let status = answer.status();
            let to = answer.headers().get("location").map_or("", |to| to.to_str().unwrap());
            let expected = route.needs.is_none_or(|needs| person.is_some_and(|(_, role)| role >= needs));
            let is_sent_away = person.is_none() && to.starts_with("/login") && !path.starts_with("/login");
            let is_closed = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
            let is_open = !(is_closed || is_sent_away && route.needs.is_some());
            let name = person.map_or("nobody", |(_, role)| role.name());
            assert_eq!(is_open, expected, "{method} {path} as {name}: {status} {to}");
            if !expected && person.is_some() {
                assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path} as {name}");
            }
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn no_route_shows_a_webhook_key_to_a_viewer() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let (_, answer) = server.post(&format!("/h/{}?message=Hi", profile.key), event("1", &["482113907"])).await;
    let event = answer["Id"].as_str().unwrap();
    server.post(&format!("/h/{}", profile.key), "{}").await;
    server.wait_for_state(DeliveryState::Delivered).await;
    let viewer = Person::new(&server, Role::Viewer).await;
    let operator = Person::new(&server, Role::Operator).await;
    let mut paths = vec![format!("/deliveries/{event}"), format!("/deliveries?open={event}"), "/?q=A".to_owned()];
    // Streams are left out: they send only numbers and do not end.
    let routes = table().into_iter().filter(|route| route.method != "POST" && !route.path.starts_with("/live/"));
    paths.extend(routes.map(|route| {
        let path = route.path.replace("{id}", &profile.id.to_string()).replace("{code}", "x");
        path.replace("{*", "{").replace(['{', '}'], "")
    }));
    for path in &paths {
        let page = viewer.get(path).await.text().await.unwrap();
        assert!(!page.contains(&profile.key), "{path}: {page}");
    }
    for function in table().iter().filter(|route| route.path.starts_with("/rpc/") && route.method == "POST") {
        let id = profile.id.to_string();
        let answer = viewer.post(&function.path, &[("id", &id), ("profile", &id), ("event", "1")]).await;
        assert!(!answer.text().await.unwrap().contains(&profile.key), "{}", function.path);
    }
    let share = format!("/profiles/{}/share", profile.id);
    for (person, sees) in [(&viewer, false), (&operator, true)] {
        for path in ["/", &share] {
            assert_eq!(person.see(path).await.contains(&profile.key), sees, "{path}");
        }
        let page = person.see(&share).await;
        assert_eq!((page.contains("curl -H"), page.contains("qr-fold")), (sees, sees));
        assert_eq!(page.contains("only operators and admins see it"), !sees);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_viewer_sees_personal_data_only_if_the_settings_allow_it() {
    use hookgram::setting::Setting;
    for (allowed, adjust) in [(false, "false"), (true, "true")] {
        let server = TestServer::start_with("http://127.0.0.1:9", |config| {
            config.fixed.fix(Setting::ViewersSeeData, adjust).unwrap();
        })
        .await;
        let profile = server.profile("A", true, &[(hookgram::parameters::Parameter::Message, "Private words")]).await;
        let (_, answer) = server.post(&format!("/h/{}", profile.key), event("1", &["482113907"])).await;
        let id = answer["Id"].as_str().unwrap();
        server.wait_for_state(DeliveryState::Delivered).await;
        meet(&server, 482_113_907, "Eleonora Private words", "private_words").await;
        let viewer = Person::new(&server, Role::Viewer).await;
        let operator = Person::new(&server, Role::Operator).await;
        let pages = [
            "/deliveries".to_owned(),
            "/customers".to_owned(),
            "/customers?bot=7001002003".to_owned(),
            format!("/deliveries/{id}"),
            format!("/deliveries?open={id}"),
            "/sandbox".into(),
        ];
        for path in &pages {
            for (person, sees) in [(&viewer, allowed), (&operator, true)] {
                let page = person.see(path).await;
                for private in ["482113907", "Private words", "Eleonora", "private_words"] {
                    assert!(sees || !page.contains(private), "{private} at {path}");
                }
                assert!(page.contains("907"), "{path}");
                assert!(!sees || page.contains("Private words"), "{path}");
                assert_eq!(page.contains("Eleonora"), sees && path != "/sandbox", "{path}");
            }
        }
        let files = [
            format!("/deliveries/{id}/payload"),
            format!("/deliveries/{id}/payload.json"),
            "/deliveries/export.csv".into(),
            "/deliveries/export.jsonl".into(),
            "/deliveries?q=Private".into(),
            "/deliveries?chat=482113907".into(),
            "/customers?q=Private".into(),
            "/customers/482113907".into(),
        ];
        for path in &files {
            let expected = if allowed { 200 } else { 403 };
            assert_eq!(viewer.get(path).await.status(), expected, "{path}");
            assert_eq!(operator.get(path).await.status(), 200, "{path}");
        }
        server.stop().await;
    }
}
