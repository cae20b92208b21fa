//! Make an account of one's own.

use super::challenge::{self, For, take};
use super::open::{Opened, Opening, Standing, open};
use super::verify::ask_to_verify;
use super::{Decide, Done, Flow, Gather, Verdict, Work};
use crate::Error;
use crate::id::{CredentialId, FlowId, TenantId, UserId};
use crate::identifier::{self, Kind, Normalised};
use crate::password::rules;
use crate::port::{Fut, Take, Write};
use crate::record::{Credential, Identifier, Purpose, Subject, User, What};
use crate::refusal::{Problem, Refusal};
use crate::secret::Secret;
use crate::settings::{Settings, SignUpMode, VerifyMode};
use crate::time::Timestamp;

/// One attempt to sign up. At least one identifier is needed.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// E-mail address, as typed.
    pub email: Option<String>,
    /// Username, as typed.
    pub username: Option<String>,
    /// Phone number, as typed.
    pub phone: Option<String>,
    /// What to call the person; may be empty.
    pub name: String,
    /// As typed.
    pub password: Secret,
    /// How to open the session where nothing must be proven first.
    pub open: Opening,
}

/// What must be known to decide.
#[derive(Debug)]
pub struct Facts {
    names: Result<Vec<Name>, Vec<Problem>>,
    /// The account that already holds the e-mail address or phone number.
    holder: Option<(Kind, Subject)>,
    username_taken: bool,
}

/// An identifier as it was typed, and as it is compared.
#[derive(Clone, Debug)]
pub struct Name {
    /// As it was typed, trimmed.
    pub typed: String,
    /// As it is compared.
    pub normal: Normalised,
}

/// What signing up led to.
#[derive(Debug)]
pub enum SignedUp {
    /// The account exists, and a session is open.
    Complete(Box<Opened>),
    /// A code was sent. Says nothing about whether the address was free.
    NeedsVerification {
        /// The flow whose code is awaited.
        flow: FlowId,
        /// For the browser that asked.
        browser: Secret,
    },
}

impl Flow for SignUp {
    type Facts = Facts;
    type Yes = SignedUp;
    const NAME: &'static str = "sign_up";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let names = self.names(cx.settings);
            let (mut holder, mut username_taken) = (None, false);
            for name in names.iter().flatten() {
                let Normalised { kind, text, skeleton, .. } = &name.normal;
                if *kind == Kind::Username {
                    username_taken = cx.store.is_taken(*kind, text, skeleton.as_deref()).await?;
                } else if holder.is_none() {
                    holder = cx.store.subject_by(*kind, text).await?.map(|s| (*kind, s));
                }
            }
            Ok(Facts { names, holder, username_taken })
        })
    }

    fn takes(&self, facts: &Facts, cx: &Gather<'_>) -> Vec<Take> {
        // The holder of a taken address gets a letter each time.
        let Some((kind, _)) = &facts.holder else { return vec![] };
        let name = facts.names.iter().flatten().find(|name| name.normal.kind == *kind);
        name.map(|name| asked_for(name, cx.settings, cx.now)).into_iter().collect()
    }

    fn work(&self, facts: &Facts) -> Work {
        if facts.names.is_ok() { Work::hash(&self.password) } else { Work::default() }
    }

    fn decide(&self, facts: Facts, done: Done, cx: &mut Decide<'_>) -> Verdict<SignedUp> {
        let names = match facts.names {
            Ok(names) => names,
            Err(problems) => return Verdict::no(Refusal::Invalid(problems)),
        };
        let given: Vec<_> = names.iter().map(|n| (n.normal.kind, n.normal.text.as_str())).collect();
        if let Err(refusal) = admitted(&given, &cx.settings.sign_up) {
            return Verdict::no(refusal);
        }
        if facts.username_taken {
            return Verdict::no(Refusal::invalid("username", "username_taken"));
        }
        match facts.holder {
            Some((kind, holder)) => self.taken(kind, &holder, &names, cx),
            None => self.fresh(&names, done, cx),
        }
    }
}

impl SignUp {
    fn names(&self, settings: &Settings) -> Result<Vec<Name>, Vec<Problem>> {
        let given = [
            (Kind::Email, "email", "email_invalid", &self.email),
            (Kind::Username, "username", "username_invalid", &self.username),
            (Kind::Phone, "phone", "phone_invalid", &self.phone),
        ];
        let (mut names, mut problems) = (vec![], vec![]);
        for (kind, field, code, typed) in given {
            let Some(typed) = typed.as_deref().filter(|t| !t.is_empty()) else { continue };
            match identifier::normalise(kind, typed) {
                Ok(normal) if kind == Kind::Phone && !settings.may_text(&normal.text) => {
                    problems.push(Problem { field, code: "phone_not_served" });
                }
                Ok(normal) if settings.identifiers.contains(&kind) => {
                    names.push(Name { typed: typed.trim().to_owned(), normal });
                }
                _ => problems.push(Problem { field, code }),
            }
        }
        let reachable = names.iter().any(|n| n.normal.kind != Kind::Username);
        let needs_address = settings.verify == VerifyMode::Any;
        if problems.is_empty() && (names.is_empty() || needs_address && !reachable) {
            problems.push(Problem { field: "email", code: "identifier_required" });
        }
        problems.extend(name_problem(&self.name));
        problems.extend(password_problems(&self.password, "password", &names, settings));
        if problems.is_empty() { Ok(names) } else { Err(problems) }
    }

    /// The address is taken: its holder is told, the asker sees the usual answer.
    fn taken(
        &self,
        kind: Kind,
        holder: &Subject,
        names: &[Name],
        cx: &mut Decide<'_>,
    ) -> Verdict<SignedUp> {
        if cx.settings.verify == VerifyMode::None {
            let (field, code) = match kind {
                Kind::Phone => ("phone", "phone_taken"),
                _ => ("email", "email_taken"),
            };
            return Verdict::no(Refusal::invalid(field, code));
        }
        let Some(name) = names.iter().find(|n| n.normal.kind == kind) else {
            return Verdict::no(Refusal::Conflict);
        };
        let (challenge, _, browser) = challenge::begin(decoy(name), cx);
        let mut writes = vec![Write::AddChallenge(challenge.clone())];
        writes.extend(challenge::limits(&challenge, cx));
        if let Some(to) = holder.identifier(kind)
            && let Ok(letter) = challenge::notice("already_registered", to, &holder.user.name, cx)
        {
            writes.push(letter);
        }
        let reply = SignedUp::NeedsVerification { flow: challenge.id, browser };
        Verdict::yes(reply, writes, vec![])
    }

    fn fresh(&self, names: &[Name], done: Done, cx: &mut Decide<'_>) -> Verdict<SignedUp> {
        let Some(phc) = done.hashed else { return Verdict::no(Refusal::Conflict) };
        let subject = new_subject(&self.name, names, Some(phc), cx);
        let user = subject.user.id;
        let mut writes = add_subject(&subject);
        // In the same transaction: a new address costs what a taken one costs,
        // or the limit would tell them apart.
        let reachable = names.iter().filter(|name| name.normal.kind != Kind::Username);
        writes.extend(reachable.map(|name| Write::Take(asked_for(name, cx.settings, cx.now))));
        let mut events = vec![cx.own_event(user, What::UserCreated { by: "sign_up".into() })];
        if cx.settings.verify == VerifyMode::Any
            && let Some((asked, asking, event)) = ask_to_verify(&subject, cx)
        {
            // A new account has no older challenges to kill.
            writes
                .extend(asking.into_iter().filter(|w| !matches!(w, Write::KillChallenges { .. })));
            events.push(event);
            let reply = SignedUp::NeedsVerification { flow: asked.flow, browser: asked.browser };
            return Verdict::yes(reply, writes, events);
        }
        let (opened, opening, event) =
            open(&subject.user, Standing::one("password"), self.open, cx);
        writes.extend(opening);
        let what = What::SignInSucceeded { method: "sign_up".into() };
        events.extend([cx.own_event(user, what), event]);
        Verdict::yes(SignedUp::Complete(Box::new(opened)), writes, events)
    }
}

/// What asking for an account with this address costs.
fn asked_for(name: &Name, settings: &Settings, now: Timestamp) -> Take {
    take("sign-up", name.normal.text.as_bytes(), settings.requests, now)
}

/// A challenge that nobody can answer.
fn decoy(name: &Name) -> For<'_> {
    let Normalised { kind, text, .. } = &name.normal;
    For { purpose: Purpose::Verify, user: None, kind: *kind, normal: text, epoch: 0 }
}

/// Whether somebody of these names may make an account.
pub(super) fn admitted(names: &[(Kind, &str)], mode: &SignUpMode) -> Result<(), Refusal> {
    match mode {
        SignUpMode::Open => Ok(()),
        SignUpMode::Closed => Err(Refusal::SignUpClosed),
        SignUpMode::Domains(domains) => {
            let email = names.iter().find(|(kind, _)| *kind == Kind::Email);
            let domain = email.and_then(|(_, name)| name.rsplit_once('@')).map(|(_, d)| d);
            let known = domain.is_some_and(|d| domains.iter().any(|known| known == d));
            known.then_some(()).ok_or(Refusal::DomainNotAllowed)
        }
    }
}

/// What is wrong with a display name, if anything.
pub(super) fn name_problem(name: &str) -> Option<Problem> {
    let bad = name.chars().count() > 200 || name.chars().any(char::is_control);
    bad.then_some(Problem { field: "name", code: "name_invalid" })
}

/// What is wrong with a new password.
pub(super) fn password_problems(
    password: &Secret,
    field: &'static str,
    names: &[Name],
    settings: &Settings,
) -> Vec<Problem> {
    let mut context: Vec<&str> = names.iter().map(|n| n.normal.text.as_str()).collect();
    context.push(&settings.brand);
    let codes = rules::check(password, settings.password_min, &context);
    codes.into_iter().map(|found| Problem { field, code: found.code() }).collect()
}

/// An account that does not exist yet.
pub(super) fn new_subject(
    name: &str,
    names: &[Name],
    phc: Option<String>,
    cx: &mut Decide<'_>,
) -> Subject {
    let id = UserId::mint(cx.now, cx.rng);
    let user = new_user(id, name, cx.now);
    let identifiers = names.iter().map(|n| new_identifier(id, n, cx.now)).collect();
    let credentials = phc
        .map(|phc| Credential {
            id: CredentialId::mint(cx.now, cx.rng),
            user: id,
            kind: "password".into(),
            data: phc.into_bytes(),
            created_at: cx.now,
        })
        .into_iter()
        .collect();
    Subject { user, identifiers, credentials }
}

fn new_user(id: UserId, name: &str, now: Timestamp) -> User {
    User {
        id,
        tenant: TenantId::MAIN,
        name: name.trim().to_owned(),
        properties: "{}".into(),
        created_at: now,
        updated_at: now,
        locked_at: None,
        lock_reason: String::new(),
        deleted_at: None,
        deleted_by: None,
        must_change_password: false,
        session_epoch: 0,
        access_version: 0,
        version: 0,
    }
}

/// A name of an account, not yet proven.
pub(super) fn new_identifier(user: UserId, name: &Name, now: Timestamp) -> Identifier {
    Identifier {
        user,
        tenant: TenantId::MAIN,
        kind: name.normal.kind,
        normal: name.normal.text.clone(),
        value: name.typed.clone(),
        skeleton: name.normal.skeleton.clone(),
        verified_at: None,
        created_at: now,
    }
}

/// Writes that make the account with its names and credentials.
pub(super) fn add_subject(subject: &Subject) -> Vec<Write> {
    let mut writes = vec![Write::AddUser(subject.user.clone())];
    writes.extend(subject.identifiers.iter().cloned().map(Write::AddIdentifier));
    writes.extend(subject.credentials.iter().cloned().map(Write::AddCredential));
    writes
}
