//! `multipart/form-data` (RFC 7578) without files.

use serde_json::{Map, Value};

use super::input::insert;
use super::{Code, Fault, Problem};

/// The fields. A part with a file name is refused.
pub(super) fn read(body: &[u8], boundary: &str) -> Result<Map<String, Value>, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| bad("not UTF-8"))?;
    if boundary.is_empty() || boundary.len() > 70 {
        return Err(bad("the boundary is malformed"));
    }
    let delimiter = format!("--{boundary}");
    let rest = text.strip_prefix(&delimiter).ok_or_else(|| bad("the first part is missing"))?;
    let between = format!("\r\n{delimiter}");
    let mut fields = Map::new();
    let mut parts = rest.split(&between).peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            let end = part.trim_end_matches("\r\n") == "--";
            return if end { Ok(fields) } else { Err(bad("the last part is cut")) };
        }
        let part = part.strip_prefix("\r\n").ok_or_else(|| bad("a part is malformed"))?;
        let (head, value) = part.split_once("\r\n\r\n").ok_or_else(|| bad("a part has no end"))?;
        insert(&mut fields, name(head)?, value.to_owned())?;
    }
    Err(bad("there are no parts"))
}

fn name(head: &str) -> Result<String, Fault> {
    let line = head.split("\r\n").find(|line| {
        line.get(..20).is_some_and(|start| start.eq_ignore_ascii_case("content-disposition:"))
    });
    let line = line.ok_or_else(|| bad("a part has no name"))?;
    if line.contains("filename") {
        return Err(Code::UnsupportedMediaType.into());
    }
    let quoted = line.split_once("name=\"").and_then(|(_, rest)| rest.split_once('"'));
    quoted.map(|(name, _)| name.to_owned()).ok_or_else(|| bad("a part has no name"))
}

fn bad(detail: &'static str) -> Fault {
    Problem::new(Code::BadRequest).detail(detail).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Option<&[(&str, &str)]>) {
        let found = read(body.as_bytes(), "x").ok();
        let found = found.map(|fields| {
            let text = |v: &Value| v.as_str().unwrap().to_owned();
            fields.iter().map(|(k, v)| (k.clone(), text(v))).collect::<Vec<_>>()
        });
        let expected = expected.map(|pairs| {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>()
        });
        assert_eq!(found, expected, "{body:?}");
    }

    #[test]
    fn fields_are_read_and_files_are_refused() {
        let part = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
        check(&format!("{part}--x--\r\n"), Some(&[("a", "1")]));
        check(&format!("{part}{part}--x--"), None);
        check(part, None);
        check("", None);
        check("--x--", Some(&[]));
        let file =
            "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n1\r\n--x--";
        check(file, None);
    }
}
