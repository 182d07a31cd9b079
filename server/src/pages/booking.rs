//! `/bots/{id}/booking`: the booking bot's settings; `/bots/{id}/booking/poster`: a page to print.

use app::{
    error::{AppError, FieldFault},
    i18n::{BookingWords, BotsWords, Words as _},
    notices::{BookingChange, Notice},
    pages::{BookingForm, BookingView, PosterView, ServerPage, StartLink, WebhookOffer},
};
use axum::{body::Body, extract::Path, http::StatusCode, response::Response};
use hookgram::{
    booking::{BookingBot, BookingFault, BookingField, FieldName, Read, ServiceId, start_link},
    profile::Profile,
};

use super::{Operator, Permission, Visit, bots, internal, or_refuse, qr};
use crate::{
    booking::webhook,
    channel::telegram::CallError,
    health::bot_view,
    state::AppState,
    store::{BookingRecord, BotRecord, StoreError, UpdateSource},
};

struct Stored {
    record: BotRecord,
    booking: Option<BookingRecord>,
    /// The enabled profiles of the bot.
    readers: Vec<Profile>,
}

/// The page's data that is not stored.
#[derive(Default)]
struct Screen {
    form: BookingForm,
    faults: Vec<FieldFault>,
    focus: String,
    added: usize,
    refused: Vec<Read>,
    outdated: Option<Vec<(&'static str, String)>>,
}

enum Act {
    Save {
        and_switch_on: bool,
    },
    SwitchOff,
    TakeOver,
    ReadLinks,
    /// Swaps two services.
    Swap(usize, usize),
    Remove(usize),
    Preview,
}

impl Act {
    /// Parses the button's value. An unknown value stores nothing.
    fn parse(value: &str) -> Self {
        let moved = value.split_once('-').and_then(|(what, index)| Some((what, index.parse::<usize>().ok()?)));
        match (value, moved) {
            ("save", _) => Self::Save { and_switch_on: false },
            ("on", _) => Self::Save { and_switch_on: true },
            ("off", _) => Self::SwitchOff,
            ("take-over", _) => Self::TakeOver,
            ("read-links", _) => Self::ReadLinks,
            (_, Some(("up", index))) => index.checked_sub(1).map_or(Self::Preview, |above| Self::Swap(index, above)),
            (_, Some(("down", index))) => Self::Swap(index, index.saturating_add(1)),
            (_, Some(("remove", index))) => Self::Remove(index),
            _ => Self::Preview,
        }
    }
}

impl Stored {
    async fn load(state: &AppState, id: &str) -> Result<Self, AppError> {
        let record = bots::record(&state.store.bots, id).await?;
        let bot = record.bot.id;
        let booking = state.store.booking.get(bot).await.map_err(internal)?;
        let readers = state.store.booking.readers(bot).await.map_err(internal)?;
        Ok(Self { record, booking, readers })
    }

    /// The form of the stored settings. If none are stored, the field is the one that the bot's profiles read.
    fn form(&self) -> BookingForm {
        if let Some(booking) = &self.booking {
            let by_webhook = booking.source == UpdateSource::Webhook;
            return BookingForm::of(&booking.settings, Some(booking.version), by_webhook);
        }
        let names = self.readers.iter().filter_map(|profile| profile.field_name.as_deref());
        let field = names.filter_map(|name| FieldName::parse(name).ok()).next().unwrap_or_default();
        BookingForm::of(&BookingBot { field, ..BookingBot::default() }, None, false)
    }

    /// The links that start the bot: one with all services, and one for each service.
    fn links(&self) -> Vec<StartLink> {
        let username = &self.record.bot.username;
        let Some(booking) = self.booking.as_ref().filter(|_| !username.is_empty()) else { return Vec::new() };
        let link = |title: Option<String>, service: Option<&ServiceId>| {
            let url = start_link(username, service);
            let name = service.map_or("all", ServiceId::as_str);
            let poster = format!("/bots/{}/booking/poster?service={name}", self.record.bot.id);
            StartLink { title, qr: qr::code(&url), url, poster }
        };
        let services = booking.settings.services.iter();
        let services = services.map(|service| link(Some(service.title.clone()), Some(&service.id)));
        std::iter::once(link(None, None)).chain(services).collect()
    }

    fn view(self, screen: Screen, state: &AppState, may_act: bool) -> BookingView {
        let Screen { form, faults, focus, added, refused, outdated } = screen;
        let (settings, _) = form.settings();
        let reader = self.readers.iter().find(|profile| settings.is_read_by(profile));
        let booking = self.booking.as_ref();
        let trouble = booking.filter(|booking| booking.enabled).and_then(|booking| {
            let (why, since) = booking.trouble?;
            Some((why, since, booking.trouble_host.clone().unwrap_or_default()))
        });
        BookingView {
            pages: state.settings.now().booking_pages.to_string(),
            enabled: booking.map(|booking| booking.enabled),
            trouble,
            links: self.links(),
            is_read: reader.is_some(),
            formatting: reader.map(|profile| profile.formatting.clone()).unwrap_or_default(),
            state_since: self.record.state_since,
            bot: bot_view(self.record.bot),
            webhook: webhook::offer(&state.public_url),
            may_act,
            form,
            settings,
            faults,
            focus,
            added,
            refused,
            outdated,
        }
    }
}

/// `GET /bots/{id}/booking`
pub(super) async fn page(Path(id): Path<String>, visit: Visit) -> Response {
    let stored = or_refuse!(visit, Stored::load(&visit.state, &id).await);
    let screen = Screen { form: stored.form(), ..Screen::default() };
    show(visit, StatusCode::OK, stored, screen).await
}

async fn show<P: Permission>(visit: Visit<P>, status: StatusCode, stored: Stored, screen: Screen) -> Response {
    let view = stored.view(screen, &visit.state, visit.may::<Operator>());
    visit.show(status, ServerPage::Booking(Box::new(view))).await
}

/// `GET /bots/{id}/booking/poster`: the poster of the service that the query names, or of all.
pub(super) async fn poster(Path(id): Path<String>, visit: Visit) -> Response {
    let stored = or_refuse!(visit, Stored::load(&visit.state, &id).await);
    let service = visit.asked("service").unwrap_or_else(|| "all".to_owned());
    let name = format!("?service={service}");
    let link = stored.links().into_iter().find(|link| link.poster.ends_with(&name));
    let link = or_refuse!(visit, link.ok_or(AppError::NotFound));
    let view = PosterView { bot: bot_view(stored.record.bot), link };
    visit.show(StatusCode::OK, ServerPage::Poster(Box::new(view))).await
}

/// `POST /bots/{id}/booking`: carries out the action of the pressed button.
pub(super) async fn act(Path(id): Path<String>, visit: Visit<Operator>, body: Body) -> Response {
    let fields = or_refuse!(visit, visit.form(body).await);
    let stored = or_refuse!(visit, Stored::load(&visit.state, &id).await);
    let mut form = BookingForm::read(&fields);
    // A button outside of the form submits no inputs that could be lost.
    let typed = fields.contains_key(BookingField::FieldName.name()).then(|| form.clone());
    let mut screen = Screen::default();
    match Act::parse(fields.get("do").map(String::as_str).unwrap_or_default()) {
        Act::Save { and_switch_on } => return save(visit, stored, form, and_switch_on).await,
        Act::SwitchOff => return switch_off(visit, &id, stored, typed).await,
        Act::TakeOver => return take_over(visit, &id, stored, typed).await,
        Act::ReadLinks => {
            (screen.added, screen.refused) = form.take_links();
            let first_new = form.services.len() - screen.added;
            let is_faulty = screen.refused.iter().any(BookingForm::must_be_mended);
            screen.focus = match screen.added {
                1.. if !is_faulty => BookingForm::title_field(first_new),
                _ => BookingForm::LINKS.to_owned(),
            };
        }
        Act::Swap(index, other) => {
            form.swap(index, other);
            screen.focus = BookingForm::title_field(other.min(form.services.len().saturating_sub(1)));
        }
        Act::Remove(index) => {
            form.remove(index);
            let next = form.services.len().checked_sub(1).map(|last| BookingForm::title_field(index.min(last)));
            screen.focus = next.unwrap_or_else(|| BookingForm::LINKS.to_owned());
        }
        Act::Preview => {
            (screen.added, screen.refused) = form.take_links();
        }
    }
    screen.form = form;
    show(visit, StatusCode::OK, stored, screen).await
}

async fn save(visit: Visit<Operator>, stored: Stored, mut form: BookingForm, and_switch_on: bool) -> Response {
    let (w, bot) = (BookingWords::of(visit.language), stored.record.bot.id);
    let (added, refused) = form.take_links();
    let (settings, mut found) = form.settings();
    let mut faults = Vec::new();
    if refused.iter().any(BookingForm::must_be_mended) {
        found.retain(|fault| *fault != BookingFault::NoService);
        faults.push(FieldFault { field: BookingForm::LINKS.to_owned(), sentence: w.links_faulty.to_owned() });
    }
    faults.extend(BookingForm::field_faults(visit.language, &found));
    let refusal = match webhook::offer(&visit.state.public_url) {
        WebhookOffer::NoHttps if form.by_webhook => Some(w.no_https),
        WebhookOffer::WrongPort if form.by_webhook => Some(w.wrong_port),
        _ => None,
    };
    faults.extend(
        refusal.map(|sentence| FieldFault { field: BookingForm::UPDATES.to_owned(), sentence: sentence.to_owned() }),
    );
    if !faults.is_empty() {
        let screen = Screen { form, faults, added, refused, ..Screen::default() };
        return show(visit, StatusCode::UNPROCESSABLE_ENTITY, stored, screen).await;
    }
    let source = if form.by_webhook { UpdateSource::Webhook } else { UpdateSource::Polling };
    match visit.state.store.booking.put(bot, form.version, &settings, source, &visit.by()).await {
        Ok(()) => {}
        Err(StoreError::Outdated) => return outdated(visit, bot, form).await,
        Err(StoreError::NoSuchBot) => return visit.refuse(AppError::NotFound).await,
        Err(error) => return visit.refuse(internal(error)).await,
    }
    if and_switch_on {
        let switched = visit.state.store.booking.set_enabled(bot, true, &visit.by()).await;
        or_refuse!(visit, switched.map_err(internal));
    }
    visit.state.booking.notify_one();
    let change = if and_switch_on { BookingChange::On } else { BookingChange::Saved };
    visit.done(&Notice::Booking(change), &path(bot))
}

/// Shows the settings that another user has stored in the meantime beside the typed ones. Submitting the form again
/// replaces them.
async fn outdated(visit: Visit<Operator>, bot: i64, form: BookingForm) -> Response {
    let stored = or_refuse!(visit, Stored::load(&visit.state, &bot.to_string()).await);
    let theirs = stored.form();
    let differences = form.differences(&theirs, visit.language);
    let form = BookingForm { version: theirs.version, ..form };
    let screen = Screen { form, outdated: Some(differences), ..Screen::default() };
    show(visit, StatusCode::CONFLICT, stored, screen).await
}

async fn switch_off(visit: Visit<Operator>, id: &str, stored: Stored, typed: Option<BookingForm>) -> Response {
    match visit.state.store.booking.set_enabled(stored.record.bot.id, false, &visit.by()).await {
        Ok(()) => {}
        Err(StoreError::NotFound) => return visit.refuse(AppError::NotFound).await,
        Err(error) => return visit.refuse(internal(error)).await,
    }
    visit.state.booking.notify_one();
    done(visit, id, typed, BookingChange::Off).await
}

/// Removes the webhook of another program.
async fn take_over(visit: Visit<Operator>, id: &str, stored: Stored, typed: Option<BookingForm>) -> Response {
    let (w, b) = (BookingWords::of(visit.language), BotsWords::of(visit.language));
    let removed = match &stored.record.token {
        Some(token) => visit.state.telegram.delete_webhook(token).await.map_err(|error| match error {
            CallError::Refused => w.token_refused,
            CallError::Busy { .. } => b.check_busy,
            CallError::Conflict(_) | CallError::Rejected { .. } | CallError::Unreachable => b.check_unreachable,
        }),
        None => Err(w.token_locked),
    };
    if let Err(sentence) = removed {
        let faults = vec![FieldFault { field: String::new(), sentence: sentence.to_owned() }];
        let screen = Screen { form: typed.unwrap_or_else(|| stored.form()), faults, ..Screen::default() };
        return show(visit, StatusCode::UNPROCESSABLE_ENTITY, stored, screen).await;
    }
    match visit.state.store.booking.taken_over(stored.record.bot.id, &visit.by()).await {
        Ok(()) => {}
        Err(StoreError::NotFound) => return visit.refuse(AppError::NotFound).await,
        Err(error) => return visit.refuse(internal(error)).await,
    }
    visit.state.booking.notify_one();
    done(visit, id, typed, BookingChange::TakenOver).await
}

/// Ends an action that does not store the form. Inputs that are not stored are shown again.
async fn done(visit: Visit<Operator>, id: &str, typed: Option<BookingForm>, change: BookingChange) -> Response {
    let stored = or_refuse!(visit, Stored::load(&visit.state, id).await);
    let unsaved = typed
        .filter(|form| !form.links.trim().is_empty() || !form.differences(&stored.form(), visit.language).is_empty());
    match unsaved {
        Some(form) => show(visit, StatusCode::OK, stored, Screen { form, ..Screen::default() }).await,
        None => visit.done(&Notice::Booking(change), &path(stored.record.bot.id)),
    }
}

fn path(bot: i64) -> String {
    format!("/bots/{bot}/booking")
}
