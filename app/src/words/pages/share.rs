//! After saving: where the short URL goes.

use crate::words::word_set;

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
