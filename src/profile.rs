//! The profile, which contains an operator's configuration.

use crate::{
    channel::{ChannelKind, Limits},
    check::{Fault, Warning},
    event::EventType,
    message::{html, locale},
    parameters::Parameter,
    placeholder::placeholders,
    secret::{BotToken, redact},
    text::{clean, is_blank, shorten, unmarked},
    values::{EmailAddress, Locale, TimeZone},
};

/// The parameters of a webhook (contract §3).
///
/// The stateless endpoint requires `token` and `field_name`. A stored profile may have neither, because a sandbox has
/// no token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// `telegramToken`.
    pub token: Option<BotToken>,
    /// `telegramFieldName`, the contact field that contains the Telegram id. Never blank.
    pub field_name: Option<String>,
    /// `errorEmail`, the addresses that receive mails about failed deliveries.
    pub error_email: Vec<EmailAddress>,
    /// The formatting of the message.
    pub formatting: Formatting,
}

/// A profile as edited in the builder or in a file, or as described by an old URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedProfile {
    /// The unique name.
    pub name: String,
    /// Whether the endpoint accepts events. `None` keeps the stored value; the endpoint of a new profile is enabled.
    pub enabled: Option<bool>,
    /// The channel of its messages.
    pub channel: ChannelKind,
    /// The Telegram id of the bot to send with, unless `profile` has a token. `None` keeps the stored bot.
    pub bot: Option<i64>,
    /// The event types that the profile accepts. Empty means all.
    pub events: Vec<EventType>,
    /// The parameters. If there is no token, the stored one is kept.
    pub profile: Profile,
    /// Whether an id without a booking bot's code is accepted (contract §4). `None` keeps the stored value. A new
    /// profile accepts such ids unless its bot is a booking bot.
    pub bare_ids: Option<bool>,
    /// The webhook key of a new profile. If it is `None`, a key is generated.
    pub key: Option<String>,
}

impl Profile {
    /// Sets one parameter from its decoded text in a URL or a form. A blank text sets the default, except for a Boolean
    /// parameter, which it sets to true (`&hide_url`).
    ///
    /// # Errors
    /// The faults of the value. The parameter then keeps its previous value.
    pub fn set(&mut self, parameter: Parameter, value: &str) -> Result<(), Vec<Fault>> {
        if let Some(slot) = self.text_slot(parameter) {
            *slot = some_text(value);
            return Ok(());
        }
        if let Some(slot) = self.flag_slot(parameter) {
            let malformed = || vec![Fault::MalformedBool { parameter, value: quoted(value) }];
            *slot = parse_bool(unmarked(value)).ok_or_else(malformed)?;
            return Ok(());
        }
        let given = some_text(value);
        match (parameter, given.as_deref()) {
            (Parameter::TelegramToken, None) => self.token = None,
            (Parameter::TelegramToken, Some(value)) => {
                self.token = Some(BotToken::parse(value).map_err(|fault| vec![Fault::MalformedToken(fault)])?);
            }
            (Parameter::ErrorEmail, value) => self.error_email = parse_addresses(value.unwrap_or_default())?,
            (Parameter::DateLocales, None) => self.formatting.locale = Locale::default(),
            (Parameter::DateLocales, Some(value)) => {
                let unknown = || vec![Fault::UnknownLocale { value: quoted(value) }];
                self.formatting.locale = Locale::parse(value).ok_or_else(unknown)?;
            }
            (Parameter::Timezone, None) => self.formatting.time_zone = TimeZone::default(),
            (Parameter::Timezone, Some(value)) => {
                let nearest = || TimeZone::nearest(value).map(TimeZone::name);
                let unknown = || vec![Fault::UnknownTimeZone { value: quoted(value), nearest: nearest() }];
                self.formatting.time_zone = TimeZone::parse(value).ok_or_else(unknown)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// One parameter as canonical text. `None` if it has its default value. The token is masked.
    #[must_use]
    pub fn get(&self, parameter: Parameter) -> Option<String> {
        let formatting = &self.formatting;
        match parameter {
            Parameter::TelegramToken => self.token.as_ref().map(BotToken::masked),
            Parameter::TelegramFieldName => self.field_name.clone(),
            Parameter::ErrorEmail => {
                let addresses: Vec<&str> = self.error_email.iter().map(EmailAddress::as_str).collect();
                (!addresses.is_empty()).then(|| addresses.join(","))
            }
            Parameter::Message => formatting.message.clone(),
            Parameter::ResourceName => formatting.resource_name.clone(),
            Parameter::DetailSectionName => formatting.detail_section_name.clone(),
            Parameter::CaseTypeName => formatting.case_type_name.clone(),
            Parameter::HideDetailSection => flag(formatting.hide_detail_section, false),
            Parameter::HideResourceDescription => flag(formatting.hide_resource_description, false),
            Parameter::HideOrderDuration => flag(formatting.hide_order_duration, false),
            Parameter::HideAddress => flag(formatting.hide_address, false),
            Parameter::HideServiceName => flag(formatting.hide_service_name, false),
            Parameter::HideOrderDescription => flag(formatting.hide_order_description, false),
            Parameter::HideUrl => flag(formatting.hide_url, false),
            Parameter::HideContactInfo => flag(formatting.hide_contact_info, true),
            Parameter::DateLocales => {
                (formatting.locale != Locale::default()).then(|| formatting.locale.tag().to_owned())
            }
            Parameter::Timezone => {
                (formatting.time_zone != TimeZone::default()).then(|| formatting.time_zone.name().to_owned())
            }
            Parameter::TimezoneName => formatting.time_zone_name.clone(),
            Parameter::SignText => formatting.sign_text.clone(),
        }
        .filter(|text| !self.is_default_text(parameter, text))
    }

    /// The warnings that a profile's editor shows: [`Self::warnings`], and placeholders in the operator's texts.
    #[must_use]
    pub fn editor_warnings(&self) -> Vec<Warning> {
        let mut warnings = self.warnings();
        warnings.extend(self.placeholders());
        warnings
    }

    /// The warnings about placeholders in the operator's texts. The endpoints do not report them.
    #[must_use]
    pub fn placeholders(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for (parameter, text) in self.operator_texts() {
            let placeholders = text.map(placeholders).unwrap_or_default();
            if !placeholders.is_empty() {
                warnings.push(Warning::Placeholders { parameter, placeholders });
            }
        }
        warnings
    }

    fn operator_texts(&self) -> [(Parameter, Option<&str>); 2] {
        let Formatting { message, sign_text, .. } = &self.formatting;
        [(Parameter::Message, message.as_deref()), (Parameter::SignText, sign_text.as_deref())]
    }

    /// The warnings about a profile that do not depend on its written form: no `errorEmail`, no `message`, broken or
    /// unsuitable HTML, texts that are too long, a zone without a name, a field without a star.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let formatting = &self.formatting;
        let mut warnings = Vec::new();
        if self.field_name.as_ref().is_some_and(|name| !name.starts_with('*')) {
            warnings.push(Warning::FieldWithoutStar);
        }
        if self.error_email.is_empty() {
            warnings.push(Warning::NoErrorEmail);
        }
        if formatting.message.is_none() {
            warnings.push(Warning::NoMessage);
        }
        if formatting.time_zone != TimeZone::default() && formatting.time_zone_name.is_none() {
            warnings.push(Warning::TimeZoneWithoutName);
        }
        let mut length = 0;
        for (parameter, text) in self.operator_texts() {
            let Some(text) = text else { continue };
            length += html::units(text);
            match html::remarks(text) {
                Ok(remarks) => {
                    warnings.extend(remarks.into_iter().map(|remark| Warning::HtmlRemark { parameter, remark }));
                }
                Err(fault) => warnings.push(Warning::BrokenHtml { parameter, fault }),
            }
        }
        if length > Limits::TELEGRAM.units {
            warnings.push(Warning::TextsTooLong { units: length });
        }
        warnings
    }

    fn text_slot(&mut self, parameter: Parameter) -> Option<&mut Option<String>> {
        let formatting = &mut self.formatting;
        match parameter {
            Parameter::TelegramFieldName => Some(&mut self.field_name),
            Parameter::Message => Some(&mut formatting.message),
            Parameter::ResourceName => Some(&mut formatting.resource_name),
            Parameter::DetailSectionName => Some(&mut formatting.detail_section_name),
            Parameter::CaseTypeName => Some(&mut formatting.case_type_name),
            Parameter::TimezoneName => Some(&mut formatting.time_zone_name),
            Parameter::SignText => Some(&mut formatting.sign_text),
            _ => None,
        }
    }

    fn flag_slot(&mut self, parameter: Parameter) -> Option<&mut bool> {
        let formatting = &mut self.formatting;
        match parameter {
            Parameter::HideDetailSection => Some(&mut formatting.hide_detail_section),
            Parameter::HideResourceDescription => Some(&mut formatting.hide_resource_description),
            Parameter::HideOrderDuration => Some(&mut formatting.hide_order_duration),
            Parameter::HideAddress => Some(&mut formatting.hide_address),
            Parameter::HideServiceName => Some(&mut formatting.hide_service_name),
            Parameter::HideOrderDescription => Some(&mut formatting.hide_order_description),
            Parameter::HideUrl => Some(&mut formatting.hide_url),
            Parameter::HideContactInfo => Some(&mut formatting.hide_contact_info),
            _ => None,
        }
    }

    /// Whether a text equals the default for this profile's locale and zone.
    fn is_default_text(&self, parameter: Parameter, text: &str) -> bool {
        let formatting = &self.formatting;
        let language = formatting.locale.language();
        match parameter {
            Parameter::ResourceName => text == locale::RESOURCES.get(language),
            Parameter::TimezoneName => {
                formatting.time_zone == TimeZone::default() && text == locale::MOSCOW.get(language)
            }
            _ => false,
        }
    }
}

fn some_text(value: &str) -> Option<String> {
    let text = clean(value);
    let text = unmarked(&text);
    (!is_blank(text)).then(|| text.to_owned())
}

fn flag(value: bool, default: bool) -> Option<String> {
    (value != default).then(|| value.to_string())
}

fn parse_bool(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "" | "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn parse_addresses(value: &str) -> Result<Vec<EmailAddress>, Vec<Fault>> {
    let mut addresses = Vec::new();
    let mut faults = Vec::new();
    for piece in value.split(',').map(unmarked).filter(|piece| !piece.is_empty()) {
        match EmailAddress::parse(piece) {
            Some(address) if addresses.contains(&address) => {}
            Some(address) => addresses.push(address),
            None => faults.push(Fault::MalformedEmail { value: quoted(piece) }),
        }
    }
    if faults.is_empty() { Ok(addresses) } else { Err(faults) }
}

/// An invalid value as quoted in a fault.
fn quoted(value: &str) -> String {
    shorten(&redact(&clean(value)), 60)
}

/// The parameters that affect the message. A text is `None` if its default applies, and never blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatting {
    /// `message`, the operator's first paragraph. May contain Telegram's HTML.
    pub message: Option<String>,
    /// `resource_name`, the heading of the resources.
    pub resource_name: Option<String>,
    /// `detail_section_name`, the heading of the details.
    pub detail_section_name: Option<String>,
    /// `case_type_name`, the noun for the booking.
    pub case_type_name: Option<String>,
    /// `hide_detail_section`, which hides the whole section of details.
    pub hide_detail_section: bool,
    /// `hide_resource_description`.
    pub hide_resource_description: bool,
    /// `hide_order_duration`.
    pub hide_order_duration: bool,
    /// `hide_address`.
    pub hide_address: bool,
    /// `hide_service_name`.
    pub hide_service_name: bool,
    /// `hide_order_description`.
    pub hide_order_description: bool,
    /// `hide_url`, which hides the links to the booking and the service.
    pub hide_url: bool,
    /// `hide_contact_info`, which is true by default.
    pub hide_contact_info: bool,
    /// `date_locales`.
    pub locale: Locale,
    /// `timezone`.
    pub time_zone: TimeZone,
    /// `timezone_name`, the name of the zone after a time.
    pub time_zone_name: Option<String>,
    /// `sign_text`, the operator's last paragraph. May contain Telegram's HTML.
    pub sign_text: Option<String>,
}

impl Default for Formatting {
    fn default() -> Self {
        Self {
            message: None,
            resource_name: None,
            detail_section_name: None,
            case_type_name: None,
            hide_detail_section: false,
            hide_resource_description: false,
            hide_order_duration: false,
            hide_address: false,
            hide_service_name: false,
            hide_order_description: false,
            hide_url: false,
            hide_contact_info: true,
            locale: Locale::default(),
            time_zone: TimeZone::default(),
            time_zone_name: None,
            sign_text: None,
        }
    }
}

impl Formatting {
    /// The value of a `hide_…` parameter. False for any other parameter.
    #[must_use]
    pub fn hides(&self, parameter: Parameter) -> bool {
        match parameter {
            Parameter::HideDetailSection => self.hide_detail_section,
            Parameter::HideResourceDescription => self.hide_resource_description,
            Parameter::HideOrderDuration => self.hide_order_duration,
            Parameter::HideAddress => self.hide_address,
            Parameter::HideServiceName => self.hide_service_name,
            Parameter::HideOrderDescription => self.hide_order_description,
            Parameter::HideUrl => self.hide_url,
            Parameter::HideContactInfo => self.hide_contact_info,
            _ => false,
        }
    }
}
