use super::*;
use crate::message::Style;

fn texts(text: &str) -> Vec<String> {
    split(&[Span::plain(text, None)], &Limits::TELEGRAM).iter().map(Part::text).collect()
}

fn lengths(text: &str) -> Vec<usize> {
    split(&[Span::plain(text, None)], &Limits::TELEGRAM).iter().map(Part::units).collect()
}

#[test]
fn short_texts_are_not_split() {
    assert_eq!(texts(""), Vec::<String>::new());
    assert_eq!(texts(" \n\u{200b} "), Vec::<String>::new());
    assert_eq!(texts(" a\n\nb "), ["a\n\nb"]);
    assert_eq!(lengths(&"я".repeat(4096)), [4096]);
    assert_eq!(lengths(&("я".repeat(4096) + "\n \n")), [4096]);
}

#[test]
fn breaks_prefer_empty_lines_then_line_ends_then_spaces() {
    let (a, b, c) = ("a".repeat(2100), "b".repeat(1500), "c".repeat(1500));
    assert_eq!(texts(&format!("{a}\n\n{b}\n{c}")), [a.clone(), format!("{b}\n{c}")]);
    assert_eq!(texts(&format!("{a}\n{b} {c}")), [a.clone(), format!("{b} {c}")]);
    let half = "h".repeat(2000);
    assert_eq!(texts(&format!("{half}\n\n{b}\n{c}")), [format!("{half}\n\n{b}"), c.clone()], "at least half full");
    assert_eq!(texts(&format!("{half}\n{b} {c}")), [format!("{half}\n{b}"), c.clone()]);
    assert_eq!(lengths(&format!("{half} {}", "w".repeat(3000))), [4096, 905]);
    assert_eq!(texts(&format!("{a} {b} {c}")), [format!("{a} {b}"), c.clone()]);
    assert_eq!(lengths(&format!("{a}{b}{c}")), [4096, 1004]);
    let full = "f".repeat(4096);
    for between in ["\n\n", "\n", " ", "\n \t\n", " \n\n "] {
        assert_eq!(texts(&format!("{full}{between}{a}")), [full.clone(), a.clone()], "{between:?}");
    }
    // An empty line right after the limit is as good as one before it.
    assert_eq!(texts(&format!("x\n{}\n\n{a}", "f".repeat(4094))), [format!("x\n{}", "f".repeat(4094)), a]);
}

#[test]
fn a_heading_or_a_label_is_never_alone_in_a_part() {
    let word = "w".repeat(5000);
    for label in ["Описание".to_owned(), "n".repeat(3000)] {
        for lead in [String::new(), "x".repeat(4090) + "\n"] {
            let parts = texts(&format!("{lead}{label}: {word}"));
            assert!(!parts.contains(&format!("{label}:")), "{label} {}", lead.len());
        }
    }
    for heading in ["Детали".to_owned(), "д".repeat(3000)] {
        let spans = [Span::styled(heading.clone(), Style::Bold, None), Span::plain(format!("\n{word}"), None)];
        let parts: Vec<String> = split(&spans, &Limits::TELEGRAM).iter().map(Part::text).collect();
        assert!(parts[0].starts_with(&heading) && parts[0].ends_with('w'), "{heading}");
    }
}

#[test]
fn graphemes_are_never_split() {
    let emoji = "😀".repeat(2100);
    assert_eq!(lengths(&emoji), [4096, 104]);
    assert_eq!(lengths(&format!("a{emoji}")), [4095, 106]);
    for cluster in ["е\u{301}", "👍🏽", "👩‍👩‍👧", "❤\u{fe0f}", "🇷🇺", "🏴\u{e0067}\u{e0062}\u{e007f}"]
    {
        for lead in ["", "a", "ab", "abc"] {
            let parts = texts(&(lead.to_owned() + &cluster.repeat(3000)));
            let later = parts.iter().skip(1);
            assert!(later.clone().count() > 0);
            for part in later {
                assert!(part.starts_with(cluster), "{cluster} {lead}");
                assert!(part.ends_with(cluster), "{cluster} {lead}");
            }
        }
    }
    // An endless sequence of combining marks is split, because otherwise it could never be sent.
    assert_eq!(lengths(&("a".to_owned() + &"\u{301}".repeat(9000))), [4096, 4096, 809]);
}

#[test]
fn styles_continue_in_the_next_part() {
    let link = vec![Style::Bold, Style::Link { url: "https://a.b/".into() }];
    let span = Span { text: "я".repeat(5000), styles: link, origin: None };
    let parts = split(&[span], &Limits::TELEGRAM);
    assert_eq!(parts.iter().map(Part::units).collect::<Vec<_>>(), [4096, 904]);
    for part in &parts {
        assert!(part.html().starts_with("<b><a href=\"https://a.b/\">я") && part.html().ends_with("я</a></b>"));
    }
}

#[test]
fn a_part_has_at_most_100_entities() {
    let line = |index: usize| [Span::styled(index.to_string(), Style::Italic, None), Span::plain("\n", None)];
    let spans: Vec<Span> = (0..250).flat_map(line).collect();
    let entities: Vec<usize> =
        split(&spans, &Limits::TELEGRAM).iter().map(|part| part.html().matches("<i>").count()).collect();
    assert_eq!(entities, [100, 100, 50]);
}

#[test]
fn parts_respect_the_limit_of_html_bytes() {
    let url: std::sync::Arc<str> = format!("https://a.b/{}", "x".repeat(2000)).into();
    let line = |index: usize| {
        [Span::styled(index.to_string(), Style::Link { url: url.clone() }, None), Span::plain("\n", None)]
    };
    let spans: Vec<Span> = (0..40).flat_map(line).collect();
    let parts = split(&spans, &Limits::TELEGRAM);
    assert_eq!(parts.iter().map(|part| part.spans().len().div_ceil(2)).collect::<Vec<_>>(), [16, 16, 8]);
    assert!(parts.iter().all(|part| part.html().len() <= 32_768));
}

/// A quadratic split would not finish texts of this length.
#[test]
fn long_texts_take_linear_time() {
    for piece in ["a", "a\n", "\n ", "a \n\t", "\n \t \t", "\u{301}", "🇷", "\u{200b}"] {
        let text = piece.repeat(2_000_000 / piece.len());
        let _ = split(&[Span::plain(text, None)], &Limits::TELEGRAM);
    }
}
