//! `cargo xtask check`: all checks that do not run the product.

use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo::{self, Workspace, timed};
use crate::{docs as documents, rules, supply, wasm};

/// The product's crates. They are selected together, so that they are checked with the features of a product build.
pub const PRODUCT: &[&str] =
    &["--package", "hookgram", "--package", "app", "--package", "server", "--features", "app/ssr"];

/// This tool. It is selected separately, so that it does not change the features of the product's crates.
pub const XTASK: &[&str] = &["--package", "xtask"];

/// The benchmarks. They are selected separately for the same reason.
const BENCH: &[&str] = &["--package", "bench"];
const ALL_TARGETS: &[&str] = &["--all-targets"];

/// Runs all steps and lists the failed ones at the end.
pub fn run(workspace: &Workspace) -> Result<()> {
    wasm::ensure_target(workspace)?;
    // The server embeds this folder at compile time.
    std::fs::create_dir_all(workspace.site())?;

    let mut report = Report::default();
    report.command("format", workspace.cargo("fmt").args(["--all", "--check"]));
    report.command("format: fuzz", workspace.cargo("fmt").args(["--manifest-path", "fuzz/Cargo.toml", "--check"]));
    report.rule("direction of the crates", || rules::direction(workspace));
    report.rule("what the domain knows", || rules::domain_tree(workspace));
    report.rule("layers of the server", || rules::server_layers(workspace));
    report.rule("where SQL stands", || rules::sql_in_its_room(workspace));
    report.rule("what the browser gets", || rules::browser_tree(workspace));
    report.rule("one TLS stack, one async runtime", || rules::second_stacks(workspace));
    report.rule("a reason for each dependency", || supply::document::reasons(workspace));
    report.rule("no unsafe code", || rules::forbidden_unsafe(workspace));
    report.rule("documents made from the code", || documents::stale(workspace));
    report.command("clippy: hookgram, app (ssr), server", &mut clippy(workspace, &[PRODUCT, ALL_TARGETS].concat()));
    // The profile of the site's build, so that macros and build scripts are compiled once for both.
    let browser = ["--package", "app", "--lib", "--no-default-features", "--features", "hydrate"];
    let place = ["--target", wasm::TARGET, "--profile", "wasm-dev"];
    report.command("clippy: app (hydrate)", &mut clippy(workspace, &[&browser[..], &place].concat()));
    report.command("clippy: xtask", &mut clippy(workspace, &[XTASK, ALL_TARGETS].concat()));
    report.command("clippy: bench", &mut clippy(workspace, &[BENCH, ALL_TARGETS].concat()));
    report.command("check: fuzz", &mut fuzz(workspace));
    report.command("docs: hookgram, app, server", &mut docs(workspace, PRODUCT));
    report.command("docs: xtask", docs(workspace, XTASK).arg("--document-private-items"));
    report.end(None)
}

fn clippy(workspace: &Workspace, selection: &[&str]) -> Command {
    let mut command = workspace.cargo("clippy");
    command.args(selection).args(["--", "-D", "warnings"]);
    command
}

/// Compiles the fuzz targets. They are a separate workspace that shares only sources with the product's.
fn fuzz(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo("check");
    command.args(["--manifest-path", "fuzz/Cargo.toml", "--target-dir"]).arg(&workspace.target);
    command
}

fn docs(workspace: &Workspace, selection: &[&str]) -> Command {
    let mut command = workspace.cargo("doc");
    command.args(["--no-deps"]).args(selection).env("RUSTDOCFLAGS", "-D warnings --cfg erase_components");
    command
}

/// Runs all steps, even after one has failed.
#[derive(Default)]
pub struct Report {
    failed: Vec<String>,
}

impl Report {
    pub fn command(&mut self, name: &str, command: &mut Command) {
        self.step(name, || cargo::succeed(command));
    }

    /// Runs a check as a step. It returns the faults.
    pub fn rule(&mut self, name: &str, check: impl FnOnce() -> Result<Vec<String>>) {
        self.step(name, || match check()?.as_slice() {
            [] => Ok(()),
            faults => bail!("{}", faults.join("\n  ")),
        });
    }

    fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        if let Err(error) = timed(name, work) {
            eprintln!("{error:#}");
            self.failed.push(format!("{name}: {error:#}"));
        }
    }

    /// Prints the failed steps. The unchecked ones are printed last, so that they are not mistaken for checked.
    pub fn end(self, unchecked: Option<&str>) -> Result<()> {
        if let Some(what) = unchecked {
            eprintln!("{:>12} {what}", "NOT CHECKED");
        }
        if self.failed.is_empty() {
            let all = if unchecked.is_none() { "Everything" } else { "Everything that was checked" };
            println!("\n{all} is in order.");
            return Ok(());
        }
        bail!("{} failed\n\n{}", self.failed.len(), self.failed.join("\n"))
    }
}
