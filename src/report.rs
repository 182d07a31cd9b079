//! The body of a response (contract §2).

use serde::Serialize;

/// `Status` of a response. Clients may compare these fixed strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Status {
    /// The request is accepted.
    Success,
    /// A parameter is missing or wrong.
    #[serde(rename = "Wrong parameters")]
    WrongParameters,
    /// Any other error.
    Error,
}

/// The JSON body. The keys have the order of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckReport {
    /// The result.
    pub status: Status,
    /// A fixed English sentence. Only present with `Success`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'static str>,
    /// The accepted event's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The faults as sentences, joined by spaces. Absent with `Success`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// The warnings as sentences, joined by spaces. Absent only with `Success` and without warnings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning_message: Option<String>,
}

impl CheckReport {
    /// For a GET without a fault.
    #[must_use]
    pub fn verified(warnings: String) -> Self {
        Self::success("The WebHook has been successfully verified", None, warnings)
    }

    /// For a POST whose event is stored.
    #[must_use]
    pub fn accepted(id: String, warnings: String) -> Self {
        Self::success("The event has been accepted", Some(id), warnings)
    }

    /// For a POST of a duplicate. `id` is the id of the first copy.
    #[must_use]
    pub fn already_accepted(id: String, warnings: String) -> Self {
        Self::success("The event has already been accepted", Some(id), warnings)
    }

    /// For a missing or wrong parameter.
    #[must_use]
    pub fn wrong_parameters(errors: String, warnings: String) -> Self {
        Self::failure(Status::WrongParameters, errors, warnings)
    }

    /// For any other refused request.
    #[must_use]
    pub fn error(message: String) -> Self {
        Self::failure(Status::Error, message, String::new())
    }

    fn success(message: &'static str, id: Option<String>, warnings: String) -> Self {
        let warning_message = (!warnings.is_empty()).then_some(warnings);
        Self { status: Status::Success, message: Some(message), id, error_message: None, warning_message }
    }

    fn failure(status: Status, errors: String, warnings: String) -> Self {
        Self { status, message: None, id: None, error_message: Some(errors), warning_message: Some(warnings) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_bodies_match_the_contract() {
        for (report, body) in [
            (
                CheckReport::verified(String::new()),
                r#"{"Status":"Success","Message":"The WebHook has been successfully verified"}"#,
            ),
            (
                CheckReport::verified("Нет почты.".into()),
                r#"{"Status":"Success","Message":"The WebHook has been successfully verified","WarningMessage":"Нет почты."}"#,
            ),
            (
                CheckReport::accepted("7".into(), String::new()),
                r#"{"Status":"Success","Message":"The event has been accepted","Id":"7"}"#,
            ),
            (
                CheckReport::already_accepted("7".into(), "W.".into()),
                r#"{"Status":"Success","Message":"The event has already been accepted","Id":"7","WarningMessage":"W."}"#,
            ),
            (
                CheckReport::wrong_parameters("E.".into(), String::new()),
                r#"{"Status":"Wrong parameters","ErrorMessage":"E.","WarningMessage":""}"#,
            ),
            (CheckReport::error("E.".into()), r#"{"Status":"Error","ErrorMessage":"E.","WarningMessage":""}"#),
        ] {
            assert_eq!(serde_json::to_string(&report).expect("JSON"), body);
        }
    }
}
