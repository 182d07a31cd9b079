//! Moves the tokens that earlier versions stored for each profile to their bots (migration 0022). This is not part of
//! the migration, because it requires the encryption key. A token that cannot be decrypted stays in place until its key
//! is restored, or until the bot's token is entered again.

use hookgram::secret::BotToken;
use secrecy::ExposeSecret as _;
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::{
    secrets::seal::{Place, Sealer},
    store::{
        Bots, StoreError,
        bots::{Present, put_token, suspended::resume},
        names::quoted,
    },
    time::now,
};

/// The number of bots moved in one commit. Other writers wait for the commit.
const STEP: usize = 64;

#[derive(FromRow)]
struct Row {
    profile_id: i64,
    bot_id: i64,
    token: Vec<u8>,
    place: i64,
}

impl Bots {
    /// Moves the tokens that can be decrypted. Returns the number of bots that have received a token.
    ///
    /// # Errors
    ///
    /// Bots that were moved before the error stay moved.
    pub async fn move_tokens(&self) -> Result<usize, StoreError> {
        move_tokens(&self.write, &self.sealer).await
    }
}

pub(in crate::store) async fn move_tokens(write: &SqlitePool, sealer: &Sealer) -> Result<usize, StoreError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT profile_id, bot_id, token, place FROM profile_tokens ORDER BY bot_id, place")
            .fetch_all(write)
            .await?;
    // The first token of a bot that can be decrypted is used, which is the one that Telegram accepted last.
    let mut tokens: Vec<(BotToken, i64)> = Vec::new();
    for row in rows {
        let is_next = tokens.last().is_none_or(|(last, _)| last.bot_id() != row.bot_id);
        let opened = sealer.open(Place::ProfileToken(row.profile_id), &row.token).ok();
        let opened = opened.and_then(|text| BotToken::parse(text.expose_secret()).ok());
        let opened = opened.filter(|token| is_next && token.bot_id() == row.bot_id);
        tokens.extend(opened.map(|token| (token, row.place)));
    }
    for some in tokens.chunks(STEP) {
        let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
        for (token, place) in some {
            take(&mut tx, sealer, token, *place).await?;
        }
        tx.commit().await?;
    }
    Ok(tokens.len())
}

/// Stores the token for its bot. Deletes it and the later ones from the tokens of the bot's profiles.
async fn take(tx: &mut SqliteConnection, sealer: &Sealer, token: &BotToken, place: i64) -> Result<(), StoreError> {
    let (bot, now) = (token.bot_id(), now());
    sqlx::query("DELETE FROM profile_tokens WHERE bot_id = ?1 AND place >= ?2")
        .bind(bot)
        .bind(place)
        .execute(&mut *tx)
        .await?;
    let present = Present::read(tx, token).await?;
    // This token may not have been decryptable when another token of the bot was moved, which works now.
    if present.is_some_and(|present| present.outlasts(sealer, token)) {
        return Ok(());
    }
    put_token(tx, sealer, token, now).await?;
    let is_refused: bool =
        sqlx::query_scalar(concat!("SELECT state = ", quoted!(BotState::Refused), " FROM bots WHERE id = ?1"))
            .bind(bot)
            .fetch_one(&mut *tx)
            .await?;
    // Profiles with other tokens of the bot were suspended separately.
    if is_refused { Ok(()) } else { resume(tx, bot, now).await }
}
