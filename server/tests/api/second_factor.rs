//! The second factor: setting it up, signing in with it, recovery codes, switching it off.

use hookgram::role::Role;
use server::{
    secrets::codes,
    store::{LinkKind, NewLink, audit::COMMAND_LINE},
    time::now,
};

use crate::{
    person::between,
    support::TestServer,
    visitor::{EMAIL, OTHER, PASSWORD, Visitor, recovery_codes, reset_link, secret_of, shown_secret},
};

async fn server() -> TestServer {
    TestServer::start("http://127.0.0.1:9").await
}

#[tokio::test]
async fn the_second_factor_is_active_after_its_first_code_and_each_code_works_once() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let elsewhere = Visitor::new(&server);
    elsewhere.sign_in(EMAIL, PASSWORD).await;
    let page = owner.see("/account/second-factor").await;
    let sealed = between(&page, "name=\"sealed\" value=\"", "\"").to_owned();
    assert!(page.contains("class=\"qr\""));
    let wrong = owner.post("/account/second-factor", &[("sealed", &sealed), ("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(shown_secret(&wrong.text), shown_secret(&page), "the app need not be set up anew");
    assert!(wrong.text.contains("The code did not match"));
    let forged = owner.post("/account/second-factor", &[("sealed", "AQEx"), ("code", "000000")]).await;
    assert_eq!(forged.status, 422);
    assert!(elsewhere.sign_in(EMAIL, PASSWORD).await.to == "/", "it does not count yet");

    let (totp, _) = owner.turn_factor_on().await;
    assert!(owner.is_in().await && !elsewhere.is_in().await, "sessions without it end");
    assert!(!owner.see("/account/second-factor").await.contains(&secret_of(&totp)[..8]));

    let half = elsewhere.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(half.to, "/login/second?next=/");
    assert!(!elsewhere.is_in().await, "half a session opens nothing");
    assert!(elsewhere.see("/login/second").await.contains("one-time-code"));
    let code = totp.code_at(now()).unwrap();
    let refused = elsewhere.post("/login/second", &[("code", "1")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(elsewhere.post("/login/second", &[("code", &code), ("next", "/health")]).await.to, "/health");
    assert!(elsewhere.is_in().await);

    let third = Visitor::new(&server);
    third.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(third.post("/login/second", &[("code", &code)]).await.status, 422, "taken before");
    let late = third.post("/login/second", &[("code", &totp.code_at(now() + 30_000).unwrap())]).await;
    assert_eq!(late.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn a_sign_in_ends_after_five_wrong_codes() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (totp, _) = owner.turn_factor_on().await;
    owner.post("/logout", &[]).await;
    owner.sign_in(EMAIL, PASSWORD).await;
    for _ in 0..5 {
        let answer = owner.post("/login/second", &[("code", "000000")]).await;
        assert!(answer.status == 422 && answer.text.contains("The code did not match"), "{}", answer.text);
    }
    let half = owner.cookie("hookgram_sign_in").unwrap();
    let sixth = owner.post("/login/second", &[("code", &totp.code_at(now()).unwrap())]).await;
    assert!(sixth.status == 422 && sixth.text.contains("Sign in again"), "{}", sixth.text);
    let without = Visitor::new(&server);
    let code = totp.code_at(now()).unwrap();
    let answer = without.post("/login/second", &[("code", &code)]).await;
    assert!(answer.status == 422 && answer.text.contains("Sign in again"), "{}", answer.text);
    assert_eq!(without.get("/login/second").await.to, "/login");
    let hash = codes::hash(&half);
    let store = &server.state.store;
    assert_eq!(store.accounts.try_half_session(&hash, now(), 5).await.unwrap(), None);
    assert_eq!(
        store.accounts.half_session(&hash, now() + 5 * 60_000 + 1).await.unwrap(),
        None,
        "nor longer than 5 minutes"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_recovery_code_works_once_and_new_codes_replace_the_old() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (_, codes) = owner.turn_factor_on().await;
    assert!(owner.see("/account").await.contains("10 of 10 left"));
    owner.post("/logout", &[]).await;
    owner.sign_in(EMAIL, PASSWORD).await;
    let typed = codes[0].replace('-', " ").to_uppercase();
    assert_eq!(owner.post("/login/second", &[("code", ""), ("recovery", &typed)]).await.to, "/");
    assert!(owner.see("/account").await.contains("9 of 10 left"));
    owner.post("/logout", &[]).await;
    owner.sign_in(EMAIL, PASSWORD).await;
    let again = owner.post("/login/second", &[("recovery", &codes[0])]).await;
    assert_eq!(again.status, 422);
    assert!(again.text.contains("or it has already been used"));
    assert_eq!(owner.post("/login/second", &[("recovery", &codes[1])]).await.to, "/");

    let fresh = owner.post("/account/second-factor/codes", &[]).await;
    assert_eq!(fresh.status, 200);
    let fresh = recovery_codes(&fresh.text);
    assert!(owner.see("/account").await.contains("10 of 10 left"));
    owner.post("/logout", &[]).await;
    owner.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(owner.post("/login/second", &[("recovery", &codes[2])]).await.status, 422);
    assert_eq!(owner.post("/login/second", &[("recovery", &fresh[0])]).await.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn switching_the_second_factor_off_requires_confirming_password_and_code() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (totp, _) = owner.turn_factor_on().await;
    server.age_sessions(11 * 60_000).await;
    for (path, post) in [
        ("/account/second-factor", false),
        ("/account/second-factor", true),
        ("/account/second-factor/codes", true),
        ("/account/second-factor/off", true),
    ] {
        let answer = if post { owner.post(path, &[]).await } else { owner.get(path).await };
        assert_eq!(answer.to, "/confirm?next=/account/second-factor", "{path}");
    }
    let page = owner.see("/confirm?next=/account/second-factor").await;
    assert!(page.contains("field-password") && page.contains("field-code"));
    let code = totp.code_at(now()).unwrap();
    for (password, code, said) in
        [("wrong", code.as_str(), "not the current password"), (PASSWORD, "000000", "The code did not match")]
    {
        let answer = owner.post("/confirm", &[("password", password), ("code", code), ("next", "/account")]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains(said), "{}", answer.text);
    }
    let before = owner.cookie("hookgram_session").unwrap();
    let fields = [("password", PASSWORD), ("code", &code), ("next", "/account/second-factor")];
    assert_eq!(owner.post("/confirm", &fields).await.to, "/account/second-factor");
    assert_ne!(owner.cookie("hookgram_session").unwrap(), before);
    assert_eq!(owner.get("/confirm?next=/health").await.to, "/health", "not asked twice");
    assert_eq!(owner.post("/account/second-factor/off", &[]).await.to, "/account");
    let page = owner.see("/account").await;
    assert!(page.contains("The second factor is off."), "{page}");
    assert_eq!(Visitor::new(&server).sign_in(EMAIL, PASSWORD).await.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn resetting_the_password_does_not_switch_the_second_factor_off() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (_, codes) = owner.turn_factor_on().await;
    let code = reset_link(&server, EMAIL, 60_000).await;
    let elsewhere = Visitor::new(&server);
    let answer = elsewhere.post(&format!("/reset/{code}"), &[("password", OTHER)]).await;
    assert_eq!(answer.to, "/login/second?next=/");
    assert!(!elsewhere.is_in().await && !owner.is_in().await);
    assert_eq!(elsewhere.post("/login/second", &[("recovery", &codes[0])]).await.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn a_required_second_factor_must_be_set_up_before_any_other_page() {
    let server = TestServer::start_with("http://127.0.0.1:9", |config| {
        config.fixed.fix(hookgram::setting::Setting::SecondFactor, "operators").unwrap();
    })
    .await;
    let viewer = Visitor::invited(&server, "viewer@example.com", Role::Viewer).await;
    assert!(viewer.is_in().await);
    let owner = Visitor::invited(&server, EMAIL, Role::Operator).await;
    for path in ["/", "/account", "/deliveries", "/profiles/new", "/health"] {
        assert_eq!(owner.get(path).await.to, "/account/second-factor", "{path}");
    }
    assert_eq!(owner.post("/sandbox/clear", &[]).await.status, 403);
    assert_eq!(owner.get("/live/sandbox").await.status, 403);
    assert!(owner.see("/account/second-factor").await.contains("A second factor is required for your role"));
    owner.turn_factor_on().await;
    assert!(owner.is_in().await);
    assert_eq!(owner.get("/").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn changing_the_password_requires_the_second_factor() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (totp, codes) = owner.turn_factor_on().await;
    server.age_sessions(11 * 60_000).await;
    assert!(between(&owner.see("/account").await, "action=\"/account/password\"", "</form>").contains("field-code"));
    let change = async |code: &str| {
        owner.post("/account/password", &[("current", PASSWORD), ("password", OTHER), ("code", code)]).await
    };
    for code in ["", "000000"] {
        let answer = change(code).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("The code did not match"), "{}", answer.text);
        assert_eq!(answer.text.matches("autofocus").count(), 1);
    }
    for path in ["/account/second-factor/off", "/account/second-factor/codes"] {
        assert_eq!(owner.post(path, &[]).await.to, "/confirm?next=/account/second-factor", "{path}");
    }
    let elsewhere = Visitor::new(&server);
    assert_eq!(elsewhere.sign_in(EMAIL, OTHER).await.status, 422, "the password is as it was");
    assert_eq!(change(&totp.code_at(now()).unwrap()).await.to, "/account");
    assert_eq!(owner.post("/account/second-factor/codes", &[]).await.status, 200, "both were given just now");

    server.age_sessions(11 * 60_000).await;
    let fields = [("current", OTHER), ("password", PASSWORD), ("recovery", codes[0].as_str())];
    assert_eq!(owner.post("/account/password", &fields).await.status, 422, "new codes have taken its place");
    server.stop().await;
}

#[tokio::test]
async fn turning_the_second_factor_on_does_not_extend_the_password_confirmation() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    server.age_sessions(9 * 60_000).await;
    owner.turn_factor_on().await;
    assert_eq!(owner.get("/account/second-factor").await.status, 200);
    server.age_sessions(2 * 60_000).await;
    assert_eq!(owner.post("/account/second-factor/off", &[]).await.to, "/confirm?next=/account/second-factor");
    server.stop().await;
}

#[tokio::test]
async fn a_sign_in_link_leads_to_the_second_step() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (totp, _) = owner.turn_factor_on().await;
    let user = server.state.store.accounts.user_by_email(EMAIL).await.unwrap().unwrap();
    let link = NewLink {
        code_hash: &codes::hash("code"),
        kind: LinkKind::SignIn,
        user_id: Some(user.account.id),
        expires_at: now() + 60_000,
    };
    server.state.store.accounts.add_link(link, &COMMAND_LINE).await.unwrap();
    let elsewhere = Visitor::new(&server);
    assert_eq!(elsewhere.get("/login?code=code").await.to, "/login/second");
    assert!(!elsewhere.is_in().await);
    let code = totp.code_at(now()).unwrap();
    assert_eq!(elsewhere.post("/login/second", &[("code", &code)]).await.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn wrong_codes_are_counted_per_account_across_sign_ins_and_restarts() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (totp, codes) = owner.turn_factor_on().await;
    let thief = Visitor::new(&server);
    let mut judged = 0;
    for _ in 0..4 {
        assert_eq!(thief.sign_in(EMAIL, PASSWORD).await.to, "/login/second?next=/");
        for _ in 0..5 {
            let answer = thief.post("/login/second", &[("code", "000000")]).await;
            match answer.status {
                422 => judged += 1,
                429 => {
                    assert!(answer.retry_after.is_some_and(|seconds| (3_000..=3_600).contains(&seconds)));
                    assert!(answer.text.contains("in 60 minutes") && answer.text.contains("A recovery code"));
                }
                other => panic!("{other}"),
            }
        }
    }
    assert_eq!(judged, 10);
    let known = owner.cookie("hookgram_known").unwrap();
    let folder = server.stop_and_keep().await;
    let data = folder.path().to_owned();
    let server = TestServer::start_with("http://127.0.0.1:9", |config| config.data_dir = data).await;
    let (owner, thief) = (Visitor::new(&server), Visitor::new(&server));
    thief.sign_in(EMAIL, PASSWORD).await;
    let code = totp.code_at(now()).unwrap();
    assert_eq!(thief.post("/login/second", &[("code", &code)]).await.status, 429, "a restart forgives nothing");
    assert_eq!(thief.post("/login/second", &[("recovery", &codes[0])]).await.to, "/", "its owner is not shut out");
    owner.put("hookgram_known", &known);
    owner.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(owner.post("/login/second", &[("code", &code)]).await.to, "/", "a known browser is counted by itself");
    server.stop().await;
}

#[tokio::test]
async fn codes_are_counted_on_every_page_that_asks_for_them() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    owner.turn_factor_on().await;
    server.age_sessions(11 * 60_000).await;
    let mut seen = Vec::new();
    for at in 0..12 {
        let answer = if at % 2 == 0 {
            owner.post("/confirm", &[("password", PASSWORD), ("code", "000000"), ("next", "/")]).await
        } else {
            let fields = [("current", PASSWORD), ("password", OTHER), ("code", "000000")];
            owner.post("/account/password", &fields).await
        };
        seen.push(answer.status);
    }
    assert_eq!(seen, [[422; 10].as_slice(), [429; 2].as_slice()].concat());
    server.stop().await;
}
