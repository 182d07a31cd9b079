//! Texts of the server's health.

use crate::i18n::word_set;

word_set! {
    /// The state of the server.
    HealthWords {
        title: "Состояние", "Health";
        why: "Всё ли в порядке и что делать, если нет.", "Whether all is well, and what to do if not.";
        well: "Всё в порядке", "All is well";
        well_why: "Сообщения уходят, боты отвечают, места хватает.", "Messages go out, bots answer, there is room.";
        queue: "Очередь", "Queue";
        open: "Ждут отправки", "Waiting to be sent";
        retrying: "Из них повторяются", "Of them tried again";
        oldest: "Самое давнее", "The oldest";
        suspended: "Ждут токена", "Waiting for a token";
        only_unknown_bots: "Ждут только события незнакомых ботов.", "Only events of unknown bots wait.";
        nothing_waits: "Очередь пуста.", "The queue is empty.";
        last_hour: "Доставлено за последний час", "Delivered in the last hour";
        per_minute: "в минуту", "a minute";
        failures: "Неудачи за 24 часа", "Failures in 24 hours";
        no_failures: "За сутки неудач не было.", "No failures within a day.";
        bots: "Боты", "Bots";
        no_bots: "Ни один профиль ещё не отправляет через бота.", "No profile sends through a bot yet.";
        storage: "Хранилище", "Storage";
        database: "База данных", "Database";
        free: "Свободно на диске", "Free on the disk";
        of: "из", "of";
        kept: "События хранятся", "Events are kept for";
        days: "дн.", "days";
        mail: "Письма о сбоях", "Error mails";
        mail_on: "Почтовый сервер задан", "A mail server is set";
        mail_off: "Почтовый сервер не задан: письма о сбоях не отправляются.", "No mail server is set: error mails are not sent.";
        mail_waiting: "Ждут отправки", "Waiting to be sent";
        mail_last: "Последнее отправлено", "Last one sent";
        mail_given_up: "Не отправлены за сутки", "Given up within a day";
        mail_unconfirmed: "Не отправлены за сутки: адрес не подтверждён", "Not sent within a day: address not confirmed";
        mail_capped: "Не отправлены за сутки: больше 100 адресов в час", "Not sent within a day: over 100 addresses an hour";
        never: "ещё ни разу", "never yet";
        server: "Сервер", "Server";
        version: "Версия", "Version";
        up: "Работает", "Running for";

        worker_stopped: "Отправка сообщений не работает", "Messages are not being sent";
        worker_stopped_do: "Перезапустите Hookgram. Принятые события не потеряны и уйдут после запуска.", "Restart Hookgram. Accepted events are not lost and are sent after the start.";
        wrong_key: "Ключ шифрования не от этой базы данных", "The sealing key is not this database's";
        wrong_key_do: "Сохранённые токены и пароли открыть нельзя; новые сообщения принимаются и ждут, ничего не потеряно. Верните прежний ключ ({}) и перезапустите Hookgram. Если прежнего ключа больше нет, введите токены ботов заново: то, что ждёт, уйдёт.", "Stored tokens and passwords cannot be opened; new messages are taken and wait, nothing is lost. Put the old key back ({}) and restart Hookgram. If the old key is gone for good, enter the tokens of the bots again: what waits is sent.";
        tokens_locked: "Нужно ввести токен заново", "The token must be entered again";
        factors_locked: "Аккаунты, у которых не проверить код второго шага", "Accounts whose code of the second step cannot be checked";
        factors_locked_do: "Эти люди могут войти по коду восстановления. Если кодов у них нет, выполните на сервере hookgram user second-factor-off с их адресом; второй шаг они включат снова.", "These people can sign in with a recovery code. Where they have none, run hookgram user second-factor-off with their address on the server; they turn the second step on again.";
        mail_locked: "Адрес почтового сервера не открыть, письма не отправляются", "The mail server's address cannot be opened, no mails are sent";
        mail_locked_do: "Ключ шифрования на сервере стал другим. Введите адрес с паролем в настройках ещё раз или верните прежний ключ.", "The server's sealing key is another one now. Enter the address with its password in the settings again, or put the old key back.";
        to_settings: "Открыть настройки", "Open the settings";
        queue_stuck: "Очередь не движется", "The queue does not move";
        queue_stuck_do: "Самое давнее сообщение ждёт дольше 15 минут. Проверьте, доступен ли с сервера {}; что отвечает Telegram, видно в журнале.", "The oldest message has waited for more than 15 minutes. Check whether the server can reach {}; the log shows what Telegram answers.";
        strangers: "Ждут события от незнакомых ботов", "Events of unknown bots are waiting";
        strangers_do: "Кто-то присылает события с токенами, которых Telegram ни разу не подтвердил. Остальным это не мешает: у таких событий своя очередь. Если старыми ссылками с параметрами никто не пользуется, закройте их в настройках.", "Somebody sends events with tokens that Telegram has never confirmed. Nobody else is affected: such events have a queue of their own. If nobody uses the old URLs with parameters, close them in the settings.";
        bot_parked_title: "Telegram не принимает токен бота", "Telegram does not accept a bot's token";
        bot_parked_do: "Возьмите у @BotFather действующий токен и сохраните его на странице бота: сообщения, которые ждут, уйдут сразу.", "Get a valid token from @BotFather and save it on the bot's page: the messages that wait are sent at once.";
        booking_unread: "Бот записи включён, но сообщений клиенты не получат", "The booking bot is on, but customers get no messages";
        booking_unread_do: "Ни один включённый профиль этого бота не читает поле контакта, которое заполняет бот записи. Создайте профиль с этим полем или измените поле.", "No enabled profile of this bot reads the contact field that the booking bot fills. Make a profile with this field, or change the field.";
        to_booking: "Открыть бота записи", "Open the booking bot";
        disk_low: "Мало места на диске", "Little room on the disk";
        disk_low_do: "Освободите место или уменьшите HOOKGRAM_RETENTION_DAYS. Когда место кончится, новые события будут получать ответ 503, пока его не станет больше.", "Free some, or lower HOOKGRAM_RETENTION_DAYS. Once there is none, new events are answered 503 until there is.";
        mail_failing: "Письма о сбоях не уходят", "Error mails do not go out";
        mail_failing_do: "Проверьте HOOKGRAM_SMTP_URL. Ответ почтового сервера:", "Check HOOKGRAM_SMTP_URL. The mail server's answer:";
        mail_missing: "Письма о сбоях некому отправить", "Nothing sends the error mails";
        mail_missing_do: "В профилях указан errorEmail, но почтовый сервер не задан. Задайте HOOKGRAM_SMTP_URL и HOOKGRAM_MAIL_FROM.", "Profiles have an errorEmail, but no mail server is set. Set HOOKGRAM_SMTP_URL and HOOKGRAM_MAIL_FROM.";
        proxy: "Запросы приходят через прокси, который не указан", "Requests come through a proxy that is not named";
        proxy_do: "Все, кто заходит через {}, выглядят для Hookgram как один адрес: общие у них и ограничения. Если это ваш прокси, задайте HOOKGRAM_TRUSTED_PROXIES={}. Если перед Hookgram прокси нет, делать ничего не нужно: таким заголовкам он не верит.", "Everybody who comes through {} looks like one address to Hookgram, and shares its limits. If this is your proxy, set HOOKGRAM_TRUSTED_PROXIES={}. If there is no proxy before Hookgram, there is nothing to do: it does not believe such headers.";
        codes_guessed: "Кто-то подбирает код второго шага, зная пароль", "Somebody who knows the password is guessing the code of the second step";
        codes_guessed_do: "Код спрашивают только после верного пароля. Узнайте у владельца аккаунта, не он ли ошибался за последние сутки. Если не он, пусть сразу сменит пароль: тогда закончатся все чужие сессии и попытки. Подобрать код почти невозможно: за сутки проверяется не больше 34.", "The code is asked for only after the right password. Ask the account's owner whether it was they who mistyped within the last day. If not, they must change the password at once: that ends all sessions and attempts of others. Guessing the code is next to impossible: no more than 34 are checked in a day.";
        passwords_guessed: "Кто-то подбирает пароль", "Somebody is guessing a password";
        passwords_guessed_do: "Узнайте у владельца аккаунта, не он ли ошибался за последние сутки. Если не он, пусть проверит, что этот пароль нигде больше не используется, и включит второй шаг. Попытки замедляются сами; откуда они приходят, видно в аудите.", "Ask the account's owner whether it was they who mistyped within the last day. If not, they should make sure that the password is used nowhere else, and turn the second step on. Attempts are slowed down by themselves; the audit shows where they come from.";
        to_audit: "Открыть аудит", "Open the audit";
        to_log: "Открыть журнал", "Open the log";
        to_bot: "Открыть бота", "Open the bot";
    }
}
