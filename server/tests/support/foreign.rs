//! Words that stand on a page in another language than its own: on an English page a letter of Russian, on a Russian page
//! an English word that is no name. What people typed, and what says that it is in another language, is not asked.

use hookgram::{event::EventType, parameters::Parameter, values::Language};

/// What Russian says in Latin letters: names of products, formats and parameters, and keys.
const NAMES: &str = "Hookgram hookgram Telegram BotFather Torrow WebHook webhook URL JSON YAML HTML QR id Id curl https \
                     http sendMessage idInstance Enter Ctrl macOS Linux Windows PowerShell JavaScript Android Firefox Chrome UTC GMT CSV Lines Google Authenticator Aegis FAS \
                     SMTP TLS STARTTLS Gmail";
/// What is typed as it stands, keys of a file of profiles, and names of hosts.
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
/// What the played Telegram and the samples say, in Russian wherever it is shown.
const TYPED: &[&str] = &["Салон", "№ТБ-2026/1187"];

/// The words of `text` that a page in this language must not show.
pub fn foreign_words(language: Language, text: &str) -> Vec<String> {
    // A line of a message, quoted: it is in the message's language.
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

/// An address, a name of a bot, a parameter or a tag: what is written so everywhere.
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
fn what_is_no_name_is_found() {
    assert_eq!(foreign_words(Language::En, "Save «Сохранить» now"), ["«Сохранить»"]);
    assert_eq!(
        foreign_words(Language::Ru, "Откройте Settings в Telegram, @BotFather или https://a.example/x"),
        ["Settings"]
    );
    assert_eq!(foreign_words(Language::Ru, "Целиком, вместе с telegramToken."), Vec::<String>::new());
    assert_eq!(foreign_words(Language::Ru, "Не-Saved"), ["Saved"]);
    assert_eq!(foreign_words(Language::En, "“Адрес: Казань”"), Vec::<String>::new());
}
