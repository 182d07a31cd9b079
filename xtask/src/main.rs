//! The build tool. `cargo xtask` builds the interface for the browser and the server, checks them and tests them.

mod audit;
mod bench;
mod browser;
mod cargo;
mod check;
mod compress;
mod css;
mod docs;
mod fuzz;
mod publish;
mod rules;
mod site;
mod supply;
mod test;
mod wasm;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::cargo::{Workspace, timed};
use crate::site::Mode;

const COMMANDS: &str = "\
usage: cargo xtask <command>

  run [-- arguments]   builds everything and starts `hookgram serve --demo` with the arguments
  build [--release]    builds the interface and the server, and prints their sizes
  check                format, lints, docs, and the rules between the crates
  supply               cargo-deny and cargo-machete judge the dependencies; builds them first, which takes minutes
  audit [--release]    has axe-core and Lighthouse (npm) judge every page in every state, and measures the preview;
                       names of scenes, such as `builder`, narrow axe to them
  pictures [--all]     draws the README's pictures, or every page in every state into target/pictures
  bench                measures the release build, each figure beside its reference, and writes docs/measurements.md
  bench hostile [names]  only what hostile requests do to good ones, and writes that section alone; with names (crowd,
                       strangers, rendering, storage, connections) only those, and writes nothing
  bench booking        a thousand booking bots, and 10,000 people who press Start; writes nothing
  fuzz [targets]       throws random input at whatever reads it, ten minutes a target (needs cargo-fuzz);
                       a number among the targets' names is how many seconds each gets
  docs                 writes the documents that are made from the code
  test [arguments]     builds the interface and runs every test, those in a browser included;
                       the arguments go to `cargo test`";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first() else { bail!("a command is needed\n\n{COMMANDS}") };
    match name.as_str() {
        "run" => run(rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest)),
        "build" => match rest {
            [] => build(Mode::Dev),
            [flag] if flag == "--release" => build(Mode::Release),
            other => bail!("`build` takes only `--release`, not `{}`", other.join(" ")),
        },
        "check" if rest.is_empty() => check::run(&Workspace::find()?),
        "check" => bail!("`check` takes no arguments"),
        "supply" if rest.is_empty() => supply::run(&Workspace::find()?),
        "supply" => bail!("`supply` takes no arguments"),
        "audit" => audit::run(&Workspace::find()?, rest),
        "pictures" => audit::pictures(&Workspace::find()?, rest),
        "bench" => match rest {
            [] => bench::run(rest),
            [only, ..] if only == "hostile" => bench::run(rest),
            [only] if only == "booking" => bench::run(rest),
            other => bail!("`bench` takes only `hostile` or `booking`, not `{}`", other.join(" ")),
        },
        "fuzz" => fuzz::run(&Workspace::find()?, rest),
        "docs" if rest.is_empty() => docs::write(&Workspace::find()?),
        "docs" => bail!("`docs` takes no arguments"),
        "test" => test::run(&Workspace::find()?, rest),
        "help" | "--help" | "-h" => {
            println!("{COMMANDS}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{COMMANDS}"),
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let workspace = Workspace::find()?;
    site::build(&workspace, Mode::Dev)?;
    let server = build_server(&workspace, Mode::Dev)?;
    println!();
    cargo::become_program(std::process::Command::new(server).args(["serve", "--demo"]).args(arguments))
}

fn build(mode: Mode) -> Result<()> {
    let workspace = Workspace::find()?;
    let site = site::build(&workspace, mode)?;
    let server = build_server(&workspace, mode)?;
    println!();
    compress::print_sizes(&site)?;
    println!("{}  {}", compress::kilobytes(std::fs::metadata(&server)?.len()), server.display());
    match mode {
        Mode::Dev => Ok(()),
        Mode::Release => compress::visit(&site),
    }
}

/// Builds the server and returns the path of the program.
pub fn build_server(workspace: &Workspace, mode: Mode) -> Result<std::path::PathBuf> {
    let mut build = workspace.cargo("build");
    build.args(["--package", "server", "--bin", "hookgram"]);
    let folder = match mode {
        Mode::Dev => "debug",
        Mode::Release => {
            build.arg("--release");
            "release"
        }
    };
    timed("server", || cargo::succeed(&mut build))?;
    Ok(workspace.target.join(folder).join(format!("hookgram{}", std::env::consts::EXE_SUFFIX)))
}
