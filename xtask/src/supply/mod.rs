//! The dependencies: the document with their reasons, and the tools that check them.

pub mod document;
mod reasons;
mod tools;

use anyhow::Result;
use serde_json::Value;

use crate::cargo::{self, Workspace};

pub use tools::run;

/// The manifests of the product's workspace and of the fuzz targets' workspace.
pub const MANIFESTS: &[&str] = &["Cargo.toml", "fuzz/Cargo.toml"];

/// A direct dependency of a crate of the project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Direct {
    name: String,
    /// The crate that depends on it.
    of: String,
    /// Whether only the crate's tests need it.
    for_tests: bool,
    features: Vec<String>,
}

/// Every direct dependency of the project's crates, except on each other.
fn direct(workspace: &Workspace) -> Result<Vec<Direct>> {
    let mut found = Vec::new();
    for package in own(workspace)? {
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
    Ok(found)
}

/// The project's packages in both workspaces, as `cargo metadata` describes them.
fn own(workspace: &Workspace) -> Result<Vec<Value>> {
    let mut packages = Vec::new();
    for manifest in MANIFESTS {
        let mut metadata = workspace.cargo("metadata");
        metadata.args(["--no-deps", "--format-version", "1", "--manifest-path", manifest]);
        let metadata: Value = serde_json::from_str(&cargo::output(&mut metadata)?)?;
        packages.extend(metadata["packages"].as_array().cloned().unwrap_or_default());
    }
    Ok(packages)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
