//! `/health`: the server's state, and what to do about problems.

use hookgram::{
    Millis,
    audit::AuditAction,
    booking,
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
    i18n::{HealthWords, booking_faults, causes, language, words},
    views::BotDetail,
};

/// A problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The delivery worker is not running.
    WorkerStopped,
    /// The database was encrypted with another key than the configured one, whose source this names.
    WrongKey(String),
    /// Stored tokens cannot be decrypted: the ids and names of the bots.
    TokensLocked(Vec<(i64, String)>),
    /// The number of accounts with a second factor that cannot be decrypted.
    FactorsLocked(usize),
    /// The stored URL of the mail server cannot be decrypted.
    MailLocked,
    /// The oldest message has waited too long, and Telegram answers nothing. The origin of the Bot API server.
    QueueStuck(String),
    /// The number of waiting events of strangers, which is close to the limit.
    StrangersWaiting(u64),
    /// Telegram refuses a bot's token: the bot's name and id.
    BotSuspended(String, i64),
    /// The updates of a booking bot do not come: the bot's name and id, why, and the host of another webhook.
    BookingUpdates(String, i64, booking::Trouble, String),
    /// No enabled profile reads the contact field that a booking bot fills: the bot's name and id.
    BookingFieldUnread(String, i64),
    /// The disk is nearly full.
    DiskLow,
    /// Mails were given up: the mail server's error text.
    MailFailing(String),
    /// Profiles have addresses for error mails, but no mail server is configured.
    MailMissing,
    /// Requests are forwarded from this address, which is not a trusted proxy.
    UnannouncedProxy(String),
    /// A person who has the password of this account is trying codes of its second factor: the account, the attempts.
    CodesGuessed(String, i64),
    /// A person is trying passwords of this account: the account, the attempts.
    PasswordsGuessed(String, i64),
}

impl Trouble {
    /// Whether a person must act at once. Otherwise the problem is only a notice.
    #[must_use]
    pub fn is_red(&self) -> bool {
        !matches!(
            self,
            Self::MailMissing | Self::StrangersWaiting(_) | Self::UnannouncedProxy(_) | Self::PasswordsGuessed(..)
        )
    }

    /// Whether only admins see it, because it names an account.
    #[must_use]
    pub fn is_for_admins(&self) -> bool {
        matches!(self, Self::CodesGuessed(..) | Self::PasswordsGuessed(..))
    }
}

/// The server's state.
#[derive(Clone, Debug)]
pub struct HealthView {
    /// The problems, the worst first.
    pub troubles: Vec<Trouble>,
    /// Unfinished deliveries, and those of them that are being retried.
    pub open: (i64, i64),
    /// When the oldest unfinished delivery was created.
    pub oldest: Option<Millis>,
    /// Suspended deliveries, which wait for a token.
    pub suspended: i64,
    /// Messages delivered within the last hour.
    pub delivered: u32,
    /// Failures within the last 24 hours, by cause.
    pub failures: Vec<(FailureCause, u64)>,
    /// The bots, those with a problem first.
    pub bots: Vec<BotDetail>,
    /// The size of the database in bytes.
    pub database: Option<u64>,
    /// The free and the total bytes of the database's disk.
    pub disk: Option<(u64, u64)>,
    /// The days for which events are kept.
    pub kept: u64,
    /// Whether a mail server is configured.
    pub has_mail: bool,
    /// Unfinished mails, and mails given up within the last 24 hours.
    pub mails: (i64, i64),
    /// Mails that were held back within the last 24 hours: to addresses that have not confirmed, and over the hourly
    /// cap for the stateless endpoint.
    pub mails_held: (i64, i64),
    /// When the last mail was sent.
    pub last_mail: Option<Millis>,
    /// The version.
    pub version: &'static str,
    /// When the server started.
    pub started_at: Millis,
}

/// The page.
#[component]
pub(super) fn Health(view: HealthView) -> impl IntoView {
    let w = words::<HealthWords>();
    let now = clock().now;
    let troubles = view.troubles.iter().map(trouble).collect_view();
    let well = view.troubles.is_empty().then(|| {
        view! {
            <div class="notice ok">
                <b>{w.well}</b>
                <p>{w.well_why}</p>
            </div>
        }
    });
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
        {well}
        {troubles}
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
                    <Fact title=w.kept>{view.kept} " " {w.days}</Fact>
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

fn trouble(trouble: &Trouble) -> AnyView {
    let w = words::<HealthWords>();
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
        Trouble::MailFailing(reason) => (w.mail_failing.to_owned(), format!("{} “{reason}”", w.mail_failing_do), None),
        Trouble::MailMissing => (w.mail_missing.to_owned(), w.mail_missing_do.to_owned(), None),
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
    let class = if trouble.is_red() { "notice bad" } else { "notice warn" };
    view! {
        <div class=class>
            <b>{title}</b>
            <p>{advice}</p>
            {link.map(|(href, title)| view! { <a class="button small" href=href>{title}</a> })}
        </div>
    }
    .into_any()
}
