//! Conditions of rules: a small, total, typed expression language whose syntax
//! is a subset of Cedar's. No loops, no functions of one's own; compiled once,
//! and run with a fixed count of steps, never against a clock.
//!
//! ```text
//! resource.owner == principal.id && resource.status in ['draft', 'review']
//! context.mfa_age < duration('5m') || !(context.ip in ip('10.0.0.0/8'))
//! principal has department && principal.department like 'sales-*'
//! ```

#[cfg(feature = "policy-file")]
mod cedar;
mod check;
mod code;
mod lex;
mod like;
mod parse;
mod run;
mod time;
mod value;

use std::fmt;
use std::sync::Arc;

pub use check::Schema;
pub use run::{Failure, MAX_FUEL};
pub use time::{datetime, duration};
pub use value::{Cell, Facts, Kind, Net, Root, Value};

use code::Code;
pub(crate) use parse::{Compare, Expr, Form};
pub(crate) use run::{compared, contained};

/// A compiled condition.
#[derive(Clone, Debug)]
pub struct Condition {
    text: Box<str>,
    /// What `&&` joins at the top; all must hold.
    parts: Box<[Part]>,
}

#[derive(Clone, Debug)]
struct Part {
    /// Where it stands in the text.
    start: usize,
    end: usize,
    code: Code,
    expr: Arc<Expr>,
}

/// A condition that could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCondition {
    /// The byte at which it went wrong, from 0.
    pub at: usize,
    /// What is wrong, as half a sentence.
    pub flaw: String,
}

/// The part of a condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The part, as written.
    pub part: String,
    /// The attributes that it looks at, with their values.
    pub actual: Vec<(String, String)>,
}

impl Condition {
    /// Compiles a condition.
    ///
    /// # Errors
    /// When it is not well formed, when kinds do not go together, or when it
    /// names an attribute that a closed schema lacks.
    pub fn compile(text: &str, schema: &Schema) -> Result<Self, BadCondition> {
        if text.len() > MAX_BYTES {
            return Err(BadCondition::new(MAX_BYTES, "is too long"));
        }
        let parts = parse::parse(text)?.into_iter().map(|part| {
            check::boolean(&part.expr, schema)?;
            let code = Code::of(&part.expr)?;
            Ok(Part { start: part.start, end: part.end, code, expr: part.expr.into() })
        });
        Ok(Self { text: text.into(), parts: parts.collect::<Result<_, _>>()? })
    }

    /// Whether it holds. Allocates nothing.
    ///
    /// # Errors
    /// When an attribute is missing or of another kind than needed, or when it
    /// takes more than [`MAX_FUEL`] steps. That is neither a yes nor a no.
    pub fn holds(&self, facts: &Facts<'_>) -> Result<bool, Failure> {
        let mut fuel = MAX_FUEL;
        for part in &self.parts {
            if !run::run(&part.code, facts, &mut fuel)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The first part that does not hold, or could not be told.
    pub fn unmet(&self, facts: &Facts<'_>) -> Option<Unmet> {
        let mut fuel = MAX_FUEL;
        let unmet = |part: &&Part| run::run(&part.code, facts, &mut fuel) != Ok(true);
        let part = self.parts.iter().find(unmet)?;
        Some(Unmet {
            part: self.text.get(part.start..part.end).unwrap_or_default().to_owned(),
            actual: part.code.attributes().map(|it| it.shown(facts)).collect(),
        })
    }

    /// The whole of it where it holds, or could not be told: what keeps a rule from
    /// applying that has it as its `unless`.
    pub fn met(&self, facts: &Facts<'_>) -> Option<Unmet> {
        let attributes = self.parts.iter().flat_map(|part| part.code.attributes());
        let told = || Unmet {
            part: self.text.to_string(),
            actual: attributes.map(|it| it.shown(facts)).collect(),
        };
        (self.holds(facts) != Ok(false)).then(told)
    }

    /// What must hold, all together.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().map(|part| &*part.expr)
    }

    /// The text it was compiled from.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl BadCondition {
    pub(crate) fn new(at: usize, flaw: impl Into<String>) -> Self {
        Self { at, flaw: flaw.into() }
    }
}

impl fmt::Display for BadCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "condition {} at byte {}", self.flaw, self.at)
    }
}

impl std::error::Error for BadCondition {}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.part)?;
        let mut actual = self.actual.iter();
        actual.try_for_each(|(name, value)| write!(f, ", {name} is {value}"))
    }
}

/// Bytes in a condition, at most.
const MAX_BYTES: usize = 4096;

#[cfg(test)]
mod tests;
