//! Texts of finding a chat's id by a link.

use crate::i18n::word_set;

word_set! {
    /// The texts that the browser needs. All others stay on the server.
    ChatTitle {
        title: "Найти мой чат", "Find my chat";
    }
}

word_set! {
    /// Finding a chat's id by a link. The server fills in the placeholders.
    ChatWords {
        how: "Откройте бота на телефоне или компьютере с Telegram и нажмите «Старт», даже если уже нажимали раньше.", "Open the bot in Telegram on a phone or a computer and press Start, even if you have done so before.";
        open: "Открыть бота", "Open the bot";
        qr: "QR-код ссылки на бота", "QR code of the bot link";
        group: "Нужна группа? Добавьте в неё бота", "Need a group? Add the bot to it";
        effect: "Hookgram смотрит только на команды /start с кодом из этой ссылки, ничего не отмечает прочитанным и никому не отвечает. Если бота читает другая программа, поиск остановится. Ссылка действует 10 минут.", "Hookgram only looks at /start commands with this link's code, marks nothing as read and answers nobody. If another program is reading the bot's messages, the search stops. The link works for 10 minutes.";
        waiting: "Ждём, когда вы нажмёте «Старт»…", "Waiting for you to press Start…";
        pressed: "Готово, «Старт» нажат", "I have pressed Start";
        found: "Нашли:", "Found:";
        found_group: "Нашли группу:", "Found the group:";
        chat_id: "Id чата", "Chat id";
        copy_it: "Скопируйте его и вставьте в поле «Чат» профиля.", "Copy it into the “Chat” field of the profile.";
        by_hand: "Введите Telegram id сами: его знает система, которая ведёт вашего бота, и он есть в контактах записи, сделанной через бота.", "Enter the Telegram id yourself: the system that runs your bot knows it, and it is in the contact of any booking made through the bot.";
        no_token: "Сначала укажите токен бота.", "Enter the bot's token first.";
        token_refused: "Telegram не знает такого токена. Скопируйте его у @BotFather ещё раз.", "Telegram does not recognize this token. Copy it from @BotFather again.";
        webhook: "Сообщения этого бота получает другая система", "Another system receives this bot's messages";
        webhook_why: "Пока она подключена к боту (webhook), прочитать их больше никто не может, и отключать её ради этого не стоит.", "While it is connected to the bot (via a webhook), nobody else can read them, and it is not worth disconnecting it for this.";
        other_reader: "Сообщения этого бота сейчас читает другая программа, поэтому Hookgram их не видит и больше не будет ей мешать.", "Another program is reading this bot's messages, so Hookgram cannot see them and will not get in its way.";
        too_much_unread: "У бота накопилось больше 100 непрочитанных сообщений, и новые за ними не видны. Если отметить их прочитанными, их не получит программа, которой они предназначены.", "The bot has more than 100 unread messages, and newer ones are hidden behind them. Marking them as read would take them from the program they are meant for.";
        busy: "Telegram просит подождать. Попробуйте через", "Telegram asks you to wait. Try again in";
        unreachable: "Telegram не отвечает. Проверьте, что сервер подключён к интернету, и попробуйте ещё раз.", "Telegram is not answering. Check that the server can reach the internet, and try again.";
        over: "Эта ссылка больше не действует. Вернитесь в профиль и начните поиск заново.", "This link no longer works. Go back to the profile and start again.";
        keep_tab: "Страница открылась в новой вкладке: несохранённый профиль остался в прежней.", "This page opened in a new tab: your unsaved profile is still in the other one.";
    }
}
