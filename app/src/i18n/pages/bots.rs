//! Texts of bots.

use crate::i18n::word_set;

word_set! {
    /// The state of a bot's token, wherever it is shown.
    BotStateWords {
        working: "Работает", "Working";
        refused: "Telegram не принимает токен", "Telegram rejects the token";
        locked: "Токен не расшифровать", "The token cannot be decrypted";
        unknown: "Ещё не проверен", "Not checked yet";
    }
}

#[cfg(feature = "ssr")]
word_set! {
    /// The bots, and one bot.
    BotsWords {
        title: "Боты", "Bots";
        why: "Боты, от имени которых отправляются сообщения. Токен каждого бота хранится один раз, в зашифрованном виде.", "The bots that send your messages. Each token is stored once, encrypted.";
        bot: "Бот", "Bot";
        state: "Состояние", "State";
        since: "с", "since";
        answered: "Последний ответ", "Last answer";
        profiles: "Профили", "Profiles";
        waiting: "Ждут отправки", "Waiting to be sent";
        never: "ещё ни разу", "never";
        empty_title: "Ботов пока нет", "No bots yet";
        empty_why: "Создайте бота у @BotFather и вставьте сюда его токен.", "Create a bot with @BotFather and paste its token here.";
        add: "Добавить бота", "Add a bot";
        add_why: "Откройте @BotFather в Telegram, отправьте ему /newbot и ответьте на два вопроса. В ответ придёт токен.", "Open @BotFather in Telegram, send it /newbot and answer two questions. It replies with a token.";
        open_botfather: "Открыть @BotFather", "Open @BotFather";
        token: "Токен бота", "Bot token";
        token_help: "Можно вставить всё сообщение от @BotFather: токен найдётся сам.", "You can paste the whole message from @BotFather: the token will be found in it.";
        token_missing: "Вставьте токен, который выдал @BotFather.", "Paste the token from @BotFather.";
        token_wrong: "Это не токен. Он выглядит так: 1234567890:AAF… — цифры, двоеточие и 35 букв и цифр.", "This is not a token. A token looks like 1234567890:AAF…: digits, a colon and 35 letters and digits.";
        token_refused: "Telegram не знает такого токена. Скопируйте его у @BotFather ещё раз.", "Telegram does not recognize this token. Copy it from @BotFather again.";
        token_of_another: "Это токен другого бота:", "This is the token of another bot:";
        token_kept: "Telegram сейчас не отвечает, поэтому новый токен не проверить, а прежний работает. Остался прежний; попробуйте ещё раз позже.", "Telegram is not answering, so the new token cannot be checked, and the current one works. The current one stays; try again later.";
        token_now: "Сейчас:", "Current token:";
        new_token: "Новый токен", "New token";
        new_token_why: "Если токен отозван или попал к посторонним, возьмите у @BotFather новый (/revoke) и вставьте его сюда. Его сразу начнут использовать все профили бота, а сообщения, которые ждали, уйдут.", "If the token was revoked or leaked, get a new one from @BotFather (/revoke) and paste it here. All profiles of the bot use it at once, and waiting messages are sent.";
        save_token: "Сохранить токен", "Save token";
        check: "Проверить сейчас", "Check now";
        check_busy: "Telegram просит подождать. Попробуйте через минуту.", "Telegram asks you to wait. Try again in a minute.";
        check_unreachable: "Telegram не отвечает. Проверьте, что сервер подключён к интернету.", "Telegram is not answering. Check that the server can reach the internet.";
        refused_do: "Возьмите у @BotFather действующий токен и вставьте его ниже: сообщения, которые ждут, уйдут сразу.", "Get a valid token from @BotFather and paste it below: waiting messages are sent at once.";
        answer_was: "Ответ Telegram:", "Telegram's answer:";
        used_by: "Профили с этим ботом", "Profiles with this bot";
        used_by_none: "Ни один профиль не использует этого бота.", "No profile uses this bot.";
        new_profile: "Новый профиль с этим ботом", "New profile with this bot";
        booking: "Запись", "Booking";
        remove: "Удалить бота", "Remove bot";
        remove_why: "Hookgram забудет токен. Бот в Telegram останется.", "Hookgram forgets the token. The bot stays in Telegram.";
        remove_used: "Бота можно удалить, когда с ним не останется профилей: выберите в них другого бота или удалите их.", "The bot can be removed once no profile uses it: choose another bot in those profiles, or delete them.";
        id: "Id бота в Telegram", "The bot's Telegram id";
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
