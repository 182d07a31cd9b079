//! The results of checking a webhook's parameters: a fault makes it unusable, a warning does not.
//! They are values; `app` turns them into sentences.

use crate::{
    event::UnreadField,
    message::html::{HtmlFault, HtmlRemark},
    parameters::Parameter,
    secret::TokenFault,
};

/// Something that makes the parameters unusable (answered 400).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A required parameter is absent or blank.
    Missing(Parameter),
    /// `telegramToken` does not have the shape of a token. The value is a secret and is not kept.
    MalformedToken(TokenFault),
    /// An address in `errorEmail` is not an e-mail address.
    MalformedEmail {
        /// The address as given.
        value: String,
    },
    /// The value is not one of `true false 1 0 yes no on off`.
    MalformedBool {
        /// The parameter.
        parameter: Parameter,
        /// The value as given.
        value: String,
    },
    /// The locale is not supported.
    UnknownLocale {
        /// The value as given.
        value: String,
    },
    /// The value is not the name of an IANA time zone.
    UnknownTimeZone {
        /// The value as given.
        value: String,
        /// A zone with a similar name.
        nearest: Option<&'static str>,
    },
    /// The value is not UTF-8 after percent-decoding. For a parameter that is not in the table, this may be its name.
    InvalidUtf8 {
        /// The name as given, as far as it is readable. An unknown name is shortened and never contains a value.
        name: String,
    },
}

/// A problem that does not stop the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// There is no `errorEmail`: nobody is told about failed deliveries.
    NoErrorEmail,
    /// Addresses that get no mails until their owners have confirmed them (stateless endpoint).
    UnconfirmedEmail {
        /// The addresses as given.
        addresses: Vec<String>,
    },
    /// There is no `message`: the message starts without a text of the operator.
    NoMessage,
    /// The parameter is given more than once; the last one wins.
    Repeated(Parameter),
    /// There is no parameter with this name.
    Unknown {
        /// The name as given, shortened to fit into a sentence.
        name: String,
        /// The parameter that was probably meant.
        nearest: Option<Parameter>,
    },
    /// A known name is followed by something other than `=`: `hide_url:true`, `message%3DHi`. It is ignored.
    MissingEquals {
        /// The parameter with this name.
        parameter: Parameter,
    },
    /// A parameter of one of the old host's sibling endpoints.
    SiblingEndpoint {
        /// Its name.
        name: &'static str,
    },
    /// A `%` is not followed by two hexadecimal digits; it is kept as typed.
    MalformedPercent {
        /// The parameter's name.
        name: String,
    },
    /// `timezone` is not Europe/Moscow and there is no `timezone_name`.
    TimeZoneWithoutName,
    /// `message` or `sign_text` is not well-formed Telegram HTML and is sent as plain text.
    BrokenHtml {
        /// `message` or `sign_text`.
        parameter: Parameter,
        /// What is wrong, and where.
        fault: HtmlFault,
    },
    /// `message` or `sign_text` has something that Telegram shows otherwise than it is meant.
    HtmlRemark {
        /// `message` or `sign_text`.
        parameter: Parameter,
        /// What it is.
        remark: HtmlRemark,
    },
    /// `message` or `sign_text` has placeholders, which are sent as typed. The endpoints' answers do not have this
    /// warning (contract §3).
    Placeholders {
        /// `message` or `sign_text`.
        parameter: Parameter,
        /// Some of them, as typed.
        placeholders: Vec<String>,
    },
    /// The operator's texts alone are longer than one Telegram message.
    TextsTooLong {
        /// Their length in UTF-16 units.
        units: usize,
    },
    /// `telegramFieldName` has no leading `*`, so clients see the field.
    FieldWithoutStar,
    /// This parameter cannot be overridden at the profile endpoint.
    OverrideIgnored(Parameter),
    /// A field of the event cannot be read, and the message goes without it.
    UnreadField(UnreadField),
}

impl Fault {
    /// The parameter that has the fault; `None` for a name that is not in the table.
    #[must_use]
    pub fn parameter(&self) -> Option<Parameter> {
        match self {
            Self::Missing(parameter) | Self::MalformedBool { parameter, .. } => Some(*parameter),
            Self::MalformedToken(_) => Some(Parameter::TelegramToken),
            Self::MalformedEmail { .. } => Some(Parameter::ErrorEmail),
            Self::UnknownLocale { .. } => Some(Parameter::DateLocales),
            Self::UnknownTimeZone { .. } => Some(Parameter::Timezone),
            Self::InvalidUtf8 { name } => Parameter::by_name(name),
        }
    }
}

impl Warning {
    /// The parameter whose form field should show the warning; `None` for a name that is not in the table.
    #[must_use]
    pub fn parameter(&self) -> Option<Parameter> {
        match self {
            Self::NoErrorEmail | Self::UnconfirmedEmail { .. } => Some(Parameter::ErrorEmail),
            Self::NoMessage | Self::TextsTooLong { .. } => Some(Parameter::Message),
            Self::TimeZoneWithoutName => Some(Parameter::TimezoneName),
            Self::FieldWithoutStar => Some(Parameter::TelegramFieldName),
            Self::Repeated(parameter)
            | Self::OverrideIgnored(parameter)
            | Self::MissingEquals { parameter }
            | Self::BrokenHtml { parameter, .. }
            | Self::HtmlRemark { parameter, .. }
            | Self::Placeholders { parameter, .. } => Some(*parameter),
            Self::MalformedPercent { name } => Parameter::by_name(name),
            Self::Unknown { .. } | Self::SiblingEndpoint { .. } | Self::UnreadField(_) => None,
        }
    }
}
