//! Texts that several pages share.

use crate::i18n::word_set;

word_set! {
    /// Texts that several pages share.
    PageWords {
        profiles: "Профили", "Profiles";
        to_profiles: "К профилям", "To profiles";
        go_back: "Вернуться", "Go back";
        refused_title: "Не получилось", "Something went wrong";
        live: "обновляется само", "live";
    }
}
