//! Change many rules of many roles at once, as they were reviewed.

use std::collections::BTreeSet;

use keyward_authz::{Effect, Pattern};

use super::admins::Admins;
use super::fixed::Known;
use super::reach::Reach;
use super::role::effect_name;
use super::setup::ADMIN_ROLE;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Definitions, RoleRule, What};
use crate::refusal::Refusal;

/// Cells that one change may set: as many as somebody can have reviewed.
pub const MAX_CELLS: usize = 200;

/// What a role says about one pattern from now on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cell {
    /// Which role.
    pub role: String,
    /// The pattern, in the native dialect.
    pub pattern: String,
    /// Allow or deny; `None` for no rule of its own.
    pub effect: Option<Effect>,
}

/// Sets cells of the matrix of roles and permissions: all of them or none, and
/// only if the definitions are still those that were reviewed.
#[derive(Clone, Debug)]
pub struct ChangeMatrix {
    /// The version of the definitions that was reviewed.
    pub seen: i64,
    /// The cells, each once; 1 to [`MAX_CELLS`]. Those that are so already are skipped.
    pub cells: Vec<Cell>,
    /// Although nobody could administer any more.
    pub force: bool,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// What must be known to change the matrix.
#[derive(Debug)]
pub struct MatrixFacts {
    known: Definitions,
    /// Roles of the policy file among those that are to change.
    fixed: Vec<String>,
    /// What whoever asks may do themselves; `None` for the command line.
    own: Option<Reach>,
    admins: Admins,
}

impl Flow for ChangeMatrix {
    type Facts = MatrixFacts;
    /// How many cells changed.
    type Yes = usize;
    const NAME: &'static str = "change_matrix";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<MatrixFacts, Error>> {
        Box::pin(async move {
            let Known { rows, all: known, fixed } = cx.known().await?;
            let own = Reach::gather_for(self.actor, &known, cx).await?;
            let now = self.apply(&rows);
            let admins = Admins::when_defined([(&fixed, &rows), (&fixed, &now)], cx).await?;
            let roles = self.cells.iter().map(|cell| &cell.role);
            let fixed = roles.filter(|role| fixed.defines(role)).cloned().collect();
            Ok(MatrixFacts { known, fixed, own, admins })
        })
    }

    fn decide(&self, facts: MatrixFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<usize> {
        if let Err(refusal) = self.look(&facts) {
            return Verdict::no(refusal);
        }
        let changed: Vec<&Cell> =
            self.cells.iter().filter(|cell| !cell.is_so(&facts.known)).collect();
        if changed.is_empty() {
            return Verdict::yes(0, vec![], vec![]);
        }
        let noted = match facts.admins.forced(self.force) {
            Ok(noted) => noted,
            Err(refusal) => return Verdict::no(refusal),
        };
        let mut writes = vec![Write::SwapPolicy { was: self.seen }];
        writes.extend(noted);
        let mut events = Vec::with_capacity(changed.len());
        for cell in &changed {
            writes.extend(cell.writes());
            events.push(cx.event(self.actor, None, cell.event()));
        }
        Verdict::yes(changed.len(), writes, events)
    }
}

impl ChangeMatrix {
    /// Whether it is as large as a change may be: 1 to [`MAX_CELLS`] cells.
    ///
    /// # Errors
    /// The refusal that the change would meet.
    pub fn is_sized(&self) -> Result<(), Refusal> {
        match self.cells.len() {
            0 => Err(Refusal::invalid("changes", "missing")),
            1..=MAX_CELLS => Ok(()),
            _ => Err(Refusal::invalid("changes", "too_large")),
        }
    }

    /// The definitions as they are afterwards, as far as they can be read.
    fn apply(&self, rows: &Definitions) -> Definitions {
        let mut now = rows.clone();
        let cells = self.cells.iter().take(MAX_CELLS);
        let is_read = |cell: &&Cell| Pattern::parse(&cell.pattern).is_ok();
        cells.filter(is_read).for_each(|cell| cell.apply(&mut now));
        now
    }

    fn look(&self, facts: &MatrixFacts) -> Result<(), Refusal> {
        self.is_sized()?;
        if facts.known.version != self.seen {
            return Err(Refusal::Conflict);
        }
        let mut seen = BTreeSet::new();
        for cell in &self.cells {
            cell.look(facts)?;
            if !seen.insert((&cell.role, &cell.pattern)) {
                return Err(Refusal::invalid("changes", "repeated"));
            }
        }
        Ok(())
    }
}

impl Cell {
    fn look(&self, facts: &MatrixFacts) -> Result<(), Refusal> {
        if !facts.known.roles.iter().any(|role| role.name == self.role) {
            return Err(Refusal::NotFound);
        }
        if self.role == ADMIN_ROLE {
            return Err(Refusal::invalid("role", "built_in"));
        }
        if facts.fixed.contains(&self.role) {
            return Err(Refusal::invalid("role", "in_policy_file"));
        }
        if Pattern::parse(&self.pattern).is_err() {
            return Err(Refusal::invalid("permission", "permission_invalid"));
        }
        // A denial as well, because lifting it gives something.
        match &facts.own {
            Some(own) if !own.holds(&self.pattern) => Err(Refusal::OutsideCeiling),
            _ => Ok(()),
        }
    }

    /// Whether the definitions say exactly this already.
    pub fn is_so(&self, known: &Definitions) -> bool {
        let rules = known.rules.iter();
        let of_this = rules.filter(|rule| rule.role == self.role && rule.pattern == self.pattern);
        let said: Vec<Effect> = of_this.map(|rule| rule.effect).collect();
        said.as_slice() == self.effect.as_slice()
    }

    /// The definitions as they are with this cell set.
    pub fn apply(&self, to: &mut Definitions) {
        to.rules.retain(|rule| rule.role != self.role || rule.pattern != self.pattern);
        to.rules.extend(self.effect.map(|effect| self.rule(effect)));
    }

    fn rule(&self, effect: Effect) -> RoleRule {
        RoleRule { role: self.role.clone(), effect, pattern: self.pattern.clone() }
    }

    /// The rule takes the place of one with another effect.
    pub(super) fn writes(&self) -> impl Iterator<Item = Write> + '_ {
        let others = [Effect::Allow, Effect::Deny].into_iter();
        let others = others.filter(|other| Some(*other) != self.effect);
        let gone = others.map(|other| Write::RemoveRule(self.rule(other)));
        gone.chain(self.effect.map(|effect| Write::AddRule(self.rule(effect))))
    }

    pub(super) fn event(&self) -> What {
        What::RoleUpdated {
            role: self.role.clone(),
            effect: self.effect.map(|effect| effect_name(effect).to_owned()),
            pattern: self.pattern.clone(),
        }
    }
}
