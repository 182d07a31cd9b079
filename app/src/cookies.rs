//! The cookies of a request.

use http::{HeaderMap, header};

/// The values of all cookies with this name, in header order: cookies of other paths or domains may have the same name.
/// A value that is not text is skipped.
pub fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The first value of a cookie.
#[must_use]
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    values(headers, name).next()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).expect("a header"));
        }
        headers
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = of(&[b"xtheme=a; theme=dark;theme=light", b" theme =b;\ttheme=;theme;=c"]);
        assert_eq!(values(&headers, "theme").collect::<Vec<_>>(), ["dark", "light", ""]);
        assert_eq!(value(&headers, "xtheme"), Some("a"));
        assert_eq!(value(&headers, "them"), None);
    }

    #[test]
    fn an_unreadable_cookie_does_not_hide_the_others() {
        let headers = of(&[b"name=\xff\xfe; theme=dark; city=\xd0\x9e\xd0\xbc\xd1\x81\xd0\xba"]);
        assert_eq!(value(&headers, "theme"), Some("dark"));
        assert_eq!(value(&headers, "city"), Some("Омск"));
        assert_eq!(value(&headers, "name"), None);
    }
}
