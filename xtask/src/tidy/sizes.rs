//! Small files, small functions.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

use super::Fault;
use super::source::Source;

const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 60;

/// No file is too long to hold one idea.
pub(super) fn file(source: &Source) -> Vec<Fault> {
    let lines = source.text.lines().count();
    let fault = || source.fault(None, format!("{lines} lines, at most {FILE_LINES}"));
    (lines > FILE_LINES).then(fault).into_iter().collect()
}

/// No function is too long to be seen at once.
pub(super) fn functions(source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    visit(&source.stream, &mut |name, lines| {
        if lines > FUNCTION_LINES {
            let what = format!("function `{name}` has {lines} lines, at most {FUNCTION_LINES}");
            faults.push(source.fault(Some(name.span().start().line), what));
        }
    });
    faults
}

/// Calls `found` with every function and how many lines it has.
fn visit(stream: &TokenStream, found: &mut dyn FnMut(&Ident, usize)) {
    let mut tokens = stream.clone().into_iter().peekable();
    // The name of a function whose body has not come yet.
    let mut open: Option<Ident> = None;
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(ident) if ident == "fn" => {
                if let Some(TokenTree::Ident(name)) = tokens.peek() {
                    open = Some(name.clone());
                }
            }
            TokenTree::Punct(punct)
                if punct.as_char() == ';' && punct.spacing() == Spacing::Alone =>
            {
                open = None;
            }
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Brace
                    && let Some(name) = open.take()
                {
                    let end = group.span_close().end().line;
                    found(&name, end - name.span().start().line + 1);
                }
                visit(&group.stream(), found);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(name: &str, lines: usize) -> String {
        format!("fn {name}() -> [u8; 2] {{\n{}}}\n", "    step();\n".repeat(lines - 2))
    }

    #[test]
    fn a_function_may_fill_the_page_and_no_more() {
        let fits = Source::new("a.rs", &format!("mod m {{\n{}}}", long("fits", 60)));
        assert_eq!(functions(&fits), []);
        let code = format!("trait T {{ fn f(); }}\nmod m {{\n{}}}", long("too_long", 61));
        let [fault] = &functions(&Source::new("a.rs", &code))[..] else { panic!("{code}") };
        assert_eq!(fault.to_string(), "a.rs:3: function `too_long` has 61 lines, at most 60");
    }

    #[test]
    fn a_file_has_an_end() {
        assert_eq!(file(&Source::new("a.rs", &"\n".repeat(600))), []);
        assert_eq!(file(&Source::new("a.rs", &"\n".repeat(601))).len(), 1);
    }
}
