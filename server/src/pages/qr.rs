//! QR codes, as the path of an SVG.

use std::fmt::Write as _;

use app::views::QrCode;
use qrcodegen::{QrCode as Code, QrCodeEcc};

/// The quiet zone around a code, in modules.
const QUIET: i32 = 4;

/// Encodes a text as a QR code that stays readable with a seventh of it damaged; `None` if the text is too long.
pub(super) fn code(text: &str) -> Option<QrCode> {
    let code = Code::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).fold(0, |length, _| length + 1);
            if length > 0 {
                // Writing to a string cannot fail.
                _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
            }
            x += length + 1;
        }
    }
    Some(QrCode { size: code.size() + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_has_exactly_the_dark_modules_of_the_qr_code() {
        let text = "https://hooks.example.com/h/k7Rm2Qx9TvB4nWpL";
        let drawn = code(text).unwrap();
        let code = Code::encode_text(text, QrCodeEcc::Medium).unwrap();
        assert_eq!(drawn.size, code.size() + 8);
        let mut dark = Vec::new();
        for run in drawn.path.split('M').skip(1) {
            let (place, rest) = run.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            let (x, y, length): (i32, i32, i32) = (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            dark.extend((x..x + length).map(|x| (x - 4, y - 4)));
        }
        let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        assert_eq!(dark, all.filter(|(x, y)| code.get_module(*x, *y)).collect::<Vec<_>>());
    }

    #[test]
    fn a_text_that_is_too_long_has_no_qr_code() {
        assert_eq!(code(&"x".repeat(5_000)), None);
    }
}
