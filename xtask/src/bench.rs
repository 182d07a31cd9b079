//! `cargo xtask bench`: the release build, measured.

use anyhow::Result;

use crate::cargo::{self, Workspace};
use crate::site::{self, Mode};

/// Builds the product and the program that measures it, and has it write its tables. With `hostile` it measures only what
/// hostile requests do, with names in it only these attacks.
pub fn run(hostile: Option<&[String]>) -> Result<()> {
    let workspace = Workspace::find()?;
    site::build(&workspace, Mode::Release)?;
    let server = crate::build_server(&workspace, Mode::Release)?;
    let mut build = workspace.cargo("build");
    cargo::timed("bench", || cargo::succeed(build.args(["--package", "bench", "--release"])))?;
    let program = workspace.target.join("release").join(format!("bench{}", std::env::consts::EXE_SUFFIX));
    let mut measure = workspace.program(program);
    if hostile.is_some() {
        measure.arg("hostile");
    }
    measure.arg(server).arg(workspace.root.join("docs")).args(hostile.unwrap_or_default());
    cargo::succeed(&mut measure)
}
