//! The builder's form as a person uses it, in both languages, on a desktop and on a phone.

use anyhow::{Context as _, Result, ensure};
use hookgram::parameters::Parameter;
use serde_json::{Value, json};
use server::store::audit::COMMAND_LINE;

use crate::{
    driver::Browser,
    support::{BotApi, TOKEN, TestServer},
    walk::{arrive, set_up},
};

/// Returns the message that a person gets from @BotFather.
fn botfather() -> String {
    format!(
        "Done! Congratulations on your new bot.\n\nUse this token to access the HTTP API:\n{TOKEN}\nKeep your token secure."
    )
}

/// Pastes a text into a field.
async fn paste(browser: &Browser, css: &str, text: &str) -> Result<()> {
    browser.find(css).await?;
    let script = format!(
        "const field = document.querySelector({}); field.focus();
         const data = new DataTransfer(); data.setData('text', {});
         const event = new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }});
         if (field.dispatchEvent(event)) document.execCommand('insertText', false, {});",
        json!(css),
        json!(text),
        json!(text)
    );
    browser.script(&script).await.map(drop)
}

async fn select(browser: &Browser, css: &str, word: &str) -> Result<()> {
    let script = format!(
        "const area = document.querySelector({}); const at = area.value.indexOf({}); area.focus();
         area.setSelectionRange(at, at + {});",
        json!(css),
        json!(word),
        word.encode_utf16().count()
    );
    browser.script(&script).await.map(drop)
}

async fn choose(browser: &Browser, css: &str, value: &str) -> Result<()> {
    let script = format!(
        "const list = document.querySelector({}); list.value = {};
         for (const kind of ['input', 'change']) list.dispatchEvent(new Event(kind, {{ bubbles: true }}))",
        json!(css),
        json!(value)
    );
    browser.script(&script).await.map(drop)
}

async fn has_value(browser: &Browser, css: &str, value: &str) -> Result<()> {
    browser
        .wait(&format!("{css} to hold {value:?}"), async |_| Ok((browser.value(css).await? == value).then_some(())))
        .await
}

/// Waits until WebAssembly has taken the form over, which is when its tools can be used, on a phone as well.
async fn builder_is_live(browser: &Browser) -> Result<()> {
    browser.find(".tool:not(:disabled)").await.map(drop)
}

async fn new_profile(browser: &Browser, server: &TestServer) -> Result<()> {
    browser.open(&server.url("/profiles/new")).await?;
    builder_is_live(browser).await
}

#[tokio::test]
async fn pasting_botfathers_whole_message_gives_a_verified_token() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser) = arrive("en", &telegram.url()).await?;
    set_up(&server, &browser).await?;
    new_profile(&browser, &server).await?;
    paste(&browser, "#field-telegramToken", &botfather()).await?;
    has_value(&browser, "#field-telegramToken", TOKEN).await?;
    browser.see("Telegram recognizes this bot: Салон · @salon_bot").await?;
    let asked = telegram.asked().iter().filter(|asked| asked.method == "getMe").count();
    ensure!(asked == 1, "asked {asked} times");
    // After other input the answer disappears, and the fault is shown when the field is left.
    browser.fill("#field-telegramToken", "7001002003:AAHk").await?;
    browser.click("[name='form[name]']").await?;
    browser.see("35 characters must follow the colon").await?;
    ensure!(!browser.text("body").await?.contains("@salon_bot"));

    // The stored bot is selected; another one can be added.
    paste(&browser, "#field-telegramToken", &botfather()).await?;
    browser.fill("[name='form[name]']", "Bookings").await?;
    browser.click_text("Save").await?;
    browser.see("Waiting for the first event").await?;
    browser.click_text("To the profile").await?;
    builder_is_live(&browser).await?;
    browser.see("@salon_bot · Салон").await?;
    ensure!(!browser.text("main").await?.contains("Bot token"));
    choose(&browser, "#field-bot", "new").await?;
    browser.fill("#field-telegramToken", "123").await?;
    browser.see("Unsaved changes").await?;
    choose(&browser, "#field-bot", "7001002003").await?;
    browser
        .wait("nothing to be unsaved", async |_| {
            Ok((!browser.text(".page-head").await?.contains("Unsaved")).then_some(()))
        })
        .await?;
    browser.no_errors().await
}

#[tokio::test]
async fn an_old_url_fills_the_form_and_both_messages_are_compared() -> Result<()> {
    let telegram = BotApi::start().await;
    for (languages, phone) in [("ru", true), ("en", false)] {
        let (server, browser) = arrive(languages, &telegram.url()).await?;
        if phone {
            browser.as_phone().await?;
        }
        set_up(&server, &browser).await?;
        browser.open(&server.url("/profiles/new?from=url")).await?;
        builder_is_live(&browser).await?;
        let focused = browser.script("return document.activeElement.id").await?;
        ensure!(focused == "field-url", "{focused}");
        browser.fill("[name='form[name]']", "Mine").await?;
        let url = format!(
            "https://hooks.old.example/webhook/telegram?telegramToken={TOKEN}&telegramFieldName =*TelegramId\
             &message=Вы%20записаны&hide_url=true&idInstance=7"
        );
        paste(&browser, "#field-url", &url).await?;
        let (equal, lost) = match phone {
            true => ("Сообщения одинаковы", "idInstance нужен для другого"),
            false => ("The messages are the same", "idInstance is for another"),
        };
        browser.see(equal).await?;
        browser.see(lost).await?;
        browser.see("@salon_bot").await?;
        builder_is_live(&browser).await?;
        has_value(&browser, "[name='form[name]']", "Mine").await?;
        has_value(&browser, "#field-message", "Вы записаны").await?;
        let address = browser.url().await?;
        ensure!(address.contains("draft=") && !address.contains("AAHk"), "{address}");
        let source = browser.script("return document.documentElement.outerHTML").await?.to_string();
        ensure!(!source.contains("pQ_rStUv"), "the page holds the token");
        browser.screenshot(&format!("builder-proof-{languages}")).await?;
        let [old, new] = [1, 2].map(|nth| format!(".proof figure:nth-child({nth}) .bubble-text"));
        ensure!(browser.text(&old).await? == browser.text(&new).await?);

        // Differences are marked only while they exist.
        browser.fill("#field-message", "Иначе").await?;
        browser
            .wait("the difference", async |_| Ok(browser.text(".proof .added").await?.contains("Иначе").then_some(())))
            .await?;
        ensure!(browser.text(".proof .gone").await?.contains("Вы записаны"));
        browser.fill("#field-message", "Вы записаны").await?;
        browser.see(equal).await?;
        browser.click(".page-head .primary").await?;
        browser.find(".share-url").await?;
        let stored = server.state.store.profiles.all().await?.pop().context("a profile")?;
        ensure!(stored.name == "Mine" && stored.profile.token.is_some_and(|token| token.expose() == TOKEN));
        browser.no_errors().await?;
    }
    Ok(())
}

#[tokio::test]
async fn texts_can_be_formatted_and_are_counted_and_checked() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    new_profile(&browser, &server).await?;
    let area = "#field-message";
    browser.fill(area, "👍 Вы записаны на услугу").await?;
    browser.see("24 / 4096").await?;
    select(&browser, area, "записаны ").await?;
    browser.click(".tool.bold").await?;
    has_value(&browser, area, "👍 Вы <b>записаны</b> на услугу").await?;
    browser.see("24 / 4096").await?;
    browser
        .wait("the preview to be bold", async |_| {
            let bold = browser.script("return document.querySelector('.preview .bubble b')?.textContent").await?;
            Ok((bold == "записаны").then_some(()))
        })
        .await?;
    // Shortcuts work on a Russian keyboard too, and the change can be undone like typing.
    let key = |key: &str, code: &str| {
        format!(
            "document.querySelector('{area}').dispatchEvent(new KeyboardEvent('keydown',
             {{ key: '{key}', code: '{code}', ctrlKey: true, bubbles: true, cancelable: true }}))"
        )
    };
    browser.script(&key("и", "KeyB")).await?;
    has_value(&browser, area, "👍 Вы записаны на услугу").await?;
    browser.script("document.execCommand('undo')").await?;
    has_value(&browser, area, "👍 Вы <b>записаны</b> на услугу").await?;
    browser.script("document.execCommand('redo')").await?;
    select(&browser, area, "услугу").await?;
    browser.script(&key("ш", "KeyI")).await?;
    has_value(&browser, area, "👍 Вы записаны на <i>услугу</i>").await?;
    select(&browser, area, "Вы").await?;
    browser.script(&key("k", "KeyK")).await?;
    browser.fill("#link-message", "example.com/?a=1&b=2").await?;
    browser.click_text("Вставить").await?;
    has_value(&browser, area, "👍 <a href=\"https://example.com/?a=1&amp;b=2\">Вы</a> записаны на <i>услугу</i>")
        .await?;
    browser.find(".bubble .link").await?;
    let link = browser.script("return document.querySelector('.bubble .link').title").await?;
    ensure!(link == "https://example.com/?a=1&b=2", "{link}");

    // The position of a wrong tag is shown, and a click leads to it.
    browser.fill("#field-sign_text", "Ждём вас!\nЦена <5 рублей").await?;
    browser.see("Строка 2: Цена <5 рублей").await?;
    browser.click(".spot").await?;
    let chosen = browser.script("return String(getSelection()) || (a => a.value.slice(a.selectionStart, a.selectionEnd))(document.activeElement)").await?;
    ensure!(chosen == "<5", "{chosen}");
    browser.screenshot("builder-texts").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn a_time_zone_is_found_by_its_city_and_fills_in_its_name() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    browser.as_phone().await?;
    set_up(&server, &browser).await?;
    new_profile(&browser, &server).await?;
    browser.fill("#field-timezone", "челяб").await?;
    let first = browser.text("#zone-list [aria-selected=true]").await?;
    ensure!(first.contains("Челябинск") && first.contains("Asia/Yekaterinburg") && first.contains("GMT+5"), "{first}");
    browser.screenshot("builder-zones").await?;
    browser.click("#zone-list [aria-selected=true]").await?;
    has_value(&browser, "#field-timezone", "Asia/Yekaterinburg").await?;
    has_value(&browser, "#field-timezone_name", "Челябинск").await?;
    ensure!(browser.text("#zone-now").await?.contains("GMT+5"));
    browser
        .wait("the preview to name it", async |_| {
            let text = browser.script("return document.querySelector('.preview .bubble-text').textContent").await?;
            Ok(text.as_str().is_some_and(|text| text.contains("(Челябинск)")).then_some(()))
        })
        .await?;
    // The keyboard selects a zone; the name follows it until a person types one.
    browser.fill("#field-timezone", "владив\u{e006}").await?;
    has_value(&browser, "#field-timezone", "Asia/Vladivostok").await?;
    has_value(&browser, "#field-timezone_name", "Владивосток").await?;
    browser.fill("#field-timezone_name", "по-нашему").await?;
    browser.fill("#field-timezone", "omsk\u{e015}\u{e013}\u{e006}").await?;
    has_value(&browser, "#field-timezone", "Asia/Omsk").await?;
    has_value(&browser, "#field-timezone_name", "по-нашему").await?;
    browser.fill("#field-timezone", "атлантида").await?;
    browser.see("Такого города нет в списке").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn leaving_with_unsaved_changes_asks_first_and_ctrl_enter_saves() -> Result<()> {
    let (server, browser) = arrive("en", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    browser.click_text("Create the first profile").await?;
    builder_is_live(&browser).await?;
    // A driver never shows the browser's own dialog, but the page's answer to the event is the same.
    let asks =
        "const e = new Event('beforeunload', { cancelable: true }); window.dispatchEvent(e); return e.defaultPrevented";
    ensure!(browser.script(asks).await? == Value::Bool(false), "nothing has been typed yet");
    browser.fill("[name='form[name]']", "Kept").await?;
    browser.see("Unsaved changes").await?;
    ensure!(browser.script(asks).await? == Value::Bool(true), "whoever leaves or closes the tab is asked");
    // The page's answer to the last event is read on the next page.
    let note = "window.addEventListener('beforeunload', e => sessionStorage.setItem('asked', e.defaultPrevented))";
    browser.script(note).await?;

    // The focus moves to the faults and the input is kept; then it is saved without a question.
    browser.fill("#field-errorEmail", "ops@example").await?;
    browser.fill("[name='form[name]']", "Kept\u{e009}\u{e007}\u{e000}").await?;
    browser.see("Not saved").await?;
    // Browsers log a refusal as an error.
    let refusals = browser.console().await?;
    ensure!(refusals.iter().all(|line| !line.starts_with("SEVERE") || line.contains("save-profile")), "{refusals:#?}");
    browser
        .wait("the first fault to have the focus", async |_| {
            Ok((browser.script("return document.activeElement.id").await? == "field-telegramToken").then_some(()))
        })
        .await?;
    has_value(&browser, "#field-errorEmail", "ops@example").await?;
    browser.click("[value=sandbox]").await?;
    browser.fill("#field-errorEmail", "ops@example.com\u{e009}\u{e007}\u{e000}").await?;
    browser.find(".share-url").await?;
    ensure!(browser.script("return sessionStorage.getItem('asked')").await? == "false", "saved without a question");
    // Going back leads to the saved profile, not to an empty form.
    browser.script("history.back()").await?;
    builder_is_live(&browser).await?;
    has_value(&browser, "[name='form[name]']", "Kept").await?;
    ensure!(!browser.url().await?.ends_with("/new"));
    browser.click("header nav a[href='/sandbox']").await?;
    browser.see("Sandbox").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn without_scripts_input_is_kept_and_an_old_url_fills_the_form() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    browser.scripts(false).await?;
    browser.as_phone().await?;
    set_up(&server, &browser).await?;
    browser.open(&server.url("/profiles/new")).await?;
    browser.fill("[name='form[name]']", "Без скриптов").await?;
    browser.fill("#field-telegramToken", &botfather().replace('\n', " ")).await?;
    browser.fill("#field-errorEmail", "ops@example").await?;
    browser.fill("#field-timezone", "Уфа").await?;
    browser.click("[name='form[shown][hide_url]']").await?;
    browser.click_text("Сохранить").await?;
    browser.see("Не сохранено: исправьте отмеченные поля.").await?;
    browser.find("#field-errorEmail[aria-invalid=true]").await?;
    has_value(&browser, "[name='form[name]']", "Без скриптов").await?;
    has_value(&browser, "#field-timezone", "Уфа").await?;
    browser.see("7001002003:AAH…abcd").await?;
    browser.screenshot("builder-draft").await?;
    browser.fill("#field-errorEmail", "ops@example.com").await?;
    browser.click_text("Сохранить").await?;
    browser.see("Ждём первое событие").await?;
    let stored = server.state.store.profiles.all().await?.pop().context("a profile")?;
    ensure!(stored.profile.formatting.hide_url && stored.profile.formatting.time_zone.name() == "Asia/Yekaterinburg");
    ensure!(stored.profile.token.is_some_and(|token| token.expose() == TOKEN));

    browser.open(&server.url("/profiles/new?from=url")).await?;
    browser.fill("#field-url", &format!("https://x.example/webhook/telegram?telegramToken={TOKEN}&message=Да")).await?;
    browser.click_text("Заполнить форму").await?;
    browser.see("Сообщения одинаковы").await?;
    has_value(&browser, "#field-message", "Да").await
}

#[tokio::test]
async fn concurrent_edits_of_a_profile_are_not_overwritten_unseen() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    let profile = server.profile("Записи", true, &[]).await;
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    builder_is_live(&browser).await?;
    let mut theirs = profile.clone().edited();
    theirs.profile.set(Parameter::Message, "Чужой текст").map_err(|_| anyhow::anyhow!("a message"))?;
    server.state.store.profiles.put(Some(profile.id), &theirs, &COMMAND_LINE).await?;
    browser.fill("#field-message", "Мой текст").await?;
    browser.click_text("Сохранить").await?;
    browser.see("профиль изменил кто-то ещё").await?;
    let notice = browser.text("#outdated").await?;
    ensure!(notice.contains("Чужой текст") && !notice.contains("Название"), "only what differs: {notice}");
    ensure!(browser.script("return document.activeElement.id").await? == "outdated", "the notice has the focus");
    has_value(&browser, "#field-message", "Мой текст").await?;
    browser.screenshot("builder-conflict").await?;
    browser.click_text("Сохранить").await?;
    browser.see("Сохранено").await?;
    let stored = server.state.store.profiles.get(profile.id).await?.context("the profile")?;
    ensure!(stored.profile.get(Parameter::Message).as_deref() == Some("Мой текст"));
    ensure!(!browser.text("main").await?.contains("кто-то ещё"));
    // Saving twice from the same page is no conflict.
    browser.fill("#field-message", "Мой второй").await?;
    browser.click_text("Сохранить").await?;
    browser
        .wait("the second save", async |_| {
            let stored = server.state.store.profiles.get(profile.id).await?.context("the profile")?;
            Ok((stored.profile.get(Parameter::Message).as_deref() == Some("Мой второй")).then_some(()))
        })
        .await?;
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn input_is_kept_if_the_session_ends_while_typing() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    let profile = server.profile("Записи", true, &[]).await;
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    builder_is_live(&browser).await?;
    browser.fill("#field-message", "Не потеряйте").await?;
    let account = server.state.store.accounts.members().await?.remove(0).account;
    server.state.store.accounts.end_sessions_of(&account, None, &COMMAND_LINE).await?;
    browser.script("scrollTo(0, document.body.scrollHeight)").await?;
    browser.script("document.querySelector('.page-head button.primary').click()").await?;
    browser.see("Сессия закончилась").await?;
    browser.find("#not-saved a[href='/login'][target=_blank]").await?;
    browser
        .wait("the notice to have the focus", async |_| {
            let focused = browser.script("return document.activeElement.id").await?;
            Ok((focused == "not-saved").then_some(()))
        })
        .await?;
    has_value(&browser, "#field-message", "Не потеряйте").await?;
    let top = browser.script("return document.querySelector('#not-saved').getBoundingClientRect().top").await?;
    ensure!(top.as_f64().is_some_and(|top| (0.0..900.0).contains(&top)), "the notice can be seen: {top}");
    browser.screenshot("builder-signed-out").await?;
    server.stop().await;
    Ok(())
}
