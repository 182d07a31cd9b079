//! `/health`: the server's state, and how to fix problems.

use hookgram::{
    Millis,
    audit::AuditAction,
    booking,
    bot::BotState,
    delivery::{FailureCause, Outcome},
    log_query::{LogQuery, Period},
};
use leptos::prelude::*;

use super::{
    bots::BotTable,
    moment::{At, clock},
    units::{bytes, span, tenths},
};
use crate::{
    i18n::{HealthWords, booking_faults, causes, days, in_quotes, language, words},
    views::BotDetail,
};

/// A problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The delivery worker is not running.
    WorkerStopped,
    /// The database was encrypted with another key than the configured one. Contains the source of the configured key.
    WrongKey(String),
    /// Stored tokens cannot be decrypted. Contains the ids and names of the bots.
    TokensLocked(Vec<(i64, String)>),
    /// Second factors cannot be decrypted. Contains the number of their accounts.
    FactorsLocked(usize),
    /// The stored URL of the mail server cannot be decrypted.
    MailLocked,
    /// The oldest message has waited too long, and Telegram does not answer. Contains the origin of the Bot API server.
    QueueStuck(String),
    /// The number of waiting events of the stateless endpoint is close to the limit. Contains the number.
    StrangersWaiting(u64),
    /// Telegram refuses a bot's token. Contains the bot's name and id.
    BotSuspended(String, i64),
    /// The updates of a booking bot do not arrive. Contains the bot's name and id, the reason, and the host of another
    /// webhook.
    BookingUpdates(String, i64, booking::Trouble, String),
    /// No enabled profile reads the contact field that a booking bot fills. Contains the bot's name and id.
    BookingFieldUnread(String, i64),
    /// The disk is nearly full.
    DiskLow,
    /// The server gave up sending mails. Contains the mail server's error text.
    MailFailing(String),
    /// Profiles have addresses for error mails, but no mail server is configured.
    MailMissing,
    /// No mail server is configured, and no profile has addresses for error mails.
    MailNotSetUp,
    /// The public URL points to this machine or its network, so the booking service cannot reach it.
    AddressOnlyHere(String),
    /// The public URL is not https.
    AddressNotEncrypted(String),
    /// There is no bot.
    NoBot,
    /// There is no profile.
    NoProfile,
    /// The last backup is too old, or there is none. Contains the time of the last one.
    BackupMissing(Option<Millis>),
    /// Admins have no second factor. Contains their number.
    AdminsWithoutFactor(usize),
    /// The stateless endpoint is open, but no event has used it.
    OldUrlsUnused,
    /// Requests are forwarded from this address, which is not a trusted proxy.
    UnannouncedProxy(String),
    /// Somebody who has the password of an account is guessing codes of its second factor. Contains the account and the
    /// number of attempts.
    CodesGuessed(String, i64),
    /// Somebody is guessing passwords of an account. Contains the account and the number of attempts.
    PasswordsGuessed(String, i64),
}

impl Trouble {
    /// Whether a person must act at once.
    #[must_use]
    pub fn is_red(&self) -> bool {
        !matches!(
            self,
            Self::MailMissing
                | Self::StrangersWaiting(_)
                | Self::UnannouncedProxy(_)
                | Self::PasswordsGuessed(..)
                | Self::MailNotSetUp
                | Self::AddressOnlyHere(_)
                | Self::AddressNotEncrypted(_)
                | Self::NoBot
                | Self::NoProfile
                | Self::BackupMissing(_)
                | Self::AdminsWithoutFactor(_)
                | Self::OldUrlsUnused
        )
    }

    /// Whether only admins see the problem, because it is about accounts.
    #[must_use]
    pub fn is_for_admins(&self) -> bool {
        matches!(self, Self::CodesGuessed(..) | Self::PasswordsGuessed(..) | Self::AdminsWithoutFactor(_))
    }

    /// The line of the check-list that this problem replaces.
    fn topic(&self) -> Topic {
        match self {
            Self::WorkerStopped | Self::QueueStuck(_) | Self::StrangersWaiting(_) => Topic::Queue,
            Self::WrongKey(_) | Self::TokensLocked(_) | Self::FactorsLocked(_) => Topic::Keys,
            Self::BotSuspended(..) | Self::NoBot => Topic::Bots,
            Self::BookingUpdates(..) | Self::BookingFieldUnread(..) => Topic::Booking,
            Self::NoProfile => Topic::Profiles,
            Self::DiskLow => Topic::Disk,
            Self::MailLocked | Self::MailFailing(_) | Self::MailMissing | Self::MailNotSetUp => Topic::Mail,
            Self::UnannouncedProxy(_) | Self::AddressOnlyHere(_) | Self::AddressNotEncrypted(_) => Topic::Address,
            Self::BackupMissing(_) => Topic::Backups,
            Self::CodesGuessed(..) | Self::PasswordsGuessed(..) | Self::AdminsWithoutFactor(_) => Topic::Accounts,
            Self::OldUrlsUnused => Topic::OldUrls,
        }
    }
}

/// A line of the check-list in its good state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Queue,
    Keys,
    Bots,
    Booking,
    Profiles,
    Disk,
    Mail,
    Address,
    Backups,
    Accounts,
    OldUrls,
}

impl Topic {
    const ALL: [Self; 11] = [
        Self::Queue,
        Self::Bots,
        Self::Booking,
        Self::Profiles,
        Self::Keys,
        Self::Disk,
        Self::Address,
        Self::Mail,
        Self::Backups,
        Self::Accounts,
        Self::OldUrls,
    ];
}

/// The server's state.
#[derive(Clone, Debug)]
pub struct HealthView {
    /// The problems and open tasks.
    pub troubles: Vec<Trouble>,
    /// Whether the reader may change settings and so gets links to them.
    pub may_set: bool,
    /// Whether the stateless endpoint is open.
    pub stateless: bool,
    /// When the stateless endpoint received its newest event.
    pub last_stateless: Option<Millis>,
    /// When the last backup was made.
    pub last_backup: Option<Millis>,
    /// The base of short URLs.
    pub public_url: String,
    /// The number of unfinished deliveries, and of those that are being retried.
    pub open: (i64, i64),
    /// When the oldest unfinished delivery was created.
    pub oldest: Option<Millis>,
    /// The number of suspended deliveries.
    pub suspended: i64,
    /// The number of messages delivered within the last hour.
    pub delivered: u32,
    /// Failures within the last 24 hours, by cause.
    pub failures: Vec<(FailureCause, u64)>,
    /// The bots, those with a problem first.
    pub bots: Vec<BotDetail>,
    /// The size of the database in bytes.
    pub database: Option<u64>,
    /// The free and the total bytes of the database's disk.
    pub disk: Option<(u64, u64)>,
    /// The retention period of events, in days.
    pub kept: u64,
    /// Whether a mail server is configured.
    pub has_mail: bool,
    /// The number of unfinished mails, and of mails given up within the last 24 hours.
    pub mails: (i64, i64),
    /// The number of mails held back within the last 24 hours: those to unconfirmed addresses, and those over the
    /// hourly limit of the stateless endpoint.
    pub mails_held: (i64, i64),
    /// When the last mail was sent.
    pub last_mail: Option<Millis>,
    /// The version.
    pub version: &'static str,
    /// When the server started.
    pub started_at: Millis,
}

#[component]
pub(super) fn Health(view: HealthView) -> impl IntoView {
    let w = words::<HealthWords>();
    let now = clock().now;
    let checks = checks(&view);
    let failed = |cause: FailureCause| {
        LogQuery { cause: Some(cause), period: Some(Period::Day), ..LogQuery::default() }.address("/deliveries")
    };
    let failures = view
        .failures
        .iter()
        .map(|(cause, count)| {
            view! {
                <li>
                    <b>{*count}</b>
                    <a href=failed(*cause)>{causes::cause(language(), *cause)}</a>
                </li>
            }
        })
        .collect_view();
    let waiting = LogQuery { outcome: Some(Outcome::Waiting), ..LogQuery::default() }.address("/deliveries");
    let retrying = LogQuery { outcome: Some(Outcome::Retrying), ..LogQuery::default() }.address("/deliveries");
    let suspended = LogQuery { outcome: Some(Outcome::Suspended), ..LogQuery::default() }.address("/deliveries");
    view! {
        <div class="page-head">
            <div>
                <h1>{w.title}</h1>
                <p class="why">{w.why}</p>
            </div>
        </div>
        {checks}
        <div class="health">
            <section class="card">
                <h2>{w.queue}</h2>
                <dl class="facts">
                    <Fact title=w.open>
                        <a href=waiting>{view.open.0}</a>
                    </Fact>
                    <Fact title=w.retrying>
                        <a href=retrying>{view.open.1}</a>
                    </Fact>
                    <Fact title=w.suspended>
                        <a href=suspended>{view.suspended}</a>
                    </Fact>
                    <Fact title=w.oldest>
                        {match view.oldest {
                            Some(at) => view! { <At at seconds=true /> " (" {span(language(), now - at)} ")" }.into_any(),
                            None if view.open.0 > 0 => w.only_unknown_bots.into_any(),
                            None => w.nothing_waits.into_any(),
                        }}
                    </Fact>
                    <Fact title=w.last_hour>{view.delivered} " (" {tenths(language(), u64::from(view.delivered) / 6)} " " {w.per_minute} ")"</Fact>
                </dl>
            </section>
            <section class="card">
                <h2>{w.failures}</h2>
                {if view.failures.is_empty() {
                    view! { <p class="soft">{w.no_failures}</p> }.into_any()
                } else {
                    view! { <ul class="counts">{failures}</ul> }.into_any()
                }}
            </section>
            <section class="card">
                <h2>{w.storage}</h2>
                <dl class="facts">
                    {view.database.map(|size| view! { <Fact title=w.database>{bytes(language(), size)}</Fact> })}
                    {view
                        .disk
                        .map(|(free, all)| {
                            view! { <Fact title=w.free>{bytes(language(), free)} " " {w.of} " " {bytes(language(), all)}</Fact> }
                        })}
                    <Fact title=w.kept>{days(language(), view.kept)}</Fact>
                </dl>
            </section>
            <section class="card">
                <h2>{w.mail}</h2>
                <p class="soft">{if view.has_mail { w.mail_on } else { w.mail_off }}</p>
                <dl class="facts">
                    <Fact title=w.mail_waiting>{view.mails.0}</Fact>
                    <Fact title=w.mail_given_up>{view.mails.1}</Fact>
                    <Fact title=w.mail_unconfirmed>{view.mails_held.0}</Fact>
                    <Fact title=w.mail_capped>{view.mails_held.1}</Fact>
                    <Fact title=w.mail_last>
                        {match view.last_mail {
                            Some(at) => view! { <At at /> }.into_any(),
                            None => w.never.into_any(),
                        }}
                    </Fact>
                </dl>
            </section>
            <section class="card">
                <h2>{w.server}</h2>
                <dl class="facts">
                    <Fact title=w.version>{view.version}</Fact>
                    <Fact title=w.up>{span(language(), now - view.started_at)}</Fact>
                </dl>
            </section>
        </div>
        <section class="card table-card">
            <h2 class="table-title">{w.bots}</h2>
            {if view.bots.is_empty() {
                view! { <p class="soft table-title">{w.no_bots}</p> }.into_any()
            } else {
                view! { <BotTable bots=view.bots /> }.into_any()
            }}
        </section>
    }
}

#[component]
fn Fact(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <div>
            <dt>{title}</dt>
            <dd>{children()}</dd>
        </div>
    }
}

/// The check-list: problems, open tasks, and what works.
fn checks(view: &HealthView) -> AnyView {
    let w = words::<HealthWords>();
    let (broken, todo): (Vec<&Trouble>, Vec<&Trouble>) = view.troubles.iter().partition(|trouble| trouble.is_red());
    let well = broken.is_empty().then(|| {
        let rest = if todo.is_empty() { w.well_why } else { w.well_todo };
        view! {
            <div class="notice ok">
                <b>{w.well}</b>
                <p>{rest}</p>
            </div>
        }
    });
    let is_good = |topic: &Topic| !view.troubles.iter().any(|trouble| trouble.topic() == *topic);
    let good = Topic::ALL.into_iter().filter(is_good).filter_map(|topic| good(view, topic)).collect_view();
    view! {
        {well}
        <ul class="card checklist" aria-label=w.checks>
            {broken.into_iter().chain(todo).map(|trouble| self::trouble(trouble, view.may_set)).collect_view()}
            {good}
        </ul>
    }
    .into_any()
}

/// The line of a topic in its good state; `None` for a topic that has no such line.
fn good(view: &HealthView, topic: Topic) -> Option<AnyView> {
    let w = words::<HealthWords>();
    let at = |at: Option<Millis>| at.map(|at| view! { " " <At at /> });
    let sentence = match topic {
        Topic::Queue => w.good_queue.into_any(),
        Topic::Keys => w.good_keys.into_any(),
        // A refused bot that no profile uses is not a problem.
        Topic::Bots => {
            (!view.bots.iter().any(|bot| bot.bot.state == BotState::Refused)).then(|| w.good_bots.into_any())?
        }
        Topic::Booking => view.bots.iter().any(|bot| bot.books == Some(true)).then(|| w.good_booking.into_any())?,
        Topic::Profiles => return None,
        Topic::Disk => w.good_disk.into_any(),
        Topic::Mail => w.good_mail.into_any(),
        Topic::Address => view! { {w.good_address} " " <code>{view.public_url.clone()}</code> }.into_any(),
        Topic::Backups => view! { {w.good_backup} {at(view.last_backup)} }.into_any(),
        Topic::Accounts => view.may_set.then(|| w.good_accounts.into_any())?,
        Topic::OldUrls if view.stateless => view! { {w.good_old_urls} {at(view.last_stateless)} }.into_any(),
        Topic::OldUrls => w.good_old_urls_closed.into_any(),
    };
    Some(
        view! {
            <li>
                <span class="mark ok">{w.good}</span>
                <p>{sentence}</p>
            </li>
        }
        .into_any(),
    )
}

fn trouble(trouble: &Trouble, may_set: bool) -> AnyView {
    let w = words::<HealthWords>();
    let to = |href: &str, title: &'static str| Some((href.to_owned(), title));
    let audit = |action: AuditAction| Some((format!("/audit?action={}", action.name()), w.to_audit));
    let log = || Some(("/deliveries?outcome=retrying".to_owned(), w.to_log));
    let (title, advice, link) = match trouble {
        Trouble::WorkerStopped => (w.worker_stopped.to_owned(), w.worker_stopped_do.to_owned(), None),
        Trouble::WrongKey(place) => (w.wrong_key.to_owned(), w.wrong_key_do.replace("{}", place), None),
        Trouble::TokensLocked(bots) => {
            let names: Vec<&str> = bots.iter().take(5).map(|(_, name)| name.as_str()).collect();
            let more = if bots.len() > names.len() { " …" } else { "" };
            let first = bots.first().map(|(id, _)| (format!("/bots/{id}"), w.to_bot));
            let title = format!("{} ({}): {}{more}", w.tokens_locked, bots.len(), names.join(", "));
            (title, causes::advice(language(), FailureCause::TokenLocked).to_owned(), first)
        }
        Trouble::FactorsLocked(count) => {
            (format!("{}: {count}", w.factors_locked), w.factors_locked_do.to_owned(), None)
        }
        Trouble::MailLocked => {
            (w.mail_locked.to_owned(), w.mail_locked_do.to_owned(), Some(("/settings#mail".to_owned(), w.to_settings)))
        }
        Trouble::StrangersWaiting(count) => (
            format!("{}: {count}", w.strangers),
            w.strangers_do.to_owned(),
            Some(("/settings#endpoints".to_owned(), w.to_settings)),
        ),
        Trouble::QueueStuck(host) => (w.queue_stuck.to_owned(), w.queue_stuck_do.replace("{}", host), log()),
        Trouble::BotSuspended(name, id) => (
            format!("{}: {name}", w.bot_parked_title),
            w.bot_parked_do.to_owned(),
            Some((format!("/bots/{id}"), w.to_bot)),
        ),
        Trouble::BookingUpdates(name, id, why, host) => (
            format!("{}: {name}", booking_faults::trouble(language(), *why)),
            booking_faults::trouble_advice(language(), *why, host),
            Some((format!("/bots/{id}/booking"), w.to_booking)),
        ),
        Trouble::BookingFieldUnread(name, id) => (
            format!("{}: {name}", w.booking_unread),
            w.booking_unread_do.to_owned(),
            Some((format!("/bots/{id}/booking#field"), w.to_booking)),
        ),
        Trouble::DiskLow => (w.disk_low.to_owned(), w.disk_low_do.to_owned(), None),
        Trouble::MailFailing(reason) => (
            w.mail_failing.to_owned(),
            format!("{} {}", w.mail_failing_do, in_quotes(language(), reason)),
            to("/settings#mail", w.to_settings),
        ),
        Trouble::MailMissing => {
            (w.mail_missing.to_owned(), w.mail_missing_do.to_owned(), to("/settings#mail", w.to_settings))
        }
        Trouble::MailNotSetUp => {
            (w.mail_unset.to_owned(), w.mail_unset_do.to_owned(), to("/settings#mail", w.to_settings))
        }
        Trouble::AddressOnlyHere(url) => (format!("{}: {url}", w.only_here), w.only_here_do.to_owned(), None),
        Trouble::AddressNotEncrypted(url) => {
            (format!("{}: {url}", w.not_encrypted), w.not_encrypted_do.to_owned(), None)
        }
        Trouble::NoBot => (w.no_bot.to_owned(), w.no_bot_do.to_owned(), to("/bots#add", w.no_bot_link)),
        Trouble::NoProfile => {
            (w.no_profile.to_owned(), w.no_profile_do.to_owned(), to("/profiles/new", w.no_profile_link))
        }
        Trouble::BackupMissing(last) => {
            let title = match last {
                Some(at) => format!("{} {}", w.backup_old, clock().day(language(), *at)),
                None => w.backup_never.to_owned(),
            };
            (title, w.backup_do.to_owned(), None)
        }
        Trouble::AdminsWithoutFactor(count) => {
            (format!("{}: {count}", w.no_factor), w.no_factor_do.to_owned(), to("/users", w.to_people))
        }
        Trouble::OldUrlsUnused => {
            (w.old_urls_unused.to_owned(), w.old_urls_unused_do.to_owned(), to("/settings#endpoints", w.to_settings))
        }
        Trouble::CodesGuessed(email, count) => (
            format!("{}: {email} ({count})", w.codes_guessed),
            w.codes_guessed_do.to_owned(),
            audit(AuditAction::FactorFailed),
        ),
        Trouble::PasswordsGuessed(email, count) => (
            format!("{}: {email} ({count})", w.passwords_guessed),
            w.passwords_guessed_do.to_owned(),
            audit(AuditAction::SignInFailed),
        ),
        Trouble::UnannouncedProxy(address) => (w.proxy.to_owned(), w.proxy_do.replace("{}", address), None),
    };
    // Only admins can follow a link to settings, users or the audit.
    let is_theirs = |href: &str| ["/settings", "/users", "/audit"].iter().any(|page| href.starts_with(page));
    let link = link.filter(|(href, _)| may_set || !is_theirs(href));
    let (class, state) = if trouble.is_red() { ("mark bad", w.broken) } else { ("mark todo", w.todo) };
    view! {
        <li>
            <span class=class>{state}</span>
            <div>
                <b>{title}</b>
                <p class="soft">{advice}</p>
                {link.map(|(href, title)| view! { <a class="button small" href=href>{title}</a> })}
            </div>
        </li>
    }
    .into_any()
}
