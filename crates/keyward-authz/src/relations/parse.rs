//! Reads expressions such as `[user, group#member] | viewer from parent but not
//! banned`. `or` and `and` are the same as `|` and `&`. Different operators need
//! parentheses, so that nobody has to know which binds closer.

use std::fmt;

use super::model::{Rewrite, TypeRef};

/// An expression that is not well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRelation {
    /// The byte at which it went wrong, from 0.
    pub at: usize,
    /// What was needed there.
    pub needed: &'static str,
}

pub(super) fn parse(text: &str) -> Result<Rewrite, BadRelation> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let rewrite = reader.expression()?;
    match reader.peek() {
        "" => Ok(rewrite),
        _ => Err(reader.needs("`|`, `&`, `but not` or the end")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn expression(&mut self) -> Result<Rewrite, BadRelation> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.needs("fewer parentheses"));
        }
        let mut parts = vec![self.operand()?];
        let operator = self.operator();
        while operator.is_some() && self.operator() == operator {
            self.take_operator(operator)?;
            parts.push(self.operand()?);
        }
        self.depth -= 1;
        match (operator, parts.len()) {
            (Some(Operator::ButNot), 3..) => Err(self.needs("parentheses")),
            (Some(Operator::Or), _) => Ok(Rewrite::Union(parts.into())),
            (Some(Operator::And), _) => Ok(Rewrite::Intersection(parts.into())),
            _ => Ok(match <[Rewrite; 2]>::try_from(parts) {
                Ok(both) => Rewrite::Exclusion(Box::new(both)),
                Err(mut one) => one.pop().ok_or_else(|| self.needs("a relation"))?,
            }),
        }
    }

    fn operator(&mut self) -> Option<Operator> {
        match self.peek() {
            "|" | "or" => Some(Operator::Or),
            "&" | "and" => Some(Operator::And),
            "but" => Some(Operator::ButNot),
            _ => None,
        }
    }

    fn take_operator(&mut self, operator: Option<Operator>) -> Result<(), BadRelation> {
        self.next();
        match (operator, self.peek()) {
            (Some(Operator::ButNot), "not") => {
                self.next();
                Ok(())
            }
            (Some(Operator::ButNot), _) => Err(self.needs("`not` after `but`")),
            _ => Ok(()),
        }
    }

    fn operand(&mut self) -> Result<Rewrite, BadRelation> {
        match self.peek() {
            "(" => {
                self.next();
                let inner = self.expression()?;
                self.expect(")", "`)`")?;
                Ok(inner)
            }
            "[" => {
                self.next();
                self.types()
            }
            _ => self.named(),
        }
    }

    fn named(&mut self) -> Result<Rewrite, BadRelation> {
        let relation: Box<str> = self.name("a relation, `[` or `(`")?.into();
        if self.peek() != "from" {
            return Ok(Rewrite::Computed(relation));
        }
        self.next();
        let via = self.name("a relation after `from`")?.into();
        Ok(Rewrite::From { relation, via })
    }

    fn types(&mut self) -> Result<Rewrite, BadRelation> {
        let mut types = Vec::new();
        loop {
            types.push(self.type_ref()?);
            match self.next() {
                "," => {}
                "]" => return Ok(Rewrite::Direct(types.into())),
                _ => return Err(self.needs("`,` or `]` before this")),
            }
        }
    }

    fn type_ref(&mut self) -> Result<TypeRef, BadRelation> {
        let kind: Box<str> = self.name("a type")?.into();
        match self.peek() {
            ":" => {
                self.next();
                self.expect("*", "`*` after `:`")?;
                Ok(TypeRef::Everybody(kind))
            }
            "#" => {
                self.next();
                Ok(TypeRef::Set(kind, self.name("a relation after `#`")?.into()))
            }
            _ => Ok(TypeRef::One(kind)),
        }
    }

    fn name(&mut self, needed: &'static str) -> Result<&'t str, BadRelation> {
        let word = self.peek();
        if !word.starts_with(in_name) || KEYWORDS.contains(&word) {
            return Err(self.needs(needed));
        }
        Ok(self.next())
    }

    fn expect(&mut self, word: &str, needed: &'static str) -> Result<(), BadRelation> {
        if self.peek() != word {
            return Err(self.needs(needed));
        }
        self.next();
        Ok(())
    }

    /// The next name or sign; empty at the end.
    fn peek(&mut self) -> &'t str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let word = rest.trim_start();
        self.at += rest.len() - word.len();
        let name = word.find(|c| !in_name(c)).unwrap_or(word.len());
        let sign = word.chars().next().map_or(0, char::len_utf8);
        word.get(..if name > 0 { name } else { sign }).unwrap_or_default()
    }

    fn next(&mut self) -> &'t str {
        let word = self.peek();
        self.at += word.len();
        word
    }

    fn needs(&self, needed: &'static str) -> BadRelation {
        BadRelation { at: self.at, needed }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    ButNot,
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

impl fmt::Display for BadRelation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "relation needs {} at byte {}", self.needed, self.at)
    }
}

impl std::error::Error for BadRelation {}

const KEYWORDS: [&str; 5] = ["from", "but", "not", "or", "and"];
/// Parentheses within parentheses.
const MAX_NESTING: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn computed(name: &str) -> Rewrite {
        Rewrite::Computed(name.into())
    }

    #[test]
    fn the_five_forms_are_read() {
        let types = [
            TypeRef::One("user".into()),
            TypeRef::Set("group".into(), "member".into()),
            TypeRef::Everybody("user".into()),
        ];
        let both = [computed("a"), computed("b")];
        for (text, rewrite) in [
            ("[user, group#member, user:*]", Rewrite::Direct(types.into())),
            ("a", computed("a")),
            ("a from b", Rewrite::From { relation: "a".into(), via: "b".into() }),
            ("a | b", Rewrite::Union(both.clone().into())),
            ("a and b", Rewrite::Intersection(both.clone().into())),
            ("(a but not b)", Rewrite::Exclusion(both.into())),
        ] {
            assert_eq!(parse(text), Ok(rewrite), "{text}");
        }
    }

    #[test]
    fn errors_name_the_place() {
        for (text, at, needed) in [
            ("", 0, "a relation, `[` or `(`"),
            ("a |", 3, "a relation, `[` or `(`"),
            ("a | b & c", 6, "`|`, `&`, `but not` or the end"),
            ("a but b", 6, "`not` after `but`"),
            ("a but not b but not c", 21, "parentheses"),
            ("[user", 5, "`,` or `]` before this"),
            ("[user:x]", 6, "`*` after `:`"),
            ("(a", 2, "`)`"),
            ("a from", 6, "a relation after `from`"),
            ("é", 0, "a relation, `[` or `(`"),
        ] {
            assert_eq!(parse(text), Err(BadRelation { at, needed }), "{text}");
        }
        assert!(parse(&"(".repeat(1000)).is_err());
    }

    proptest! {
        #[test]
        fn nothing_makes_reading_panic(text in "([a-b*:#,|&()\\[\\]é ]|but|not|from){0,40}") {
            let _ = parse(&text);
        }
    }
}
