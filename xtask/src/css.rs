//! Bundles `style/` into one file. It resolves `@import` and adds vendor prefixes. It does not change the rest.

use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};
use lightningcss::targets::{Browsers, Features, Targets};

use crate::site::Mode;

/// Browser versions since the end of 2024. All of them support the features that are excluded from rewriting here.
fn targets() -> Targets {
    let version = |major: u32, minor: u32| Some(major << 16 | minor << 8);
    let browsers = Browsers {
        android: version(131, 0),
        chrome: version(131, 0),
        edge: version(131, 0),
        firefox: version(132, 0),
        ios_saf: version(18, 1),
        opera: version(116, 0),
        safari: version(18, 1),
        samsung: version(27, 0),
        ..Browsers::default()
    };
    Targets {
        browsers: Some(browsers),
        include: Features::empty(),
        exclude: Features::Selectors | Features::MediaQueries | Features::Colors | Features::LogicalProperties,
    }
}

pub fn bundle(entry: &Path, mode: Mode) -> Result<String> {
    let files = FileProvider::new();
    let mut sheet = Bundler::new(&files, None, ParserOptions::default())
        .bundle(entry)
        .map_err(|error| anyhow!("style sheet {}: {error}", entry.display()))?;
    sheet
        .minify(MinifyOptions { targets: targets(), ..MinifyOptions::default() })
        .map_err(|error| anyhow!("style sheet {}: {error}", entry.display()))?;
    let options = PrinterOptions { minify: mode == Mode::Release, targets: targets(), ..PrinterOptions::default() };
    Ok(sheet.to_css(options).map_err(|error| anyhow!("style sheet {}: {error}", entry.display()))?.code)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn modern_css_is_not_rewritten() {
        let folder = std::env::temp_dir().join(format!("xtask-css-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("tokens.css"), ":root { --ink: light-dark(oklch(25% 0.02 260), oklch(92% 0.01 260)); }")
            .unwrap();
        fs::write(
            folder.join("main.css"),
            "@layer tokens, parts;\n\
             @import \"tokens.css\" layer(tokens);\n\
             @layer parts {\n\
               .card { color: light-dark(oklch(25% 0.02 260), #fff); margin-inline: 1rem 2rem; user-select: none;\n\
                 & > h2 { color: color-mix(in oklch, var(--ink) 60%, transparent); }\n\
                 &:hover, &:focus-visible { outline: 2px solid }\n\
                 @media (width < 40rem) { padding-block: 0 1rem } @container (inline-size > 30rem) { gap: 1rem } }\n\
             }",
        )
        .unwrap();
        for mode in [Mode::Dev, Mode::Release] {
            let css = bundle(&folder.join("main.css"), mode).unwrap();
            let packed: String = css.split_whitespace().collect();
            for part in [
                "@layertokens",
                "--ink:light-dark(oklch(25%.02260),oklch(92%.01260))",
                "color:light-dark(oklch(25%.02260),#fff)",
                "color-mix(inoklch,var(--ink)60%,transparent)",
                "margin-inline:1rem2rem",
                "-webkit-user-select:none",
                "&>h2{",
                "&:hover,&:focus-visible",
                "(width<40rem)",
                "@container(inline-size>30rem)",
            ] {
                assert!(packed.contains(part), "{part} is not in {css}");
            }
            assert!(!css.contains("@import") && !css.contains("--lightningcss"), "{css}");
        }
        fs::write(folder.join("main.css"), "@import \"missing.css\";").unwrap();
        let error = bundle(&folder.join("main.css"), Mode::Dev).unwrap_err().to_string();
        assert!(error.contains("main.css"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
