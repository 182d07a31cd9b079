//! Pictures for the README, and of every page in every state for review.

use std::{fs, path::Path};

use anyhow::Result;
use hookgram::values::Language;

use super::is_wanted;
use crate::scenes::walk;

/// Saves whole pages to `target/pictures/`: both languages, on a desktop and on a phone, in light and dark.
#[tokio::test]
#[ignore = "`cargo xtask pictures --all` runs it"]
async fn of_every_state() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures");
    fs::create_dir_all(&folder)?;
    for (language, tag) in [(Language::Ru, "ru"), (Language::En, "en")] {
        walk(language, is_wanted, async |browser, scene| {
            for (width, height) in [(1280, 900), (390, 844)] {
                browser.screen(width, height, width < 600).await?;
                for (dark, theme) in [(false, "light"), (true, "dark")] {
                    browser.dark(dark).await?;
                    let file = folder.join(format!("{}-{tag}-{width}-{theme}.png", scene.name));
                    fs::write(file, browser.picture(true).await?)?;
                }
            }
            browser.dark(false).await
        })
        .await?;
    }
    println!("{}", folder.canonicalize()?.display());
    Ok(())
}

/// Saves the README's pictures: `docs/pictures/<name>-<language>-<theme>.png`.
#[tokio::test]
#[ignore = "`cargo xtask pictures` runs it"]
async fn of_the_readme() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
    fs::create_dir_all(&folder)?;
    for (language, tag) in [(Language::Ru, "ru"), (Language::En, "en")] {
        walk(
            language,
            |name| ["list", "builder", "booking"].contains(&name),
            async |browser, scene| {
                browser.screen(1120, 800, false).await?;
                for (dark, theme) in [(false, "light"), (true, "dark")] {
                    browser.dark(dark).await?;
                    let file = folder.join(format!("{}-{tag}-{theme}.png", scene.name));
                    let picture = browser.picture(false).await?;
                    println!("{:4} kB  {}", picture.len() / 1000, file.display());
                    fs::write(file, picture)?;
                }
                browser.dark(false).await
            },
        )
        .await?;
    }
    Ok(())
}
