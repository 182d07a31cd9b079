//! Texts of the builder's preview, and of the bubbles that other pages use too.

use crate::i18n::word_set;

word_set! {
    /// Bubbles.
    BubbleWords {
        of: "из", "of";
        setting: "Настройка:", "Setting:";
    }
}

word_set! {
    /// The preview.
    PreviewWords {
        views: "Что показать", "View";
        message: "Сообщение", "Message";
        json: "JSON", "JSON";
        json_why: "Ровно это получит Telegram: по запросу sendMessage на каждое сообщение.", "Exactly what Telegram gets: one sendMessage request per message.";
        json_empty: "Отправлять нечего: сообщение пустое.", "Nothing to send: the message is empty.";
        url: "Ссылка", "URL";
        url_why: "Тот же профиль одной ссылкой, без сохранения на сервере. Замените TELEGRAM_TOKEN токеном бота: сохранённый токен Hookgram не показывает.", "The same profile as a single URL, with nothing stored on the server. Replace TELEGRAM_TOKEN with the bot's token: Hookgram does not show the stored one.";
        url_shut: "Ссылки с параметрами на этом сервере отключены: пользуйтесь короткой ссылкой профиля.", "URLs with parameters are turned off on this server: use the profile's short URL.";
        changes: "Изменения", "Changes";
        source: "Показать на примере", "Example";
        samples: "Примеры", "Samples";
        past: "События этого профиля", "This profile's events";
        own: "Своё событие", "Your own";
        paste: "Вставить JSON события…", "Paste an event's JSON…";
        paste_label: "JSON события", "The event's JSON";
        paste_help: "Вставьте JSON, который присылает сервис записи.", "Paste the JSON that the booking service sends.";
        not_json: "Это не JSON: ошибка в строке", "This is not valid JSON: error in line";
        column: "столбце", "column";
        loading: "Загружаем событие…", "Loading the event…";
        gone: "Это событие больше не хранится.", "This event is no longer kept.";
        no_recipient: "Сообщение не отправится: ни у одного участника в этом поле нет Telegram id:", "No message will be sent: no participant has a Telegram id in this field:";
        several: "Показано сообщение первому получателю. Всего получателей:", "This is the message to the first recipient. Recipients in total:";
        keys: "Нажмите на строку, чтобы перейти к её настройке. С клавиатуры: стрелки вверх и вниз — по строкам, Enter — к настройке.", "Click a line to go to its setting. With the keyboard: up and down arrows move between lines, Enter opens the setting.";
        changes_why: "Как изменятся последние сообщения, если сохранить. Параметры, заменённые в ссылке (?message=…), не учтены.", "How the latest messages will change if you save. Parameters replaced in a URL (?message=…) are not taken into account.";
        comparing: "Сравниваем…", "Comparing…";
        changes_none_yet: "Событий ещё не было: сравнить не с чем.", "No events yet: there is nothing to compare.";
        changed_of: "Изменятся сообщения:", "Messages that will change:";
        no_difference: "Без изменений", "No changes";
        nothing_before: "Сейчас сообщение не отправляется, а с изменениями отправится.", "Now no message is sent; with the changes, one will be.";
        nothing_after: "С изменениями сообщение не отправится.", "With the changes, no message will be sent.";
        added: "добавится:", "added:";
        removed: "исчезнет:", "removed:";
        next_message: "✂ следующее сообщение", "✂ the next message";
    }
}
