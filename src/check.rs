//! The results of checking a webhook's parameters. A fault makes the webhook unusable; a warning does not. Both are
//! values, which `app` turns into sentences.

use crate::{
    event::UnreadField,
    message::html::{HtmlFault, HtmlRemark},
    parameters::Parameter,
    secret::TokenFault,
};

/// A fault that makes the parameters unusable. The webhook answers 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A required parameter is missing or blank.
    Missing(Parameter),
    /// `telegramToken` does not have the format of a token. The value is a secret and is not kept.
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
    /// The value is not UTF-8 after percent-decoding. For an unknown parameter, its name may be the invalid part.
    InvalidUtf8 {
        /// The name as given, with unreadable parts replaced. An unknown name is shortened and never contains a value.
        name: String,
    },
}

/// A problem that does not stop the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// There is no `errorEmail`, so nobody is notified of failed deliveries.
    NoErrorEmail,
    /// These addresses receive no mails until their owners confirm them (stateless endpoint).
    UnconfirmedEmail {
        /// The addresses as given.
        addresses: Vec<String>,
    },
    /// There is no `message`, so messages start without a text of the operator.
    NoMessage,
    /// The parameter is given more than once; the last one wins.
    Repeated(Parameter),
    /// There is no parameter with this name.
    Unknown {
        /// The name as given, shortened.
        name: String,
        /// A parameter with a similar name.
        nearest: Option<Parameter>,
    },
    /// A known name is followed by something other than `=`: `hide_url:true`, `message%3DHi`. The parameter is ignored.
    MissingEquals {
        /// The parameter with this name.
        parameter: Parameter,
    },
    /// The parameter belongs to one of the old host's sibling endpoints.
    SiblingEndpoint {
        /// Its name.
        name: &'static str,
    },
    /// A `%` is not followed by two hexadecimal digits. It is kept as typed.
    MalformedPercent {
        /// The parameter's name.
        name: String,
    },
    /// `timezone` is not Europe/Moscow and there is no `timezone_name`.
    TimeZoneWithoutName,
    /// `message` or `sign_text` is not well-formed Telegram HTML. It is sent as plain text.
    BrokenHtml {
        /// `message` or `sign_text`.
        parameter: Parameter,
        /// The kind and position of the fault.
        fault: HtmlFault,
    },
    /// Telegram shows a part of `message` or `sign_text` differently from what was probably intended.
    HtmlRemark {
        /// `message` or `sign_text`.
        parameter: Parameter,
        /// The part.
        remark: HtmlRemark,
    },
    /// `message` or `sign_text` contains placeholders, which are sent as typed. The endpoints' answers do not contain
    /// this warning (contract §3).
    Placeholders {
        /// `message` or `sign_text`.
        parameter: Parameter,
        /// Some of the placeholders, as typed.
        placeholders: Vec<String>,
    },
    /// The operator's texts alone are longer than one Telegram message.
    TextsTooLong {
        /// Their length in UTF-16 units.
        units: usize,
    },
    /// `telegramFieldName` has no leading `*`, so clients see the field.
    FieldWithoutStar,
    /// The profile endpoint does not allow this parameter to be overridden.
    OverrideIgnored(Parameter),
    /// A field of the event cannot be read. The message is sent without it.
    UnreadField(UnreadField),
}

impl Fault {
    /// The parameter that has the fault. `None` for an unknown parameter.
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
    /// The parameter whose form field shows the warning. `None` for an unknown parameter.
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
