//! The real binary: it is killed and terminated, and its output is searched for secrets.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::support::{BotApi, Play, Process, TOKEN, client, config, event, eventually, hookgram, run};

async fn post(base: &str, number: &str) -> (u16, String) {
    let query = format!("telegramToken={TOKEN}&telegramFieldName=*TelegramId&errorEmail=a@b.c&message=x");
    let url = format!("{base}/webhook/telegram?{query}");
    let response = client().post(url).body(event(number, &["5"])).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn an_event_answered_200_is_delivered_after_a_kill_during_a_call_to_telegram() {
    let api = BotApi::start().await;
    api.next([Play::Hold]);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Process::serve(&data, &["--telegram-api", &api.url()]).await;
    assert_eq!(post(&server.base, "1").await.0, 200);
    api.wait_for_messages(1).await;
    server.kill();
    assert!(api.texts().is_empty());
    let server = Process::serve(&data, &["--telegram-api", &api.url()]).await;
    api.wait_for_texts(1).await;
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(api.texts().len(), 1);
}

#[tokio::test]
async fn an_event_answered_200_is_delivered_after_a_kill_while_telegram_is_unreachable() {
    let spare = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = spare.local_addr().unwrap();
    drop(spare);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let base = format!("http://{address}");
    let server = Process::serve(&data, &["--telegram-api", &base]).await;
    for number in ["1", "2", "3"] {
        assert_eq!(post(&server.base, number).await.0, 200);
    }
    server.kill();
    let api = BotApi::start_at(address).await;
    let server = Process::serve(&data, &["--telegram-api", &base]).await;
    api.wait_for_texts(3).await;
    for (text, number) in api.texts().iter().zip(["Запись: 1", "Запись: 2", "Запись: 3"]) {
        assert!(text.contains(number), "{number} in {text}");
    }
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test]
async fn the_demo_prints_how_to_try_it_and_stops_cleanly_with_an_open_browser() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Process::serve(&data, &["--demo"]).await;
    eventually("the sample's message", async || server.output().contains("│ Вы записаны на услугу")).await;
    let output = server.output();
    let line = |start: &str| output.lines().map(str::trim).find(|line| line.contains(start)).unwrap().to_owned();
    let http = client();

    let curl = line("curl -H");
    let (body, url) = curl.split_once(" -d '").unwrap().1.split_once("' '").unwrap();
    let posted = http.post(url.trim_end_matches('\'')).body(body.to_owned()).send().await.unwrap();
    assert_eq!(posted.status(), 200);

    let link = line("/login?code=");
    let signed_in = http.get(&link).send().await.unwrap();
    assert_eq!((signed_in.status().as_u16(), &signed_in.headers()["location"]), (303, &"/".parse().unwrap()));
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let again = http.get(&link).send().await.unwrap();
    assert_eq!((again.status().as_u16(), &again.headers()["location"]), (303, &"/login".parse().unwrap()));

    let mut live = http.get(format!("{}/live/sandbox", server.base)).header("cookie", cookie).send().await.unwrap();
    assert_eq!(live.headers()["content-type"], "text/event-stream");
    let third = body.replace("№181", "№182");
    http.post(url.trim_end_matches('\'')).body(third).send().await.unwrap();
    let chunk = live.chunk().await.unwrap().unwrap();
    assert!(chunk.starts_with(b"event: message\ndata: "), "{chunk:?}");
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test]
async fn wrong_settings_and_a_busy_port_are_reported_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    for (arguments, words) in [
        (["serve", "--listen", "nowhere"], "HOOKGRAM_LISTEN"),
        (["serve", "--max-body", "much"], "HOOKGRAM_MAX_BODY"),
        (["serve", "--duplicate-window", "soon"], "HOOKGRAM_DUPLICATE_WINDOW"),
        (["serve", "--public-url", "https://hooks.example.com/hookgram"], "HOOKGRAM_PUBLIC_URL"),
        (["serve", "--listen", &address], &address),
    ] {
        let output = run(folder.path(), &arguments).await;
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(error.contains(words) && error.trim().lines().count() == 1, "{error}");
    }
}

#[tokio::test]
async fn the_command_line_manages_accounts_and_makes_backups() {
    use std::{io::Write as _, process::Stdio};

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let with_password = |arguments: &[&str], password: &str| {
        let mut command = hookgram(&data, arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let add = ["user", "add", "a@b.c", "--role", "operator", "--password-stdin"];
    assert!(!with_password(&add, "short\n").status.success());
    assert!(with_password(&add, "correct horse battery\n").status.success());
    assert!(!with_password(&add, "correct horse battery\n").status.success(), "once only");
    let list = run(&data, &["user", "list"]).await;
    assert_eq!(String::from_utf8_lossy(&list.stdout), "a@b.c\toperator\n");
    assert!(
        with_password(&["user", "reset-password", "a@b.c", "--password-stdin"], "another, longer one\n")
            .status
            .success()
    );
    let copy = folder.path().join("copy.db");
    assert!(run(&data, &["backup", copy.to_str().unwrap()]).await.status.success());
    assert!(copy.exists());
    let store = server::store::Store::open(config(&data, "http://127.0.0.1:9").location()).await.unwrap();
    assert!(store.settings.last_backup().await.unwrap().is_some(), "the page Health knows of it");
    store.close().await;
    assert!(run(&data, &["user", "remove", "a@b.c"]).await.status.success());
    assert!(!run(&data, &["user", "remove", "a@b.c"]).await.status.success());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[tokio::test]
async fn check_and_render_work_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let text = |output: std::process::Output| String::from_utf8(output.stdout).unwrap();
    let url = format!(
        "https://old.example/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&errorEmail=a@b.c&message=Добрый день"
    );
    let check = run(folder.path(), &["check", &url, "--offline"]).await;
    assert!(check.status.success());
    assert_eq!(text(check), "{\"Status\":\"Success\",\"Message\":\"The WebHook has been successfully verified\"}\n");
    let wrong = run(folder.path(), &["check", "/webhook/telegram?timezone=Mars", "--offline"]).await;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(wrong).contains("timezone: there is no time zone"));
    let render = run(folder.path(), &["render", "/webhook/telegram?message=Добрый день&date_locales=en"]).await;
    let message = text(render);
    assert!(message.starts_with("Добрый день\n\n<b>Appointment details</b>\n"), "{message}");
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is left behind");
}

#[tokio::test]
async fn check_and_render_print_json_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let json = async |arguments: &[&str], code: i32| -> Value {
        let output = run(folder.path(), arguments).await;
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let faulty = "/webhook/telegram?timezone=Mars&hide_url=maybe&hide_adress=1&message=x";
    let report = json(&["check", faulty, "--offline", "--json"], 1).await;
    assert_eq!((&report["Status"], &report["HttpStatus"]), (&Value::from("Wrong parameters"), &Value::from(400)));
    let about = |list: &Value| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|remark| remark["Parameter"].clone()).collect()
    };
    let (faults, warnings) = (about(&report["Faults"]), about(&report["Warnings"]));
    assert_eq!(faults, ["telegramToken", "telegramFieldName", "hide_url", "timezone"].map(Value::from));
    assert_eq!(warnings, [Value::from("errorEmail"), Value::Null]);
    let sentences: Vec<&str> =
        report["Faults"].as_array().unwrap().iter().map(|fault| fault["Message"].as_str().unwrap()).collect();
    assert_eq!(report["ErrorMessage"], sentences.join(" "));

    let file = folder.path().join("event.json");
    let own = |chat: &str| json!({"ContactInformation": {"Fields": [{"Name": "*T", "Value": chat}]}});
    std::fs::write(
        &file,
        json!({"CaseParticipants": [own("7"), own("nobody"), own("@channel"), own("7")]}).to_string(),
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let url = "/webhook/telegram?telegramFieldName=*T&hide_detail_section&message=<b>Привет</b>";
    let rendered = json(&["render", url, file, "--json"], 0).await;
    let part = json!([{"Html": "<b>Привет</b>", "Units": 6}]);
    let messages = json!([{"ChatId": "7", "Parts": part}, {"ChatId": "@channel", "Parts": part}]);
    assert_eq!(rendered["Messages"], messages);
    assert_eq!(
        json(&["render", faulty, "--json"], 1).await["Faults"].as_array().unwrap().len(),
        2,
        "no token is needed"
    );
    std::fs::write(file, "{\"CaseItem\": {\"StartDate\": 5").unwrap();
    assert_eq!(json(&["render", url, file, "--json"], 1).await["Status"], "Error");
}

#[tokio::test]
async fn a_second_server_on_a_data_folder_is_refused_and_commands_work_beside_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Process::serve(&data, &[]).await;
    let second = run(&data, &["serve", "--listen", "127.0.0.1:0"]).await;
    let error = String::from_utf8_lossy(&second.stderr);
    assert!(!second.status.success());
    assert!(error.contains("another server") && error.trim().lines().count() == 1, "{error}");
    assert!(run(&data, &["user", "list"]).await.status.success());
    assert!(run(&data, &["backup", folder.path().join("copy.db").to_str().unwrap()]).await.status.success());
    server.kill();
    let next = Process::serve(&data, &[]).await;
    assert_eq!(client().get(format!("{}/healthz", next.base)).send().await.unwrap().status(), 200);
    assert_eq!(next.terminate(), Some(0));
}

#[tokio::test]
async fn the_server_stops_while_telegram_and_the_database_hang() {
    let api = BotApi::start().await;
    api.next([Play::Hold]);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Process::serve(&data, &["--telegram-api", &api.url()]).await;
    assert_eq!(post(&server.base, "1").await.0, 200);
    api.wait_for_messages(1).await;
    // The test locks the database, so that the worker, a request and the shutdown wait for it.
    let file = format!("sqlite://{}", data.join("hookgram.db").display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    let held = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let base = server.base.clone();
    let open = tokio::spawn(async move { post(&base, "2").await });
    let code = tokio::task::spawn_blocking(|| server.terminate()).await.unwrap();
    // The lock was held all the time, so the server stopped at its own deadline of 9 s (`serve::END`).
    assert_eq!(code, Some(0));
    open.abort();
    drop(held);
}

#[cfg(unix)]
#[tokio::test]
async fn every_file_with_secrets_is_private_in_any_folder() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let mode = |name: &str| std::fs::metadata(elsewhere.join(name)).unwrap().permissions().mode() & 0o777;
    // An earlier version or another program may have left such a file.
    std::fs::write(elsewhere.join("old.db"), "").unwrap();
    std::fs::set_permissions(elsewhere.join("old.db"), std::fs::Permissions::from_mode(0o644)).unwrap();
    for name in ["new.db", "old.db"] {
        let url = format!("sqlite://{}", elsewhere.join(name).display());
        let server = Process::serve(&data, &["--database-url", &url]).await;
        assert_eq!(post(&server.base, "1").await.0, 200);
        for file in [name.to_owned(), format!("{name}-wal"), format!("{name}-shm")] {
            assert_eq!(mode(&file), 0o600, "{file}");
        }
        let copy = elsewhere.join("copy.db");
        let backup = ["backup", copy.to_str().unwrap(), "--database-url", &url];
        assert!(run(&data, &backup).await.status.success());
        assert_eq!(mode("copy.db"), 0o600);
        std::fs::remove_file(copy).unwrap();
        for (arguments, expected) in [(vec!["--with-secrets"], 0o600), (vec![], 0o644)] {
            let file = std::fs::File::create(elsewhere.join("export.yaml")).unwrap();
            file.set_permissions(std::fs::Permissions::from_mode(0o644)).unwrap();
            let export = [&["profile", "export", "--database-url", &url], arguments.as_slice()].concat();
            let mut command = hookgram(&data, &export);
            let done = tokio::task::spawn_blocking(move || command.stdout(file).status()).await.unwrap().unwrap();
            assert!(done.success());
            assert_eq!(mode("export.yaml"), expected, "{arguments:?}");
        }
        assert_eq!(server.terminate(), Some(0));
    }
}

#[tokio::test]
async fn a_public_url_in_capitals_is_recognised_as_https() {
    use std::{io::Write as _, process::Stdio};

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let add = ["user", "add", "a@b.c", "--role", "viewer", "--password-stdin"];
    let mut child = hookgram(&data, &add).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all("correct horse battery\n".as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let server = Process::serve(&data, &["--public-url", "HTTPS://Hooks.Example.COM:443/"]).await;
    let sign_in = |origin: &str| {
        let request = client().post(format!("{}/login", server.base)).header("origin", origin);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body("email=a%40b.c&password=correct%20horse%20battery").send()
    };
    let entered = sign_in("https://hooks.example.com").await.unwrap();
    assert_eq!(entered.status(), 303);
    assert!(entered.headers().contains_key("strict-transport-security"));
    let cookies: Vec<&str> = entered.headers().get_all("set-cookie").iter().map(|one| one.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-") && cookie.ends_with("; Secure"), "{cookie}");
    }
    assert_eq!(sign_in("http://hooks.example.com").await.unwrap().status(), 403);
    assert_eq!(server.terminate(), Some(0));
}
