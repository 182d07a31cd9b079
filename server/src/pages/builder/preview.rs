//! The builder's past events, and the comparison of a changed profile with the stored one.

use std::sync::Arc;

use app::{
    error::AppError,
    i18n::event_type,
    views::{Compared, ComparedLine, LineMark, PastEvent},
};
use hookgram::{
    channel::ChannelKind,
    event::{BookingEvent, EventType},
    message::{self, Context, Line, Mark, Part, difference},
    profile::{EditedProfile, Profile},
    recipient::first_usable,
};

use crate::pages::{PageRequest, internal};

/// The number of past events to choose from.
const OFFERED: i64 = 10;
/// The number of past events used for a comparison.
const COMPARED: usize = 5;
/// Unchanged lines shown before and after a changed one.
const AROUND: usize = 1;

/// The newest events of a profile whose bodies are still stored, newest first.
pub(super) async fn past_events(request: &PageRequest, profile: i64) -> Result<Vec<PastEvent>, AppError> {
    let rows = request.state.store.events.past_events(profile, OFFERED).await.map_err(internal)?;
    let clock = request.clock();
    let language = request.language;
    let view = |row: crate::store::PastEvent| PastEvent {
        id: row.id,
        when: clock.text(language, row.received_at, false),
        about: row.order_number.or_else(|| Some(event_type(language, EventType(row.event_type?)))).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Compares the messages of a profile's newest events before and after a change.
pub(super) async fn compare(
    request: &PageRequest,
    profile: i64,
    changed: EditedProfile,
) -> Result<Vec<Compared>, AppError> {
    let stored = request.stored_profile(profile).await?;
    let before = Side { channel: stored.channel, profile: stored.profile, events: stored.events };
    let after = Side { channel: changed.channel, profile: changed.profile, events: changed.events };
    let sides = Arc::new((before, after));
    let mut compared = Vec::new();
    for event in past_events(request, profile).await? {
        if compared.len() == COMPARED {
            break;
        }
        let Some(body) = request.state.store.events.payload_of(profile, event.id).await.map_err(internal)? else {
            continue;
        };
        let (sides, host) = (sides.clone(), request.state.settings.now().booking_url.clone());
        let work = move || {
            // A body that is not an event has no message with either profile.
            let event = BookingEvent::read(&body).ok()?;
            let (before, after) = (sides.0.parts(&event, &host), sides.1.parts(&event, &host));
            let lines = shortened(difference(&before, &after));
            Some(((before.is_empty(), after.is_empty()), lines))
        };
        let done = request.state.rendering.run(work).await.ok_or_else(|| internal("a comparison did not end"))?;
        let Some((says_nothing, lines)) = done else { continue };
        compared.push(Compared { event, says_nothing, lines });
    }
    Ok(compared)
}

struct Side {
    channel: ChannelKind,
    profile: Profile,
    events: Vec<EventType>,
}

impl Side {
    /// The parts of the message to the event's first participant with a usable chat. Empty if the profile does not
    /// accept the event, if there is no such participant, or if the message is empty.
    fn parts(&self, event: &BookingEvent, booking_host: &str) -> Vec<Part> {
        let is_wanted = self.events.is_empty() || event.event_type.is_some_and(|kind| self.events.contains(&kind));
        let field_name = self.profile.field_name.as_deref();
        let reached = field_name.and_then(|field_name| first_usable(event, field_name));
        let Some((participant, _)) = reached.filter(|_| is_wanted) else { return Vec::new() };
        let context = Context { event, participant: Some(participant), field_name, booking_host };
        message::render(&self.profile.formatting, context).parts(self.channel.limits())
    }
}

/// The changed lines, with the lines around them; empty if no line has changed.
fn shortened(lines: Vec<(Mark, Line)>) -> Vec<ComparedLine> {
    let changed: Vec<bool> = lines.iter().map(|(mark, _)| *mark != Mark::Same).collect();
    let is_near = |at: usize| {
        let around = changed.get(at.saturating_sub(AROUND)..changed.len().min(at + AROUND + 1));
        around.is_some_and(|around| around.contains(&true))
    };
    let mut kept = Vec::new();
    let mut left_out = false;
    for (at, (mark, line)) in lines.into_iter().enumerate() {
        if !is_near(at) {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) {
            kept.push(ComparedLine { mark: LineMark::LeftOut, html: None });
        }
        let mark = match mark {
            Mark::Same => LineMark::Same,
            Mark::Added => LineMark::Added,
            Mark::Removed => LineMark::Removed,
        };
        let html = match line {
            Line::Text(html) => Some(html),
            Line::NextMessage => None,
        };
        kept.push(ComparedLine { mark, html });
    }
    if left_out && !kept.is_empty() {
        kept.push(ComparedLine { mark: LineMark::LeftOut, html: None });
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let lines = shortened(difference(&[Part::plain(before)], &[Part::plain(after)]));
        let sign = |line: &ComparedLine| match line.mark {
            LineMark::Same => format!("={}", line.html.as_deref().unwrap_or("/")),
            LineMark::Added => format!("+{}", line.html.as_deref().unwrap_or("/")),
            LineMark::Removed => format!("-{}", line.html.as_deref().unwrap_or("/")),
            LineMark::LeftOut => "…".to_owned(),
        };
        lines.iter().map(sign).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lines_far_from_a_change_are_left_out_of_the_diff() {
        assert_eq!(shown("a\nb\nc\nd\ne\nf\ng", "a\nb\nc\nD\ne\nf\nG"), "… =c -d +D =e =f -g +G");
        assert_eq!(shown("a\nb\nc\nd", "A\nb\nc\nd"), "-a +A =b …");
        assert_eq!(shown("a\nb", "a\nb"), "");
    }
}
