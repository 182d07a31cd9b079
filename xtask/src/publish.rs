//! Puts the assets into a folder named by their hash, so that a running server never serves an incomplete site. The new
//! files are written first, then the manifest; the old folder is removed last. Within the folder, the files keep their
//! names, because they refer to each other by name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The base name of the files, and the beginning of the folder's name.
pub const NAME: &str = "hookgram";

pub struct Asset {
    /// Its path in the folder, such as `hookgram.js`.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A site with all files written.
pub struct Site {
    folder: PathBuf,
    name: String,
    /// The assets, without their compressed copies.
    pub files: Vec<PathBuf>,
}

/// Writes the assets below `folder`. The server does not use them before [`Site::announce`].
pub fn publish(folder: &Path, assets: Vec<Asset>) -> Result<Site> {
    let name = folder_name(&assets);
    let mut files = Vec::new();
    for asset in assets {
        let path = folder.join("pkg").join(&name).join(asset.name);
        if fs::read(&path).ok().as_ref() != Some(&asset.bytes) {
            write(&path, &asset.bytes)?;
        }
        files.push(path);
    }
    Ok(Site { folder: folder.to_owned(), name, files })
}

impl Site {
    /// Writes this site's name to the manifest and removes the files of earlier sites.
    pub fn announce(&self) -> Result<()> {
        let manifest = self.folder.join("manifest");
        let line = format!("{}\n", self.name);
        if fs::read_to_string(&manifest).ok().as_ref() != Some(&line) {
            write(&manifest, line.as_bytes())?;
        }
        let wanted: BTreeSet<PathBuf> = self
            .files
            .iter()
            .flat_map(|file| [file.clone(), with_ending(file, "br"), with_ending(file, "gz")])
            .collect();
        remove_others(&self.folder.join("pkg"), &wanted)
    }
}

/// `file.js` → `file.js.br`
pub fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Writes a file atomically, so that readers see either the old or the new content.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().context("a file without a folder")?;
    fs::create_dir_all(folder)?;
    let unfinished = with_ending(path, "new");
    fs::write(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn folder_name(assets: &[Asset]) -> String {
    let mut hash = Sha256::new();
    for asset in assets {
        hash.update(asset.name.as_bytes());
        hash.update((asset.bytes.len() as u64).to_le_bytes());
        hash.update(&asset.bytes);
    }
    let hash = hash.finalize();
    let hex: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{NAME}-{hex}")
}

fn remove_others(folder: &Path, wanted: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, wanted)?;
            if fs::read_dir(&path)?.next().is_none() {
                fs::remove_dir(&path)?;
            }
        } else if !wanted.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets(style: &str) -> Vec<Asset> {
        let asset = |name: &str, text: &str| Asset { name: name.to_owned(), bytes: text.into() };
        vec![
            asset("hookgram.js", "export default init"),
            asset("hookgram_bg.wasm", "\0asm"),
            asset("snippets/app-1/inline0.js", "export {}"),
            asset("hookgram.css", style),
        ]
    }

    #[test]
    fn announcing_a_new_site_removes_the_old_one() {
        let folder = std::env::temp_dir().join(format!("xtask-publish-{}", std::process::id()));
        let old = publish(&folder, assets("a{}")).unwrap();
        old.announce().unwrap();
        let new = publish(&folder, assets("b{}")).unwrap();
        assert!(old.files.iter().chain(&new.files).all(|file| file.exists()), "both stand until the manifest changes");
        new.announce().unwrap();
        assert_ne!(old.name, new.name);
        assert_eq!(fs::read_to_string(folder.join("manifest")).unwrap(), format!("{}\n", new.name));
        assert!(new.files.iter().all(|file| file.exists()));
        assert!(!old.files[0].exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_folder_name_has_twelve_hexadecimal_digits_of_the_contents_hash() {
        let name = folder_name(&assets(""));
        let digits = name.strip_prefix("hookgram-").unwrap();
        assert!(digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(name, folder_name(&assets("")));
    }
}
