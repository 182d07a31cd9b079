//! The browser for the interface tests: Chromium, and chromedriver, which controls it.

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo::{self, Workspace, in_path, timed};

/// The names of Chromium on different systems. `server/tests/browser` uses the same names.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
const DRIVERS: &[&str] = &["chromedriver"];

/// Finds Chromium and chromedriver. Installs them if that needs no password.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    if found() {
        return Ok(());
    }
    let missing = "the browser tests need Chromium and chromedriver in PATH";
    if fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=ubuntu")) {
        bail!(
            "{missing}: `sudo apt-get install chromium-browser chromium-chromedriver` (Ubuntu fetches them as a snap)"
        );
    }
    let Some(prefix) = (if in_path(&["apt-get"]).is_some() { may_install(workspace) } else { None }) else {
        bail!(
            "{missing}: on Debian `apt-get install chromium chromium-driver` as root; elsewhere, the packages of these names"
        );
    };
    let apt_get = |arguments: &[&str]| {
        let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes"], arguments].concat();
        let mut command = workspace.program(words[0]);
        command.args(&words[1..]).stdin(std::process::Stdio::null());
        cargo::succeed(&mut command)
    };
    timed("Chromium", || {
        apt_get(&["update"])?;
        // The font contains Cyrillic letters, which a minimal system lacks.
        apt_get(&["install", "--no-install-recommends", "chromium", "chromium-driver", "fonts-dejavu-core"])
    })?;
    if !found() {
        bail!("{missing}, and apt-get did not put them there");
    }
    Ok(())
}

fn found() -> bool {
    in_path(BROWSERS).is_some() && in_path(DRIVERS).is_some()
}

/// The prefix with which `apt-get` may install packages: nothing for root, `sudo` if it needs no password.
fn may_install(workspace: &Workspace) -> Option<&'static [&'static str]> {
    let quiet = |command: &mut Command| cargo::output(command).ok();
    if quiet(workspace.program("id").arg("-u")).is_some_and(|user| user.trim() == "0") {
        return Some(&[]);
    }
    quiet(workspace.program("sudo").args(["-n", "true"])).map(|_| ["sudo", "-n"].as_slice())
}
