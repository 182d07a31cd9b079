//! A user's preferences for the look of the pages.

use crate::{
    closed_set::closed_set,
    values::{Language, TimeZone},
};

closed_set! {
    /// The colour theme.
    #[derive(Default)]
    pub enum Theme {
        /// The setting of the operating system.
        #[default]
        System = "system",
        /// Light.
        Light = "light",
        /// Dark.
        Dark = "dark",
    }
}

/// Preferences stored with an account, so that they apply in every browser. `None` leaves the choice to the browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptPreferences {
    /// The language.
    pub language: Option<Language>,
    /// The theme.
    pub theme: Option<Theme>,
    /// The time zone in which times are shown.
    pub zone: Option<TimeZone>,
}
