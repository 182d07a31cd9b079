//! Describes a browser and its system from the `User-Agent`, well enough to distinguish a person's own devices.

/// Browsers by a part of their `User-Agent`. The first match counts, because most browsers also name other browsers.
const BROWSERS: [(&str, &str); 12] = [
    ("YaBrowser/", "Yandex Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("AppleWebKit/", "Safari"),
];

const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("Linux", "Linux"),
];

/// The browser and the system, as in `Firefox, Windows`. An unknown one is left out; empty if neither is known.
#[must_use]
pub fn device(user_agent: &str) -> String {
    let known =
        |list: &[(&str, &'static str)]| list.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name);
    [known(&BROWSERS), known(&SYSTEMS)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_recognised_by_their_user_agent() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (user_agent, expected) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(), "Firefox, Windows"),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/142.0 Safari/537.36"), "Chrome, Windows"),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/142.0 Safari/537.36 Edg/142.0"), "Edge, Windows"),
            (format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/140.0 YaBrowser/25.10 Safari/537.36"), "Yandex Browser, Windows"),
            (format!("Mozilla/5.0 (X11; Linux x86_64) {webkit} Chrome/142.0 Safari/537.36 OPR/124.0"), "Opera, Linux"),
            (format!("Mozilla/5.0 (Linux; Android 10; K) {webkit} Chrome/142.0 Mobile Safari/537.36"), "Chrome, Android"),
            (format!("Mozilla/5.0 (Linux; Android 14; SM-S911B) {webkit} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36"), "Samsung Internet, Android"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15".to_owned(), "Safari, macOS"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1".to_owned(), "Chrome, iPhone"),
            ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15".to_owned(), "Firefox, iPad"),
            (format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {webkit} Chrome/142.0 Safari/537.36"), "Chrome, ChromeOS"),
            ("curl/8.14.1".to_owned(), "curl"),
            ("something else".to_owned(), ""),
            (String::new(), ""),
        ] {
            assert_eq!(device(&user_agent), expected, "{user_agent}");
        }
    }
}
