//! Texts of connecting a profile to the booking service.

use crate::i18n::word_set;

word_set! {
    /// The page with a profile's short URL.
    ShareWords {
        title: "Подключение", "Connect";
        why: "Вставьте ссылку в сервис записи: с этого момента клиенты будут получать сообщения.", "Paste the URL into the booking service: from then on, customers get messages.";
        url: "Короткая ссылка", "Short URL";
        secret: "Кто знает ссылку, тот может отправлять сообщения клиентам от имени бота. Не публикуйте её.", "Anyone who knows the URL can send messages to customers as the bot. Keep it private.";
        hidden: "Ссылка скрыта: кто её знает, тот может отправлять сообщения клиентам от имени бота, поэтому её видят только операторы и администраторы. Если она вам нужна, обратитесь к одному из них.", "The URL is hidden: anyone who knows it can send messages to customers as the bot, so only operators and admins see it. If you need it, ask one of them.";
        qr: "QR-код короткой ссылки", "QR code of the short URL";
        qr_show: "Показать QR-код", "Show QR code";
        qr_help: "Наведите камеру телефона, чтобы открыть ссылку на нём. В браузере она проверит настройки и ничего не отправит.", "Point a phone's camera at it to open the URL there. In a browser it checks the settings and sends nothing.";

        only_here: "Сервис записи не сможет открыть эту ссылку: её адрес доступен только с этого компьютера или из вашей сети. Попросите того, кто устанавливал Hookgram, указать внешний адрес (HOOKGRAM_PUBLIC_URL), например https://hooks.example.com.", "The booking service cannot reach this URL: its address only works on this computer or your own network. Ask whoever installed Hookgram to set the public address (HOOKGRAM_PUBLIC_URL), such as https://hooks.example.com.";
        not_encrypted: "Ссылка начинается с http: данные клиентов передаются по сети незашифрованными, и некоторые сервисы такие адреса не принимают. Попросите того, кто устанавливал Hookgram, подключить https.", "The URL starts with http: customers' data travels unencrypted, and some services reject such addresses. Ask whoever installed Hookgram to set up https.";
        token_locked: "Сохранённый токен бота не расшифровать: на сервере другой ключ шифрования. События принимаются и ждут. Введите токен ещё раз, и сообщения уйдут.", "The stored bot token cannot be decrypted: the server has another encryption key. Events are accepted and wait. Enter the token again, and the messages are sent.";
        no_token: "У профиля нет токена бота: события будут отклонены.", "The profile has no bot token: events will be rejected.";
        token_refused: "Telegram не принимает токен бота: сообщения ждут и уйдут, как только вы сохраните новый токен.", "Telegram rejects the bot's token: messages wait, and are sent as soon as you save a new one.";
        to_token: "Указать токен", "Enter the token";
        disabled: "Профиль выключен: события будут отклонены.", "The profile is disabled: events will be rejected.";
        enable: "Включить профиль", "Enable the profile";

        waiting_title: "Ждём первое событие…", "Waiting for the first event…";
        waiting: "Подключите ссылку и запишитесь на услугу сами или отправьте пробное событие: оно сразу появится здесь.", "Connect the URL and make a booking yourself, or send a sample event: it will show up here at once.";
        came_title: "Всё подключено", "Connected";
        last_title: "Последнее событие", "Last event";
        again: "Проверить ещё раз", "Check again";
        last_retrying: "Telegram пока не принял сообщение. Делать ничего не нужно: Hookgram повторит попытку сам.", "Telegram has not accepted the message yet. There is nothing to do: Hookgram will retry automatically.";
        last_skipped: "Этот тип событий в профиле не отмечен. Если о нём нужно писать клиентам, отметьте его в карточке «События».", "This type of event is not selected in the profile. If customers should hear about it, select it in the card “Events”.";
        last_rejected: "Когда исправите, повторите событие на странице «Доставки»: сами отклонённые события не повторяются.", "Once that is fixed, replay the event on the Deliveries page: rejected events are not retried automatically.";

        steps_title: "Как подключить в Torrow", "How to connect it in Torrow";
        steps_why: "Шесть шагов, минут десять.", "Six steps, about ten minutes.";
        step_bot: "Включите бота записи", "Turn on the booking bot";
        step_bot_why: "Клиент нажимает в боте «Старт» и записывается прямо в Telegram. Ссылка на запись сама передаёт, кому писать.", "A customer presses Start in the bot and books right inside Telegram. The booking link itself carries whom to write to.";
        step_bot_on: "Включён", "On";
        step_bot_open: "Открыть настройки бота записи", "Open booking bot settings";
        step_bot_do: "Настроить бота записи", "Set up the booking bot";
        draw_bot: "Ваш бот", "Your bot";
        draw_hello: "Выберите удобное время", "Choose a time";
        draw_book: "Записаться", "Book";
        step_field: "Создайте поле для Telegram id клиента", "Create a field for the customer's Telegram id";
        step_field_why: "В контактной информации услуги добавьте поле с точно таким названием. Звёздочка прячет его от клиента: поле заполняет ссылка на запись, которую выдаёт бот.", "In the service's contact information, add a field with exactly this name. The asterisk hides it from customers: the booking link from your bot fills it in.";
        step_open: "Откройте интеграции услуги", "Open the service's integrations";
        step_open_why: "В услуге раскройте «Общие настройки» и выберите «Интеграции».", "In the service, expand “General settings” and choose “Integrations”.";
        step_paste: "Включите WebHook и вставьте ссылку", "Turn on WebHook and paste the URL";
        step_paste_why: "Название — любое. В поле «URL» вставьте короткую ссылку и отметьте «Действие по заказу/событию (CaseActionEvent)».", "Give it any name. Paste the short URL into “URL”, and select “Action on order/event (CaseActionEvent)”.";
        step_action: "Добавьте действие", "Add an action";
        step_action_why: "Откройте услугу на редактирование и внизу, в поле «Действия», добавьте «Сообщение участнику о записи».", "Edit the service; at the bottom, under “Actions”, add “Message to the participant”.";
        step_kind: "Свяжите действие с WebHook", "Connect the action to the WebHook";
        step_kind_why: "Смените тип действия на «Интеграция по операции», выберите свой WebHook и сохраните. Запишитесь на услугу сами: сообщение придёт в Telegram, а эта страница станет зелёной.", "Change the action type to “Integration by operation”, choose your WebHook and save. Make a booking yourself: the message arrives in Telegram, and this page turns green.";
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
        draw_type: "Тип действия", "Action type";
        draw_by_operation: "Интеграция по операции", "Integration by operation";

        try_title: "Пробное событие", "Sample event";
        try_why: "Пример записи пройдёт весь путь: через короткую ссылку, очередь и бота, как настоящая запись.", "A sample booking goes all the way, like a real one: through the short URL, the queue and the bot.";
        try_chat: "Чат", "Chat";
        try_chat_help: "Ваш Telegram id. Перед этим нажмите у бота «Старт».", "Your Telegram id. Press Start in the bot first.";
        try_chat_sandbox_help: "Для песочницы подойдёт любое число.", "Any number works for the sandbox.";
        try_find: "Не знаете своего id? Его найдёт кнопка «Найти мой чат» в профиле.", "Don't know your id? The button “Find my chat” in the profile finds it.";
        try_find_do: "Открыть проверку в профиле", "Open the test in the profile";
        try_send: "Отправить пробное событие", "Send a sample event";
        try_sent: "Событие принято.", "The event was accepted.";
        try_open: "Открыть доставку", "Open the delivery";
        try_wait: "Слишком много примеров подряд. Подождите", "Too many samples in a row. Wait";
        try_lines: "Отправить самому, как это делает сервис записи", "Send it yourself, as the booking service does";
        try_lines_why: "Команда отправит маленькую запись. Если вскоре послать её ещё раз, это будет считаться повтором и клиенту не уйдёт.", "The command sends a small booking. The same command sent again soon counts as a duplicate and is not delivered.";
        try_lines_chat: "Чтобы сообщение пришло вам, замените 100200300 своим Telegram id.", "To get the message yourself, replace 100200300 with your Telegram id.";
        try_unix: "Терминал macOS или Linux", "macOS or Linux terminal";
        try_windows: "PowerShell в Windows", "Windows PowerShell";
        override_title: "Один профиль — несколько сообщений", "One profile, several messages";
        override_why: "Текст можно заменить прямо в ссылке, остальное возьмётся из профиля: для отмены или переноса не нужен второй профиль. Напишите другой текст и вставьте готовую ссылку в другой WebHook услуги.", "The text can be replaced in the URL; the rest comes from the profile, so cancellations and changes need no second profile. Write another text, and paste the URL into another WebHook of the service.";
        override_text: "Запись отменена", "Your booking is cancelled";
        override_help: "Если оставить пустым, будет текст профиля.", "If left blank, the profile's text is used.";
        override_do: "Собрать ссылку", "Build URL";
        override_label: "Ссылка со своим текстом", "URL with its own text";
        override_preview: "Сообщение по этой ссылке", "Message from this URL";
        override_none: "Напишите текст: без него получится обычная короткая ссылка.", "Write a text: without one this is just the short URL.";
        bot_name: "Ваш бот", "Your bot";
        stateless_title: "Ссылка без профиля", "URL without a profile";
        stateless_why: "Все настройки — в самой ссылке, поэтому она работает и на другом сервере Hookgram, и без этого профиля. Замените TELEGRAM_TOKEN токеном бота: сохранённый токен Hookgram не показывает.", "All settings are in the URL itself, so it also works on another Hookgram server, and without this profile. Replace TELEGRAM_TOKEN with the bot's token: Hookgram does not show the stored one.";
        stateless_beware: "Осторожно: такую ссылку видят все, кто открывает настройки услуги, а с токеном любой сможет управлять ботом. Изменения в профиле, выбранные события и выключатель на неё не действуют. Если можно, берите короткую.", "Careful: everyone who opens the service's settings sees this URL, and anyone with the token can control the bot. Changes to the profile, its selected events and its switch do not affect it. Use the short URL if you can.";
        stateless_label: "Ссылка со всеми настройками", "URL with all settings";
        back: "К профилю", "To the profile";
        sandbox: "Открыть песочницу", "Open the sandbox";
    }
}
