//! A decision, for whoever must tell somebody.

use std::collections::BTreeMap;

use keyward_authz::Decision;
use keyward_authz::limits::Limit;
use keyward_core::Error;

use super::{Asker, Decided};

/// A decision with all that the person it is about may know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ruling {
    /// The answer. There are three: see [`Ruling::allowed`].
    pub decision: Decision,
    /// The code from the one registry, `allowed` where there is no error:
    /// `missing_permission`, `denied_by_rule`, `outside_ceiling`,
    /// `scope_insufficient`, `step_up_required`, `unknown_permission`,
    /// `decision_unavailable`; `not_found` where a rule hides what it denies.
    pub code: &'static str,
    /// The status of HTTP that goes with it.
    pub status: u16,
    /// What would help, in the policy's words: `step_up`.
    pub advice: Option<String>,
    /// What the policy's author wrote for whoever is denied.
    pub reason: Option<String>,
    /// Numeric limits of the roles held, by name; the widest of each. The engine
    /// only knows them: whoever counts enforces them.
    pub limits: BTreeMap<String, Limit>,
}

impl Ruling {
    pub(super) fn new(asker: Asker<'_>, decided: &Decided<'_>, reason: Option<String>) -> Self {
        Self {
            decision: decided.decision,
            code: public_code(decided.told.code, decided.told.http),
            status: decided.told.http,
            advice: decided.told.advice.map(str::to_owned),
            reason: reason.filter(|_| decided.told.http != HIDDEN),
            limits: limits(asker),
        }
    }

    /// No, because there is nobody of whom it is asked.
    pub(crate) fn nobody() -> Self {
        Self::no("missing_permission")
    }

    /// No, because no policy can speak of such a permission.
    pub(crate) fn unheard_of() -> Self {
        Self::no("unknown_permission")
    }

    /// Neither: what it stands on cannot be known.
    pub(crate) fn undecided() -> Self {
        let decision = Decision::Indeterminate;
        Self { decision, status: 503, ..Self::no("decision_unavailable") }
    }

    fn no(code: &'static str) -> Self {
        Self {
            decision: Decision::Deny,
            code,
            status: 403,
            advice: None,
            reason: None,
            limits: BTreeMap::new(),
        }
    }

    /// Yes or no. What cannot be decided is an error, never a no.
    pub fn allowed(&self) -> Result<bool, Error> {
        yes_or_no(self.decision)
    }
}

/// The code that the person who is denied may see: a rule that hides what it
/// denies says that there is no such thing.
pub(crate) fn public_code(code: &'static str, http: u16) -> &'static str {
    if http == HIDDEN { "not_found" } else { code }
}

/// The status of what a rule hides.
pub(crate) const HIDDEN: u16 = 404;

/// Yes or no; what cannot be decided is an error.
pub(crate) fn yes_or_no(decision: Decision) -> Result<bool, Error> {
    match decision {
        Decision::Allow => Ok(true),
        Decision::Deny => Ok(false),
        Decision::Indeterminate => Err(Error::new("decide the permission")),
    }
}

/// The numeric limits of whoever asks.
pub(crate) fn limits(asker: Asker<'_>) -> BTreeMap<String, Limit> {
    let roles = asker.access.all_roles().iter().map(|role| &**role);
    let all = asker.policy.snapshot.limits().all(roles);
    all.into_iter().map(|(name, limit)| (name.to_owned(), limit)).collect()
}
