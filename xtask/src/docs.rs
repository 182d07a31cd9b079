//! The documents generated from the code: the parameter reference and the dependencies, in both languages.

use std::fs;

use anyhow::Result;

use crate::cargo::{self, Workspace};
use crate::supply::document;

/// The files of the parameter reference with the generator's argument for their language.
const REFERENCES: &[(&str, &str)] = &[("docs/parameters.md", "en"), ("docs/parameters.ru.md", "ru")];

pub fn write(workspace: &Workspace) -> Result<()> {
    for (file, text) in all(workspace)? {
        fs::write(workspace.root.join(file), text)?;
        println!("{file}");
    }
    Ok(())
}

/// Lists the documents that differ from the generated ones.
pub fn stale(workspace: &Workspace) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (file, text) in all(workspace)? {
        // A missing document counts as stale.
        if fs::read_to_string(workspace.root.join(file)).unwrap_or_default() != text {
            faults.push(format!("{file} is stale: `cargo xtask docs` writes it anew"));
        }
    }
    Ok(faults)
}

fn all(workspace: &Workspace) -> Result<Vec<(&'static str, String)>> {
    let mut documents = document::all(workspace)?;
    for (file, language) in REFERENCES {
        documents.push((file, reference(workspace, language)?));
    }
    Ok(documents)
}

fn reference(workspace: &Workspace, language: &str) -> Result<String> {
    let mut command = workspace.cargo("run");
    command.args(["--quiet", "--package", "hookgram", "--example", "parameters", "--", language]);
    cargo::output(&mut command)
}
