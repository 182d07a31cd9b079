//! Texts of setting up the booking bot, and of its poster.

use hookgram::{booking::BookingField, values::Language};

use crate::i18n::word_set;

word_set! {
    /// The page of the booking bot.
    BookingWords {
        title: "Бот записи", "Booking bot";
        what: "Клиент нажимает в боте «Старт», записывается прямо в Telegram и получает там же сообщения о записи.", "Customers press Start, book right inside Telegram and get messages about the booking there.";
        on: "Включён", "On";
        off: "Выключен", "Off";
        not_set_up: "Не настроен", "Not set up";
        set_up: "Настроить", "Set up";
        no: "нет", "no";
        yes: "да", "yes";

        services: "Услуги", "Services";
        services_why: "Каждая услуга станет кнопкой в чате.", "Each service becomes a button in the chat.";
        links: "Ссылки на услуги", "Service links";
        links_help: "Откройте услугу в Torrow, нажмите «Поделиться» и скопируйте ссылку. Можно вставить сразу много ссылок, с названиями или без.", "Open the service in Torrow, choose Share and copy the link. You can paste many at once, with or without titles.";
        links_example: "Стрижка https://torrow.net/app/tabs/tab-search/service;id=…", "Haircut https://torrow.net/app/tabs/tab-search/service;id=…";
        read_links: "Добавить в список", "Add to the list";
        not_read: "Не добавлено", "Not added";
        links_faulty: "Исправьте эти строки или удалите их из поля.", "Fix these lines or remove them from the field.";
        no_services: "Услуг пока нет.", "No services yet.";
        service: "Услуга", "Service";
        service_title: "Название на кнопке", "Title on the button";
        service_text: "Короткий текст", "Short description";
        service_text_help: "Его увидит тот, кто открыл бота по ссылке этой услуги. Можно не заполнять.", "Shown to customers who open the bot via this service's link. Can be left blank.";
        service_page: "Страница записи", "Booking page";
        up: "Выше", "Move up";
        down: "Ниже", "Move down";
        remove: "Убрать", "Remove";

        texts: "Тексты", "Texts";
        texts_why: "Если поле пустое, бот скажет то, что показано серым. Работает и оформление Telegram: <b>жирный</b>, <i>курсив</i>.", "If a field is blank, the bot says what is shown in grey. Telegram formatting works too: <b>bold</b>, <i>italic</i>.";
        greeting_ru: "Приветствие по-русски", "Greeting in Russian";
        greeting_en: "Приветствие по-английски", "Greeting in English";
        button_ru: "Кнопка по-русски", "Button in Russian";
        button_en: "Кнопка по-английски", "Button in English";
        help_ru: "Ответ на /help по-русски", "Reply to /help in Russian";
        help_en: "Ответ на /help по-английски", "Reply to /help in English";
        sent_as_typed: "Пока это не исправлено, текст отправляется без оформления, как набран.", "Until this is fixed, the text is sent as typed, without formatting.";

        field: "Как сообщения найдут клиента", "How messages find the customer";
        field_why: "Бот сам вписывает id чата в поле контакта, а профиль берёт его оттуда.", "The bot fills a contact field with the chat id, and the profile takes it from there.";
        field_name: "Поле контакта для id чата", "Contact field for the chat id";
        field_name_help: "Поле с точно таким названием должно быть в контактной информации каждой услуги в Torrow. Звёздочка прячет его от клиента.", "Each service in Torrow needs a field with exactly this name in its contact information. The asterisk hides it from customers.";
        unread: "Ни один включённый профиль этого бота не читает это поле: клиенты смогут записаться, но сообщений не получат.", "No enabled profile of this bot reads this field: customers can book but will get no messages.";
        make_profile: "Создать профиль с этим ботом", "Create a profile with this bot";

        more: "Дополнительно", "More settings";
        first_name_field: "Поле контакта для имени", "Contact field for the first name";
        first_name_field_help: "Например, «Имя»: тогда имя из Telegram впишется само. Если оставить пустым, имя введёт клиент.", "For example, “Name”: the name from Telegram is then filled in. If left blank, customers type their names.";
        returns: "После записи возвращать клиента в бот", "Return the customer to the bot after booking";
        deliver_after_start: "Когда клиент нажмёт «Старт», отправлять ему сообщения, которые раньше не дошли", "When a customer presses Start, send the messages that could not be delivered before";
        culture: "Язык страницы записи", "Booking page language";
        culture_own: "Как у клиента в Telegram", "The customer's Telegram language";
        russian: "Русский", "Russian";
        english: "Английский", "English";
        time_zone: "Часовой пояс страницы записи", "Booking page time zone";
        zone_own: "Выбирает сама страница", "Chosen by the page";
        staff_chat: "Чат сотрудников", "Staff chat";
        staff_chat_help: "Туда бот перешлёт то, что ему пишут клиенты. Telegram id человека или группы; у группы он с минусом.", "The bot forwards customers' messages there. The Telegram id of a person or a group; a group's id is negative.";
        updates: "Как бот получает сообщения клиентов", "How the bot receives customers' messages";
        polling: "Сам запрашивает у Telegram", "It polls Telegram";
        polling_help: "Работает всегда, внешний адрес не нужен.", "Always works and needs no public address.";
        webhook: "Telegram присылает их на этот сервер", "Telegram sends them to this server";
        webhook_help: "Нужен внешний адрес с https.", "Requires a public https address.";
        no_https: "Недоступно: внешний адрес этого сервера начинается не с https.", "Not available: this server's public address does not start with https.";
        wrong_port: "Недоступно: Telegram присылает сообщения только на порты 443, 80, 88 и 8443, а у внешнего адреса этого сервера порт другой.", "Not available: Telegram only sends to the ports 443, 80, 88 and 8443, and this server's public address has another port.";

        save_and_on: "Сохранить и включить", "Save and switch on";
        save: "Сохранить", "Save";
        save_only: "Сохранить, не включая", "Save without switching on";
        switch_off: "Выключить", "Switch off";
        look: "Обновить предпросмотр", "Update preview";
        not_saved: "Не сохранено: исправьте отмеченные поля.", "Not saved: fix the marked fields.";
        outdated: "Пока вы редактировали, настройки изменил кто-то ещё. Ваша версия осталась в форме. Чтобы заменить чужую, сохраните ещё раз.", "Someone else changed the settings in the meantime. Your version is still in the form. Save it again to replace theirs.";
        outdated_stored: "Сейчас сохранено", "Currently stored";
        outdated_none: "пусто", "empty";
        take_over: "Забрать бота себе", "Take over";
        to_token: "Сменить токен", "Replace the token";
        token_refused: "Telegram не принимает токен этого бота: записываться через него сейчас нельзя.", "Telegram rejects this bot's token: nobody can book with it now.";
        token_locked: "Токен этого бота не расшифровать: введите его ещё раз на странице бота.", "This bot's token cannot be decrypted: enter it again on the bot's page.";

        preview: "Что увидит клиент", "What the customer sees";
        preview_why: "Имя и запись здесь для примера.", "The name and the booking are examples.";
        in_russian: "По-русски", "In Russian";
        in_english: "По-английски", "In English";
        by_link: "По ссылке на услугу:", "Via the service's link:";
        menu: "Меню", "Menu";
        message: "Сообщение", "Message";
        example_service: "Стрижка", "Haircut";

        give: "Ссылки для клиентов", "Links for customers";
        give_why: "Ссылку поставьте в соцсети и на сайт, а код повесьте на дверь: они открывают бота.", "Put the link on your website and social media, and the code on your door: both open the bot.";
        give_later: "Здесь появятся ссылки и коды, когда вы сохраните настройки.", "Links and codes will appear here once you save the settings.";
        give_off: "Бот записи выключен: тем, кто откроет ссылку, никто не ответит.", "The booking bot is off: people who open a link get no reply.";
        all_services: "Все услуги", "All services";
        qr: "QR-код ссылки на бота", "QR code of the bot link";
        qr_show: "Показать QR-код", "Show QR code";
        poster: "Плакат для печати", "Printable poster";
        no_username: "Telegram ещё не сообщил имя этого бота, поэтому ссылок пока нет.", "Telegram has not reported this bot's username yet, so there are no links.";
        check: "Проверить сейчас", "Check now";

        try_title: "Попробуйте", "Try it";
        try_why: "Поговорите с ботом в песочнице так, как это сделает клиент.", "Talk to the bot in the sandbox the way a customer would.";
        try_do: "Открыть песочницу", "Open the sandbox";

        poster_do: "Запишитесь через Telegram", "Book in Telegram";
        poster_how: "Наведите камеру телефона на код", "Point your phone's camera at the code";
        poster_print: "Чтобы напечатать, нажмите Ctrl+P.", "Press Ctrl+P to print.";
    }
}

/// The title of a field.
#[must_use]
pub fn booking_field(language: Language, field: BookingField) -> &'static str {
    use crate::i18n::Words as _;

    let w = BookingWords::of(language);
    match field {
        BookingField::GreetingRu => w.greeting_ru,
        BookingField::GreetingEn => w.greeting_en,
        BookingField::ButtonRu => w.button_ru,
        BookingField::ButtonEn => w.button_en,
        BookingField::HelpRu => w.help_ru,
        BookingField::HelpEn => w.help_en,
        BookingField::FieldName => w.field_name,
        BookingField::FirstNameField => w.first_name_field,
        BookingField::Culture => w.culture,
        BookingField::TimeZone => w.time_zone,
        BookingField::StaffChat => w.staff_chat,
    }
}

/// The number of services that were added to the list.
#[must_use]
pub fn services_added(language: Language, count: usize) -> String {
    match language {
        Language::Ru => format!("Добавлено в список: {count}. Проверьте названия и сохраните."),
        Language::En => format!("Added to the list: {count}. Check the titles and save."),
    }
}
