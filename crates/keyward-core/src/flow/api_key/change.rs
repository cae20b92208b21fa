//! Change a key for a new one, or revoke it.

use core::time::Duration;

use super::create::{MAX_KEYS, Minted, mint, room};
use super::{ApiKey, Holder, HolderFacts};
use crate::Error;
use crate::flow::password::tell;
use crate::flow::totp::touched;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::CredentialId;
use crate::port::{Fut, Write};
use crate::record::{Subject, What};
use crate::refusal::Refusal;

/// How long the old key of a change may go on working.
const MAX_OVERLAP: Duration = Duration::from_secs(30 * 24 * 3600);

/// Makes a key like another one, which goes on working for a while.
#[derive(Clone, Debug)]
pub struct RotateApiKey {
    /// Whose, and who asks.
    pub holder: Holder,
    /// The old one.
    pub key: CredentialId,
    /// How long the old one still works, 30 days at most; not at all if zero.
    pub overlap: Duration,
}

impl Flow for RotateApiKey {
    type Facts = HolderFacts;
    type Yes = Minted;
    const NAME: &'static str = "rotate_api_key";

    fn is_dangerous(&self) -> bool {
        self.holder.is_elses()
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<HolderFacts, Error>> {
        Box::pin(self.holder.gather(cx))
    }

    fn decide(&self, facts: HolderFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<Minted> {
        let (subject, aal) = match facts.allowed(cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let Some(old) = find(&subject, self.key).filter(|old| old.is_alive(cx.now)) else {
            return Verdict::no(Refusal::NotFound);
        };
        if self.overlap > MAX_OVERLAP {
            return Verdict::no(Refusal::invalid("overlap", "too_long"));
        }
        // Changed again and again, keys that go on working would be any number.
        let most = if self.overlap.is_zero() { usize::MAX } else { 2 * MAX_KEYS };
        let mut writes = match room(&subject, most, cx.now) {
            Ok(ended) => ended,
            Err(refusal) => return Verdict::no(refusal),
        };
        let minted = mint(self.holder, &old.terms(), aal, cx);
        let key = &minted.key;
        let end = match self.overlap.is_zero() {
            true => Write::SpendCredential(old.id),
            false => old.ending(cx.now.plus(self.overlap)),
        };
        writes.extend([Write::AddCredential(key.to_credential()), end]);
        writes.extend(touched(&subject, cx));
        writes.extend(tell(&subject, "api_key_added", cx));
        let what = What::ApiKeyRotated { key: key.id, old: old.id };
        let event = cx.event(self.holder.actor(), Some(key.user), what);
        Verdict::yes(minted, writes, vec![event])
    }
}

/// Ends a key at once.
#[derive(Clone, Debug)]
pub struct RevokeApiKey {
    /// Whose, and who asks. Its owner needs no recent proof.
    pub holder: Holder,
    /// Which; `None` for every one of theirs.
    pub key: Option<CredentialId>,
}

impl Flow for RevokeApiKey {
    type Facts = HolderFacts;
    type Yes = ();
    const NAME: &'static str = "revoke_api_key";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(self.holder.gather(cx))
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let subject = match facts.revocable() {
            Ok(subject) => subject,
            Err(refusal) => return Verdict::no(refusal),
        };
        let mut keys = ApiKey::of(&subject);
        keys.retain(|key| self.key.is_none_or(|wanted| wanted == key.id));
        if keys.is_empty() && self.key.is_some() {
            return Verdict::no(Refusal::NotFound);
        }
        let mut writes: Vec<_> = keys.iter().map(|key| Write::SpendCredential(key.id)).collect();
        writes.push(Write::NoteChange(self.holder.user()));
        let by = match self.holder {
            Holder::Owner { .. } => "owner",
            Holder::Operator(_) => "operator",
            Holder::Administrator { .. } => "admin",
        };
        let (actor, user) = (self.holder.actor(), Some(self.holder.user()));
        let revoked = |key: &ApiKey| What::ApiKeyRevoked { key: key.id, by: by.into() };
        let events = keys.iter().map(|key| cx.event(actor, user, revoked(key))).collect();
        Verdict::yes((), writes, events)
    }
}

pub(super) fn find(subject: &Subject, id: CredentialId) -> Option<ApiKey> {
    ApiKey::of(subject).into_iter().find(|key| key.id == id)
}
