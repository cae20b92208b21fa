//! Trust a device no more.

use super::factor::trusted;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{CredentialId, UserId};
use crate::port::Fut;
use crate::record::{Subject, What};
use crate::refusal::Refusal;

/// Trusts a device no more, or none of them: the second factor is asked for there
/// again.
#[derive(Clone, Debug)]
pub struct ForgetDevice {
    /// Whose.
    pub user: UserId,
    /// Which; `None` for all.
    pub device: Option<CredentialId>,
}

impl Flow for ForgetDevice {
    type Facts = Option<Subject>;
    type Yes = ();
    const NAME: &'static str = "forget_device";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let Some(subject) = facts else { return Verdict::no(Refusal::Unauthenticated) };
        let wanted = |id| self.device.is_none_or(|device| device == id);
        let writes = trusted::forget_some(&subject, wanted);
        if writes.is_empty() && self.device.is_some() {
            return Verdict::no(Refusal::NotFound);
        }
        let event = cx.own_event(self.user, What::DeviceForgotten {});
        Verdict::yes((), writes, vec![event])
    }
}
