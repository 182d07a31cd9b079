//! Channels: the services that carry messages to customers. One folder each.

pub mod telegram;
