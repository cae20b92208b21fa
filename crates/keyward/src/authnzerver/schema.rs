//! What a request must bring, and of which type.

use serde_json::{Map, Value, json};

use super::answer::Answer;

/// A type, by the name that authnzerver gives it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Type {
    Text,
    Int,
    Number,
    Object,
    Bool,
    /// Anything but null.
    Any,
    Null,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "str",
            Self::Int => "int",
            Self::Number => "float",
            Self::Object => "dict",
            Self::Bool => "bool",
            Self::Any => "Any",
            Self::Null => "None",
        }
    }

    fn is(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Int => value.is_i64(),
            Self::Number => value.is_number(),
            Self::Object => value.is_object(),
            Self::Bool => value.is_boolean(),
            Self::Any => !value.is_null(),
            Self::Null => value.is_null(),
        }
    }
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) types: &'static [Type],
    /// Where it is not there, or null, there is none.
    pub(super) required: bool,
}

pub(super) const fn text(name: &'static str) -> Param {
    Param { name, types: &[Type::Text], required: true }
}

pub(super) const fn int(name: &'static str) -> Param {
    Param { name, types: &[Type::Int], required: true }
}

pub(super) const fn number(name: &'static str) -> Param {
    Param { name, types: &[Type::Number, Type::Int], required: true }
}

pub(super) const fn object(name: &'static str) -> Param {
    Param { name, types: &[Type::Object], required: true }
}

pub(super) const fn flag(name: &'static str) -> Param {
    Param { name, types: &[Type::Bool], required: true }
}

pub(super) const fn of(name: &'static str, types: &'static [Type]) -> Param {
    Param { name, types, required: true }
}

impl Param {
    pub(super) const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    fn problem(&self, value: Option<&Value>) -> Option<&'static str> {
        match value {
            None if self.required => Some("missing"),
            None => None,
            Some(Value::Null) if !self.required => None,
            Some(value) if self.types.iter().any(|wanted| wanted.is(value)) => None,
            Some(_) => Some("incorrect type"),
        }
    }
}

/// What is wrong with a body, as an answer.
pub(super) fn look_at(params: &[Param], body: &Map<String, Value>) -> Option<Answer> {
    let problem = |param: &Param| {
        let problem = param.problem(body.get(param.name))?;
        let types: Vec<&str> = param.types.iter().map(|wanted| wanted.name()).collect();
        Some(json!({
            "param": param.name, "problem": problem,
            "required_type": types, "required_param": param.required,
        }))
    };
    let problems: Vec<Value> = params.iter().filter_map(problem).collect();
    if problems.is_empty() {
        return None;
    }
    let answer = Answer::no("invalid request parameters", "Invalid request parameters.");
    Some(answer.with("problems", problems))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_what_it_says_and_nothing_else() {
        let either = of("p", &[Type::Int, Type::Null]);
        for (param, value, problem) in [
            (text("p"), json!("x"), None),
            (text("p"), json!(1), Some("incorrect type")),
            (int("p"), json!(true), Some("incorrect type")),
            (int("p"), json!(1.5), Some("incorrect type")),
            (int("p"), json!(u64::MAX), Some("incorrect type")),
            (number("p"), json!(1), None),
            (number("p"), json!(1.5), None),
            (either, json!(null), None),
            (either, json!("x"), Some("incorrect type")),
            (text("p").optional(), json!(null), None),
            (text("p").optional(), json!(1), Some("incorrect type")),
            (flag("p"), json!(0), Some("incorrect type")),
            (object("p"), json!([]), Some("incorrect type")),
        ] {
            assert_eq!(param.problem(Some(&value)), problem, "{param:?} {value}");
        }
        assert_eq!(text("p").problem(None), Some("missing"));
    }
}
