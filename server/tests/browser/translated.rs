//! Every word of a page is in the page's language, in every state, including texts that WebAssembly sets.

use anyhow::{Context as _, Result, ensure};
use hookgram::values::Language;

use crate::{scenes::walk, support::foreign::foreign_words};

/// Returns every visible text and every attribute that is read out, except messages, typed input (form fields, code),
/// the cities of distant zones (which have no Russian name here), and elements marked as being in another language.
/// `support::html` reads the server's answer by the same rules.
const TEXTS: &str = r#"
    const own = document.documentElement.lang;
    const passed = element => element.closest('script, style, noscript, textarea, code, pre, .bubble, .change-lines, .zone-city, [translate="no"]')
        || element.closest('[lang]').lang !== own;
    const texts = [];
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim();
        if (text && !passed(walker.currentNode.parentElement)) texts.push(text);
    }
    for (const name of ['title', 'aria-label', 'alt', 'placeholder', 'label']) {
        for (const element of document.querySelectorAll(`[${name}]`)) {
            if (element.matches('textarea, option') ? element.closest('[lang]').lang === own : !passed(element)) texts.push(element.getAttribute(name));
        }
    }
    return texts;"#;

#[tokio::test]
async fn every_word_is_in_the_pages_language_in_any_state() -> Result<()> {
    let mut found = Vec::new();
    for language in [Language::Ru, Language::En] {
        walk(
            language,
            |_| true,
            async |browser, scene| {
                let texts = browser.script(TEXTS).await?;
                let texts = texts.as_array().context("a list of texts")?;
                ensure!(texts.len() > 5, "hardly a word at “{}”", scene.name);
                for text in texts.iter().filter_map(|text| text.as_str()) {
                    let words = foreign_words(language, text);
                    if !words.is_empty() {
                        found.push(format!("{} ({language:?}): {words:?} in “{text}”", scene.name));
                    }
                }
                Ok(())
            },
        )
        .await?;
    }
    ensure!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}
