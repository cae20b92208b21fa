//! Access control lists, one row each: the order of the entries is theirs.

use keyward_core::record::AclRow;

use super::super::driver::Step;
use super::super::statement::Statement as S;
use super::super::value::params;
use super::{bump_policy, one};

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
