//! Texts of setting up the booking bot, and of its poster.

use hookgram::{booking::BookingField, values::Language};

use crate::i18n::word_set;

word_set! {
    /// The page of the booking bot.
    BookingWords {
        title: "Бот записи", "Booking bot";
        what: "Клиент нажимает в боте «Запустить», записывается прямо в Telegram и получает туда сообщения о записи.", "A customer presses Start, books inside Telegram and gets messages about the booking there.";
        on: "Включён", "On";
        off: "Выключен", "Off";
        not_set_up: "Не настроен", "Not set up";
        set_up: "Настроить", "Set up";
        no: "нет", "no";
        yes: "да", "yes";

        services: "Услуги", "Services";
        services_why: "Каждая услуга станет кнопкой в чате.", "Each service becomes a button in the chat.";
        links: "Ссылки на услуги", "Links of services";
        links_help: "Откройте услугу в Torrow, нажмите «Поделиться» и скопируйте ссылку. Можно вставить сразу много, с названиями или без.", "Open the service in Torrow, choose Share and copy the link. You can paste many at once, with titles or without.";
        links_example: "Стрижка https://torrow.net/app/tabs/tab-search/service;id=…", "Haircut https://torrow.net/app/tabs/tab-search/service;id=…";
        read_links: "Добавить в список", "Add to the list";
        not_read: "Не добавлено", "Not added";
        links_faulty: "Исправьте эти строки или удалите их из поля.", "Mend these lines or remove them from the field.";
        no_services: "Услуг пока нет.", "No services yet.";
        service: "Услуга", "Service";
        service_title: "Название на кнопке", "Title on the button";
        service_text: "Короткий текст", "Short text";
        service_text_help: "Его увидит тот, кто открыл бота по ссылке этой услуги. Можно не заполнять.", "Shown to a customer who opens the bot by the link of this service. May stay empty.";
        service_page: "Страница записи", "Booking page";
        up: "Выше", "Move up";
        down: "Ниже", "Move down";
        remove: "Убрать", "Remove";

        texts: "Тексты", "Texts";
        texts_why: "Если поле пустое, бот скажет то, что показано серым. Годится и оформление Telegram: <b>жирный</b>, <i>курсив</i>.", "Where a field is empty, the bot says what is shown in grey. Telegram's formatting works too: <b>bold</b>, <i>italic</i>.";
        greeting_ru: "Приветствие по-русски", "Greeting in Russian";
        greeting_en: "Приветствие по-английски", "Greeting in English";
        button_ru: "Кнопка по-русски", "Button in Russian";
        button_en: "Кнопка по-английски", "Button in English";
        help_ru: "Ответ на /help по-русски", "Answer to /help in Russian";
        help_en: "Ответ на /help по-английски", "Answer to /help in English";
        sent_as_typed: "Пока это не исправлено, текст уходит без оформления, как набран.", "Until that is fixed, the text is sent as typed, without formatting.";

        field: "Как сообщения найдут клиента", "How messages find the customer";
        field_why: "Бот сам вписывает номер чата в поле контакта, а профиль берёт его оттуда.", "The bot fills a contact field with the chat's id, and a profile takes it from there.";
        field_name: "Поле контакта для номера чата", "Contact field for the chat's id";
        field_name_help: "Поле с точно таким названием должно быть в контактной информации каждой услуги в Torrow. Звёздочка прячет его от клиента.", "The contact information of each service in Torrow needs a field of exactly this name. The asterisk hides it from customers.";
        unread: "Ни один включённый профиль этого бота не читает это поле: клиенты смогут записаться, но сообщений не получат.", "No enabled profile of this bot reads this field: customers can book, but get no messages.";
        make_profile: "Создать профиль с этим ботом", "Make a profile of this bot";

        more: "Дополнительно", "More settings";
        first_name_field: "Поле контакта для имени", "Contact field for the first name";
        first_name_field_help: "Например, «Имя»: тогда имя из Telegram впишется само. Если поле пустое, имя вводит клиент.", "For example “Name”: the name in Telegram is then filled in. If it is empty, customers type their names.";
        returns: "После записи вернуть клиента в бот", "Lead the customer back to the bot after booking";
        deliver_after_start: "Когда клиент нажмёт «Запустить», отправить ему сообщения, которые раньше не дошли", "Once a customer presses Start, send the messages that could not be delivered before";
        culture: "Язык страницы записи", "Language of the booking page";
        culture_own: "Как у клиента в Telegram", "The customer's, as in Telegram";
        russian: "Русский", "Russian";
        english: "Английский", "English";
        time_zone: "Часовой пояс страницы записи", "Time zone of the booking page";
        zone_own: "Решает сама страница", "The page decides";
        staff_chat: "Чат сотрудников", "Chat of the staff";
        staff_chat_help: "Туда бот перешлёт то, что ему пишут клиенты. Telegram id человека или группы; у группы он с минусом.", "The bot forwards there what customers write. The Telegram id of a person or a group; a group's is negative.";
        updates: "Как бот узнаёт о сообщениях клиентов", "How the bot gets what customers write";
        polling: "Спрашивает Telegram сам", "It asks Telegram";
        polling_help: "Работает всегда, внешний адрес не нужен.", "Works always and needs no public address.";
        webhook: "Telegram присылает на этот сервер", "Telegram sends it to this server";
        webhook_help: "Нужен внешний адрес с https.", "Needs a public address with https.";
        no_https: "Так нельзя: внешний адрес этого сервера начинается не с https.", "Not possible: the public address of this server does not begin with https.";
        wrong_port: "Так нельзя: Telegram присылает только на порты 443, 80, 88 и 8443, а у внешнего адреса этого сервера порт другой.", "Not possible: Telegram sends to the ports 443, 80, 88 and 8443 only, and the public address of this server has another port.";

        save_and_on: "Сохранить и включить", "Save and switch on";
        save: "Сохранить", "Save";
        save_only: "Сохранить, не включая", "Save without switching on";
        switch_off: "Выключить", "Switch off";
        look: "Обновить предпросмотр", "Update the preview";
        not_saved: "Не сохранено: исправьте отмеченное.", "Not saved: mend what is marked.";
        outdated: "Пока вы правили, настройки изменил кто-то ещё. Ваша версия осталась в форме. Сохраните её ещё раз, чтобы заменить чужую.", "Somebody else has changed the settings meanwhile. Your version is still in the form. Save it again to replace theirs.";
        outdated_stored: "Сейчас сохранено", "Stored now";
        outdated_none: "пусто", "empty";
        take_over: "Забрать себе", "Take over";
        to_token: "Сменить токен", "Replace the token";
        token_refused: "Telegram не принимает токен этого бота: записываться через него сейчас нельзя.", "Telegram refuses the token of this bot: nobody can book with it now.";
        token_locked: "Токен этого бота не расшифровать: введите его ещё раз на странице бота.", "The token of this bot cannot be decrypted: enter it again on the bot's page.";

        preview: "Что увидит клиент", "What the customer sees";
        preview_why: "Имя и запись здесь для примера.", "The name and the booking are examples.";
        in_russian: "По-русски", "In Russian";
        in_english: "По-английски", "In English";
        by_link: "По ссылке на услугу:", "By the link of the service:";
        menu: "Меню", "Menu";
        message: "Сообщение", "Message";
        example_service: "Стрижка", "Haircut";

        give: "Ссылки для клиентов", "Links for customers";
        give_why: "Поставьте ссылку в соцсети и на сайт, а код повесьте на двери: они открывают бота.", "Put a link on your site and in social media, and a code on the door: they open the bot.";
        give_later: "Здесь появятся ссылки и коды, когда вы сохраните настройки.", "Links and codes appear here once you have saved the settings.";
        give_off: "Бот записи выключен: тем, кто откроет ссылку, никто не ответит.", "The booking bot is off: nobody answers those who open a link.";
        all_services: "Все услуги", "All services";
        qr: "QR-код ссылки на бота", "QR code of the link to the bot";
        qr_show: "Показать QR-код", "Show the QR code";
        poster: "Плакат для печати", "Poster to print";
        no_username: "Telegram ещё не сообщил имя этого бота, поэтому ссылок пока нет.", "Telegram has not told the name of this bot yet, so there are no links.";
        check: "Проверить сейчас", "Check now";

        try_title: "Попробуйте", "Try it";
        try_why: "Поговорите с ботом в песочнице так, как это сделает клиент.", "Talk to the bot in the sandbox as a customer will.";
        try_do: "В песочницу", "To the sandbox";

        poster_do: "Запишитесь через Telegram", "Book in Telegram";
        poster_how: "Наведите камеру телефона на код", "Point the camera of your phone at the code";
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
