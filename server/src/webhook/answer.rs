//! The response of an endpoint (contract §2): first a value, then sentences once the language is known.

use app::i18n::{checks, endpoints};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hookgram::{
    check::{Fault, Warning},
    delivery::FailureCause,
    event::EventFault,
    report::{CheckReport, Status},
    values::Language,
    webhook::WebhookError,
};

use crate::store::Reason;

/// `Retry-After` for a POST that could not be stored, in seconds.
const STORE_AGAIN: u64 = 5;

/// An endpoint's response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointAnswer {
    /// The outcome.
    pub outcome: Outcome,
    /// Warnings besides the outcome.
    pub warnings: Vec<Warning>,
}

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The parameters are valid, and Telegram accepts the token if the channel needs one (GET).
    Verified,
    /// The event is stored under this public id.
    Accepted(String),
    /// The event was already stored, under this public id.
    Duplicate(String),
    /// The request is refused.
    Refused(Refusal),
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The parameters have faults.
    Parameters(Vec<Fault>),
    /// The body is not an event.
    Event(EventFault),
    /// Any other reason.
    Endpoint(WebhookError),
}

impl From<WebhookError> for Refusal {
    fn from(fault: WebhookError) -> Self {
        Self::Endpoint(fault)
    }
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Parameters(_) | Self::Event(_) => StatusCode::BAD_REQUEST,
            Self::Endpoint(fault) => match fault {
                WebhookError::UnknownKey | WebhookError::Disabled | WebhookError::StatelessOff => StatusCode::NOT_FOUND,
                WebhookError::Method => StatusCode::METHOD_NOT_ALLOWED,
                WebhookError::Incomplete => StatusCode::REQUEST_TIMEOUT,
                WebhookError::TooLarge { .. } | WebhookError::TooMuch { .. } => StatusCode::PAYLOAD_TOO_LARGE,
                WebhookError::LongTarget { .. } => StatusCode::URI_TOO_LONG,
                WebhookError::LongHeaders { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                WebhookError::ContentType { .. } | WebhookError::ContentEncoding { .. } => {
                    StatusCode::UNSUPPORTED_MEDIA_TYPE
                }
                WebhookError::WrongCode { .. } | WebhookError::NoRecipient { .. } | WebhookError::NothingToSay => {
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                WebhookError::TooManyChecks { .. }
                | WebhookError::TooManyRequests { .. }
                | WebhookError::QueueFull { .. }
                | WebhookError::StrangersFull { .. } => StatusCode::TOO_MANY_REQUESTS,
                WebhookError::TokenRefused | WebhookError::TokenLocked | WebhookError::TelegramUnreachable => {
                    StatusCode::BAD_GATEWAY
                }
                WebhookError::NotStored => StatusCode::SERVICE_UNAVAILABLE,
            },
        }
    }

    /// Seconds after which the same request may succeed, if they are known: the value of `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Endpoint(
                WebhookError::TooManyChecks { seconds }
                | WebhookError::TooManyRequests { seconds }
                | WebhookError::QueueFull { seconds }
                | WebhookError::StrangersFull { seconds },
            ) => Some(*seconds),
            Self::Endpoint(WebhookError::NotStored) => Some(STORE_AGAIN),
            _ => None,
        }
    }

    /// The sentences for the caller.
    #[must_use]
    pub fn sentences(&self, language: Language) -> String {
        match self {
            Self::Parameters(faults) => {
                faults.iter().map(|fault| checks::fault(language, fault)).collect::<Vec<_>>().join(" ")
            }
            Self::Event(fault) => endpoints::event_fault(language, fault),
            Self::Endpoint(fault) => endpoints::endpoint(language, fault),
        }
    }

    /// The cause that is mailed to the profile's `errorEmail`, for a refusal because of the event itself (422).
    #[must_use]
    pub fn cause(&self) -> Option<FailureCause> {
        match self {
            Self::Endpoint(WebhookError::NoRecipient { .. } | WebhookError::WrongCode { .. }) => {
                Some(FailureCause::NoRecipient)
            }
            Self::Endpoint(WebhookError::NothingToSay) => Some(FailureCause::NothingToSay),
            _ => None,
        }
    }

    /// The sentences in both languages, for the log.
    #[must_use]
    pub fn reason(&self) -> Reason {
        Reason { ru: self.sentences(Language::Ru), en: self.sentences(Language::En) }
    }
}

impl EndpointAnswer {
    /// A refusal without warnings.
    #[must_use]
    pub fn refused(refusal: impl Into<Refusal>) -> Self {
        Self { outcome: Outcome::Refused(refusal.into()), warnings: Vec::new() }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match &self.outcome {
            Outcome::Refused(refusal) => refusal.status(),
            _ => StatusCode::OK,
        }
    }

    /// The JSON body (contract §2).
    #[must_use]
    pub fn report(&self, language: Language) -> CheckReport {
        let warnings: Vec<String> = self.warnings.iter().map(|warning| checks::warning(language, warning)).collect();
        let said = (!warnings.is_empty()).then(|| warnings.join(" "));
        let success = |message, id: Option<&String>| CheckReport {
            status: Status::Success,
            message: Some(message),
            id: id.cloned(),
            error_message: None,
            warning_message: said.clone(),
        };
        match &self.outcome {
            Outcome::Verified => success("The WebHook has been successfully verified", None),
            Outcome::Accepted(id) => success("The event has been accepted", Some(id)),
            Outcome::Duplicate(id) => success("The event has already been accepted", Some(id)),
            Outcome::Refused(refusal) => {
                let parameters = matches!(refusal, Refusal::Parameters(_));
                CheckReport {
                    status: if parameters { Status::WrongParameters } else { Status::Error },
                    message: None,
                    id: None,
                    error_message: Some(refusal.sentences(language)),
                    warning_message: Some(if parameters { said.unwrap_or_default() } else { String::new() }),
                }
            }
        }
    }

    /// The whole response.
    #[must_use]
    pub fn into_response(self, language: Language) -> Response {
        let body = serde_json::to_vec(&self.report(language)).unwrap_or_default();
        let status = self.status();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Outcome::Refused(refusal) = &self.outcome
            && let Some(seconds) = refusal.retry_after()
        {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_422_has_a_cause_and_is_mailed() {
        let field = "*TelegramId".to_owned();
        for fault in [
            WebhookError::NoRecipient { field: field.clone() },
            WebhookError::WrongCode { field },
            WebhookError::NothingToSay,
        ] {
            let refusal = Refusal::Endpoint(fault);
            assert_eq!(refusal.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refusal.cause().is_some(), "{refusal:?}");
        }
        assert_eq!(Refusal::Endpoint(WebhookError::Disabled).cause(), None);
    }
}
