//! Words that stand on a page in another language than its own: on an English page a letter of Russian, on a Russian page
//! an English word that is no name. What people typed, and what says that it is in another language, is not asked.

use hookgram::values::Language;

/// What Russian says in Latin letters: names of products and formats, and what is typed or pressed as it stands.
const NAMES: &[&str] = &[
    "Hookgram",
    "hookgram",
    "Telegram",
    "BotFather",
    "Torrow",
    "WebHook",
    "webhook",
    "CaseActionEvent",
    "URL",
    "JSON",
    "YAML",
    "HTML",
    "QR",
    "id",
    "Id",
    "curl",
    "https",
    "http",
    "sendMessage",
    "Enter",
    "Ctrl",
    "macOS",
    "Linux",
    "UTC",
    "user",
    "reset",
    "password",
    "start",
];

/// The words of `text` that a page in this language must not show.
pub fn foreign_words(language: Language, text: &str) -> Vec<String> {
    let words = text.split_whitespace();
    match language {
        Language::En => words.filter(|word| word.chars().any(is_russian)).map(str::to_owned).collect(),
        Language::Ru => words.filter(|word| !is_an_address(word)).flat_map(english).collect(),
    }
}

fn is_russian(letter: char) -> bool {
    ('\u{400}'..='\u{4ff}').contains(&letter)
}

/// An address, a name of a bot, a parameter or a tag: what is written so everywhere.
fn is_an_address(word: &str) -> bool {
    let bare = word.trim_matches(|letter: char| matches!(letter, '«' | '»' | '(' | ')' | ',' | ';' | ':' | '.'));
    bare.starts_with(['@', '*', '/', '?', '<']) || bare.contains(['@', '/', '_', '=', '{', '…'])
}

fn english(word: &str) -> Vec<String> {
    let runs = word.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|run| run.len() > 1);
    runs.filter(|run| !NAMES.contains(run) && hookgram::parameters::Parameter::by_name(run).is_none())
        .map(str::to_owned)
        .collect()
}

#[test]
fn what_is_no_name_is_found() {
    assert_eq!(foreign_words(Language::En, "Save «Сохранить» now"), ["«Сохранить»"]);
    assert_eq!(
        foreign_words(Language::Ru, "Откройте Settings в Telegram, @BotFather или https://a.example/x"),
        ["Settings"]
    );
    assert_eq!(foreign_words(Language::Ru, "Целиком, вместе с telegramToken."), Vec::<String>::new());
    assert_eq!(foreign_words(Language::Ru, "Не-Saved"), ["Saved"]);
}
