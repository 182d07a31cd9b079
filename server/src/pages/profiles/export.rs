//! Profiles as a file, without tokens and webhook keys. Only the command line exports those (contract §6).

use app::error::AppError;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use crate::{
    pages::{Visit, internal, or_refuse},
    profile_file,
    store::{ExportedBot, StoredProfile},
};

/// `GET /profiles/export`
pub(in crate::pages) async fn all(visit: Visit) -> Response {
    let profiles = or_refuse!(visit, visit.state.store.profiles.all().await.map_err(internal));
    or_refuse!(visit, visit.state.store.profiles.note_export(&profiles, false, &visit.by()).await.map_err(internal));
    let bots = or_refuse!(visit, visit.state.store.bots.exported(None).await.map_err(internal));
    or_refuse!(visit, file(&bots, &profiles, "hookgram-profiles.yaml"))
}

/// `GET /profiles/{id}/export`
pub(in crate::pages) async fn one(Path(id): Path<String>, visit: Visit) -> Response {
    let stored = or_refuse!(visit, visit.profile(&id).await);
    let name = format!("hookgram-profile-{}.yaml", stored.id);
    let bots: Vec<i64> = stored.bot.into_iter().collect();
    let bots = or_refuse!(visit, visit.state.store.bots.exported(Some(&bots)).await.map_err(internal));
    let stored = [stored];
    or_refuse!(visit, visit.state.store.profiles.note_export(&stored, false, &visit.by()).await.map_err(internal));
    or_refuse!(visit, file(&bots, &stored, &name))
}

fn file(bots: &[ExportedBot], profiles: &[StoredProfile], name: &str) -> Result<Response, AppError> {
    let text = profile_file::export(bots, profiles, false).map_err(internal)?;
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(internal)?;
    let yaml = HeaderValue::from_static("application/yaml; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, yaml), (header::CONTENT_DISPOSITION, disposition)], text).into_response())
}
