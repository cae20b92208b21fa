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
        Form::Attribute(root, name) => format!("{}.{name}", root.name()),
        Form::Has(root, name) => format!("({} has {name})", root.name()),
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
