//! The difference between two messages, line by line.

use super::{Part, Span, html};

/// A line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The text as well-formed Telegram HTML.
    Text(String),
    /// The boundary between two parts of a split message.
    NextMessage,
}

/// Which of the two messages contains a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Both.
    Same,
    /// Only the second.
    Added,
    /// Only the first.
    Removed,
}

/// The maximum number of pairs of lines to compare. Beyond it, all lines between the common start and end count as
/// replaced.
const MOST: usize = 1 << 20;

/// Every line of both messages, in order. Removed lines are listed before the lines that replace them.
#[must_use]
pub fn difference(before: &[Part], after: &[Part]) -> Vec<(Mark, Line)> {
    let (before, after) = (lines(before), lines(after));
    let head = before.iter().zip(&after).take_while(|(old, new)| old == new).count();
    let (kept, before) = before.split_at(head);
    let after = after.get(head..).unwrap_or_default();
    let tail = before.iter().rev().zip(after.iter().rev()).take_while(|(old, new)| old == new).count();
    let (before, end) = before.split_at(before.len() - tail);
    let after = after.get(..after.len() - tail).unwrap_or_default();

    let marked = |mark: Mark, lines: &[Line]| lines.iter().map(|line| (mark, line.clone())).collect::<Vec<_>>();
    let mut found = marked(Mark::Same, kept);
    if before.len().saturating_mul(after.len()) > MOST {
        found.extend(marked(Mark::Removed, before));
        found.extend(marked(Mark::Added, after));
    } else {
        found.extend(longest_common(before, after));
    }
    found.extend(marked(Mark::Same, end));
    found
}

/// Marks the lines along their longest common subsequence.
fn longest_common(before: &[Line], after: &[Line]) -> Vec<(Mark, Line)> {
    let width = after.len() + 1;
    // For (old, new): the length of the longest common subsequence of the rest of `before` and the rest of `after`.
    let mut common = vec![0_usize; (before.len() + 1) * width];
    let at = |common: &[usize], old: usize, new: usize| common.get(old * width + new).copied().unwrap_or_default();
    for (old, left) in before.iter().enumerate().rev() {
        for (new, right) in after.iter().enumerate().rev() {
            let length = if left == right {
                at(&common, old + 1, new + 1) + 1
            } else {
                at(&common, old + 1, new).max(at(&common, old, new + 1))
            };
            if let Some(cell) = common.get_mut(old * width + new) {
                *cell = length;
            }
        }
    }
    let (mut old, mut new) = (0, 0);
    let mut found = Vec::new();
    loop {
        match (before.get(old), after.get(new)) {
            (Some(left), Some(right)) if left == right => {
                found.push((Mark::Same, left.clone()));
                (old, new) = (old + 1, new + 1);
            }
            (Some(left), right) if right.is_none() || at(&common, old + 1, new) >= at(&common, old, new + 1) => {
                found.push((Mark::Removed, left.clone()));
                old += 1;
            }
            (_, Some(right)) => {
                found.push((Mark::Added, right.clone()));
                new += 1;
            }
            (_, None) => return found,
        }
    }
}

fn lines(parts: &[Part]) -> Vec<Line> {
    let mut all = Vec::new();
    for part in parts {
        if !all.is_empty() {
            all.push(Line::NextMessage);
        }
        let mut line: Vec<Span> = Vec::new();
        for span in part.spans() {
            for (index, text) in span.text.split('\n').enumerate() {
                if index > 0 {
                    all.push(Line::Text(html::write(&std::mem::take(&mut line))));
                }
                if !text.is_empty() {
                    line.push(Span { text: text.to_owned(), styles: span.styles.clone(), origin: None });
                }
            }
        }
        all.push(Line::Text(html::write(&line)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(html: &str) -> Part {
        Part::from_html(html).expect("HTML")
    }

    /// `=`, `+` or `-` and the line; `/` between messages.
    fn shown(before: &[&str], after: &[&str]) -> Vec<String> {
        let [before, after] = [before, after].map(|parts| parts.iter().map(|html| part(html)).collect::<Vec<_>>());
        let sign = |mark| match mark {
            Mark::Same => '=',
            Mark::Added => '+',
            Mark::Removed => '-',
        };
        let text = |line| match line {
            Line::Text(html) => html,
            Line::NextMessage => "/".to_owned(),
        };
        difference(&before, &after).into_iter().map(|(mark, line)| format!("{}{}", sign(mark), text(line))).collect()
    }

    #[test]
    fn added_and_removed_lines_are_marked() {
        assert_eq!(shown(&["a\nb\nc"], &["a\nb\nc"]), ["=a", "=b", "=c"]);
        assert_eq!(shown(&["a\nb\nc"], &["a\nB\nc\nd"]), ["=a", "-b", "+B", "=c", "+d"]);
        assert_eq!(shown(&["a\n\nb\n\nc"], &["a\n\nc"]), ["=a", "=", "-b", "-", "=c"]);
        assert_eq!(shown(&[], &["a\nb"]), ["+a", "+b"]);
        assert_eq!(shown(&["a"], &[]), ["-a"]);
        assert_eq!(shown(&[], &[]), [""; 0]);
    }

    #[test]
    fn a_changed_style_is_a_difference_and_every_line_is_well_formed() {
        assert_eq!(
            shown(&["<b>one\ntwo</b>"], &["<b>one</b>\ntwo &lt;3"]),
            ["=<b>one</b>", "-<b>two</b>", "+two &lt;3"]
        );
    }

    #[test]
    fn a_new_message_boundary_is_marked() {
        assert_eq!(shown(&["a\nb"], &["a", "b"]), ["=a", "+/", "=b"]);
    }

    #[test]
    fn texts_too_long_to_compare_count_as_replaced() {
        let many = |word: &str| (0..1100).map(|n| format!("{word}{n}")).collect::<Vec<_>>().join("\n");
        let (old, new) = (format!("{}\nsame\n{}\nend", many("a"), many("b")), format!("{}\nsame\nend", many("c")));
        let found = shown(&[&old], &[&new]);
        assert_eq!(found.len(), 2201 + 1101 + 1);
        assert_eq!(found.last().map(String::as_str), Some("=end"));
    }
}
