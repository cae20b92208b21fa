//! Which files are known, and the lines they give.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::comparison::Comparison;
use super::{
    acl, asok, authzen, casbin, example, fernet, header, items, likeness, otp, password, relations,
    ticket, wildcard,
};
use crate::Result;

/// A file of vectors.
struct File {
    name: &'static str,
    /// Compares what is in its text; a text of another shape is an error.
    compare: fn(&str, &mut Comparison) -> Result<()>,
}

/// In the order they are printed.
const FILES: &[File] = &[
    File { name: "acl_decisions.json", compare: acl::decisions },
    File { name: "aiohttp_acl.json", compare: acl::aiohttp },
    File { name: "aiohttp_http.json", compare: example::compare },
    File { name: "asok.json", compare: asok::compare },
    File { name: "asok_rbac.json", compare: wildcard::asok },
    File { name: "asyncauth_crypto.json", compare: password::asyncauth },
    File { name: "asyncauth_wildcard.json", compare: wildcard::asyncauth },
    File { name: "authnzerver_messaging.json", compare: fernet::messages },
    File { name: "authnzerver_permissions.json", compare: items::permissions },
    File { name: "authnzerver_policy.json", compare: items::policy },
    File { name: "authnzerver_validation.json", compare: likeness::compare },
    File { name: "authzen_interop.json", compare: authzen::compare },
    File { name: "basic_header.json", compare: header::compare },
    File { name: "casbin_rbac.json", compare: casbin::compare },
    File { name: "fernet.json", compare: fernet::compare },
    File { name: "otp.json", compare: otp::compare },
    File { name: "password_hashes.json", compare: password::hashes },
    File { name: "pyramid_acl.json", compare: acl::pyramid },
    File { name: "relation_tuples.json", compare: relations::compare },
    File { name: "shiro_wildcard.json", compare: wildcard::shiro },
    File { name: "starlette_scopes.json", compare: wildcard::scopes },
    File { name: "ticket.json", compare: ticket::forms },
    File { name: "ticket_policy.json", compare: ticket::renewals },
];

/// `cargo xtask vectors DIR`: one line for each known file that is there.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let [folder] = arguments else { return Err("say where: cargo xtask vectors DIR".into()) };
    let mut agreed = true;
    let mut seen = 0;
    for file in FILES {
        let path = Path::new(folder).join(file.name);
        if !path.exists() {
            continue;
        }
        seen += 1;
        agreed &= compare(file, &path).unwrap_or_else(|error| {
            eprintln!("could not read `{}`: {error}", path.display());
            false
        });
    }
    if seen == 0 {
        return Err(format!("no known file in `{folder}`").into());
    }
    Ok(if agreed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints what is out of scope, mended and different, and then the line of the file;
/// whether nothing differs.
fn compare(file: &File, path: &Path) -> Result<bool> {
    let mut comparison = Comparison::of(file.name);
    (file.compare)(&fs::read_to_string(path)?, &mut comparison)?;
    comparison.print_details();
    println!("{} {comparison}", file.name);
    Ok(comparison.agrees())
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use super::super::mended;
    use super::samples::{MENDED, SAMPLES};
    use super::*;

    fn compared(name: &str, text: &str) -> Comparison {
        let file = FILES.iter().find(|file| file.name == name).unwrap();
        let mut comparison = Comparison::of(file.name);
        (file.compare)(text, &mut comparison).unwrap_or_else(|error| panic!("{name}: {error}"));
        comparison
    }

    #[test]
    fn a_row_agrees_and_a_changed_one_does_not() {
        for (name, text, [from, to]) in SAMPLES {
            let agreed = compared(name, text);
            assert!(agreed.agrees(), "{name}: {agreed:?}");
            let differed = compared(name, &text.replacen(from, to, 1));
            let rows = agreed.to_string();
            let wanted = rows.replacen("disagreements 0", "disagreements 1", 1);
            assert_eq!(differed.to_string(), wanted, "{name}: {differed:?}");
        }
    }

    #[test]
    fn a_mended_row_is_counted_so_and_another_answer_is_not() {
        for (name, text, [from, to]) in MENDED {
            let mended = compared(name, text);
            assert!(mended.agrees(), "{name}: {mended:?}");
            assert!(mended.to_string().ends_with(" mended 1"), "{name}: {mended:?}");
            let differed = compared(name, &text.replacen(from, to, 1));
            assert!(!differed.agrees(), "{name}: {differed:?}");
        }
    }

    #[test]
    fn there_is_a_sample_for_every_rule_that_mends() {
        let said: String =
            MENDED.iter().map(|(name, text, _)| format!("{:?}", compared(name, text))).collect();
        for why in mended::tests::reasons() {
            let why = format!("{why:?}");
            assert!(said.contains(why.trim_matches('"')), "{why}");
        }
    }

    #[test]
    fn no_file_agrees_when_it_has_no_rows() {
        for file in FILES {
            let mut comparison = Comparison::default();
            let read = (file.compare)("{}", &mut comparison);
            assert!(read.is_err() || !comparison.agrees(), "{}", file.name);
        }
    }
}
