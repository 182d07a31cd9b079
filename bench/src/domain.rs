//! Reading an event and rendering its message, against what it takes `serde_json` to skip it.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use hookgram::{
    channel::Limits,
    event::BookingEvent,
    message::{Context, Part, render},
    profile::Profile,
};
use serde::de::IgnoredAny;

/// How often each is done.
const ROUNDS: usize = 400;

/// What it takes to read and render a body, and to skip it: the median of each, taken in turns.
pub fn read_and_render(body: &[u8]) -> (Duration, Duration) {
    let profile = Profile::default();
    let mut ours = Vec::with_capacity(ROUNDS);
    let mut theirs = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let clock = Instant::now();
        let event = BookingEvent::read(black_box(body)).unwrap_or_default();
        let context = Context {
            event: &event,
            participant: Some(0),
            field_name: Some("*TelegramId"),
            booking_host: "https://torrow.net",
        };
        let parts: Vec<String> =
            render(&profile.formatting, context).parts(&Limits::TELEGRAM).iter().map(Part::html).collect();
        black_box(parts);
        ours.push(clock.elapsed());

        let clock = Instant::now();
        let skipped = serde_json::from_slice::<IgnoredAny>(black_box(body));
        black_box(skipped.is_ok());
        theirs.push(clock.elapsed());
    }
    (median(&mut ours), median(&mut theirs))
}

/// The one in the middle.
pub fn median<T: Copy + PartialOrd>(values: &mut [T]) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values[values.len() / 2]
}
