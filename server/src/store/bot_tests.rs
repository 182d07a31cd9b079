//! Bots: which of two tokens is kept, and what a new token changes.

use hookgram::{
    bot::BotState,
    delivery::{DeliveryState, FailureCause},
    secret::BotToken,
};

use super::{
    tests::{TOKEN, accept_with, claim_due, draft, event, to},
    *,
};
use crate::{
    secrets::seal::{Place, Sealer},
    store::audit::COMMAND_LINE,
};

const BOT: i64 = 7_001_002_003;

fn token() -> BotToken {
    BotToken::parse(TOKEN).unwrap()
}

/// Another token of the same bot.
fn renewed() -> BotToken {
    BotToken::parse("7001002003:BBHk2Lm9-pQ_rStUvWxYz0123456789abcd").unwrap()
}

async fn bot(store: &Store) -> BotRecord {
    store.bots.get(BOT).await.unwrap().unwrap()
}

/// Creates two profiles of the bot, each with a waiting delivery to its own chat.
async fn two_profiles(store: &Store) -> [i64; 2] {
    let mut ids = Vec::new();
    for (name, chat) in [("A", "5"), ("B", "6")] {
        let id = store.profiles.put(None, &draft(name), &COMMAND_LINE).await.unwrap();
        accept_with(store, event(name, TokenSource::Profile(id)), vec![to(chat)], 0).await.unwrap();
        ids.push(id);
    }
    ids.try_into().unwrap()
}

async fn states(store: &Store) -> Vec<DeliveryState> {
    store.queue.deliveries(9).await.unwrap().into_iter().map(|delivery| delivery.state).collect()
}

#[tokio::test]
async fn a_new_token_of_a_bot_is_used_by_every_profile() {
    let store = Store::in_memory().await.unwrap();
    let profiles = two_profiles(&store).await;
    store.bots.refused(&token()).await.unwrap();
    assert_eq!(bot(&store).await.bot.state, BotState::Refused);
    assert_eq!(states(&store).await, [DeliveryState::Suspended; 2], "every profile waits");
    assert_eq!(store.bots.enter(&renewed(), &COMMAND_LINE).await.unwrap(), Entered::Stored);
    assert_eq!(states(&store).await, [DeliveryState::Retrying; 2]);
    for id in profiles {
        assert_eq!(store.profiles.get(id).await.unwrap().unwrap().profile.token, Some(renewed()));
    }
    let late = crate::time::now() + 1;
    for claimed in claim_due(&store, "one", late, late + 30_000, &[]).await {
        assert_eq!(claimed.sender, SenderKey::of(&renewed()));
        assert_eq!(store.queue.token_for(&claimed).await.unwrap(), Some(renewed()));
    }
}

#[tokio::test]
async fn the_token_that_telegram_accepted_last_is_kept() {
    let store = Store::in_memory().await.unwrap();
    store.bots.enter(&token(), &COMMAND_LINE).await.unwrap();
    store.bots.accepted(&token(), "Salon", "salon_bot").await.unwrap();
    assert!(store.bots.keeps_another(&renewed()).await.unwrap());
    assert_eq!(store.bots.enter(&renewed(), &COMMAND_LINE).await.unwrap(), Entered::Refused, "never accepted");
    assert_eq!(bot(&store).await.token, Some(token()));
    sqlx::query("UPDATE accepted_tokens SET accepted_at = accepted_at - 1000").execute(&store.db.write).await.unwrap();
    store.bots.accepted(&renewed(), "Salon", "salon_bot").await.unwrap();
    assert_eq!(bot(&store).await.token, Some(token()), "nobody has entered it yet");
    assert_eq!(store.bots.enter(&renewed(), &COMMAND_LINE).await.unwrap(), Entered::Stored);
    let renamed = bot(&store).await;
    assert_eq!((renamed.token, renamed.bot.state), (Some(renewed()), BotState::Working));
    assert_eq!(store.bots.enter(&token(), &COMMAND_LINE).await.unwrap(), Entered::Refused, "accepted earlier");
    assert_eq!(store.bots.enter(&renewed(), &COMMAND_LINE).await.unwrap(), Entered::Same);
}

#[tokio::test]
async fn a_refusal_of_another_token_changes_nothing() {
    let store = Store::in_memory().await.unwrap();
    two_profiles(&store).await;
    store.bots.refused(&renewed()).await.unwrap();
    assert_eq!(bot(&store).await.bot.state, BotState::Unknown);
    assert_eq!(states(&store).await, [DeliveryState::Waiting; 2]);
}

#[tokio::test]
async fn waiting_messages_move_to_the_new_bot_of_their_profile() {
    let store = Store::in_memory().await.unwrap();
    let [first, _] = two_profiles(&store).await;
    store.bots.refused(&token()).await.unwrap();
    let other = BotToken::parse("7001002004:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd").unwrap();
    store.bots.enter(&other, &COMMAND_LINE).await.unwrap();
    let mut chosen = draft("A");
    (chosen.bot, chosen.profile.token) = (Some(other.bot_id()), None);
    store.profiles.put(Some(first), &chosen, &COMMAND_LINE).await.unwrap();
    assert_eq!(states(&store).await, [DeliveryState::Suspended, DeliveryState::Retrying], "newest first");
    let late = crate::time::now() + 1;
    let claimed = claim_due(&store, "one", late, late + 30_000, &[]).await;
    assert_eq!(claimed.iter().map(|one| one.sender.clone()).collect::<Vec<_>>(), [SenderKey::of(&other)]);
    chosen.bot = Some(5);
    assert!(matches!(store.profiles.put(Some(first), &chosen, &COMMAND_LINE).await, Err(StoreError::NoSuchBot)));
}

#[tokio::test]
async fn a_bot_can_be_removed_only_if_no_profile_refers_to_it() {
    let store = Store::in_memory().await.unwrap();
    let [first, second] = two_profiles(&store).await;
    assert!(matches!(store.bots.remove(BOT, &COMMAND_LINE).await, Err(StoreError::Taken)));
    for id in [first, second] {
        store.profiles.delete(id, &COMMAND_LINE).await.unwrap();
    }
    store.bots.remove(BOT, &COMMAND_LINE).await.unwrap();
    assert_eq!(store.bots.get(BOT).await.unwrap(), None);
    assert!(matches!(store.bots.remove(BOT, &COMMAND_LINE).await, Err(StoreError::NotFound)));
    assert_eq!(store.bots.enter(&token(), &COMMAND_LINE).await.unwrap(), Entered::Stored);
}

/// Puts the bots into the state that migration 0022 leaves behind: one encrypted token for each profile.
async fn as_before(store: &Store, tokens: &[(i64, BotToken)]) {
    sqlx::query("UPDATE bots SET token = NULL").execute(&store.db.write).await.unwrap();
    for (place, (profile, token)) in (1_i64..).zip(tokens) {
        let sealed = store.db.sealer.seal(Place::ProfileToken(*profile), token.expose()).unwrap();
        sqlx::query(
            "INSERT INTO profile_tokens (profile_id, bot_id, token, sender, place) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(profile)
        .bind(token.bot_id())
        .bind(sealed)
        .bind(SenderKey::of(token).as_bytes())
        .bind(place)
        .execute(&store.db.write)
        .await
        .unwrap();
    }
}

async fn left(store: &Store) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM profile_tokens").fetch_one(&store.db.read).await.unwrap()
}

#[tokio::test]
async fn tokens_of_profiles_are_moved_to_their_bot_once_the_right_key_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("x.db").display());
    let right = || Sealer::from_folder(folder.path()).unwrap();
    let store = Store::connect(&url, right()).await.unwrap();
    let [first, second] = two_profiles(&store).await;
    as_before(&store, &[(first, token()), (second, renewed())]).await;
    store.close().await;

    let wrong = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    assert_eq!(left(&wrong).await, 2, "a wrong key moves nothing and loses nothing");
    assert_eq!(bot(&wrong).await.bot.state, BotState::Locked);
    assert_eq!(wrong.secrets.locked_secrets().await.unwrap().bots, [(BOT, BOT.to_string())]);
    let locked = DeliveryChange::Suspended { refused: None, cause: FailureCause::TokenLocked };
    for claimed in claim_due(&wrong, "one", 1_000, 31_000, &[]).await {
        assert!(matches!(wrong.queue.token_for(&claimed).await, Err(StoreError::Seal(_))));
        wrong.queue.record(&claimed, None, &locked, 2_000).await.unwrap();
    }
    assert_eq!(states(&wrong).await, [DeliveryState::Suspended; 2]);
    wrong.close().await;

    let again = Store::connect(&url, right()).await.unwrap();
    let moved = bot(&again).await;
    assert_eq!((moved.token, moved.bot.state, left(&again).await), (Some(token()), BotState::Unknown, 0));
    assert_eq!(states(&again).await, [DeliveryState::Retrying; 2], "what waited for the key is due");
    let late = crate::time::now() + 1;
    for claimed in claim_due(&again, "one", late, late + 30_000, &[]).await {
        assert_eq!(claimed.sender, SenderKey::of(&token()), "one bot has one token");
    }
}

#[tokio::test]
async fn a_token_entered_while_the_key_is_wrong_replaces_the_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("x.db").display());
    let store = Store::connect(&url, Sealer::from_folder(folder.path()).unwrap()).await.unwrap();
    let [first, _] = two_profiles(&store).await;
    as_before(&store, &[(first, token())]).await;
    store.close().await;
    let wrong = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    wrong.bots.enter(&renewed(), &COMMAND_LINE).await.unwrap();
    assert_eq!((bot(&wrong).await.token, left(&wrong).await), (Some(renewed()), 0));
}
