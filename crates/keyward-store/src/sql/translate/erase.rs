//! What is left of a deleted account goes.

use keyward_core::id::UserId;
use keyward_core::record::Tuple;

use super::{S, Step, any, close_sessions, one};
use crate::sql::value::params;

pub(super) fn user(user: UserId, was: i64, to: &mut Vec<Step>) {
    // The row first: whoever restores it meanwhile keeps the rest.
    to.push(one(S::EraseUser, params![user, was]));
    to.push(close_sessions(user, None));
    let rest = [
        S::EraseIdentifiers,
        S::EraseIdentities,
        S::EraseCredentials,
        S::KillChallengesOf,
        S::EraseMessages,
        S::EraseAssignments,
        S::EraseGrants,
        S::EraseMemberships,
        S::ErasePersonal,
        S::EraseActor,
    ];
    to.extend(rest.map(|statement| any(statement, params![user])));
    let named = user.to_string();
    let relations = [S::EraseRelationsOf, S::EraseRelationsWith];
    to.extend(relations.map(|statement| any(statement, params![Tuple::ACCOUNT, &named])));
}
