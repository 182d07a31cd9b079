//! `cargo xtask audit` and `cargo xtask pictures`: checks the interface with axe-core and Lighthouse, and takes
//! screenshots.
//!
//! The audit code is in `server/tests/browser/audit`, where it shares the browser and the helpers of the tests. The npm
//! packages are installed in `target/audit` with exact versions. They are not part of the product.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::browser;
use crate::cargo::{self, Workspace, in_path, timed};
use crate::check::PRODUCT;
use crate::site::{self, Mode};

const PACKAGES: [(&str, &str); 2] = [("axe-core", "4.14.1"), ("lighthouse", "13.5.0")];

/// Audits every page. If arguments are given, they are prefixes of scene names; the run is then limited to axe and to
/// those scenes. With `--release`, the site and the server are built for release.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let (mode, scenes) = match arguments.split_first() {
        Some((flag, scenes)) if flag == "--release" => (Mode::Release, scenes),
        _ => (Mode::Dev, arguments),
    };
    if let Some(flag) = scenes.iter().find(|scene| scene.starts_with('-')) {
        bail!("`audit` knows `--release` and the names of scenes, not `{flag}`");
    }
    browser::ensure(workspace)?;
    let npm = timed("axe-core, Lighthouse", || packages(workspace))?;
    site::build(workspace, mode)?;
    if mode == Mode::Dev {
        println!("Site and server are quick ones to build: speed counts with `--release` alone.");
    }
    let part = |name: &str| {
        let mut walk = walk(workspace, mode, &format!("audit::{name}"));
        walk.env("AUDIT_NPM", &npm).env("AUDIT_SCENES", scenes.join(","));
        timed(name, || cargo::succeed(&mut walk))
    };
    let axe = part("axe");
    if !scenes.is_empty() {
        return axe;
    }
    let results = [axe, part("speed"), part("lighthouse")];
    results.into_iter().collect()
}

/// Takes screenshots into `target/pictures`: those of the README, or those of every page in every state.
pub fn pictures(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let (which, scenes) = match arguments.split_first() {
        None => ("audit::pictures::of_the_readme", arguments),
        Some((flag, scenes)) if flag == "--all" => ("audit::pictures::of_every_state", scenes),
        Some((other, _)) => bail!("`pictures` knows `--all`, not `{other}`"),
    };
    browser::ensure(workspace)?;
    site::build(workspace, Mode::Dev)?;
    let mut walk = walk(workspace, Mode::Dev, which);
    timed("pictures", || cargo::succeed(walk.env("AUDIT_SCENES", scenes.join(","))))
}

fn walk(workspace: &Workspace, mode: Mode, filter: &str) -> Command {
    let mut command = workspace.cargo("test");
    if mode == Mode::Release {
        command.arg("--release");
    }
    command.args(PRODUCT).args(["--quiet", "--test", "browser", filter]);
    command.args(["--", "--ignored", "--nocapture", "--test-threads=1"]);
    command
}

/// Installs missing packages with npm and returns the packages' folder.
fn packages(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root.join("target").join("audit");
    let modules = folder.join("node_modules");
    let wanted = PACKAGES.map(|(name, version)| format!("{name}@{version}"));
    let is_there = |(name, version): (&str, &str)| {
        let manifest = fs::read_to_string(modules.join(name).join("package.json")).ok()?;
        let manifest: serde_json::Value = serde_json::from_str(&manifest).ok()?;
        (manifest["version"] == version).then_some(())
    };
    if PACKAGES.into_iter().all(|package| is_there(package).is_some()) {
        return Ok(modules);
    }
    let npm = in_path(&["npm"]).context("axe-core and Lighthouse come from npm: install Node.js 22 or later")?;
    fs::create_dir_all(&folder)?;
    let mut install = workspace.program(npm);
    install.args(["install", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]);
    cargo::succeed(install.arg("--prefix").arg(&folder).args(wanted))?;
    Ok(modules)
}
