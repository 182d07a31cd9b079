//! What a reader of the pages has chosen about their look.

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

/// Preferences stored with an account, so that they apply in each browser. `None`: the browser decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptPreferences {
    /// The language.
    pub language: Option<Language>,
    /// The theme.
    pub theme: Option<Theme>,
    /// The zone in which times are shown.
    pub zone: Option<TimeZone>,
}
