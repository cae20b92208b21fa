//! When an assignment counts.

/// The span in which a role or grant counts. Microseconds since the Unix epoch,
/// UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// Begins at this moment, inclusive.
    pub from: Option<i64>,
    /// Ends at this moment, exclusive.
    pub until: Option<i64>,
}

impl Term {
    /// Without beginning or end.
    pub const ALWAYS: Term = Term { from: None, until: None };

    /// Whether this moment lies in it.
    pub fn covers(self, now: i64) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }

    /// The first moment after this one at which [`Term::covers`] may change.
    pub fn changes_after(self, now: i64) -> Option<i64> {
        [self.from, self.until].into_iter().flatten().filter(|edge| *edge > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::Term;
    use crate::{Access, Effect, Permission, SnapshotBuilder};

    #[test]
    fn it_begins_inclusive_and_ends_exclusive() {
        let term = Term { from: Some(10), until: Some(20) };
        for (now, covers, changes) in
            [(9, false, Some(10)), (10, true, Some(20)), (19, true, Some(20)), (20, false, None)]
        {
            assert_eq!((term.covers(now), term.changes_after(now)), (covers, changes), "{now}");
        }
    }

    #[test]
    fn an_access_tells_when_it_must_be_compiled_anew() {
        let mut policy = SnapshotBuilder::new();
        policy.rule("guest", Effect::Allow, "posts:view").unwrap();
        let snapshot = policy.build();
        let compiled = |now| {
            let guest = ("guest", Term { from: None, until: Some(100) });
            let denial = (Effect::Deny, "posts:*", Term { from: Some(50), until: None });
            Access::compile_at(&snapshot, now, [guest], [denial])
        };
        let view = Permission::parse("posts:view").unwrap();
        for (now, allowed, changes) in
            [(0, true, Some(50)), (50, false, Some(100)), (100, false, None)]
        {
            let access = compiled(now);
            let got = (access.check(&view).allowed(), access.changes_at());
            assert_eq!(got, (allowed, changes), "{now}");
        }
    }
}
