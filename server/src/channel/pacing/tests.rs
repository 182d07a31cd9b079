use super::*;
use crate::channel::telegram::RATES;

const SECOND: Duration = Duration::from_secs(1);

fn sender(number: u32) -> SenderKey {
    SenderKey::of_bytes(number.to_be_bytes())
}

/// Returns a pacing to which these bots are not new.
fn knowing(bots: impl IntoIterator<Item = u32>, now: Instant) -> Pacing {
    let new_bots = Arc::new(NewBotLimiter::default());
    for bot in bots {
        new_bots.heard(&sender(bot), now);
    }
    Pacing::new(RATES, new_bots)
}

/// Tries one call each millisecond, ends each admitted call at once, and returns the milliseconds at which calls were
/// admitted.
fn passed(pacing: &mut Pacing, start: Instant, ms: u64, call: impl Fn(u64) -> (u32, String)) -> Vec<u64> {
    let mut passed = Vec::new();
    for at in 0..ms {
        let (bot, chat) = call(at);
        if pacing.admit(&sender(bot), &chat, Purpose::Delivery, start + Duration::from_millis(at)).is_ok() {
            pacing.ended(&sender(bot));
            passed.push(at);
        }
    }
    passed
}

#[test]
fn one_bot_sends_25_messages_a_second_evenly_after_a_burst_of_three() {
    let start = Instant::now();
    let mut pacing = knowing([1], start);
    let passed = passed(&mut pacing, start, 10_000, |at| (1, at.to_string()));
    assert_eq!(passed.len(), 252);
    assert!(passed[3..].windows(2).all(|two| two[1] - two[0] == 40), "{passed:?}");
}

/// The simulated Bot API takes 30 messages in any second; the network delays each message by up to 200 ms.
#[test]
fn network_jitter_of_200_ms_causes_no_429() {
    let start = Instant::now();
    let mut random = 1_u64;
    for run in 0..500 {
        let mut pacing = knowing([1], start);
        let sent = passed(&mut pacing, start, 6_100, |at| (1, (at % 75).to_string()));
        assert!(sent.len() >= 150);
        let mut arrived: Vec<u64> = sent
            .into_iter()
            .map(|at| {
                // xorshift64
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                at + random % 201
            })
            .collect();
        arrived.sort_unstable();
        assert!(arrived.windows(31).all(|of_31| of_31[30] - of_31[0] >= 1_000), "run {run}");
    }
}

#[test]
fn one_chat_gets_one_message_a_second_after_a_burst_of_three() {
    let start = Instant::now();
    let mut pacing = knowing([1], start);
    let passed = passed(&mut pacing, start, 10_000, |_| (1, "5".into()));
    assert_eq!(passed.len(), 3 + 9);
    assert!(passed[3..].windows(2).all(|two| two[1] - two[0] >= 1_000));
}

#[test]
fn a_group_gets_at_most_twenty_messages_in_any_minute() {
    let start = Instant::now();
    for group in ["-100500", "@channel"] {
        let mut pacing = knowing([1], start);
        let passed = passed(&mut pacing, start, 180_000, |_| (1, group.into()));
        assert_eq!(passed.len(), 60, "{group}");
        assert!(passed.windows(21).all(|of_21| of_21[20] - of_21[0] >= 60_000));
    }
}

#[test]
fn a_chat_that_must_wait_does_not_delay_other_chats() {
    let start = Instant::now();
    let mut pacing = knowing([1], start);
    for _ in 0..3 {
        assert_eq!(pacing.admit(&sender(1), "5", Purpose::Delivery, start), Ok(()));
    }
    let now = start + Duration::from_millis(200);
    let left = Duration::from_millis(800);
    assert_eq!(pacing.admit(&sender(1), "5", Purpose::Delivery, now), Err(Wait::Chat(left)));
    assert_eq!(pacing.held(&sender(1), now), (vec!["5".to_owned()], Some(left)));
    assert_eq!(pacing.admit(&sender(1), "6", Purpose::Delivery, now), Ok(()));
    pacing.quiet(&sender(1), "-7", Duration::from_millis(300), now);
    assert_eq!(pacing.held(&sender(1), now).1, Some(Duration::from_millis(300)), "the soonest");
    assert_eq!(pacing.held(&sender(1), now + SECOND), (vec![], None));
    assert_eq!(pacing.held(&sender(2), now), (vec![], None));
}

#[test]
fn calls_in_flight_are_limited_per_bot() {
    let start = Instant::now();
    let mut pacing = knowing([1, 2], start);
    let mut admit = |bot, chat: u32, second| {
        pacing.admit(&sender(bot), &chat.to_string(), Purpose::Delivery, start + Duration::from_secs(second))
    };
    let admitted = (0..40).filter(|chat| admit(1, *chat, (*chat).into()).is_ok()).count();
    assert_eq!(admitted, RATES.at_once);
    assert_eq!(admit(1, 99, 40), Err(Wait::Turn));
    assert_eq!(admit(2, 99, 40), Ok(()), "another bot has its own room");
    pacing.ended(&sender(1));
    let now = start + Duration::from_secs(41);
    assert_eq!(pacing.admit(&sender(1), "99", Purpose::Delivery, now), Ok(()));
    // The next part of a delivery that is already in flight does not need a free slot.
    assert_eq!(pacing.admit_next(&sender(1), "99", now), Ok(()));
    assert_eq!(pacing.admit(&sender(1), "100", Purpose::Delivery, now), Err(Wait::Turn));
}

#[test]
fn after_a_429_the_bot_sends_nothing_until_retry_after_has_passed() {
    let now = Instant::now();
    let at = |seconds| now + Duration::from_secs(seconds);
    let mut pacing = knowing([1, 2], now);
    assert_eq!(pacing.admit(&sender(1), "5", Purpose::Delivery, now), Ok(()));
    pacing.quiet(&sender(1), "5", Duration::from_secs(3), now);
    pacing.ended(&sender(1));
    assert_eq!(pacing.admit(&sender(1), "6", Purpose::Delivery, at(2)), Err(Wait::Bot(SECOND)));
    assert_eq!(pacing.admit(&sender(2), "6", Purpose::Delivery, at(2)), Ok(()), "another bot goes on");
    // After the pause, one call at a time is admitted until one is answered without a 429.
    assert_eq!(pacing.admit(&sender(1), "6", Purpose::Delivery, at(3)), Ok(()));
    assert_eq!(pacing.admit(&sender(1), "7", Purpose::Delivery, at(3)), Err(Wait::Turn));
    pacing.passed(&sender(1));
    assert_eq!(pacing.admit(&sender(1), "7", Purpose::Delivery, at(3)), Ok(()));
}

#[test]
fn a_long_429_pauses_the_bot_for_five_seconds_if_one_chat_got_it_and_fully_if_two_did() {
    let now = Instant::now();
    let at = |seconds| now + Duration::from_secs(seconds);
    let mut pacing = knowing([1], now);
    pacing.quiet(&sender(1), "5", Duration::from_secs(30), now);
    assert_eq!(pacing.admit(&sender(1), "6", Purpose::Delivery, now), Err(Wait::Bot(DOUBT)));
    assert_eq!(pacing.admit(&sender(1), "5", Purpose::Delivery, at(5)), Err(Wait::Chat(Duration::from_secs(25))));
    assert_eq!(pacing.admit(&sender(1), "6", Purpose::Delivery, at(5)), Ok(()));
    pacing.quiet(&sender(1), "6", Duration::from_secs(20), at(5));
    pacing.ended(&sender(1));
    assert_eq!(pacing.admit(&sender(1), "7", Purpose::Delivery, at(6)), Err(Wait::Bot(Duration::from_secs(19))));
    assert_eq!(pacing.admit(&sender(1), "7", Purpose::Delivery, at(25)), Ok(()));
}

#[test]
fn a_429_for_a_group_does_not_pause_the_bot() {
    let now = Instant::now();
    let mut pacing = knowing([1], now);
    pacing.quiet(&sender(1), "-100500", Duration::from_secs(30), now);
    assert_eq!(pacing.admit(&sender(1), "6", Purpose::Delivery, now), Ok(()));
    assert_eq!(pacing.admit(&sender(1), "7", Purpose::Delivery, now), Ok(()));
}

#[test]
fn a_new_bot_makes_one_call_until_telegram_has_answered_it() {
    let now = Instant::now();
    let mut pacing = knowing([], now);
    assert_eq!(pacing.admit(&sender(1), "5", Purpose::Delivery, now), Ok(()));
    assert_eq!(pacing.admit(&sender(1), "6", Purpose::Delivery, now), Err(Wait::Turn));
    pacing.new_bots.heard(&sender(1), now);
    pacing.ended(&sender(1));
    assert_eq!(pacing.admit(&sender(1), "6", Purpose::Delivery, now), Ok(()));
    let introduced = (2..100).filter(|bot| pacing.admit(&sender(*bot), "5", Purpose::Delivery, now).is_ok()).count();
    assert_eq!(introduced, 19);
    assert_eq!(pacing.admit(&sender(200), "5", Purpose::Delivery, now), Err(Wait::Bot(MINUTE)));
}

#[test]
fn pacing_keeps_a_bounded_number_of_bots_and_chats() {
    let start = Instant::now();
    let mut pacing = knowing(0..3_000, start);
    for round in 0..200_000_u32 {
        let now = start + Duration::from_millis(u64::from(round) * 10);
        let bot = sender(round % 3_000);
        if pacing.admit(&bot, &round.to_string(), Purpose::Delivery, now).is_ok() {
            pacing.ended(&bot);
        }
    }
    let chats: usize = pacing.bots.values().map(|bot| bot.chats.len()).sum();
    assert!(pacing.bots.len() <= 2 * KEPT && chats <= 4 * KEPT, "{} bots, {chats} chats", pacing.bots.len());
}
