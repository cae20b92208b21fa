//! A policy that is added to another: it speaks of what the other defines, and
//! defines nothing anew.

use super::page::{Table, Word};
use super::{Load, Policy};
use crate::condition::{Kind, Root};
use crate::origin::Origin;
use crate::rules::Rules;
use crate::snapshot::Snapshot;

/// What a policy is added to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// Another policy; nothing of it may be defined again.
    pub policy: Option<&'a Policy>,
    /// Names of roles that are defined elsewhere: neither to be defined again
    /// nor to be spoken of.
    pub roles: &'a [&'a str],
    /// The same of access control lists.
    pub lists: &'a [&'a str],
}

impl<'t> Load<'_, 't> {
    fn other(&self) -> Option<&Snapshot> {
        self.beside.policy.map(Policy::snapshot)
    }

    /// Refuses what would change what the other policy means.
    pub(super) fn fits(&mut self, root: &Table<'t>) {
        if let Some(node) = root.get("dialect")
            && self.page.dialect(root) != self.names.dialect
        {
            let flaw = format!("must be `{}`, as in the policy beside it", self.names.dialect);
            self.page.wrong(node.span().start, flaw);
        }
        let open = self.other().is_some_and(|other| other.catalogue().is_empty());
        if let Some(node) = root.get("permissions").filter(|_| open) {
            let flaw = "would hide the permissions of the policy beside it, which lists none";
            self.page.wrong(node.span().start, flaw);
        }
    }

    /// The rules that come first.
    pub(super) fn first_rules(&mut self, root: &Table<'_>, ordered: bool) -> Rules {
        let mut rules = if ordered { Rules::ordered() } else { Rules::new() };
        let Some(other) = self.beside.policy.map(|policy| policy.snapshot().rules()) else {
            return rules;
        };
        if !other.is_empty() {
            let place = root.get("ordered_rules").or_else(|| root.get("rules"));
            if let Some(node) = place.filter(|_| other.are_ordered() != ordered) {
                let flaw = "needs the same `ordered_rules` as the policy beside it";
                self.page.wrong(node.span().start, flaw);
            }
            rules = other.clone();
        }
        rules
    }

    pub(super) fn is_new_role(&mut self, name: Word<'_>) {
        let other = self.other().and_then(|other| other.role(name.text));
        let there = other.map(|role| role.origin().cloned());
        self.is_new("role", name, there);
        if self.beside.roles.contains(&name.text) {
            self.page.wrong(name.at, format!("role `{}` is stored already", name.text));
        }
    }

    pub(super) fn is_new_scope(&mut self, name: Word<'_>) {
        let there = self.other().is_some_and(|other| other.has_scope(name.text));
        self.is_new("scope", name, there.then_some(None));
    }

    pub(super) fn is_new_list(&mut self, name: Word<'_>) {
        let there = self.other().is_some_and(|other| other.acl(name.text).is_some());
        self.is_new("list", name, there.then_some(None));
        if self.beside.lists.contains(&name.text) {
            self.page.wrong(name.at, format!("list `{}` is stored already", name.text));
        }
    }

    pub(super) fn is_new_item(&mut self, name: Word<'_>) {
        let there = self.other().is_some_and(|other| other.items().kind(name.text).is_some());
        self.is_new("item", name, there.then_some(None));
    }

    pub(super) fn is_new_type(&mut self, name: Word<'_>) {
        let there = self.other().is_some_and(|other| other.model().has_type(name.text));
        self.is_new("type", name, there.then_some(None));
    }

    pub(super) fn is_same_kind(&mut self, owner: Root, attribute: Word<'_>, kind: Kind) {
        let before = self.names.attributes.declared(owner, attribute.text);
        if let Some(before) = before.filter(|before| *before != kind) {
            let flaw = format!("attribute `{}` is declared as {}", attribute.text, before.name());
            self.page.wrong(attribute.at, flaw);
        }
    }

    /// Refuses a name that the other policy defines; `there` if it does, with
    /// the place if that is known.
    fn is_new(&mut self, what: &str, name: Word<'_>, there: Option<Option<Origin>>) {
        let Some(origin) = there else { return };
        let place = origin.map_or_else(|| "beside it".to_owned(), |origin| origin.to_string());
        let flaw = format!("{what} `{}` is defined already: {place}", name.text);
        self.page.wrong(name.at, flaw);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "version = 1\n[permissions]\nposts = [\"view\", \"edit\"]\n\
        [roles]\nreader = { allow = [\"posts:view\"] }\n\
        [acl.wall]\nentries = [\"allow everyone posts:view\"]\n\
        [[rules]]\nid = \"calm\"\nforbid = [\"posts:edit\"]\nwhen = \"context has storm\"\n";

    fn beside(text: &str) -> Result<Policy, String> {
        let first = Policy::parse("first.toml", FIRST).unwrap();
        let beside = Beside { policy: Some(&first), roles: &["stored"], lists: &["kept"] };
        Policy::parse_beside(beside, "second.toml", text).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn what_is_beside_may_be_spoken_of_and_both_decide() {
        let whole = beside(
            "version = 1\n[roles]\nwriter = { inherits = [\"reader\"], allow = [\"posts:edit\"] }\n\
             [[test]]\nas = { roles = [\"writer\"] }\nallow = [\"posts:view\", \"posts:edit\"]\n\
             [[test]]\nas = { roles = [\"writer\"] }\ncontext = { storm = true }\n\
             deny = [\"posts:edit\"]\n",
        )
        .unwrap();
        let report = whole.test();
        assert!(report.passed(), "{}", report.tap());
    }

    #[test]
    fn what_is_beside_is_not_defined_again() {
        for (text, flaw) in [
            ("[roles]\nreader = {}", "3:1  role `reader` is defined already: first.toml:5"),
            ("[roles]\nstored = {}", "3:1  role `stored` is stored already"),
            ("[limits.reader]\nx = 1", "2:9  role `reader` is defined already: first.toml:5"),
            ("[acl.wall]\nentries = []", "2:6  list `wall` is defined already: beside it"),
            ("[acl.kept]\nentries = []", "2:6  list `kept` is stored already"),
            ("[[rules]]\nid = \"calm\"\nallow = [\"posts:edit\"]", "2:1  has a second rule `calm`"),
            ("ordered_rules = true", "2:17  needs the same `ordered_rules`"),
            ("dialect = \"shiro\"", "2:11  must be `keyward`"),
            ("[roles]\na = { allow = [\"posts:veiw\"] }", "did you mean `posts:view`?"),
            ("[roles]\na = { inherits = [\"stored\"] }", "3:20  unknown role `stored`"),
        ] {
            let mistakes = beside(&format!("version = 1\n{text}\n")).unwrap_err();
            assert!(mistakes.contains(flaw), "{text}: {mistakes}");
        }
    }

    #[test]
    fn a_catalogue_hides_nothing_that_is_beside() {
        let open = Policy::parse("first.toml", "version = 1\n").unwrap();
        let beside = Beside { policy: Some(&open), ..Beside::default() };
        let text = "version = 1\n[permissions]\nposts = [\"view\"]\n";
        let mistakes = Policy::parse_beside(beside, "second.toml", text).unwrap_err();
        assert!(mistakes.to_string().contains("2:1  would hide"), "{mistakes}");
    }
}
