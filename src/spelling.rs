//! How alike two names are: what somebody mistyped is told from what there is.

/// Characters: no name that is worth comparing is longer.
const LONGEST: usize = 64;

/// How many characters must be replaced, added, left out, or swapped with their neighbour to make one name of the other
/// (the optimal string alignment distance); [`usize::MAX`] where one is too long to be a name.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (letters(a), letters(b));
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    // Rows of the table of distances between beginnings; the row before the last is needed for what was swapped.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, j) + usize::from(x != y);
            let mut least = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = j.checked_sub(1).filter(|k| previous == Some(y) && b.get(*k) == Some(x));
            if let Some(k) = swapped {
                least = least.min(at(&before, k) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
        previous = Some(x);
    }
    last.last().copied().unwrap_or_default()
}

/// As many as decide that a name is too long.
fn letters(name: &str) -> Vec<char> {
    name.chars().take(LONGEST + 1).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn mistakes_are_counted() {
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
        fn it_is_the_same_both_ways_and_nothing_only_for_the_same(a in "[abcя]{0,8}", b in "[abcя]{0,8}") {
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
            let (most, least) = (a.chars().count().max(b.chars().count()), a.chars().count().abs_diff(b.chars().count()));
            prop_assert!((least..=most).contains(&distance(&a, &b)));
        }
    }
}
