//! Responses of the endpoints about anything but parameters: faults of the event, recipients, and refusals. As in
//! [`super::checks`], both languages stand side by side.

use hookgram::{
    event::{EventFault, Expected, UnreadField},
    recipient::Unusable,
    values::Language,
    webhook::WebhookError,
};

use super::checks::{quoted, say};

/// Why a body is not an event.
#[must_use]
pub fn event_fault(language: Language, fault: &EventFault) -> String {
    match fault {
        EventFault::Empty => say(
            language,
            "Тело запроса пустое: пришлите событие в формате JSON.".into(),
            "The body is empty: send an event as JSON.".into(),
        ),
        EventFault::NotUtf8 { offset } => say(
            language,
            format!("Тело запроса закодировано не в UTF-8 (первая ошибка — байт {offset}): пришлите его в UTF-8."),
            format!("The body is not valid UTF-8 (first error at byte {offset}): send it in UTF-8."),
        ),
        EventFault::NotJson { line, column } => say(
            language,
            format!("Тело запроса — не JSON: ошибка в строке {line}, столбце {column}."),
            format!("The body is not valid JSON: error in line {line}, column {column}."),
        ),
        EventFault::NotAnObject => say(
            language,
            "Тело запроса — JSON, но не объект: событие начинается с фигурной скобки.".into(),
            "The body is JSON but not an object: an event starts with a curly bracket.".into(),
        ),
    }
}

/// A field of an event that cannot be read, so that the message is sent without it.
#[must_use]
pub fn unread_field(language: Language, UnreadField { path, expected }: &UnreadField) -> String {
    let what = expectation(language, *expected);
    say(
        language,
        format!("Поле события {path} не прочитано, и в сообщении его не будет: оно должно содержать {what}."),
        format!("The event field {path} cannot be read and is left out of the message: it must contain {what}."),
    )
}

fn expectation(language: Language, expected: Expected) -> &'static str {
    let (ru, en) = match expected {
        Expected::Object => ("объект", "an object"),
        Expected::ObjectOrList => ("объект или список", "an object or a list"),
        Expected::List => ("список", "a list"),
        Expected::Text => ("текст", "text"),
        Expected::Number => ("число", "a number"),
        Expected::WholeNumber => ("целое число", "a whole number"),
        Expected::Date => ("дату вида 2024-05-08T08:15:00Z", "a date such as 2024-05-08T08:15:00Z"),
    };
    match language {
        Language::Ru => ru,
        Language::En => en,
    }
}

/// A part of the English sentences about codes, by which the log recognises them.
const WRONG_CODE: &str = "has a wrong code";
const WITHOUT_CODE: &str = "has no code";

/// Why a participant has no usable chat.
#[must_use]
pub fn unusable(language: Language, field: &str, unusable: &Unusable) -> String {
    let field = quoted(field);
    match unusable {
        Unusable::NoField => say(
            language,
            format!("У участника нет заполненного поля «{field}»."),
            format!("The participant has no value in the field “{field}”."),
        ),
        Unusable::WrongCode { chat } => say(
            language,
            format!("У id {chat} в поле «{field}» неверный код: ссылку на запись изменили, или она от другого бота."),
            format!(
                "The id {chat} in the field “{field}” {WRONG_CODE}: the booking link was edited, or belongs to another bot."
            ),
        ),
        Unusable::NoCode { chat } => say(
            language,
            format!(
                "У id {chat} в поле «{field}» нет кода, а профиль принимает только id с кодом из ссылки бота записи."
            ),
            format!(
                "The id {chat} in the field “{field}” {WITHOUT_CODE}, and the profile only accepts ids with the code from a booking bot's link."
            ),
        ),
        Unusable::NotAChatId { value } => {
            let value = quoted(value);
            say(
                language,
                format!("В поле «{field}» участника стоит «{value}», а нужен числовой Telegram id или @канал."),
                format!(
                    "The participant's field “{field}” contains “{value}” instead of a numeric Telegram id or @channel."
                ),
            )
        }
    }
}

/// Whether an English sentence of [`unusable`] is about a wrong or missing code.
#[must_use]
pub fn is_about_code(sentence: &str) -> bool {
    sentence.contains(WRONG_CODE) || sentence.contains(WITHOUT_CODE)
}

/// Why an endpoint refuses a request.
#[must_use]
pub fn endpoint(language: Language, fault: &WebhookError) -> String {
    match fault {
        WebhookError::UnknownKey => say(
            language,
            "Такой ссылки нет: скопируйте её из профиля ещё раз.".into(),
            "There is no such URL: copy it from the profile again.".into(),
        ),
        WebhookError::Disabled => say(
            language,
            "Профиль выключен: включите его, чтобы принимать события.".into(),
            "The profile is disabled: enable it to accept events.".into(),
        ),
        WebhookError::StatelessOff => say(
            language,
            "Ссылки с параметрами здесь отключены: используйте короткую ссылку профиля.".into(),
            "URLs with parameters are turned off here: use a profile's short URL.".into(),
        ),
        WebhookError::Method => say(
            language,
            "Этот метод не поддерживается: GET проверяет параметры, POST принимает событие.".into(),
            "This method is not supported: GET checks the parameters, POST accepts an event.".into(),
        ),
        WebhookError::ContentType { given } => {
            let given = quoted(given);
            say(
                language,
                format!("Content-Type «{given}» не поддерживается: пришлите событие как application/json."),
                format!("The content type “{given}” is not supported: send the event as application/json."),
            )
        }
        WebhookError::ContentEncoding { given } => {
            let given = quoted(given);
            say(
                language,
                format!("Content-Encoding «{given}» не поддерживается: пришлите событие без сжатия."),
                format!("The content encoding “{given}” is not supported: send the event uncompressed."),
            )
        }
        WebhookError::LongTarget { limit } => say(
            language,
            format!("Ссылка слишком длинная: принимается не больше {limit} байт; сократите тексты или используйте короткую ссылку профиля."),
            format!("The URL is too long: at most {limit} bytes are accepted; shorten its texts or use a profile's short URL."),
        ),
        WebhookError::LongHeaders { limit } => say(
            language,
            format!("Заголовки запроса слишком длинные: принимается не больше {limit} байт."),
            format!("The request headers are too long: at most {limit} bytes are accepted."),
        ),
        WebhookError::TooLarge { limit } => say(
            language,
            format!("Событие слишком большое: принимается не больше {limit} байт."),
            format!("The event is too large: at most {limit} bytes are accepted."),
        ),
        WebhookError::Incomplete => say(
            language,
            "Тело запроса пришло не полностью: пришлите событие ещё раз.".into(),
            "The body did not arrive completely: send the event again.".into(),
        ),
        WebhookError::TooMuch { participants, bytes } => say(
            language,
            format!("Из одного события получилось бы слишком много сообщений: участников может быть не больше {participants}, а текстов — не больше {bytes} байт в сумме; разделите событие."),
            format!("One event would become too many messages: at most {participants} participants and {bytes} bytes of text in total are accepted; split the event."),
        ),
        WebhookError::WrongCode { field } => {
            let field = quoted(field);
            say(
                language,
                format!("Отправлять некому: у id в поле «{field}» нет верного кода из ссылки бота записи. Ссылку изменили, или она от другого бота; пусть клиент откроет бота и нажмёт «Записаться»."),
                format!("There is nobody to write to: the id in the field “{field}” has no valid code from the booking bot's link. The link was edited, or belongs to another bot; ask the customer to open the bot and book from there."),
            )
        }
        WebhookError::NoRecipient { field } => {
            let field = quoted(field);
            say(
                language,
                format!("Отправлять некому: ни у одного участника в поле «{field}» нет Telegram id; проверьте название поля и ссылку на запись."),
                format!("There is nobody to write to: no participant has a Telegram id in the field “{field}”; check the field's name and the booking link."),
            )
        }
        WebhookError::NothingToSay => say(
            language,
            "Сообщение пустое: всё скрыто, а message и sign_text не заданы; добавьте текст или покажите хотя бы один раздел.".into(),
            "The message is empty: everything is hidden, and there is neither message nor sign_text; add a text or show at least one section.".into(),
        ),
        WebhookError::TokenRefused => say(
            language,
            "Telegram не принимает этот telegramToken: он отозван или набран с ошибкой; возьмите у @BotFather действующий токен.".into(),
            "Telegram rejects this telegramToken: it was revoked or mistyped; get a valid token from @BotFather.".into(),
        ),
        WebhookError::TokenLocked => say(
            language,
            "Сохранённый telegramToken не расшифровать: на сервере другой ключ шифрования; события принимаются и ждут, введите токен в профиле ещё раз.".into(),
            "The stored telegramToken cannot be decrypted: the server has another encryption key; events are accepted and wait, enter the token in the profile again.".into(),
        ),
        WebhookError::TelegramUnreachable => say(
            language,
            "Telegram сейчас не отвечает, поэтому telegramToken не проверен; остальные параметры верны, попробуйте позже.".into(),
            "Telegram is not answering, so telegramToken was not checked; the other parameters are valid, try again later.".into(),
        ),
        WebhookError::TooManyRequests { seconds } => say(
            language,
            format!("Слишком много запросов подряд: пришлите событие ещё раз через {seconds} с."),
            format!("Too many requests in a row: send the event again in {seconds} s."),
        ),
        WebhookError::TooManyChecks { seconds } => say(
            language,
            format!("Слишком много проверок подряд, поэтому telegramToken не проверен; остальные параметры верны, попробуйте через {seconds} с."),
            format!("Too many checks in a row, so telegramToken was not checked; the other parameters are valid, try again in {seconds} s."),
        ),
        WebhookError::QueueFull { seconds } => say(
            language,
            format!("У этого бота слишком много недоставленных событий: пришлите событие ещё раз через {seconds} с."),
            format!("Too many events of this bot are undelivered: send the event again in {seconds} s."),
        ),
        WebhookError::StrangersFull { seconds } => say(
            language,
            format!("Telegram ещё ни разу не подтвердил этого бота, а недоставленных событий от таких ботов сейчас слишком много: откройте эту ссылку в браузере, чтобы проверить telegramToken, и пришлите событие ещё раз через {seconds} с."),
            format!("Telegram has not confirmed this bot yet, and too many events of such bots are undelivered: open this URL in a browser to check telegramToken, and send the event again in {seconds} s."),
        ),
        WebhookError::NotStored => say(
            language,
            "Событие не удалось сохранить: пришлите его ещё раз через несколько секунд.".into(),
            "The event could not be stored: send it again in a few seconds.".into(),
        ),
    }
}
