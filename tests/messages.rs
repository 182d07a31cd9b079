//! Whole messages, line by line (contract §5).

use hookgram::{
    channel::Limits,
    event::BookingEvent,
    message::{Context, Message, render},
    parameters::Parameter,
    profile::Profile,
    query,
    recipient::recipients,
    sample::Sample,
    values::ChatId,
};
use serde_json::{Value, json};

const HOST: &str = "https://torrow.net/";

fn message(event: &Value, parameters: &str) -> Message {
    message_to(event, parameters, Some(0))
}

fn message_to(event: &Value, parameters: &str, participant: Option<usize>) -> Message {
    let reading = query::read_overrides(&Profile::default(), parameters.as_bytes());
    assert_eq!(reading.faults, [], "{parameters}");
    let event = BookingEvent::read(event.to_string().as_bytes()).expect("an event");
    let context = Context { event: &event, participant, field_name: Some("*TelegramId"), booking_host: HOST };
    render(&reading.profile.formatting, context)
}

fn html(event: &Value, parameters: &str) -> String {
    message(event, parameters)
        .parts(&Limits::TELEGRAM)
        .iter()
        .map(|part| part.html())
        .collect::<Vec<_>>()
        .join("\n---\n")
}

/// 10 September 2026.
const NOW: i64 = 1_789_000_000_000;

fn sample(sample: Sample) -> Value {
    serde_json::from_str(&sample.json(NOW)).expect("a sample is JSON")
}

#[test]
fn every_sample_is_addressed_to_the_sample_chat() {
    for sample in Sample::ALL {
        let event = BookingEvent::read(sample.json(NOW).as_bytes()).expect("an event");
        let chats: Vec<_> = recipients(&event, "*TelegramId").into_iter().map(|recipient| recipient.chat).collect();
        assert_eq!(chats, [Ok(ChatId::Number(100_200_300))]);
        assert_eq!(Sample::CHAT, "100200300");
        assert!(!sample.title().ru.is_empty() && !sample.title().en.is_empty());
    }
}

#[test]
fn an_appointment_is_rendered_in_russian() {
    let expected = r#"Вы записаны!

<b>Детали записи</b>
Запись: №42
Услуга: Студия массажа «Тёплые руки»
Дата: четверг, 17 сентября 2026 г.
Время: 14:00–15:30 (Мск)
Длительность: 1 час 30 минут
Адрес: Казань, ул. Баумана, 15, кабинет 3
Описание: Первый визит. Аллергии нет.

<b>Услуги/ресурсы</b>
• Классический массаж — 2 800 ₽
<i>Расслабляющий массаж всего тела.
Приходите за 10 минут до начала.</i>

<b>Контактная информация</b>
Имя: Анна Воронцова
Телефон: +7 900 000-00-00
Почта: anna@example.com

<a href="https://torrow.net/app/tabs/tab-search/case;id=7c40a1d2cc30000000000000000000d4">Открыть запись</a>
<a href="https://torrow.net/app/tabs/tab-search/service;id=7c40a1d2aa10000000000000000000b2">Страница услуги</a>

<i>До встречи</i> &amp; спасибо"#;
    let parameters = "message=Вы записаны!&sign_text=<i>До встречи</i> %26 спасибо&hide_contact_info=no";
    assert_eq!(html(&sample(Sample::Appointment), parameters), expected);
}

#[test]
fn an_order_is_rendered_in_english() {
    let expected = r#"<b>Order details</b>
Order: №1207
Service: Пекарня «Ржаной край»
Address: Нижний Новгород, ул. Рождественская, 8, кв. 21
Description: Доставить к подъезду, позвонить за полчаса.
Сдача с 5000.

<b>Services/resources</b>
• Пирог домашний × 2 — RUB 1,280
<i>С капустой и яйцом, около 800 г</i>
• Пряники, кг × 1.5 — RUB 734.85
• Открытка
<i>Подарок к заказу</i>

<a href="https://torrow.net/app/tabs/tab-search/case;id=5e81b0c3cc30000000000000000000d1">Open order</a>
<a href="https://torrow.net/app/tabs/tab-search/service;id=5e81b0c3aa10000000000000000000b1">Service page</a>"#;
    assert_eq!(html(&sample(Sample::Order), "date_locales=en-US"), expected);
}

#[test]
fn a_group_event_and_a_nearly_empty_event_are_rendered() {
    let expected = r#"<b>Детали мероприятия</b>
Участие в мероприятии: №318
Услуга: Вечер гончарного дела
Дата: суббота, 19 сентября 2026 г.
Время: 18:00–21:30 (Мск)
Длительность: 3 часа 30 минут
Адрес: Ярославль, ул. Свободы, 23, мастерская «Обжиг»
Описание: Два места у окна

<b>Услуги/ресурсы</b>
• Место на занятии × 2 — 4 800 ₽
<i>Глина, инструменты и обжиг двух изделий входят в стоимость.</i>

<a href="https://torrow.net/app/tabs/tab-search/case;id=4b92d0e1cc30000000000000000000f4">Открыть мероприятие</a>
<a href="https://torrow.net/app/tabs/tab-search/service;id=4b92d0e1aa10000000000000000000f2">Страница услуги</a>"#;
    assert_eq!(html(&sample(Sample::Group), ""), expected);
    assert_eq!(html(&sample(Sample::Bare), "date_locales=en-US"), "<b>Order details</b>\nOrder");
}

#[test]
fn every_visible_parameter_affects_a_complete_message() {
    let message = message(&sample(Sample::Everything), "message=a&sign_text=b&hide_contact_info=no");
    let unseen =
        [Parameter::TelegramToken, Parameter::TelegramFieldName, Parameter::ErrorEmail, Parameter::HideDetailSection];
    for parameter in Parameter::all().filter(|parameter| !unseen.contains(parameter)) {
        assert!(message.spans().iter().any(|span| span.origin == Some(parameter)), "{}", parameter.name());
    }
}

#[test]
fn the_operators_labels_replace_the_defaults() {
    let parameters = "detail_section_name=Ваш <визит>&case_type_name=визит&resource_name=Что будет&timezone=Asia/Omsk\
                      &timezone_name=Омск&message=1 < 2&hide_url";
    let html = html(&sample(Sample::Appointment), parameters);
    assert!(html.starts_with("1 &lt; 2\n\n<b>Ваш &lt;визит&gt;</b>\nВизит: №42\n"), "{html}");
    assert!(html.contains("\nВремя: 17:00–18:30 (Омск)\n"), "{html}");
    assert!(html.contains("\n\n<b>Что будет</b>\n• "), "{html}");
}

#[test]
fn each_flag_hides_only_its_own_lines() {
    let event = sample(Sample::Appointment);
    let whole = html(&event, "hide_contact_info=no");
    for (flag, gone) in [
        ("hide_resource_description", vec!["<i>Расслабляющий", "Приходите за"]),
        ("hide_order_duration", vec!["Длительность: "]),
        ("hide_address", vec!["Адрес: "]),
        ("hide_service_name", vec!["Услуга: "]),
        ("hide_order_description", vec!["Описание: "]),
        ("hide_url", vec!["<a href=", "<a href="]),
        ("hide_contact_info", vec!["<b>Контактная", "Имя: ", "Телефон: ", "Почта: "]),
        (
            "hide_detail_section",
            vec!["<b>Детали", "Запись: ", "Услуга: ", "Дата: ", "Время: ", "Длительность: ", "Адрес: ", "Описание: "],
        ),
    ] {
        let html = html(&event, &format!("hide_contact_info=no&{flag}"));
        let left: Vec<&str> = html.lines().filter(|line| !line.is_empty()).collect();
        let lost: Vec<&str> = whole.lines().filter(|line| !line.is_empty() && !left.contains(line)).collect();
        assert_eq!(lost.len(), gone.len(), "{flag}: {lost:?}");
        assert!(lost.iter().zip(&gone).all(|(line, start)| line.starts_with(start)), "{flag}: {lost:?}");
        assert!(!html.contains("\n\n\n") && html.trim() == html, "{flag}");
    }
}

#[test]
fn an_empty_event_shows_only_the_heading_and_the_noun() {
    assert_eq!(html(&json!({}), ""), "<b>Детали заказа</b>\nЗаказ");
    assert_eq!(html(&json!({}), "date_locales=en"), "<b>Order details</b>\nOrder");
    assert!(message(&json!({}), "hide_detail_section").is_empty());
    assert!(
        message(&json!({}), "hide_detail_section&message=<b> </b>&sign_text=<i></i>")
            .parts(&Limits::TELEGRAM)
            .is_empty()
    );
    assert_eq!(html(&json!({}), "hide_detail_section&message=Hi"), "Hi");
}

#[test]
fn labels_depend_on_the_kind_of_booking() {
    for (selection, heading, name, link) in [
        (1, "Детали заказа", "Заказ", "Открыть заказ"),
        (2, "Детали записи", "Запись", "Открыть запись"),
        (3, "Детали мероприятия", "Участие в мероприятии", "Открыть мероприятие"),
    ] {
        let event = json!({
            "CaseItem": { "Id": "c" },
            "Service": { "SessionDurationProperties": { "TimeSelectionType": selection } },
        });
        let url = "https://torrow.net/app/tabs/tab-search/case;id=c";
        assert_eq!(html(&event, ""), format!("<b>{heading}</b>\n{name}\n\n<a href=\"{url}\">{link}</a>"));
        let own = html(&event, "case_type_name=сеанс");
        assert!(own.contains("\nСеанс\n") && own.contains(link), "{own}");
    }
}

#[test]
fn date_time_and_duration_are_shown_in_the_locale_and_zone() {
    for (start, end, parameters, lines) in [
        ("2024-05-08T08:15:00Z", "", "", "Дата: среда, 8 мая 2024 г.\nВремя: 11:15 (Мск)"),
        ("2024-05-08T08:15:00Z", "2024-05-08T08:15:00Z", "", "Дата: среда, 8 мая 2024 г.\nВремя: 11:15 (Мск)"),
        ("2024-05-08T08:15:00Z", "2024-05-08T08:00:00Z", "", "Дата: среда, 8 мая 2024 г.\nВремя: 11:15 (Мск)"),
        (
            "2024-05-08T20:00:00Z",
            "2024-05-08T21:00:00Z",
            "",
            "Начало: среда, 8 мая 2024 г., 23:00 (Мск)\nОкончание: четверг, 9 мая 2024 г., 00:00 (Мск)\nДлительность: 1 час",
        ),
        (
            "2024-05-08T20:00:00Z",
            "2024-05-08T21:00:00Z",
            "timezone=Europe/London",
            "Дата: среда, 8 мая 2024 г.\nВремя: 21:00–22:00 (GMT+1)\nДлительность: 1 час",
        ),
        (
            "2024-05-08T08:00:00Z",
            "2024-05-10T10:00:30Z",
            "date_locales=en&timezone=Asia/Kolkata",
            "Start: Wednesday, May 8, 2024, 1:30 PM (GMT+5:30)\nEnd: Friday, May 10, 2024, 3:30 PM (GMT+5:30)\n\
             Duration: 2 days 2 hours",
        ),
        ("", "2024-05-08T08:00:00Z", "", ""),
        ("2024-05-08T08:15:00Z", "2024-05-08T08:15:40Z", "", "Дата: среда, 8 мая 2024 г.\nВремя: 11:15 (Мск)"),
        (
            "2024-05-08T08:15:59.999Z",
            "2024-05-08T08:30:00.001Z",
            "",
            "Дата: среда, 8 мая 2024 г.\nВремя: 11:15–11:30 (Мск)\nДлительность: 15 минут",
        ),
        (
            "2024-05-08T20:00:00Z",
            "2024-05-08T21:00:00.5Z",
            "",
            "Начало: среда, 8 мая 2024 г., 23:00 (Мск)\nОкончание: четверг, 9 мая 2024 г., 00:00 (Мск)\nДлительность: 1 час",
        ),
        // The night of the change to summer time: the clocks advance two hours while one hour passes.
        (
            "2024-03-31T00:30:00Z",
            "2024-03-31T01:30:00Z",
            "timezone=Europe/Berlin",
            "Начало: воскресенье, 31 марта 2024 г., 01:30 (GMT+1)\nОкончание: воскресенье, 31 марта 2024 г., 03:30 (GMT+2)\n\
             Длительность: 1 час",
        ),
        // The night of the change to winter time: the clocks go back during the booking.
        (
            "2024-10-27T00:30:00Z",
            "2024-10-27T01:10:00Z",
            "timezone=Europe/Berlin",
            "Начало: воскресенье, 27 октября 2024 г., 02:30 (GMT+2)\nОкончание: воскресенье, 27 октября 2024 г., 02:10 (GMT+1)\n\
             Длительность: 40 минут",
        ),
        // From one night to the same time of day months later, with a clock change in between.
        (
            "2024-01-15T09:00:00Z",
            "2024-06-20T09:05:00Z",
            "timezone=Europe/Berlin&timezone_name=Берлин",
            "Начало: понедельник, 15 января 2024 г., 10:00 (Берлин)\nОкончание: четверг, 20 июня 2024 г., 11:05 (Берлин)\n\
             Длительность: 157 дней 5 минут",
        ),
        // A zone that has skipped a whole day.
        (
            "2011-12-30T09:00:00Z",
            "2011-12-30T11:00:00Z",
            "timezone=Pacific/Apia&date_locales=en",
            "Start: Thursday, December 29, 2011, 11:00 PM (GMT-10)\nEnd: Saturday, December 31, 2011, 1:00 AM (GMT+14)\n\
             Duration: 2 hours",
        ),
        (
            "2024-12-31T20:59:00Z",
            "2024-12-31T21:00:00Z",
            "date_locales=kk",
            "Start: 2024 ж. 31 желтоқсан, сейсенбі, 23:59 (MSK)\nEnd: 2025 ж. 1 қаңтар, сәрсенбі, 00:00 (MSK)\n\
             Duration: 1 минут",
        ),
        (
            "2024-02-28T21:00:00Z",
            "2028-02-28T21:00:00Z",
            "",
            "Начало: четверг, 29 февраля 2024 г., 00:00 (Мск)\nОкончание: вторник, 29 февраля 2028 г., 00:00 (Мск)\n\
             Длительность: 1 461 день",
        ),
    ] {
        let event = json!({ "CaseItem": { "StartDate": start, "EndDate": end, "OrderNumber": { "FullNumber": "1" } } });
        let text: String =
            message(&event, parameters).parts(&Limits::TELEGRAM).iter().map(|part| part.text()).collect();
        let told: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(told.join("\n"), lines, "{start} {end} {parameters}");
    }
}

fn resource(id: &str, price: Option<f64>, currency: Option<&str>) -> Value {
    json!({
        "Id": id, "ItemInfo": { "Name": id }, "Description": "",
        "PriceProperties": { "SalePrice": price, "CurrencyCode": currency },
    })
}

#[test]
fn amounts_and_prices_are_shown_with_the_right_currency() {
    let event = json!({
        "CaseItem": { "BookingResourceList": [
            { "Tid": "a", "Amount": 3, "SalePrice": 10 },
            { "Tid": "b", "Amount": "2" },
            { "Tid": "c", "Amount": 1, "SalePrice": 0 },
            { "Tid": "e", "Amount": 79_228_162_514_264_337_593_f64, "SalePrice": 79_228_162_514_264_337_593_f64 },
        ] },
        "Resources": [
            resource("a", Some(99.0), None), resource("b", Some(0.335), Some("USD")), resource("c", Some(5.0), None),
            resource("d", Some(1234.5), None), resource("e", None, None),
            { "Description": "безымянный" },
        ],
        "CaseParticipants": [
            { "PriceProperties": { "CurrencyCode": "EUR" } },
            { "BookingResourceList": [{ "Tid": "b", "Amount": 1, "SalePrice": 7 }, { "Tid": "z" }] },
        ],
    });
    let lines = |participant| {
        let text: String = message_to(&event, "hide_detail_section", participant).parts(&Limits::TELEGRAM)[0].text();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        lines(Some(0)),
        [
            "Услуги/ресурсы",
            "• a × 3 — 30 €",
            "• b × 2 — 0,67 $",
            "• c",
            "• d — 1 234,50 €",
            "• e × 79 228 162 514 264 340 000"
        ]
    );
    assert_eq!(lines(Some(1)), ["Услуги/ресурсы", "• b — 7 $"]);
    assert_eq!(lines(None)[1], "• a × 3 — 30 ₽");
    assert_eq!(lines(Some(99))[1], "• a × 3 — 30 ₽");
}

#[test]
fn contact_information_is_escaped_and_omits_hidden_fields() {
    let field = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    let event = json!({ "CaseParticipants": { "ContactInformation": { "Fields": [
        field("Имя", "<b>Анна</b> & \"Ко\""), field("*Скидка", "5"), field("telegramid", "7"), field("Пусто", " "), field("", "x"),
    ] } } });
    assert_eq!(
        html(&event, "hide_contact_info=0&hide_detail_section"),
        "<b>Контактная информация</b>\nИмя: &lt;b&gt;Анна&lt;/b&gt; &amp; \"Ко\""
    );
}

#[test]
fn only_the_telegram_field_is_hidden_from_contact_information() {
    for (fields, shown) in [
        (vec![("*TelegramId", "7"), ("TelegramId", "anna")], vec!["TelegramId: anna"]),
        (vec![("*TelegramId", " "), ("TelegramId", "7")], vec![]),
        (vec![("*TelegramId", "\u{200b}"), ("telegramid", "7"), ("Телефон", "1")], vec!["Телефон: 1"]),
        (vec![("TELEGRAMID", "7")], vec![]),
    ] {
        let rows: Vec<Value> = fields.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let event = json!({ "CaseParticipants": { "ContactInformation": { "Fields": rows } } });
        let html = html(&event, "hide_contact_info=0&hide_detail_section");
        let lines: Vec<&str> = html.lines().skip(1).collect();
        assert_eq!(lines, shown, "{fields:?}");
    }
}

#[test]
fn links_encode_ids_and_use_the_participants_item_id() {
    let event = json!({ "CaseItem": { "ServiceId": "s/1" }, "CaseParticipants": { "ItemId": "p\"<" } });
    assert_eq!(
        html(&event, "hide_detail_section"),
        "<a href=\"https://torrow.net/app/tabs/tab-search/case;id=p%22%3C\">Открыть заказ</a>\n\
         <a href=\"https://torrow.net/app/tabs/tab-search/service;id=s%2F1\">Страница услуги</a>"
    );
    assert!(message_to(&json!({ "CaseItem": { "Id": "x".repeat(5000) } }), "hide_detail_section", None).is_empty());
}

#[test]
fn the_operators_html_is_kept_if_it_is_well_formed_and_escaped_otherwise() {
    let html_of = |text: &str| html(&json!({}), &format!("hide_detail_section&message={text}"));
    assert_eq!(html_of("<b>a %26amp; b</b> %26lt;"), "<b>a &amp; b</b> &lt;");
    assert_eq!(html_of("<b>a"), "&lt;b&gt;a");
    assert_eq!(html_of("a<br>b %26amp;"), "a&lt;br&gt;b &amp;amp;");
    assert_eq!(html_of("%0A<i> a%0A%0Ab </i>%0A"), "<i>a\n\nb</i>");
}

#[test]
fn each_span_has_the_parameter_that_controls_it() {
    let parameters = "message=M&sign_text=S&hide_contact_info=no&timezone_name=Z";
    let message = message(&sample(Sample::Appointment), parameters);
    for (text, origin) in [
        ("M", Some(Parameter::Message)),
        ("Детали записи", Some(Parameter::DetailSectionName)),
        ("Запись: №42", Some(Parameter::CaseTypeName)),
        ("Услуга: Студия массажа «Тёплые руки»", Some(Parameter::HideServiceName)),
        ("Дата: четверг, 17 сентября 2026 г.", Some(Parameter::DateLocales)),
        ("Время: 14:00–15:30 ", Some(Parameter::Timezone)),
        ("(Z)", Some(Parameter::TimezoneName)),
        ("Длительность: 1 час 30 минут", Some(Parameter::HideOrderDuration)),
        ("Адрес: Казань, ул. Баумана, 15, кабинет 3", Some(Parameter::HideAddress)),
        ("Описание: Первый визит. Аллергии нет.", Some(Parameter::HideOrderDescription)),
        ("Услуги/ресурсы", Some(Parameter::ResourceName)),
        ("• Классический массаж — 2 800 ₽", None),
        ("Контактная информация", Some(Parameter::HideContactInfo)),
        ("Открыть запись", Some(Parameter::HideUrl)),
        ("S", Some(Parameter::SignText)),
    ] {
        let span = message.spans().iter().find(|span| span.text == text);
        assert_eq!(span.map(|span| span.origin), Some(origin), "{text}");
    }
}

#[test]
fn a_long_description_is_split_without_loss() {
    let description = "Слово за словом. ".repeat(700);
    let event = json!({ "CaseItem": { "Description": description } });
    let parts = message(&event, "message=Hi&sign_text=<b>Bye</b>").parts(&Limits::TELEGRAM);
    // The greeting, the heading and the name would leave a part less than half full.
    let units: Vec<usize> = parts.iter().map(|part| part.units()).collect();
    assert!(parts.len() == 3 && units.iter().take(2).all(|units| *units > 4000), "{units:?}");
    assert!(parts[0].text().starts_with("Hi\n\nДетали заказа\nЗаказ\nОписание: Слово"));
    let words: Vec<String> =
        parts.iter().flat_map(|part| part.text().split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert_eq!(words.iter().filter(|word| word.as_str() == "словом.").count(), 700);
    assert_eq!(words.last().map(String::as_str), Some("Bye"));
    assert!(parts.iter().all(|part| part.units() <= 4096 && part.text().trim() == part.text()));
}
