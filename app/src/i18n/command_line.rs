//! Texts of the command line.

use crate::i18n::word_set;

word_set! {
    /// Errors that the command line prints in the language of the system.
    CommandLineWords {
        newer_database: "эту базу данных уже открывала более новая версия Hookgram. Установите её или более позднюю либо восстановите резервную копию, сделанную до обновления. Ничего не изменено.", "a newer version of Hookgram has already used this database. Install that version or a later one, or restore a backup that was made before the update. Nothing was changed.";
    }
}
