//! Checks a request to a webhook endpoint, in the order of contract §1, and stores the event.

use std::sync::Arc;

use axum::body::Bytes;
use hookgram::{
    channel::ChannelKind,
    check::{Fault, Warning},
    event::BookingEvent,
    parameters::Parameter,
    profile::Profile,
    query::{self, Reading},
    recipient,
    secret::redact,
    webhook::WebhookError,
};

use super::answer::{EndpointAnswer, Outcome, Refusal};
use crate::rendering::{Parsed, SenderKind};
use crate::{
    channel::telegram::{Identity, identities::Asker},
    http::rate_limits::Source,
    secrets::{codes, links::Codes},
    state::AppState,
    store::{
        AcceptedEvent, DuplicateScope, NewBooking, NewDelivery, Packed, Received, Rejection, SenderKey, Stateless,
        Store, StoreError, StoredProfile, TokenSource, fingerprint,
    },
    time::{Millis, millis, now},
};

/// The endpoint of a request.
#[derive(Clone, Debug)]
pub enum Endpoint {
    /// `/webhook/telegram`, called by this source.
    Stateless(Source),
    /// `/h/{key}`. The webhook key belongs to this profile.
    Profile(Arc<StoredProfile>),
}

/// A POST to an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The endpoint.
    pub endpoint: &'a Endpoint,
    /// The query without its `?`.
    pub query: &'a [u8],
    /// The body as far as it was read.
    pub body: Option<&'a Bytes>,
    /// The fault of the body or its headers, for which the event is refused.
    pub fault: Option<&'a WebhookError>,
    /// Whether the profile is from the cache and may be outdated. [`accept`] does not refuse an event because of a
    /// cached profile.
    pub remembered: bool,
}

impl<'a> Arrival<'a> {
    /// A complete body from the server itself, without a query.
    #[must_use]
    pub fn of(endpoint: &'a Endpoint, body: &'a Bytes) -> Self {
        Self { endpoint, query: b"", body: Some(body), fault: None, remembered: false }
    }
}

impl Endpoint {
    fn stored(&self) -> Option<&StoredProfile> {
        match self {
            Self::Stateless(_) => None,
            Self::Profile(stored) => Some(stored),
        }
    }

    fn channel(&self) -> ChannelKind {
        self.stored().map_or(ChannelKind::Telegram, |stored| stored.channel)
    }

    /// The id of the bot whose stored token cannot be decrypted, if this endpoint needs that token.
    fn locked(&self) -> Option<i64> {
        self.stored().filter(|stored| stored.channel.needs_token()).and_then(|stored| stored.locked())
    }

    /// The source that requests are counted by.
    pub(super) fn source(&self) -> Source {
        match self {
            Self::Profile(stored) => Source::Profile(stored.id),
            Self::Stateless(source) => source.clone(),
        }
    }

    /// The bounds on events of the stateless endpoint; `None` for a profile endpoint.
    pub(super) fn stateless(&self, state: &AppState) -> Option<Stateless> {
        let Self::Stateless(source) = self else { return None };
        let address = source.stranger().map(|network| network.to_string());
        Some(Stateless { address, stranger_events: state.settings.now().stranger_events })
    }

    /// The pool of threads and memory for events of this endpoint.
    pub(super) fn sender(&self) -> SenderKind {
        match self {
            Self::Stateless(Source::Stranger(_)) => SenderKind::Stranger,
            Self::Stateless(_) | Self::Profile(_) => SenderKind::Known,
        }
    }

    /// Reads the parameters that apply. At a profile endpoint, a missing field name is a fault, and so is a missing
    /// token that the channel needs.
    pub(crate) fn read(&self, query: &[u8]) -> Reading {
        let Some(stored) = self.stored() else { return query::read(query) };
        let mut reading = query::read_overrides(&stored.profile, query);
        if reading.profile.field_name.is_none() {
            reading.faults.insert(0, Fault::Missing(Parameter::TelegramFieldName));
        }
        // A token that cannot be decrypted is no fault: it may be entered again, and events wait until then.
        if reading.profile.token.is_none() && stored.locked().is_none() && stored.channel.needs_token() {
            reading.faults.insert(0, Fault::Missing(Parameter::TelegramToken));
        }
        reading
    }
}

/// The checks of a GET that need neither network nor database. Returns the profile that applies with its warnings, or
/// the refusal.
pub(crate) fn check_offline(endpoint: &Endpoint, query: &[u8]) -> Result<(Profile, Vec<Warning>), EndpointAnswer> {
    if endpoint.stored().is_some_and(|stored| !stored.enabled) {
        return Err(EndpointAnswer::refused(WebhookError::Disabled));
    }
    let Reading { profile, faults, warnings } = endpoint.read(query);
    if !faults.is_empty() {
        return Err(EndpointAnswer { outcome: Outcome::Refused(Refusal::Parameters(faults)), warnings });
    }
    if endpoint.locked().is_some() {
        return Err(EndpointAnswer { warnings, ..EndpointAnswer::refused(WebhookError::TokenLocked) });
    }
    Ok((profile, warnings))
}

/// Warns about addresses in `errorEmail` of the stateless endpoint that receive no mail until they are confirmed. If
/// the store fails, this logs the error and returns no warning.
pub(crate) async fn unconfirmed(store: &Store, endpoint: &Endpoint, profile: &Profile) -> Option<Warning> {
    if endpoint.stored().is_some() {
        return None;
    }
    match store.mails.unconfirmed(&profile.error_email, profile.token.as_ref()).await {
        Ok(addresses) => (!addresses.is_empty()).then_some(Warning::UnconfirmedEmail { addresses }),
        Err(error) => {
            tracing::warn!(%error, "the confirmed addresses could not be read");
            None
        }
    }
}

/// Handles a GET: checks the parameters, then the token. A client with a profile's webhook key is not limited as a
/// stranger.
pub async fn check(state: &AppState, endpoint: &Endpoint, query: &[u8], asker: Asker) -> EndpointAnswer {
    let (profile, mut warnings) = match check_offline(endpoint, query) {
        Ok(good) => good,
        Err(refused) => return refused,
    };
    warnings.extend(unconfirmed(&state.store, endpoint, &profile).await);
    if let Some(token) = &profile.token
        && endpoint.channel().needs_token()
    {
        let asker = if endpoint.stored().is_some() { Asker::Known } else { asker };
        match state.who_is(token, asker).await {
            Identity::Bot { .. } => {}
            Identity::Refused => return EndpointAnswer::refused(WebhookError::TokenRefused),
            Identity::Unreachable => return EndpointAnswer::refused(WebhookError::TelegramUnreachable),
            Identity::Busy { seconds } => return EndpointAnswer::refused(WebhookError::TooManyChecks { seconds }),
        }
    }
    EndpointAnswer { outcome: Outcome::Verified, warnings }
}

/// Handles a POST: stores the event with its messages, or refuses it. A refusal of a known profile's event is recorded.
/// `None` means that the cached profile would have refused the event: the caller must load the profile and call this
/// again.
pub async fn accept(state: &AppState, arrival: Arrival<'_>) -> Option<EndpointAnswer> {
    let mut notes = Notes::default();
    let answer = match judge(state, arrival, &mut notes).await {
        Ok(answer) => answer,
        Err(_) if arrival.remembered => return None,
        Err(refusal) => {
            record(state, arrival, &notes, &refusal).await;
            EndpointAnswer { outcome: Outcome::Refused(refusal), warnings: std::mem::take(&mut notes.warnings) }
        }
    };
    // Sending fails if there are no subscribers, which is no error.
    state.changes.announce(arrival.endpoint.stored().map_or(0, |stored| stored.id));
    let counter = match &answer.outcome {
        Outcome::Accepted(_) => Some(&state.metrics.accepted),
        Outcome::Duplicate(_) => Some(&state.metrics.duplicates),
        Outcome::Refused(refusal) if refusal.status().is_client_error() => Some(&state.metrics.rejected),
        Outcome::Refused(_) => Some(&state.metrics.unstored),
        Outcome::Verified => None,
    };
    if let Some(counter) = counter {
        counter.inc();
    }
    Some(answer)
}

/// Refuses a request that exceeds its rate limit. Records the refusal if `records` is set.
pub(super) async fn over(
    state: &AppState,
    endpoint: &Endpoint,
    query: &[u8],
    seconds: u64,
    records: bool,
) -> EndpointAnswer {
    let fault = WebhookError::TooManyRequests { seconds };
    let refusal = Refusal::Endpoint(fault.clone());
    if records {
        let arrival = Arrival { endpoint, query, body: None, fault: Some(&fault), remembered: false };
        record(state, arrival, &Notes::default(), &refusal).await;
        state.changes.announce(endpoint.stored().map_or(0, |stored| stored.id));
    }
    EndpointAnswer { outcome: Outcome::Refused(refusal), warnings: Vec::new() }
}

/// The findings of [`judge`] before it refused a request, for the record of the refusal.
#[derive(Default)]
struct Notes {
    warnings: Vec<Warning>,
    profile: Option<Arc<Profile>>,
    event_type: Option<i64>,
    order_number: Option<String>,
}

async fn judge(state: &AppState, arrival: Arrival<'_>, notes: &mut Notes) -> Result<EndpointAnswer, Refusal> {
    let received_at = now();
    if arrival.endpoint.stored().is_some_and(|stored| !stored.enabled) {
        return Err(WebhookError::Disabled.into());
    }
    if let Some(fault) = arrival.fault {
        return Err(fault.clone().into());
    }
    let body = arrival.body.ok_or(WebhookError::Incomplete)?;
    let Reading { profile, faults, warnings } = arrival.endpoint.read(arrival.query);
    notes.warnings = warnings;
    let profile = Arc::new(profile);
    notes.profile = Some(profile.clone());
    if !faults.is_empty() {
        return Err(Refusal::Parameters(faults));
    }
    notes.warnings.extend(unconfirmed(&state.store, arrival.endpoint, &profile).await);
    let sender = arrival.endpoint.sender();
    let event = state.rendering.read(body, sender).await.ok_or(WebhookError::NotStored)?.map_err(Refusal::Event)?;
    notes.event_type = event.event_type.map(|kind| kind.0);
    notes.order_number.clone_from(&event.case.number);
    notes.warnings.extend(event.unread.iter().cloned().map(Warning::UnreadField));
    let skipped = arrival.endpoint.stored().is_some_and(|stored| !stored.accepts(event.event_type));
    let mut accepted = accepted(state, arrival, received_at, &profile, &event, body, skipped)?;
    let codes = codes(state, arrival.endpoint, &profile, &event, accepted.bot_id).await?;
    accepted.booking = NewBooking::of(&profile, &event, &codes, &state.settings.now().booking_url);
    // Rendering before the store looks for a duplicate is safe: a duplicate has the same body and parameters, so
    // rendering cannot refuse an event that was accepted before.
    if !skipped {
        accepted.deliveries = render(state, accepted.channel, &profile, &event, &codes).await?;
    }
    // This releases the event's memory to other requests while this request waits for the commit.
    drop(event);
    let outcome = store(state, accepted).await?;
    Ok(EndpointAnswer { outcome, warnings: std::mem::take(&mut notes.warnings) })
}

async fn render(
    state: &AppState,
    channel: ChannelKind,
    profile: &Arc<Profile>,
    event: &Arc<Parsed>,
    codes: &Codes,
) -> Result<Vec<NewDelivery>, Refusal> {
    let booking_url = &state.settings.now().booking_url;
    let rendered = state.rendering.address(channel.limits(), booking_url, profile, event, codes).await;
    Ok(rendered.ok_or(WebhookError::NotStored)??)
}

/// The check of the ids in this event. It queries the store only if there is a code to check.
async fn codes(
    state: &AppState,
    endpoint: &Endpoint,
    profile: &Profile,
    event: &BookingEvent,
    bot: Option<i64>,
) -> Result<Codes, Refusal> {
    let bare_ids = endpoint.stored().is_none_or(|stored| stored.bare_ids);
    let field = profile.field_name.as_deref().unwrap_or_default();
    if !recipient::recipients(event, field).iter().any(|one| one.code.is_some()) {
        return Ok(Codes { key: None, bare_ids });
    }
    // The token of a request to the stateless endpoint may be invented.
    let sender = match endpoint.stored() {
        Some(_) => None,
        None => profile.token.as_ref().map(SenderKey::of),
    };
    let bot = match endpoint.stored() {
        Some(stored) => stored.customers_bot(),
        None => bot,
    };
    let codes = state.store.booking.codes(bot, sender.as_ref(), bare_ids).await;
    codes.map_err(|error| {
        tracing::error!(%error, "the codes of an event's chat ids could not be checked");
        WebhookError::NotStored.into()
    })
}

/// The event in its stored form, still without messages.
fn accepted(
    state: &AppState,
    Arrival { endpoint, query, remembered, .. }: Arrival<'_>,
    received_at: Millis,
    profile: &Profile,
    event: &BookingEvent,
    body: &[u8],
    skipped: bool,
) -> Result<AcceptedEvent, Refusal> {
    let token = match (endpoint.stored(), &profile.token) {
        (Some(stored), _) => TokenSource::Profile(stored.id),
        (None, Some(token)) => TokenSource::event(token.clone()),
        (None, None) => return Err(Refusal::Parameters(vec![Fault::Missing(Parameter::TelegramToken)])),
    };
    let bot_id = profile.token.as_ref().filter(|_| endpoint.channel().needs_token()).map(|token| token.bot_id());
    let bot_id = bot_id.or(endpoint.locked());
    let payload = Packed::of(body);
    let scope = match endpoint.stored() {
        Some(stored) => DuplicateScope::Profile(stored.id),
        None => DuplicateScope::Bot(bot_id.unwrap_or_default()),
    };
    Ok(AcceptedEvent {
        public_id: codes::public_id(),
        token,
        channel: endpoint.channel(),
        bot_id,
        field_name: profile.field_name.as_deref().map(redact),
        event_type: event.event_type.map(|kind| kind.0),
        order_number: event.case.number.clone(),
        parameters: query::write_redacted(profile),
        overrides: overrides(endpoint, query),
        fingerprint: fingerprint(scope, &query::write(profile), &payload),
        payload,
        received_at,
        duplicate_window: millis(state.settings.now().duplicate_window),
        skipped,
        version: endpoint.stored().filter(|_| remembered).map(|stored| stored.version),
        stateless: endpoint.stateless(state),
        replay: None,
        booking: None,
        deliveries: Vec::new(),
    })
}

async fn store(state: &AppState, event: AcceptedEvent) -> Result<Outcome, Refusal> {
    let public_id = event.public_id.clone();
    let is_stranger = event.stateless.as_ref().is_some_and(|stateless| stateless.address.is_some());
    let seconds = super::FULL_AGAIN;
    match state.store.events.accept(event).await.map_err(not_stored)? {
        Received::Accepted => {
            state.wake.notify_one();
            Ok(Outcome::Accepted(public_id))
        }
        Received::Duplicate(first) => Ok(Outcome::Duplicate(first)),
        // The store refuses only replays with `Replaced`.
        Received::Outdated | Received::Replaced => Err(WebhookError::NotStored.into()),
        Received::Full if is_stranger => Err(WebhookError::StrangersFull { seconds }.into()),
        Received::Full => Err(WebhookError::QueueFull { seconds }.into()),
    }
}

fn not_stored(error: StoreError) -> Refusal {
    tracing::error!(%error, "an event could not be stored");
    WebhookError::NotStored.into()
}

/// The query of a call to a profile endpoint. A replay with the current profile applies it again.
fn overrides(endpoint: &Endpoint, query: &[u8]) -> String {
    endpoint.stored().map(|_| query::overrides(query)).unwrap_or_default()
}

/// Records a refusal with a 4xx status: always for a profile. At the stateless endpoint, only a 422 is recorded, which
/// means that the event itself is faulty, and at a limited rate.
async fn record(state: &AppState, arrival: Arrival<'_>, notes: &Notes, refusal: &Refusal) {
    let status = refusal.status();
    let known = arrival.endpoint.stored().map(|stored| stored.id);
    let unprocessable = status == axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    if !status.is_client_error() || (known.is_none() && !unprocessable) {
        return;
    }
    let source = arrival.endpoint.source();
    if known.is_none() && !state.limits.records(&source) {
        return;
    }
    let (event_type, order_number) = named(state, arrival, notes, refusal).await;
    let profile = notes.profile.as_deref().or(arrival.endpoint.stored().map(|stored| &stored.profile));
    let parameters = profile.map(query::write_redacted).unwrap_or_default();
    let rejection = Rejection {
        public_id: codes::public_id(),
        profile_id: known,
        token: profile.and_then(|profile| profile.token.clone()),
        field_name: profile.and_then(|profile| profile.field_name.as_deref()).map(redact),
        parameters,
        overrides: overrides(arrival.endpoint, arrival.query),
        payload: arrival.body.map(|body| Packed::of(body)),
        event_type,
        order_number,
        http_status: status.as_u16(),
        reason: refusal.reason(),
        cause: refusal.cause(),
        stranger: source.stranger().map(|network| network.to_string()),
    };
    if let Err(error) = state.store.events.record_rejection(rejection).await {
        tracing::error!(%error, "a rejected event could not be recorded");
    }
}

/// The event's type and booking number, as far as the body can be read (contract §1). If the body was refused before it
/// was read as an event, this reads it.
async fn named(
    state: &AppState,
    arrival: Arrival<'_>,
    notes: &Notes,
    refusal: &Refusal,
) -> (Option<i64>, Option<String>) {
    let known = (notes.event_type, notes.order_number.clone());
    let Some(body) = arrival.body.filter(|_| known == (None, None) && !matches!(refusal, Refusal::Event(_))) else {
        return known;
    };
    match state.rendering.read(body, arrival.endpoint.sender()).await {
        Some(Ok(event)) => (event.event_type.map(|kind| kind.0), event.case.number.clone()),
        _ => known,
    }
}
