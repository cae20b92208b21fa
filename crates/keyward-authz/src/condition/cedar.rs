//! A condition as Cedar writes it.

use super::parse::{Compare, Expr, Form};
use super::value::Value;
use super::{Condition, time};

impl Condition {
    /// The condition in Cedar's own syntax.
    pub(crate) fn to_cedar(&self) -> String {
        let parts: Vec<String> = self.exprs().map(write).collect();
        match parts.as_slice() {
            [] => "true".to_owned(),
            parts => parts.join(" && "),
        }
    }
}

fn write(expr: &Expr) -> String {
    match &expr.form {
        Form::Constant(value) => constant(value),
        Form::Attribute(root, name) => attribute(root.name(), name),
        Form::Has(root, name) => has(root.name(), name),
        // Cedar reads four signs in a row and no more, hence the parentheses.
        Form::Not(inner) => format!("!({})", write(inner)),
        Form::And(both) => joined(both, "&&"),
        Form::Or(both) => joined(both, "||"),
        Form::Compare(compare, both) => joined(both, sign(*compare)),
        Form::In(both) => {
            let [item, whole] = &**both;
            let method = match whole.form {
                Form::Constant(Value::Net(_)) => "isInRange",
                _ => "contains",
            };
            match method {
                "isInRange" => format!("{}.{method}({})", write(item), write(whole)),
                _ => format!("{}.{method}({})", write(whole), write(item)),
            }
        }
        Form::Like(text, pattern) => {
            let pieces = pattern.pieces().map(|piece| escaped(piece).replace('*', "\\*"));
            let pattern = pieces.collect::<Vec<_>>().join("*");
            format!("({} like \"{pattern}\")", write(text))
        }
    }
}

/// An attribute; names that Cedar keeps for itself stand in brackets.
fn attribute(root: &str, path: &str) -> String {
    let mut text = root.to_owned();
    for name in path.split('.') {
        text += &match RESERVED.contains(&name) {
            true => format!("[\"{name}\"]"),
            false => format!(".{name}"),
        };
    }
    text
}

/// Whether there is an attribute, and every record on the way to it.
fn has(root: &str, path: &str) -> String {
    let (mut whole, mut tests) = (root.to_owned(), Vec::new());
    for name in path.split('.') {
        tests.push(match RESERVED.contains(&name) {
            true => format!("{whole} has \"{name}\""),
            false => format!("{whole} has {name}"),
        });
        whole = attribute(&whole, name);
    }
    format!("({})", tests.join(" && "))
}

/// What Cedar's grammar keeps for itself.
const RESERVED: [&str; 10] =
    ["true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"];

fn joined(both: &[Expr; 2], sign: &str) -> String {
    let [left, right] = both;
    format!("({} {sign} {})", write(left), write(right))
}

fn sign(compare: Compare) -> &'static str {
    match compare {
        Compare::Eq => "==",
        Compare::Ne => "!=",
        Compare::Lt => "<",
        Compare::Le => "<=",
        Compare::Gt => ">",
        Compare::Ge => ">=",
    }
}

fn constant(value: &Value) -> String {
    match value {
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Text(text) => quoted(text),
        Value::Set(values) => {
            format!("[{}]", values.iter().map(constant).collect::<Vec<_>>().join(", "))
        }
        Value::Time(micros) => format!("datetime({})", quoted(&time::show(*micros))),
        Value::Span(micros) => format!("duration(\"{}ms\")", micros / 1000),
        Value::Net(net) => format!("ip({})", quoted(&net.to_string())),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
