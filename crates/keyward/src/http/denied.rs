//! Guards: what somebody must hold to go on, and what is told to whoever does not.

use keyward_authz::{Decision, Permission, Told};

use super::{Code, Fault, Problem};
use crate::context::Context;
use crate::engine::Keyward;
use crate::engine::ask::{Asked, Asker, HIDDEN};
#[cfg(any(feature = "axum", feature = "actix", feature = "forward-auth"))]
use crate::required::How;
#[cfg(any(feature = "axum", feature = "actix"))]
use crate::required::Wanted;

impl Keyward {
    /// A permission that whoever asks must hold, in general.
    pub(crate) fn demand(&self, asker: Asker<'_>, wanted: &Permission) -> Result<(), Fault> {
        self.lack(asker, wanted)?.map_or(Ok(()), |lack| Err(lack.into()))
    }

    /// A permission that the catalogue lacks is a mistake in the program that
    /// asks: in development it is told so, and what it may have meant.
    pub(crate) fn check_known(&self, asker: Asker<'_>, wanted: &Permission) -> Result<(), Fault> {
        let snapshot = &asker.policy.snapshot;
        if !self.0.web.dev || snapshot.catalogue().knows(wanted) {
            return Ok(());
        }
        let meant = asker.access.explain(snapshot, wanted).did_you_mean;
        let meant = meant.map(|it| format!(" Did you mean {it}?")).unwrap_or_default();
        let detail = format!("The catalogue has no {wanted}.{meant}");
        tracing::error!(%wanted, "{detail}");
        let problem = Problem::new(Code::UnknownPermission).detail(detail);
        Err(problem.param("permission", wanted.to_string()).into())
    }

    /// What is told if they do not hold it.
    fn lack(&self, asker: Asker<'_>, wanted: &Permission) -> Result<Option<Problem>, Fault> {
        self.check_known(asker, wanted)?;
        let context = Context::new();
        let asked = Asked { wanted, resource: None, context: &context, around: None };
        let decided = self.weigh(asker, &asked)?;
        let denied = decided.decision != Decision::Allow;
        Ok(denied.then(|| denial(decided.told, wanted)))
    }

    /// Whether whoever asks may go on through a door of the app's.
    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn admit_to(&self, asker: Asker<'_>, wanted: &Wanted) -> Result<(), Fault> {
        let lacks = match wanted {
            Wanted::Permissions(_, wanted) => {
                let lacks = wanted.iter().map(|wanted| self.lack(asker, wanted));
                lacks.collect::<Result<Vec<_>, Fault>>()?
            }
            Wanted::Roles(_, roles) => roles.iter().map(|role| asker.lacks_role(role)).collect(),
            Wanted::Unreadable(error) => return Err(error.to_error().into()),
        };
        wanted.how().sum(lacks).map_or(Ok(()), |lack| Err(lack.into()))
    }
}

impl Asker<'_> {
    /// What is told to whoever does not hold a role, or may do nothing at all.
    #[cfg(any(feature = "axum", feature = "actix"))]
    fn lacks_role(self, role: &str) -> Option<Problem> {
        if self.groups.listed.are_none() || self.is_shut_out() {
            return Some(Problem::new(Code::DeniedByRule));
        }
        if self.access.is_locked() {
            return Some(Problem::new(Code::OutsideCeiling));
        }
        // What is bound to some permissions has no roles.
        let missing = !self.ceilings.is_empty() || !self.access.has_role(role);
        missing.then(|| Problem::new(Code::MissingRole).param("role", role))
    }
}

#[cfg(any(feature = "axum", feature = "actix", feature = "forward-auth"))]
impl How {
    /// What several together lack. A no outweighs not knowing where all must be
    /// yes, and not knowing outweighs a no where one suffices.
    pub(crate) fn sum(self, lacks: Vec<Option<Problem>>) -> Option<Problem> {
        if self == Self::Any && lacks.iter().any(Option::is_none) {
            return None;
        }
        let first = match self {
            Self::All => |lack: &Problem| lack.code != Code::DecisionUnavailable,
            Self::Any => |lack: &Problem| lack.code == Code::DecisionUnavailable,
        };
        let known: Vec<Problem> = lacks.into_iter().flatten().collect();
        let found = known.iter().find(|lack| first(lack)).or(known.first()).cloned();
        // None of nothing suffices.
        found.or_else(|| (self == Self::Any).then(|| Problem::new(Code::MissingPermission)))
    }
}

/// What is told of a decision that is not a yes.
pub(crate) fn denial(told: Told<'_>, wanted: &Permission) -> Problem {
    if told.http == HIDDEN {
        return Problem::new(Code::NotFound);
    }
    let code = Code::named(told.code).unwrap_or(Code::DecisionUnavailable);
    let problem = Problem::new(code).param("permission", wanted.to_string());
    match code {
        Code::MissingPermission => problem.detail(format!("This needs the permission {wanted}.")),
        _ => problem,
    }
}

#[cfg(all(test, feature = "axum"))]
mod tests {
    use super::*;

    #[test]
    fn a_no_and_not_knowing_go_together_as_decisions_do() {
        let (yes, no, open) =
            (None, Some(Code::MissingPermission), Some(Code::DecisionUnavailable));
        for (how, lacks, sum) in [
            (How::All, vec![], None),
            (How::All, vec![yes, yes], None),
            (How::All, vec![yes, open], open),
            (How::All, vec![open, no], no),
            (How::Any, vec![], no),
            (How::Any, vec![no, yes], None),
            (How::Any, vec![open, yes], None),
            (How::Any, vec![no, open], open),
            (How::Any, vec![no, no], no),
        ] {
            let problems = lacks.iter().map(|code: &Option<Code>| code.map(Problem::new));
            let found = how.sum(problems.collect()).map(|problem| problem.code);
            assert_eq!(found, sum, "{how:?} {lacks:?}");
        }
    }
}
