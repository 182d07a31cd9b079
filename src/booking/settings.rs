//! x

/// The most characters of a service's title: it is the text of a button, for which the Bot API states no limit.
pub const TITLE_LENGTH: usize = 64;
