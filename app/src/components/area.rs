//! The content of a `<textarea>`.

/// Escapes a text for a `<textarea>` on the server. Leptos does not escape it there, so a text could close the element
/// and continue as markup. In the browser, the text is returned unchanged.
#[must_use]
pub fn area_text(text: String) -> String {
    if cfg!(feature = "ssr") { escaped(&text) } else { text }
}

fn escaped(text: &str) -> String {
    // HTML parsers drop the first line break after the tag, so one is added.
    let begin = if text.starts_with(['\n', '\r']) { "\n" } else { "" };
    format!("{begin}{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_text_cannot_close_the_text_area() {
        assert_eq!(escaped("</textarea><img src=x>"), "&lt;/textarea>&lt;img src=x>");
        assert_eq!(escaped("&lt;b&gt; & \"c\""), "&amp;lt;b&amp;gt; &amp; \"c\"");
        assert_eq!(escaped("\n\na"), "\n\n\na");
    }
}
