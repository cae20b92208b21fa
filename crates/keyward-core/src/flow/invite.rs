//! Invite somebody to make an account, and take that back.

use core::time::Duration;
use std::collections::BTreeSet;

use super::apart::giving;
use super::challenge;
use super::reach::Reach;
use super::role::{MAX_NAMES, clashes};
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::crypto::token;
use crate::id::{InvitationId, UserId};
use crate::identifier::{Kind, Normalised, normalise};
use crate::port::{Fut, Write};
use crate::record::{Assignment, Definitions, Event, Held, Invitation, Subject, Term, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::SignUpMode;

/// Invites somebody. Who comes by it makes their account as everybody does; it works
/// once.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Whose address it is for, as typed: the link is sent there, and nobody else is
    /// shown it. `None` for whoever is given the link.
    pub email: Option<String>,
    /// Roles that the account will hold; no more than whoever invites holds.
    pub roles: Vec<String>,
    /// How long it can be used: an hour to 90 days; `None` for as long as the operator
    /// chose.
    pub lifetime: Option<Duration>,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// An invitation that was made.
#[derive(Clone, Debug)]
pub struct Invited {
    /// As it is stored.
    pub invitation: Invitation,
    /// The secret of its link, where nobody was sent it.
    pub link: Option<Secret>,
}

/// What must be known to invite.
#[derive(Debug)]
pub struct InviteFacts {
    unknown: bool,
    beyond: bool,
    clashes: bool,
}

impl Flow for Invite {
    type Facts = InviteFacts;
    type Yes = Invited;
    const NAME: &'static str = "invite";

    // Without roles whoever comes by it holds nothing.
    fn is_dangerous(&self) -> bool {
        !self.roles.is_empty()
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<InviteFacts, Error>> {
        Box::pin(async move {
            let known = cx.definitions().await?;
            let is_known = |name: &String| known.roles.iter().any(|role| role.name == *name);
            let own = Reach::gather_to_give(self.actor, Term::ALWAYS, &known, cx).await?;
            let wanted = || self.roles.iter().map(String::as_str);
            let beyond = own.is_some_and(|own| !own.masters(&Reach::of_roles(&known, wanted())));
            let held = held(&self.roles, UserId::NOBODY, None, cx.now);
            Ok(InviteFacts {
                unknown: !self.roles.iter().all(is_known),
                beyond,
                clashes: clashes(&known, &held, wanted(), cx.now),
            })
        })
    }

    fn decide(&self, facts: InviteFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<Invited> {
        let InviteFacts { unknown, beyond, clashes } = facts;
        let lifetime = self.lifetime.unwrap_or(cx.settings.invitation_lifetime);
        let bound = match self.bound() {
            Ok(bound) => bound,
            Err(refusal) => return Verdict::no(refusal),
        };
        let refused = match () {
            () if cx.settings.sign_up == SignUpMode::Closed => Some(Refusal::SignUpClosed),
            () if unknown => Some(Refusal::invalid("roles", "role_unknown")),
            () if self.roles.len() > MAX_NAMES => Some(Refusal::invalid("roles", "too_many")),
            () if !(SHORTEST..=LONGEST).contains(&lifetime) => {
                Some(Refusal::invalid("expires_in", "out_of_range"))
            }
            () if beyond => Some(Refusal::OutsideCeiling),
            () if clashes => Some(Refusal::ExclusiveRoles),
            () => None,
        };
        match refused {
            Some(refusal) => Verdict::no(refusal),
            None => self.made(bound, lifetime, cx),
        }
    }
}

const SHORTEST: Duration = Duration::from_secs(3600);
const LONGEST: Duration = Duration::from_secs(90 * 24 * 3600);

impl Invite {
    fn bound(&self) -> Result<Option<Normalised>, Refusal> {
        let typed = self.email.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
        let bound = typed.map(|typed| normalise(Kind::Email, typed)).transpose();
        bound.map_err(|_| Refusal::invalid("email", "email_invalid"))
    }

    fn made(
        &self,
        bound: Option<Normalised>,
        lifetime: Duration,
        cx: &mut Decide<'_>,
    ) -> Verdict<Invited> {
        let id = InvitationId::mint(cx.now, cx.rng);
        let (secret, _) = token::mint(cx.rng);
        // The id in front finds the row; the secret behind it is what counts.
        let link = Secret::new(format!("{id}.{}", secret.reveal()));
        let roles: BTreeSet<String> = self.roles.iter().cloned().collect();
        let email = if bound.is_some() { self.email.as_deref().unwrap_or_default() } else { "" };
        let invitation = Invitation {
            id,
            secret_hash: token::digest(link.reveal()),
            email: email.trim().to_owned(),
            normal: bound.map(|bound| bound.text).unwrap_or_default(),
            roles: roles.into_iter().collect(),
            is_mailed: !email.is_empty(),
            made_by: self.actor,
            created_at: cx.now,
            expires_at: cx.now.plus(lifetime),
            used_by: None,
            used_at: None,
            revoked_at: None,
        };
        let mut writes = vec![Write::AddInvitation(invitation.clone())];
        let link = match invitation.is_mailed {
            false => Some(link),
            true => match challenge::invitation_letter(&invitation, &link, cx) {
                Ok(letter) => {
                    writes.extend(letter);
                    None
                }
                Err(_) => return Verdict::no(Refusal::Conflict),
            },
        };
        let what = What::InvitationCreated { invitation: id, roles: invitation.roles.clone() };
        let event = cx.event(self.actor, None, what);
        Verdict::yes(Invited { invitation, link }, writes, vec![event])
    }
}

/// Takes an invitation back.
#[derive(Clone, Debug)]
pub struct RevokeInvitation {
    /// Which.
    pub invitation: InvitationId,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

impl Flow for RevokeInvitation {
    type Facts = Option<Invitation>;
    type Yes = ();
    const NAME: &'static str = "revoke_invitation";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.invitation(self.invitation)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let Some(found) = facts else { return Verdict::no(Refusal::NotFound) };
        if found.used_at.is_some() || found.revoked_at.is_some() {
            return Verdict::no(Refusal::Conflict);
        }
        let writes = vec![Write::RevokeInvitation { id: found.id, at: cx.now }];
        let what = What::InvitationRevoked { invitation: found.id };
        Verdict::yes((), writes, vec![cx.event(self.actor, None, what)])
    }
}

/// Looks at an invitation, for the page that its link opens. It spends nothing: programs
/// that look for links in mails look, too.
#[derive(Clone, Debug)]
pub struct SeeInvitation {
    /// The secret of the link.
    pub link: Secret,
}

impl Flow for SeeInvitation {
    type Facts = Brought;
    type Yes = ();
    const NAME: &'static str = "see_invitation";
    const WHILE_IMPERSONATING: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Brought, Error>> {
        Box::pin(Brought::gather(&self.link, cx))
    }

    fn decide(&self, facts: Brought, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        if cx.settings.sign_up == SignUpMode::Closed {
            return Verdict::no(Refusal::SignUpClosed);
        }
        match facts.open(cx) {
            Ok(_) => Verdict::yes((), vec![], vec![]),
            Err(refusal) => Verdict::no(refusal),
        }
    }
}

/// An invitation that somebody brings, and whether whoever invited may still give
/// what it promises.
#[derive(Debug)]
pub struct Brought {
    found: Option<Invitation>,
    holds: bool,
    /// Version of the definitions by which it holds.
    policy: i64,
}

impl Brought {
    /// Reads what `link` names, if it holds its secret.
    pub(super) async fn gather(link: &Secret, cx: Gather<'_>) -> Result<Self, Error> {
        let id = link.reveal().split_once('.').and_then(|(id, _)| InvitationId::parse(id));
        let Some(id) = id else { return Ok(Self { found: None, holds: false, policy: 0 }) };
        let hash = token::digest(link.reveal());
        let found = cx.store.invitation(id).await?;
        let found = found.filter(|found| token::eq(&found.secret_hash, &hash));
        let known = cx.definitions().await?;
        let holds = match &found {
            Some(found) => may_still_give(found, &known, cx).await?,
            None => false,
        };
        Ok(Self { found, holds, policy: known.version })
    }

    /// Sees to it that nobody makes a set meanwhile that keeps its roles apart.
    pub(super) fn guard<Y>(&self, verdict: &mut Verdict<Y>, cx: &mut Decide<'_>) {
        let several = self.found.as_ref().is_some_and(|found| found.roles.len() > 1);
        if several && verdict.reply.is_ok() {
            verdict.batch.writes.splice(0..0, giving(self.policy, cx));
        }
    }

    /// The invitation, if somebody may come by it now.
    pub(super) fn open(&self, cx: &Decide<'_>) -> Result<&Invitation, Refusal> {
        let open = self.found.as_ref().filter(|found| found.is_open(cx.now) && self.holds);
        open.ok_or(Refusal::InvitationInvalid)
    }
}

/// Whether whoever invited is still there and holds as much; whoever was let go must
/// not let others in.
async fn may_still_give(
    found: &Invitation,
    known: &Definitions,
    cx: Gather<'_>,
) -> Result<bool, Error> {
    let roles = || found.roles.iter().map(String::as_str);
    let own = held(&found.roles, UserId::NOBODY, None, cx.now);
    if clashes(known, &own, roles(), cx.now) {
        return Ok(false);
    }
    let still = found.roles.iter().all(|name| known.roles.iter().any(|r| r.name == *name));
    let Some(actor) = found.made_by else { return Ok(still) };
    let is_there = cx.store.user(actor).await?.is_some_and(|user| user.is_active());
    let own = Reach::gather_to_give(Some(actor), Term::ALWAYS, known, cx).await?;
    Ok(still && is_there && own.is_some_and(|own| own.masters(&Reach::of_roles(known, roles()))))
}

/// What coming by an invitation writes, beside the account.
pub(super) fn come_by(
    found: &Invitation,
    subject: &Subject,
    cx: &mut Decide<'_>,
) -> (Vec<Write>, Vec<Event>) {
    let user = subject.user.id;
    let mut writes = vec![Write::SpendInvitation { id: found.id, user, at: cx.now }];
    let mut events = vec![cx.own_event(user, What::InvitationUsed { invitation: found.id })];
    for given in held(&found.roles, user, found.made_by, cx.now).roles {
        let what = What::RoleGranted { role: given.role.clone() };
        events.push(cx.event(found.made_by, Some(user), what));
        writes.push(Write::PutAssignment(given));
    }
    (writes, events)
}

fn held(
    roles: &[String],
    user: UserId,
    granted_by: Option<UserId>,
    now: crate::time::Timestamp,
) -> Held {
    let given = |role: &String| Assignment {
        user,
        role: role.clone(),
        scope: String::new(),
        not_before: None,
        expires_at: None,
        granted_by,
        created_at: now,
    };
    Held { roles: roles.iter().map(given).collect(), ..Held::default() }
}
