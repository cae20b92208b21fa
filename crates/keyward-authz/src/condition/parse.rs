//! Reads a condition into expressions.

use super::lex::{Token, Word, lex};
use super::like::Like;
use super::value::{Net, Root, Value};
use super::{BadCondition, time};

/// An expression, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(super) at: usize,
    pub(crate) form: Form,
}

#[derive(Clone, Debug)]
pub(crate) enum Form {
    Constant(Value),
    Attribute(Root, Box<str>),
    Has(Root, Box<str>),
    Not(Box<Expr>),
    And(Box<[Expr; 2]>),
    Or(Box<[Expr; 2]>),
    Compare(Compare, Box<[Expr; 2]>),
    /// The first lies in the second.
    In(Box<[Expr; 2]>),
    Like(Box<Expr>, Like),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// What stands between two `&&` at the top.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) expr: Expr,
}

/// The parts that `&&` joins at the top.
pub(super) fn parse(text: &str) -> Result<Vec<Part>, BadCondition> {
    let mut reader = Reader { tokens: lex(text)?, next: 0, depth: 0 };
    // An `||` at the top makes the whole one part.
    let whole = reader.or()?;
    if *reader.word() != Word::End {
        return Err(reader.bad("has something left over"));
    }
    if !matches!(whole.form, Form::And(_)) {
        return Ok(vec![Part { start: 0, end: text.trim_end().len(), expr: whole }]);
    }
    let mut reader = Reader { next: 0, depth: 0, ..reader };
    let mut parts = Vec::new();
    loop {
        let start = reader.at();
        let expr = reader.relation()?;
        parts.push(Part { start, end: reader.end_of_last(), expr });
        if !reader.take_sign("&&") {
            return Ok(parts);
        }
    }
}

struct Reader<'t> {
    tokens: Vec<Token<'t>>,
    next: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn or(&mut self) -> Result<Expr, BadCondition> {
        let mut left = self.and()?;
        while self.take_sign("||") {
            let (at, right) = (left.at, self.and()?);
            left = Expr { at, form: Form::Or(Box::new([left, right])) };
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, BadCondition> {
        let mut left = self.relation()?;
        while self.take_sign("&&") {
            let (at, right) = (left.at, self.relation()?);
            left = Expr { at, form: Form::And(Box::new([left, right])) };
        }
        Ok(left)
    }

    fn relation(&mut self) -> Result<Expr, BadCondition> {
        let at = self.at();
        if let Some(root) = self.root_before_has() {
            return Ok(Expr { at, form: Form::Has(root, self.path()?) });
        }
        let left = self.unary()?;
        let compare = COMPARES.into_iter().find(|(sign, _)| self.take_sign(sign));
        if let Some((_, compare)) = compare {
            let both = Box::new([left, self.unary()?]);
            return Ok(Expr { at, form: Form::Compare(compare, both) });
        }
        if self.take_name("in") {
            return Ok(Expr { at, form: Form::In(Box::new([left, self.unary()?])) });
        }
        if self.take_name("like") {
            let pattern = Like::parse(&self.text("has `like` without a text behind it")?);
            return Ok(Expr { at, form: Form::Like(Box::new(left), pattern) });
        }
        Ok(left)
    }

    /// Takes `principal has` and the like.
    fn root_before_has(&mut self) -> Option<Root> {
        let Word::Name(name) = self.word() else { return None };
        let root = root(name)?;
        let follows = self.tokens.get(self.next + 1).map(|token| &token.word);
        (follows == Some(&Word::Name("has"))).then(|| {
            self.next += 2;
            root
        })
    }

    fn unary(&mut self) -> Result<Expr, BadCondition> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.bad("is nested too deeply"));
        }
        let at = self.at();
        let expr = if self.take_sign("!") {
            Expr { at, form: Form::Not(Box::new(self.unary()?)) }
        } else {
            let primary = self.primary()?;
            self.methods(primary)?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn methods(&mut self, mut expr: Expr) -> Result<Expr, BadCondition> {
        while self.take_sign(".") {
            let (at, own) = (expr.at, expr);
            let method = self.at();
            let form = match self.name()? {
                "contains" => Form::In(Box::new([self.argument()?, own])),
                "isInRange" => Form::In(Box::new([own, self.argument()?])),
                _ => return Err(BadCondition::new(method, "has an unknown method")),
            };
            expr = Expr { at, form };
        }
        Ok(expr)
    }

    fn primary(&mut self) -> Result<Expr, BadCondition> {
        let at = self.at();
        let word = self.word().clone();
        self.next += 1;
        let form = match word {
            Word::Int(number) => Form::Constant(Value::Int(number)),
            Word::Text(text) => Form::Constant(Value::Text(text.into())),
            Word::Sign("-") => self.negative()?,
            Word::Sign("[") => Form::Constant(Value::Set(self.set()?)),
            Word::Sign("(") => {
                let inner = self.or()?;
                self.expect(")")?;
                inner.form
            }
            Word::Name("true") => Form::Constant(Value::Bool(true)),
            Word::Name("false") => Form::Constant(Value::Bool(false)),
            Word::Name(name) => self.named(name)?,
            Word::Sign(_) | Word::End => {
                return Err(BadCondition::new(at, "needs a value"));
            }
        };
        Ok(Expr { at, form })
    }

    fn named(&mut self, name: &str) -> Result<Form, BadCondition> {
        if let Some(root) = root(name) {
            self.expect(".")?;
            return Ok(Form::Attribute(root, self.path()?));
        }
        let at = self.at();
        let read = match name {
            "ip" => |text: &str| Net::parse(text).map(Value::Net),
            "datetime" => |text: &str| time::datetime(text).map(Value::Time),
            "duration" => |text: &str| time::duration(text).map(Value::Span),
            _ => return Err(BadCondition::new(at, format!("has an unknown name `{name}`"))),
        };
        self.expect("(")?;
        let text = self.text("needs a text in parentheses")?;
        self.expect(")")?;
        let value = read(&text);
        value.map(Form::Constant).ok_or_else(|| BadCondition::new(at, "has a text that is no such"))
    }

    /// Names joined by dots, as far as they are not methods.
    fn path(&mut self) -> Result<Box<str>, BadCondition> {
        let mut path = self.name()?.to_owned();
        while let Some(name) = self.part_of_path() {
            path.push('.');
            path.push_str(name);
            self.next += 2;
        }
        Ok(path.into())
    }

    fn part_of_path(&self) -> Option<&'t str> {
        let mut ahead = self.tokens.iter().skip(self.next).map(|token| &token.word);
        let (dot, name, after) = (ahead.next()?, ahead.next()?, ahead.next()?);
        match (dot, name) {
            (Word::Sign("."), Word::Name(name)) if *after != Word::Sign("(") => Some(name),
            _ => None,
        }
    }

    fn negative(&mut self) -> Result<Form, BadCondition> {
        let Word::Int(number) = *self.word() else { return Err(self.bad("needs a number")) };
        self.next += 1;
        Ok(Form::Constant(Value::Int(-number)))
    }

    fn set(&mut self) -> Result<Box<[Value]>, BadCondition> {
        let mut values = Vec::new();
        while !self.take_sign("]") {
            let at = self.at();
            let Form::Constant(value) = self.unary()?.form else {
                return Err(BadCondition::new(at, "has a set of more than constants"));
            };
            values.push(value);
            if *self.word() != Word::Sign("]") {
                self.expect(",")?;
            }
        }
        Ok(values.into())
    }

    fn argument(&mut self) -> Result<Expr, BadCondition> {
        self.expect("(")?;
        let inner = self.or()?;
        self.expect(")")?;
        Ok(inner)
    }

    fn word(&self) -> &Word<'t> {
        self.tokens.get(self.next).map_or(&Word::End, |token| &token.word)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(0, |token| token.at)
    }

    fn end_of_last(&self) -> usize {
        let last = self.next.checked_sub(1).and_then(|last| self.tokens.get(last));
        last.map_or(0, |token| token.end)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.word(), Word::Sign(own) if *own == sign);
        self.next += usize::from(found);
        found
    }

    fn take_name(&mut self, name: &str) -> bool {
        let found = matches!(self.word(), Word::Name(own) if *own == name);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), BadCondition> {
        match self.take_sign(sign) {
            true => Ok(()),
            false => Err(self.bad(format!("needs `{sign}`"))),
        }
    }

    fn name(&mut self) -> Result<&'t str, BadCondition> {
        let Word::Name(name) = *self.word() else { return Err(self.bad("needs a name")) };
        self.next += 1;
        Ok(name)
    }

    fn text(&mut self, flaw: &str) -> Result<String, BadCondition> {
        let Word::Text(text) = self.word().clone() else { return Err(self.bad(flaw)) };
        self.next += 1;
        Ok(text)
    }

    fn bad(&self, flaw: impl Into<String>) -> BadCondition {
        BadCondition::new(self.at(), flaw)
    }
}

fn root(name: &str) -> Option<Root> {
    [Root::Principal, Root::Resource, Root::Context].into_iter().find(|root| root.name() == name)
}

const COMPARES: [(&str, Compare); 6] = [
    ("==", Compare::Eq),
    ("!=", Compare::Ne),
    ("<=", Compare::Le),
    (">=", Compare::Ge),
    ("<", Compare::Lt),
    (">", Compare::Gt),
];
/// Parentheses and negations within each other.
const MAX_NESTING: usize = 32;
