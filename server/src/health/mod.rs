//! The server's health, for the page `/health` and the navigation's mark that somebody must act.

mod keys;
pub mod probes;

use std::{collections::HashSet, fs, time::Duration};

use app::pages::{BotState, HealthView, Trouble};
use tokio::{sync::watch, time::sleep};

pub(crate) use self::keys::{place, tell};
use crate::{
    state::AppState,
    store::{BotHealth, MANY_CODES, SignInFailures, StoreError},
    time::{Millis, now},
};

const HOUR: Millis = 60 * 60 * 1000;
const DAY: Millis = 24 * HOUR;
/// A message that waits for longer than this, in milliseconds, is not held up by Telegram's rate limits.
const STUCK: Millis = 15 * 60 * 1000;
/// Bytes. The disk counts as low with less than this free, or with less than a hundredth of its size free.
const LOW: u64 = 500_000_000;
/// The time between two updates of the mark.
const PAUSE: Duration = Duration::from_secs(15);

/// Keeps the mark up to date until `shutdown` is set.
pub async fn watch(state: AppState, mut shutdown: watch::Receiver<bool>) {
    loop {
        match report(&state).await {
            Ok(view) => look(&state, &view),
            Err(error) => tracing::warn!(%error, "it could not be seen how all stands"),
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

/// The server's health now. Updates the mark.
///
/// # Errors
/// If the database fails.
pub async fn report(state: &AppState) -> Result<HealthView, StoreError> {
    let (store, now) = (&state.store, now());
    let queue = store.log.queue_health().await?;
    let bots = store.log.bots_health().await?;
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
    let locked_profiles: HashSet<i64> = locked.secrets.profiles.iter().map(|(id, _)| *id).collect();
    if !locked.secrets.profiles.is_empty() {
        troubles.push(Trouble::TokensLocked(locked.secrets.profiles));
    }
    if !locked.secrets.accounts.is_empty() {
        troubles.push(Trouble::FactorsLocked(locked.secrets.accounts.len()));
    }
    if locked.mail {
        troubles.push(Trouble::MailLocked);
    }
    if queue.oldest.is_some_and(|oldest| oldest < now - STUCK) {
        troubles.push(Trouble::QueueStuck);
    }
    let strangers = store.events.strangers_waiting().await?;
    if strangers > settings.stranger_events / 2 {
        troubles.push(Trouble::StrangersWaiting(strangers));
    }
    let is_locked = |bot: &BotHealth| locked_profiles.contains(&bot.profile_id);
    let suspended = bots.iter().filter(|bot| bot.suspended_since.is_some() && !is_locked(bot));
    troubles.extend(suspended.map(|bot| Trouble::BotSuspended(name(bot), bot.profile_id)));
    if disk.is_some_and(|(free, all)| free < LOW || free < all / 100) {
        troubles.push(Trouble::DiskLow);
    }
    if mail.given_up > 0 && has_mail {
        troubles.push(Trouble::MailFailing(mail.reason.clone().unwrap_or_default()));
    }
    if !has_mail && !locked.mail && store.log.wants_mail().await? {
        troubles.push(Trouble::MailMissing);
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
    let view = HealthView {
        troubles,
        open: (queue.open, queue.retrying),
        oldest: queue.oldest,
        suspended: queue.suspended,
        delivered: last_hour(&hours, now),
        failures,
        bots: bots.into_iter().map(|bot| bot_state(is_locked(&bot), bot)).collect(),
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

/// Messages delivered within the last hour. The hour before the present one counts by the share of it that is less than
/// an hour ago.
fn last_hour(hours: &[(i64, hookgram::profile_list::Day)], now: Millis) -> u32 {
    let present = now.div_euclid(HOUR);
    let of =
        |wanted: i64| hours.iter().find(|(hour, _)| *hour == wanted).map_or(0, |(_, day)| i64::from(day.delivered));
    let share = HOUR - now.rem_euclid(HOUR);
    u32::try_from(of(present) + of(present - 1) * share / HOUR).unwrap_or(u32::MAX)
}

/// Bytes of the database and its write-ahead log, if they are files in the data folder.
fn database_size(state: &AppState) -> Option<u64> {
    let size = |name: &str| fs::metadata(state.config.data_dir.join(name)).map(|file| file.len()).ok();
    state.config.database.is_none().then(|| size("hookgram.db").unwrap_or(0) + size("hookgram.db-wal").unwrap_or(0))
}

fn name(bot: &BotHealth) -> String {
    bot.username.as_ref().map_or_else(|| bot.id.to_string(), |username| format!("@{username}"))
}

fn bot_state(locked: bool, bot: BotHealth) -> BotState {
    BotState {
        name: name(&bot),
        id: bot.id,
        checked_at: bot.checked_at,
        suspended_since: bot.suspended_since,
        locked,
        profiles: bot.profiles,
        profile_id: bot.profile_id,
        waiting: bot.waiting,
    }
}

#[cfg(test)]
mod tests {
    use hookgram::profile_list::Day;

    use super::*;

    #[test]
    fn the_last_hour_is_made_of_two() {
        let day = |delivered| Day { delivered, ..Day::default() };
        let hours = [(9, day(60)), (10, day(5))];
        assert_eq!(last_hour(&hours, 10 * HOUR), 65);
        assert_eq!(last_hour(&hours, 10 * HOUR + HOUR / 2), 35);
        assert_eq!(last_hour(&hours, 11 * HOUR), 5);
        assert_eq!(last_hour(&[], 11 * HOUR), 0);
    }
}
