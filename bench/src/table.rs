//! The table of the figures, in the documentation of either language.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result};

use crate::figures::{Figures, Stored};

/// A line: what is measured, the figure, what it is measured against, the aim, whether it is met.
struct Row {
    what: [&'static str; 2],
    figure: String,
    beside: [String; 2],
    aim: [&'static str; 2],
    is_met: bool,
}

/// Writes `measurements.md` and `measurements.ru.md` into a folder.
///
/// # Errors
/// If they cannot be written.
pub fn write(folder: &Path, figures: &Figures) -> Result<()> {
    let rows = rows(figures);
    for (language, name) in ["measurements.ru.md", "measurements.md"].into_iter().enumerate() {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).unwrap_or_default();
        // What a person has written beneath the table stays.
        let notes = text.split_once(NOTES[language]).map_or("\n", |(_, notes)| notes);
        let table = format!("{}{}{notes}", page(language, figures, &rows), NOTES[language]);
        fs::write(&path, table).with_context(|| format!("{} cannot be written", path.display()))?;
        println!("{}", path.display());
    }
    for row in &rows {
        println!("{}: {} ({}; {}) {}", row.what[1], row.figure, row.beside[1], row.aim[1], missed(row.is_met, 1));
    }
    Ok(())
}

const NOTES: [&str; 2] = ["\n## Почему так\n", "\n## Why so\n"];

fn page(language: usize, figures: &Figures, rows: &[Row]) -> String {
    let date = chrono::Utc::now().format("%Y-%m-%d");
    let machine = machine();
    let event = match (figures.is_reference, language) {
        (true, 0) => "настоящее событие службы записи",
        (true, _) => "a real event of the booking service",
        (false, 0) => "событие такого же размера и устройства, как настоящее",
        (false, _) => "an event of the size and shape of a real one",
    };
    let head = match language {
        0 => format!(
            "# Измерения\n\n`cargo xtask bench`, {date}. Машина: {machine}; нагрузка идёт с неё же. Событие: {event}, \
             90 КБ с отступами, 41 КБ без.\nКаждая величина измерена рядом с тем, с чем сравнивается, за один запуск.\n\n\
             | что | сколько | рядом | цель | |\n| --- | --- | --- | --- | --- |\n"
        ),
        _ => format!(
            "# Measurements\n\n`cargo xtask bench`, {date}. Machine: {machine}; the load comes from it too. Event: \
             {event}, 90 KB indented, 41 KB without.\nEach figure was measured beside what it is compared with, in one \
             run.\n\n| what | figure | beside it | aim | |\n| --- | --- | --- | --- | --- |\n"
        ),
    };
    rows.iter().fold(head, |page, row| {
        let verdict = if row.is_met { "✓".to_owned() } else { missed(false, language) };
        format!(
            "{page}| {} | {} | {} | {} | {verdict} |\n",
            row.what[language], row.figure, row.beside[language], row.aim[language]
        )
    })
}

fn missed(is_met: bool, language: usize) -> String {
    match (is_met, language) {
        (true, _) => String::new(),
        (false, 0) => "мимо цели".to_owned(),
        (false, _) => "missed".to_owned(),
    }
}

fn rows(figures: &Figures) -> Vec<Row> {
    let Figures { bare, row, accepted, p50, p99, read, skipped, few, many, idle, loaded, hostile, .. } = figures;
    let share = |of: f64| format!("{:.0} %", accepted / of * 100.0);
    let times = read.as_secs_f64() / skipped.as_secs_f64();
    let growth = |of: fn(&Stored) -> f64| (of(many) / of(few) - 1.0) * 100.0;
    let (rate, latency) = (growth(|stored| stored.accepted), growth(|stored| stored.p50.as_secs_f64()));
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let growth_of_memory = (hostile.memory.1 as f64 / hostile.memory.0 as f64 - 1.0) * 100.0;
    let megabytes = |bytes: u64| format!("{} MB", bytes / 1_000_000);
    let both = |text: String| [text.clone(), text];
    vec![
        Row {
            what: ["событий принято и записано на диск, 64 соединения", "events accepted and on disk, 64 connections"],
            figure: format!("{accepted:.0}/s = {}", share(*bare)),
            beside: [
                format!("тот же обработчик без хранения: {bare:.0}/s"),
                format!("a handler that only reads them: {bare:.0}/s"),
            ],
            aim: ["≥ 60 %", "≥ 60 %"],
            is_met: accepted / bare >= 0.6,
        },
        Row {
            what: ["то же", "the same"],
            figure: format!("{accepted:.0}/s = {}", share(*row)),
            beside: [
                format!("он же и короткая строка SQLite на событие: {row:.0}/s"),
                format!("that handler and a short SQLite row each: {row:.0}/s"),
            ],
            aim: ["≥ 75 %", "≥ 75 %"],
            is_met: accepted / row >= 0.75,
        },
        Row {
            what: [
                "от POST до Telegram при 200 событиях в секунду, половина",
                "from POST to Telegram at 200 events a second, half of them",
            ],
            figure: format!("≤ {}", milliseconds(p50)),
            beside: both("—".to_owned()),
            aim: ["≤ 5 ms", "≤ 5 ms"],
            is_met: p50.as_secs_f64() <= 0.005,
        },
        Row {
            what: ["то же, 99 из 100", "the same, 99 of 100"],
            figure: format!("≤ {}", milliseconds(p99)),
            beside: both("—".to_owned()),
            aim: ["≤ 30 ms", "≤ 30 ms"],
            is_met: p99.as_secs_f64() <= 0.03,
        },
        Row {
            what: ["прочитать событие в 90 КБ и составить сообщение", "read a 90 KB event and render its message"],
            figure: format!("{:.0} µs = {times:.2} ×", read.as_secs_f64() * 1e6),
            beside: both(format!("`serde_json::IgnoredAny`: {:.0} µs", skipped.as_secs_f64() * 1e6)),
            aim: ["≤ 1.5 ×", "≤ 1.5 ×"],
            is_met: times <= 1.5,
        },
        Row {
            what: ["приём при 1 000 000 сохранённых доставок", "accepting with 1,000,000 deliveries stored"],
            figure: format!("{:.0}/s, {rate:+.0} %", many.accepted),
            beside: [format!("при 1 000: {:.0}/s", few.accepted), format!("with 1,000: {:.0}/s", few.accepted)],
            aim: ["не хуже чем на 10 %", "no worse than by 10 %"],
            is_met: rate >= -10.0,
        },
        Row {
            what: [
                "от POST до Telegram, половина, при 1 000 000",
                "from POST to Telegram, half of them, with 1,000,000",
            ],
            figure: format!("≤ {}, {latency:+.0} %", milliseconds(&many.p50)),
            beside: [
                format!("при 1 000: {}", milliseconds(&few.p50)),
                format!("with 1,000: {}", milliseconds(&few.p50)),
            ],
            aim: ["не хуже чем на 10 %", "no worse than by 10 %"],
            is_met: latency <= 10.0,
        },
        Row {
            what: ["запуск с 1 000 000 доставок", "start with 1,000,000 deliveries"],
            figure: milliseconds(&many.started_in),
            beside: [
                format!("с 1 000: {}", milliseconds(&few.started_in)),
                format!("with 1,000: {}", milliseconds(&few.started_in)),
            ],
            aim: ["< 1 s", "< 1 s"],
            is_met: many.started_in.as_secs_f64() < 1.0,
        },
        Row {
            what: ["память без дела (RSS)", "memory when idle (RSS)"],
            figure: megabytes(*idle),
            beside: both("—".to_owned()),
            aim: ["< 40 MB", "< 40 MB"],
            is_met: *idle < 40_000_000,
        },
        Row {
            what: ["память под этой нагрузкой, наибольшая", "memory under that load, at most"],
            figure: megabytes(*loaded),
            beside: both("—".to_owned()),
            aim: ["< 120 MB", "< 120 MB"],
            is_met: *loaded < 120_000_000,
        },
        under_attack(
            [
                "от POST до Telegram, половина, пока приходят 10 000 враждебных запросов (500 в секунду, 400 соединений удерживаются)",
                "from POST to Telegram, half of them, while 10,000 hostile requests come (500 a second, 400 connections held open)",
            ],
            hostile.attacked.0,
            hostile.calm.0,
        ),
        under_attack(["то же, 99 из 100", "the same, 99 of 100"], hostile.attacked.1, hostile.calm.1),
        Row {
            what: ["память после них (RSS)", "memory after them (RSS)"],
            figure: format!("{}, {growth_of_memory:+.0} %", megabytes(hostile.memory.1)),
            beside: [
                format!("до них: {}", megabytes(hostile.memory.0)),
                format!("before them: {}", megabytes(hostile.memory.0)),
            ],
            aim: ["не больше чем на 10 %", "no more than by 10 %"],
            is_met: hostile.is_flat(),
        },
    ]
}

fn milliseconds(span: &Duration) -> String {
    format!("{:.1} ms", span.as_secs_f64() * 1000.0)
}

/// Good events during an attack, beside the same without it.
fn under_attack(what: [&'static str; 2], attacked: Duration, calm: Duration) -> Row {
    let times = attacked.as_secs_f64() / calm.as_secs_f64();
    let (attacked, calm) = (milliseconds(&attacked), milliseconds(&calm));
    Row {
        what,
        figure: format!("≤ {attacked} = {times:.2} ×"),
        beside: [format!("без них: {calm}"), format!("without them: {calm}")],
        aim: ["≤ 2 ×", "≤ 2 ×"],
        is_met: times <= 2.0,
    }
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
