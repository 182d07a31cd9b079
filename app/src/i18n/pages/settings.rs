//! Texts of the settings.

use crate::i18n::word_set;

word_set! {
    /// The page of the settings.
    SettingsWords {
        title: "Настройки", "Settings";
        why: "Действуют сразу, без перезапуска. Кто и что менял, видно в журнале действий.", "They hold at once, without a restart. Who changed what is in the audit.";
        audit: "Журнал действий", "Audit";
        save: "Сохранить", "Save";
        faulty: "Ничего не изменено: исправьте отмеченное.", "Nothing was changed: mend what is marked.";
        locked: "Настройки видны, но закрыты для правки: сначала подтвердите, что это вы.", "The settings can be read, but not changed: first confirm that it is you.";
        unlock: "Подтвердить", "Confirm";
        fixed: "Задано при запуске сервера, здесь не меняется:", "Set when the server was started, not changed here:";
        public_url: "Адрес сервера", "Address of the server";
        public_url_help: "С него начинаются короткие ссылки.", "What short URLs start with.";

        mail: "Почта", "Mail";
        mail_why: "Письма о сбоях и приглашения. Без почтового сервера они не отправляются.", "Mails about failures, and invitations. Without a mail server they are not sent.";
        smtp_url: "Почтовый сервер", "Mail server";
        smtp_help: "Например, smtps://user:password@mail.example.com. Знаки @ : / # % в пароле пишутся как %40 %3A %2F %23 %25. Пароль уходит только по зашифрованному соединению: если сервер с адресом smtp:// его не предлагает, письма не отправляются.", "For example smtps://user:password@mail.example.com. The letters @ : / # % in the password are written %40 %3A %2F %23 %25. A password is sent over an encrypted connection only: if a server with smtp:// offers no STARTTLS, no mails are sent.";
        smtp_service: "Почтовый сервис", "Mail service";
        smtp_yandex: "Яндекс", "Yandex";
        smtp_other: "Другой", "Another";
        smtp_yandex_hint: "Нужен пароль приложения для почты, обычный не подойдёт. В настройках почты разрешите доступ почтовых программ. Отправитель — тот же адрес.", "It takes an app password for mail; the ordinary one does not work. Allow mail programs in the settings of the mailbox. The sender is the same address.";
        smtp_mailru_hint: "Нужен пароль для внешнего приложения с полным доступом к почте, обычный не подойдёт. Отправитель — тот же адрес.", "It takes a password for an external app with full access to mail; the ordinary one does not work. The sender is the same address.";
        smtp_gmail_hint: "Нужен пароль приложения; его можно создать, когда в аккаунте включена двухэтапная аутентификация.", "It takes an app password, which can be made once 2-step verification is on in the account.";
        smtp_other_hint: "Имя сервера, порт и шифрование назовёт справка вашего почтового сервиса: ищите «SMTP» или «почтовые программы».", "The help of your mail service names the server, the port and the encryption: look for “SMTP” or “mail programs”.";
        smtp_app_password: "Создать пароль", "Make a password";
        smtp_server: "Сервер", "Server";
        smtp_port: "Порт", "Port";
        smtp_port_help: "Обычно 465 для TLS и 587 для STARTTLS.", "Usually 465 for TLS and 587 for STARTTLS.";
        smtp_security: "Шифрование", "Encryption";
        smtp_tls: "TLS", "TLS";
        smtp_starttls: "STARTTLS", "STARTTLS";
        smtp_optional: "Не обязательно", "Not required";
        smtp_user: "Пользователь", "User";
        smtp_user_help: "Обычно полный адрес почты.", "Usually the whole e-mail address.";
        smtp_password: "Пароль", "Password";
        smtp_password_help: "Хранится зашифрованным и больше не показывается.", "It is stored encrypted and not shown again.";
        smtp_password_kept: "Пароль сохранён. Оставьте пустым, чтобы не менять его.", "A password is stored. Leave this blank to keep it.";
        smtp_whole: "Ввести адрес сервера целиком", "Type the server's address whole";
        smtp_no_host: "Нужно только имя сервера, например smtp.example.com: без smtp://, порта и @.", "Only the server's name is needed, for example smtp.example.com: without smtp://, a port or @.";
        smtp_wrong_port: "Порт — это число от 1 до 65535.", "A port is a number from 1 to 65535.";
        smtp_user_missing: "Введите пользователя: обычно это полный адрес почты.", "Type the user: usually the whole e-mail address.";
        smtp_password_missing: "Введите пароль.", "Type the password.";
        smtp_password_of_another: "Сервер или пользователь другой: введите пароль ещё раз. Прежний пароль другому серверу не отправляется.", "The server or the user is another one: type the password again. The former password is not sent to another server.";
        smtp_in_clear: "Пароль уходит только по зашифрованному соединению: выберите TLS или STARTTLS.", "A password goes over an encrypted connection only: choose TLS or STARTTLS.";
        smtp_starttls_vain: "STARTTLS требуется, только когда есть пользователь и пароль, а сервер — не на этой машине. Выберите «Не обязательно»: если сервер предложит шифрование, оно будет.", "STARTTLS is required only with a user and a password, and a server that is not on this machine. Choose “Not required”: if the server offers encryption, it is used.";
        smtp_none: "Не настроен", "Not configured";
        smtp_sealed: "Не открыть", "Cannot be opened";
        smtp_sealed_do: "Ключ шифрования на сервере стал другим, и сохранённый адрес с паролем больше не прочесть: письма не отправляются. Введите его ещё раз или верните прежний ключ.", "The server's sealing key is another one now, and the stored address with its password cannot be read any more: no mails are sent. Enter it again, or put the old key back.";
        smtp_set: "Настроен", "Configured";
        smtp_forget: "Убрать сервер: письма больше не отправлять", "Remove the server: send no more mails";
        mail_from: "Отправитель", "Sender";
        mail_from_help: "Например, Hookgram <hookgram@example.com>. Если оставить пустым, будет адрес пользователя.", "For example Hookgram <hookgram@example.com>. If left blank, it is the user's address.";
        test: "Отправить пробное письмо", "Send a test mail";
        test_to: "Придёт на", "Goes to";
        test_taken: "Сервер принял письмо. Оно придёт через минуту; если нет, загляните в спам.", "The server took the mail. It arrives within a minute; if not, look into the spam folder.";
        test_failed: "Письмо не ушло. Почтовый сервер ответил:", "The mail was not sent. The mail server answered:";
        test_no_server: "Сначала укажите почтовый сервер и отправителя.", "Name a mail server and a sender first.";
        test_no_address: "На этот адрес письмо не отправить:", "No mail can be sent to this address:";

        keeping: "Хранение", "Keeping";
        keeping_why: "Что старше, удаляется само.", "What is older is deleted by itself.";
        retention_days: "События и сообщения", "Events and messages";
        retention_help: "Дней, от 1. Дольше всего занимают место тела событий.", "Days, from 1. The bodies of events take the most room.";
        audit_days: "Журнал действий", "Audit";
        audit_help: "Дней, от 30.", "Days, from 30.";
        customer_days: "Клиенты ботов записи", "Customers of booking bots";
        customer_help: "Дней после последнего контакта, от 1.", "Days after the last contact, from 1.";
        days: "дней", "days";
        events: "событий", "events";

        endpoints: "Приём событий", "Accepting events";
        endpoints_why: "Как сервис записи передаёт события.", "How the booking service hands events over.";
        stateless: "Старые ссылки с параметрами", "Old URLs with parameters";
        stateless_help: "Ссылки вида /webhook/telegram?telegramToken=… с токеном в адресе. Закройте, когда все профили перенесены.", "URLs like /webhook/telegram?telegramToken=… with the token in the address. Close it once all profiles are carried over.";
        open: "Принимать", "Accept them";
        shut: "Не принимать", "Do not accept them";
        stranger_events: "Очередь незнакомых ботов", "Queue of unknown bots";
        stranger_help: "Сколько недоставленных событий принимается по старым ссылкам от ботов, которых Telegram ещё не подтвердил. Больше — ответ 429.", "How many undelivered events are accepted through old URLs from bots that Telegram has not confirmed yet. Beyond that, the answer is 429.";
        duplicate_window: "Повтор того же события", "The same event again";
        duplicate_help: "Столько времени точная копия события не отправляется второй раз. 0 — отправлять всегда.", "For so long an exact copy of an event is not sent a second time. 0: it always is.";
        retry_max_age: "Сколько пытаться", "How long to try";
        retry_help: "Если Telegram не отвечает, попытки идут столько времени, потом доставка считается неудачной.", "While Telegram does not answer, it is tried for so long; then the delivery counts as failed.";
        max_body: "Наибольшее событие", "Largest event";
        max_body_help: "До 64 МиБ. Обычное событие — несколько килобайт.", "Up to 64 MiB. A usual event is a few kilobytes.";
        booking_url: "Сайт записи", "Booking site";
        booking_pages: "Страницы записи", "Booking pages";
        pages_help: "Их открывает бот записи: здесь клиент выбирает время.", "The booking bot opens them: here a customer chooses a time.";
        booking_help: "На него ведут ссылки «Открыть запись» и «Страница услуги».", "Where the links “Open appointment” and “Service page” lead.";
        unit: "единица", "unit";
        seconds: "секунд", "seconds";
        minutes: "минут", "minutes";
        hours: "часов", "hours";
        days_unit: "дней", "days";
        bytes: "байт", "bytes";
        kib: "КиБ", "KiB";
        mib: "МиБ", "MiB";

        accounts: "Аккаунты", "Accounts";
        accounts_why: "Что требуется от людей и что им видно.", "What is asked of people, and what they see.";
        people: "Люди и приглашения", "People and invitations";
        second_factor: "Второй шаг при входе", "Second step at sign-in";
        second_factor_help: "У кого его ещё нет, настроит его при следующем входе.", "Whoever has none yet sets it up at the next sign-in.";
        factor_off: "По желанию", "As they like";
        factor_admins: "Обязателен для администраторов", "Required of admins";
        factor_operators: "Обязателен для операторов и администраторов", "Required of operators and admins";
        factor_all: "Обязателен для всех", "Required of everybody";
        viewers_see_data: "Данные клиентов для наблюдателей", "Customers' data for viewers";
        viewers_help: "Тексты сообщений, чаты клиентов и тела событий.", "Texts of messages, customers' chats, and the bodies of events.";
        hidden: "Скрыты", "Hidden";
        shown: "Видны", "Shown";

        meanwhile: "Пока вы правили, это изменил кто-то ещё. Сохраните ещё раз, чтобы заменить. Сейчас сохранено:", "Somebody else has changed this meanwhile. Save again to replace it. Stored now:";
        wrong_address: "Это не адрес сайта. Напишите его так: https://example.com", "This is no web address. Write it like https://example.com";
        wrong_choice: "Выберите один из вариантов.", "Choose one of them.";
        wrong_size: "Нужен размер больше нуля и до 64 МиБ.", "A size above zero and up to 64 MiB is needed.";
        wrong_days: "Нужно целое число дней до 36500, не меньше чем", "A whole number of days up to 36500 is needed, at least";
        wrong_count: "Нужно целое число от 0 до 1 000 000.", "A whole number from 0 to 1,000,000 is needed.";
        wrong_span: "Нужно целое число, и не больше десяти лет.", "A whole number is needed, and no more than ten years.";
        wrong_sender: "Это не почтовый адрес. Напишите его так: Hookgram <hookgram@example.com>", "This is no e-mail address. Write it like Hookgram <hookgram@example.com>";
        no_sender: "Без отправителя почтовый сервер писем не примет.", "Without a sender the mail server takes no mails.";
        smtp_address: "Это не адрес почтового сервера. Если в пароле есть знаки @ : / # %, напишите их как %40 %3A %2F %23 %25.", "This is no address of a mail server. If the password has the letters @ : / # %, write them %40 %3A %2F %23 %25.";
        smtp_scheme: "Адрес должен начинаться с smtp:// или smtps://.", "The address must start with smtp:// or smtps://.";
        smtp_host: "В адресе нет имени сервера.", "The address names no server.";
        smtp_rest: "После имени сервера стоит лишнее. В пароле знаки / ? # пишутся как %2F %3F %23.", "Something stands after the server's name. In the password the letters / ? # are written %2F %3F %23.";
        smtp_letters: "Имя или пароль записаны не в UTF-8.", "The user or the password is not UTF-8.";
        smtp_no_user: "Есть пароль, но нет имени пользователя.", "There is a password but no user.";
        smtp_no_password: "Есть имя пользователя, но нет пароля.", "There is a user but no password.";
    }
}
