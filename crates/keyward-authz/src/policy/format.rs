//! One way to lay a policy file out. Comments and order stay; only white space
//! changes.

use toml::de::{DeTable, DeValue};

/// Lays the file out: no trailing white space, one empty line before each table
/// and never two, `key = value`, and lists indented by two. Text that is not
/// TOML stays as it is; see [`Policy::parse`](super::Policy::parse) for why.
///
/// ```
/// use keyward_authz::policy::format;
///
/// let text = "version=1\n[roles]\n\n\neditor={ allow=[\"posts:*\"] } # all\n";
/// let laid_out = format(text);
/// assert_eq!(laid_out, "version = 1\n\n[roles]\neditor = { allow=[\"posts:*\"] } # all\n");
/// assert_eq!(format(&laid_out), laid_out);
/// ```
pub fn format(text: &str) -> String {
    let Ok(before) = DeTable::parse(text) else { return text.to_owned() };
    let laid_out = lay_out(text);
    // Should white space ever have meant something, nothing is changed.
    match DeTable::parse(&laid_out) {
        Ok(after) if same_tables(after.get_ref(), before.get_ref()) => laid_out,
        _ => text.to_owned(),
    }
}

pub(super) fn same_tables(one: &DeTable<'_>, other: &DeTable<'_>) -> bool {
    let same =
        |((key, value), (other_key, other)): ((&_, &toml::Spanned<_>), (&_, &toml::Spanned<_>))| {
            key == other_key && same(value.get_ref(), other.get_ref())
        };
    one.len() == other.len() && one.iter().zip(other.iter()).all(same)
}

pub(super) fn same(one: &DeValue<'_>, other: &DeValue<'_>) -> bool {
    match (one, other) {
        (DeValue::Table(one), DeValue::Table(other)) => same_tables(one, other),
        (DeValue::Array(one), DeValue::Array(other)) => {
            let mut pairs = one.iter().zip(other.iter());
            one.len() == other.len()
                && pairs.all(|(one, other)| same(one.get_ref(), other.get_ref()))
        }
        (DeValue::Integer(one), DeValue::Integer(other)) => {
            one.as_str() == other.as_str() && one.radix() == other.radix()
        }
        (DeValue::Float(one), DeValue::Float(other)) => one.as_str() == other.as_str(),
        _ => {
            let plain = |value: &DeValue<'_>| {
                (value.as_str().map(str::to_owned), value.as_bool(), value.as_datetime().copied())
            };
            one.same_type(other) && plain(one) == plain(other)
        }
    }
}

fn lay_out(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut state = State::default();
    for line in text.lines() {
        if state.quote.is_some() {
            state.follow(line);
            lines.push(line.to_owned());
            continue;
        }
        let plain = line.trim();
        let header = state.depth == 0 && plain.starts_with('[');
        let blank = lines.last().is_none_or(|last| {
            last.is_empty() || (plain.is_empty() && state.depth == 0 && last.starts_with('['))
        });
        let opens = header && !blank && !lines.last().is_some_and(|last| last.starts_with('#'));
        if opens || (plain.is_empty() && !blank && state.depth == 0) {
            lines.push(String::new());
        }
        if plain.is_empty() {
            continue;
        }
        let closes = plain.starts_with([']', '}']);
        let indent = INDENT.repeat(state.depth.saturating_sub(usize::from(closes)));
        let spaced = if state.depth == 0 && !header { spaced(plain) } else { plain.to_owned() };
        state.follow(plain);
        lines.push(format!("{indent}{spaced}"));
    }
    while lines.pop_if(|last| last.is_empty()).is_some() {}
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

/// `key = value`, when the key is a plain one.
fn spaced(line: &str) -> String {
    let Some((key, value)) = line.split_once('=') else { return line.to_owned() };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    match key.trim_end().chars().all(plain) {
        true => format!("{} = {}", key.trim_end(), value.trim_start()),
        false => line.to_owned(),
    }
}

/// Where in the text a line begins.
#[derive(Default)]
struct State {
    /// Brackets that are open.
    depth: usize,
    /// The quotes of a text of several lines that is open.
    quote: Option<&'static str>,
}

impl State {
    fn follow(&mut self, line: &str) {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let mut taken = first.len_utf8();
            if let Some(quote) = self.quote {
                match () {
                    () if rest.starts_with(quote) => {
                        self.quote = None;
                        taken = quote.len();
                    }
                    () if first == '\\' && quote.starts_with('"') => {
                        taken += rest.chars().nth(1).map_or(0, char::len_utf8);
                    }
                    () => {}
                }
            } else {
                match QUOTES.into_iter().find(|quote| rest.starts_with(quote)) {
                    Some(quote) => {
                        self.quote = Some(quote);
                        taken = quote.len();
                    }
                    None if first == '#' => return,
                    None => self.bracket(first),
                }
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
        // A text of one line ends with it at the latest.
        self.quote = self.quote.filter(|quote| quote.len() == 3);
    }

    fn bracket(&mut self, sign: char) {
        match sign {
            '[' | '{' => self.depth += 1,
            ']' | '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// Longer ones first.
const QUOTES: [&str; 4] = ["\"\"\"", "'''", "\"", "'"];
const INDENT: &str = "  ";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn white_space_is_put_in_order_and_nothing_else() {
        for (text, laid_out) in [
            ("version=1   \n\n\n\n[roles]\n\n", "version = 1\n\n[roles]\n"),
            ("a=[\n\"x\", # one\n    \"y\",\n]\n", "a = [\n  \"x\", # one\n  \"y\",\n]\n"),
            ("# about\n[a]\nb='='\n[c]\n", "# about\n[a]\nb = '='\n\n[c]\n"),
            ("a = \"\"\"\n  x  \n\n\n]\"\"\"\nb=1\n", "a = \"\"\"\n  x  \n\n\n]\"\"\"\nb = 1\n"),
            ("\"a=b\"=1\n", "\"a=b\"=1\n"),
            ("not toml", "not toml"),
        ] {
            assert_eq!(format(text), laid_out);
        }
        let house = include_str!("../../tests/it/files/house.toml");
        assert_eq!(format(house), house);
    }

    proptest! {
        #[test]
        fn laying_out_twice_is_laying_out_once(
            text in "(a = |b=|\\[|\\]|\\{|\\}|\"|\"\"\"|'|\\\\|#| |\n|x|,|é|1){0,20}",
        ) {
            let once = format(&text);
            prop_assert_eq!(format(&once), once);
        }
    }
}
