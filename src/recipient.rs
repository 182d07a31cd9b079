//! Finds the recipients of an event (contract §4).

use std::borrow::Cow;

use crate::{
    booking::CodedChat,
    event::{BookingEvent, ContactField, Participant},
    secret::redact,
    text::{composed, shorten, trimmed},
    values::ChatId,
};

/// A participant and its chat, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Index into [`BookingEvent::participants`].
    pub participant: usize,
    /// The chat, or why it is not usable.
    pub chat: Result<ChatId, Unusable>,
    /// The chat with the code of a booking bot's link. The code has not been verified.
    pub code: Option<CodedChat>,
}

impl Recipient {
    /// Returns the recipient after verifying the code with `is_right`. `bare_ids` says whether an id without a code is
    /// accepted (contract §4).
    #[must_use]
    pub fn checked(mut self, bare_ids: bool, is_right: impl Fn(&CodedChat) -> bool) -> Self {
        self.chat = match (self.chat, &self.code) {
            (Ok(_), Some(code)) if !is_right(code) => Err(Unusable::WrongCode { chat: code.chat() }),
            (Ok(chat), None) if !bare_ids => Err(Unusable::NoCode { chat }),
            (chat, _) => chat,
        };
        self
    }
}

/// Why a participant has no usable chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// There is no field with this name, or all of them are blank.
    NoField,
    /// The field contains neither an integer nor `@channel`.
    NotAChatId {
        /// The field's value, shortened.
        value: String,
    },
    /// The field contains an id with the wrong code: the link was edited, or it belongs to another bot.
    WrongCode {
        /// The id.
        chat: i64,
    },
    /// The field contains an id without a code, but the profile requires codes.
    NoCode {
        /// The id.
        chat: ChatId,
    },
}

/// Every participant, in the order of the event.
#[must_use]
pub fn recipients(event: &BookingEvent, field_name: &str) -> Vec<Recipient> {
    each(event, field_name).collect()
}

/// The index and the chat of the first participant with a usable chat.
#[must_use]
pub fn first_usable(event: &BookingEvent, field_name: &str) -> Option<(usize, ChatId)> {
    each(event, field_name).find_map(|recipient| Some((recipient.participant, recipient.chat.ok()?)))
}

/// The chat of the participant with this index. `None` if it is not usable.
#[must_use]
pub fn chat_of(event: &BookingEvent, field_name: &str, participant: usize) -> Option<ChatId> {
    TelegramField::new(field_name).chat(event.participants.get(participant)?).0.ok()
}

/// One participant, whether or not its chat is usable. `None` if there is no such participant.
#[must_use]
pub fn recipient(event: &BookingEvent, field_name: &str, participant: usize) -> Option<Recipient> {
    let (chat, code) = TelegramField::new(field_name).chat(event.participants.get(participant)?);
    Some(Recipient { participant, chat, code })
}

fn each(event: &BookingEvent, field_name: &str) -> impl Iterator<Item = Recipient> {
    let field = TelegramField::new(field_name);
    let participants = event.participants.iter().enumerate();
    participants.map(move |(participant, who)| {
        let (chat, code) = field.chat(who);
        Recipient { participant, chat, code }
    })
}

/// The contact field that `telegramFieldName` names. The name is normalised once, because it may have 30 KB and an
/// event may have 30,000 fields to compare with it.
#[derive(Clone, Debug)]
pub(crate) struct TelegramField<'a> {
    name: Cow<'a, str>,
    plain: String,
}

impl<'a> TelegramField<'a> {
    pub(crate) fn new(name: &'a str) -> Self {
        Self { name: composed(trimmed(name)), plain: plain(name) }
    }

    fn chat(&self, participant: &Participant) -> (Result<ChatId, Unusable>, Option<CodedChat>) {
        let is_it = self.of(participant);
        let field = participant.fields.iter().find(|field| field.value.is_some() && is_it(field));
        let Some(value) = field.and_then(|field| field.value.as_deref()) else { return (Err(Unusable::NoField), None) };
        if let Some(code) = CodedChat::parse(value) {
            return (Ok(ChatId::Number(code.chat())), Some(code));
        }
        let chat = ChatId::parse(value).ok_or_else(|| Unusable::NotAChatId { value: shorten(&redact(value), 40) });
        (chat, None)
    }

    /// A predicate for the matching fields of a participant. If a field with exactly this name has a value, only exact
    /// matches count. Otherwise the normalised names are compared.
    pub(crate) fn of(&self, participant: &Participant) -> impl Fn(&ContactField) -> bool {
        let is_exactly = |field: &ContactField| field.name.as_deref() == Some(&*self.name);
        let is_exact = participant.fields.iter().any(|field| field.value.is_some() && is_exactly(field));
        move |field| {
            if is_exact { is_exactly(field) } else { field.name.as_deref().is_some_and(|n| plain(n) == self.plain) }
        }
    }
}

/// Whether two names refer to the same contact field, so that [`recipients`] finds a value under either of them.
#[must_use]
pub fn is_same_field(left: &str, right: &str) -> bool {
    plain(left) == plain(right)
}

/// A name normalised for comparison: NFC, lower case, without surrounding white space and invisible characters, without
/// a leading `*`.
fn plain(name: &str) -> String {
    let name = trimmed(name);
    composed(trimmed(name.strip_prefix('*').unwrap_or(name))).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chats(field_name: &str, participants: &[&[(&str, &str)]]) -> Vec<Result<ChatId, Unusable>> {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let field = |(name, value): &(&str, &str)| ContactField {
            name: text(name),
            value: text(value),
            ..ContactField::default()
        };
        let who = |fields: &&[(&str, &str)]| Participant {
            fields: fields.iter().map(field).collect(),
            ..Participant::default()
        };
        let event = BookingEvent { participants: participants.iter().map(who).collect(), ..BookingEvent::default() };
        recipients(&event, field_name).into_iter().map(|recipient| recipient.chat).collect()
    }

    #[test]
    fn an_exact_field_name_takes_precedence_over_a_normalised_one() {
        let one = |fields: &[(&str, &str)]| chats("*TelegramId", &[fields]).remove(0);
        assert_eq!(one(&[("*TelegramId", "7")]), Ok(ChatId::Number(7)));
        assert_eq!(one(&[("telegramid ", "7")]), Ok(ChatId::Number(7)));
        assert_eq!(one(&[("TELEGRAMID", "7"), ("*TelegramId", "8")]), Ok(ChatId::Number(8)));
        assert_eq!(one(&[("*TelegramId", ""), ("*TelegramId", "9"), ("*TelegramId", "10")]), Ok(ChatId::Number(9)));
        assert_eq!(one(&[("*TelegramId", ""), ("TelegramId", "-100")]), Ok(ChatId::Number(-100)));
        assert_eq!(one(&[("**TelegramId", "7"), ("Telegram Id", "7"), ("", "7")]), Err(Unusable::NoField));
        assert_eq!(one(&[]), Err(Unusable::NoField));
        assert_eq!(one(&[("*TelegramId", "+7 916")]), Err(Unusable::NotAChatId { value: "+7 916".into() }));
    }

    #[test]
    fn a_wrong_or_missing_code_makes_the_chat_unusable() {
        let event = |value: &str| BookingEvent {
            participants: vec![Participant {
                fields: vec![ContactField {
                    name: Some("*TelegramId".into()),
                    value: Some(value.into()),
                    ..ContactField::default()
                }],
                ..Participant::default()
            }],
            ..BookingEvent::default()
        };
        let read = |value: &str, bare_ids: bool| {
            let one = recipients(&event(value), "*TelegramId").remove(0);
            one.checked(bare_ids, |coded| coded.code() == "abcdefghijkl").chat
        };
        let number = |n| ChatId::Number(n);
        assert_eq!(read("7-abcdefghijkl", false), Ok(number(7)));
        assert_eq!(read("\u{200b} 7-abcdefghijkl ", true), Ok(number(7)));
        assert_eq!(read("7-abcdefghijkL", true), Err(Unusable::WrongCode { chat: 7 }));
        assert_eq!(read("7", true), Ok(number(7)));
        assert_eq!(read("7", false), Err(Unusable::NoCode { chat: number(7) }));
        assert_eq!(read("-100", false), Err(Unusable::NoCode { chat: number(-100) }));
        assert_eq!(read("7-short", true), Err(Unusable::NotAChatId { value: "7-short".into() }));
        assert_eq!(chat_of(&event("7-abcdefghijkl"), "*TelegramId", 0), Some(number(7)), "a preview checks no code");
    }

    #[test]
    fn field_names_are_compared_without_case_star_and_white_space() {
        for (left, right, is_same) in [
            ("*TelegramId", "telegramid ", true),
            ("* Telegram", "TELEGRAM", true),
            ("*Ваш Телеграм\u{438}\u{306}", "*Ваш телеграмй\u{200b}", true),
            ("*TelegramId", "*Telegram Id", false),
        ] {
            assert_eq!(is_same_field(left, right), is_same, "{left} {right}");
        }
    }

    #[test]
    fn recipients_are_in_the_order_of_the_event() {
        let chats = chats("Id", &[&[("*id", "@channel_1")], &[], &[("ID", "5")]]);
        let channel = ChatId::Channel("@channel_1".into());
        assert_eq!(chats, [Ok(channel), Err(Unusable::NoField), Ok(ChatId::Number(5))]);
    }
}
