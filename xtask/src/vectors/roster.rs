//! Which files are known, and the lines they give.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::comparison::Comparison;
use super::{acl, casbin, items, otp, password, relations, wildcard};
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
    File { name: "asok_rbac.json", compare: wildcard::asok },
    File { name: "asyncauth_crypto.json", compare: password::asyncauth },
    File { name: "asyncauth_wildcard.json", compare: wildcard::asyncauth },
    File { name: "authnzerver_permissions.json", compare: items::permissions },
    File { name: "authnzerver_policy.json", compare: items::policy },
    File { name: "casbin_rbac.json", compare: casbin::compare },
    File { name: "otp.json", compare: otp::compare },
    File { name: "password_hashes.json", compare: password::hashes },
    File { name: "pyramid_acl.json", compare: acl::pyramid },
    File { name: "relation_tuples.json", compare: relations::compare },
    File { name: "shiro_wildcard.json", compare: wildcard::shiro },
    File { name: "starlette_scopes.json", compare: wildcard::scopes },
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

/// Prints what differs, and then the line of the file; whether nothing does.
fn compare(file: &File, path: &Path) -> Result<bool> {
    let mut comparison = Comparison::default();
    (file.compare)(&fs::read_to_string(path)?, &mut comparison)?;
    comparison.print_differences(file.name);
    println!("{} {comparison}", file.name);
    Ok(comparison.agrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_agrees_when_it_has_no_rows() {
        for file in FILES {
            let mut comparison = Comparison::default();
            let read = (file.compare)("{}", &mut comparison);
            assert!(read.is_err() || !comparison.agrees(), "{}", file.name);
        }
    }
}
