//! The policy document, in its row.

use super::super::driver::Step;
use super::super::statement::Statement as S;
use super::super::value::params;
use super::{bump_policy, one};

pub(super) fn swap(was: i64, text: &str, to: &mut Vec<Step>) {
    to.push(match was {
        0 => one(S::AddPolicyDocument, params![text]),
        was => one(S::SwapPolicyDocument, params![text, was]),
    });
    to.push(bump_policy());
}
