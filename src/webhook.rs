//! What a webhook endpoint makes of a POST (contract §2).

use crate::closed_set::closed_set;

closed_set! {
    /// What became of an event when it came.
    pub enum EventOutcome {
        /// Stored for delivery.
        Accepted = "accepted",
        /// Stored, but the profile excludes its type.
        Skipped = "skipped",
        /// The same event had been accepted before.
        Duplicate = "duplicate",
        /// Answered 4xx.
        Rejected = "rejected",
    }
}
