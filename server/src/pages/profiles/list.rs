//! `/`: the list of profiles.

use app::{
    error::AppError,
    i18n::causes::{advice, cause},
    notices::Notice,
    pages::ServerPage,
    session::Viewer,
    views::{LastDelivery, ListPage, ListRow, TargetView, Why},
};
use axum::{
    body::Body,
    extract::{Path, Query},
    http::{StatusCode, Uri},
    response::Response,
};
use hookgram::{
    channel::ChannelKind,
    delivery::{DeliveryState, FailureCause, Outcome},
    profile_list::ListQuery,
    replay::Matching,
    values::Language,
};

use super::bot_view;
use crate::{
    pages::{Operator, PageRequest, Visit, internal, or_refuse, request::may_send},
    store::{ListedEvent, ListedProfile, StoreError},
    time::now,
};

/// `GET /`
pub(in crate::pages) async fn page(visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let query = ListQuery::of(|name| visit.asked(name));
    let page = or_refuse!(visit, list_page(&visit.request(), &viewer, query).await);
    visit.show(StatusCode::OK, ServerPage::List(Box::new(page))).await
}

/// `POST /profiles/{id}/enable`: enables or disables the profile's endpoint, and redirects back. Disabling a profile
/// that has received events today needs confirmation.
pub(in crate::pages) async fn enable(Path(id): Path<String>, visit: Visit<Operator>, body: Body) -> Response {
    let stored = or_refuse!(visit, visit.profile(&id).await);
    let fields = or_refuse!(visit, visit.form(body).await);
    let enabled = fields.get("enabled").is_some_and(|enabled| enabled == "true");
    let back = back(fields.get("back").map(String::as_str), stored.id);
    if stored.enabled && !enabled && !fields.contains_key("sure") {
        let midnight = visit.clock().midnight();
        let today = or_refuse!(visit, visit.state.store.log.events_since(stored.id, midnight).await.map_err(internal));
        if today > 0 {
            let page = ServerPage::Disable { id: stored.id, name: stored.name, today, back };
            return visit.show(StatusCode::OK, page).await;
        }
    }
    match visit.state.store.profiles.set_enabled(stored.id, enabled, &visit.by()).await {
        Err(StoreError::NotFound) => return visit.refuse(AppError::NotFound).await,
        done => or_refuse!(visit, done.map_err(internal)),
    }
    let (id, name) = (stored.id, stored.name);
    if !enabled {
        return visit.done(&Notice::Disabled { id, name }, &back);
    }
    let refused = Matching { outcome: Outcome::Rejected, profile: Some(id), cause: None, since: None, until: None };
    let refused = or_refuse!(visit, visit.state.store.queue.count_matching(&refused).await.map_err(internal));
    visit.done(&Notice::Enabled { id, name, refused }, &back)
}

/// The page to return to, which the form names; the list for any other value.
fn back(place: Option<&str>, id: i64) -> String {
    let share = format!("/profiles/{id}/share");
    if place.is_some_and(|place| place == "share" || place == share) {
        return share;
    }
    let asked = place.and_then(|place| place.parse::<Uri>().ok());
    let asked = asked.and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    let asked = asked.map(|Query(pairs)| pairs).unwrap_or_default();
    ListQuery::of(|name| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())).address()
}

/// A page of the list of profiles. If the query asks for a page beyond the last one, this is the last page.
pub async fn list_page(request: &PageRequest, viewer: &Viewer, query: ListQuery) -> Result<ListPage, AppError> {
    let now = now();
    let store = &request.state.store;
    let (counted, listed) = tokio::join!(store.profiles.counts(&query.search, now), store.profiles.page(&query, now));
    let ((counts, all), mut listed) = (counted.map_err(internal)?, listed.map_err(internal)?);
    let may_change = may_send(viewer);
    let mut page = ListPage { query, rows: Vec::new(), counts, all, may_change };
    let asked = page.query.page;
    page.query.page = asked.clamp(1, page.pages());
    if asked > page.query.page {
        listed = store.profiles.page(&page.query, now).await.map_err(internal)?;
    }
    page.rows = listed.into_iter().map(|profile| row(request, may_change, profile)).collect();
    Ok(page)
}

fn row(request: &PageRequest, may_send: bool, listed: ListedProfile) -> ListRow {
    let ListedProfile { id, name, enabled, channel, key, bot, last, week } = listed;
    let target = if channel == ChannelKind::Sandbox { TargetView::Sandbox } else { TargetView::Bot(bot.map(bot_view)) };
    let delivery = last.as_ref().map(|last| {
        let states: Vec<DeliveryState> = last.states.iter().map(|state| state.state).collect();
        LastDelivery { outcome: Outcome::of_event(last.outcome, &states), at: last.at }
    });
    let why = last.as_ref().zip(delivery).and_then(|(last, delivery)| why(request.language, last, delivery.outcome));
    let short_url = may_send.then(|| request.state.short_url(&key));
    ListRow { id, name, target, short_url, enabled, last: delivery, why, week }
}

/// Why the last event did not result in a delivery, if its outcome is final or needs somebody to act.
fn why(language: Language, last: &ListedEvent, outcome: Outcome) -> Option<Why> {
    let attempt = |of: DeliveryState| last.states.iter().find(|state| state.state == of);
    let about = match outcome {
        Outcome::Rejected => {
            let reason = last.reason.as_ref()?;
            let sentences = match language {
                Language::Ru => &reason.ru,
                Language::En => &reason.en,
            };
            return Some(Why { cause: refused_at_the_endpoint(language).to_owned(), advice: sentences.clone() });
        }
        Outcome::Suspended => {
            attempt(DeliveryState::Suspended).and_then(|state| state.cause).unwrap_or(FailureCause::TokenRefused)
        }
        Outcome::Uncertain => FailureCause::Uncertain,
        Outcome::Failed => {
            attempt(DeliveryState::Failed).and_then(|state| state.cause).unwrap_or(FailureCause::Refused)
        }
        Outcome::Delivered
        | Outcome::Waiting
        | Outcome::Retrying
        | Outcome::Skipped
        | Outcome::Cancelled
        | Outcome::Duplicate => return None,
    };
    Some(Why { cause: cause(language, about).to_owned(), advice: advice(language, about).to_owned() })
}

fn refused_at_the_endpoint(language: Language) -> &'static str {
    match language {
        Language::Ru => "событие отклонено",
        Language::En => "the event was rejected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_redirects_only_to_pages_of_this_site() {
        for (place, expected) in [
            (None, "/"),
            (Some("/"), "/"),
            (Some("/?q=%D0%B0&show=failing&page=2"), "/?q=%D0%B0&show=failing&page=2"),
            (Some("share"), "/profiles/7/share"),
            (Some("https://example.com/?page=3"), "/?page=3"),
            (Some("//example.com"), "/"),
            (Some("\\"), "/"),
        ] {
            assert_eq!(back(place, 7), expected, "{place:?}");
        }
    }
}
