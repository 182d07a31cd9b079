//! `cargo xtask bench`: measures the release build.

use anyhow::Result;

use crate::cargo::{self, Workspace};
use crate::site::{self, Mode};

/// Builds the product and the benchmarks and runs them. The benchmarks write their tables. With `hostile`, only the
/// hostile requests are measured, or only the named attacks. With `booking`, only booking bots are measured and nothing
/// is written.
pub fn run(arguments: &[String]) -> Result<()> {
    let workspace = Workspace::find()?;
    site::build(&workspace, Mode::Release)?;
    let server = crate::build_server(&workspace, Mode::Release)?;
    let mut build = workspace.cargo("build");
    cargo::timed("bench", || cargo::succeed(build.args(["--package", "bench", "--release"])))?;
    let program = workspace.target.join("release").join(format!("bench{}", std::env::consts::EXE_SUFFIX));
    let mut measure = workspace.program(program);
    let docs = workspace.root.join("docs");
    match arguments {
        [only, names @ ..] if only == "hostile" => measure.arg(only).arg(server).arg(docs).args(names),
        [only] => measure.arg(only).arg(server),
        _ => measure.arg(server).arg(docs),
    };
    cargo::succeed(&mut measure)
}
