//! The rules that need no tool and no network.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::{CRATES_IO, LOCKS, MANIFESTS, Supply, licence, read_toml, text};
use crate::cargo::Workspace;

/// Every package of the lock files comes from crates.io, with the sum of what it must be; or is one of ours.
pub fn sources(workspace: &Workspace, supply: &Supply) -> Result<Vec<String>> {
    let own: BTreeSet<String> = supply.own.iter().map(|package| text(&package["name"])).collect();
    let mut faults = Vec::new();
    for file in LOCKS {
        faults.extend(foreign(&read_toml(workspace, file)?, &own).into_iter().map(|fault| format!("{file}: {fault}")));
    }
    Ok(faults)
}

fn foreign(lock: &Table, own: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for package in lock.get("package").and_then(Value::as_array).into_iter().flatten() {
        let of = |key: &str| package.get(key).and_then(Value::as_str);
        let name = of("name").unwrap_or("a package without a name");
        let sum = of("checksum").unwrap_or_default();
        match of("source") {
            Some(CRATES_IO) if sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit()) => {}
            Some(CRATES_IO) => faults.push(format!("{name} has no checksum")),
            Some(source) => faults.push(format!("{name} comes from {source}")),
            None if own.contains(name) => {}
            None => faults.push(format!("{name} comes from a folder")),
        }
    }
    faults
}

/// Every package may be used under a licence that `deny.toml` allows, and none of these is listed in vain.
pub fn licences(supply: &Supply) -> Result<Vec<String>> {
    let allowed = list(&supply.deny, "licenses", "allow")?;
    let named = supply.packages.iter().filter(|package| !package["source"].is_null());
    let named: Vec<_> = named.map(|package| (text(&package["name"]), text(&package["license"]))).collect();
    Ok(unlicensed(&named, &allowed))
}

/// Packages by name and licence, against what is allowed.
fn unlicensed(packages: &[(String, String)], allowed: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, expression) in packages {
        match licence::is_allowed(expression, allowed) {
            Ok(true) => {}
            Ok(false) => faults.push(format!("{name} is under {expression}, which deny.toml does not allow")),
            Err(error) => faults.push(format!("{name} has no licence that can be read: {error}")),
        }
    }
    for licence in allowed {
        let without = allowed.iter().filter(|other| *other != licence).cloned().collect();
        if packages.iter().all(|(_, expression)| licence::is_allowed(expression, &without).unwrap_or_default()) {
            faults.push(format!("deny.toml allows {licence}, which nothing needs"));
        }
    }
    faults
}

/// Nothing that `deny.toml` bans is used: one TLS stack, one async runtime.
pub fn banned(supply: &Supply) -> Result<Vec<String>> {
    let names: BTreeSet<String> = supply.packages.iter().map(|package| text(&package["name"])).collect();
    let banned = list(&supply.deny, "bans", "deny")?;
    let mut faults: Vec<String> = banned.intersection(&names).map(|name| format!("{name} is banned")).collect();
    for name in MUST_BE_BANNED.iter().filter(|name| !banned.contains(**name)) {
        faults.push(format!("deny.toml must ban {name}"));
    }
    Ok(faults)
}

/// A second TLS stack, a second runtime: what must stand in `deny.toml`, whatever else does.
const MUST_BE_BANNED: &[&str] =
    &["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys", "async-std", "smol", "actix-rt"];

/// A list of names in `deny.toml`; an entry is a name, or a table with one and its reason.
fn list(deny: &Table, section: &str, key: &str) -> Result<BTreeSet<String>> {
    let list = deny.get(section).and_then(|section| section.get(key)).and_then(Value::as_array);
    let list = list.with_context(|| format!("deny.toml has no list `{key}` in [{section}]"))?;
    let name = |entry: &Value| {
        let name = entry.as_str().or_else(|| entry.get("crate").and_then(Value::as_str));
        name.map(str::to_owned).with_context(|| format!("deny.toml: {entry:?} is no name"))
    };
    list.iter().map(name).collect()
}

/// `unsafe` is forbidden in every crate of ours. What is forbidden cannot be allowed anywhere inside.
pub fn forbidden_unsafe(workspace: &Workspace, supply: &Supply) -> Result<Vec<String>> {
    let mut roots = Vec::new();
    for file in MANIFESTS {
        roots.push(read_toml(workspace, file)?);
    }
    let mut faults = Vec::new();
    for package in &supply.own {
        let manifest = text(&package["manifest_path"]);
        let file = manifest.strip_prefix(&format!("{}/", workspace.root.display())).unwrap_or(&manifest);
        let root = if file.starts_with("fuzz/") { &roots[1] } else { &roots[0] };
        if !forbids_unsafe(&read_toml(workspace, file)?, root) {
            faults.push(format!("{file} does not forbid `unsafe_code`"));
        }
    }
    Ok(faults)
}

/// Whether a manifest forbids it, by itself or with its workspace.
fn forbids_unsafe(manifest: &Table, root: &Table) -> bool {
    let lints = manifest.get("lints");
    let inherits = lints.and_then(|lints| lints.get("workspace")).and_then(Value::as_bool).unwrap_or_default();
    let lints = if inherits { root.get("workspace").and_then(|workspace| workspace.get("lints")) } else { lints };
    let level = lints.and_then(|lints| lints.get("rust")?.get("unsafe_code"));
    let level = level.and_then(|level| level.as_str().or_else(|| level.get("level")?.as_str()));
    level == Some("forbid")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_package_comes_from_crates_io_and_has_its_sum() {
        let sum = "a".repeat(64);
        let lock = format!(
            r#"
            [[package]]
            name = "good"
            source = "{CRATES_IO}"
            checksum = "{sum}"
            [[package]]
            name = "ours"
            [[package]]
            name = "bare"
            source = "{CRATES_IO}"
            [[package]]
            name = "copied"
            [[package]]
            name = "forked"
            source = "git+https://example.com/forked#{sum}"
            [[package]]
            name = "mirrored"
            source = "registry+https://example.com/index"
            checksum = "{sum}"
            "#
        );
        assert_eq!(
            foreign(&lock.parse().unwrap(), &names(&["ours"])),
            [
                "bare has no checksum".to_owned(),
                "copied comes from a folder".to_owned(),
                format!("forked comes from git+https://example.com/forked#{sum}"),
                "mirrored comes from registry+https://example.com/index".to_owned(),
            ]
        );
    }

    #[test]
    fn a_licence_is_of_the_list_and_the_list_is_needed() {
        let packages =
            [("a", "MIT OR Apache-2.0"), ("b", "GPL-3.0"), ("c", ""), ("d", "ISC")].map(|(n, l)| (n.into(), l.into()));
        let faults = unlicensed(&packages, &names(&["MIT", "ISC", "Zlib"]));
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].starts_with("b is under GPL-3.0") && faults[1].starts_with("c has no licence"), "{faults:?}");
        let kept = &packages[..1];
        assert_eq!(unlicensed(kept, &names(&["MIT", "Zlib"])), ["deny.toml allows Zlib, which nothing needs"]);
    }

    #[test]
    fn what_is_banned_is_read_with_or_without_a_reason() {
        let deny: Table = r#"
            [bans]
            deny = ["openssl", { crate = "smol", reason = "one runtime" }]
        "#
        .parse()
        .unwrap();
        assert_eq!(list(&deny, "bans", "deny").unwrap(), names(&["openssl", "smol"]));
        assert!(list(&deny, "licenses", "allow").is_err());
        let package = |name: &str| serde_json::json!({ "name": name, "source": CRATES_IO });
        let supply = Supply { packages: vec![package("smol"), package("tokio")], own: Vec::new(), deny };
        let faults = banned(&supply).unwrap();
        assert_eq!(faults[0], "smol is banned");
        assert!(faults.contains(&"deny.toml must ban native-tls".to_owned()), "{faults:?}");
    }

    #[test]
    fn unsafe_is_forbidden_by_the_crate_or_with_its_workspace() {
        let table = |text: &str| -> Table { text.parse().unwrap() };
        let forbids = table("[workspace.lints.rust]\nunsafe_code = \"forbid\"");
        let denies = table("[workspace.lints.rust]\nunsafe_code = \"deny\"");
        let inherits = table("[lints]\nworkspace = true");
        assert!(forbids_unsafe(&inherits, &forbids));
        assert!(!forbids_unsafe(&inherits, &denies));
        assert!(!forbids_unsafe(&table("[package]\nname = \"a\""), &forbids));
        assert!(forbids_unsafe(&table("[lints.rust]\nunsafe_code = { level = \"forbid\", priority = 1 }"), &denies));
        assert!(!forbids_unsafe(&table("[lints.rust]\nunsafe_code = \"allow\""), &forbids));
    }
}
