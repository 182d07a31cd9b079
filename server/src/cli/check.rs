//! `hookgram check` and `hookgram render`.

use std::{
    fs,
    io::{self, Read as _},
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use app::i18n::{checks, endpoints};
use clap::Args;
use hookgram::{
    channel::Limits,
    check::{Fault, Warning},
    event::BookingEvent,
    message::{self, Context},
    parameters::Parameter,
    profile::Profile,
    query::Reading,
    recipient,
    report::CheckReport,
    sample::Sample,
    values::Language,
    webhook::WebhookError,
};
use serde::Serialize;
use tokio::sync::watch;

use super::open_existing;
use crate::{
    channel::telegram::identities::Asker,
    config::Config,
    http::rate_limits::Source,
    observe::output,
    state::AppState,
    store::Store,
    time::now,
    webhook::{self, Endpoint, EndpointAnswer, Outcome, Refusal},
};

#[derive(Args, Debug)]
pub(super) struct CheckOptions {
    /// The full URL of either endpoint
    url: String,
    /// Do not ask Telegram whether the token works
    #[arg(long)]
    offline: bool,
    /// Also print each fault and warning separately, with its parameter
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub(super) struct RenderOptions {
    /// The full URL of either endpoint
    url: String,
    /// The event's file; - is standard input [default: a built-in sample]
    event: Option<String>,
    /// Print JSON: each message with its chat, its parts and their lengths, and what the check says
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Remark {
    /// The parameter; `None` for the name of an unknown parameter, and for a remark that is not about parameters.
    parameter: Option<&'static str>,
    /// The sentence.
    message: String,
}

/// The body of the endpoint's response, with its faults and warnings as a list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Report {
    #[serde(flatten)]
    body: CheckReport,
    /// The HTTP status of the endpoint's response.
    http_status: u16,
    faults: Vec<Remark>,
    warnings: Vec<Remark>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Rendered {
    messages: Vec<Message>,
    warnings: Vec<Remark>,
}

#[derive(PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    /// `None` if the participant has no usable chat id; the server would skip such a participant.
    chat_id: Option<String>,
    parts: Vec<RenderedPart>,
}

#[derive(PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RenderedPart {
    /// Telegram's HTML.
    html: String,
    /// The length in UTF-16 units after parsing; Telegram's limit is 4,096.
    units: usize,
}

/// Prints the body of the endpoint's response to a GET.
pub(super) async fn check(config: Config, options: CheckOptions, language: Language) -> anyhow::Result<ExitCode> {
    let answer = answer(config, &options).await?;
    if options.json {
        output::line(serde_json::to_string_pretty(&report(&answer, language))?);
    } else {
        output::line(serde_json::to_string(&answer.report(language))?);
    }
    Ok(if matches!(answer.outcome, Outcome::Verified) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(answer: &EndpointAnswer, language: Language) -> Report {
    let faults = match &answer.outcome {
        Outcome::Refused(Refusal::Parameters(faults)) => faults.iter().map(|fault| of_fault(language, fault)).collect(),
        Outcome::Refused(refusal) => vec![Remark { parameter: None, message: refusal.sentences(language) }],
        _ => Vec::new(),
    };
    Report {
        body: answer.report(language),
        http_status: answer.status().as_u16(),
        faults,
        warnings: of_warnings(language, &answer.warnings),
    }
}

fn of_fault(language: Language, fault: &Fault) -> Remark {
    Remark { parameter: fault.parameter().map(Parameter::name), message: checks::fault(language, fault) }
}

fn of_warnings(language: Language, warnings: &[Warning]) -> Vec<Remark> {
    let of_one = |warning: &Warning| Remark {
        parameter: warning.parameter().map(Parameter::name),
        message: checks::warning(language, warning),
    };
    warnings.iter().map(of_one).collect()
}

async fn answer(config: Config, options: &CheckOptions) -> anyhow::Result<EndpointAnswer> {
    let query = query_of(&options.url).as_bytes();
    let Place { endpoint, store } = match place(&config, &options.url).await? {
        Ok(Place { endpoint: Endpoint::Stateless(_), .. }) if !super::settings(&config).await?.now().stateless => {
            return Ok(EndpointAnswer::refused(WebhookError::StatelessOff));
        }
        Ok(place) => place,
        Err(fault) => return Ok(EndpointAnswer::refused(fault)),
    };
    // Only the database of an installation contains the confirmed addresses.
    let installed = if matches!(endpoint, Endpoint::Stateless(_)) { open_existing(&config).await.ok() } else { None };
    let answer = match webhook::check_offline(&endpoint, query) {
        Ok((profile, mut warnings)) => {
            if let Some(store) = &installed {
                warnings.extend(webhook::unconfirmed(store, &endpoint, &profile).await);
            }
            EndpointAnswer { outcome: Outcome::Verified, warnings }
        }
        Err(refused) => return Ok(refused),
    };
    if options.offline {
        return Ok(answer);
    }
    let store = match store {
        Some(store) => store,
        // The stateless endpoint needs no installation. Telegram's answer about the bot is not stored.
        None => Store::in_memory().await?,
    };
    let (_stop, shutdown) = watch::channel(false);
    let state = AppState::new(config, store, SocketAddr::from(([127, 0, 0, 1], 0)), shutdown).await?;
    let asked = webhook::check(&state, &endpoint, query, Asker::Known).await;
    Ok(if asked.outcome == Outcome::Verified { answer } else { asked })
}

/// Prints the messages of an event, with `---` between parts.
pub(super) async fn render(config: &Config, options: &RenderOptions, language: Language) -> anyhow::Result<ExitCode> {
    let Place { endpoint, .. } = match place(config, &options.url).await? {
        Ok(place) => place,
        Err(fault) => bail!("{}", endpoints::endpoint(language, &fault)),
    };
    let Reading { profile, faults, warnings } = endpoint.read(query_of(&options.url).as_bytes());
    // Nothing is sent, so a missing token or recipient is no fault.
    let needed = |fault: &Fault| {
        !matches!(
            fault,
            Fault::MalformedToken(_) | Fault::Missing(Parameter::TelegramToken | Parameter::TelegramFieldName)
        )
    };
    let faults: Vec<Fault> = faults.into_iter().filter(needed).collect();
    if !faults.is_empty() {
        return refuse(
            options,
            EndpointAnswer { outcome: Outcome::Refused(Refusal::Parameters(faults)), warnings },
            language,
        );
    }
    let body = match options.event.as_deref() {
        None => Sample::Appointment.json(now()).into_bytes(),
        Some("-") => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            bytes
        }
        Some(file) => fs::read(file).with_context(|| format!("{file} cannot be read"))?,
    };
    let event = match BookingEvent::read(&body) {
        Ok(event) => event,
        Err(fault) => {
            return refuse(
                options,
                EndpointAnswer { outcome: Outcome::Refused(Refusal::Event(fault)), warnings },
                language,
            );
        }
    };
    let settings = super::settings(config).await?.now();
    let messages = messages(&settings.booking_url, &profile, &event);
    if options.json {
        let warnings: Vec<Warning> =
            warnings.into_iter().chain(event.unread.iter().cloned().map(Warning::UnreadField)).collect();
        let rendered = Rendered { messages, warnings: of_warnings(language, &warnings) };
        output::line(serde_json::to_string_pretty(&rendered)?);
    } else {
        let parts: Vec<String> = messages.into_iter().flat_map(|one| one.parts).map(|part| part.html).collect();
        output::line(parts.join("\n---\n"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Reports why nothing is rendered, as a report or as an error message.
fn refuse(options: &RenderOptions, answer: EndpointAnswer, language: Language) -> anyhow::Result<ExitCode> {
    let report = report(&answer, language);
    if !options.json {
        bail!("{}", report.body.error_message.unwrap_or_default());
    }
    output::line(serde_json::to_string_pretty(&report)?);
    Ok(ExitCode::FAILURE)
}

/// The message of each participant with a usable chat, or of the first participant if none has one. Equal messages to
/// the same chat are listed once.
fn messages(booking_host: &str, profile: &Profile, event: &BookingEvent) -> Vec<Message> {
    let field = profile.field_name.as_deref();
    let recipients = recipient::recipients(event, field.unwrap_or_default());
    let mut whom: Vec<(Option<usize>, Option<String>)> = recipients
        .into_iter()
        .filter_map(|one| one.chat.ok().map(|chat| (Some(one.participant), Some(chat.to_string()))))
        .collect();
    if whom.is_empty() {
        whom.push(((!event.participants.is_empty()).then_some(0), None));
    }
    let mut messages: Vec<Message> = Vec::new();
    for (participant, chat_id) in whom {
        let context = Context { event, participant, field_name: field, booking_host };
        let parts = message::render(&profile.formatting, context).parts(&Limits::TELEGRAM);
        let parts: Vec<RenderedPart> =
            parts.iter().map(|part| RenderedPart { html: part.html(), units: part.units() }).collect();
        let message = Message { chat_id, parts };
        if !messages.contains(&message) {
            messages.push(message);
        }
    }
    messages
}

/// An endpoint, and the store in which its profile was found.
struct Place {
    endpoint: Endpoint,
    store: Option<Store>,
}

/// The endpoint of a URL, or the error that the server would respond with. For a profile endpoint's URL, this opens the
/// data folder.
///
/// # Errors
/// The URL is not a webhook URL, or there is no data folder.
async fn place(config: &Config, url: &str) -> anyhow::Result<Result<Place, WebhookError>> {
    let path = path_of(url);
    if path.ends_with("/webhook/telegram") {
        let endpoint = Endpoint::Stateless(Source::Stranger(Ipv4Addr::LOCALHOST.into()));
        return Ok(Ok(Place { endpoint, store: None }));
    }
    let Some((_, key)) = path.rsplit_once("/h/") else {
        // The path is not quoted: a typing error may have put a token into it.
        bail!("this is not a webhook URL: its path is neither /webhook/telegram nor /h/ with a webhook key");
    };
    let store = open_existing(config).await?;
    Ok(match store.profiles.by_key(key).await? {
        Some(profile) => Ok(Place { endpoint: Endpoint::Profile(profile.into()), store: Some(store) }),
        None => Err(WebhookError::UnknownKey),
    })
}

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
