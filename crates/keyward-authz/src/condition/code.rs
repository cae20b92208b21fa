//! A condition as a list of steps over a small stack.

use super::BadCondition;
use super::like::Like;
use super::parse::{Compare, Expr, Form};
use super::value::{Facts, Root, Value};

/// The steps, and what they refer to.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) steps: Box<[Step]>,
    pub(super) constants: Box<[Value]>,
    pub(super) attributes: Box<[Attribute]>,
    pub(super) likes: Box<[Like]>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Puts a constant on the stack.
    Constant(u16),
    /// Puts an attribute on the stack.
    Attribute(u16),
    /// Puts on the stack whether there is such an attribute.
    Has(u16),
    /// Replaces the top.
    Not,
    Like(u16),
    /// Replace the two on top, of which the right one is uppermost.
    Compare(Compare),
    In,
    /// Goes on elsewhere when the top is this, and else drops it.
    Jump {
        when: bool,
        to: u16,
    },
    /// The top must be true or false.
    Boolean,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) root: Root,
    pub(super) name: Box<str>,
}

impl Attribute {
    /// Its name and its value, for people.
    pub(super) fn shown(&self, facts: &Facts<'_>) -> (String, String) {
        let value = facts.get(self.root, &self.name);
        let value = value.map_or_else(|| "missing".to_owned(), |cell| cell.to_string());
        (format!("{}.{}", self.root.name(), self.name), value)
    }
}

impl Code {
    pub(super) fn of(expr: &Expr) -> Result<Self, BadCondition> {
        let mut writer = Writer::default();
        writer.boolean(expr)?;
        Ok(Self {
            steps: writer.steps.into(),
            constants: writer.constants.into(),
            attributes: writer.attributes.into(),
            likes: writer.likes.into(),
        })
    }

    pub(super) fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter()
    }
}

#[derive(Default)]
struct Writer {
    steps: Vec<Step>,
    constants: Vec<Value>,
    attributes: Vec<Attribute>,
    likes: Vec<Like>,
    height: usize,
}

impl Writer {
    fn boolean(&mut self, expr: &Expr) -> Result<(), BadCondition> {
        self.expr(expr)?;
        if matches!(expr.form, Form::Attribute(..)) {
            self.steps.push(Step::Boolean);
        }
        Ok(())
    }

    fn expr(&mut self, expr: &Expr) -> Result<(), BadCondition> {
        match &expr.form {
            Form::Constant(value) => {
                self.constants.push(value.clone());
                self.push(expr, Step::Constant(last(&self.constants)))
            }
            Form::Attribute(root, name) => {
                let place = self.attribute(*root, name);
                self.push(expr, Step::Attribute(place))
            }
            Form::Has(root, name) => {
                let place = self.attribute(*root, name);
                self.push(expr, Step::Has(place))
            }
            Form::Not(inner) => {
                self.boolean(inner)?;
                self.steps.push(Step::Not);
                Ok(())
            }
            Form::And(both) => self.shortcut(both, false),
            Form::Or(both) => self.shortcut(both, true),
            Form::Compare(compare, both) => self.binary(both, Step::Compare(*compare)),
            Form::In(both) => self.binary(both, Step::In),
            Form::Like(text, pattern) => {
                self.expr(text)?;
                self.likes.push(pattern.clone());
                self.steps.push(Step::Like(last(&self.likes)));
                Ok(())
            }
        }
    }

    fn push(&mut self, expr: &Expr, step: Step) -> Result<(), BadCondition> {
        self.height += 1;
        if self.height > STACK {
            return Err(BadCondition::new(expr.at, "is nested too deeply"));
        }
        self.steps.push(step);
        Ok(())
    }

    fn binary(&mut self, [left, right]: &[Expr; 2], step: Step) -> Result<(), BadCondition> {
        self.expr(left)?;
        self.expr(right)?;
        self.height -= 1;
        self.steps.push(step);
        Ok(())
    }

    fn shortcut(&mut self, [left, right]: &[Expr; 2], when: bool) -> Result<(), BadCondition> {
        self.boolean(left)?;
        let jump = self.steps.len();
        self.steps.push(Step::Jump { when, to: 0 });
        self.height -= 1;
        self.boolean(right)?;
        let to = small(self.steps.len());
        if let Some(step) = self.steps.get_mut(jump) {
            *step = Step::Jump { when, to };
        }
        Ok(())
    }

    fn attribute(&mut self, root: Root, name: &str) -> u16 {
        let attribute = Attribute { root, name: name.into() };
        let known = self.attributes.iter().position(|known| *known == attribute);
        small(known.unwrap_or_else(|| {
            self.attributes.push(attribute);
            self.attributes.len() - 1
        }))
    }
}

fn last<T>(items: &[T]) -> u16 {
    small(items.len().saturating_sub(1))
}

// INVARIANT: a condition has at most 4096 bytes, so nothing in it is counted
// further than this.
fn small(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// Values on the stack, at most.
pub(super) const STACK: usize = 16;
