//! The first administrator: a one-time link, spent by making an account.

use super::challenge::{self, Answer, For};
use super::open::{Opened, Opening, Standing, open};
use super::sign_up::{Name, add_subject, name_problem, new_subject, password_problems};
use super::{Decide, Done, Flow, Gather, Verdict, Work};
use crate::Error;
use crate::id::UserId;
use crate::identifier::{self, Kind};
use crate::port::{Fut, Write};
use crate::record::{Assignment, Challenge, Purpose, Role, RoleRule, What};
use crate::refusal::{Problem, Refusal};
use crate::secret::Secret;

/// The role that may do everything. Built in, so that it cannot be removed.
pub const ADMIN_ROLE: &str = "admin";

/// The challenge's address: there is one setup at a time.
const SETUP_NAME: &str = "first-administrator";

/// Makes a new one-time link for the first administrator, killing the older ones.
#[derive(Clone, Debug)]
pub struct BeginSetup;

impl Flow for BeginSetup {
    type Facts = ();
    type Yes = Secret;
    const NAME: &'static str = "begin_setup";

    fn gather<'a>(&'a self, _: Gather<'a>) -> Fut<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    fn decide(&self, (): (), _: Done, cx: &mut Decide<'_>) -> Verdict<Secret> {
        let what = For {
            purpose: Purpose::Setup,
            user: Some(UserId::NOBODY),
            kind: Kind::Username,
            normal: SETUP_NAME,
            epoch: 0,
        };
        let (mut challenge, secrets, _) = challenge::begin(what, cx);
        challenge.expires_at = cx.now.plus(cx.settings.setup_lifetime);
        let writes = challenge::replace(&challenge);
        Verdict::yes(secrets.into_link(), writes, vec![])
    }
}

/// Spends the link and makes the first administrator.
#[derive(Clone, Debug)]
pub struct FinishSetup {
    /// The link's secret; `None` for the command line and the environment,
    /// which prove themselves by holding the database.
    pub token: Option<Secret>,
    /// As typed.
    pub email: String,
    /// What to call the person; may be empty.
    pub name: String,
    /// As typed.
    pub password: Secret,
    /// How to open the session.
    pub open: Opening,
}

/// What must be known to finish.
#[derive(Debug)]
pub struct Facts {
    challenge: Option<Challenge>,
    name: Result<Name, Vec<Problem>>,
    taken: bool,
}

impl Flow for FinishSetup {
    type Facts = Facts;
    type Yes = Box<Opened>;
    const NAME: &'static str = "finish_setup";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let challenge = match &self.token {
                Some(token) => Answer::Link(token.clone()).challenge(cx.store).await?,
                None => None,
            };
            let name = self.check(cx);
            let taken = match &name {
                Ok(name) => cx.store.is_taken(Kind::Email, &name.normal.text, None).await?,
                Err(_) => false,
            };
            Ok(Facts { challenge, name, taken })
        })
    }

    fn work(&self, facts: &Facts) -> Work {
        let worth = facts.name.is_ok() && (self.token.is_none() || facts.challenge.is_some());
        if worth { Work::hash(&self.password) } else { Work::default() }
    }

    fn decide(&self, facts: Facts, mut done: Done, cx: &mut Decide<'_>) -> Verdict<Box<Opened>> {
        let mut writes = match self.spend(facts.challenge.as_ref(), cx) {
            Ok(writes) => writes,
            Err(refusal) => return Verdict::no(refusal),
        };
        let name = match facts.name {
            Ok(name) => name,
            Err(problems) => return Verdict::no(Refusal::Invalid(problems)),
        };
        if facts.taken {
            return Verdict::no(Refusal::invalid("email", "email_taken"));
        }
        let phc = match done.new_hash("password") {
            Ok(phc) => phc,
            Err(refusal) => return Verdict::no(refusal),
        };
        let mut subject = new_subject(&self.name, &[name], Some(phc), cx);
        for name in &mut subject.identifiers {
            name.verified_at = Some(cx.now);
        }
        let user = subject.user.id;
        writes.extend(add_subject(&subject));
        writes.push(Write::PutAssignment(Assignment {
            user,
            role: ADMIN_ROLE.into(),
            scope: String::new(),
            not_before: None,
            expires_at: None,
            granted_by: None,
            created_at: cx.now,
        }));
        let mut events = vec![
            cx.own_event(user, What::UserCreated { by: "setup".into() }),
            cx.own_event(user, What::RoleGranted { role: ADMIN_ROLE.into() }),
            cx.own_event(user, What::SetupCompleted {}),
        ];
        let mut account = subject.user.clone();
        account.access_version += 1;
        let (opened, opening, event) = open(&account, Standing::one("setup"), self.open, cx);
        writes.extend(opening);
        events.push(event);
        Verdict::yes(Box::new(opened), writes, events)
    }
}

impl FinishSetup {
    fn check(&self, cx: Gather<'_>) -> Result<Name, Vec<Problem>> {
        let mut problems: Vec<Problem> = name_problem(&self.name).into_iter().collect();
        let found = identifier::normalise(Kind::Email, &self.email);
        let names: Vec<Name> = found
            .into_iter()
            .map(|normal| Name { typed: self.email.trim().to_owned(), normal })
            .collect();
        if names.is_empty() {
            problems.push(Problem { field: "email", code: "email_invalid" });
        }
        problems.extend(password_problems(&self.password, "password", &names, cx.settings));
        match names.into_iter().next() {
            Some(name) if problems.is_empty() => Ok(name),
            _ => Err(problems),
        }
    }

    fn spend(&self, challenge: Option<&Challenge>, cx: &Decide<'_>) -> Result<Vec<Write>, Refusal> {
        let Some(token) = &self.token else { return Ok(vec![]) };
        let answer = Answer::Link(token.clone());
        answer.judge(challenge, Purpose::Setup, cx).map_err(|wrong| wrong.refusal)?;
        Ok(challenge.map(|c| Write::SpendChallenge(c.id)).into_iter().collect())
    }
}

/// Makes the built-in role, once.
#[derive(Clone, Debug)]
pub struct SeedRoles;

impl Flow for SeedRoles {
    type Facts = bool;
    type Yes = ();
    const NAME: &'static str = "seed_roles";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<bool, Error>> {
        Box::pin(async move {
            let known = cx.store.definitions().await?;
            Ok(known.roles.iter().any(|r| r.name == ADMIN_ROLE))
        })
    }

    fn decide(&self, there: bool, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        if there {
            return Verdict::yes((), vec![], vec![]);
        }
        let role = Role {
            name: ADMIN_ROLE.into(),
            description: "May do everything.".into(),
            inherits: vec![],
            created_at: cx.now,
        };
        let rule = RoleRule {
            role: ADMIN_ROLE.into(),
            effect: keyward_authz::Effect::Allow,
            pattern: "*".into(),
        };
        let event = cx.event(None, None, What::RoleCreated { role: ADMIN_ROLE.into() });
        Verdict::yes((), vec![Write::AddRole(role), Write::AddRule(rule)], vec![event])
    }
}
