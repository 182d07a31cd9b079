//! `cargo xtask supply`: cargo-deny checks licences, sources, bans and advisories against `deny.toml`. cargo-machete
//! finds unused dependencies.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use anyhow::Result;

use super::MANIFESTS;
use crate::cargo::{self, Workspace, in_path, timed};
use crate::check::Report;

/// Runs both tools. Missing tools are installed first.
pub fn run(workspace: &Workspace) -> Result<()> {
    let machete = installed(workspace, "cargo-machete", "0.9.2")?;
    let deny = installed(workspace, "cargo-deny", "0.20.2")?;
    let deny = |manifest: &str, options: &[&str], checks: &[&str]| {
        let mut command = workspace.program(&deny);
        command.args(["--workspace", "--config", "deny.toml", "--manifest-path", manifest]).args(options);
        command.arg("check").args(checks);
        command
    };
    // Without a connection, the advisories of the last fetch are better than none.
    let advisories = match (answers("github.com"), has_advisories()) {
        (true, _) => Some(&[][..]),
        (false, true) => Some(&["--offline"][..]),
        (false, false) => None,
    };
    let mut report = Report::default();
    report.command("cargo machete", workspace.program(machete).args(["--skip-target-dir", "."]));
    for manifest in MANIFESTS {
        let checks = ["bans", "licenses", "sources"];
        report.command(&format!("cargo deny: {manifest}"), &mut deny(manifest, &[], &checks));
        if let Some(options) = advisories {
            let name = format!("cargo deny: {manifest}: advisories {}", options.join(" "));
            report.command(&name, &mut deny(manifest, options, &["advisories"]));
        }
    }
    let unchecked = "known vulnerabilities: github.com/rustsec/advisory-db cannot be reached and was never fetched; run \
                     this where it can be (docs/dependencies.md)";
    report.end(advisories.is_none().then_some(unchecked))
}

/// The path of a tool. A missing tool is installed below the target folder, so that the system is not changed.
fn installed(workspace: &Workspace, name: &str, version: &str) -> Result<PathBuf> {
    if let Some(path) = in_path(&[name]) {
        return Ok(path);
    }
    let root = workspace.target.join("tools");
    let path = root.join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    if !path.is_file() {
        let mut install: Command = workspace.program("cargo");
        install.args(["install", "--locked", "--version", version, name, "--root"]).arg(root);
        timed(&format!("installing {name}"), || cargo::succeed(&mut install))?;
    }
    Ok(path)
}

fn answers(host: &str) -> bool {
    let within = Duration::from_secs(5);
    let mut addresses = (host, 443).to_socket_addrs().into_iter().flatten();
    addresses.any(|address| TcpStream::connect_timeout(&address, within).is_ok())
}

fn has_advisories() -> bool {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let databases = home.and_then(|home| fs::read_dir(home.join("advisory-dbs")).ok());
    databases.into_iter().flatten().flatten().any(|entry| entry.path().is_dir())
}
