//! Measures reading an event and rendering its message, compared with skipping over the event with `serde_json`.

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

/// The number of repetitions of each measurement.
const ROUNDS: usize = 400;

/// The median durations of reading and rendering a body, and of skipping over it. The two alternate.
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

/// The median. Sorts the values.
pub fn median<T: Copy + PartialOrd>(values: &mut [T]) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values[values.len() / 2]
}
