//! What holds for every text, not only for the ones we thought of.

use proptest::prelude::*;

use super::text::fold;
use super::*;

/// Normalising again changes nothing, and what comes out is clean.
fn check(kind: Kind, raw: &str) {
    let Ok(once) = normalise(kind, raw) else { return };
    assert_eq!(normalise(kind, &once.text), Ok(once.clone()), "{kind:?} {raw:?}");
    assert!(!once.text.chars().any(|c| c.is_control() || c.is_whitespace()), "{raw:?}");
    let ats = usize::from(kind == Kind::Email);
    assert_eq!(once.text.matches('@').count(), ats, "{kind:?} {raw:?}");
    assert_eq!(once.skeleton.is_some(), kind == Kind::Username);
    // A sign-in field that takes every kind must find it again.
    if kind != Kind::Username || !raw.trim().starts_with('+') {
        assert_eq!(guess(&once.text), kind, "{raw:?}");
    }
}

#[test]
fn folding_again_changes_nothing_for_any_character() {
    for c in '\0'..=char::MAX {
        let once = fold(&c.to_string());
        assert_eq!(fold(&once), once, "U+{:04X}", u32::from(c));
    }
}

#[test]
fn every_character_in_a_name_is_refused_or_settles() {
    for c in ('\0'..='\u{1ffff}').chain('\u{e0000}'..='\u{e01ff}') {
        check(Kind::Username, &format!("{c}a"));
        check(Kind::Username, &format!("a{c}"));
        check(Kind::Email, &format!("a{c}@example.com"));
        check(Kind::Email, &format!("a@b{c}.com"));
        check(Kind::Phone, &format!("+44207946{c}000"));
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_or_settles(raw: String) {
        for kind in Kind::ALL {
            check(kind, &raw);
        }
        let _ = guess(&raw);
    }

    #[test]
    fn any_short_name_is_refused_or_settles(raw in "[\\p{L}\\p{M}\\p{N}._-]{2,12}") {
        check(Kind::Username, &raw);
    }

    #[test]
    fn any_address_is_refused_or_settles(
        raw in "[\\p{L}\\p{M}\\p{N}.+_-]{1,12}@[\\p{L}\\p{M}\\p{N}-]{1,12}\\.[a-zA-Z]{2,6}",
    ) {
        check(Kind::Email, &raw);
    }

    #[test]
    fn case_never_makes_another_account(raw in "[a-zA-Z0-9][a-zA-Z0-9._-]{1,30}") {
        let text = |raw: &str| normalise(Kind::Username, raw).map(|n| n.text);
        prop_assert_eq!(text(&raw), text(&raw.to_uppercase()));
        prop_assert_eq!(text(&raw), text(&raw.to_lowercase()));
    }
}
