//! The list of scenes, and the data that they show.

use anyhow::Result;
use hookgram::{
    booking::{BookingBot, Service, ServiceId},
    bot::SANDBOX_BOT,
    delivery::DeliveryState,
    parameters::Parameter,
    query,
    sample::Sample,
    values::Language,
};
use serde_json::json;
use server::{
    store::{Contact, UpdateSource, audit::COMMAND_LINE},
    time::now,
};

use super::{
    Scene,
    Step::{self, Choose, Click, Fill, Focus, Live, See, Tick},
};
use crate::support::{BotApi, Play, TOKEN, TestServer, event};

pub(super) fn signed_out(setup: &str) -> Vec<Scene> {
    let fill = |password: &str| {
        [
            Fill("[name=email]", "nobody@example.com".to_owned()),
            Fill("[name=password]", password.to_owned()),
            Click("main button.primary"),
        ]
    };
    vec![
        Scene::new("sign-in", "/login", []),
        Scene::new("sign-in-refused", "/login", fill("a guess").into_iter().chain([See(".notice")])),
        Scene::new("set-up", setup, []),
        Scene::new("set-up-fault", setup, fill("short").into_iter().chain([See("[aria-invalid=true]")])),
        Scene::new("set-up-closed", "/setup/guess", []),
        Scene::new("invite-closed", "/invite/guess", []),
        Scene::new("reset-closed", "/reset/guess", []),
        Scene::new("forgot", "/forgot", []),
    ]
}

pub(super) fn nothing_yet() -> Vec<Scene> {
    vec![
        Scene::new("list-empty", "/", [See(".empty"), Live]),
        Scene::new("sandbox-empty", "/sandbox", [See(".empty"), Live]),
        Scene::new("log-empty", "/deliveries", [See(".empty"), Live]),
        Scene::new("unreachable-empty", "/deliveries/unreachable", [See(".empty")]),
        Scene::new("bots-empty", "/bots", [See(".empty")]),
        Scene::new("customers-empty", "/customers", [See(".empty")]),
        Scene::new("work-empty", "/deliveries/work", [See(".empty")]),
        Scene::new("health-empty", "/health", []),
        Scene::new("account", "/account", []),
        Scene::new(
            "account-faults",
            "/account",
            [
                Fill("[name=password]", "short".to_owned()),
                Click("main .card:first-of-type .button"),
                See("[aria-invalid=true]"),
            ],
        ),
        Scene::new("account-sessions", "/account/sessions/end", []),
        Scene::new("factor-set-up", "/account/second-factor", [See(".qr")]),
        Scene::new(
            "factor-fault",
            "/account/second-factor",
            [Fill("[name=code]", "000000".to_owned()), Click("main button.primary"), See("[aria-invalid=true]")],
        ),
    ]
}

/// The data on the pages, written in the language of the page.
pub(super) struct Seed {
    sandbox: i64,
    bot: i64,
    quiet: i64,
    words: Typed,
}

/// Texts that operators type.
#[derive(Clone, Copy)]
struct Typed {
    names: [&'static str; 4],
    customer: &'static str,
    salon: &'static str,
    services: [(&'static str, &'static str, &'static str); 3],
    message: &'static str,
    locale: &'static str,
}

fn typed(language: Language) -> Typed {
    match language {
        Language::Ru => Typed {
            names: ["Записи в студию «Север»", "Записи", "Напоминания", "Отмены и переносы"],
            customer: "Анна",
            salon: "Студия «Север»",
            services: [
                ("1b5f03ed96001255550ebaa2c51b7d31", "Стрижка", "Мастер Ольга, <b>45 минут</b>, 1500 ₽."),
                ("1b5f03ec663a8071791d2443cf3e799c", "Окрашивание", ""),
                ("2b5f03ed96001255550ebaa2c51b7d32", "Маникюр", ""),
            ],
            message: "Вы записаны на <b>стрижку</b>",
            locale: "ru-RU",
        },
        Language::En => Typed {
            names: ["Bookings of the Northern studio", "Bookings", "Reminders", "Cancellations"],
            customer: "Anna",
            salon: "Northern studio",
            services: [
                ("1b5f03ed96001255550ebaa2c51b7d31", "Haircut", "With Olga, <b>45 minutes</b>, £25."),
                ("1b5f03ec663a8071791d2443cf3e799c", "Colouring", ""),
                ("2b5f03ed96001255550ebaa2c51b7d32", "Manicure", ""),
            ],
            message: "You are booked for a <b>haircut</b>",
            locale: "en-US",
        },
    }
}

impl Seed {
    pub(super) async fn plant(server: &TestServer, telegram: &BotApi, language: Language) -> Result<Self> {
        let words = typed(language);
        telegram.name_bot(BotApi::BOT, words.salon, "north_studio_bot");
        let [bot, sandbox, quiet, off] = words.names;
        let texts = [(Parameter::Message, words.message), (Parameter::DateLocales, words.locale)];
        let bot = server.profile(bot, false, &texts).await;
        let sandbox = server.profile(sandbox, true, &texts).await;
        let quiet = server.profile(quiet, true, &texts).await;
        let off = server.profile(off, true, &texts).await;
        server.state.store.profiles.set_enabled(off.id, false, &COMMAND_LINE).await?;
        let endpoint = format!("/h/{}", bot.key);
        server.post(&endpoint, event("1281", &["482113907"])).await;
        server.wait_for_state(DeliveryState::Delivered).await;
        telegram.next([Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))]);
        server.post(&endpoint, event("1282", &["482113908"])).await;
        server.wait_for_state(DeliveryState::Failed).await;
        for (id, first_name) in [(482_113_907, words.customer), (482_113_908, words.customer)] {
            let who = Contact {
                id,
                first_name: first_name.to_owned(),
                last_name: String::new(),
                username: "anna_k".to_owned(),
                language: "ru".to_owned(),
            };
            let customers = &server.state.store.customers;
            if id == 482_113_908 {
                customers.set_blocked(BotApi::BOT, &who, true, now()).await?;
            } else {
                customers.met(BotApi::BOT, &who, true, now()).await?;
            }
        }
        let services = words
            .services
            .into_iter()
            .filter_map(|(id, title, text)| Some(Service::typed(ServiceId::parse(id).ok()?, title, text)));
        let settings = BookingBot { services: services.collect(), ..BookingBot::default() };
        for bot in [BotApi::BOT, SANDBOX_BOT] {
            let booking = &server.state.store.booking;
            booking.put(bot, None, &settings, UpdateSource::Polling, &COMMAND_LINE).await?;
            booking.set_enabled(bot, true, &COMMAND_LINE).await?;
        }
        server.state.booking.notify_one();
        for sample in [Sample::Appointment, Sample::Everything] {
            server.post(&format!("/h/{}", sandbox.key), sample.json(now())).await;
            server.wait_for_state(DeliveryState::Delivered).await;
        }
        Ok(Self { sandbox: sandbox.id, bot: bot.id, quiet: quiet.id, words })
    }

    pub(super) fn scenes(&self) -> Vec<Scene> {
        let mut scenes = self.of_the_list();
        scenes.extend(self.of_quiet_pages());
        scenes.extend(super::log::scenes());
        scenes.extend(super::administration::scenes());
        scenes.extend(self.of_the_builder());
        scenes.extend(self.of_the_preview());
        scenes.extend(Self::of_bots());
        scenes.extend(self.of_the_rest());
        scenes
    }

    fn of_the_list(&self) -> Vec<Scene> {
        vec![
            Scene::new("list", "/", [See(".profiles"), Live]),
            Scene::new("list-reason", "/", [Live, Focus(".tip-button")]),
            Scene::new(
                "list-menu",
                "/",
                [Live, Click(".profiles tr:first-child summary"), See(".profiles .menu-body")],
            ),
            Scene::new("list-more", "/", [Live, Click(".more"), See(".page-head .menu-body")]),
            Scene::new("list-no-match", "/?q=%00zzz", [See(".empty"), Live]),
            Scene::new("list-no-failure", "/?show=unused&q=zzz", [See(".empty"), Live]),
            Scene::new(
                "toast",
                "/",
                [
                    Live,
                    Click(".profiles tr:last-child summary"),
                    Click(".profiles tr:last-child form button.plain"),
                    See(".toast"),
                ],
            ),
        ]
    }

    fn of_quiet_pages(&self) -> Vec<Scene> {
        let profile = format!("/profiles/{}", self.bot);
        let [name, ..] = self.words.names;
        let url = |rest: &str| {
            format!(
                "https://hooks.torrow.net/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&{rest}"
            )
        };
        let urls =
            [url("message=1"), url("message=2&idInstance=7"), "https://example.com/h/k7Rm2Qx9TvB4nWpL".to_owned()];
        let moved = [url("message=3"), url("message=4&errorEmail=ops@example.com")].join("\n");
        let file = format!(
            "{{profiles: [{{name: '{name}', sandbox: true, telegramFieldName: '*T'}}, \
             {{name: '2', sandbox: true, telegramFieldName: '*T'}}]}}"
        );
        let faulty = "profiles:\n- name: X\n  sandbox: true\n  telegramFieldName: '*T'\n  timezone: Mars/Olympus\n";
        let import = |text: String| [Fill("[name=text]", text), Click("main button.primary")];
        vec![
            Scene::new("disable", "/", [Click("tr:not(.off) .switch-button"), See(".consequences")]),
            Scene::new("delete", format!("{profile}/delete"), []),
            Scene::new("key", format!("{profile}/key"), []),
            Scene::new("refused", "/profiles/9999/delete", []),
            Scene::new("import", "/profiles/import", []),
            Scene::new(
                "import-table",
                "/profiles/import",
                import(file).into_iter().chain([Click(".audit-changes summary"), See(".differences")]),
            ),
            Scene::new(
                "import-faults",
                "/profiles/import",
                import(faulty.to_owned()).into_iter().chain([See(".notice")]),
            ),
            Scene::new("import-blank", "/profiles/import", [Click("main button.primary"), See(".notice")]),
            Scene::new("urls", "/profiles/urls", []),
            Scene::new("urls-table", "/profiles/urls", import(urls.join("\n")).into_iter().chain([See("main table")])),
            Scene::new(
                "urls-moved",
                "/profiles/urls",
                import(moved).into_iter().chain([See("main table"), Click("main button.primary"), See(".moved-table")]),
            ),
        ]
    }

    fn of_the_builder(&self) -> Vec<Scene> {
        let profile = format!("/profiles/{}", self.bot);
        let old = format!(
            "https://hooks.torrow.net/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId\
             &message={}&idInstance=7&hide_adress=1",
            query::encode(self.words.message)
        );
        vec![
            Scene::new("builder-new", "/profiles/new", [Live]),
            Scene::new("builder-old-url", "/profiles/new?from=url", [Live]),
            Scene::new(
                "builder-old-url-refused",
                "/profiles/new?from=url",
                [
                    Live,
                    Fill("#field-url", "https://example.com/h/x".to_owned()),
                    Click(".old-url .button"),
                    See("#field-url[aria-invalid]"),
                ],
            ),
            Scene::new(
                "builder-filled",
                "/profiles/new?from=url",
                [Live, Fill("#field-url", old), Click(".old-url .button"), See(".proof"), Live],
            ),
            Scene::new("builder-lost-draft", "/profiles/new?draft=gone", [See(".notice.warn"), Live]),
            Scene::new("builder", &profile, [Live]),
            Scene::new(
                "builder-faults",
                &profile,
                [
                    Live,
                    Fill("#field-errorEmail", "ops@example".to_owned()),
                    Fill("#field-message", "<b>1".to_owned()),
                    Fill("[name='form[name]']", " ".to_owned()),
                    Click(".page-head button.primary"),
                    See(".notice.bad"),
                ],
            ),
            Scene::new("builder-token", &profile, [Live, Choose("#field-bot", "new"), See("#field-telegramToken")]),
            Scene::new(
                "builder-zone",
                &profile,
                [Live, Fill("#field-timezone", "Asia".to_owned()), See("[role=listbox] [role=option]")],
            ),
            Scene::new("builder-no-zone", &profile, [Live, Fill("#field-timezone", "Atlantis".to_owned())]),
            Scene::new("builder-switch", &profile, [Live, Focus("[name='form[shown][hide_url]']")]),
            Scene::new(
                "builder-sent",
                format!("/profiles/{}", self.sandbox),
                [
                    Live,
                    Fill("#test-chat", "100200300".to_owned()),
                    Click("#test-chat + button"),
                    See("#test-result.answer"),
                ],
            ),
            Scene::new("builder-gone", "/profiles/9999", [See(".notice"), Live]),
        ]
    }

    fn of_the_preview(&self) -> Vec<Scene> {
        let profile = format!("/profiles/{}", self.bot);
        let scene = |name, steps: Vec<Step>| Scene::new(name, &profile, [Live].into_iter().chain(steps));
        let paste =
            |text: &str| vec![Choose("#preview-source", "pasted"), See(".pasted"), Fill(".pasted", text.to_owned())];
        vec![
            scene("preview-everything", vec![Choose("#preview-source", "everything")]),
            // On a phone the sheet is opened; on a desktop this does nothing.
            scene("preview-sheet", vec![Tick(".sheet-toggle")]),
            scene("preview-bare", vec![Choose("#preview-source", "bare")]),
            scene("preview-json", vec![Click("#preview-json-tab"), See("#preview-json textarea")]),
            scene("preview-url", vec![Click("#preview-url-tab"), See("#preview-url textarea")]),
            scene("preview-unchanged", vec![Click("#preview-changes-tab"), See("#preview-changes .change")]),
            scene(
                "preview-changed",
                vec![
                    Fill("#field-message", "1".to_owned()),
                    Click("#preview-changes-tab"),
                    See("#preview-changes .change"),
                ],
            ),
            scene("preview-pasted", paste("{")),
            scene("preview-nobody", paste("{\"EventType\":3060}")),
            scene("preview-nothing", vec![Fill("#field-message", " ".to_owned()), Choose("#preview-source", "bare")]),
        ]
    }

    fn of_bots() -> Vec<Scene> {
        let booking = format!("/bots/{}/booking", BotApi::BOT);
        vec![
            Scene::new("bots", "/bots", [See("main table"), Live]),
            Scene::new("bot", format!("/bots/{}", BotApi::BOT), [See("#token-card"), Live]),
            Scene::new("booking", &*booking, [See(".booking-preview"), Live]),
            Scene::new(
                "booking-faults",
                &*booking,
                [
                    Live,
                    Fill("[name=service-0-title]", " ".to_owned()),
                    Fill("[name=links]", "zzz".to_owned()),
                    Fill("[name=field_name]", "a_b".to_owned()),
                    Click(".booking-actions .primary"),
                    See("[aria-invalid=true]"),
                ],
            ),
            Scene::new("booking-poster", format!("{booking}/poster"), [See(".poster")]),
            Scene::new("booking-sandbox", format!("/bots/{SANDBOX_BOT}/booking"), [See(".booking-preview")]),
        ]
    }

    fn of_the_rest(&self) -> Vec<Scene> {
        let share = |id: i64| format!("/profiles/{id}/share");
        let profile = format!("/profiles/{}", self.bot);
        vec![
            Scene::new("share-waiting", share(self.quiet), [See(".newest"), Live]),
            Scene::new("share-failed", share(self.bot), [See(".newest.bad"), Live]),
            Scene::new(
                "share-green",
                share(self.sandbox),
                [See(".newest.ok"), Live, Click(".qr-fold summary"), See(".qr")],
            ),
            Scene::new(
                "share-second",
                share(self.bot),
                [
                    Fill("#second-message", "{name}".to_owned()),
                    Click("#second form button"),
                    See("#second .field-warning"),
                    Live,
                ],
            ),
            Scene::new(
                "share-sample-refused",
                share(self.bot),
                [Fill("#sample-chat", "+7".to_owned()), Click("#sample form button"), See("[aria-invalid=true]"), Live],
            ),
            Scene::new(
                "share-sample-sent",
                share(self.bot),
                [
                    Fill("#sample-chat", "482113907".to_owned()),
                    Click("#sample form button"),
                    See("#sample .sample-sent a"),
                    Live,
                    Click(".line-choice:not([open]) summary"),
                ],
            ),
            Scene::new("chat-in-builder", &profile, [Live, Click(".chat-search .button"), See(".chat-links .qr")]),
            Scene::new("chat-webhook", "/find-chat/webhook", [See(".notice"), Live]),
            Scene::new("chat-over", "/find-chat/over", [See(".chat-search"), Live]),
            Scene::new("sandbox", "/sandbox", [See(".bubble"), Live]),
            Scene::new(
                "sandbox-booking",
                "/sandbox",
                [
                    Live,
                    Click("[action='/sandbox/say'] .primary"),
                    See(".bubble.mine"),
                    Click("[action='/sandbox/book'] button"),
                    See("#chat .bubble-group + .bubble-time + .bubble-group"),
                    Live,
                ],
            ),
            Scene::new("account-menu", "/sandbox", [Live, Click(".top summary"), See(".top .menu-body")]),
            Scene::new("share-gone", share(9999), [See(".notice"), Live]),
            Scene::new("not-found", "/there-is-no-such-page", [See(".alone")]),
        ]
    }
}
