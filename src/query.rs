//! Query string ⇄ profile (contract §3). Symmetric and canonical.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::{
    check::{Fault, Warning},
    parameters::Parameter,
    profile::Profile,
    secret::{BotToken, redact},
    text::{clean, shorten},
};

/// What a query says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The profile as far as it could be read; complete where there is no fault.
    pub profile: Profile,
    /// Every fault at once, in the table's order.
    pub faults: Vec<Fault>,
    /// Every warning.
    pub warnings: Vec<Warning>,
}

/// Reads the query of the stateless endpoint (without its `?`), percent-encoded or raw.
#[must_use]
pub fn read(query: &[u8]) -> Reading {
    judge(Profile::default(), query, &[], &Parameter::REQUIRED)
}

/// Reads the query of the profile endpoint: what it says replaces what is stored, for one call.
/// `telegramToken`, `telegramFieldName` and `errorEmail` stay, with a warning. Nothing is required.
#[must_use]
pub fn read_overrides(stored: &Profile, query: &[u8]) -> Reading {
    judge(stored.clone(), query, &Parameter::FIXED, &[])
}

/// What a query of the profile endpoint replaces, canonical and without secrets: read by [`read_overrides`] it means the same
/// for whatever is stored by then. An empty value stays, for it clears what is stored.
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

/// The canonical query: defaults left out, the table's order, `%20`, `%0A`, `%2B`, Cyrillic percent-encoded.
/// The token is left out; [`write_with_token`] has it.
#[must_use]
pub fn write(profile: &Profile) -> String {
    written(profile, None)
}

/// [`write()`] with the token in the clear, for those who asked for it.
#[must_use]
pub fn write_with_token(profile: &Profile) -> String {
    written(profile, profile.token.as_ref())
}

/// What stays as it is in a URL: besides the unreserved characters those that the reference's own example shows raw,
/// and the slash of a time zone.
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

/// A value as the canonical query writes it.
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

/// One `name=value` of a query, decoded as far as it can be.
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

    // "No errorEmail" would be untrue where there is one, but a wrong one.
    let faulty: Vec<Option<Parameter>> = faults.iter().map(Fault::parameter).collect();
    let about_profile = profile.warnings().into_iter().filter(|warning| !faulty.contains(&warning.parameter()));
    warnings.extend(about_profile);
    faults.append(&mut strangers.faults);
    warnings.append(&mut strangers.warnings);
    Reading { profile, faults, warnings }
}

/// What is said about names that are none of ours.
#[derive(Default)]
struct Strangers {
    faults: Vec<Fault>,
    warnings: Vec<Warning>,
}

impl Strangers {
    /// A query of thousands of unknown names need not be answered with thousands of sentences: so many of each kind.
    const MOST: usize = 40;

    fn note(&mut self, piece: &Piece) {
        let name = match &piece.name {
            Ok(name) => name.trim(),
            Err(readable) => return self.fault(Fault::InvalidUtf8 { name: shown_name(readable) }),
        };
        if piece.value.is_err() {
            self.fault(Fault::InvalidUtf8 { name: shown_name(name) });
        }
        // Looking for the nearest name takes its time.
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
const SIBLINGS: [&str; 12] = [
    "apiUrl",
    "idInstance",
    "apiTokenInstance",
    "apiUrlMax",
    "idInstanceMax",
    "apiTokenInstanceMax",
    "repeat",
    "cascadeId",
    "apiToken",
    "key_api",
    "channel_id",
    "chat_type",
];

/// What stands before a sign that separates, or should separate, a name from its value.
fn before_separator(name: &str) -> Option<&str> {
    name.split_once(['=', ':']).map(|(before, _)| before)
}

/// A name that is none of ours, as a sentence may show it: `telegramToken%3D6126…` must not put a secret there. What is
/// cut ends with `…`, so that it is never taken for a whole name.
fn shown_name(name: &str) -> String {
    let name = clean(name);
    let name = before_separator(&name).map_or_else(|| name.clone(), |before| format!("{}…", before.trim_end()));
    shorten(&redact(&name), 32)
}

#[cfg(test)]
mod tests;
