//! Tests of the driver itself with a small page.

use std::collections::HashMap;

use anyhow::{Result, ensure};
use axum::Router;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;

use crate::driver::Browser;

const PAGE: &str = r#"<!DOCTYPE html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark }
  body { background: light-dark(rgb(255, 255, 255), rgb(1, 2, 3)) }
  #wide { display: none } @media (width > 600px) { #wide { display: block } }
</style></head>
<body>
  <p id="wide">Широкий экран</p>
  <p id="language"></p>
  <noscript><p>Без скриптов</p></noscript>
  <form action="/greeting">
    <input name="name" id="name" value="прежнее"><output></output>
    <button>Отправить «O'Hara»</button>
  </form>
  <button id="later" type="button">Позже</button>
  <script>
    document.querySelector('#language').textContent = navigator.language;
    document.querySelector('#name').oninput = event => document.querySelector('output').textContent = event.target.value;
    document.querySelector('#later').onclick = () => {
      console.error('a fault of the page');
      setTimeout(() => document.body.append('Пришло'), 300);
    };
  </script>
</body></html>"#;

async fn greeting(headers: HeaderMap, Query(form): Query<HashMap<String, String>>) -> Html<String> {
    let language = headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or_default();
    Html(format!("<link rel=icon href=data:,><h1>Привет, {}</h1><p>{language}</p>", form["name"]))
}

async fn page_server() -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/", get(async || Html(PAGE))).route("/greeting", get(greeting));
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(address)
}

#[tokio::test]
async fn the_driver_types_clicks_and_waits() -> Result<()> {
    let address = page_server().await?;
    let browser = Browser::start("ru,en").await?;
    browser.open(&address).await?;
    assert_eq!(browser.text("#language").await?, "ru");

    browser.fill("#name", "Анна").await?;
    assert_eq!(browser.value("#name").await?, "Анна");
    assert_eq!(browser.text("output").await?, "Анна");
    browser.no_errors().await?;

    browser.click("#later").await?;
    browser.see("Пришло").await?;
    let fault = browser.no_errors().await.expect_err("the page wrote an error");
    ensure!(fault.to_string().contains("a fault of the page"), "{fault}");
    browser.no_errors().await?;

    browser.click_text("Отправить «O'Hara»").await?;
    browser.see("Привет, Анна").await?;
    browser.see("ru,en").await?;
    ensure!(browser.url().await?.starts_with(&format!("{address}/greeting")));
    Ok(())
}

#[tokio::test]
async fn the_driver_sets_screen_colours_and_scripts() -> Result<()> {
    let address = page_server().await?;
    let browser = Browser::start("en").await?;
    browser.open(&address).await?;
    let background = "return getComputedStyle(document.body).backgroundColor";

    assert_eq!(browser.script("return innerWidth").await?, 1280);
    browser.see("Широкий экран").await?;
    browser.as_phone().await?;
    assert_eq!(browser.script("return innerWidth").await?, 390);
    ensure!(browser.script("return document.querySelector('#wide').offsetHeight").await? == 0);

    browser.dark(true).await?;
    assert_eq!(browser.script(background).await?, "rgb(1, 2, 3)");
    let picture = std::fs::read(browser.screenshot("harness-phone-dark").await?)?;
    ensure!(picture.starts_with(b"\x89PNG") && picture[16..20] == 390_u32.to_be_bytes(), "390 pixels wide");
    browser.dark(false).await?;
    assert_eq!(browser.script(background).await?, "rgb(255, 255, 255)");
    browser.as_desktop().await?;
    assert_eq!(browser.script("return innerWidth").await?, 1280);

    browser.scripts(false).await?;
    browser.open(&address).await?;
    browser.see("Без скриптов").await?;
    browser.fill("#name", "Olga").await?;
    browser.click("form button").await?;
    browser.see("Привет, Olga").await?;
    browser.scripts(true).await?;
    browser.open(&address).await?;
    assert_eq!(browser.text("#language").await?, "en");
    browser.no_errors().await
}
