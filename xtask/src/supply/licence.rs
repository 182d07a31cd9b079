//! Licences, as crates name them: an SPDX expression, or the older `MIT/Apache-2.0`.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

/// Whether an expression can be kept by keeping licences of the list alone. What may be chosen from is joined by `OR` or
/// `/`; `AND` asks for both; a licence `WITH` an exception is as good as the licence.
///
/// # Errors
/// If it is no such expression.
pub fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> Result<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let answer = any(&mut words, allowed)?;
    match words.next() {
        None => Ok(answer),
        Some(word) => bail!("`{word}` is out of place in `{expression}`"),
    }
}

type Words<'a, 'b> = &'b mut std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: Words<'_, '_>, allowed: &BTreeSet<String>) -> Result<bool> {
    let mut answer = all(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        answer |= all(words, allowed)?;
    }
    Ok(answer)
}

fn all(words: Words<'_, '_>, allowed: &BTreeSet<String>) -> Result<bool> {
    let mut answer = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        answer &= one(words, allowed)?;
    }
    Ok(answer)
}

fn one(words: Words<'_, '_>, allowed: &BTreeSet<String>) -> Result<bool> {
    match words.next() {
        Some("(") => {
            let answer = any(words, allowed)?;
            if words.next() != Some(")") {
                bail!("a parenthesis is not closed");
            }
            Ok(answer)
        }
        Some(name) if !matches!(name, ")" | "AND" | "OR" | "WITH") => {
            if words.next_if_eq(&"WITH").is_some() && words.next().is_none() {
                bail!("nothing stands behind WITH");
            }
            Ok(allowed.contains(name))
        }
        other => bail!("a licence is missing before `{}`", other.unwrap_or("the end")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_kept_by_what_is_allowed() {
        let allowed = BTreeSet::from(["MIT", "ISC", "Apache-2.0"].map(str::to_owned));
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("Unlicense / GPL-3.0", false),
            ("MIT AND GPL-3.0", false),
            ("MIT AND ISC", true),
            ("GPL-3.0 AND BSL-1.0 OR MIT", true),
            ("GPL-3.0 AND (BSL-1.0 OR MIT)", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
        ] {
            assert_eq!(is_allowed(expression, &allowed).unwrap(), expected, "{expression}");
        }
        for nonsense in ["", "MIT OR", "(MIT", "MIT)", "AND", "MIT MIT", "MIT WITH"] {
            assert!(is_allowed(nonsense, &allowed).is_err(), "{nonsense}");
        }
    }
}
