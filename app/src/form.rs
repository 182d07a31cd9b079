//! The builder's form: the names of its inputs and how they are read. The browser uses this code for the preview and
//! for faults while typing; the server uses it when it saves.

use std::{collections::BTreeMap, fmt};

use hookgram::{
    check::Fault,
    event::EventType,
    parameters::{Kind, Parameter},
    profile::Profile,
    query,
    secret::BotToken,
    values::{Language, TimeZone},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::FieldFault,
    i18n::{BuilderWords, Words, checks},
    old_url,
    views::{ProfileDetail, TargetView},
};

/// A token as typed or pasted, possibly with other text around it. It is sent to the server and never returned, and
/// `Debug` does not print it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypedToken(pub String);

impl fmt::Debug for TypedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "TypedToken(none)" } else { "TypedToken(…)" })
    }
}

impl TypedToken {
    /// The token within the text, if there is one.
    #[must_use]
    pub fn found(&self) -> Option<BotToken> {
        BotToken::find(&self.0)
    }
}

/// The content of all inputs of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    /// The fingerprint of the stored profile when it was opened for editing; blank for a new profile.
    pub base: String,
    /// The profile's name.
    pub name: String,
    /// [`SANDBOX`]; any other text means a bot.
    pub target: String,
    /// The id of the chosen bot, or [`NEW_BOT`]. Blank keeps the stored bot.
    pub bot: String,
    /// The token of a new bot. It is read only if no bot is chosen.
    pub token: TypedToken,
    /// [`CODED_IDS`] or [`ANY_IDS`]; blank keeps the stored choice.
    pub ids: String,
    /// The text parameters, by name.
    pub values: BTreeMap<String, String>,
    /// The switches that are on, by the name of the parameter that hides something.
    pub shown: BTreeMap<String, String>,
    /// [`ALL_EVENTS`] or [`MARKED_EVENTS`]; blank means the marked ones, or all if none is marked.
    pub event_choice: String,
    /// The marked event types, by number.
    pub events: BTreeMap<String, String>,
}

/// The value of [`ProfileForm::target`] for the sandbox.
pub const SANDBOX: &str = "sandbox";
/// The value of [`ProfileForm::target`] for a bot.
pub const BOT: &str = "bot";
/// The value of [`ProfileForm::ids`] for: only ids with the code of a booking bot's link.
pub const CODED_IDS: &str = "coded";
/// The value of [`ProfileForm::ids`] for: also ids without a code.
pub const ANY_IDS: &str = "any";
/// The value of [`ProfileForm::bot`] for the bot of the typed token.
pub const NEW_BOT: &str = "new";

/// The value of [`ProfileForm::event_choice`] for every event, regardless of the marked types.
pub const ALL_EVENTS: &str = "all";
/// The value of [`ProfileForm::event_choice`] for the marked events only.
pub const MARKED_EVENTS: &str = "marked";

/// The switches of "What to show": the parameters that hide something.
pub fn switches() -> std::vec::IntoIter<Parameter> {
    those(|kind| kind == Kind::Bool)
}

/// The parameters with a text input: all but the token and the switches.
pub fn texts() -> std::vec::IntoIter<Parameter> {
    those(|kind| !matches!(kind, Kind::Bool | Kind::Token))
}

/// Collects the list, because each further iterator adapter would add a copy of its code to the browser's module.
fn those(wanted: fn(Kind) -> bool) -> std::vec::IntoIter<Parameter> {
    Parameter::all().filter(|parameter| wanted(parameter.definition().kind)).collect::<Vec<_>>().into_iter()
}

impl ProfileForm {
    /// The form of a new profile: the defaults, and the field name that the booking service's manual uses.
    #[must_use]
    pub fn blank() -> Self {
        let profile = Profile { field_name: Some("*TelegramId".to_owned()), ..Profile::default() };
        Self { target: BOT.to_owned(), ..Self::of_profile(&profile) }
    }

    /// The form of a stored profile, without its token.
    #[must_use]
    pub fn of(detail: &ProfileDetail) -> Self {
        let profile = query::read(detail.parameters.as_bytes()).profile;
        let target = if detail.row.target == TargetView::Sandbox { SANDBOX } else { BOT };
        Self {
            base: detail.fingerprint.clone(),
            name: detail.row.name.clone(),
            target: target.to_owned(),
            bot: detail.bot.map(|id| id.to_string()).unwrap_or_default(),
            ids: match detail.coded_ids {
                Some(true) => CODED_IDS.to_owned(),
                Some(false) => ANY_IDS.to_owned(),
                None => String::new(),
            },
            event_choice: if detail.events.is_empty() { ALL_EVENTS } else { MARKED_EVENTS }.to_owned(),
            events: detail.events.iter().map(|number| (number.to_string(), "on".to_owned())).collect(),
            ..Self::of_profile(&profile)
        }
    }

    fn of_profile(profile: &Profile) -> Self {
        let text = |parameter: Parameter| (parameter.name().to_owned(), profile.get(parameter).unwrap_or_default());
        let shown = switches().filter(|parameter| !profile.formatting.hides(*parameter));
        Self {
            values: texts().map(text).collect(),
            shown: shown.map(|parameter| (parameter.name().to_owned(), "on".to_owned())).collect(),
            ..Self::default()
        }
    }

    /// The form filled from an old URL's profile. Inputs that a URL does not contain are left unchanged.
    #[must_use]
    pub fn filled_from(&self, profile: &Profile) -> Self {
        let mut filled = Self {
            base: self.base.clone(),
            name: self.name.clone(),
            target: self.target.clone(),
            bot: self.bot.clone(),
            ids: self.ids.clone(),
            event_choice: self.event_choice.clone(),
            events: self.events.clone(),
            ..Self::of_profile(profile)
        };
        if filled.name.trim().is_empty() {
            filled.name = old_url::first_words(profile).unwrap_or_default();
        }
        if profile.field_name.is_none() {
            let name = Parameter::TelegramFieldName;
            filled.values.insert(name.name().to_owned(), self.value(name).to_owned());
        }
        filled
    }

    /// Whether the target is the sandbox.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.target == SANDBOX
    }

    /// The id of the chosen bot.
    #[must_use]
    pub fn bot_id(&self) -> Option<i64> {
        self.bot.parse().ok()
    }

    /// The text of a parameter; empty if there is none.
    #[must_use]
    pub fn value(&self, parameter: Parameter) -> &str {
        self.values.get(parameter.name()).map_or("", String::as_str)
    }

    /// The profile as far as it could be read, and every fault of a parameter.
    #[must_use]
    pub fn read(&self) -> (Profile, Vec<Fault>) {
        let typed = if self.bot_id().is_some() { "" } else { self.token.0.trim() };
        let token = BotToken::find(typed);
        let mut profile = Profile { token: token.clone(), ..Profile::default() };
        let mut faults = Vec::new();
        let mut set = |parameter: Parameter, value: &str| {
            if let Err(found) = profile.set(parameter, value) {
                faults.extend(found);
            }
        };
        if token.is_none() && !typed.is_empty() {
            set(Parameter::TelegramToken, typed);
        }
        for parameter in texts() {
            // Browsers submit a line break in a text area as CR LF.
            let value = self.value(parameter).replace("\r\n", "\n");
            // The zone may be typed as a city.
            let zone = (parameter == Parameter::Timezone).then(|| TimeZone::of_place(&value)).flatten();
            set(parameter, zone.map_or(value.as_str(), |zone| zone.name()));
        }
        for parameter in switches() {
            let shown = self.shown.contains_key(parameter.name());
            set(parameter, if shown { "false" } else { "true" });
        }
        (profile, faults)
    }

    /// Every fault of the form with its field. Unless a bot is chosen, a token must be typed, or be known from a draft
    /// or from the stored profile.
    #[must_use]
    pub fn faults(&self, language: Language, token_known: bool) -> Vec<FieldFault> {
        let (profile, faults) = self.read();
        let mut found = Vec::new();
        if self.name.trim().is_empty() {
            let sentence = BuilderWords::of(language).name_missing.to_owned();
            found.push(FieldFault { field: "name".to_owned(), sentence });
        }
        if !self.accepts_all_events() && self.event_types().is_empty() {
            let sentence = BuilderWords::of(language).events_missing.to_owned();
            found.push(FieldFault { field: "events".to_owned(), sentence });
        }
        let has_bot = self.bot_id().is_some() || token_known || !self.token.0.trim().is_empty();
        let token_missing = !self.is_sandbox() && !has_bot;
        let missing =
            [(token_missing, Parameter::TelegramToken), (profile.field_name.is_none(), Parameter::TelegramFieldName)];
        let missing = missing.into_iter().filter(|(is, _)| *is).map(|(_, parameter)| Fault::Missing(parameter));
        found.extend(missing.chain(faults).map(|fault| {
            let sentence = checks::fault(language, &fault);
            match fault.parameter() {
                Some(parameter) => {
                    FieldFault { field: parameter.name().to_owned(), sentence: checks::at_field(parameter, sentence) }
                }
                None => FieldFault { field: String::new(), sentence },
            }
        }));
        found
    }

    /// Whether both forms would store the same profile. An explicit default equals an absent one.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |form: &Self| {
            // The form has no such input if there are no bots to choose from.
            let choices = (form.is_sandbox(), form.bot_id(), form.ids.clone());
            (form.name.trim().to_owned(), choices, form.event_types(), form.read())
        };
        self == other || said(self) == said(other)
    }

    /// Whether the profile accepts every event.
    #[must_use]
    pub fn accepts_all_events(&self) -> bool {
        self.event_choice == ALL_EVENTS || self.event_choice.is_empty() && self.events.is_empty()
    }

    /// The event types that the profile accepts; empty means all.
    #[must_use]
    pub fn event_types(&self) -> Vec<EventType> {
        if self.accepts_all_events() {
            return Vec::new();
        }
        self.events.keys().filter_map(|number| EventType::parse(number)).collect()
    }
}

#[cfg(feature = "ssr")]
impl ProfileForm {
    /// The profile to store.
    #[must_use]
    pub fn edited(&self) -> hookgram::profile::EditedProfile {
        use hookgram::channel::ChannelKind;

        let (profile, _) = self.read();
        hookgram::profile::EditedProfile {
            name: self.name.trim().to_owned(),
            enabled: None,
            channel: if self.is_sandbox() { ChannelKind::Sandbox } else { ChannelKind::Telegram },
            bare_ids: match self.ids.as_str() {
                CODED_IDS => Some(false),
                ANY_IDS => Some(true),
                _ => None,
            },
            bot: self.bot_id(),
            events: self.event_types(),
            profile,
            key: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::{ProfileDetail, ProfileRow};

    fn detail(parameters: &str) -> ProfileDetail {
        ProfileDetail {
            row: ProfileRow {
                id: 1,
                name: "Записи".to_owned(),
                target: TargetView::Sandbox,
                enabled: true,
                last: None,
            },
            fingerprint: String::new(),
            events: vec![3060],
            bot: None,
            coded_ids: None,
            parameters: parameters.to_owned(),
        }
    }

    #[test]
    fn a_stored_profile_survives_a_round_trip_through_the_form() {
        let stored = "telegramFieldName=%2ATelegramId&errorEmail=a%40b.c&message=%3Cb%3EHi%3C%2Fb%3E%0A2%2B2\
                      &hide_address=true&hide_contact_info=false&date_locales=en-US&timezone=Asia%2FTokyo";
        let form = ProfileForm::of(&detail(stored));
        assert!(form.is_sandbox());
        assert!(!form.shown.contains_key("hide_address"));
        assert!(form.shown.contains_key("hide_contact_info"));
        let (profile, faults) = form.read();
        assert_eq!(faults, []);
        assert_eq!(profile, query::read(stored.as_bytes()).profile);
        assert_eq!(form.event_types(), [EventType(3060)]);
    }

    #[test]
    fn crlf_from_a_browser_becomes_one_line_break() {
        let mut form = ProfileForm::blank();
        form.values.insert("message".to_owned(), "one\r\ntwo".to_owned());
        assert_eq!(form.read().0.formatting.message.as_deref(), Some("one\ntwo"));
    }

    #[test]
    fn a_token_is_found_in_pasted_text_and_a_zone_by_its_city() {
        let token = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";
        let mut form = ProfileForm::blank();
        form.token = TypedToken(format!("Use this token to access the HTTP API: {token} Keep it secure: 1:2"));
        form.values.insert("timezone".to_owned(), "екатеринбург".to_owned());
        let (profile, faults) = form.read();
        assert_eq!(faults, []);
        assert_eq!(profile.token.as_ref().map(BotToken::expose), Some(token));
        assert_eq!(profile.formatting.time_zone.name(), "Asia/Yekaterinburg");
    }

    #[test]
    fn an_old_url_changes_only_the_inputs_that_it_contains() {
        let mut typed = ProfileForm { target: SANDBOX.to_owned(), ..ProfileForm::blank() };
        typed.events.insert("3036".to_owned(), "on".to_owned());
        let old = query::read(b"message=%3Cb%3EHello%3C%2Fb%3E%0AYou&hide_url=true&timezone=Asia/Omsk").profile;
        let filled = typed.filled_from(&old);
        assert_eq!(filled.name, "Hello");
        assert!(filled.is_sandbox() && filled.event_types() == [EventType(3036)]);
        assert_eq!(filled.value(Parameter::TelegramFieldName), "*TelegramId");
        let (profile, faults) = filled.read();
        assert_eq!(faults, []);
        assert_eq!(profile, Profile { field_name: Some("*TelegramId".to_owned()), ..old });
        typed.name = "Mine".to_owned();
        assert_eq!(typed.filled_from(&profile).name, "Mine");
    }

    #[test]
    fn every_fault_is_reported_at_its_field() {
        let mut form = ProfileForm::blank();
        form.values.insert("telegramFieldName".to_owned(), "  ".to_owned());
        form.values.insert("errorEmail".to_owned(), "ops@example".to_owned());
        form.values.insert("timezone".to_owned(), "Mars/Olympus".to_owned());
        let fields: Vec<_> = form.faults(Language::En, false).into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["name", "telegramToken", "telegramFieldName", "errorEmail", "timezone"]);
        form.target = SANDBOX.to_owned();
        let fields: Vec<_> = form.faults(Language::En, false).into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["name", "telegramFieldName", "errorEmail", "timezone"]);
    }

    #[test]
    fn choosing_marked_events_without_marking_one_is_a_fault() {
        let mut form = ProfileForm { name: "A".to_owned(), target: SANDBOX.to_owned(), ..ProfileForm::blank() };
        assert!(form.accepts_all_events() && form.faults(Language::En, false).is_empty());
        form.event_choice = MARKED_EVENTS.to_owned();
        let fields: Vec<_> = form.faults(Language::En, false).into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["events"]);
        form.events.insert("3036".to_owned(), "on".to_owned());
        assert_eq!(form.event_types(), [EventType(3036)]);
        form.event_choice = ALL_EVENTS.to_owned();
        assert_eq!(form.event_types(), []);
    }

    #[test]
    fn a_fault_at_its_field_does_not_contain_the_parameter_s_name() {
        let mut form = ProfileForm::blank();
        form.values.insert("errorEmail".to_owned(), "ops@example".to_owned());
        form.values.insert("timezone".to_owned(), "Europe/Moscaw".to_owned());
        form.token = TypedToken("123".to_owned());
        for language in [Language::Ru, Language::En] {
            for fault in form.faults(language, false) {
                assert!(!fault.sentence.contains(&fault.field) || fault.field == "name", "{fault:?}");
                assert!(fault.sentence.starts_with(char::is_uppercase) || fault.sentence.starts_with(['«', '“']));
            }
        }
    }

    #[test]
    fn debug_does_not_print_a_typed_token() {
        let token = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";
        let form = ProfileForm { token: TypedToken(token.to_owned()), ..ProfileForm::blank() };
        assert!(!format!("{form:?}").contains("AAHk"));
        assert!(form.read().0.token.is_some_and(|read| read.expose() == token));
    }
}
