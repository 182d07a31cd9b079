//! The error of server functions. It is sent to the browser, and without scripts it is part of a URL, so it must not
//! contain a secret.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

use crate::form::ProfileForm;

/// Why a server function failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// The request has no session.
    SignedOut,
    /// The account's role does not allow this.
    Forbidden,
    /// The object does not exist, or no longer does.
    NotFound,
    /// The input has faults, each with its field.
    Invalid(Vec<FieldFault>),
    /// Another user stored the profile in the meantime. Contains the stored profile.
    Outdated(Box<ProfileForm>),
    /// An error of the server. It is logged; its text is not shown.
    Internal,
    /// The server could not be reached, or its response could not be read.
    Connection,
}

/// A fault at one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// The field's name; empty for the form as a whole.
    pub field: String,
    /// The sentence, in the reader's language.
    pub sentence: String,
}

impl AppError {
    /// One fault at one field.
    #[must_use]
    pub fn field(field: &str, sentence: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldFault { field: field.to_owned(), sentence: sentence.into() }])
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        match value {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) => Self::Connection,
            _ => Self::Internal,
        }
    }
}
