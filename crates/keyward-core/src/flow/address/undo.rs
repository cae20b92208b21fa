//! "This was not me": take a change of address back, by a link that went to the
//! addresses which the account had before.

use serde::{Deserialize, Serialize};

use super::confirm::removal;
use super::keeps;
use crate::Error;
use crate::flow::challenge::{self, Answer, For};
use crate::flow::factor::trusted;
use crate::flow::marks::is_mark;
use crate::flow::password::tell as tell_all;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{TenantId, UserId};
use crate::identifier::{Kind, normalise};
use crate::port::{Fut, Write};
use crate::record::{Challenge, Credential, DeletedBy, Identifier, Purpose, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::time::Timestamp;

/// What an account was reached by before a change.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Before {
    /// Whose. Not the challenge's own user: whoever took the account over must
    /// not kill the way back by asking for something else.
    user: UserId,
    /// The kind that changed.
    kind: Kind,
    /// The names of that kind.
    names: Vec<Old>,
    /// When the change was asked for, in microseconds since the Unix epoch.
    since: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Old {
    value: String,
    verified_at: Option<i64>,
    #[serde(default)]
    created_at: Option<i64>,
}

impl Before {
    pub(super) fn of(subject: &Subject, kind: Kind, since: Timestamp) -> Self {
        let names = subject.identifiers.iter().filter(|i| i.kind == kind);
        let old = |i: &Identifier| Old {
            value: i.value.clone(),
            verified_at: i.verified_at.map(Timestamp::as_micros),
            created_at: Some(i.created_at.as_micros()),
        };
        let (user, since) = (subject.user.id, since.as_micros());
        Self { user, kind, names: names.map(old).collect(), since }
    }

    fn read(found: &Challenge) -> Option<Self> {
        let ours = found.purpose == Purpose::UndoAddress;
        ours.then(|| serde_json::from_str(&found.data).ok()).flatten()
    }

    fn identifiers(&self, now: Timestamp) -> Vec<Identifier> {
        let read = |old: &Old| {
            let normal = normalise(self.kind, &old.value).ok()?;
            Some(Identifier {
                user: self.user,
                tenant: TenantId::MAIN,
                kind: self.kind,
                normal: normal.text,
                value: old.value.clone(),
                skeleton: normal.skeleton,
                verified_at: old.verified_at.map(Timestamp::from_micros),
                created_at: old.created_at.map_or(now, Timestamp::from_micros),
            })
        };
        self.names.iter().filter_map(read).collect()
    }
}

/// Letters to every address that the account had proven before: with a link that
/// takes the change back to e-mail addresses, without one to phones, nor to an address
/// that itself came by a change which can still be taken back. Whoever reads the older one
/// decides: else a thief who changes an address twice has a link of their own.
pub(super) fn tell(subject: &Subject, before: &Before, cx: &mut Decide<'_>) -> Vec<Write> {
    let mut writes = vec![];
    let proven = subject.identifiers.iter().filter(|i| i.verified_at.is_some());
    for to in proven {
        match to.kind {
            Kind::Email if !cx.settings.undo_lifetime.is_zero() && !is_young(to, subject, cx) => {
                writes.extend(way_back(to, before, cx).unwrap_or_default());
            }
            Kind::Email | Kind::Phone => {
                writes.extend(challenge::notice("address_changed", to, "", cx).ok());
            }
            Kind::Username => {}
        }
    }
    writes
}

/// Whether an address was not there from the start, and came so lately that the change
/// can still be taken back.
fn is_young(to: &Identifier, subject: &Subject, cx: &Decide<'_>) -> bool {
    to.created_at > subject.user.created_at
        && cx.now < to.created_at.plus(cx.settings.undo_lifetime)
}

fn way_back(to: &Identifier, before: &Before, cx: &mut Decide<'_>) -> Result<Vec<Write>, Error> {
    let what = For {
        purpose: Purpose::UndoAddress,
        user: None,
        kind: to.kind,
        normal: &to.normal,
        epoch: 0,
    };
    let (mut challenge, secrets, _) = challenge::begin(what, cx);
    // There is no code to guess, and no browser that asked.
    (challenge.attempts_left, challenge.browser_hash) = (0, None);
    challenge.data = serde_json::to_string(before)
        .map_err(|cause| Error::because("write down what was before", cause))?;
    let letter = challenge::link_letter("address_changed", &challenge, &secrets, to.into(), cx)?;
    Ok(vec![Write::AddChallenge(challenge), letter])
}

/// Takes a change of address back. Whoever made it may be a stranger: every
/// session dies, the password has to be set anew, what was enrolled since the change is
/// gone, and a deletion since then is taken back as well.
#[derive(Clone, Debug)]
pub struct UndoAddress {
    /// The secret of the link.
    pub link: Secret,
}

/// What must be known to take a change back.
#[derive(Debug)]
pub struct Facts {
    challenge: Option<Challenge>,
    before: Option<Before>,
    subject: Option<Subject>,
    /// Who has the old names now.
    holders: Vec<Subject>,
}

impl Facts {
    async fn gather(link: &Secret, cx: Gather<'_>) -> Result<Self, Error> {
        let challenge = Answer::Link(link.clone()).challenge(cx.store).await?;
        let before = challenge.as_ref().and_then(Before::read);
        let (mut subject, mut holders) = (None, vec![]);
        if let Some(before) = &before {
            subject = cx.store.subject(before.user).await?;
            for name in before.identifiers(cx.now) {
                holders.extend(cx.store.subject_by(name.kind, &name.normal).await?);
            }
            holders.retain(|holder| holder.user.id != before.user);
        }
        Ok(Self { challenge, before, subject, holders })
    }
}

impl Flow for UndoAddress {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "undo_address";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(Facts::gather(&self.link, cx))
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let answer = Answer::Link(self.link.clone());
        if let Err(wrong) = answer.judge(facts.challenge.as_ref(), Purpose::UndoAddress, cx) {
            return wrong.verdict(facts.challenge.as_ref(), cx);
        }
        let (Some(found), Some(before), Some(subject)) =
            (facts.challenge, facts.before, facts.subject)
        else {
            return Verdict::no(Refusal::LinkInvalid);
        };
        let names = before.identifiers(cx.now);
        let kept = |name: &Identifier| {
            facts.holders.iter().any(|h| {
                h.identifiers.iter().any(|i| i.kind == name.kind && i.normal == name.normal)
                    && keeps(h, name.kind, &name.normal, cx.settings)
            })
        };
        if names.iter().any(kept) {
            return Verdict::no(Refusal::Conflict);
        }
        let mut writes = vec![Write::SpendChallenge(found.id)];
        for holder in &facts.holders {
            let same = |i: &&Identifier| {
                names.iter().any(|name| name.kind == i.kind && name.normal == i.normal)
            };
            writes.extend(holder.identifiers.iter().filter(same).map(removal));
            writes.push(Write::NoteChange(holder.user.id));
        }
        let (restored, undoing) = restored(&subject, &before, names, cx);
        writes.extend(undoing);
        // Those that go as well: one of them may be the owner's after all.
        let mut told = restored;
        told.identifiers.extend(gone(&subject, &told.identifiers));
        writes.extend(tell_all(&told, "account_changed", cx));
        let what = What::AddressRestored { identifier_kind: before.kind.as_str().into() };
        let event = cx.event(None, Some(before.user), what);
        Verdict::yes((), writes, vec![event])
    }
}

/// The names of an account that are not among these.
fn gone(subject: &Subject, rest: &[Identifier]) -> Vec<Identifier> {
    let stays = |i: &Identifier| rest.iter().any(|r| r.kind == i.kind && r.normal == i.normal);
    subject.identifiers.iter().filter(|i| !stays(i)).cloned().collect()
}

/// The account as it will be, and what makes it so.
fn restored(
    subject: &Subject,
    before: &Before,
    names: Vec<Identifier>,
    cx: &mut Decide<'_>,
) -> (Subject, Vec<Write>) {
    let mut user = subject.user.clone();
    user.updated_at = cx.now;
    user.session_epoch += 1;
    let since = Timestamp::from_micros(before.since);
    // What was made together with the account was there before.
    let is_new = |found: &Credential| {
        found.created_at > since || found.created_at == since && found.kind != "password"
    };
    let old = subject.credential("password").filter(|found| !is_new(found));
    // Where nobody can recover, nobody could set another.
    user.must_change_password = old.is_some() && cx.settings.recovery;
    if user.deleted_by == Some(DeletedBy::Owner) && user.deleted_at.is_some_and(|at| at >= since) {
        (user.deleted_at, user.deleted_by) = (None, None);
    }
    let mut writes = vec![
        Write::SwapUser { was: user.version, now: user.clone() },
        Write::KillChallengesOf(user.id),
        Write::CloseSessionsOf { user: user.id, except: None },
        Write::NoteChange(user.id),
    ];
    let same = |a: &Identifier, b: &Identifier| a.kind == b.kind && a.normal == b.normal;
    let of_kind = subject.identifiers.iter().filter(|i| i.kind == before.kind);
    writes.extend(of_kind.filter(|i| !names.iter().any(|n| same(n, i))).map(removal));
    let missing = names.iter().filter(|n| !subject.identifiers.iter().any(|i| same(n, i)));
    writes.extend(missing.cloned().map(Write::AddIdentifier));
    let added =
        subject.credentials.iter().filter(|c| is_new(c) && !is_mark(c) && c.kind != trusted::KIND);
    writes.extend(added.map(|c| Write::SpendCredential(c.id)));
    writes.extend(trusted::forget(subject));
    let mut identifiers = subject.identifiers.clone();
    identifiers.retain(|i| i.kind != before.kind);
    identifiers.extend(names);
    (Subject { user, identifiers, credentials: subject.credentials.clone() }, writes)
}

/// Looks whether a link still takes something back, and spends nothing.
#[derive(Clone, Debug)]
pub struct SeeUndo {
    /// The secret of the link.
    pub link: Secret,
}

impl Flow for SeeUndo {
    type Facts = Option<Challenge>;
    type Yes = Kind;
    const NAME: &'static str = "see_undo";
    const WHILE_IMPERSONATING: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move { Answer::Link(self.link.clone()).challenge(cx.store).await })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Kind> {
        let live = facts.filter(|c| cx.now < c.expires_at);
        match live.as_ref().and_then(Before::read) {
            Some(before) => Verdict::yes(before.kind, vec![], vec![]),
            None => Verdict::no(Refusal::LinkInvalid),
        }
    }
}
