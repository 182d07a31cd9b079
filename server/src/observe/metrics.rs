//! Counters of the process (contract §6).

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    accepted: AtomicU64,
    duplicates: AtomicU64,
    rejected: AtomicU64,
    unstored: AtomicU64,
    attempts: AtomicU64,
    delivered: AtomicU64,
    failed: AtomicU64,
    mails_sent: AtomicU64,
    mails_not_sent: AtomicU64,
    mails_failed: AtomicU64,
    mails_unconfirmed: AtomicU64,
}

impl Metrics {
    /// An event was accepted.
    pub fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// An event had come before.
    pub fn duplicate(&self) {
        self.duplicates.fetch_add(1, Ordering::Relaxed);
    }

    /// A POST was answered 4xx.
    pub fn rejected(&self) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }

    /// An event could not be stored.
    pub fn unstored(&self) {
        self.unstored.fetch_add(1, Ordering::Relaxed);
    }

    /// Telegram was asked to send something.
    pub fn attempted(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// A delivery arrived whole.
    pub fn delivered(&self) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
    }

    /// A delivery was given up.
    pub fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// Somebody has an error mail.
    pub fn mail_sent(&self) {
        self.mails_sent.fetch_add(1, Ordering::Relaxed);
    }

    /// An error mail may not, or cannot, be sent.
    pub fn mail_not_sent(&self) {
        self.mails_not_sent.fetch_add(1, Ordering::Relaxed);
    }

    /// An error mail was given up.
    pub fn mail_failed(&self) {
        self.mails_failed.fetch_add(1, Ordering::Relaxed);
    }

    /// An error mail did not go to an address that has not confirmed.
    pub fn mail_unconfirmed(&self) {
        self.mails_unconfirmed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn text(&self) -> String {
        let rows = [
            ("accepted_total", "Events stored for delivery", &self.accepted),
            ("duplicates_total", "Events that had come before", &self.duplicates),
            ("rejected_total", "POSTs answered 4xx", &self.rejected),
            ("unstored_total", "Events answered 503", &self.unstored),
            ("attempts_total", "Messages sent or tried", &self.attempts),
            ("delivered_total", "Deliveries that arrived", &self.delivered),
            ("failed_total", "Deliveries given up", &self.failed),
            ("mails_sent_total", "Error mails sent", &self.mails_sent),
            ("mails_not_sent_total", "Error mails that may not or cannot be sent", &self.mails_not_sent),
            ("mails_failed_total", "Error mails given up", &self.mails_failed),
            (
                "mails_unconfirmed_total",
                "Times that an error mail did not go to an address that has not confirmed",
                &self.mails_unconfirmed,
            ),
        ];
        let line = |(name, help, value): (&str, &str, &AtomicU64)| {
            let value = value.load(Ordering::Relaxed);
            format!("# HELP hookgram_{name} {help}.\n# TYPE hookgram_{name} counter\nhookgram_{name} {value}\n")
        };
        rows.into_iter().map(line).collect()
    }
}
