//! `/profiles/urls`: takes many old URLs, one a line, shows which profile each would become, then makes them.

use std::collections::BTreeSet;

use app::{
    error::AppError,
    i18n::old_urls,
    notices::Notice,
    pages::{ServerPage, UrlTable, UrlsPage},
    views::BotView,
};
use axum::{body::Body, http::StatusCode, response::Response};
use hookgram::{channel::ChannelKind, profile::EditedProfile, values::Language};
use secrecy::ExposeSecret as _;

use super::bot_view;
use crate::{
    channel::telegram::identities::Asker,
    pages::{Fields, Operator, Permission, Visit, internal, or_refuse},
    profile_file::old_urls::{Candidate, candidates},
    state::AppState,
    store::StoreError,
};

/// The most URLs in one list.
const MOST: usize = 1000;

/// `GET /profiles/urls`
pub(in crate::pages) async fn page(visit: Visit<Operator>) -> Response {
    visit.show(StatusCode::OK, ServerPage::Urls(UrlsPage::default())).await
}

/// `POST /profiles/urls`: shows the table of a list; with a draft's id, makes the marked profiles.
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
    visit.show(StatusCode::OK, ServerPage::Urls(UrlsPage { fault: None, table: Some(table) })).await
}

impl<P: Permission> Visit<P> {
    async fn list_again(self, sentence: String) -> Response {
        let page = UrlsPage { fault: Some(sentence), table: None };
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
            // Only stored names of bots are shown: a list of hundreds must not wait for Telegram.
            let known = state.store.bots.name_of(token.bot_id()).await.ok().flatten();
            row.bot = known.map_or(row.bot, |(_, username)| format!("@{username}"));
        }
        // Without a bot to choose, nothing can be made of such a URL yet.
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
    let mut drafts = Vec::new();
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
        Some(visit.say("Отметьте хотя бы один профиль.", "Mark at least one profile.").to_owned())
    } else if faulty {
        Some(old_urls::names_to_mend(language).to_owned())
    } else if shown.bot_fault.is_some() {
        shown.bot_fault.clone()
    } else {
        match visit.state.store.profiles.add_all(&drafts, &visit.by()).await {
            Ok(()) => None,
            // Another request has taken the name in the meantime.
            Err(StoreError::Taken) => Some(old_urls::names_to_mend(language).to_owned()),
            Err(StoreError::NoSuchBot) => Some(old_urls::bot_missing(language).to_owned()),
            Err(error) => return visit.refuse(internal(error)).await,
        }
    };
    if fault.is_some() {
        let page = UrlsPage { fault, table: Some(shown) };
        return visit.show(StatusCode::UNPROCESSABLE_ENTITY, ServerPage::Urls(page)).await;
    }
    visit.state.drafts.forget(draft);
    introduce(&visit.state, &drafts);
    visit.done(&Notice::Made(drafts.len()), "/")
}

/// Asks Telegram in the background for the bots' names, which the list shows.
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
