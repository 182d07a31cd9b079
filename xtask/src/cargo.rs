//! The workspace and the programs that run in it.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

pub struct Workspace {
    pub root: PathBuf,
    /// Cargo's target folder. It may be outside of `root`.
    pub target: PathBuf,
    /// The workspace's own packages, as `cargo metadata` describes them.
    pub packages: Vec<Value>,
}

impl Workspace {
    /// Queries cargo for the workspace that this tool was built from.
    pub fn find() -> Result<Self> {
        let mut metadata = plain(cargo_program());
        metadata.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]);
        metadata.arg(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
        let metadata: Value = serde_json::from_str(&output(&mut metadata)?)?;
        let folder = |key: &str| metadata[key].as_str().map(PathBuf::from).with_context(|| format!("no {key}"));
        Ok(Self {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
            packages: metadata["packages"].as_array().cloned().unwrap_or_default(),
        })
    }

    /// The folder that the server embeds. It is always inside the workspace.
    #[must_use]
    pub fn site(&self) -> PathBuf {
        self.root.join("target").join("site")
    }

    /// A command that runs in the workspace's root.
    pub fn program(&self, name: impl AsRef<OsStr>) -> Command {
        let mut command = plain(name);
        command.current_dir(&self.root);
        command
    }

    /// `cargo <subcommand>` for this workspace. If `CI` is set, the lock file must be up to date.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut command = self.program(cargo_program());
        command.arg(subcommand);
        if std::env::var_os("CI").is_some() && subcommand != "fmt" {
            command.arg("--locked");
        }
        command
    }
}

fn cargo_program() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// A command without the variables that `cargo run` adds to the environment. Build scripts such as ring's are rerun
/// whenever these change. They would differ between `cargo build` and `cargo xtask`.
fn plain(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

pub fn timed<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let result = work();
    let end = if result.is_ok() { "" } else { "  FAILED" };
    eprintln!("{:>12} {name} in {:.1} s{end}", "xtask", start.elapsed().as_secs_f64());
    result
}

/// Runs a command and shows its output in the terminal.
pub fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command and returns its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}\n{}", shown(command), output.status, String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed something else than UTF-8", shown(command)))
}

/// Replaces this process by `command`, so that the caller gets its exit status, and signals such as Ctrl-C reach it.
#[cfg(unix)]
pub fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).with_context(|| format!("cannot start {}", shown(command)))
}

/// Runs `command` and exits with its exit status.
#[cfg(not(unix))]
pub fn become_program(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    std::process::exit(status.code().unwrap_or(1))
}

/// The path of the first program in `PATH` that has one of these names.
pub fn in_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| {
            names.iter().map(move |name| folder.join(name).with_extension(std::env::consts::EXE_EXTENSION))
        })
        .find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    format!("`{}`", words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "))
}
