//! The similarity of two names. It is used to suggest a known name for a mistyped one.

/// The maximum length of a name that is compared, in characters.
const LONGEST: usize = 64;

/// The optimal string alignment distance of two names: the number of characters to replace, insert, delete or swap with
/// their neighbour. [`usize::MAX`] if one of the names is too long.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let is_name = |text: &str| text.chars().nth(LONGEST).is_none();
    if is_name(a) && is_name(b) { strsim::osa_distance(a, b) } else { usize::MAX }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_spelling_mistake_adds_one_to_the_distance() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("hide_adress", "hide_address", 1),
            ("hide_addresss", "hide_address", 1),
            ("hide_addrass", "hide_address", 1),
            ("hide_adderss", "hide_address", 1),
            ("ba", "ab", 1),
            ("abc", "cab", 2),
            ("kitten", "sitting", 3),
            ("москва", "омсква", 1),
            ("abcd", "badc", 2),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
        assert_eq!(distance(&"a".repeat(65), "a"), usize::MAX);
        assert_eq!(distance(&"a".repeat(64), "a"), 63);
    }

    proptest! {
        #[test]
        fn the_distance_is_symmetric_and_zero_only_for_equal_names(a in "[abcя]{0,8}", b in "[abcя]{0,8}") {
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
            let (most, least) = (a.chars().count().max(b.chars().count()), a.chars().count().abs_diff(b.chars().count()));
            prop_assert!((least..=most).contains(&distance(&a, &b)));
        }
    }
}
