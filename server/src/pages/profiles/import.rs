//! `/profiles/import`: reads a file or a pasted text, shows a plan of the changes, and then carries it out.

use std::collections::HashMap;

use app::{
    error::AppError,
    notices::Notice,
    pages::{ImportPage, ImportPlan, ImportRow, LineFault, ServerPage},
};
use axum::{body::Body, http::StatusCode, response::Response};
use hookgram::{channel::ChannelKind, secret::BotToken};
use secrecy::ExposeSecret;

use super::bot_view;
use crate::{
    pages::{Operator, Permission, Visit, internal, or_refuse},
    profile_file::{self, Entry, FileFault, ImportError, Plan},
    store::{Store, StoreError, audit::profile_changes},
};

/// `GET /profiles/import`
pub(in crate::pages) async fn page(visit: Visit<Operator>) -> Response {
    visit.show(StatusCode::OK, ServerPage::Import(ImportPage::default())).await
}

/// `POST /profiles/import`: shows the plan of a file or a text. With a draft's id, carries out the plan.
pub(in crate::pages) async fn sent(visit: Visit<Operator>, body: Body) -> Response {
    let fields = match visit.fields(body).await {
        Ok(fields) => fields,
        Err(sentence) => return visit.again(sentence).await,
    };
    if let Some(draft) = fields.get("draft") {
        return carry_out(visit, draft).await;
    }
    let field = |name: &str| fields.get(name).filter(|text| !text.trim().is_empty());
    // After a fault, the form contains the text with masked tokens.
    let kept = fields.get("kept").and_then(|kept| visit.state.drafts.find(visit.account().id, kept));
    let kept = kept.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
    let pasted = field("text").map(|text| BotToken::unmask_all(text, kept));
    let Some(text) = field("file").cloned().or_else(|| pasted.clone()) else {
        let sentence = visit.say("Выберите файл или вставьте текст.", "Choose a file or paste the text.").to_owned();
        return visit.again(sentence).await;
    };
    let plan = profile_file::plan(&visit.state.store, &text, visit.language).await;
    let plan = or_refuse!(visit, plan.map_err(internal));
    let status = if plan.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let draft = plan.faults.is_empty().then(|| visit.state.drafts.keep(visit.account().id, text));
    let plan = or_refuse!(visit, shown(&visit.state.store, &plan, draft).await.map_err(internal));
    let page = ImportPage { plan: Some(plan), ..again(&visit, pasted.unwrap_or_default()) };
    visit.show(status, ServerPage::Import(page)).await
}

/// The form with a text that was pasted before. The page shows the tokens masked; the draft contains the text itself.
fn again(visit: &Visit<Operator>, pasted: String) -> ImportPage {
    let masked = BotToken::mask_all(&pasted);
    let kept = (masked != pasted).then(|| visit.state.drafts.keep(visit.account().id, pasted));
    ImportPage { pasted: masked, kept, ..ImportPage::default() }
}

async fn carry_out(visit: Visit<Operator>, draft: &str) -> Response {
    let Some(text) = visit.state.drafts.find(visit.account().id, draft) else {
        return visit.forgotten().await;
    };
    let (store, language) = (&visit.state.store, visit.language);
    // The plan is made again, because other profiles may have changed since it was shown.
    let plan = or_refuse!(visit, profile_file::plan(store, text.expose_secret(), language).await.map_err(internal));
    match profile_file::carry_out(store, plan, language, &visit.by()).await {
        Ok(done) => {
            visit.state.drafts.forget(draft);
            visit.state.wake.notify_one();
            visit.state.booking.notify_one();
            visit.done(&Notice::Imported(done.len()), "/")
        }
        Err(ImportError::Faults(faults)) => {
            let plan = Plan { bots: Vec::new(), entries: Vec::new(), faults };
            let plan = or_refuse!(visit, shown(store, &plan, None).await.map_err(internal));
            let page = ImportPage { plan: Some(plan), ..again(&visit, text.expose_secret().to_owned()) };
            visit.show(StatusCode::UNPROCESSABLE_ENTITY, ServerPage::Import(page)).await
        }
        Err(ImportError::Store(error)) => visit.refuse(internal(error)).await,
    }
}

impl<P: Permission> Visit<P> {
    async fn again(self, sentence: String) -> Response {
        let page = ImportPage { fault: Some(sentence), ..ImportPage::default() };
        self.show(StatusCode::UNPROCESSABLE_ENTITY, ServerPage::Import(page)).await
    }

    /// Refuses a draft that has expired or was lost in a restart.
    pub(in crate::pages) async fn forgotten(self) -> Response {
        let sentence = self
            .say(
                "Прошло больше получаса или сервер перезапускался: вставьте список ещё раз.",
                "More than half an hour has passed, or the server was restarted: paste the list again.",
            )
            .to_owned();
        self.refuse(AppError::field("", sentence)).await
    }
}

async fn shown(store: &Store, plan: &Plan, draft: Option<String>) -> Result<ImportPlan, StoreError> {
    let mut of_entries: HashMap<usize, Vec<LineFault>> =
        plan.entries.iter().map(|entry| (entry.index, Vec::new())).collect();
    let mut faults = Vec::new();
    for fault in &plan.faults {
        let of_entry = fault.entry().and_then(|index| of_entries.get_mut(&index));
        of_entry.unwrap_or(&mut faults).push(LineFault { line: fault.line, sentence: sentence(fault) });
    }
    let mut rows = Vec::with_capacity(plan.entries.len());
    for entry in &plan.entries {
        rows.push(ImportRow {
            name: entry.draft.name.clone(),
            line: entry.line,
            replaces: entry.replaces.is_some(),
            changes: changes(store, entry).await?,
            sandbox: entry.draft.channel == ChannelKind::Sandbox,
            bot: entry.draft.profile.token.as_ref().map(BotToken::masked),
            field: entry.draft.profile.field_name.clone().unwrap_or_default(),
            faults: of_entries.remove(&entry.index).unwrap_or_default(),
        });
    }
    Ok(ImportPlan { draft, rows, faults })
}

/// The changes of the profile that an entry replaces: name, old value, new value.
async fn changes(store: &Store, entry: &Entry) -> Result<Vec<(String, String, String)>, StoreError> {
    let Entry { draft, replaces: Some(stored), .. } = entry else { return Ok(Vec::new()) };
    let listed = profile_changes(Some(&stored.clone().edited()), draft).into_iter();
    let mut changes: Vec<_> = listed.map(|change| (change.what, change.from, change.to)).collect();
    let token = draft.profile.token.as_ref();
    let bot = token.map(BotToken::bot_id).or(draft.bot).filter(|bot| stored.bot != Some(*bot));
    let masked = |token: Option<&BotToken>| token.map(BotToken::masked).unwrap_or_default();
    if let Some(bot) = bot {
        let (from, to) = (bot_title(store, stored.bot).await?, bot_title(store, Some(bot)).await?);
        changes.push(("bot".to_owned(), from, to));
    } else if token.is_some() && token != stored.profile.token.as_ref() {
        changes.push(("telegramToken".to_owned(), masked(stored.profile.token.as_ref()), masked(token)));
    }
    if let Some(bare_ids) = draft.bare_ids.filter(|bare_ids| *bare_ids != stored.bare_ids) {
        changes.push(("bareIds".to_owned(), stored.bare_ids.to_string(), bare_ids.to_string()));
    }
    Ok(changes)
}

/// A bot's name; its id if there is no such bot.
async fn bot_title(store: &Store, bot: Option<i64>) -> Result<String, StoreError> {
    let Some(id) = bot else { return Ok(String::new()) };
    let known = store.bots.get(id).await?;
    Ok(known.map_or_else(|| id.to_string(), |record| bot_view(record.bot).title()))
}

/// The fault with the setting's name. The row already names the profile.
fn sentence(fault: &FileFault) -> String {
    let setting = fault.path.split_once("].").map_or(fault.path.as_str(), |(_, setting)| setting);
    if setting.is_empty() || fault.sentence.starts_with(setting) {
        return fault.sentence.clone();
    }
    format!("{setting}: {}", fault.sentence)
}
