//! Signing in with a browser without scripts: passwords, one-time links, the account's own page.

use hookgram::{audit::AuditAction, role::Role};
use server::{
    config::PublicUrl,
    credentials::{password::Passwords, throttle::Origin},
    store::{StoreError, audit::COMMAND_LINE},
    time::now,
};

use crate::{
    person::between,
    support::{TestServer, eventually, smtp::SmtpServer},
    visitor::{EMAIL, OTHER, PASSWORD, Visitor, invite, reset_link},
};

async fn server() -> TestServer {
    TestServer::start("http://127.0.0.1:9").await
}

#[tokio::test]
async fn the_setup_link_creates_one_admin_who_can_sign_in_and_out() {
    let server = server().await;
    let link = server.setup_link.clone().unwrap();
    let path = link.get(link.find("/setup/").unwrap()..).unwrap();
    let owner = Visitor::new(&server);
    assert!(owner.see(path).await.contains("The first admin"));
    assert_eq!(owner.get("/setup/guess").await.status, 404);
    assert_eq!(owner.post("/setup/guess", &[("email", EMAIL), ("password", PASSWORD)]).await.status, 404);
    for (email, password, said) in [
        ("ab", PASSWORD, "does not look like an email address"),
        (EMAIL, "short", "at least 12 characters"),
        (EMAIL, "olga@example.com", "contains your address"),
        (EMAIL, "aaaaaaaaaaaaaaaa", "The same thing is repeated"),
    ] {
        let answer = owner.post(path, &[("email", email), ("password", password)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains(said) && answer.text.contains(&format!("value=\"{email}\"")), "{}", answer.text);
        assert!(!answer.text.contains(&format!("value=\"{password}\"")) || password == email, "no password comes back");
    }
    let made = owner.post(path, &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!((made.status, made.to.as_str()), (303, "/"));
    assert!(owner.is_in().await);
    assert_eq!(Visitor::new(&server).get(path).await.status, 404, "it works once");

    let before = owner.cookie("hookgram_session").unwrap();
    let out = owner.post("/logout", &[]).await;
    assert_eq!((out.to.as_str(), owner.cookie("hookgram_session")), ("/login", None));
    owner.put("hookgram_session", &before);
    assert!(!owner.is_in().await, "the session has ended, not the cookie alone");

    assert_eq!(owner.sign_in("OLGA@example.com", PASSWORD).await.to, "/");
    let first = owner.cookie("hookgram_session").unwrap();
    assert_ne!(first, before);
    assert_eq!(owner.sign_in(EMAIL, PASSWORD).await.to, "/");
    owner.put("hookgram_session", &first);
    assert!(!owner.is_in().await, "signing in again ends the session before");
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_address_and_a_wrong_password_get_the_same_page_and_the_address_stays_filled_in() {
    let server = server().await;
    Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let visitor = Visitor::new(&server);
    let mut pages = Vec::new();
    for email in [EMAIL, "nobody@example.com"] {
        let fields = [("email", email), ("password", "not the password"), ("next", "/deliveries")];
        let answer = visitor.post("/login", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains(&format!("value=\"{email}\"")) && answer.text.contains("value=\"/deliveries\""));
        assert!(!answer.text.contains("not the password"));
        let password = answer.text.split("id=\"field-password\"").nth(1).unwrap().split('>').next().unwrap();
        assert!(password.contains("autofocus"), "{password}");
        let nonce = between(&answer.text, "nonce=\"", "\"").to_owned();
        pages.push(answer.text.replace(email, "…").replace(&nonce, "…"));
    }
    assert_eq!(pages[0], pages[1]);
    let signed_in = visitor.post("/login", &[("email", EMAIL), ("password", PASSWORD), ("next", "/deliveries")]).await;
    assert_eq!(signed_in.to, "/deliveries");
    let away = Visitor::new(&server);
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "//evil.example")];
    assert_eq!(away.post("/login", &fields).await.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn a_failed_sign_in_is_recorded_only_for_an_existing_account() {
    let server = server().await;
    Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let visitor = Visitor::new(&server);
    for email in ["nobody@example.com", EMAIL] {
        assert_eq!(visitor.sign_in(email, "a guess of somebody").await.status, 422);
    }
    let filter = server::store::AuditFilter { limit: 20, ..Default::default() };
    let failed = async || {
        let seen = server.state.store.audit.audited(&filter).await.unwrap();
        seen.into_iter().filter(|entry| entry.action == Some(AuditAction::SignInFailed)).collect::<Vec<_>>()
    };
    eventually("it to be recorded", async || !failed().await.is_empty()).await;
    let seen = failed().await;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!((seen[0].object.as_str(), seen[0].by.address.as_deref()), (EMAIL, Some("127.0.0.1")));
    assert!(!format!("{seen:?}").contains("a guess"));
    server.stop().await;
}

#[tokio::test]
async fn concurrent_guesses_are_limited_like_sequential_ones_and_do_not_lock_the_owner_out() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    owner.post("/logout", &[]).await;
    let others: Vec<Visitor<'_>> = (0..12).map(|_| Visitor::new(&server)).collect();
    let (mut judged, mut refused) = (0, 0);
    for other in &others {
        let answer = other.sign_in(EMAIL, "a guess of somebody").await;
        match answer.status {
            422 => judged += 1,
            429 => {
                refused += 1;
                assert!(answer.retry_after.is_some_and(|seconds| seconds > 0));
                assert!(answer.text.contains("Too many attempts"));
            }
            other => panic!("{other}"),
        }
    }
    assert!(judged >= 4 && refused > 0, "{judged} {refused}");
    assert_eq!(owner.sign_in(EMAIL, PASSWORD).await.to, "/", "from the same address, but a browser that is known");
    server.stop().await;
}

#[tokio::test]
async fn a_known_browser_can_sign_in_while_strangers_fill_the_queue() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    owner.post("/logout", &[]).await;
    let crowd = Origin::Address([192, 0, 2, 1].into());
    let turns: Vec<_> = std::iter::from_fn(|| server.state.passwords.queue_up(&crowd)).collect();
    let stranger = Visitor::new(&server).sign_in(EMAIL, PASSWORD).await;
    assert_eq!(stranger.status, 429, "all that may wait do");
    assert!(stranger.retry_after.is_some_and(|seconds| seconds > 0));
    assert_eq!(owner.sign_in(EMAIL, PASSWORD).await.to, "/");
    drop(turns);
    assert_eq!(Visitor::new(&server).sign_in(EMAIL, PASSWORD).await.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn a_weak_hash_is_replaced_at_the_next_sign_in() {
    let server = server().await;
    let weak = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$";
    let hash = weak_hash(PASSWORD);
    assert!(hash.starts_with(weak), "{hash}");
    server.state.store.accounts.add_user(EMAIL, Role::Viewer, Some(&hash), &COMMAND_LINE).await.unwrap();
    let visitor = Visitor::new(&server);
    assert_eq!(visitor.sign_in(EMAIL, PASSWORD).await.to, "/");
    let user = server.state.store.accounts.user_by_email(EMAIL).await.unwrap().unwrap();
    let stored = user.password_hash.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    let turn = Passwords::default().queue_up(&Origin::Browser(String::new())).unwrap();
    assert!(turn.verify(PASSWORD.into(), Some(stored)).await.unwrap());
    assert!(visitor.is_in().await);
    server.stop().await;
}

fn weak_hash(password: &str) -> String {
    use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher as _};
    let params = Params::new(8, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_with_salt(password.as_bytes(), b"saltsaltsaltsalt").unwrap().to_string()
}

#[tokio::test]
async fn an_invitation_creates_one_account_with_its_role() {
    let server = server().await;
    let code = invite(&server, EMAIL, Role::Operator).await;
    let path = format!("/invite/{code}");
    let guest = Visitor::new(&server);
    let page = guest.see(&path).await;
    assert!(page.contains("Your role: Operator") && page.contains(&format!("value=\"{EMAIL}\"")), "{page}");
    let weak = guest.post(&path, &[("password", "qwertyuiop[]")]).await;
    assert_eq!(weak.status, 422);
    assert!(weak.text.contains("next to each other") && weak.text.contains("aria-invalid=\"true\""), "{}", weak.text);
    // An address that is sent along is ignored: the account gets the invitation's address.
    let fields = [("password", PASSWORD), ("email", "other@example.com")];
    assert_eq!(guest.post(&path, &fields).await.to, "/");
    let account = server.state.store.accounts.user_by_email(EMAIL).await.unwrap().unwrap().account;
    assert_eq!(account.role, Role::Operator);
    assert!(guest.is_in().await);
    assert_eq!(guest.post(&path, &[("password", OTHER)]).await.status, 404);
    assert_eq!(guest.get(&path).await.status, 404);

    let again = server::store::NewInvitation {
        code_hash: b"x",
        email: "Olga@Example.com",
        role: Role::Admin,
        made_by: "",
        expires_at: now() + 60_000,
    };
    let again = server.state.store.accounts.add_invitation(again, &COMMAND_LINE);
    assert!(matches!(again.await, Err(StoreError::Taken)));

    let first = invite(&server, "petr@example.com", Role::Viewer).await;
    let second = invite(&server, "Petr@example.com", Role::Admin).await;
    assert_eq!(guest.get(&format!("/invite/{first}")).await.status, 404, "a new one takes its place");
    let open = server.state.store.accounts.invitations().await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(
        server.state.store.accounts.revoke_invitation(&open[0].id, &COMMAND_LINE).await.unwrap().role,
        Role::Admin
    );
    let late = guest.post(&format!("/invite/{second}"), &[("password", OTHER)]).await;
    assert_eq!(late.status, 404);
    assert!(late.text.contains("This link no longer works"));
    server.stop().await;
}

#[tokio::test]
async fn a_reset_link_sets_a_password_once_and_ends_every_session() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (code, unused) = (reset_link(&server, EMAIL, 60_000).await, reset_link(&server, EMAIL, 60_000).await);
    let late = reset_link(&server, EMAIL, -1).await;
    let other = Visitor::new(&server);
    assert_eq!(other.get(&format!("/reset/{late}")).await.status, 404);
    let path = format!("/reset/{code}");
    assert!(other.see(&path).await.contains(EMAIL));
    assert_eq!(other.post(&path, &[("password", "short")]).await.status, 422);
    assert_eq!(other.post(&path, &[("password", OTHER)]).await.to, "/");
    assert!(other.is_in().await && !owner.is_in().await);
    assert_eq!(other.post(&path, &[("password", PASSWORD)]).await.status, 404);
    assert_eq!(other.post(&format!("/reset/{unused}"), &[("password", PASSWORD)]).await.status, 404);
    assert_eq!(owner.sign_in(EMAIL, PASSWORD).await.status, 422);
    assert_eq!(owner.sign_in(EMAIL, OTHER).await.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn submitting_the_form_of_a_one_time_link_twice_signs_in_both_times() {
    let server = server().await;
    let setup = server.setup_link.as_ref().unwrap().strip_prefix(&server.base).unwrap().to_owned();
    let invited = "petr@example.com";
    let invitation = format!("/invite/{}", invite(&server, invited, Role::Viewer).await);
    let mut links = vec![
        (setup, EMAIL, PASSWORD, vec![("email", EMAIL), ("password", PASSWORD)]),
        (invitation, invited, PASSWORD, vec![("password", PASSWORD)]),
    ];
    for number in 0..3 {
        if number == 2 {
            let reset = format!("/reset/{}", reset_link(&server, EMAIL, 60_000).await);
            links.push((reset, EMAIL, OTHER, vec![("password", OTHER)]));
        }
        let (path, email, password, fields) = &links[number];
        let (one, two, three) = (Visitor::new(&server), Visitor::new(&server), Visitor::new(&server));
        let (first, second) = tokio::join!(one.post(path, fields), two.post(path, fields));
        let third = three.post(path, fields).await;
        for answer in [first, second, third] {
            assert_eq!((answer.status, answer.to.as_str()), (303, "/"), "{path} {}", answer.text);
        }
        assert!(one.is_in().await && two.is_in().await && three.is_in().await, "{path}");
        let other = Visitor::new(&server);
        let wrong = other.post(path, &[("email", email), ("password", "корова лампа окно 13")]).await;
        assert_eq!(wrong.status, 404, "{path}");
        assert!(wrong.text.contains("This link no longer works") && !other.is_in().await);
        assert_eq!(other.get(path).await.status, 404, "{path}");
        assert_eq!(other.sign_in(email, password).await.to, "/");
    }
    let nobody = Visitor::new(&server).post("/invite/nosuchcode", &[("email", EMAIL), ("password", OTHER)]).await;
    assert_eq!(nobody.status, 404, "a code that was never given signs nobody in");
    server.stop().await;
}

#[tokio::test]
async fn the_sign_in_page_says_where_the_set_up_link_is_while_there_is_no_account() {
    let server = self::server().await;
    let link = server.setup_link.clone().unwrap();
    let code = link.rsplit('/').next().unwrap();
    for (language, said) in
        [("en", "hookgram serve prints it on start"), ("ru", "hookgram serve печатает её при запуске")]
    {
        let see = async || {
            let request = server.http.get(server.url("/login")).header("accept-language", language);
            request.send().await.unwrap().text().await.unwrap()
        };
        let page = see().await;
        assert!(page.contains(said) && page.contains("hookgram user add"), "{page}");
        assert!(!page.contains(code), "the code is a secret");
    }
    let visitor = Visitor::new(&server);
    let refused = visitor.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert!(refused.text.contains("There is no account yet"), "{}", refused.text);
    server.state.store.accounts.add_user(EMAIL, Role::Admin, None, &COMMAND_LINE).await.unwrap();
    assert!(!visitor.see("/login").await.contains("There is no account yet"));
    server.stop().await;
}

#[tokio::test]
async fn the_sign_in_page_says_why_signing_in_fails_without_https() {
    let server = TestServer::start_with("http://127.0.0.1:9", |config| {
        config.public_url = PublicUrl::parse("https://hooks.example.com");
    })
    .await;
    let see = async |headers: &[(&str, &str)]| {
        let mut request = server.http.get(server.url("/login")).header("accept-language", "en");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().text().await.unwrap()
    };
    for (headers, is_said) in [
        (&[][..], true),
        (&[("x-forwarded-proto", "http"), ("sec-fetch-site", "none")], true),
        (&[("x-forwarded-proto", "https")], false),
        (&[("x-forwarded-proto", "HTTPS, http")], false),
        (&[("sec-fetch-site", "none")], false),
    ] {
        let page = see(headers).await;
        let link = page.contains("href=\"https://hooks.example.com/login\"");
        assert_eq!((page.contains("without https"), link), (is_said, is_said), "{headers:?} {page}");
    }
    let form = server.http.post(server.url("/login")).header("origin", "http://hooks.example.com");
    let refused = form.header("accept-language", "ru").send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let sentence = refused.text().await.unwrap();
    assert!(sentence.contains("без https") && sentence.contains("https://hooks.example.com/login"), "{sentence}");
    server.stop().await;
    let plain = self::server().await;
    assert!(!Visitor::new(&plain).see("/login").await.contains("without https"));
    plain.stop().await;
}

#[tokio::test]
async fn changing_the_password_ends_other_sessions_and_renews_the_token_of_this_one() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let elsewhere = Visitor::new(&server);
    assert_eq!(elsewhere.sign_in(EMAIL, PASSWORD).await.to, "/");
    for (current, new, said) in
        [("wrong", OTHER, "This is not the current password"), (PASSWORD, "short", "at least 12 characters")]
    {
        let answer = owner.post("/account/password", &[("current", current), ("password", new)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains(said), "{}", answer.text);
        assert_eq!(answer.text.matches("autofocus").count(), 1);
    }
    let before = owner.cookie("hookgram_session").unwrap();
    let changed = owner.post("/account/password", &[("current", PASSWORD), ("password", OTHER)]).await;
    assert_eq!(changed.to, "/account");
    assert!(owner.see("/account").await.contains("Password changed"));
    assert_ne!(owner.cookie("hookgram_session").unwrap(), before);
    assert!(!elsewhere.is_in().await);
    owner.put("hookgram_session", &before);
    assert!(!owner.is_in().await);
    assert_eq!(elsewhere.sign_in(EMAIL, OTHER).await.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn language_theme_and_time_zone_apply_in_another_browser() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let page = owner.see("/account").await;
    assert!(page.contains("<html lang=\"en\" data-theme=\"system\">"), "{page}");
    let bad = owner.post("/account/pages", &[("language", "ru"), ("theme", "dark"), ("zone", "Mars/Olympus")]).await;
    assert_eq!(bad.status, 422);
    let fields = [("language", "ru"), ("theme", "dark"), ("zone", "Asia/Omsk")];
    assert_eq!(owner.post("/account/pages", &fields).await.to, "/account");
    let elsewhere = Visitor::new(&server);
    elsewhere.put("zone", "Europe/Moscow");
    elsewhere.put("theme", "light");
    assert!(elsewhere.see("/login").await.contains("<html lang=\"en\" data-theme=\"light\">"));
    elsewhere.sign_in(EMAIL, PASSWORD).await;
    let page = elsewhere.see("/account").await;
    assert!(page.contains("<html lang=\"ru\" data-theme=\"dark\" data-zone=\"\">"), "{page}");
    assert!(page.contains("+06:00"), "times are Omsk's");
    // A change with the switch in the top bar is stored as well.
    elsewhere.post("/rpc/open/language", &[("language", "en")]).await;
    assert!(owner.see("/account").await.contains("<html lang=\"en\" data-theme=\"dark\""));
    assert_eq!(owner.post("/account/pages", &[("language", ""), ("theme", ""), ("zone", "")]).await.to, "/account");
    assert!(owner.see("/account").await.contains("<html lang=\"en\" data-theme=\"system\">"));
    server.stop().await;
}

#[tokio::test]
async fn a_reset_link_is_mailed_without_revealing_whether_the_account_exists() {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start_with("http://127.0.0.1:9", |config| smtp.fix(config)).await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let visitor = Visitor::new(&server);
    assert!(visitor.see("/login").await.contains("href=\"/forgot\""));
    assert_eq!(visitor.post("/forgot", &[("email", "olga")]).await.status, 422);
    let mut pages = Vec::new();
    for email in ["nobody@example.com", "OLGA@example.com"] {
        let answer = visitor.post("/forgot", &[("email", email)]).await;
        assert_eq!(answer.status, 200);
        let nonce = between(&answer.text, "nonce=\"", "\"").to_owned();
        pages.push(answer.text.replace(&nonce, "…"));
    }
    assert_eq!(pages[0], pages[1]);
    eventually("the mail", async || !smtp.mails().is_empty()).await;
    let mail = smtp.mails().remove(0);
    assert_eq!((mail.to.as_str(), mail.subject().as_str()), (EMAIL, "Hookgram: new password"));
    let text = mail.text();
    let link = text.split_whitespace().find(|word| word.contains("/reset/")).unwrap();
    let path = link.get(link.find("/reset/").unwrap()..).unwrap();
    assert_eq!(visitor.post(path, &[("password", OTHER)]).await.to, "/");
    assert!(visitor.is_in().await && !owner.is_in().await);
    // Two more mails are sent within the hour, and no fourth.
    let user = server.state.store.accounts.user_by_email(EMAIL).await.unwrap().unwrap().account.id;
    for count in [2, 3, 3] {
        Visitor::new(&server).post("/forgot", &[("email", EMAIL)]).await;
        let sent = async || {
            let links = server.state.store.accounts.reset_links_since(user, now() - 3_600_000).await.unwrap();
            (links, smtp.mails().len()) == (count, usize::try_from(count).unwrap())
        };
        eventually("as many mails", sent).await;
    }
    assert!(!smtp.mails().iter().any(|mail| mail.to == "nobody@example.com"));
    server.stop().await;
}

#[tokio::test]
async fn without_mail_the_reset_page_names_the_command_to_use() {
    let server = server().await;
    let page = Visitor::new(&server).see("/forgot").await;
    assert!(page.contains("hookgram user reset-link") && !page.contains("<input class=\"input\""), "{page}");
    server.stop().await;
}

#[tokio::test]
async fn signing_out_and_each_use_of_a_recovery_code_are_audited() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (_, codes) = owner.turn_factor_on().await;
    owner.post("/logout", &[]).await;
    owner.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(owner.post("/login/second", &[("recovery", &codes[0])]).await.to, "/");
    let confirmed =
        owner.post("/confirm", &[("password", PASSWORD), ("recovery", &codes[1]), ("next", "/users")]).await;
    assert_eq!(confirmed.to, "/users");
    let filter = server::store::AuditFilter { who: Some(EMAIL.into()), limit: 20, ..Default::default() };
    let mut seen = server.state.store.audit.audited(&filter).await.unwrap();
    seen.reverse();
    use hookgram::audit::AuditAction::*;
    let actions: Vec<_> = seen.iter().filter_map(|entry| entry.action).collect();
    let expected = [InvitationAccepted, SignedIn, FactorOn, SignedOut, RecoveryUsed, SignedIn, RecoveryUsed];
    assert_eq!(actions, expected);
    server.stop().await;
}

#[tokio::test]
async fn each_change_of_an_account_is_audited() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let (_, codes) = owner.turn_factor_on().await;
    owner.post("/account/second-factor/codes", &[]).await;
    owner.post("/account/second-factor/off", &[]).await;
    let (totp, _) = owner.turn_factor_on().await;
    let code = totp.code_at(now()).unwrap();
    owner.post("/account/password", &[("current", PASSWORD), ("password", OTHER), ("code", &code)]).await;
    owner.post("/account/sessions/end", &[]).await;
    let other = Visitor::new(&server);
    other.sign_in(EMAIL, OTHER).await;
    other.post("/login/second", &[("recovery", &codes[0])]).await;
    let code = reset_link(&server, EMAIL, 60_000).await;
    other.post(&format!("/reset/{code}"), &[("password", PASSWORD)]).await;
    let filter = server::store::AuditFilter { who: Some(EMAIL.into()), limit: 20, ..Default::default() };
    let mut seen = server.state.store.audit.audited(&filter).await.unwrap();
    seen.reverse();
    use hookgram::audit::AuditAction::*;
    let actions: Vec<_> = seen.iter().filter_map(|entry| entry.action).collect();
    let expected = [
        InvitationAccepted,
        SignedIn,
        FactorOn,
        RecoveryCodes,
        FactorOff,
        FactorOn,
        PasswordChanged,
        SessionsEnded,
        FactorFailed,
        PasswordReset,
    ];
    assert_eq!(actions, expected);
    for entry in &seen {
        assert_eq!((entry.by.who.as_str(), entry.by.address.as_deref()), (EMAIL, Some("127.0.0.1")));
        assert!(!format!("{entry:?}").contains(&codes[0]));
    }
    server.stop().await;
}

#[tokio::test]
async fn a_known_browser_counts_as_unknown_after_the_password_has_changed() {
    let server = server().await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let guess = async || {
        let stranger = Visitor::new(&server);
        while stranger.sign_in(EMAIL, "a guess of somebody").await.status == 422 {}
    };
    let changed = owner.post("/account/password", &[("current", PASSWORD), ("password", OTHER)]).await;
    assert_eq!(changed.to, "/account");
    owner.post("/logout", &[]).await;
    guess().await;
    assert_eq!(owner.sign_in(EMAIL, OTHER).await.to, "/", "the browser that has changed it is known with the new one");
    owner.post("/logout", &[]).await;

    let code = reset_link(&server, EMAIL, 60_000).await;
    let elsewhere = Visitor::new(&server);
    assert_eq!(elsewhere.post(&format!("/reset/{code}"), &[("password", PASSWORD)]).await.to, "/");
    elsewhere.post("/logout", &[]).await;
    guess().await;
    assert_eq!(owner.sign_in(EMAIL, PASSWORD).await.status, 429, "known with an earlier password");
    assert_eq!(elsewhere.sign_in(EMAIL, PASSWORD).await.to, "/");
    server.stop().await;
}

#[tokio::test]
async fn repeated_sign_in_failures_of_an_account_are_shown_to_admins() {
    let server = server().await;
    let admin = Visitor::invited(&server, "admin@example.com", Role::Admin).await;
    let viewer = Visitor::invited(&server, "viewer@example.com", Role::Viewer).await;
    Visitor::invited(&server, EMAIL, Role::Operator).await;
    let account = server.state.store.accounts.user_by_email(EMAIL).await.unwrap().unwrap().account;
    for (action, fewer, said, is_urgent) in [
        (AuditAction::SignInFailed, 19, "Someone is guessing a password: olga@example.com (20)", false),
        (AuditAction::FactorFailed, 9, "guessing the second-factor code: olga@example.com (10)", true),
    ] {
        let fail = async || {
            server.state.store.accounts.sign_in_failed(&account, action, None, &COMMAND_LINE).await.unwrap();
        };
        for _ in 0..fewer {
            fail().await;
        }
        assert!(!admin.see("/health").await.contains(said));
        fail().await;
        let page = admin.see("/health").await;
        let link = format!("href=\"/audit?action={}\"", action.name());
        assert!(page.contains(said) && page.contains(&link), "{page}");
        assert_eq!(admin.see("/").await.contains("needs-you"), is_urgent);
        let page = viewer.see("/health").await;
        assert!(!page.contains(EMAIL) && !page.contains("needs-you") && page.contains("All good"), "{page}");
    }
    server.stop().await;
}
