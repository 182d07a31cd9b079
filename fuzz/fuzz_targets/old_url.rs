//! Reads an arbitrary text as a pasted old URL and as a list of old URLs.

#![no_main]

use app::old_url::{self, OldUrl};
use hookgram::{channel::ChannelKind, profile::Profile, query, secret::BotToken, values::Language};
use libfuzzer_sys::fuzz_target;
use server::{profile_file::old_urls::candidates, store::StoredProfile};

fuzz_target!(|text: &str| {
    let one = old_url::read(text);
    assert_eq!(old_url::read(&format!(" <\n{text}>\t")), one, "quotes and blanks around it change it");
    if let Ok(url) = &one {
        comes_back(url);
    }

    let stored = [already_there()];
    let list = candidates(text, &stored, Language::Ru);
    assert_eq!(list.len(), text.lines().filter(|line| !line.trim().is_empty()).count());
    let mut names = vec![stored[0].name.as_str()];
    for candidate in &list {
        for language in [Language::Ru, Language::En] {
            let row = candidate.row(language);
            let sentences = [row.faults, row.lost, row.advice].concat();
            assert!(sentences.iter().all(|sentence| !sentence.is_empty()));
            let shown = [row.name, row.bot, row.field, row.message, row.twin.unwrap_or_default()];
            for shown in shown.iter().chain(&sentences) {
                assert_eq!(BotToken::find(shown), None, "a token is shown");
            }
            let secret = candidate.token().map(|token| token.expose().split_once(':').expect("a token has a colon").1);
            assert!(secret.is_none_or(|secret| !sentences.concat().contains(secret)), "a token is said");
        }
        if candidate.complete().is_some() && candidate.twin.is_none() {
            assert_eq!(candidate.name.trim(), candidate.name);
            assert!(
                !candidate.name.is_empty() && !names.contains(&&*candidate.name),
                "{:?} in {names:?}",
                candidate.name
            );
            names.push(&candidate.name);
        }
    }
    // In a list that is pasted twice, the second half repeats the first.
    let twice = candidates(&format!("{text}\n{text}"), &stored, Language::En);
    if twice.len() == 2 * list.len() {
        assert!(twice[list.len()..].iter().all(|candidate| candidate.complete().is_none() || candidate.twin.is_some()));
    }
});

/// Checks that a URL stays the same when it is imported, exported and imported again.
fn comes_back(url: &OldUrl) {
    let exported = format!("https://hooks.example.com/webhook/telegram?{}", query::write_with_token(&url.profile));
    match old_url::read(&exported) {
        Ok(again) => {
            assert_eq!(query::write_with_token(&again.profile), query::write_with_token(&url.profile));
            assert_eq!(again.lost, [], "{exported}");
            if url.faults.is_empty() {
                assert_eq!(
                    (again.profile, again.faults, again.advice),
                    (url.profile.clone(), Vec::new(), url.advice.clone())
                );
            }
        }
        // If every parameter has a fault, the exported URL has no parameters left.
        Err(why) => assert!(!url.faults.is_empty(), "{why:?} of {exported}"),
    }
}

fn already_there() -> StoredProfile {
    let token = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";
    let profile: Profile =
        query::read(format!("telegramToken={token}&telegramFieldName=*T&message=A").as_bytes()).profile;
    StoredProfile {
        id: 1,
        name: "A".to_owned(),
        enabled: true,
        channel: ChannelKind::Telegram,
        events: Vec::new(),
        profile,
        key: "k7Rm2Qx9TvB4nWpL".to_owned(),
        bare_ids: true,
        bot: None,
        version: 0,
    }
}
