//! Texts of the builder.

mod form;
mod preview;

pub use self::{
    form::FormWords,
    preview::{BubbleWords, PreviewWords},
};
use crate::i18n::word_set;

word_set! {
    /// The builder.
    BuilderWords {
        new_title: "Новый профиль", "New profile";
        crumb: "Профили", "Profiles";
        saved: "Сохранено", "Saved";
        save: "Сохранить", "Save";
        saving: "Сохраняем…", "Saving…";
        not_saved: "Не сохранено", "Not saved";
        sections: "На этой странице", "On this page";
        share: "Ссылка", "Short URL";
        sending: "Отправляем…", "Sending…";
        profile_title: "Профиль", "Profile";
        profile_why: "Название видите только вы и коллеги.", "Only you and your colleagues see the name.";
        name: "Название", "Name";
        name_help: "Например, «Записи в студию» или «Напоминания».", "For example, “Studio bookings” or “Reminders”.";
        name_missing: "Дайте профилю название, чтобы узнать его в списке.", "Give the profile a name so you can find it in the list.";
        bot_title: "Бот", "Bot";
        bot_why: "От чьего имени придёт сообщение. Токен хранится в зашифрованном виде и не показывается.", "Who the message comes from. The token is stored encrypted and never shown.";
        target_bot: "Бот Telegram", "Telegram bot";
        target_bot_help: "Сообщения отправляются клиентам.", "Messages go to customers.";
        target_sandbox: "Песочница", "Sandbox";
        target_sandbox_help: "Ничего не отправляется: сообщения видны на странице «Песочница».", "Nothing is sent: messages show up on the page “Sandbox”.";
        bot_choose: "Какой бот", "Which bot";
        bot_new: "Добавить другого бота…", "Add another bot…";
        bot_open: "Открыть страницу бота", "Open the bot's page";
        token_replace: "Заменить", "Replace";
        token_new: "Новый токен", "New token";
        token_checking: "Спрашиваем Telegram…", "Asking Telegram…";
        token_known: "Telegram узнал этого бота:", "Telegram recognizes this bot:";
        token_unknown: "Telegram не знает такого токена. Скопируйте его у @BotFather ещё раз.", "Telegram does not recognize this token. Copy it from @BotFather again.";
        recipient_title: "Получатель", "Recipient";
        recipient_why: "Где в записи указан Telegram id клиента.", "Where the booking holds the customer's Telegram id.";
        ids: "Какие id принимать", "Which ids to accept";
        ids_coded: "Только из ссылок бота записи", "Only from the booking bot's links";
        ids_any: "Любые", "Any";
        ids_help: "Клиент может изменить или переслать ссылку бота, поэтому id в ней подписан кодом. Без кода сообщение о записи можно отправить на чужой id.", "Customers can edit or forward the bot's link, so the id in it is signed with a code. Without codes, anyone could have messages about a booking sent to someone else's id.";
        text_title: "Текст", "Text";
        text_why: "Начало и конец сообщения, заголовки. Остальное подставится из записи.", "The beginning and the end of the message, and its headings. The rest comes from the booking.";
        headings: "Заголовки и названия", "Headings and names";
        show_title: "Что показывать", "What to show";
        show_why: "Сообщение в предпросмотре меняется сразу.", "The preview updates immediately.";
        show_details: "Детали записи", "Details";
        show_resource_description: "Описания услуг", "Service descriptions";
        show_duration: "Длительность", "Duration";
        show_address: "Адрес", "Address";
        show_service: "Услуга", "Service";
        show_description: "Описание записи", "Booking description";
        show_links: "Ссылки на запись и услугу", "Links to the booking and the service";
        show_contacts: "Контактная информация", "Contact information";
        show_nothing_here: "В этом примере такой строки нет.", "This sample has no such line.";
        show_details_help: "Весь раздел с номером, датой и временем.", "The whole section with the number, date and time.";
        when_title: "Дата и время", "Date and time";
        when_why: "Как писать дату, время и суммы и по какому часовому поясу.", "How dates, times and amounts are written, and in which time zone.";
        events_title: "События", "Events";
        events_why: "О чём писать клиенту.", "What to write to the customer about.";
        events_every: "Обо всех событиях", "All events";
        events_marked: "Только об отмеченных", "Only selected ones";
        events_missing: "Отметьте хотя бы одно событие или выберите «Обо всех событиях».", "Select at least one event, or choose “All events”.";
        errors_title: "Ошибки", "Errors";
        errors_why: "Кому сообщить, если сообщение не дошло.", "Who to notify when a message does not arrive.";
        test_title: "Проверка", "Test";
        test_without_script: "Чтобы отправить тест отсюда, нужен JavaScript. Без него сохраните профиль и отправьте пример на странице «Подключение»: он придёт как настоящее событие.", "Sending a test from here requires JavaScript. Without it, save the profile and send a sample from the page “Connect”: it arrives like a real event.";
        test_why: "Сообщение с примером записи, ещё до сохранения.", "A message with the sample booking, before you save.";
        test_chat: "Чат", "Chat";
        test_chat_help: "Число — Telegram id человека, который уже нажал у бота «Старт», или @канал.", "A number: the Telegram id of a person who has pressed Start in the bot, or @channel.";
        test_chat_sandbox_help: "Для песочницы подойдёт любое число.", "Any number works for the sandbox.";
        test_send: "Отправить тест", "Send test";
        preview_title: "Сообщение", "Message";
        preview_show: "Показать сообщение", "Show message";
        preview_hide: "Скрыть сообщение", "Hide message";
        preview_empty: "Сообщение пустое: всё скрыто и нет текста.", "The message is empty: everything is hidden and there is no text.";
        sample: "Пример записи", "Sample booking";
        bot_name: "Ваш бот", "Your bot";
        outdated: "Пока вы редактировали, профиль изменил кто-то ещё. Ваша версия осталась в форме. Чтобы заменить чужую, сохраните ещё раз или откройте сохранённую.", "Someone else changed this profile in the meantime. Your version is still in the form. Save it again to replace theirs, or open the stored version.";
        outdated_stored: "Сейчас сохранено", "Currently stored";
        outdated_none: "пусто", "empty";
        outdated_open: "Открыть сохранённую версию", "Open the stored version";
        is_shown: "показывается", "shown";
        is_hidden: "скрыто", "hidden";
        events_all: "все события", "all events";
        sign_in: "Войти в новой вкладке", "Sign in in a new tab";
        unsaved: "Есть несохранённые изменения", "Unsaved changes";
    }
}

#[cfg(feature = "ssr")]
word_set! {
    /// The result of a test message. The server fills in the placeholders.
    TestWords {
        chat_fault: "Здесь нужно целое число или @канал.", "Enter a whole number or @channel.";
        in_sandbox: "Сообщение — в песочнице.", "The message is in the sandbox.";
        in_sandbox_unsaved: "Сообщение собрано без ошибок. После сохранения тесты будут видны в песочнице.", "The message was built without errors. After you save, tests will show in the sandbox.";
        sent: "Telegram принял сообщение: посмотрите в чате.", "Telegram accepted the message: check the chat.";
        token_refused: "Telegram не знает такого токена. Скопируйте его у @BotFather ещё раз.", "Telegram does not recognize this token. Copy it from @BotFather again.";
        chat_not_found: "Telegram не знает такого чата. Человек должен один раз нажать «Старт» у вашего бота; проверьте и сам Telegram id.", "Telegram does not know this chat. The person has to press Start in your bot once; check the Telegram id as well.";
        blocked: "В этом чате бот заблокирован. Сообщения дойдут, когда человек разблокирует бота.", "The bot is blocked in this chat. Messages will arrive once the person unblocks it.";
        deactivated: "Аккаунт этого человека в Telegram удалён. Возьмите другой чат.", "This person's Telegram account was deleted. Use another chat.";
        no_rights: "Бот не может писать в эту группу или канал: его там нет или ему это запрещено. Добавьте бота и разрешите ему писать.", "The bot cannot write to this group or channel: it is not a member or lacks permission. Add the bot and allow it to write.";
        moved: "Группа стала супергруппой, и у неё новый id: {}. Отправьте тест на него и замените старый id в контактах.", "The group became a supergroup with a new id: {}. Send the test there, and replace the old id in the contacts.";
        too_many: "Слишком много сообщений подряд. Telegram просит подождать", "Too many messages in a row. Telegram asks you to wait";
        wait: "Тест не отправлен, чтобы не превысить ограничения Telegram. Отправьте его ещё раз через", "The test was not sent, to stay within Telegram's limits. Send it again in";
        not_telegram: "Ответил не Telegram, а что-то другое, например прокси. Проверьте адрес Bot API в настройках сервера.", "Something other than Telegram answered, such as a proxy. Check the Bot API's address in the server's settings.";
        trouble: "У Telegram сейчас неполадки (ошибка {}). Попробуйте ещё раз через минуту.", "Telegram is having problems (error {}). Try again in a minute.";
        unreachable: "Telegram не отвечает. Проверьте, что сервер подключён к интернету, и попробуйте ещё раз.", "Telegram is not answering. Check that the server can reach the internet, and try again.";
        refused: "Telegram не принял сообщение:", "Telegram rejected the message:";
        empty: "Сообщение пустое: всё скрыто и нет текста. Покажите что-нибудь или напишите текст.", "The message is empty: everything is hidden and there is no text. Show something, or write a text.";
    }
}
