//! Uses arbitrary bytes as the `Cookie` lines of a request. `@` and `^` stand for the issued secrets, which the fuzzer
//! could not guess.

#![no_main]

use std::sync::LazyLock;

use app::{notices::Notice, preferences};
use hookgram::{
    preferences::{KeptPreferences, Theme},
    role::Role,
    values::{Language, TimeZone},
};
use http::{HeaderMap, HeaderValue, header};
use libfuzzer_sys::fuzz_target;
use server::{
    auth::{
        cookies::{Cookies, Kind},
        session,
    },
    secrets::{codes, seal::Sealer},
    store::{NewSession, Store, User, audit::COMMAND_LINE},
    time::now,
};
use tokio::runtime::{Builder, Runtime};

const HTTPS: Cookies = Cookies { is_https: true };
const YEAR: i64 = 365 * 24 * 60 * 60;

struct World {
    runtime: Runtime,
    store: Store,
    user: User,
    token: String,
    sealer: Sealer,
    /// `name=value` of the cookie that proves a known browser.
    known: String,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (store, user, token) = runtime.block_on(async {
        let store = Store::in_memory().await.expect("a store");
        let account = store.accounts.add_user("a@b.example", Role::Admin, None, &COMMAND_LINE).await.expect("a user");
        let user = store.accounts.user(account.id).await.expect("the store").expect("the user");
        let token = codes::secret();
        let session = NewSession {
            token_hash: &codes::hash(&token),
            user: &user,
            now: now(),
            expires_at: now() + YEAR * 1000,
            user_agent: "",
            address: "192.0.2.1",
        };
        store.accounts.add_session(session, &COMMAND_LINE).await.expect("a session");
        (store, user, token)
    });
    let sealer = Sealer::ephemeral().expect("a key");
    let known = HTTPS.make_known(&sealer, &user, now()).expect("sealed").0;
    let known = known.split_once(';').expect("attributes").0.to_owned();
    World { runtime, store, user, token, sealer, known }
});

fuzz_target!(|bytes: &[u8]| {
    let world = &*WORLD;
    let lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(|line| with_issued(line, world)).collect();
    let mut headers = HeaderMap::new();
    for line in &lines {
        let Ok(value) = HeaderValue::from_bytes(line) else { return };
        headers.append(header::COOKIE, value);
    }

    // Only a request with the token has a session.
    let holds =
        |secret: &str| lines.iter().any(|line| line.windows(secret.len()).any(|part| part == secret.as_bytes()));
    let opened = open(world, &headers);
    assert!(!opened || holds(&format!("__Host-hookgram_session={}", world.token)), "a session that was not issued");
    assert!(HTTPS.value(Kind::Session, &headers).is_none_or(|value| !value.is_empty() && value.len() <= 256));
    let proof = HTTPS.known_browser(&world.sealer, &world.user, &headers, now());
    assert!(proof.is_none() || holds(&world.known), "a proof that was not issued");
    let mut other = world.user.clone();
    other.account.id += 1;
    assert!(HTTPS.known_browser(&world.sealer, &other, &headers, now()).is_none(), "a proof of another account");

    // Other cookies before and after a session's cookie do not hide it, unless they are session cookies themselves.
    if HTTPS.value(Kind::Session, &headers).is_none() {
        let own = format!("__Host-hookgram_session={}", world.token);
        for line in &lines {
            let around = [line.as_slice(), b"; ", own.as_bytes(), b"; ", line].concat();
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_bytes(&around).expect("a header still"));
            assert!(open(world, &headers), "a session that is hidden");
        }
    }

    // The other cookies reach pages and other cookies. Each must be one of a few values, or a text that survives a
    // round trip.
    let notice = Notice::of_headers(&headers);
    if let Some(notice) = notice {
        let cookie = notice.cookie();
        assert!(cookie.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{cookie:?}");
        let pair = cookie.split_once(';').expect("attributes").0;
        let carried = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).expect("a header"))]);
        assert_eq!(Notice::of_headers(&carried), Some(notice));
    }
    let zone = preferences::zone(&headers);
    assert!(zone.is_none_or(|zone| TimeZone::all().any(|known| known == zone)));
    let kept =
        KeptPreferences { language: Some(Language::En), theme: Some(Theme::Dark), zone: TimeZone::parse("Asia/Omsk") };
    preferences::apply(kept, &mut headers);
    let shown = preferences::of_headers(&headers);
    assert_eq!((shown.language, shown.theme), (Language::En, Theme::Dark), "a cookie over what the account keeps");
    assert_eq!(preferences::zone(&headers), TimeZone::parse("Asia/Omsk"));
    assert!(preferences::zone_is_kept(&headers));
});

fn open(world: &World, headers: &HeaderMap) -> bool {
    let session = world.runtime.block_on(session::load(&world.store, HTTPS, headers)).expect("the store answers");
    session.is_some_and(|(_, session)| session.account.id == world.user.account.id)
}

/// A line in which `@` is replaced by the session's token and `^` by the known-browser cookie.
fn with_issued(line: &[u8], world: &World) -> Vec<u8> {
    let mut whole = Vec::with_capacity(line.len());
    for byte in line {
        match byte {
            b'@' => whole.extend_from_slice(world.token.as_bytes()),
            b'^' => whole.extend_from_slice(world.known.as_bytes()),
            other => whole.push(*other),
        }
    }
    whole
}
