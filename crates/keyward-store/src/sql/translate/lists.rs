//! Access control lists, one row each: the order of the entries is theirs. Stored
//! relations.

use keyward_core::record::{AclRow, Tuple};

use super::super::driver::Step;
use super::super::statement::Statement as S;
use super::super::value::{Value, params};
use super::{any, bump_policy, one};

pub(super) fn swap_acl(name: &str, was: Option<i64>, now: Option<&AclRow>, to: &mut Vec<Step>) {
    let entries = |row: &AclRow| serde_json::to_string(&row.entries).unwrap_or_default();
    to.push(match (was, now) {
        (None, Some(now)) => one(S::AddAcl, params![name, entries(now), now.version]),
        (Some(was), Some(now)) => one(S::SwapAcl, params![entries(now), now.version, name, was]),
        // No list has this version: nothing is there to be removed.
        (was, None) => one(S::RemoveAcl, params![name, was.unwrap_or(-1)]),
    });
    to.push(bump_policy());
}

pub(super) fn relate(add: &[Tuple], remove: &[Tuple], to: &mut Vec<Step>) {
    to.extend(remove.iter().map(|tuple| any(S::RemoveTuple, columns(tuple))));
    to.extend(add.iter().map(|tuple| any(S::AddTuple, columns(tuple))));
}

fn columns(t: &Tuple) -> Vec<Value> {
    params![
        &t.object_type,
        &t.object_id,
        &t.relation,
        &t.subject_relation,
        &t.subject_type,
        &t.subject_id,
    ]
}
