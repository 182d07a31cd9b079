//! Why a delivery is not replayed, or not called off.

use hookgram::values::{Bilingual, Language};
use serde::{Deserialize, Serialize};

/// Why a delivery is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Refusal {
    /// There is no such delivery (any more).
    Unknown,
    /// It has not come to its end: it will be sent anyway.
    StillWaits,
    /// It is being sent at this moment.
    UnderWay,
    /// It has come to its end: there is nothing to call off.
    Finished,
    /// It has been replayed by a new delivery; that one can be replayed.
    Replaced,
    /// The same message has arrived, or is on its way: in this delivery, or in a copy of the event that came later.
    Arrived,
    /// It has no message of its own: there was nobody to send one to.
    NoMessage,
    /// It came through the stateless door: there is no stored profile whose present settings could be used.
    NoProfile,
    /// Its profile has been deleted, and the bot's token with it.
    ProfileGone,
    /// Its bot's token is no longer kept.
    TokenGone,
    /// The profile has no token.
    NoToken,
    /// The event's body is no longer kept, or cannot be read any more.
    NoBody,
    /// The profile does not want this type of event.
    NotWanted,
    /// With the present settings the client has no Telegram id.
    NoRecipient,
    /// With the present settings the message would be empty.
    NothingToSay,
    /// With the present settings the message cannot be made, or the profile changed while it was.
    NotMade,
}

impl Refusal {
    /// Every one.
    pub const ALL: [Self; 16] = [
        Self::Unknown,
        Self::StillWaits,
        Self::UnderWay,
        Self::Finished,
        Self::Replaced,
        Self::Arrived,
        Self::NoMessage,
        Self::NoProfile,
        Self::ProfileGone,
        Self::TokenGone,
        Self::NoToken,
        Self::NoBody,
        Self::NotWanted,
        Self::NoRecipient,
        Self::NothingToSay,
        Self::NotMade,
    ];

    /// Its name where it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::StillWaits => "still_waits",
            Self::UnderWay => "under_way",
            Self::Finished => "finished",
            Self::Replaced => "replaced",
            Self::Arrived => "arrived",
            Self::NoMessage => "no_message",
            Self::NoProfile => "no_profile",
            Self::ProfileGone => "profile_gone",
            Self::TokenGone => "token_gone",
            Self::NoToken => "no_token",
            Self::NoBody => "no_body",
            Self::NotWanted => "not_wanted",
            Self::NoRecipient => "no_recipient",
            Self::NothingToSay => "nothing_to_say",
            Self::NotMade => "not_made",
        }
    }

    /// The one of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.name() == name)
    }
}

/// Why, and what to do about it: whole sentences.
#[must_use]
pub fn refusal(language: Language, refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unknown => Bilingual {
            ru: "Такой доставки нет: возможно, её срок хранения истёк.",
            en: "There is no such delivery: it may have been kept for as long as it is kept.",
        },
        Refusal::StillWaits => Bilingual {
            ru: "Сообщение ещё не отправлено и уйдёт само.",
            en: "The message has not been sent yet and will go by itself.",
        },
        Refusal::UnderWay => Bilingual {
            ru: "Сообщение отправляется прямо сейчас: попробуйте ещё раз через полминуты.",
            en: "The message is being sent right now: try again in half a minute.",
        },
        Refusal::Finished => Bilingual {
            ru: "Отменять уже нечего: отправка закончена.",
            en: "There is nothing left to cancel: the sending has ended.",
        },
        Refusal::Replaced => Bilingual {
            ru: "Эта доставка уже повторена: при необходимости повторите новую.",
            en: "This delivery has been replayed already: if need be, replay the new one.",
        },
        Refusal::Arrived => Bilingual {
            ru: "Это сообщение клиенту уже доставлено или уходит: чтобы отправить его ещё раз, повторите именно эту доставку.",
            en: "This message has reached the customer or is on its way: to send it once more, replay this very delivery.",
        },
        Refusal::NoMessage => Bilingual {
            ru: "Сообщения не было: в записи не нашлось Telegram id. Исправьте профиль и повторите с его нынешними настройками.",
            en: "There was no message: the booking had no Telegram id. Mend the profile and replay with its present settings.",
        },
        Refusal::NoProfile => Bilingual {
            ru: "Событие пришло по ссылке с параметрами, а не в профиль: повторить его можно только таким, каким оно было.",
            en: "The event came through a URL with parameters, not to a profile: it can only be replayed as it was.",
        },
        Refusal::ProfileGone => Bilingual {
            ru: "Профиль удалён, и токен бота стёрт вместе с ним. Напишите клиенту сами.",
            en: "The profile has been deleted, and the bot's token with it. Write to the customer yourself.",
        },
        Refusal::TokenGone => Bilingual {
            ru: "Токен бота больше не хранится: его стёрли, когда сообщение дошло. Напишите клиенту сами.",
            en: "The bot's token is no longer kept: it was erased once the message had arrived. Write to the customer yourself.",
        },
        Refusal::NoToken => Bilingual {
            ru: "В профиле нет токена бота: сохраните его и повторите.",
            en: "The profile has no bot token: save one and replay again.",
        },
        Refusal::NoBody => Bilingual {
            ru: "Исходное событие больше не хранится или не читается: повторить можно только прежнее сообщение.",
            en: "The original event is no longer kept or cannot be read: only the former message can be replayed.",
        },
        Refusal::NotWanted => Bilingual {
            ru: "Профиль больше не отправляет события этого типа: отметьте его в профиле и повторите.",
            en: "The profile no longer sends events of this type: tick it in the profile and replay again.",
        },
        Refusal::NoRecipient => Bilingual {
            ru: "С нынешними настройками у этого клиента нет Telegram id: проверьте название поля в профиле.",
            en: "With the present settings this customer has no Telegram id: check the field's name in the profile.",
        },
        Refusal::NothingToSay => Bilingual {
            ru: "С нынешними настройками сообщение получилось бы пустым: добавьте текст или покажите хотя бы один раздел.",
            en: "With the present settings the message would be empty: add a text or show a section.",
        },
        Refusal::NotMade => Bilingual {
            ru: "Сообщение с нынешними настройками составить не удалось: проверьте профиль и повторите.",
            en: "The message could not be made with the present settings: check the profile and replay again.",
        },
    }
    .get(language)
}

/// Whether to replay so many.
#[must_use]
pub fn replay_question(language: Language, n: u64) -> String {
    match language {
        Language::Ru => format!("Повторить {}?", super::russian(n, ["доставку", "доставки", "доставок"])),
        Language::En => format!("Replay {}?", super::deliveries(language, n)),
    }
}

/// Whether to call off so many.
#[must_use]
pub fn cancel_question(language: Language, n: u64) -> String {
    match language {
        Language::Ru => format!("Отменить {}?", super::russian(n, ["доставку", "доставки", "доставок"])),
        Language::En => format!("Cancel {}?", super::deliveries(language, n)),
    }
}

/// So many are sent again.
#[must_use]
pub fn replayed(language: Language, n: u64) -> String {
    match language {
        Language::Ru => format!("Отправляем снова: {}.", super::deliveries(language, n)),
        Language::En if n == 1 => "1 delivery is sent again.".to_owned(),
        Language::En => format!("{} are sent again.", super::deliveries(language, n)),
    }
}

/// So many were called off.
#[must_use]
pub fn cancelled(language: Language, n: u64) -> String {
    match language {
        Language::Ru => format!("Отменено: {}.", super::deliveries(language, n)),
        Language::En if n == 1 => "1 delivery is cancelled.".to_owned(),
        Language::En => format!("{} are cancelled.", super::deliveries(language, n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_every_refusal_is_a_sentence() {
        for about in Refusal::ALL {
            assert_eq!(Refusal::parse(about.name()), Some(about));
            for language in [Language::Ru, Language::En] {
                assert!(refusal(language, about).ends_with('.'), "{about:?}");
            }
        }
        assert_eq!(Refusal::parse("luck"), None);
    }
}
