//! `hookgram serve --demo`: a server to try out, without a bot, an account or a network.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, bail};
use axum::body::Bytes;
use hookgram::{
    booking::{BookingBot, Service, ServiceId},
    bot::SANDBOX_BOT,
    channel::ChannelKind,
    message::Part,
    parameters::Parameter,
    profile::{EditedProfile, Profile},
    role::Role,
    sample::Sample,
    values::Language,
};
use tokio::time::{Instant, sleep};

use crate::{
    config::Config,
    secrets::codes,
    serve::{self, Server},
    state::AppState,
    store::{LinkKind, NewLink, StoredProfile, UpdateSource, audit::COMMAND_LINE},
    time::now,
    webhook::{self, Arrival, Endpoint, Outcome},
};

const EMAIL: &str = "demo@example.com";
const PROFILE: &str = "Записи";
const LINK_TIME: i64 = 24 * 60 * 60 * 1000;

/// Runs the demo. Its data is stored under `target/` unless a folder is configured.
pub async fn run(mut config: Config, folder_named: bool, language: Language) -> anyhow::Result<()> {
    if !folder_named && config.database.is_none() {
        config.data_dir = PathBuf::from("target/demo");
    }
    let end = serve::end()?;
    let server = Server::start(config).await?;
    let state = server.state.clone();
    let link = sign_in_link(&state).await?;
    let profile = profile(&state).await?;
    booking_bot(&state).await?;
    if state.store.log.newest_event(profile.id).await?.is_none() {
        post_sample(&state, &profile).await?;
    }
    tokio::spawn(async move {
        let arrived = first_message(&state, profile.id).await;
        print(language, &link, &state.short_url(&profile.key), arrived.as_deref());
    });
    server.run_until(end).await;
    Ok(())
}

async fn sign_in_link(state: &AppState) -> anyhow::Result<String> {
    let id = match state.store.accounts.user_by_email(EMAIL).await? {
        Some(user) => user.account.id,
        None => state.store.accounts.add_user(EMAIL, Role::Admin, None, &COMMAND_LINE).await?.id,
    };
    let code = codes::secret();
    let link = NewLink {
        code_hash: &codes::hash(&code),
        kind: LinkKind::SignIn,
        user_id: Some(id),
        expires_at: now().saturating_add(LINK_TIME),
    };
    state.store.accounts.add_link(link, &COMMAND_LINE).await?;
    Ok(format!("{}/login?code={code}", state.public_url))
}

async fn profile(state: &AppState) -> anyhow::Result<StoredProfile> {
    if let Some(stored) = state.store.profiles.by_name(PROFILE).await? {
        return Ok(stored);
    }
    let mut profile = Profile::default();
    for (parameter, value) in
        [(Parameter::TelegramFieldName, "*TelegramId"), (Parameter::Message, "Вы записаны на услугу")]
    {
        if profile.set(parameter, value).is_err() {
            bail!("the demo's own {} is wrong", parameter.name());
        }
    }
    let draft = EditedProfile {
        name: PROFILE.to_owned(),
        enabled: Some(true),
        channel: ChannelKind::Sandbox,
        bare_ids: None,
        bot: None,
        events: Vec::new(),
        profile,
        key: None,
    };
    let id = state.store.profiles.put(None, &draft, &COMMAND_LINE).await?;
    state.store.profiles.get(id).await?.context("the demo's profile was not stored")
}

/// Switches the sandbox's booking bot on if it was never set up.
async fn booking_bot(state: &AppState) -> anyhow::Result<()> {
    let booking = &state.store.booking;
    if booking.get(SANDBOX_BOT).await?.is_some() {
        return Ok(());
    }
    let service = |id, title, text| {
        let id = ServiceId::parse(id).ok().context("the demo's own service is wrong")?;
        anyhow::Ok(Service::typed(id, title, text))
    };
    let services = vec![
        service("7c40a1d2aa10000000000000000000b2", "Классический массаж", "Час в тишине, <b>2800 ₽</b>.")?,
        service("7c40a1d2aa10000000000000000000b3", "Спортивный массаж", "")?,
    ];
    let settings = BookingBot { services, ..BookingBot::default() };
    booking.put(SANDBOX_BOT, None, &settings, UpdateSource::Polling, &COMMAND_LINE).await?;
    booking.set_enabled(SANDBOX_BOT, true, &COMMAND_LINE).await?;
    Ok(())
}

/// Posts the sample through the same `accept` as a webhook request.
async fn post_sample(state: &AppState, profile: &StoredProfile) -> anyhow::Result<()> {
    let endpoint = Endpoint::Profile(profile.clone().into());
    let body = Bytes::from(Sample::Appointment.json(now()));
    let answer = webhook::accept(state, Arrival::of(&endpoint, &body)).await;
    match answer.context("the sample event was not judged")?.outcome {
        Outcome::Accepted(_) => Ok(()),
        outcome => bail!("the sample event was not accepted: {outcome:?}"),
    }
}

/// The newest message, once the worker has delivered it.
async fn first_message(state: &AppState, profile: i64) -> Option<String> {
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        let messages = state.store.profiles.sandbox_messages(Some(profile), 1).await.ok()?;
        if let Some(message) = messages.first() {
            return Some(Part::from_html(&message.html).map_or_else(|_| message.html.clone(), |part| part.text()));
        }
        sleep(Duration::from_millis(20)).await;
    }
    None
}

fn print(language: Language, link: &str, short_url: &str, arrived: Option<&str>) {
    let (open, url, post, message) = match language {
        Language::Ru => (
            "Откройте (ссылка одноразовая)",
            "Короткая ссылка профиля «Записи»",
            "Отправьте событие",
            "Пример события пришёл в песочницу в виде такого сообщения",
        ),
        Language::En => (
            "Open (the link works once)",
            "Short URL of the profile “Записи”",
            "Post an event",
            "The sample event arrived in the sandbox as this message",
        ),
    };
    let mut text = format!("\n{open}:\n  {link}\n\n{url}:\n  {short_url}\n\n{post}:\n");
    text += &format!("  curl -H 'Content-Type: application/json' -d '{}' '{short_url}'\n", Sample::minimal_json(now()));
    if let Some(arrived) = arrived {
        text += &format!("\n{message}:\n\n");
        for line in arrived.lines() {
            text += &format!("  │ {line}\n");
        }
    }
    super::announce(text);
}
