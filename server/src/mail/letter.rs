//! The text of an error mail, as plain text and as simple HTML. [`app::i18n::mail`] quotes text from outside, and this
//! module escapes it.

use app::{
    i18n::{
        Words as _, causes,
        mail::{self, About, Example, Letter as LetterWords},
    },
    preferences,
};
use hookgram::{
    delivery::{FailureCause, Outcome},
    log_query::LogQuery,
    message,
};

use crate::{
    settings::smtp::Letter,
    store::{Concerned, MailContent},
};

/// Composes a mail in the language of its profile. `public_url` is the prefix of links to pages. `stop` is the link by
/// which the reader unsubscribes from such mails.
pub(super) fn compose(content: &MailContent, public_url: &str, stop: Option<&str>) -> Letter {
    let mut formatting = content.profile.formatting.clone();
    formatting.time_zone_name = formatting.time_zone_name.map(|name| mail::quoted(&name));
    let formatting = &formatting;
    let language = formatting.locale.language();
    let words = LetterWords::of(language);
    let (cause, count) = (content.cause, content.count);
    let (about, page) = match &content.concerned {
        Concerned::Profile { id, name } => (About::Profile(name), Some(format!("{public_url}/profiles/{id}"))),
        Concerned::Bot { id, .. } => {
            let field = content.profile.field_name.as_deref().unwrap_or_default();
            (About::Bot { id: *id, field }, None)
        }
    };
    let examples = content.examples.iter().map(|row| {
        let when = message::moment(formatting, row.received_at).unwrap_or_default();
        let telegram = row.description.as_deref().filter(|_| cause.needs_description());
        let (number, chat) = (row.order_number.as_deref(), row.chat.as_deref());
        let (name, phone) = (row.person.as_deref(), row.phone.as_deref());
        mail::example(language, &Example { number, when: &when, name, phone, chat, telegram })
    });
    let mut page_of = Page::default();
    page_of.line(&mail::opening(language, about, cause, count));
    page_of.list(&mail::heading(language, content.examples.len(), count), examples);
    page_of.line(&format!("{} {}", words.what_to_do, causes::advice(language, cause)));
    if let Concerned::Profile { id, .. } = &content.concerned {
        let found = LogQuery { profile: Some(*id), ..asked(cause) };
        page_of.link(words.log, &format!("{public_url}{}", found.address("/deliveries")));
    }
    if let Some(address) = page {
        page_of.link(words.profile, &address);
    }
    page_of.line(&format!("— {}", words.why));
    if let Some(link) = stop {
        page_of.link(words.stop, link);
    }
    let html = framed(&page_of.html, &mail::subject(language, about, cause, count), preferences::tag(language));
    Letter { subject: mail::subject(language, about, cause, count), text: page_of.text, html }
}

/// Wraps `body` into an HTML card with a title, readable in dark mode too. Styles are inline because mail programs
/// ignore style sheets.
pub(super) fn framed(body: &str, title: &str, language: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\"><meta name=\"color-scheme\" \
         content=\"light dark\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\n\
         <body style=\"margin:0;padding:24px 12px;font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif\">\n\
         <div style=\"max-width:600px;margin:0 auto;padding:20px 24px;border:1px solid #8884;border-top:4px solid #1f6fbf;\
         border-radius:12px\">\n<h1 style=\"margin:0 0 12px;font-size:19px;line-height:1.3\">{title}</h1>\n{body}</div>\n\
         </body>\n</html>\n"
    )
}

/// The log query that finds failures of a cause. Failures at the endpoint have no delivery.
fn asked(cause: FailureCause) -> LogQuery {
    if cause.is_of_event() {
        return LogQuery { outcome: Some(Outcome::Rejected), ..LogQuery::default() };
    }
    match cause {
        FailureCause::TokenRefused => LogQuery { outcome: Some(Outcome::Suspended), ..LogQuery::default() },
        _ => LogQuery { cause: Some(cause), ..LogQuery::default() },
    }
}

/// Builds the plain text and the HTML of a mail in parallel.
#[derive(Default)]
pub(super) struct Page {
    pub text: String,
    pub html: String,
}

impl Page {
    pub(super) fn line(&mut self, line: &str) {
        self.text += &format!("{line}\n\n");
        self.html += &format!("<p>{}</p>\n", escape(line));
    }

    fn list(&mut self, heading: &str, items: impl Iterator<Item = String>) {
        self.text += &format!("{heading}\n");
        self.html += &format!("<p>{}</p>\n<ul>\n", escape(heading));
        for item in items {
            self.text += &format!("• {item}\n");
            self.html += &format!("<li>{}</li>\n", escape(&item));
        }
        self.text += "\n";
        self.html += "</ul>\n";
    }

    pub(super) fn link(&mut self, label: &str, address: &str) {
        self.text += &format!("{label} {address}\n\n");
        let (label, address) = (escape(label), escape(address));
        self.html += &format!("<p>{label} <a href=\"{address}\">{address}</a></p>\n");
    }
}

fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html += "&amp;",
            '<' => html += "&lt;",
            '>' => html += "&gt;",
            '"' => html += "&quot;",
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use hookgram::{parameters::Parameter, profile::Profile};

    use super::*;
    use crate::store::FailureRow;

    const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

    fn content(cause: FailureCause, locale: &str, concerned: Concerned) -> MailContent {
        let mut profile = Profile::default();
        profile.set(Parameter::DateLocales, locale).unwrap();
        profile.set(Parameter::TelegramFieldName, "*TelegramId").unwrap();
        let examples = vec![FailureRow {
            received_at: 1_715_156_100_000,
            order_number: Some("№180".into()),
            chat: Some("100200300".into()),
            person: Some("Анна Королёва".into()),
            phone: Some("+7 911 000-00-00".into()),
            description: Some("Bad Request: <b>".into()),
        }];
        MailContent { concerned, profile, cause, count: 1, examples }
    }

    #[test]
    fn a_mail_about_a_profile_is_written_in_russian() {
        let concerned = Concerned::Profile { id: 3, name: "Записи".into() };
        let letter = compose(&content(FailureCause::Blocked, "ru", concerned), "https://hooks.example.com", None);
        assert_eq!(letter.subject, "Записи: клиент заблокировал бота (1 сообщение)");
        let beginning = "Не доставлено: 1 сообщение, профиль «Записи». Причина: клиент заблокировал бота.\n\n\
            Что именно:\n• №180 — среда, 8 мая 2024 г., 11:15 (Мск), Анна Королёва, +7 911 000-00-00, чат 100200300\n\n\
            Что делать: Свяжитесь с клиентом другим способом: сообщения снова дойдут, когда он разблокирует бота.\n\n\
            Что не дошло и почему: https://hooks.example.com/deliveries?profile=3&cause=blocked\n\n\
            Профиль: https://hooks.example.com/profiles/3\n\n— Hookgram";
        assert!(letter.text.starts_with(beginning), "{}", letter.text);
        assert!(letter.html.contains("<a href=\"https://hooks.example.com/profiles/3\">"), "{}", letter.html);
    }

    #[test]
    fn a_mail_about_a_bot_is_written_in_english_and_telegrams_description_is_escaped() {
        let concerned = Concerned::Bot { id: 7, known: true, recent: 0 };
        let letter = compose(&content(FailureCause::Refused, "de", concerned), "https://hooks.example.com", None);
        assert_eq!(letter.subject, "bot 7, field *TelegramId: Telegram rejected the message (1 message)");
        assert!(letter.text.contains("Telegram's answer: “Bad Request: <b>”"), "{}", letter.text);
        assert!(letter.html.contains("“Bad Request: &lt;b&gt;”"), "{}", letter.html);
        assert!(!letter.text.contains("/profiles/"));
    }

    #[test]
    fn a_long_time_zone_name_is_cut_without_cutting_the_date() {
        let mut content = content(FailureCause::Blocked, "en", Concerned::Bot { id: 7, known: true, recent: 0 });
        let name = format!("Buy now at evil.example \u{202e}{}", "x ".repeat(100));
        content.profile.set(Parameter::TimezoneName, &name).unwrap();
        let letter = compose(&content, "https://x.y", Some("https://x.y/confirm-email/code"));
        let shown = format!("(Buy now at evil.example {}x…)", "x ".repeat(19));
        assert!(
            letter.text.contains(&format!("Wednesday, May 8, 2024, 11:15 AM {shown}, Анна Королёва, ")),
            "{}",
            letter.text
        );
        assert!(letter.text.ends_with("Unsubscribe: https://x.y/confirm-email/code\n\n"), "{}", letter.text);
    }

    #[test]
    fn text_from_outside_cannot_add_lines_headers_or_markup_to_a_mail() {
        let evil = format!("</ul><script>\r\nBcc: x@y.z\r\n\r\n{TOKEN}");
        let mut content = content(FailureCause::Refused, "en", Concerned::Profile { id: 3, name: evil.clone() });
        content.examples[0].order_number = Some(evil.clone());
        content.examples[0].chat = Some(evil.clone());
        content.examples[0].person = Some(evil.clone());
        content.examples[0].phone = Some(evil.clone());
        content.examples[0].description = Some(evil);
        let letter = compose(&content, "https://x.y", None);
        assert!(!letter.subject.contains(['\r', '\n']));
        assert!(!letter.text.contains('\r') && !letter.text.contains("\nBcc"), "{}", letter.text);
        assert!(!letter.html.contains("<script") && !letter.html.contains("\nBcc"), "{}", letter.html);
        assert!(!format!("{letter:?}").contains("AAHk"), "{letter:?}");
    }
}
