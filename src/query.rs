//! Converts between query strings and profiles (contract §3). The conversion is symmetric and canonical.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::{
    check::{Fault, Warning},
    parameters::Parameter,
    profile::Profile,
    secret::{BotToken, redact},
    text::{clean, shorten},
};

/// The result of reading a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The profile, as far as it could be read. It is complete if there are no faults.
    pub profile: Profile,
    /// All faults, in the order of the table.
    pub faults: Vec<Fault>,
    /// All warnings.
    pub warnings: Vec<Warning>,
}

/// Reads the query of the stateless endpoint (without the `?`), percent-encoded or raw.
#[must_use]
pub fn read(query: &[u8]) -> Reading {
    judge(Profile::default(), query, &[], &Parameter::REQUIRED)
}

/// Reads the query of the profile endpoint. Its values override the stored ones for one request. `telegramToken`,
/// `telegramFieldName` and `errorEmail` cannot be overridden and cause a warning. No parameter is required.
#[must_use]
pub fn read_overrides(stored: &Profile, query: &[u8]) -> Reading {
    judge(stored.clone(), query, &Parameter::FIXED, &[])
}

/// The overrides in a query of the profile endpoint, in canonical form and without secrets. [`read_overrides`] reads
/// them with the same meaning even if the stored profile has changed. An empty value is kept, because it resets the
/// stored value.
#[must_use]
pub fn overrides(query: &[u8]) -> String {
    let mut given: Vec<(Parameter, String)> = Vec::new();
    for piece in pieces(query) {
        let Some(parameter) = piece.name.as_deref().ok().and_then(Parameter::by_name) else { continue };
        given.retain(|(known, _)| *known != parameter);
        if let Ok(value) = piece.value
            && !Parameter::FIXED.contains(&parameter)
        {
            given.push((parameter, redact(&value)));
        }
    }
    given.sort_by_key(|(parameter, _)| *parameter);
    let pairs = given.iter().map(|(parameter, value)| pair(*parameter, value));
    pairs.collect::<Vec<_>>().join("&")
}

fn pair(parameter: Parameter, value: &str) -> String {
    format!("{}={}", parameter.name(), encode(value))
}

/// The canonical query: in the order of the table, without defaults, with `%20`, `%0A`, `%2B` and percent-encoded
/// Cyrillic. It does not contain the token; see [`write_with_token`].
#[must_use]
pub fn write(profile: &Profile) -> String {
    written(profile, None)
}

/// Like [`write()`], for the log: tokens typed into text parameters are masked.
#[must_use]
pub fn write_redacted(profile: &Profile) -> String {
    let mut shown = profile.clone();
    for parameter in [
        Parameter::TelegramFieldName,
        Parameter::Message,
        Parameter::ResourceName,
        Parameter::DetailSectionName,
        Parameter::CaseTypeName,
        Parameter::TimezoneName,
        Parameter::SignText,
    ] {
        if let Some(value) = profile.get(parameter)
            && redact(&value) != value
        {
            // A text parameter accepts any text.
            let _ = shown.set(parameter, &redact(&value));
        }
    }
    write(&shown)
}

/// Like [`write()`], with the unmasked token.
#[must_use]
pub fn write_with_token(profile: &Profile) -> String {
    written(profile, profile.token.as_ref())
}

/// The characters that are encoded in a URL. Not encoded are the unreserved characters, those that the reference's
/// example leaves raw, and the slash of a time zone.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'*')
    .remove(b':')
    .remove(b'@')
    .remove(b',')
    .remove(b'/');

/// A value as encoded in the canonical query.
#[must_use]
pub fn encode(value: &str) -> String {
    utf8_percent_encode(value, ENCODED).to_string()
}

fn written(profile: &Profile, token: Option<&BotToken>) -> String {
    let value = |parameter| match parameter {
        Parameter::TelegramToken => token.map(|token| token.expose().to_owned()),
        _ => profile.get(parameter),
    };
    let pairs: Vec<String> = Parameter::all()
        .filter_map(|parameter| {
            let value = value(parameter)?;
            Some(pair(parameter, &value))
        })
        .collect();
    pairs.join("&")
}

/// A `name=value` of a query. The parts are decoded if possible.
struct Piece {
    name: Result<String, String>,
    value: Result<String, std::string::FromUtf8Error>,
    malformed_percent: bool,
}

fn pieces(query: &[u8]) -> impl Iterator<Item = Piece> {
    query.split(|byte| *byte == b'&').filter(|piece| !piece.trim_ascii().is_empty()).map(|piece| {
        let (name, value) = match piece.iter().position(|byte| *byte == b'=') {
            Some(at) => (piece.get(..at).unwrap_or_default(), piece.get(at + 1..).unwrap_or_default()),
            None => (piece, &[][..]),
        };
        let name = String::from_utf8(percent_decode(name).collect())
            .map_err(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Piece {
            name,
            value: String::from_utf8(percent_decode(value).collect()),
            malformed_percent: has_malformed_percent(piece),
        }
    })
}

fn has_malformed_percent(piece: &[u8]) -> bool {
    piece.split(|byte| *byte == b'%').skip(1).any(|after| {
        let is_hex = |at: usize| after.get(at).is_some_and(u8::is_ascii_hexdigit);
        !(is_hex(0) && is_hex(1))
    })
}

fn judge(mut profile: Profile, query: &[u8], kept: &[Parameter], required: &[Parameter]) -> Reading {
    let mut given: Vec<(Parameter, Piece)> = Vec::new();
    let mut strangers = Strangers::default();
    let mut repeated = Vec::new();
    for piece in pieces(query) {
        match piece.name.as_deref().ok().and_then(Parameter::by_name) {
            Some(parameter) => match given.iter_mut().find(|(known, _)| *known == parameter) {
                Some((_, earlier)) => {
                    *earlier = piece;
                    repeated.push(parameter);
                }
                None => given.push((parameter, piece)),
            },
            None => strangers.note(&piece),
        }
    }

    let mut faults = Vec::new();
    let mut warnings = Vec::new();
    for parameter in Parameter::all() {
        let piece = given.iter().find(|(known, _)| *known == parameter).map(|(_, piece)| piece);
        if repeated.contains(&parameter) {
            warnings.push(Warning::Repeated(parameter));
        }
        if let Some(piece) = piece {
            if kept.contains(&parameter) {
                warnings.push(Warning::OverrideIgnored(parameter));
                continue;
            }
            if piece.malformed_percent {
                warnings.push(Warning::MalformedPercent { name: parameter.name().to_owned() });
            }
            match &piece.value {
                Ok(value) => faults.extend(profile.set(parameter, value).err().unwrap_or_default()),
                Err(_) => faults.push(Fault::InvalidUtf8 { name: parameter.name().to_owned() }),
            }
        }
        let is_faulty = faults.iter().any(|fault| fault.parameter() == Some(parameter));
        if required.contains(&parameter) && !is_faulty && profile.get(parameter).is_none() {
            faults.push(Fault::Missing(parameter));
        }
    }

    // A malformed errorEmail must not also cause the warning that errorEmail is missing.
    let faulty: Vec<Option<Parameter>> = faults.iter().map(Fault::parameter).collect();
    let about_profile = profile.warnings().into_iter().filter(|warning| !faulty.contains(&warning.parameter()));
    warnings.extend(about_profile);
    faults.append(&mut strangers.faults);
    warnings.append(&mut strangers.warnings);
    Reading { profile, faults, warnings }
}

/// Faults and warnings about names that are not in the table.
#[derive(Default)]
struct Strangers {
    faults: Vec<Fault>,
    warnings: Vec<Warning>,
}

impl Strangers {
    /// The maximum number of faults and of warnings that are kept. A query may have thousands of unknown names.
    const MOST: usize = 40;

    fn note(&mut self, piece: &Piece) {
        let name = match &piece.name {
            Ok(name) => name.trim(),
            Err(readable) => return self.fault(Fault::InvalidUtf8 { name: shown_name(readable) }),
        };
        if piece.value.is_err() {
            self.fault(Fault::InvalidUtf8 { name: shown_name(name) });
        }
        // Finding the nearest name is slow, so it is skipped once there are enough warnings.
        if self.warnings.len() >= Self::MOST {
            return;
        }
        let before = before_separator(name);
        if let Some(parameter) = before.and_then(Parameter::by_name) {
            return self.warn(Warning::MissingEquals { parameter });
        }
        match SIBLINGS.iter().find(|sibling| sibling.eq_ignore_ascii_case(name)) {
            Some(name) => self.warn(Warning::SiblingEndpoint { name }),
            None => self
                .warn(Warning::Unknown { name: shown_name(name), nearest: Parameter::nearest(before.unwrap_or(name)) }),
        }
        if piece.malformed_percent {
            self.warn(Warning::MalformedPercent { name: shown_name(name) });
        }
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < Self::MOST && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < Self::MOST && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// Parameters of the old host's endpoints for other messengers.
const SIBLINGS: [&str; 13] = [
    "apiUrl",
    "idInstance",
    "apiTokenInstance",
    "apiUrlMax",
    "idInstanceMax",
    "apiTokenInstanceMax",
    "repeat",
    "cascadeId",
    "profileId",
    "apiToken",
    "key_api",
    "channel_id",
    "chat_type",
];

/// The text before the first `=` or `:`. The `:` is a common mistake for `=`.
fn before_separator(name: &str) -> Option<&str> {
    name.split_once(['=', ':']).map(|(before, _)| before)
}

/// An unknown name in a form that is safe to show. In `telegramToken%3D6126…`, the secret must not be shown. A
/// shortened name ends with `…`, so that it is not mistaken for the whole name.
fn shown_name(name: &str) -> String {
    let name = clean(name);
    let name = before_separator(&name).map_or_else(|| name.clone(), |before| format!("{}…", before.trim_end()));
    shorten(&redact(&name), 32)
}

#[cfg(test)]
mod tests;
