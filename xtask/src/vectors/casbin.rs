//! Casbin's models that roles or rules in order express, imported as a user
//! would import them. The others are listed with what they say that Keyward does
//! not.

use keyward_authz::import::{self, Casbin};
use keyward_authz::policy::Policy;
use keyward_authz::{Access, Permission, Question, Snapshot};
use serde::Deserialize;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    test: String,
    model: String,
    policy: String,
    requests: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    request: Vec<String>,
    expected: bool,
}

/// Compares the `cases` of `casbin_rbac.json` whose model is in scope.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    for case in serde_json::from_str::<Vectors>(text)?.cases {
        let casbin = match import::casbin(&case.model, &case.policy) {
            Ok(casbin) => casbin,
            Err(refused) => {
                comparison.leave_out(case.test, case.requests.len(), refused);
                continue;
            }
        };
        let policy = Policy::parse("policy.toml", &casbin.imported.policy)
            .map_err(|mistakes| format!("{}: {mistakes}", case.test))?;
        for (place, asked) in case.requests.iter().enumerate() {
            let ours = decide(&casbin, policy.snapshot(), &asked.request);
            let id = format!("{} requests[{place}]", case.test);
            comparison.row(id, ours, Some(asked.expected));
        }
    }
    Ok(())
}

/// Decides; nothing when Keyward cannot hold the question.
fn decide(casbin: &Casbin, snapshot: &Snapshot, request: &[String]) -> Option<bool> {
    let request: Vec<&str> = request.iter().map(String::as_str).collect();
    let (role, wanted) = casbin.ask(&request)?;
    let access = Access::compile(snapshot, [role.as_str()], []);
    let wanted = Permission::parse_as(snapshot.dialect(), &wanted).ok()?;
    Some(snapshot.decide(&Question::new(&access, &wanted)).decision.allowed())
}
