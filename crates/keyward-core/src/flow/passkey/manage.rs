//! Name a passkey, remove one.

use super::register::sane_name;
use super::{Passkey, unchanged};
use crate::Error;
use crate::flow::enrolled::allowed;
use crate::flow::step_up::Facts;
use crate::flow::{Decide, Done, Flow, Gather, Verdict, factor, ways_in};
use crate::id::{CredentialId, SessionId, UserId};
use crate::port::{Fut, Write};
use crate::record::{Credential, Subject, What};
use crate::refusal::Refusal;

/// Gives a passkey another name.
#[derive(Clone, Debug)]
pub struct RenamePasskey {
    /// Whose it must be.
    pub user: UserId,
    /// Which.
    pub passkey: CredentialId,
    /// What to call it; empty for what its maker calls it.
    pub name: String,
}

impl Flow for RenamePasskey {
    type Facts = Option<Subject>;
    type Yes = ();
    const NAME: &'static str = "rename_passkey";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let found = facts.as_ref().and_then(|subject| find(subject, self.passkey));
        let Some(passkey) = found else { return Verdict::no(Refusal::NotFound) };
        let name = match sane_name(&self.name) {
            Ok(name) => name,
            Err(refusal) => return Verdict::no(refusal),
        };
        let event = cx.own_event(self.user, What::PasskeyRenamed { passkey: self.passkey });
        Verdict::yes((), vec![passkey.renamed(&name)], vec![event])
    }
}

/// Removes a passkey, unless it is the last way in.
#[derive(Clone, Debug)]
pub struct RemovePasskey {
    /// Whose it must be.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// Which.
    pub passkey: CredentialId,
    /// Whether a role of theirs demands a second factor.
    pub demanded: bool,
}

impl Flow for RemovePasskey {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "remove_passkey";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(Facts::gather(self.user, self.session, cx))
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let subject = match allowed(facts, cx) {
            Ok((subject, _)) => subject,
            Err(refusal) => return Verdict::no(refusal),
        };
        if find(&subject, self.passkey).is_none() {
            return Verdict::no(Refusal::NotFound);
        }
        if !ways_in::has_another(&subject, self.passkey) {
            return Verdict::no(Refusal::LastWayIn);
        }
        let goes = |found: &Credential| found.id == self.passkey;
        let mut writes = match factor::without(&subject, goes, self.demanded, cx.settings) {
            Ok(writes) => writes,
            Err(refusal) => return Verdict::no(refusal),
        };
        // Two that are removed at once must not both be the one but last.
        writes.push(unchanged(&subject.user, cx));
        writes.push(Write::NoteChange(self.user));
        writes.extend(crate::flow::password::tell(&subject, "passkey_removed", cx));
        let event = cx.own_event(self.user, What::PasskeyRemoved { passkey: self.passkey });
        Verdict::yes((), writes, vec![event])
    }
}

fn find(subject: &Subject, passkey: CredentialId) -> Option<Passkey> {
    Passkey::of(subject).into_iter().find(|found| found.id == passkey)
}
