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
        views: "Что показать", "What to look at";
        message: "Сообщение", "Message";
        json: "JSON", "JSON";
        json_why: "Ровно это получит Telegram в запросе sendMessage: по запросу на каждое сообщение.", "Exactly what Telegram gets in a sendMessage request: one request a message.";
        json_empty: "Отправлять нечего: сообщение пустое.", "There is nothing to send: the message is empty.";
        url: "Ссылка", "URL";
        url_why: "Тот же профиль одной ссылкой, без сохранения на сервере. Вместо TELEGRAM_TOKEN подставьте токен бота: сохранённый токен отсюда не выдаётся.", "The same profile as one URL, with nothing stored on the server. Put the bot's token in the place of TELEGRAM_TOKEN: a stored one never comes back.";
        url_shut: "Ссылки с токеном на этом сервере выключены: пользуйтесь короткой ссылкой профиля.", "URLs with a token are switched off on this server: use the profile's short URL.";
        changes: "Изменения", "Changes";
        source: "Показать на примере", "Shown with";
        samples: "Примеры", "Samples";
        past: "События этого профиля", "This profile's events";
        own: "Своё", "Your own";
        paste: "Вставить JSON события…", "Paste an event's JSON…";
        paste_label: "JSON события", "The event's JSON";
        paste_help: "Вставьте JSON, который присылает сервис записи.", "Paste the JSON that the booking service sends.";
        not_json: "Это не читается как JSON: ошибка в строке", "This cannot be read as JSON: the fault is in line";
        column: "столбце", "column";
        loading: "Загружаем событие…", "Loading the event…";
        gone: "Это событие уже не хранится.", "This event is no longer kept.";
        no_recipient: "Сообщение не уйдёт: ни у одного участника в этом поле нет Telegram id:", "No message will go out: no participant has a Telegram id in this field:";
        several: "Показано сообщение первому получателю; всего их", "This is the message to the first recipient; in all there are";
        keys: "Нажмите строку, чтобы перейти к её настройке. С клавиатуры: стрелки вверх и вниз — по строкам, Enter — к настройке.", "Press a line to get to its setting. By keyboard: the arrows up and down lead from line to line, Enter to the setting.";
        changes_why: "Последние события с формой, какой она стала, рядом с сохранённым профилем. Подстановки из ссылки (?message=…) не учтены.", "The last events with the form as it is now, beside the stored profile. What a URL replaces (?message=…) is not counted in.";
        comparing: "Сравниваем…", "Comparing…";
        changes_none_yet: "Событий ещё не было: сравнить не с чем.", "No event has come yet: there is nothing to compare.";
        changed_of: "Изменятся сообщения:", "Messages that change:";
        no_difference: "Без изменений", "No difference";
        nothing_before: "Сейчас сообщение не уходит, а с изменениями уйдёт.", "Now no message goes out; with the changes one will.";
        nothing_after: "С изменениями сообщение не уйдёт.", "With the changes no message goes out.";
        added: "добавится:", "added:";
        removed: "исчезнет:", "removed:";
        next_message: "✂ следующее сообщение", "✂ the next message";
    }
}
