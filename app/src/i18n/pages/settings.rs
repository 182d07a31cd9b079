//! Texts of the settings.

use crate::i18n::word_set;

word_set! {
    /// The page of the settings.
    SettingsWords {
        title: "Настройки", "Settings";
        why: "Изменения действуют сразу, без перезапуска. Кто и что менял, видно в журнале действий.", "Changes apply immediately, without a restart. The audit log shows who changed what.";
        audit: "Журнал действий", "Audit log";
        save: "Сохранить", "Save";
        faulty: "Ничего не изменено: исправьте отмеченные поля.", "Nothing was changed: fix the marked fields.";
        locked: "Чтобы изменить настройки, сначала подтвердите, что это вы.", "To change the settings, first confirm that it is you.";
        unlock: "Подтвердить", "Confirm";
        fixed: "Задано при запуске сервера, здесь не меняется:", "Set when the server started; cannot be changed here:";
        public_url: "Адрес сервера", "Server address";
        public_url_help: "С него начинаются короткие ссылки.", "Short URLs start with it.";

        mail: "Почта", "Email";
        mail_why: "Письма о сбоях и приглашения. Без почтового сервера они не отправляются.", "Error emails and invitations. Without a mail server they are not sent.";
        smtp_url: "Почтовый сервер", "Mail server";
        smtp_help: "Например, smtps://user:password@mail.example.com. Знаки @ : / # % в пароле пишутся как %40 %3A %2F %23 %25. Пароль передаётся только по зашифрованному соединению: если сервер с адресом smtp:// его не поддерживает, письма не отправляются.", "For example, smtps://user:password@mail.example.com. In the password, write the characters @ : / # % as %40 %3A %2F %23 %25. The password is only sent over an encrypted connection: if a server with smtp:// does not offer STARTTLS, no emails are sent.";
        smtp_service: "Почтовый сервис", "Email provider";
        smtp_yandex: "Яндекс", "Yandex";
        smtp_other: "Другой", "Other";
        smtp_yandex_hint: "Нужен пароль приложения для почты, обычный не подойдёт. В настройках почты разрешите доступ почтовым программам. Отправитель — тот же адрес.", "You need an app password for mail; your usual password does not work. Allow access for mail clients in the mailbox settings. The sender is the same address.";
        smtp_mailru_hint: "Нужен пароль для внешнего приложения с полным доступом к почте, обычный не подойдёт. Отправитель — тот же адрес.", "You need a password for an external app with full access to mail; your usual password does not work. The sender is the same address.";
        smtp_gmail_hint: "Нужен пароль приложения; его можно создать, когда в аккаунте включена двухэтапная аутентификация.", "You need an app password; you can create one once 2-Step Verification is on in the account.";
        smtp_other_hint: "Имя сервера, порт и шифрование ищите в справке вашего почтового сервиса: в разделах «SMTP» или «Почтовые программы».", "Your email provider's help lists the server name, the port and the encryption: look for “SMTP” or “mail clients”.";
        smtp_app_password: "Создать пароль", "Create a password";
        smtp_server: "Сервер", "Server";
        smtp_port: "Порт", "Port";
        smtp_port_help: "Обычно 465 для TLS и 587 для STARTTLS.", "Usually 465 for TLS and 587 for STARTTLS.";
        smtp_security: "Шифрование", "Encryption";
        smtp_tls: "TLS", "TLS";
        smtp_starttls: "STARTTLS", "STARTTLS";
        smtp_optional: "Не обязательно", "Optional";
        smtp_user: "Пользователь", "User";
        smtp_user_help: "Обычно полный адрес почты.", "Usually the full email address.";
        smtp_password: "Пароль", "Password";
        smtp_password_help: "Хранится в зашифрованном виде и больше не показывается.", "Stored encrypted and not shown again.";
        smtp_password_kept: "Пароль сохранён. Чтобы не менять его, оставьте поле пустым.", "A password is stored. Leave this blank to keep it.";
        smtp_whole: "Ввести адрес сервера целиком", "Enter the full server URL";
        smtp_no_host: "Нужно только имя сервера, например smtp.example.com: без smtp://, порта и @.", "Enter only the server name, for example smtp.example.com: no smtp://, no port, no @.";
        smtp_wrong_port: "Порт — это число от 1 до 65535.", "The port is a number from 1 to 65535.";
        smtp_user_missing: "Введите имя пользователя: обычно это полный адрес почты.", "Enter the user: usually the full email address.";
        smtp_password_missing: "Введите пароль.", "Enter the password.";
        smtp_password_of_another: "Сервер или пользователь изменился: введите пароль ещё раз. Прежний пароль другому серверу не отправляется.", "The server or the user has changed: enter the password again. The stored password is never sent to another server.";
        smtp_in_clear: "Пароль передаётся только по зашифрованному соединению: выберите TLS или STARTTLS.", "The password is only sent over an encrypted connection: choose TLS or STARTTLS.";
        smtp_starttls_vain: "STARTTLS можно требовать, только если указаны пользователь и пароль, а сервер — не на этой машине. Выберите «Не обязательно»: если сервер поддерживает шифрование, оно будет включено.", "STARTTLS can only be required with a user and a password, and for a server on another machine. Choose “Optional”: encryption is used whenever the server offers it.";
        smtp_none: "Не настроен", "Not configured";
        smtp_sealed: "Не расшифровать", "Cannot be decrypted";
        smtp_sealed_do: "Ключ шифрования на сервере изменился, поэтому сохранённый адрес с паролем не расшифровать: письма не отправляются. Введите его ещё раз или верните прежний ключ.", "The server's encryption key has changed, so the stored address with its password cannot be decrypted and no emails are sent. Enter it again, or restore the old key.";
        smtp_set: "Настроен", "Configured";
        smtp_forget: "Удалить сервер и больше не отправлять писем", "Remove the server and stop sending emails";
        mail_from: "Отправитель", "Sender";
        mail_from_help: "Например, Hookgram <hookgram@example.com>. Если оставить пустым, будет адрес пользователя.", "For example, Hookgram <hookgram@example.com>. If left blank, the user's address is used.";
        test: "Отправить пробное письмо", "Send a test email";
        test_to: "На адрес", "To";
        test_taken: "Сервер принял письмо. Обычно оно приходит за минуту; если его нет, загляните в спам.", "The server accepted the email. It should arrive within a minute; if not, check the spam folder.";
        test_failed: "Письмо не отправлено. Ошибка:", "The email was not sent. Error:";
        test_no_server: "Сначала укажите почтовый сервер и отправителя.", "First set a mail server and a sender.";
        test_no_address: "На этот адрес письмо не отправить:", "No email can be sent to this address:";

        keeping: "Хранение", "Retention";
        keeping_why: "Всё, что старше, удаляется автоматически.", "Anything older is deleted automatically.";
        retention_days: "События и сообщения", "Events and messages";
        retention_help: "Дней, не меньше 1. Больше всего места занимает содержимое событий.", "Days, at least 1. Event bodies take up the most space.";
        audit_days: "Журнал действий", "Audit log";
        audit_help: "Дней, не меньше 30.", "Days, at least 30.";
        customer_days: "Клиенты ботов записи", "Customers of booking bots";
        customer_help: "Дней после последнего контакта, не меньше 1.", "Days after the last contact, at least 1.";
        days: "дней", "days";
        events: "событий", "events";

        endpoints: "Приём событий", "Incoming events";
        endpoints_why: "Как сервис записи передаёт события.", "How the booking service delivers events.";
        stateless: "Старые ссылки с параметрами", "Old URLs with parameters";
        stateless_help: "Ссылки вида /webhook/telegram?telegramToken=… с токеном прямо в ссылке. Закройте их, когда перенесёте все в профили.", "URLs like /webhook/telegram?telegramToken=… with the token in the URL. Close them once all of them are migrated to profiles.";
        open: "Принимать", "Accept";
        shut: "Не принимать", "Do not accept";
        stranger_events: "Очередь незнакомых ботов", "Queue for unknown bots";
        stranger_help: "Сколько недоставленных событий принимать по старым ссылкам от ботов, которых Telegram ещё не подтвердил. Остальным — ответ 429.", "How many undelivered events to accept through old URLs from bots that Telegram has not confirmed yet. Beyond that, the answer is 429.";
        duplicate_window: "Повторы одного события", "Ignore exact repeats for";
        duplicate_help: "Столько времени точная копия события не отправляется ещё раз. 0 — отправлять всегда.", "An exact copy of an event received within this time is not sent again. 0: always send it.";
        retry_max_age: "Сколько пытаться", "Keep retrying for";
        retry_help: "Если Telegram не отвечает, попытки продолжаются столько времени, потом доставка считается неудачной.", "If Telegram does not answer, retries go on for this long; then the delivery counts as failed.";
        max_body: "Максимальный размер события", "Maximum event size";
        max_body_help: "До 64 МиБ. Обычное событие — несколько килобайт.", "Up to 64 MiB. A typical event is a few kilobytes.";
        booking_url: "Сайт записи", "Booking site";
        booking_pages: "Страницы записи", "Booking pages";
        pages_help: "Их открывает бот записи: на них клиент выбирает время.", "The booking bot opens them: this is where customers choose a time.";
        booking_help: "На него ведут ссылки «Открыть запись» и «Страница услуги».", "The links “Open appointment” and “Service page” lead there.";
        unit: "единица", "unit";
        seconds: "секунд", "seconds";
        minutes: "минут", "minutes";
        hours: "часов", "hours";
        days_unit: "дней", "days";
        bytes: "байт", "bytes";
        kib: "КиБ", "KiB";
        mib: "МиБ", "MiB";

        accounts: "Аккаунты", "Accounts";
        accounts_why: "Что требуется от пользователей и что им видно.", "What is required of people, and what they can see.";
        people: "Люди и приглашения", "People and invitations";
        second_factor: "Второй шаг при входе", "Second factor";
        second_factor_help: "Те, у кого его ещё нет, включат его при следующем входе.", "People without one set it up the next time they sign in.";
        factor_off: "По желанию", "Optional";
        factor_admins: "Обязателен для администраторов", "Required for admins";
        factor_operators: "Обязателен для операторов и администраторов", "Required for operators and admins";
        factor_all: "Обязателен для всех", "Required for everyone";
        viewers_see_data: "Данные клиентов для наблюдателей", "Customer data for viewers";
        viewers_help: "Тексты сообщений, чаты клиентов и содержимое событий.", "Message texts, customers' chats and event bodies.";
        hidden: "Скрыты", "Hidden";
        shown: "Видны", "Visible";

        meanwhile: "Пока вы редактировали, это изменил кто-то ещё. Чтобы заменить его вариант своим, сохраните ещё раз. Сейчас сохранено:", "Someone else changed this in the meantime. Save again to replace their version. Currently stored:";
        wrong_address: "Это не адрес сайта. Напишите его так: https://example.com", "This is not a web address. Write it like https://example.com";
        wrong_choice: "Выберите один из вариантов.", "Choose one of the options.";
        wrong_size: "Нужен размер больше нуля и не больше 64 МиБ.", "Enter a size above zero and up to 64 MiB.";
        wrong_days: "Нужно целое число дней, не больше 36 500 и не меньше", "Enter a whole number of days, no more than 36,500 and at least";
        wrong_count: "Нужно целое число от 0 до 1 000 000.", "Enter a whole number from 0 to 1,000,000.";
        wrong_span: "Нужно целое число, не больше десяти лет.", "Enter a whole number, no more than ten years.";
        wrong_sender: "Это не почтовый адрес. Напишите его так: Hookgram <hookgram@example.com>", "This is not an email address. Write it like Hookgram <hookgram@example.com>";
        no_sender: "Без отправителя почтовый сервер письма не примет.", "Without a sender the mail server accepts no emails.";
        smtp_address: "Это не адрес почтового сервера. Если в пароле есть знаки @ : / # %, напишите их как %40 %3A %2F %23 %25.", "This is not a mail server URL. If the password contains @ : / # %, write them as %40 %3A %2F %23 %25.";
        smtp_scheme: "Адрес должен начинаться с smtp:// или smtps://.", "The URL must start with smtp:// or smtps://.";
        smtp_host: "В адресе нет имени сервера.", "The URL has no server name.";
        smtp_rest: "После имени сервера есть что-то лишнее. В пароле знаки / ? # пишутся как %2F %3F %23.", "There is something after the server name. In the password, write / ? # as %2F %3F %23.";
        smtp_letters: "Имя или пароль записаны не в UTF-8.", "The user or the password is not valid UTF-8.";
        smtp_no_user: "Есть пароль, но нет имени пользователя.", "There is a password but no user.";
        smtp_no_password: "Есть имя пользователя, но нет пароля.", "There is a user but no password.";
    }
}
