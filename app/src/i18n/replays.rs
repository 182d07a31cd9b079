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
            en: "There is no such delivery: it may be past its retention period.",
        },
        ReplayError::StillWaits => Bilingual {
            ru: "Сообщение ещё не отправлено и уйдёт само.",
            en: "The message has not been sent yet and will be sent automatically.",
        },
        ReplayError::UnderWay => Bilingual {
            ru: "Сообщение отправляется прямо сейчас: попробуйте ещё раз через полминуты.",
            en: "The message is being sent right now: try again in half a minute.",
        },
        ReplayError::Finished => Bilingual {
            ru: "Отменять уже нечего: отправка завершена.",
            en: "There is nothing left to cancel: sending is finished.",
        },
        ReplayError::Replaced => Bilingual {
            ru: "Эта доставка уже повторена: при необходимости повторите новую.",
            en: "This delivery has already been replayed: if needed, replay the new one.",
        },
        ReplayError::Arrived => Bilingual {
            ru: "Это сообщение уже доставлено клиенту или отправляется: чтобы отправить его ещё раз, повторите именно эту доставку.",
            en: "This message has reached the customer or is being sent: to send it again, replay this particular delivery.",
        },
        ReplayError::NoMessage => Bilingual {
            ru: "Сообщения не было: в записи не нашлось Telegram id. Исправьте профиль и повторите с его текущими настройками.",
            en: "There was no message: the booking had no Telegram id. Fix the profile and replay with its current settings.",
        },
        ReplayError::NoProfile => Bilingual {
            ru: "Событие пришло по ссылке с параметрами, а не через профиль: повторить можно только прежнее сообщение.",
            en: "The event came via a URL with parameters, not a profile: only its original message can be replayed.",
        },
        ReplayError::ProfileGone => Bilingual {
            ru: "Профиль удалён, поэтому повторить нельзя. Напишите клиенту сами.",
            en: "The profile has been deleted, so this cannot be replayed. Write to the customer yourself.",
        },
        ReplayError::TokenGone => Bilingual {
            ru: "Токен бота больше не хранится: его стёрли, когда сообщение дошло. Напишите клиенту сами.",
            en: "The bot's token is no longer stored: it was erased after the message arrived. Write to the customer yourself.",
        },
        ReplayError::NoToken => Bilingual {
            ru: "В профиле нет токена бота: сохраните его и повторите.",
            en: "The profile has no bot token: save one and replay again.",
        },
        ReplayError::EventReplaced => Bilingual {
            ru: "Это событие уже повторено: его сообщения — в новой доставке.",
            en: "This event has already been replayed: its messages are in a newer delivery.",
        },
        ReplayError::Disabled => Bilingual {
            ru: "Профиль выключен: включите его и повторите.",
            en: "The profile is disabled: enable it and replay again.",
        },
        ReplayError::BadEvent => Bilingual {
            ru: "Сервис записи прислал не событие, поэтому повторить его нельзя: исправьте отправку в сервисе записи.",
            en: "What the booking service sent is not an event, so it cannot be replayed: fix what it sends.",
        },
        ReplayError::NoBody => Bilingual {
            ru: "Исходное событие больше не хранится или не читается: повторить можно только прежнее сообщение.",
            en: "The event is no longer kept or cannot be read: only the original message can be replayed.",
        },
        ReplayError::NotWanted => Bilingual {
            ru: "Профиль больше не отправляет события этого типа: отметьте его в профиле и повторите.",
            en: "The profile no longer sends events of this type: select it in the profile and replay again.",
        },
        ReplayError::NoRecipient => Bilingual {
            ru: "С текущими настройками у этого клиента нет Telegram id: проверьте название поля в профиле.",
            en: "With the current settings this customer has no Telegram id: check the field's name in the profile.",
        },
        ReplayError::NothingToSay => Bilingual {
            ru: "С текущими настройками сообщение получилось бы пустым: добавьте текст или покажите хотя бы один раздел.",
            en: "With the current settings the message would be empty: add a text or show at least one section.",
        },
        ReplayError::NotMade => Bilingual {
            ru: "С текущими настройками собрать сообщение не удалось: проверьте профиль и повторите.",
            en: "The message could not be rendered with the current settings: check the profile and replay again.",
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
        Language::En => format!("Sending {of} again."),
    }
}

/// The sentence that `n` deliveries were cancelled.
#[must_use]
pub fn cancelled(language: Language, n: u64) -> String {
    match language {
        Language::Ru => format!("Отменено: {}.", super::deliveries(language, n)),
        Language::En => format!("{} cancelled.", super::deliveries(language, n)),
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
