//! The site consists of the files that a browser loads. `target/site/pkg/hookgram-<hash>/` contains `page.js` and
//! `hookgram.{css,svg}` for every page, and `hookgram.js` and `hookgram_bg.wasm` for the builder.
//! `target/site/manifest` contains one line with the folder's name.

use std::fs;

use anyhow::{Context, Result};

use crate::cargo::{Workspace, timed};
use crate::publish::{self, Asset, NAME, Site};
use crate::{compress, css, wasm};

/// The build mode of the site and the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Fast to build.
    Dev,
    /// Small to download: optimised, minified, compressed.
    Release,
}

/// Builds the site into `target/site`. Unchanged parts are not built again.
pub fn build(workspace: &Workspace, mode: Mode) -> Result<Site> {
    wasm::ensure_target(workspace)?;
    let module = timed("interface (WebAssembly)", || wasm::compile(workspace, mode))?;
    let mut assets = timed("interface (bindings)", || wasm::bind(workspace, &module, mode))?;
    timed("site", || {
        let style = css::bundle(&workspace.root.join("style").join("main.css"), mode)?;
        assets.push(Asset { name: format!("{NAME}.css"), bytes: style.into_bytes() });
        let icon = workspace.root.join("style").join("icon.svg");
        let bytes = fs::read(&icon).with_context(|| format!("cannot read {}", icon.display()))?;
        assets.push(Asset { name: format!("{NAME}.svg"), bytes });
        let script = workspace.root.join("app/src/pages/page.js");
        let bytes = fs::read(&script).with_context(|| format!("cannot read {}", script.display()))?;
        assets.push(Asset { name: "page.js".to_owned(), bytes });
        let site = publish::publish(&workspace.site(), assets)?;
        if mode == Mode::Release {
            compress::beside(&site)?;
        }
        site.announce()?;
        Ok(site)
    })
}
