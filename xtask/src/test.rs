//! `cargo xtask test`: runs all tests of all crates with the current site.

use anyhow::Result;

use crate::browser;
use crate::cargo::{self, Workspace, timed};
use crate::check::{PRODUCT, XTASK};
use crate::site::{self, Mode};

/// Builds the site, ensures that a browser is installed, and passes the arguments to `cargo test`.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    browser::ensure(workspace)?;
    site::build(workspace, Mode::Dev)?;
    let tests = |selection: &[&str]| {
        let mut command = workspace.cargo("test");
        command.arg("--no-fail-fast").args(selection).args(arguments);
        command
    };
    let product = timed("tests: hookgram, app, server", || cargo::succeed(&mut tests(PRODUCT)));
    // Arguments such as `--test browser` select a target that only one crate has.
    let selects_target =
        arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument.starts_with('-'));
    let tool = if selects_target { Ok(()) } else { timed("tests: xtask", || cargo::succeed(&mut tests(XTASK))) };
    product.and(tool)
}
