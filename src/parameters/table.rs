//! The rows of the table with all their texts.

use super::{Definition, Kind, Parameter};
use crate::values::Bilingual;

const NO: Bilingual = Bilingual { ru: "нет", en: "no" };
const YES: Bilingual = Bilingual { ru: "да", en: "yes" };

/// The table, in the order of the enum.
pub static TABLE: [Definition; 19] = [
    Definition {
        parameter: Parameter::TelegramToken,
        name: "telegramToken",
        kind: Kind::Token,
        default: None,
        title: Bilingual { ru: "Токен бота", en: "Bot token" },
        help: Bilingual {
            ru: "Токен выдаёт @BotFather, когда вы создаёте бота: от имени этого бота клиенты будут получать сообщения.",
            en: "@BotFather gives you the token when you create a bot; customers get their messages from that bot.",
        },
    },
    Definition {
        parameter: Parameter::TelegramFieldName,
        name: "telegramFieldName",
        kind: Kind::Text,
        default: None,
        title: Bilingual { ru: "Поле с Telegram id", en: "Field with the Telegram id" },
        help: Bilingual {
            ru: "Название поля контактной информации, где хранится Telegram id клиента; если оно начинается со звёздочки, клиент его не видит.",
            en: "The name of the contact field that holds the customer's Telegram id; if it starts with an asterisk, the customer does not see it.",
        },
    },
    Definition {
        parameter: Parameter::ErrorEmail,
        name: "errorEmail",
        kind: Kind::Emails,
        default: None,
        title: Bilingual { ru: "Почта для ошибок", en: "Email for errors" },
        help: Bilingual {
            ru: "Сюда придёт письмо, если сообщение не доставлено; несколько адресов — через запятую.",
            en: "Where to send an email when a message is not delivered; separate several addresses with commas.",
        },
    },
    Definition {
        parameter: Parameter::Message,
        name: "message",
        kind: Kind::OperatorText,
        default: None,
        title: Bilingual { ru: "Первый абзац", en: "First paragraph" },
        help: Bilingual {
            ru: "С чего начнётся сообщение, например «Вы записаны на услугу»; важное можно выделить: <b>жирный</b>, <i>курсив</i>.",
            en: "How the message begins, such as “Your booking is confirmed”; you can highlight what matters: <b>bold</b>, <i>italic</i>.",
        },
    },
    Definition {
        parameter: Parameter::ResourceName,
        name: "resource_name",
        kind: Kind::Text,
        default: Some(Bilingual { ru: "Услуги/ресурсы", en: "Services/resources" }),
        title: Bilingual { ru: "Заголовок списка услуг", en: "Heading for the services" },
        help: Bilingual {
            ru: "Как назвать список того, на что клиент записался, например «Процедуры» или «Блюда».",
            en: "What to call the list of things the customer has booked, such as “Treatments” or “Dishes”.",
        },
    },
    Definition {
        parameter: Parameter::DetailSectionName,
        name: "detail_section_name",
        kind: Kind::Text,
        default: Some(Bilingual {
            ru: "Детали заказа, Детали записи, Детали мероприятия",
            en: "Order details, Appointment details, Event details",
        }),
        title: Bilingual { ru: "Заголовок раздела с деталями", en: "Heading for the details" },
        help: Bilingual {
            ru: "Как назвать раздел с датой, временем и адресом; если оставить пустым, название подберётся само.",
            en: "What to call the section with the date, time and address; if left blank, it is chosen to fit the booking.",
        },
    },
    Definition {
        parameter: Parameter::CaseTypeName,
        name: "case_type_name",
        kind: Kind::Text,
        default: Some(Bilingual {
            ru: "заказ, запись, участие в мероприятии",
            en: "order, appointment, event participation",
        }),
        title: Bilingual { ru: "Как называть запись", en: "What to call a booking" },
        help: Bilingual {
            ru: "Одно-два слова, которыми вы называете запись, например «визит»: они будут стоять перед её номером.",
            en: "A word or two for what you call a booking, such as “visit”; shown before its number.",
        },
    },
    Definition {
        parameter: Parameter::HideDetailSection,
        name: "hide_detail_section",
        kind: Kind::Bool,
        default: Some(NO),
        title: Bilingual { ru: "Скрыть детали", en: "Hide the details" },
        help: Bilingual {
            ru: "Убирает из сообщения весь раздел с номером, датой, временем и адресом.",
            en: "Leaves out the whole section with the number, date, time and address.",
        },
    },
    Definition {
        parameter: Parameter::HideResourceDescription,
        name: "hide_resource_description",
        kind: Kind::Bool,
        default: Some(NO),
        title: Bilingual { ru: "Скрыть описания услуг", en: "Hide service descriptions" },
        help: Bilingual {
            ru: "Оставляет в списке только названия услуг, без пояснений под ними.",
            en: "Keeps the service names in the list and leaves out the descriptions below them.",
        },
    },
    Definition {
        parameter: Parameter::HideOrderDuration,
        name: "hide_order_duration",
        kind: Kind::Bool,
        default: Some(NO),
        title: Bilingual { ru: "Скрыть длительность", en: "Hide the duration" },
        help: Bilingual {
            ru: "Убирает строку о том, сколько времени займёт визит.",
            en: "Leaves out the line that says how long the visit takes.",
        },
    },
    Definition {
        parameter: Parameter::HideAddress,
        name: "hide_address",
        kind: Kind::Bool,
        default: Some(NO),
        title: Bilingual { ru: "Скрыть адрес", en: "Hide the address" },
        help: Bilingual {
            ru: "Убирает строку с адресом, куда приходить клиенту.",
            en: "Leaves out the line with the address where the customer should come.",
        },
    },
    Definition {
        parameter: Parameter::HideServiceName,
        name: "hide_service_name",
        kind: Kind::Bool,
        default: Some(NO),
        title: Bilingual { ru: "Скрыть название услуги", en: "Hide the service name" },
        help: Bilingual {
            ru: "Убирает строку с названием услуги, на которую записан клиент.",
            en: "Leaves out the line with the name of the service that was booked.",
        },
    },
    Definition {
        parameter: Parameter::HideOrderDescription,
        name: "hide_order_description",
        kind: Kind::Bool,
        default: Some(NO),
        title: Bilingual { ru: "Скрыть описание записи", en: "Hide the booking description" },
        help: Bilingual {
            ru: "Убирает строку с описанием самой записи или заказа.",
            en: "Leaves out the line with the description of the booking itself.",
        },
    },
    Definition {
        parameter: Parameter::HideUrl,
        name: "hide_url",
        kind: Kind::Bool,
        default: Some(NO),
        title: Bilingual { ru: "Скрыть ссылки", en: "Hide the links" },
        help: Bilingual {
            ru: "Убирает ссылки на запись и на страницу услуги.",
            en: "Leaves out the links to the booking and to the page of the service.",
        },
    },
    Definition {
        parameter: Parameter::HideContactInfo,
        name: "hide_contact_info",
        kind: Kind::Bool,
        default: Some(YES),
        title: Bilingual {
            ru: "Скрыть контактную информацию", en: "Hide contact information"
        },
        help: Bilingual {
            ru: "Пока включено, имени, телефона и других данных клиента в сообщении нет.",
            en: "While this is on, the message does not include the customer's name, phone or other data.",
        },
    },
    Definition {
        parameter: Parameter::DateLocales,
        name: "date_locales",
        kind: Kind::Locale,
        default: Some(Bilingual { ru: "ru-RU", en: "ru-RU" }),
        title: Bilingual { ru: "Язык сообщения", en: "Message language" },
        help: Bilingual {
            ru: "На каком языке писать даты, время и цены; подписи будут на русском для русского языка и на английском для остальных.",
            en: "The language of dates, times and prices; labels are in Russian for Russian and in English for every other language.",
        },
    },
    Definition {
        parameter: Parameter::Timezone,
        name: "timezone",
        kind: Kind::TimeZone,
        default: Some(Bilingual { ru: "Europe/Moscow", en: "Europe/Moscow" }),
        title: Bilingual { ru: "Часовой пояс", en: "Time zone" },
        help: Bilingual {
            ru: "По часам какого города показывать время; пишется в виде Asia/Yekaterinburg.",
            en: "The city whose clock is used for the times; written like Asia/Yekaterinburg.",
        },
    },
    Definition {
        parameter: Parameter::TimezoneName,
        name: "timezone_name",
        kind: Kind::Text,
        default: Some(Bilingual {
            ru: "Мск; для других поясов — смещение, например GMT+5",
            en: "MSK; elsewhere the offset, e.g. GMT+5",
        }),
        title: Bilingual { ru: "Название пояса", en: "Time zone name" },
        help: Bilingual {
            ru: "Короткая пометка в скобках после времени, понятная вашим клиентам, например «Екб».",
            en: "A short note in brackets after the time, clear to your customers, such as “local time”.",
        },
    },
    Definition {
        parameter: Parameter::SignText,
        name: "sign_text",
        kind: Kind::OperatorText,
        default: None,
        title: Bilingual { ru: "Подпись", en: "Signature" },
        help: Bilingual {
            ru: "Чем закончится сообщение, например «Ждём вас!»; важное можно выделить: <b>жирный</b>, <i>курсив</i>.",
            en: "How the message ends, such as “See you soon!”; you can highlight what matters: <b>bold</b>, <i>italic</i>.",
        },
    },
];
