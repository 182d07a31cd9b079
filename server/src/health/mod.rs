//! The server's health, for the page `/health` and for the navigation's mark that a person must act.

mod keys;
pub mod probes;

use std::{fs, time::Duration};

use app::{
    pages::{HealthView, Trouble},
    views::{BotDetail, BotView},
};
use hookgram::{bot::BotState, role::Role, secret::BotToken};
use tokio::{sync::watch, time::sleep};

pub(crate) use self::keys::{place, tell};
use crate::{
    channel::telegram::NOT_TELEGRAMS,
    config::is_only_here,
    state::AppState,
    store::{Bot, BotRecord, MANY_CODES, SignInFailures, Store, StoreError},
    time::{Millis, now},
};

const HOUR: Millis = 60 * 60 * 1000;
const DAY: Millis = 24 * HOUR;
/// A message that waits for longer than this, in milliseconds, is stuck. The limit is above the delay that pacing
/// causes, and twice this limit is at least the longest pause between two attempts.
const STUCK: Millis = 15 * 60 * 1000;
/// Bytes. The disk counts as low with less free space than this, or with less than a hundredth of its size free.
const LOW: u64 = 500_000_000;
/// The age in milliseconds from which a backup no longer counts.
const OLD_BACKUP: Millis = 30 * DAY;
/// The most bots on the page, those with a problem first.
const BOTS: usize = 100;
const PAUSE: Duration = Duration::from_secs(15);

/// Keeps the mark up to date until `shutdown` is set.
pub async fn watch(state: AppState, mut shutdown: watch::Receiver<bool>) {
    loop {
        match report(&state).await {
            Ok(view) => look(&state, &view),
            Err(error) => tracing::warn!(%error, "the server's health could not be checked"),
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

fn look(state: &AppState, view: &HealthView) {
    let is_red = |for_admins| view.troubles.iter().any(|one| one.is_red() && one.is_for_admins() == for_admins);
    state.health.set(is_red(false), is_red(true));
}

/// Computes the server's health and updates the mark.
pub async fn report(state: &AppState) -> Result<HealthView, StoreError> {
    let (store, now) = (&state.store, now());
    let queue = store.log.queue_health().await?;
    let bots = store.bots.all().await?;
    let mail = store.log.mail_health(now - DAY).await?;
    let failures = store.log.failures_by_cause(now - DAY).await?;
    let hours = store.log.outcomes(None, now.div_euclid(HOUR) - 1, now.div_euclid(HOUR) + 1).await?;
    let settings = state.settings.now();
    let disk = rustix::fs::statvfs(&state.config.data_dir).ok();
    let disk = disk.map(|disk| (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize));
    let has_mail = settings.smtp.is_some();
    let locked = keys::look(state).await?;
    let mut troubles = Vec::new();
    if !state.worker.is_running() {
        troubles.push(Trouble::WorkerStopped);
    }
    troubles.extend(locked.wrong_key.map(Trouble::WrongKey));
    if !locked.secrets.bots.is_empty() {
        troubles.push(Trouble::TokensLocked(locked.secrets.bots));
    }
    if !locked.secrets.accounts.is_empty() {
        troubles.push(Trouble::FactorsLocked(locked.secrets.accounts.len()));
    }
    if locked.mail {
        troubles.push(Trouble::MailLocked);
    }
    if queue.oldest.is_some_and(|oldest| oldest < now - STUCK) && is_stuck(state, now).await? {
        troubles.push(Trouble::QueueStuck(bot_api_origin(&state.config.telegram_api)));
    }
    let strangers = store.events.strangers_waiting().await?;
    if strangers > settings.stranger_events / 2 {
        troubles.push(Trouble::StrangersWaiting(strangers));
    }
    let bots: Vec<BotDetail> = bots.into_iter().map(|record| bot_detail(record, false)).collect();
    let is_used = |detail: &BotDetail| detail.profiles > 0 || detail.books == Some(true);
    let refused = bots.iter().filter(|detail| detail.bot.state == BotState::Refused && is_used(detail));
    troubles.extend(refused.map(|detail| Trouble::BotSuspended(detail.bot.title(), detail.bot.id)));
    troubles.extend(booking_troubles(store, &bots).await?);
    if disk.is_some_and(|(free, all)| free < LOW || free < all / 100) {
        troubles.push(Trouble::DiskLow);
    }
    if mail.given_up > 0 && has_mail {
        troubles.push(Trouble::MailFailing(mail.reason.clone().unwrap_or_default()));
    }
    if !has_mail && !locked.mail {
        let is_wanted = store.log.wants_mail().await?;
        troubles.push(if is_wanted { Trouble::MailMissing } else { Trouble::MailNotSetUp });
    }
    for SignInFailures { email, passwords, codes } in store.accounts.sign_in_failures(now - DAY).await? {
        troubles.push(if codes >= MANY_CODES {
            Trouble::CodesGuessed(email, codes)
        } else {
            Trouble::PasswordsGuessed(email, passwords)
        });
    }
    if let Some(address) = state.health.unannounced(now) {
        troubles.push(Trouble::UnannouncedProxy(address.to_string()));
    }
    let last_backup = store.settings.last_backup().await?;
    let last_stateless = if settings.stateless { store.log.newest_stateless().await? } else { None };
    let public_url = state.public_url.to_string();
    if is_only_here(&public_url) {
        troubles.push(Trouble::AddressOnlyHere(public_url.clone()));
    } else if !state.public_url.is_https() {
        troubles.push(Trouble::AddressNotEncrypted(public_url.clone()));
    }
    if bots.is_empty() {
        troubles.push(Trouble::NoBot);
    }
    if store.profiles.are_none().await? {
        troubles.push(Trouble::NoProfile);
    }
    if last_backup.is_none_or(|at| at < now - OLD_BACKUP) {
        troubles.push(Trouble::BackupMissing(last_backup));
    }
    let users = store.accounts.users().await?;
    let bare = users.iter().filter(|user| user.account.role == Role::Admin && !user.has_second_factor).count();
    if bare > 0 {
        troubles.push(Trouble::AdminsWithoutFactor(bare));
    }
    if settings.stateless && last_stateless.is_none() {
        troubles.push(Trouble::OldUrlsUnused);
    }
    let view = HealthView {
        troubles,
        may_set: false,
        stateless: settings.stateless,
        last_stateless,
        last_backup,
        public_url,
        open: (queue.open, queue.retrying),
        oldest: queue.oldest,
        suspended: queue.suspended,
        delivered: last_hour(&hours, now),
        failures,
        bots: bots.into_iter().take(BOTS).collect(),
        database: database_size(state),
        disk,
        kept: settings.retention.as_secs() / 86_400,
        has_mail,
        mails: (mail.waiting, mail.given_up),
        mails_held: (mail.unconfirmed, mail.capped),
        last_mail: mail.last_sent,
        version: env!("CARGO_PKG_VERSION"),
        started_at: state.started_at,
    };
    look(state, &view);
    Ok(view)
}

/// Whether deliveries are stuck. Messages that Telegram defers do not count, because then Telegram answers.
async fn is_stuck(state: &AppState, now: Millis) -> Result<bool, StoreError> {
    let calls = state.store.log.latest_calls(now - 2 * STUCK, NOT_TELEGRAMS).await?;
    if calls.answered > 0 {
        return Ok(false);
    }
    let heads = state.store.queue.open_senders().await?;
    Ok(calls.unanswered > 0 || heads.iter().any(|(_, due)| *due < now - STUCK))
}

/// The origin of the Bot API server. Its configured address may also contain a user, a password and a path.
fn bot_api_origin(address: &str) -> String {
    reqwest::Url::parse(address).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

async fn booking_troubles(store: &Store, bots: &[BotDetail]) -> Result<Vec<Trouble>, StoreError> {
    let mut troubles = Vec::new();
    for booking in store.booking.enabled().await? {
        let bot = bots.iter().find(|detail| detail.bot.id == booking.bot);
        let name = bot.map_or_else(|| booking.bot.to_string(), |detail| detail.bot.title());
        if let Some((why, _)) = booking.trouble {
            let host = booking.trouble_host.unwrap_or_default();
            troubles.push(Trouble::BookingUpdates(name.clone(), booking.bot, why, host));
        }
        let readers = store.booking.readers(booking.bot).await?;
        if !readers.iter().any(|profile| booking.settings.is_read_by(profile)) {
            troubles.push(Trouble::BookingFieldUnread(name, booking.bot));
        }
    }
    Ok(troubles)
}

/// Messages delivered within the last hour. The hour before the current one counts in proportion to the part of it that
/// is less than an hour ago.
fn last_hour(hours: &[(i64, hookgram::profile_list::Day)], now: Millis) -> u32 {
    let present = now.div_euclid(HOUR);
    let of =
        |wanted: i64| hours.iter().find(|(hour, _)| *hour == wanted).map_or(0, |(_, day)| i64::from(day.delivered));
    let share = HOUR - now.rem_euclid(HOUR);
    u32::try_from(of(present) + of(present - 1) * share / HOUR).unwrap_or(u32::MAX)
}

/// The size in bytes of the database and its write-ahead log, if they are files in the data folder.
fn database_size(state: &AppState) -> Option<u64> {
    let size = |name: &str| fs::metadata(state.config.data_dir.join(name)).map(|file| file.len()).ok();
    state.config.database.is_none().then(|| size("hookgram.db").unwrap_or(0) + size("hookgram.db-wal").unwrap_or(0))
}

pub(crate) fn bot_view(bot: Bot) -> BotView {
    BotView { id: bot.id, name: bot.name, username: bot.username, state: bot.state }
}

/// The view of a bot with details. Readers who may not change the bot do not see the token, even masked.
pub(crate) fn bot_detail(record: BotRecord, may_act: bool) -> BotDetail {
    BotDetail {
        masked_token: record.token.as_ref().filter(|_| may_act).map(BotToken::masked),
        bot: bot_view(record.bot),
        state_since: record.state_since,
        refusal: record.refusal,
        answered_at: record.answered_at,
        profiles: record.profiles,
        waiting: record.waiting,
        books: record.books,
    }
}

#[cfg(test)]
mod tests {
    use hookgram::profile_list::Day;

    use super::*;

    #[test]
    fn the_last_hour_is_interpolated_from_two_calendar_hours() {
        let day = |delivered| Day { delivered, ..Day::default() };
        let hours = [(9, day(60)), (10, day(5))];
        assert_eq!(last_hour(&hours, 10 * HOUR), 65);
        assert_eq!(last_hour(&hours, 10 * HOUR + HOUR / 2), 35);
        assert_eq!(last_hour(&hours, 11 * HOUR), 5);
        assert_eq!(last_hour(&[], 11 * HOUR), 0);
    }
}
