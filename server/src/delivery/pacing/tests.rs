use super::*;

fn lane(number: u32) -> Lane {
    Lane::of_bytes(number.to_be_bytes())
}

/// Pacing that knows these bots already.
fn knowing(bots: impl IntoIterator<Item = u32>, now: Instant) -> Pacing {
    let introductions = Arc::new(Introductions::default());
    for bot in bots {
        introductions.heard(&lane(bot), now);
    }
    Pacing::new(introductions)
}

/// How often a call passes within so many milliseconds, one tried each millisecond, each ended at once.
fn passed(pacing: &mut Pacing, start: Instant, ms: u64, call: impl Fn(u64) -> (u32, String)) -> Vec<u64> {
    let mut passed = Vec::new();
    for at in 0..ms {
        let (bot, chat) = call(at);
        if pacing.admit(&lane(bot), &chat, start + Duration::from_millis(at)).is_ok() {
            pacing.ended(&lane(bot));
            passed.push(at);
        }
    }
    passed
}

#[test]
fn one_bot_sends_thirty_in_any_second() {
    let start = Instant::now();
    let mut pacing = knowing([1], start);
    let passed = passed(&mut pacing, start, 10_000, |at| (1, at.to_string()));
    assert_eq!(passed.len(), 300);
    assert!(passed.windows(31).all(|of_31| of_31[30] - of_31[0] >= 1_000));
}

#[test]
fn one_chat_gets_one_a_second_after_a_small_burst() {
    let start = Instant::now();
    let mut pacing = knowing([1], start);
    let passed = passed(&mut pacing, start, 10_000, |_| (1, "5".into()));
    assert_eq!(passed.len(), 3 + 9);
    assert!(passed[3..].windows(2).all(|two| two[1] - two[0] >= 1_000));
}

#[test]
fn a_group_gets_twenty_in_any_minute() {
    let start = Instant::now();
    for group in ["-100500", "@channel"] {
        let mut pacing = knowing([1], start);
        let passed = passed(&mut pacing, start, 180_000, |_| (1, group.into()));
        assert_eq!(passed.len(), 60, "{group}");
        assert!(passed.windows(21).all(|of_21| of_21[20] - of_21[0] >= 60_000));
    }
}

#[test]
fn a_held_chat_holds_no_other() {
    let now = Instant::now();
    let mut pacing = knowing([1], now);
    for _ in 0..3 {
        assert_eq!(pacing.admit(&lane(1), "5", now), Ok(()));
    }
    assert_eq!(pacing.admit(&lane(1), "5", now), Err(Wait::Chat(SECOND)));
    assert_eq!(pacing.held(&lane(1), now), (vec!["5".to_owned()], Some(SECOND)));
    assert_eq!(pacing.admit(&lane(1), "6", now), Ok(()));
    pacing.quiet(&lane(1), "7", Duration::from_millis(300), now);
    assert_eq!(pacing.held(&lane(1), now).1, Some(Duration::from_millis(300)), "the soonest");
    assert_eq!(pacing.held(&lane(1), now + SECOND), (vec![], None));
    assert_eq!(pacing.held(&lane(2), now), (vec![], None));
}

#[test]
fn few_calls_of_one_bot_are_under_way() {
    let now = Instant::now();
    let mut pacing = knowing([1, 2], now);
    let admitted = (0..40).filter(|chat| pacing.admit(&lane(1), &chat.to_string(), now).is_ok()).count();
    assert_eq!(admitted, AT_ONCE);
    assert_eq!(pacing.admit(&lane(1), "99", now), Err(Wait::Turn));
    assert_eq!(pacing.admit(&lane(2), "99", now), Ok(()), "another bot has its own room");
    pacing.ended(&lane(1));
    assert_eq!(pacing.admit(&lane(1), "99", now), Ok(()));
    // The next part of one that is under way needs no new room.
    assert_eq!(pacing.admit_next(&lane(1), "99", now), Ok(()));
    assert_eq!(pacing.admit(&lane(1), "100", now), Err(Wait::Turn));
}

#[test]
fn quiet_in_two_chats_is_quiet_of_the_bot() {
    let now = Instant::now();
    let mut pacing = knowing([1], now);
    pacing.quiet(&lane(1), "5", Duration::from_secs(30), now);
    assert_eq!(pacing.admit(&lane(1), "5", now), Err(Wait::Chat(Duration::from_secs(30))));
    assert_eq!(pacing.admit(&lane(1), "6", now), Ok(()));
    pacing.quiet(&lane(1), "6", Duration::from_secs(20), now);
    assert_eq!(pacing.admit(&lane(1), "7", now), Err(Wait::Bot(Duration::from_secs(20))));
    assert_eq!(pacing.admit(&lane(1), "7", now + Duration::from_secs(20)), Ok(()));
}

#[test]
fn a_new_bot_is_introduced_by_one_call() {
    let now = Instant::now();
    let mut pacing = knowing([], now);
    assert_eq!(pacing.admit(&lane(1), "5", now), Ok(()));
    assert_eq!(pacing.admit(&lane(1), "6", now), Err(Wait::Turn));
    pacing.introductions.heard(&lane(1), now);
    pacing.ended(&lane(1));
    assert_eq!(pacing.admit(&lane(1), "6", now), Ok(()));
    let introduced = (2..100).filter(|bot| pacing.admit(&lane(*bot), "5", now).is_ok()).count();
    assert_eq!(introduced, 19);
    assert_eq!(pacing.admit(&lane(200), "5", now), Err(Wait::Bot(MINUTE)));
}

#[test]
fn memory_stays_flat() {
    let start = Instant::now();
    let mut pacing = knowing(0..3_000, start);
    for round in 0..200_000_u32 {
        let now = start + Duration::from_millis(u64::from(round) * 10);
        let bot = lane(round % 3_000);
        if pacing.admit(&bot, &round.to_string(), now).is_ok() {
            pacing.ended(&bot);
        }
    }
    let chats: usize = pacing.bots.values().map(|bot| bot.chats.len()).sum();
    assert!(pacing.bots.len() <= 2 * KEPT && chats <= 4 * KEPT, "{} bots, {chats} chats", pacing.bots.len());
}
