//! Why a message did not arrive, and how to fix it: for error mails and for the page of a delivery.

use hookgram::{
    delivery::FailureCause,
    values::{Bilingual, Language},
};

/// A heading for a cause: a few words without a full stop.
#[must_use]
pub fn cause(language: Language, cause: FailureCause) -> &'static str {
    match cause {
        FailureCause::TokenRefused => Bilingual {
            ru: "Telegram не принимает токен бота",
            en: "Telegram rejects the bot's token",
        },
        FailureCause::TokenLocked => Bilingual {
            ru: "токен бота нужно ввести заново",
            en: "the bot's token must be entered again",
        },
        FailureCause::NeverStarted => Bilingual {
            ru: "клиент не нажал у бота «Старт»",
            en: "the customer has never started the bot",
        },
        FailureCause::Blocked => {
            Bilingual { ru: "клиент заблокировал бота", en: "the customer has blocked the bot" }
        }
        FailureCause::Deactivated => Bilingual {
            ru: "аккаунт клиента в Telegram удалён",
            en: "the customer's Telegram account was deleted",
        },
        FailureCause::NoRights => Bilingual {
            ru: "бот не может писать в этот чат",
            en: "the bot may not write to this chat",
        },
        FailureCause::TooOld => Bilingual {
            ru: "не удалось отправить за отведённое время",
            en: "it could not be sent in the time allowed",
        },
        FailureCause::Uncertain => Bilingual {
            ru: "неизвестно, дошло ли сообщение",
            en: "it is not known whether the message arrived",
        },
        FailureCause::Stopped => Bilingual {
            ru: "клиент отказался от сообщений (/stop)",
            en: "the customer has stopped messages (/stop)",
        },
        FailureCause::NoRecipient => Bilingual {
            ru: "в событии нет Telegram id клиента",
            en: "the event has no customer's Telegram id",
        },
        FailureCause::NothingToSay => Bilingual {
            ru: "сообщение получилось бы пустым",
            en: "the message would be empty",
        },
        FailureCause::Unreadable => Bilingual {
            ru: "Telegram не смог прочитать сообщение",
            en: "Telegram could not read the message",
        },
        FailureCause::Refused => {
            Bilingual { ru: "Telegram не принял сообщение", en: "Telegram rejected the message" }
        }
    }
    .get(language)
}

/// Advice about a cause, in whole sentences.
#[must_use]
pub fn advice(language: Language, cause: FailureCause) -> &'static str {
    match cause {
        FailureCause::TokenRefused => Bilingual {
            ru: "Возьмите у @BotFather действующий токен и сохраните его на странице бота: сообщения, которые ждут, уйдут сразу. Если токен указан прямо в ссылке, замените в ней telegramToken и напишите этим клиентам сами.",
            en: "Get a valid token from @BotFather and save it on the bot's page: waiting messages are sent at once. If the token is part of the URL, replace telegramToken there and write to these customers yourself.",
        },
        FailureCause::TokenLocked => Bilingual {
            ru: "Ключ шифрования на сервере изменился, и сохранённый токен не расшифровать. Введите его на странице бота ещё раз (его показывает @BotFather): сообщения, которые ждут, уйдут сразу. Если вернуть прежний ключ, они уйдут и без этого.",
            en: "The server's encryption key has changed, so the stored token cannot be decrypted. Enter it on the bot's page again (@BotFather shows it): waiting messages are sent at once. If the old key is restored, they are sent without that.",
        },
        FailureCause::NeverStarted => Bilingual {
            ru: "Попросите клиента открыть бота и нажать «Старт». Если он это уже сделал, проверьте Telegram id в контактах записи.",
            en: "Ask the customer to open the bot and press Start. If they already have, check the Telegram id in the booking's contact.",
        },
        FailureCause::Blocked => Bilingual {
            ru: "Свяжитесь с клиентом другим способом: сообщения снова дойдут, когда он разблокирует бота.",
            en: "Contact the customer another way: messages will arrive again once they unblock the bot.",
        },
        FailureCause::Deactivated => Bilingual {
            ru: "Свяжитесь с клиентом другим способом и уберите этот Telegram id из его контактов.",
            en: "Contact the customer another way, and remove this Telegram id from their contact.",
        },
        FailureCause::NoRights => Bilingual {
            ru: "Добавьте бота в группу или канал и разрешите ему писать; проверьте, что чат не закрыт и не удалён.",
            en: "Add the bot to the group or channel and allow it to write; check that the chat is neither closed nor deleted.",
        },
        FailureCause::TooOld => Bilingual {
            ru: "Telegram слишком долго не отвечал или просил подождать. Проверьте связь сервера с Telegram и, если это ещё важно, напишите клиентам сами.",
            en: "Telegram did not answer, or asked to wait, for too long. Check the server's connection to Telegram and, if it still matters, write to the customers yourself.",
        },
        FailureCause::Uncertain => Bilingual {
            ru: "Связь с Telegram оборвалась во время отправки. Спросите клиента, прежде чем отправлять ещё раз.",
            en: "The connection to Telegram broke while the message was being sent. Ask the customer before you send it again.",
        },
        FailureCause::Stopped => Bilingual {
            ru: "Клиент отправил боту /stop. Сообщения снова начнут приходить, когда он нажмёт «Старт».",
            en: "The customer sent /stop to the bot. They will get messages again once they press Start.",
        },
        FailureCause::NoRecipient => Bilingual {
            ru: "Проверьте название поля (telegramFieldName) и убедитесь, что клиенты записываются по ссылке, которая его заполняет.",
            en: "Check the name of the field (telegramFieldName), and that customers book via the link that fills it in.",
        },
        FailureCause::NothingToSay => Bilingual {
            ru: "Добавьте текст (message) или покажите хотя бы один раздел.",
            en: "Add a text (message), or show at least one section.",
        },
        FailureCause::Unreadable => Bilingual {
            ru: "Проверьте свои тексты (message и sign_text). Если с ними всё в порядке, это ошибка Hookgram: сообщите о ней.",
            en: "Check your texts (message and sign_text). If they are fine, this is a bug in Hookgram: please report it.",
        },
        FailureCause::Refused => Bilingual {
            ru: "Проверьте чат и права бота в нём; ответ Telegram указан рядом с сообщением.",
            en: "Check the chat and the bot's rights in it; Telegram's answer is shown next to the message.",
        },
    }
    .get(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_heading_and_advice_in_both_languages() {
        for about in FailureCause::ALL {
            for language in [Language::Ru, Language::En] {
                assert!(!cause(language, about).ends_with('.'), "{about:?}");
                assert!(advice(language, about).ends_with('.'), "{about:?}");
            }
        }
    }
}
