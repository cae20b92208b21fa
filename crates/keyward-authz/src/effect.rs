//! What a rule says, and what a check answers.

use std::fmt;

/// What a matching rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Grants the permission, unless something denies it.
    Allow,
    /// Takes the permission away, whatever else allows it.
    Deny,
}

impl Effect {
    pub(crate) fn allows(self) -> bool {
        self == Effect::Allow
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effect::Allow => "allow",
            Effect::Deny => "deny",
        })
    }
}

/// The answer to one check. There are three, because a failure to know is
/// neither a yes nor a no: it is a 503, not a 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a decision that nobody looks at protects nothing"]
pub enum Decision {
    /// Something allows it and nothing denies it.
    Allow,
    /// Something denies it, or nothing allows it.
    Deny,
    /// Something that could have denied it could not be evaluated.
    Indeterminate,
}

impl Decision {
    /// True for [`Decision::Allow`] only.
    pub fn allowed(self) -> bool {
        self == Decision::Allow
    }

    /// Both must allow; a no outweighs not knowing.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Decision::Allow, Decision::Allow) => Decision::Allow,
            (Decision::Deny, _) | (_, Decision::Deny) => Decision::Deny,
            _ => Decision::Indeterminate,
        }
    }

    /// One must allow; a yes outweighs not knowing.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Decision::Deny, Decision::Deny) => Decision::Deny,
            (Decision::Allow, _) | (_, Decision::Allow) => Decision::Allow,
            _ => Decision::Indeterminate,
        }
    }
}

impl From<Effect> for Decision {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Allow => Decision::Allow,
            Effect::Deny => Decision::Deny,
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Decision::Allow => "allow",
            Decision::Deny => "deny",
            Decision::Indeterminate => "indeterminate",
        })
    }
}
