//! The bot's default texts in both languages. They are written in the name of the salon.

use crate::{
    text::one_line,
    values::{Bilingual, Language},
};

const fn words(ru: &'static str, en: &'static str) -> Bilingual {
    Bilingual { ru, en }
}

pub(super) const BOOK: Bilingual = words("Записаться", "Book");
/// `{}` is replaced by the first name with a preceding comma.
pub(super) const GREETING: Bilingual = words("Здравствуйте{}!", "Hello{}!");
pub(super) const KNOWN: Bilingual = words("Рады снова вас видеть{}!", "Good to see you again{}!");
pub(super) const WELCOME_BACK: Bilingual = words(
    "С возвращением{}! Сообщения о записях снова будут приходить в этот чат.",
    "Welcome back{}! Messages about your bookings will come to this chat again.",
);

pub(super) const CHOOSE_TIME: Bilingual = words(
    "Чтобы записаться, нажмите кнопку ниже и выберите удобное время.",
    "To book, tap the button below and choose a time that suits you.",
);
pub(super) const CHOOSE_SERVICE: Bilingual =
    words("Чтобы записаться, выберите услугу ниже.", "To book, choose a service below.");
pub(super) const NO_SERVICES: Bilingual = words(
    "Онлайн-запись пока недоступна. Пожалуйста, позвоните нам.",
    "Online booking is not available yet. Please call us.",
);
pub(super) const MESSAGES_COME: Bilingual =
    words("Сообщения о записи будут приходить в этот чат.", "Messages about your booking will come to this chat.");
pub(super) const MESSAGES_ARE_OFF: Bilingual = words(
    "Сообщения о записях сейчас отключены. Чтобы включить их, отправьте /start.",
    "Messages about your bookings are currently off. To turn them on, send /start.",
);
pub(super) const ALL_SERVICES: Bilingual = words("Все услуги: /services", "All services: /services");

pub(super) const MY_BOOKINGS: Bilingual = words("Ваши записи", "Your bookings");
pub(super) const NO_BOOKINGS: Bilingual = words("Предстоящих записей нет.", "You have no upcoming bookings.");
pub(super) const BOOKING: Bilingual = words("Запись", "Booking");
pub(super) const OPEN_BOOKING: Bilingual = words("Открыть запись", "Open booking");
/// A number follows this text.
pub(super) const MORE: Bilingual = words("И ещё записей:", "More bookings:");

pub(super) const STOPPED: Bilingual = words(
    "Хорошо, больше не будем присылать сюда сообщения. Ваши записи не отменены. Если передумаете, отправьте /start.",
    "OK, we will not send messages here any more. Your bookings are not cancelled. If you change your mind, send /start.",
);

pub(super) const HELP: Bilingual = words(
    "Здесь можно записаться к нам и получать сообщения о своих записях.",
    "Here you can book with us and get messages about your bookings.",
);
pub(super) const QUESTIONS: Bilingual = words(
    "Сообщения в этом чате читает только бот. Если у вас есть вопрос, пожалуйста, позвоните нам.",
    "Only the bot reads messages in this chat. If you have a question, please call us.",
);
pub(super) const QUESTIONS_TO_STAFF: Bilingual = words(
    "Если у вас есть вопрос, напишите его прямо сюда: мы передадим его администратору.",
    "If you have a question, just write it here: we will pass it on to our staff.",
);

pub(super) const PASSED_ON: Bilingual = words(
    "Спасибо! Мы передали ваше сообщение администратору.",
    "Thank you! We have passed your message on to our staff.",
);
pub(super) const ANYTHING_ELSE: Bilingual = words(
    "К сожалению, бот не может ответить на это сообщение. Если у вас есть вопрос, пожалуйста, позвоните нам.",
    "Sorry, the bot cannot answer this message. If you have a question, please call us.",
);
pub(super) const WHERE_TO_BOOK: Bilingual = words("Записаться можно здесь: /services", "You can book here: /services");

pub(super) const GROUP: Bilingual = words(
    "Записаться через бота можно только в личном чате с ним. Нажмите кнопку, чтобы открыть чат.",
    "You can only book with this bot in a private chat. Tap the button to open the chat.",
);
pub(super) const OPEN_CHAT: Bilingual = words("Открыть чат", "Open chat");

pub(super) const COMMANDS: [(&str, Bilingual); 5] = [
    ("services", words("Записаться", "Book")),
    ("my", words("Мои записи", "My bookings")),
    ("start", words("Получать сообщения о записях", "Get messages about bookings")),
    ("stop", words("Не получать сообщения", "Stop messages")),
    ("help", words("Помощь", "Help")),
];
pub(super) const DESCRIPTION: Bilingual = words(
    "Записывайтесь к нам прямо в Telegram. Сообщения о ваших записях будут приходить сюда же.\n\nЧтобы начать, нажмите \
     кнопку внизу.",
    "Book with us right in Telegram. Messages about your bookings will come here too.\n\nTo start, tap the button below.",
);
pub(super) const SHORT_DESCRIPTION: Bilingual =
    words("Онлайн-запись и сообщения о ваших записях", "Online booking and messages about your bookings");

/// Inserts the customer's first name, if there is one. Telegram allows 64 characters for it.
pub(super) fn with_name(words: Bilingual, language: Language, name: Option<&str>) -> String {
    let name: String = one_line(name.unwrap_or_default()).trim().chars().take(64).collect();
    let name = if name.is_empty() { name } else { format!(", {name}") };
    words.get(language).replace("{}", &name)
}
