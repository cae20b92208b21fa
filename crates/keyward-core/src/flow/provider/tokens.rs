//! New tokens in the place of old ones.

use super::{Connection, Tokens};
use crate::Error;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{CredentialId, UserId};
use crate::port::Fut;
use crate::record::Subject;
use crate::refusal::Refusal;

/// Keeps what a service gave for an account that is connected already.
#[derive(Clone, Debug)]
pub struct KeepTokens {
    /// Whose.
    pub user: UserId,
    /// For which account elsewhere.
    pub connection: CredentialId,
    /// The new ones.
    pub tokens: Tokens,
}

impl Flow for KeepTokens {
    type Facts = Option<Subject>;
    type Yes = ();
    const NAME: &'static str = "keep_tokens";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let all = facts.as_ref().map(Connection::of).unwrap_or_default();
        match all.iter().find(|found| found.id == self.connection) {
            Some(found) => Verdict::yes((), vec![found.with_tokens(&self.tokens, cx)], vec![]),
            None => Verdict::no(Refusal::NotFound),
        }
    }
}
