//! What decided, by name and place.

use crate::effect::Decision;
use crate::explain::{Because, Explanation, Needs, WouldAllow};
use crate::origin::Origin;

/// What decided, by name and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedBy {
    /// The block: `roles`, `rules`, `acl`, `items`, `relations`, `custom`; or
    /// `ceilings`, `superuser`, `ban`, `catalogue`.
    pub block: &'static str,
    /// The rule, such as `roles.contractor.deny[0]` or `freeze`.
    pub rule: String,
    /// What it covers, where it is a pattern.
    pub pattern: Option<String>,
    /// Where it stands, when it came from a policy file.
    pub origin: Option<Origin>,
}

impl Because {
    /// Its block and the id of its rule. Nothing when nothing decided.
    pub fn rule_id(&self) -> Option<(&'static str, String)> {
        Some(match self {
            Because::NoMatch => return None,
            Because::Superuser(role) => ("superuser", format!("roles.{role}.superuser")),
            Because::Locked(role) => ("ceilings", format!("roles.{role}.locked")),
            Because::Rule(rule) => ("roles", rule.id.clone()),
            Because::Unreadable(_) => ("roles", "grants".to_owned()),
            Because::OtherDialect => ("catalogue", "dialect".to_owned()),
            Because::UnknownPermission => ("catalogue", "permissions".to_owned()),
            Because::Banned => ("ban", "banned".to_owned()),
            Because::Ceiling(name) => ("ceilings", format!("ceilings.{name}")),
            Because::Conditional { id, .. } => ("rules", id.clone()),
            Because::Acl { name: Some(name), place, .. } => ("acl", format!("acl.{name}[{place}]")),
            Because::Acl { level, place, .. } => ("acl", format!("acl[{level}][{place}]")),
            Because::Items { rule, .. } => ("items", rule.clone()),
            Because::Relations { rule, .. } => ("relations", rule.clone()),
            Because::Custom { place, .. } => ("custom", format!("custom[{place}]")),
        })
    }

    /// What the deciding rule covers, where that is a pattern.
    fn pattern(&self) -> Option<&str> {
        match self {
            Because::Rule(rule) => Some(&rule.pattern),
            Because::Acl { entry, .. } => Some(entry),
            _ => None,
        }
    }

    fn origin(&self) -> Option<&Origin> {
        match self {
            Because::Rule(rule) => rule.origin.as_ref(),
            Because::Conditional { origin, .. }
            | Because::Acl { origin, .. }
            | Because::Items { origin, .. }
            | Because::Relations { origin, .. } => origin.as_ref(),
            _ => None,
        }
    }
}

impl Explanation {
    /// What decided, by name and place. Nothing when no rule covers the question.
    pub fn decided_by(&self) -> Option<DecidedBy> {
        let (block, rule) = self.because.rule_id()?;
        Some(DecidedBy {
            block,
            rule,
            pattern: self.because.pattern().map(str::to_owned),
            origin: self.because.origin().cloned(),
        })
    }

    /// What would change the answer, each a half sentence. Nothing when it is a
    /// yes.
    pub fn to_fix(&self) -> Vec<String> {
        if self.decision == Decision::Allow {
            return Vec::new();
        }
        let mut fixes: Vec<String> = self.fix().into_iter().collect();
        // Nobody is advised to make somebody an administrator before all else.
        let nothing_less = self.helpful().all(|it| it.is_everything)
            && !self.unmet_rules.iter().any(|it| it.effect.allows());
        if self.because == Because::NoMatch && nothing_less {
            fixes.push(format!("allow {} for the subject, or in a role it holds", self.wanted));
        }
        fixes.extend(self.helpful().map(WouldAllow::advice));
        if self.because == Because::NoMatch {
            let allowing = self.unmet_rules.iter().filter(|it| it.effect.allows());
            fixes.extend(allowing.map(|it| {
                let (part, truth) = (&it.unmet.part, !it.unless);
                format!("make `{part}` {truth} ({})", it.id)
            }));
        }
        fixes
    }

    /// What would allow it in the place of what decided: a denial is not lifted by what
    /// another block allows.
    pub fn helpful(&self) -> impl Iterator<Item = &WouldAllow> {
        self.would_allow.iter().filter(|it| match &self.because {
            Because::NoMatch => true,
            Because::Acl { .. } => matches!(it.needs, Some(Needs::Group(_))),
            Because::Items { .. } => it.rule.starts_with("items."),
            _ => false,
        })
    }

    /// What to do about what decided.
    fn fix(&self) -> Option<String> {
        Some(match &self.because {
            Because::Rule(rule) => match self.path.get(1) {
                Some(role) => format!("take role {role} away, or its rule {}", rule.id),
                None => format!("take {} away", rule.id),
            },
            Because::Locked(role) => format!("take role {role} away"),
            Because::Banned => "lift the ban".to_owned(),
            Because::Ceiling(name) => {
                format!("use a credential whose {name} contain {}", self.wanted)
            }
            Because::UnknownPermission => match &self.did_you_mean {
                Some(name) => format!("ask for {name}, or add {} to the catalogue", self.wanted),
                None => format!("add {} to the catalogue", self.wanted),
            },
            Because::Unreadable(flaws) => format!("mend what cannot be read: {}", flaws.join("; ")),
            Because::Conditional { id, failed: true, .. } => {
                format!("give every attribute that rule {id} looks at")
            }
            Because::Conditional { id, .. } => format!("change what rule {id} looks at"),
            Because::Acl { entry, .. } => format!("put an entry above `{entry}`"),
            _ => return None,
        })
    }
}
