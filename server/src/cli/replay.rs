//! `hookgram replay …` and `hookgram cancel …`.

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use app::i18n::{causes, replays};
use clap::Args;
use hookgram::{
    delivery::{FailureCause, Outcome},
    replay::{BulkKind, BulkProgress, Handled, Matching, ReplayAs},
    values::Language,
};
use tokio::{signal, time::sleep};

use super::open_existing;
use crate::{
    config::Config,
    delivery::replays::Replays,
    observe::output,
    rendering::Rendering,
    settings::{
        Live, SettingFault,
        parse::{self, BadSetting},
    },
    store::{Store, audit::COMMAND_LINE},
    time::{millis, now},
};

/// The pause between two steps, in which a running server can write.
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Args, Debug)]
pub(super) struct ReplayOptions {
    /// Ids of deliveries, including ones that have arrived
    #[arg(required_unless_present_any = ["failed", "uncertain", "cancelled", "refused"])]
    ids: Vec<i64>,
    /// Render the messages again with the profile's current settings; by default the original messages are sent
    #[arg(long)]
    as_is: bool,
    /// All failed deliveries
    #[arg(long, conflicts_with_all = ["ids", "uncertain", "cancelled"])]
    failed: bool,
    /// All deliveries that may have arrived
    #[arg(long, conflicts_with_all = ["ids", "cancelled"])]
    uncertain: bool,
    /// All cancelled deliveries
    #[arg(long, conflicts_with = "ids")]
    cancelled: bool,
    /// All rejected events (4xx) whose body is kept; they are accepted again with the profile's current settings
    #[arg(long, conflicts_with_all = ["ids", "failed", "uncertain", "cancelled", "cause"])]
    refused: bool,
    /// Only those that failed for this cause, e.g. blocked
    #[arg(long, conflicts_with = "ids")]
    cause: Option<String>,
    #[command(flatten)]
    which: Which,
}

#[derive(Args, Debug)]
pub(super) struct CancelOptions {
    /// Ids of deliveries
    #[arg(required_unless_present_any = ["waiting", "parked"])]
    ids: Vec<i64>,
    /// All deliveries waiting to be sent
    #[arg(long, conflicts_with_all = ["ids", "parked"])]
    waiting: bool,
    /// All deliveries waiting for a new token
    #[arg(long, conflicts_with = "ids")]
    parked: bool,
    #[command(flatten)]
    which: Which,
}

#[derive(Args, Debug)]
struct Which {
    /// Only those of this profile
    #[arg(long, conflicts_with = "ids", value_name = "NAME")]
    profile: Option<String>,
    /// Only those received within this time, e.g. 24h or 7d
    #[arg(long, conflicts_with = "ids", value_name = "TIME")]
    since: Option<String>,
    /// Only those received longer ago than this
    #[arg(long, conflicts_with = "ids", value_name = "TIME")]
    until: Option<String>,
    /// Only list them (the first hundred): id, profile, booking, chat, cause; events have no chat and no cause
    #[arg(long, conflicts_with = "ids")]
    list: bool,
}

pub(super) async fn replay(config: &Config, options: ReplayOptions, language: Language) -> anyhow::Result<ExitCode> {
    let how = if options.as_is { ReplayAs::ItIs } else { ReplayAs::ItWas };
    let bench = Bench::open(config, language).await?;
    if !options.ids.is_empty() {
        let handled = bench.replays.replay(&options.ids, how, &COMMAND_LINE).await?;
        return bench.show(&handled, "is sent again").await;
    }
    let (how, outcome) = match (options.uncertain, options.cancelled, options.refused) {
        (true, ..) => (how, Outcome::Uncertain),
        (_, true, _) => (how, Outcome::Cancelled),
        (.., true) => (ReplayAs::ItIs, Outcome::Rejected),
        _ => (how, Outcome::Failed),
    };
    let cause = match &options.cause {
        None => None,
        Some(name) => Some(FailureCause::parse(name).with_context(|| {
            let known = FailureCause::ALL.map(FailureCause::name).join(", ");
            format!("“{name}” is not a cause; the causes are: {known}")
        })?),
    };
    bench.all(BulkKind::Replay(how), outcome, cause, &options.which).await
}

pub(super) async fn cancel(config: &Config, options: CancelOptions, language: Language) -> anyhow::Result<ExitCode> {
    let bench = Bench::open(config, language).await?;
    if !options.ids.is_empty() {
        let handled = bench.replays.cancel(&options.ids, &COMMAND_LINE).await?;
        return bench.show(&handled, "is cancelled").await;
    }
    let outcome = if options.parked { Outcome::Suspended } else { Outcome::Waiting };
    bench.all(BulkKind::Cancel, outcome, None, &options.which).await
}

struct Bench {
    store: Store,
    replays: Replays,
    language: Language,
}

impl Bench {
    async fn open(config: &Config, language: Language) -> anyhow::Result<Self> {
        let store = open_existing(config).await?;
        let settings = Live::load(&config.fixed, &store).await?;
        // No notification is needed: a running server polls for due deliveries.
        let replays = Replays::new(store.clone(), Rendering::default(), settings, Arc::default());
        Ok(Self { store, replays, language })
    }

    /// Prints the result of each delivery. The exit code is a failure if one of them was left unchanged.
    async fn show(self, handled: &[Handled], done: &str) -> anyhow::Result<ExitCode> {
        let mut code = ExitCode::SUCCESS;
        for Handled { id, done: outcome } in handled {
            match outcome {
                Ok(same) if same == id => output::line(format_args!("{id}\t{done}")),
                Ok(new) => output::line(format_args!("{id}\t{done} as {new}")),
                Err(refusal) => {
                    output::line(format_args!("{id}\t{}", replays::refusal(self.language, *refusal)));
                    code = ExitCode::FAILURE;
                }
            }
        }
        self.store.close().await;
        Ok(code)
    }

    async fn all(
        self,
        kind: BulkKind,
        outcome: Outcome,
        cause: Option<FailureCause>,
        which: &Which,
    ) -> anyhow::Result<ExitCode> {
        let matching = self.matching(outcome, cause, which).await?;
        if which.list {
            self.list(&matching).await?;
        } else {
            let id = self
                .replays
                .begin(kind, &matching, &COMMAND_LINE)
                .await?
                .context("this cannot be done to these deliveries")?;
            let progress = self.work(id).await?;
            self.report(&progress);
        }
        self.store.close().await;
        Ok(ExitCode::SUCCESS)
    }

    async fn matching(&self, outcome: Outcome, cause: Option<FailureCause>, which: &Which) -> anyhow::Result<Matching> {
        let profile = match &which.profile {
            Some(name) => {
                let stored = self.store.profiles.by_name(name).await?;
                Some(stored.with_context(|| format!("there is no profile “{name}”"))?.id)
            }
            None => None,
        };
        let ago = |text: &Option<String>, flag: &'static str| -> anyhow::Result<Option<i64>> {
            let span = text
                .as_deref()
                .map(|text| {
                    let problem = || SettingFault::Span.problem(text);
                    parse::span(text).ok_or_else(|| BadSetting { name: flag, problem: problem() })
                })
                .transpose()?;
            Ok(span.map(|span| now().saturating_sub(millis(span))))
        };
        Ok(Matching {
            outcome,
            profile,
            cause,
            since: ago(&which.since, "--since")?,
            until: ago(&which.until, "--until")?,
        })
    }

    async fn list(&self, matching: &Matching) -> anyhow::Result<()> {
        for id in self.store.queue.first_matching(matching).await? {
            let row = match matching.outcome {
                Outcome::Rejected => self.store.log.logged_refusal(id).await?,
                _ => self.store.log.logged(id).await?,
            };
            let Some(row) = row else { continue };
            let cause = row.cause.map(|cause| causes::cause(self.language, cause));
            let text = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
            output::line(format_args!(
                "{id}\t{}\t{}\t{}\t{}",
                text(row.profile),
                text(row.order_number),
                text(row.chat),
                cause.unwrap_or("–")
            ));
        }
        Ok(())
    }

    /// Works until the operation is finished or stopped. Ctrl-C stops it.
    async fn work(&self, id: i64) -> anyhow::Result<BulkProgress> {
        let mut shown = 0;
        loop {
            let progress =
                self.store.queue.bulk(id).await?.context("the profile was deleted, and this operation with it")?;
            if progress.finished_at.is_some() {
                return Ok(progress);
            }
            if progress.left() / 1_000 != shown {
                shown = progress.left() / 1_000;
                output::problem(format_args!("{} done, {} left", progress.done, progress.left()));
            }
            tokio::select! {
                done = self.step() => done?,
                _ = signal::ctrl_c() => match self.store.queue.stop_bulk(id, &COMMAND_LINE, now()).await {
                    Err(crate::store::StoreError::NotFound) => {}
                    done => done?,
                },
            }
        }
    }

    async fn step(&self) -> anyhow::Result<()> {
        self.replays.run_once().await?;
        sleep(PAUSE).await;
        Ok(())
    }

    fn report(&self, progress: &BulkProgress) {
        output::line(format_args!(
            "{} of {} {}",
            progress.done,
            progress.total,
            match progress.kind {
                BulkKind::Replay(_) => "are sent again",
                BulkKind::Cancel => "are cancelled",
            }
        ));
        for (refusal, count) in &progress.refused {
            output::line(format_args!("{count}\t{}", replays::refusal(self.language, *refusal)));
        }
        if progress.stopped {
            output::line("stopped before the end");
        }
    }
}
