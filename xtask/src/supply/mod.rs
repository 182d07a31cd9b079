//! What the project is made of that others have written: where it comes from, under which licence, what is kept out,
//! and that each crate that is asked for is used and has its reason.

pub mod document;
mod licence;
mod reasons;
mod rules;
mod usage;

use std::collections::BTreeSet;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result};
use serde_json::Value;
use toml::Table;

use crate::cargo::{self, Workspace, in_path};

pub use rules::{banned, forbidden_unsafe, licences, sources};
pub use usage::unused;

/// The workspaces: the product's and, apart from it, that of the fuzz targets.
const MANIFESTS: &[&str] = &["Cargo.toml", "fuzz/Cargo.toml"];
const LOCKS: &[&str] = &["Cargo.lock", "fuzz/Cargo.lock"];

/// The one crates.io.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Everything that cargo knows of what is used.
pub struct Supply {
    /// Packages of `cargo metadata`: all that are compiled on any platform, each once.
    packages: Vec<Value>,
    /// Our own among them.
    own: Vec<Value>,
    /// `deny.toml`, which says what is allowed.
    deny: Table,
}

impl Supply {
    /// Asks cargo about both workspaces, and reads `deny.toml`.
    pub fn find(workspace: &Workspace) -> Result<Self> {
        let (mut packages, mut seen) = (Vec::new(), BTreeSet::new());
        for manifest in MANIFESTS {
            let mut metadata = workspace.cargo("metadata");
            metadata.args(["--format-version", "1", "--manifest-path", manifest]);
            let metadata: Value = serde_json::from_str(&cargo::output(&mut metadata)?)?;
            let found = metadata["packages"].as_array().cloned().unwrap_or_default();
            packages.extend(found.into_iter().filter(|package| seen.insert(package["id"].to_string())));
        }
        let own = packages.iter().filter(|package| package["source"].is_null()).cloned().collect();
        Ok(Self { packages, own, deny: read_toml(workspace, "deny.toml")? })
    }
}

/// A crate that one of ours asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Direct {
    name: String,
    /// Which of ours.
    of: String,
    /// Whether only its tests do.
    for_tests: bool,
    features: Vec<String>,
}

/// Every crate that one of ours asks for, but for ours.
fn direct(own: &[Value]) -> Vec<Direct> {
    let mut found = Vec::new();
    for package in own {
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            if !dependency["path"].is_null() {
                continue;
            }
            let features = dependency["features"].as_array().into_iter().flatten();
            found.push(Direct {
                name: text(&dependency["name"]),
                of: text(&package["name"]),
                for_tests: dependency["kind"] == "dev",
                features: features.map(text).collect(),
            });
        }
    }
    found.sort();
    found
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn read_toml(workspace: &Workspace, file: &str) -> Result<Table> {
    let text = fs::read_to_string(workspace.root.join(file)).with_context(|| format!("cannot read {file}"))?;
    text.parse().with_context(|| format!("{file} is no TOML"))
}

/// The tools that look further than our own rules do, as far as they are installed and can run; and what is not checked
/// because of that, a line each.
pub fn tools(workspace: &Workspace) -> (Vec<(&'static str, Command)>, Vec<String>) {
    let (mut found, mut unchecked) = (Vec::new(), Vec::new());
    let by_hand =
        "run `cargo deny --workspace check advisories` where github.com can be reached (docs/dependencies.md)";
    if in_path(&["cargo-machete"]).is_some() {
        let mut machete = workspace.program("cargo-machete");
        machete.args(["--skip-target-dir", "."]);
        found.push(("cargo machete", machete));
    } else {
        unchecked.push(not_installed("cargo-machete", "crates that nothing uses are looked for by our own rule alone"));
    }
    if in_path(&["cargo-deny"]).is_some() {
        let mut deny = workspace.program("cargo-deny");
        deny.args(["--workspace", "check", "bans", "licenses", "sources"]);
        found.push(("cargo deny", deny));
        let mut advisories = workspace.program("cargo-deny");
        advisories.arg("--workspace");
        match (answers("github.com"), has_advisories()) {
            (true, _) => {
                advisories.args(["check", "advisories"]);
                found.push(("cargo deny: advisories", advisories));
            }
            (false, true) => {
                advisories.args(["--offline", "check", "advisories"]);
                found.push(("cargo deny: advisories, as they were fetched last", advisories));
            }
            (false, false) => unchecked.push(format!(
                "known vulnerabilities: their database, github.com/rustsec/advisory-db, cannot be reached from here and was \
                 never fetched; {by_hand}"
            )),
        }
    } else {
        unchecked.push(not_installed("cargo-deny", "licences, sources and bans are judged by our own rules alone"));
        unchecked.push(format!("known vulnerabilities: cargo-deny is not installed; {by_hand}"));
    }
    (found, unchecked)
}

fn not_installed(tool: &str, so: &str) -> String {
    format!("{tool} is not installed (`cargo install {tool}`): {so}")
}

/// Whether a host can be reached.
fn answers(host: &str) -> bool {
    let within = Duration::from_secs(5);
    let mut addresses = (host, 443).to_socket_addrs().into_iter().flatten();
    addresses.any(|address| TcpStream::connect_timeout(&address, within).is_ok())
}

/// Whether cargo-deny has fetched advisories before.
fn has_advisories() -> bool {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let databases = home.and_then(|home| home.join("advisory-dbs").read_dir().ok());
    databases.into_iter().flatten().flatten().any(|entry| entry.path().is_dir())
}
