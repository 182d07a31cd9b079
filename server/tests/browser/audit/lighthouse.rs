//! Lighthouse's scores for the main pages.

use std::{fs, process::Command};

use anyhow::{Context as _, Result, ensure};
use hookgram::{delivery::DeliveryState, parameters::Parameter, role::Role};
use serde_json::{Value, json};
use server::{http::client::Client, store::audit::COMMAND_LINE};

use super::npm;
use crate::{
    driver::{CHROMIUM_FLAGS, chromium},
    support::{TestServer, event},
};

const AIM: f64 = 95.0;

#[tokio::test]
#[ignore = "`cargo xtask audit` runs it"]
async fn lighthouse_scores_reach_the_target() -> Result<()> {
    let server = TestServer::start("http://127.0.0.1:1").await;
    let parameters = [(Parameter::Message, "Вы записаны")];
    let profile = server.profile("Записи", true, &parameters).await;
    for number in 0..49 {
        server.profile(&format!("Записи {number}"), true, &parameters).await;
    }
    for number in 0..60 {
        server.post(&format!("/h/{}", profile.key), event(&number.to_string(), &["5"])).await;
    }
    server.wait_for_state(DeliveryState::Delivered).await;
    let newest = server.state.store.events.newest(None, 1).await?.first().context("no event")?.public_id.clone();
    let account =
        server.state.store.accounts.add_user("operator@example.com", Role::Admin, None, &COMMAND_LINE).await?;
    let here = std::net::IpAddr::from([127, 0, 0, 1]);
    let client = Client { peer: here, address: here, forwarded: false, user_agent: String::new() };
    let user = server.state.store.accounts.user(account.id).await?.context("no account")?;
    let session = server::auth::session::open(&server.state, &user, &client, None).await?.0;
    let cookie = session.split(';').next().unwrap_or_default();
    let pages = [
        ("sign-in", "/login".to_owned(), ""),
        ("account", "/account".to_owned(), cookie),
        ("list", "/".to_owned(), cookie),
        ("builder", format!("/profiles/{}", profile.id), cookie),
        ("share", format!("/profiles/{}/share", profile.id), cookie),
        ("deliveries", "/deliveries".to_owned(), cookie),
        ("one event", format!("/deliveries/{newest}"), cookie),
        ("health", "/health".to_owned(), cookie),
        ("users", "/users".to_owned(), cookie),
        ("settings", "/settings".to_owned(), cookie),
    ];
    let mut low = Vec::new();
    for (name, path, cookie) in pages {
        for form in ["mobile", "desktop"] {
            let (url, cookie) = (server.url(&path), cookie.to_owned());
            // The server answers on this runtime while Lighthouse loads it.
            let report = tokio::task::spawn_blocking(move || report(&url, &cookie, form)).await??;
            let scores = ["performance", "accessibility", "best-practices", "seo"].map(|category| {
                let score = report["categories"][category]["score"].as_f64().unwrap_or_default() * 100.0;
                (category, score)
            });
            let shown = scores.map(|(category, score)| format!("{category} {score:.0}"));
            println!("lighthouse, {name}, {form}: {}", shown.join(", "));
            for (category, score) in scores {
                // The WebAssembly of a debug build is thirty times as large.
                if score < AIM && (cfg!(not(debug_assertions)) || category != "performance") {
                    low.push(format!("{name}, {form}: {category} {score:.0}\n{}", causes(&report, category)));
                }
            }
        }
    }
    ensure!(low.is_empty(), "below {AIM}:\n{}", low.join("\n"));
    server.stop().await;
    Ok(())
}

fn report(url: &str, cookie: &str, form: &str) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let (headers, output) = (folder.path().join("headers.json"), folder.path().join("report.json"));
    fs::write(&headers, json!({ "Cookie": cookie }).to_string())?;
    let mut lighthouse = Command::new("node");
    lighthouse.arg(npm()?.join("lighthouse/cli/index.js")).arg(url).args(["--quiet", "--output=json"]);
    lighthouse.arg(format!("--output-path={}", output.display()));
    lighthouse.arg(format!("--extra-headers={}", headers.display()));
    lighthouse.arg(format!("--chrome-flags={}", CHROMIUM_FLAGS.join(" ")));
    if form == "desktop" {
        lighthouse.arg("--preset=desktop");
    }
    let run = lighthouse.env("CHROME_PATH", chromium()?).output().context("cannot start node")?;
    ensure!(run.status.success(), "lighthouse: {}", String::from_utf8_lossy(&run.stderr));
    Ok(serde_json::from_slice(&fs::read(output)?)?)
}

/// Returns the audits that lowered a category's score.
fn causes(report: &Value, category: &str) -> String {
    let audits = report["categories"][category]["auditRefs"].as_array().cloned().unwrap_or_default();
    let weighty = audits.iter().filter(|audit| audit["weight"].as_f64().is_some_and(|weight| weight > 0.0));
    let lines = weighty.filter_map(|audit| {
        let audit = &report["audits"][audit["id"].as_str()?];
        let score = audit["score"].as_f64().filter(|score| *score < 1.0)?;
        let value = audit["displayValue"].as_str().unwrap_or_default();
        Some(format!("    {} ({score:.2}) {value}", audit["title"].as_str()?))
    });
    lines.collect::<Vec<_>>().join("\n")
}
