//! Reads an arbitrary text as a file of profiles.

#![no_main]

use hookgram::{profile::EditedProfile, secret::BotToken, values::Language};
use libfuzzer_sys::fuzz_target;
use server::{
    profile_file::{FileFault, Reading, export, read},
    store::StoredProfile,
};

fuzz_target!(|text: &str| {
    let Reading { drafts, faults, .. } = read(text, Language::En);
    let in_russian = read(text, Language::Ru);
    assert_eq!(in_russian.drafts, drafts, "a language reads otherwise");
    let places = |faults: &[FileFault]| -> Vec<_> { faults.iter().map(|f| (f.path.clone(), f.line)).collect() };
    assert_eq!(places(&in_russian.faults), places(&faults));
    let lines = u64::try_from(text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count()).expect("a number");
    for fault in faults.iter().chain(&in_russian.faults) {
        let said = fault.to_string();
        assert_eq!(BotToken::find(&said), None, "a token is said");
        assert!(!fault.sentence.is_empty());
        assert!(fault.line.is_none_or(|line| (1..=lines).contains(&line)), "line {:?} of {lines}", fault.line);
    }
    if !faults.is_empty() {
        return;
    }
    let stored: Vec<StoredProfile> = drafts.iter().map(|(_, draft)| stored(draft.clone())).collect();
    for with_secrets in [true, false] {
        let file = export(&[], &stored, with_secrets).expect("texts, flags and lists");
        let again = read(&file, Language::En);
        assert_eq!(again.faults, [], "{file}");
        assert_eq!(again.drafts.len(), drafts.len());
        for ((_, again), stored) in again.drafts.into_iter().zip(&stored) {
            let mut expected = draft(stored.clone());
            if !with_secrets {
                expected.profile.token = None;
                expected.key = None;
            }
            assert_eq!(again, expected, "{file}");
        }
        if !with_secrets {
            let tokens = stored.iter().filter_map(|stored| stored.profile.token.as_ref());
            for token in tokens.filter(|token| !is_typed_elsewhere(&stored, token)) {
                assert!(!file.contains(token.expose()), "a token is exported");
            }
        }
    }
});

/// The profile as the store would return it.
fn stored(draft: EditedProfile) -> StoredProfile {
    let EditedProfile { name, enabled, channel, events, profile, key, bot, bare_ids } = draft;
    StoredProfile {
        id: 1,
        name,
        enabled: enabled.unwrap_or(true),
        channel,
        events,
        profile,
        key: key.unwrap_or_else(|| "k7Rm2Qx9TvB4nWpL".to_owned()),
        bare_ids: bare_ids.unwrap_or(true),
        bot,
        version: 0,
    }
}

fn draft(stored: StoredProfile) -> EditedProfile {
    let StoredProfile { name, enabled, channel, events, profile, key, bot, bare_ids, .. } = stored;
    // The file omits the default.
    let bare_ids = (!bare_ids).then_some(false);
    EditedProfile { name, enabled: Some(enabled), channel, events, profile, key: Some(key), bot, bare_ids }
}

/// Whether a name or a text also contains the token. Names and texts are exported unchanged.
fn is_typed_elsewhere(stored: &[StoredProfile], token: &BotToken) -> bool {
    stored.iter().any(|stored| {
        let texts = format!("{} {:?} {:?}", stored.name, stored.profile.field_name, stored.profile.formatting);
        texts.contains(token.expose())
    })
}
