//! `cargo xtask bench`: the release build, measured.

use anyhow::Result;

use crate::cargo::{self, Workspace};
use crate::site::{self, Mode};

/// Builds the product and the program that measures it, and has it write its table; `only_hostile`: has it say what hostile
/// requests do, and write nothing.
pub fn run(only_hostile: bool) -> Result<()> {
    let workspace = Workspace::find()?;
    site::build(&workspace, Mode::Release)?;
    let server = crate::build_server(&workspace, Mode::Release)?;
    let mut build = workspace.cargo("build");
    cargo::timed("bench", || cargo::succeed(build.args(["--package", "bench", "--release"])))?;
    let program = workspace.target.join("release").join(format!("bench{}", std::env::consts::EXE_SUFFIX));
    let mut measure = workspace.program(program);
    if only_hostile {
        return cargo::succeed(measure.arg("hostile").arg(server));
    }
    cargo::succeed(measure.arg(server).arg(workspace.root.join("docs")))
}
