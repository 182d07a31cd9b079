//! Drafts of unsaved input. The server stores them, because a page without scripts cannot.

use hookgram::{Millis, message::Part, profile::Profile, sample::Sample, secret::BotToken};
use leptos::prelude::*;
use secrecy::ExposeSecret;

use super::{
    backend::{Draft, backend},
    proof,
};
use crate::{
    error::{AppError, FieldFault},
    form::ProfileForm,
    i18n::{checks, old_urls},
    old_url,
    session::Operator,
    views::{DraftView, ImportView, ProfileDetail},
};

/// Returns a draft if it belongs to this account and to this profile.
pub(super) async fn open(
    operator: &Operator,
    id: Option<&str>,
    profile: Option<i64>,
) -> Result<Option<Draft>, AppError> {
    let Some(id) = id.filter(|id| !id.is_empty()) else { return Ok(None) };
    let draft = backend().open_draft(operator, id).await?;
    Ok(draft.filter(|draft| draft.profile == profile))
}

/// The typed token in the draft of an unsaved form.
pub(super) async fn token_of(
    operator: &Operator,
    id: Option<&str>,
    profile: Option<i64>,
) -> Result<Option<BotToken>, AppError> {
    Ok(open(operator, id, profile).await?.and_then(|draft| draft.token))
}

/// Stores a draft, discards the earlier one, and redirects to the new one.
pub(super) async fn lead_to(operator: &Operator, earlier: Option<&str>, draft: Draft) -> Result<(), AppError> {
    let page = draft.profile.map_or_else(|| "new".to_owned(), |id| id.to_string());
    let id = backend().keep_draft(operator, draft).await?;
    discard(operator, earlier).await?;
    leptos_axum::redirect(&format!("/profiles/{page}?draft={id}"));
    Ok(())
}

/// Reports why a form was not saved. With scripts the page still shows the form. Without scripts the browser is
/// redirected to a draft of it.
pub(super) async fn refuse(
    operator: &Operator,
    earlier: Option<&str>,
    draft: Draft,
    error: AppError,
) -> Result<(), AppError> {
    if wants_page() {
        return lead_to(operator, earlier, draft).await;
    }
    let status = match error {
        AppError::Outdated(_) => http::StatusCode::CONFLICT,
        _ => http::StatusCode::UNPROCESSABLE_ENTITY,
    };
    if let Some(answer) = use_context::<leptos_axum::ResponseOptions>() {
        answer.set_status(status);
    }
    Err(error)
}

pub(super) async fn discard(operator: &Operator, id: Option<&str>) -> Result<(), AppError> {
    match id {
        Some(id) => backend().discard_draft(operator, id).await,
        None => Ok(()),
    }
}

/// Whether the browser submitted the form itself and will show the response. Leptos decides by the same header.
fn wants_page() -> bool {
    let parts = use_context::<http::request::Parts>();
    let accepted = parts.as_ref().and_then(|parts| parts.headers.get(http::header::ACCEPT)?.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

/// The view of a draft. `now` is the time that the page's samples are dated by.
pub(super) fn view(id: String, draft: Draft, stored: Option<&ProfileDetail>, now: Millis) -> DraftView {
    let language = crate::preferences::current().language;
    let token_known = draft.token.is_some() || stored.is_some_and(|detail| detail.bot.is_some());
    // The faults are computed again, because the reader may have changed the language since.
    let current = draft.form.faults(language, token_known);
    let anew = |fault: FieldFault| current.iter().find(|known| known.field == fault.field).cloned().unwrap_or(fault);
    let import = draft.old_url.as_ref().and_then(|url| old_url::read(url.expose_secret()).ok());
    let booking_host = backend().booking_host();
    DraftView {
        id,
        masked_token: draft.token.as_ref().map(BotToken::masked),
        faults: draft.faults.into_iter().map(anew).collect(),
        form: draft.form,
        import: import.map(|old| {
            let faults = old.faults.iter().filter(|fault| !is_absent(fault) && **fault != old_url::SHARED_BOT);
            let faults = faults.map(|fault| checks::fault(language, fault));
            let warnings = old.lost.iter().map(|warning| checks::warning(language, warning));
            ImportView {
                lost: faults.chain(warnings).collect(),
                shared_bot: old.names_shared_bot().then(|| old_urls::shared_bot(language).to_owned()),
                messages: messages(&old.profile, now, &booking_host),
            }
        }),
    }
}

/// Whether a parameter is missing. The form's own fields already ask for missing parameters.
fn is_absent(fault: &hookgram::check::Fault) -> bool {
    matches!(fault, hookgram::check::Fault::Missing(_))
}

fn messages(profile: &Profile, now: Millis, booking_host: &str) -> Vec<Vec<String>> {
    let html = |sample| proof::rendered(profile, sample, now, booking_host).iter().map(Part::html).collect();
    Sample::ALL.into_iter().map(html).collect()
}

/// A draft of the form's input. A token that was typed now replaces the token of the earlier draft.
pub(super) fn of_form(profile: Option<i64>, form: ProfileForm, earlier: Option<Draft>) -> Draft {
    let earlier = earlier.unwrap_or_default();
    // A token from an old URL belongs to the choice "new bot".
    let token = form.read().0.token.or(earlier.token);
    Draft { profile, form, token, faults: Vec::new(), old_url: earlier.old_url }
}

pub(super) fn url_fault(sentence: &str) -> Vec<FieldFault> {
    vec![FieldFault { field: super::old_url::FIELD.to_owned(), sentence: sentence.to_owned() }]
}
