//! Access control lists, one row each: the order of the entries is theirs.

use keyward_core::record::AclRow;

use super::super::driver::Step;
use super::super::statement::Statement as S;
use super::super::value::params;
use super::{bump_policy, one};

pub(super) fn put_acl(was: Option<i64>, now: &AclRow, to: &mut Vec<Step>) {
    let entries = serde_json::to_string(&now.entries).unwrap_or_default();
    to.push(match was {
        None => one(S::AddAcl, params![&now.name, entries, now.version]),
        Some(was) => one(S::SwapAcl, params![entries, now.version, &now.name, was]),
    });
    to.push(bump_policy());
}
