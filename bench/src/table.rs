//! The tables of the figures in the documentation, in both languages.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result};

use crate::figures::{Figures, Stored};

/// A row: the measured quantity, the figure, the comparison, the target, and whether it is met.
pub struct Row {
    /// In Russian and in English, like all pairs of texts here.
    pub what: [String; 2],
    pub figure: String,
    pub beside: [String; 2],
    pub aim: [String; 2],
    pub is_met: bool,
}

/// The two documents, in the order of the pairs of texts.
const FILES: [&str; 2] = ["measurements.ru.md", "measurements.md"];
const HEADS: [&str; 2] = [
    "| что | сколько | рядом | цель | |\n| --- | --- | --- | --- | --- |\n",
    "| what | figure | beside it | aim | |\n| --- | --- | --- | --- | --- |\n",
];
const HOSTILE: [&str; 2] = ["\n## Враждебные запросы\n", "\n## Hostile requests\n"];
const NOTES: [&str; 2] = ["\n## Почему так\n", "\n## Why so\n"];

/// Writes `measurements.md` and `measurements.ru.md` into a folder. The notes below the tables are kept.
pub fn write(folder: &Path, figures: &Figures) -> Result<()> {
    let rows = rows(figures);
    for language in [0, 1] {
        replace(folder, language, |page| {
            page.figures = format!("{}{}", head(language, figures), lines(language, &rows))
        })?;
    }
    print(&rows);
    write_hostile(folder, &figures.hostile)
}

/// Writes the section about hostile requests into both documents. The rest is kept.
pub fn write_hostile(folder: &Path, rows: &[Row]) -> Result<()> {
    for language in [0, 1] {
        replace(folder, language, |page| page.hostile = hostile(language, rows))?;
        println!("{}", folder.join(FILES[language]).display());
    }
    Ok(())
}

pub fn print(rows: &[Row]) {
    for row in rows {
        println!("{}: {} ({}; {}) {}", row.what[1], row.figure, row.beside[1], row.aim[1], verdict(row.is_met, 1));
    }
}

/// A document: the first table, the section about hostile requests, and the handwritten notes below.
struct Page {
    figures: String,
    hostile: String,
    notes: String,
}

fn replace(folder: &Path, language: usize, change: impl FnOnce(&mut Page)) -> Result<()> {
    let path = folder.join(FILES[language]);
    let text = fs::read_to_string(&path).unwrap_or_default();
    let (above, notes) = text.split_once(NOTES[language]).unwrap_or((&text, "\n"));
    let (figures, hostile) = above.split_once(HOSTILE[language]).unwrap_or((above, ""));
    let mut page = Page { figures: figures.to_owned(), hostile: hostile.to_owned(), notes: notes.to_owned() };
    change(&mut page);
    let text = [&page.figures, HOSTILE[language], &page.hostile, NOTES[language], &page.notes].concat();
    fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn hostile(language: usize, rows: &[Row]) -> String {
    let date = chrono::Utc::now().format("%Y-%m-%d");
    let intro = match language {
        0 => format!(
            "\n`cargo xtask bench hostile`, {date}. Чужие запросы идут через прокси с адресов, которых сервер ещё не видел. \
             Bot API отвечает как Telegram: 401 на\nпридуманный токен, 429 после 20 новых токенов в минуту. Каждая задержка \
             измерена рядом с той же без атаки, за один запуск.\n\n"
        ),
        _ => format!(
            "\n`cargo xtask bench hostile`, {date}. The hostile requests come through a proxy, from addresses that the server has \
             not seen before. The Bot API answers as\nTelegram does: 401 for a made-up token, 429 beyond 20 new tokens a \
             minute. Each latency was measured beside the same one without the attack, in one\nrun.\n\n"
        ),
    };
    format!("{intro}{}{}", HEADS[language], lines(language, rows))
}

fn lines(language: usize, rows: &[Row]) -> String {
    rows.iter().fold(String::new(), |lines, row| {
        let (what, beside, aim) = (&row.what[language], &row.beside[language], &row.aim[language]);
        format!("{lines}| {what} | {} | {beside} | {aim} | {} |\n", row.figure, verdict(row.is_met, language))
    })
}

fn verdict(is_met: bool, language: usize) -> &'static str {
    match (is_met, language) {
        (true, _) => "✓",
        (false, 0) => "мимо цели",
        (false, _) => "missed",
    }
}

fn head(language: usize, figures: &Figures) -> String {
    let date = chrono::Utc::now().format("%Y-%m-%d");
    let machine = machine();
    let event = match (figures.is_reference, language) {
        (true, 0) => "настоящее событие службы записи",
        (true, _) => "a real event of the booking service",
        (false, 0) => "событие такого же размера и устройства, как настоящее",
        (false, _) => "an event of the size and shape of a real one",
    };
    match language {
        0 => format!(
            "# Измерения\n\n`cargo xtask bench`, {date}. Машина: {machine}; нагрузка идёт с неё же. Событие: {event}, \
             90 КБ с отступами, 41 КБ без.\nКаждая величина измерена рядом с тем, с чем сравнивается, за один запуск.\n\n{}",
            HEADS[0]
        ),
        _ => format!(
            "# Measurements\n\n`cargo xtask bench`, {date}. Machine: {machine}; the load comes from it too. Event: \
             {event}, 90 KB indented, 41 KB without.\nEach figure was measured beside what it is compared with, in one \
             run.\n\n{}",
            HEADS[1]
        ),
    }
}

fn rows(figures: &Figures) -> Vec<Row> {
    let Figures { bare, row, accepted, p50, p99, read, skipped, few, many, idle, loaded, .. } = figures;
    let share = |of: f64| format!("{:.0} %", accepted / of * 100.0);
    let times = read.as_secs_f64() / skipped.as_secs_f64();
    let growth = |of: fn(&Stored) -> f64| (of(many) / of(few) - 1.0) * 100.0;
    let (rate, latency) = (growth(|stored| stored.accepted), growth(|stored| stored.p50.as_secs_f64()));
    let both = |text: String| [text.clone(), text];
    vec![
        Row {
            what: ["событий принято и записано на диск, 64 соединения", "events accepted and on disk, 64 connections"]
                .map(String::from),
            figure: format!("{accepted:.0}/s = {}", share(*bare)),
            beside: [
                format!("тот же обработчик без хранения: {bare:.0}/s"),
                format!("a handler that only reads them: {bare:.0}/s"),
            ],
            aim: ["≥ 60 %", "≥ 60 %"].map(String::from),
            is_met: accepted / bare >= 0.6,
        },
        Row {
            what: ["то же", "the same"].map(String::from),
            figure: format!("{accepted:.0}/s = {}", share(*row)),
            beside: [
                format!("он же и короткая строка SQLite на событие: {row:.0}/s"),
                format!("that handler and a short SQLite row each: {row:.0}/s"),
            ],
            aim: ["≥ 75 %", "≥ 75 %"].map(String::from),
            is_met: accepted / row >= 0.75,
        },
        Row {
            what: [
                "от POST до Telegram при 200 событиях в секунду, половина",
                "from POST to Telegram at 200 events a second, half of them",
            ]
            .map(String::from),
            figure: format!("≤ {}", milliseconds(p50)),
            beside: both("—".to_owned()),
            aim: ["≤ 5 ms", "≤ 5 ms"].map(String::from),
            is_met: p50.as_secs_f64() <= 0.005,
        },
        Row {
            what: ["то же, 99 из 100", "the same, 99 of 100"].map(String::from),
            figure: format!("≤ {}", milliseconds(p99)),
            beside: both("—".to_owned()),
            aim: ["≤ 30 ms", "≤ 30 ms"].map(String::from),
            is_met: p99.as_secs_f64() <= 0.03,
        },
        Row {
            what: ["прочитать событие в 90 КБ и составить сообщение", "read a 90 KB event and render its message"]
                .map(String::from),
            figure: format!("{:.0} µs = {times:.2} ×", read.as_secs_f64() * 1e6),
            beside: both(format!("`serde_json::IgnoredAny`: {:.0} µs", skipped.as_secs_f64() * 1e6)),
            aim: ["≤ 1.5 ×", "≤ 1.5 ×"].map(String::from),
            is_met: times <= 1.5,
        },
        Row {
            what: ["приём при 1 000 000 сохранённых доставок", "accepting with 1,000,000 deliveries stored"]
                .map(String::from),
            figure: format!("{:.0}/s, {rate:+.0} %", many.accepted),
            beside: [format!("при 1 000: {:.0}/s", few.accepted), format!("with 1,000: {:.0}/s", few.accepted)],
            aim: ["не хуже чем на 10 %", "no worse than by 10 %"].map(String::from),
            is_met: rate >= -10.0,
        },
        Row {
            what: [
                "от POST до Telegram, половина, при 1 000 000",
                "from POST to Telegram, half of them, with 1,000,000",
            ]
            .map(String::from),
            figure: format!("≤ {}, {latency:+.0} %", milliseconds(&many.p50)),
            beside: [
                format!("при 1 000: {}", milliseconds(&few.p50)),
                format!("with 1,000: {}", milliseconds(&few.p50)),
            ],
            aim: ["не хуже чем на 10 %", "no worse than by 10 %"].map(String::from),
            is_met: latency <= 10.0,
        },
        Row {
            what: ["запуск с 1 000 000 доставок", "start with 1,000,000 deliveries"].map(String::from),
            figure: milliseconds(&many.started_in),
            beside: [
                format!("с 1 000: {}", milliseconds(&few.started_in)),
                format!("with 1,000: {}", milliseconds(&few.started_in)),
            ],
            aim: ["< 1 s", "< 1 s"].map(String::from),
            is_met: many.started_in.as_secs_f64() < 1.0,
        },
        Row {
            what: ["память без дела (RSS)", "memory when idle (RSS)"].map(String::from),
            figure: megabytes(*idle),
            beside: both("—".to_owned()),
            aim: ["< 40 MB", "< 40 MB"].map(String::from),
            is_met: *idle < 40_000_000,
        },
        Row {
            what: ["память под этой нагрузкой, наибольшая", "memory under that load, at most"].map(String::from),
            figure: megabytes(*loaded),
            beside: both("—".to_owned()),
            aim: ["< 120 MB", "< 120 MB"].map(String::from),
            is_met: *loaded < 120_000_000,
        },
    ]
}

pub fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}

pub fn milliseconds(span: &Duration) -> String {
    format!("{:.1} ms", span.as_secs_f64() * 1000.0)
}

fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory: u64 = field(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
    format!("{cores} × {}, {} GB", field(&read("/proc/cpuinfo"), "model name"), memory / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_the_hostile_section_keeps_the_first_table_and_the_notes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILES[1]);
        let row = |what: &str| Row {
            what: ["", what].map(String::from),
            figure: "1 ms".to_owned(),
            beside: ["", "2 ms"].map(String::from),
            aim: ["", "3 ms"].map(String::from),
            is_met: true,
        };
        fs::write(&path, "# Measurements\n\n| a |\n\n## Why so\n\n- **Because.**\n").unwrap();
        write_hostile(folder.path(), &[row("old")]).unwrap();
        write_hostile(folder.path(), &[row("new")]).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# Measurements\n\n| a |\n\n## Hostile requests\n"), "{text}");
        assert!(text.ends_with("| new | 1 ms | 2 ms | 3 ms | ✓ |\n\n## Why so\n\n- **Because.**\n"), "{text}");
        assert!(!text.contains("old"), "{text}");
    }
}
