use super::*;
use crate::{
    message::html::{HtmlFault, HtmlFaultKind},
    secret::TokenFault,
    values::{Locale, TimeZone},
};

const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

/// A query without faults and warnings, followed by `more`.
fn with(more: &str) -> Vec<u8> {
    format!("telegramToken={TOKEN}&telegramFieldName=*TelegramId&errorEmail=a@b.c&message=Hi&{more}").into_bytes()
}

fn clean_reading(more: &str) -> Profile {
    let reading = read(&with(more));
    assert_eq!((reading.faults, reading.warnings), (vec![], vec![]), "{more}");
    reading.profile
}

#[test]
fn the_example_of_the_reference_is_read_without_warnings() {
    let query = format!(
        "telegramToken={TOKEN}&telegramFieldName =*TelegramId&errorEmail=test@gmail.com\
         &message=Вы%20записаны%20на%20услугу"
    );
    let reading = read(query.as_bytes());
    assert_eq!((reading.faults, reading.warnings), (vec![], vec![]));
    assert_eq!(reading.profile.token.as_ref().map(BotToken::expose), Some(TOKEN));
    assert_eq!(reading.profile.field_name.as_deref(), Some("*TelegramId"));
    assert_eq!(reading.profile.formatting.message.as_deref(), Some("Вы записаны на услугу"));
}

#[test]
fn an_empty_query_reports_the_missing_parameters() {
    let reading = read(b"");
    let missing = [Parameter::TelegramToken, Parameter::TelegramFieldName].map(Fault::Missing);
    assert_eq!(reading.faults, missing);
    assert_eq!(reading.warnings, [Warning::NoErrorEmail, Warning::NoMessage]);
    assert_eq!(read(b"telegramToken=%20&telegramFieldName=&&").faults, missing);
    assert_eq!(read_overrides(&Profile::default(), b"").faults, []);
}

#[test]
fn values_are_percent_decoded_and_cleaned() {
    for (typed, text) in [
        ("a%20b%0Ac", "a b\nc"),
        ("+7%20916+1", "+7 916+1"),
        ("%2B7", "+7"),
        ("Привет", "Привет"),
        ("%D0%9F%d1%80", "Пр"),
        ("raw space\nand break", "raw space\nand break"),
        ("a=b=c", "a=b=c"),
        (" %20x%0D%0Ay%00 ", "x\ny"),
        ("%26%3d%25", "&=%"),
    ] {
        let profile = clean_reading(&format!("sign_text={typed}"));
        assert_eq!(profile.formatting.sign_text.as_deref(), Some(text), "{typed}");
    }
}

#[test]
fn invisible_characters_around_names_and_values_are_removed() {
    // U+FEFF, U+200B and U+200E, as copying from messengers and documents leaves them.
    let query = format!(
        "%EF%BB%BFtelegramToken%E2%80%8B=%E2%80%8B{TOKEN}%E2%80%8E&telegramFieldName=%E2%80%8B*TelegramId\
         &errorEmail=a@b.c,%E2%80%8Bd@e.fr%E2%80%8B&message=Hi%E2%80%8B&timezone=%E2%80%8BEurope/Moscow&hide_url=%E2%80%8Etrue\
         &sign_text=%E2%9D%A4%EF%B8%8F"
    );
    let Reading { profile, faults, warnings } = read(query.as_bytes());
    assert_eq!((faults, warnings), (vec![], vec![]));
    assert_eq!(profile.field_name.as_deref(), Some("*TelegramId"));
    assert_eq!(profile.error_email.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a@b.c", "d@e.fr"]);
    assert_eq!(profile.formatting.message.as_deref(), Some("Hi"));
    assert_eq!(profile.formatting.sign_text.as_deref(), Some("❤\u{fe0f}"), "an emoji keeps its variation selector");
}

#[test]
fn bools_are_read_in_all_spellings() {
    for (typed, value) in [
        ("=true", true),
        ("=TRUE", true),
        ("=1", true),
        ("=yes", true),
        ("=On", true),
        ("=", true),
        ("", true),
        ("=%20", true),
        ("=false", false),
        ("=0", false),
        ("=No", false),
        ("=off", false),
    ] {
        let profile = clean_reading(&format!("hide_url{typed}&hide_contact_info{typed}"));
        let formatting = profile.formatting;
        assert_eq!((formatting.hide_url, formatting.hide_contact_info), (value, value), "{typed}");
    }
    assert!(clean_reading("").formatting.hide_contact_info);
}

#[test]
fn all_faults_are_reported_at_once_in_the_order_of_the_table() {
    let query = "timezone=Europe/Moskow&date_locales=en-GB&hide_url=maybe&message=%FF&errorEmail=ops@example,a@b.c,x\
                 &telegramToken=7001002003:AAF&%FFx=1";
    let text = |text: &str| text.to_owned();
    assert_eq!(
        read(query.as_bytes()).faults,
        [
            Fault::MalformedToken(TokenFault::BadLength(3)),
            Fault::Missing(Parameter::TelegramFieldName),
            Fault::MalformedEmail { value: text("ops@example") },
            Fault::MalformedEmail { value: text("x") },
            Fault::InvalidUtf8 { name: text("message") },
            Fault::MalformedBool { parameter: Parameter::HideUrl, value: text("maybe") },
            Fault::UnknownLocale { value: text("en-GB") },
            Fault::UnknownTimeZone { value: text("Europe/Moskow"), nearest: Some("Europe/Moscow") },
            Fault::InvalidUtf8 { name: text("\u{fffd}x") },
        ]
    );
}

#[test]
fn an_invalid_value_is_not_also_reported_as_missing() {
    let reading = read(format!("telegramToken={TOKEN}&telegramFieldName=*T&errorEmail=x&message=%FF").as_bytes());
    assert_eq!(reading.faults.len(), 2);
    assert_eq!(reading.warnings, []);
}

#[test]
fn placeholders_are_reported_only_to_editors() {
    let profile = clean_reading("sign_text=%7Bname%7D");
    let expected = Warning::Placeholders { parameter: Parameter::SignText, placeholders: vec!["{name}".into()] };
    assert_eq!((profile.warnings(), profile.editor_warnings()), (vec![], vec![expected]));
}

#[test]
fn every_warning_is_reported() {
    let name = |name: &str| name.to_owned();
    for (more, warning) in [
        ("errorEmail=", Warning::Repeated(Parameter::ErrorEmail)),
        ("MESSAGE=Hi", Warning::Repeated(Parameter::Message)),
        ("hide_adress", Warning::Unknown { name: name("hide_adress"), nearest: Some(Parameter::HideAddress) }),
        ("utm_source=x", Warning::Unknown { name: name("utm_source"), nearest: None }),
        ("idInstance=1", Warning::SiblingEndpoint { name: "idInstance" }),
        ("profileId=1", Warning::SiblingEndpoint { name: "profileId" }),
        ("APIURLMAX=1", Warning::SiblingEndpoint { name: "apiUrlMax" }),
        ("hide_url:true", Warning::MissingEquals { parameter: Parameter::HideUrl }),
        ("HIDE_URL : true=1", Warning::MissingEquals { parameter: Parameter::HideUrl }),
        ("message%3DHi", Warning::MissingEquals { parameter: Parameter::Message }),
        ("telegramToken:7001", Warning::MissingEquals { parameter: Parameter::TelegramToken }),
        ("hide_adress:1", Warning::Unknown { name: name("hide_adress…"), nearest: Some(Parameter::HideAddress) }),
        ("utm:x", Warning::Unknown { name: name("utm…"), nearest: None }),
        ("=x", Warning::Unknown { name: name(""), nearest: None }),
        ("sign_text=100%", Warning::MalformedPercent { name: name("sign_text") }),
        ("sign_text=%zz", Warning::MalformedPercent { name: name("sign_text") }),
        ("timezone=Asia/Omsk", Warning::TimeZoneWithoutName),
        (
            "sign_text=<br>",
            Warning::BrokenHtml {
                parameter: Parameter::SignText,
                fault: HtmlFault { offset: 0, kind: HtmlFaultKind::UnknownTag(name("br")) },
            },
        ),
        ("telegramFieldName=Id", Warning::FieldWithoutStar),
    ] {
        let reading = read(&with(more));
        assert_eq!(reading.faults, [], "{more}");
        assert!(reading.warnings.contains(&warning), "{more}: {:?}", reading.warnings);
    }
    assert_eq!(read(&with("timezone=Asia/Omsk&timezone_name=%D0%9E")).warnings, []);
    assert_eq!(read(&with("sign_text=100%")).profile.formatting.sign_text.as_deref(), Some("100%"));
}

#[test]
fn a_shortened_name_is_not_taken_for_a_parameter() {
    let reading = read(&with("message%3D%FF&hide_url:%FF=1&sign_text%3D%zz"));
    assert_eq!(reading.faults, ["message…", "hide_url…"].map(|name| Fault::InvalidUtf8 { name: name.into() }));
    assert_eq!(reading.faults.iter().find_map(Fault::parameter), None);
    assert_eq!(reading.warnings, [Warning::MissingEquals { parameter: Parameter::SignText }]);
    let said = Fault::InvalidUtf8 { name: "message".into() };
    assert_eq!(
        read(&with("message=%FF")).faults.iter().find(|fault| **fault == said).and_then(Fault::parameter),
        Some(Parameter::Message)
    );
}

#[test]
fn many_unknown_names_do_not_hide_faults() {
    let strangers: Vec<String> = (0..100).map(|index| format!("x{index}=%zz")).collect();
    let reading = read(&with(&format!("{}&y=%FF&%FF=1", strangers.join("&"))));
    assert_eq!(reading.faults, ["y", "\u{fffd}"].map(|name| Fault::InvalidUtf8 { name: name.into() }));
    assert_eq!(reading.warnings.len(), Strangers::MOST);
}

#[test]
fn the_length_of_texts_is_measured_without_tags() {
    let fits = format!("sign_text=<b>{}</b>", "я".repeat(4094));
    assert_eq!(read(&with(&fits)).warnings, []);
    let too_long = format!("sign_text=<b>{}</b>", "я".repeat(4095));
    assert_eq!(read(&with(&too_long)).warnings, [Warning::TextsTooLong { units: 4097 }]);
}

#[test]
fn the_last_value_of_a_repeated_parameter_wins() {
    let reading = read(&with("hide_url=maybe&Hide_Url=false&message=%FF&message=Ciao"));
    assert_eq!(reading.faults, []);
    assert!(!reading.profile.formatting.hide_url);
    assert_eq!(reading.profile.formatting.message.as_deref(), Some("Ciao"));
    assert_eq!(reading.warnings, [Warning::Repeated(Parameter::Message), Warning::Repeated(Parameter::HideUrl)]);
}

#[test]
fn overrides_replace_stored_values_except_fixed_ones() {
    let stored = clean_reading("sign_text=Bye&hide_url&timezone_name=X&hide_address=yes");
    let reading = read_overrides(
        &stored,
        b"message=Moved&sign_text=&hide_url=no&timezone_name=%20&telegramToken=x&telegramfieldname=y&errorEmail=%FF",
    );
    assert_eq!(reading.faults, []);
    let ignored =
        [Parameter::TelegramToken, Parameter::TelegramFieldName, Parameter::ErrorEmail].map(Warning::OverrideIgnored);
    assert_eq!(reading.warnings, ignored);
    let mut expected = stored.clone();
    expected.formatting.message = Some("Moved".into());
    expected.formatting.sign_text = None;
    expected.formatting.time_zone_name = None;
    expected.formatting.hide_url = false;
    assert_eq!(reading.profile, expected);
    assert_eq!(read_overrides(&stored, b"hide_url=maybe").faults.len(), 1);
}

#[test]
fn the_query_is_written_in_canonical_form() {
    let query = "sign_text=Ждём%20вас%0A+7&hide_url=1&hide_address=off&timezone=asia/omsk&HIDE_CONTACT_INFO=0\
                 &date_locales=en&errorEmail= a@b.c , d@e.f,a@b.c&telegramFieldName=*TelegramId";
    let canonical = "telegramFieldName=*TelegramId&errorEmail=a@b.c,d@e.f&hide_url=true&hide_contact_info=false\
                     &date_locales=en-US&timezone=Asia/Omsk\
                     &sign_text=%D0%96%D0%B4%D1%91%D0%BC%20%D0%B2%D0%B0%D1%81%0A%2B7";
    let profile = read(query.as_bytes()).profile;
    assert_eq!(write(&profile), canonical);
    assert_eq!(write_with_token(&profile), canonical);
    let profile = read(format!("{query}&telegramToken={TOKEN}").as_bytes()).profile;
    assert_eq!(write(&profile), canonical);
    assert_eq!(write_with_token(&profile), format!("telegramToken={TOKEN}&{canonical}"));
}

#[test]
fn defaults_are_omitted_even_if_they_were_given() {
    let defaults = "resource_name=Услуги/ресурсы&timezone=Europe/Moscow&timezone_name=Мск&date_locales=ru-RU\
                    &hide_url=false&hide_contact_info=true&case_type_name=&sign_text=";
    let query = write_with_token(&clean_reading(defaults));
    assert_eq!(query.as_bytes(), with("").strip_suffix(b"&").expect("ends so"));
    let meant =
        write(&clean_reading("timezone=Asia/Omsk&timezone_name=Мск&date_locales=en-US&resource_name=Услуги/ресурсы"));
    assert!(meant.contains("timezone_name=") && meant.contains("resource_name="), "{meant}");
}

#[test]
fn faults_and_warnings_contain_no_secrets() {
    for query in [
        TOKEN.to_owned(),
        format!("telegramToken%3D{TOKEN}"),
        format!("telegramToken:{TOKEN}"),
        format!("telegram_token:{TOKEN}"),
        format!("telegramToken%3D{TOKEN}%FF"),
        "AAHk2Lm9-pQ_rStUvWxYz0123456789abcd=1".to_owned(),
        format!("hide_url={TOKEN}&timezone={TOKEN}&date_locales={TOKEN}&errorEmail={TOKEN}"),
        format!("telegramToken={TOKEN}x&{TOKEN}%FF=1"),
        format!("telegramToken={TOKEN}&x"),
    ] {
        let said = format!("{:?}", read(query.as_bytes()));
        assert!(!said.contains("AAHk") && !said.contains("6789abcd"), "{said}");
    }
}

#[test]
fn every_parameter_survives_set_and_get() {
    for (parameter, typed, canonical) in [
        (Parameter::TelegramToken, TOKEN, "7001002003:AAH…abcd"),
        (Parameter::TelegramFieldName, " *Id ", "*Id"),
        (Parameter::ErrorEmail, "a@b.c, d@e.f,", "a@b.c,d@e.f"),
        (Parameter::Message, "<b>Hi</b>", "<b>Hi</b>"),
        (Parameter::ResourceName, "Блюда", "Блюда"),
        (Parameter::DetailSectionName, "Детали", "Детали"),
        (Parameter::CaseTypeName, "визит", "визит"),
        (Parameter::HideDetailSection, "on", "true"),
        (Parameter::HideResourceDescription, "on", "true"),
        (Parameter::HideOrderDuration, "on", "true"),
        (Parameter::HideAddress, "on", "true"),
        (Parameter::HideServiceName, "on", "true"),
        (Parameter::HideOrderDescription, "on", "true"),
        (Parameter::HideUrl, "on", "true"),
        (Parameter::HideContactInfo, "off", "false"),
        (Parameter::DateLocales, "EN", "en-US"),
        (Parameter::Timezone, "asia/tokyo", "Asia/Tokyo"),
        (Parameter::TimezoneName, "Екб", "Екб"),
        (Parameter::SignText, "Пока", "Пока"),
    ] {
        let mut profile = Profile::default();
        assert_eq!(profile.get(parameter), None, "{parameter:?}");
        assert_eq!(profile.set(parameter, typed), Ok(()), "{parameter:?}");
        assert_eq!(profile.get(parameter).as_deref(), Some(canonical), "{parameter:?}");
        let others = Parameter::all().filter(|other| profile.get(*other).is_some()).count();
        assert_eq!(others, 1, "{parameter:?}");
    }
}

#[test]
fn an_invalid_value_leaves_the_profile_unchanged() {
    let mut profile = clean_reading("timezone=Asia/Omsk&timezone_name=X&date_locales=en&hide_url");
    let before = profile.clone();
    for parameter in [
        Parameter::TelegramToken,
        Parameter::ErrorEmail,
        Parameter::DateLocales,
        Parameter::Timezone,
        Parameter::HideUrl,
    ] {
        assert!(profile.set(parameter, "?!").is_err(), "{parameter:?}");
    }
    assert_eq!(profile, before);
    for parameter in [Parameter::DateLocales, Parameter::Timezone, Parameter::TelegramToken, Parameter::ErrorEmail] {
        assert_eq!(profile.set(parameter, ""), Ok(()));
    }
    assert_eq!((profile.formatting.locale, profile.formatting.time_zone), (Locale::Ru, TimeZone::default()));
    assert_eq!((profile.token, profile.error_email), (None, vec![]));
}

#[test]
fn canonical_overrides_mean_the_same_for_any_stored_profile() {
    let query =
        "sign_text=&Message=a%2Bb%20c&hide_url&unknown=1&message=%D0%94%D0%B0&telegramFieldName=X&errorEmail=x@y.z";
    let written = super::overrides(query.as_bytes());
    assert_eq!(written, "message=%D0%94%D0%B0&hide_url=&sign_text=");
    for stored in ["message=Hi&sign_text=Bye", "", "hide_url=true&timezone=Asia/Omsk"] {
        let stored = read(stored.as_bytes()).profile;
        assert_eq!(
            read_overrides(&stored, written.as_bytes()).profile,
            read_overrides(&stored, query.as_bytes()).profile
        );
    }
    assert_eq!(super::overrides(b"a=b&telegramToken=x"), "");
    let secret = super::overrides(format!("message=see%20{TOKEN}&telegramToken={TOKEN}").as_bytes());
    assert!(secret.starts_with("message=see") && !secret.contains("AAHk"), "{secret}");
}
