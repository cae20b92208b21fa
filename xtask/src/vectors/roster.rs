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
    File { name: "asok.json", compare: asok::signed },
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

/// Prints what is out of scope and what differs, and then the line of the file;
/// whether nothing differs.
fn compare(file: &File, path: &Path) -> Result<bool> {
    let mut comparison = Comparison::default();
    (file.compare)(&fs::read_to_string(path)?, &mut comparison)?;
    comparison.print_details(file.name);
    println!("{} {comparison}", file.name);
    Ok(comparison.agrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of each kind, and what to change in it so that it differs.
    const SAMPLES: &[(&str, &str, [&str; 2])] = &[
        (
            "acl_decisions.json",
            r#"{"cases": [{"user": null, "groups": ["a"], "permission": "p", "global_context": null,
                "local_context": [["deny", "b", ["p"]], ["allow", "a", ["p"]]], "expected": true}]}"#,
            ["\"a\"", "\"b\""],
        ),
        (
            "aiohttp_acl.json",
            r#"{"cases": [{"user": "u", "acl_groups": [], "permission": "p", "local_context": null,
                "global_context": [["Allow", "@AuthenticatedUser", ["p"]]], "result": true}]}"#,
            ["\"u\"", "null"],
        ),
        (
            "aiohttp_http.json",
            r#"{"transcript": [{"flow": "cookie", "request": "GET /edit", "status": 403,
                "body": "403: Forbidden", "set_cookie": [], "www_authenticate": null}]}"#,
            ["/edit", "/"],
        ),
        (
            "asok_rbac.json",
            r#"{"cases": [{"test": "t", "is_admin": false, "roles": ["posts.*", null],
                "permission": "posts.edit", "expected": true}]}"#,
            ["true", "false"],
        ),
        (
            "asyncauth_wildcard.json",
            r#"{"rows": [{"granted": "a:*", "required": "a:b", "asyncauth_fnmatch": true,
                "sanic_security_check_wildcard": true}]}"#,
            ["true", "false"],
        ),
        (
            "authnzerver_permissions.json",
            r#"{"policy": {"roles": ["guest"], "item_policy": {"dataset": {"valid_role_actions": ["view"],
                "valid_visibilities": ["public"], "invalid_roles": []}}, "role_policy": {"guest":
                {"limits": {"rows": {"type": "max", "limit": 5}}, "can_own_items": [],
                "allowed_actions_for_owned": [],
                "allowed_actions_for_other": {"public": ["view"]}}}}, "limits": [], "edge_cases": [], "rows":
                [["guest", 2, "view", "dataset", "public", 9, null, true]]}"#,
            ["\"invalid_roles\": []", "\"invalid_roles\": [\"guest\"]"],
        ),
        (
            "authnzerver_policy.json",
            r#"{"model": {"roles": ["guest"], "item_policy": {"dataset": {"valid_role_actions": ["view"],
                "valid_visibilities": ["public"], "invalid_roles": []}}, "role_policy": {"guest":
                {"limits": {"rows": {"type": "max", "limit": 5}}, "can_own_items": [],
                "allowed_actions_for_owned": [],
                "allowed_actions_for_other": {"public": ["view"]}}}}, "limits": [["guest", "rows", 6, false]],
                "upstream_tests": [], "cases": []}"#,
            ["\"limit\": 5", "\"limit\": 7"],
        ),
        (
            "authzen_interop.json",
            r#"{"todo": {"users": {}, "evaluation": [], "evaluations": []}, "search": {"users":
                {"ann": {"role": "employee", "department": "Legal"}}, "records": {"1":
                {"department": "Legal", "owner": "bob"}}, "cases": {"subject": [], "action": [],
                "resource": [{"request": {"subject": {"id": "ann"}, "action": {"name": "view"}},
                "expected": {"results": [{"type": "record", "id": "1"}]}}]}}}"#,
            ["[{\"type\": \"record\", \"id\": \"1\"}]", "[]"],
        ),
        (
            "basic_header.json",
            r#"{"basic": [{"name": "n", "authorization": "Basic dTpw",
                "parsed": [["basic", "u", "p"]], "expect": "parsed"}]}"#,
            ["\"p\"", "\"q\""],
        ),
        (
            "casbin_rbac.json",
            r#"{"cases": [{"test": "t", "requests": [{"request": ["ada", "data", "read"],
                "expected": true}], "policy": "p, admin, data, read\ng, ada, admin", "model":
                "[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act"
                }]}"#,
            ["g, ada", "g, bob"],
        ),
        (
            "pyramid_acl.json",
            r#"{"cases": [{"lineage_root_first": [[["allow", "ada", "*"]], null],
                "principals": ["@everyone", "ada"], "permission": "p", "expected": true,
                "because": [0, 0]}]}"#,
            ["[0, 0]", "[1, 0]"],
        ),
        (
            "relation_tuples.json",
            r#"{"cases": [{"name": "n", "model": {"user": {}, "doc": {"viewer": ["this", "user"]}},
                "tuples": [["doc:1", "viewer", "user:ada"]], "checks": [{"object": "doc:1",
                "relation": "viewer", "user": "user:ada", "expected": true}]}]}"#,
            ["true", "\"error\""],
        ),
        (
            "shiro_wildcard.json",
            r#"{"cases": [{"group": "g", "case_sensitive": true, "granted": "a,b", "requested": "b",
                "implies": true}]}"#,
            ["a,b", "a,B"],
        ),
        (
            "starlette_scopes.json",
            r#"{"cases": [{"required": ["a"], "held": ["a", "b"], "expected": true}]}"#,
            ["[\"a\"]", "[\"c\"]"],
        ),
    ];

    fn compared(name: &str, text: &str) -> Comparison {
        let file = FILES.iter().find(|file| file.name == name).unwrap();
        let mut comparison = Comparison::default();
        (file.compare)(text, &mut comparison).unwrap_or_else(|error| panic!("{name}: {error}"));
        comparison
    }

    #[test]
    fn a_row_agrees_and_a_changed_one_does_not() {
        for (name, text, [from, to]) in SAMPLES {
            let agreed = compared(name, text);
            assert!(agreed.agrees(), "{name}: {agreed:?}");
            let differed = compared(name, &text.replacen(from, to, 1));
            assert_eq!(differed.to_string(), "rows 1 disagreements 1", "{name}: {differed:?}");
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
