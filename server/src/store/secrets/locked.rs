//! Secrets that cannot be decrypted with the available keys and require an operator's attention.

use crate::{
    secrets::seal::Place,
    store::{Secrets, StoreError, bots::open_token},
};

/// Secrets that cannot be decrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedSecrets {
    /// The bots whose token must be entered again: the id, and the `@name` or the id as text.
    pub bots: Vec<(i64, String)>,
    /// The e-mail addresses of the accounts whose second factor cannot be checked.
    pub accounts: Vec<String>,
}

impl Secrets {
    /// The secrets that cannot be decrypted and require an operator's attention. Settings are not included, because
    /// reading them ([`crate::store::Settings::all`]) returns their errors.
    pub async fn locked_secrets(&self) -> Result<LockedSecrets, StoreError> {
        let tokens: Vec<(i64, String, Option<Vec<u8>>)> = sqlx::query_as(
            "SELECT id, iif(username = '', CAST(id AS TEXT), '@' || username), token FROM bots WHERE sender IS NOT NULL
             ORDER BY lower(username), id",
        )
        .fetch_all(&self.read)
        .await?;
        let factors: Vec<(i64, String, Vec<u8>)> =
            sqlx::query_as("SELECT id, email, totp FROM users WHERE totp IS NOT NULL ORDER BY email")
                .fetch_all(&self.read)
                .await?;
        let is_locked = |id: i64, sealed: Option<&[u8]>| match sealed {
            Some(sealed) => open_token(&self.sealer, id, sealed).is_err(),
            None => true,
        };
        let has_locked = |id: i64, sealed: &[u8]| self.sealer.open(Place::UserTotp(id), sealed).is_err();
        Ok(LockedSecrets {
            bots: tokens
                .into_iter()
                .filter(|(id, _, sealed)| is_locked(*id, sealed.as_deref()))
                .map(|(id, name, _)| (id, name))
                .collect(),
            accounts: factors
                .into_iter()
                .filter(|(id, _, sealed)| has_locked(*id, sealed))
                .map(|(_, email, _)| email)
                .collect(),
        })
    }

    /// Whether an unfinished delivery of the stateless endpoint has a token that cannot be decrypted.
    pub async fn waits_for_the_old_key(&self) -> Result<bool, StoreError> {
        let waiting: Vec<(String, Vec<u8>)> = sqlx::query_as(
            "SELECT e.public_id, e.token FROM deliveries d INDEXED BY deliveries_unfinished
             CROSS JOIN events e ON e.id = d.event_id
             WHERE d.profile_id IS NULL AND d.finished_at IS NULL AND e.token IS NOT NULL",
        )
        .fetch_all(&self.read)
        .await?;
        Ok(waiting.iter().any(|(id, sealed)| self.sealer.open(Place::EventToken(id), sealed).is_err()))
    }
}
