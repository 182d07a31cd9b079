//! The real binary in difficult environments: outputs that are closed, full or not read, empty variables, the
//! database of a later version.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use sqlx::Connection as _;

use crate::support::{Process, TestServer, client, eventually, hookgram, run};

/// Every command that prints something, with its arguments, in an order in which each succeeds.
fn commands(file: &Path) -> Vec<Vec<String>> {
    let file = file.display();
    let url =
        "http://x/webhook/telegram?telegramToken=7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd&telegramFieldName=F";
    [
        format!("profile import {file}"),
        "profile list".to_owned(),
        "profile export --with-secrets".to_owned(),
        "user list".to_owned(),
        "user reset-link a@b.c".to_owned(),
        format!("check --offline {url}"),
        format!("check --offline --json {url}"),
        format!("render {url}"),
        format!("render --json {url}"),
        "key rotate".to_owned(),
        "replay --failed".to_owned(),
        "cancel --waiting".to_owned(),
    ]
    .map(|line| line.split(' ').map(str::to_owned).collect())
    .into()
}

/// Returns a command for the binary with the log switched off.
fn silent(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = hookgram(folder, arguments);
    command.env("HOOKGRAM_LOG", "off");
    command
}

/// Creates a data folder with an account, and a file of profiles.
async fn installed(folder: &Path) -> std::path::PathBuf {
    let file = folder.join("profiles.yaml");
    std::fs::write(&file, "profiles:\n  - name: A\n    telegramFieldName: '*TelegramId'\n    sandbox: true\n").unwrap();
    let data = folder.join("data");
    let add = ["user", "add", "a@b.c", "--role", "admin", "--password-stdin"];
    let mut child = hookgram(&data, &add).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"correct horse battery\n").unwrap();
    assert!(child.wait().unwrap().success());
    file
}

fn end(command: &mut Command) -> Output {
    let child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    child.wait_with_output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn a_command_with_a_closed_output_does_its_work_and_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let file = installed(folder.path()).await;
    for arguments in commands(&file) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = silent(&folder.path().join("data"), &arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), words(&output).as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_command_with_a_full_output_does_its_work_and_reports_the_lost_text() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = installed(folder.path()).await;
    for arguments in commands(&file) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = silent(&folder.path().join("data"), &arguments);
        let output = end(command.stdout(full()));
        let error = words(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?} {error}");
        assert!(error.contains("is lost") && error.lines().count() == 1, "{arguments:?} {error}");
        let mut command = silent(&folder.path().join("data"), &arguments);
        let status = command.stdin(Stdio::null()).stdout(full()).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(1), "{arguments:?}");
    }
    let listed = run(&folder.path().join("data"), &["profile", "list"]).await;
    assert!(String::from_utf8_lossy(&listed.stdout).starts_with("A\t"), "the import was done");
}

/// A server whose output is not read.
struct Mute(Child);

impl Drop for Mute {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns a free address on loopback.
fn spare() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

async fn answers(address: &str) {
    let http = client();
    eventually("the server to answer", async || {
        http.get(format!("http://{address}/healthz")).send().await.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_server_works_with_full_or_closed_outputs() {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    for (demo, closed) in [(false, false), (false, true), (true, false), (true, true)] {
        let folder = tempfile::tempdir().unwrap();
        let address = spare();
        let mut arguments = vec!["serve", "--listen", &address, "--log", "debug"];
        arguments.extend(demo.then_some("--demo"));
        let mut command = hookgram(&folder.path().join("data"), &arguments);
        let (out, error) = if closed { (Stdio::piped(), Stdio::piped()) } else { (full(), full()) };
        let mut server = Mute(command.stdin(Stdio::null()).stdout(out).stderr(error).spawn().unwrap());
        drop((server.0.stdout.take(), server.0.stderr.take()));
        answers(&address).await;
        let page = client().get(format!("http://{address}/login")).send().await.unwrap();
        assert_eq!(page.status(), 200, "demo {demo}, closed {closed}");
        let pid = server.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert_eq!(server.0.wait().unwrap().code(), Some(0), "demo {demo}, closed {closed}");
    }
}

#[tokio::test]
async fn the_server_works_while_its_log_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let address = spare();
    let mut command = hookgram(&folder.path().join("data"), &["serve", "--listen", &address]);
    let server = Mute(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    answers(&address).await;
    let http = client();
    // A pipe holds 64 KiB, and each of these requests writes a line to the log.
    for _ in 0..1_500 {
        let answer = http.get(format!("http://{address}/h/nosuchkey")).send().await.unwrap();
        assert!(matches!(answer.status().as_u16(), 404 | 429));
    }
    drop(server);
}

/// Returns every environment variable that the binary reads.
async fn variables(folder: &Path) -> Vec<String> {
    let help = run(folder, &["serve", "--help"]).await;
    let help = String::from_utf8(help.stdout).unwrap();
    // Each flag has an environment variable.
    let flags = help.split_whitespace().filter_map(|word| word.strip_prefix("--"));
    let mut names: Vec<String> =
        flags.map(|flag| format!("HOOKGRAM_{}", flag.to_ascii_uppercase().replace('-', "_"))).collect();
    assert!(names.contains(&"HOOKGRAM_PUBLIC_URL".to_owned()), "{help}");
    for secret in ["HOOKGRAM_SECRET_KEY", "HOOKGRAM_METRICS_TOKEN", "HOOKGRAM_SMTP_URL"] {
        names.extend([secret.to_owned(), format!("{secret}_FILE")]);
    }
    assert!(names.len() > 20, "{names:?}");
    names
}

#[tokio::test]
async fn an_empty_environment_variable_counts_as_unset() {
    let folder = tempfile::tempdir().unwrap();
    let names = variables(folder.path()).await;
    for empty in ["", " "] {
        let data = folder.path().join("data");
        let server = Process::serve_with(&data, &[], |command| {
            for name in &names {
                command.env(name, empty);
            }
        })
        .await;
        assert!(server.base.starts_with("http://127.0.0.1:"));
        assert!(data.join("hookgram.db").exists());
        assert_eq!(server.terminate(), Some(0));
        let mut command = hookgram(&data, &["profile", "list"]);
        let output = end(command.envs(names.iter().map(|name| (name, empty))).stdout(Stdio::piped()));
        assert_eq!((output.status.code(), words(&output).as_str()), (Some(0), ""));
    }
    let output = run(folder.path(), &["profile", "list", "--public-url", ""]).await;
    assert!(!output.status.success(), "an empty flag is a fault");
}

#[tokio::test]
async fn an_empty_secret_file_is_refused_and_its_variable_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty");
    std::fs::write(&file, "\n").unwrap();
    for name in ["HOOKGRAM_METRICS_TOKEN_FILE", "HOOKGRAM_SMTP_URL_FILE"] {
        let mut command = hookgram(&folder.path().join("data"), &["profile", "list"]);
        let output = end(command.env(name, &file));
        let error = words(&output);
        assert!(!output.status.success() && error.contains(name) && error.contains("is empty"), "{error}");
    }
}

#[tokio::test]
async fn the_database_of_a_later_version_is_refused_with_a_sentence_on_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert!(run(&data, &["user", "list"]).await.status.success());
    let path = data.join("hookgram.db");
    let mut database = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9001, 'later', 1, x'00', 1)";
    sqlx::query(later).execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    for (language, sentence) in [("C", "a newer version of Hookgram"), ("ru_RU.UTF-8", "более новая версия Hookgram")]
    {
        for arguments in [&["serve"][..], &["serve", "--demo"], &["profile", "list"], &["backup", "copy.db"]] {
            let mut command = hookgram(&data, arguments);
            let output = end(command.env("LANG", language));
            let error = words(&output);
            assert_eq!(output.status.code(), Some(1), "{arguments:?} {error}");
            assert!(error.contains(sentence) && error.lines().count() == 1, "{arguments:?} {error}");
            assert!(!error.contains("migration"), "{error}");
        }
    }
}

#[tokio::test]
async fn no_spelling_of_a_path_puts_a_webhook_key_into_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let file = installed(folder.path()).await;
    let data = folder.path().join("data");
    let imported = run(&data, &["profile", "import", file.to_str().unwrap()]).await;
    let printed = String::from_utf8(imported.stdout).unwrap();
    let key = printed.trim().rsplit('/').next().unwrap().to_owned();
    let server = Process::serve(&data, &["--log", "trace"]).await;
    for form in [
        "//h/KEY",
        "/h//KEY",
        "/h/KEY%20",
        "/h/KEY%0A",
        "/h/KEY/x",
        "/H/KEY",
        "/hKEY",
        "/h.KEY",
        "/h%2FKEY",
        "/KEY",
        "/x/h/KEY",
        "/webhook/KEY",
        "/webhook/telegram/KEY",
        "/profiles/KEY",
        "/h;KEY",
        "/login/KEY",
    ] {
        let url = format!("{}{}", server.base, form.replace("KEY", &key));
        client().get(&url).send().await.unwrap();
        client().post(&url).body("{}").send().await.unwrap();
    }
    let log = server.output();
    assert!(!log.contains(&key), "{log}");
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test]
async fn the_setup_link_of_a_server_on_a_wildcard_address_can_be_opened() {
    let server =
        TestServer::start_with("http://127.0.0.1:9", |config| config.listen = "0.0.0.0:0".parse().unwrap()).await;
    let link = server.setup_link.clone().unwrap();
    assert!(link.starts_with("http://localhost:"), "{link}");
    assert_eq!(server.http.get(&link).send().await.unwrap().status(), 200, "{link}");
    server.stop().await;
}

#[tokio::test]
async fn commands_print_the_public_url_of_the_last_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = installed(folder.path()).await;
    let data = folder.path().join("data");
    let printed = async |arguments: &[&str]| {
        let output = run(&data, arguments).await;
        assert!(output.status.success(), "{arguments:?} {}", words(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let import = ["profile", "import", file.to_str().unwrap()];
    assert!(printed(&import).await.starts_with("A\thttp://127.0.0.1:3000/h/"), "no server has run yet");
    let server = Process::serve(&data, &["--public-url", "https://записи.рф"]).await;
    for arguments in [&import[..], &["profile", "list"], &["profile", "list", "--listen", "0.0.0.0:8080"]] {
        let text = printed(arguments).await;
        assert!(text.starts_with("A\thttps://xn--80anea7an.xn--p1ai/h/"), "{arguments:?} {text}");
    }
    let link = printed(&["user", "reset-link", "a@b.c"]).await;
    assert!(link.starts_with("https://xn--80anea7an.xn--p1ai/reset/"), "{link}");
    let text = printed(&["profile", "list", "--public-url", "http://192.0.2.7:3000/"]).await;
    assert!(text.starts_with("A\thttp://192.0.2.7:3000/h/"), "the flag wins: {text}");
    let mut command = hookgram(&data, &["profile", "list"]);
    let output = command.env("HOOKGRAM_PUBLIC_URL", "http://192.0.2.8").output().unwrap();
    assert!(output.stdout.starts_with(b"A\thttp://192.0.2.8/h/"), "the environment wins");
    assert_eq!(server.terminate(), Some(0));
    let server = Process::serve(&data, &[]).await;
    let text = printed(&["profile", "list"]).await;
    assert!(text.starts_with(&format!("A\t{}/h/", server.base)), "{text}");
    assert_eq!(server.terminate(), Some(0));
}
