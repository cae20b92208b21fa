//! Runs the steps of a condition.

use std::fmt;

use super::code::{Code, STACK, Step};
use super::parse::Compare;
use super::value::{Cell, Facts, Value};

/// Steps that one condition may take. A comparison of text or with a set counts
/// once for each sixteen bytes or each member.
pub const MAX_FUEL: u32 = 10_000;

/// Why a condition is neither true nor false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// An attribute is not there.
    Missing,
    /// An attribute is of another kind than needed.
    Mismatch,
    /// It took more than [`MAX_FUEL`] steps.
    OutOfFuel,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Failure::Missing => "an attribute is missing",
            Failure::Mismatch => "an attribute is of another kind",
            Failure::OutOfFuel => "it takes too many steps",
        })
    }
}

impl std::error::Error for Failure {}

pub(super) fn run(code: &Code, facts: &Facts<'_>, fuel: &mut u32) -> Result<bool, Failure> {
    let mut stack = Stack { cells: [Cell::Bool(false); STACK], height: 0 };
    let mut next = 0;
    while let Some(step) = code.steps.get(next) {
        burn(fuel, 1)?;
        next += 1;
        match *step {
            Step::Constant(place) => {
                stack.push(code.constants.get(usize::from(place)).map(Value::cell))?;
            }
            Step::Attribute(place) => {
                let attribute = code.attributes.get(usize::from(place));
                stack.push(attribute.and_then(|it| facts.get(it.root, &it.name)))?;
            }
            Step::Has(place) => {
                let attribute = code.attributes.get(usize::from(place));
                let has = attribute.is_some_and(|it| facts.get(it.root, &it.name).is_some());
                stack.push(Some(Cell::Bool(has)))?;
            }
            Step::Not => {
                let top = stack.pop_bool()?;
                stack.push(Some(Cell::Bool(!top)))?;
            }
            Step::Like(place) => {
                let Cell::Text(text) = stack.pop()? else { return Err(Failure::Mismatch) };
                burn(fuel, cost(text))?;
                let pattern = code.likes.get(usize::from(place));
                let like = pattern.is_some_and(|pattern| pattern.matches(text));
                stack.push(Some(Cell::Bool(like)))?;
            }
            Step::Compare(compare) => {
                let (right, left) = (stack.pop()?, stack.pop()?);
                stack.push(Some(Cell::Bool(compared(compare, left, right, fuel)?)))?;
            }
            Step::In => {
                let (whole, item) = (stack.pop()?, stack.pop()?);
                stack.push(Some(Cell::Bool(contained(item, whole, fuel)?)))?;
            }
            Step::Jump { when, to } => {
                if stack.pop_bool()? == when {
                    stack.push(Some(Cell::Bool(when)))?;
                    next = usize::from(to);
                }
            }
            Step::Boolean => {
                let top = stack.pop_bool()?;
                stack.push(Some(Cell::Bool(top)))?;
            }
        }
    }
    stack.pop_bool()
}

struct Stack<'a> {
    cells: [Cell<'a>; STACK],
    height: usize,
}

impl<'a> Stack<'a> {
    /// Puts a value on top. There being none is a failure.
    fn push(&mut self, cell: Option<Cell<'a>>) -> Result<(), Failure> {
        let slot = self.cells.get_mut(self.height).ok_or(Failure::OutOfFuel)?;
        *slot = cell.ok_or(Failure::Missing)?;
        self.height += 1;
        Ok(())
    }

    fn pop(&mut self) -> Result<Cell<'a>, Failure> {
        self.height = self.height.checked_sub(1).ok_or(Failure::Mismatch)?;
        self.cells.get(self.height).copied().ok_or(Failure::Mismatch)
    }

    fn pop_bool(&mut self) -> Result<bool, Failure> {
        match self.pop()? {
            Cell::Bool(it) => Ok(it),
            _ => Err(Failure::Mismatch),
        }
    }
}

fn burn(fuel: &mut u32, count: u32) -> Result<(), Failure> {
    *fuel = fuel.checked_sub(count).ok_or(Failure::OutOfFuel)?;
    Ok(())
}

fn cost(text: &str) -> u32 {
    u32::try_from(text.len() / 16).unwrap_or(u32::MAX)
}

pub(crate) fn compared(
    compare: Compare,
    left: Cell<'_>,
    right: Cell<'_>,
    fuel: &mut u32,
) -> Result<bool, Failure> {
    let mut equal = |yes: bool| Ok(same(left, right, fuel)? == yes);
    let (left, right) = match compare {
        Compare::Eq => return equal(true),
        Compare::Ne => return equal(false),
        _ => match (left, right) {
            (Cell::Int(left), Cell::Int(right))
            | (Cell::Time(left), Cell::Time(right))
            | (Cell::Span(left), Cell::Span(right)) => (left, right),
            _ => return Err(Failure::Mismatch),
        },
    };
    Ok(match compare {
        Compare::Lt => left < right,
        Compare::Le => left <= right,
        Compare::Gt => left > right,
        Compare::Ge => left >= right,
        Compare::Eq | Compare::Ne => left == right,
    })
}

/// Whether both are equal. Different kinds cannot be told apart from a mistake,
/// so they are a failure and not a no.
fn same(left: Cell<'_>, right: Cell<'_>, fuel: &mut u32) -> Result<bool, Failure> {
    Ok(match (left, right) {
        (Cell::Bool(left), Cell::Bool(right)) => left == right,
        (Cell::Int(left), Cell::Int(right))
        | (Cell::Time(left), Cell::Time(right))
        | (Cell::Span(left), Cell::Span(right)) => left == right,
        (Cell::Net(left), Cell::Net(right)) => left == right,
        (Cell::Text(left), Cell::Text(right)) => {
            burn(fuel, cost(left))?;
            left == right
        }
        (left, right) if is_set(left) && is_set(right) => {
            within(left, right, fuel)? && within(right, left, fuel)?
        }
        _ => return Err(Failure::Mismatch),
    })
}

fn is_set(cell: Cell<'_>) -> bool {
    matches!(cell, Cell::Set(_) | Cell::Names(_))
}

fn within(part: Cell<'_>, whole: Cell<'_>, fuel: &mut u32) -> Result<bool, Failure> {
    match part {
        Cell::Set(values) => all(values.iter().map(Value::cell), whole, fuel),
        Cell::Names(names) => all(names.iter().map(|name| Cell::Text(name)), whole, fuel),
        _ => Err(Failure::Mismatch),
    }
}

fn all<'a>(
    mut items: impl Iterator<Item = Cell<'a>>,
    whole: Cell<'_>,
    fuel: &mut u32,
) -> Result<bool, Failure> {
    items.try_fold(true, |all, item| Ok(all && contained(item, whole, fuel)?))
}

pub(crate) fn contained(item: Cell<'_>, whole: Cell<'_>, fuel: &mut u32) -> Result<bool, Failure> {
    match whole {
        Cell::Set(values) => any(values.iter().map(Value::cell), item, fuel),
        Cell::Names(names) => any(names.iter().map(|name| Cell::Text(name)), item, fuel),
        Cell::Net(net) => match item {
            Cell::Net(own) => Ok(own.is_in(net)),
            _ => Err(Failure::Mismatch),
        },
        _ => Err(Failure::Mismatch),
    }
}

fn any<'a>(
    items: impl Iterator<Item = Cell<'a>>,
    wanted: Cell<'_>,
    fuel: &mut u32,
) -> Result<bool, Failure> {
    for item in items {
        burn(fuel, 1)?;
        // A set may hold sets, but no condition looks that deep.
        if !is_set(item) && item.kind() == wanted.kind() && same(item, wanted, fuel)? {
            return Ok(true);
        }
    }
    Ok(false)
}
