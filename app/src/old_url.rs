//! Reads a pasted old URL: `https://hooks.example.com/webhook/telegram?telegramToken=…&…` becomes a profile. The
//! browser and the server use the same code. The pasted text contains a token and is never shown again.

use hookgram::{
    check::{Fault, Warning},
    profile::Profile,
    query::{self, Reading},
    secret::{TokenFault, redact},
};

/// The fault of a URL that names a bot of the booking service instead of a token.
pub const SHARED_BOT: Fault = Fault::MalformedToken(TokenFault::SharedBot);

/// The content of an old URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldUrl {
    /// The profile with its token; complete if there is no fault.
    pub profile: Profile,
    /// Why it cannot become a profile yet.
    pub faults: Vec<Fault>,
    /// Parts of the URL that could not be imported.
    pub lost: Vec<Warning>,
    /// Further advice about the profile.
    pub advice: Vec<Warning>,
}

impl OldUrl {
    /// Whether the URL names a bot of the booking service instead of a token.
    #[must_use]
    pub fn names_shared_bot(&self) -> bool {
        self.faults.contains(&SHARED_BOT)
    }

    /// Whether the URL becomes a profile once a bot is chosen for it.
    #[must_use]
    pub fn lacks_only_bot(&self) -> bool {
        self.names_shared_bot() && self.faults.iter().all(|fault| *fault == SHARED_BOT)
    }
}

/// Why a text is not an old URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoOldUrl {
    /// The text is blank.
    Blank,
    /// The text is a short URL, whose profile already exists.
    Short,
    /// A webhook of the old host for another messenger.
    OtherEndpoint,
    /// The text has no parameters.
    NoParameters,
}

/// Reads a pasted text, with or without a scheme and host, percent-encoded or raw, on one line or several. A missing or
/// wrong parameter is one of [`OldUrl::faults`].
///
/// # Errors
/// The text is not an old URL.
pub fn read(text: &str) -> Result<OldUrl, NoOldUrl> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '«' | '»'));
    if text.is_empty() {
        return Err(NoOldUrl::Blank);
    }
    let (path, parameters) = match text.split_once('?') {
        Some(split) => split,
        // A person may have copied only the part after the question mark.
        None if text.contains('=') && !text.contains("://") => ("", text),
        None => (text, ""),
    };
    let mut steps = path.trim_end_matches('/').rsplit('/');
    match (steps.next(), steps.next()) {
        (Some(_), Some("h")) => return Err(NoOldUrl::Short),
        (Some(endpoint), Some("webhook")) if !endpoint.eq_ignore_ascii_case("telegram") => {
            return Err(NoOldUrl::OtherEndpoint);
        }
        _ if parameters.is_empty() => return Err(NoOldUrl::NoParameters),
        _ => {}
    }
    let Reading { profile, faults, warnings } = query::read(parameters.as_bytes());
    let placeholders = profile.placeholders();
    let (lost, advice) = warnings.into_iter().chain(placeholders).partition(is_lost);
    Ok(OldUrl { profile, faults, lost, advice })
}

/// Whether a warning is about a part of the URL that the profile does not contain as intended.
fn is_lost(warning: &Warning) -> bool {
    match warning {
        Warning::Repeated(_)
        | Warning::Unknown { .. }
        | Warning::MissingEquals { .. }
        | Warning::SiblingEndpoint { .. }
        | Warning::MalformedPercent { .. }
        | Warning::OverrideIgnored(_) => true,
        Warning::NoErrorEmail
        | Warning::UnconfirmedEmail { .. }
        | Warning::NoMessage
        | Warning::TimeZoneWithoutName
        | Warning::BrokenHtml { .. }
        | Warning::HtmlRemark { .. }
        | Warning::Placeholders { .. }
        | Warning::TextsTooLong { .. }
        | Warning::FieldWithoutStar
        | Warning::UnreadField(_) => false,
    }
}

/// The first words of a profile's message, without tags, on one line; `None` without a message. They become a name,
/// which is stored unencrypted, so a token in the message is masked.
#[must_use]
pub fn first_words(profile: &Profile) -> Option<String> {
    /// Characters: about one line of a list.
    const LENGTH: usize = 48;
    let message = profile.formatting.message.as_deref()?;
    let plain: String = match hookgram::message::html::parse(message) {
        Ok(spans) => spans.into_iter().map(|span| span.text).collect(),
        Err(_) => message.to_owned(),
    };
    let plain = redact(&plain);
    let line = plain.lines().map(str::trim).find(|line| !line.is_empty())?;
    if line.chars().count() <= LENGTH {
        return Some(line.to_owned());
    }
    let head: String = line.chars().take(LENGTH).collect();
    // The text is cut between words, unless the first word alone is too long.
    let head = head.rsplit_once(' ').map_or(head.as_str(), |(words, _)| words);
    Some(format!("{}…", head.trim_end_matches([',', '.', ':', ';', ' '])))
}

/// `wanted`, or if it is taken, `wanted 2`, `wanted 3`, …
#[must_use]
pub fn free_name(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2_u32..).map(|number| format!("{wanted} {number}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use hookgram::parameters::Parameter;

    use super::*;

    const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

    fn with(rest: &str) -> String {
        format!("https://hooks.torrow.net/webhook/telegram?telegramToken={TOKEN}&telegramFieldName =*TelegramId{rest}")
    }

    #[test]
    fn a_url_is_read_the_same_with_quotes_spaces_or_another_host() {
        let url = with("&errorEmail=a@b.c&message=Вы%20записаны на услугу");
        let first = read(&url).unwrap();
        assert_eq!((first.faults.len(), first.lost.len(), first.advice.len()), (0, 0, 0), "{first:?}");
        assert_eq!(first.profile.formatting.message.as_deref(), Some("Вы записаны на услугу"));
        assert_eq!(first.profile.token.as_ref().map(|token| token.bot_id()), Some(7_001_002_003));
        for copied in [
            format!("  {url}\n"),
            format!("\"{url}\""),
            format!("<{url}>"),
            url.replace("https://hooks.torrow.net", ""),
            url.replace("https://", "http://localhost:3000/old/../x")
                .replace("/webhook/telegram?", "/webhook/telegram/?"),
            url.split_once('?').unwrap().1.to_owned(),
        ] {
            assert_eq!(read(&copied).unwrap(), first, "{copied}");
        }
    }

    #[test]
    fn lost_parts_of_a_url_are_separate_from_advice() {
        let url = read(&with("&idInstance=7&hide_adress=true&message=a&message=50%&timezone=Asia/Omsk")).unwrap();
        assert_eq!(url.faults, []);
        assert_eq!(
            url.lost,
            [
                Warning::Repeated(Parameter::Message),
                Warning::MalformedPercent { name: "message".into() },
                Warning::SiblingEndpoint { name: "idInstance" },
                Warning::Unknown { name: "hide_adress".into(), nearest: Some(Parameter::HideAddress) },
            ]
        );
        assert_eq!(url.advice, [Warning::NoErrorEmail, Warning::TimeZoneWithoutName]);
        let faulty = read("https://x.example/webhook/telegram?telegramFieldName=*T&hide_url=maybe").unwrap();
        assert_eq!(faulty.faults.len(), 2, "{faulty:?}");
    }

    #[test]
    fn a_placeholder_in_a_text_is_advice() {
        let url = read(&with("&errorEmail=a@b.c&message=Hi%20{name}&sign_text=%25date%25")).unwrap();
        let about = |parameter, name: &str| Warning::Placeholders { parameter, placeholders: vec![name.into()] };
        assert_eq!(
            (url.lost, url.advice),
            (Vec::new(), vec![about(Parameter::Message, "{name}"), about(Parameter::SignText, "%date%")])
        );
    }

    #[test]
    fn a_url_of_the_shared_bot_lacks_only_a_bot() {
        let shared = |name: &str, rest: &str| read(&with(rest).replace(TOKEN, name)).unwrap();
        for name in ["TorrowServiceBot", "torrowchatbot", "@TorrowServiceBot"] {
            let url = shared(name, "&message=Hi");
            assert!(url.lacks_only_bot() && url.profile.token.is_none(), "{name}");
            assert_eq!(url.profile.formatting.message.as_deref(), Some("Hi"));
        }
        let other = shared("TorrowServiceBot", "&hide_url=maybe");
        assert!(other.names_shared_bot() && !other.lacks_only_bot());
        assert!(!shared("OtherBot", "").names_shared_bot() && !read(&with("")).unwrap().lacks_only_bot());
    }

    #[test]
    fn a_text_that_is_no_old_url_is_refused_with_the_reason() {
        for (text, why) in [
            (" \n", NoOldUrl::Blank),
            ("https://hooks.example.com/h/k7Rm2Qx9TvB4nWpL", NoOldUrl::Short),
            ("https://hooks.example.com/h/k7Rm2Qx9TvB4nWpL?message=Hi", NoOldUrl::Short),
            ("https://hooks.torrow.net/webhook/whatsapp?message=Hi", NoOldUrl::OtherEndpoint),
            ("https://hooks.torrow.net/webhook/telegram", NoOldUrl::NoParameters),
            ("telegram", NoOldUrl::NoParameters),
        ] {
            assert_eq!(read(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_name_is_the_first_words_of_the_message_and_not_taken() {
        let words = |message: &str| first_words(&read(&with(&format!("&message={message}"))).unwrap().profile);
        assert_eq!(words("<b>Вы%20записаны</b>!%0AЖдём"), Some("Вы записаны!".into()));
        assert_eq!(words("a%20<%20b"), Some("a < b".into()));
        // The cut text may look like a token even if the full text did not.
        for pasted in [format!("Вы {TOKEN}"), format!("Вы{TOKEN}legramFieldName"), format!("{TOKEN}{}", "x".repeat(50))]
        {
            let shown = words(&pasted).unwrap();
            assert!(shown.contains("7001002003:AAH…") && !shown.contains("AAHk"), "{shown}");
        }
        let long = words("Здравствуйте,%20вы%20записаны%20на%20услугу%20нашего%20салона,%20ждём").unwrap();
        assert_eq!(long, "Здравствуйте, вы записаны на услугу нашего…");
        assert_eq!(first_words(&read(&with("")).unwrap().profile), None);
        assert_eq!(free_name("A", |name| ["A", "A 2"].contains(&name)), "A 3");
        assert_eq!(free_name("A", |_| false), "A");
    }
}
