//! `hookgram check` and `hookgram render`.

use std::{
    fs,
    io::{self, Read as _},
    net::SocketAddr,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use app::words::{
    checks,
    doors::{self, DoorFault},
};
use clap::Args;
use hookgram::{
    check::Fault,
    event::BookingEvent,
    message::{self, Context, Part},
    parameters::Parameter,
    profile::Profile,
    recipient,
    sample::Sample,
    values::Language,
};
use tokio::sync::watch;

use super::open_existing;
use crate::{
    config::Config,
    state::AppState,
    store::Store,
    webhook::{self, Answer, Door, Outcome},
};

#[derive(Args, Debug)]
pub(super) struct CheckOptions {
    /// The whole URL, of either door
    url: String,
    /// Do not ask Telegram whether the token works
    #[arg(long)]
    offline: bool,
}

#[derive(Args, Debug)]
pub(super) struct RenderOptions {
    /// The whole URL, of either door
    url: String,
    /// The event; - is standard input [default: a built-in sample]
    event: Option<String>,
}

/// Prints the body that a GET would be answered with.
pub(super) async fn check(config: Config, options: CheckOptions, language: Language) -> anyhow::Result<ExitCode> {
    let answer = answer(config, &options).await?;
    println!("{}", serde_json::to_string(&answer.report(language))?);
    Ok(if matches!(answer.outcome, Outcome::Verified) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn answer(config: Config, options: &CheckOptions) -> anyhow::Result<Answer> {
    let query = query_of(&options.url).as_bytes();
    let Place { door, store } = match place(&config, &options.url).await? {
        Ok(Place { door: Door::Stateless, .. }) if !config.stateless => {
            return Ok(Answer::refused(DoorFault::StatelessOff));
        }
        Ok(place) => place,
        Err(fault) => return Ok(Answer::refused(fault)),
    };
    if options.offline {
        return Ok(match webhook::check_offline(&door, query) {
            Ok((_, warnings)) => Answer { outcome: Outcome::Verified, warnings },
            Err(refused) => refused,
        });
    }
    let store = match store {
        Some(store) => store,
        // The stateless door needs no installation: what Telegram says of the bot is kept nowhere.
        None => Store::in_memory().await?,
    };
    let (_stop, shutdown) = watch::channel(false);
    let state = AppState::new(config, store, SocketAddr::from(([127, 0, 0, 1], 0)), shutdown)?;
    Ok(webhook::check(&state, &door, query).await)
}

/// Prints the messages of an event, parts separated by `---`.
pub(super) async fn render(config: &Config, options: &RenderOptions, language: Language) -> anyhow::Result<ExitCode> {
    let Place { door, .. } = match place(config, &options.url).await? {
        Ok(place) => place,
        Err(fault) => bail!("{}", doors::door(language, &fault)),
    };
    let reading = door.read(query_of(&options.url).as_bytes());
    // Nothing is sent: neither a token nor a recipient is needed.
    let needless = |fault: &Fault| {
        matches!(
            fault,
            Fault::MalformedToken(_) | Fault::Missing(Parameter::TelegramToken | Parameter::TelegramFieldName)
        )
    };
    let faults: Vec<String> =
        reading.faults.iter().filter(|fault| !needless(fault)).map(|fault| checks::fault(language, fault)).collect();
    if !faults.is_empty() {
        bail!("{}", faults.join(" "));
    }
    let body = match options.event.as_deref() {
        None => Sample::Appointment.json().as_bytes().to_vec(),
        Some("-") => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            bytes
        }
        Some(file) => fs::read(file).with_context(|| format!("{file} cannot be read"))?,
    };
    let event = match BookingEvent::read(&body) {
        Ok(event) => event,
        Err(fault) => bail!("{}", doors::event_fault(language, &fault)),
    };
    println!("{}", messages(config, &reading.profile, &event).join("\n---\n"));
    Ok(ExitCode::SUCCESS)
}

/// The parts for each participant that can be written to; without any, for the first.
fn messages(config: &Config, profile: &Profile, event: &BookingEvent) -> Vec<String> {
    let field = profile.field_name.as_deref();
    let usable = recipient::recipients(event, field.unwrap_or_default());
    let mut participants: Vec<Option<usize>> =
        usable.iter().filter(|one| one.chat.is_ok()).map(|one| Some(one.participant)).collect();
    if participants.is_empty() {
        participants.push((!event.participants.is_empty()).then_some(0));
    }
    let mut parts: Vec<String> = Vec::new();
    for participant in participants {
        let context = Context { event, participant, field_name: field, booking_host: &config.booking_url };
        let own: Vec<String> = message::render(&profile.formatting, context).parts().iter().map(Part::html).collect();
        if !own.iter().all(|part| parts.contains(part)) {
            parts.extend(own);
        }
    }
    parts
}

/// A door, and the store that it was found in.
struct Place {
    door: Door,
    store: Option<Store>,
}

/// Which door a URL leads to, or why it leads to none; a short one opens the data folder.
///
/// # Errors
/// Where it is no webhook's URL at all, or there is no data folder.
async fn place(config: &Config, url: &str) -> anyhow::Result<Result<Place, DoorFault>> {
    let path = path_of(url);
    if path.ends_with("/webhook/telegram") {
        return Ok(Ok(Place { door: Door::Stateless, store: None }));
    }
    let Some((_, key)) = path.rsplit_once("/h/") else {
        // Not quoted: a slip may have put a token into the path.
        bail!("this is no webhook URL: its path is neither /webhook/telegram nor /h/ with a profile's key");
    };
    let store = open_existing(config).await?;
    Ok(match store.profile_by_key(key).await? {
        Some(profile) => Ok(Place { door: Door::Short(Box::new(profile)), store: Some(store) }),
        None => Err(DoorFault::UnknownKey),
    })
}

/// The path without its host and without a slash at its end.
fn path_of(url: &str) -> &str {
    let before_query = url.trim().split(['?', '#']).next().unwrap_or_default();
    let path = match before_query.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|start| rest.get(start..)).unwrap_or_default(),
        None => before_query,
    };
    path.strip_suffix('/').unwrap_or(path)
}

fn query_of(url: &str) -> &str {
    url.split_once('?').map_or("", |(_, query)| query)
}
