// Writes the output of Node's Intl (ICU) for the supported locales. `src/message/locale/cldr.rs` compares with it.
// Usage:
//
//     node tests/cldr/generate.mjs > tests/cldr/intl.json
//
// The contract's deviations (§5) are applied here: only ASCII spaces, whole amounts without a fraction, AM or PM at both
// ends of a range, 24-hour times and ranges without additional words.

const LOCALES = ["ru-RU", "en-US", "kk-KZ", "uk-UA", "be-BY", "de-DE", "uz-UZ", "hy-AM", "ka-GE", "tr-TR"];
const CURRENCIES = Intl.supportedValuesOf("currency");
const AMOUNTS = ["1", "10.5", "999", "1500", "1234.5", "12345.675", "1234567.891", "-500", "-0.75", "1000000"];
const NUMBERS = ["2", "2.5", "0.001", "1000", "1500", "9999", "10000", "1234567.891", "-3"];
const COUNTS = [1, 2, 3, 4, 5, 10, 11, 12, 14, 20, 21, 22, 25, 59, 100, 101, 111, 112, 121, 1000, 1001, 12345];

const plain = (text) => text.replace(/[\u00a0\u2007\u2009\u202f]/g, " ");

const date = (locale, at) => plain(new Intl.DateTimeFormat(locale, { dateStyle: "full", timeZone: "UTC" }).format(at));

const time = (locale, at) => plain(new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC" }).format(at));

function money(locale, amount, currency) {
  const options = { style: "currency", currency, roundingMode: "halfExpand" };
  const whole = new Intl.NumberFormat(locale, options).formatToParts(amount).every((part) => part.type !== "fraction" || /^0*$/.test(part.value));
  return plain(new Intl.NumberFormat(locale, whole ? { ...options, maximumFractionDigits: 0 } : options).format(amount));
}

function ofLocale(locale) {
  const dates = {};
  // One day of each month of two years, so that every weekday occurs.
  for (let month = 0; month < 24; month += 1) {
    const at = new Date(Date.UTC(2023 + Math.floor(month / 12), month % 12, 1 + ((month * 5) % 28)));
    dates[at.toISOString().slice(0, 10)] = date(locale, at);
  }
  const times = {};
  for (const [hour, minute] of [[0, 0], [0, 5], [1, 7], [9, 5], [11, 59], [12, 0], [12, 30], [13, 0], [23, 59]]) {
    const text = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
    times[text] = time(locale, new Date(Date.UTC(2024, 4, 8, hour, minute)));
  }
  const amounts = {};
  for (const currency of [...CURRENCIES, "XYZ"]) {
    // Every currency once, and common currencies with every amount.
    const often = ["RUB", "USD", "EUR", "KZT", "UAH", "BYN", "UZS", "AMD", "GEL", "TRY", "JPY", "KWD"].includes(currency);
    for (const amount of often ? AMOUNTS : ["1234.5"]) amounts[`${amount} ${currency}`] = money(locale, amount, currency);
  }
  const numbers = Object.fromEntries(NUMBERS.map((number) => [number, plain(new Intl.NumberFormat(locale).format(number))]));
  const units = {};
  for (const unit of ["day", "hour", "minute"]) {
    const format = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" });
    for (const count of COUNTS) units[`${count} ${unit}`] = plain(format.format(count));
  }
  return { dates, times, amounts, numbers, units };
}

const tables = Object.fromEntries(LOCALES.map((locale) => [locale, ofLocale(locale)]));
console.log(JSON.stringify({ cldr: process.versions.cldr, locales: tables }, null, 1));
