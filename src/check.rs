//! What can be said about a webhook's parameters: faults stop it, warnings do not.
//! Values with a meaning; the sentences are made where a person reads them.

use crate::{message::html::HtmlFault, parameters::Parameter, secret::TokenFault};

/// Something that makes the parameters unusable (answered 400).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A required parameter is absent or blank.
    Missing(Parameter),
    /// `telegramToken` has not a token's shape. The value itself is a secret and not kept.
    MalformedToken(TokenFault),
    /// One of the addresses in `errorEmail` is none.
    MalformedEmail {
        /// The address as given.
        value: String,
    },
    /// Neither of `true false 1 0 yes no on off`.
    MalformedBool {
        /// Which parameter.
        parameter: Parameter,
        /// The value as given.
        value: String,
    },
    /// A locale that is not offered.
    UnknownLocale {
        /// The value as given.
        value: String,
    },
    /// No IANA zone of that name.
    UnknownTimeZone {
        /// The value as given.
        value: String,
        /// A zone of a similar name.
        nearest: Option<&'static str>,
    },
    /// The value (or, where `parameter` is none of ours, the name) is not UTF-8 after percent-decoding.
    InvalidUtf8 {
        /// The name as given, as far as it is readable; unknown names are shortened and never hold a value.
        name: String,
    },
}

/// Something worth saying that does not stop the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Nobody hears of failed deliveries.
    NoErrorEmail,
    /// No mails go to these addresses before their owners have confirmed them (stateless endpoint).
    UnconfirmedEmail {
        /// The addresses as given.
        addresses: Vec<String>,
    },
    /// The message starts without a word of the operator's.
    NoMessage,
    /// Given more than once; the last one wins.
    Repeated(Parameter),
    /// No parameter of that name.
    Unknown {
        /// The name as given, shortened to what fits a sentence.
        name: String,
        /// What was probably meant.
        nearest: Option<Parameter>,
    },
    /// A known name that something other than `=` follows: `hide_url:true`, `message%3DHi`. It is ignored.
    MissingEquals {
        /// Whose name it is.
        parameter: Parameter,
    },
    /// A parameter of one of the old host's sibling endpoints.
    SiblingEndpoint {
        /// Its name.
        name: &'static str,
    },
    /// A `%` that no two hexadecimal digits follow; kept as typed.
    MalformedPercent {
        /// The parameter's name.
        name: String,
    },
    /// `timezone` other than Europe/Moscow without a `timezone_name`.
    TimeZoneWithoutName,
    /// `message` or `sign_text` is not well-formed Telegram HTML and goes out as plain text.
    BrokenHtml {
        /// Which of the two.
        parameter: Parameter,
        /// What is wrong, and where.
        fault: HtmlFault,
    },
    /// The operator's texts alone exceed one Telegram message.
    TextsTooLong {
        /// Their length in UTF-16 units.
        units: usize,
    },
    /// `telegramFieldName` without a leading `*`: clients see such a field.
    FieldWithoutStar,
    /// This one cannot be overridden on the profile endpoint.
    OverrideIgnored(Parameter),
}

impl Fault {
    /// The parameter it is about; `None` for a name that is none of ours.
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
    /// The parameter it is about, as a form would place it; `None` for a name that is none of ours.
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
            | Self::BrokenHtml { parameter, .. } => Some(*parameter),
            Self::MalformedPercent { name } => Parameter::by_name(name),
            Self::Unknown { .. } | Self::SiblingEndpoint { .. } => None,
        }
    }
}
