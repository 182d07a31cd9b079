//! What `cargo xtask audit` and `cargo xtask pictures` have measured, judged and drawn in a real browser. These are no
//! part of the tests: they take minutes, need programs from npm, and print figures that depend on the machine.

mod axe;
mod lighthouse;
mod pictures;
mod speed;

use std::{env, path::PathBuf};

use anyhow::{Context as _, Result};

/// Where npm has put axe-core and lighthouse.
fn npm() -> Result<PathBuf> {
    Ok(env::var_os("AUDIT_NPM").context("run this by `cargo xtask audit`")?.into())
}

/// Whether a scene is wanted: `AUDIT_SCENES` holds beginnings of names with commas between; empty or unset, all are.
fn is_wanted(name: &str) -> bool {
    let wanted = env::var("AUDIT_SCENES").unwrap_or_default();
    wanted.is_empty() || wanted.split(',').any(|beginning| name.starts_with(beginning))
}
