//! `docs/dependencies.md` and `docs/dependencies.ru.md`: the reason for every direct dependency, and for hand-written
//! code that a crate could replace.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;

use super::direct;
use super::reasons::{OWN, REASONS, Reason};
use crate::cargo::Workspace;

const DOCUMENTS: &[(&str, Words)] = &[("docs/dependencies.md", ENGLISH), ("docs/dependencies.ru.md", RUSSIAN)];

struct Words {
    head: &'static str,
    columns: &'static str,
    own: &'static str,
    tests: &'static str,
    reason: fn(&Reason) -> &'static str,
}

const ENGLISH: Words = Words {
    head: "# Dependencies\n\n\
           [По-русски](dependencies.ru.md)\n\n\
           Every crate that one of ours asks for, and why it is not written here. `cargo tree --workspace --format '{p} {l}'`\n\
           prints what comes with them, with its licences. What may be used at all, [deny.toml](../deny.toml) says: crates.io\n\
           alone; these licences; one TLS stack, one async runtime. `cargo xtask supply` has cargo-deny and cargo-machete hold\n\
           all of it to that; `cargo xtask check` holds this page to the manifests, and looks for a second TLS stack or\n\
           runtime; `cargo xtask docs` writes this page from `xtask/src/supply/reasons.rs`.\n\n\
           ## Known vulnerabilities\n\n\
           `cargo xtask supply` asks the [RustSec database](https://rustsec.org) about every crate if github.com can be\n\
           reached. If not, its last lines say `NOT CHECKED`: nothing is known then. Run it yourself on a machine that can\n\
           reach github.com, before you deploy a version and once a week after that. It installs cargo-deny and cargo-machete\n\
           into `target/tools` where they are missing, which takes minutes.\n\n\
           For a machine without a connection, copy the folder `~/.cargo/advisory-dbs` from one that has it. An advisory\n\
           names the crate, what is wrong and the version that mends it: `cargo update -p NAME`, then `cargo xtask test`,\n\
           then deploy. If there is no such version, read whether the vulnerable part is used here, and write to the\n\
           maintainers ([Security](security.md)).\n\n\
           ## What is used\n\n",
    columns: "| crate | asked for by | features | what for, and why not our own |\n| --- | --- | --- | --- |\n",
    own: "\n## What is our own although there is a crate\n\n| crate | why not |\n| --- | --- |\n",
    tests: "tests",
    reason: |reason| reason.en,
};

const RUSSIAN: Words = Words {
    head: "# Зависимости\n\n\
           [In English](dependencies.md)\n\n\
           Каждый крейт, который нужен нашим, и почему он не написан здесь. Что приходит вместе с ними и под какой лицензией,\n\
           печатает `cargo tree --workspace --format '{p} {l}'`. Что вообще можно брать, говорит [deny.toml](../deny.toml):\n\
           только crates.io; эти лицензии; одна реализация TLS, одна асинхронная среда. `cargo xtask supply` сверяет с этим всё\n\
           программами cargo-deny и cargo-machete; `cargo xtask check` сверяет эту страницу с манифестами и ищет вторую\n\
           реализацию TLS или среду; `cargo xtask docs` пишет эту страницу из `xtask/src/supply/reasons.rs`.\n\n\
           ## Известные уязвимости\n\n\
           `cargo xtask supply` спрашивает о каждом крейте [базу RustSec](https://rustsec.org), если доступен github.com. Если\n\
           нет, в последних строках стоит `NOT CHECKED`: тогда ничего не известно. Запустите проверку сами на машине, с которой\n\
           доступен github.com, — перед установкой новой версии, а потом раз в неделю. Недостающие cargo-deny и cargo-machete\n\
           она ставит в `target/tools`; это занимает несколько минут.\n\n\
           Для машины без интернета скопируйте папку `~/.cargo/advisory-dbs` с другой, где она есть.\n\
           В сообщении названы крейт, уязвимость и версия, в которой она исправлена: выполните\n\
           `cargo update -p ИМЯ`, затем `cargo xtask test` и установите новую сборку. Если такой версии нет, посмотрите,\n\
           используется ли здесь уязвимая часть, и напишите сопровождающим ([Безопасность](security.ru.md)).\n\n\
           ## Что используется\n\n",
    columns: "| крейт | кому нужен | возможности | зачем, и почему не свой |\n| --- | --- | --- | --- |\n",
    own: "\n## Что своё, хотя есть крейт\n\n| крейт | почему не он |\n| --- | --- |\n",
    tests: "тесты",
    reason: |reason| reason.ru,
};

/// The file name and the text of each document.
pub fn all(workspace: &Workspace) -> Result<Vec<(&'static str, String)>> {
    let asked = direct(workspace)?;
    Ok(DOCUMENTS.iter().map(|(file, words)| (*file, table(&asked, words))).collect())
}

/// Lists dependencies without a reason, and reasons without a dependency.
pub fn reasons(workspace: &Workspace) -> Result<Vec<String>> {
    let asked = direct(workspace)?;
    Ok(unmatched(asked.iter().map(|direct| direct.name.as_str()), REASONS.iter().map(|reason| reason.name)))
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
    text += words.own;
    for reason in OWN {
        _ = writeln!(text, "| {} | {} |", reason.name, (words.reason)(reason));
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
    fn reasons_are_sorted_and_given_in_both_languages() {
        assert!(REASONS.is_sorted_by(|a, b| a.name < b.name));
        for reason in REASONS.iter().chain(OWN) {
            assert!(reason.ru.chars().any(|c| matches!(c, 'а'..='я')), "{}", reason.name);
            assert!(!reason.en.chars().any(|c| matches!(c, 'а'..='я')) && !reason.en.is_empty(), "{}", reason.name);
            assert!(!reason.ru.contains(['\n', '|']) && !reason.en.contains(['\n', '|']), "{}", reason.name);
        }
    }
}
