//! Be reached by one address less.

use super::confirm::removal;
use super::suffices;
use super::undo::{self, Before};
use crate::Error;
use crate::flow::enrolled::allowed;
use crate::flow::step_up::Facts;
use crate::flow::totp::touched;
use crate::flow::{Decide, Done, Flow, Gather, Verdict, ways_in};
use crate::id::{SessionId, UserId};
use crate::identifier::Kind;
use crate::port::{Fut, Write};
use crate::record::{Identifier, What};
use crate::refusal::Refusal;

/// Removes the addresses of one kind, unless nothing would be left to sign in
/// by, or to be reached at.
#[derive(Clone, Debug)]
pub struct RemoveAddress {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// E-mail, phone or username.
    pub kind: Kind,
}

impl Flow for RemoveAddress {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "remove_address";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(Facts::gather(self.user, self.session, cx))
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let (subject, _) = match allowed(facts, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let (gone, rest): (Vec<&Identifier>, Vec<_>) =
            subject.identifiers.iter().partition(|i| i.kind == self.kind);
        if gone.is_empty() {
            return Verdict::no(Refusal::NotFound);
        }
        let is_reached = rest.iter().any(|name| name.kind != Kind::Username);
        if !suffices(&rest, cx.settings) || !is_reached && !ways_in::has_one(&subject) {
            return Verdict::no(Refusal::LastWayIn);
        }
        let mut writes: Vec<Write> = gone.iter().map(|name| removal(name)).collect();
        writes.push(Write::KillChallengesOf(self.user));
        writes.extend(touched(&subject, cx));
        writes.extend(undo::tell(&subject, &Before::of(&subject, self.kind, cx.now), cx));
        let (identifier_kind, change) = (self.kind.as_str().into(), "removed".into());
        let what = What::AddressChanged { identifier_kind, change };
        Verdict::yes((), writes, vec![cx.own_event(self.user, what)])
    }
}
