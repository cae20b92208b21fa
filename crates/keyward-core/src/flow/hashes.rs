//! Put another stored form of the same password in place of one.

use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Subject, What};

/// An operator has a stored form replaced by one that the same password matches.
#[derive(Clone, Debug)]
pub struct ReplaceHash {
    /// Whose.
    pub user: UserId,
    /// What is stored; anything else by now is left alone.
    pub was: Vec<u8>,
    /// What is to be stored.
    pub now: String,
}

impl Flow for ReplaceHash {
    type Facts = Option<Subject>;
    /// Whether it was still there.
    type Yes = bool;
    const NAME: &'static str = "replace_hash";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, subject: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<bool> {
        let stored = subject.as_ref().and_then(|subject| subject.credential("password"));
        let Some(stored) = stored.filter(|stored| stored.data == self.was) else {
            return Verdict::yes(false, vec![], vec![]);
        };
        let now = self.now.clone().into_bytes();
        let swap = Write::SwapCredential { id: stored.id, was: self.was.clone(), now };
        let event = cx.event(None, Some(self.user), What::PasswordRehashed {});
        Verdict::yes(true, vec![swap], vec![event])
    }
}
