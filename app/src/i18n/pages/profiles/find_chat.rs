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
        how: "Откройте бота на телефоне или компьютере с Telegram и нажмите «Запустить», даже если уже нажимали раньше.", "Open the bot on a phone or a computer with Telegram and press Start, even if you have done so before.";
        open: "Открыть бота", "Open the bot";
        qr: "QR-код ссылки на бота", "QR code of the link to the bot";
        group: "Нужна группа? Добавьте в неё бота", "A group? Add the bot to it";
        effect: "Hookgram смотрит только на команды /start с кодом из этой ссылки, ничего не отмечает прочитанным и никому не отвечает. Если бота читает другая программа, поиск остановится. Ссылка действует 10 минут.", "Hookgram looks at /start commands with this link's code only, marks nothing as read and answers nobody. If another program reads the bot's messages, the search stops. The link is good for 10 minutes.";
        waiting: "Ждём, когда вы нажмёте «Запустить»…", "Waiting for you to press Start…";
        pressed: "Готово, «Запустить» нажато", "I have pressed Start";
        found: "Нашли:", "Found:";
        found_group: "Нашли группу:", "Found the group:";
        chat_id: "Id чата", "Chat id";
        copy_it: "Скопируйте его и вставьте в поле «Чат» профиля.", "Copy it into the profile's field “Chat”.";
        by_hand: "Введите Telegram id сами: его знает система, которая ведёт вашего бота, и он стоит в контактах записи, сделанной через бота.", "Enter the Telegram id yourself: the system that runs your bot knows it, and it stands in the contact of a booking made through the bot.";
        no_token: "Сначала укажите токен бота.", "Enter the bot's token first.";
        token_refused: "Telegram не знает такого токена. Скопируйте его у @BotFather ещё раз.", "Telegram does not know this token. Copy it from @BotFather again.";
        webhook: "Сообщения этого бота получает другая система", "Another system receives this bot's messages";
        webhook_why: "Пока она подключена к боту (webhook), прочитать их больше никто не может, и отключать её ради этого не стоит.", "While it is connected to the bot (by a webhook) nobody else can read them, and it is not worth disconnecting it for this.";
        other_reader: "Сообщения этого бота сейчас читает другая программа, поэтому Hookgram их не видит и больше не будет ей мешать.", "Another program reads this bot's messages just now, so Hookgram does not see them, and will not get in its way.";
        too_much_unread: "У бота накопилось больше 100 непрочитанных сообщений, и новые за ними не видны. Отметить их прочитанными значило бы отнять их у программы, которой они предназначены.", "More than 100 unread messages wait at the bot, and newer ones cannot be seen behind them. To mark them as read would take them from the program they are meant for.";
        busy: "Telegram просит подождать. Попробуйте через (секунд):", "Telegram asks for patience. Try again in (seconds):";
        unreachable: "Telegram не отвечает. Проверьте, что сервер выходит в интернет, и попробуйте ещё раз.", "Telegram does not answer. Check that the server can reach the Internet, and try again.";
        over: "Эта ссылка больше не действует. Вернитесь в профиль и начните поиск заново.", "This link is no longer good. Go back to the profile and start again.";
        keep_tab: "Страница открылась в новой вкладке: несохранённый профиль остался в прежней.", "This page has opened in a new tab: the unsaved profile is still in the other one.";
    }
}
