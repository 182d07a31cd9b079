//! `/`: the list of profiles.

use app::pages::ServerPage;
use axum::{
    body::Body,
    extract::{Path, Query},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use hookgram::profile_list::ListQuery;

use super::{Operator, Visit, or_refuse};

/// `GET /`
pub(super) async fn page(visit: Visit) -> Response {
    let viewer = visit.who.clone();
    let query = ListQuery::of(|name| visit.asked(name));
    let page = or_refuse!(visit, visit.ports().profiles.list(&viewer, query).await);
    visit.show(StatusCode::OK, ServerPage::List(Box::new(page))).await
}

/// `POST /profiles/{id}/enable`: opens or closes its endpoint, and leads back to where that was asked.
pub(super) async fn enable(Path(id): Path<String>, visit: Visit<Operator>, body: Body) -> Response {
    let operator = visit.who.clone();
    let stored = or_refuse!(visit, visit.profile(&id).await);
    let fields = or_refuse!(visit, visit.form(body).await);
    let enabled = fields.get("enabled").is_some_and(|enabled| enabled == "true");
    or_refuse!(visit, visit.ports().profiles.set_enabled(&operator, stored.id, enabled).await);
    Redirect::to(&back(fields.get("back").map(String::as_str), stored.id)).into_response()
}

/// The page that a form says it is on; what is none of ours is the list.
fn back(place: Option<&str>, id: i64) -> String {
    if place == Some("share") {
        return format!("/profiles/{id}/share");
    }
    let asked = place.and_then(|place| place.parse::<Uri>().ok());
    let asked = asked.and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    let asked = asked.map(|Query(pairs)| pairs).unwrap_or_default();
    ListQuery::of(|name| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())).address()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_pages_of_ours_alone() {
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
