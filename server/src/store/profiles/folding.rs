//! Case folding for search and sorting. Case is ignored, and ё equals е. SQLite itself folds ASCII only.

use hookgram::query;
use sqlx::SqlitePool;

use crate::store::StoreError;

pub(in crate::store) fn fold(text: &str) -> String {
    text.to_lowercase().replace('ё', "е")
}

/// The text by which a profile is found and sorted. The name comes first, so that profiles sort by name.
pub(in crate::store) fn folded(name: &str, field: Option<&str>) -> String {
    format!("{}\n{}", fold(name), fold(field.unwrap_or_default()))
}

/// Fills in the column for profiles that an earlier version stored without it.
pub(in crate::store) async fn fill_in(write: &SqlitePool) -> Result<(), StoreError> {
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT id, name, parameters FROM profiles WHERE folded IS NULL").fetch_all(write).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = write.begin().await?;
    for (id, name, parameters) in rows {
        let profile = query::read(parameters.as_bytes()).profile;
        sqlx::query("UPDATE profiles SET folded = ?2 WHERE id = ?1")
            .bind(id)
            .bind(folded(&name, profile.field_name.as_deref()))
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
