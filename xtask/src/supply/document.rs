//! `docs/dependencies.md` and `docs/dependencies.ru.md`: each crate that is asked for, with its reason; and
//! `docs/dependency-tree.md`: all that comes with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;

use super::reasons::{REASONS, Reason};
use super::{Supply, direct};
use crate::cargo::{self, Workspace};
use crate::wasm;

/// The document in each language: its file, its words, and which half of a reason it takes.
const DOCUMENTS: &[(&str, Words)] = &[("docs/dependencies.md", ENGLISH), ("docs/dependencies.ru.md", RUSSIAN)];
const TREE: &str = "docs/dependency-tree.md";

struct Words {
    head: &'static str,
    columns: &'static str,
    tests: &'static str,
    reason: fn(&Reason) -> &'static str,
}

const ENGLISH: Words = Words {
    head: "# Dependencies\n\n\
           [По-русски](dependencies.ru.md)\n\n\
           Every crate that one of ours asks for, and why it is not written here. What comes with them is in the\n\
           [tree](dependency-tree.md), with its licences. What may be used at all, [deny.toml](../deny.toml) says: crates.io\n\
           alone, with checksums; these licences; one TLS stack, one async runtime. `cargo xtask check` holds all of it to that,\n\
           and this page to the manifests; `cargo xtask docs` writes it from `xtask/src/supply/reasons.rs`.\n\n\
           ## Known vulnerabilities\n\n\
           `cargo xtask check` asks the [RustSec database](https://rustsec.org) about every crate, if cargo-deny is installed and\n\
           github.com can be reached. If not, its last lines say `NOT CHECKED`, and why: nothing is known then. Run it\n\
           yourself on a machine that can reach github.com, before you deploy a version and once a week after that:\n\n    \
           cargo install cargo-deny --locked\n    \
           cargo deny --workspace check advisories\n\n\
           For a machine without a connection, copy the folder `~/.cargo/advisory-dbs` from one that has it and add `--offline`\n\
           after `cargo deny`. An advisory names the crate, what is wrong and the version that mends it:\n\
           `cargo update -p NAME`, then `cargo xtask test`, then deploy. If there is no such version, read whether the\n\
           vulnerable part is used here, and write to the maintainers ([Security](security.md)).\n\n\
           ## What is used\n\n",
    columns: "| crate | asked for by | features | what for, and why not our own |\n| --- | --- | --- | --- |\n",
    tests: "tests",
    reason: |reason| reason.en,
};

const RUSSIAN: Words = Words {
    head: "# Зависимости\n\n\
           [In English](dependencies.md)\n\n\
           Каждый крейт, который нужен нашим, и почему он не написан здесь. Что приходит вместе с ними, — в\n\
           [дереве](dependency-tree.md), с лицензиями. Что вообще можно брать, говорит [deny.toml](../deny.toml): только\n\
           crates.io, с контрольными суммами; эти лицензии; одна реализация TLS, одна асинхронная среда. `cargo xtask check`\n\
           сверяет с этим всё, а эту страницу — с манифестами; `cargo xtask docs` пишет её из `xtask/src/supply/reasons.rs`.\n\n\
           ## Известные уязвимости\n\n\
           `cargo xtask check` спрашивает о каждом крейте [базу RustSec](https://rustsec.org), если установлен cargo-deny и\n\
           доступен github.com. Если нет, в последних строках стоит `NOT CHECKED` и причина: тогда ничего не известно. Запустите\n\
           проверку сами на машине, с которой доступен github.com, — перед установкой новой версии, а потом раз в неделю:\n\n    \
           cargo install cargo-deny --locked\n    \
           cargo deny --workspace check advisories\n\n\
           Для машины без интернета скопируйте папку `~/.cargo/advisory-dbs` с другой, где она есть, и добавьте `--offline` после\n\
           `cargo deny`. В сообщении названы крейт, уязвимость и версия, в которой она исправлена: выполните\n\
           `cargo update -p ИМЯ`, затем `cargo xtask test` и установите новую сборку. Если такой версии нет, посмотрите,\n\
           используется ли здесь уязвимая часть, и напишите сопровождающим ([Безопасность](security.ru.md)).\n\n\
           ## Что используется\n\n",
    columns: "| крейт | кому нужен | возможности | зачем, и почему не свой |\n| --- | --- | --- | --- |\n",
    tests: "тесты",
    reason: |reason| reason.ru,
};

/// Each document's file and text.
pub fn all(workspace: &Workspace, supply: &Supply) -> Result<Vec<(&'static str, String)>> {
    let asked = direct(&supply.own);
    let mut documents: Vec<_> = DOCUMENTS.iter().map(|(file, words)| (*file, table(&asked, words))).collect();
    documents.push((TREE, tree(workspace)?));
    Ok(documents)
}

/// Crates without a reason, and reasons without a crate.
pub fn reasons(supply: &Supply) -> Vec<String> {
    let asked = direct(&supply.own);
    unmatched(asked.iter().map(|direct| direct.name.as_str()), REASONS.iter().map(|reason| reason.name))
}

fn unmatched<'a>(asked: impl Iterator<Item = &'a str>, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (asked, known): (BTreeSet<_>, BTreeSet<_>) = (asked.collect(), known.collect());
    let new =
        asked.difference(&known).map(|name| format!("{name} is new: say in xtask/src/supply/reasons.rs what for"));
    let gone = known.difference(&asked).map(|name| format!("{name} has a reason, and nobody asks for it any more"));
    new.chain(gone).collect()
}

fn table(asked: &[super::Direct], words: &Words) -> String {
    let mut rows: BTreeMap<&str, (Vec<String>, BTreeSet<&str>)> = BTreeMap::new();
    for direct in asked {
        let (of, features) = rows.entry(&direct.name).or_default();
        let who = if direct.for_tests { format!("{} ({})", direct.of, words.tests) } else { direct.of.clone() };
        if !of.contains(&who) {
            of.push(who);
        }
        features.extend(direct.features.iter().map(String::as_str));
    }
    let mut text = words.head.to_owned() + words.columns;
    for (name, (of, features)) in rows {
        let reason = REASONS.iter().find(|reason| reason.name == name).map(words.reason).unwrap_or_default();
        let features: Vec<String> = features.into_iter().map(|feature| format!("`{feature}`")).collect();
        _ = writeln!(text, "| `{name}` | {} | {} | {reason} |", of.join(", "), features.join(" "));
    }
    text
}

/// What is compiled into what, as `cargo tree` prints it, each package once.
const TREES: &[(&str, &[&str])] = &[
    ("The server, for Linux", &["-p", "server", "--edges", "normal"]),
    (
        "The browser's module",
        &["-p", "app", "--no-default-features", "--features", "hydrate", "--edges", "normal", "--target", wasm::TARGET],
    ),
    ("All of the workspace, with what builds, tests and measures it", &["--workspace", "--edges", "normal,build,dev"]),
    ("Fuzzing", &["--manifest-path", "fuzz/Cargo.toml", "-p", "libfuzzer-sys", "--edges", "normal,build"]),
];

fn tree(workspace: &Workspace) -> Result<String> {
    let mut text = String::from(
        "# The dependency tree\n\nWritten by `cargo xtask docs`. Each package stands once in a tree, below the first that needs it, \
         with its licence.\nWhat is asked for directly has its reason in\n\
         [dependencies](dependencies.md).\n",
    );
    for (title, arguments) in TREES {
        let mut tree = workspace.cargo("tree");
        tree.args(*arguments).args(["--prefix", "depth", "--format", " {p} · {l}"]);
        if !arguments.contains(&"--target") {
            tree.args(["--target", "x86_64-unknown-linux-gnu"]);
        }
        let printed = cargo::output(&mut tree)?;
        _ = write!(text, "\n## {title}\n\n```text\n{}```\n", once(&printed));
    }
    Ok(text)
}

/// A printed tree without what has stood before, each line indented by its depth.
fn once(printed: &str) -> String {
    let (mut text, mut seen) = (String::new(), BTreeSet::new());
    for line in printed.lines() {
        let (depth, package) = line.split_at(line.find(' ').unwrap_or_default());
        // A folder of this machine, or what the tree says of repetitions and macros.
        let (name, licence) = package.trim().split_once(" · ").unwrap_or((package.trim(), ""));
        let name = name.split(" (").next().unwrap_or_default();
        let licence = licence.trim_end_matches(" (*)");
        if name.is_empty() || !seen.insert(name.to_owned()) {
            continue;
        }
        let licence = if licence.is_empty() { String::new() } else { format!(" · {licence}") };
        _ = writeln!(text, "{}{name}{licence}", "  ".repeat(depth.parse().unwrap_or_default()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_without_a_reason_is_found_and_a_reason_without_a_crate() {
        let faults = unmatched(["axum", "new"].into_iter(), ["axum", "old"].into_iter());
        assert_eq!(faults.len(), 2);
        assert!(faults[0].starts_with("new is new") && faults[1].starts_with("old has a reason"), "{faults:?}");
    }

    #[test]
    fn reasons_are_sorted_and_said_in_both_languages() {
        assert!(REASONS.is_sorted_by(|a, b| a.name < b.name));
        for reason in REASONS {
            assert!(reason.ru.chars().any(|c| matches!(c, 'а'..='я')), "{}", reason.name);
            assert!(!reason.en.chars().any(|c| matches!(c, 'а'..='я')) && !reason.en.is_empty(), "{}", reason.name);
            assert!(!reason.ru.contains(['\n', '|']) && !reason.en.contains(['\n', '|']), "{}", reason.name);
        }
    }

    #[test]
    fn a_package_stands_once_in_the_trees() {
        let printed = "0 app v0.1.0 (/x/app) · \n1 serde v1.0.0 · MIT OR Apache-2.0\n2 derive v1.0.0 (proc-macro) · MIT\n\
                       1 derive v1.0.0 (proc-macro) · MIT (*)\n";
        let text = "app v0.1.0\n  serde v1.0.0 · MIT OR Apache-2.0\n    derive v1.0.0 · MIT\n";
        assert_eq!(once(printed), text);
    }
}
