//! Measurements and screenshots in a real browser for `cargo xtask audit` and `cargo xtask pictures`. They are not
//! part of the tests: they take minutes, need programs from npm, and print figures that depend on the machine.

mod axe;
mod lighthouse;
mod pictures;
mod speed;

use std::{env, path::PathBuf};

use anyhow::{Context as _, Result};

/// Returns the folder where npm has installed axe-core and lighthouse.
fn npm() -> Result<PathBuf> {
    Ok(env::var_os("AUDIT_NPM").context("run this by `cargo xtask audit`")?.into())
}

/// Tells whether a scene is selected: `AUDIT_SCENES` lists prefixes of names, separated by commas; empty or unset
/// selects all.
fn is_wanted(name: &str) -> bool {
    let wanted = env::var("AUDIT_SCENES").unwrap_or_default();
    wanted.is_empty() || wanted.split(',').any(|beginning| name.starts_with(beginning))
}
