//! Numeric limits per role, such as requests per minute. The engine only knows
//! them; whoever counts enforces them.

use std::collections::BTreeMap;

/// The limits of all roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(BTreeMap<Box<str>, BTreeMap<Box<str>, Limit>>);

/// One limit. Both kinds are exclusive, as in authnzerver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A value must be less than this.
    Below(i64),
    /// A value must be more than this.
    Above(i64),
}

impl Limit {
    /// Whether the value keeps within the limit.
    pub fn admits(self, value: i64) -> bool {
        match self {
            Limit::Below(limit) => value < limit,
            Limit::Above(limit) => value > limit,
        }
    }

    /// The one that leaves more room.
    fn wider(self, other: Self) -> Self {
        match (self, other) {
            (Limit::Below(a), Limit::Below(b)) => Limit::Below(a.max(b)),
            (Limit::Above(a), Limit::Above(b)) => Limit::Above(a.min(b)),
            // A policy should not mix kinds under one name; the first stays.
            (first, _) => first,
        }
    }
}

impl Limits {
    /// Starts without limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a limit of a role.
    pub fn set(&mut self, role: &str, name: &str, limit: Limit) -> &mut Self {
        self.0.entry(role.into()).or_default().insert(name.into(), limit);
        self
    }

    /// The limit of a subject with these roles: the widest of theirs. Nothing
    /// when none of them has one of this name, which is then no limit.
    pub fn of<'a>(&self, roles: impl IntoIterator<Item = &'a str>, name: &str) -> Option<Limit> {
        let limits = roles.into_iter().filter_map(|role| self.0.get(role)?.get(name).copied());
        limits.reduce(Limit::wider)
    }

    /// Every limit of a subject with these roles, by name: the widest of theirs.
    pub fn all<'a>(&self, roles: impl IntoIterator<Item = &'a str>) -> BTreeMap<&str, Limit> {
        let mut all: BTreeMap<&str, Limit> = BTreeMap::new();
        for (name, limit) in roles.into_iter().filter_map(|role| self.0.get(role)).flatten() {
            let widest = all.get(&**name).map_or(*limit, |known| known.wider(*limit));
            all.insert(name, widest);
        }
        all
    }

    /// Whether a subject with these roles may have this value.
    pub fn admit<'a>(
        &self,
        roles: impl IntoIterator<Item = &'a str>,
        name: &str,
        value: i64,
    ) -> bool {
        self.of(roles, name).is_none_or(|limit| limit.admits(value))
    }

    /// The same for a value as text, of which the whole number counts. What is
    /// no number is admitted only where there is no limit.
    pub fn admit_text<'a>(
        &self,
        roles: impl IntoIterator<Item = &'a str>,
        name: &str,
        value: &str,
    ) -> bool {
        let Some(limit) = self.of(roles, name) else { return true };
        let whole = value.split_once('.').map_or(value, |(whole, fraction)| {
            let plain = fraction.bytes().all(|byte| byte.is_ascii_digit());
            if plain { whole } else { value }
        });
        whole.parse().is_ok_and(|value| limit.admits(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        let mut limits = Limits::new();
        limits.set("guest", "per_minute", Limit::Below(60));
        limits.set("staff", "per_minute", Limit::Below(600));
        limits.set("staff", "key_bits", Limit::Above(127)).set("root", "key_bits", Limit::Above(0));
        limits
    }

    #[track_caller]
    fn check(roles: &[&str], name: &str, value: i64, admitted: bool) {
        let got = limits().admit(roles.iter().copied(), name, value);
        assert_eq!(got, admitted, "{roles:?} {name} {value}");
    }

    #[test]
    fn a_limit_is_exclusive() {
        check(&["guest"], "per_minute", 59, true);
        check(&["guest"], "per_minute", 60, false);
        check(&["staff"], "key_bits", 128, true);
        check(&["staff"], "key_bits", 127, false);
    }

    #[test]
    fn of_a_text_the_whole_number_counts() {
        for (name, text, admitted) in [
            ("per_minute", "59", true),
            ("per_minute", "59.9", true),
            ("per_minute", "60.1", false),
            ("per_minute", "many", false),
            ("per_minute", "5.x", false),
            ("per_year", "many", true),
        ] {
            assert_eq!(limits().admit_text(["guest"], name, text), admitted, "{name} {text}");
        }
    }

    #[test]
    fn several_roles_have_the_widest_of_theirs() {
        check(&["guest", "staff"], "per_minute", 599, true);
        check(&["staff", "root"], "key_bits", 1, true);
    }

    #[test]
    fn all_limits_are_those_of_each_name() {
        let (limits, roles) = (limits(), ["guest", "staff", "root", "ghost"]);
        let all = limits.all(roles);
        assert_eq!(all.keys().copied().collect::<Vec<_>>(), ["key_bits", "per_minute"]);
        for (name, limit) in all {
            assert_eq!(limits.of(roles, name), Some(limit), "{name}");
        }
    }

    #[test]
    fn what_has_no_limit_is_not_limited() {
        check(&["guest"], "per_year", i64::MAX, true);
        check(&[], "per_minute", i64::MAX, true);
    }
}
