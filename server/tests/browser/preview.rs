//! The builder's preview: samples, past and pasted events, the request's JSON, the URL, and the effect of a change.

use anyhow::{Context as _, Result, ensure};
use hookgram::{delivery::DeliveryState, parameters::Parameter, sample::Sample};
use serde_json::json;
use server::time::now;

use crate::{
    driver::Browser,
    support::{BotApi, TOKEN, TestServer, event},
    walk::{arrive, builder_is_live, post, set_up},
};

const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";
const ENTER: &str = "\u{e007}";

async fn enter(languages: &str, telegram: &str) -> Result<(TestServer, Browser)> {
    let (server, browser) = arrive(languages, telegram).await?;
    set_up(&server, &browser).await?;
    Ok((server, browser))
}

/// Waits until an element's text contains this text.
async fn says(browser: &Browser, css: &str, text: &str) -> Result<()> {
    browser
        .wait(&format!("{css} to say “{text}”"), async |_| {
            Ok(browser.text(css).await?.contains(text).then_some(()))
        })
        .await
}

/// Waits until a script returns true.
async fn holds(browser: &Browser, what: &str, script: &str) -> Result<()> {
    browser.wait(what, async |_| Ok((browser.script(script).await? == true).then_some(()))).await
}

/// Sets a field's text at once, because a driver would take minutes to type thousands of characters.
async fn put(browser: &Browser, css: &str, text: &str) -> Result<()> {
    let script = format!(
        "const field = document.querySelector({}); field.value = {}; \
         field.dispatchEvent(new Event('input', {{ bubbles: true }}));",
        json!(css),
        json!(text)
    );
    browser.script(&script).await.map(drop)
}

#[tokio::test]
async fn the_preview_shows_samples_past_events_and_pasted_events() -> Result<()> {
    let (server, browser) = enter("ru,en", "http://127.0.0.1:1").await?;
    let profile = server.profile("Записи", true, &[(Parameter::Message, "Вы записаны!")]).await;
    post(&server, &server.state.short_url(&profile.key), event("№181", &["100200300"])).await?;
    server.wait_for_state(DeliveryState::Delivered).await;
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    builder_is_live(&browser).await?;

    for (sample, line) in [
        ("Групповое занятие", "Участие в мероприятии: №318"),
        ("Заполнено всё", "№ТБ-2026/1187"),
        ("Самый минимум", "Детали заказа\nЗаказ"),
        ("Запись", "Запись: №42"),
    ] {
        browser.click_text(sample).await?;
        says(&browser, ".preview .bubble-text", line).await?;
    }
    let past = browser.script("return document.querySelector('#preview-source option[value=\"1\"]').text").await?;
    ensure!(past.as_str().is_some_and(|text| text.ends_with("· №181") && !text.contains("UTC")), "{past}");
    browser.click("#preview-source option[value='1']").await?;
    says(&browser, ".preview .bubble-text", "Запись: №181").await?;

    // For a pasted event the preview shows its faults by line and column, then the recipients it cannot reach, then
    // the message.
    browser.click_text("Вставить JSON события…").await?;
    browser.fill(".pasted", "{\n  \"CaseItem\": oops\n}").await?;
    says(&browser, "#preview-note", "ошибка в строке 2, столбце 15").await?;
    browser.screenshot("preview-pasted-fault").await?;
    put(&browser, ".pasted", "{\"CaseItem\": {\"StartDate\": \"soon\"}}").await?;
    says(&browser, "#preview-note", "CaseItem.StartDate").await?;
    put(&browser, ".pasted", "{\"CaseItem\": {\"OrderNumber\": {\"FullNumber\": \"№7\"}}}").await?;
    says(&browser, "#preview-note", "ни у одного участника").await?;
    says(&browser, ".preview .bubble-text", "Заказ: №7").await?;
    put(&browser, ".pasted", &event("№8", &["x", "77", "78"])).await?;
    says(&browser, "#preview-note", "Всего получателей: 2").await?;

    // A test message has the content that is shown.
    browser.fill("#test-chat", "5").await?;
    browser.click_text("Отправить тест").await?;
    browser.see("Сообщение — в песочнице").await?;
    let sent = server.state.store.profiles.sandbox_messages(Some(profile.id), 1).await?;
    ensure!(sent[0].html.contains("Запись: №8"), "{sent:?}");
    browser.no_errors().await
}

#[tokio::test]
async fn the_shown_json_is_what_telegram_gets_and_the_url_has_the_profiles_parameters() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser) = enter("en", &telegram.url()).await?;
    let message = "<b>Анна</b> & \"друзья\"\n<a href=\"https://example.com/?a=1&amp;b=2\">сайт</a>";
    let profile = server.profile("Bookings", false, &[(Parameter::Message, message)]).await;
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    builder_is_live(&browser).await?;

    browser.click("#preview-json-tab").await?;
    let shown = browser.value("#preview-json textarea").await?;
    ensure!(
        shown.starts_with("{\"chat_id\":\"100200300\",\"text\":\"<b>Анна</b> &amp; \\\"друзья\\\"\\n<a href="),
        "{shown}"
    );
    browser.fill("#test-chat", "100200300").await?;
    browser.click_text("Send test").await?;
    browser.see("Telegram accepted the message").await?;
    let asked = telegram.asked().into_iter().rev().find(|asked| asked.method == "sendMessage").context("a message")?;
    assert_eq!(shown, asked.raw, "byte for byte");
    browser.screenshot("preview-json").await?;

    // The arrow key leads to the next tab.
    browser.script("document.querySelector('#preview-json-tab').focus()").await?;
    browser.keys(RIGHT).await?;
    browser.find("#preview-url-tab[aria-selected=true]").await?;
    let url = browser.value("#preview-url textarea").await?;
    let start = format!(
        "{}/webhook/telegram?telegramToken=TELEGRAM_TOKEN&telegramFieldName=*TelegramId&message=%3Cb%3E",
        server.state.public_url
    );
    ensure!(url.starts_with(&start), "{url}");
    // With the token inserted, the stateless endpoint accepts the URL.
    let answer = server.http.get(url.replace("TELEGRAM_TOKEN", TOKEN)).send().await?;
    ensure!(answer.status() == 200, "{}", answer.text().await?);
    browser.click("[name='form[shown][hide_url]']").await?;
    holds(
        &browser,
        "the URL to follow",
        "return document.querySelector('#preview-url textarea').value.endsWith('&hide_url=true')",
    )
    .await?;
    browser.screenshot("preview-url").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn a_line_of_the_preview_leads_to_its_setting_and_a_setting_marks_its_lines() -> Result<()> {
    let (server, browser) = enter("en", "http://127.0.0.1:1").await?;
    browser.open(&server.url("/profiles/new")).await?;
    builder_is_live(&browser).await?;

    // Hovering over or focusing a setting marks its lines.
    browser.hover("label.switch-row:has([data-field=hide_address])").await?;
    says(&browser, ".bubble .marked", "Адрес").await?;
    browser.hover("h1").await?;
    holds(&browser, "the mark to go", "return !document.querySelector('.bubble .marked')").await?;
    browser.script("document.querySelector('[data-field=hide_order_duration]').focus()").await?;
    says(&browser, ".bubble .marked", "Длительность").await?;

    // A click on a line leads to its setting, and its title names it.
    let line = ".bubble [data-origin=hide_service_name]";
    let what = browser.script(&format!("return document.querySelector('{line}').title")).await?;
    assert_eq!(what, "Setting: Service");
    browser.click(line).await?;
    holds(&browser, "the focus at its setting", "return document.activeElement.dataset.field == 'hide_service_name'")
        .await?;
    // The keyboard moves to the second line and opens it.
    browser.script("document.querySelector('.preview .chat').focus()").await?;
    browser.keys(DOWN).await?;
    let origin = "return document.activeElement.dataset.origin";
    assert_eq!(browser.script(origin).await?, "detail_section_name");
    browser.keys(DOWN).await?;
    assert_eq!(browser.script(origin).await?, "case_type_name");
    browser.keys(ENTER).await?;
    holds(&browser, "the focus at its setting", "return document.activeElement.id == 'field-case_type_name'").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn a_message_that_is_split_does_not_shift_the_preview() -> Result<()> {
    let (server, browser) = enter("en", "http://127.0.0.1:1").await?;
    browser.open(&server.url("/profiles/new")).await?;
    builder_is_live(&browser).await?;
    let place = "const box = document.querySelector('.preview .card').getBoundingClientRect(); \
                 const bubble = document.querySelector('.preview .bubble').getBoundingClientRect(); \
                 return [box.top, bubble.top, bubble.left].join()";
    let before = browser.script(place).await?;
    put(&browser, "#field-message", &"слово ".repeat(700)).await?;
    says(&browser, ".measure", "2 messages").await?;
    assert_eq!(browser.script(place).await?, before);
    let notes = browser
        .script("return [...document.querySelectorAll('.preview .bubble-note:not([hidden])')].map(x => x.innerText)")
        .await?;
    let notes: Vec<&str> = notes.as_array().context("a list")?.iter().filter_map(|note| note.as_str()).collect();
    ensure!(notes.len() == 2 && notes[0].starts_with("1 of 2 · ") && notes[0].ends_with(" / 4096"), "{notes:?}");
    browser.screenshot("preview-two").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn an_unsaved_change_is_previewed_on_the_latest_events() -> Result<()> {
    let (server, browser) = enter("ru", "http://127.0.0.1:1").await?;
    let profile = server.profile("Записи", true, &[(Parameter::Message, "Вы записаны!")]).await;
    for number in 1..=6 {
        post(&server, &server.state.short_url(&profile.key), event(&format!("№{number}"), &["5"])).await?;
    }
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    builder_is_live(&browser).await?;
    browser.click("#preview-changes-tab").await?;
    says(&browser, ".changes-summary", "0 / 5").await?;
    ensure!(browser.text("#preview-changes").await?.matches("Без изменений").count() == 5);

    browser.fill("#field-message", "Вы <b>записаны</b>!").await?;
    says(&browser, ".changes-summary", "5 / 5").await?;
    let change = browser.text(".change-lines").await?;
    ensure!(change.contains("исчезнет:") && change.contains("добавится:"), "{change}");
    ensure!(browser.text(".change-lines .added b").await? == "записаны");
    browser.screenshot("preview-changes").await?;
    browser.fill("#field-telegramFieldName", "*Nobody").await?;
    says(&browser, ".change", "С изменениями сообщение не отправится.").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn without_scripts_every_view_of_the_preview_is_shown() -> Result<()> {
    let (server, browser) = enter("en", "http://127.0.0.1:1").await?;
    browser.scripts(false).await?;
    browser.open(&server.url("/profiles/new")).await?;
    browser.see("Запись: №42").await?;
    ensure!(browser.value("#preview-json textarea").await?.contains("\"parse_mode\":\"HTML\""));
    ensure!(browser.value("#preview-url textarea").await?.contains("telegramToken=TELEGRAM_TOKEN"));
    browser.as_phone().await?;
    browser.click(".sheet-handle").await?;
    browser.find("#preview-json textarea").await?;
    browser.screenshot("preview-no-script").await.map(drop)
}

#[tokio::test]
async fn the_preview_fits_a_phone_and_a_desktop_in_both_languages_and_themes() -> Result<()> {
    let (server, browser) = enter("ru,en", "http://127.0.0.1:1").await?;
    let message = "<b>жирный</b> <i>курсив</i> <u>подчёркнутый</u> <s>зачёркнутый</s> <code>код</code> \
                   <tg-spoiler>секрет</tg-spoiler> <a href=\"https://example.com\">ссылка</a>\n\
                   <pre><code class=\"language-json\">{\n  \"a\": 1\n}</code></pre>\n<blockquote>Цитата\nв две строки</blockquote>\n\
                   <blockquote expandable>Раз\nДва\nТри\nЧетыре\nПять</blockquote>";
    let profile = server.profile("Записи", true, &[(Parameter::Message, message)]).await;
    post(&server, &server.state.short_url(&profile.key), event("№181", &["100200300"])).await?;
    for (language, word) in [("ru", "Детали"), ("en", "Details")] {
        if language == "en" {
            browser.click("form [lang=en]").await?;
        }
        for (width, phone) in [(1280, false), (390, true)] {
            if phone {
                browser.as_phone().await?
            } else {
                browser.as_desktop().await?
            }
            for dark in [false, true] {
                browser.dark(dark).await?;
                browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
                builder_is_live_or_shut(&browser).await?;
                if phone {
                    browser.click(".sheet-handle").await?;
                }
                browser.see(word).await?;
                let theme = if dark { "dark" } else { "light" };
                browser.screenshot(&format!("preview-{width}-{language}-{theme}")).await?;
                let overflow = browser.script("return document.documentElement.scrollWidth - innerWidth").await?;
                ensure!(overflow.as_i64().is_some_and(|px| px <= 0), "{overflow} px too wide");
            }
        }
    }
    // On a phone a line leads to its setting, and the sheet does not cover it.
    browser.click(".bubble [data-origin=hide_url]").await?;
    holds(
        &browser,
        "the setting above the sheet",
        "const field = document.activeElement, sheet = document.querySelector('.sheet'); \
         return field.dataset.field == 'hide_url' && field.getBoundingClientRect().bottom < sheet.getBoundingClientRect().top",
    )
    .await?;
    browser.screenshot("preview-phone-setting").await?;
    browser.no_errors().await
}

async fn builder_is_live_or_shut(browser: &Browser) -> Result<()> {
    holds(browser, "the builder to be live", "return !!document.querySelector('.segment:not(:disabled)')").await
}

#[tokio::test]
async fn the_preview_shows_the_bots_name_and_dates_and_warns_about_placeholders() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser) = enter("ru", &telegram.url()).await?;
    telegram.name_bot(BotApi::BOT, "Салон «Север»", "salon_bot");
    browser.open(&server.url("/profiles/new")).await?;
    builder_is_live(&browser).await?;
    says(&browser, ".preview .bubble-sender", "Ваш бот").await?;
    browser.fill("#field-telegramToken", TOKEN).await?;
    says(&browser, ".preview .bubble-sender", "Салон «Север»").await?;
    browser.click("[value=sandbox]").await?;
    says(&browser, ".preview .bubble-sender", "Песочница").await?;
    browser.click("[value=bot]").await?;
    browser.fill("[name='form[name]']", "Записи").await?;
    browser.click(".page-head button.primary").await?;
    browser.find(".share-url").await?;
    let profile = server.state.store.profiles.all().await?.pop().context("a profile")?;
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    // The server renders the bot's name as well.
    let drawn = browser.script("return document.querySelector('.preview .bubble-sender').textContent.trim()").await?;
    ensure!(drawn == "Салон «Север»", "{drawn}");
    builder_is_live(&browser).await?;
    let initial = "return getComputedStyle(document.querySelector('.preview .bubble-sender'), '::before').content";
    ensure!(browser.script(initial).await?.as_str().is_some_and(|content| content.contains('С')));

    let thursday = Sample::Appointment.json(now());
    let date = thursday.split("\"StartDate\": \"").nth(1).and_then(|rest| rest.get(..10)).context("a date")?;
    let year = date.get(..4).context("a year")?;
    let line = browser.text(".preview .bubble-text").await?;
    ensure!(line.contains("Дата: четверг, ") && line.contains(&format!(" {year} г.")), "{line}");

    browser.fill("#field-message", "Здравствуйте, {name}!").await?;
    says(&browser, "#field-message-warning", "{name} — клиент увидит это как есть").await?;
    browser.fill("#field-message", "Здравствуйте!").await?;
    holds(
        &browser,
        "the warning to go",
        "return document.querySelector('#field-message-warning').textContent.trim() === ''",
    )
    .await?;
    browser.no_errors().await
}
