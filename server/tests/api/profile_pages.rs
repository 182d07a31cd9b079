//! The list of profiles and its actions, over HTTP as a browser without scripts sends them.

use hookgram::{delivery::DeliveryState, parameters::Parameter, role::Role};
use reqwest::StatusCode;

use crate::{
    person::{Person, between},
    support::{BotApi, Play, TOKEN, TestServer, event},
};

#[tokio::test]
async fn the_profile_list_is_searched_filtered_and_paged_by_its_address() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let empty = person.see("/").await;
    assert!(empty.contains("Your profiles will appear here") && empty.contains("/profiles/new?from=url"), "{empty}");
    let first = server.profile("100% <Ёлка> & \"co\"", true, &[]).await;
    for number in 0..60 {
        server.profile(&format!("Profile {number:02}"), true, &[]).await;
    }
    let page = person.see("/").await;
    assert!(page.contains("100% &lt;Ёлка&gt; &amp;"), "escaped");
    assert!(page.contains("Profile 48") && !page.contains("Profile 49"));
    assert!(page.contains("Page 1 of 2") && page.contains("href=\"/?page=2\""));
    assert!(person.see("/?page=2").await.contains("Profile 59"));
    assert!(person.see("/?page=99").await.contains("Page 2 of 2"), "a page that is not there is the last one");
    for address in ["/?q=%D1%91%D0%BB%D0%BA%D0%B0", "/?q=100%25+%3C%D0%81", "/?q=100%25%20%3C&show=unused&sort=last"] {
        let page = person.see(address).await;
        assert!(page.contains("100% &lt;Ёлка&gt;") && !page.contains("Profile 00"), "{address}");
    }
    let none = person.see("/?q=nowhere").await;
    assert!(none.contains("Nothing found") && none.contains("Show all profiles"));
    assert!(person.see("/?show=failing").await.contains("No failures"));
    let by_url = person.see(&format!("/?q={}", server.state.short_url(&first.key))).await;
    assert!(by_url.contains("100% &lt;Ёлка&gt;") && !by_url.contains("Profile 00"));
    server.stop().await;
}

#[tokio::test]
async fn the_profile_list_shows_a_failure_with_its_cause_and_what_to_do() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let person = Person::new(&server, Role::Viewer).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Hi")]).await;
    let refusal = Play::Refuse(403, "Forbidden: bot was blocked by the user", serde_json::json!({}));
    api.next([refusal]);
    server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Failed).await;
    let page = person.see("/").await;
    assert!(page.contains("the customer has blocked the bot"), "{page}");
    let tip = between(&page, "aria-describedby=\"", "\"");
    assert!(between(&page, &format!("id=\"{tip}\""), "</span>").contains("Contact the customer another way"));
    assert!(page.contains("In 7 days: 0 delivered, 1 with problems, 0 skipped") && page.contains("1 with problems"));
    assert!(!page.contains("/delete\""), "who may only look is offered nothing to change");
    for path in ["delete", "key"] {
        assert_eq!(person.get(&format!("/profiles/{}/{path}", profile.id)).await.status(), StatusCode::FORBIDDEN);
    }
    for path in [format!("/profiles/{}/duplicate", profile.id), "/profiles/import".into(), "/profiles/urls".into()] {
        assert_eq!(person.post(&path, &[("text", "x")]).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(server.state.store.profiles.all().await.unwrap().len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_profile_is_copied_given_a_new_url_and_deleted() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let profile = server.profile("Записи «Север»", false, &[]).await;
    let copied = person.post(&format!("/profiles/{}/duplicate", profile.id), &[]).await;
    assert!(person.follow(copied).await.contains("This is a copy of the profile “Записи «Север»”"));
    let copy = server.state.store.profiles.by_name("Записи «Север» (copy)").await.unwrap().unwrap();
    assert_eq!(copy.profile, profile.profile);
    assert_ne!(copy.key, profile.key);

    let path = format!("/profiles/{}/key", profile.id);
    assert!(person.see(&path).await.contains("Keeps working for 24 hours"));
    let rotated = person.post(&path, &[("old", "day")]).await;
    assert_eq!(rotated.headers()["location"], format!("/profiles/{}/share", profile.id).as_str());
    let opens = async |key: &str| server.state.store.profiles.by_key(key).await.unwrap().is_some();
    let second = server.state.store.profiles.get(profile.id).await.unwrap().unwrap().key;
    assert!(second != profile.key && opens(&profile.key).await && opens(&second).await);
    person.post(&path, &[("old", "stops")]).await;
    assert!(!opens(&profile.key).await && !opens(&second).await);

    let path = format!("/profiles/{}/delete", profile.id);
    let asked = person.see(&path).await;
    assert!(asked.contains("Delete the profile “Записи «Север»”?") && asked.contains("no messages in the queue"));
    assert!(server.state.store.profiles.get(profile.id).await.unwrap().is_some(), "asking deletes nothing");
    let deleted = person.post(&path, &[]).await;
    assert!(person.follow(deleted).await.contains("Profile “Записи «Север»” deleted."));
    assert_eq!(person.get(&path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(person.get("/profiles/x/delete").await.status(), StatusCode::NOT_FOUND);
    let foreign = server.http.post(server.url(&format!("/profiles/{}/delete", copy.id)));
    let foreign =
        foreign.header("cookie", &person.cookie).header("origin", "http://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    server.stop().await;
}

#[tokio::test]
async fn an_export_is_imported_after_a_preview() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let profile = server.profile("Записи", true, &[(Parameter::Message, "Первый")]).await;
    server.profile("Other", false, &[]).await;
    let one = person.get(&format!("/profiles/{}/export", profile.id)).await;
    assert!(one.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let one = one.text().await.unwrap();
    assert!(one.contains("Записи") && !one.contains("Other") && !one.contains(&profile.key));
    let all = person.see("/profiles/export").await;
    assert!(all.contains("Other") && !all.contains("AAHk"));

    let second = one.lines().nth(1).unwrap();
    let indent = &second[..second.find('-').unwrap()];
    let more = ["- name: New", "  sandbox: true", "  telegramFieldName: '*T'"].map(|line| format!("{indent}{line}\n"));
    let file = format!("{}\n{}", one.trim_end().replace("Первый", "Второй"), more.concat());
    // The file is uploaded as a browser does it.
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.yaml\"\r\nContent-Type: application/yaml\r\n\r\n\
         \u{feff}{file}\r\n--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\r\n--b--\r\n"
    );
    let request = server.http.post(server.url("/profiles/import")).header("cookie", &person.cookie);
    let request = request.header("content-type", "multipart/form-data; boundary=b").header("origin", &server.base);
    let shown = request.header("accept-language", "en").body(body).send().await.unwrap();
    let shown = shown.text().await.unwrap();
    assert!(
        shown.contains("Replaces the existing one") && shown.contains(">New<") && shown.contains("Import 2 profiles"),
        "{shown}"
    );
    assert_eq!(server.state.store.profiles.all().await.unwrap().len(), 2, "looking changes nothing");
    let draft = between(&shown, "name=\"draft\" value=\"", "\"").to_owned();
    let other = Person::new(&server, Role::Admin).await;
    assert_ne!(other.post("/profiles/import", &[("draft", &draft)]).await.status(), 303, "a draft is its owner's");
    let done = person.post("/profiles/import", &[("draft", &draft)]).await;
    assert!(person.follow(done).await.contains("Imported: 2 profiles."));
    let replaced = server.state.store.profiles.get(profile.id).await.unwrap().unwrap();
    assert_eq!((replaced.key, replaced.profile.formatting.message.as_deref()), (profile.key, Some("Второй")));

    let faulty = person
        .post(
            "/profiles/import",
            &[("text", "profiles:\n- name: X\n  sandbox: true\n  telegramFieldName: '*T'\n  timezone: Mars/Olympus\n")],
        )
        .await;
    assert_eq!(faulty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let faulty = faulty.text().await.unwrap();
    assert!(
        faulty.contains("Mars/Olympus") && faulty.contains("Line") && !faulty.contains("name=\"draft\""),
        "{faulty}"
    );
    let typed = "\nprofiles:\n- name: <A> & B\n  sandbox: true\n  telegramFieldName: *TelegramId\n";
    let alias = person.post("/profiles/import", &[("text", typed)]).await.text().await.unwrap();
    assert!(alias.contains("Line 5") || alias.contains("line 5"), "{alias}");
    let kept = between(&alias, "name=\"text\"", "</textarea>").split_once('>').unwrap().1;
    assert_eq!(kept, format!("\n{}", typed.replace('&', "&amp;").replace('<', "&lt;")), "a text with a fault stays");
    // A token in the text is masked when it is shown, and restored when the corrected text is sent.
    let typed = format!("profiles:\n- name: Y\n  telegramToken: '{TOKEN}'\n  telegramFieldName: *T\n");
    let faulty = person.post("/profiles/import", &[("text", &typed)]).await.text().await.unwrap();
    assert!(faulty.contains("AAH…") && !faulty.contains(&TOKEN[..20]), "{faulty}");
    let masked = between(&faulty, "name=\"text\"", "</textarea>").split_once('>').unwrap().1.trim_start();
    let id = between(&faulty, "name=\"kept\" value=\"", "\"");
    let mended = masked.replace("*T", "'*T'");
    let plan = person.post("/profiles/import", &[("text", &mended), ("kept", id)]).await.text().await.unwrap();
    let draft = between(&plan, "name=\"draft\" value=\"", "\"");
    assert_eq!(person.post("/profiles/import", &[("draft", draft)]).await.status(), StatusCode::SEE_OTHER);
    let stored = server.state.store.profiles.by_name("Y").await.unwrap().unwrap();
    assert_eq!(stored.profile.token.as_ref().map(hookgram::secret::BotToken::expose), Some(TOKEN));
    let nothing = person.post("/profiles/import", &[("text", " ")]).await.text().await.unwrap();
    assert!(nothing.contains("Choose a file or paste the text."));
    let long = "x".repeat(3 << 20);
    let long = person.post("/profiles/import", &[("text", &long)]).await.text().await.unwrap();
    assert!(long.contains("more than 2 MB"));
    server.stop().await;
}

#[tokio::test]
async fn an_import_previews_its_changes() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let texts = [(Parameter::Message, "Old words"), (Parameter::HideUrl, "true")];
    server.profile("Changed", true, &texts).await;
    server.profile("Same", true, &[(Parameter::Message, "Hi")]).await;
    let file = "profiles:
- {name: Changed, sandbox: true, telegramFieldName: '*TelegramId', message: New words, events: [CaseCancel]}
- {name: Same, sandbox: true, telegramFieldName: '*TelegramId', message: Hi}
";
    let page = person.post("/profiles/import", &[("text", file)]).await.text().await.unwrap();
    assert!(page.contains("What changes") && page.contains("Nothing changes"), "{page}");
    let changes = between(&page, "class=\"differences\"", "</dl>");
    for said in ["Old words", "New words", "hide_url", "Event types", "Cancellation"] {
        assert!(changes.contains(said), "{said} in {changes}");
    }
    assert!(!changes.contains("telegramFieldName"), "{changes}");
    let message = &server.state.store.profiles.by_name("Changed").await.unwrap().unwrap().profile.formatting.message;
    assert_eq!(message.as_deref(), Some("Old words"), "nothing is changed yet");
    server.stop().await;
}

#[tokio::test]
async fn many_old_urls_become_profiles_after_a_preview() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let person = Person::new(&server, Role::Operator).await;
    let url = |rest: &str| {
        format!("https://hooks.torrow.net/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId{rest}")
    };
    let list = [
        url("&message=Вы%20записаны&errorEmail=a@b.c"),
        String::new(),
        url("&message=Вы%20записаны&errorEmail=x@b.c&idInstance=7"),
        url("&errorEmail=a@b.c&message=Вы записаны"),
        "https://hooks.torrow.net/webhook/telegram?telegramToken=oops".into(),
        "https://hooks.example.com/h/k7Rm2Qx9TvB4nWpL".into(),
    ]
    .join("\r\n");
    let shown = person.post("/profiles/urls", &[("text", &list)]).await;
    assert_eq!(shown.status(), 200);
    let shown = shown.text().await.unwrap();
    assert!(!shown.contains("AAHk2Lm9") && shown.contains("7001002003:AAH…abcd"), "a token is not shown again");
    for said in [
        "Same as line 1",
        "idInstance is for another messenger",
        "telegramToken is not a bot token",
        "already has a profile",
        "Create 2 profiles",
    ] {
        assert!(shown.contains(said) || shown.contains(&said.replace("&#x27;", "'")), "{said} in {shown}");
    }
    assert!(shown.contains("value=\"Вы записаны\"") && shown.contains("value=\"Вы записаны 2\""), "names of their own");
    let draft = between(&shown, "name=\"draft\" value=\"", "\"").to_owned();
    let names = [("draft", draft.as_str()), ("make-1", "on"), ("name-1", "Same"), ("make-3", "on"), ("name-3", "Same")];
    let clash = person.post("/profiles/urls", &names).await;
    assert_eq!(clash.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(clash.text().await.unwrap().contains("This name is already taken."));
    assert!(server.state.store.profiles.all().await.unwrap().is_empty());
    let names = [
        ("draft", draft.as_str()),
        ("make-1", "on"),
        ("name-1", "First"),
        ("make-3", "on"),
        ("name-3", "Second"),
        ("make-5", "on"),
    ];
    let made = person.post("/profiles/urls", &names).await;
    let to = made.headers()["location"].to_str().unwrap().to_owned();
    let moved = person.follow(made).await;
    assert!(moved.contains("Created: 2 profiles.") && moved.contains("Which URL replaces which"), "{moved}");
    assert!(moved.contains("telegramToken=7001002003:AAH…&amp;telegramFieldName=*TelegramId&amp;message="), "{moved}");
    assert!(!moved.contains("AAHk2Lm9"), "the token is masked");
    let stored = server.state.store.profiles.all().await.unwrap();
    assert_eq!(stored.iter().map(|profile| profile.name.as_str()).collect::<Vec<_>>(), ["First", "Second"]);
    assert_eq!(stored[0].profile.token.as_ref().map(|token| token.expose()), Some(TOKEN));
    for profile in &stored {
        assert!(moved.contains(&format!("value=\"{}/h/{}\"", server.state.public_url, profile.key)), "{moved}");
    }
    let file = person.get(&to.replace("/profiles/urls", "/profiles/urls.csv")).await;
    assert_eq!(file.headers()["content-type"], "text/csv; charset=utf-8");
    let file = file.text().await.unwrap();
    let mut lines = file.lines();
    assert_eq!(lines.next(), Some("\u{feff}line,profile,old_url,short_url"));
    assert!(
        lines.next().unwrap().starts_with("1,First,https://hooks.torrow.net/webhook/telegram?telegramToken="),
        "{file}"
    );
    assert!(lines.next().unwrap().ends_with(&format!("/h/{}", stored[1].key)) && lines.next().is_none(), "{file}");
    assert!(!file.contains("AAHk2Lm9"), "{file}");
    let other = Person::new(&server, Role::Admin).await;
    assert_eq!(other.get(&to).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "each has lists of their own");
    let again = person.post("/profiles/urls", &[("text", &list)]).await.text().await.unwrap();
    assert!(again.contains("Such a profile already exists: “First”"));
    let gone = person.post("/profiles/urls", &names).await;
    assert_eq!(gone.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(gone.text().await.unwrap().contains("paste the list again"));
    // The old URL at its endpoint and the profile at its own produce the same message.
    let [old, new] = [
        url("&message=Вы%20записаны&errorEmail=a@b.c").replace("https://hooks.torrow.net", ""),
        format!("/h/{}", stored[0].key),
    ];
    server.post(&old, event("1", &["5"])).await;
    server.post(&new, event("1", &["5"])).await;
    api.wait_for_texts(2).await;
    assert_eq!(api.texts()[0], api.texts()[1]);
    server.stop().await;
}

#[tokio::test]
async fn disabling_a_profile_with_events_today_is_confirmed_and_can_be_undone() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let person = Person::new(&server, Role::Operator).await;
    let profile = server.profile("A & B", true, &[]).await;
    let (path, endpoint) = (format!("/profiles/{}/enable", profile.id), format!("/h/{}", profile.key));
    let is_enabled = async || server.state.store.profiles.get(profile.id).await.unwrap().unwrap().enabled;

    // Without events today, no confirmation is needed.
    let page = person.follow(person.post(&path, &[("enabled", "false"), ("back", "/?page=1")]).await).await;
    assert!(page.contains("“A &amp; B” disabled") && page.contains(&format!("action=\"{path}\"")), "{page}");
    assert_eq!(server.post(&endpoint, event("1", &["5"])).await.0, 404);
    let page = person.follow(person.post(&path, &[("enabled", "true")]).await).await;
    assert!(page.contains("enabled. Rejected while it was disabled: 1 event."), "{page}");
    assert!(page.contains(&format!("/deliveries?profile={}&amp;outcome=rejected", profile.id)), "{page}");

    assert_eq!(server.post(&endpoint, event("2", &["5"])).await.0, 200);
    let asked = person.post(&path, &[("enabled", "false"), ("back", "/?q=A")]).await;
    assert_eq!(asked.status(), StatusCode::OK);
    let page = asked.text().await.unwrap();
    assert!(page.contains("Received today: 2 events.") && page.contains("value=\"/?q=A\""), "{page}");
    assert!(is_enabled().await);
    let done = person.post(&path, &[("enabled", "false"), ("back", "/?q=A"), ("sure", "yes")]).await;
    assert_eq!(done.headers()["location"], "/?q=A");
    assert!(!is_enabled().await);
    server.stop().await;
}
