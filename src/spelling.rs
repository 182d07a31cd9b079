//! How alike two names are: what somebody mistyped is told from what there is.

/// Characters: no name that is worth comparing is longer.
const LONGEST: usize = 64;

/// How many characters must be replaced, added, left out, or swapped with their neighbour to make one name of the other
/// (the optimal string alignment distance); [`usize::MAX`] where one is too long to be a name.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let (Some(a), Some(b)) = (Letters::of(a), Letters::of(b)) else { return usize::MAX };
    let (a, b) = (a.all(), b.all());
    // Rows of the table of distances between beginnings; the row before the last is needed for what was swapped.
    let (mut before, mut last, mut row) = ([0; LONGEST + 1], [0; LONGEST + 1], [0; LONGEST + 1]);
    for (length, entry) in last.iter_mut().enumerate() {
        *entry = length;
    }
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or_default();
    let mut previous = None;
    for (i, x) in a.iter().enumerate() {
        let mut left = i + 1;
        row[0] = left;
        for (j, (y, entry)) in b.iter().zip(&mut row[1..]).enumerate() {
            let replaced = at(&last, j) + usize::from(x != y);
            left = replaced.min(at(&last, j + 1) + 1).min(left + 1);
            let swapped = j.checked_sub(1).filter(|k| previous == Some(y) && b.get(*k) == Some(x));
            if let Some(k) = swapped {
                left = left.min(at(&before, k) + 1);
            }
            *entry = left;
        }
        (before, last, row) = (last, row, before);
        previous = Some(x);
    }
    at(&last, b.len())
}

/// A name's characters. They and the rows stand on the stack: names are compared by the thousand.
struct Letters {
    letters: [char; LONGEST],
    length: usize,
}

impl Letters {
    /// `None` where it is too long to be a name.
    fn of(name: &str) -> Option<Self> {
        let mut own = Self { letters: ['\0'; LONGEST], length: 0 };
        for letter in name.chars() {
            *own.letters.get_mut(own.length)? = letter;
            own.length += 1;
        }
        Some(own)
    }

    fn all(&self) -> &[char] {
        self.letters.get(..self.length).unwrap_or_default()
    }
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
