//! "Did you mean": the known name that is closest to an unknown one.

/// The known name that takes the fewest changes, when it takes few.
pub(crate) fn nearest<'k>(
    unknown: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let few = unknown.chars().count().div_ceil(3).min(MAX_CHANGES);
    let measured = known.into_iter().map(|name| (changes(unknown, name), name));
    measured.filter(|(changes, _)| *changes <= few).min().map(|(_, name)| name)
}

/// Characters to insert, delete, replace or swap; Damerau and Levenshtein.
fn changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    let mut last = None;
    for (nth, letter) in from.chars().enumerate() {
        let mut next = vec![nth + 1];
        for (place, other) in to.iter().enumerate() {
            let at =
                |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&row, place) + usize::from(letter != *other);
            let mut best = replaced.min(at(&row, place + 1) + 1).min(at(&next, place) + 1);
            let back = place.checked_sub(1).and_then(|before| to.get(before));
            if last == Some(*other) && back == Some(&letter) {
                best = best.min(at(&before, place - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(letter);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

/// More changes than this make another name, not a misspelt one.
const MAX_CHANGES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["posts:publish", "posts:view", "users:view"];
        for (unknown, near) in [
            ("posts:pubish", Some("posts:publish")),
            ("posts:veiw", Some("posts:view")),
            ("user:view", Some("users:view")),
            ("invoices:pay", None),
            ("", None),
            ("pösts:view", Some("posts:view")),
        ] {
            assert_eq!(nearest(unknown, known), near, "{unknown}");
        }
        assert_eq!((changes("ab", "ba"), changes("", "abc"), changes("abc", "")), (1, 3, 3));
    }
}
