//! No unfinished work is committed: the words for it stand in no source file.

use std::fs;

use anyhow::Result;

use crate::cargo::{self, Workspace};

/// Joined from halves, so that this file is free of them as well.
const WORDS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("db", "g!"),
];

/// Looks through every Rust, CSS and SQL file that git knows or would add.
pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut list = workspace.program("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.rs", "*.css", "*.sql"]);
    let mut found = Vec::new();
    for name in cargo::output(&mut list)?.split_terminator('\0') {
        // A file that was removed but is still in the index.
        let Ok(text) = fs::read_to_string(workspace.root.join(name)) else { continue };
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = word_in(line) {
                found.push(format!("{name}:{}: {word}", number + 1));
            }
        }
    }
    Ok(found)
}

fn word_in(line: &str) -> Option<&'static str> {
    let whole = |word: &str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            !part(before) && (word.ends_with('!') || !part(after))
        })
    };
    WORDS.iter().copied().find(|word| whole(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_whole_words() {
        for word in WORDS {
            assert_eq!(word_in(&format!("    // {word} later")), Some(*word));
            assert_eq!(word_in(&format!("    my_{word}")), None);
        }
        assert_eq!(word_in(&format!("{}S", WORDS[0])), None);
    }
}
