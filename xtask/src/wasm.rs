//! Compiles the crate `app` into the WebAssembly module and the script that a browser loads.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::cargo::{self, Workspace, in_path, timed};
use crate::publish::{Asset, NAME};
use crate::site::Mode;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// The first flags are the passes that do not enlarge the brotli-compressed module. Measured with binaryen 132, they
/// shrink the raw module by 5 % and do not change the compressed size. `-Oz` shrinks the raw module by 12 % but
/// enlarges the compressed one by 9 %. The other flags are the features that rustc may use by default on this target,
/// because `wasm-opt` rejects features that are not enabled.
const WASM_OPT: &[&str] = &[
    "--duplicate-function-elimination",
    "--merge-similar-functions",
    "--remove-unused-module-elements",
    "--vacuum",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Installs the target's standard library if it is missing.
pub fn ensure_target(workspace: &Workspace) -> Result<()> {
    let sysroot = cargo::output(workspace.program("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    if in_path(&["rustup"]).is_none() {
        bail!(
            "the Rust target {TARGET} is missing, and there is no rustup to add it: install it as this toolchain was"
        );
    }
    timed("target", || cargo::succeed(workspace.program("rustup").args(["target", "add", TARGET])))
}

/// Compiles `app` for the browser and returns the path of the module.
pub fn compile(workspace: &Workspace, mode: Mode) -> Result<PathBuf> {
    let profile = match mode {
        Mode::Dev => "wasm-dev",
        Mode::Release => "wasm-release",
    };
    let mut build = workspace.cargo("rustc");
    // Only the `cdylib` is built. A Rust library next to it would disable link-time optimisation (raw +22 %, brotli +4
    // %).
    build.args(["--package", "app", "--lib", "--crate-type", "cdylib"]);
    build.args(["--no-default-features", "--features", "hydrate"]);
    build.args(["--target", TARGET, "--profile", profile]);
    if mode == Mode::Release {
        // Functions are ordered by their symbols. With v0 mangling, similar functions are neighbours (brotli −0.4 %).
        build.args(["--", "-Csymbol-mangling-version=v0"]);
    }
    cargo::succeed(&mut build)?;
    Ok(workspace.target.join(TARGET).join(profile).join("app.wasm"))
}

/// Generates the script and the module for the browser. If the module has not changed, the previous files are returned.
pub fn bind(workspace: &Workspace, module: &Path, mode: Mode) -> Result<Vec<Asset>> {
    let input = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let optimiser = if mode == Mode::Release { in_path(&["wasm-opt"]) } else { None };
    let mut state = Sha256::new();
    state.update(&input);
    state.update(format!("{optimiser:?} {WASM_OPT:?}"));
    let state: String = state.finalize().iter().map(|byte| format!("{byte:02x}")).collect();

    let folder = workspace.target.join("xtask-bindings").join(if mode == Mode::Release { "release" } else { "dev" });
    let stamp = folder.join("state");
    let output = folder.join("pkg");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(state.as_str()) {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        Bindgen::new()
            .input_bytes(NAME, input)
            .web(true)?
            .typescript(false)
            // The page passes the path of the module.
            .omit_default_module_path(true)
            .demangle(false)
            .remove_name_section(mode == Mode::Release)
            .remove_producers_section(true)
            .generate(&output)?;
        if let Some(optimiser) = optimiser {
            optimise(workspace, &optimiser, &output.join(format!("{NAME}_bg.wasm")))?;
        }
        fs::write(&stamp, &state)?;
    }
    assets(&output)
}

fn optimise(workspace: &Workspace, optimiser: &Path, module: &Path) -> Result<()> {
    let mut command = workspace.program(optimiser);
    command.args(WASM_OPT).arg(module).arg("-o").arg(module);
    timed("wasm-opt", || cargo::succeed(&mut command))
}

fn assets(folder: &Path) -> Result<Vec<Asset>> {
    let mut assets = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
                assets.push(Asset { name, bytes: fs::read(&path)? });
            }
        }
    }
    assets.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(assets)
}
