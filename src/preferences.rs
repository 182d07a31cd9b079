//! What a reader of the pages prefers.

use crate::{
    closed_set::closed_set,
    values::{Language, TimeZone},
};

closed_set! {
    /// Light, dark, or as the system has it.
    #[derive(Default)]
    pub enum Theme {
        /// As the system has it.
        #[default]
        System = "system",
        /// Light.
        Light = "light",
        /// Dark.
        Dark = "dark",
    }
}

/// What an account keeps of its owner's preferences, so that they follow to another browser. `None`: as the browser has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptPreferences {
    /// The language.
    pub language: Option<Language>,
    /// The theme.
    pub theme: Option<Theme>,
    /// The zone in which times are read.
    pub zone: Option<TimeZone>,
}
