//! What stands in a `<textarea>`.

/// A text as the child of a `<textarea>`: leptos escapes nothing there, so that a text could end the element and go on as
/// markup. In the browser it is a text as it is.
#[must_use]
pub fn area_text(text: String) -> String {
    if cfg!(feature = "ssr") { escaped(&text) } else { text }
}

fn escaped(text: &str) -> String {
    // The first line break after the tag is not read.
    let begin = if text.starts_with(['\n', '\r']) { "\n" } else { "" };
    format!("{begin}{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_ends_the_element() {
        assert_eq!(escaped("</textarea><img src=x>"), "&lt;/textarea>&lt;img src=x>");
        assert_eq!(escaped("&lt;b&gt; & \"c\""), "&amp;lt;b&amp;gt; &amp; \"c\"");
        assert_eq!(escaped("\n\na"), "\n\n\na");
    }
}
