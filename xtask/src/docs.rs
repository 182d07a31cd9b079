//! The documents that are made from the code: the parameter reference, in both languages.

use std::fs;

use anyhow::Result;

use crate::cargo::{self, Workspace};

/// Each document, and the language that the generator is asked for.
const REFERENCES: &[(&str, &str)] = &[("docs/parameters.md", "en"), ("docs/parameters.ru.md", "ru")];

/// Writes them anew.
pub fn write(workspace: &Workspace) -> Result<()> {
    for (file, language) in REFERENCES {
        fs::write(workspace.root.join(file), reference(workspace, language)?)?;
        println!("{file}");
    }
    Ok(())
}

/// The documents that say something else than the code.
pub fn stale(workspace: &Workspace) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (file, language) in REFERENCES {
        // One that is missing is stale too.
        let written = fs::read_to_string(workspace.root.join(file)).unwrap_or_default();
        if written != reference(workspace, language)? {
            faults.push(format!("{file} is stale: `cargo xtask docs` writes it anew"));
        }
    }
    Ok(faults)
}

fn reference(workspace: &Workspace, language: &str) -> Result<String> {
    let mut command = workspace.cargo("run");
    command.args(["--quiet", "--package", "hookgram", "--example", "parameters", "--", language]);
    cargo::output(&mut command)
}
