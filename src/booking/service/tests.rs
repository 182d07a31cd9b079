use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

const A: &str = "1b5f03ed96001255550ebaa2c51b7d31";
const B: &str = "1b5f03ec663a8071791d2443cf3e799c";

/// A short form of the result: `a` or `b` with the title, or the fault.
fn read(text: &str) -> Vec<String> {
    let text = text.replace("{a}", A).replace("{A}", &A.to_uppercase()).replace("{b}", B);
    let short = |read: Read| match read.result {
        Ok(found) => {
            let name = if found.id.as_str() == A { "a" } else { "b" };
            found.title.map_or_else(|| name.to_owned(), |title| format!("{name} {title}"))
        }
        Err(fault) => format!("{fault:?}"),
    };
    read_links(&text).into_iter().map(short).collect()
}

#[test]
fn every_form_of_a_link_yields_its_service() {
    for text in [
        "https://embed.torrow.net/service/{a}/booking",
        "https://embed.torrow.net/service/{a}/booking?culture=ru-RU&prefilledFields=*TelegramId_1",
        "https://embed.torrow.net/service/{a}",
        "https://embed.torrow.net/service/{a}/booking?redirectUrl=https://t.me/salon_bot",
        "https://embed.torrow.net/service/{a}/booking?agreementText=Да,нет,{{сайт}}",
        "embed.torrow.net/service/{a}/booking?redirectUrl=https://torrow.net/app/contact;id={b}",
        "https://torrow.net/app/tabs/tab-search/service;id={a}",
        "HTTPS://TORROW.NET/APP/TABS/TAB-SEARCH/SERVICE;ID={A}",
        "http://www.torrow.net:443/app/tabs/tab-search/service;id={a}/",
        "https://web.torrow.net/app/tabs/tab-announcement/service;id={a}",
        "https://torrow.net/app/tabs/tab-search/service;id={a};from=share;x=y",
        "https://torrow.net/app/tabs/tab-search/service;from=share;id={a}?x=1#top",
        "https://torrow.net/#/app/tabs/tab-search/service;id={a}",
        "https://torrow.net/app/tabs/tab-search/contact;id={b}/service;id={a}",
        "https://torrow.net/app/tabs/tab-search/service%3Bid%3D{a}",
        "https://torrow.net/app/tabs/tab-search/service%3bid%3d{a}%3bx%3dy",
        "https%3A%2F%2Ftorrow.net%2Fapp%2Fservice%253Bid%253D{a}%3Fx%3D1",
        "torrow.net/app/tabs/tab-search/service;id={a}",
        "//torrow.net/app/tabs/tab-search/service;id={a}",
        "/app/tabs/tab-search/service;id={a}",
        "service;id={a}",
        "service/{a}/booking",
        "id={a}",
        "{a}",
        "{A}.",
        "\"https://torrow.net/app/tabs/tab-search/service;id={a}\"",
        "«https://torrow.net/app/tabs/tab-search/service;id={a}».",
        "<https://torrow.net/app/tabs/tab-search/service;id={a}>",
        "(https://torrow.net/app/tabs/tab-search/service;id={a});",
        "[https://torrow.net/service;id={a}](https://torrow.net/service;id={a})",
        "<a href=\"https://torrow.net/service;id={a}\">https://torrow.net/service;id={a}</a>",
        "\u{feff}https://torrow.net/\u{200b}app/tabs/tab-search/service;id={a}\u{2060}\r\n",
        "- https://torrow.net/app/tabs/tab-search/service;id={a}",
        "1. {a}",
        "1b5f03ed96001255550ebaa2c51b7\r",
    ] {
        let expected = if text.contains('{') { "a" } else { "b" };
        assert_eq!(read(text), [expected], "{text}");
    }
}

#[test]
fn the_title_is_read_next_to_the_link_or_above_it() {
    let link = "https://torrow.net/app/tabs/tab-search/service;id={a}";
    for (text, title) in [
        ("Стрижка LINK", "Стрижка"),
        ("LINK Стрижка", "Стрижка"),
        ("Стрижка: LINK", "Стрижка"),
        ("Стрижка:LINK", "Стрижка"),
        ("Стрижка;LINK", "Стрижка"),
        ("Стрижка,LINK", "Стрижка"),
        ("LINK — Стрижка", "Стрижка"),
        ("• Стрижка, укладка — LINK", "Стрижка, укладка"),
        ("2) Стрижка (женская) LINK", "Стрижка (женская)"),
        ("1.5 часа массажа\tLINK", "1.5 часа массажа"),
        ("[Мужская стрижка](LINK)", "Мужская стрижка"),
        ("[Стрижка (женская)](LINK)", "Стрижка (женская)"),
        ("**Стрижка** (LINK)", "Стрижка"),
        ("<a href=\"LINK\" target=\"_blank\">Стрижка &amp; укладка</a>", "Стрижка & укладка"),
        ("<p><b>Стрижка</b> <a href='LINK'>открыть</a></p>", "Стрижка"),
        ("<LINK> Стрижка", "Стрижка"),
        ("Стрижка <LINK>", "Стрижка"),
        ("\"Стрижка\": \"LINK\",", "Стрижка"),
        ("«Стрижка» и укладка LINK", "«Стрижка» и укладка"),
        ("«Стрижка»\u{a0}LINK", "Стрижка"),
        ("Мастер «Анна» LINK", "Мастер «Анна»"),
        ("Стрижка\nLINK", "Стрижка"),
        ("Стрижка\n\n  LINK\n", "Стрижка"),
    ] {
        assert_eq!(read(&text.replace("LINK", link)), [format!("a {title}")], "{text}");
    }
    let long = format!("{} {link}", "Стрижка ".repeat(30));
    assert_eq!(read(&long)[0].chars().count(), 2 + TITLE_LENGTH);
}

#[test]
fn several_links_are_read_in_order() {
    for text in [
        "{a} {b}",
        "{a},{b}",
        "{a}\n{b}",
        "{a}; {b}",
        "https://torrow.net/service;id={a};https://torrow.net/service;id={b}",
    ] {
        assert_eq!(read(text), ["a", "b"], "{text}");
    }
    for text in [
        "Стрижка {a}, Маникюр {b}",
        "{a} Стрижка\n{b} Маникюр",
        "{a} Стрижка, {b} Маникюр",
        "Стрижка {a}\n{b} Маникюр",
        "Стрижка\n{a}\nМаникюр\n{b}",
        "<ul>\n<li><a href=\"service;id={a}\">Стрижка</a></li><li><a href=\"service;id={b}\">Маникюр</a></li>\n</ul>",
        "[Стрижка](service/{a}), [Маникюр](service/{b})",
    ] {
        assert_eq!(read(text), ["a Стрижка", "b Маникюр"], "{text}");
    }
}

#[test]
fn links_without_a_service_report_the_fault() {
    for (text, fault) in [
        ("https://torrow.net/app/tabs/tab-search/case;id={a}", "Booking"),
        ("https://torrow.net/app/tabs/tab-search/contact;id={a}", "BusinessCard"),
        ("https://torrow.net/app/tabs/tab-search", "NotAService"),
        ("https://torrow.net", "NotAService"),
        ("https://example.com/service;id={a}", "OtherSite"),
        ("https://nottorrow.net/service;id={a}", "OtherSite"),
        ("https://torrow.net.example.com/service;id={a}", "OtherSite"),
        ("https://torrow.net@example.com/service;id={a}", "OtherSite"),
        ("example.com/x", "OtherSite"),
        ("about.me/x", "OtherSite"),
        ("ftp://torrow.net/service;id={a}", "OtherSite"),
        ("https://t.me/salon_bot?start={a}", "Telegram"),
        ("t.me/salon_bot", "Telegram"),
        ("tg://resolve?domain=salon_bot", "Telegram"),
        ("https://torrow.net/service;id=", "BadLength(0)"),
        ("https://torrow.net/service;id=1b5f", "BadLength(4)"),
        ("https://embed.torrow.net/service/{a}ab/booking", "BadLength(34)"),
        ("https://torrow.net/service;id={a}z", "BadCharacter('z')"),
        ("https://torrow.net/service;id=с{a}", "BadCharacter('с')"),
        ("{a}ab", "BadLength(34)"),
        ("1b5f03ed96001255550ebaa2c51b", "BadLength(28)"),
        ("{a}x", "BadCharacter('x')"),
        ("Стрижка, +79161234567890123456", "NoLink"),
        ("Наш сайт — torrow.net", "NoLink"),
    ] {
        assert_eq!(read(text), [fault], "{text}");
    }
    assert_eq!(read("{a}\n{A} Стрижка"), ["a", "Duplicate"]);
    assert_eq!(read("{a} {a}"), ["a", "Duplicate"]);
    assert_eq!(read("{a}\nСтрижка"), ["a", "NoLink"]);
    assert_eq!(read("Услуги\nСтрижка\n{a}"), ["NoLink", "a Стрижка"]);
    assert_eq!(read(" \n---\n\u{200b}"), [""; 0]);
}

#[test]
fn quoted_links_contain_no_secrets() {
    let text = |text: &str| read_links(text).remove(0).text;
    assert_eq!(text("Стрижка (https://example.com/x),"), "https://example.com/x");
    assert_eq!(text("Ключ 7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd"), "Ключ 7001002003:AAH…");
    assert_eq!(text(&format!("https://example.com/{}", "x/".repeat(100))).chars().count(), 80);
}

#[test]
fn a_text_that_exceeds_the_limits_is_read_up_to_them() {
    let lines: String = (0..150).map(|index| format!("{index:032x}\n")).collect();
    let reads = read_links(&lines);
    assert_eq!(reads.len(), MOST_LINKS + 1);
    assert!(reads[..MOST_LINKS].iter().all(|read| read.result.is_ok()));
    assert_eq!(reads[MOST_LINKS].result, Err(LinkFault::TooMuch));
    let long = format!("{A} {}{B}", "я ".repeat(MOST_BYTES));
    let results: Vec<_> = read_links(&long).into_iter().map(|read| read.result.is_ok()).collect();
    assert_eq!(results, [true, false]);
    assert_eq!(read_links(&"я".repeat(MOST_BYTES)).len(), 2);
}

proptest! {
    #[test]
    fn reading_never_panics_and_finds_each_service_once(
        pieces in vec(prop_oneof![
            select(vec![
                "https://", "torrow.net/", "service;id=", "service/", "/", ";", "?", "#", "%3B", "%3D", "%", "&", ",", " ", "\n", "<",
                ">", "<a href=\"", "\">", "</a>", "[", "](", ")", "«", "»", "t.me/", "id=", ";http", "1.", "—", "\u{200b}", "😀",
                A, B,
            ]).prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ], 0..60)
    ) {
        let reads = read_links(&pieces.concat());
        let found: Vec<_> = reads.iter().filter_map(|read| read.result.as_ref().ok()).collect();
        let ids: BTreeSet<_> = found.iter().map(|found| &found.id).collect();
        prop_assert_eq!(ids.len(), found.len());
        for title in found.iter().filter_map(|found| found.title.as_deref()) {
            prop_assert!(!is_blank(title) && title.chars().count() <= TITLE_LENGTH && !title.contains('\n'));
        }
    }
}
