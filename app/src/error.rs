//! What a server function can answer instead of a result. Travels to the browser, without JavaScript in a URL:
//! nothing secret is ever in it.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

/// Why a server function did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// Nobody is signed in.
    SignedOut,
    /// Who is signed in may not do this.
    Forbidden,
    /// There is no such thing (any more).
    NotFound,
    /// What was typed is at fault; each fault at its field.
    Invalid(Vec<FieldFault>),
    /// A fault of the server's, logged there; the text is for nobody's eyes.
    Internal,
    /// The server could not be reached, or its answer not be read.
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
