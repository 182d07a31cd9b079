//! Texts of the builder's form: old URLs, drafts, help for its fields.

use crate::i18n::word_set;

word_set! {
    /// The texts of the builder's form besides its fields.
    FormWords {
        old_title: "Вставить старую ссылку", "Paste an old URL";
        old_why: "Если раньше сообщения отправлял другой сервис, вставьте сюда ссылку его вебхука целиком: форма заполнится сама.", "If another service has been sending your messages, paste its full webhook URL: the form fills itself in.";
        old_label: "Старая ссылка", "Old URL";
        old_help: "Токен из ссылки сохранится в зашифрованном виде и не будет показан.", "The token in it is stored encrypted and never shown.";
        old_fill: "Заполнить форму", "Fill in the form";
        old_filling: "Читаем…", "Reading…";
        old_blank: "Вставьте ссылку вебхука целиком.", "Paste the full webhook URL.";
        old_short: "Это короткая ссылка: у неё уже есть свой профиль. Нужна старая ссылка с параметрами.", "This is a short URL: it already has a profile. Paste the old URL with its parameters.";
        old_other_endpoint: "Это ссылка для другого мессенджера. Нужна ссылка, в которой есть /webhook/telegram.", "This URL is for another messenger. Paste the one with /webhook/telegram in it.";
        old_no_parameters: "В этом тексте нет параметров. Скопируйте ссылку целиком, вместе со всем, что стоит после знака вопроса.", "There are no parameters in this text. Copy the full URL, including everything after the question mark.";
        proof_title: "Форма заполнена из старой ссылки", "The form is filled in from the old URL";
        proof_all: "Перенесено всё. Проверьте название и сохраните.", "Everything was migrated. Check the name and save.";
        proof_lost: "Не удалось перенести:", "Not migrated:";
        proof_bot: "Создать бота", "Create a bot";
        proof_equal: "Сообщения одинаковы. Проверено на примерах:", "The messages are the same. Checked with the samples:";
        proof_differ: "Сообщения отличаются. Пример:", "The messages differ. Sample:";
        proof_old: "Старая ссылка", "Old URL";
        proof_new: "Новый профиль", "New profile";
        proof_gone: "Только по старой ссылке:", "Only with the old URL:";
        proof_added: "Только в новом профиле:", "Only with the new profile:";
        proof_style: "Текст тот же, отличается оформление.", "The text is the same, the formatting differs.";
        proof_nothing: "Сообщение пустое.", "The message is empty.";
        draft_lost: "Этот черновик больше не хранится: прошёл час или он уже сохранён. Заполните форму заново.", "This draft is no longer kept: an hour has passed, or it has already been saved. Fill in the form again.";
        token_typed: "Введён:", "Entered:";
        token_keep: "Оставить прежний", "Keep the old one";
        token_keep_help: "Если оставить поле пустым, останется прежний токен.", "If left blank, the old token stays.";
        token_help: "Можно вставить всё сообщение от @BotFather: токен найдётся сам.", "You can paste the whole message from @BotFather: the token will be found in it.";
        tools: "Оформление", "Formatting";
        bold: "Жирный", "Bold";
        italic: "Курсив", "Italic";
        link: "Ссылка", "Link";
        link_address: "Адрес ссылки", "Link address";
        link_insert: "Вставить", "Insert";
        cancel: "Отмена", "Cancel";
        counter: "Знаков в тексте; в одно сообщение входит 4096", "Characters in the text; one message holds 4,096";
        line: "Строка", "Line";
        spot_show: "Показать это место в тексте", "Show this place in the text";
        zone_now: "Сейчас там", "The time there is";
        zone_help: "По часам какого города показывать время. Начните вводить его название.", "The city whose clock is used for the times. Start typing its name.";
        zone_list: "Часовые пояса", "Time zones";
        zone_none: "Такого города нет в списке. Найдите ближайший крупный город в том же поясе.", "This city is not in the list. Look for the nearest big city in the same zone.";
    }
}
