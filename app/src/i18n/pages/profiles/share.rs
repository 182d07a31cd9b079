//! Texts of connecting a profile to the booking service.

use crate::i18n::word_set;

word_set! {
    /// The page with a profile's short URL.
    ShareWords {
        title: "Подключение", "Connect";
        why: "Вставьте ссылку в сервис записи: с этого момента клиенты получают сообщения.", "Paste the URL into the booking service: from then on customers get messages.";
        url: "Короткая ссылка", "Short URL";
        secret: "Кто знает ссылку, тот может отправлять сообщения клиентам от имени бота. Не публикуйте её.", "Whoever knows the URL can send messages to customers as the bot. Do not publish it.";
        hidden: "Ссылка скрыта: кто её знает, тот может отправлять сообщения клиентам от имени бота, поэтому её видят только операторы и администраторы. Если она вам нужна, обратитесь к одному из них.", "The URL is hidden: whoever knows it can send messages to customers as the bot, so only operators and admins see it. If you need it, ask one of them.";
        qr: "QR-код короткой ссылки", "QR code of the short URL";
        qr_show: "Показать QR-код", "Show the QR code";
        qr_help: "Наведите камеру телефона, чтобы открыть ссылку на нём. В браузере она проверит настройки и ничего не отправит.", "Point a phone's camera at it to open the URL there. In a browser it checks the settings and sends nothing.";

        only_here: "Сервис записи не сможет открыть эту ссылку: её адрес виден только с этого компьютера или из вашей сети. Попросите того, кто ставил Hookgram, указать внешний адрес (HOOKGRAM_PUBLIC_URL), например https://hooks.example.com.", "The booking service cannot reach this URL: its address is known to this computer or your own network only. Ask whoever installed Hookgram to set the outside address (HOOKGRAM_PUBLIC_URL), such as https://hooks.example.com.";
        not_encrypted: "Ссылка начинается с http: данные клиентов идут по сети незашифрованными, и некоторые сервисы такие адреса не принимают. Попросите того, кто ставил Hookgram, подключить https.", "The URL begins with http: customers' data travel unencrypted, and some services refuse such addresses. Ask whoever installed Hookgram to set up https.";
        token_locked: "Сохранённый токен бота больше не открыть: на сервере другой ключ шифрования. События принимаются и ждут. Введите токен ещё раз, и сообщения уйдут.", "The stored bot token cannot be opened any more: the server has another sealing key. Events are taken and wait. Enter the token again, and the messages are sent.";
        no_token: "У профиля нет токена бота: события будут отклонены.", "The profile has no bot token: events will be refused.";
        token_refused: "Telegram не принимает токен бота: сообщения копятся и уйдут, как только вы сохраните новый токен.", "Telegram does not accept the bot's token: messages wait, and are sent as soon as you save a new one.";
        to_token: "Указать токен", "Enter the token";
        disabled: "Профиль выключен: события будут отклонены.", "The profile is switched off: events will be refused.";
        enable: "Включить профиль", "Switch the profile on";

        waiting_title: "Ждём первое событие…", "Waiting for the first event…";
        waiting: "Подключите ссылку и запишитесь на услугу сами или отправьте пробное событие: оно сразу появится здесь.", "Connect the URL and make a booking yourself, or post a sample event: it shows here at once.";
        came_title: "Связь есть", "Connected";
        last_title: "Последнее событие", "Last event";
        again: "Проверить ещё раз", "Check again";
        last_retrying: "Telegram пока не принял сообщение. Делать ничего не нужно: Hookgram повторит попытку сам.", "Telegram has not taken the message yet. There is nothing to do: Hookgram tries again by itself.";
        last_skipped: "Этот вид события в профиле не отмечен. Если о нём нужно писать клиентам, отметьте его в карточке «События».", "The profile does not want this type of event. If customers should hear of it, tick it in the card “Events”.";
        last_rejected: "Когда исправите, отправьте событие ещё раз: отклонённые сами не повторяются.", "Once that is mended, send the event again: what was refused is not repeated by itself.";

        steps_title: "Как подключить в Torrow", "How to connect it in Torrow";
        steps_why: "Шесть шагов, минут десять.", "Six steps, some ten minutes.";
        step_bot: "Включите бота записи", "Switch the booking bot on";
        step_bot_why: "Клиент нажимает в боте «Старт» и записывается прямо в Telegram. Ссылка на запись сама передаёт, кому писать.", "A customer presses Start in the bot and books inside Telegram. The booking link itself says whom to write to.";
        step_bot_on: "Включён", "Switched on";
        step_bot_open: "Открыть настройки бота записи", "Open the booking bot's settings";
        step_bot_do: "Настроить бота записи", "Set the booking bot up";
        draw_bot: "Ваш бот", "Your bot";
        draw_hello: "Выберите удобное время", "Choose a time";
        draw_book: "Записаться", "Book";
        step_field: "Сделайте поле для Telegram id клиента", "Make a field for the customer's Telegram id";
        step_field_why: "В контактной информации услуги добавьте поле с точно таким названием. Звёздочка прячет его от клиента: поле заполняет ссылка на запись, которую выдаёт бот.", "In the service's contact information add a field of exactly this name. The asterisk hides it from customers: the booking link that your bot gives out fills it in.";
        step_open: "Откройте интеграции услуги", "Open the service's integrations";
        step_open_why: "В услуге раскройте «Общие настройки» и выберите «Интеграции».", "In the service, expand “General settings” and choose “Integrations”.";
        step_paste: "Включите WebHook и вставьте ссылку", "Switch WebHook on and paste the URL";
        step_paste_why: "Название — любое. В поле «URL» вставьте короткую ссылку и отметьте «Действие по заказу/событию (CaseActionEvent)».", "Give it any name. Paste the short URL into “URL”, and tick “Action on order/event (CaseActionEvent)”.";
        step_action: "Добавьте действие", "Add an action";
        step_action_why: "Откройте услугу на редактирование, в поле «Действия» внизу добавьте «Сообщение участнику о записи».", "Edit the service; at the bottom of “Actions” add “Message to the participant”.";
        step_kind: "Свяжите действие с WebHook", "Tie the action to the WebHook";
        step_kind_why: "Смените тип действия на «Интеграция по операции», выберите свой WebHook и сохраните. Запишитесь на услугу сами: сообщение придёт в Telegram, а эта страница станет зелёной.", "Change the action's type to “Integration by operation”, choose your WebHook and save. Make a booking yourself: the message comes to Telegram, and this page turns green.";
        draw_service: "Услуга", "Service";
        draw_contacts: "Контактная информация", "Contact information";
        draw_name: "ФИО", "Name";
        draw_phone: "Телефон", "Phone";
        draw_general: "Общие настройки", "General settings";
        draw_integrations: "Интеграции", "Integrations";
        draw_title: "Название", "Name";
        draw_any: "Сообщения в Telegram", "Telegram messages";
        draw_actions: "Действия", "Actions";
        draw_message: "Сообщение участнику", "Message to the participant";
        draw_type: "Тип действия", "Type of action";
        draw_by_operation: "Интеграция по операции", "Integration by operation";

        try_title: "Пробное событие", "A sample event";
        try_why: "Пример записи пройдёт весь путь: через короткую ссылку, очередь и бота, как настоящая запись.", "A sample booking goes all the way: through the short URL, the queue and the bot, as a real booking does.";
        try_chat: "Чат", "Chat";
        try_chat_help: "Ваш Telegram id. Вы уже должны были нажать «Запустить» у бота.", "Your Telegram id. You must have pressed Start at the bot.";
        try_chat_sandbox_help: "Для песочницы подойдёт любое число.", "For the sandbox any number will do.";
        try_find: "Не знаете своего id? Его найдёт кнопка «Найти мой чат» в профиле.", "If you do not know your id, the button “Find my chat” in the profile finds it.";
        try_find_do: "Открыть проверку в профиле", "Open the test in the profile";
        try_send: "Отправить пробное событие", "Send a sample event";
        try_sent: "Событие принято.", "The event was accepted.";
        try_open: "Открыть доставку", "Open the delivery";
        try_wait: "Слишком много примеров подряд. Подождите (секунд):", "Too many samples in a row. Wait (seconds):";
        try_lines: "Отправить самому, как это делает сервис записи", "Post it yourself, as the booking service does";
        try_lines_why: "Строка отправит маленькую запись. Та же строка, посланная вскоре ещё раз, считается повтором и не отправляется.", "The line posts a small booking. The same line sent again soon counts as a repetition and is not sent.";
        try_lines_chat: "Чтобы сообщение пришло вам, замените 100200300 своим Telegram id.", "To get the message yourself, put your Telegram id in the place of 100200300.";
        try_unix: "Терминал macOS или Linux", "Terminal of macOS or Linux";
        try_windows: "PowerShell в Windows", "PowerShell in Windows";
        override_title: "Один профиль — несколько сообщений", "One profile, several messages";
        override_why: "Текст можно заменить прямо в ссылке, остальное останется из профиля. Так для отмены или переноса не нужен второй профиль. Напишите другой текст и вставьте готовую ссылку в другой WebHook услуги.", "The text can be replaced in the URL; the rest stays as in the profile. So cancellations and changes need no second profile. Write another text, and paste the URL into another WebHook of the service.";
        override_text: "Запись отменена", "Your booking is cancelled";
        override_help: "Пустое поле оставляет текст профиля.", "A blank field keeps the profile's text.";
        override_do: "Собрать ссылку", "Build the URL";
        override_label: "Ссылка со своим текстом", "URL with a text of its own";
        override_preview: "Сообщение по этой ссылке", "The message of this URL";
        override_none: "Напишите текст: без него получится обычная короткая ссылка.", "Write a text: without one it is the plain short URL.";
        bot_name: "Ваш бот", "Your bot";
        stateless_title: "Ссылка без профиля", "URL without a profile";
        stateless_why: "Все настройки стоят в самой ссылке, поэтому она работает и на другом сервере Hookgram, и без этого профиля. Замените TELEGRAM_TOKEN токеном бота: сохранённый токен Hookgram не показывает.", "All settings stand in the URL itself, so it works on another Hookgram server too, and without this profile. Put the bot's token in the place of TELEGRAM_TOKEN: Hookgram does not show the stored one.";
        stateless_beware: "Осторожно: такую ссылку видят все, кто открывает настройки услуги, и вместе с токеном она отдаёт бота целиком. Изменения в профиле на неё не действуют, выбранные события и выключатель — тоже. Если можно, берите короткую.", "Beware: everybody who opens the service's settings sees this URL, and with the token in it the whole bot. Changes to the profile do not reach it, nor do its chosen events or its switch. Prefer the short one where you can.";
        stateless_label: "Ссылка со всеми настройками", "URL with all settings";
        back: "К профилю", "To the profile";
        sandbox: "Открыть песочницу", "Open the sandbox";
    }
}
