//! One Rust file, as text and as tokens.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};

use super::Fault;

/// A file of the workspace.
pub(super) struct Source {
    /// Relative to the workspace.
    pub(super) path: String,
    pub(super) text: String,
    /// Every token in order, groups opened up.
    pub(super) tokens: Vec<TokenTree>,
    pub(super) stream: TokenStream,
}

impl Source {
    /// Reads the tokens of `text`; none if it is not Rust, which the compiler
    /// will say.
    pub(super) fn new(path: &str, text: &str) -> Self {
        let stream: TokenStream = text.parse().unwrap_or_default();
        let mut tokens = Vec::new();
        flatten(stream.clone(), &mut tokens);
        Self { path: path.to_owned(), text: text.to_owned(), tokens, stream }
    }

    /// Whether this is the code of a crate, and not its tests or the workshop.
    pub(super) fn is_product(&self) -> bool {
        self.path.starts_with("crates/") && self.path.contains("/src/")
    }

    /// Whether it is the file or in the folder of a module of this name.
    pub(super) fn is_within(&self, module: &str) -> bool {
        let file = format!("{module}.rs");
        self.path.split('/').any(|part| part == module || part == file)
    }

    pub(super) fn fault(&self, line: Option<usize>, what: String) -> Fault {
        Fault { file: self.path.clone(), line, what }
    }

    /// Every word of the code: comments and texts are none.
    pub(super) fn idents(&self) -> impl Iterator<Item = &Ident> {
        self.tokens.iter().filter_map(|token| match token {
            TokenTree::Ident(ident) => Some(ident),
            _ => None,
        })
    }

    /// Every number, character and text.
    pub(super) fn literals(&self) -> impl Iterator<Item = &Literal> {
        self.tokens.iter().filter_map(|token| match token {
            TokenTree::Literal(literal) => Some(literal),
            _ => None,
        })
    }
}

fn flatten(stream: TokenStream, into: &mut Vec<TokenTree>) {
    for token in stream {
        let inner = match &token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        };
        into.push(token);
        if let Some(inner) = inner {
            flatten(inner, into);
        }
    }
}
