//! `cargo xtask fuzz`: feeds random data to the code that reads untrusted input.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::cargo::{self, Workspace, in_path, timed};

/// The default duration of each target, in seconds.
const SECONDS: &str = "600";

/// Fuzzes the named targets, or all of them in turn. A number among the arguments is the duration of each target in
/// seconds.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    if in_path(&["cargo-fuzz"]).is_none() {
        bail!("fuzzing needs cargo-fuzz: `cargo install cargo-fuzz`");
    }
    let known = targets(workspace)?;
    let (numbers, named): (Vec<_>, Vec<_>) = arguments.iter().partition(|word| word.parse::<u32>().is_ok());
    if let Some(stranger) = named.iter().find(|name| !known.contains(name)) {
        bail!("there is no target `{stranger}`; there are: {}", known.join(", "));
    }
    let seconds = numbers.first().map_or(SECONDS, |seconds| seconds.as_str());
    // The server embeds this folder at compile time.
    fs::create_dir_all(workspace.site())?;
    for target in known.iter().filter(|target| named.is_empty() || named.contains(target)) {
        // The corpus contains inputs that are worth trying again. It is not tracked in the repository.
        let corpus = format!("fuzz/corpus/{target}");
        fs::create_dir_all(workspace.root.join(&corpus))?;
        let mut fuzz = workspace.program("cargo");
        fuzz.args(["fuzz", "run", target, &corpus, &format!("fuzz/seeds/{target}"), "--"]);
        fuzz.args([&format!("-dict=fuzz/{target}.dict"), &format!("-max_total_time={seconds}"), "-timeout=10"]);
        // The sanitizer needs flags that a stable compiler accepts only with this variable.
        fuzz.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "--cfg erase_components");
        timed(&format!("fuzzing {target}"), || cargo::succeed(&mut fuzz))?;
    }
    Ok(())
}

fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.root.join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for file in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = file?.path();
        names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}
