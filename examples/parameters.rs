//! Prints the parameter reference as Markdown: `cargo run --example parameters -- ru`, or `en`. `cargo xtask docs`
//! writes the output to `docs/`.

use std::process::ExitCode;

use hookgram::{
    parameters::{Definition, Kind, Parameter, TABLE},
    values::{Bilingual, Language, Locale},
};

fn main() -> ExitCode {
    let language = match std::env::args().nth(1).as_deref() {
        Some("ru") => Language::Ru,
        Some("en") => Language::En,
        _ => {
            eprintln!("name the language: ru or en");
            return ExitCode::FAILURE;
        }
    };
    print!("{}", reference(language));
    ExitCode::SUCCESS
}

fn reference(language: Language) -> String {
    let say = |ru: &'static str, en: &'static str| Bilingual { ru, en }.get(language);
    let mut page = format!("# {}\n\n", say("Параметры вебхука", "Webhook parameters"));
    page += say(
        "Параметры стоят в адресе вебхука после знака `?`, через `&`: `…/webhook/telegram?telegramToken=…&message=Вы%20записаны`.\n\
         У короткой ссылки `/h/…` они хранятся в профиле, а те, что стоят в адресе, заменяют их на один вызов.\n\n",
        "Parameters stand in the webhook's URL after the `?`, with `&` between: `…/webhook/telegram?telegramToken=…&message=Hello%20there`.\n\
         A short URL `/h/…` has them stored in its profile; those in the URL replace them for that one call.\n\n",
    );
    page += &format!(
        "| {} | {} | {} | {} |\n| --- | --- | --- | --- |\n",
        say("параметр", "parameter"),
        say("значение", "value"),
        say("по умолчанию", "default"),
        say("что это", "what it is"),
    );
    for row in &TABLE {
        page += &line(row, language);
    }
    page += &format!("\n## {}\n\n", say("Как их писать", "How to write them"));
    page += say(
        "- Имена читаются в любом регистре; пробелы вокруг имени не мешают.\n\
         - Пробел — `%20`, новая строка — `%0A`, амперсанд — `%26`, процент — `%25`. Плюс остаётся плюсом. Кириллицу можно писать как есть.\n\
         - Пустой текстовый параметр означает значение по умолчанию; у короткой ссылки он убирает сохранённый текст.\n\
         - Вместо `true` и `false` можно писать `1 0 yes no on off`; имя без значения (`&hide_url`) — это `true`.\n\
         - Если параметр указан дважды, действует последний.\n\
         - В `message` и `sign_text` работают теги Telegram: `<b>`, `<i>`, `<u>`, `<s>`, `<a href=\"…\">`, `<code>`, `<pre>`, `<blockquote>`, `<tg-spoiler>`. Текст с ошибкой в тегах уйдёт как набран, без оформления.\n\
         - Проверить адрес можно, открыв его в браузере: ответ назовёт все ошибки сразу и ничего не отправит.\n",
        "- Names are read in any case; white space around a name does no harm.\n\
         - A space is `%20`, a line break `%0A`, an ampersand `%26`, a percent sign `%25`. A plus stays a plus. Letters of any alphabet may be typed as they are.\n\
         - An empty text parameter means its default; at a short URL it clears the stored text.\n\
         - `1 0 yes no on off` do for `true` and `false`; a name without a value (`&hide_url`) is `true`.\n\
         - Of a parameter given twice the last one counts.\n\
         - `message` and `sign_text` may use Telegram's tags: `<b>`, `<i>`, `<u>`, `<s>`, `<a href=\"…\">`, `<code>`, `<pre>`, `<blockquote>`, `<tg-spoiler>`. A text with a fault in its tags goes out as typed, without styles.\n\
         - Open a URL in a browser to check it: the answer names every fault at once, and nothing is sent.\n",
    );
    page += &format!("\n## {}\n\n", say("Языки сообщения", "Languages of the message"));
    page += &format!("| `date_locales` | {} | |\n| --- | --- | --- |\n", say("язык", "language"));
    for locale in Locale::ALL {
        page += &format!("| `{}` | {} | {} |\n", locale.tag(), locale.name(), hookgram::message::example(locale));
    }
    page
}

fn line(row: &Definition, language: Language) -> String {
    let say = |ru: &'static str, en: &'static str| Bilingual { ru, en }.get(language);
    let default = match row.default {
        _ if Parameter::REQUIRED.contains(&row.parameter) => say("обязателен", "required").to_owned(),
        Some(default) if row.kind == Kind::Bool => if default.en == "yes" { "`true`" } else { "`false`" }.to_owned(),
        Some(default) => default.get(language).to_owned(),
        None => say("нет", "none").to_owned(),
    };
    let fixed = if Parameter::FIXED.contains(&row.parameter) {
        say(" В адресе короткой ссылки не действует.", " Has no effect in a short URL.")
    } else {
        ""
    };
    let help = row.help.get(language).replace('<', "&lt;");
    let title = row.title.get(language);
    format!("| `{}` | {} | {default} | **{title}.** {help}{fixed} |\n", row.name, values(row.kind).get(language))
}

fn values(kind: Kind) -> Bilingual {
    match kind {
        Kind::Token => Bilingual {
            ru: "токен: число, `:`, 35 знаков", en: "a token: a number, `:`, 35 characters"
        },
        Kind::Text => Bilingual { ru: "текст", en: "text" },
        Kind::OperatorText => Bilingual { ru: "текст с тегами Telegram", en: "text with Telegram's tags" },
        Kind::Emails => Bilingual {
            ru: "адрес почты или несколько через запятую",
            en: "an email address, or several separated by commas",
        },
        Kind::Bool => Bilingual { ru: "`true` или `false`", en: "`true` or `false`" },
        Kind::Locale => Bilingual { ru: "язык из списка ниже", en: "a language of the list below" },
        Kind::TimeZone => Bilingual {
            ru: "часовой пояс IANA: `Asia/Yekaterinburg`",
            en: "an IANA time zone: `Asia/Yekaterinburg`",
        },
    }
}
