//! `/profiles/urls`: reads old URLs, one a line, shows the profile that each would become, and then creates them.

use std::collections::{BTreeSet, HashMap};

use app::{
    error::AppError,
    i18n::old_urls,
    notices::Notice,
    pages::{MovedUrl, MovedUrls, ServerPage, UrlTable, UrlsPage},
    views::BotView,
};
use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use hookgram::{channel::ChannelKind, profile::EditedProfile, values::Language};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bot_view;
use crate::{
    channel::telegram::identities::Asker,
    pages::{Fields, Operator, Permission, Visit, deliveries::csv, internal, or_refuse},
    profile_file::old_urls::{Candidate, candidates},
    state::AppState,
    store::{StoreError, StoredProfile},
};

const MOST: usize = 1000;

/// A profile that was created from an old URL.
#[derive(Debug, Serialize, Deserialize)]
struct Made {
    /// The line number, from 1.
    line: usize,
    /// The old URL, with its token masked.
    old: String,
    /// The profile's id.
    id: i64,
}

/// `GET /profiles/urls`. With `made`, the profiles of a list that were just created.
pub(in crate::pages) async fn page(visit: Visit<Operator>) -> Response {
    let Some(made) = visit.asked("made") else {
        return visit.show(StatusCode::OK, ServerPage::Urls(UrlsPage::default())).await;
    };
    match or_refuse!(visit, moved(&visit, &made).await) {
        Some(rows) => {
            let page = UrlsPage { moved: Some(MovedUrls { id: made, rows }), ..UrlsPage::default() };
            visit.show(StatusCode::OK, ServerPage::Urls(page)).await
        }
        None => visit.forgotten().await,
    }
}

/// `GET /profiles/urls.csv`: the old and new URLs of a list as a table for spreadsheets.
pub(in crate::pages) async fn file(visit: Visit<Operator>) -> Response {
    let made = visit.asked("made").unwrap_or_default();
    let Some(rows) = or_refuse!(visit, moved(&visit, &made).await) else { return visit.forgotten().await };
    let head = ["line", "profile", "old_url", "short_url"].map(Value::from);
    let rows = rows.into_iter().map(|row| [json!(row.line), json!(row.name), json!(row.old), json!(row.short_url)]);
    let separator = csv::separator(visit.language);
    let text = ["\u{feff}".as_bytes(), &csv::lines(separator, std::iter::once(head).chain(rows))].concat();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"urls.csv\""),
    ];
    (headers, text).into_response()
}

/// The rows of a stored list, without profiles that have been deleted since. `None` if the list is no longer stored.
async fn moved(visit: &Visit<Operator>, id: &str) -> Result<Option<Vec<MovedUrl>>, AppError> {
    let Some(text) = visit.state.drafts.find(visit.account().id, id) else { return Ok(None) };
    // The id may be that of a list that is not confirmed yet. Its draft contains the pasted text instead.
    let Ok(made) = serde_json::from_str::<Vec<Made>>(text.expose_secret()) else { return Ok(None) };
    let stored = visit.state.store.profiles.all().await.map_err(internal)?;
    let stored: HashMap<i64, &StoredProfile> = stored.iter().map(|profile| (profile.id, profile)).collect();
    let row = |Made { line, old, id }| {
        let profile = stored.get(&id)?;
        Some(MovedUrl { line, old, id, name: profile.name.clone(), short_url: visit.state.short_url(&profile.key) })
    };
    Ok(Some(made.into_iter().filter_map(row).collect()))
}

/// `POST /profiles/urls`: shows the table of a list. With a draft's id, creates the selected profiles.
pub(in crate::pages) async fn sent(visit: Visit<Operator>, body: Body) -> Response {
    let fields = match visit.fields(body).await {
        Ok(fields) => fields,
        Err(sentence) => return visit.list_again(sentence).await,
    };
    if let Some(draft) = fields.get("draft").cloned() {
        return make(visit, &draft, &fields).await;
    }
    let text = fields.get("text").map(|text| text.trim()).unwrap_or_default().to_owned();
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    if lines == 0 {
        let sentence = visit.say("Вставьте хотя бы одну ссылку.", "Paste at least one URL.").to_owned();
        return visit.list_again(sentence).await;
    }
    if lines > MOST {
        let sentence = visit.say(
            "За один раз — до 1000 ссылок. Вставьте первую тысячу, потом остальные.",
            "Up to 1,000 URLs at once. Paste the first thousand, then the rest.",
        );
        let sentence = sentence.to_owned();
        return visit.list_again(sentence).await;
    }
    let stored = or_refuse!(visit, visit.state.store.profiles.all().await.map_err(internal));
    let candidates = candidates(&text, &stored, visit.language);
    let draft = visit.state.drafts.keep(visit.account().id, text);
    let table = or_refuse!(visit, table(&visit.state, &candidates, draft, visit.language).await);
    visit.show(StatusCode::OK, ServerPage::Urls(UrlsPage { table: Some(table), ..UrlsPage::default() })).await
}

impl<P: Permission> Visit<P> {
    async fn list_again(self, sentence: String) -> Response {
        let page = UrlsPage { fault: Some(sentence), ..UrlsPage::default() };
        self.show(StatusCode::UNPROCESSABLE_ENTITY, ServerPage::Urls(page)).await
    }
}

async fn table(
    state: &AppState,
    candidates: &[Candidate],
    draft: String,
    language: Language,
) -> Result<UrlTable, AppError> {
    let mut bots: Vec<BotView> = Vec::new();
    if candidates.iter().any(Candidate::lacks_bot) {
        let stored = state.store.bots.all().await.map_err(internal)?;
        bots = stored.into_iter().map(|record| bot_view(record.bot)).collect();
    }
    let only = bots.first().filter(|_| bots.len() == 1).map(|bot| bot.id);
    let mut rows = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let mut row = candidate.row(language);
        if let Some(token) = candidate.token() {
            // Only stored names of bots are shown, because a list of hundreds must not wait for Telegram.
            let known = state.store.bots.name_of(token.bot_id()).await.ok().flatten();
            row.bot = known.map_or(row.bot, |(_, username)| format!("@{username}"));
        }
        // Such a URL cannot become a profile while there is no bot to choose.
        row.can_be_made &= !row.lacks_bot || !bots.is_empty();
        row.marked &= row.can_be_made;
        rows.push(row);
    }
    Ok(UrlTable { draft, rows, bots, bot: only, bot_fault: None })
}

async fn make(visit: Visit<Operator>, draft: &str, fields: &Fields) -> Response {
    let Some(text) = visit.state.drafts.find(visit.account().id, draft) else {
        return visit.forgotten().await;
    };
    let stored = or_refuse!(visit, visit.state.store.profiles.all().await.map_err(internal));
    let candidates = candidates(text.expose_secret(), &stored, visit.language);
    let shown = table(&visit.state, &candidates, draft.to_owned(), visit.language).await;
    let mut shown = or_refuse!(visit, shown);
    let chosen = fields.get("bot").and_then(|id| id.parse().ok());
    shown.bot = chosen.filter(|id| shown.bots.iter().any(|bot| bot.id == *id));
    for row in &mut shown.rows {
        row.marked = row.can_be_made && fields.contains_key(&format!("make-{}", row.line));
        if let Some(name) = fields.get(&format!("name-{}", row.line)) {
            row.name = name.trim().to_owned();
        }
    }
    let mut names: BTreeSet<&str> = stored.iter().map(|profile| profile.name.as_str()).collect();
    let (mut drafts, mut lines) = (Vec::new(), Vec::new());
    let mut ids = Vec::new();
    let mut faulty = false;
    let language = visit.language;
    for (row, candidate) in shown.rows.iter_mut().zip(&candidates).filter(|(row, _)| row.marked) {
        let Some(url) = candidate.complete() else { continue };
        if row.lacks_bot && shown.bot.is_none() {
            shown.bot_fault = Some(old_urls::bot_missing(language).to_owned());
        }
        if row.name.is_empty() {
            row.name_fault = Some(old_urls::name_missing(language).to_owned());
        } else if names.contains(row.name.as_str()) {
            row.name_fault = Some(old_urls::name_taken(language).to_owned());
        }
        faulty |= row.name_fault.is_some();
        names.insert(row.name.as_str());
        lines.push((candidate.line, candidate.masked.clone()));
        drafts.push(EditedProfile {
            name: row.name.clone(),
            enabled: Some(true),
            channel: ChannelKind::Telegram,
            bare_ids: None,
            bot: shown.bot.filter(|_| row.lacks_bot),
            events: Vec::new(),
            profile: url.profile.clone(),
            key: None,
        });
    }
    let fault = if drafts.is_empty() {
        Some(visit.say("Отметьте хотя бы один профиль.", "Select at least one profile.").to_owned())
    } else if faulty {
        Some(old_urls::names_to_mend(language).to_owned())
    } else if shown.bot_fault.is_some() {
        shown.bot_fault.clone()
    } else {
        match visit.state.store.profiles.add_all(&drafts, &visit.by()).await {
            Ok(made) => {
                ids = made;
                None
            }
            // Another request has taken the name in the meantime.
            Err(StoreError::Taken) => Some(old_urls::names_to_mend(language).to_owned()),
            Err(StoreError::NoSuchBot) => Some(old_urls::bot_missing(language).to_owned()),
            Err(error) => return visit.refuse(internal(error)).await,
        }
    };
    if fault.is_some() {
        let page = UrlsPage { fault, table: Some(shown), moved: None };
        return visit.show(StatusCode::UNPROCESSABLE_ENTITY, ServerPage::Urls(page)).await;
    }
    visit.state.drafts.forget(draft);
    introduce(&visit.state, &drafts);
    let made = lines.into_iter().zip(ids).map(|((line, old), id)| Made { line, old, id });
    let made = or_refuse!(visit, serde_json::to_string(&made.collect::<Vec<_>>()).map_err(internal));
    let made = visit.state.drafts.keep(visit.account().id, made);
    visit.done(&Notice::Made(drafts.len()), &format!("/profiles/urls?made={made}"))
}

/// Asks Telegram in the background for the bots' names, which the list of profiles shows.
fn introduce(state: &AppState, drafts: &[EditedProfile]) {
    let mut tokens = Vec::new();
    for token in drafts.iter().filter_map(|draft| draft.profile.token.clone()) {
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    let state = state.clone();
    tokio::spawn(async move {
        for token in tokens {
            state.who_is(&token, Asker::Known).await;
        }
    });
}
