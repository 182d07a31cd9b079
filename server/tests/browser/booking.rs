//! The booking bot, from a bot's token and the link of a service to the message about a booking.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::{
    driver::Browser,
    profiles::no_sideways_scroll,
    support::{BotApi, TOKEN, TestServer},
    walk::{arrive, builder_is_live, post, set_up},
};

const ANNA: (i64, &str, &str) = (600_700_800, "Анна", "ru");
const SERVICE: &str = "https://torrow.net/app/tabs/tab-search/service;id=1b5f03ed96001255550ebaa2c51b7d31";

/// The customer presses Start, books with the link below the greeting, and gets the message.
async fn a_customer_books(api: &BotApi, server: &TestServer, short_url: &str, message: &str) -> Result<()> {
    let before = api.messages().len();
    api.press_start(BotApi::BOT, ANNA, "");
    api.wait_for_messages(before + 1).await;
    let greeting = api.messages().remove(before);
    let url = &greeting["reply_markup"]["inline_keyboard"][0][0]["web_app"]["url"];
    let url = url.as_str().with_context(|| format!("a button that opens the booking: {greeting}"))?;
    let (_, id) = url.split_once("prefilledFields=*TelegramId_").context("a prefilled id")?;
    let id = id.split('&').next().context("an id")?;
    let event = json!({
        "EventType": 3001,
        "CaseItem": {"Id": "c1", "StartDate": "2090-05-08T08:15:00Z"},
        "Service": {"Id": "1b5f03ed96001255550ebaa2c51b7d31", "ItemInfo": {"Name": "Стрижка"}},
        "CaseParticipants": {"ContactInformation": {"Fields": [{"Name": "*TelegramId", "Value": id}]}},
    });
    post(server, short_url, event.to_string()).await?;
    api.wait_for_messages(before + 2).await;
    let told = api.messages().remove(before + 1);
    let text = told["text"].as_str().unwrap_or_default();
    ensure!(told["chat_id"].as_str() == Some("600700800") && text.contains(message), "{told}");
    Ok(())
}

async fn short_url(browser: &Browser) -> Result<String> {
    browser.value(".share-url input").await
}

#[tokio::test]
async fn following_the_guide_leads_from_signing_in_to_a_customers_booking() -> Result<()> {
    let api = BotApi::start().await;
    api.strict_chats(BotApi::BOT);
    let (server, browser) = arrive("ru", &api.url()).await?;
    set_up(&server, &browser).await?;
    browser.click_text("Создать первый профиль").await?;
    builder_is_live(&browser).await?;
    browser.fill("[name='form[name]']", "Записи").await?;
    browser.fill("[name='form[token]']", TOKEN).await?;
    browser.fill("#field-message", "Вы записаны!").await?;
    browser.see("@salon_bot").await?;
    browser.click_text("Сохранить").await?;
    browser.see("Ждём первое событие").await?;
    let url = short_url(&browser).await?;

    browser.click(".steps .button.primary").await?;
    browser.fill("[name=links]", &format!("Стрижка {SERVICE}")).await?;
    browser.screenshot("booking-set-up").await?;
    browser.click(".booking-actions .primary").await?;
    browser.see("Включён").await?;
    browser.see("Ссылки для клиентов").await?;
    ensure!(browser.value("#links input").await? == "https://t.me/salon_bot?start=all");
    ensure!(!browser.text("main").await?.contains("Ни один включённый профиль"));
    no_sideways_scroll(&browser).await?;
    browser.screenshot("booking-on").await?;
    a_customer_books(&api, &server, &url, "Вы записаны!").await?;

    browser.open(&server.url("/customers")).await?;
    browser.see("Анна").await?;
    browser.open(&server.url("/deliveries")).await?;
    browser.see("Анна · 600700800").await?;
    browser.no_errors().await?;
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_booking_bot_can_be_set_up_before_a_profile_on_a_phone_without_scripts() -> Result<()> {
    let api = BotApi::start().await;
    api.strict_chats(BotApi::BOT);
    let (server, browser) = arrive("en", &api.url()).await?;
    browser.as_phone().await?;
    browser.scripts(false).await?;
    set_up(&server, &browser).await?;
    browser.open(&server.url("/bots")).await?;
    browser.fill("[name=token]", TOKEN).await?;
    browser.click("#add .button.primary").await?;
    browser.see("@salon_bot").await?;
    browser.click("a[href$='/booking']").await?;
    browser.fill("[name=links]", &format!("Haircut {SERVICE}\nnonsense")).await?;
    browser.click(".booking-actions .primary").await?;
    // A link that cannot be read is reported, and the others are kept.
    browser.see("Not saved: fix the marked fields.").await?;
    ensure!(browser.value("[name=service-0-title]").await? == "Haircut");
    browser.fill("[name=links]", "").await?;
    browser.click(".booking-actions .primary").await?;
    browser.see("Links for customers").await?;
    no_sideways_scroll(&browser).await?;
    browser.screenshot("booking-phone").await?;
    // No profile reads the field yet.
    browser.click_text("Create a profile with this bot").await?;
    browser.fill("[name='form[name]']", "Bookings").await?;
    browser.fill("#field-message", "You are booked!").await?;
    browser.click("button.primary").await?;
    browser.see("Waiting for the first event").await?;
    let url = short_url(&browser).await?;
    a_customer_books(&api, &server, &url, "You are booked!").await?;
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn the_booking_bot_can_be_tried_in_the_sandbox_without_a_bot() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    browser.open(&server.url("/sandbox")).await?;
    browser.click("#chat .button").await?;
    browser.fill("[name=links]", &format!("Стрижка {SERVICE}")).await?;
    browser.click(".booking-actions .primary").await?;
    browser.click_text("Создать профиль с этим ботом").await?;
    builder_is_live(&browser).await?;
    browser.fill("[name='form[name]']", "Записи").await?;
    browser.fill("#field-message", "Вы записаны!").await?;
    browser.click_text("Сохранить").await?;
    browser.see("Ждём первое событие").await?;
    browser.open(&server.url("/sandbox")).await?;
    browser.click_text("Старт").await?;
    browser.see("Здравствуйте, Анна!").await?;
    browser.click("[action='/sandbox/book'] button").await?;
    // The page updates itself without a reload.
    browser
        .wait("the message", async |_| Ok(browser.text("#chat .chat").await?.contains("Вы записаны!").then_some(())))
        .await?;
    browser.screenshot("sandbox-booking").await?;
    browser.no_errors().await?;
    server.stop().await;
    Ok(())
}
