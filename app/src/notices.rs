//! Notices that confirm an action on the next page. The server passes a notice in a cookie that is deleted when the
//! notice is shown, so that a reload does not repeat it.

use hookgram::{query, values::Language};
use percent::decoded;

use crate::i18n::{Toasts, Words as _, events, profiles};

/// The most characters of a name in a notice.
const LONGEST_NAME: usize = 60;

const COOKIE: &str = "notice";

/// A completed action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A profile was deleted.
    Deleted(String),
    /// A profile was duplicated. The page shows the copy.
    Copied(String),
    /// A profile has a new webhook key.
    NewKey(String),
    /// A profile was disabled.
    Disabled {
        /// Its id.
        id: i64,
        /// Its name.
        name: String,
    },
    /// A profile was enabled.
    Enabled {
        /// Its id.
        id: i64,
        /// Its name.
        name: String,
        /// The number of its refused events that may be replayed.
        refused: u64,
    },
    /// A bot's token was stored.
    BotSaved,
    /// A bot was removed.
    BotRemoved(String),
    /// A booking bot was changed.
    Booking(BookingChange),
    /// Profiles were created or replaced from a file: their number.
    Imported(usize),
    /// Profiles were created from old URLs: their number.
    Made(usize),
    /// An operator stopped the messages of a bot to a customer.
    Stopped,
    /// The data about a person was erased: the number of events.
    Erased(usize),
    /// An action on the reader's own account.
    Account(OwnAccount),
    /// An action of an admin.
    Administered(Administered),
}

/// A change of a booking bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingChange {
    /// Its settings were saved.
    Saved,
    /// It was switched on.
    On,
    /// It was switched off.
    Off,
    /// It was taken over from another program.
    TakenOver,
}

impl BookingChange {
    const NAMED: [(&str, Self); 4] =
        [("saved", Self::Saved), ("on", Self::On), ("off", Self::Off), ("taken-over", Self::TakenOver)];
}

/// An action on the reader's own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnAccount {
    /// The password was changed.
    Password,
    /// The preferences for pages were saved.
    Pages,
    /// A session was ended.
    Session,
    /// All other sessions were ended.
    Sessions,
    /// The second factor was switched off.
    FactorOff,
}

impl OwnAccount {
    const NAMED: [(&str, Self); 5] = [
        ("password", Self::Password),
        ("pages", Self::Pages),
        ("session", Self::Session),
        ("sessions", Self::Sessions),
        ("factor-off", Self::FactorOff),
    ];
}

/// An action of an admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administered {
    /// Settings were changed.
    Settings,
    /// A role was changed.
    Role,
    /// An account was removed.
    Removed,
    /// An invitation was revoked.
    Revoked,
}

impl Administered {
    const NAMED: [(&str, Self); 4] =
        [("settings", Self::Settings), ("role", Self::Role), ("removed", Self::Removed), ("revoked", Self::Revoked)];
}

impl Notice {
    /// The `Set-Cookie` value that passes the notice on.
    #[must_use]
    pub fn cookie(&self) -> String {
        let (kind, detail) = match self {
            Self::Deleted(name) => ("deleted", query::encode(name)),
            Self::Copied(name) => ("copied", query::encode(name)),
            Self::NewKey(name) => ("key", query::encode(name)),
            Self::Disabled { id, name } => ("disabled", format!("{id}-{}", query::encode(name))),
            Self::Enabled { id, name, refused } => ("enabled", format!("{id}-{refused}-{}", query::encode(name))),
            Self::BotSaved => ("bot", String::new()),
            Self::BotRemoved(name) => ("bot-removed", query::encode(name)),
            Self::Booking(what) => {
                let named = BookingChange::NAMED.iter().find(|(_, known)| known == what);
                ("booking", named.map(|(name, _)| (*name).to_owned()).unwrap_or_default())
            }
            Self::Imported(count) => ("imported", count.to_string()),
            Self::Made(count) => ("made", count.to_string()),
            Self::Stopped => ("stopped", String::new()),
            Self::Erased(count) => ("erased", count.to_string()),
            Self::Account(what) => {
                let named = OwnAccount::NAMED.iter().find(|(_, known)| known == what);
                ("account", named.map(|(name, _)| (*name).to_owned()).unwrap_or_default())
            }
            Self::Administered(what) => {
                let named = Administered::NAMED.iter().find(|(_, known)| known == what);
                ("admin", named.map(|(name, _)| (*name).to_owned()).unwrap_or_default())
            }
        };
        // Commas are encoded, because some parsers end the value at one.
        format!("{COOKIE}={kind}:{}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax", detail.replace(',', "%2C"))
    }

    /// The `Set-Cookie` value that deletes the notice.
    #[must_use]
    pub fn used_up() -> String {
        format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
    }

    /// Reads the notice of a request.
    #[must_use]
    pub fn of_headers(headers: &http::HeaderMap) -> Option<Self> {
        let value = crate::cookies::value(headers, COOKIE)?;
        let (kind, detail) = value.split_once(':')?;
        // Anybody may have set the cookie, and the name becomes part of a sentence on the page, so it is kept short.
        let short = |text: &str| decoded(text).chars().take(LONGEST_NAME).collect::<String>();
        let name = || short(detail);
        Some(match kind {
            "deleted" => Self::Deleted(name()),
            "copied" => Self::Copied(name()),
            "key" => Self::NewKey(name()),
            "disabled" => {
                let (id, name) = detail.split_once('-')?;
                Self::Disabled { id: id.parse().ok()?, name: short(name) }
            }
            "enabled" => {
                let (id, rest) = detail.split_once('-')?;
                let (refused, name) = rest.split_once('-')?;
                Self::Enabled { id: id.parse().ok()?, name: short(name), refused: refused.parse().ok()? }
            }
            "bot" => Self::BotSaved,
            "bot-removed" => Self::BotRemoved(name()),
            "booking" => Self::Booking(BookingChange::NAMED.iter().find(|(name, _)| *name == detail)?.1),
            "imported" => Self::Imported(detail.parse().ok()?),
            "made" => Self::Made(detail.parse().ok()?),
            "stopped" => Self::Stopped,
            "erased" => Self::Erased(detail.parse().ok()?),
            "account" => Self::Account(OwnAccount::NAMED.iter().find(|(name, _)| *name == detail)?.1),
            "admin" => Self::Administered(Administered::NAMED.iter().find(|(name, _)| *name == detail)?.1),
            _ => return None,
        })
    }

    /// The sentence of the notice.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let w = Toasts::of(language);
        let of = crate::i18n::with_name;
        match self {
            Self::Deleted(name) => of(w.deleted, name),
            Self::Copied(name) => of(w.copied, name),
            Self::NewKey(name) => of(w.new_key, name),
            Self::Disabled { name, .. } => of(w.disabled, name),
            Self::Enabled { name, refused: 0, .. } => of(w.enabled, name),
            Self::Enabled { name, refused, .. } => {
                format!("{} {}", of(w.enabled, name), of(w.refused_meanwhile, &events(language, *refused)))
            }
            Self::BotSaved => w.bot_saved.to_owned(),
            Self::Stopped => w.stopped.to_owned(),
            Self::BotRemoved(name) => of(w.bot_removed, name),
            Self::Booking(BookingChange::Saved) => w.pages.to_owned(),
            Self::Booking(BookingChange::On) => w.booking_on.to_owned(),
            Self::Booking(BookingChange::Off) => w.booking_off.to_owned(),
            Self::Booking(BookingChange::TakenOver) => w.booking_taken_over.to_owned(),
            Self::Imported(count) => of(w.imported, &profiles(language, *count)),
            Self::Made(count) => of(w.made, &profiles(language, *count)),
            Self::Account(OwnAccount::Password) => w.password.to_owned(),
            Self::Account(OwnAccount::Pages) => w.pages.to_owned(),
            Self::Account(OwnAccount::Session) => w.session.to_owned(),
            Self::Account(OwnAccount::Sessions) => w.sessions.to_owned(),
            Self::Account(OwnAccount::FactorOff) => w.factor_off.to_owned(),
            Self::Administered(Administered::Settings) => w.settings.to_owned(),
            Self::Administered(Administered::Role) => w.role.to_owned(),
            Self::Administered(Administered::Removed) => w.removed.to_owned(),
            Self::Administered(Administered::Revoked) => w.revoked.to_owned(),
            Self::Erased(count) => of(w.erased, &events(language, u64::try_from(*count).unwrap_or(u64::MAX))),
        }
    }
}

mod percent {
    /// Decodes a percent-encoded text. A malformed sequence is left as it is.
    pub(super) fn decoded(text: &str) -> String {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
            match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%') {
                Some(byte) => {
                    bytes.push(byte);
                    rest = after.get(2..).unwrap_or_default();
                }
                None => {
                    bytes.push(*first);
                    rest = after;
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_survives_a_round_trip_through_its_cookie() {
        for notice in [
            Notice::Deleted("Записи; 100%, «Ё» = \"x\"".into()),
            Notice::Copied("a b".into()),
            Notice::NewKey("%41".into()),
            Notice::Disabled { id: 7, name: "a-b, «c»".into() },
            Notice::Enabled { id: 7, name: "-1-".into(), refused: 2 },
            Notice::Enabled { id: 7, name: String::new(), refused: 0 },
            Notice::BotSaved,
            Notice::BotRemoved("@salon_bot".into()),
            Notice::Booking(BookingChange::TakenOver),
            Notice::Imported(3),
            Notice::Made(200),
            Notice::Stopped,
            Notice::Erased(5),
            Notice::Account(OwnAccount::Password),
            Notice::Account(OwnAccount::FactorOff),
            Notice::Administered(Administered::Revoked),
        ] {
            let cookie = notice.cookie();
            let pair = cookie.split(';').next().unwrap();
            assert!(pair.is_ascii() && !pair.contains([' ', ',', '"']), "{pair}");
            let mut headers = http::HeaderMap::new();
            headers.insert("cookie", format!("theme=dark; {pair}").parse().unwrap());
            assert_eq!(Notice::of_headers(&headers), Some(notice.clone()));
            for language in [Language::Ru, Language::En] {
                assert!(!notice.sentence(language).contains("{}"), "{}", notice.sentence(language));
            }
        }
        assert_eq!(Notice::Made(2).sentence(Language::Ru), "Создано: 2 профиля.");
    }
}
