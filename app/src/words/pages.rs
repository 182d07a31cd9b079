//! The words of each page.

use super::word_set;

word_set! {
    /// What stands around every page.
    Shell {
        profiles: "Профили", "Profiles";
        sandbox: "Песочница", "Sandbox";
        main_navigation: "Разделы", "Sections";
        skip: "К содержанию", "Skip to content";
        sign_out: "Выйти", "Sign out";
        other_language: "EN", "RU";
        switch_language: "Switch to English", "Переключить на русский";
        switch_theme: "Светлая или тёмная тема", "Light or dark theme";
        loading: "Загружаем…", "Loading…";
        retry: "Попробовать ещё раз", "Try again";
        not_found_title: "Такой страницы нет", "There is no such page";
        not_found_why: "Возможно, ссылка устарела или профиль удалён.", "The link may be old, or the profile was deleted.";
        to_profiles: "К профилям", "To profiles";
        copy: "Копировать", "Copy";
        copied: "Скопировано", "Copied";
        copy_failed: "Не получилось: выделите и скопируйте сами", "That failed: select and copy it yourself";
    }
}

word_set! {
    /// Faults that belong to no field.
    Errors {
        signed_out: "Сессия закончилась. Войдите в другой вкладке и вернитесь сюда: несохранённое пока на месте.", "Your session has ended. Sign in again in another tab and come back: what is not saved is still here.";
        forbidden: "Вашей роли это не разрешено. Попросите администратора.", "Your role may not do this. Ask an administrator.";
        not_found: "Этого профиля больше нет.", "This profile no longer exists.";
        internal: "На сервере что-то сломалось; подробности — в его журнале. Попробуйте ещё раз через минуту.", "Something broke on the server; its log has the details. Try again in a minute.";
        connection: "Сервер не ответил. Проверьте соединение и попробуйте ещё раз.", "The server did not answer. Check the connection and try again.";
        see_fields: "Не сохранено: исправьте отмеченные поля.", "Not saved: fix the marked fields.";
    }
}

word_set! {
    /// Signing in and the first account.
    SignInWords {
        title: "Вход", "Sign in";
        why: "Панель Hookgram: профили вебхуков и их сообщения.", "The Hookgram panel: webhook profiles and their messages.";
        email: "Почта", "E-mail";
        password: "Пароль", "Password";
        password_help: "Не короче 12 символов. Лучше всего — несколько несвязанных слов.", "At least 12 characters. A few unrelated words are best.";
        submit: "Войти", "Sign in";
        setup_title: "Первый администратор", "The first administrator";
        setup_why: "Этим адресом и паролем вы будете входить. Ссылка сработает один раз.", "You will sign in with this address and password. The link works once.";
        setup_submit: "Создать и войти", "Create and sign in";
        setup_closed_title: "Ссылка больше не действует", "This link no longer works";
        setup_closed_why: "Она одноразовая. Если аккаунта ещё нет, перезапустите hookgram: он напечатает новую.", "It works once. If there is no account yet, restart hookgram: it prints a new one.";
        forgot: "Забыли пароль? На сервере выполните: hookgram user reset-password ПОЧТА", "Forgot the password? On the server, run: hookgram user reset-password EMAIL";
        wrong: "Почта или пароль не подходят. Проверьте раскладку и попробуйте ещё раз.", "The address or the password is wrong. Check the keyboard layout and try again.";
        bad_link: "Ссылка уже использована или устарела. Перезапустите hookgram: он напечатает новую.", "The link has been used or is too old. Restart hookgram: it prints a new one.";
        bad_email: "Это не похоже на адрес почты: нужно имя, @ и домен с точкой.", "This does not look like an address: it takes a name, an @ and a domain with a dot.";
        bad_password: "Пароль должен быть не короче 12 символов.", "The password must have at least 12 characters.";
    }
}

word_set! {
    /// The list of profiles.
    ProfilesWords {
        title: "Профили", "Profiles";
        new: "Новый профиль", "New profile";
        empty_title: "Здесь появятся ваши профили", "Your profiles will appear here";
        empty_why: "Профиль — это бот, текст и настройки сообщения. Вы получите короткую ссылку и вставите её в сервис записи.", "A profile is a bot, a text and how the message looks. You get a short URL and paste it into the booking service.";
        empty_action: "Создать первый профиль", "Create the first profile";
        name: "Профиль", "Profile";
        target: "Куда", "Where to";
        short_url: "Короткая ссылка", "Short URL";
        enabled: "Включён", "Enabled";
        last: "Последнее событие", "Last event";
        sandbox: "Песочница", "Sandbox";
        unknown_bot: "бот ещё не проверен", "bot not yet verified";
        no_token: "нет токена", "no token";
        never: "событий не было", "no events yet";
        enable: "Включить", "Enable";
        disable: "Выключить", "Disable";
        is_enabled: "Включён: принимает события", "Enabled: accepts events";
        is_disabled: "Выключен: события не принимает", "Disabled: accepts no events";
        copy_for: "Копировать ссылку профиля", "Copy the short URL of";
        list: "Список профилей", "List of profiles";
    }
}

word_set! {
    /// What became of an event.
    Outcomes {
        delivered: "Доставлено", "Delivered";
        waiting: "В очереди", "Waiting";
        retrying: "Повторяем", "Retrying";
        parked: "Ждёт нового токена", "Waiting for a new token";
        failed: "Не доставлено", "Failed";
        rejected: "Отклонено", "Rejected";
        skipped: "Пропущено", "Skipped";
        uncertain: "Неясно, дошло ли", "May have arrived";
    }
}

word_set! {
    /// The builder.
    BuilderWords {
        new_title: "Новый профиль", "New profile";
        crumb: "Профили", "Profiles";
        saved: "Сохранено", "Saved";
        save: "Сохранить", "Save";
        saving: "Сохраняем…", "Saving…";
        share: "Ссылка", "Short URL";
        sending: "Отправляем…", "Sending…";
        profile_title: "Профиль", "Profile";
        profile_why: "Название видите только вы и коллеги.", "Only you and your colleagues see the name.";
        name: "Название", "Name";
        name_help: "Например, «Записи в студию» или «Напоминания».", "For example “Studio bookings” or “Reminders”.";
        name_missing: "Дайте профилю название, чтобы узнать его в списке.", "Give the profile a name to know it by in the list.";
        bot_title: "Бот", "Bot";
        bot_why: "От чьего имени придёт сообщение. Токен хранится зашифрованным и не показывается.", "Who the message comes from. The token is stored encrypted and never shown.";
        target_bot: "Бот Telegram", "A Telegram bot";
        target_bot_help: "Сообщения уходят клиентам.", "Messages go to customers.";
        target_sandbox: "Песочница", "The sandbox";
        target_sandbox_help: "Ничего не уходит: сообщения видны на странице «Песочница».", "Nothing is sent out: the messages are shown on the page “Sandbox”.";
        token_stored: "Сохранён:", "Stored:";
        token_replace: "Заменить", "Replace";
        token_new: "Новый токен", "New token";
        token_checking: "Спрашиваем Telegram…", "Asking Telegram…";
        token_known: "Telegram знает этого бота:", "Telegram knows this bot:";
        token_unknown: "Telegram не знает такого токена. Скопируйте его у @BotFather ещё раз.", "Telegram does not know this token. Copy it from @BotFather again.";
        recipient_title: "Получатель", "Recipient";
        recipient_why: "Где в записи указан Telegram клиента.", "Where the booking holds the customer's Telegram id.";
        text_title: "Текст", "Text";
        text_why: "Начало и конец сообщения, заголовки. Остальное подставится из записи.", "The beginning and the end of the message, and its headings. The booking fills in the rest.";
        headings: "Заголовки и названия", "Headings and names";
        show_title: "Что показывать", "What to show";
        show_why: "Сообщение меняется сразу.", "The message changes at once.";
        show_details: "Детали записи", "Details";
        show_resource_description: "Описания услуг", "Service descriptions";
        show_duration: "Длительность", "Duration";
        show_address: "Адрес", "Address";
        show_service: "Услуга", "Service";
        show_description: "Описание записи", "Booking description";
        show_links: "Ссылки на запись и услугу", "Links to the booking and the service";
        show_contacts: "Контактная информация", "Contact information";
        show_nothing_here: "В этом примере такой строки нет.", "This sample has no such line.";
        show_details_help: "Весь раздел с номером, датой и временем.", "The whole section with number, date and time.";
        when_title: "Дата и время", "Date and time";
        when_why: "Как пишутся дата, время и деньги, и по какому поясу.", "How dates, times and money are written, and in which zone.";
        events_title: "События", "Events";
        events_why: "О чём писать клиенту. Если не отмечено ничего, профиль доставляет все события.", "What to write to the customer about. With nothing ticked, the profile delivers every event.";
        errors_title: "Ошибки", "Errors";
        errors_why: "Кто узнает, если сообщение не дошло.", "Who hears of a message that did not arrive.";
        test_title: "Проверка", "Test";
        test_why: "Сообщение с примером записи, до сохранения.", "A message with the sample booking, before saving.";
        test_chat: "Чат", "Chat";
        test_chat_help: "Число — Telegram id человека, который уже нажал «Запустить» у бота, или @канал.", "A number: the Telegram id of a person who has pressed Start at the bot, or @channel.";
        test_chat_sandbox_help: "Для песочницы подойдёт любое число.", "For the sandbox any number will do.";
        test_chat_fault: "Здесь нужно целое число или @канал.", "Enter a whole number or @channel.";
        test_send: "Отправить тест", "Send a test";
        test_in_sandbox: "Сообщение в песочнице.", "The message is in the sandbox.";
        test_in_sandbox_unsaved: "Сообщение собрано без ошибок. После сохранения тесты будут видны в песочнице.", "The message was built without errors. Once saved, tests show in the sandbox.";
        test_sent: "Telegram принял сообщение: посмотрите в чате.", "Telegram took the message: check the chat.";
        test_token_refused: "Telegram не знает такого токена. Скопируйте его у @BotFather ещё раз.", "Telegram does not know this token. Copy it from @BotFather again.";
        test_chat_not_found: "Telegram не знает такого чата. Человек должен один раз нажать «Запустить» у вашего бота; проверьте и сам Telegram id.", "Telegram does not know this chat. The person has to press Start at your bot once; check the id as well.";
        test_chat_forbidden: "Человек заблокировал бота или вышел из чата. Сообщения дойдут, когда он снова нажмёт «Запустить».", "The person has blocked the bot or left the chat. Messages arrive again once they press Start.";
        test_too_many: "Слишком много сообщений подряд. Telegram просит подождать (секунд):", "Too many messages in a row. Telegram asks you to wait (seconds):";
        test_unreachable: "Telegram не отвечает. Проверьте, что сервер выходит в интернет, и попробуйте ещё раз.", "Telegram does not answer. Check that the server can reach the Internet, and try again.";
        test_refused: "Telegram отказал:", "Telegram refused:";
        test_empty: "Сообщение пустое: всё скрыто и нет текста. Включите что-нибудь или напишите текст.", "The message is empty: everything is hidden and there is no text. Show something, or write a text.";
        preview_title: "Сообщение", "Message";
        preview_show: "Показать сообщение", "Show the message";
        preview_hide: "Скрыть сообщение", "Hide the message";
        preview_empty: "Пока сказать нечего: всё скрыто и нет текста.", "Nothing to say yet: everything is hidden and there is no text.";
        sample: "Пример записи", "Sample booking";
        bot_name: "Ваш бот", "Your bot";
        unsaved: "Есть несохранённые изменения", "Unsaved changes";
    }
}

word_set! {
    /// After saving: where the short URL goes.
    ShareWords {
        title: "Короткая ссылка готова", "The short URL is ready";
        why: "Вставьте её в сервис записи: с этого момента клиенты получают сообщения.", "Paste it into the booking service: from then on customers get messages.";
        url: "Короткая ссылка", "Short URL";
        step_service: "В Torrow откройте услугу и раскройте «Общие настройки».", "In Torrow, open the service and expand “General settings”.";
        step_integrations: "Выберите «Интеграции» и включите «WebHook».", "Choose “Integrations” and switch “WebHook” on.";
        step_paste: "Вставьте ссылку в поле «URL», название — любое, и отметьте «Действие по заказу/событию (CaseActionEvent)».", "Paste the URL into the field “URL”, give it any name, and tick “Action on order/event (CaseActionEvent)”.";
        step_action: "В «Действиях» услуги добавьте «Сообщение участнику о записи», тип «Интеграция по операции», и выберите этот вебхук.", "In the service's “Actions” add “Message to the participant”, of the type “Integration by operation”, and choose this webhook.";
        steps_title: "Куда вставить", "Where to paste it";
        check_title: "Проверить", "Check it";
        check_why: "Откройте ссылку в браузере: она скажет, всё ли в порядке, и ничего не отправит. Или отправьте событие сами:", "Open the URL in a browser: it says whether all is well, and sends nothing. Or post an event yourself:";
        override_title: "Один профиль — несколько сообщений", "One profile, several messages";
        override_why: "Текст можно заменить прямо в ссылке, остальное останется из профиля:", "The text can be replaced in the URL; the rest stays as in the profile:";
        back: "К профилю", "To the profile";
        sandbox: "Открыть песочницу", "Open the sandbox";
        secret: "Кто знает ссылку, тот может отправлять сообщения клиентам от имени бота. Не публикуйте её.", "Whoever knows the URL can send messages to customers as the bot. Do not publish it.";
    }
}

word_set! {
    /// The sandbox.
    SandboxWords {
        title: "Песочница", "Sandbox";
        why: "Сообщения профилей, которым вместо бота выбрана песочница. Наружу ничего не уходит.", "Messages of the profiles that use the sandbox in place of a bot. Nothing is sent out.";
        live: "обновляется само", "live";
        empty_title: "Сообщений пока нет", "No messages yet";
        empty_why: "Выберите в профиле «Песочница» и отправьте тест или событие на его короткую ссылку.", "Choose “The sandbox” in a profile, and send a test or an event to its short URL.";
        empty_action: "К профилям", "To profiles";
        chat: "чат", "chat";
    }
}
