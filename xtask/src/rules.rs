//! Dependency rules: the direction of dependencies between crates, crates that the domain and the browser must not use,
//! where SQL is allowed, and what no crate may contain.

use std::{collections::BTreeSet, fs};

use anyhow::{Context as _, Result};

use crate::cargo::{self, Workspace};
use crate::supply::MANIFESTS;
use crate::wasm::TARGET;

/// Each crate of the workspace with the other crates that it may depend on.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("hookgram", &[]),
    ("app", &["hookgram"]),
    ("server", &["app", "hookgram"]),
    ("xtask", &[]),
    ("bench", &["hookgram"]),
];

const NOT_IN_BROWSER: &[&str] = &["sqlx", "tokio", "axum", "reqwest"];

/// TLS stacks other than rustls with ring, and async runtimes other than tokio. `deny.toml` bans the same crates.
const SECOND_STACKS: &[&str] =
    &["actix-rt", "async-std", "aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys", "smol"];

/// Checks in the manifests that the crates depend on each other only in the direction `hookgram ← app ← server`.
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

/// Checks that the domain uses no database, no network and no async runtime.
pub fn domain_tree(workspace: &Workspace) -> Result<Vec<String>> {
    let mut tree = workspace.cargo("tree");
    tree.args(["--package", "hookgram", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--no-dedupe"]);
    Ok(server_only(&cargo::output(&mut tree)?, "the domain"))
}

/// The top-level modules of `server/src`, from the bottom up. A module may import only modules before it, so that there
/// are no cycles.
const LAYERS: &[&str] = &[
    "time",
    "announcements",
    "limits",
    "secrets",
    "store",
    "settings",
    "config",
    "http",
    "observe",
    "channel",
    "profile_file",
    "rendering",
    "delivery",
    "mail",
    "credentials",
    "state",
    "auth",
    "health",
    "webhook",
    "booking",
    "pages",
    "router",
    "serve",
    "cli",
    "lib",
    "main",
];

/// The modules up to this one must not import the interface.
const STORE: &str = "store";

/// Checks that no module of the server imports a higher layer, and that no module up to the store imports the
/// interface.
pub fn server_layers(workspace: &Workspace) -> Result<Vec<String>> {
    let mut list = workspace.program("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "server/src/*.rs"]);
    let mut faults = Vec::new();
    for name in cargo::output(&mut list)?.split_terminator('\0') {
        let Ok(text) = fs::read_to_string(workspace.root.join(name)) else { continue };
        let path = name.trim_start_matches("server/src/").trim_end_matches(".rs");
        let module = path.split('/').next().unwrap_or_default();
        let Some(layer) = layer_of(module) else {
            faults.push(format!("{name}: a new module: give it a place in xtask/src/rules.rs"));
            continue;
        };
        // Tests may import anything.
        let is_test = path.ends_with("tests");
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        if !is_test && Some(layer) <= layer_of(STORE) && code.contains("app::") {
            faults.push(format!("{name} names `app`: the store knows nothing of the interface"));
        }
        for other in imported(code).into_iter().filter(|_| !is_test) {
            if layer_of(&other).is_some_and(|other| other > layer) {
                faults.push(format!("{name} imports `{other}`, which stands after it in xtask/src/rules.rs"));
            }
        }
    }
    Ok(faults)
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == module)
}

/// The top-level modules that a source file imports with `crate::`, in any form.
fn imported(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = code.get(at + "crate::".len()..).unwrap_or_default();
        let is_path = code.get(..at).is_none_or(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        if !is_path {
            continue;
        }
        if !rest.starts_with('{') {
            found.insert(identifier(rest));
            continue;
        }
        // In `crate::{a, b::{c, d}}`, module names follow the outer brace and each comma directly within it.
        let (mut depth, mut expects) = (0_usize, false);
        for (at, letter) in rest.char_indices() {
            match letter {
                '{' => (depth, expects) = (depth + 1, depth == 0),
                '}' if depth == 1 => break,
                '}' => depth -= 1,
                ',' => expects = depth == 1,
                _ if expects && letter.is_alphabetic() => {
                    found.insert(identifier(rest.get(at..).unwrap_or_default()));
                    expects = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// The only folder that may contain SQL, apart from migrations and tests.
const SQL_ROOM: &str = "server/src/store/";
const STATEMENTS: &[&str] = &["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "PRAGMA ", "VACUUM "];

/// Checks that only the store contains SQL.
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
        // A file that was deleted but is still in the index cannot be read.
        let Ok(text) = fs::read_to_string(workspace.root.join(name)) else { continue };
        let lines = text.lines().enumerate().filter(|(_, line)| is_sql(line));
        faults.extend(lines.map(|(number, _)| format!("{name}:{}: SQL outside {SQL_ROOM}", number + 1)));
    }
    Ok(faults)
}

fn is_sql(line: &str) -> bool {
    line.split('"').skip(1).any(|text| STATEMENTS.iter().any(|statement| text.trim_start().starts_with(statement)))
}

/// Checks that no server crate is compiled into the browser's module.
pub fn browser_tree(workspace: &Workspace) -> Result<Vec<String>> {
    let mut tree = workspace.cargo("tree");
    tree.args(["--package", "app", "--no-default-features", "--features", "hydrate", "--target", TARGET]);
    tree.args(["--edges", "normal", "--prefix", "none", "--format", "{p}", "--no-dedupe"]);
    Ok(server_only(&cargo::output(&mut tree)?, "the browser's module"))
}

/// Finds names such as `tokio` and `tokio-stream`, and adapters such as `leptos_axum`.
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

/// Checks that no platform has a second TLS stack or a second async runtime.
pub fn second_stacks(workspace: &Workspace) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for manifest in MANIFESTS {
        let mut tree = workspace.cargo("tree");
        tree.args(["--workspace", "--manifest-path", manifest, "--target", "all", "--edges", "normal,build,dev"]);
        faults.extend(banned(&cargo::output(tree.args(["--prefix", "none", "--format", "{p}"]))?));
    }
    Ok(faults)
}

fn banned(tree: &str) -> BTreeSet<String> {
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    names.filter(|name| SECOND_STACKS.contains(name)).map(|name| format!("{name} is in the tree")).collect()
}

/// Checks that every crate forbids `unsafe`, in its own manifest or through its workspace. A forbidden lint cannot be
/// allowed again inside the crate.
pub fn forbidden_unsafe(workspace: &Workspace) -> Result<Vec<String>> {
    const FORBIDDEN: &str = "unsafe_code = \"forbid\"";
    let members = workspace.packages.iter().filter_map(|package| package["manifest_path"].as_str());
    let mut faults = Vec::new();
    for manifest in members.map(|member| workspace.root.join(member)).chain([workspace.root.join("fuzz/Cargo.toml")]) {
        let text = fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
        let is_root = manifest == workspace.root.join("Cargo.toml");
        if !(text.contains(FORBIDDEN) || !is_root && text.contains("[lints]\nworkspace = true")) {
            faults.push(format!("{} does not forbid `unsafe_code`", manifest.display()));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_tls_stack_or_runtime_is_found_and_banned_by_cargo_deny() {
        let tree = "server v0.1.0 (/x/server)\nrustls v0.23.0\nsmol v2.0.0\nsmol_str v0.3.0\nsmol v2.0.0 (*)\n";
        assert_eq!(banned(tree).into_iter().collect::<Vec<_>>(), ["smol is in the tree"]);
        let deny = include_str!("../../deny.toml");
        for name in SECOND_STACKS {
            assert!(deny.contains(&format!("\"{name}\",\n")), "deny.toml does not ban {name}");
        }
    }

    #[test]
    fn server_crates_are_found_by_parts_of_their_names() {
        let tree =
            "app v0.1.0 (/x/app)\nleptos v0.8.23\ntokio-stream v0.1.0\nleptos_axum v0.8.0\ntokio-stream v0.1.0 (*)\n";
        assert_eq!(
            server_only(tree, "the module"),
            ["leptos_axum would be in the module", "tokio-stream would be in the module"]
        );
        assert_eq!(server_only("app v0.1.0 (/x/app)\nfutures v0.3.0\n", "the module"), [""; 0]);
    }

    #[test]
    fn imports_are_found_in_every_form() {
        let code = "use crate::{\n    a::{x, y},\n    b,\n    c::{self, z::{u}},\n};\nuse crate::d;\n\
                    fn f() { crate::e::g(); mycrate::h(); }";
        let found: Vec<String> = imported(code).into_iter().collect();
        assert_eq!(found, ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn sql_is_recognised_by_its_statements() {
        assert!(is_sql(concat!(r#"    query("SEL"#, r#"ECT 1")"#)));
        assert!(!is_sql(r#"    // "Select" a sample"#));
        assert!(!is_sql(r#"    text("an UPDATE of the page")"#));
    }
}
