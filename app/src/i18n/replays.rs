//! Why a delivery is not replayed, or not cancelled.

use hookgram::{
    replay::ReplayError,
    values::{Bilingual, Language},
};

/// The reason and the advice, in whole sentences.
#[must_use]
pub fn refusal(language: Language, refusal: ReplayError) -> &'static str {
    match refusal {
        ReplayError::Unknown => Bilingual {
            ru: "Такой доставки нет: возможно, её срок хранения истёк.",
            en: "There is no such delivery: it may have been kept for as long as it is kept.",
        },
        ReplayError::StillWaits => Bilingual {
            ru: "Сообщение ещё не отправлено и уйдёт само.",
            en: "The message has not been sent yet and will go by itself.",
        },
        ReplayError::UnderWay => Bilingual {
            ru: "Сообщение отправляется прямо сейчас: попробуйте ещё раз через полминуты.",
            en: "The message is being sent right now: try again in half a minute.",
        },
        ReplayError::Finished => Bilingual {
            ru: "Отменять уже нечего: отправка закончена.",
            en: "There is nothing left to cancel: the sending has ended.",
        },
        ReplayError::Replaced => Bilingual {
            ru: "Эта доставка уже повторена: при необходимости повторите новую.",
            en: "This delivery has been replayed already: if need be, replay the new one.",
        },
        ReplayError::Arrived => Bilingual {
            ru: "Это сообщение клиенту уже доставлено или уходит: чтобы отправить его ещё раз, повторите именно эту доставку.",
            en: "This message has reached the customer or is on its way: to send it once more, replay this very delivery.",
        },
        ReplayError::NoMessage => Bilingual {
            ru: "Сообщения не было: в записи не нашлось Telegram id. Исправьте профиль и повторите с его нынешними настройками.",
            en: "There was no message: the booking had no Telegram id. Mend the profile and replay with its present settings.",
        },
        ReplayError::NoProfile => Bilingual {
            ru: "Событие пришло по ссылке с параметрами, а не в профиль: повторить его можно только таким, каким оно было.",
            en: "The event came through a URL with parameters, not to a profile: it can only be replayed as it was.",
        },
        ReplayError::ProfileGone => Bilingual {
            ru: "Профиль удалён, и токен бота стёрт вместе с ним. Напишите клиенту сами.",
            en: "The profile has been deleted, and the bot's token with it. Write to the customer yourself.",
        },
        ReplayError::TokenGone => Bilingual {
            ru: "Токен бота больше не хранится: его стёрли, когда сообщение дошло. Напишите клиенту сами.",
            en: "The bot's token is no longer kept: it was erased once the message had arrived. Write to the customer yourself.",
        },
        ReplayError::NoToken => Bilingual {
            ru: "В профиле нет токена бота: сохраните его и повторите.",
            en: "The profile has no bot token: save one and replay again.",
        },
        ReplayError::EventReplaced => Bilingual {
            ru: "Это событие уже повторено: его сообщения — в новой доставке.",
            en: "This event has been replayed already: its messages are in a newer delivery.",
        },
        ReplayError::Disabled => Bilingual {
            ru: "Профиль выключен: включите его и повторите.",
            en: "The profile is disabled: enable it and replay again.",
        },
        ReplayError::BadEvent => Bilingual {
            ru: "Сервис прислал не событие, а то, что не удаётся прочитать. Повторить это нельзя: исправьте отправку в сервисе записи.",
            en: "The body that was sent is not an event, so it cannot be replayed: correct what the booking service sends.",
        },
        ReplayError::NoBody => Bilingual {
            ru: "Исходное событие больше не хранится или не читается: повторить можно только прежнее сообщение.",
            en: "The original event is no longer kept or cannot be read: only the former message can be replayed.",
        },
        ReplayError::NotWanted => Bilingual {
            ru: "Профиль больше не отправляет события этого типа: отметьте его в профиле и повторите.",
            en: "The profile no longer sends events of this type: tick it in the profile and replay again.",
        },
        ReplayError::NoRecipient => Bilingual {
            ru: "С нынешними настройками у этого клиента нет Telegram id: проверьте название поля в профиле.",
            en: "With the present settings this customer has no Telegram id: check the field's name in the profile.",
        },
        ReplayError::NothingToSay => Bilingual {
            ru: "С нынешними настройками сообщение получилось бы пустым: добавьте текст или покажите хотя бы один раздел.",
            en: "With the present settings the message would be empty: add a text or show a section.",
        },
        ReplayError::NotMade => Bilingual {
            ru: "Сообщение с нынешними настройками составить не удалось: проверьте профиль и повторите.",
            en: "The message could not be made with the present settings: check the profile and replay again.",
        },
    }
    .get(language)
}

/// The question whether to replay this many deliveries and events.
#[must_use]
pub fn replay_question(language: Language, count: (u64, u64)) -> String {
    match language {
        Language::Ru => {
            let deliveries = super::russian(count.0, ["доставку", "доставки", "доставок"]);
            match count {
                (_, 0) => format!("Повторить {deliveries}?"),
                (0, n) => format!("Повторить {}?", super::events(language, n)),
                (_, n) => format!("Повторить {deliveries} и {}?", super::events(language, n)),
            }
        }
        Language::En => format!("Replay {}?", super::deliveries_and_events(language, count)),
    }
}

/// The question whether to cancel `n` deliveries.
#[must_use]
pub fn cancel_question(language: Language, n: u64) -> String {
    match language {
        Language::Ru => format!("Отменить {}?", super::russian(n, ["доставку", "доставки", "доставок"])),
        Language::En => format!("Cancel {}?", super::deliveries(language, n)),
    }
}

/// The sentence that this many deliveries and events are sent again.
#[must_use]
pub fn replayed(language: Language, count: (u64, u64)) -> String {
    let of = super::deliveries_and_events(language, count);
    match language {
        Language::Ru => format!("Отправляем снова: {of}."),
        Language::En if count.0.saturating_add(count.1) == 1 => format!("{of} is sent again."),
        Language::En => format!("{of} are sent again."),
    }
}

/// The sentence that `n` deliveries were cancelled.
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
    fn every_refusal_is_a_sentence_in_both_languages() {
        for about in ReplayError::ALL {
            for language in [Language::Ru, Language::En] {
                assert!(refusal(language, about).ends_with('.'), "{about:?}");
            }
        }
    }
}
