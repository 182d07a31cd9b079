//! The CLDR conventions of each locale that messages need.

use crate::values::Locale;

pub(in crate::message) struct Conventions {
    /// Starts with Monday.
    pub(super) weekdays: [&'static str; 7],
    /// Starts with January. The names have the grammatical form used in dates.
    pub(super) months: [&'static str; 12],
    /// The format of a full date: `E` is the weekday, `M` the month, `d` the day, `D` the day with two digits, `y` the
    /// year.
    pub(super) date: &'static str,
    /// `1:00 PM` rather than `13:00`.
    pub(super) twelve_hours: bool,
    /// The separator between groups of three digits.
    pub(in crate::message) group: char,
    pub(in crate::message) point: char,
    /// Numbers with fewer integer digits than this are not grouped.
    pub(in crate::message) grouped_from: usize,
    /// Whether the currency precedes the amount.
    pub(in crate::message) currency_first: bool,
    pub(super) plural: Plural,
    /// The forms one, few, many. A language without "few" repeats "many".
    pub(super) days: [&'static str; 3],
    /// Like `days`.
    pub(super) hours: [&'static str; 3],
    /// Like `days`.
    pub(super) minutes: [&'static str; 3],
}

/// CLDR's plural rules for whole numbers, reduced to the differences between the supported locales.
#[derive(Clone, Copy)]
pub(in crate::message) enum Plural {
    /// One, few or many, depending on the last digits.
    Slavic,
    /// One for 1, many for all other numbers.
    OneOther,
}

impl Conventions {
    pub(in crate::message) fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::Ru => &RU,
            Locale::En => &EN,
            Locale::Kk => &KK,
            Locale::Uk => &UK,
            Locale::Be => &BE,
            Locale::De => &DE,
            Locale::Uz => &UZ,
            Locale::Hy => &HY,
            Locale::Ka => &KA,
            Locale::Tr => &TR,
        }
    }
}

static RU: Conventions = Conventions {
    weekdays: ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"],
    months: [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    date: "E, d M y г.",
    twelve_hours: false,
    group: ' ',
    point: ',',
    grouped_from: 4,
    currency_first: false,
    plural: Plural::Slavic,
    days: ["день", "дня", "дней"],
    hours: ["час", "часа", "часов"],
    minutes: ["минута", "минуты", "минут"],
};

static EN: Conventions = Conventions {
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    date: "E, M d, y",
    twelve_hours: true,
    group: ',',
    point: '.',
    grouped_from: 4,
    currency_first: true,
    plural: Plural::OneOther,
    days: ["day", "days", "days"],
    hours: ["hour", "hours", "hours"],
    minutes: ["minute", "minutes", "minutes"],
};

static KK: Conventions = Conventions {
    weekdays: ["дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі"],
    months: [
        "қаңтар",
        "ақпан",
        "наурыз",
        "сәуір",
        "мамыр",
        "маусым",
        "шілде",
        "тамыз",
        "қыркүйек",
        "қазан",
        "қараша",
        "желтоқсан",
    ],
    date: "y ж. d M, E",
    twelve_hours: false,
    group: ' ',
    point: ',',
    grouped_from: 4,
    currency_first: false,
    plural: Plural::OneOther,
    days: ["күн", "күн", "күн"],
    hours: ["сағат", "сағат", "сағат"],
    minutes: ["минут", "минут", "минут"],
};

static UK: Conventions = Conventions {
    weekdays: ["понеділок", "вівторок", "середа", "четвер", "пʼятниця", "субота", "неділя"],
    months: [
        "січня",
        "лютого",
        "березня",
        "квітня",
        "травня",
        "червня",
        "липня",
        "серпня",
        "вересня",
        "жовтня",
        "листопада",
        "грудня",
    ],
    date: "E, d M y р.",
    twelve_hours: false,
    group: ' ',
    point: ',',
    grouped_from: 4,
    currency_first: false,
    plural: Plural::Slavic,
    days: ["день", "дні", "днів"],
    hours: ["година", "години", "годин"],
    minutes: ["хвилина", "хвилини", "хвилин"],
};

static BE: Conventions = Conventions {
    weekdays: ["панядзелак", "аўторак", "серада", "чацвер", "пятніца", "субота", "нядзеля"],
    months: [
        "студзеня",
        "лютага",
        "сакавіка",
        "красавіка",
        "мая",
        "чэрвеня",
        "ліпеня",
        "жніўня",
        "верасня",
        "кастрычніка",
        "лістапада",
        "снежня",
    ],
    date: "E, d M y г.",
    twelve_hours: false,
    group: ' ',
    point: ',',
    grouped_from: 5,
    currency_first: false,
    plural: Plural::Slavic,
    days: ["суткі", "сутак", "сутак"],
    hours: ["гадзіна", "гадзіны", "гадзін"],
    minutes: ["хвіліна", "хвіліны", "хвілін"],
};

static DE: Conventions = Conventions {
    weekdays: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    date: "E, d. M y",
    twelve_hours: false,
    group: '.',
    point: ',',
    grouped_from: 4,
    currency_first: false,
    plural: Plural::OneOther,
    days: ["Tag", "Tage", "Tage"],
    hours: ["Stunde", "Stunden", "Stunden"],
    minutes: ["Minute", "Minuten", "Minuten"],
};

static UZ: Conventions = Conventions {
    weekdays: ["dushanba", "seshanba", "chorshanba", "payshanba", "juma", "shanba", "yakshanba"],
    months: [
        "yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avgust", "sentabr", "oktabr", "noyabr", "dekabr",
    ],
    date: "E, d-M, y",
    twelve_hours: false,
    group: ' ',
    point: ',',
    grouped_from: 4,
    currency_first: false,
    plural: Plural::OneOther,
    days: ["kun", "kun", "kun"],
    hours: ["soat", "soat", "soat"],
    minutes: ["daqiqa", "daqiqa", "daqiqa"],
};

static HY: Conventions = Conventions {
    weekdays: ["երկուշաբթի", "երեքշաբթի", "չորեքշաբթի", "հինգշաբթի", "ուրբաթ", "շաբաթ", "կիրակի"],
    months: [
        "հունվարի",
        "փետրվարի",
        "մարտի",
        "ապրիլի",
        "մայիսի",
        "հունիսի",
        "հուլիսի",
        "օգոստոսի",
        "սեպտեմբերի",
        "հոկտեմբերի",
        "նոյեմբերի",
        "դեկտեմբերի",
    ],
    date: "y թ. M d, E",
    twelve_hours: false,
    group: ' ',
    point: ',',
    grouped_from: 5,
    currency_first: false,
    plural: Plural::OneOther,
    days: ["օր", "օր", "օր"],
    hours: ["ժամ", "ժամ", "ժամ"],
    minutes: ["րոպե", "րոպե", "րոպե"],
};

static KA: Conventions = Conventions {
    weekdays: ["ორშაბათი", "სამშაბათი", "ოთხშაბათი", "ხუთშაბათი", "პარასკევი", "შაბათი", "კვირა"],
    months: [
        "იანვარი",
        "თებერვალი",
        "მარტი",
        "აპრილი",
        "მაისი",
        "ივნისი",
        "ივლისი",
        "აგვისტო",
        "სექტემბერი",
        "ოქტომბერი",
        "ნოემბერი",
        "დეკემბერი",
    ],
    date: "E, D M, y",
    twelve_hours: false,
    group: ' ',
    point: ',',
    grouped_from: 5,
    currency_first: false,
    plural: Plural::OneOther,
    days: ["დღე", "დღე", "დღე"],
    hours: ["საათი", "საათი", "საათი"],
    minutes: ["წუთი", "წუთი", "წუთი"],
};

static TR: Conventions = Conventions {
    weekdays: ["Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar"],
    months: [
        "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık",
    ],
    date: "d M y E",
    twelve_hours: false,
    group: '.',
    point: ',',
    grouped_from: 4,
    currency_first: true,
    plural: Plural::OneOther,
    days: ["gün", "gün", "gün"],
    hours: ["saat", "saat", "saat"],
    minutes: ["dakika", "dakika", "dakika"],
};
