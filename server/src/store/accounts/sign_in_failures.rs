//! Limits attempts at the second factor of each account, and counts failed sign-ins, which the health page shows.

use hookgram::{audit::AuditAction, role::Account};

use crate::{
    store::{
        Accounts, StoreError,
        audit::{By, Entry, record},
    },
    time::{Millis, now},
};

const HOUR: Millis = 60 * 60 * 1000;
/// The number of wrong codes in a row that are checked without a delay.
const CODES: i64 = 10;
/// One counted code is forgotten after this time. At any time, three codes out of a million are right, so an attacker
/// who guesses continuously succeeds with a probability of 2.6 % a year (10 + 24 × 365 attempts).
const CODE_FORGOTTEN: Millis = HOUR;
/// The number of failures of an account per hour that get an audit entry of their own. Further ones are only counted.
const AUDITED: i64 = 20;
/// The number of wrong passwords within the period from which the health page shows an account.
const MANY_PASSWORDS: i64 = 20;
/// The number of wrong codes within the period from which the health page shows an account. It is lower, because a code
/// is asked for only after the right password.
pub const MANY_CODES: i64 = 10;
/// The maximum number of accounts that the health page names.
const NAMED: i64 = 5;

/// An account with repeated failures.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SignInFailures {
    /// The account's e-mail address.
    pub email: String,
    /// The number of wrong passwords.
    pub passwords: i64,
    /// The number of wrong codes.
    pub codes: i64,
}

impl Accounts {
    /// Counts an attempt at an account's code before it is checked. Known browsers are counted one by one, all others
    /// together. A refused attempt is not counted.
    ///
    /// # Errors
    ///
    /// The inner error is the time to wait, in milliseconds.
    pub async fn try_code(
        &self,
        user_id: i64,
        browser: Option<&str>,
        now: Millis,
    ) -> Result<Result<(), Millis>, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let until: Option<i64> =
            sqlx::query_scalar("SELECT until FROM code_attempts WHERE user_id = ?1 AND browser = ?2")
                .bind(user_id)
                .bind(browser.unwrap_or_default())
                .fetch_optional(&mut *tx)
                .await?;
        let full = now.saturating_add(CODES * CODE_FORGOTTEN);
        // After the clock was set back, nobody may be locked out for longer than a full count does.
        let until = until.unwrap_or(now).clamp(now, full).saturating_add(CODE_FORGOTTEN);
        if until > full {
            return Ok(Err(until.saturating_sub(full)));
        }
        put(&mut tx, user_id, browser, until).await?;
        sqlx::query("DELETE FROM code_attempts WHERE until <= ?1").bind(now).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Resets the count after a right code. All attempts of a known browser are forgotten, but only this one of the
    /// other browsers, so that the owner's sign-ins do not give an attacker new attempts.
    pub async fn code_was_right(&self, user_id: i64, browser: Option<&str>) -> Result<(), StoreError> {
        let forget = match browser {
            Some(browser) => {
                sqlx::query("DELETE FROM code_attempts WHERE user_id = ?1 AND browser = ?2").bind(user_id).bind(browser)
            }
            None => sqlx::query("UPDATE code_attempts SET until = until - ?2 WHERE user_id = ?1 AND browser = ''")
                .bind(user_id)
                .bind(CODE_FORGOTTEN),
        };
        forget.execute(&self.write).await?;
        Ok(())
    }

    /// Counts a wrong password or second factor and records it in the audit log. A wrong code from the known browser
    /// `browser` is also counted for the other browsers.
    pub async fn sign_in_failed(
        &self,
        account: &Account,
        action: AuditAction,
        browser: Option<&str>,
        by: &By,
    ) -> Result<(), StoreError> {
        let now = now();
        let is_code = action == AuditAction::FactorFailed;
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if is_code && browser.is_some() {
            let until: Option<i64> =
                sqlx::query_scalar("SELECT until FROM code_attempts WHERE user_id = ?1 AND browser = ''")
                    .bind(account.id)
                    .fetch_optional(&mut *tx)
                    .await?;
            let full = now.saturating_add(CODES * CODE_FORGOTTEN);
            let until = until.unwrap_or(now).max(now).saturating_add(CODE_FORGOTTEN).min(full);
            put(&mut tx, account.id, None, until).await?;
        }
        let hour = now.div_euclid(HOUR);
        sqlx::query("DELETE FROM sign_in_failures WHERE hour < ?1").bind(hour - 24).execute(&mut *tx).await?;
        let count: Option<i64> = sqlx::query_scalar(
            "INSERT INTO sign_in_failures (user_id, hour, passwords, codes)
             SELECT id, ?2, NOT ?3, ?3 FROM users WHERE id = ?1
             ON CONFLICT (user_id, hour) DO UPDATE SET passwords = passwords + excluded.passwords,
             codes = codes + excluded.codes RETURNING iif(?3, codes, passwords)",
        )
        .bind(account.id)
        .bind(hour)
        .bind(is_code)
        .fetch_optional(&mut *tx)
        .await?;
        if count.is_some_and(|count| count <= AUDITED) {
            record(&mut tx, &Entry::new(by, action).to(&account.email, account.id)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The accounts with repeated failures since `since`, rounded down to the hour. Accounts with the most wrong codes
    /// come first.
    pub async fn sign_in_failures(&self, since: Millis) -> Result<Vec<SignInFailures>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT u.email, sum(f.passwords) AS passwords, sum(f.codes) AS codes
             FROM sign_in_failures f JOIN users u ON u.id = f.user_id WHERE f.hour >= ?1 GROUP BY f.user_id
             HAVING sum(f.passwords) >= ?2 OR sum(f.codes) >= ?3 ORDER BY sum(f.codes) DESC, sum(f.passwords) DESC LIMIT ?4",
        )
        .bind(since.div_euclid(HOUR))
        .bind(MANY_PASSWORDS)
        .bind(MANY_CODES)
        .bind(NAMED)
        .fetch_all(&self.read)
        .await?)
    }
}

async fn put(
    tx: &mut sqlx::SqliteConnection,
    user_id: i64,
    browser: Option<&str>,
    until: Millis,
) -> Result<(), StoreError> {
    sqlx::query("INSERT OR REPLACE INTO code_attempts (user_id, browser, until) VALUES (?1, ?2, ?3)")
        .bind(user_id)
        .bind(browser.unwrap_or_default())
        .bind(until)
        .execute(tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use hookgram::role::Role;

    use super::*;
    use crate::store::Store;
    use crate::store::audit::COMMAND_LINE;

    async fn store() -> (Store, Account) {
        let store = Store::in_memory().await.unwrap();
        let account = store.accounts.add_user("a@b.c", Role::Viewer, None, &COMMAND_LINE).await.unwrap();
        (store, account)
    }

    #[tokio::test]
    async fn an_account_accepts_at_most_ten_codes_at_once_and_24_a_day() {
        let (store, account) = store().await;
        let start = 1_700_000_000_000;
        let mut judged = 0;
        for minute in 0..3 * 24 * 60 {
            judged +=
                i64::from(store.accounts.try_code(account.id, None, start + minute * 60_000).await.unwrap().is_ok());
        }
        assert_eq!(judged, 10 + 3 * 24 - 1);
        let end = start + 3 * 24 * HOUR;
        assert_eq!(store.accounts.try_code(account.id, None, end).await.unwrap(), Ok(()));
        assert_eq!(
            store.accounts.try_code(account.id, None, end).await.unwrap(),
            Err(HOUR),
            "the wait says when it is judged"
        );
        assert_eq!(store.accounts.try_code(account.id, None, end + HOUR).await.unwrap(), Ok(()));
        let set_back = store.accounts.try_code(account.id, None, start).await.unwrap();
        assert_eq!(set_back, Err(HOUR), "a clock that was set back shuts nobody out for days");
    }

    #[tokio::test]
    async fn codes_tried_by_others_do_not_block_a_known_browser() {
        let (store, account) = store().await;
        let now = now();
        let tried = async |browser| store.accounts.try_code(account.id, browser, now).await.unwrap().is_ok();
        for _ in 0..CODES {
            assert!(tried(None).await);
        }
        assert!(!tried(None).await && tried(Some("known")).await);
        store.accounts.code_was_right(account.id, Some("known")).await.unwrap();
        assert!(!tried(None).await, "the owner's right code gives nothing to others");
        for _ in 0..CODES {
            assert!(tried(Some("known")).await);
        }
        assert!(!tried(Some("known")).await && tried(Some("another")).await);

        let other = store.accounts.add_user("d@b.c", Role::Viewer, None, &COMMAND_LINE).await.unwrap();
        for _ in 0..CODES {
            store
                .accounts
                .sign_in_failed(&other, AuditAction::FactorFailed, Some("known"), &COMMAND_LINE)
                .await
                .unwrap();
        }
        assert!(store.accounts.try_code(other.id, None, now).await.unwrap().is_err(), "they count for the account");
    }

    #[tokio::test]
    async fn a_right_code_undoes_its_own_attempt_only() {
        let (store, account) = store().await;
        let now = now();
        for _ in 0..CODES - 1 {
            store.accounts.try_code(account.id, None, now).await.unwrap().unwrap();
        }
        for _ in 0..20 {
            store.accounts.try_code(account.id, None, now).await.unwrap().unwrap();
            store.accounts.code_was_right(account.id, None).await.unwrap();
        }
        assert_eq!(store.accounts.try_code(account.id, None, now).await.unwrap(), Ok(()));
        assert!(store.accounts.try_code(account.id, None, now).await.unwrap().is_err());
    }

    #[tokio::test]
    async fn all_failures_are_counted_and_the_audit_log_has_the_first_of_each_hour() {
        let (store, account) = store().await;
        let begun = now().div_euclid(HOUR);
        for _ in 0..100 {
            store.accounts.sign_in_failed(&account, AuditAction::SignInFailed, None, &COMMAND_LINE).await.unwrap();
        }
        for _ in 0..MANY_CODES - 1 {
            store.accounts.sign_in_failed(&account, AuditAction::FactorFailed, None, &COMMAND_LINE).await.unwrap();
        }
        let found = store.accounts.sign_in_failures(now() - 24 * HOUR).await.unwrap();
        assert_eq!(found, [SignInFailures { email: "a@b.c".into(), passwords: 100, codes: MANY_CODES - 1 }]);
        assert!(store.accounts.sign_in_failures(now() + 2 * HOUR).await.unwrap().is_empty());
        let filter =
            crate::store::AuditFilter { limit: 1_000, action: Some(AuditAction::SignInFailed), ..Default::default() };
        let hours = i64::from(now().div_euclid(HOUR) > begun) + 1;
        let entries = i64::try_from(store.audit.audited(&filter).await.unwrap().len()).unwrap();
        assert!((AUDITED..=AUDITED * hours).contains(&entries), "{entries}");
    }
}
