//! Actions on one profile: duplicating it, a new webhook key, deleting it.

use app::{error::AppError, notices::Notice, pages::ServerPage};
use axum::{body::Body, extract::Path, http::StatusCode, response::Response};
use hookgram::values::Language;

use crate::{
    pages::{Operator, Visit, internal, or_refuse},
    store::{OldKey, StoreError},
    time::now,
};

/// How long the old webhook key works if the operator chooses so (contract §1): 24 hours, in milliseconds.
const GRACE: i64 = 24 * 60 * 60 * 1000;

fn refusal(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::NotFound,
        error => internal(error),
    }
}

/// `POST /profiles/{id}/duplicate`: redirects to the copy.
pub(in crate::pages) async fn duplicate(Path(id): Path<String>, visit: Visit<Operator>) -> Response {
    let stored = or_refuse!(visit, visit.profile(&id).await);
    let language = visit.language;
    let copy = visit.state.store.profiles.duplicate(stored.id, |name| copies(language, name), &visit.by()).await;
    let copy = or_refuse!(visit, copy.map_err(refusal));
    visit.done(&Notice::Copied(stored.name), &format!("/profiles/{copy}"))
}

/// Names for a copy, by preference: `Записи (копия)`, `Записи (копия 2)`, …; a copy of a copy gets the next number.
fn copies(language: Language, name: &str) -> Vec<String> {
    let word = match language {
        Language::Ru => "копия",
        Language::En => "copy",
    };
    let original = name
        .rsplit_once(" (")
        .filter(|(_, end)| {
            let number = end.strip_prefix(word).and_then(|end| end.strip_suffix(')'));
            number.is_some_and(|number| number.trim().chars().all(|c| c.is_ascii_digit()))
        })
        .map_or(name, |(original, _)| original);
    let first = std::iter::once(format!("{original} ({word})"));
    first.chain((2..1000).map(|number| format!("{original} ({word} {number})"))).collect()
}

/// `GET /profiles/{id}/key`: explains the effect of a new webhook key.
pub(in crate::pages) async fn key(Path(id): Path<String>, visit: Visit<Operator>) -> Response {
    let stored = or_refuse!(visit, visit.profile(&id).await);
    let short_url = visit.state.short_url(&stored.key);
    visit.show(StatusCode::OK, ServerPage::Key { id: stored.id, name: stored.name, short_url }).await
}

/// `POST /profiles/{id}/key`: creates a new webhook key, and redirects to the new short URL.
pub(in crate::pages) async fn rotate(Path(id): Path<String>, visit: Visit<Operator>, body: Body) -> Response {
    let stored = or_refuse!(visit, visit.profile(&id).await);
    let fields = or_refuse!(visit, visit.fields(body).await.map_err(|sentence| AppError::field("", sentence)));
    let old = match fields.get("old").map(String::as_str) {
        Some("stops") => OldKey::Stops,
        _ => OldKey::Until(now().saturating_add(GRACE)),
    };
    or_refuse!(visit, visit.state.store.profiles.rotate_key(stored.id, old, &visit.by()).await.map_err(refusal));
    let to = format!("/profiles/{}/share", stored.id);
    visit.done(&Notice::NewKey(stored.name), &to)
}

/// `GET /profiles/{id}/delete`: shows what would be deleted.
pub(in crate::pages) async fn deletion(Path(id): Path<String>, visit: Visit<Operator>) -> Response {
    let stored = or_refuse!(visit, visit.profile(&id).await);
    let waiting = or_refuse!(visit, visit.state.store.profiles.waiting_messages(stored.id).await.map_err(internal));
    visit.show(StatusCode::OK, ServerPage::Delete { id: stored.id, name: stored.name, waiting }).await
}

/// `POST /profiles/{id}/delete`
pub(in crate::pages) async fn delete(Path(id): Path<String>, visit: Visit<Operator>) -> Response {
    let stored = or_refuse!(visit, visit.profile(&id).await);
    or_refuse!(visit, visit.state.store.profiles.delete(stored.id, &visit.by()).await.map_err(refusal));
    // Other deliveries may have waited behind the profile's.
    visit.state.wake.notify_one();
    visit.done(&Notice::Deleted(stored.name), "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_of_a_copy_gets_the_next_number() {
        let first = |language, name| copies(language, name).swap_remove(0);
        assert_eq!(first(Language::Ru, "Записи"), "Записи (копия)");
        assert_eq!(copies(Language::Ru, "Записи (копия)")[..2], ["Записи (копия)", "Записи (копия 2)"]);
        assert_eq!(first(Language::Ru, "Записи (копия 7)"), "Записи (копия)");
        assert_eq!(first(Language::Ru, "Записи (тест)"), "Записи (тест) (копия)");
        assert_eq!(first(Language::En, "A (copyright)"), "A (copyright) (copy)");
    }
}
