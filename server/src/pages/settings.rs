//! `/settings`

use std::collections::BTreeMap;

use app::{
    i18n::{NoteWords, SettingsWords, Words as _},
    notices::{Administered, Notice},
    pages::{ServerPage, SettingField, SettingsView, SmtpView, Tested},
    session::Admin,
};
use axum::{body::Body, http::StatusCode, response::Response};
use hookgram::{
    setting::{MailService, Setting},
    values::{EmailAddress, Language},
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Fields, Visit, accounts::or_confirm, internal, or_refuse};
use crate::{
    mail::Note,
    settings::{
        ChangeError, SettingFault,
        smtp::{
            form::{FieldsFault, SmtpFields},
            url::SmtpFault,
        },
    },
};

const PAGE: &str = "/settings";

/// `GET /settings`
pub(super) async fn page(visit: Visit<Admin>) -> Response {
    let view = view(&visit);
    visit.show(StatusCode::OK, ServerPage::Settings(Box::new(view))).await
}

/// `POST /settings`: saves the settings of one card.
pub(super) async fn save(visit: Visit<Admin>, body: Body) -> Response {
    or_confirm!(visit, PAGE);
    let fields = or_refuse!(visit, visit.form(body).await);
    let mut changes = changes(&fields);
    match smtp(&visit, &fields) {
        Ok(change) => changes.extend(change),
        Err(fault) => {
            let smtp = Some((fault.field(), fields_sentence(visit.language, fault)));
            let faults = Faults { smtp, ..Faults::default() };
            return again(visit, &changes, &fields, faults, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    }
    name_sender(&visit, &fields, &mut changes);
    let overtaken = overtaken(&visit, &fields, &mut changes);
    if !overtaken.is_empty() {
        let faults = Faults { settings: overtaken, ..Faults::default() };
        return again(visit, &changes, &fields, faults, StatusCode::CONFLICT).await;
    }
    let (state, by) = (visit.state.clone(), visit.by());
    match state.settings.change(&state.store, &by, &changes).await {
        Ok(_) => visit.done(&Notice::Administered(Administered::Settings), PAGE),
        Err(ChangeError::Faults(faults)) => {
            let language = visit.language;
            let settings = faults.into_iter().map(|(setting, fault)| (setting, sentence(language, fault))).collect();
            let faults = Faults { settings, ..Faults::default() };
            again(visit, &changes, &fields, faults, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(ChangeError::Smtp(error)) => visit.refuse(internal(error)).await,
        Err(ChangeError::Store(error)) => visit.refuse(internal(error)).await,
    }
}

/// The change of the mail server that the form's fields make; `None` if they are unchanged, or if the form sets or
/// deletes the URL as a whole.
fn smtp(visit: &Visit<Admin>, fields: &Fields) -> Result<Option<(Setting, SecretString)>, FieldsFault> {
    let get = |name: &str| fields.get(name).cloned();
    let is_typed = |name: &str| fields.get(name).is_some_and(|text| !text.trim().is_empty());
    let Some(sent) = SmtpFields::sent(get).filter(|_| !is_typed("smtp_url") && !fields.contains_key("smtp_forget"))
    else {
        return Ok(None);
    };
    let now = visit.state.settings.now();
    let began_from = get("smtp_url_was").unwrap_or_else(|| now.shown(Setting::SmtpUrl));
    let (was, _) = SmtpFields::of_url(&began_from);
    let password = fields.get("smtp_password").map(String::as_str).unwrap_or_default();
    // Selecting a service to look at its fields does not choose it.
    let is_untouched = sent == was || (sent.is_blank() && began_from.is_empty());
    if password.is_empty() && is_untouched {
        return Ok(None);
    }
    let kept = now.smtp_password();
    let url = sent.url(password, kept.as_ref().map(|(of, password)| (of, password)))?;
    Ok(Some((Setting::SmtpUrl, url)))
}

/// Makes the user of a new mail server the sender of mails if the form names none.
fn name_sender(visit: &Visit<Admin>, fields: &Fields, changes: &mut [(Setting, SecretString)]) {
    let user = fields.get("smtp_user").and_then(|user| EmailAddress::parse(user.trim()));
    let Some(user) = user.filter(|_| !visit.state.settings.is_fixed(Setting::MailFrom)) else { return };
    let gets_server =
        changes.iter().any(|(setting, url)| *setting == Setting::SmtpUrl && !url.expose_secret().is_empty());
    let sender =
        changes.iter_mut().find(|(setting, text)| *setting == Setting::MailFrom && text.expose_secret().is_empty());
    if let Some((_, text)) = sender.filter(|_| gets_server) {
        *text = SecretString::from(user.as_str().to_owned());
    }
}

/// Drops the changes of settings whose value was not edited, because another admin may have changed them in the
/// meantime. Returns the edited settings that another admin has changed, each with a sentence.
fn overtaken(
    visit: &Visit<Admin>,
    fields: &Fields,
    changes: &mut Vec<(Setting, SecretString)>,
) -> Vec<(Setting, String)> {
    let now = visit.state.settings.now();
    let began_from = |setting: Setting| fields.get(&format!("{}_was", setting.name())).map(|text| text.trim());
    changes.retain(|(setting, text)| began_from(*setting) != Some(text.expose_secret()));
    let words = SettingsWords::of(visit.language).meanwhile;
    let overtaken = changes.iter().filter_map(|(setting, text)| {
        let (was, stored) = (began_from(*setting)?, now.shown(*setting));
        let is_overtaken = stored != was && stored != text.expose_secret();
        is_overtaken.then(|| (*setting, format!("{words} {stored}")))
    });
    overtaken.collect()
}

/// The faults of a form: those of settings, and that of a field of the mail server.
#[derive(Default)]
struct Faults {
    settings: Vec<(Setting, String)>,
    smtp: Option<(&'static str, String)>,
}

/// Shows the typed values again, with a sentence at each faulty field.
async fn again(
    visit: Visit<Admin>,
    changes: &[(Setting, SecretString)],
    fields: &Fields,
    faults: Faults,
    status: StatusCode,
) -> Response {
    let mut view = view(&visit);
    let typed = fields.get("smtp_service").and_then(|name| MailService::parse(name));
    if let (Some(service), Some(sent)) = (typed, SmtpFields::sent(|name| fields.get(name).cloned())) {
        view.smtp = SmtpView { service, fault: faults.smtp, ..smtp_view(sent, view.smtp.has_password) };
    }
    for (setting, text) in changes_shown(changes) {
        if let Some(field) = view.fields.get_mut(setting.name()) {
            field.text = text;
        }
    }
    for (setting, fault) in faults.settings {
        if let Some(field) = view.fields.get_mut(setting.name()) {
            field.fault = Some(fault);
        }
    }
    // If the URL was not typed, it was made of the fields, so its fault belongs to them.
    let is_whole = fields.get("smtp_url").is_some_and(|url| !url.trim().is_empty());
    if let Some(field) = view.fields.get_mut(Setting::SmtpUrl.name()).filter(|_| typed.is_some() && !is_whole)
        && let Some(fault) = field.fault.take()
    {
        view.smtp.fault = Some(("smtp_user", fault));
    }
    visit.show(status, ServerPage::Settings(Box::new(view))).await
}

/// `POST /settings/mail`: sends a test mail to the account, and shows the mail server's answer.
pub(super) async fn test(visit: Visit<Admin>) -> Response {
    or_confirm!(visit, PAGE);
    let tested = send_test(&visit).await;
    let answer = match &tested {
        Tested::Taken => "taken",
        Tested::Failed(words) => words,
        Tested::NoServer | Tested::NoAddress(_) => "not sent",
    };
    or_refuse!(visit, visit.state.store.audit.note_mail_test(answer, &visit.by()).await.map_err(internal));
    let status = if tested == Tested::Taken { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = SettingsView { tested: Some(tested), ..view(&visit) };
    visit.show(status, ServerPage::Settings(Box::new(view))).await
}

async fn send_test(visit: &Visit<Admin>) -> Tested {
    if !visit.state.mail.is_set_up() {
        return Tested::NoServer;
    }
    let me = &visit.account().email;
    let Some(to) = EmailAddress::parse(me) else { return Tested::NoAddress(me.clone()) };
    let w = NoteWords::of(visit.language);
    let note = Note {
        subject: w.test_subject.to_owned(),
        about: w.test_about.to_owned(),
        link: (w.test_link.to_owned(), format!("{}/settings", visit.state.public_url)),
        besides: w.test_besides.to_owned(),
    };
    match visit.state.mail.send_note(&to, visit.language, &note).await {
        Ok(()) => Tested::Taken,
        Err((words, _)) => Tested::Failed(words),
    }
}

fn view(visit: &Visit<Admin>) -> SettingsView {
    let (live, now) = (&visit.state.settings, visit.state.settings.now());
    let field = |setting: Setting| SettingField {
        text: now.shown(setting),
        stored: now.shown(setting),
        fixed: live.is_fixed(setting).then(|| setting.variable()),
        fault: None,
        sealed: now.is_locked(setting),
    };
    let fields: BTreeMap<_, _> = Setting::ALL.into_iter().map(|setting| (setting.name(), field(setting))).collect();
    let (smtp, has_password) = SmtpFields::of_url(&now.shown(Setting::SmtpUrl));
    let smtp = if smtp.host.is_empty() { SmtpView::default() } else { smtp_view(smtp, has_password) };
    SettingsView {
        fields,
        smtp,
        public_url: visit.state.public_url.to_string(),
        has_mail: now.smtp.is_some(),
        me: visit.account().email.clone(),
        tested: None,
        locked: visit.confirmed(PAGE).is_err(),
    }
}

fn smtp_view(fields: SmtpFields, has_password: bool) -> SmtpView {
    let service = fields.service();
    let SmtpFields { host, port, security, user } = fields;
    SmtpView { service, host, port, security, user, has_password, fault: None }
}

/// The changes that the form makes, except those of the mail server's fields.
fn changes(fields: &Fields) -> Vec<(Setting, SecretString)> {
    let mut changes = Vec::new();
    for setting in Setting::ALL {
        let Some(text) = fields.get(setting.name()).map(|text| text.trim()) else { continue };
        if setting == Setting::SmtpUrl && text.is_empty() {
            // An empty field keeps the stored URL, unless the form asks to delete it.
            if fields.contains_key("smtp_forget") {
                changes.push((setting, SecretString::from("")));
            }
            continue;
        }
        // The form's unit is ignored if the text contains a unit.
        let unit = fields.get(&format!("{}_unit", setting.name()));
        let unit = unit.filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty());
        changes.push((setting, SecretString::from(format!("{text}{}", unit.map_or("", String::as_str)))));
    }
    changes
}

/// The submitted values without secrets, which are never shown again.
fn changes_shown(changes: &[(Setting, SecretString)]) -> impl Iterator<Item = (Setting, String)> {
    let shown = changes.iter().filter(|(setting, _)| !setting.is_secret());
    shown.map(|(setting, text)| (*setting, text.expose_secret().to_owned()))
}

fn fields_sentence(language: Language, fault: FieldsFault) -> String {
    let w = SettingsWords::of(language);
    match fault {
        FieldsFault::Host => w.smtp_no_host.to_owned(),
        FieldsFault::Port => w.smtp_wrong_port.to_owned(),
        FieldsFault::NoUser => w.smtp_user_missing.to_owned(),
        FieldsFault::NoPassword => w.smtp_password_missing.to_owned(),
        FieldsFault::PasswordOfAnother => w.smtp_password_of_another.to_owned(),
        FieldsFault::PasswordInClear => w.smtp_in_clear.to_owned(),
        FieldsFault::StartTlsNotRequired => w.smtp_starttls_vain.to_owned(),
        FieldsFault::Url(_) => w.smtp_no_host.to_owned(),
    }
}

fn sentence(language: Language, fault: SettingFault) -> String {
    let w = SettingsWords::of(language);
    match fault {
        SettingFault::Address => w.wrong_address.to_owned(),
        SettingFault::YesOrNo | SettingFault::Policy => w.wrong_choice.to_owned(),
        SettingFault::Size => w.wrong_size.to_owned(),
        SettingFault::Days { least } => format!("{} {least}.", w.wrong_days),
        SettingFault::Count => w.wrong_count.to_owned(),
        SettingFault::Span => w.wrong_span.to_owned(),
        SettingFault::Sender => w.wrong_sender.to_owned(),
        SettingFault::SenderMissing => w.no_sender.to_owned(),
        SettingFault::Smtp(fault) => match fault {
            SmtpFault::NoAddress => w.smtp_address,
            SmtpFault::Scheme => w.smtp_scheme,
            SmtpFault::NoHost => w.smtp_host,
            SmtpFault::Rest => w.smtp_rest,
            SmtpFault::NotUtf8 => w.smtp_letters,
            SmtpFault::NoUser => w.smtp_no_user,
            SmtpFault::NoPassword => w.smtp_no_password,
        }
        .to_owned(),
    }
}
