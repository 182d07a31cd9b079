//! Finds words that are not in the language of their page: Cyrillic letters on an English page, and English words
//! that are no names on a Russian page. Typed input and elements marked as being in another language are left out.

use hookgram::{event::EventType, parameters::Parameter, values::Language};

/// Latin words that Russian texts use: names of products, formats and parameters, and keys.
const NAMES: &str = "Hookgram hookgram Telegram BotFather Torrow WebHook webhook URL JSON YAML HTML QR id Id curl https \
                     http sendMessage idInstance Enter Ctrl macOS Linux Windows PowerShell JavaScript Android Firefox Chrome UTC GMT CSV Lines Google Authenticator Aegis FAS \
                     SMTP TLS STARTTLS Gmail";
/// Texts that are typed as they are, keys of a file of profiles, and host names.
const COMMANDS: &[&str] = &[
    "hookgram user reset-link",
    "hookgram user second-factor-off",
    "hookgram backup",
    "hookgram serve",
    "profiles:",
    "name:",
    "Mail.ru",
    "smtp.example.com",
];
/// Texts of the simulated Telegram and the samples, which are in Russian on every page.
const TYPED: &[&str] = &["Салон", "№ТБ-2026/1187"];

/// Returns the words of `text` that a page in this language must not show.
pub fn foreign_words(language: Language, text: &str) -> Vec<String> {
    // A quoted line of a message is in the message's language.
    if ['“', '«'].iter().any(|quote| text.starts_with(*quote)) && text.ends_with(['”', '»']) {
        return Vec::new();
    }
    let text = COMMANDS.iter().chain(TYPED).fold(text.to_owned(), |text, known| text.replace(known, ""));
    let words = text.split_whitespace();
    match language {
        Language::En => words.filter(|word| word.chars().any(is_russian)).map(str::to_owned).collect(),
        Language::Ru => words.filter(|word| !is_an_address(word)).flat_map(english).collect(),
    }
}

fn is_russian(letter: char) -> bool {
    ('\u{400}'..='\u{4ff}').contains(&letter)
}

/// Tells whether the word is an address, a bot's name, a parameter or a tag, which are the same in every language.
fn is_an_address(word: &str) -> bool {
    let bare = word.trim_matches(|letter: char| matches!(letter, '«' | '»' | '(' | ')' | ',' | ';' | ':' | '.'));
    bare.starts_with(['@', '*', '/', '?', '<']) || bare.contains(['@', '/', '_', '=', '{', '…'])
}

fn english(word: &str) -> Vec<String> {
    let is_name = |run: &&str| {
        NAMES.split(' ').any(|name| name == *run)
            || Parameter::by_name(run).is_some()
            || EventType::NAMED.iter().any(|(_, name)| name == run)
    };
    let runs = word.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|run| run.len() > 1);
    runs.filter(|run| !is_name(run)).map(str::to_owned).collect()
}

#[test]
fn foreign_words_are_found_and_names_are_not() {
    assert_eq!(foreign_words(Language::En, "Save «Сохранить» now"), ["«Сохранить»"]);
    assert_eq!(
        foreign_words(Language::Ru, "Откройте Settings в Telegram, @BotFather или https://a.example/x"),
        ["Settings"]
    );
    assert_eq!(foreign_words(Language::Ru, "Целиком, вместе с telegramToken."), Vec::<String>::new());
    assert_eq!(foreign_words(Language::Ru, "Не-Saved"), ["Saved"]);
    assert_eq!(foreign_words(Language::En, "“Адрес: Казань”"), Vec::<String>::new());
}
