//! Password strength: a password must be long enough and hard to guess.

use app::i18n::PasswordFault;
use zxcvbn::{Score, feedback::Warning, zxcvbn};

/// The fewest characters of a password.
const SHORTEST: usize = 12;
/// The most bytes of a password.
pub(super) const LONGEST: usize = 1024;
/// The number of characters that are judged. The work grows with the square of the length, and a password with a strong
/// beginning is strong.
const JUDGED: usize = 64;
/// The shortest piece of the address that counts as the person's own. Shorter pieces occur in too many words.
const SHORTEST_PIECE: usize = 4;

/// The letters of the Russian keyboard layout, in the order of the Latin keys. Typing a common password with the other
/// layout does not make it stronger.
const RUSSIAN: &str = "ёйцукенгшщзхъфывапролджэячсмитьбю";
const LATIN: &str = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";

/// Judges a password for the account with this address.
pub(super) fn judge(password: &str, email: &str) -> Result<(), PasswordFault> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordFault::Short);
    }
    if password.len() > LONGEST {
        return Err(PasswordFault::Long);
    }
    let judged: String = password.chars().take(JUDGED).collect();
    let own: Vec<String> = email
        .split(['@', '.', '-', '_', '+'])
        .chain(email.split('@'))
        .chain([email, "hookgram"])
        .filter(|piece| piece.chars().count() >= SHORTEST_PIECE)
        .map(|piece| piece.chars().take(JUDGED).collect::<String>().to_lowercase())
        .collect();
    let inputs: Vec<&str> = own.iter().map(String::as_str).collect();
    let keys = as_latin_keys(&judged);
    for text in [Some(judged.as_str()), keys.as_deref()].into_iter().flatten() {
        let found = zxcvbn(text, &inputs);
        if found.score() < Score::Three {
            let lower = text.to_lowercase();
            let is_own = own.iter().any(|piece| lower.contains(piece));
            return Err(if is_own {
                PasswordFault::Own
            } else {
                reason(found.feedback().and_then(|said| said.warning()))
            });
        }
    }
    Ok(())
}

fn reason(warning: Option<Warning>) -> PasswordFault {
    match warning {
        Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess) => {
            PasswordFault::Keys
        }
        Some(Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess) => {
            PasswordFault::Repeats
        }
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword
            | Warning::ThisIsSimilarToACommonlyUsedPassword,
        ) => PasswordFault::Common,
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => PasswordFault::Sequence,
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => PasswordFault::Dates,
        Some(
            Warning::AWordByItselfIsEasyToGuess
            | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => PasswordFault::Word,
        None => PasswordFault::Guessable,
    }
}

/// The text that the same keys type in the Latin layout; `None` if the text has no Russian letter.
fn as_latin_keys(text: &str) -> Option<String> {
    let key = |letter: char| RUSSIAN.chars().position(|known| known == letter).and_then(|at| LATIN.chars().nth(at));
    let lower = text.to_lowercase();
    lower
        .chars()
        .any(|letter| key(letter).is_some())
        .then(|| lower.chars().map(|letter| key(letter).unwrap_or(letter)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessable_passwords_are_rejected_with_a_reason() {
        for (password, expected) in [
            ("одиннадцать", Err(PasswordFault::Short)),
            ("aaaaaaaaaaaaaaaa", Err(PasswordFault::Repeats)),
            ("abcabcabcabcabc", Err(PasswordFault::Repeats)),
            ("qwertyuiop[]", Err(PasswordFault::Keys)),
            ("йцукенгшщзхъ", Err(PasswordFault::Keys)),
            ("парольпароль", Err(PasswordFault::Repeats)),
            ("olga.petrova1", Err(PasswordFault::Own)),
            ("hookgram2026", Err(PasswordFault::Own)),
            ("correct horse battery", Ok(())),
            ("another, longer one", Ok(())),
            ("корова лампа окно 12", Ok(())),
            ("двенадцать слов у моря", Ok(())),
            ("vR7-kq2_Lz9!w", Ok(())),
        ] {
            assert_eq!(judge(password, "olga.petrova@example.com"), expected, "{password}");
        }
    }

    #[test]
    fn password_length_is_counted_in_characters_and_bounded_in_bytes() {
        assert_eq!(judge(&"x".repeat(1025), "a@b.c"), Err(PasswordFault::Long));
        let long = "корова лампа окно ".repeat(30);
        assert!(long.len() < LONGEST && long.chars().count() > JUDGED);
        assert_eq!(judge(&long, "a@b.c"), Ok(()));
    }
}
