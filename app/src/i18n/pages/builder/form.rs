//! Texts of the builder's form: old URLs, drafts, help for its fields.

use crate::i18n::word_set;

word_set! {
    /// The texts of the builder's form besides its fields.
    FormWords {
        old_title: "Вставить старый адрес", "Paste an old URL";
        old_why: "Если сообщения уже уходили через другой сервис, вставьте сюда адрес его вебхука целиком: форма заполнится сама.", "If another service has sent your messages so far, paste the whole URL of its webhook: the form fills itself.";
        old_label: "Старый адрес", "Old URL";
        old_help: "Токен из адреса сохранится зашифрованным и не будет показан.", "The token in it is stored encrypted and never shown.";
        old_fill: "Заполнить форму", "Fill the form";
        old_filling: "Читаем…", "Reading…";
        old_blank: "Вставьте адрес вебхука целиком.", "Paste the whole URL of the webhook.";
        old_short: "Это короткая ссылка: у неё уже есть свой профиль. Нужен старый адрес с параметрами.", "This is a short URL: it has a profile already. Paste the old URL with its parameters.";
        old_other_endpoint: "Это адрес для другого мессенджера. Нужен адрес, в котором есть /webhook/telegram.", "This URL is for another messenger. Paste the one that has /webhook/telegram in it.";
        old_no_parameters: "В этом тексте нет параметров. Скопируйте адрес целиком, вместе со всем, что стоит после знака вопроса.", "There are no parameters in this text. Copy the whole URL, with all that follows the question mark.";
        proof_title: "Форма заполнена из старого адреса", "The form is filled from the old URL";
        proof_all: "Перенесено всё. Проверьте название и сохраните.", "Everything was carried over. Check the name and save.";
        proof_lost: "Не удалось перенести:", "Not carried over:";
        proof_bot: "Создать бота", "Make a bot";
        proof_equal: "Сообщения одинаковы. Проверено на примерах:", "The messages are the same. Checked with the samples:";
        proof_differ: "Сообщения отличаются. Пример:", "The messages differ. Sample:";
        proof_old: "Старый адрес", "Old URL";
        proof_new: "Новый профиль", "New profile";
        proof_gone: "Только в старом:", "Only in the old one:";
        proof_added: "Только в новом:", "Only in the new one:";
        proof_style: "Слова те же, отличается оформление.", "The words are the same, the formatting differs.";
        proof_nothing: "Сообщение пустое.", "The message is empty.";
        draft_lost: "Этот черновик больше не хранится: прошёл час или он уже сохранён. Заполните форму заново.", "This draft is no longer kept: an hour has passed, or it has been saved. Fill in the form again.";
        token_typed: "Введён:", "Entered:";
        token_keep: "Оставить прежний", "Keep the old one";
        token_keep_help: "Если оставить поле пустым, останется прежний токен.", "Left empty, the old token stays.";
        token_help: "Можно вставить всё сообщение от @BotFather: токен найдётся сам.", "You can paste the whole message from @BotFather: the token is found in it.";
        tools: "Оформление", "Formatting";
        bold: "Жирный", "Bold";
        italic: "Курсив", "Italic";
        link: "Ссылка", "Link";
        link_address: "Адрес ссылки", "Address of the link";
        link_insert: "Вставить", "Insert";
        cancel: "Отмена", "Cancel";
        counter: "Знаков в тексте; в одно сообщение входит 4096", "Characters of the text; one message holds 4,096";
        line: "Строка", "Line";
        spot_show: "Показать это место в тексте", "Show the place in the text";
        zone_now: "Сейчас там", "The time there is";
        zone_help: "По часам какого города писать время. Начните вводить его название.", "The city whose clock the times are shown by. Start typing its name.";
        zone_list: "Часовые пояса", "Time zones";
        zone_none: "Такого города нет в списке. Найдите ближайший крупный город в том же поясе.", "There is no such city in the list. Look for the nearest big city in the same zone.";
    }
}
