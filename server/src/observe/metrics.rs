//! The counters and gauges of `/metrics` (contract §6).

use prometheus_client::{
    encoding::prometheus_text,
    metrics::{counter::Counter, gauge::ConstGauge},
    registry::Registry,
};

pub(crate) use prometheus_text::CONTENT_TYPE;

const PREFIX: &str = "hookgram";

/// Counters since the start of the server.
#[derive(Debug)]
pub struct Metrics {
    /// Accepted events.
    pub accepted: Counter,
    /// Duplicate events.
    pub duplicates: Counter,
    /// POSTs answered 4xx.
    pub rejected: Counter,
    /// Events that could not be stored (503).
    pub unstored: Counter,
    /// Calls to a channel that send a part.
    pub attempts: Counter,
    /// Deliveries of which all parts have arrived.
    pub delivered: Counter,
    /// Deliveries that were given up or are uncertain.
    pub failed: Counter,
    /// Error mails sent.
    pub mails_sent: Counter,
    /// Error mails that may not or cannot be sent.
    pub mails_not_sent: Counter,
    /// Error mails given up.
    pub mails_failed: Counter,
    /// Error mails withheld from an unconfirmed address.
    pub mails_unconfirmed: Counter,
    registry: Registry,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        // The library adds `_total` to the names and a full stop to the descriptions.
        let mut counter = |name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        Self {
            accepted: counter("accepted", "Events stored for delivery"),
            duplicates: counter("duplicates", "Events that had come before"),
            rejected: counter("rejected", "POSTs answered 4xx"),
            unstored: counter("unstored", "Events answered 503"),
            attempts: counter("attempts", "Messages sent or tried"),
            delivered: counter("delivered", "Deliveries that arrived"),
            failed: counter("failed", "Deliveries given up"),
            mails_sent: counter("mails_sent", "Error mails sent"),
            mails_not_sent: counter("mails_not_sent", "Error mails that may not or cannot be sent"),
            mails_failed: counter("mails_failed", "Error mails given up"),
            mails_unconfirmed: counter(
                "mails_unconfirmed",
                "Times that an error mail did not go to an address that has not confirmed",
            ),
            registry,
        }
    }
}

impl Metrics {
    /// Encodes the counters, and the gauges given as (name, description, value), in the Prometheus text format.
    pub(crate) fn text(&self, gauges: &[(&str, &str, i64)]) -> String {
        let mut registry = Registry::with_prefix(PREFIX);
        for (name, help, value) in gauges {
            registry.register(*name, *help, ConstGauge::new(*value));
        }
        let mut text = String::new();
        for registry in [&self.registry, &registry] {
            // Writing to a string cannot fail.
            _ = prometheus_text::encode(&mut text, registry);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_gauges_are_written_with_prefix_type_and_description() {
        let metrics = Metrics::default();
        metrics.attempts.inc();
        let text = metrics.text(&[("mails_waiting", "Error mails not finished", 7)]);
        for (name, kind, help, value) in [
            ("accepted_total", "counter", "Events stored for delivery", 0),
            ("attempts_total", "counter", "Messages sent or tried", 1),
            ("mails_waiting", "gauge", "Error mails not finished", 7),
        ] {
            let expected =
                format!("# HELP hookgram_{name} {help}.\n# TYPE hookgram_{name} {kind}\nhookgram_{name} {value}\n");
            assert!(text.contains(&expected), "{text}");
        }
        assert_eq!(text.lines().count(), 3 * 12);
    }
}
