//! The log, as a person reads it and acts on it.

use anyhow::{Context as _, Result, ensure};
use hookgram::{delivery::DeliveryState, parameters::Parameter};
use serde_json::json;
use server::store::audit::COMMAND_LINE;
use sqlx::Connection as _;

use crate::{
    driver::Browser,
    profiles::no_sideways_scroll,
    support::{BotApi, Play, TestServer, event},
    walk::{arrive, post, set_up},
};

fn blocked() -> Play {
    Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))
}

async fn rows(browser: &Browser) -> Result<i64> {
    let rows = browser.script("return document.querySelectorAll('[data-event]').length").await?;
    rows.as_i64().context("a number")
}

async fn wait_for_rows(browser: &Browser, count: i64) -> Result<()> {
    browser.wait(&format!("{count} rows"), async |_| Ok((rows(browser).await? == count).then_some(()))).await
}

async fn looked_at(browser: &Browser, name: &str) -> Result<()> {
    for dark in [false, true] {
        browser.dark(dark).await?;
        browser.screenshot(&format!("{name}{}", if dark { "-dark" } else { "" })).await?;
    }
    browser.dark(false).await?;
    no_sideways_scroll(browser).await
}

async fn start(languages: &str, telegram: &BotApi) -> Result<(TestServer, Browser, String)> {
    let (server, browser) = arrive(languages, &telegram.url()).await?;
    set_up(&server, &browser).await?;
    let profile = server.profile("Записи в студию", false, &[(Parameter::Message, "Вы записаны, Олег")]).await;
    let url = server.url(&format!("/h/{}", profile.key));
    Ok((server, browser, url))
}

#[tokio::test]
async fn new_events_appear_in_the_log_and_failed_ones_can_be_replayed() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser, url) = start("ru,en", &telegram).await?;
    browser.click_text("Доставки").await?;
    browser.see("Пока ни одного события").await?;
    browser.see("обновляется само").await?;
    post(&server, &url, event("1283", &["482113907"])).await?;
    // The page updates itself without a reload.
    wait_for_rows(&browser, 1).await?;
    // The new list is complete and inside its form.
    browser.find("form.log-list .log-foot button[value=replay]").await?;
    browser.find("form.log-list tbody input[type=checkbox]").await?;
    telegram.next([blocked()]);
    post(&server, &url, event("1284", &["5"])).await?;
    wait_for_rows(&browser, 2).await?;
    browser.see("клиент заблокировал бота").await?;
    looked_at(&browser, "log").await?;

    // A row opens its event beside the list.
    browser.click_text("№1284").await?;
    browser.see("Свяжитесь с клиентом другим способом").await?;
    browser.see("Forbidden: bot was blocked by the user").await?;
    ensure!(browser.text(".trace-pane .bubble").await?.contains("Вы записаны, Олег"));
    ensure!(rows(&browser).await? == 2, "the list is still there");
    looked_at(&browser, "log-open").await?;

    // The rows are selected, the question is answered, and they are replayed.
    browser.click("thead [data-all]").await?;
    let chosen = browser.script("return document.querySelectorAll('tbody input:checked').length").await?;
    ensure!(chosen == 2, "{chosen}");
    browser.click("thead [data-all]").await?;
    browser.click(".trace-pane button[value=replay]").await?;
    browser.see("Повторить 1 доставку?").await?;
    looked_at(&browser, "log-replay").await?;
    browser.click_text("Повторить").await?;
    browser.see("Отправляем снова: 1 доставка.").await?;
    telegram.wait_for_texts(2).await;
    browser.click_text("Вернуться").await?;
    browser.see("Telegram принял").await?;

    // Choosing a filter applies it at once and puts it into the address.
    browser.open(&server.url("/deliveries")).await?;
    browser.script("const s = document.querySelector('[name=outcome]'); s.value = 'failed'; s.dispatchEvent(new Event('change', { bubbles: true }))").await?;
    browser.see("Ничего не нашлось").await?;
    let at = browser.url().await?;
    ensure!(at.ends_with("/deliveries?outcome=failed"), "what is empty is left out: {at}");
    browser.click_text("Сбросить").await?;
    wait_for_rows(&browser, 2).await?;

    // The person is found by a word of the message, read as JSON, and erased.
    browser.fill("[name=q]", "ОЛЕГ").await?;
    browser.click_text("Показать").await?;
    wait_for_rows(&browser, 2).await?;
    browser.click_text("№1283").await?;
    browser.click_text("Событие (JSON)").await?;
    browser.see("CaseParticipants").await?;
    looked_at(&browser, "log-payload").await?;
    browser.open(&server.url("/deliveries/erase?chat=482113907")).await?;
    browser.see("Стереть всё о чате 482113907?").await?;
    looked_at(&browser, "erase").await?;
    browser.click_text("Стереть навсегда").await?;
    browser.see("Стёрто: 1 событие.").await?;
    browser.open(&server.url("/deliveries")).await?;
    wait_for_rows(&browser, 1).await?;
    browser.open(&server.url("/health")).await?;
    browser.see("Состояние").await?;
    looked_at(&browser, "health").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn on_a_phone_an_event_replaces_the_list() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser, url) = start("en", &telegram).await?;
    browser.as_phone().await?;
    telegram.next([blocked(), blocked(), blocked()]);
    for number in ["71", "72", "73"] {
        post(&server, &url, event(number, &[number])).await?;
        server.wait_for_state(DeliveryState::Failed).await;
    }
    browser.open(&server.url("/deliveries")).await?;
    wait_for_rows(&browser, 3).await?;
    looked_at(&browser, "log-phone").await?;
    browser.click_text("№72").await?;
    browser.see("Contact the customer another way").await?;
    ensure!(browser.script("return document.querySelector('.log-list').checkVisibility()").await? == false);
    looked_at(&browser, "log-open-phone").await?;
    browser.click_text("Back to the list").await?;
    browser.find(".log-list").await?;
    browser.click_text("Unreachable customers").await?;
    browser.see("the customer has blocked the bot").await?;
    looked_at(&browser, "unreachable-phone").await?;

    // All failed deliveries are replayed in the background.
    browser.open(&server.url("/deliveries")).await?;
    browser.click_text("Replay failed…").await?;
    browser.see("Replay 3 deliveries?").await?;
    looked_at(&browser, "log-all-phone").await?;
    browser.click_text("Replay").await?;
    // The page shows its progress without a reload.
    browser.see("Done").await?;
    telegram.wait_for_texts(3).await;
    looked_at(&browser, "log-work-phone").await?;
    browser.open(&server.url("/health")).await?;
    browser.see("All good").await?;
    looked_at(&browser, "health-phone").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn the_log_works_without_scripts() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser, url) = start("ru,en", &telegram).await?;
    telegram.next([blocked()]);
    post(&server, &url, event("1", &["5"])).await?;
    server.wait_for_state(DeliveryState::Failed).await;
    browser.scripts(false).await?;
    browser.open(&server.url("/deliveries")).await?;
    browser.click("tbody input[type=checkbox]").await?;
    browser.click_text("Повторить выбранные…").await?;
    browser.see("Повторить 1 доставку?").await?;
    browser.click_text("Повторить").await?;
    browser.see("Отправляем снова: 1 доставка.").await?;
    telegram.wait_for_texts(1).await;
    browser.open(&server.url("/sandbox")).await?;
    browser.see("Сообщений пока нет").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn times_are_in_the_viewers_time_zone_from_the_first_page() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser, url) = start("ru", &telegram).await?;
    post(&server, &url, event("1283", &["5"])).await?;
    browser.zone("Asia/Yekaterinburg").await?;
    browser.script("document.cookie = 'zone=; Path=/; Max-Age=0'").await?;
    browser.open(&server.url("/deliveries")).await?;
    let theirs = "const at = document.querySelector('.log-time time');
        const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'Asia/Yekaterinburg' };
        return at.textContent.endsWith(new Intl.DateTimeFormat('ru', clock).format(new Date(at.dateTime)))";
    browser.wait("their time", async |_| Ok((browser.script(theirs).await? == true).then_some(()))).await?;
    // From the next page on, the server knows the time zone.
    browser.scripts(false).await?;
    browser.open(&server.url("/deliveries")).await?;
    ensure!(browser.script(theirs).await? == true);
    Ok(())
}

#[tokio::test]
async fn the_log_is_filtered_by_typing_a_part_of_a_profiles_name() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser, url) = start("en", &telegram).await?;
    post(&server, &url, event("1", &["5"])).await?;
    server.wait_for_state(DeliveryState::Delivered).await;
    let sandbox = server.profile("0", true, &[]).await;
    let drafts = (1..=300).map(|number| {
        let mut draft = sandbox.clone().edited();
        (draft.name, draft.key) = (format!("Profile {number}"), None);
        draft
    });
    server.state.store.profiles.add_all(&drafts.collect::<Vec<_>>(), &COMMAND_LINE).await?;
    browser.open(&server.url("/deliveries")).await?;
    wait_for_rows(&browser, 1).await?;
    let offered =
        "return [...document.querySelector('#profile-names').options].map((option) => option.value).join('|')";
    ensure!(browser.script(offered).await? == "", "too many to offer before one types");
    browser.fill("[name=named]", "file 29").await?;
    browser
        .wait("the names that fit", async |_| {
            let names = browser.script(offered).await?;
            let names = names.as_str().unwrap_or_default();
            Ok((names.starts_with("Profile 29|Profile 290|") && names.split('|').count() == 10).then_some(()))
        })
        .await?;
    // Choosing a name from the list applies the filter at once.
    browser
        .script(
            "const field = document.querySelector('[name=named]');
             field.value = 'Profile 290';
             field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertReplacementText' }))",
        )
        .await?;
    browser.wait("the address", async |_| Ok(browser.url().await?.contains("?profile=").then_some(()))).await?;
    wait_for_rows(&browser, 0).await?;
    ensure!(browser.value("[name=named]").await? == "Profile 290");

    // Without scripts it is a text field, and Enter submits it.
    browser.scripts(false).await?;
    browser.as_phone().await?;
    browser.open(&server.url("/deliveries")).await?;
    browser.fill("[name=named]", "file 29").await?;
    browser.keys("\u{e007}").await?;
    browser.find("#profile-note").await?;
    looked_at(&browser, "log-which-profile").await?;
    browser.fill("[name=named]", "студию").await?;
    browser.keys("\u{e007}").await?;
    browser.wait("the profile", async |_| Ok(browser.url().await?.contains("?profile=").then_some(()))).await?;
    wait_for_rows(&browser, 1).await?;
    looked_at(&browser, "log-of-profile").await
}

#[tokio::test]
async fn in_a_wide_log_a_long_reason_takes_one_line_and_older_times_show_the_date() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser, url) = start("ru", &telegram).await?;
    telegram.next([Play::Refuse(
        400,
        "Bad Request: something unheard of that takes a great many words to explain to anybody",
        json!({}),
    )]);
    post(&server, &url, event("1", &["5"])).await?;
    server.wait_for_state(DeliveryState::Failed).await;
    let mut database = sqlx::SqliteConnection::connect(&server.database_url()).await?;
    sqlx::query("UPDATE events SET received_at = received_at - 172800000").execute(&mut database).await?;
    database.close().await?;
    browser.open(&server.url("/deliveries")).await?;
    wait_for_rows(&browser, 1).await?;
    let lines = "const reason = document.querySelector('.reason');
        return [reason.getBoundingClientRect().height / parseFloat(getComputedStyle(reason).lineHeight), reason.title]";
    let measured = browser.script(lines).await?;
    ensure!(measured[0].as_f64().is_some_and(|lines| lines < 1.5), "{measured}");
    ensure!(measured[1].as_str().is_some_and(|title| !title.is_empty()), "{measured}");
    let time = browser.text(".log-time").await?;
    ensure!(time.contains('.') && time.contains(','), "a day and a time: {time}");
    looked_at(&browser, "log-wide").await?;
    browser.no_errors().await
}
