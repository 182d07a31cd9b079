//! Splits rich text into parts within a channel's limits (contract §5, length). It splits spans, so each part is
//! well-formed.

use super::{
    Part, Span, Style,
    html::{Cost, shared},
};
use crate::{channel::Limits, text::is_blank};

/// A character and the index of its span, in eight bytes, so that a megabyte of text takes eight megabytes.
type Unit = (char, u32);

pub(super) fn split(spans: &[Span], limits: &Limits) -> Vec<Part> {
    let mut all: Vec<Unit> = Vec::with_capacity(spans.iter().map(|span| span.text.len()).sum());
    for (span, index) in spans.iter().zip(0..) {
        all.extend(span.text.chars().map(|c| (c, index)));
    }
    let mut rest = all.as_slice();
    let mut parts = Vec::new();
    loop {
        rest = trimmed_start(rest);
        if rest.is_empty() {
            return parts;
        }
        let (head, tail) = rest.split_at(break_point(rest, fitting(rest, spans, limits), spans));
        parts.extend(part(trimmed_end(head), spans));
        rest = tail;
    }
}

fn span_at(spans: &[Span], index: u32) -> Option<&Span> {
    spans.get(usize::try_from(index).ok()?)
}

/// The number of characters that fit into one message. At least one, so that splitting terminates.
fn fitting(rest: &[Unit], spans: &[Span], limits: &Limits) -> usize {
    let mut total = Cost::default();
    let mut before: Option<u32> = None;
    for (count, (c, index)) in rest.iter().enumerate() {
        let mut cost = Cost::of_char(*c);
        if before != Some(*index) {
            let styles_of = |index: u32| span_at(spans, index).map_or(&[][..], |span| span.styles.as_slice());
            let styles = styles_of(*index);
            let kept = before.map_or(0, |before| shared(styles_of(before), styles));
            cost = cost.plus(Cost::of_styles(styles.get(kept..).unwrap_or_default()));
        }
        total = total.plus(cost);
        if total.units > limits.units || total.entities > limits.entities || total.bytes > limits.bytes {
            return count.max(1);
        }
        before = Some(*index);
    }
    rest.len()
}

/// The position at which to end the part, at most `most`: the last empty line, otherwise the last line end, otherwise
/// the last space. A break counts only if it leaves the part at least half full and longer than a heading or a label. If
/// there is none, the part ends between two characters.
fn break_point(rest: &[Unit], most: usize, spans: &[Span]) -> usize {
    let after = |at: usize| rest.get(at..).unwrap_or_default();
    if after(most).iter().all(|(c, _)| c.is_whitespace()) {
        return rest.len();
    }
    let least = half(rest.get(..most).unwrap_or_default());
    let last = |is_break: &dyn Fn(usize) -> bool| {
        let at = (least..=most).rev().find(|at| is_break(*at))?;
        // In a single line, every earlier break leaves an even shorter part.
        (!is_bare(rest.get(..at).unwrap_or_default(), spans)).then_some(at)
    };
    let char_at = |at: usize| rest.get(at).map(|(c, _)| *c);
    let is_line_end = |at: usize| char_at(at) == Some('\n');
    // Checking for a line end first runs the lookahead once per line instead of once per character.
    let is_empty_line = |at: usize| {
        let next = || after(at + 1).iter().map(|(c, _)| *c).find(|c| !matches!(c, ' ' | '\t'));
        is_line_end(at) && next() == Some('\n')
    };
    let is_space = |at: usize| char_at(at).is_some_and(|c| c.is_whitespace() && !is_no_break_space(c));
    last(&is_empty_line)
        .or_else(|| last(&is_line_end))
        .or_else(|| last(&is_space))
        .unwrap_or_else(|| between_characters(rest, most))
}

/// The smallest number of characters that contain half of the units. White space at the end is not counted.
fn half(units: &[Unit]) -> usize {
    let length = |units: &[Unit]| units.iter().map(|(c, _)| c.len_utf16()).sum::<usize>();
    let all = length(trimmed_end(units));
    let mut sum = 0;
    let before = units.iter().take_while(|(c, _)| {
        sum += c.len_utf16();
        2 * sum < all
    });
    before.count() + 1
}

/// Whether these characters are a heading or a label alone: one line that ends with a colon or is all bold.
fn is_bare(units: &[Unit], spans: &[Span]) -> bool {
    let line = trimmed_end(units);
    let is_bold = |(_, index): &Unit| span_at(spans, *index).is_some_and(|span| span.styles.contains(&Style::Bold));
    line.iter().all(|(c, _)| *c != '\n') && (line.last().is_some_and(|(c, _)| *c == ':') || line.iter().all(is_bold))
}

fn is_no_break_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// The last position up to `most` that does not split a grapheme, which a reader sees as one character.
fn between_characters(rest: &[Unit], most: usize) -> usize {
    const FARTHEST: usize = 64;
    let char_at = |at: usize| rest.get(at).map(|(c, _)| *c);
    let is_flag_half = |at: usize| char_at(at).is_some_and(is_regional_indicator);
    let tears = |at: usize| {
        let (Some(left), Some(right)) = (char_at(at - 1), char_at(at)) else { return false };
        // A flag is a pair of regional indicators. Pairs are counted from the start of the sequence.
        let tears_flag =
            || is_regional_indicator(right) && (0..at).rev().take_while(|at| is_flag_half(*at)).count() % 2 == 1;
        extends(right) || left == '\u{200d}' || tears_flag()
    };
    let nearest = most.saturating_sub(FARTHEST).max(1);
    (nearest..=most).rev().find(|at| !tears(*at)).unwrap_or(most.max(1))
}

fn is_regional_indicator(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Whether a character extends the previous one: combining marks, joiners, variation selectors, skin tones, tags.
fn extends(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{93a}'..='\u{94f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200c}' | '\u{200d}' | '\u{20d0}'..='\u{20ff}'
        | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

fn trimmed_start(units: &[Unit]) -> &[Unit] {
    let start = units.iter().position(|(c, _)| !c.is_whitespace()).unwrap_or(units.len());
    units.get(start..).unwrap_or_default()
}

fn trimmed_end(units: &[Unit]) -> &[Unit] {
    let end = units.iter().rposition(|(c, _)| !c.is_whitespace()).map_or(0, |last| last + 1);
    units.get(..end).unwrap_or_default()
}

/// Returns `None` if the part has no visible character, because Telegram refuses such a message.
fn part(units: &[Unit], spans: &[Span]) -> Option<Part> {
    let runs = units.chunk_by(|left, right| left.1 == right.1);
    let runs = runs.filter_map(|run| {
        let span = span_at(spans, run.first()?.1)?;
        let text = run.iter().map(|(c, _)| *c).collect();
        Some(Span { text, styles: span.styles.clone(), origin: span.origin })
    });
    let spans: Vec<Span> = runs.collect();
    (!spans.iter().all(|span| is_blank(&span.text))).then_some(Part { spans })
}

#[cfg(test)]
mod tests;
