//! Why a message did not arrive, and what to do about it: for error mails, and for whoever looks at a delivery.

use hookgram::values::{Bilingual, Language};

/// Why a message did not arrive, as far as a person can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Telegram does not take the bot's token, or there is none.
    TokenRefused,
    /// The stored token was sealed with another key than the server has.
    TokenLocked,
    /// There is no such chat for the bot: the person never pressed Start, or the id is wrong.
    NeverStarted,
    /// The person has blocked the bot.
    Blocked,
    /// The person's account is gone.
    Deactivated,
    /// The bot may not write there: no rights, closed, kicked.
    NoRights,
    /// Tried for as long as it was worth trying.
    TooOld,
    /// Given up, and it may have arrived.
    Uncertain,
    /// The event names nobody to write to.
    NoRecipient,
    /// The event and the profile leave nothing to say.
    NothingToSay,
    /// The message itself is at fault.
    Unreadable,
    /// Any other refusal of Telegram's.
    Refused,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 12] = [
        Self::TokenRefused,
        Self::TokenLocked,
        Self::NeverStarted,
        Self::Blocked,
        Self::Deactivated,
        Self::NoRights,
        Self::TooOld,
        Self::Uncertain,
        Self::NoRecipient,
        Self::NothingToSay,
        Self::Unreadable,
        Self::Refused,
    ];

    /// Its name where it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TokenRefused => "token_refused",
            Self::TokenLocked => "token_locked",
            Self::NeverStarted => "never_started",
            Self::Blocked => "blocked",
            Self::Deactivated => "deactivated",
            Self::NoRights => "no_rights",
            Self::TooOld => "too_old",
            Self::Uncertain => "uncertain",
            Self::NoRecipient => "no_recipient",
            Self::NothingToSay => "nothing_to_say",
            Self::Unreadable => "unreadable",
            Self::Refused => "refused",
        }
    }

    /// The cause of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }

    /// Whether the event was turned away at the door, so that there is no message of it.
    #[must_use]
    pub fn is_at_the_door(self) -> bool {
        matches!(self, Self::NoRecipient | Self::NothingToSay)
    }

    /// Whether Telegram's own words say more than the cause does.
    #[must_use]
    pub fn needs_telegrams_words(self) -> bool {
        matches!(self, Self::Unreadable | Self::Refused)
    }
}

/// A cause in a few words, without a full stop: a heading.
#[must_use]
pub fn cause(language: Language, cause: Cause) -> &'static str {
    match cause {
        Cause::TokenRefused => Bilingual {
            ru: "Telegram не принимает токен бота",
            en: "Telegram does not accept the bot's token",
        },
        Cause::TokenLocked => Bilingual {
            ru: "токен бота нужно ввести заново",
            en: "the bot's token must be entered again",
        },
        Cause::NeverStarted => Bilingual {
            ru: "клиент не начал чат с ботом",
            en: "the customer has never started the bot",
        },
        Cause::Blocked => {
            Bilingual { ru: "клиент заблокировал бота", en: "the customer has blocked the bot" }
        }
        Cause::Deactivated => Bilingual {
            ru: "аккаунт клиента в Telegram удалён",
            en: "the customer's Telegram account is gone",
        },
        Cause::NoRights => Bilingual {
            ru: "бот не может писать в этот чат", en: "the bot may not write to the chat"
        },
        Cause::TooOld => Bilingual {
            ru: "не удалось отправить за отведённое время",
            en: "it could not be sent in the time allowed",
        },
        Cause::Uncertain => Bilingual {
            ru: "неизвестно, дошло ли сообщение",
            en: "it is not known whether the message arrived",
        },
        Cause::NoRecipient => Bilingual {
            ru: "в событии нет Telegram id клиента",
            en: "the event has no Telegram id of a customer",
        },
        Cause::NothingToSay => Bilingual {
            ru: "сообщение получилось бы пустым", en: "the message would be empty"
        },
        Cause::Unreadable => Bilingual {
            ru: "Telegram не смог прочитать сообщение",
            en: "Telegram could not read the message",
        },
        Cause::Refused => {
            Bilingual { ru: "Telegram отказался от сообщения", en: "Telegram refused the message" }
        }
    }
    .get(language)
}

/// What to do about a cause: whole sentences.
#[must_use]
pub fn advice(language: Language, cause: Cause) -> &'static str {
    match cause {
        Cause::TokenRefused => Bilingual {
            ru: "Возьмите у @BotFather действующий токен и сохраните его в профиле: сообщения, которые ждут, уйдут сразу. Если бот указан прямо в ссылке, замените в ней telegramToken и напишите этим клиентам сами.",
            en: "Get a valid token from @BotFather and save it in the profile: the messages that wait are sent at once. If the URL itself names the bot, replace telegramToken in it and write to these customers yourself.",
        },
        Cause::TokenLocked => Bilingual {
            ru: "Ключ шифрования на сервере стал другим, и сохранённый токен больше не открыть. Введите его в профиле ещё раз (его показывает @BotFather): сообщения, которые ждут, уйдут сразу. Если вернуть прежний ключ, они уйдут и без этого.",
            en: "The server's sealing key is another one now, and the stored token cannot be opened any more. Enter it in the profile again (@BotFather shows it): the messages that wait are sent at once. If the old key is put back, they are sent without that too.",
        },
        Cause::NeverStarted => Bilingual {
            ru: "Попросите клиента открыть бота и нажать «Старт». Если он это уже сделал, проверьте Telegram id в контактах записи.",
            en: "Ask the customer to open the bot and press Start. If they have done so, check the Telegram id in the booking's contact.",
        },
        Cause::Blocked => Bilingual {
            ru: "Свяжитесь с клиентом другим способом: сообщения снова дойдут, когда он разблокирует бота.",
            en: "Reach the customer another way: messages will arrive again once they unblock the bot.",
        },
        Cause::Deactivated => Bilingual {
            ru: "Свяжитесь с клиентом другим способом и уберите этот Telegram id из его контактов.",
            en: "Reach the customer another way, and remove this Telegram id from their contact.",
        },
        Cause::NoRights => Bilingual {
            ru: "Добавьте бота в группу или канал и разрешите ему писать; проверьте, что чат не закрыт и не удалён.",
            en: "Add the bot to the group or channel and let it write; check that the chat is neither closed nor deleted.",
        },
        Cause::TooOld => Bilingual {
            ru: "Telegram слишком долго не отвечал или просил подождать. Проверьте связь сервера с Telegram и, если это ещё важно, напишите клиентам сами.",
            en: "For too long Telegram did not answer or asked to wait. Check the server's connection to Telegram and, if it still matters, write to the customers yourself.",
        },
        Cause::Uncertain => Bilingual {
            ru: "Связь с Telegram оборвалась посреди отправки. Спросите клиента, прежде чем писать ещё раз.",
            en: "The connection to Telegram broke while the message was being sent. Ask the customer before you write again.",
        },
        Cause::NoRecipient => Bilingual {
            ru: "Проверьте название поля (telegramFieldName) и то, что клиент записывается по ссылке, которая заполняет это поле.",
            en: "Check the name of the field (telegramFieldName), and that customers book through the link that fills it in.",
        },
        Cause::NothingToSay => Bilingual {
            ru: "Добавьте текст (message) или покажите хотя бы один раздел.",
            en: "Add a text (message), or show a section at least.",
        },
        Cause::Unreadable => Bilingual {
            ru: "Проверьте свои тексты (message и sign_text). Если с ними всё в порядке, это ошибка Hookgram: сообщите о ней.",
            en: "Check your texts (message and sign_text). If they are in order, this is a fault of Hookgram's: please report it.",
        },
        Cause::Refused => Bilingual {
            ru: "Проверьте чат и права бота в нём; что ответил Telegram, сказано рядом с сообщением.",
            en: "Check the chat and the bot's rights in it; what Telegram answered stands beside the message.",
        },
    }
    .get(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_every_cause_has_its_words() {
        for about in Cause::ALL {
            assert_eq!(Cause::parse(about.name()), Some(about));
            for language in [Language::Ru, Language::En] {
                assert!(!cause(language, about).ends_with('.'), "{about:?}");
                assert!(advice(language, about).ends_with('.'), "{about:?}");
            }
        }
        assert_eq!(Cause::parse("luck"), None);
    }
}
