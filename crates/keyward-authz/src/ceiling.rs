//! What a credential may at most do, whoever holds it.

use crate::catalogue::{Catalogue, PermissionSet};
use crate::dialect::Dialect;
use crate::error::BadPermission;
use crate::pattern::Pattern;
use crate::permission::Permission;

/// What something may at most do: a token's scopes, an API key's boundary, a
/// tenant's. It never gives anything. No ceiling is no limit; one without
/// patterns leaves nothing.
#[derive(Clone, Debug)]
pub struct Ceiling {
    name: Box<str>,
    patterns: Box<[Pattern]>,
}

impl Ceiling {
    /// Reads patterns of the native dialect. The name is for explanations, such
    /// as `scopes`.
    ///
    /// # Errors
    /// When a pattern is not well formed.
    pub fn parse<'a>(
        name: &str,
        patterns: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, BadPermission> {
        Self::parse_as(Dialect::Keyward, name, patterns)
    }

    /// Reads patterns of this dialect.
    ///
    /// # Errors
    /// When a pattern is not well formed.
    pub fn parse_as<'a>(
        dialect: Dialect,
        name: &str,
        patterns: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, BadPermission> {
        let patterns = patterns.into_iter().map(|pattern| Pattern::parse_as(dialect, pattern));
        Ok(Self { name: name.into(), patterns: patterns.collect::<Result<_, _>>()? })
    }

    pub(crate) fn of(name: &str, patterns: impl IntoIterator<Item = Pattern>) -> Self {
        Self { name: name.into(), patterns: patterns.into_iter().collect() }
    }

    /// Whether the permission lies below it. Allocates nothing.
    pub fn contains(&self, wanted: &Permission) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(wanted))
    }

    /// What of the catalogue lies below it, to narrow a [`PermissionSet`] with.
    pub fn set(&self, catalogue: &Catalogue) -> PermissionSet {
        PermissionSet::covered(catalogue, &self.patterns)
    }

    /// Its patterns.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.patterns.iter()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Whether all required scopes are held. Scopes are opaque words; none required
/// is always met.
pub fn has_scopes(held: &[&str], required: &[&str]) -> bool {
    required.iter().all(|scope| held.contains(scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_contains_what_its_patterns_cover() {
        let ceiling = Ceiling::parse("scopes", ["posts:view", "tags:*"]).unwrap();
        for (wanted, contained) in [("posts:view", true), ("posts:edit", false), ("tags:x", true)] {
            let wanted = Permission::parse(wanted).unwrap();
            assert_eq!(ceiling.contains(&wanted), contained, "{wanted}");
            assert!(!Ceiling::parse("scopes", []).unwrap().contains(&wanted));
        }
    }

    // Answers of Starlette's `has_required_scope`.
    #[test]
    fn all_required_scopes_must_be_held() {
        for (required, held, met) in [
            (&[][..], &[][..], true),
            (&["authenticated"], &[], false),
            (&["authenticated"], &["authenticated"], true),
            (&["authenticated", "admin"], &["authenticated"], false),
            (&["admin"], &["admin", "authenticated"], true),
            (&["Admin"], &["admin"], false),
        ] {
            assert_eq!(has_scopes(held, required), met, "{held:?} {required:?}");
        }
    }
}
