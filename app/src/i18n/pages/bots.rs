//! Texts of bots.

use crate::i18n::word_set;

word_set! {
    /// The state of a bot's token, wherever it is shown.
    BotStateWords {
        working: "Работает", "Works";
        refused: "Telegram не принимает токен", "Telegram refuses the token";
        locked: "Токен не расшифровать", "The token cannot be decrypted";
        unknown: "Ещё не проверен", "Not checked yet";
    }
}

#[cfg(feature = "ssr")]
word_set! {
    /// The bots, and one bot.
    BotsWords {
        title: "Боты", "Bots";
        why: "Боты, от имени которых уходят сообщения. Токен хранится один раз на бота, в зашифрованном виде.", "The bots that your messages come from. Each token is stored once, encrypted.";
        bot: "Бот", "Bot";
        state: "Состояние", "State";
        since: "с", "since";
        answered: "Ответил", "Last answer";
        profiles: "Профили", "Profiles";
        waiting: "Ждут отправки", "Waiting to be sent";
        never: "ещё ни разу", "not yet";
        empty_title: "Ботов пока нет", "No bots yet";
        empty_why: "Создайте бота у @BotFather и вставьте сюда его токен.", "Make a bot with @BotFather and paste its token here.";
        add: "Добавить бота", "Add a bot";
        add_why: "Откройте @BotFather в Telegram, отправьте ему /newbot и ответьте на два вопроса. В ответ придёт токен.", "Open @BotFather in Telegram, send it /newbot and answer two questions. It replies with a token.";
        open_botfather: "Открыть @BotFather", "Open @BotFather";
        token: "Токен бота", "Bot token";
        token_help: "Можно вставить всё сообщение от @BotFather: токен найдётся сам.", "You can paste the whole message from @BotFather: the token is found in it.";
        token_missing: "Вставьте токен, который выдал @BotFather.", "Paste the token from @BotFather.";
        token_wrong: "Это не токен. Он выглядит так: 1234567890:AAF… — цифры, двоеточие и 35 букв и цифр.", "This is not a token. A token looks like 1234567890:AAF…: digits, a colon and 35 letters and digits.";
        token_refused: "Telegram не знает такого токена. Скопируйте его у @BotFather ещё раз.", "Telegram does not know this token. Copy it from @BotFather again.";
        token_of_another: "Это токен другого бота:", "This is the token of another bot:";
        token_kept: "Telegram сейчас не отвечает, поэтому новый токен не проверить, а прежний работает. Прежний токен остался; попробуйте ещё раз позже.", "Telegram does not answer, so the new token cannot be checked, and the present one works. The present one stays; try again later.";
        token_now: "Сейчас:", "Present token:";
        new_token: "Новый токен", "New token";
        new_token_why: "Если токен отозван или попал к посторонним, возьмите у @BotFather новый (/revoke) и вставьте его сюда. Его сразу получат все профили бота, а сообщения, которые ждали, уйдут.", "If the token was revoked or has leaked, get a new one from @BotFather (/revoke) and paste it here. All profiles of the bot use it at once, and messages that waited are sent.";
        save_token: "Сохранить токен", "Save the token";
        check: "Проверить сейчас", "Check now";
        check_busy: "Telegram просит подождать. Попробуйте через минуту.", "Telegram asks to wait. Try again in a minute.";
        check_unreachable: "Telegram не отвечает. Проверьте, что сервер выходит в интернет.", "Telegram does not answer. Check that the server can reach the Internet.";
        refused_do: "Возьмите у @BotFather действующий токен и вставьте его ниже: сообщения, которые ждут, уйдут сразу.", "Get a valid token from @BotFather and paste it below: the messages that wait are sent at once.";
        answer_was: "Ответ Telegram:", "Telegram's answer:";
        used_by: "Профили с этим ботом", "Profiles of this bot";
        used_by_none: "С этим ботом не отправляет ни один профиль.", "No profile sends with this bot.";
        new_profile: "Новый профиль с этим ботом", "New profile with this bot";
        booking: "Запись", "Booking";
        remove: "Удалить бота", "Remove the bot";
        remove_why: "Hookgram забудет токен. Бот в Telegram останется.", "Hookgram forgets the token. The bot stays in Telegram.";
        remove_used: "Удалить можно, когда с этим ботом не останется профилей: выберите в них другого бота или удалите их.", "It can be removed once no profile uses it: choose another bot in them, or delete them.";
        id: "Номер бота в Telegram", "The bot's id in Telegram";
    }
}

/// The state of a bot's token.
#[must_use]
pub fn bot_state(w: &BotStateWords, state: hookgram::bot::BotState) -> &'static str {
    use hookgram::bot::BotState;

    match state {
        BotState::Working => w.working,
        BotState::Refused => w.refused,
        BotState::Locked => w.locked,
        BotState::Unknown => w.unknown,
    }
}
