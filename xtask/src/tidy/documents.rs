//! The documents, and the files that tests compare with.

use super::Fault;
use super::house::House;
use super::source::Source;

const ARCHITECTURE_LINES: usize = 250;

/// Golden files that must be there; the tests of `keyward` compare them.
const GOLDEN: &[&str] =
    &["events.json", "openapi.json", "permissions.txt", "routes.txt", "routes_dev.txt"];
const GOLDEN_FOLDER: &str = "crates/keyward/tests/it/golden";

/// The map can be read at one sitting.
pub(super) fn architecture(house: &House) -> Vec<Fault> {
    let file = "ARCHITECTURE.md";
    let what = match house.documents.iter().find(|(path, _)| path == file) {
        None => "is missing".to_owned(),
        Some((_, text)) if text.lines().count() > ARCHITECTURE_LINES => {
            format!("{} lines, at most {ARCHITECTURE_LINES}", text.lines().count())
        }
        Some(_) => return Vec::new(),
    };
    vec![Fault { file: file.to_owned(), line: None, what }]
}

/// Every document with Rust in it is compiled and run: a file includes it.
pub(super) fn snippets(house: &House) -> Vec<Fault> {
    let included: Vec<String> = house.sources.iter().flat_map(included).collect();
    let is_included = |path: &String| included.contains(path);
    let with_rust = house.documents.iter().filter(|(_, text)| text.contains("```rust"));
    with_rust
        .filter(|(path, _)| !is_included(path))
        .map(|(path, _)| Fault {
            file: path.clone(),
            line: None,
            what: "its Rust is not compiled: include it in crates/keyward/src/documents.rs"
                .to_owned(),
        })
        .collect()
}

/// The files that a source includes as text, relative to the workspace.
fn included(source: &Source) -> Vec<String> {
    let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let paths =
        source.text.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next());
    paths.map(|path| resolved(folder, path)).collect()
}

/// A path from a folder on, without `..`.
fn resolved(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What tests compare with is there.
pub(super) fn golden_files(house: &House) -> Vec<Fault> {
    let paths = GOLDEN.iter().map(|name| format!("{GOLDEN_FOLDER}/{name}"));
    paths
        .filter(|path| !house.paths.contains(path))
        .map(|path| Fault { file: path, line: None, what: "golden file is missing".to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(documents: &[(&str, &str)], code: &str) -> House {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        House {
            sources: vec![Source::new("crates/keyward/src/documents.rs", code)],
            documents: documents.iter().map(owned).collect(),
            paths: vec![format!("{GOLDEN_FOLDER}/{}", GOLDEN[0])],
            ..House::default()
        }
    }

    #[test]
    fn the_map_is_there_and_short() {
        assert_eq!(architecture(&house(&[], "")).len(), 1);
        assert_eq!(architecture(&house(&[("ARCHITECTURE.md", &"\n".repeat(251))], "")).len(), 1);
        assert_eq!(architecture(&house(&[("ARCHITECTURE.md", &"\n".repeat(250))], "")), []);
    }

    #[test]
    fn rust_in_a_document_is_compiled() {
        let rust = [("docs/library.md", "```rust\nfn a() {}\n```")];
        let included = "#[doc = include_str!(\"../../../docs/library.md\")] struct Library;";
        let another = "#[doc = include_str!(\"../../../docs/not-docs/library.md\")] struct A;";
        assert_eq!(snippets(&house(&rust, included)), []);
        assert_eq!(snippets(&house(&rust, another)).len(), 1);
        assert_eq!(snippets(&house(&rust, "")).len(), 1);
        assert_eq!(snippets(&house(&[("docs/library.md", "```sh\nls\n```")], "")), []);
    }

    #[test]
    fn golden_files_are_there() {
        let faults = golden_files(&house(&[], ""));
        assert_eq!(faults.len(), GOLDEN.len() - 1, "{faults:?}");
    }
}
