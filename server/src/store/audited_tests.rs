//! Every method of the store that changes something for a person records it in the audit log, in the same transaction.

use std::{collections::BTreeSet, fs, path::Path};

use hookgram::{
    audit::AuditAction,
    booking::BookingBot,
    delivery::{FailureCause, Outcome},
    replay::{BulkKind, Matching, ReplayAs},
    role::Role,
    secret::BotToken,
    setting::Setting,
};
use secrecy::SecretString;

use super::{tests::*, *};
use crate::{
    store::audit::{By, COMMAND_LINE},
    time::now,
};

/// The functions that write without [`By`], each with its reason.
const NOT_AUDITED: &[(&str, &str)] = &[
    ("accepting::commit", "an event of a booking service"),
    ("accepting::start", "an event of a booking service"),
    ("accepting::write", "an event of a booking service"),
    ("accepting::write_for_ever", "an event of a booking service"),
    ("accounts::prefer", "language, theme and time zone of somebody's own pages"),
    ("accounts::rehash_password", "the same password under a better hash"),
    ("addresses::add_address_link", "the mail worker"),
    ("addresses::answer_address_link", "the owner of a mail address, who has no account"),
    ("addresses::ask_to_confirm", "the mail worker"),
    ("addresses::drop_address_link", "the mail worker"),
    ("answers::accepted", "Telegram's answer about a bot"),
    ("answers::put_answers", "Telegram's answers about bots"),
    ("answers::refused", "Telegram's answer about a bot"),
    ("audit::delete_old_audit", "retention"),
    ("audit::note", "writes the audit itself; the methods that call it take By"),
    ("booking::handled", "how far updates of customers are handled"),
    ("booking::published", "what was set at Telegram; the setting itself is audited"),
    ("booking::put_trouble", "Telegram's answer about a bot"),
    ("bulk::finish_bulk", "the end of a bulk action; its beginning is audited"),
    ("bulk::record_step", "a step of a bulk action; its beginning is audited"),
    ("cancelling::cancel_step", "a step of a bulk action; its beginning is audited"),
    ("changes::delete_remains", "retention; the deletion of the profile is audited"),
    ("converting::convert_messages", "rewrites what an earlier version stored"),
    ("customers::may_tell", "an update of a customer"),
    ("customers::met", "an update of a customer"),
    ("customers::set_blocked", "an update of a customer"),
    ("customers::tell_group", "an update of a group"),
    ("drafts::add_draft", "private to its author, for an hour"),
    ("drafts::delete_draft", "private to its author, for an hour"),
    ("erasing::erase_some", "a step of `erase`, which takes By; the first one records the entry"),
    ("erasing::overwrite_words", "a step of `erase`, which takes By"),
    ("erasing::erase_unanswered", "a step of `erase`, which takes By"),
    ("events::accept", "an event of a booking service"),
    ("folding::fill_in", "a migration"),
    ("heads::due_again", "the delivery worker"),
    ("heads::settle_all", "the delivery worker"),
    ("links::use_sign_in_link", "the first step of a sign-in; its session is audited"),
    ("mails::claim", "the mail worker"),
    ("mails::record", "the mail worker"),
    ("mails::release", "the mail worker"),
    ("maintenance::delete_expired", "retention"),
    ("maintenance::delete_old_customers", "retention"),
    ("maintenance::delete_old_events", "retention"),
    ("maintenance::delete_old_tests", "retention"),
    ("maintenance::delete_unneeded", "retention"),
    ("maintenance::shrink", "retention"),
    ("mod::backup", "writes another file; it takes access to the database's own file"),
    ("mod::close", "writes nothing of its own"),
    ("mod::over", "puts the store together"),
    ("missed::deliver_missed", "a customer pressed Start"),
    ("moving::move_tokens", "a migration"),
    ("outcomes::record", "the delivery worker"),
    ("people::fill_people", "copies what an event names, after it was accepted"),
    ("queue::claim", "the delivery worker"),
    ("queue::end_unreadable", "the delivery worker"),
    ("queue::release_leases", "the delivery worker"),
    ("rejections::commit", "an event of a booking service"),
    ("rejections::record_rejection", "an event of a booking service"),
    ("rejections::start", "the writer of refused events"),
    ("rejections::write", "an event of a booking service"),
    ("rejections::write_for_ever", "the writer of refused events"),
    ("replays::replay_step", "a step of a bulk action; its beginning is audited"),
    ("resealing::reseal_some", "the same secrets under the new key; the change of the key is audited"),
    ("sandbox::add_sandbox_message", "a test message; the test itself is audited"),
    ("sandbox_talk::put_sandbox_talk", "somebody plays a customer in the sandbox"),
    ("second_factors::take_step", "keeps a code from being used twice; the sign-in is audited"),
    ("secrets::adopt_key", "nothing is sealed with the lost key any more"),
    ("secrets::begin", "the start of a process"),
    ("sessions::add_half_session", "the first step of a sign-in; its session is audited"),
    ("sessions::end_half_session", "a step of a sign-in; its session is audited"),
    ("sessions::rotate_session", "the same session under another token"),
    ("sessions::touch_session", "when a session was last used"),
    ("sessions::try_half_session", "counts attempts; a wrong code is audited"),
    ("settings::remember_backup", "when a copy was made; it takes access to the database's own file"),
    ("settings::remember_public_url", "the server at its start"),
    ("sign_in_failures::code_was_right", "a step of a sign-in; its session is audited"),
    ("sign_in_failures::try_code", "counts attempts; a wrong code is audited"),
    ("stops::start_again", "somebody plays a customer in the sandbox"),
    ("stops::stop", "an update of a customer"),
    ("strangers::delete_swept", "retention"),
    ("suspended::resume_opened", "the key that opens a token is back"),
];

struct Function {
    area: String,
    /// The module and the name, such as `accepting::commit`.
    name: String,
    is_public: bool,
    takes_by: bool,
    writes: bool,
}

/// Returns the functions of the store's files, without the tests.
fn functions() -> Vec<Function> {
    let mut functions = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
            let module = match stem(&path).as_str() {
                "mod" if !path.ends_with("store/mod.rs") => stem(path.parent().unwrap()),
                name => name.to_owned(),
            };
            let area = path.strip_prefix(&root).unwrap().iter().next().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !module.ends_with("tests") {
                functions.extend(functions_of(
                    area.trim_end_matches(".rs"),
                    &module,
                    &fs::read_to_string(path).unwrap(),
                ));
            }
        }
    }
    functions
}

/// Relies on rustfmt: a function ends with a brace that is indented like its first line.
fn functions_of(area: &str, module: &str, text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some((qualifiers, rest)) = code.split_once("fn ") else { continue };
        let qualifiers = qualifiers.replace("(in crate::store)", "(super)");
        if !qualifiers.split_whitespace().all(|word| word == "async" || word.starts_with("pub")) {
            continue;
        }
        let end = format!("{}}}", " ".repeat(line.len() - code.len()));
        let end = lines.iter().skip(start).position(|line| *line == end).unwrap() + start;
        let function = lines[start..=end].join("\n");
        let signature = function.split("{\n").next().unwrap();
        let pool = |(at, field): (usize, &str)| !function[at + field.len()..].starts_with(['(', '_']);
        functions.push(Function {
            area: area.to_owned(),
            name: format!("{module}::{}", rest.split(['(', '<']).next().unwrap()),
            is_public: qualifiers.starts_with("pub "),
            takes_by: signature.contains("&By"),
            writes: signature.contains("SqlitePool")
                || function.contains(".acceptor")
                || function.contains(".rejections")
                || function.match_indices(".write").any(pool),
        });
    }
    functions
}

#[test]
fn each_function_that_writes_takes_by_or_is_listed_with_a_reason() {
    let writers: BTreeSet<String> = functions()
        .into_iter()
        .filter(|function| function.writes && !function.takes_by)
        .map(|function| function.name)
        .collect();
    let known: BTreeSet<String> = NOT_AUDITED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(writers, known, "left: what writes without By; right: NOT_AUDITED");
}

#[tokio::test]
async fn only_the_write_connection_can_write() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("hookgram.db").display());
    let store = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    let refused = sqlx::query("DELETE FROM users").execute(&store.db.read).await.unwrap_err().to_string();
    assert!(refused.contains("readonly"), "{refused}");
    store.maintenance.checkpoint().await.unwrap();
    store.close().await;
}

/// Returns all rows of all tables.
async fn dump(store: &Store) -> String {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&store.db.read).await.unwrap();
    let mut dump = String::new();
    for table in tables {
        let columns = "SELECT group_concat('quote(\"' || name || '\")', ' || '','' || ') FROM pragma_table_info(?1)";
        let columns: String = sqlx::query_scalar(columns).bind(&table).fetch_one(&store.db.read).await.unwrap();
        let rows = sqlx::AssertSqlSafe(format!("SELECT {columns} FROM \"{table}\" ORDER BY 1"));
        let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&store.db.read).await.unwrap();
        dump += &format!("{table}: {rows:#?}\n");
    }
    dump
}

async fn break_audit(store: &Store) {
    let trigger = "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the audit is broken'); END";
    sqlx::query(trigger).execute(&store.db.write).await.unwrap();
}

/// Calls methods of a store whose audit table is broken. Each call must fail because of it, and change nothing.
macro_rules! refused {
    ($seen:ident, $store:ident: $($area:ident.$method:ident($($argument:expr),* $(,)?);)*) => {$(
        let name = concat!(stringify!($area), "::", stringify!($method));
        let before = dump(&$store).await;
        let error = match $store.$area.$method($($argument),*).await {
            Ok(_) => panic!("{name} does without the audit"),
            Err(error) => format!("{error:?}"),
        };
        assert!(error.contains("the audit is broken"), "{name}: {error}");
        assert_eq!(dump(&$store).await, before, "{name} has changed something");
        $seen.insert(name.to_owned());
    )*};
}

#[tokio::test]
async fn each_method_that_takes_by_changes_nothing_if_its_audit_entry_cannot_be_written() {
    let by = &By { who: "anna@example.com".into(), address: Some("192.0.2.1".into()) };
    let mut seen = BTreeSet::new();

    let store = Store::in_memory().await.unwrap();
    let link = |code_hash, kind, user_id| NewLink { code_hash, kind, user_id, expires_at: now() + 60_000 };
    store.accounts.add_link(link(b"setup", LinkKind::Setup, None), by).await.unwrap();
    break_audit(&store).await;
    refused!(seen, store: accounts.set_up(b"setup", "a@example.com", "hash", by););

    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("hookgram.db").display());
    let store = Store::connect(&url, Sealer::from_folder(folder.path()).unwrap()).await.unwrap();
    store.db.sealer.add_a_key().unwrap();
    break_audit(&store).await;
    refused!(seen, store: secrets.change_key(by););
    store.close().await;

    let store = Store::in_memory().await.unwrap();
    let profile = store.profiles.put(None, &draft("A"), by).await.unwrap();
    store.profiles.add_sandbox_message(&test_message(profile, 1)).await.unwrap();
    let a = store.accounts.add_user("a@example.com", Role::Admin, Some("hash"), by).await.unwrap();
    let b = store.accounts.add_user("b@example.com", Role::Viewer, Some("hash"), by).await.unwrap();
    let secret = SecretString::from("SECRET");
    store.accounts.turn_second_factor_on(&b, (&secret, 1), &[b"code".to_vec()], b"", by).await.unwrap();
    let owner = store.accounts.user(a.id).await.unwrap().unwrap();
    let session = |token_hash| NewSession {
        token_hash,
        user: &owner,
        now: now(),
        expires_at: now() + 60_000,
        user_agent: "",
        address: "",
    };
    store.accounts.add_session(session(b"session"), by).await.unwrap();
    store.accounts.add_link(link(b"reset", LinkKind::Reset, Some(a.id)), by).await.unwrap();
    let invitation = |code_hash, email| NewInvitation {
        code_hash,
        email,
        role: Role::Viewer,
        made_by: "",
        expires_at: now() + 60_000,
    };
    store.accounts.add_invitation(invitation(b"invite", "c@example.com"), by).await.unwrap();
    let invited = store.accounts.invitations().await.unwrap().remove(0).id;
    let begun = store.accounts.sessions_of(a.id, now(), 60_000).await.unwrap().remove(0).id;
    let token = BotToken::parse(TOKEN).unwrap();
    for (public_id, chat) in [("e1", "5"), ("e2", "6")] {
        let event = event(public_id, TokenSource::event(token.clone()));
        accept_with(&store, event, vec![to(chat)], 0).await.unwrap();
    }
    let claimed = claim_due(&store, "one", 1_000, 2_000, &[]).await;
    store.queue.record(&claimed[0], None, &DeliveryChange::Failed(FailureCause::Blocked), 1_000).await.unwrap();
    store.queue.record(&claimed[1], None, &DeliveryChange::Retry { at: 9_000, unsure: false }, 1_000).await.unwrap();
    let (failed, waiting) = (claimed[0].id, claimed[1].id);
    let matching = |outcome| Matching { outcome, profile: None, cause: None, since: None, until: None };
    let bulk = store.queue.begin_bulk(BulkKind::Cancel, &matching(Outcome::Waiting), by, 1).await.unwrap().unwrap();
    let unused = BotToken::parse("7001002009:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd").unwrap();
    store.bots.enter(&unused, by).await.unwrap();
    store.booking.put(token.bot_id(), None, &BookingBot::default(), UpdateSource::Polling, by).await.unwrap();
    let contact = Contact {
        id: 5,
        first_name: "Anna".into(),
        last_name: String::new(),
        username: String::new(),
        language: String::new(),
    };
    store.customers.met(token.bot_id(), &contact, true, 1_000).await.unwrap();
    let added = BotToken::parse("7001002010:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd").unwrap();
    let settings = [(Setting::RetentionDays, SecretString::from("60"))];
    break_audit(&store).await;
    refused!(seen, store:
        bots.enter(&added, by);
        bots.remove(unused.bot_id(), by);
        booking.put(token.bot_id(), Some(1), &BookingBot::default(), UpdateSource::Webhook, by);
        booking.set_enabled(token.bot_id(), true, by);
        booking.taken_over(token.bot_id(), by);
        profiles.put(None, &draft("B"), by);
        profiles.replace(profile, "", &draft("A2"), by);
        profiles.put_all(&[], &[draft("A"), draft("B")], by);
        profiles.add_all(&[draft("B")], by);
        profiles.duplicate(profile, |name| vec![format!("{name} 2")], by);
        profiles.set_enabled(profile, false, by);
        profiles.rotate_key(profile, OldKey::Stops, by);
        profiles.delete(profile, by);
        profiles.note_export(&[], true, by);
        profiles.note_test(&Test { profile: ("A", Some(profile)), token: None, chat: "…5", answer: "sent" }, by);
        profiles.clear_sandbox(None, by);
        queue.replay(&[Wish::AsItWas(failed)], Ask::Exactly, by, 2_000);
        queue.cancel(&[waiting], by, 2_000);
        queue.begin_bulk(BulkKind::Replay(ReplayAs::ItWas), &matching(Outcome::Failed), by, 2_000);
        queue.stop_bulk(bulk, by, 2_000);
        audit.note_log_export("deliveries.csv", "", by);
        maintenance.erase("5", by, 2_000);
        customers.stop_by(token.bot_id(), 5, 2_000, by);
        customers.note_export(5, by);
        accounts.add_user("d@example.com", Role::Viewer, None, by);
        accounts.change_role(b.id, Role::Operator, by);
        accounts.remove_member(b.id, by);
        accounts.set_password("a@example.com", "other", by);
        accounts.change_password(&a, "other", b"session", by);
        accounts.turn_second_factor_on(&a, (&secret, 1), &[], b"session", by);
        accounts.turn_second_factor_off(&b, None, by);
        accounts.put_recovery_codes(&b, &[b"other".to_vec()], by);
        accounts.use_recovery_code(&b, b"code", by, 2_000);
        accounts.sign_in_failed(&a, AuditAction::SignInFailed, None, by);
        accounts.add_session(session(b"other"), by);
        accounts.end_session(b"session", by);
        accounts.end_session_of(&a, &begun, by);
        accounts.end_sessions_of(&a, None, by);
        accounts.add_link(link(b"other", LinkKind::Reset, Some(a.id)), by);
        accounts.reset_password(b"reset", "other", by);
        accounts.add_invitation(invitation(b"other", "d@example.com"), by);
        accounts.revoke_invitation(&invited, by);
        accounts.accept_invitation(b"invite", "hash", by);
        settings.put(&settings, Vec::new(), &COMMAND_LINE);
        audit.note_mail_test("taken", by);
    );

    let audited: BTreeSet<String> = functions()
        .into_iter()
        .filter(|function| function.is_public && function.takes_by)
        .map(|function| format!("{}::{}", function.area, function.name.split("::").last().unwrap()))
        .collect();
    assert_eq!(audited, seen, "left: the methods that take By; right: those that were tried here");
}
