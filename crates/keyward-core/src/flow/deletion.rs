//! Delete one's own account, take that back for some days, and erase what was
//! deleted once nobody can.

use serde::{Deserialize, Serialize};

use super::admins::Admins;
use super::challenge::{self, Answer, For};
use super::enrolled::allowed;
use super::step_up::Facts as Own;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{SessionId, UserId};
use crate::identifier::Kind;
use crate::port::{Fut, Write};
use crate::record::{Challenge, DeletedBy, Identifier, Purpose, Subject, User, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Timestamp;

/// Somebody deletes their own account. Nobody is signed in to it any more; for
/// some days it comes back by signing in, or by the link of a letter, and then it
/// is erased.
#[derive(Clone, Debug)]
pub struct DeleteOwn {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
}

/// What must be known to delete.
#[derive(Debug)]
pub struct Facts {
    own: Own,
    admins: Admins,
}

impl Flow for DeleteOwn {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "delete_own";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let own = Own::gather(self.user, self.session, cx).await?;
            let admins = match &own.subject {
                Some(subject) => Admins::without(subject, cx).await?,
                None => Admins::default(),
            };
            Ok(Facts { own, admins })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let (subject, _) = match allowed(facts.own, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let noted = match facts.admins.without_one() {
            Ok(noted) => noted,
            Err(refusal) => return Verdict::no(refusal),
        };
        let mut user = subject.user.clone();
        user.deleted_at = Some(cx.now);
        user.deleted_by = Some(DeletedBy::Owner);
        user.session_epoch += 1;
        user.updated_at = cx.now;
        let mut writes = vec![
            Write::SwapUser { was: user.version, now: user },
            Write::CloseSessionsOf { user: self.user, except: None },
            Write::KillChallengesOf(self.user),
            Write::NoteChange(self.user),
        ];
        writes.extend(noted);
        writes.extend(ways_back(&subject, cx));
        Verdict::yes((), writes, vec![cx.own_event(self.user, What::UserDeleted {})])
    }
}

/// Whose account a letter brings back. Not the challenge's own user: those are
/// killed with whatever else the account waits for.
#[derive(Debug, Deserialize, Serialize)]
struct Whose {
    user: UserId,
    /// When it was deleted: a later time, the letter brings nothing back.
    #[serde(default)]
    at: Option<i64>,
}

/// A letter with a way back to every e-mail address that was proven, and a plain
/// one to phones.
fn ways_back(subject: &Subject, cx: &mut Decide<'_>) -> Vec<Write> {
    let mut writes = vec![];
    for to in subject.identifiers.iter().filter(|i| i.verified_at.is_some()) {
        match to.kind {
            Kind::Email if !cx.settings.deletion_grace.is_zero() => {
                writes.extend(way_back(to, cx).unwrap_or_default());
            }
            Kind::Email | Kind::Phone => {
                writes.extend(challenge::notice("account_deleted", to, "", cx).ok());
            }
            Kind::Username => {}
        }
    }
    writes
}

fn way_back(to: &Identifier, cx: &mut Decide<'_>) -> Result<Vec<Write>, Error> {
    let (user, kind, normal) = (None, to.kind, to.normal.as_str());
    let what = For { purpose: Purpose::RestoreAccount, user, kind, normal, epoch: 0 };
    let (mut challenge, secrets, _) = challenge::begin(what, cx);
    (challenge.attempts_left, challenge.browser_hash) = (0, None);
    let whose = Whose { user: to.user, at: Some(cx.now.as_micros()) };
    challenge.data = serde_json::to_string(&whose)
        .map_err(|cause| Error::because("write down whose account it is", cause))?;
    let letter = challenge::link_letter("account_deleted", &challenge, &secrets, to.into(), cx)?;
    Ok(vec![Write::AddChallenge(challenge), letter])
}

/// Whether its owner can still have the account back: they deleted it themselves,
/// lately, and nobody locked it.
pub(super) fn is_restorable(user: &User, settings: &Settings, now: Timestamp) -> bool {
    user.locked_at.is_none()
        && user.deleted_by == Some(DeletedBy::Owner)
        && user.deleted_at.is_some_and(|at| now < at.plus(settings.deletion_grace))
}

/// Whether somebody who proves to be this account may come in: it is active, or
/// comes back by that.
pub(super) fn may_enter(user: &User, settings: &Settings, now: Timestamp) -> bool {
    user.is_active() || is_restorable(user, settings, now)
}

/// The account as it is when it is back, and what makes it so; nothing for one that
/// was not deleted. Whoever calls this knows that it [may be](may_enter).
pub(super) fn restored(user: &User, cx: &mut Decide<'_>) -> (User, Vec<Write>) {
    let mut user = user.clone();
    if user.deleted_at.is_none() {
        return (user, vec![]);
    }
    (user.deleted_at, user.deleted_by, user.updated_at) = (None, None, cx.now);
    let writes =
        vec![Write::SwapUser { was: user.version, now: user.clone() }, Write::NoteChange(user.id)];
    user.version += 1;
    (user, writes)
}

/// Takes a deletion back by the link of a letter. Opens nothing.
#[derive(Clone, Debug)]
pub struct RestoreOwn {
    /// The secret of the link.
    pub link: Secret,
}

/// What must be known to restore.
#[derive(Debug)]
pub struct RestoreFacts {
    challenge: Option<Challenge>,
    user: Option<User>,
}

impl RestoreFacts {
    async fn gather(link: &Secret, cx: Gather<'_>) -> Result<Self, Error> {
        let challenge = Answer::Link(link.clone()).challenge(cx.store).await?;
        let challenge = challenge.filter(|c| c.purpose == Purpose::RestoreAccount);
        let whose = challenge.as_ref().and_then(|c| serde_json::from_str::<Whose>(&c.data).ok());
        let user = match &whose {
            Some(whose) => cx.store.user(whose.user).await?,
            None => None,
        };
        let at = whose.and_then(|whose| whose.at).map(Timestamp::from_micros);
        let user = user.filter(|user| at.is_none() || user.deleted_at == at);
        Ok(Self { challenge, user })
    }

    /// The account, if the link brings it back.
    fn restorable(&self, cx: &Decide<'_>) -> Option<&User> {
        let live = self.challenge.as_ref().is_some_and(|c| cx.now < c.expires_at);
        self.user.as_ref().filter(|user| live && is_restorable(user, cx.settings, cx.now))
    }
}

impl Flow for RestoreOwn {
    type Facts = RestoreFacts;
    type Yes = ();
    const NAME: &'static str = "restore_own";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(RestoreFacts::gather(&self.link, cx))
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let (Some(user), Some(found)) = (facts.restorable(cx), &facts.challenge) else {
            return Verdict::no(Refusal::LinkInvalid);
        };
        let (user, mut writes) = restored(user, cx);
        writes.insert(0, Write::SpendChallenge(found.id));
        let event = cx.event(None, Some(user.id), What::UserRestored {});
        Verdict::yes((), writes, vec![event])
    }
}

/// Looks whether a link still brings an account back, and spends nothing.
#[derive(Clone, Debug)]
pub struct SeeRestore {
    /// The secret of the link.
    pub link: Secret,
}

impl Flow for SeeRestore {
    type Facts = RestoreFacts;
    type Yes = ();
    const NAME: &'static str = "see_restore";
    const WHILE_IMPERSONATING: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(RestoreFacts::gather(&self.link, cx))
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        match facts.restorable(cx) {
            Some(_) => Verdict::yes((), vec![], vec![]),
            None => Verdict::no(Refusal::LinkInvalid),
        }
    }
}

/// Erases an account that was deleted long enough ago, by whomever, and what is
/// personal in the log. What happened stays in the log, without who and where from.
#[derive(Clone, Debug)]
pub struct EraseDeleted {
    /// Whom.
    pub user: UserId,
}

impl Flow for EraseDeleted {
    type Facts = Option<User>;
    type Yes = ();
    const NAME: &'static str = "erase_deleted";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.user(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let grace = cx.settings.deletion_grace;
        let due = |user: &User| user.deleted_at.is_some_and(|at| at.plus(grace) <= cx.now);
        let Some(user) = facts.filter(due) else { return Verdict::no(Refusal::NotFound) };
        let writes =
            vec![Write::EraseUser { user: user.id, was: user.version }, Write::NoteChange(user.id)];
        let event = cx.event(None, Some(user.id), What::UserErased {});
        Verdict::yes((), writes, vec![event])
    }
}
