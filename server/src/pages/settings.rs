//! `/settings`

use std::collections::BTreeMap;

use app::{
    i18n::{NoteWords, SettingsWords, Words as _},
    notices::{Administered, Notice},
    pages::{ServerPage, SettingField, SettingsView, Tested},
    session::Admin,
};
use axum::{body::Body, http::StatusCode, response::Response};
use hookgram::{
    setting::Setting,
    values::{EmailAddress, Language},
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Fields, Visit, accounts::or_confirm, internal, or_refuse};
use crate::{
    mail::Note,
    settings::{ChangeError, SettingFault, smtp::url::SmtpFault},
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
    let overtaken = overtaken(&visit, &fields, &mut changes);
    if !overtaken.is_empty() {
        return again(visit, &changes, overtaken, StatusCode::CONFLICT).await;
    }
    let (state, by) = (visit.state.clone(), visit.by());
    match state.settings.change(&state.store, &by, &changes).await {
        Ok(_) => visit.done(&Notice::Administered(Administered::Settings), PAGE),
        Err(ChangeError::Faults(faults)) => {
            let language = visit.language;
            let said = faults.into_iter().map(|(setting, fault)| (setting, sentence(language, fault))).collect();
            again(visit, &changes, said, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(ChangeError::Smtp(error)) => visit.refuse(internal(error)).await,
        Err(ChangeError::Store(error)) => visit.refuse(internal(error)).await,
    }
}

/// Drops the changes of settings whose value was not edited, since somebody else may have changed them meanwhile. Returns
/// the edited ones that somebody else has changed, each with a sentence.
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

/// Shows what was typed again, with a sentence at each field that is at fault.
async fn again(
    visit: Visit<Admin>,
    changes: &[(Setting, SecretString)],
    faults: Vec<(Setting, String)>,
    status: StatusCode,
) -> Response {
    let mut view = view(&visit);
    for (setting, text) in changes_shown(changes) {
        if let Some(field) = view.fields.get_mut(setting.name()) {
            field.text = text;
        }
    }
    for (setting, fault) in faults {
        if let Some(field) = view.fields.get_mut(setting.name()) {
            field.fault = Some(fault);
        }
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
    SettingsView {
        fields,
        public_url: visit.state.public_url.to_string(),
        has_mail: now.smtp.is_some(),
        me: visit.account().email.clone(),
        tested: None,
        locked: visit.confirmed(PAGE).is_err(),
    }
}

/// The changes that the form asks for.
fn changes(fields: &Fields) -> Vec<(Setting, SecretString)> {
    let mut changes = Vec::new();
    for setting in Setting::ALL {
        let Some(text) = fields.get(setting.name()).map(|text| text.trim()) else { continue };
        if setting == Setting::SmtpUrl && text.is_empty() {
            // An empty field keeps the stored URL, unless the form asks to forget it.
            if fields.contains_key("smtp_forget") {
                changes.push((setting, SecretString::from("")));
            }
            continue;
        }
        // The form's unit is ignored if the text has a unit of its own.
        let unit = fields.get(&format!("{}_unit", setting.name()));
        let unit = unit.filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty());
        changes.push((setting, SecretString::from(format!("{text}{}", unit.map_or("", String::as_str)))));
    }
    changes
}

/// The submitted values, without secrets, which are not shown again.
fn changes_shown(changes: &[(Setting, SecretString)]) -> impl Iterator<Item = (Setting, String)> {
    let shown = changes.iter().filter(|(setting, _)| !setting.is_secret());
    shown.map(|(setting, text)| (*setting, text.expose_secret().to_owned()))
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
