//! Time-based one-time codes (RFC 6238) as authenticator apps compute them: SHA-1, six digits, a step of 30 s.

use std::fmt;

use data_encoding::BASE32_NOPAD_NOCASE as BASE32;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::Sha1;

use crate::{secrets::codes, time::Millis};

const STEP: Millis = 30_000;
/// The number of accepted steps before and after the current one, because clocks differ and typing takes time.
const AROUND: i64 = 1;
/// Bytes of a secret: the length of a SHA-1 hash (RFC 4226 §4).
const BYTES: usize = 20;

/// The secret that is shared with an authenticator app.
#[derive(Clone)]
pub struct Totp(Vec<u8>);

impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Totp(…)")
    }
}

impl Totp {
    /// Makes a new secret.
    #[must_use]
    pub fn new() -> Self {
        let mut secret = vec![0; BYTES];
        codes::fill(&mut secret);
        Self(secret)
    }

    /// Reads base32 (RFC 4648 §6) without padding.
    #[must_use]
    pub fn from_base32(text: &SecretString) -> Option<Self> {
        let secret = BASE32.decode(text.expose_secret().as_bytes()).ok()?;
        (!secret.is_empty()).then_some(Self(secret))
    }

    /// The secret in base32, for [`Totp::from_base32`] and for typing into an app.
    #[must_use]
    pub fn base32(&self) -> SecretString {
        BASE32.encode(&self.0).into()
    }

    /// The URI that an app reads from a QR code (Key Uri Format).
    #[must_use]
    pub fn uri(&self, account: &str) -> SecretString {
        let (account, secret) = (hookgram::query::encode(account), self.base32());
        format!("otpauth://totp/Hookgram:{account}?secret={}&issuer=Hookgram", secret.expose_secret()).into()
    }

    /// The step of a typed code, if the code is right and the step is near `now` and newer than `last`. White space in
    /// the code is ignored.
    #[must_use]
    pub fn step_of(&self, typed: &str, now: Millis, last: i64) -> Option<i64> {
        let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
        if typed.len() != 6 || !typed.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let typed: u32 = typed.parse().ok()?;
        let present = now.div_euclid(STEP);
        // Every code is computed, so that the duration reveals nothing.
        let known: Vec<(i64, u32)> =
            (present - AROUND..=present + AROUND).filter_map(|step| Some((step, self.code(step)?))).collect();
        known.into_iter().filter(|(step, code)| *code == typed && *step > last).map(|(step, _)| step).next_back()
    }

    /// The code at a time, as an app shows it.
    #[must_use]
    pub fn code_at(&self, at: Millis) -> Option<String> {
        self.code(at.div_euclid(STEP)).map(|code| format!("{code:06}"))
    }

    fn code(&self, step: i64) -> Option<u32> {
        Some(self.truncated(u64::try_from(step).ok()?)? % 1_000_000)
    }

    /// Dynamic truncation (RFC 4226 §5.3).
    fn truncated(&self, counter: u64) -> Option<u32> {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).ok()?;
        mac.update(&counter.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let offset = usize::from(hash.last()? & 0xf);
        let word: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(word) & 0x7fff_ffff)
    }
}

impl Default for Totp {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc() -> Totp {
        Totp(b"12345678901234567890".to_vec())
    }

    #[test]
    fn codes_match_the_test_vectors_of_rfc_6238() {
        // Appendix B, SHA-1. The codes there have eight digits.
        for (second, expected) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(rfc().truncated(second / 30).unwrap() % 100_000_000, expected, "{second}");
            let six = rfc().code_at(i64::try_from(second).unwrap() * 1000).unwrap();
            assert_eq!(six, format!("{:06}", expected % 1_000_000), "{second}");
        }
    }

    #[test]
    fn a_code_is_accepted_one_step_early_or_late_and_only_once() {
        let now = 1_111_111_109_000;
        let present = now / STEP;
        for (steps, is_taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = rfc().code_at(now + steps * STEP).unwrap();
            assert_eq!(rfc().step_of(&code, now, 0), is_taken.then_some(present + steps), "{steps}");
        }
        let code = rfc().code_at(now).unwrap();
        assert_eq!(rfc().step_of(&format!(" {} {}", &code[..3], &code[3..]), now, 0), Some(present));
        assert_eq!(rfc().step_of(&code, now, present), None, "taken before");
        assert_eq!(rfc().step_of(&code, now, present - 1), Some(present));
        for odd in ["", "12345", "1234567", "12345x", "-12345", "+12345", "１２３４５６"] {
            assert_eq!(rfc().step_of(odd, now, 0), None, "{odd}");
        }
    }

    #[test]
    fn base32_matches_the_test_vectors_of_rfc_4648() {
        for (bytes, text) in
            [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            let totp = Totp(bytes.as_bytes().to_vec());
            assert_eq!(totp.base32().expose_secret(), text);
            assert_eq!(Totp::from_base32(&text.into()).unwrap().0, bytes.as_bytes());
        }
        assert!(Totp::from_base32(&"MZ1".into()).is_none() && Totp::from_base32(&"".into()).is_none());
        assert_eq!(format!("{:?}", rfc()), "Totp(…)");
    }

    #[test]
    fn the_otpauth_uri_names_the_account_and_the_issuer() {
        let uri = rfc().uri("a+b@c.example");
        let expected =
            "otpauth://totp/Hookgram:a%2Bb@c.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Hookgram";
        assert_eq!(uri.expose_secret(), expected);
    }
}
