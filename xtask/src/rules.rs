//! Who may know whom: the direction between the crates, what must not reach the domain or a browser, where SQL stands.

use std::fs;

use anyhow::Result;

use crate::cargo::{self, Workspace};
use crate::wasm::TARGET;

/// Each crate of the workspace, and the ones among the others that it may depend on.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("hookgram", &[]),
    ("app", &["hookgram"]),
    ("server", &["app", "hookgram"]),
    ("xtask", &[]),
    ("bench", &["hookgram"]),
];

/// What belongs to the server alone.
const NOT_IN_BROWSER: &[&str] = &["sqlx", "tokio", "axum", "reqwest"];

/// The crates' direction, `hookgram ← app ← server`, read off their manifests.
pub fn direction(workspace: &Workspace) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for package in &workspace.packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = MAY_KNOW.iter().find(|(known, _)| *known == name) else {
            faults.push(format!("{name} is a new crate: say in xtask/src/rules.rs whom it may know"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            let own = !dependency["path"].is_null();
            if own && !allowed.contains(&other) {
                faults.push(format!("{name} depends on {other}"));
            }
        }
    }
    Ok(faults)
}

/// The domain knows no store, no network and no runtime.
pub fn domain_tree(workspace: &Workspace) -> Result<Vec<String>> {
    let mut tree = workspace.cargo("tree");
    tree.args(["--package", "hookgram", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--no-dedupe"]);
    Ok(server_only(&cargo::output(&mut tree)?, "the domain"))
}

/// The one folder that holds SQL, beside the migrations and the tests.
const SQL_ROOM: &str = "server/src/store/";
const STATEMENTS: &[&str] = &["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "PRAGMA ", "VACUUM "];

/// SQL stands in the store alone.
pub fn sql_in_its_room(workspace: &Workspace) -> Result<Vec<String>> {
    let mut list = workspace.program("git");
    list.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "src/*.rs",
        "app/*.rs",
        "server/src/*.rs",
    ]);
    let mut faults = Vec::new();
    for name in cargo::output(&mut list)?.split_terminator('\0').filter(|name| !name.starts_with(SQL_ROOM)) {
        // A file that was removed but is still in the index.
        let Ok(text) = fs::read_to_string(workspace.root.join(name)) else { continue };
        let lines = text.lines().enumerate().filter(|(_, line)| is_sql(line));
        faults.extend(lines.map(|(number, _)| format!("{name}:{}: SQL outside {SQL_ROOM}", number + 1)));
    }
    Ok(faults)
}

/// A string that begins with a statement.
fn is_sql(line: &str) -> bool {
    line.split('"').skip(1).any(|text| STATEMENTS.iter().any(|statement| text.trim_start().starts_with(statement)))
}

/// The crates that are compiled into the module for the browser, against those that must not be.
pub fn browser_tree(workspace: &Workspace) -> Result<Vec<String>> {
    let mut tree = workspace.cargo("tree");
    tree.args(["--package", "app", "--no-default-features", "--features", "hydrate", "--target", TARGET]);
    tree.args(["--edges", "normal", "--prefix", "none", "--format", "{p}", "--no-dedupe"]);
    Ok(server_only(&cargo::output(&mut tree)?, "the browser's module"))
}

/// Names such as `tokio` and `tokio-stream`, and glue to them such as `leptos_axum`.
fn server_only(tree: &str, place: &str) -> Vec<String> {
    let mut faults: Vec<String> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| name.split(['-', '_']).any(|part| NOT_IN_BROWSER.contains(&part)))
        .map(|name| format!("{name} would be in {place}"))
        .collect();
    faults.sort();
    faults.dedup();
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_searched_by_parts_of_names() {
        let tree =
            "app v0.1.0 (/x/app)\nleptos v0.8.23\ntokio-stream v0.1.0\nleptos_axum v0.8.0\ntokio-stream v0.1.0 (*)\n";
        assert_eq!(
            server_only(tree, "the module"),
            ["leptos_axum would be in the module", "tokio-stream would be in the module"]
        );
        assert_eq!(server_only("app v0.1.0 (/x/app)\nfutures v0.3.0\n", "the module"), [""; 0]);
    }

    #[test]
    fn sql_is_known_by_its_statements() {
        assert!(is_sql(concat!(r#"    query("SEL"#, r#"ECT 1")"#)));
        assert!(!is_sql(r#"    // "Select" a sample"#));
        assert!(!is_sql(r#"    text("an UPDATE of the page")"#));
    }
}
