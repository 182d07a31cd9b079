//! Whether each crate that is asked for is used.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::{Supply, direct, text};

/// Crates that one of ours asks for and that no source file of it names; a crate that is there for its features alone
/// stands in `package.metadata.cargo-machete.ignored` of the manifest, where cargo-machete looks for it too.
pub fn unused(supply: &Supply) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for package in &supply.own {
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        let folder = manifest.parent().unwrap_or(Path::new("."));
        let product = code(folder, &["src", "fuzz_targets", "build.rs"])?;
        let all = product.clone() + &code(folder, &["tests", "examples", "benches"])?;
        let ignored: Vec<String> =
            package["metadata"]["cargo-machete"]["ignored"].as_array().into_iter().flatten().map(text).collect();
        for dependency in direct(std::slice::from_ref(package)) {
            let place = if dependency.for_tests { &all } else { &product };
            let used = names(place, &library(supply, &dependency.name));
            let said = ignored.contains(&dependency.name);
            if !used && !said {
                faults.push(format!("{} asks for {}, which it does not use", dependency.of, dependency.name));
            }
            if used && said {
                faults.push(format!("{}: {} is used and need not be ignored", dependency.of, dependency.name));
            }
        }
    }
    Ok(faults)
}

/// A crate's name in code.
fn library(supply: &Supply, name: &str) -> String {
    let is_library = |target: &&Value| {
        let mut kinds = target["kind"].as_array().into_iter().flatten();
        kinds.any(|kind| kind.as_str().is_some_and(|kind| kind.ends_with("lib") || kind == "proc-macro"))
    };
    let package = supply.packages.iter().find(|package| package["name"] == name);
    let target = package.and_then(|package| package["targets"].as_array()?.iter().find(is_library));
    target.map_or_else(|| name.to_owned(), |target| text(&target["name"])).replace('-', "_")
}

/// The code of these files, and of all in these folders, without its comments.
fn code(folder: &Path, places: &[&str]) -> Result<String> {
    let mut found = String::new();
    let mut waiting: Vec<PathBuf> = places.iter().map(|place| folder.join(place)).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                waiting.push(entry?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && path.is_file() {
            let text = fs::read_to_string(&path)?;
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            lines.for_each(|line| found.extend([line, "\n"]));
        }
    }
    Ok(found)
}

/// Whether code names a crate: at the beginning of a path, or whole in a `use`.
fn names(code: &str, library: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(library).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + library.len()..]);
        if before.ends_with(is_word) || after.starts_with(is_word) {
            return false;
        }
        // `::name` begins a path; `other::name` goes on with one.
        let goes_on =
            before.strip_suffix("::").is_some_and(|before| before.ends_with(|c: char| is_word(c) || c == '>'));
        let imported = before.ends_with("use ") || before.ends_with("extern crate ");
        !goes_on && (after.starts_with("::") || imported)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_named_at_the_beginning_of_a_path() {
        for code in
            ["use http::Method;", "fn f() -> ::http::Method {", "&http::Method", "use http as h;", "extern crate http;"]
        {
            assert!(names(code, "http"), "{code}");
        }
        for code in
            ["use axum::http::Method;", "let http = 1;", "my_http::f()", "http_body::f()", "\"http://a\"", "http: 1"]
        {
            assert!(!names(code, "http"), "{code}");
        }
    }

    #[test]
    fn what_nothing_names_is_found_and_so_is_what_is_ignored_in_vain() {
        let folder = std::env::temp_dir().join(format!("xtask-usage-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("tests")).unwrap();
        fs::write(folder.join("src/lib.rs"), "use a::A;\n// use b::B;\nuse d_e::D;\n").unwrap();
        fs::write(folder.join("tests/t.rs"), "use b::B; use c::C;\n").unwrap();
        let dependency = |name: &str, kind: Value| serde_json::json!({ "name": name, "kind": kind, "features": [] });
        let package = serde_json::json!({
            "name": "ours",
            "manifest_path": folder.join("Cargo.toml"),
            "metadata": { "cargo-machete": { "ignored": ["a", "f"] } },
            "dependencies": [
                dependency("a", Value::Null), dependency("b", Value::Null), dependency("c", "dev".into()),
                dependency("d-e", Value::Null), dependency("f", Value::Null),
            ],
        });
        let supply = Supply { packages: Vec::new(), own: vec![package], deny: toml::Table::new() };
        let faults = unused(&supply).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(faults, ["ours: a is used and need not be ignored", "ours asks for b, which it does not use"]);
    }
}
