//! The list of profiles, in the words of whoever looks at it.

use app::{
    error::AppError,
    i18n::causes::{advice, cause},
    listing::{ListPage, ListRow, Why},
    session::Viewer,
    views::{BotView, LastDelivery, TargetView},
};
use hookgram::{
    delivery::{DeliveryState, FailureCause, Outcome},
    profile_list::ListQuery,
    values::Language,
};

use super::{internal, may_send, profiles::must_be_entered};
use crate::{
    state::AppState,
    store::{ListedEvent, ListedProfile},
    time::now,
};

/// A page of the list.
pub(super) async fn list(
    state: &AppState,
    language: Language,
    viewer: &Viewer,
    query: ListQuery,
) -> Result<ListPage, AppError> {
    let now = now();
    let store = &state.store;
    let (counted, listed) = tokio::join!(store.profile_counts(&query.search, now), store.listed_profiles(&query, now));
    let ((counts, all), mut listed) = (counted.map_err(internal)?, listed.map_err(internal)?);
    let may_change = may_send(viewer);
    let mut page = ListPage { query, rows: Vec::new(), counts, all, may_change };
    let asked = page.query.page;
    page.query.page = asked.clamp(1, page.pages());
    if asked > page.query.page {
        listed = store.listed_profiles(&page.query, now).await.map_err(internal)?;
    }
    page.rows = listed.into_iter().map(|profile| row(state, language, may_change, profile)).collect();
    Ok(page)
}

fn row(state: &AppState, language: Language, may_send: bool, listed: ListedProfile) -> ListRow {
    let ListedProfile { id, name, enabled, sandbox, key, masked_token, locked, bot, last, week } = listed;
    let target = if sandbox {
        TargetView::Sandbox
    } else {
        let bot = bot.map(|bot| BotView { name: bot.name, username: bot.username });
        TargetView::Bot { masked_token, bot, locked: locked.then(|| must_be_entered(language)) }
    };
    let delivery = last.as_ref().map(|last| {
        let states: Vec<DeliveryState> = last.states.iter().map(|state| state.state).collect();
        LastDelivery { outcome: Outcome::of_event(last.outcome, &states), at: last.at }
    });
    let why = last.as_ref().zip(delivery).and_then(|(last, delivery)| why(language, last, delivery.outcome));
    let short_url = may_send.then(|| state.short_url(&key));
    ListRow { id, name, target, short_url, enabled, last: delivery, why, week }
}

/// Why the last event has not arrived, where it has come to an end or waits for somebody.
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
        Language::Ru => "событие не принято",
        Language::En => "the event was not accepted",
    }
}
