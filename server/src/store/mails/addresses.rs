//! Addresses from `errorEmail` in requests to the stateless endpoint: whether mails may be sent to them, and the links
//! by which their owners confirm or refuse. Addresses are compared in lower case.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use hookgram::{
    mail::{ASKS_OF_A_TOKEN, ASKS_OF_ALL, DAY, HOUR},
    parameters::Parameter,
    profile::Profile,
    query,
    secret::BotToken,
    values::{AddressState, EmailAddress, Locale},
};
use parking_lot::Mutex;

use crate::{
    store::{Mails, SenderKey, StoreError, names::quoted},
    time::Millis,
};

/// The age at which [`Known`] is read again. An answer by a link clears it immediately.
const FRESH: Duration = Duration::from_secs(30);
/// The delay before another confirmation mail to an address starts at one day and doubles at most this many times.
const DOUBLINGS: i64 = 5;

/// Whether mails of the stateless endpoint may be sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Allowed: the owner has confirmed the address, or it belongs to an account or a profile.
    Welcome,
    /// Not allowed: the owner has not confirmed the address yet.
    Unconfirmed,
    /// Not allowed: the owner refuses mails.
    Stopped,
}

/// A cache of the addresses that need no confirmation.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Addresses {
    known: Arc<Mutex<Option<Arc<Known>>>>,
    /// Held by the task that reads the addresses from the database.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct Known {
    read_at: Instant,
    confirmed: HashSet<String>,
    ours: HashSet<String>,
    senders: HashSet<Vec<u8>>,
}

impl Mails {
    /// Those of these addresses that a check warns about because they are not confirmed. Answered from memory; about
    /// every 30 s, one caller reads the database.
    ///
    /// Strangers must not find out which addresses have an account. So an address of an account or a profile counts as
    /// confirmed only if a profile has the same token.
    pub async fn unconfirmed(
        &self,
        addresses: &[EmailAddress],
        token: Option<&BotToken>,
    ) -> Result<Vec<String>, StoreError> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.known_addresses().await?;
        let is_ours = token.is_some_and(|token| known.senders.contains(SenderKey::of(token).as_bytes()));
        let waits = |address: &&EmailAddress| {
            let folded = address.folded();
            let is_agreed = known.confirmed.contains(&folded) || is_ours && known.ours.contains(&folded);
            !is_agreed
        };
        Ok(addresses.iter().filter(waits).map(EmailAddress::to_string).collect())
    }

    async fn known_addresses(&self) -> Result<Arc<Known>, StoreError> {
        let held = || self.addresses.known.lock().clone();
        let is_fresh = |known: &Known| known.read_at.elapsed() < FRESH;
        let _turn = match held() {
            Some(known) if is_fresh(&known) => return Ok(known),
            Some(known) => match self.addresses.turn.try_lock() {
                Ok(turn) => turn,
                Err(_) => return Ok(known),
            },
            None => self.addresses.turn.lock().await,
        };
        if let Some(known) = held().filter(|known| is_fresh(known)) {
            return Ok(known);
        }
        let confirmed = sqlx::query_scalar("SELECT address FROM mail_addresses WHERE state = 'confirmed'");
        let senders = sqlx::query_scalar("SELECT sender FROM bots WHERE sender IS NOT NULL");
        let known = Arc::new(Known {
            read_at: Instant::now(),
            confirmed: confirmed.fetch_all(&self.read).await?.into_iter().collect(),
            ours: self.addresses_of_ours().await?,
            senders: senders.fetch_all(&self.read).await?.into_iter().collect(),
        });
        *self.addresses.known.lock() = Some(known.clone());
        Ok(known)
    }

    /// The addresses of accounts, and those in the `errorEmail` of profiles.
    async fn addresses_of_ours(&self) -> Result<HashSet<String>, StoreError> {
        let accounts: Vec<String> = sqlx::query_scalar("SELECT email FROM users").fetch_all(&self.read).await?;
        let profiles: Vec<String> = sqlx::query_scalar(
            "SELECT parameters FROM profiles WHERE deleted_at IS NULL AND instr(parameters, 'errorEmail=') > 0",
        )
        .fetch_all(&self.read)
        .await?;
        let name = Parameter::ErrorEmail.name();
        let of_profile = |parameters: &String| {
            // The stored parameters are canonical, so the name needs no decoding. The other parameters need not be
            // parsed.
            let pair =
                parameters.split('&').find(|pair| pair.split_once('=').is_some_and(|(before, _)| before == name));
            query::read(pair.unwrap_or_default().as_bytes()).profile.error_email
        };
        let of_profiles = profiles.iter().flat_map(of_profile).map(|address| address.folded());
        Ok(accounts.iter().map(|email| email.to_lowercase()).chain(of_profiles).collect())
    }

    /// Whether mails of the stateless endpoint may be sent to these addresses, in their order.
    pub async fn standings(&self, addresses: &[EmailAddress]) -> Result<Vec<Standing>, StoreError> {
        let (mut standings, mut ours) = (Vec::new(), None);
        for address in addresses.iter().map(EmailAddress::folded) {
            let standing = match self.address_state(&address).await? {
                Some(AddressState::Confirmed) => Standing::Welcome,
                Some(AddressState::Stopped) => Standing::Stopped,
                Some(AddressState::Asked) | None => {
                    let ours = match &mut ours {
                        Some(ours) => ours,
                        none => none.insert(self.addresses_of_ours().await?),
                    };
                    if ours.contains(&address) { Standing::Welcome } else { Standing::Unconfirmed }
                }
            };
            standings.push(standing);
        }
        Ok(standings)
    }

    async fn address_state(&self, folded: &str) -> Result<Option<AddressState>, StoreError> {
        let state: Option<String> = sqlx::query_scalar("SELECT state FROM mail_addresses WHERE address = ?1")
            .bind(folded)
            .fetch_optional(&self.read)
            .await?;
        let parsed = |state: String| AddressState::parse(&state).ok_or(StoreError::corrupt("mail_addresses.state"));
        state.map(parsed).transpose()
    }

    /// Queues a mail that asks the owner of an address to confirm it. Returns whether it was queued. An address gets at
    /// most one such mail a day, with longer delays after each unanswered one. The number of these mails is also
    /// limited per token and in total.
    pub async fn ask_to_confirm(
        &self,
        address: &EmailAddress,
        sender: Option<&[u8]>,
        locale: Locale,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let (of_all, of_token): (i64, i64) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE created_at > ?1), count(*) FILTER (WHERE lane IS ?2)
             FROM mails INDEXED BY mails_that_ask WHERE asks IS NOT NULL AND created_at > ?3",
        )
        .bind(now.saturating_sub(HOUR))
        .bind(sender)
        .bind(now.saturating_sub(DAY))
        .fetch_one(&mut *tx)
        .await?;
        if of_all >= ASKS_OF_ALL || of_token >= ASKS_OF_A_TOKEN {
            return Ok(false);
        }
        // A time in the future was stored before the clock was set back.
        let asked = sqlx::query(
            "INSERT INTO mail_addresses (address, state, asks, at) VALUES (?1, 'asked', 1, ?2)
             ON CONFLICT (address) DO UPDATE SET asks = asks + 1, at = excluded.at
             WHERE state = 'asked' AND (at <= excluded.at - (?3 << min(asks - 1, ?4)) OR at > excluded.at)",
        )
        .bind(address.folded())
        .bind(now)
        .bind(DAY)
        .bind(DOUBLINGS)
        .execute(&mut *tx)
        .await?;
        if asked.rows_affected() == 0 {
            return Ok(false);
        }
        let mut said = Profile::default();
        said.formatting.locale = locale;
        sqlx::query(concat!(
            "INSERT INTO mails (asks, lane, parameters, cause, state, created_at, due_at, next_attempt_at)
             VALUES (?1, ?2, ?3, '', ",
            quoted!(MailState::Gathering),
            ", ?4, ?4, ?4)"
        ))
        .bind(address.as_str())
        .bind(sender)
        .bind(query::write(&said))
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Stores a link for the owner of an address, valid until `expires_at`. This also renews a confirmed address, so
    /// that it is not deleted as unused.
    pub async fn add_address_link(
        &self,
        code_hash: &[u8],
        address: &EmailAddress,
        expires_at: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut tx = self.write.begin().await?;
        sqlx::query("INSERT INTO mail_address_links (code_hash, address, expires_at) VALUES (?1, ?2, ?3)")
            .bind(code_hash)
            .bind(address.folded())
            .bind(expires_at)
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE mail_addresses SET at = ?2 WHERE address = ?1 AND state = 'confirmed' AND at < ?2 - ?3")
            .bind(address.folded())
            .bind(now)
            .bind(DAY)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes a link that was not sent.
    pub async fn drop_address_link(&self, code_hash: &[u8]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM mail_address_links WHERE code_hash = ?1").bind(code_hash).execute(&self.write).await?;
        Ok(())
    }

    /// The address of a valid link, and the owner's earlier answer.
    pub async fn linked_address(
        &self,
        code_hash: &[u8],
        now: Millis,
    ) -> Result<Option<(String, AddressState)>, StoreError> {
        let address: Option<String> =
            sqlx::query_scalar("SELECT address FROM mail_address_links WHERE code_hash = ?1 AND expires_at > ?2")
                .bind(code_hash)
                .bind(now)
                .fetch_optional(&self.read)
                .await?;
        let Some(address) = address else { return Ok(None) };
        let state = self.address_state(&address).await?.unwrap_or(AddressState::Asked);
        Ok(Some((address, state)))
    }

    /// Stores the answer of the owner of an address.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the link is no longer valid.
    pub async fn answer_address_link(
        &self,
        code_hash: &[u8],
        answer: AddressState,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO mail_addresses (address, state, at)
             SELECT address, ?2, ?3 FROM mail_address_links WHERE code_hash = ?1 AND expires_at > ?3
             ON CONFLICT (address) DO UPDATE SET state = excluded.state, at = excluded.at",
        )
        .bind(code_hash)
        .bind(answer.name())
        .bind(now)
        .execute(&self.write)
        .await?;
        // A reader may have read the old answer, so the cache is cleared after the reader has stored its result.
        let _turn = self.addresses.turn.lock().await;
        *self.addresses.known.lock() = None;
        if done.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }
}
