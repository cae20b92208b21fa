//! Versions of definitions that no counter of their own goes with: what says the
//! same has the same.

use super::{Definitions, RoleRule};
use crate::crypto::token::digest_bytes;

impl Definitions {
    /// The version of a role: what it is for, what it inherits and what it says.
    pub fn role_version(&self, name: &str) -> Option<i64> {
        let role = self.roles.iter().find(|role| role.name == name)?;
        let mut rules: Vec<&RoleRule> = self.rules.iter().filter(|r| r.role == name).collect();
        rules.sort_unstable_by_key(|rule| (rule.effect, &rule.pattern));
        let rules = rules.iter().flat_map(|rule| [effect(rule), rule.pattern.as_str()]);
        let inherits = role.inherits.iter().flat_map(|parent| ["inherits", parent.as_str()]);
        Some(version(
            [role.name.as_str(), &role.description].into_iter().chain(inherits).chain(rules),
        ))
    }

    /// The version of a group: who is meant and what it gives.
    pub fn group_version(&self, name: &str) -> Option<i64> {
        let group = self.groups.iter().find(|group| group.name == name)?;
        let roles = group.roles.iter().map(String::as_str);
        Some(version([group.name.as_str(), &group.description].into_iter().chain(roles)))
    }

    /// The version of a set of exclusive roles.
    pub fn exclusive_version(&self, name: &str) -> Option<i64> {
        let set = self.exclusive.iter().find(|set| set.name == name)?;
        let roles = set.roles.iter().map(String::as_str);
        Some(version([set.name.as_str()].into_iter().chain(roles)))
    }
}

fn effect(rule: &RoleRule) -> &'static str {
    match rule.effect {
        keyward_authz::Effect::Allow => "allow",
        keyward_authz::Effect::Deny => "deny",
    }
}

/// 53 bits of a hash over these parts: JSON's numbers hold no more, and whoever
/// makes two texts meet fools nobody but themselves.
fn version<'a>(parts: impl IntoIterator<Item = &'a str>) -> i64 {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&part.len().to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    let hash = digest_bytes(&bytes);
    let first = hash.first_chunk::<8>().copied().unwrap_or_default();
    i64::from_be_bytes(first) & ((1 << 53) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Group, Role};
    use crate::testing::epoch;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn known(inherits: &[&str], patterns: &[&str]) -> Definitions {
        let role = Role {
            name: "editor".into(),
            description: String::new(),
            inherits: names(inherits),
            created_at: epoch(),
        };
        let rule = |pattern: &&str| RoleRule {
            role: "editor".into(),
            effect: keyward_authz::Effect::Allow,
            pattern: (*pattern).to_owned(),
        };
        let rules = patterns.iter().map(rule).collect();
        Definitions { roles: vec![role], rules, ..Definitions::default() }
    }

    #[test]
    fn what_says_the_same_has_the_same_version() {
        let of = |known: Definitions| known.role_version("editor").unwrap();
        let one = of(known(&["viewer"], &["a:b", "c:d"]));
        assert!((0..1 << 53).contains(&one));
        assert_eq!(one, of(known(&["viewer"], &["c:d", "a:b"])), "the order says nothing");
        for other in [
            known(&[], &["a:b", "c:d"]),
            known(&["viewer"], &["a:b"]),
            known(&["viewer", "b"], &["a:b", "c:d"]),
            known(&["viewera"], &[":b", "c:d"]),
        ] {
            assert_ne!(one, of(other));
        }
        assert_eq!(known(&[], &[]).role_version("nobody"), None);
    }

    #[test]
    fn names_do_not_run_together() {
        let of = |roles: &[&str]| {
            let group = Group {
                name: "staff".into(),
                description: String::new(),
                roles: names(roles),
                created_at: epoch(),
            };
            Definitions { groups: vec![group], ..Definitions::default() }.group_version("staff")
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&[]), of(&[""]));
    }
}
