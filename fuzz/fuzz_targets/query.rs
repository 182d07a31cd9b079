//! Reads arbitrary bytes as a query, and as overrides of the resulting profile.

#![no_main]

use hookgram::{profile::Profile, query};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (first, second) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()));
    let reading = query::read(first);
    comes_back(&reading.profile);
    let overridden = query::read_overrides(&reading.profile, second);
    comes_back(&overridden.profile);
    assert_eq!(overridden.profile.token, reading.profile.token);
    assert_eq!(overridden.profile.field_name, reading.profile.field_name);
    if let Some(token) = &reading.profile.token {
        let secret = token.expose().split_once(':').expect("a token has a colon").1;
        let said = format!("{:?}", (&reading.faults, &reading.warnings, &overridden.faults, &overridden.warnings));
        assert!(!said.contains(secret), "a token was said");
    }
});

fn comes_back(profile: &Profile) {
    let written = query::write_with_token(profile);
    assert!(written.is_ascii() && !written.contains([' ', '+', '\n']), "{written}");
    let again = query::read(written.as_bytes());
    assert_eq!(query::write_with_token(&again.profile), written);
    assert_eq!(again.profile.warnings(), profile.warnings());
}
